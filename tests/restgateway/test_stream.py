"""The websocket client's face: messages, sending, TLS, proxy, start and stop."""

import queue
import socket
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
import vnpy_websocket
import websocket
from hypothesis import given, settings
from hypothesis import strategies as st
from net_clients import Event, first, good, stream_probe
from net_clients import StreamProbe as Client
from net_servers import (
    DEADLINE,
    Peer,
    client_context,
    closed_port,
    deaf_port,
    frame,
    proxy,
    server_context,
    serving,
    threads,
)


@pytest.fixture
def client() -> Iterator[Client]:
    with stream_probe() as made:
        yield made


# messages

def test_fragments_binary_and_pings_between_them(client: Client) -> None:
    ponged: queue.Queue[Event] = queue.Queue()

    def handler(peer: Peer) -> None:
        peer.handshake()
        peer.send(frame(b'{"a"', 1, False) + frame(b"hey", 9) + frame(b":", 0, False) + frame(b"1}", 0))
        peer.send(frame(b"[2]", 2) + frame(b"", 10) + frame(b'"' + b"x" * 70_000 + b'"'))
        ponged.put(peer.frame())
        peer.hang()

    with serving(handler) as server:
        client.go(server.ws)
        assert client.next() == ("connected", 1)
        assert client.next() == ("packet", {"a": 1})
        assert client.next() == ("packet", [2])
        assert client.next() == ("packet", "x" * 70_000)
        assert ponged.get(timeout=DEADLINE) == (10, b"hey")


def test_frames_in_one_packet_with_the_handshake_come_after_on_connected(client: Client) -> None:
    def handler(peer: Peer) -> None:
        peer.handshake(frame(b"1") + frame(b"2"))
        peer.hang()

    with serving(handler) as server:
        client.go(server.ws)
        assert [client.next() for _ in range(3)] == [("connected", 1), ("packet", 1), ("packet", 2)]


def test_read_end_comes_once_after_the_frames_of_a_read(client: Client) -> None:
    client.on_read_end = lambda: client.events.put(("end",))        # type: ignore[method-assign]

    def handler(peer: Peer) -> None:
        peer.handshake()
        peer.message()
        peer.send(b"".join(frame(b"%d" % n) for n in range(100)))
        peer.message()
        peer.send(frame(b"100"))
        peer.hang()

    with serving(handler) as server:
        client.go(server.ws)
        client.next("connected")
        client.send_packet({})
        events: list[Event] = []
        while not events or events[-1] != ("packet", 99):
            events.append(client.next())
        assert events.count(("end",)) <= 3, "some ends for a hundred frames"
        assert client.next() == ("end",)
        client.send_packet({})
        assert client.next() == ("packet", 100) and client.next() == ("end",)


def test_exceptions_in_callbacks_go_to_on_error_and_nothing_stops(client: Client) -> None:
    def boom(*args: Any) -> None:
        raise ZeroDivisionError("mine")

    for name in ("on_connected", "on_disconnected", "on_read_end"):
        setattr(client, name, boom)
    with serving(first(lambda peer: (peer.send(frame(b"not json") + frame(b"1")), peer.reset()))) as server:
        client.go(server.ws)
        assert isinstance(client.next()[1], ZeroDivisionError)
        assert client.send_packet({"a": 1})
        assert isinstance(client.next()[1], ValueError)
        assert client.next() == ("packet", 1)
        assert isinstance(client.next("error")[1], ZeroDivisionError)
        assert server.accepted.get(timeout=DEADLINE) == 0 and server.accepted.get(timeout=DEADLINE) == 1


def test_on_error_that_raises_stops_nothing(client: Client) -> None:
    told: queue.Queue[int] = queue.Queue()

    def boom(e: Exception) -> None:
        told.put(1)
        raise ZeroDivisionError

    client.on_error = boom                                          # type: ignore[method-assign]
    with serving(good) as server:
        client.go(server.ws)
        client.next("connected")
        assert client.send_bytes(b"not json")
        told.get(timeout=DEADLINE)
        assert client.send_bytes(b"1")
        assert client.next() == ("packet", 1)


