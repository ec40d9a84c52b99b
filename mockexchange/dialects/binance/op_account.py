"""Account operations (rest-api.md, "Account Endpoints"): balances, orders, fills, commissions, limits."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar

from ...core.events import Fill
from ...core.instruments import Instrument
from ...core.orders import Order
from . import rendering
from .errors import ApiError, archived, bad_combination, invalid_data, missing_both
from .operations import USER_DATA, Context, Operation, operation
from .options import options_of
from .params import Params

DAY: int = 86_400_000_000
MAX_HOURS: int = 24
ARCHIVED_AFTER: int = 90 * DAY
ARCHIVED: frozenset[str] = frozenset({"CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"})

Item = TypeVar("Item", Order, Fill)


def account(ctx: Context, params: Params) -> object:
    """Balances of every asset the venue knows, and the fees of its first instrument."""
    omit: bool = params.boolean("omitZeroBalances", False)
    exchange = ctx.exchange
    held: dict[str, tuple[int, int]] = exchange.balances(ctx.account)
    assets: dict[str, tuple[int, int]] = {}
    for instrument in exchange.instruments.values():
        assets.setdefault(instrument.base, (0, 0))
        assets.setdefault(instrument.quote, (0, 0))
    assets.update(held)
    if omit:
        assets = {asset: amounts for asset, amounts in assets.items() if amounts != (0, 0)}
    first: Instrument = next(iter(exchange.instruments.values()))
    return rendering.account_body(
        ctx.account, assets, exchange.update_time(ctx.account), first.maker_fee, first.taker_fee, ctx.per_time
    )


def commission(ctx: Context, params: Params) -> object:
    return rendering.commission_body(ctx.instrument(params.symbol()), ctx.exchange.discount.is_on(ctx.account))


def query_order(ctx: Context, params: Params) -> object:
    """
    By ``orderId``, else by ``origClientOrderId``; with both, the id is looked up and the client id compared
    (-2039). One that was archived is -2026.
    """
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    order_id: int | None = params.long("orderId")
    client_order_id: str = params.client_id("origClientOrderId")
    if order_id is None and not client_order_id:
        raise missing_both("origClientOrderId", "orderId")
    found: Order = ctx.exchange.find_order(ctx.account, symbol, order_id, client_order_id)
    if _is_archived(found, ctx.now):
        raise archived()
    return rendering.order(found, ctx.per_time)


def open_orders(ctx: Context, params: Params) -> object:
    symbol: str | None = None
    if "symbol" in params:
        symbol = params.symbol()
        ctx.instrument(symbol)
    return [rendering.order(one, ctx.per_time) for one in ctx.exchange.open_orders(ctx.account, symbol)]


def all_orders(ctx: Context, params: Params) -> object:
    """By ``orderId`` those from it on, by time those in it, else the newest; oldest first, without the archived ones."""
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    order_id: int | None = params.long("orderId")
    start, end = span(params)
    limit: int = params.limit(500, 1000)
    found: Sequence[Order] = ctx.exchange.all_orders(ctx.account, symbol)
    if found and found[0].time < ctx.now - ARCHIVED_AFTER:
        found = [one for one in found if not _is_archived(one, ctx.now)]
    if order_id is not None:
        found = found[bisect_left(found, order_id, key=_order_id):]
    page: Sequence[Order] = _page(found, order_id is not None, start, end, limit, _order_time)
    return [rendering.order(one, ctx.per_time) for one in page]


def my_trades(ctx: Context, params: Params) -> object:
    """The documented combinations of parameters only, others are -1128."""
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    order_id: int | None = params.long("orderId")
    from_id: int | None = params.long("fromId")
    start, end = span(params)
    if (start is not None or end is not None) and (order_id is not None or from_id is not None):
        raise bad_combination()
    limit: int = params.limit(500, 1000)
    found: Sequence[Fill]
    if order_id is not None:
        found = [fill for fill in ctx.exchange.order_fills(ctx.account, order_id) if fill.symbol == symbol]
    else:
        found = ctx.exchange.fills(ctx.account, symbol)
    if from_id is not None:
        found = found[bisect_left(found, from_id, key=_trade_id):]
    page: Sequence[Fill] = _page(found, from_id is not None, start, end, limit, _fill_time)
    list_id_of = ctx.exchange.list_id_of
    return [rendering.my_trade(fill, list_id_of(fill.order_id), ctx.per_time) for fill in page]


def order_rate_limits(ctx: Context, params: Params) -> object:
    return ctx.limits.order_rows(ctx.account, ctx.now)


def my_filters(ctx: Context, params: Params) -> object:
    """The symbol's filters and the exchange's; the mock has none of an asset."""
    instrument: Instrument = ctx.instrument(params.symbol())
    options = options_of(ctx.venue)
    filters = rendering.symbol_filters(instrument, options.notional_filters)
    return {"exchangeFilters": rendering.exchange_filters(options), "symbolFilters": filters, "assetFilters": []}


def _is_archived(one: Order, now: int) -> bool:
    return one.update_time < now - ARCHIVED_AFTER and not one.executed and one.status in ARCHIVED


def _order_id(one: Order) -> int:
    return one.order_id


def _order_time(one: Order) -> int:
    return one.time


def _trade_id(fill: Fill) -> int:
    return fill.trade_id


def _fill_time(fill: Fill) -> int:
    return fill.time


def span(params: Params) -> tuple[int | None, int | None]:
    """``startTime`` and ``endTime`` in microseconds. Raises -1127 for more than 24 hours, -1130 for a span that ends first."""
    start: int | None = params.time("startTime")
    end: int | None = params.end_time()
    if start is not None and end is not None:
        if end < start:
            raise invalid_data("endTime")
        if end - start > DAY + 999:
            raise ApiError(-1127, f"More than {MAX_HOURS} hours between startTime and endTime.")
    return start, end


def _page(
    found: Sequence[Item],
    from_front: bool,
    start: int | None,
    end: int | None,
    limit: int,
    time_of: Callable[[Item], int],
) -> Sequence[Item]:
    """rest-api.md, "General API Information": without a start the newest ``limit``, with one the oldest."""
    if start is not None:
        found = found[bisect_left(found, start, key=time_of):]
    if end is not None:
        found = found[:bisect_right(found, end, key=time_of)]
    if from_front or start is not None:
        return found[:limit]
    return found[-limit:]


def _open_weight(params: Params) -> int:
    return 6 if "symbol" in params else 80


def _trades_weight(params: Params) -> int:
    return 5 if "orderId" in params else 20


ACCOUNT: Operation = operation(account, "omitZeroBalances", 20, USER_DATA)
COMMISSION: Operation = operation(commission, "symbol", 20, USER_DATA)
QUERY: Operation = operation(query_order, "symbol orderId origClientOrderId", 4, USER_DATA)
OPEN_ORDERS: Operation = operation(open_orders, "symbol", _open_weight, USER_DATA)
ALL_ORDERS: Operation = operation(all_orders, "symbol orderId startTime endTime limit", 20, USER_DATA)
MY_TRADES: Operation = operation(my_trades, "symbol orderId startTime endTime fromId limit", _trades_weight, USER_DATA)
ORDER_LIMITS: Operation = operation(order_rate_limits, "", 40, USER_DATA)
MY_FILTERS: Operation = operation(my_filters, "symbol", 40, USER_DATA)
