"""
Peers that vanish or fall silent: weaknesses M1, M2 and M5 of the stock client (FAULTS.md).
"""

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from random import Random
from time import monotonic

import pytest
import vnpy_websocket
import websocket
from net_clients import Event, first, stream_probe
from net_clients import StreamProbe as Client
from net_servers import DEADLINE, Peer, closed_port, frame, serving

from vnpy_restgateway.net.stream_loop import _retry_after
from vnpy_restgateway.seams import Seams


@pytest.fixture
def client() -> Iterator[Client]:
    with stream_probe() as made:
        yield made


# M1, M2: a lost connection

@pytest.mark.parametrize(
    ("misbehave", "code"),
    [
        (lambda peer: peer.sock.shutdown(socket.SHUT_RDWR), 1006),
        (lambda peer: peer.reset(), 1006),
        (lambda peer: (peer.send(frame(b"\x03\xe9bye", 8)), peer.hang()), 1001),
        (lambda peer: (peer.send(frame(b"", 8)), peer.hang()), 1005),
        (lambda peer: (peer.send(b"\xff\xff\xff\xff"), peer.hang()), 1006),
        (lambda peer: (peer.send(frame(b"x", 0)), peer.hang()), 1006),
        (lambda peer: (peer.send(frame(b"x" * 2000)), peer.hang()), 1006),
    ],
    ids=["fin", "rst", "close frame", "empty close frame", "garbage", "stray fragment", "oversize"],
)
def test_m1_m2_every_loss_is_told_once_then_reconnected_and_subscribed_again(
    client: Client, misbehave: Callable[[Peer], None], code: int
) -> None:
    with serving(first(misbehave)) as server:
        client.greeting = {"method": "SUBSCRIBE"}
        client.go(server.ws, max_message=1000)
        assert client.next() == ("connected", 1)
        event: Event = client.next()
        assert event[0] == "disconnected" and event[1] == code
        while (event := client.next())[0] == "error":
            pass
        assert event == ("connected", 2)
        assert client.next() == ("packet", {"method": "SUBSCRIBE"})


def test_m1_stock_client_reconnects_without_telling() -> None:
    """websocket-client 1.9: on_close is for the teardown only. 1.8 told (the other answer below), and stayed away (M2)."""
    events: queue.Queue[str] = queue.Queue()

    class Stock(vnpy_websocket.WebsocketClient):
        def on_connected(self) -> None:
            events.put("connected")

        def on_disconnected(self, status_code: int, msg: str) -> None:
            events.put("disconnected")

        def on_error(self, e: Exception) -> None:
            pass

    def handler(peer: Peer) -> None:
        peer.handshake()
        if peer.number == 0:
            peer.sock.shutdown(socket.SHUT_RDWR)
        else:
            peer.serve_pings()

    before: float | None = websocket.getdefaulttimeout()
    with serving(handler) as server:
        stock = Stock()
        stock.init(server.ws, ping_interval=0)
        stock.active = True
        # As its start() does, but as a daemon: its stop() may be heeded seconds later.
        threading.Thread(target=stock.run, daemon=True).start()
        try:
            seen: list[str] = [events.get(timeout=DEADLINE) for _ in range(2)]
        finally:
            stock.stop()
            websocket.setdefaulttimeout(before)
    assert seen in (["connected", "connected"], ["connected", "disconnected"])


@pytest.mark.parametrize(
    "refusal",
    [
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
        b"garbage\r\n\r\n",
        b"",
    ],
)
def test_refused_handshake_goes_to_on_error_and_is_tried_again(client: Client, refusal: bytes) -> None:
    def handler(peer: Peer) -> None:
        if peer.number == 0:
            peer.take_head()
            peer.send(refusal)
            return
        peer.handshake()
        peer.serve_pings()

    with serving(handler) as server:
        client.go(server.ws)
        assert client.next()[0] == "error"
        assert client.next() == ("connected", 1)


def test_connection_that_hangs_in_the_handshake_is_given_up(client: Client) -> None:
    def handler(peer: Peer) -> None:
        if peer.number == 0:
            peer.hang()
        peer.handshake()
        peer.serve_pings()

    with serving(handler) as server:
        client.go(server.ws, connect_timeout=0.2)
        event: Event = client.next()
        assert event[0] == "error" and "timed out" in str(event[1])
        assert client.next() == ("connected", 1)


def test_retry_after_is_obeyed() -> None:
    class Refused(Exception):
        class response:
            headers = {"Retry-After": "120"}

    assert _retry_after(Refused()) == 120 and _retry_after(OSError()) == 0


def test_pauses_grow_to_the_cap(client: Client) -> None:
    pauses: list[float] = []

    class Short(Random):
        def uniform(self, a: float, b: float) -> float:
            pauses.append(b)
            return 0.001

    client.seams = Seams(random=Short())
    with closed_port() as port:
        client.go(f"ws://127.0.0.1:{port}", backoff_base=0.5, backoff_cap=0.5)
        for _ in range(4):
            assert client.next()[0] == "error"
    assert len(pauses) >= 3


# M5: open but dead

def test_m5_peer_that_answers_no_ping_is_noticed(client: Client) -> None:
    with serving(first(lambda peer: peer.hang())) as server:
        client.greeting = {"a": 1}
        client.go(server.ws, ping_interval=0.05, pong_timeout=0.1)
        assert client.next() == ("connected", 1)
        began: float = monotonic()
        assert client.next() == ("disconnected", 1006, "no pong within 0.1 s")
        assert monotonic() - began < 1
        assert client.next() == ("connected", 2)


def test_m5_peer_that_pongs_but_sends_no_data_is_noticed(client: Client) -> None:
    with serving(first(lambda peer: peer.serve_pings())) as server:
        client.greeting = {"a": 1}
        client.go(server.ws, ping_interval=0.03, pong_timeout=0.5, receive_timeout=0.2)
        assert client.next() == ("connected", 1)
        assert client.next() == ("disconnected", 1006, "no data for 0.2 s")
        assert client.next() == ("connected", 2)


def test_m5_silence_is_allowed_where_it_is_normal_and_may_be_forbidden_later(client: Client) -> None:
    pinged: queue.Queue[int] = queue.Queue()

    def handler(peer: Peer) -> None:
        peer.handshake()
        while True:
            opcode, payload = peer.frame()
            peer.send(frame(payload, 10))
            pinged.put(opcode)

    with serving(handler) as server:
        client.go(server.ws, ping_interval=0.02, pong_timeout=0.5, receive_timeout=0)
        assert client.next() == ("connected", 1)
        assert [pinged.get(timeout=DEADLINE) for _ in range(5)] == [9] * 5
        assert client.events.empty()
        client.receive_timeout = 0.1
        assert client.next() == ("disconnected", 1006, "no data for 0.1 s")


def test_m5_timeouts_are_the_clients_own_not_the_processes(client: Client) -> None:
    before: float | None = websocket.getdefaulttimeout()
    try:
        one, two = vnpy_websocket.WebsocketClient(), vnpy_websocket.WebsocketClient()
        one.init("ws://a", receive_timeout=60)
        two.init("ws://b", receive_timeout=86_400)
        assert websocket.getdefaulttimeout() == 86_400, "the stock client's: the last one wins for all"
        websocket.setdefaulttimeout(before)
        client.init("ws://a", receive_timeout=60)
        assert websocket.getdefaulttimeout() == before
    finally:
        websocket.setdefaulttimeout(before)
