"""Binance's REST API: queries, and orders when the WebSocket API is down."""

from collections.abc import Callable
from functools import partial
from logging import WARNING
from types import TracebackType
from typing import Any

import msgspec

from rest_locale import N_, _
from vnpy_restgateway.clients import VenueRest
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Answer, NotSent, Reply, coded, http_code
from vnpy_restgateway.net.rest import Request
from vnpy_restgateway.net.routes import Routes
from vnpy_restgateway.orders.table import Entry

from .auth import signed_query
from .endpoints import (
    ACCOUNT,
    ALL_ORDERS,
    BEST_PRICES,
    DAY_FIGURES,
    EXCHANGE_INFO,
    MY_TRADES,
    OPEN_ORDERS,
    ORDER,
    PAGE,
    RECV_WINDOW,
    TIME,
    WEIGHT_LIMIT,
    WS_ORDER_CANCEL,
    WS_ORDER_PLACE,
    WS_ORDER_STATUS,
)
from .errors import (
    AUTHENTICATION,
    INVALID_SYMBOL,
    MISSING,
    TIMESTAMP,
    TOO_MANY_ORDERS,
    error_of,
    is_gone,
    limit_fallback,
)
from .parse import read_exchange_info
from .timings import Timings

Told = Callable[[Any, float], None]     # an answer's data, and when it was asked for, monotonic s


WS_PLACE, REST_PLACE = f"WS {WS_ORDER_PLACE}", f"POST {ORDER}"
WS_CANCEL, REST_CANCEL = f"WS {WS_ORDER_CANCEL}", f"DELETE {ORDER}"
WS_QUERY, REST_QUERY = f"WS {WS_ORDER_STATUS}", f"GET {ORDER}"
# route -> the one that does the same
OTHER_ROUTE: dict[str, str] = {
    WS_PLACE: REST_PLACE, REST_PLACE: WS_PLACE, WS_CANCEL: REST_CANCEL, REST_CANCEL: WS_CANCEL, REST_QUERY: WS_QUERY,
}


class Call:
    """What a request is for; travels as ``Request.extra``."""

    __slots__ = ("name", "signed", "sent", "again", "entry")

    def __init__(
        self, name: str, signed: bool, again: Callable[[], None] | None = None, entry: Entry | None = None
    ) -> None:
        self.name: str = name
        self.signed: bool = signed
        self.sent: float = 0.0              # when it left, monotonic s
        self.again: Callable[[], None] | None = again
        self.entry: Entry | None = entry


def json_text(value: Any) -> str:
    """JSON as the documents write it in a query."""
    return msgspec.json.encode(value).decode()


def route_of(request: Request) -> str:
    """A request's route, as the documents name it."""
    return f"{request.method} {request.path.partition('?')[0]}"


