"""The control API under ``/_mock/`` (DESIGN.md 4.3): JSON in, JSON out, errors as 400 {"error": "..."}."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from rest_locale import _

from ..core.errors import Refusal
from ..core.instruments import AMOUNT_RULES, COUNT_RULES
from ..faults import Labels
from ..fields import Fields
from ..options import describe_options
from ..plain import encodable
from .access import Access
from .descriptions import describe_faults
from .guard import SHOWN
from .venue import Venue

logger: logging.Logger = logging.getLogger(__name__)

CONTROL_PREFIX: str = "/_mock/"
DAY_MS: int = 86_400_000

Answer = dict[str, Any]
Operation = Callable[[web.Request, Any], Awaitable[Answer]]


class Control:
    """
    The control API of one venue.

    ``access``: who may. ``renew(request)`` does a reset where more than the venue must be renewed; it is given the request that asked for it.
    ``restart(keep_state, seconds down)`` plans a restart and returns at once. ``drop(streams only)`` cuts connections of clients
    and returns how many.
    """

    def __init__(
        self,
        venue: Venue,
        access: Access | None = None,
        renew: Callable[[web.Request], Awaitable[None]] | None = None,
        restart: Callable[[bool, float], None] | None = None,
        drop: Callable[[bool], int] | None = None,
    ) -> None:
        self._venue: Venue = venue
        self.access: Access = access or Access()
        self._drop_now: Callable[[bool], int] | None = drop
        self._renew: Callable[[web.Request], Awaitable[None]] | None = renew
        self._restart_soon: Callable[[bool, float], None] | None = restart

    def add_routes(self, app: web.Application) -> None:
        """Add the routes of the contract."""
        routes: list[tuple[str, str, Operation]] = [
            ("GET", "state", self._state),
            ("GET", "journal", self._journal),
            ("POST", "reset", self._reset),
            ("POST", "price", self._price),
            ("POST", "deposit", self._deposit),
            ("POST", "clock", self._clock),
            ("POST", "key", self._key),
            ("POST", "symbol", self._symbol),
            ("POST", "instrument", self._instrument),
            ("POST", "amend", self._amend),
            ("POST", "ban", self._ban),
            ("POST", "restart", self._restart),
            ("POST", "drop", self._drop),
            ("GET", "options", self._show_options),
            ("POST", "options", self._set_options),
            ("GET", "faults", self._list_faults),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._clear_faults),
            ("DELETE", "faults/{id}", self._remove_fault),
            ("GET", "labels", self._labels),
            ("GET", "catalogue", self._catalogue),
        ]
        for method, path, operation in routes:
            app.router.add_route(method, CONTROL_PREFIX + path, self._guarded(operation))

    def _guarded(self, operation: Operation) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            refused: tuple[int, str] | None = self.access.refusal(request)
            if refused is not None:
                return answer({"error": refused[1]}, refused[0])
            try:
                data: Any = None
                if request.method == "POST":
                    body: bytes = await request.read()
                    try:
                        data = msgspec.json.decode(body) if body else {}
                    except (msgspec.DecodeError, RecursionError) as error:
                        raise ValueError(_("body: not JSON: {error}").format(error=error)) from None
                return answer(await operation(request, data))
            except (ValueError, Refusal) as error:
                return answer({"error": shortened(encodable(str(error)))}, 400)

        return handle

    async def _state(self, request: web.Request, data: Any) -> Answer:
        return self._venue.describe()

    async def _journal(self, request: web.Request, data: Any) -> Answer:
        text: str = request.query.get("after", "0")
        if not (text.isascii() and text.isdigit()):
            raise ValueError(_("after: not a whole number from 0 on: {text!r}").format(text=text))
        rows: list[Answer] = self._venue.journal.rows(int(text))
        return {"rows": rows, "next": self._venue.journal.last}

    async def _reset(self, request: web.Request, data: Any) -> Answer:
        Fields(data, "reset").finish()
        if self._renew is not None:
            await self._renew(request)
        else:
            await self._venue.stop()
            self._venue.reset()
            await self._venue.start()
        return {}

    async def _price(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "price")
        symbol: str = fields.text("symbol")
        price: int = fields.amount("price")
        fields.finish()
        self._venue.set_price(symbol, price)
        return {}

    async def _deposit(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "deposit")
        key: str = fields.text("key")
        asset: str = fields.text("asset")
        amount: int = fields.amount("amount")
        fields.finish()
        self._venue.deposit(key, asset, amount)
        return {}

    async def _clock(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "clock")
        if "advance_ms" not in fields and "offset_ms" not in fields:
            raise ValueError(_("clock: field 'advance_ms' or 'offset_ms' is missing"))
        if "advance_ms" in fields:
            advance: int = fields.integer("advance_ms", high=3650 * DAY_MS)
            fields.finish()
            await self._venue.advance(advance)
        else:
            offset: int = fields.integer("offset_ms", low=-3650 * DAY_MS, high=3650 * DAY_MS)
            fields.finish()
            self._venue.set_clock(offset)
        return {"now": self._venue.now() // 1000}

    async def _key(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "key")
        key: str = fields.text("key")
        revoked: bool = fields.flag("revoked")
        fields.finish()
        self._venue.incidents.set_key(key, revoked)
        return {}

    async def _symbol(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "symbol")
        symbol: str = fields.text("symbol")
        if "removed" in fields:
            removed: bool = fields.flag("removed")
            fields.finish()
            if removed:
                self._venue.incidents.remove_symbol(symbol)
            else:
                self._venue.incidents.add_symbol(symbol)
        else:
            status: str = fields.text("status")
            fields.finish()
            self._venue.incidents.set_status(symbol, status)
        return {}

    async def _instrument(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "instrument")
        symbol: str = fields.text("symbol")
        status: str = fields.text("status") if "status" in fields else ""
        rules: dict[str, int] = {name: fields.amount(name) for name in AMOUNT_RULES if name in fields}
        rules |= {name: fields.integer(name) for name in COUNT_RULES if name in fields}
        fields.finish()
        self._venue.changes.set_rules(symbol, rules, status)
        return {}

    async def _amend(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "amend")
        order_id: int | None = fields.integer("order_id") if "order_id" in fields else None
        client_order_id: str = fields.text("client_order_id") if "client_order_id" in fields else ""
        new_client_order_id: str = fields.text("new_client_order_id") if "new_client_order_id" in fields else ""
        quantity: int = fields.amount("quantity")
        fields.finish()
        self._venue.changes.amend(quantity, order_id, client_order_id, new_client_order_id)
        return {}

    async def _ban(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "ban")
        ms: int = fields.integer("ms", high=DAY_MS)
        status: int = fields.integer("status", 418)
        fields.finish()
        self._venue.incidents.ban(ms, status)
        return {}

    async def _restart(self, request: web.Request, data: Any) -> Answer:
        """Answers first, and dies then."""
        fields: Fields = Fields(data, "restart")
        keep_state: bool = fields.flag("keep_state", True)
        down_ms: int = fields.integer("down_ms", 0, high=DAY_MS)
        fields.finish()
        if self._restart_soon is None:
            raise ValueError(_("restart: this venue has no listener that could be restarted"))
        self._restart_soon(keep_state, down_ms / 1000)
        return {}

    async def _drop(self, request: web.Request, data: Any) -> Answer:
        fields: Fields = Fields(data, "drop")
        streams: bool = fields.flag("streams", False)
        fields.finish()
        if self._drop_now is None:
            raise ValueError("drop: this venue has no listener whose connections could be cut")
        return {"dropped": self._drop_now(streams)}

    async def _show_options(self, request: web.Request, data: Any) -> Answer:
        return describe_options(self._venue.options)

    async def _set_options(self, request: web.Request, data: Any) -> Answer:
        self._venue.set_options(data)
        return describe_options(self._venue.options)

    async def _list_faults(self, request: web.Request, data: Any) -> Answer:
        return {"faults": self._venue.faults.list()}

    async def _add_fault(self, request: web.Request, data: Any) -> Answer:
        added: Answer = self._venue.faults.add(data)
        if "warning" in added:
            logger.warning("%s", added["warning"])
        return added

    async def _labels(self, request: web.Request, data: Any) -> Answer:
        labels: Labels | None = self._venue.faults.labels
        return {"labels": [] if labels is None else labels.names}

    async def _clear_faults(self, request: web.Request, data: Any) -> Answer:
        self._venue.faults.clear()
        return {}


    async def _remove_fault(self, request: web.Request, data: Any) -> Answer:
        text: str = request.match_info["id"]
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise ValueError(f"id: not a whole number from 0 on: {text!r}")
        self._venue.faults.remove(int(text))
        return {}

    async def _catalogue(self, request: web.Request, data: Any) -> Answer:
        return describe_faults(self._venue.dialect)


def shortened(text: str) -> str:
    """Without the middle of what is too long to be read."""
    return text if len(text) <= 5 * SHOWN else f"{text[:2 * SHOWN]} ... {text[-2 * SHOWN:]}"


def answer(content: Answer, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(status=status, body=msgspec.json.encode(content), content_type="application/json")
