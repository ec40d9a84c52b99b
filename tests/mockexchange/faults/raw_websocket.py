"""A websocket client that hides nothing: frames, FIN and RST as they come (RFC 6455, 5.2)."""

import base64
import os
import socket
import ssl
import struct
from typing import NamedTuple
from urllib.parse import urlsplit

DEADLINE: float = 10.0
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


def dial(url: str, timeout: float) -> socket.socket:
    """A connection to a venue, with TLS where its URL says so; who the venue is, is another test's business."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout)
    if parts.scheme not in ("https", "wss"):
        return connection
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = SecureSocket
    return context.wrap_socket(connection, suppress_ragged_eofs=False)


class SecureSocket(ssl.SSLSocket):
    """One whose end without TLS's own goodbye is what it is: Python before 3.12.3 takes a RST for the end of the data (gh-115627)."""

    def recv(self, size: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(size, flags)
        except ssl.SSLEOFError:
            raise ConnectionResetError("no goodbye") from None


class Frame(NamedTuple):
    opcode: int
    payload: bytes


class RawWebSocket:
    """``head`` is the answer to the handshake. Reading raises EOFError at a FIN, ConnectionResetError at a RST, TimeoutError."""

    def __init__(self, url: str, path: str, timeout: float = DEADLINE) -> None:
        self.socket: socket.socket = dial(url, timeout)
        host, port = urlsplit(url).netloc.split(":")
        key: str = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        ).encode())
        self._buffer: bytes = b""
        try:
            self.head: str = self._until(b"\r\n\r\n").decode()
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self) -> "RawWebSocket":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    @property
    def status(self) -> int:
        return int(self.head.split(" ")[1])

    def send(self, payload: str | bytes, opcode: int = TEXT) -> None:
        data: bytes = payload.encode() if isinstance(payload, str) else payload
        size: bytes = bytes((0x80 | len(data),)) if len(data) < 126 else struct.pack("!BH", 0x80 | 126, len(data))
        mask: bytes = os.urandom(4)
        masked: bytes = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.socket.sendall(bytes((0x80 | opcode,)) + size + mask + masked)

    def frame(self, timeout: float = DEADLINE) -> Frame:
        """The next frame."""
        self.socket.settimeout(timeout)
        first, size = self._take(2)
        if size == 126:
            size = struct.unpack("!H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._take(8))[0]
        return Frame(first & 0x0F, self._take(size))

    def text(self, timeout: float = DEADLINE) -> bytes:
        """The next text message; pings are passed over."""
        while True:
            frame: Frame = self.frame(timeout)
            if frame.opcode == TEXT:
                return frame.payload
            assert frame.opcode in (PING, PONG), frame

    def rest(self, timeout: float = DEADLINE) -> bytes:
        """Everything until the connection ends."""
        self.socket.settimeout(timeout)
        while data := self.socket.recv(65536):
            self._buffer += data
        return self._buffer

    def pong(self, payload: bytes = b"are you there") -> bool:
        """Ping, and whether the answer comes within half a second; text messages that come meanwhile are lost."""
        self.send(payload, PING)
        try:
            while True:
                if self.frame(0.5) == Frame(PONG, payload):
                    return True
        except TimeoutError:
            return False

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(end)
        return head

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _more(self) -> None:
        data: bytes = self.socket.recv(65536)
        if not data:
            raise EOFError(self._buffer)
        self._buffer += data
