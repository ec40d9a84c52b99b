"""The aiohttp application of a venue: faults around the dialect's routes, the control API beside them."""

import asyncio
import socket
import struct
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web

from ..dialects import Dialect
from ..faults import AFTER_ENGINE, BEFORE_ENGINE, ON_REPLY, Dropped, FaultTable, Reply
from .control import CONTROL_PREFIX, Control
from .guard import MAX_BODY, read_body
from .venue import Venue

GONE_POLL_SECONDS: float = 0.05

# l_onoff 1, l_linger 0: close() answers with RST. Windows' struct linger holds two u_short.
LINGER_ZERO: bytes = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def abort_with_rst(transport: asyncio.BaseTransport | None) -> None:
    """Cut a connection so that the peer sees ECONNRESET; nothing happens when it is gone already."""
    if transport is None or transport.is_closing():
        return
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    # uvloop's transports have abort() without being asyncio.WriteTransport
    getattr(transport, "abort", transport.close)()


class HttpWire:
    """The connection a request came on, as faults see it."""

    def __init__(self, request: web.Request) -> None:
        self._request: web.Request = request

    def reset(self) -> None:
        """Cut it with a RST."""
        abort_with_rst(self._request.transport)

    async def closed(self) -> None:
        """
        Wait until the client has gone.

        aiohttp tells a handler of that only by cancelling it, and a cancelled handler would
        lose the order that a ``delay`` holds back: hence the looking again and again.
        """
        while (transport := self._request.transport) is not None and not transport.is_closing():
            await asyncio.sleep(GONE_POLL_SECONDS)


class FaultMiddleware:
    """Lets faults bite around every request but the control API's; without any it costs one attribute."""

    def __init__(self, faults: FaultTable) -> None:
        self._faults: FaultTable = faults
        self._tasks: set[asyncio.Task[object]] = set()

    def install(self, app: web.Application) -> None:
        """Put it around the routes of ``app``."""

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not request.content.is_eof():        # else it came with the head, as nearly all do
                refusal: web.Response | None = await read_body(request)
                if refusal is not None:
                    return refusal
            if not self._faults.active or request.path.startswith(CONTROL_PREFIX):
                return await handler(request)
            return await self._bitten(request, handler)

        app.middlewares.append(middleware)
        app.on_shutdown.append(self._shutdown)

    async def _bitten(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        faults: FaultTable = self._faults
        label: str = f"{request.method} {request.path}"
        wire: HttpWire = HttpWire(request)
        task: asyncio.Task[object] | None = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            # Read now: a client that leaves during a delay takes the unread body with it.
            await request.read()
            reply: Reply | None = await faults.bite(BEFORE_ENGINE, label, wire)
            if reply is None:
                response: web.StreamResponse = await handler(request)
                if response.prepared:
                    return response         # a websocket that has lived: there is no answer to spoil
                reply = await faults.bite(AFTER_ENGINE, label, wire) or await faults.bite(ON_REPLY, label, wire)
                if reply is None:
                    return response
        except Dropped:
            gone: web.Response = web.Response()         # nobody hears it
            gone.force_close()
            return gone
        finally:
            self._tasks.discard(task)
        return web.Response(
            status=reply.status, body=reply.body, headers={**reply.headers, "Content-Type": reply.content_type}
        )

    async def _shutdown(self, app: web.Application) -> None:
        """What a fault holds back dies with the server; it must not reach the venue after a restart."""
        tasks: list[asyncio.Task[object]] = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def build_app(venue: Venue, dialect: Dialect, control: Control | None = None) -> web.Application:
    """
    The application of one venue.

    ``control`` is the control API to serve; without one, it has no token and ``reset``
    renews the venue but not the dialect (only a Listener can do that).
    """
    app: web.Application = web.Application(client_max_size=MAX_BODY)
    FaultMiddleware(venue.faults).install(app)
    (control or Control(venue)).add_routes(app)
    dialect.add_routes(app)
    return app
