"""Venues over TLS: their certificate, who trusts it how, and peers that mean harm before they have shaken hands."""

import asyncio
import json
import os
import socket
import ssl
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import aiohttp
import pytest
import requests
from malice_child import frame, read_all, send, send_until_cut, websocket
from waiting import until
from websockets.sync.client import connect

from mockexchange import MockExchange
from mockexchange.server import certificate, guard, tls
from mockexchange.transport.sockets import Socket

TIME = "/api/v3/time"


@pytest.fixture(scope="module")
def venue() -> Iterator[MockExchange]:
    with MockExchange("binance", feed="none", seed=7, tls=True) as running:
        yield running


@pytest.fixture
def no_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def tcp(venue: MockExchange) -> socket.socket:
    parts = urlsplit(venue.rest)
    return socket.create_connection((parts.hostname, parts.port), 5)


def secure(venue: MockExchange) -> ssl.SSLSocket:
    return ssl.create_default_context(cafile=venue.certificate).wrap_socket(tcp(venue), server_hostname="localhost")


def is_served(venue: MockExchange) -> bool:
    with secure(venue) as sock:
        sock.sendall(f"GET {TIME} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return read_all(sock).startswith(b"HTTP/1.1 200")


# who trusts it


def test_requests(venue: MockExchange, no_bundles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert venue.rest.startswith("https://127.0.0.1:") and venue.stream.startswith("wss://127.0.0.1:")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(venue.rest + TIME, timeout=5)
    assert requests.get(venue.rest + TIME, timeout=5, verify=venue.certificate).status_code == 200
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", venue.certificate)
    with requests.Session() as session:
        answers = [session.get(venue.rest + TIME, timeout=5) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_what_goes_by_the_systems_authorities(venue: MockExchange, no_bundles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """``SSL_CERT_FILE`` is what OpenSSL reads by itself."""
    monkeypatch.setenv("SSL_CERT_FILE", venue.certificate)
    with urlopen(venue.rest + TIME, timeout=5) as answer:
        assert "serverTime" in json.load(answer)
    with connect(venue.stream + "/ws", proxy=None) as stream:
        stream.send('{"method":"LIST_SUBSCRIPTIONS","id":1}')
        assert json.loads(stream.recv(5)) == {"result": [], "id": 1}


def test_aiohttp_over_both(venue: MockExchange) -> None:
    asyncio.run(ask_over_both(venue))


async def ask_over_both(venue: MockExchange) -> None:
    context = ssl.create_default_context(cafile=venue.certificate)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        async with session.get(venue.rest + TIME) as answer:
            assert answer.status == 200
        async with session.ws_connect(venue.rest + "/ws-api/v3") as stream:
            await stream.send_str('{"id":1,"method":"ping"}')
            assert (await stream.receive_json(timeout=5))["status"] == 200


def test_names_and_strictness(venue: MockExchange) -> None:
    """Python 3.13 verifies strictly, as RFC 5280 has it."""
    context = ssl.create_default_context(cafile=venue.certificate)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    for name in ("localhost", "127.0.0.1", "::1"):
        with context.wrap_socket(tcp(venue), server_hostname=name) as sock:
            assert sock.version() in ("TLSv1.2", "TLSv1.3")
            assert sock.getpeercert()
    with tcp(venue) as sock, pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        context.wrap_socket(sock, server_hostname="api.binance.com")


def test_http_1_is_what_is_agreed_on(venue: MockExchange) -> None:
    context = ssl.create_default_context(cafile=venue.certificate)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with context.wrap_socket(tcp(venue), server_hostname="localhost") as sock:
        assert sock.selected_alpn_protocol() == "http/1.1"


# files


def test_nothing_is_left(tmp_path: Path) -> None:
    with MockExchange("binance", feed="none", tls=True) as venue:
        path = Path(venue.certificate)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700 or os.name == "nt"
        assert b"PRIVATE" not in path.read_bytes()
        venue.restart()
        assert is_served(venue)
        venue.reset()
        assert is_served(venue)
    assert not path.parent.exists()
    busy = tcp_listener()
    with busy, pytest.raises(OSError, match="cannot listen on"):
        MockExchange("binance", busy.getsockname()[1], feed="none", tls=True).start()


def tcp_listener() -> socket.socket:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    return sock


def test_a_kept_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(host: str = "127.0.0.1") -> bytes:
        with MockExchange("binance", feed="none", state=tmp_path, tls=True, host=host) as venue:
            assert Path(venue.certificate) == tmp_path / "certificate.pem"
            assert is_served(venue)
            return Path(venue.certificate).read_bytes()

    first = serve()
    assert stat.S_IMODE((tmp_path / "tls.pem").stat().st_mode) == 0o600 or os.name == "nt"
    assert serve() == first
    assert serve("127.0.0.2") != first, "another name needs another one"
    second = serve("127.0.0.2")
    assert serve() == second, "it has more names than are needed"
    (tmp_path / "tls.pem").write_text("rubbish")
    third = serve()
    assert third != second
    (tmp_path / "certificate.pem").write_bytes(second)
    assert serve() not in (second, third), "the two files are not of one piece"
    monkeypatch.setattr(certificate, "LEAST_DAYS", certificate.LIFE_DAYS)
    assert serve() != third


def own_files(folder: Path) -> tuple[Path, Path]:
    authority, both = certificate.make(["127.0.0.1"])
    key, end, rest = both.partition(b"-----END PRIVATE KEY-----\n")
    for name, data in (("ca.pem", authority), ("cert.pem", rest), ("key.pem", key + end), ("both.pem", both)):
        (folder / name).write_bytes(data)
    return folder / "cert.pem", folder / "key.pem"


def test_ones_own_certificate(tmp_path: Path) -> None:
    cert, key = own_files(tmp_path)
    for arguments in ({"tls_cert": cert, "tls_key": key}, {"tls_cert": str(tmp_path / "both.pem")}):
        with MockExchange("binance", feed="none", **arguments) as venue:        # type: ignore[arg-type]
            assert venue.certificate == str(arguments["tls_cert"])
            assert requests.get(venue.rest + TIME, timeout=5, verify=str(tmp_path / "ca.pem")).status_code == 200
    assert cert.exists() and key.exists()


@pytest.mark.parametrize(("cert", "key", "says"), [
    ("nowhere.pem", None, r"tls certificate '.*nowhere.pem': No such file"),
    ("cert.pem", "nowhere.pem", r"tls key '.*nowhere.pem': No such file"),
    ("cert.pem", None, r"tls certificate '.*cert.pem', which must hold its key too: "),
    ("cert.pem", "other.pem", r"tls certificate '.*cert.pem' and key '.*other.pem': key values mismatch"),
    ("cert.pem", "encrypted.pem", r"the key is encrypted, it must not be"),
    ("rubbish.pem", None, r"tls certificate '.*rubbish.pem', which must hold its key too: "),
])
def test_files_that_cannot_be_used(tmp_path: Path, cert: str, key: str | None, says: str) -> None:
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption, Encoding, PrivateFormat, load_pem_private_key,
    )

    own_files(tmp_path)
    other = certificate.make(["127.0.0.1"])[1]
    (tmp_path / "other.pem").write_bytes(other)
    (tmp_path / "rubbish.pem").write_text("rubbish")
    private = load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    (tmp_path / "encrypted.pem").write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    )
    with pytest.raises(ValueError, match=says):
        MockExchange("binance", tls_cert=tmp_path / cert, tls_key=tmp_path / key if key else "").start()


def test_a_key_without_a_certificate() -> None:
    with pytest.raises(ValueError, match="tls_key 'key.pem': tls_cert is needed as well"):
        MockExchange("binance", tls_key="key.pem")


def test_a_host_that_is_no_name() -> None:
    with pytest.raises(ValueError, match="tls: host 'bücher.example': "):
        MockExchange("binance", host="bücher.example", tls=True).start()


# peers that mean harm


@pytest.mark.parametrize("first", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 65_536, b"\x16\x03\x01\xff\xff" + b"a" * 65_535, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01",
    b"\x15\x03\x01\x00\x02\x02\x28", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x80\x2e\x01\x00\x02",
], ids=["http", "zeros", "long record", "short hello", "alert", "h2", "ssl2"])
def test_what_is_no_handshake(venue: MockExchange, first: bytes, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        with tcp(venue) as sock:
            send(sock, first)
            sock.shutdown(socket.SHUT_WR)
            said = read_all(sock)
            assert len(said) < 300 and (first[:1] == b"\x16" or b"use https:// and wss://" in said)
    assert is_served(venue)
    assert not caplog.records
    assert until(lambda: not waiting(venue))


def waiting(venue: MockExchange) -> int:
    return venue.run(lambda _: len(venue._running()._doorkeeper.waiting))       # type: ignore[union-attr]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockExchange]:
    monkeypatch.setattr(tls, "HANDSHAKE_SECONDS", 0.6)
    monkeypatch.setattr(guard, "KEEP_ALIVE_SECONDS", 0.6)
    with MockExchange("binance", feed="none", tls=True) as running:
        yield running


@pytest.mark.parametrize("says", [b"", b"\x16\x03\x01\x00\xc8\x01"])
def test_a_handshake_that_stops_is_cut_off(hurried: MockExchange, says: bytes) -> None:
    with tcp(hurried) as sock:
        sock.sendall(says)
        began = time.monotonic()
        assert read_all(sock) == b"" and time.monotonic() - began < 5
    assert until(lambda: not waiting(hurried))


def test_idle_and_slow_as_without(hurried: MockExchange) -> None:
    with secure(hurried) as silent, secure(hurried) as slow:
        slow.sendall(b"GET /api/v3/time HTTP/1.1\r\nHost: x\r\nX: ")
        assert read_all(silent) == b""
        assert read_all(slow) == b""
    assert is_served(hurried)


@pytest.mark.parametrize("uvloop", [True, False], ids=["uvloop", "asyncio"])
def test_more_handshakes_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch, uvloop: bool) -> None:
    """The oldest that is still to shake hands makes room: who does, is served."""
    monkeypatch.setattr(guard, "most_connections", lambda: 8)
    if not uvloop:
        monkeypatch.setitem(sys.modules, "uvloop", None)
    with MockExchange("binance", feed="none", tls=True) as venue, ExitStack() as stack:
        idle = [stack.enter_context(tcp(venue)) for _ in range(40)]
        assert {read_all(sock) for sock in idle[:32]} == {b""}
        until(lambda: waiting(venue) == 8)
        assert is_served(venue)
        assert read_all(idle[32]) == b""
        assert waiting(venue) <= 8
        for sock in idle:
            sock.close()
        until(lambda: not waiting(venue))
        kept = [stack.enter_context(secure(venue)) for _ in range(8)]
        assert is_served(venue), "an idle one makes room"
        assert sum(is_open(sock) for sock in kept) == 7


@pytest.mark.parametrize("uvloop", [True, False], ids=["uvloop", "asyncio"])
def test_whoever_reads_nothing_is_dropped(monkeypatch: pytest.MonkeyPatch, uvloop: bool) -> None:
    """What waits for a reader is counted behind the encryption too."""
    monkeypatch.setitem(Socket.__init__.__kwdefaults__, "max_buffer", 100_000)
    if not uvloop:
        monkeypatch.setitem(sys.modules, "uvloop", None)
    with MockExchange("binance", feed="none", tls=True) as venue, websocket(secure(venue), "/ws-api/v3") as sock:
        assert send_until_cut(sock, frame(9, b"a" * 125) * 500, 20.0)
        assert is_served(venue)


def is_open(sock: ssl.SSLSocket) -> bool:
    sock.settimeout(0.05)
    try:
        return bool(sock.recv(1))
    except TimeoutError:
        return True
    except OSError:
        return False


def test_a_renegotiating_or_dripping_handshake_holds_nobody(venue: MockExchange) -> None:
    """A ClientHello byte by byte, while others are served."""
    hello = client_hello()
    with tcp(venue) as sock:
        for byte in hello[:40]:
            sock.sendall(bytes([byte]))
        assert is_served(venue)
        sock.sendall(hello[40:])
        assert sock.recv(5)[:1] == b"\x16", "the server's hello"


def client_hello() -> bytes:
    out = ssl.MemoryBIO()
    one = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        one.do_handshake()
    return out.read()


def test_a_request_that_comes_with_the_end_of_the_handshake(venue: MockExchange) -> None:
    """TLS 1.3: the client speaks first, in the very packet that ends the handshake."""
    for _ in range(20):
        to_client, from_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=venue.certificate)
        client = context.wrap_bio(to_client, from_client, server_hostname="localhost")
        with tcp(venue) as sock:
            with pytest.raises(ssl.SSLWantReadError):
                client.do_handshake()
            sock.sendall(from_client.read())
            while True:
                to_client.write(sock.recv(65_536))
                try:
                    client.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    continue
            client.write(f"GET {TIME} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            sock.sendall(from_client.read())
            data = b""
            while part := sock.recv(65_536):
                to_client.write(part)
                try:
                    data += client.read(65_536)
                except ssl.SSLWantReadError:
                    continue
                break
            assert data.startswith(b"HTTP/1.1 200")


def test_the_control_api_over_tls(venue: MockExchange) -> None:
    def ask(**headers: str) -> requests.Response:
        return requests.get(venue.rest + "/_mock/state", headers=headers, timeout=5, verify=venue.certificate)

    assert ask().json()["dialect"] == "binance"
    assert ask(Origin=venue.rest).status_code == 200
    assert ask(Origin="https://evil.example").status_code == 403
    assert ask(Host="evil.example").status_code == 403


def test_a_wire_in_front(venue: MockExchange) -> None:
    with venue.wire() as wire:
        assert wire.rest.startswith("https://") and wire.stream.startswith("wss://")
        assert requests.get(wire.rest + TIME, timeout=5, verify=venue.certificate).status_code == 200
        wire.reset_new()
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(wire.rest + TIME, timeout=5, verify=venue.certificate)
