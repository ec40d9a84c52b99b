"""
The REST client against servers that misbehave: every request ends once and in time, in the right
class, and nothing secret is printed. Weaknesses M6 and M7 of the stock client are in FAULTS.md.
"""

import gzip
import io
import json
import logging
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from time import monotonic
from typing import Any

import pytest
import vnpy_rest
from net_servers import DEADLINE, Peer, answer, client_context, closed_port, deaf_port, proxy, server_context, serving, threads

from vnpy_restgateway.outcome import NotSent, Outcome, Unknown, classify
from vnpy_restgateway.rest import Request, RestClient

Result = tuple[str, Any, Any]           # "data" | "failed" | "error", value, request


class Client(RestClient):
    """Collects what becomes of its requests."""

    def __init__(self) -> None:
        super().__init__()
        self.results: queue.Queue[Result] = queue.Queue()
        self.stray: queue.Queue[BaseException] = queue.Queue()

    def ask(self, method: str, path: str, **kwargs: Any) -> Request:
        return self.add_request(
            method, path,
            lambda data, request: self.results.put(("data", data, request)),
            on_failed=lambda status, request: self.results.put(("failed", status, request)),
            on_error=lambda exc, value, tb, request: self.results.put(("error", value, request)),
            **kwargs,
        )

    def next(self) -> Result:
        return self.results.get(timeout=DEADLINE)

    def on_error(self, exc: Any, value: BaseException, tb: Any, request: Any) -> None:
        self.stray.put(value)


@pytest.fixture
def client() -> Iterator[Client]:
    made: Client = Client()
    yield made
    began: float = monotonic()
    made.stop()
    assert monotonic() - began < 2
    assert not threads("rest-")


def each(reply: Callable[[str, str, str, bytes], bytes | None]) -> Callable[[Peer], None]:
    """A handler that answers request after request on a kept-alive connection; None hangs."""
    def handler(peer: Peer) -> None:
        while True:
            data: bytes | None = reply(*peer.request())
            if data is None:
                peer.hang()
                return
            peer.send(data)
    return handler


def echo(method: str, target: str, head: str, body: bytes) -> bytes:
    return answer(json.dumps({"method": method, "target": target, "head": head, "body": body.decode()}).encode())


def hang_or_echo(method: str, target: str, head: str, body: bytes) -> bytes | None:
    return None if "hang" in target else echo(method, target, head, body)


def once(data: bytes) -> Callable[[Peer], None]:
    """Answers the first request of each connection with these bytes, and closes."""
    def handler(peer: Peer) -> None:
        peer.request()
        peer.send(data)
    return handler


# the ordinary way

def test_callback_gets_the_json_and_a_response_as_requests_has_it(client: Client) -> None:
    with serving(each(echo)) as server:
        client.init(server.http + "/base")
        client.start()
        client.ask("POST", "/o", params={"a": 1, "b": "x y", "c": None}, data='{"q":1}', headers={"X-Key": "v"}, extra="e")
        kind, data, request = client.next()
        assert kind == "data" and data["method"] == "POST" and data["target"] == "/base/o?a=1&b=x+y"
        assert data["body"] == '{"q":1}' and "X-Key: v" in data["head"] and request.extra == "e"
        response = request.response
        assert response.status_code == 200 and response.ok and response.json() == data and json.loads(response.text) == data
        assert response.headers["CONTENT-LENGTH"] == str(len(response.content))
        assert isinstance(client, vnpy_rest.RestClient) and isinstance(request, vnpy_rest.Request)
        client.ask("POST", "/form", data={"side": "BUY", "price": "1.5"})
        data = client.next()[1]
        assert data["body"] == "side=BUY&price=1.5" and "application/x-www-form-urlencoded" in data["head"]
        assert server.count == 1, "kept alive"


def test_failed_status_goes_to_on_failed_with_the_reply_for_classify(client: Client) -> None:
    with serving(each(lambda *_: answer(b'{"code":-2010,"msg":"no"}', "400 Bad Request"))) as server:
        client.init(server.http)
        client.start()
        client.ask("POST", "/o")
        kind, status, request = client.next()
        assert (kind, status) == ("failed", 400)
        assert classify(request.reply, None, {-2010}) == (Outcome.REFUSED, -2010, "no")


