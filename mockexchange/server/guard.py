"""
What keeps a peer that means harm from taking the server's time, memory and sockets.

Limits are constants of this module, so that tests can shorten them. What aiohttp limits itself is not here: a line or
a header of more than 8190 bytes, more than 128 headers, a websocket message over ``sockets.MAX_MESSAGE``.
"""

import asyncio
import logging
from typing import Any, Protocol
from weakref import WeakSet

from aiohttp import web

from .direct import IS_COUNTED, IS_POSSIBLE, Direct, Heads

MAX_BODY: int = 1 << 20             # bytes of a request's body, unpacked
BODY_SECONDS: float = 20.0          # from the end of a request's head to the end of its body
KEEP_ALIVE_SECONDS: float = 75.0    # from connecting, or the last answer, to the end of the next request's head
LINGER_SECONDS: float = 1.0         # that a refused body is read on, so that its sender sees the refusal
MOST_CONNECTIONS: int = 4096        # of the process
ACCEPT_BATCH: int = 8               # connections taken from the queue at once
# Of the process's open files, not for connections: its own, and three batches, for what is taken while the one before
# is looked at and what made room for that is still being closed. A file too few, and asyncio accepts nobody for a second.
SPARE_FILES: int = 32 + 3 * ACCEPT_BATCH
SHOWN: int = 200                    # characters of what was wrong that an answer repeats

logger: logging.Logger = logging.getLogger("mockexchange.server")


class Handler(web.RequestHandler):
    """aiohttp's connection, which after a request that is none reads nothing more, keeps nothing and logs no trace."""

    __slots__ = ("_direct", "_heads")

    def __init__(self, server: web.Server, direct: Direct | None = None, **options: Any) -> None:
        super().__init__(server, **options)
        self._direct: Direct | None = direct if IS_POSSIBLE else None
        self._heads: Heads = Heads()

    def data_received(self, data: bytes) -> None:
        """A request that nothing is in the way of is answered here (direct.py), any other wakes aiohttp's loop over requests."""
        waiter: asyncio.Future[None] | None = self._waiter
        messages = self._messages
        is_idle: bool = not self._request_count if waiter is None else not waiter.done()       # or that loop has not begun yet
        direct: Direct | None = self._direct
        if direct is None or not is_idle or messages or self._paused or self._force_close or self._close:
            self._heads.skip(data)
            super().data_received(data)
            return
        found = self._heads.find(data)
        answer: bytes | None = None if found is None else direct.answer_line(*found, self.peername)
        if answer is not None:
            self._request_count += 1
            self._sent(answer)
            return
        self._waiter = None         # nobody is woken before the request has been looked at
        try:
            super().data_received(data)
        finally:
            self._waiter = waiter
        self._heads.learn(data, messages)
        if not messages:
            return
        if len(messages) == 1:
            answer = direct.answer(*messages[0], self.peername)
            if answer is not None:
                messages.clear()
                if IS_COUNTED and self._parser is not None:
                    self._parser.message_consumed()
                self._sent(answer)
                return
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _sent(self, answer: bytes) -> None:
        """Send an answer, and do what aiohttp's loop does behind every one."""
        if self.transport is not None:
            self.transport.write(answer)
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._keepalive_handle is None:
            self._keepalive_handle = self._loop.call_at(self._next_keepalive_close_time, self._process_keepalive)

    async def start(self) -> None:
        """
        aiohttp's loop over the requests of a connection. Where the connection is lost between the bytes of a request and the
        turn in which it is to be made, aiohttp calls what it has just let go of.
        """
        try:
            await super().start()
        except TypeError:
            if self._request_factory is not None:
                raise

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """The answer to what cannot be served; the connection ends with it."""
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        self.close()
        # An exception, its trace and the frames in it keep each other and every byte that came alive.
        for pending, _ in self._messages:
            _forget(getattr(pending, "exc", None))
        self._messages.clear()
        _forget(exc)
        logger.debug("not HTTP from %s: %s", request.remote, (message or "")[:SHOWN])
        response: web.Response = web.Response(status=status, text=(message or "")[:SHOWN])
        response.force_close()
        return response

    def is_idle(self) -> bool:
        """Whether no request is being served, nor a websocket."""
        return getattr(self, "_current_request", self) is None


