"""Smart order routing (rest-api.md, "SOR", "Query Allocations"; faqs/sor_faq.md)."""

from bisect import bisect_left
from collections.abc import Sequence

from ...core.commands import PlaceOrder
from ...core.events import Fill
from . import match_rendering
from .errors import ApiError, bad_combination
from .op_account import fill_time, page, span
from .op_trade import read_order, send_order, test_weight, try_order
from .operations import TRADE, USER_DATA, Context, Operation, operation
from .params import Params

TYPES: tuple[str, ...] = ("LIMIT", "MARKET")


def _read(ctx: Context, params: Params) -> PlaceOrder:
    """As a plain order; other types than LIMIT and MARKET are none here."""
    order: PlaceOrder = read_order(ctx, params)
    if order.type not in TYPES:
        raise ApiError(-1116, "Invalid orderType.")
    order.uses_sor = True
    return order


def place(ctx: Context, params: Params) -> object:
    """The WebSocket API answers with a list of the one order."""
    answer: object = send_order(ctx, params, _read(ctx, params))
    return [answer] if ctx.is_websocket else answer


def test(ctx: Context, params: Params) -> object:
    return try_order(ctx, params, _read(ctx, params))


def allocations(ctx: Context, params: Params) -> object:
    """The documented combinations of parameters only, others are -1128."""
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    order_id: int | None = params.long("orderId")
    from_id: int | None = params.long("fromAllocationId")
    start, end = span(params)
    if (start is not None or end is not None) and (order_id is not None or from_id is not None):
        raise bad_combination()
    limit: int = params.limit(500, 1000)
    found: Sequence[Fill] = ctx.exchange.allocations(ctx.account, symbol)
    if order_id is not None:
        found = [one for one in found if one.order_id == order_id]
    if from_id is not None:
        found = found[bisect_left(found, from_id, key=lambda one: one.allocation_id):]
    oldest_first: bool = end is None
    return [match_rendering.allocation(one, ctx.per_time) for one in page(found, oldest_first, start, end, limit, fill_time)]


_NAMES: str = (
    "symbol side type timeInForce quantity price newClientOrderId strategyId strategyType icebergQty newOrderRespType "
    "selfTradePreventionMode"
)
PLACE: Operation = operation(place, _NAMES, 1, TRADE, free=True, shows_orders=True)
TEST: Operation = operation(test, _NAMES + " computeCommissionRates", test_weight, TRADE)
ALLOCATIONS: Operation = operation(allocations, "symbol startTime endTime fromAllocationId limit orderId", 20, USER_DATA)