@pytest.mark.parametrize(
    "data",
    [
        answer(gzip.compress(b'{"a":1}'), headers="Content-Encoding: gzip\r\n"),
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\n{"a\r\n4\r\n":1}\r\n0\r\nTrailer: x\r\n\r\n',
        b'HTTP/1.1 200 OK\r\n\r\n{"a":1}',
        b'HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}',
        b'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}',
    ],
    ids=["gzip", "chunked", "until close", "http 1.0", "interim"],
)
def test_bodies(client: Client, data: bytes) -> None:
    with serving(once(data)) as server:
        client.init(server.http)
        client.start()
        client.ask("GET", "/x")
        assert client.next()[:2] == ("data", {"a": 1})


def test_204_has_no_body_and_no_data(client: Client) -> None:
    with serving(each(lambda *_: b"HTTP/1.1 204 No Content\r\n\r\n")) as server:
        client.init(server.http)
        client.start()
        for _ in range(2):
            client.ask("DELETE", "/x")
            assert client.next()[:2] == ("data", None)
        assert server.count == 1


def test_redirects_are_not_followed(client: Client) -> None:
    with serving(each(lambda *_: answer(b"", "302 Found", "Location: http://127.0.0.1:1/\r\n"))) as server:
        client.init(server.http)
        client.start()
        client.ask("POST", "/o")
        assert client.next()[:2] == ("failed", 302)


def test_synchronous_request(client: Client) -> None:
    with serving(each(hang_or_echo)) as server:
        client.init(server.http)
        response = client.request("GET", "/klines", params={"limit": 1})
        assert response.status_code == 200 and response.json()["target"] == "/klines?limit=1"
        with pytest.raises(Unknown):
            client.request("GET", "/hang", timeout=0.1)


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
        assert kinds.count(Unknown) >= 16 and kinds.count(NotSent) >= 10, "on the wire, and never on it"
        assert kinds.count(Unknown) + kinds.count(NotSent) == 40
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


# never sent, or unknown

def test_refused_connection_is_not_sent(client: Client) -> None:
    with closed_port() as port:
        client.init(f"http://127.0.0.1:{port}")
        client.start()
        client.ask("POST", "/o", lane="order")
        assert isinstance(client.next()[1], NotSent)


@pytest.mark.parametrize("url", ["ftp://h", "nonsense", "", "http://", "http://h:99999", "http://127.0.0.1:1/\udcff"])
def test_bad_url_is_not_sent(client: Client, url: str) -> None:
    client.init(url)
    client.start()
    client.ask("POST", "/o")
    assert isinstance(client.next()[1], NotSent)


def test_unresolvable_name_is_not_sent(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    client.init("https://venue.invalid")
    client.start()
    client.ask("POST", "/o")
    kind, value, _ = client.next()
    assert isinstance(value, NotSent) and "not known" in str(value)


def test_hanging_resolver_ends_in_time_and_does_not_hold_stop(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    release: threading.Event = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: release.wait(10) and [])
    client.init("https://venue.invalid", connect_timeout=0.2)
    client.start()
    client.ask("POST", "/o")
    assert isinstance(client.next()[1], NotSent)
    client.connect_timeout = 10
    client.stop()
    client.start()
    client.ask("POST", "/o")
    client.stop()
    assert isinstance(client.next()[1], NotSent)
    release.set()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs a listen queue that overflows silently")
def test_connect_timeout_is_not_sent(client: Client) -> None:
    with deaf_port() as port:
        client.init(f"http://127.0.0.1:{port}", connect_timeout=0.2)
        client.start()
        began: float = monotonic()
        client.ask("POST", "/o")
        assert isinstance(client.next()[1], NotSent)
        assert monotonic() - began < 0.7


def test_untrusted_certificate_is_not_sent_and_a_trusted_one_works(client: Client) -> None:
    with serving(each(echo), server_context()) as server:
        client.init(server.http)
        client.start()
        client.ask("POST", "/o")
        kind, value, _ = client.next()
        assert isinstance(value, NotSent) and "certificate" in str(value).lower()
        client.stop()
        client.init(server.http, ssl_context=client_context())
        client.start()
        for _ in range(3):
            client.ask("POST", "/o")
            assert client.next()[0] == "data"
        assert server.count == 2


def test_tls_handshake_that_never_answers_is_not_sent(client: Client) -> None:
    with serving(lambda peer: peer.hang()) as server:
        client.init(f"https://127.0.0.1:{server.port}", connect_timeout=0.2)
        client.start()
        client.ask("POST", "/o")
        assert isinstance(client.next()[1], NotSent)


def test_proxy(client: Client) -> None:
    with serving(each(echo), server_context()) as server, serving(lambda peer: proxy(peer, server.port)) as tunnel:
        client.init("https://localhost:7", "127.0.0.1", tunnel.port, ssl_context=client_context())
        client.start()
        client.ask("GET", "/x")
        kind, data, _ = client.next()
        assert kind == "data" and "Host: localhost:7" in data["head"] and tunnel.count == 1


def test_plain_http_is_forwarded_by_the_proxy(client: Client) -> None:
    with serving(each(echo)) as forward:
        client.init("http://venue.invalid", "127.0.0.1", forward.port)
        client.start()
        client.ask("GET", "/x?y=1")
        assert client.next()[1]["target"] == "http://venue.invalid:80/x?y=1"


def test_refusing_proxy_is_not_sent(client: Client) -> None:
    with serving(lambda peer: proxy(peer, 1, "407 Proxy Authentication Required")) as tunnel:
        client.init("https://localhost:7", "127.0.0.1", tunnel.port)
        client.start()
        client.ask("POST", "/o")
        kind, value, _ = client.next()
        assert isinstance(value, NotSent) and "407" in str(value)


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\n": "a"}, {"": "a"}])
def test_header_injection_is_not_sent(client: Client, headers: dict) -> None:
    client.init("http://127.0.0.1:1")
    client.start()
    client.ask("POST", "/o", headers=headers)
    assert isinstance(client.next()[1], NotSent)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\nNo colon\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{\"code\":-2010,",
        answer(b'{"orderId":1'),
        answer(b"<html>"),
        answer(b""),
        answer(gzip.compress(b'{"a":1}')[:-9], headers="Content-Encoding: gzip\r\n"),
    ],
)
def test_unusable_answers_are_unknown(client: Client, data: bytes) -> None:
    with serving(once(data)) as server:
        client.init(server.http)
        client.start()
        client.ask("POST", "/o", lane="order")
        kind, value, request = client.next()
        assert kind == "error" and isinstance(value, Unknown)
        assert classify(request.reply, value, {-2010})[0] is Outcome.UNKNOWN
        client.join()
        assert server.count == 1, "and is not sent again"


