"""Order lists (rest-api.md, "Order lists", "Query Order list" and what follows): place, cancel, look up."""

from collections.abc import Sequence

from ...core.commands import CancelOrderList, PlaceOrder, PlaceOrderList
from ...core.errors import Refusal
from ...core.events import Event, Fill, OrderReport
from ...core.orders import OrderList
from . import list_rendering, rendering
from .errors import ApiError, bad_combination, from_refusal, missing_both
from .list_params import (
    ABOVE,
    BELOW,
    OLD_LIMIT,
    OLD_STOP,
    PAID,
    PAID_ABOVE,
    PAID_BELOW,
    PENDING,
    PENDING_ABOVE,
    PENDING_BELOW,
    WORKING,
    all_names,
    read_leg,
    read_pair,
    read_working,
)
from .op_account import span
from .op_trade import RESPONSE_TYPES, render_canceled
from .operations import TRADE, USER_DATA, Call, Context, Operation, operation
from .options import options_of
from .params import Params


def _place(ctx: Context, params: Params, contingency: str, orders: list[PlaceOrder], pays: bool = False) -> object:
    """An order of a list counts as one order for the limits; of the answers' formats FULL is the default."""
    response: str = params.choice("newOrderRespType", RESPONSE_TYPES, "FULL")
    client_id: str = params.client_id("listClientOrderId")
    too_many: ApiError | None = ctx.limits.too_many_orders(ctx.account, ctx.now, len(orders) - 1)
    if too_many is not None:
        raise too_many
    most: int = options_of(ctx.venue).max_order_lists
    if most and len(ctx.exchange.lists.open_lists(ctx.account)) >= most:
        raise ApiError(-1013, "Filter failure: EXCHANGE_MAX_NUM_ORDER_LISTS")
    events: list[Event] = ctx.apply(PlaceOrderList(ctx.account, orders[0].symbol, contingency, orders, client_id, pays))
    per_time: int = ctx.per_time

    def render(report: OrderReport, fills: list[Fill]) -> object:
        if response == "ACK":
            return rendering.order_ack(report, per_time)
        if response == "RESULT":
            return rendering.order_result(report, per_time)
        return rendering.order_full(report, fills, per_time)

    return list_rendering.placed(events, render, per_time)


def place_oco(ctx: Context, params: Params) -> object:
    return _place(ctx, params, "OCO", read_pair(ctx, params, ABOVE, BELOW))


def place_old_oco(ctx: Context, params: Params) -> object:
    """The stop is a STOP_LOSS_LIMIT where it has a price."""
    sent = params.values
    if "stopLimitPrice" in sent and "stopLimitTimeInForce" not in sent:
        raise ApiError(-1128, "Combination of optional parameters invalid. Recommendation: 'stopLimitTimeInForce' should also be sent.")
    limit: PlaceOrder = read_leg(ctx, params, OLD_LIMIT, "LIMIT_MAKER")
    stop: PlaceOrder = read_leg(ctx, params, OLD_STOP, "STOP_LOSS_LIMIT" if "stopLimitPrice" in sent else "STOP_LOSS")
    return _place(ctx, params, "OCO", [stop, limit])


def place_oto(ctx: Context, params: Params) -> object:
    return _place(ctx, params, "OTO", [read_working(ctx, params), read_leg(ctx, params, PENDING)])


def place_otoco(ctx: Context, params: Params) -> object:
    return _place(ctx, params, "OTO", [read_working(ctx, params), *read_pair(ctx, params, PENDING_ABOVE, PENDING_BELOW)])


def place_opo(ctx: Context, params: Params) -> object:
    working: PlaceOrder = read_working(ctx, params)
    return _place_paying(ctx, params, working, [read_leg(ctx, params, PAID, size_of="workingQuantity")])


def place_opoco(ctx: Context, params: Params) -> object:
    working: PlaceOrder = read_working(ctx, params)
    return _place_paying(ctx, params, working, read_pair(ctx, params, PAID_ABOVE, PAID_BELOW, "workingQuantity"))


