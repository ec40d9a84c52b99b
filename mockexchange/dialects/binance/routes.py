"""
The REST side: raw HTTP -> parameters, security and limits -> operation -> JSON.

Nothing is awaited between the last look at the clock and the engine's answer, but for long reads of what is public.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web
from multidict import istr

from ...core.errors import Refusal
from ...transport.answers import Answer, Answerer
from . import op_account, op_amend, op_lists, op_market, op_other_apis, op_prevented, op_reference, op_sor, op_trade, op_wallet
from .errors import ApiError, from_refusal, invalid_key, missing
from .limits import SECOND, Limits
from .meters import BY_IP, BY_UID, ApiMeter, Meter, SapiMeter
from .operations import MARKET_DATA, NONE, Call, Context, Operation
from .options import BinanceOptions, options_of
from .params import Params, merge
from .signature import (
    SIGNED_KEY_HEADER,
    check_ahead,
    check_key,
    check_signature,
    check_window,
    read_recv_window,
    read_timestamp,
    rest_payload,
    unsigned_key,
)
from .slices import in_slices, whole_in_slices

if TYPE_CHECKING:
    from ...server.venue import Venue

logger: logging.Logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]

CONTENT_TYPE: str = "application/json;charset=UTF-8"
CONTENT_TYPE_HEADER: str = "Content-Type"
COUNT_10S_HEADER: str = "X-MBX-ORDER-COUNT-10S"
COUNT_1D_HEADER: str = "X-MBX-ORDER-COUNT-1D"
TIME_UNIT_HEADER: str = istr("X-MBX-TIME-UNIT")
MILLISECONDS: int = 1000

encode: Callable[[object], bytes] = msgspec.json.Encoder().encode

ROUTES: tuple[tuple[str, str, Operation], ...] = (
    ("GET", "/api/v3/ping", op_market.PING),
    ("GET", "/api/v3/time", op_market.TIME),
    ("GET", "/api/v3/exchangeInfo", op_market.EXCHANGE_INFO),
    ("GET", "/api/v3/executionRules", op_reference.EXECUTION_RULES),
    ("GET", "/api/v3/depth", op_market.DEPTH),
    ("GET", "/api/v3/trades", op_market.TRADES),
    ("GET", "/api/v3/historicalTrades", op_market.HISTORICAL_TRADES),
    ("GET", "/api/v3/historicalBlockTrades", op_reference.BLOCK_TRADES),
    ("GET", "/api/v3/referencePrice", op_reference.REFERENCE_PRICE),
    ("GET", "/api/v3/referencePrice/calculation", op_reference.REFERENCE_CALCULATION),
    ("GET", "/api/v3/aggTrades", op_market.AGGREGATE_TRADES),
    ("GET", "/api/v3/klines", op_market.KLINES),
    ("GET", "/api/v3/uiKlines", op_market.UI_KLINES),
    ("GET", "/api/v3/avgPrice", op_market.AVERAGE_PRICE),
    ("GET", "/api/v3/ticker", op_market.ROLLING_TICKER),
    ("GET", "/api/v3/ticker/tradingDay", op_market.TRADING_DAY),
    ("GET", "/api/v3/ticker/24hr", op_market.DAY_TICKER),
    ("GET", "/api/v3/ticker/price", op_market.PRICE_TICKER),
    ("GET", "/api/v3/ticker/bookTicker", op_market.BOOK_TICKER),
    ("POST", "/api/v3/order", op_trade.PLACE),
    ("GET", "/api/v3/order", op_account.QUERY),
    ("DELETE", "/api/v3/order", op_trade.CANCEL),
    ("POST", "/api/v3/order/test", op_trade.TEST),
    ("POST", "/api/v3/order/cancelReplace", op_trade.CANCEL_REPLACE),
    ("PUT", "/api/v3/order/amend/keepPriority", op_amend.AMEND),
    ("GET", "/api/v3/order/amendments", op_amend.AMENDMENTS),
    ("POST", "/api/v3/sor/order", op_sor.PLACE),
    ("POST", "/api/v3/sor/order/test", op_sor.TEST),
    ("POST", "/api/v3/order/oco", op_lists.OLD_OCO),
    ("POST", "/api/v3/orderList/oco", op_lists.OCO),
    ("POST", "/api/v3/orderList/oto", op_lists.OTO),
    ("POST", "/api/v3/orderList/otoco", op_lists.OTOCO),
    ("POST", "/api/v3/orderList/opo", op_lists.OPO),
    ("POST", "/api/v3/orderList/opoco", op_lists.OPOCO),
    ("DELETE", "/api/v3/orderList", op_lists.CANCEL),
    ("GET", "/api/v3/orderList", op_lists.QUERY),
    ("GET", "/api/v3/allOrderList", op_lists.ALL),
    ("GET", "/api/v3/openOrderList", op_lists.OPEN),
    ("GET", "/api/v3/openOrders", op_account.OPEN_ORDERS),
    ("DELETE", "/api/v3/openOrders", op_trade.CANCEL_OPEN),
    ("GET", "/api/v3/allOrders", op_account.ALL_ORDERS),
    ("GET", "/api/v3/account", op_account.ACCOUNT),
    ("GET", "/api/v3/account/commission", op_account.COMMISSION),
    ("GET", "/api/v3/myTrades", op_account.MY_TRADES),
    ("GET", "/api/v3/myAllocations", op_sor.ALLOCATIONS),
    ("GET", "/api/v3/myPreventedMatches", op_prevented.PREVENTED),
    ("GET", "/api/v3/rateLimit/order", op_account.ORDER_LIMITS),
    ("GET", "/api/v3/myFilters", op_account.MY_FILTERS),
    ("GET", "/fapi/v1/exchangeInfo", op_other_apis.NO_CONTRACTS),
    ("GET", "/dapi/v1/exchangeInfo", op_other_apis.NO_CONTRACTS),
)
GONE: tuple[str, ...] = ("/api/v3/userDataStream", "/api/v1/userDataStream")
OTHER_PREFIXES: tuple[str, ...] = ("api", "sapi", "fapi", "dapi", "eapi", "papi")


class RestRoutes:
    """The REST endpoints of one venue. ``direct``: those whose answers wait for nothing."""

    def __init__(self, venue: "Venue", limits: Limits) -> None:
        self.venue: Venue = venue
        self.limits: Limits = limits
        self.meter: Meter = ApiMeter(limits)
        self.options: BinanceOptions = options_of(venue)
        self.direct: dict[tuple[str, str], Answerer] = {}

    def add_routes(self, app: web.Application) -> None:
        for method, path, operation in ROUTES:
            self._add(app, method, path, operation, self.meter)
        for counted, routes in ((BY_IP, op_wallet.BY_ADDRESS), (BY_UID, op_wallet.BY_ACCOUNT)):
            for method, path, operation in routes:
                self._add(app, method, path, operation, SapiMeter(self.limits, counted))
        for path in GONE:
            app.router.add_route("*", path, self._gone)
        for prefix in OTHER_PREFIXES:
            app.router.add_route("*", f"/{prefix}/{{rest:.*}}", self._unknown)

    def _add(self, app: web.Application, method: str, path: str, operation: Operation, meter: Meter) -> None:
        if operation.is_long:
            app.router.add_route(method, path, self._long_handler(operation, meter))
            return
        answerer: Answerer = self._answerer(operation, meter)
        if method == "GET":
            answerer = _without_body(answerer)
        self.direct[method, path] = answerer
        app.router.add_route(method, path, _handler(answerer))

    async def _gone(self, request: web.Request) -> web.Response:
        """Listen keys ended on 2026-02-20 (CHANGELOG.md, 2026-01-21); the WebSocket API has what replaced them."""
        return self.error(request, ApiError(-1016, "This service is no longer available.", status=410))

    async def _unknown(self, request: web.Request) -> web.Response:
        """
        404: a page for browsers (CHANGELOG.md, 2023-12-04, "invalid endpoints"), for others no body, as api.binance.com was
        seen to answer (python-binance issue 1614).
        """
        if "text/html" in request.headers.get("Accept", ""):
            return web.Response(status=404, text="<html><body><h2>404 Not found</h2></body></html>", content_type="text/html")
        return web.Response(status=404)

    def _answerer(self, operation: Operation, meter: Meter) -> Answerer:
        """What answers the requests of an operation that is not long."""
        admit, finish = self._admitter(operation, meter), self._finisher(operation, meter)
        call: Call = operation.call

        def answer(target: str, headers: Mapping[str, str], body: bytes, ip: str) -> Answer:
            try:
                context, params, weight, used = admit(target, headers, body, ip)
                return finish(context, encode(call(context, params)), weight, used)
            except Exception as error:
                return self._failed(error, target, headers, ip, meter)

        return answer

    def _long_handler(self, operation: Operation, meter: Meter) -> Handler:
        """A read that is done in slices, for which nobody is kept waiting."""
        admit, finish = self._admitter(operation, meter), self._finisher(operation, meter)
        call, prepare = operation.call, operation.prepare
        spent: Callable[[], float] = self.venue.clock.machine.spent

        async def handle(request: web.Request) -> web.Response:
            target, headers, ip = request.raw_path, request.headers, request.remote or ""
            try:
                context, params, weight, used = admit(target, headers, b"", ip)
                if prepare is not None:
                    await in_slices(prepare(context, params), spent)
                answer: Answer = finish(context, encode(await whole_in_slices(call(context, params), spent)), weight, used)
            except Exception as error:
                answer = self._failed(error, target, headers, ip, meter)
            return _response(answer)

        return handle

    def _admitter(self, operation: Operation, meter: Meter) -> Callable[[str, Mapping[str, str], bytes, str], tuple[Context, Params, int, int]]:
        """What looks at limits, signature and names; it returns what is asked for, what it weighs, and the weight used so far."""
        venue = self.venue
        limits = self.limits
        options = self.options
        names, size, weight_of = operation.names, operation.size, operation.weight
        security: str = operation.security
        signed: bool = security not in (NONE, MARKET_DATA)

        def admit(target: str, headers: Mapping[str, str], raw: bytes, ip: str) -> tuple[Context, Params, int, int]:
            now: int = venue.now()
            query: str = target.partition("?")[2]
            body: str = raw.decode("utf-8", "surrogateescape") if raw else ""
            key: str | None = headers.get(SIGNED_KEY_HEADER)
            payer: str = key if key is not None and key in venue.keys else ""       # strangers share one count
            try:
                values: dict[str, str] = merge(query, body)
            except ApiError:
                meter.charge(ip, payer, 1, now)
                raise
            params: Params = Params(values)
            weight: int = weight_of if isinstance(weight_of, int) else weight_of(params)
            used: int = meter.charge(ip, payer, weight, now)
            account: str = ""
            per_time: int = MILLISECONDS
            if TIME_UNIT_HEADER in headers:
                per_time = read_time_unit(headers[TIME_UNIT_HEADER])
            plain_key: str | None = None
            if signed and options.unsigned:
                plain_key = unsigned_key(headers, values)
            if plain_key is not None:
                account = check_key(plain_key)
                if account not in venue.keys:
                    raise invalid_key()
                params.check_known(names, size)
            elif signed:
                account = check_key(key)
                timestamp: int = read_timestamp(values.get("timestamp"))
                window: int = read_recv_window(values.get("recvWindow"))
                signature: str | None = values.get("signature")
                if signature is None:
                    raise missing("signature")
                if not now - window <= timestamp <= now:            # else it is in time whatever the clock's pace
                    per_real: float = options.per_real(venue.clock)
                    check_ahead(timestamp, now, per_real)
                    check_window(timestamp, window, now, per_real)
                secret: str | None = venue.keys.get(account)
                if secret is None:
                    raise invalid_key()
                check_signature(secret, rest_payload(query, body), signature, venue.public_keys.get(account))
                params.check_known(names, size)
                if (later := venue.now()) - timestamp > window:
                    check_window(timestamp, window, later, options.per_real(venue.clock))
            else:
                if security == MARKET_DATA and check_key(key) not in venue.keys:
                    raise invalid_key()
                params.check_known(names, size)
            return Context(venue, limits, account, now, ip, per_time), params, weight, used

        return admit

    def _finisher(self, operation: Operation, meter: Meter) -> Callable[[Context, bytes, int, int], Answer]:
        """What makes the answer of what came of it."""
        limits = self.limits
        free, shows_orders = operation.free, operation.shows_orders

        def finish(context: Context, result: bytes, weight: int, used: int) -> Answer:
            if free:
                used = limits.refund(context.ip, weight)
            headers: dict[str, str] = {CONTENT_TYPE_HEADER: CONTENT_TYPE, **meter.headers(used)}
            if shows_orders:
                short, long = limits.order_counts(context.account, context.now)
                headers[COUNT_10S_HEADER] = str(short)
                headers[COUNT_1D_HEADER] = str(long)
            return 200, headers, result

        return finish

    def _failed(self, error: Exception, target: str, headers: Mapping[str, str], ip: str, meter: Meter) -> Answer:
        if isinstance(error, Refusal):
            error = from_refusal(error)
        elif not isinstance(error, ApiError):
            logger.error("%s failed", target.partition("?")[0], exc_info=error)
            error = internal_error()
        return self._refused(error, headers, ip, meter)

    def _refused(self, error: ApiError, headers: Mapping[str, str], ip: str, meter: Meter) -> Answer:
        used: int = meter.used(ip, headers.get(SIGNED_KEY_HEADER, ""))
        answer: dict[str, str] = {CONTENT_TYPE_HEADER: CONTENT_TYPE, **meter.headers(used)}
        if error.retry_at:
            seconds: float = (error.retry_at - self.venue.now()) / SECOND
            answer["Retry-After"] = str(max(1, ceil(seconds / self.venue.clock.per_real)))     # of the client's
        return error.status, answer, msgspec.json.encode(error.body())

    def error(self, request: web.Request, error: ApiError) -> web.Response:
        return _response(self._refused(error, request.headers, request.remote or "", self.meter))


def _response(answer: Answer) -> web.Response:
    status, headers, body = answer
    return web.Response(status=status, body=body, headers=headers)


def _without_body(answerer: Answerer) -> Answerer:
    """A GET request's parameters are in its query alone."""
    return lambda target, headers, body, ip: answerer(target, headers, b"", ip)


def _handler(answerer: Answerer) -> Handler:
    """aiohttp's way to the same answer."""
    async def handle(request: web.Request) -> web.Response:
        body: bytes = await request.read() if request.body_exists else b""
        return _response(answerer(request.raw_path, request.headers, body, request.remote or ""))

    return handle


def read_time_unit(text: str) -> int:
    """``X-MBX-TIME-UNIT`` or ``timeUnit`` -> microseconds in one unit. Raises -1194."""
    unit: str = text.upper()
    if unit == "MICROSECOND":
        return 1
    if unit == "MILLISECOND":
        return MILLISECONDS
    raise ApiError(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")


def internal_error() -> ApiError:
    """The answer for a fault of the mock itself; its log has the traceback."""
    return ApiError(-1000, "An unknown error occurred while processing the request.")
