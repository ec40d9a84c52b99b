"""
The REST side: raw HTTP -> parameters, security and limits -> operation -> JSON.

Nothing is awaited between the last look at the clock and the engine's answer, but for long reads of what is public.
"""

import logging
from collections.abc import Awaitable, Callable
from math import ceil
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from ...core.errors import Refusal
from . import op_account, op_amend, op_lists, op_market, op_other_apis, op_prevented, op_reference, op_sor, op_trade, op_wallet
from .errors import ApiError, from_refusal, invalid_key, missing
from .limits import SECOND, Limits
from .meters import BY_IP, BY_UID, ApiMeter, Meter, SapiMeter
from .operations import MARKET_DATA, NONE, Context, Operation
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
TIME_UNIT_HEADER: str = "X-MBX-TIME-UNIT"
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
    """The REST endpoints of one venue."""

    def __init__(self, venue: "Venue", limits: Limits) -> None:
        self.venue: Venue = venue
        self.limits: Limits = limits
        self.meter: Meter = ApiMeter(limits)
        self.options: BinanceOptions = options_of(venue)

    def add_routes(self, app: web.Application) -> None:
        for method, path, operation in ROUTES:
            app.router.add_route(method, path, self._handler(operation, self.meter))
        for counted, routes in ((BY_IP, op_wallet.BY_ADDRESS), (BY_UID, op_wallet.BY_ACCOUNT)):
            for method, path, operation in routes:
                app.router.add_route(method, path, self._handler(operation, SapiMeter(self.limits, counted)))
        for path in GONE:
            app.router.add_route("*", path, self._gone)
        for prefix in OTHER_PREFIXES:
            app.router.add_route("*", f"/{prefix}/{{rest:.*}}", self._unknown)

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

    def _handler(self, operation: Operation, meter: Meter) -> Handler:
        venue = self.venue
        limits = self.limits
        options = self.options
        call, names, size, weight_of, security, free, shows_orders, is_long, prepare = operation
        signed: bool = security not in (NONE, MARKET_DATA)

        async def handle(request: web.Request) -> web.Response:
            try:
                now: int = venue.now()
                ip: str = request.remote or ""
                query: str = request.raw_path.partition("?")[2]
                body: str = ""
                if request.body_exists and request.method != "GET":
                    body = (await request.read()).decode("utf-8", "surrogateescape")
                headers = request.headers
                payer: str = headers.get(SIGNED_KEY_HEADER, "")
                if payer not in venue.keys:
                    payer = ""                      # strangers share one count
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
                    account = check_key(headers.get(SIGNED_KEY_HEADER))
                    timestamp: int = read_timestamp(values.get("timestamp"))
                    window: int = read_recv_window(values.get("recvWindow"))
                    signature: str | None = values.get("signature")
                    if signature is None:
                        raise missing("signature")
                    per_real: float = options.per_real(venue.clock)
                    check_ahead(timestamp, now, per_real)
                    check_window(timestamp, window, now, per_real)
                    secret: str | None = venue.keys.get(account)
                    if secret is None:
                        raise invalid_key()
                    check_signature(secret, rest_payload(query, body), signature, venue.public_keys.get(account))
                    params.check_known(names, size)
                    check_window(timestamp, window, venue.now(), per_real)
                else:
                    if security == MARKET_DATA and check_key(headers.get(SIGNED_KEY_HEADER)) not in venue.keys:
                        raise invalid_key()
                    params.check_known(names, size)
                context: Context = Context(venue, limits, account, now, ip, per_time)
                if is_long:
                    if prepare is not None:
                        await in_slices(prepare(context, params), venue.clock.machine.spent)
                    result: bytes = encode(await whole_in_slices(call(context, params), venue.clock.machine.spent))
                else:
                    result = encode(call(context, params))
                if free:
                    used = limits.refund(ip, weight)
            except ApiError as error:
                return self.error(request, error, meter)
            except Refusal as refusal:
                return self.error(request, from_refusal(refusal), meter)
            except Exception:
                logger.exception("%s %s failed", request.method, request.path)
                return self.error(request, internal_error(), meter)
            answer: dict[str, str] = {CONTENT_TYPE_HEADER: CONTENT_TYPE, **meter.headers(used)}
            if shows_orders:
                short, long = limits.order_counts(account, now)
                answer[COUNT_10S_HEADER] = str(short)
                answer[COUNT_1D_HEADER] = str(long)
            return web.Response(body=result, headers=answer)

        return handle

    def error(self, request: web.Request, error: ApiError, meter: Meter | None = None) -> web.Response:
        meter = meter or self.meter
        used: int = meter.used(request.remote or "", request.headers.get(SIGNED_KEY_HEADER, ""))
        headers: dict[str, str] = {CONTENT_TYPE_HEADER: CONTENT_TYPE, **meter.headers(used)}
        if error.retry_at:
            seconds: float = (error.retry_at - self.venue.now()) / SECOND
            headers["Retry-After"] = str(max(1, ceil(seconds / self.venue.clock.per_real)))     # of the client's
        return web.Response(status=error.status, body=msgspec.json.encode(error.body()), headers=headers)


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
