"""A served venue in a child process that is watched while it is ill-treated: does it answer, what does it hold, what does it say."""

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

WITHIN: float = 5.0             # s for somebody else's request, on a machine that has other things to do
MEMORY_MB: int = 48             # what an attack may add at most
STDERR_BYTES: int = 20_000      # what it may make the server say

linux_only = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory of a process is read from /proc")


class Child:
    """``python -m mockexchange serve binance=0``, with TLS where ``--tls`` is among the arguments."""

    def __init__(self, folder: Path, *arguments: str, files: int = 0, uvloop: bool = True) -> None:
        """``files``: its limit of open files, where that is not to be inherited."""
        self.tls: ssl.SSLContext | None = None
        code: list[str] = ["import sys"]
        if files:
            code.append(f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))")
        if not uvloop:
            code.append("sys.modules['uvloop'] = None")
        code.append("from mockexchange.server.cli import main; sys.exit(main(['serve', 'binance=0', *sys.argv[1:]]))")
        self.errors: Path = folder / "stderr"
        with self.errors.open("wb") as stderr:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-c", "\n".join(code), *(arguments or ("--feed", "none"))],
                stdout=subprocess.PIPE, stderr=stderr, env=os.environ.copy(),
            )
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.port: int = int(ready["rest"].rpartition(":")[2])
        if "certificate" in ready:
            self.tls = ssl.create_default_context(cafile=ready["certificate"])
        self.slowest: float = 0.0

    def connect(self, receive_buffer: int = 0, plain: bool = False) -> socket.socket:
        """``plain``: without a handshake, also with TLS."""
        sock: socket.socket = socket.socket()
        sock.settimeout(10)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.connect(("127.0.0.1", self.port))
        return sock if self.tls is None or plain else self.tls.wrap_socket(sock, server_hostname="localhost")

    def time(self) -> float:
        """Seconds that ``GET /api/v3/time`` takes on a connection of its own."""
        began: float = monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10) if self.tls is None else (
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.tls)
        )
        try:
            connection.request("GET", "/api/v3/time")
            answer = connection.getresponse()
            assert answer.status == 200 and "serverTime" in json.loads(answer.read())
        finally:
            connection.close()
        return monotonic() - began

    def memory(self) -> int:
        """MB of the process that are resident."""
        status: str = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found is not None
        return int(found.group(1)) // 1024

    def said(self) -> str:
        return self.errors.read_text(errors="replace")

    @contextmanager
    def watched(self, memory: int = MEMORY_MB, stderr: int = STDERR_BYTES, crowded: bool = False) -> Iterator[None]:
        """
        Whatever happens within: others are served, memory is bounded, and the log is. Where it is ``crowded``, who has not asked yet
        may have to make room for somebody else, and comes again.
        """
        self.time()
        before: int = self.memory()
        said: int = len(self.said())
        over: threading.Event = threading.Event()
        found: list[float | Exception] = []
        most: list[int] = [before]

        def ask() -> None:
            while not over.is_set():
                try:
                    found.append(self.time())
                    most.append(self.memory())
                except ConnectionResetError as error:
                    if not crowded:
                        found.append(error)
                        return
                except Exception as error:
                    found.append(error)
                    return
                over.wait(0.02)

        asking: threading.Thread = threading.Thread(target=ask, daemon=True)
        asking.start()
        try:
            yield
        finally:
            over.set()
            asking.join(15)
        assert found and not [error for error in found if isinstance(error, Exception)], found[-1]
        slowest: float = max(seconds for seconds in found if isinstance(seconds, float))
        assert slowest < WITHIN, f"somebody else's request took {slowest:.2f} s"
        assert self.time() < WITHIN
        assert max(most) - before < memory, f"{before} MB became {max(most)} MB"
        assert self.process.poll() is None
        assert len(self.said()) - said < stderr, self.said()[said:said + 2_000]

    def end(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(5)
        finally:
            self.process.kill()
            self.process.wait(5)
            if self.process.stdout is not None:
                self.process.stdout.close()


def send_until_cut(sock: socket.socket, piece: bytes, seconds: float = 6.0) -> bool:
    """Send a piece again and again; whether the peer has cut the connection within that time."""
    end: float = monotonic() + seconds
    try:
        while monotonic() < end:
            sock.sendall(piece)
    except TimeoutError:
        return False
    except OSError:
        return True
    return False


def send(sock: socket.socket, data: bytes) -> None:
    """Send what the peer may have enough of before it is all sent."""
    with suppress(OSError):
        sock.sendall(data)


def read_all(sock: socket.socket, most: int = 1 << 20) -> bytes:
    """Everything the peer says until it closes."""
    data: bytes = b""
    with suppress(ConnectionError):
        while len(data) < most and (part := sock.recv(65_536)):
            data += part
    return data


def websocket(sock: socket.socket, path: str = "/ws") -> socket.socket:
    """The handshake by hand."""
    sock.sendall(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n".encode()
        + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    head: bytes = b""
    while b"\r\n\r\n" not in head:
        part: bytes = sock.recv(4096)
        assert part, head
        head += part
    assert head.startswith(b"HTTP/1.1 101"), head
    return sock


def frame(opcode: int, payload: bytes, fin: bool = True, masked: bool = True) -> bytes:
    """A client's frame; the mask is 0."""
    size: int = len(payload)
    head: bytes = bytes([(128 if fin else 0) | opcode])
    flag: int = 128 if masked else 0
    if size < 126:
        head += bytes([flag | size])
    elif size < 1 << 16:
        head += bytes([flag | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([flag | 127]) + size.to_bytes(8, "big")
    return head + (bytes(4) if masked else b"") + payload