class RestApi(VenueRest):
    """Callbacks run in worker threads and post to the gateway's writer."""

    def __init__(self, host: Host, timings: Timings, on_listing: Told, on_rules: Told, on_lost: Callable[[str, BaseException], None]) -> None:
        """
        :param on_listing: gets what is traded, whoever asked for it
        :param on_rules: gets the rules of one symbol
        :param on_lost: a query, by its name, got no usable answer; it is asked again
        """
        super().__init__(host)
        self.timings: Timings = timings
        self.on_listing: Told = on_listing
        self.on_rules: Told = on_rules
        self.on_lost: Callable[[str, BaseException], None] = on_lost
        self.routes: Routes = Routes(host.log, OTHER_ROUTE, host.monotonic)
        self.key: str = ""
        self.secret: bytes = b""
        self.weight_limit: int = WEIGHT_LIMIT
        self.unsigned: bool = False         # a QTE server that has moved on to Binance's words, but not to signatures

    def connect(self, host: str, key: str, secret: bytes, proxy_host: str, proxy_port: int) -> None:
        """Start the workers. Nothing is asked yet."""
        self.key = key
        self.secret = secret
        self.init(host, proxy_host, proxy_port, read_timeout=self.timings.request_timeout)
        self.start()

    def sign(self, request: Request) -> Request:
        """Called at send time: a request that waited in line carries a fresh timestamp."""
        call: Any = request.extra
        if not isinstance(call, Call):
            return request
        if reason := self.home.why_paused(N_("API key")):
            raise NotSent(reason)
        if call.entry is not None and call.entry.cancel_wanted and not call.entry.acknowledged:
            raise NotSent(_("cancelled while it waited in line"))
        call.sent = self.home.monotonic()
        if call.signed:
            params: dict[str, Any] = {
                **(request.params or {}), "recvWindow": RECV_WINDOW, "timestamp": self.home.clock.now_ms()
            }
            if self.unsigned:
                request.params = params
                request.headers = {"X-API-KEY": self.key, "X-MBX-APIKEY": self.key}
                return request
            request.path = f"{request.path}?{signed_query(self.secret, params)}"
            request.params = None
        if self.key:
            request.headers = {"X-MBX-APIKEY": self.key}
        return request

    # queries: each is repeated until it is answered, further and further apart

    def query(
        self, name: str, path: str, params: dict[str, Any], callback: Told, signed: bool = True, decode: Callable[[bytes], Any] | None = None,
    ) -> None:
        """GET; ``callback(data, asked_at)`` runs on the writer thread. ``name`` says what it is for, in logs and retries; ``decode``: see Request."""
        if signed and (self.home.locked_out or not self.key):
            return
        again: Callable[[], None] = partial(self.query, name, path, params, callback, signed, decode)
        call: Call = Call(name, signed, again)
        try:
            self.add_request(
                "GET", path, params=params, extra=call, timeout=None if name == "contract" else self.patience,
                callback=lambda data, request: self.on_data(data, request, callback),
                on_failed=self.on_query_failed, on_error=self.on_query_error, decode=decode,
            )
        except Exception as error:      # no thread to be had, for one
            self._again(call, f"{type(error).__name__}: {error}")

    def on_data(self, data: Any, request: Request, callback: Told) -> None:
        """A whole answer."""
        if self.routes:
            self.home.executor.post(self.routes.back, route_of(request))
        self.answered(request.extra.name)
        self.home.executor.post(self._hand_over, callback, data, request.extra)

    def _hand_over(self, callback: Told, data: Any, call: Call) -> None:
        try:
            callback(data, call.sent)
        except Exception as error:
            # valid JSON of a shape that the documents do not describe, mostly
            self._again(call, _("answer not understood ({kind}: {error})").format(kind=type(error).__name__, error=error))

    def on_query_failed(self, status: int, request: Request) -> None:
        """An answer that is no 2xx."""
        reply: Reply | None = request.reply
        assert reply is not None
        code, text = error_of(reply)
        self.home.executor.post(
            self._on_query_failed, request.extra, reply, code, text or http_code(status), route_of(request)
        )

    def _on_query_failed(self, call: Call, reply: Reply, code: int, text: str, route: str) -> None:
        if is_gone(reply.status, code):
            self.routes.gone(route, reply.status)
        if self.on_limits(reply, code, text):
            pass
        elif code in AUTHENTICATION or self.wants_signature(code, text):
            self.on_locked_out(code, text)
            return
        elif code == INVALID_SYMBOL and call.name.startswith("rules "):
            self.query_contract()       # it is listed no longer
            return
        elif code == TIMESTAMP:
            self.home.log(_("Timestamp refused, measuring the server's clock again"), WARNING)
            self.home.keeper.measure()
        self._again(call, coded(code or reply.status, text))

    def on_locked_out(self, code: int | str, text: str) -> None:
        """The venue refused the key."""
        self.home.lock_out(
            _("Authentication failed, code: {code}, message: {message}. Check API Key and API Secret, then connect again").format(code=code, message=text)
        )

    def wants_signature(self, code: int, text: str) -> bool:
        """Whether an unsigned request was refused for not being signed."""
        return self.unsigned and code == MISSING and "signature" in text

    def on_query_error(
        self, exc: type[BaseException], value: BaseException, tb: TracebackType | None, request: Request
    ) -> None:
        """No usable answer."""
        self.home.executor.post(self._on_query_error, request.extra, value)

    def _on_query_error(self, call: Call, error: BaseException) -> None:
        self.on_lost(call.name, error)
        self._again(call, str(error))

    def _again(self, call: Call, reason: str) -> None:
        self.try_again(call.name, reason, call.again, pause=self.home.pause())

    def on_limits(self, reply: Reply, code: int | str, text: str) -> bool:
        """
        429 and 418: shut the gate for as long as the venue says, and tell the user once. Too many
        orders (-1015) keep new orders back only: cancels and queries are no part of that limit.
        """
        if reply.status not in (418, 429):
            return False
        return self.home.apply_retry_after(reply, text, limit_fallback(reply.status), orders_only=code == TOO_MANY_ORDERS)

    def query_time(self, told: Callable[[int, float, float], None]) -> None:
        """One sample of the server's clock, in ms; ``told`` gets when it was asked for and received, too. Timed in the worker, not in the queue."""
        def on_time(data: Any, call: Call, received: float) -> None:
            told(int(data["serverTime"]), call.sent, received)

        def on_answer(data: Any, request: Request) -> None:
            call, received = request.extra, self.home.monotonic()
            self.on_data(data, request, lambda data, sent: on_time(data, call, received))

        self.add_request(
            "GET", TIME, extra=Call("time", False, partial(self.query_time, told)), callback=on_answer, timeout=self.patience,
            on_failed=self.on_query_failed, on_error=self.on_query_error, priority=True,
        )

    def query_contract(self) -> None:
        """What is traded."""
        self.query(N_("contract"), EXCHANGE_INFO, {}, self.on_listing, signed=False, decode=read_exchange_info)

    def query_best_prices(self, names: list[str], callback: Told) -> None:
        """The best bid and ask of some symbols."""
        self.query(N_("best prices"), BEST_PRICES, {"symbols": json_text(names)}, callback, signed=False)

    def query_day(self, names: list[str], callback: Told) -> None:
        """Last and best prices of some symbols, and the figures of their last 24 hours."""
        self.query(N_("day figures"), DAY_FIGURES, {"symbols": json_text(names)}, callback, signed=False)

    def query_rules(self, name: str) -> None:
        """The rules of one symbol; the list of all is megabytes on the real venue."""
        self.query(N_("rules") + f" {name}", EXCHANGE_INFO, {"symbol": name}, self.on_rules, signed=False)

    def query_account(self, callback: Told) -> None:
        """Balances."""
        self.query(N_("account"), ACCOUNT, {"omitZeroBalances": "false"}, callback)

    def query_open_orders(self, callback: Told) -> None:
        """Open orders of all symbols."""
        self.query(N_("open orders"), OPEN_ORDERS, {}, callback)

    def query_orders(self, name: str, params: dict[str, Any], callback: Told) -> None:
        """All orders of a symbol, a page: ``params`` has startTime (of less than 24 hours ago) or orderId."""
        self.query(
            N_("orders") + f" {name}", ALL_ORDERS, {"symbol": name, "limit": PAGE, **params}, callback
        )

    def query_trades(self, name: str, params: dict[str, Any], callback: Told) -> None:
        """Fills of a symbol, a page: ``params`` has startTime or fromId."""
        self.query(
            N_("trades") + f" {name}", MY_TRADES, {"symbol": name, "limit": PAGE, **params}, callback
        )

    @property
    def patience(self) -> float:
        """Seconds a question may take: one that is not answered costs no more before it is asked over a new connection."""
        return min(self.timings.query_timeout, self.read_timeout)

    # commands and single questions: answered whatever happens, never repeated here

    def call(
        self, method: str, params: dict[str, Any], callback: Answer, *, path: str = ORDER, urgent: bool = False,
        lane: str = "order", entry: Entry | None = None,
    ) -> None:
        """
        Signed call on one order; ``callback(reply, error)`` runs on the writer thread exactly once. ``entry`` is the
        order that is sent: one that the user cancels while the call waits in line is not sent.
        """
        do = self.home.executor.run_or_post
        settle = self.home.settle

        def on_failed(status: int, request: Request) -> None:
            reply: Reply | None = request.reply
            if reply is not None and is_gone(status, error_of(reply)[0]):
                self.home.executor.post(self.routes.gone, f"{method} {path}", status)
            do(settle, callback, reply, None)

        self.add_request(
            method, path, params=params, extra=Call(f"{method} {path}", True, entry=entry), lane=lane, priority=urgent,
            timeout=self.patience if lane == "query" else None,
            callback=lambda data, request: do(settle, callback, request.reply, None),
            on_failed=on_failed,
            on_error=lambda exc, value, tb, request: do(settle, callback, request.reply, value),
        )
