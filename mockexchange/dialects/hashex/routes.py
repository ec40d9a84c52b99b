"""
The REST side: raw HTTP -> parameters and signature -> operation -> envelope.

Parameters travel in the query string; those of a form body count too, as a servlet merges both (spec 2.7).
"""

import logging
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from ...core.errors import Refusal
from ...plain import encodable
from . import op_account, op_market, op_trade
from .state import DialectState
from .errors import URL_INVALID, ApiError, fault, refusal_text, refused
from .operations import Context, Operation
from .params import Params, split_pairs
from .signature import authenticate

logger: logging.Logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]

HEADERS: dict[str, str] = {"Content-Type": "application/json;charset=UTF-8"}
FORM: str = "application/x-www-form-urlencoded"
OPERATIONS: tuple[Operation, ...] = (*op_market.OPERATIONS, *op_trade.OPERATIONS, *op_account.OPERATIONS)


class RestRoutes:
    """The REST endpoints of one venue."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk

    def add_routes(self, app: web.Application) -> None:
        for operation in OPERATIONS:
            app.router.add_route(operation.method, operation.path, self._handler(operation))

    def add_rest(self, app: web.Application) -> None:
        """Whatever has no route of its own, a wrong method too, is 1013; to be called last. ``/_mock/`` is the server's."""
        app.router.add_route("*", "/{rest:(?!_mock/).*}", self._unknown)

    async def _unknown(self, request: web.Request) -> web.Response:
        return self.error(fault(URL_INVALID, f"{request.method} {request.path}"))

    def _handler(self, operation: Operation) -> Handler:
        method, path, call, signed, exists = operation
        desk: DialectState = self.desk
        venue = desk.venue
        options = desk.options
        nonces = desk.nonces
        encode = msgspec.json.encode

        async def handle(request: web.Request) -> web.Response:
            try:
                if not exists(options):
                    raise fault(URL_INVALID, f"{method} {path}")
                values: dict[str, str] = split_pairs(encodable(request.raw_path.partition("?")[2]))
                if request.body_exists and request.content_type == FORM:
                    body: bytes = await request.read()
                    values = {**split_pairs(body.decode("utf-8", "replace")), **values}
                now: int = venue.now()
                ctx: Context = Context(desk, "", now)
                if signed:
                    ctx.account = authenticate(
                        request.headers, values, now // 1000, request.remote or "", venue.keys, options, nonces, venue.clock.per_real
                    )
                data: bytes = encode(call(ctx, Params(values)))
            except ApiError as error:
                return self.error(error)
            except Refusal as refusal:
                return self.error(refused(refusal_text(refusal)))
            except Exception:
                logger.exception("%s %s failed", request.method, request.path)
                return self.error(refused("system error"), status=500)
            return web.Response(
                body=b'{"code":0,"%s":"success","data":%s}' % (options.text_key.encode(), data), headers=HEADERS
            )

        return handle

    def error(self, error: ApiError, status: int = 200) -> web.Response:
        body: dict[str, object] = {"code": error.code, self.desk.options.text_key: error.text, "data": None}
        return web.Response(status=status, body=msgspec.json.encode(body), headers=HEADERS)
