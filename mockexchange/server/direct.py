"""
Requests that are answered at once: as they come off the wire, without a task, a request object and a response of aiohttp.

aiohttp's parser reads them, so that its limits hold. Whatever is not plain goes aiohttp's way, which is the same answer later: a
request behind another one, one that a fault may strike, one whose body has not come whole, an upgrade, HTTP/1.0.

A client sends the same header lines with every request. Where the parser has read them once on a connection, only the request line
is read (``Heads``): that is a fifth of what an order costs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import EMPTY_PAYLOAD, http, web
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import HttpRequestParser

from ..dialects import Dialect
from ..transport.answers import Answer, Answerer, DirectRoutes
from . import mark

if TYPE_CHECKING:
    from .venue import Venue

# what of aiohttp's connection is used that its documents do not name; one that lacks it serves everything itself
NEEDED: tuple[str, ...] = (
    "_loop", "_parser", "_paused", "_waiter", "_messages", "_request_count", "_force_close", "_close", "peername",
    "_keepalive_handle", "_next_keepalive_close_time", "_keepalive_timeout", "_process_keepalive",
)
# newer parsers count what they have handed out and nobody has taken yet
IS_COUNTED: bool = hasattr(HttpRequestParser, "message_consumed")
IS_POSSIBLE: bool = all(hasattr(web.RequestHandler, name) for name in NEEDED)

MOST_HEADS: int = 4                 # different header lines remembered of a connection: a client sends one or two
MOST_BYTES: int = 2048              # of one of them

# A request line of which the parser makes method and path as they stand: the characters of RFC 3986, and no more than it takes.
_LINE: re.Pattern[bytes] = re.compile(rb"(GET|POST|PUT|DELETE) (/[!$-;=?-Z_a-z~]{0,4000}) HTTP/1\.1\r\n")
_END: bytes = b"\r\n\r\n"
_EXPECT: str = "Expect"
_LINES: dict[int, str] = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


class Heads:
    """
    The header lines of one connection that aiohttp's parser has read, as long as every chunk of bytes was exactly one request without
    a body: then the parser stands where a request begins, and need not see one whose header lines it has read already.
    """

    __slots__ = ("_known", "_is_simple")

    def __init__(self) -> None:
        self._known: dict[bytes, Mapping[str, str]] = {}
        self._is_simple: bool = True

    def find(self, data: bytes) -> tuple[str, str, Mapping[str, str]] | None:
        """Method, raw path with the query, and headers; None for what the parser must read."""
        line: re.Match[bytes] | None = _LINE.match(data)
        if line is None or not self._is_simple:
            return None
        headers: Mapping[str, str] | None = self._known.get(data[line.end():])
        return None if headers is None else (line[1].decode(), line[2].decode(), headers)

    def skip(self, data: bytes) -> None:
        """The parser is given these bytes, and nobody looks at what it makes of them."""
        if self._is_simple and self.find(data) is None:
            self._is_simple = False

    def learn(self, data: bytes, messages: Sequence[tuple[Any, Any]]) -> None:
        """What the parser has made of these bytes."""
        if not self._is_simple:
            return
        line: re.Match[bytes] | None = _LINE.match(data)
        lines: bytes = b"" if line is None else data[line.end():]
        self._is_simple = len(messages) == 1 and is_head(lines, *messages[0])
        if self._is_simple and len(self._known) < MOST_HEADS and len(lines) <= MOST_BYTES and is_plain(messages[0][0]):
            self._known[lines] = messages[0][0].headers


def is_head(lines: bytes, message: Any, payload: Any) -> bool:
    """Whether these are all header lines of a request without a body, one header a line, and nothing behind them."""
    return (
        payload is EMPTY_PAYLOAD and hasattr(message, "method") and not message.upgrade
        and lines.endswith(_END) and lines.count(b"\n") == lines.count(b"\r\n") == len(message.raw_headers) + 1
    )


def is_plain(message: Any) -> bool:
    """Whether a request says nothing of the connection that aiohttp must hear."""
    return not (
        message.should_close or message.compression or message.upgrade or message.chunked
        or message.version != http.HttpVersion11 or _EXPECT in message.headers
    )


def address(peer: Any) -> str:
    """What a transport calls the client's address, as text."""
    return str(peer[0] if isinstance(peer, (tuple, list)) else peer or "")


class Direct:
    """The requests of one application that need no waiting."""

    def __init__(self, venue: "Venue", routes: DirectRoutes) -> None:
        self._venue: Venue = venue
        self._faults = venue.faults
        self._routes: DirectRoutes = routes
        marks: str = "".join(f"{name}: {value}\r\n" for name, value in mark.headers(venue.dialect, venue.hours).items())
        self._end: str = f"\r\nServer: {http.SERVER_SOFTWARE}\r\n{marks}\r\n"

    def answer(self, message: Any, payload: Any, peer: Any) -> bytes | None:
        """
        The whole answer to one request as aiohttp has parsed it, None for one that goes aiohttp's way; nothing is done then.
        ``peer``: what its transport calls the client's address.
        """
        if not hasattr(message, "method") or not is_plain(message):         # the first is no request
            return None
        answerer: Answerer | None = self._find(message.method, message.path)
        if answerer is None:
            return None
        body: bytes = b""
        if payload is not EMPTY_PAYLOAD:
            if not payload.is_eof():
                return None
            body = payload.read_nowait()
        return self.render(answerer(message.path, message.headers, body, address(peer)))

    def answer_line(self, method: str, target: str, headers: Mapping[str, str], peer: Any) -> bytes | None:
        """The same of a plain request without a body, of which ``Heads`` has the header lines."""
        answerer: Answerer | None = self._find(method, target)
        return None if answerer is None else self.render(answerer(target, headers, b"", address(peer)))

    def _find(self, method: str, target: str) -> Answerer | None:
        """Who answers there, unless faults must have a look first, or nothing may be told any more."""
        if self._faults.active or self._venue.lost:
            return None
        return self._routes.get((method, target.partition("?")[0]))

    def render(self, answer: Answer) -> bytes:
        """As aiohttp writes it."""
        status, headers, body = answer
        lines: str = "\r\n".join(map(": ".join, headers.items()))
        return f"{_LINES[status]}{lines}\r\nContent-Length: {len(body)}\r\nDate: {rfc822_formatted_time()}{self._end}".encode() + body


def direct_of(venue: "Venue", dialect: Dialect) -> Direct | None:
    """What a dialect answers at once; None for one that has nothing of it."""
    routes: Callable[[], DirectRoutes] | None = getattr(dialect, "direct_routes", None)
    return None if routes is None else Direct(venue, routes())
