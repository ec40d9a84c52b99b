"""As test_malice.py, over TLS: what holds off peers that mean harm stands behind it."""

import gzip
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import LONG
from malice_child import WITHIN, Child, frame, linux_only, read_all, send, send_until_cut, websocket

MB: int = 1 << 20

pytestmark = linux_only


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    running: Child = Child(tmp_path_factory.mktemp("malice"), "--feed", "none", "--tls")
    yield running
    assert running.end() == 0


@pytest.mark.parametrize("start, piece", [
    (b"GET /", b"a" * 65_536), (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n" * 1_000),
    (b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"a" * 65_536 + b"\r\n"),
], ids=["line", "fields", "chunks"])
def test_endless_requests(child: Child, start: bytes, piece: bytes) -> None:
    with child.watched(), child.connect() as sock:
        sock.sendall(start)
        assert send_until_cut(sock, piece), "the server reads on and on"


def test_a_bomb_and_a_body_that_announces_too_much(child: Child) -> None:
    bomb: bytes = gzip.compress(bytes(100 * MB))
    head: bytes = b"POST /_mock/faults HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    with child.watched():
        for more, body in (
            (b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb), bomb), (b"Content-Length: 10000000000\r\n\r\n", b""),
        ):
            with child.connect() as sock:
                send(sock, head + more + body)
                assert read_all(sock).startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))


@pytest.mark.parametrize(("path", "piece"), [
    ("/ws/btcusdt@bookTicker", frame(9, b"a" * 125) * 500), ("/ws-api/v3", frame(1, b"a" * MB)),
    ("/ws-api/v3", bytes([129, 255]) + (1 << 40).to_bytes(8, "big") + bytes(4) + b"a" * 65_536),
], ids=["pings", "megabytes", "a terabyte"])
def test_hostile_frames(child: Child, path: str, piece: bytes) -> None:
    with child.watched(), websocket(child.connect(), path) as sock:
        assert send_until_cut(sock, piece), "the server reads on and on"


@pytest.mark.parametrize("seed", range(1))
def test_random_bytes_before_and_after_the_handshake(child: Child, seed: int) -> None:
    source: random.Random = random.Random(seed)
    with child.watched():
        for number in range(40):
            with child.connect(plain=number % 2 == 0) as sock:
                send(sock, source.choice([b"", b"\x16\x03\x01"]) + source.randbytes(source.randrange(1, 4_096)))
                if source.random() < 0.5:
                    sock.shutdown(socket.SHUT_WR)
                    sock.settimeout(10)
                    read_all(sock)


def test_handshakes_that_never_come(child: Child) -> None:
    with child.watched():
        socks: list[socket.socket] = [child.connect(plain=True) for _ in range(1_000)]
        for sock in socks[::2]:
            sock.sendall(b"\x16\x03\x01\x02")
        assert child.time() < WITHIN
        for sock in socks:
            sock.close()


def test_answers_that_nobody_reads(child: Child) -> None:
    with child.watched():
        socks: list[socket.socket] = [child.connect(4_096) for _ in range(8)]
        for sock in socks:
            sock.settimeout(0.3)
            assert not send_until_cut(sock, b"GET /_mock/state HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100, 2.0)
        for sock in socks:
            sock.close()


@pytest.mark.parametrize("uvloop", [True, False], ids=["uvloop", "asyncio"])
def test_more_sockets_than_file_descriptors(tmp_path: Path, uvloop: bool) -> None:
    child: Child = Child(tmp_path, "--feed", "none", "--tls", files=128, uvloop=uvloop)
    socks: list[socket.socket] = []
    try:
        with child.watched():
            for _ in range(1_000 if LONG else 300):
                socks.append(child.connect(plain=True))
            assert child.time() < WITHIN
            for sock in socks:
                sock.close()
        assert child.time() < WITHIN
    finally:
        for sock in socks:
            sock.close()
        assert child.end() == 0
