"""
Whoever can reach the port may send what they like: the server goes on serving the others, and its memory is bounded.
"""

import gzip
import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from malice_child import (
    WITHIN,
    Child,
    frame,
    linux_only,
    read_all,
    send,
    send_until_cut,
    websocket,
)

LONG: bool = bool(os.environ.get("LONG"))
MB: int = 1 << 20
EMPTY_LINES: bytes = b"\r\n" * 32_768      # allowed before a request (RFC 9112, 2.2), and cost nothing
CLIENT_HELLO: bytes = bytes.fromhex(
    "16030100c8010000c403030000000000000000000000000000000000000000000000000000000000000000000004130113020100009700"
)

pytestmark = linux_only


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    running: Child = Child(tmp_path_factory.mktemp("malice"))
    yield running
    assert running.end() == 0


# heads


@pytest.mark.parametrize("start, piece", [
    (b"GET /", b"a" * 65_536),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a" * 65_536),
    (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n" * 1_000),
    (b"GET / HTTP/1.1\r\nHost: x\r\n", b"".join(b"X%d: y\r\n" % n for n in range(10_000))),
    (b"GET / HTTP/1.1\r\n", b"\r" * 65_536),
    (b"", EMPTY_LINES),
    (b"POST /api/v3/order?", b"a=b&" * 16_384),
], ids=["line", "value", "fields", "10000 fields", "CR", "CRLF", "query"])
def test_endless_head(child: Child, start: bytes, piece: bytes) -> None:
    with child.watched():
        socks: list[socket.socket] = [child.connect() for _ in range(5)]
        for sock in socks:
            sock.sendall(start)
            if send_until_cut(sock, piece, 0.3 if piece == EMPTY_LINES else 6.0):
                assert len(read_all(sock)) < 4_096, "the answer repeats what was sent"
            else:
                assert piece == EMPTY_LINES, "the server reads on and on"
            sock.close()


def test_head_of_a_megabyte_is_refused(child: Child) -> None:
    with child.watched(), child.connect() as sock:
        send(sock, b"GET /" + b"a" * MB + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        answer: bytes = read_all(sock)
        assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 431"))


# bodies


@pytest.mark.parametrize("path", ["/api/v3/order", "/_mock/faults", "/_mock/price", "/"])
def test_body_that_announces_too_much_is_refused_unread(child: Child, path: str) -> None:
    with child.watched(), child.connect() as sock:
        sock.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000000\r\n\r\n".encode())
        answer: bytes = read_all(sock)
        assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 40")), answer
        assert b"nection: close" in answer


@pytest.mark.parametrize("path", ["/api/v3/order", "/_mock/faults", "/nowhere"])
def test_endless_chunks(child: Child, path: str) -> None:
    with child.watched(), child.connect() as sock:
        sock.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        assert send_until_cut(sock, b"10000\r\n" + b"a" * 65_536 + b"\r\n"), "the server reads on and on"


def test_chunk_that_announces_an_exabyte(child: Child) -> None:
    with child.watched(), child.connect() as sock:
        sock.sendall(b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1000000000000000\r\n")
        assert send_until_cut(sock, b"a" * 65_536), "the server reads on and on"


def test_bomb_of_gzip(child: Child) -> None:
    bomb: bytes = gzip.compress(bytes(100 * MB))
    with child.watched(), child.connect() as sock:
        head: str = (
            f"POST /_mock/faults HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        )
        send(sock, head.encode() + bomb)
        assert read_all(sock).startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))


@pytest.mark.parametrize("body", [
    b"[" * 1_000_000, b'{"a":' * 150_000, b"9" * 1_000_000, b'{"symbol":"BTCUSDT","price":' + b"9" * 100_000 + b"}",
    b'{"symbol":"BTCUSDT","price":"' + b"9" * 1_000_000 + b'"}', b'{"symbol":"BTCUSDT","price":1e400}',
    b'{"symbol":"' + b"A" * 1_000_000 + b'","price":"1"}', b"\xff" * 1_000, b'{"price":NaN}',
], ids=["brackets", "objects", "digits", "price", "price as text", "1e400", "symbol", "no UTF-8", "NaN"])
def test_poisonous_json_for_the_control_api(child: Child, body: bytes) -> None:
    with child.watched(), child.connect() as sock:
        sock.sendall(
            b"POST /_mock/price HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        answer: bytes = read_all(sock)
        assert answer.startswith(b"HTTP/1.1 400"), answer[:300]
        assert len(answer) < 2_000, "the answer repeats what was sent"


@pytest.mark.parametrize("parameters", [
    "quantity=" + "9" * 7_000, "quantity=1e4000", "quantity=NaN", "price=" + "0." + "9" * 7_000, "timestamp=" + "9" * 7_000,
    "&".join(f"a{n}=b" for n in range(1_500)), "%00" * 1_000, "quantity=-" + "9" * 7_000,
])
def test_poisonous_parameters(child: Child, parameters: str) -> None:
    with child.watched(), child.connect() as sock:
        body: str = f"symbol=BTCUSDT&side=BUY&type=LIMIT&{parameters}"
        sock.sendall(
            f"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: mock-key\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        answer: bytes = read_all(sock)
        assert answer.startswith(b"HTTP/1.1 400"), answer[:300]
        assert len(answer) < 2_000 + 2 * len(body)      # Binance repeats an unknown parameter


# bytes that are no HTTP


@pytest.mark.parametrize("first", [
    CLIENT_HELLO + bytes(200), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), b"\x00" * 65_536, b"SSH-2.0-x\r\n",
    b"GET / HTTP/9.9\r\n\r\n", b"GET  /  HTTP/1.1\r\n\r\n", b"\x05\x01\x00", b"*1\r\n$4\r\nPING\r\n",
    b"GET /%%%\xff HTTP/1.1\r\nHost: \xff\r\n\r\n", b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \xff\r\n\r\n",
])
def test_other_protocols(child: Child, first: bytes) -> None:
    with child.watched():
        for _ in range(20):
            with child.connect() as sock:
                sock.sendall(first)
                sock.shutdown(socket.SHUT_WR)
                assert len(read_all(sock)) < 65_536


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes(child: Child, seed: int) -> None:
    source: random.Random = random.Random(seed)
    with child.watched():
        for _ in range(100):
            with child.connect() as sock:
                send(sock, source.randbytes(source.randrange(1, 4_096)))
                if source.random() < 0.5:
                    sock.shutdown(socket.SHUT_WR)
                    read_all(sock)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_requests(child: Child, seed: int) -> None:
    """A good request with some of its bytes changed."""
    source: random.Random = random.Random(seed)
    good: bytes = (
        b"POST /api/v3/order?symbol=BTCUSDT&side=BUY HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MBX-APIKEY: mock-key\r\n"
        b"Content-Length: 20\r\n\r\ntype=MARKET&quantity"
    )
    with child.watched(stderr=60_000):
        for _ in range(200):
            damaged: bytearray = bytearray(good)
            for _ in range(source.randrange(1, 6)):
                damaged[source.randrange(len(damaged))] = source.randrange(256)
            with child.connect() as sock:
                send(sock, bytes(damaged))
                sock.shutdown(socket.SHUT_WR)
                read_all(sock)


# websockets


Attack = tuple[bytes, bytes]            # once, then again and again


def bomb(opcode: int) -> Attack:
    return bytes([128 | opcode, 255]) + (1 << 40).to_bytes(8, "big") + bytes(4), b"a" * 65_536


def endless(piece: bytes, start: bytes = b"") -> Attack:
    return start, piece


ATTACKS: dict[str, Attack] = {
    "frame of a terabyte": bomb(1),
    "ping of a terabyte": bomb(9),
    "frame of a megabyte": endless(frame(1, b"a" * MB)),
    "endless fragments": endless(frame(0, b"a" * 1_000, False) * 64, frame(1, b"a", False)),
    "endless empty fragments": endless(frame(0, b"", False) * 10_000, frame(1, b"", False)),
    "endless pings": endless(frame(9, b"a" * 125) * 500),
    "endless pongs": endless(frame(10, b"a" * 125) * 500),
    "endless messages": endless(frame(1, b"{}") * 1_000),
    "no UTF-8": endless(frame(1, b"\xff\xfe")),
    "unknown opcode": endless(frame(5, b"a")),
    "reserved bits": endless(b"\xf1\x80\x00\x00\x00\x00"),
    "not masked": endless(frame(1, b"{}", masked=False) * 100),
    "continuation of nothing": endless(frame(0, b"a")),
    "fragmented ping": endless(frame(9, b"a", False)),
    "long ping": endless(frame(9, b"a" * 200)),
    "close without end": endless(frame(8, b"\x03")),
    "binary": endless(frame(2, b"a" * 1_000)),
    "random": endless(random.Random(7).randbytes(65_536)),
}
# What a peer may do for ever, as long as others are served; the WebSocket API does not count messages.
ALLOWED: frozenset[str] = frozenset({"endless empty fragments"})
ALLOWED_WITHOUT_LIMIT: frozenset[str] = frozenset({"endless pongs", "endless messages", "not masked"})


SOCKETS: tuple[str, str] = ("/ws/btcusdt@bookTicker", "/ws-api/v3")
PAIRS: list[tuple[str, str]] = [
    (name, path) for at, name in enumerate(ATTACKS) for side, path in enumerate(SOCKETS) if LONG or (at + side) % 2 == 0
]


@pytest.mark.parametrize(("name", "path"), PAIRS)
def test_hostile_frames(child: Child, name: str, path: str) -> None:
    with child.watched():
        allowed: bool = name in ALLOWED or path == "/ws-api/v3" and name in ALLOWED_WITHOUT_LIMIT
        for _ in range(3 if LONG and not allowed and name != "endless pings" else 1):     # those keep the server busy for seconds
            with websocket(child.connect(), path) as sock:
                start, piece = ATTACKS[name]
                send(sock, start)
                assert send_until_cut(sock, piece, 0.5 if allowed else 6.0) or allowed, "the server reads on and on"


@pytest.mark.parametrize("path", ["/ws", "/ws-api/v3"])
@pytest.mark.parametrize("text", [
    b"[" * 200_000, b'{"method":' * 20_000, b'{"method":"SUBSCRIBE","params":[' + b'"a",' * 50_000 + b'"b"],"id":1}',
    b'{"method":"SUBSCRIBE","params":["' + b"a" * 200_000 + b'"],"id":1}', b'{"id":' + b"9" * 100_000 + b"}",
    b'{"id":1,"method":"order.place","params":{"quantity":1e400}}', b'{"id":1,"method":"' + b"a" * 200_000 + b'"}',
    b'{"id":1,"method":"order.place","params":{"quantity":' + b"9" * 100_000 + b"}}",
    b"\x00" * 1_000, b"null", b'{"id":1,"method":null,"params":' + b"[" * 900 + b"]" * 900 + b"}",
], ids=range(11))
def test_poisonous_messages(child: Child, path: str, text: bytes) -> None:
    with child.watched():
        for _ in range(3 if LONG else 1):
            with websocket(child.connect(), path) as sock:
                sock.sendall(frame(1, text))
                assert sock.recv(65_536)            # an answer or a close frame, not a hang


# many


def test_a_thousand_idle_sockets(child: Child) -> None:
    with child.watched():
        socks: list[socket.socket] = [child.connect() for _ in range(1_000)]
        for sock in socks[::2]:
            sock.sendall(b"GET / HTTP/1.1\r\n")         # and never more
        assert child.time() < WITHIN
        for sock in socks:
            sock.close()


def test_pipelined_requests_whose_answers_nobody_reads(child: Child) -> None:
    with child.watched():
        socks: list[socket.socket] = [child.connect(4_096) for _ in range(8)]
        for sock in socks:
            sock.settimeout(0.3)
            assert not send_until_cut(sock, b"GET /_mock/state HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        for sock in socks:
            sock.close()


@pytest.mark.parametrize("uvloop", [True, False], ids=["uvloop", "asyncio"])
def test_more_sockets_than_file_descriptors(tmp_path: Path, uvloop: bool) -> None:
    if uvloop:
        pytest.importorskip("uvloop")
    child: Child = Child(tmp_path, files=128, uvloop=uvloop)
    socks: list[socket.socket] = []
    try:
        with child.watched(crowded=True):
            for _ in range(1_000 if LONG else 400):
                socks.append(child.connect())
            assert child.time() < WITHIN
            for sock in socks:
                sock.close()
        assert child.time() < WITHIN
        for _ in range(10 if LONG else 2):  # a place that has just been left is free
            socks = [child.connect() for _ in range(100)]
            assert child.time() < WITHIN
            for sock in socks:
                sock.close()
            assert child.time() < WITHIN
    finally:
        for sock in socks:
            sock.close()
        assert child.end() == 0
