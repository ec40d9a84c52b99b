"""Local servers that misbehave exactly as told: plain sockets, a thread per connection, port 0."""

import base64
import hashlib
import queue
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

DEADLINE: float = 5.0           # seconds a test waits before it fails

# Self-signed for localhost and 127.0.0.1, valid until 2126; for tests only.
CERTIFICATE: str = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHWQJuyIG+QlgcbxW
SSbeK4pl7QjYmbksh3Dod9QMpmWhRANCAASAsyJ7Mp9RqQWbW3MOa/l6YXApnhDQ
AZuegUxSfQ/SxkaLKnFcyl+DWBgO8jKU74VdMaLnvmBw93mW9IdJjiGj
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUO+v3oc0CvxmKsisXHHu6o6ggiwkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAzNDc0NloYDzIxMjYxMDI4
MDM0NzQ2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASAsyJ7Mp9RqQWbW3MOa/l6YXApnhDQAZuegUxSfQ/SxkaLKnFcyl+D
WBgO8jKU74VdMaLnvmBw93mW9IdJjiGjo28wbTAdBgNVHQ4EFgQUkWrYu9l9t0mm
rzQ14h+zVh2c4IkwHwYDVR0jBBgwFoAUkWrYu9l9t0mmrzQ14h+zVh2c4IkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIfdD4+/g00tY65VzzCJUMsFVgMtLN2NPuI6MOcIdmQrQIhAIZ5
dZqWFPsXlymdsRid/M67TVr2wboAruEEzcFPitGE
-----END CERTIFICATE-----
"""


def server_context() -> ssl.SSLContext:
    context: ssl.SSLContext = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path: Path = Path(folder) / "cert.pem"
        path.write_text(CERTIFICATE)
        context.load_cert_chain(path)
    return context


def client_context() -> ssl.SSLContext:
    """Trusts the test certificate and nothing else."""
    return ssl.create_default_context(cadata=CERTIFICATE[CERTIFICATE.index("-----BEGIN CERT"):])


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, number: int, over: threading.Event) -> None:
        self.sock: socket.socket = sock
        self.number: int = number               # 0 for the first connection
        self.over: threading.Event = over       # set when the test ends
        self.buffer: bytes = b""

    def more(self) -> None:
        data: bytes = self.sock.recv(65536)
        if not data:
            raise ConnectionError("peer closed")
        self.buffer += data

    def take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self.more()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def take_head(self) -> str:
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head.decode("latin-1")

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def hang(self) -> None:
        """Say nothing until the test ends."""
        self.over.wait(30)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    # HTTP

    def request(self) -> tuple[str, str, str, bytes]:
        """method, target, head, body"""
        head: str = self.take_head()
        length: int = 0
        for line in head.split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        method, target, _ = head.split("\r\n")[0].split(" ")
        return method, target, head, self.take(length)

    # websocket

    def handshake(self, extra: bytes = b"") -> str:
        head: str = self.take_head()
        key: str = next(line.split(":")[1].strip() for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        accept: bytes = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        self.send(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + extra
        )
        return head

    def frame(self) -> tuple[int, bytes]:
        """opcode and payload of the client's next frame"""
        first, second = self.take(2)
        length: int = second & 127
        if length == 126:
            length = struct.unpack("!H", self.take(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self.take(8))[0]
        assert second & 128, "client frames are masked"
        mask: bytes = self.take(4)
        return first & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(self.take(length)))

    def message(self) -> bytes:
        """The client's next text; pings are answered."""
        while True:
            opcode, payload = self.frame()
            if opcode == 9:
                self.send(frame(payload, 10))
            elif opcode in (1, 2):
                return payload
            elif opcode == 8:
                self.send(frame(payload, 8))
                raise ConnectionError("client closed")

    def serve_pings(self) -> None:
        while True:
            self.message()


def frame(payload: bytes, opcode: int = 1, fin: bool = True) -> bytes:
    head: bytes = bytes([(128 if fin else 0) | opcode])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 65536:
        return head + b"\x7e" + struct.pack("!H", len(payload)) + payload
    return head + b"\x7f" + struct.pack("!Q", len(payload)) + payload


def answer(body: bytes = b"{}", status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


class Server:
    """Calls ``handler(peer)`` in a thread per connection; what it raises ends the connection."""

    def __init__(self, handler: Callable[[Peer], Any], context: ssl.SSLContext | None = None) -> None:
        self.handler: Callable[[Peer], Any] = handler
        self.context: ssl.SSLContext | None = context
        self.over: threading.Event = threading.Event()
        self.accepted: queue.Queue[int] = queue.Queue()
        self.count: int = 0
        self.socks: list[socket.socket] = []
        self.listener: socket.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def http(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"{'wss' if self.context else 'ws'}://127.0.0.1:{self.port}"

    def accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.socks.append(sock)
            peer: Peer = Peer(sock, self.count, self.over)
            self.count += 1
            self.accepted.put(peer.number)
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer: Peer) -> None:
        with suppress(Exception):
            peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context:
                peer.sock = self.context.wrap_socket(peer.sock, server_side=True)
                self.socks.append(peer.sock)
            self.handler(peer)
        with suppress(OSError):
            peer.sock.close()

    def close(self) -> None:
        self.over.set()
        for sock in [self.listener, *self.socks]:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                sock.close()


@contextmanager
def serving(handler: Callable[[Peer], Any], context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server: Server = Server(handler, context)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue of connections is full: connecting to it neither succeeds nor fails."""
    listener: socket.socket = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers: list[socket.socket] = []
    for _ in range(4):
        filler: socket.socket = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        fillers.append(filler)
    try:
        yield listener.getsockname()[1]
    finally:
        for sock in [*fillers, listener]:
            sock.close()


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses connections, and that nobody else gets meanwhile."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def proxy(peer: Peer, target: int, status: str = "200 Connection established") -> None:
    """A CONNECT proxy that leads every host to one local port."""
    head: str = peer.take_head()
    peer.send(f"HTTP/1.1 {status}\r\nX-Seen: {head.split()[1]}\r\n\r\n".encode())
    if not status.startswith("200"):
        return
    with socket.create_connection(("127.0.0.1", target)) as upstream:
        def back() -> None:
            with suppress(OSError):
                while data := upstream.recv(65536):
                    peer.send(data)
        threading.Thread(target=back, daemon=True).start()
        upstream.sendall(peer.buffer)
        while data := peer.sock.recv(65536):
            upstream.sendall(data)


def threads(prefix: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(prefix)]