# sending

def test_send_never_raises_and_says_whether_it_was_sent(client: Client) -> None:
    """M3, M12: the stock client raises into the caller, or says nothing."""
    stock = vnpy_websocket.WebsocketClient()
    stock.wsapp = websocket.WebSocketApp("ws://127.0.0.1:1")
    with pytest.raises(websocket.WebSocketException):
        stock.send_packet({})
    assert client.send_packet({}) is False
    with serving(good) as server:
        client.go(server.ws)
        client.next("connected")
        assert client.connected and client.send_packet({"a": 1}) is True
        assert client.next() == ("packet", {"a": 1})
        assert client.send_packet({"a": object()}) is False
        assert isinstance(client.next()[1], TypeError)
        assert client.send_bytes(b"[3]", binary=True)
        assert client.next() == ("packet", [3])
        client.stop()
        assert client.send_packet({}) is False and not client.connected


def test_many_threads_send_whole_messages(client: Client) -> None:
    with serving(good) as server:
        client.go(server.ws)
        client.next("connected")

        def work(name: int) -> None:
            for index in range(100):
                assert client.send_packet({"id": name * 1000 + index, "fill": "x" * 300})

        workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        seen: list[int] = [client.next()[1]["id"] for _ in range(400)]
        assert sorted(seen) == [n * 1000 + i for n in range(4) for i in range(100)]
        assert all([i for i in seen if i // 1000 == n] == sorted(i for i in seen if i // 1000 == n) for n in range(4))


def test_a_peer_that_does_not_read_fills_a_bounded_buffer(client: Client) -> None:
    def handler(peer: Peer) -> None:
        peer.handshake()
        peer.hang()

    with serving(handler) as server:
        client.go(server.ws, max_send_buffer=100_000)
        client.next("connected")
        sent: int = 0
        end: float = monotonic() + DEADLINE
        while client.send_bytes(b"x" * 50_000):
            sent += 1
            assert sent < 2000 and monotonic() < end
        assert sent > 0


# TLS, proxy

def test_tls_is_verified(client: Client) -> None:
    with serving(good, server_context()) as server:
        client.go(server.ws)
        event: Event = client.next()
        assert event[0] == "error" and "certificate" in str(event[1]).lower()
        client.stop()
        client.events = queue.Queue()
        client.go(server.ws, ssl_context=client_context())
        client.next("connected")
        assert client.send_packet({"a": 1})
        assert client.next("packet") == ("packet", {"a": 1})


@pytest.mark.parametrize("secure", [False, True])
def test_proxy(client: Client, secure: bool) -> None:
    context = server_context() if secure else None
    with serving(good, context) as server, serving(lambda peer: proxy(peer, server.port)) as tunnel:
        client.go(
            f"{'wss' if secure else 'ws'}://localhost:7/x", proxy_host="127.0.0.1", proxy_port=tunnel.port,
            ssl_context=client_context() if secure else None,
        )
        assert client.next() == ("connected", 1)
        assert client.send_packet({"a": 1})
        assert client.next() == ("packet", {"a": 1})
        assert tunnel.count == 1


def test_refusing_proxy_goes_to_on_error(client: Client) -> None:
    with serving(lambda peer: proxy(peer, 1, "407 Proxy Authentication Required")) as tunnel:
        client.go("ws://localhost:7", proxy_host="127.0.0.1", proxy_port=tunnel.port)
        event: Event = client.next()
        assert event[0] == "error" and "407" in str(event[1])


def test_headers_of_the_handshake(client: Client) -> None:
    heads: queue.Queue[str] = queue.Queue()

    def handler(peer: Peer) -> None:
        heads.put(peer.handshake())
        peer.hang()

    with serving(handler) as server:
        client.go(server.ws + "/ws?x=1", header={"X-Key": "v"})
        head: str = heads.get(timeout=DEADLINE)
        assert head.startswith("GET /ws?x=1 HTTP/1.1") and "X-Key: v" in head


def test_the_next_connection_goes_to_another_address(client: Client) -> None:
    """Where the address has a token in it."""
    heads: queue.Queue[str] = queue.Queue()

    def handler(peer: Peer) -> None:
        heads.put(peer.handshake())
        peer.hang()

    with serving(handler) as server:
        client.go(server.ws + "/ws?token=old")
        assert "token=old" in heads.get(timeout=DEADLINE)
        client.set_host(server.ws + "/ws?token=new")
        assert client.next()[0] == "connected" and heads.empty()
        client.reconnect("for a test")
        assert "token=new" in heads.get(timeout=DEADLINE)


@pytest.mark.parametrize("url", ["", "http://h", "ws://", "ws://h:99999", "nonsense", "ws://h/#f"])
def test_bad_url_goes_to_on_error(client: Client, url: str) -> None:
    client.go(url)
    assert client.next()[0] == "error"


# lifecycle

@pytest.mark.parametrize("state", ["connecting", "handshake", "tls", "pause", "resolving", "connected", "mute", "callback", "at once"])
def test_stop_in_any_state_and_start_again(client: Client, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entered: threading.Event = threading.Event()
    release: threading.Event = threading.Event()

    def mute(peer: Peer) -> None:
        if state == "mute":
            peer.handshake()
        entered.set()
        peer.hang()

    with deaf_port() as deaf, closed_port() as closed, serving(mute) as hung, serving(good) as server:
        url: str = {
            "connecting": f"ws://127.0.0.1:{deaf}", "handshake": hung.ws, "tls": f"wss://127.0.0.1:{hung.port}", "mute": hung.ws,
            "pause": f"ws://127.0.0.1:{closed}", "resolving": "ws://venue.invalid",
        }.get(state, server.ws)
        if state == "resolving":
            monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: (entered.set(), release.wait(DEADLINE), [])[2])
        if state == "callback":
            client.on_packet = lambda packet: (client.stop(), entered.set())            # type: ignore[method-assign]
        client.go(url, backoff_base=30, backoff_cap=30)
        if state in ("handshake", "tls", "resolving"):
            assert entered.wait(DEADLINE)
        elif state == "pause":
            client.next("error")
        elif state in ("connected", "mute", "callback"):
            client.next("connected")
        if state == "callback":
            client.send_packet({})
            assert entered.wait(DEADLINE)
        began: float = monotonic()
        client.stop()
        client.stop()
        client.join()
        assert monotonic() - began < 1 and not threads("stream")
        if state in ("connected", "mute", "callback"):
            assert client.next() == ("disconnected", 1000, "stopped")
        if state != "at once":
            assert client.events.empty()
        release.set()
        monkeypatch.undo()
        client.events = queue.Queue()
        client.on_packet = Client.on_packet.__get__(client)                             # type: ignore[method-assign]
        epoch: int = client.epoch
        client.go(server.ws)
        assert client.next() == ("connected", epoch + 1)
        assert client.send_packet({"a": 1}) and client.next() == ("packet", {"a": 1})


def test_start_twice_is_one_connection(client: Client) -> None:
    with serving(good) as server:
        client.go(server.ws)
        client.start()
        client.next("connected")
        assert client.send_packet({}) and client.next() == ("packet", {})
        assert server.count == 1


def test_stop_without_start() -> None:
    client = Client()
    client.stop()
    client.join()
    assert isinstance(client, vnpy_websocket.WebsocketClient)


@settings(max_examples=30, deadline=None)
@given(data=st.binary(min_size=1, max_size=200))
def test_any_bytes_after_the_handshake_end_at_worst_in_a_reconnect(data: bytes) -> None:
    def handler(peer: Peer) -> None:
        peer.handshake()
        if peer.number == 0:
            peer.send(data)
            peer.sock.shutdown(socket.SHUT_WR)
        else:
            peer.serve_pings()

    client = Client()
    with serving(handler) as server:
        client.go(server.ws)
        try:
            assert client.next("connected") == ("connected", 1)
            client.next("disconnected")
            assert client.next("connected") == ("connected", 2)
        finally:
            client.stop()
