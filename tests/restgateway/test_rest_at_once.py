"""An order over an idle connection leaves in the caller's thread; all else, and every answer, is the workers' business."""

import queue
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from net_clients import RestProbe, each, echo, hang_or_echo, rest_probe
from net_servers import DEADLINE, Peer, answer, client_context, server_context, serving

from vnpy_restgateway.net.rest import NotSent, Request, Unknown
from vnpy_restgateway.net.rest_connection import Connection, parse_url
from vnpy_restgateway.net.rest_transport import AT_ONCE, Transport
from vnpy_restgateway.net.rest_workers import unsent

MINE: str = threading.current_thread().name


class Signing(RestProbe):
    """Notes who signs, and signs every request once."""

    def __init__(self) -> None:
        super().__init__()
        self.signers: list[str] = []

    def sign(self, request: Request) -> Request:
        self.signers.append(threading.current_thread().name)
        if "bad" in request.path:
            raise KeyError("no secret")
        request.path += "?signed"
        return request


@pytest.fixture
def client() -> Iterator[Signing]:
    with rest_probe(Signing()) as probe:
        yield probe


def order(client: Signing, path: str = "/order", **kwargs: Any) -> Any:
    client.ask("POST", path, lane="order", **kwargs)
    kind, value, request = client.next()
    return value


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_the_first_order_dials_and_the_next_leaves_at_once(client: Signing, secure: bool) -> None:
    with serving(each(echo), server_context() if secure else None) as server:
        client.init(server.http, ssl_context=client_context() if secure else None)
        client.start()
        for _ in range(3):
            assert order(client, data="a=1")["target"] == "/order?signed"
        assert client.signers[0].startswith("rest-order") and client.signers[1:] == [MINE, MINE]
        assert server.accepted.qsize() == 1


def test_queries_never_do(client: Signing) -> None:
    with serving(each(echo)) as server:
        client.init(server.http)
        client.start()
        for _ in range(3):
            client.ask("GET", "/query")
            client.next()
        assert all(name.startswith("rest-query") for name in client.signers)


def test_a_long_request_is_left_to_the_worker(client: Signing) -> None:
    with serving(each(echo)) as server:
        client.init(server.http)
        client.start()
        order(client)
        assert len(order(client, data="x" * AT_ONCE)["body"]) == AT_ONCE
        assert client.signers[-1].startswith("rest-order")
        assert order(client)["target"] == "/order?signed", "signed once, by whoever sent it"


def test_an_idle_connection_that_the_venue_has_closed_is_not_written_to(client: Signing) -> None:
    closed: queue.Queue[None] = queue.Queue()

    def leave(peer: Peer) -> None:
        peer.request()
        peer.send(answer(b'{"a":1}'))
        peer.sock.shutdown(socket.SHUT_RDWR)
        closed.put(None)

    with serving(leave) as server:
        client.init(server.http)
        client.start()
        for _ in range(5):
            assert order(client) == {"a": 1}
            closed.get(timeout=DEADLINE)
        assert server.accepted.qsize() == 5


def test_what_sign_raises_is_not_sent_and_does_not_reach_the_caller(client: Signing) -> None:
    with serving(each(echo)) as server:
        client.init(server.http)
        client.start()
        order(client)
        error = order(client, "/bad")
        assert client.signers[-1] == MINE
        assert isinstance(error, NotSent) and isinstance(error.__cause__, KeyError)
        assert order(client)["target"] == "/order?signed", "the connection is still there"


def test_the_answer_has_its_deadline(client: Signing) -> None:
    with serving(each(hang_or_echo)) as server:
        client.init(server.http)
        client.start()
        order(client)
        error = order(client, "/hang", timeout=0.2)
        assert client.signers[-1] == MINE
        assert isinstance(error, Unknown) and "timed out" in str(error)
        assert order(client)["target"] == "/order?signed"


def test_a_connection_that_breaks_leaves_the_order_unknown(client: Signing) -> None:
    def leave(peer: Peer) -> None:
        peer.request()
        peer.send(answer())
        peer.request()

    with serving(leave) as server:
        client.init(server.http)
        client.start()
        order(client)
        error = order(client)
        assert client.signers[-1] == MINE and isinstance(error, Unknown)


def test_stopped_while_the_answer_is_awaited(client: Signing) -> None:
    with serving(each(hang_or_echo)) as server:
        client.init(server.http)
        client.start()
        order(client)
        client.ask("POST", "/hang", lane="order")
        client.stop()
        assert client.signers[-1] == MINE
        assert isinstance(client.next()[1], Unknown)
        client.ask("POST", "/order", lane="order")
        assert isinstance(client.next()[1], NotSent)


def test_many_threads_send_at_once_and_each_gets_its_own_answer(client: Signing) -> None:
    with serving(each(echo)) as server:
        client.init(server.http)
        client.start()

        def send(number: int) -> None:
            for count in range(20):
                client.ask("POST", f"/{number}.{count}", lane="order", priority=count % 3 == 0)

        threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        got = [client.next() for _ in range(120)]
        assert all(kind == "data" and value["target"] == request.path for kind, value, request in got)
        assert {value["target"] for _, value, _ in got} == {f"/{n}.{c}?signed" for n in range(6) for c in range(20)}
        assert not client.results.qsize()


def test_what_no_worker_has_had_ends_by_whether_it_was_sent() -> None:
    request: Request = Request("POST", "/order")
    assert isinstance(unsent(request, "stopped"), NotSent)
    request.sent = Connection(Transport(None, 1.0, None), parse_url("http://127.0.0.1")[0])
    assert isinstance(unsent(request, "stopped"), Unknown)
    request.sent = NotSent("bad")
    assert unsent(request, "stopped") is request.sent
