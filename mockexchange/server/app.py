"""The aiohttp application of a venue: faults around the dialect's routes, the control API beside them."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import chain

from aiohttp import hdrs, web

from ..dialects import Dialect
from ..faults import (
    AFTER_ENGINE,
    BEFORE_ENGINE,
    ON_REPLY,
    OPEN,
    Dropped,
    FaultTable,
    Labels,
    FaultReply,
    Passing,
)
from ..transport.sockets import ON_OPEN
from . import mark
from .control import CONTROL_PREFIX, Control
from .guard import MAX_BODY, read_body
from .page.routes import Page, leads_browser, to_page
from .venue import Venue
from .wires import HttpWire, answer_of, send_reply

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

METHODS: tuple[str, ...] = (hdrs.METH_GET, hdrs.METH_POST, hdrs.METH_PUT, hdrs.METH_DELETE)
NOT_HEARD: int = 444                 # of the answer to a connection that is gone
VARIABLE: re.Pattern[str] = re.compile(r"\{[^{}]*\}")


class FaultMiddleware:
    """Lets faults bite around every request but the control API's; without any it costs one attribute."""

    def __init__(self, venue: Venue) -> None:
        self._venue: Venue = venue
        self._faults: FaultTable = venue.faults

    def install(self, app: web.Application) -> None:
        """Put it around the routes of ``app``."""
        venue: Venue = self._venue

        async def passed(request: web.Request, handler: Handler) -> web.StreamResponse:
            if venue.lost:
                if request.transport is not None:
                    request.transport.abort()       # nothing that it knows may be told
                raise web.HTTPServiceUnavailable(text=venue.lost)
            if not request.content.is_eof():        # else it came with the head, as nearly all do
                refusal: web.Response | None = await read_body(request)
                if refusal is not None:
                    return refusal
            if request.raw_path == "/" and leads_browser(request):
                return to_page()
            if not self._faults.active or request.path.startswith(CONTROL_PREFIX):
                return await handler(request)
            if not self._faults.traffic.is_watched:
                return await self._bitten(request, handler)
            with self._faults.traffic.passing(f"{request.method} {request.path}") as one:
                one.status = OPEN if is_handshake(request) else 0
                try:
                    return told(one, await self._bitten(request, handler))
                except web.HTTPException as answer:
                    one.status = answer.status
                    raise
                except ConnectionError:
                    one.status = 0
                    raise

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await passed(request, handler)
            except ConnectionError:
                if request.transport is not None and not request.transport.is_closing():
                    raise
                return not_heard()                      # it left during a handshake or its answer: nobody's error

        app.middlewares.append(middleware)
        app.on_shutdown.append(self._shutdown)

    async def _bitten(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        faults: FaultTable = self._faults
        label: str = f"{request.method} {request.path}"
        wire: HttpWire = HttpWire(request)
        task: asyncio.Task[object] | None = asyncio.current_task()
        assert task is not None
        faults.held[task] = None
        response: web.StreamResponse | None = None
        try:
            # Read now: a client that leaves during a delay takes the unread body with it.
            await request.read()
            reply: FaultReply | None = None
            opens_socket: bool = is_handshake(request)
            if faults.accepts and opens_socket:
                reply, spoil = await faults.bite_handshake(f"ACCEPT ws {request.path}", wire)
                ON_OPEN.set(spoil)
            reply = reply or await faults.bite(BEFORE_ENGINE, label, wire)
            if reply is None or reply.late:
                if reply is not None and not opens_socket:
                    with faults.acknowledging(reply.late):
                        response = await handler(request)
                else:
                    response = await handler(request)
                if response.prepared:
                    return response         # a websocket that has lived: there is no answer to spoil
                answer: FaultReply = answer_of(response)
                reply = await faults.bite(AFTER_ENGINE, label, wire, answer)
                reply = reply or await faults.bite(ON_REPLY, label, wire, answer)
                if reply is None:
                    return response
            return await send_reply(request, reply, response)
        except Dropped:
            return not_heard()
        except ConnectionError:
            if response is None or response.prepared:
                raise
            return response                             # the client left before its answer could be cut short
        finally:
            ON_OPEN.set(None)           # the task goes on to the connection's next request
            faults.held.pop(task, None)

    async def _shutdown(self, app: web.Application) -> None:
        """What a fault holds back dies with the server; it must not reach the venue after a restart."""
        tasks: list[asyncio.Task[object]] = list(self._faults.held)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def not_heard() -> web.Response:
    """The answer to a connection that is gone."""
    gone: web.Response = web.Response(status=NOT_HEARD)
    gone.force_close()
    return gone


def is_handshake(request: web.BaseRequest) -> bool:
    """Whether a request is that for a websocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def told(one: Passing, response: web.StreamResponse) -> web.StreamResponse:
    """The answer, its status noted."""
    one.status = 0 if response.status == NOT_HEARD else response.status
    return response


def build_app(venue: Venue, dialect: Dialect, control: Control | None = None) -> web.Application:
    """
    The application of one venue.

    ``control`` is the control API to serve; without one, it has no token and ``reset``
    renews the venue but not the dialect (only a Listener can do that).
    """
    app: web.Application = web.Application(client_max_size=MAX_BODY)
    FaultMiddleware(venue).install(app)
    mark.install(app, venue.dialect, venue.hours)
    control = control or Control(venue)
    control.add_routes(app)
    Page(venue, control.access).add_routes(app)
    dialect.add_routes(app)
    venue.faults.labels = Labels(venue.dialect, chain(http_labels(app), dialect_labels(dialect)))
    return app


def http_labels(app: web.Application) -> Iterator[str]:
    """
    The labels of an application's routes, with ``*`` for their variable parts. A route with variable parts for any
    method is where a dialect answers what it does not know, and has none.
    """
    for route in app.router.routes():
        if route.resource is None or (route.resource.canonical + "/").startswith(CONTROL_PREFIX):
            continue
        path: str = VARIABLE.sub("*", route.resource.canonical)
        if route.method != hdrs.METH_ANY:
            yield f"{route.method} {path}"
        elif "*" not in path:
            yield from (f"{method} {path}" for method in METHODS)


def dialect_labels(dialect: Dialect) -> Iterable[str]:
    """What else passes there; all that is possible when the dialect does not say it."""
    if not hasattr(dialect, "labels"):
        return ("WS *", "PUSH *", "ACCEPT http", "ACCEPT ws *")
    return ("ACCEPT http", *dialect.labels())
