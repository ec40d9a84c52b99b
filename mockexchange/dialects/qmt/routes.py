"""
The HTTP side: who asks, with what, and the answer as the server writes it (spec 1.1, 2.1).

JSON is Flask's: sorted keys, non-ASCII escaped, a newline at the end. An unknown path is a plain 404, a known one under
another verb a plain 500. Every answer, the control API's too, has a ``Date`` by the venue's clock.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import partial
from urllib.parse import parse_qs

from aiohttp import web

from . import op_account, op_market, op_orders, op_trade
from .errors import (
    BAD_LOGIN,
    HANDLER_FAILED,
    NO_LOGIN,
    NO_LOGIN_OR_SIGNATURE,
    NO_SIGNATURE,
    PLAIN_TEXTS,
    ApiError,
    PlainError,
    unauthorized,
)
from .operations import EITHER, SESSION, Context, Operation
from .params import Body
from .sessions import COOKIE, FORM, Sessions, login_page, speaks_json
from .signature import ANY_TIME, HEADERS, QUERY_NAMES, canonical_json, check_secret, check_signature
from .state import DialectState
from .terminal import ClientGone, LinkLost

logger: logging.Logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]

SERVER: str = "waitress"
OPERATIONS: tuple[Operation, ...] = (
    *op_account.OPERATIONS, *op_trade.OPERATIONS, *op_orders.OPERATIONS, *op_market.OPERATIONS,
)
VARIABLE: re.Pattern[str] = re.compile(r"\{[a-z]+(?::([^{}]*))?\}")
# what a request can make a handler raise; anything else is a fault of ours
USUAL: tuple[type[Exception], ...] = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError, LinkLost)


class RestRoutes:
    """The endpoints of one venue."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk
        self.sessions: Sessions = Sessions(desk.venue.seed, desk.venue.keys, desk.options)
        self._known: list[tuple[re.Pattern[str], str]] = []        # paths, and the builds that have them

    def add_routes(self, app: web.Application) -> None:
        """Whatever has no route of its own is a plain page; ``/_mock/`` is the server's."""
        for operation in OPERATIONS:
            self._add(app, operation.method, operation.path, partial(self._handle, operation), operation.builds)
        for method, path, call in (
            ("GET", "/login", self._login_page), ("POST", "/login", self._login), ("GET", "/logout", self._logout),
            ("GET", "/trading", self._trading),
        ):
            self._add(app, method, path, partial(self._serve, call))
        app.router.add_route("*", "/{rest:(?!_mock/).*}", self._unrouted)
        app.on_response_prepare.append(self._date)

    def _add(self, app: web.Application, method: str, path: str, handler: Handler, builds: str = "AB") -> None:
        app.router.add_route(method, path, handler)
        pattern: str = VARIABLE.sub(lambda found: found[1] or "[^/]+", path)
        self._known.append((re.compile(pattern), builds))

    async def _date(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(self.desk.venue.now() / 1e6, usegmt=True)

    async def _unrouted(self, request: web.Request) -> web.Response:
        build: str = self.desk.options.build
        known: bool = any(pattern.fullmatch(request.path) and build in builds for pattern, builds in self._known)
        return plain(500 if known else 404)

    # -- operations

    async def _handle(self, operation: Operation, request: web.Request) -> web.Response:
        if self.desk.options.build not in operation.builds:
            return plain(404)
        return await self._serve(partial(self._operate, operation), request)

    async def _serve(self, call: Handler, request: web.Request) -> web.Response:
        """In one of the server's four threads."""
        async with self.desk.terminal.workers:
            try:
                return await call(request)
            except PlainError as error:
                return plain(error.status)

    async def _operate(self, operation: Operation, request: web.Request) -> web.Response:
        body: Body = Body(await request.read(), request.content_type)
        try:
            self._admit(operation, request, body)
            data: object = body.read() if operation.method == "POST" else None
            context: Context = Context(self.desk, request.match_info, request.query, partial(is_gone, request))
            return reply(await operation.call(context, data))
        except ApiError as error:
            return reply({"error": error.text}, error.status)
        except ClientGone:
            return plain(500)               # nobody hears it
        except PlainError:
            raise
        except Exception as error:
            if not isinstance(error, USUAL):
                logger.exception("%s %s failed", request.method, request.path)
            if operation.handler == "send_msg":
                return reply({"status": "error", "message": str(error)}, 500)
            return reply({"error": HANDLER_FAILED.format(handler=operation.handler), "message": str(error)}, 500)

    def _admit(self, operation: Operation, request: web.Request, body: Body) -> None:
        """ApiError 401 for who may not."""
        venue = self.desk.venue
        if operation.auth in (EITHER, SESSION) and self._has_session(request):
            return
        if operation.auth == SESSION:
            raise unauthorized(NO_LOGIN)
        query: str = request.raw_path.partition("?")[2]
        if self.desk.options.is_b and check_secret(request.query, venue.keys):
            return
        parts: list[str] = [request.headers.get(name, "") for name in HEADERS]
        if self.desk.options.is_b and not all(parts) and all(request.query.get(name) for name in QUERY_NAMES):
            parts = [request.query[name] for name in QUERY_NAMES]
            query = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in QUERY_NAMES)
        if not all(parts):
            raise unauthorized(NO_LOGIN_OR_SIGNATURE if operation.auth == EITHER else NO_SIGNATURE)
        is_post: bool = request.method == "POST"
        check_signature(
            (parts[0], parts[1], parts[2]), request.method, request.path, query,
            lambda: canonical_json(body.to_sign()) if is_post else "", venue.keys, venue.now() / 1e6,
            self.desk.options.window_s * venue.clock.per_real if self.desk.options.timestamps == "venue" else ANY_TIME,
        )

    # -- sessions

    def _has_session(self, request: web.Request) -> bool:
        venue = self.desk.venue
        return self.sessions.is_open(request.cookies.get(COOKIE, ""), venue.now(), venue.clock.per_real)

    async def _login_page(self, request: web.Request) -> web.Response:
        return page(login_page(False))

    async def _login(self, request: web.Request) -> web.Response:
        raw: bytes = await request.read()
        is_json: bool = speaks_json(request.content_type, self.desk.options)
        if is_json:
            try:
                found: object = Body(raw, request.content_type).read()
            except ValueError:
                raise PlainError(500) from None
            given: dict[str, object] = found if isinstance(found, dict) else {}
        else:
            pairs = parse_qs(raw.decode("utf-8", "replace")) if request.content_type == FORM else {}
            given = {name: values[0] for name, values in pairs.items()}
        username: object = given.get("username")
        is_right: bool = self.sessions.knows(username, given.get("password"))
        if is_json:
            answer: web.Response = reply({"success": True} if is_right else {"success": False, "error": BAD_LOGIN})
        else:
            answer = redirect("/trading") if is_right else page(login_page(True))
        if is_right:
            answer.headers["Set-Cookie"] = self.sessions.open(str(username), self.desk.venue.now())
        return answer

    async def _logout(self, request: web.Request) -> web.Response:
        """A GET without a body: its content type tells the contract, that of a browser is the form's."""
        options = self.desk.options
        is_json: bool = options.login == "json" or (options.login == "both" and speaks_json(request.content_type, options))
        answer: web.Response = reply({"success": True}) if is_json else redirect("/login")
        answer.headers["Set-Cookie"] = self.sessions.close()
        return answer

    async def _trading(self, request: web.Request) -> web.Response:
        if not self._has_session(request):
            return redirect("/login")
        return page('<!doctype html>\n<html lang="zh"><title>交易</title></html>\n')


def is_gone(request: web.Request) -> bool:
    """Whether the client has closed the connection."""
    transport = request.transport
    return transport is None or transport.is_closing()


def reply(body: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    text: str = json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n"
    return web.Response(status=status, body=text.encode(), headers={"Content-Type": "application/json", "Server": SERVER})


def plain(status: int) -> web.Response:
    """An answer in plain text."""
    return web.Response(
        status=status, body=PLAIN_TEXTS[status].encode(),
        headers={"Content-Type": "text/plain; charset=utf-8", "Server": SERVER},
    )


def page(text: str) -> web.Response:
    """An HTML page."""
    return web.Response(body=text.encode(), headers={"Content-Type": "text/html; charset=utf-8", "Server": SERVER})


def redirect(path: str) -> web.Response:
    """302 to a path."""
    return web.Response(status=302, headers={"Location": path, "Server": SERVER})
