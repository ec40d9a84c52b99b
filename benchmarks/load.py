"""HTTP requests on kept-alive connections, as cheap for the client as Python can make them."""

import socket
import ssl
from collections import deque
from time import perf_counter

from side_by_side import KEY


def http_request(target: str) -> bytes:
    """A POST without a body, as our gateway sends its orders."""
    return (
        f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MBX-APIKEY: {KEY}\r\nAccept-Encoding: identity\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


class Load:
    """``clients`` connections to one server; with ``certificate``, the path of what is trusted, they speak TLS."""

    def __init__(self, port: int, clients: int, certificate: str = "") -> None:
        self.sockets: list[socket.socket] = []
        context: ssl.SSLContext | None = ssl.create_default_context(cafile=certificate) if certificate else None
        for _ in range(clients):
            one: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                one = context.wrap_socket(one, server_hostname="127.0.0.1")
            self.sockets.append(one)

    def close(self) -> None:
        """End the connections."""
        for one in self.sockets:
            one.close()

    def per_second(self, requests: list[bytes]) -> float:
        """Requests a second, every connection always having one on its way."""
        waiting: deque[socket.socket] = deque()
        left = iter(requests)
        begin: float = perf_counter()
        for one in self.sockets:
            one.sendall(next(left))
            waiting.append(one)
        while waiting:
            one = waiting.popleft()
            read_answer(one)
            request: bytes | None = next(left, None)
            if request is not None:
                one.sendall(request)
                waiting.append(one)
        return len(requests) / (perf_counter() - begin)

    def p50(self, requests: list[bytes]) -> float:
        """Median seconds of one request after the other, on the first connection."""
        one: socket.socket = self.sockets[0]
        times: list[float] = []
        for request in requests:
            begin: float = perf_counter()
            one.sendall(request)
            read_answer(one)
            times.append(perf_counter() - begin)
        return sorted(times)[len(times) // 2]


def read_answer(one: socket.socket) -> bytes:
    """A whole answer; RuntimeError unless it is a 200."""
    data: bytes = one.recv(65_536)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += more(one)
    if not data.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"answer: {data!r}")
    length: int = content_length(data[:end])
    while len(data) < end + 4 + length:
        data += more(one)
    return data


def content_length(head: bytes) -> int:
    """Bytes of the body."""
    at: int = head.find(b"ontent-")
    while at >= 0:
        name, _, rest = head[at:at + 40].partition(b":")
        if name.lower() == b"ontent-length":
            return int(rest.partition(b"\r")[0])
        at = head.find(b"ontent-", at + 1)
    raise RuntimeError(f"no length: {head!r}")


def more(one: socket.socket) -> bytes:
    """Further bytes; ConnectionError when the server has closed."""
    data: bytes = one.recv(65_536)
    if not data:
        raise ConnectionError("the server has closed the connection")
    return data
