"""
Kept-alive connections for one REST client: opened, reused, interrupted.

Every wait ends at a total deadline (``time.monotonic`` seconds), so that a peer that drips bytes
holds a worker no longer than one that says nothing. Everything that fails before the first byte
of a request is handed to the kernel is ``NotSent``; everything after is ``Unknown``.
"""

import os
import select
import socket
import ssl
import threading
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from .net import AddressInfo, default_context, resolve
from .outcome import NotSent, Unknown, describe
from .rest_wire import Response, ResponseParser, WireError, encode_request

SLICE: float = 0.05
IDLE_LIMIT: float = 50.0
USER_AGENT: str = "vnpy_restgateway"


class Origin:
    """Scheme, host and port of a URL, and the header lines that follow from them."""

    __slots__ = ("scheme", "host", "port", "key", "fixed", "authority")

    def __init__(self, scheme: str, host: str, port: int) -> None:
        self.scheme: str = scheme
        self.host: str = host
        self.port: int = port
        self.key: tuple[str, str, int] = (scheme, host, port)
        name: str = f"[{host}]" if ":" in host else host
        self.authority: str = f"{name}:{port}"
        shown: str = name if port == (443 if scheme == "https" else 80) else self.authority
        self.fixed: str = (
            f"Host: {shown}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\n"
            "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
        )


def parse_url(url: str) -> tuple[Origin, str]:
    """
    :return: the origin, and the rest of the URL
    :raises NotSent: it is not a http or https URL
    """
    try:
        parts: SplitResult = urlsplit(url)
        scheme: str = parts.scheme.lower()
        port: int = parts.port or (443 if scheme == "https" else 80)
        host: str = parts.hostname or ""
        if host and not host.isascii():
            host = host.encode("idna").decode()
    except ValueError as exc:
        raise NotSent(f"URL is not valid: {exc}") from exc
    if scheme not in ("http", "https") or not host:
        raise NotSent(f"URL needs http:// or https:// and a host, not {url.partition('?')[0]!r}")
    return Origin(scheme, host, port), parts.path + (f"?{parts.query}" if parts.query else "")


class Connection:
    """One socket to a venue. Used by one thread at a time; ``kill`` is for any thread."""

    __slots__ = ("sock", "origin", "prefix", "idle_since", "idle_limit")

    def __init__(self, sock: socket.socket, origin: Origin, prefix: str) -> None:
        self.sock: socket.socket = sock
        self.origin: Origin = origin
        self.prefix: str = prefix                   # of the target, when a proxy forwards plain http
        self.idle_since: float = 0.0
        self.idle_limit: float = IDLE_LIMIT

    def usable(self, now: float) -> bool:
        """False when it has been idle for long, or the peer has closed it: idle connections have nothing to say."""
        return now - self.idle_since < self.idle_limit and not _readable(self.sock)

    def kill(self) -> None:
        """Wake whoever waits on the socket, from any thread."""
        try:
            # The plain socket's shutdown: SSLSocket's own drops the TLS state under a reader's feet.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        self.sock.close()

    def exchange(self, method: str, request: bytes, deadline: float) -> tuple[Response, bool]:
        """
        Send one request and read its answer.

        :return: the answer, and whether the connection can be used again
        """
        sock: socket.socket = self.sock
        parser: ResponseParser = ResponseParser(method)
        try:
            sock.settimeout(max(deadline - monotonic(), 0.001))
            sent: int = sock.send(request)
        except ConnectionError as exc:
            # The kernel took nothing of it: the peer had gone before we began.
            raise NotSent(f"connection was gone before sending: {describe(exc)}") from exc
        except (OSError, ValueError) as exc:
            raise Unknown(f"sending failed: {describe(exc)}") from exc
        try:
            if sent < len(request):
                sock.sendall(memoryview(request)[sent:])
            while True:
                left: float = deadline - monotonic()
                if left <= 0:
                    raise TimeoutError("timed out")
                sock.settimeout(left)
                data: bytes = sock.recv(65536)
                if not data:
                    parser.finish()
                    break
                if parser.feed(data):
                    break
            response: Response = parser.response()
        except TimeoutError as exc:
            raise Unknown("timed out waiting for the answer") from exc
        except WireError as exc:
            raise Unknown(f"answer not usable: {describe(exc)}") from exc
        except (OSError, ValueError) as exc:
            raise Unknown(f"connection failed before the answer: {describe(exc)}") from exc
        keep: str = response.headers.get("keep-alive", "")
        if keep:
            self._obey(keep)
        return response, parser.keep_alive

    def _obey(self, keep: str) -> None:
        """Keep-Alive: timeout=5 -> let go a second earlier than the peer would."""
        for part in keep.split(","):
            name, _, value = part.strip().partition("=")
            if name.lower() == "timeout" and value.isdigit():
                self.idle_limit = min(IDLE_LIMIT, max(int(value) - 1.0, 0.5))