def _place_paying(ctx: Context, params: Params, working: PlaceOrder, pending: list[PlaceOrder]) -> object:
    if working.side != "BUY":
        raise ApiError(-1222, "Working order in an OPO list must be a bid.")
    if pending[0].side != "SELL":
        raise ApiError(-1223, "Pending orders in an OPO list must be asks.")
    return _place(ctx, params, "OTO", [working, *pending], pays=True)


def cancel_list(ctx: Context, params: Params) -> object:
    """By ``orderListId``, else by ``listClientOrderId``; with both, the id is looked up and the client id compared (-2039)."""
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    order_list_id: int | None = params.long("orderListId")
    client_id: str = params.client_id("listClientOrderId")
    if order_list_id is None and not client_id:
        raise missing_both("listClientOrderId", "orderListId")
    command: CancelOrderList = CancelOrderList(
        ctx.account, symbol, order_list_id, client_id, params.client_id("newClientOrderId")
    )
    try:
        events: list[Event] = ctx.apply(command)
    except Refusal as refusal:
        raise from_refusal(refusal, cancelling=True) from None
    return render_canceled(ctx, events)[0]


def query_list(ctx: Context, params: Params) -> object:
    """With both parameters only ``origClientOrderId`` is used (web-socket-api.md, "Query Order list")."""
    order_list_id: int | None = params.long("orderListId")
    client_id: str = params.client_id("origClientOrderId")
    if order_list_id is None and not client_id:
        raise missing_both("origClientOrderId", "orderListId")
    found: OrderList = ctx.exchange.lists.find(ctx.account, None if client_id else order_list_id, client_id)
    return list_rendering.status(found, ctx.per_time)


def open_lists(ctx: Context, params: Params) -> object:
    return [list_rendering.status(one, ctx.per_time) for one in ctx.exchange.lists.open_lists(ctx.account)]


def all_lists(ctx: Context, params: Params) -> object:
    """
    By ``fromId`` those from it on, by time those that changed last in it, oldest first; without either the newest, newest first.

    ``fromId`` with a time is -1128 on REST and ignored on the WebSocket API.
    """
    first: int | None = params.long("fromId")
    start, end = span(params)
    limit: int = params.limit(500, 1000)
    if first is not None and (start is not None or end is not None):
        if not ctx.is_websocket:
            raise bad_combination()
        first = None
    found: Sequence[OrderList] = [
        one for one in ctx.exchange.lists.all_lists(ctx.account)
        if (first is None or one.order_list_id >= first)
        and (start is None or one.time >= start) and (end is None or one.time <= end)
    ]
    page: Sequence[OrderList] = found[:limit] if first is not None or start is not None else found[:-limit - 1:-1]
    return [list_rendering.status(one, ctx.per_time) for one in page]


def _placing(call: Call, names: str) -> Operation:
    return operation(call, names, 1, TRADE, free=True, shows_orders=True)


OCO: Operation = _placing(place_oco, all_names(ABOVE, BELOW))
OLD_OCO: Operation = _placing(place_old_oco, all_names(OLD_LIMIT, OLD_STOP))
OTO: Operation = _placing(place_oto, all_names(WORKING, PENDING))
OTOCO: Operation = _placing(place_otoco, all_names(WORKING, PENDING_ABOVE, PENDING_BELOW))
OPO: Operation = _placing(place_opo, all_names(WORKING, PAID))
OPOCO: Operation = _placing(place_opoco, all_names(WORKING, PAID_ABOVE, PAID_BELOW))
CANCEL: Operation = operation(cancel_list, "symbol orderListId listClientOrderId newClientOrderId", 1, TRADE, free=True)
QUERY: Operation = operation(query_list, "orderListId origClientOrderId", 4, USER_DATA)
OPEN: Operation = operation(open_lists, "", 6, USER_DATA)
ALL: Operation = operation(all_lists, "fromId startTime endTime limit", 20, USER_DATA)
