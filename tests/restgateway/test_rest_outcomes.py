"""Never sent, or unknown: each way a request can fail ends in the right class, once, and is not repeated."""

import gzip
import socket
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from net_clients import RestProbe as Client
from net_clients import each, echo, once, rest_probe
from net_servers import (
    DEADLINE,
    Peer,
    answer,
    client_context,
    closed_port,
    deaf_port,
    proxy,
    server_context,
    serving,
)

from vnpy_restgateway.net.outcome import NotSent, Outcome, Unknown, classify


@pytest.fixture
def client() -> Iterator[Client]:
    with rest_probe() as made:
        yield made


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
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{\"code\":-2010,",
        answer(b'{"orderId":1'),
        answer(b"<html>"),
        answer(b""),
        answer(gzip.compress(b'{"a":1}', mtime=0)[:-12], headers="Content-Encoding: gzip\r\n"),
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