class Transport:
    """The connections of one client: idle ones by lane and origin, all of them for ``stop``."""

    def __init__(self, proxy_host: str, proxy_port: int, connect_timeout: float, context: ssl.SSLContext | None) -> None:
        self.proxy: tuple[str, int] | None = (proxy_host, proxy_port) if proxy_host and proxy_port else None
        self.connect_timeout: float = connect_timeout
        self.context: ssl.SSLContext | None = context
        self.stopped: bool = False
        self._lock: threading.Lock = threading.Lock()
        self._all: set[Connection] = set()
        self._idle: dict[tuple[str, tuple[str, str, int]], list[Connection]] = {}

    def stop(self) -> None:
        """Wake every waiting thread; whatever is asked for later is NotSent."""
        with self._lock:
            self.stopped = True
            connections: list[Connection] = list(self._all)
            idle: list[Connection] = [c for pool in self._idle.values() for c in pool]
            self._idle.clear()
        for connection in connections:
            connection.kill()
        for connection in idle:
            self._discard(connection)

    def run(self, lane: str, origin: Origin, method: str, request: bytes, deadline: float) -> Response:
        """
        One request over an idle connection of the lane, or over a new one.

        :raises NotSent: no connection came about
        :raises Unknown: it broke after the first byte was sent
        """
        connection: Connection = self._acquire(lane, origin, deadline)
        reusable: bool = False
        try:
            if connection.prefix:
                verb, _, rest = request.partition(b" ")
                request = verb + b" " + connection.prefix.encode() + rest
            response, reusable = connection.exchange(method, request, deadline)
        except Unknown as exc:
            if self.stopped:
                raise Unknown("client was stopped before the answer came") from exc
            raise
        finally:
            if reusable and not self.stopped:
                self._release(lane, connection)
            else:
                self._discard(connection)
        return response

    def _acquire(self, lane: str, origin: Origin, deadline: float) -> Connection:
        pool: list[Connection] | None = self._idle.get((lane, origin.key))
        while pool:
            try:
                connection: Connection = pool.pop()
            except IndexError:
                break
            if connection.usable(monotonic()):
                return connection
            self._discard(connection)
        return self._open(origin, min(deadline, monotonic() + self.connect_timeout))

    def _release(self, lane: str, connection: Connection) -> None:
        connection.idle_since = monotonic()
        with self._lock:
            if not self.stopped:
                self._idle.setdefault((lane, connection.origin.key), []).append(connection)
                return
        self._discard(connection)

    def _discard(self, connection: Connection) -> None:
        with self._lock:
            self._all.discard(connection)
        connection.close()

    def _track(self, connection: Connection) -> None:
        with self._lock:
            self._all.add(connection)
            stopped: bool = self.stopped
        if stopped:
            raise NotSent("client is stopped")

    def _open(self, origin: Origin, deadline: float) -> Connection:
        """TCP, then CONNECT through the proxy, then TLS; whatever fails here is NotSent."""
        host, port = self.proxy or (origin.host, origin.port)
        connection: Connection | None = None
        try:
            connection = Connection(self._connect(host, port, deadline), origin, "")
            self._track(connection)
            if self.proxy and origin.scheme == "http":
                connection.prefix = f"http://{origin.authority}"
            elif self.proxy:
                self._tunnel(connection, deadline)
            if origin.scheme == "https":
                connection.sock.settimeout(max(deadline - monotonic(), 0.001))
                if self.context is None:
                    self.context = default_context()
                # The handshake comes after the assignment, so that kill() reaches the socket it waits on.
                secure: ssl.SSLSocket = self.context.wrap_socket(
                    connection.sock, server_hostname=origin.host.rstrip("."), do_handshake_on_connect=False
                )
                connection.sock = secure
                if not self.stopped:
                    secure.do_handshake()
            if self.stopped:
                raise NotSent("client is stopped")
            return connection
        except Exception as exc:
            if connection is not None:
                self._discard(connection)
            if self.stopped:
                raise NotSent("client is stopped") from exc
            if isinstance(exc, NotSent):
                raise
            place: str = "proxy " if self.proxy else ""
            raise NotSent(f"no connection to {place}{host}:{port}: {describe(exc)}") from exc

    def _connect(self, host: str, port: int, deadline: float) -> socket.socket:
        """The first of the host's addresses that answers; each gets its share of the time."""
        addresses: list[AddressInfo] = resolve(host, port, deadline - monotonic(), lambda: self.stopped)
        error: OSError = OSError("name has no address")
        for index, (family, kind, protocol, _, address) in enumerate(addresses):
            left: float = deadline - monotonic()
            if left <= 0 or self.stopped:
                break
            share: float = left / (len(addresses) - index)
            sock: socket.socket | None = None
            try:
                sock = socket.socket(family, kind, protocol)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                self._dial(sock, address, monotonic() + share)
                return sock
            except OSError as exc:
                error = exc
                if sock is not None:
                    sock.close()
        if deadline - monotonic() <= 0 and not isinstance(error, ConnectionError):
            error = TimeoutError("timed out")
        raise error

    def _dial(self, sock: socket.socket, address: object, deadline: float) -> None:
        """connect() in slices, because nothing portable wakes a thread out of it."""
        sock.setblocking(False)
        try:
            sock.connect(address)               # type: ignore[arg-type]
            return
        except (BlockingIOError, InterruptedError):
            pass
        while not self.stopped:
            left: float = deadline - monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            if _writable(sock, min(left, SLICE)):
                code: int = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    raise OSError(code, os.strerror(code))
                return
        raise OSError("client is stopped")

    def _tunnel(self, connection: Connection, deadline: float) -> None:
        authority: str = connection.origin.authority
        request: bytes = encode_request("CONNECT", authority, f"Host: {authority}\r\n", None, None)
        parser: ResponseParser = ResponseParser("HEAD")     # an accepted CONNECT has no body
        sock: socket.socket = connection.sock
        sock.settimeout(max(deadline - monotonic(), 0.001))
        sock.sendall(request)
        done: bool = False
        while not done:
            left: float = deadline - monotonic()
            if left <= 0:
                raise TimeoutError("proxy did not answer in time")
            sock.settimeout(left)
            data: bytes = sock.recv(4096)
            if not data:
                raise ConnectionError("proxy closed the connection")
            done = parser.feed(data)
        if parser.status // 100 != 2:
            raise ConnectionError(f"proxy refused with {parser.status} {parser.reason[:80]}")


def _readable(sock: socket.socket) -> bool:
    try:
        if _HAS_POLL:
            poller: select.poll = select.poll()
            poller.register(sock, select.POLLIN)
            return bool(poller.poll(0))
        return bool(select.select([sock], [], [], 0)[0])
    except (OSError, ValueError):
        return True


def _writable(sock: socket.socket, timeout: float) -> bool:
    if _HAS_POLL:
        poller: select.poll = select.poll()
        poller.register(sock, select.POLLOUT)
        return bool(poller.poll(max(timeout * 1000, 1)))
    # Windows reports a refused connection in the exceptional set only.
    _, writable, failed = select.select([], [sock], [sock], timeout)
    return bool(writable or failed)


_HAS_POLL: bool = hasattr(select, "poll")
