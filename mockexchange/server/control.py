"""The control API under ``/_mock/`` (DESIGN.md 4.3): JSON in, JSON out, errors as 400 {"error": "..."}."""

import hmac
import ipaddress
import logging
import re
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
from .guard import SHOWN
from .venue import Venue

logger: logging.Logger = logging.getLogger(__name__)

CONTROL_PREFIX: str = "/_mock/"
DAY_MS: int = 86_400_000
WILDCARDS: tuple[str, ...] = ("0.0.0.0", "::", "")

_HOST: re.Pattern[str] = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:/@\[\]]*))(?::[0-9]{1,5})?")

Answer = dict[str, Any]
Operation = Callable[[web.Request, Any], Awaitable[Answer]]


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped: ipaddress.IPv4Address | None = getattr(address, "ipv4_mapped", None)    # a v4 peer of a v6 socket
    return (mapped or address).is_loopback


def is_address(host: str) -> bool:
    """Whether it is an IP address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_name(header: str) -> str:
    """
    The name in a Host header: without the port, and without the brackets of an IPv6 address. "" when what follows
    the name is no port.
    """
    found: re.Match[str] | None = _HOST.fullmatch(header)
    return (found.group(1) or found.group(2)) if found else ""


class Control:
    """
    The control API of one venue.

    Whoever has the ``token`` may do all. Where that is "", only this machine may, and no web page that its browser
    shows: a request is refused when its Host (DNS rebinding) or its Origin (a page that posts here) is neither the
    loopback nor ``host``, the address the venue is bound to. Bound to all addresses, any address will do.
    ``renew(request)`` does a reset where more than the venue must be renewed; it is given the request that asked for it.
    ``restart(keep_state, seconds down)`` plans a restart and returns at once.
    """

    def __init__(
        self,
        venue: Venue,
        token: str = "",
        host: str = "127.0.0.1",
        renew: Callable[[web.Request], Awaitable[None]] | None = None,
        restart: Callable[[bool, float], None] | None = None,
    ) -> None:
        self._venue: Venue = venue
        self._token: str = token
        self._host: str = host
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
            ("GET", "options", self._show_options),
            ("POST", "options", self._set_options),
            ("GET", "faults", self._list_faults),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._clear_faults),
            ("GET", "labels", self._labels),
        ]
        for method, path, operation in routes:
            app.router.add_route(method, CONTROL_PREFIX + path, self._guarded(operation))

    def _guarded(self, operation: Operation) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            refused: web.Response | None = self._refuse(request)
            if refused is not None:
                return refused
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

    def _refuse(self, request: web.Request) -> web.Response | None:
        """Who may not: with a token, whoever has not got it; without one, another machine, and a web page."""
        if self._token:
            if self._has_token(request):
                return None
            if not self._is_own(request.headers.get("Host", "")):
                return answer({"error": self._foreign("Host", request)}, 403)
            return answer({"error": _("Authorization: the control token is missing or wrong")}, 401)
        if not is_loopback(request.remote or ""):
            return answer({"error": _("the control API answers this machine only, not {address}, without a token").format(address=request.remote)}, 403)
        if not self._is_own(request.headers.get("Host", "")):
            return answer({"error": self._foreign("Host", request)}, 403)
        origin: str | None = request.headers.get("Origin")
        if origin is not None and not self._is_own(origin.partition("://")[2]):
            return answer({"error": self._foreign("Origin", request)}, 403)
        return None

    def _has_token(self, request: web.Request) -> bool:
        given: str = request.headers.get("X-Mock-Token", "")
        scheme, __, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given = value.strip()
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token.encode())

    def _is_own(self, header: str) -> bool:
        """Whether a host, with or without a port, is the loopback or what the venue is bound to."""
        name: str = host_name(header)
        ours: bool = is_address(name) if self._host in WILDCARDS else name.lower() == self._host.lower()
        return ours or is_loopback(name)

    def _foreign(self, header: str, request: web.Request) -> str:
        value: str = request.headers.get(header, "")[:SHOWN]
        return _("{header}: {value!r} is neither the loopback nor this venue's own address").format(header=header, value=value)

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


def shortened(text: str) -> str:
    """Without the middle of what is too long to be read."""
    return text if len(text) <= 5 * SHOWN else f"{text[:2 * SHOWN]} ... {text[-2 * SHOWN:]}"


def answer(content: Answer, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(status=status, body=msgspec.json.encode(content), content_type="application/json")
