"""What a hostile peer sends costs its own request or connection: the client lives, its memory and time are bounded."""

import gzip
import os
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from net_clients import RestProbe, rest_probe, stream_probe
from net_servers import (
    Peer,
    answer,
    client_context,
    frame,
    proxy,
    server_context,
    serving,
)

from vnpy_restgateway.net.outcome import NotSent, Unknown

MB: int = 1 << 20
TIMEOUT: float = 1.5            # seconds of a request
MEMORY_MB: int = 160            # an answer of 32 MB, whole and in pieces, and some air

Misdeed = Callable[[Peer], None]


def resident() -> int:
    """MB of this process; 0 where that cannot be read."""
    status: Path = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * 4096 // MB if status.exists() else 0


@contextmanager
def bounded(megabytes: int = MEMORY_MB) -> Iterator[None]:
    """Memory is looked at all the time."""
    over: threading.Event = threading.Event()
    before: int = resident()
    most: list[int] = [before]

    def watch() -> None:
        while not over.wait(0.01):
            most.append(resident())

    watcher: threading.Thread = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    assert max(most) - before < megabytes, f"{before} MB became {max(most)} MB"


def endless(start: bytes, piece: bytes, most: int = 512 * MB) -> Misdeed:
    """Sends on and on; a test that lets it send ``most`` bytes is a test that fails."""
    def send(peer: Peer) -> None:
        peer.send(start)
        for _ in range(most // len(piece)):
            peer.send(piece)
    return send


def drip(start: bytes, piece: bytes) -> Misdeed:
    def send(peer: Peer) -> None:
        peer.send(start)
        while not peer.over.wait(0.05):
            peer.send(piece)
    return send


def said(data: bytes) -> Misdeed:
    return lambda peer: peer.send(data)


OK: bytes = b"HTTP/1.1 200 OK\r\n"
CHUNKED: bytes = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def packed(wbits: int) -> bytes:
    """200 MB of nothing as zlib (15) or gzip (31)."""
    packer = zlib.compressobj(1, wbits=wbits)
    return b"".join(packer.compress(bytes(MB)) for _ in range(200)) + packer.flush()


def bomb(coding: str, pack: Callable[[], bytes], has_length: bool = True) -> Misdeed:
    """Packed when it is wanted: that takes a second."""

    def send(peer: Peer) -> None:
        body: bytes = pack()
        ends: str = f"Content-Length: {len(body)}" if has_length else "Connection: close"
        peer.send(OK + f"Content-Encoding: {coding}\r\n{ends}\r\n\r\n".encode() + body)

    return send


MISDEEDS: dict[str, Misdeed] = {
    "100 MB": endless(OK + b"Content-Length: 104857600\r\n\r\n", b"a" * MB, 100 * MB),
    "an exabyte announced": said(OK + b"Content-Length: 1152921504606846976\r\n\r\n{}"),
    "a length of 10^4 digits": said(OK + b"Content-Length: " + b"9" * 10_000 + b"\r\n\r\n{}"),
    "chunks of 1 MB": endless(CHUNKED, b"100000\r\n" + b"a" * MB + b"\r\n"),
    "chunks of two bytes": endless(CHUNKED, b"2\r\naa\r\n" * 10_000),
    "a chunk of an exabyte": endless(CHUNKED + b"1000000000000000\r\n", b"a" * MB),
    "endless chunk size": endless(CHUNKED, b"0" * 65_536),
    "endless chunk extension": endless(CHUNKED + b"1;", b"a" * 65_536),
    "endless trailer": endless(CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000),
    "no length, no end": endless(OK + b"Connection: close\r\n\r\n", b"a" * MB),
    "gzip bomb": bomb("gzip", lambda: packed(31)),
    "gzip in gzip": bomb("gzip, gzip", lambda: gzip.compress(packed(31))),
    "deflate bomb": bomb("deflate", lambda: packed(15), has_length=False),
    "br": said(OK + b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\nabc"),
    "endless status line": endless(b"HTTP/1.1 200 ", b"a" * 65_536),
    "endless header": endless(OK + b"X: ", b"a" * 65_536),
    "endless headers": endless(OK, b"X: y\r\n" * 10_000),
    "1xx for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
    "103 for ever": endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 1_000),
    "no HTTP": endless(b"", b"\x16\x03\x01" * 20_000),
    "HTTP/0.9": said(b"<html>hello"),
    "brackets": said(answer(b"[" * 100_000)),
    "brackets that end": said(answer(b"[" * 100_000 + b"]" * 100_000)),
    "NaN": said(answer(b'{"a":NaN}')),
    "Infinity": said(answer(b'{"a":-Infinity}')),
    "1e400": said(answer(b'{"a":1e400}')),
    "10^5 digits": said(answer(b'{"a":' + b"9" * 100_000 + b"}")),
    "no UTF-8": said(answer(b'{"a":"\xff\xfe"}')),
    "half a surrogate": said(answer(b'{"a":"\\ud800"}')),
    "NUL": said(answer(bytes(1_000))),
    "body drips": drip(OK + b"Content-Length: 1000\r\n\r\n", b"a"),
    "chunks drip": drip(CHUNKED, b"1\r\na\r\n"),
    "body without length drips": drip(OK + b"Connection: close\r\n\r\n", b" "),
    "body without length stops": drip(OK + b"Connection: close\r\n\r\n{}", b""),
    "headers drip": drip(OK, b"X: y\r\n"),
    "1xx drips": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


LONG: bool = bool(os.environ.get("LONG"))
HEAVY: tuple[str, ...] = ("chunks of two bytes", "endless trailer", "gzip bomb", "deflate bomb")     # a second of CPU; on one of two lanes, with one parser


def bad_then_good(misdeed: Misdeed) -> Callable[[Peer], None]:
    """Whoever asks for /good gets an answer."""
    def handler(peer: Peer) -> None:
        while True:
            _, target, _, _ = peer.request()
            if "good" in target:
                peer.send(answer(b'{"good":1}'))
            else:
                misdeed(peer)
    return handler


def good_still(client: RestProbe) -> None:
    client.ask("GET", "/good")
    assert client.next()[:2] == ("data", {"good": 1})


@pytest.mark.parametrize("name", list(MISDEEDS) if LONG else list(MISDEEDS)[::2])
def test_hostile_answers(name: str) -> None:
    with serving(bad_then_good(MISDEEDS[name])) as server, rest_probe() as client:
        client.init(server.http)
        client.start()
        with bounded():
            for lane in ("order", "query") if LONG or name not in HEAVY else ("order",):
                began: float = time.monotonic()
                client.ask("POST", "/bad", lane=lane, timeout=TIMEOUT)
                kind, value, _ = client.next()
                assert kind == "error" and isinstance(value, Unknown), (kind, value)
                assert time.monotonic() - began < TIMEOUT + 2.0
                assert len(str(value)) < 1_000, "what came is not repeated"
                good_still(client)


def test_million_elements_are_an_answer() -> None:
    """Nothing wrong with them; what they are is for the reader to find out."""
    with serving(bad_then_good(said(answer(b"[" + b"0," * 999_999 + b"0]")))) as server, rest_probe() as client:
        client.init(server.http)
        client.start()
        with bounded():
            client.ask("GET", "/bad")
            kind, value, _ = client.next()
            assert kind == "data" and len(value) == 1_000_000
            good_still(client)


def test_what_a_refusal_says_is_logged_in_short(caplog: pytest.LogCaptureFixture) -> None:
    with serving(bad_then_good(said(answer(b'{"msg":"' + b"a" * (20 * MB) + b'"}', "400 Bad Request")))) as server:
        with rest_probe() as client:
            client.init(server.http)
            client.start()
            with bounded(300):
                client.add_request("GET", "/bad")
                client.join()
    assert len(caplog.records) == 1 and len(caplog.records[0].getMessage()) < 2_000


# redirects


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_redirect_is_not_followed(status: str, method: str) -> None:
    """Neither to another host, which would get the key, nor within this one, where it would never end."""
    heard: list[str] = []
    with serving(lambda peer: heard.append(peer.take_head())) as thief:
        def handler(peer: Peer) -> None:
            while True:
                _, target, head, _ = peer.request()
                if "good" in target:
                    peer.send(answer(b'{"good":1}'))
                    continue
                asked.append(head)
                where: str = f"{thief.http}/order" if "away" in target else target
                peer.send(answer(b"{}", status, f"Location: {where}\r\n"))

        asked: list[str] = []
        with serving(handler) as server, rest_probe() as client:
            client.init(server.http)
            client.start()
            for path in ("/away", "/round"):
                client.ask(method, path, headers={"X-MBX-APIKEY": "the-key"}, lane="order")
                kind, value, _ = client.next()
                assert (kind, value) == ("failed", int(status[:3]))
            good_still(client)
            assert len(asked) == 2 and not heard and thief.count == 0


# TLS


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    heard: list[str] = []
    with serving(lambda peer: heard.append(peer.take_head()), server_context()) as server, rest_probe() as client, stream_probe() as stream:
        client.init(server.http)
        client.start()
        client.ask("POST", "/order", headers={"X-MBX-APIKEY": "the-key"}, lane="order")
        kind, value, _ = client.next()
        assert kind == "error" and isinstance(value, NotSent) and "certificate verify failed" in str(value).lower(), value
        stream.go(server.ws)
        assert "CERTIFICATE_VERIFY_FAILED" in str(stream.next("error")[1])
        assert stream.epoch == 0 and not heard


def test_a_certificate_of_another_name_is_refused() -> None:
    """Trusted, but for localhost; it comes as api.example, through a proxy that leads everything there."""
    heard: list[str] = []
    with serving(lambda peer: heard.append(peer.take_head()), server_context()) as server:
        with serving(lambda peer: proxy(peer, server.port)) as tunnel, rest_probe() as client, stream_probe() as stream:
            client.init("https://api.example", "127.0.0.1", tunnel.port, ssl_context=client_context())
            client.start()
            client.ask("POST", "/order", headers={"X-MBX-APIKEY": "the-key"}, lane="order")
            kind, value, _ = client.next()
            assert kind == "error" and isinstance(value, NotSent) and "api.example" in str(value), value
            stream.go("wss://api.example", proxy_host="127.0.0.1", proxy_port=tunnel.port, ssl_context=client_context())
            assert "mismatch" in str(stream.next("error")[1])
            assert stream.epoch == 0 and not heard


def test_plain_http_where_tls_is_due() -> None:
    with serving(endless(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" * 1_000)) as server, rest_probe() as client:
        client.init(server.http.replace("http://", "https://"))
        client.start()
        client.ask("POST", "/order", lane="order")
        kind, value, _ = client.next()
        assert kind == "error" and isinstance(value, NotSent)


# websockets


def head(opcode: int, size: int, fin: bool = True, rsv: int = 0) -> bytes:
    return bytes([(128 if fin else 0) | rsv | opcode, 127]) + struct.pack("!Q", size)


FRAMES: dict[str, Misdeed] = {
    "100 MB": endless(head(1, 100 * MB), b"a" * MB, 100 * MB),
    "an exabyte": endless(head(1, 1 << 60), b"a" * MB),
    "a negative length": endless(head(1, (1 << 64) - 1), b"a" * MB),
    "a fragment of 100 MB": endless(frame(b"a", 1, False) + head(0, 100 * MB), b"a" * MB, 100 * MB),
    "endless fragments": endless(frame(b"a", 1, False), frame(b"a" * 1_000, 0, False) * 1_000),
    "endless empty fragments": endless(frame(b"", 1, False), frame(b"", 0, False) * 10_000, 20 * MB),
    "endless bytes": endless(frame(b"a", 1, False), frame(b"a", 0, False) * 10_000, 20 * MB),
    "continuation of nothing": said(frame(b"a", 0)),
    "a message in a message": said(frame(b"a", 1, False) + frame(b"b", 1)),
    "opcode 3": said(frame(b'{"n":3}', 3)),
    "opcode 11": said(frame(b'{"n":11}', 11)),
    "fragmented ping": said(frame(b"a", 9, False)),
    "ping of 1 MB": said(frame(b"a" * MB, 9)),
    "masked": said(bytes([129, 128 | 2]) + b"abcd{}"),
    "close of one byte": said(frame(b"a", 8)),
    "close of no code": said(frame(struct.pack("!H", 0) + b"\xff" * 100, 8)),
    "close of 1 MB": said(frame(b"\x03\xe8" + b"a" * MB, 8)),
    "HTTP again": endless(b"", b"HTTP/1.1 200 OK\r\n\r\n" * 1_000),
}
MESSAGES: dict[str, bytes] = {
    "no UTF-8": b'{"a":"\xff"}', "brackets": b"[" * 100_000, "NaN": b"NaN", "1e400": b"1e400",
    "digits": b"9" * 100_000, "compressed": zlib.compress(b'{"a":1}'), "empty": b"", "nul": bytes(100), "16 MB": b"a" * (16 * MB - 1),
}


@pytest.mark.parametrize("name", list(FRAMES))
def test_hostile_frames(name: str) -> None:
    """Such a connection ends; the next one is good."""
    def handler(peer: Peer) -> None:
        peer.handshake()
        if peer.number == 0:
            FRAMES[name](peer)
            peer.serve_pings()
            return
        while True:
            peer.send(frame(peer.message()))

    with serving(handler) as server, stream_probe() as client, bounded():
        client.greeting = {"hello": 1}
        client.go(server.ws, ping_interval=0.3, pong_timeout=0.5)
        assert client.next("disconnected")
        assert client.next("packet")[1] == {"hello": 1}
        events = [event for event in list(client.events.queue) if event[0] == "error"]
        assert all(len(str(event[1])) < 1_000 for event in events)


@pytest.mark.parametrize("name", list(MESSAGES))
def test_poisonous_messages_cost_themselves(name: str) -> None:
    def handler(peer: Peer) -> None:
        peer.handshake()
        peer.message()
        data: bytes = frame(MESSAGES[name])
        if name == "compressed":
            data = bytes([data[0] | 64]) + data[1:]         # and not negotiated
        peer.send(data)
        peer.send(frame(b'{"good":1}'))
        peer.serve_pings()

    with serving(handler) as server, stream_probe() as client, bounded():
        client.greeting = {"hello": 1}
        client.go(server.ws)
        assert len(str(client.next("error")[1])) < 1_000
        assert client.next("packet")[1] == {"good": 1} and client.epoch == 1


HANDSHAKES: dict[str, Misdeed] = {
    "endless header": endless(b"HTTP/1.1 101 Switching Protocols\r\nX: ", b"a" * 65_536),
    "endless headers": endless(b"HTTP/1.1 101 Switching Protocols\r\n", b"X: y\r\n" * 10_000),
    "1xx for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
    "endless refusal": endless(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 1000000000\r\n\r\n", b"a" * MB),
    "no HTTP": endless(b"", b"\x16\x03\x01" * 20_000),
    "silence": lambda peer: peer.hang(),
    "redirect": said(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    "wrong accept": said(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm8=\r\n\r\n"
    ),
}


@pytest.mark.parametrize("name", list(HANDSHAKES))
def test_hostile_handshakes(name: str) -> None:
    def handler(peer: Peer) -> None:
        if peer.number == 0:
            peer.take_head()
            HANDSHAKES[name](peer)
            peer.hang()
            return
        peer.handshake()
        peer.send(frame(b'{"good":1}'))
        peer.serve_pings()

    with serving(handler) as server, stream_probe() as client, bounded():
        client.go(server.ws, connect_timeout=1.0)
        assert len(str(client.next("error")[1])) < 1_000
        assert client.next("packet")[1] == {"good": 1}


def test_pings_of_a_peer_that_reads_nothing() -> None:
    """Each is answered, until the answers pile up."""
    def handler(peer: Peer) -> None:
        peer.handshake()
        if peer.number == 0:
            endless(b"", frame(b"a" * 125, 9) * 1_000, 64 * MB)(peer)
            return
        peer.send(frame(b'{"good":1}'))
        peer.serve_pings()

    with serving(handler) as server, stream_probe() as client, bounded(64):
        client.go(server.ws, max_send_buffer=MB)
        assert client.next("disconnected") and client.next("packet")[1] == {"good": 1}


