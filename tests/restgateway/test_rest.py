"""The REST client's face: answers, signing, lanes, callbacks, start and stop."""

import gzip
import json
import queue
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
import vnpy_rest
from net_clients import RestProbe as Client
from net_clients import each, echo, hang_or_echo, once, rest_probe
from net_servers import DEADLINE, answer, deaf_port, serving, threads

from vnpy_restgateway.net.outcome import NotSent, Outcome, Unknown, classify
from vnpy_restgateway.net.rest import Request


@pytest.fixture
def client() -> Iterator[Client]:
    with rest_probe() as made:
        yield made


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


# signing, callbacks, lifecycle

def test_sign_runs_before_sending_and_its_failure_is_not_sent(client: Client) -> None:
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
        client.ask("GET", "/x")
        assert client.next()[1]["target"] == "/x?signature=1"
        assert names[0].startswith("rest-query")
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