def test_reset_after_the_request_is_unknown(client: Client) -> None:
    def handler(peer: Peer) -> None:
        peer.request()
        peer.reset()

    with serving(handler) as server:
        client.init(server.http)
        client.start()
        client.ask("POST", "/o")
        assert isinstance(client.next()[1], Unknown)
        assert server.count == 1


def test_endless_body_is_cut_off(client: Client) -> None:
    def handler(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.send(b"x" * 1_000_000)

    with serving(handler) as server:
        client.init(server.http)
        client.start()
        client.ask("GET", "/x", timeout=DEADLINE)
        kind, value, _ = client.next()
        assert isinstance(value, Unknown) and "exceeds" in str(value)


def test_dropped_idle_connection_is_replaced_and_nothing_sent_twice(client: Client) -> None:
    seen: list[bytes] = []
    gone: threading.Event = threading.Event()

    def handler(peer: Peer) -> None:
        seen.append(peer.request()[3])
        peer.send(answer())
        peer.sock.shutdown(socket.SHUT_RDWR)
        gone.set()

    with serving(handler) as server:
        client.init(server.http)
        client.start()
        for body in ("1", "2", "3"):
            client.ask("POST", "/o", data=body, lane="order")
            assert client.next()[0] == "data"
            assert gone.wait(DEADLINE)
            gone.clear()
        assert seen == [b"1", b"2", b"3"] and server.count == 3


def test_connection_that_dies_with_the_request_is_unknown_and_not_repeated(client: Client) -> None:
    bodies: list[bytes] = []

    def handler(peer: Peer) -> None:
        bodies.append(peer.request()[3])
        peer.send(answer())
        bodies.append(peer.request()[3])

    with serving(handler) as server:
        client.init(server.http)
        client.start()
        client.ask("POST", "/o", data="1")
        assert client.next()[0] == "data"
        client.ask("POST", "/o", data="2")
        assert isinstance(client.next()[1], Unknown)
        assert bodies == [b"1", b"2"] and server.count == 1


# signing, callbacks, lifecycle

def test_sign_runs_in_the_worker_and_its_failure_is_not_sent(client: Client) -> None:
    names: list[str] = []

    def sign(request: Request) -> Request:
        names.append(threading.current_thread().name)
        if request.path == "/bad":
            raise KeyError("no secret")
        request.path += "?signature=1"
        return request

    client.sign = sign                      # type: ignore[method-assign]
    with serving(each(echo)) as server:
        client.init(server.http)
        client.start()
        client.ask("GET", "/x", lane="order")
        assert client.next()[1]["target"] == "/x?signature=1"
        assert names[0].startswith("rest-order")
        client.ask("GET", "/bad")
        kind, value, _ = client.next()
        assert isinstance(value, NotSent) and isinstance(value.__cause__, KeyError)


def test_exception_in_a_callback_goes_to_the_clients_on_error_only(client: Client) -> None:
    def boom(*args: Any) -> None:
        raise ZeroDivisionError("mine")

    with serving(each(echo)) as server:
        client.init(server.http)
        client.start(1)
        for _ in range(20):
            client.add_request("GET", "/x", boom, on_error=lambda *args: client.results.put(("error", args[1], None)))
        for _ in range(20):
            assert isinstance(client.stray.get(timeout=DEADLINE), ZeroDivisionError)
        client.ask("GET", "/x")
        assert client.next()[0] == "data"
        assert client.results.empty()


def test_stop_ends_everything_and_start_works_again(client: Client) -> None:
    arrived: queue.Queue[str] = queue.Queue()

    def handler(method: str, target: str, head: str, body: bytes) -> bytes | None:
        arrived.put(target)
        return hang_or_echo(method, target, head, body)

    with serving(each(handler)) as server:
        client.init(server.http)
        client.start()
        for _ in range(16):
            client.ask("GET", "/hang")
        for _ in range(16):
            arrived.get(timeout=DEADLINE)
        for _ in range(3):
            client.ask("GET", "/waiting")
        began: float = monotonic()
        client.stop()
        client.stop()
        client.join()
        assert monotonic() - began < 2 and not threads("rest-")
        kinds: list[type] = [type(client.next()[1]) for _ in range(19)]
        assert kinds.count(Unknown) == 16 and kinds.count(NotSent) == 3 and client.results.empty()
        client.ask("POST", "/late")
        assert isinstance(client.next()[1], NotSent)
        with pytest.raises(NotSent):
            client.request("GET", "/late")
        client.start()
        client.ask("GET", "/again")
        assert client.next()[1]["target"] == "/again"


@pytest.mark.parametrize("state", ["connecting", "handshake", "callback"])
def test_stop_in_any_state(client: Client, state: str) -> None:
    with deaf_port() as deaf, serving(lambda peer: peer.hang()) as mute, serving(each(echo)) as server:
        if state == "callback":
            client.init(server.http)
            client.start()
            stopped: threading.Event = threading.Event()
            client.add_request("GET", "/x", lambda data, request: (client.stop(), stopped.set()))
            assert stopped.wait(DEADLINE)
            return
        client.init(f"http://127.0.0.1:{deaf}" if state == "connecting" else f"https://127.0.0.1:{mute.port}", connect_timeout=10)
        client.start()
        client.ask("POST", "/o")
        if state == "handshake":
            mute.accepted.get(timeout=DEADLINE)
        began: float = monotonic()
        client.stop()
        assert monotonic() - began < 1
        assert isinstance(client.next()[1], NotSent)


def test_cancels_go_first_in_line(client: Client) -> None:
    gate: threading.Event = threading.Event()
    order: list[str] = []
    arrived: queue.Queue[str] = queue.Queue()

    def handler(method: str, target: str, head: str, body: bytes) -> bytes:
        if target == "/busy":
            arrived.put(target)
            gate.wait(DEADLINE)
        else:
            order.append(target)
        return answer()

    with serving(each(handler)) as server:
        client.init(server.http)
        client.start()
        for _ in range(16):
            client.ask("POST", "/busy", lane="order")
        for _ in range(16):
            arrived.get(timeout=DEADLINE)
        lane = client._lanes["order"]
        for index in range(3):
            client.ask("POST", f"/order{index}", lane="order")
        client.ask("DELETE", "/cancel", lane="order", priority=True)
        popped = lane.pop()
        assert popped is not None and popped.path == "/cancel"
        lane.urgent.appendleft(popped)
        gate.set()
        for _ in range(20):
            assert client.next()[0] == "data"
        assert "/cancel" in order


def test_unknown_lane_is_named(client: Client) -> None:
    with pytest.raises(ValueError, match="lane is 'fast'"):
        client.ask("GET", "/x", lane="fast")


def test_many_threads_many_requests(client: Client) -> None:
    with serving(each(echo)) as server:
        client.init(server.http)
        client.start()

        def work(name: str) -> None:
            for index in range(50):
                client.ask("POST", f"/{name}/{index}", lane="order" if index % 2 else "query")

        workers = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        client.join()
        results = [client.next() for _ in range(200)]
        assert client.results.empty()
        assert {r[1]["target"] for r in results} == {f"/t{n}/{i}" for n in range(4) for i in range(50)}
        assert all(r[1]["target"] == r[2].path for r in results), "no answer went to another request"


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
