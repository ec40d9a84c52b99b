"""
One kept-alive urllib3 connection of a REST client, and how it comes about.

urllib3 speaks HTTP and TLS; what is added is a deadline (monotonic seconds) for name, TCP, proxy and
TLS together, and a way to wake a waiting thread from another.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Protocol, Any
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url

from rest_locale import _

from ..seams import Seams
from .outcome import NotSent
from .proxy import Proxy
from .http_wire import Answer, request_head
from .rest_format import Headers, Response, decode_content, read_content
from .wire import Wire

IDLE_LIMIT: float = 50.0            # seconds a connection may be idle: less than venues and proxies allow
FRESH: float = 4.0                  # seconds since the peer was heard within which an order may leave over a connection


class Origin:
    """Scheme, host and port of a URL."""

    __slots__ = ("scheme", "host", "port", "key", "authority", "host_header")

    def __init__(self, scheme: str, host: str, port: int) -> None:
        self.scheme: str = scheme
        self.host: str = host
        self.port: int = port
        self.key: tuple[str, str, int] = (scheme, host, port)
        self.authority: str = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        is_usual: bool = port == (443 if scheme == "https" else 80)
        self.host_header: str = self.authority.removesuffix(f":{port}") if is_usual else self.authority


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
        raise NotSent(_("URL is not valid: {reason}").format(reason=exc)) from exc
    if scheme not in ("http", "https") or not host:
        raise NotSent(_("URL needs http:// or https:// and a host, not {url!r}").format(url=url.partition('?')[0]))
    return Origin(scheme, host, port), parts.path + (f"?{parts.query}" if parts.query else "")


def ends_with_connection(response: Response) -> bool:
    """Whether an answer tells its end by nothing else; one whose connection ``kill`` has cut then looks whole."""
    return "Content-Length" not in response.headers and "Transfer-Encoding" not in response.headers


class Host(Protocol):
    """What is needed of whoever owns the connections."""

    proxy: Proxy | None
    seams: Seams

    def is_stopped(self) -> bool: ...

    def tls(self) -> ssl.SSLContext: ...


class Dialer:
    """Opens sockets for a urllib3 connection: within a deadline, and so that ``stop`` can interrupt it."""

    def __init__(self, transport: Host) -> None:
        self.transport: Host = transport
        self.deadline: float = 0.0
        self.socket: socket.socket | None = None        # a second handle on the connection, for ``kill``

    def open(self, host: str, port: int) -> socket.socket:
        """A connected socket."""
        stopped = self.transport.is_stopped
        sock: socket.socket = self.transport.seams.wire.connect(host, port, self.deadline, stopped)
        # shutdown() of a duplicate ends the connection without touching TLS state under a reader's feet
        self.socket = sock.dup()
        if stopped():
            sock.close()
            raise OSError(_("client is stopped"))          # stop() may have looked before there was a socket to kill
        return sock

    def kill(self) -> None:
        """Wake whoever waits on the connection, from any thread."""
        try:
            if self.socket is not None:
                self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()


class PlainConnection(HTTPConnection):
    dialer: Dialer
    putheader = http.client.HTTPConnection.putheader        # what urllib3 would leave out is never given to it

    def _new_conn(self) -> socket.socket:
        return self.dialer.open(self.host, self.port)


class SecureConnection(HTTPSConnection):
    dialer: Dialer
    putheader = http.client.HTTPConnection.putheader

    def _new_conn(self) -> socket.socket:
        return self.dialer.open(self.host, self.port or 443)


class Connection:
    """One connection to a venue. Used by one thread at a time; ``kill`` is for any thread."""

    def __init__(self, transport: Host, origin: Origin) -> None:
        self.origin: Origin = origin
        self.prefix: str = ""                           # of the target, when a proxy forwards plain http
        self.host: str = origin.host_header
        self.method: str = ""                           # of the last request
        self.idle_since: float = 0.0                    # when the last answer was whole: the peer was heard then
        self.sent_at: float = 0.0                       # when the last request was sent
        self.deadline: float = 0.0                      # of the exchange under way
        self.dialer: Dialer = Dialer(transport)
        self._monotonic: Callable[[], float] = transport.seams.monotonic
        self._wire: Wire = transport.seams.wire
        through: Proxy | None = transport.proxy
        host, port = (through.host, through.port) if through else (origin.host, origin.port)
        proxy: Url | None = Url("http", host=host, port=port) if through else None
        self.proxy_headers: dict[str, str] = {}         # of every request, when a proxy forwards plain http
        self.http: PlainConnection | SecureConnection
        if origin.scheme == "https":
            self.http = SecureConnection(host, port, proxy=proxy, ssl_context=transport.tls())
            if proxy:
                self.http.set_tunnel(origin.host, origin.port, headers=through.headers if through else None, scheme="http")
        else:
            self.http = PlainConnection(host, port, proxy=proxy)
            if proxy:
                self.prefix = f"http://{origin.authority}"
                self.host = origin.authority
                self.proxy_headers = through.headers if through else {}
        self.http.dialer = self.dialer

    def usable(self, now: float, limit: float = IDLE_LIMIT) -> bool:
        """False when it has been idle for ``limit`` seconds, or the peer has closed it: idle connections have nothing to say."""
        sock: Any = self.http.sock
        return sock is not None and now - self.idle_since < limit and not self._wire.has_bytes(sock)

    def open(self, deadline: float) -> None:
        """TCP, then CONNECT through a proxy, then TLS."""
        self.dialer.deadline = self.deadline = deadline
        self.http.timeout = max(deadline - self._monotonic(), 0.001)
        self.http.connect()

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, deadline: float, waits: bool
    ) -> None:
        """Send one request; one that does not ``wait`` raises BlockingIOError when the kernel cannot take all of it now."""
        self.deadline = deadline
        if self.proxy_headers:
            headers = {**headers, **self.proxy_headers}
        self.sent_at = now = self._monotonic()
        self.http.sock.settimeout(max(deadline - now, 0.001) if waits else 0.0)
        self.method = method
        head: bytes = request_head(method, self.prefix + target, self.host, headers, body)
        self.http.sock.sendall(head + body if body else head)

    def receive(self) -> Response:
        """The answer to what was sent; the caller decides what an exception means."""
        left: float = max(self.deadline - self._monotonic(), 0.001)
        self.http.timeout = left
        self.http.sock.settimeout(left)
        answer: Answer = Answer(self.http.sock, method=self.method)
        try:
            answer.begin()
            if answer.will_close:
                self.http.close()           # the answer has a handle of its own
            content: bytes = read_content(answer)
            if answer.length:
                raise http.client.IncompleteRead(content, answer.length)
        finally:
            answer.close()
        headers_found: Headers = answer.found
        return Response(
            answer.status, answer.reason, headers_found, decode_content(content, headers_found.get("Content-Encoding", ""))
        )

    def kill(self) -> None:
        self.dialer.kill()

    def close(self) -> None:
        self.http.close()
        self.dialer.close()
