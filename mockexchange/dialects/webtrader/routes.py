"""
The HTTP side (spec 3): who asks, with what, and the answer as the app writes it.

A body that is no JSON is found first, then whoever may not ask, then what is wrong with the body, and only then the trading
process is called.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, ref

from aiohttp import web

from ...transport.clock import Timer
from . import op_lists, op_trade, pages
from .errors import (
    BAD_LOGIN,
    BAD_TOKEN,
    INTERNAL,
    NOT_ALLOWED,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    ApiError,
    InternalError,
    unauthorized,
)
from .operations import Context, Operation
from .params import read_credentials, read_form, read_json
from .rendering import to_json
from .state import DialectState
from .tokens import BadToken, WrongUser

logger: logging.Logger = logging.getLogger(__name__)

Handle = Callable[[web.Request], Awaitable[web.Response]]

SERVER: str = "uvicorn"
OPERATIONS: tuple[Operation, ...] = (*op_trade.OPERATIONS, *op_lists.OPERATIONS)
TOKEN_PATH: str = "/token"
PLAIN: str = "text/plain; charset=utf-8"


class RestRoutes:
    """The endpoints of one venue."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk
        self._idle: WeakKeyDictionary[asyncio.Transport, Timer] = WeakKeyDictionary()
        self._busy: dict[asyncio.Transport, None] = {}               # requests on them are being answered
        self._methods: dict[str, str] = {}                      # path -> the method that a 405 allows: of the first route alone

    def add_routes(self, app: web.Application) -> None:
        """Add the routes; ``/_mock/`` is the server's."""
        routes: list[tuple[str, str, Handle, str]] = [
            ("GET", "/", partial(self._page, pages.index_page()), ""),
            ("POST", TOKEN_PATH, self._login, ""),
            *((each.method, each.path, partial(self._operate, each), each.builds) for each in OPERATIONS),
            ("GET", "/openapi.json", self._schema, ""),
            ("GET", "/docs", partial(self._page, pages.docs_page()), ""),
            ("GET", "/redoc", partial(self._page, pages.docs_page()), ""),
        ]
        for method, path, handler, builds in routes:
            app.router.add_route(method, path, partial(self._serve, partial(self._in_build, builds, handler)))
            self._methods.setdefault(path, method)
        app.on_response_prepare.append(self._head)

    def add_rest(self, app: web.Application) -> None:
        """To be called last: whatever has no route of its own."""
        app.router.add_route("*", "/{rest:(?!_mock/).*}", partial(self._serve, self._unrouted))

    async def _head(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(self.desk.venue.now() / 1e6, usegmt=True)
        response.headers["Server"] = SERVER

    # -- every request

    async def _serve(self, handler: Handle, request: web.Request) -> web.Response:
        """A websocket's handshake that has no route is 403; nothing is served by a web process that has ended."""
        if not self.desk.is_up:
            return cut(request)
        if is_handshake(request):
            return no_handshake(403)
        transport: asyncio.Transport | None = request.transport
        if transport is not None:
            self._busy[transport] = None
        try:
            answer: web.Response = await handler(request)
        except ApiError as error:
            answer = reply({"detail": error.detail}, error.status, error.headers)
        except InternalError:
            answer = failure()
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            answer = failure()
        finally:
            if transport is not None:
                self._busy.pop(transport, None)
        self._keep_alive(transport)
        return answer

    def cut_all(self) -> None:
        """The web process has ended: whoever waits for an answer gets none, and no idle connection is left."""
        for transport in list(self._busy):
            transport.abort()
        for transport in list(self._idle):
            close_idle(ref(transport))

    def _keep_alive(self, transport: asyncio.Transport | None) -> None:
        """The connection is closed when nothing more has been asked on it for so long."""
        if transport is None or transport.is_closing():
            return
        if (timer := self._idle.pop(transport, None)) is not None:
            timer.cancel()
        seconds: float = self.desk.options.keep_alive_ms / 1000
        self._idle[transport] = self.desk.venue.clock.wire.call_later(seconds, close_idle, ref(transport))

    async def _in_build(self, builds: str, handler: Handle, request: web.Request) -> web.Response:
        if (builds and self.desk.options.build not in builds.split()) or any("/" in part for part in request.match_info.values()):
            raise ApiError(404, NOT_FOUND)          # an encoded slash is one to the app's routes
        return await handler(request)

    async def _unrouted(self, request: web.Request) -> web.Response:
        """A known path under another method is 405, with a slash at its end 307, anything else 404."""
        path: str = request.path
        for known, method in self._methods.items():
            head, _, variable = known.partition("{")
            name: str = path.removeprefix(head)
            if path == known or (variable and path.startswith(head) and name and "/" not in name):
                raise ApiError(405, NOT_ALLOWED, {"Allow": method})
        if path[:-1] in self._methods and path.endswith("/"):
            query: str = f"?{request.query_string}" if request.query_string else ""
            return web.Response(status=307, headers={"Location": f"http://{request.host}{path[:-1]}{query}"})
        raise ApiError(404, NOT_FOUND)

    async def _page(self, text: str, request: web.Request) -> web.Response:
        return web.Response(body=text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})

    async def _schema(self, request: web.Request) -> web.Response:
        return reply(pages.openapi(OPERATIONS, self.desk.options.language))

    # -- operations

    async def _operate(self, operation: Operation, request: web.Request) -> web.Response:
        is_seed: bool = self.desk.options.is_seed
        try:
            body: Any = None
            if operation.has_body:
                body = read_json(await request.read(), request.headers.get("Content-Type", ""))
            account: str = self._identify(request.headers.get("Authorization", ""))
            return reply(await operation.call(Context(self.desk, account, request.match_info, body)))
        except ApiError as error:
            if is_seed and error.status == 422:
                raise ApiError(400, "Bad Request") from None
            raise

    def _identify(self, header: str) -> str:
        """The account of whoever has sent this header. ApiError 401 for nobody."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized(NOT_AUTHENTICATED)
        try:
            return self.desk.user(token)
        except (BadToken, WrongUser):
            raise unauthorized(BAD_TOKEN) from None

    # -- logging in

    async def _login(self, request: web.Request) -> web.Response:
        desk, raw = self.desk, await request.read()
        if desk.options.is_seed:
            user, password = read_credentials(raw)
            is_known: bool = await desk.rpc.call(lambda: desk.knows(user, password))
        else:
            user, password = read_form(raw, request.headers.get("Content-Type", ""))
            is_known = desk.knows(user, password)
        if not is_known:
            raise unauthorized(BAD_LOGIN)
        answer: dict[str, str] = {"access_token": desk.issue(user)}
        return reply(answer if desk.options.is_seed else {**answer, "token_type": "bearer"})


def close_idle(found: "ref[asyncio.Transport]") -> None:
    """Close a connection on which nothing is being asked now: not by a request that a fault holds back, nor by a websocket."""
    transport: asyncio.Transport | None = found()
    if transport is not None and getattr(transport.get_protocol(), "is_idle", bool)():
        transport.close()


def is_handshake(request: web.Request) -> bool:
    """Whether a websocket is asked for."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def cut(request: web.Request) -> web.Response:
    """There is nobody: the connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    answer: web.Response = web.Response()
    answer.force_close()
    return answer


def no_handshake(status: int) -> web.Response:
    """A websocket's handshake that fails: the bare 500, or nothing."""
    answer: web.Response = failure() if status == 500 else web.Response(status=status, headers={"Content-Type": PLAIN})
    answer.force_close()
    return answer


def reply(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(status=status, body=to_json(body), headers={**(headers or {}), "Content-Type": "application/json"})


def failure() -> web.Response:
    """The bare 500."""
    return web.Response(status=500, body=INTERNAL.encode(), headers={"Content-Type": PLAIN})
