"""User and password of a proxy: sent to the proxy, to nobody else, and in no log line."""

from itertools import product
import base64
import json
import logging
import queue
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from net_clients import (
    RestProbe,
    StreamProbe,
    each,
    echo,
    good,
    rest_probe,
    stream_probe,
)
from net_servers import (
    DEADLINE,
    Peer,
    answer,
    client_context,
    proxy,
    server_context,
    serving,
)

from vnpy_restgateway.net.outcome import NotSent
from vnpy_restgateway.net.proxy import Proxy, read_proxy
from vnpy_restgateway.net.redact import redact

USER, PASSWORD = "us@er", "p:a/s%sw\u00f6rd"
HOST = "http://us%40er:p:a%2Fs%25sw%C3%B6rd@127.0.0.1"
CREDENTIALS = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
HEADER = f"proxy-authorization: basic {CREDENTIALS.lower()}"


class Heads:
    """A CONNECT proxy for one local port that keeps the heads of what it is asked."""

    def __init__(self, target: int, status: str = "200 Connection established") -> None:
        self.target, self.status = target, status
        self.seen: queue.Queue[str] = queue.Queue()

    def __call__(self, peer: Peer) -> None:
        head = peer.take_head()
        self.seen.put(head)
        peer.buffer = f"{head}\r\n\r\n".encode("latin-1") + peer.buffer
        proxy(peer, self.target, self.status)

    def next(self) -> str:
        return self.seen.get(timeout=DEADLINE)


@pytest.fixture
def rest() -> Iterator[RestProbe]:
    with rest_probe() as made:
        yield made


@pytest.fixture
def stream() -> Iterator[StreamProbe]:
    with stream_probe() as made:
        yield made


def lines(head: str) -> list[str]:
    return [line.lower() for line in head.split("\r\n")]


def test_decoded_once() -> None:
    found = read_proxy(HOST, 8080)
    assert found == Proxy("127.0.0.1", 8080, USER, PASSWORD) and found.credentials == CREDENTIALS
    assert read_proxy(found.url) == found
    assert PASSWORD not in repr(found) and USER not in repr(found)


def test_rest_through_a_tunnel(rest: RestProbe) -> None:
    with serving(each(echo), server_context()) as venue:
        tunnel = Heads(venue.port)
        with serving(tunnel) as server:
            rest.init("https://localhost:7", HOST, server.port, ssl_context=client_context())
            rest.start()
            rest.ask("GET", "/x")
            kind, data, _ = rest.next()
            assert kind == "data" and HEADER in lines(tunnel.next())
            assert "authorization" not in data["head"].lower(), "the venue has no business with it"


def test_rest_forwarded(rest: RestProbe) -> None:
    with serving(each(echo)) as forward:
        rest.init("http://venue.invalid", HOST, forward.port)
        rest.start()
        for lane in ("query", "order", "order"):        # the second order leaves from this thread
            rest.ask("POST", "/x", lane=lane, headers={"X": "1"})
            data = rest.next()[1]
            assert data["target"] == "http://venue.invalid:80/x" and HEADER in lines(data["head"]) and "x: 1" in lines(data["head"])
    assert rest.proxies == {"http": rest.proxy.url, "https": rest.proxy.url} if rest.proxy else False


@pytest.mark.parametrize("secure", [False, True])
def test_stream(stream: StreamProbe, secure: bool) -> None:
    heads: queue.Queue[str] = queue.Queue()

    def venue(peer: Peer) -> None:
        heads.put(peer.handshake())
        peer.serve_pings()

    with serving(venue, server_context() if secure else None) as server:
        tunnel = Heads(server.port)
        with serving(tunnel) as proxied:
            stream.go(
                f"{'wss' if secure else 'ws'}://localhost:7/x", proxy_host=HOST, proxy_port=proxied.port,
                ssl_context=client_context() if secure else None,
            )
            assert stream.next() == ("connected", 1)
            assert HEADER in lines(tunnel.next())
            assert "authorization" not in heads.get(timeout=DEADLINE).lower()


def test_without_a_user_nothing_is_sent(rest: RestProbe, stream: StreamProbe) -> None:
    with serving(good) as venue:
        tunnel = Heads(venue.port)
        with serving(tunnel) as server:
            stream.go("ws://localhost:7/x", proxy_host=f"127.0.0.1:{server.port}")
            assert stream.next() == ("connected", 1)
            assert "authorization" not in tunnel.next().lower()


