"""
Requests that are answered at once: as they come off the wire, without a task, a request object and a response of aiohttp.

aiohttp's parser reads them, so that its limits hold. Whatever is not plain goes aiohttp's way, which is the same answer later: a
request behind another one, one that a fault may strike, one whose body has not come whole, an upgrade, HTTP/1.0.
"""

from collections.abc import Callable
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

_EXPECT: str = "Expect"
_LINES: dict[int, str] = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


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
        if self._faults.active or self._venue.lost or not hasattr(message, "method"):       # the last is no request
            return None
        target: str = message.path
        answerer: Answerer | None = self._routes.get((message.method, target.partition("?")[0]))
        if (
            answerer is None or message.should_close or message.compression or message.upgrade or message.chunked
            or message.version != http.HttpVersion11 or _EXPECT in message.headers
        ):
            return None
        body: bytes = b""
        if payload is not EMPTY_PAYLOAD:
            if not payload.is_eof():
                return None
            body = payload.read_nowait()
        return self.render(answerer(target, message.headers, body, str(peer[0] if isinstance(peer, (tuple, list)) else peer or "")))

    def render(self, answer: Answer) -> bytes:
        """As aiohttp writes it."""
        status, headers, body = answer
        lines: str = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        return f"{_LINES[status]}{lines}Content-Length: {len(body)}\r\nDate: {rfc822_formatted_time()}{self._end}".encode() + body


def direct_of(venue: "Venue", dialect: Dialect) -> Direct | None:
    """What a dialect answers at once; None for one that has nothing of it."""
    routes: Callable[[], DirectRoutes] | None = getattr(dialect, "direct_routes", None)
    return None if routes is None else Direct(venue, routes())