def _forget(error: BaseException | None) -> None:
    if error is not None:
        error.__traceback__ = None


class Refused(asyncio.Protocol):
    """A connection there is no room for."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        getattr(transport, "abort", transport.close)()


class Waiting(Protocol):
    """A connection that is still to prove itself."""

    @property
    def is_silent(self) -> bool: ...

    def abort(self) -> None: ...


class Doorkeeper:
    """
    Makes the protocol of every new connection of one listener.

    When the process has as many connections as it can hold, the oldest idle one makes room for the new one; when
    none is idle, the new one is cut. So the limit of open files is never met, where accepting itself would fail.
    """

    _all: "WeakSet[Doorkeeper]" = WeakSet()

    def __init__(self, server: web.Server, direct: Direct | None = None, **options: Any) -> None:
        self._server: web.Server = server
        self._direct: Direct | None = direct
        self._options: dict[str, Any] = options
        self._most: int = most_connections()
        self.waiting: dict[Waiting, None] = {}          # connections that are not with the server yet, oldest first
        self._all.add(self)

    def __call__(self) -> asyncio.Protocol:
        return self.admit() if self.has_room() else Refused()

    def admit(self) -> asyncio.Protocol:
        """The protocol of a connection that has its room already."""
        return Handler(self._server, self._direct, loop=asyncio.get_running_loop(), **self._options)

    def has_room(self) -> bool:
        """Whether one more connection can be had, after one that does nothing has made room for it where that must be."""
        return not self._is_full() or self._make_room()

    def cut(self) -> None:
        """End the connections that wait."""
        for one in list(self.waiting):
            one.abort()

    def _is_full(self) -> bool:
        waiting: int = sum(len(one.waiting) for one in self._all)
        found: list[web.RequestHandler] = [handler for one in self._all for handler in one._server.connections]
        return len(found) + waiting >= self._most and sum(not _is_gone(handler.transport) for handler in found) + waiting >= self._most

    def _make_room(self) -> bool:
        """The oldest that has said nothing at all goes first, then the oldest idle one, then who has said too little."""
        return self._end_waiting(silent=True) or self._end_idle() or self._end_waiting(silent=False)

    def _end_waiting(self, silent: bool) -> bool:
        for waiting in self.waiting:
            if waiting.is_silent == silent:
                waiting.abort()
                return True
        return False

    def _end_idle(self) -> bool:
        for handler in self._server.connections:
            transport: asyncio.Transport | None = handler.transport
            if isinstance(handler, Handler) and handler.is_idle() and transport is not None and not transport.is_closing():
                transport.abort()
                return True
        return False


def _is_gone(transport: asyncio.Transport | None) -> bool:
    """Whether a connection's file is free within a turn or two of the loop, for which files are spared."""
    return transport is None or transport.is_closing() and not transport.get_write_buffer_size()


def most_connections() -> int:
    """How many connections the process can have with the files it may open."""
    try:
        import resource
    except ImportError:
        return MOST_CONNECTIONS         # Windows
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else max(min(MOST_CONNECTIONS, files - SPARE_FILES), 8)


async def read_body(request: web.Request) -> web.Response | None:
    """Read a body that has not come whole yet, within its limits; the answer to one that breaks them."""
    if (request.content_length or 0) > MAX_BODY:
        return _refusal(413, f"body: more than {MAX_BODY} bytes")
    try:
        await asyncio.wait_for(request.read(), BODY_SECONDS)
    except web.HTTPRequestEntityTooLarge:
        return _refusal(413, f"body: more than {MAX_BODY} bytes")
    except asyncio.TimeoutError:
        return _refusal(408, f"body: not whole within {BODY_SECONDS:g} s")
    except web.RequestPayloadError:
        return _refusal(400, "body: not as its headers say")
    except ConnectionError:
        return _refusal(400, "body: the connection is lost")        # nobody hears it
    return None


def _refusal(status: int, text: str) -> web.Response:
    response: web.Response = web.json_response({"error": text}, status=status)
    response.force_close()
    return response


def quiet_accepts(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """
    An event loop's exception handler. Others in the process may use up its files: asyncio then tries a thousand times
    a second to accept, and a trace for each would be all that the process does.
    """
    if "socket.accept()" in str(context.get("message")):
        logger.debug("no file left to accept a connection with")
        return
    loop.default_exception_handler(context)
