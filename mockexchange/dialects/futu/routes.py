"""
The HTTP side (spec 1): who asks, whether he may, what the body is, and the answer in the envelope.

A business failure is HTTP 200; the gateway's own errors are ``{"error": text}`` under another status.
"""

import logging
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from ...core.errors import Refusal
from . import op_account, op_orders, op_quote, op_reference, op_system, op_trade
from .access import Caller
from .errors import ApiError, Failure, refusal_text
from .idempotency import Key, key_of
from .operations import TRADE, Context, Operation
from .params import Body, read_body
from .state import DialectState

logger: logging.Logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]

OPERATIONS: tuple[Operation, ...] = (
    *op_system.OPERATIONS, *op_quote.OPERATIONS, *op_account.OPERATIONS, *op_orders.OPERATIONS, *op_trade.OPERATIONS,
    *op_reference.OPERATIONS,
)
JSON: dict[str, str] = {"Content-Type": "application/json"}
LINK_LOST: str = "gateway disconnected"
METRICS: tuple[tuple[str, str], ...] = (
    ("futu_auth_events_total", "auth"), ("futu_auth_limit_rejects_total", "limited"), ("futu_ws_filtered_pushes_total", "filtered"),
)


class RestRoutes:
    """The endpoints of one venue."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk

    def add_routes(self, app: web.Application) -> None:
        """Whatever has no route of its own is a 404, a known path under another verb too; ``/_mock/`` is the server's."""
        for operation in OPERATIONS:
            app.router.add_route(operation.method, operation.path, partial(self._handle, operation))
        app.router.add_route("GET", "/health", self._health)
        app.router.add_route("GET", "/metrics", self._metrics)
        app.on_response_prepare.append(self._date)

    def add_rest(self, app: web.Application) -> None:
        """To be called last."""
        app.router.add_route("*", "/{rest:(?!_mock/).*}", self._unrouted)

    async def _date(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(self.desk.venue.now() / 1e6, usegmt=True)

    async def _unrouted(self, request: web.Request) -> web.Response:
        return error_answer(ApiError(404, "not found"))

    async def _health(self, request: web.Request) -> web.Response:
        if self.desk.options.link != "up":
            return error_answer(ApiError(503, LINK_LOST))
        return web.Response(text="ok\n")

    async def _metrics(self, request: web.Request) -> web.Response:
        lines: list[str] = []
        for name, key in METRICS:
            lines += [f"# TYPE {name} counter", f"{name} {self.desk.counts.get(key, 0)}"]
        return web.Response(text="\n".join(lines) + "\n")

    async def _handle(self, operation: Operation, request: web.Request) -> web.Response:
        raw: bytes = await request.read()
        try:
            return self._answer(operation, request, raw)
        except ApiError as error:
            self.desk.count({401: "auth", 403: "auth", 429: "limited"}.get(error.status, "bad"))
            return error_answer(error)
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            return error_answer(ApiError(500, "internal error"))

    def _answer(self, operation: Operation, request: web.Request, raw: bytes) -> web.Response:
        desk = self.desk
        access = desk.access
        caller: Caller = access.identify(request.headers.get("Authorization", ""))
        access.admit(caller, operation.scope, operation.path)
        if operation.scope == TRADE:
            access.count(caller)
        body: Body = read_body(raw, operation.form, desk.options) if operation.method == "POST" else {}
        if desk.options.link != "up" and operation.path != "/api/global-state":
            raise ApiError(500, LINK_LOST)
        key: Key | None = None
        if operation.is_write:
            key = key_of(caller.token, operation.path, request.headers.get("Idempotency-Key", ""), body)
            known: bytes | None = desk.answers.find(key)
            if known is not None:
                return web.Response(body=known, headers=JSON)
        answer: bytes = self._perform(operation, Context(desk, caller, desk.venue.now()), body)
        desk.answers.keep(key, answer)
        return web.Response(body=answer, headers=JSON)

    def _perform(self, operation: Operation, context: Context, body: Body) -> bytes:
        try:
            return msgspec.json.encode({"ret_type": 0, "ret_msg": None, "err_code": None, "s2c": operation.call(context, body)})
        except Failure as failure:
            return self._failure(failure)
        except Refusal as refusal:
            if refusal.reason == "JOURNAL_FULL":
                raise ApiError(500, refusal_text(refusal)) from None
            return self._failure(Failure(refusal_text(refusal)))

    def _failure(self, failure: Failure) -> bytes:
        options = self.desk.options
        code: Any = failure.code
        prefix: str = f"[err_code={'none' if code is None else code}] " if options.ret_msg == "prefixed" else ""
        if code is not None and options.err_code == "text":
            code = str(code)
        return msgspec.json.encode({
            "ret_type": failure.ret_type, "ret_msg": prefix + failure.text, "err_code": code, "s2c": None,
        })


def error_answer(error: ApiError) -> web.Response:
    """The gateway's own error."""
    headers: dict[str, str] = {**JSON, "WWW-Authenticate": "Bearer"} if error.status == 401 else JSON
    return web.Response(status=error.status, body=msgspec.json.encode({"error": error.text}), headers=headers)