@pytest.mark.parametrize("secure", [False, True])
def test_through_a_proxy_of_version_6(rest: RestProbe, stream: StreamProbe, secure: bool) -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    context = server_context() if secure else None
    with listener, serving(good, context) as venue, serving(each(echo), context) as api:
        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=lead, args=(client,), daemon=True).start()

        def lead(client: socket.socket) -> None:
            peer = Peer(client, 0, threading.Event())
            with suppress(Exception), client:
                head = peer.take_head()
                peer.buffer = f"{head}\r\n\r\n".encode("latin-1") + peer.buffer
                if head.startswith("CONNECT"):
                    proxy(peer, venue.port if head.split()[1] == "localhost:8" else api.port)
                else:
                    each(echo)(peer)

        threading.Thread(target=accept, daemon=True).start()
        place = f"user:pw@[::1]:{listener.getsockname()[1]}"
        trust = client_context() if secure else None
        rest.init(f"{'https' if secure else 'http'}://localhost:7", place, ssl_context=trust)
        rest.start()
        rest.ask("GET", "/x")
        assert rest.next()[0] == "data"
        stream.go(f"{'wss' if secure else 'ws'}://localhost:8/x", proxy_host=place, ssl_context=trust)
        assert stream.next() == ("connected", 1)


def test_an_address_of_version_6(rest: RestProbe) -> None:
    rest.init("http://venue.invalid", "http://[::1]:9")
    rest.start()
    rest.ask("GET", "/x", timeout=2.0)
    error = rest.next()[1]
    assert isinstance(error, NotSent) and "no connection to proxy [::1]:9" in str(error)


def test_a_proxy_that_refuses_a_forwarded_order_has_not_sent_it(rest: RestProbe) -> None:
    def refuse(method: str, target: str, head: str, body: bytes) -> bytes:
        return answer(b"<html>who are you</html>", "407 Proxy Authentication Required")

    with serving(each(refuse)) as forward:
        rest.init("http://venue.invalid", "127.0.0.1", forward.port)
        rest.start()
        rest.ask("POST", "/order", lane="order")
        error = rest.next()[1]
        assert isinstance(error, NotSent) and "407" in str(error)


# in no log line

SHAPES: list[Callable[[Proxy], str]] = [
    lambda p: f"cannot connect to {p.url}", lambda p: f"Proxy-Authorization: Basic {p.credentials}", lambda p: repr(p.headers),
    lambda p: f"tunnel failed for {p.password!r}", lambda p: p.url.replace("%2F", "%2f").replace("%C3%B6", "%c3%b6"),
    lambda p: f"http://{p.user}:{p.password}@{p.authority}", lambda p: json.dumps({"pw": p.password}),
    lambda p: f"Basic {p.credentials} {base64.b64encode(p.password.encode()).decode()}",
    lambda p: "".join(traceback.format_exception(ConnectionError(p.url))),
]


def test_masked_in_whatever_shape() -> None:
    for shape, password in product(SHAPES, [PASSWORD, "hunter2hunter2", "back\\slash'\"&<"]):
        found = Proxy("proxy.example", 8080, "somebody", password)
        text = redact(shape(found), found.secrets)
        for word in (password, found.credentials, repr(password)[1:-1], base64.b64encode(password.encode()).decode(), json.dumps(password)[1:-1]):
            assert word not in text, text
        assert "***" in text


@pytest.mark.parametrize("secret", ["a", "1", "e", ":", "ok", "BTC", "."])
def test_a_short_secret_leaves_log_lines_readable(secret: str) -> None:
    for text in (
        "Order rejected, code: -1013, message: Filter failure: LOT_SIZE", "Order data received, 3 orders of BTCUSDT",
        "MD API disconnected, code: 1006, msg: connection lost", "no connection to 127.0.0.1:8801: refused",
    ):
        assert redact(text, [secret]) == text
    for text in (f"http://user:{secret}@proxy.example:8080", f"password={secret}&x=2", f"apiKey: '{secret}'", f'{{"pw":"{secret}"}}', f"x={secret}"):
        assert f"{secret}@" not in redact(text, [secret]) and redact(text, [secret]) != text


def test_clients_that_fail_show_nothing(rest: RestProbe, stream: StreamProbe, caplog: pytest.LogCaptureFixture) -> None:
    """Their own on_error, when nobody overrides it."""
    from vnpy_restgateway.net.rest import RestClient
    from vnpy_restgateway.net.stream import WebsocketClient

    caplog.set_level(logging.DEBUG)
    found = read_proxy(HOST, 9)
    assert found is not None
    plain: Any = RestClient()
    plain.init("http://venue.invalid", HOST, 9)
    plain.on_error(ConnectionError, ConnectionError(f"{found.url} {found.credentials} {PASSWORD}"), None, None)
    streaming: Any = WebsocketClient()
    streaming.init("ws://venue.invalid", HOST, 9)
    streaming.on_error(ConnectionError(f"{found.url} {found.credentials} {PASSWORD}"))
    assert len(caplog.records) == 2
    for record in caplog.records:
        assert "***" in record.getMessage()
        assert not any(word in record.getMessage() for word in (PASSWORD, CREDENTIALS, "us%40er"))
