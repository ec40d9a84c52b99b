"""
Servers that never answer, and what may be printed: weaknesses M6 and M7 of the stock client (FAULTS.md).
"""

import io
import json
import logging
import queue
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from time import monotonic
from typing import Any

import pytest
import vnpy_rest
from net_clients import RestProbe as Client
from net_clients import Result, each, hang_or_echo, rest_probe
from net_servers import DEADLINE, Peer, answer, serving

from vnpy_restgateway.net.outcome import NotSent, TimedOut, Unknown
from vnpy_restgateway.net.rest import Request, RestClient


@pytest.fixture
def client() -> Iterator[Client]:
    with rest_probe() as made:
        yield made


# M6: a server that accepts and never answers

def test_m6_stock_client_has_one_worker_and_no_timeout() -> None:
    asked: queue.Queue[str] = queue.Queue()

    def handler(peer: Peer) -> None:
        asked.put(peer.request()[1])
        peer.hang()

    with serving(handler) as server:
        stock = vnpy_rest.RestClient()
        stock.init(server.http)
        stock.start(n=5)
        for index in range(5):
            stock.add_request("GET", f"/{index}", lambda data, request: None, on_error=lambda *args: None)
        assert asked.get(timeout=DEADLINE) == "/0"
        with pytest.raises(queue.Empty):
            asked.get(timeout=0.3)
        stock.active = False
        stock.pool.close()


def test_m6_hung_requests_end_in_time_and_hold_nothing(client: Client) -> None:
    with serving(each(hang_or_echo)) as server:
        client.init(server.http)
        client.start()
        began: float = monotonic()
        for _ in range(5):
            client.ask("GET", "/hang", timeout=0.4)
        client.ask("GET", "/quick")
        client.ask("POST", "/order", lane="order")
        first, second = client.next(), client.next()
        assert {first[1]["target"], second[1]["target"]} == {"/quick", "/order"}
        assert monotonic() - began < 0.4
        for _ in range(5):
            kind, value, request = client.next()
            assert kind == "error" and isinstance(value, Unknown) and request.reply is None
        assert 0.4 <= monotonic() - began < 0.9


def test_m6_more_hung_requests_than_workers(client: Client) -> None:
    """Those in line end in time too, and orders do not notice."""
    with serving(each(hang_or_echo)) as server:
        client.init(server.http)
        client.start(2)
        began: float = monotonic()
        for _ in range(40):
            client.ask("GET", "/hang", timeout=0.4)
        client.ask("POST", "/order", lane="order")
        assert client.next()[1]["target"] == "/order"
        assert monotonic() - began < 0.4
        results: list[Result] = [client.next() for _ in range(40)]
        assert monotonic() - began < 0.9
        kinds: list[type] = [type(value) for _, value, _ in results]
        assert kinds.count(TimedOut) >= 16 and kinds.count(NotSent) >= 10, "on the wire, and never on it"
        assert kinds.count(TimedOut) + kinds.count(NotSent) == 40
        client.ask("GET", "/quick")
        assert client.next()[1]["target"] == "/quick"
        client.join()


def test_m6_dripping_bytes_do_not_extend_the_deadline(client: Client) -> None:
    def drip(peer: Peer) -> None:
        peer.request()
        for byte in answer(b"x" * 1000):
            peer.send(bytes([byte]))
            if peer.over.wait(0.03):
                return

    with serving(drip) as server:
        client.init(server.http)
        client.start()
        began: float = monotonic()
        client.ask("GET", "/x", timeout=0.3)
        assert isinstance(client.next()[1], Unknown)
        assert monotonic() - began < 0.8


def test_m6_five_slow_queries_run_side_by_side(client: Client) -> None:
    """None is answered before all five have arrived."""
    together: threading.Barrier = threading.Barrier(5, timeout=DEADLINE)

    def slow(*parts: Any) -> bytes:
        together.wait()
        return answer()

    with serving(each(slow)) as server:
        client.init(server.http)
        client.start(1)
        for _ in range(5):
            client.ask("GET", "/slow")
        assert [client.next()[0] for _ in range(5)] == ["data"] * 5


# M7: what is printed

SECRETS: tuple[str, ...] = ("KEYKEYKEY", "SIGSIGSIG", "PHRASEPHRASE")


def ask_with_secrets(client: vnpy_rest.RestClient, path: str) -> None:
    client.add_request(
        "POST", f"{path}?timestamp=1&signature=SIGSIGSIG", lambda data, request: None,
        headers={"OK-ACCESS-KEY": "KEYKEYKEY", "OK-ACCESS-SIGN": "SIGSIGSIG", "OK-ACCESS-PASSPHRASE": "PHRASEPHRASE"},
        params={"apiKey": "KEYKEYKEY"}, data="symbol=BTCUSDT&signature=SIGSIGSIG",
    )


def leaky(method: str, target: str, head: str, body: bytes) -> bytes | None:
    """A venue that quotes the request in its answer."""
    text: bytes = json.dumps({"code": -1, "msg": "bad", "apiKey": "KEYKEYKEY", "url": target}).encode()
    return None if "hang" in target else answer(text, "400 Bad Request")


def test_m7_stock_client_prints_key_signature_and_passphrase() -> None:
    printed = io.StringIO()
    with serving(each(leaky)) as server, redirect_stdout(printed):
        stock = vnpy_rest.RestClient()
        stock.init(server.http)
        stock.start()
        ask_with_secrets(stock, "/x")
        stock.join()
        stock.active = False
        stock.pool.close()
    assert all(secret in printed.getvalue() for secret in SECRETS)


def test_m7_nothing_secret_is_printed_or_logged(capfd: pytest.CaptureFixture, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = RestClient()
    with serving(each(leaky)) as server:
        client.init(server.http, read_timeout=0.2)
        client.start()
        ask_with_secrets(client, "/x")
        ask_with_secrets(client, "/hang")
        client.add_request("GET", "/x", on_failed=lambda status, request: 1 / 0, headers={"apiKey": "KEYKEYKEY"})
        client.join()
        client.stop()
        ask_with_secrets(client, "/stopped")
    out, err = capfd.readouterr()
    assert len(caplog.records) == 4 and not out
    assert not any(secret in caplog.text + out + err for secret in SECRETS)
    assert "POST /x" in caplog.text and "BTCUSDT" not in caplog.text


def test_m7_request_as_text() -> None:
    request = Request(
        "POST", "/api/v3/order?symbol=BTCUSDT&signature=SIGSIGSIG", {"signature": "SIGSIGSIG", "symbol": "BTCUSDT"},
        "a=1&signature=SIGSIGSIG", {"X-MBX-APIKEY": "KEYKEYKEY"},
    )
    for text in (str(request), repr(request), f"{request}"):
        assert "POST /api/v3/order" in text and "'symbol': 'BTCUSDT'" in text
        assert not any(secret in text for secret in SECRETS)
