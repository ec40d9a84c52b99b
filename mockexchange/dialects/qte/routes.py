"""
The REST side: raw HTTP -> parameters and key -> operation -> JSON.

GET reads the query string, POST and DELETE the form body, neither anything else (seed, 2.4.1 and 2.4.3). JSON is
Flask's: keys sorted, non-ASCII escaped, a newline at the end. One request per connection (spec 1.1).
"""

import json
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from . import op_account, op_market, op_trade
from .state import DialectState
from .errors import ApiError, page
from .operations import Context, Operation
from .params import Params, split_pairs
from .signature import authenticate

logger: logging.Logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]

FORM: str = "application/x-www-form-urlencoded"
SERVER: str = "Werkzeug/2.3.7 Python/3.11.7"
OPERATIONS: tuple[Operation, ...] = (*op_market.OPERATIONS, *op_trade.OPERATIONS, *op_account.OPERATIONS)


class RestRoutes:
    """The REST endpoints of one venue."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk
        self._methods: dict[str, list[str]] = {}        # path -> methods

    def add_routes(self, app: web.Application) -> None:
        """Whatever has no route of its own is Flask's page; ``/_mock/`` is the server's."""
        for operation in OPERATIONS:
            for version in operation.versions:
                path: str = f"/api/{version}{operation.path}"
                self._methods.setdefault(path, []).append(operation.method)
                app.router.add_route(operation.method, path, self._handler(operation))
        app.router.add_route("*", "/{rest:(?!_mock/).*}", self._unrouted)

    async def _unrouted(self, request: web.Request) -> web.Response:
        methods: list[str] | None = self._methods.get(request.path)
        if methods is None:
            return html(404)
        answer: web.Response = html(405)
        answer.headers["Allow"] = ", ".join(sorted(methods))
        return answer

    def _handler(self, operation: Operation) -> Handler:
        method, _, call, _, private = operation
        desk: DialectState = self.desk
        venue = desk.venue
        takes_form: bool = method != "GET"

        async def handle(request: web.Request) -> web.Response:
            try:
                text: str = request.raw_path.partition("?")[2]
                if takes_form:
                    text = ""
                    if request.body_exists and request.content_type == FORM:
                        text = (await request.read()).decode("utf-8", "replace")
                account: str = authenticate(request.headers, venue.keys) if private else ""
                body: object = call(Context(desk, account, venue.now()), Params(split_pairs(text)))
            except ApiError as error:
                return reply(error.body(desk.options.errors), error.status)
            except Exception:
                logger.exception("%s %s failed", request.method, request.path)
                return html(500)
            return reply(body)

        return handle


def reply(body: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    text: str = json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n"
    answer: web.Response = web.Response(
        status=status, body=text.encode(), headers={"Content-Type": "application/json", "Server": SERVER}
    )
    answer.force_close()
    return answer


def html(status: int) -> web.Response:
    """One of Flask's own pages."""
    answer: web.Response = web.Response(
        status=status, body=page(status).encode(),
        headers={"Content-Type": "text/html; charset=utf-8", "Server": SERVER},
    )
    answer.force_close()
    return answer
