"""
Short texts leave in the caller's thread where that is safe; the same frames as the loop's, whole and in each thread's order, whatever
comes and goes meanwhile.
"""

import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from net_clients import StreamProbe as Client
from net_clients import stream_probe
from net_servers import DEADLINE, Peer, client_context, frame, server_context, serving

from vnpy_restgateway.net import stream_connection
from vnpy_restgateway.net.stream_connection import AT_ONCE, text_frame, thread_safe_write

COUNT: int = 400                # messages of each thread
SIZES: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 125, 126, 127, 400, 1_000, AT_ONCE, AT_ONCE + 1, 20_000)
HAS_GIL: bool = getattr(sys, "_is_gil_enabled", lambda: True)()
posix = pytest.mark.skipif(os.name != "posix" or not HAS_GIL, reason="the loop's thread sends here")


@pytest.fixture
def client() -> Iterator[Client]:
    with stream_probe() as made:
        yield made


class Buffer(Peer):
    """The server's reading of a frame, of bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = data

    def more(self) -> None:
        raise AssertionError("the frame is cut off")


@given(st.binary(max_size=300) | st.sampled_from(SIZES).map(bytes))
def test_a_text_frame_is_what_a_server_reads(payload: bytes) -> None:
    for made in (text_frame(payload), text_frame(payload)):
        reader = Buffer(made)
        assert reader.frame() == (1, payload) and not reader.buffer


def test_each_frame_has_a_mask_of_its_own() -> None:
    assert len({text_frame(b"the same") for __ in range(50)}) == 50


@posix
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
def test_many_threads_send_while_the_server_does(client: Client, secure: bool) -> None:
    """Frames that were torn or mixed would be no JSON, or be missing."""
    got: queue.Queue[Any] = queue.Queue()

    def handler(peer: Peer) -> None:
        peer.handshake()
        pushing = threading.Thread(target=lambda: [peer.send(frame(b'{"push":%d}' % number)) for number in range(COUNT)], daemon=True)
        if not secure:          # a TLS socket of the standard library is for one thread
            pushing.start()
        for __ in range(3 * COUNT):
            message = json.loads(peer.message())
            got.put(message)
            if secure:
                peer.send(frame(b'{"push":1}'))
        if not secure:
            pushing.join(DEADLINE)
        peer.hang()

    with serving(handler, server_context() if secure else None) as server:
        client.go(server.ws, ssl_context=client_context() if secure else None)
        client.next("connected")
        assert client._run is not None and client._run.link is not None
        assert client._run.link.write_here is not None, "these connections can be written to from any thread"
        sent: list[bool] = []

        def send(thread: int) -> None:
            for number in range(COUNT):
                sent.append(client.send_packet({"t": thread, "n": number, "x": "x" * SIZES[number % len(SIZES)]}))

        senders = [threading.Thread(target=send, args=(thread,)) for thread in range(3)]
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)             # threads change places as often as they can
        try:
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join(DEADLINE)
        finally:
            sys.setswitchinterval(interval)
        assert sent == [True] * (3 * COUNT)
        found = [got.get(timeout=DEADLINE) for __ in range(3 * COUNT)]
        for thread in range(3):
            mine = [message for message in found if message["t"] == thread]
            assert [message["n"] for message in mine] == list(range(COUNT))
            assert all(len(message["x"]) == SIZES[message["n"] % len(SIZES)] for message in mine)
        for __ in range(COUNT):
            client.next("packet")


@posix
def test_nobody_waits_for_the_loop(client: Client) -> None:
    """The loop's thread is at work in a callback: what is sent meanwhile has left all the same."""
    got: queue.Queue[bytes] = queue.Queue()
    busy, done = threading.Event(), threading.Event()

    def handler(peer: Peer) -> None:
        peer.handshake(frame(b"1"))
        got.put(peer.message())
        peer.hang()

    def on_packet(packet: Any) -> None:
        busy.set()
        done.wait(DEADLINE)

    client.on_packet = on_packet        # type: ignore[method-assign]
    with serving(handler) as server:
        client.go(server.ws)
        assert busy.wait(DEADLINE)
        assert client.send_packet({"a": 1})
        assert json.loads(got.get(timeout=DEADLINE)) == {"a": 1}
        done.set()


@pytest.mark.parametrize("below", ["no write", "other transport", "other TLS", "no GIL", "Windows"])
def test_where_it_is_not_known_to_be_safe_the_loop_sends(below: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Engine:
        """Of OpenSSL."""

    class Below:
        """aiofastnet's."""

        def get_extra_info(self, name: str) -> Any:
            return Engine()

        def write_nocheck(self, data: bytes) -> None:
            """Writes."""

    Below.__module__, Engine.__module__ = "aiofastnet.ssl_transport", "aiofastnet.ssl_engine_direct"
    transport: Any = SimpleNamespace(underlying_transport=Below())
    monkeypatch.setattr(stream_connection.os, "name", "posix")
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: True, raising=False)
    assert thread_safe_write(transport) is not None
    if below == "no write":
        del Below.write_nocheck
    elif below == "other transport":
        Below.__module__ = "asyncio.selector_events"
    elif below == "other TLS":
        Engine.__module__ = "aiofastnet.ssl_engine_fallback"
    elif below == "no GIL":
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    else:
        monkeypatch.setattr(stream_connection.os, "name", "nt")
    assert thread_safe_write(transport) is None


def test_the_loop_sends_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_connection, "thread_safe_write", lambda transport: None)

    def handler(peer: Peer) -> None:
        peer.handshake()
        peer.send(frame(peer.message()))
        peer.hang()

    with serving(handler) as server:
        client.go(server.ws)
        client.next("connected")
        assert client.send_packet({"a": 1})
        assert client.next("packet") == ("packet", {"a": 1})
