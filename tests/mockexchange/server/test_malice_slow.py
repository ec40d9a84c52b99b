"""Clients that are slow on purpose: each has a time, and the others do not wait for it. The times are shortened here."""

import socket
import time
from collections.abc import Iterator

import pytest
from malice_child import frame, read_all, websocket
from server_client import LIMIT, call
from waiting import until

from mockexchange import MockExchange
from mockexchange.server import guard
from mockexchange.transport.sockets import Socket

SHORT: float = 0.6


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "KEEP_ALIVE_SECONDS", SHORT)
    monkeypatch.setattr(guard, "BODY_SECONDS", SHORT)


@pytest.fixture
def hurried(quick: None) -> Iterator[MockExchange]:
    with MockExchange("test", feed="none") as running:
        yield running


def connect(venue: MockExchange, receive_buffer: int = 0) -> socket.socket:
    sock: socket.socket = socket.socket()
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(5)
    sock.connect(("127.0.0.1", int(venue.rest.rpartition(":")[2])))
    return sock


def drip(sock: socket.socket, data: bytes) -> bytes | None:
    """A byte every 50 ms until the peer answers or closes, and what it says; None when all went unanswered."""
    sock.settimeout(0.05)
    for byte in data:
        try:
            sock.send(bytes([byte]))
            return sock.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:
            return b""
    return None


def test_a_head_that_drips_is_cut_off(hurried: MockExchange) -> None:
    with connect(hurried) as sock:
        began: float = time.monotonic()
        assert drip(sock, b"GET /echo HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200) == b""
        assert time.monotonic() - began < 10 * SHORT
        assert call(hurried.rest, "GET", "/echo").status == 200


def test_a_second_head_that_drips_is_cut_off(hurried: MockExchange) -> None:
    with connect(hurried) as sock:
        sock.sendall(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        assert drip(sock, b"GET /echo HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200) == b""


def test_an_idle_socket_is_closed(hurried: MockExchange) -> None:
    with connect(hurried) as silent, connect(hurried) as once:
        once.sendall(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_all(silent) == b"" and read_all(once).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", ["/order", "/_mock/price", "/nowhere"])
def test_a_body_that_drips_is_refused(hurried: MockExchange, path: str) -> None:
    with connect(hurried) as sock:
        sock.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n".encode())
        answer: bytes | None = drip(sock, b"{" * 200)
        assert answer is not None and answer.startswith(b"HTTP/1.1 408"), answer
        assert call(hurried.rest, "POST", "/order", LIMIT).status == 200


def test_a_body_that_stops_is_refused(hurried: MockExchange) -> None:
    with connect(hurried) as sock:
        sock.sendall(b"POST /order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{")
        assert read_all(sock).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("pieces", [[b'{"side":"BUY","quan', b'tity":"0.1","price":"39000"}'], [b"", b'{"side":"BUY","quantity":"0.1","price":"39000"}']])
def test_a_body_in_pieces_is_as_good_as_any(hurried: MockExchange, pieces: list[bytes]) -> None:
    with connect(hurried) as sock:
        head: bytes = b"POST /order HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % sum(map(len, pieces))
        sock.sendall(head + pieces[0])
        time.sleep(0.05)        # another packet, not a condition
        sock.sendall(pieces[1])
        assert b'"order_id"' in sock.recv(4096)
        assert [row["kind"] for row in hurried.journal()[4:]] == ["command", "order", "balance"]


def test_a_websocket_is_not_cut_for_being_silent(hurried: MockExchange) -> None:
    with websocket(connect(hurried)) as sock:
        sock.settimeout(3 * SHORT)
        with pytest.raises(TimeoutError):
            sock.recv(1)
        call(hurried.rest, "POST", "/order", LIMIT)
        assert sock.recv(4096)


def test_whoever_does_not_read_a_stream_is_dropped_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue of a market stream's reader is bounded; 100,000 bytes here."""
    monkeypatch.setitem(Socket.__init__.__kwdefaults__, "max_buffer", 100_000)
    with MockExchange("binance", feed="synthetic", speed=20, seed=7) as venue:
        listening: socket.socket | None = venue._running()._socket
        assert listening is not None
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)      # of the connections too
        streams: str = "/stream?streams=btcusdt@depth20@100ms/ethusdt@depth20@100ms/btcusdt@aggTrade/btcusdt@bookTicker"
        with websocket(connect(venue, 4_096), streams) as deaf, websocket(connect(venue), streams) as good:
            heard: int = 0
            end: float = time.monotonic() + 20
            while heard < 600_000:
                assert time.monotonic() < end
                heard += len(good.recv(1 << 20))
                assert call(venue.rest, "GET", "/api/v3/time", timeout=1.0).status == 200
            assert len(read_all(deaf)) < 400_000        # and then it is over
            assert good.recv(1 << 20)


def test_whoever_floods_with_pings_and_reads_nothing_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Socket.__init__.__kwdefaults__, "max_buffer", 100_000)
    with MockExchange("binance", feed="none") as venue, websocket(connect(venue, 4_096), "/ws-api/v3") as sock:
        sock.settimeout(15)
        with pytest.raises(ConnectionError):
            for _ in range(1_000):
                sock.sendall(frame(9, b"a" * 125) * 500)
        assert until(lambda: call(venue.rest, "GET", "/api/v3/time").status == 200)
