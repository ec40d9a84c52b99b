"""Trading operations: place and cancel (seed, 2.4.1 and 2.4.3). Their parameters are in the form body."""

from functools import partial

from ...core.ack_first import Acknowledged
from ...core.commands import CancelOrder, PlaceOrder
from ...core.errors import Refusal
from ...core.orders import Order
from . import rendering
from .errors import (
    BAD_SIDE,
    BAD_SYMBOL,
    BAD_TYPE,
    CANCEL_REFUSED,
    MISSING_PARAMETER,
    NO_SUCH_ORDER,
    ApiError,
    from_refusal,
    missing,
    no_such_order,
)
from .operations import Context, Operation
from .params import Params


def read_order(ctx: Context, params: Params) -> PlaceOrder:
    """The order that the parameters describe. What the server does not know, ``timeInForce`` too, is not looked at."""
    for name in ("symbol", "side", "type", "quantity"):
        if not params.get(name):
            raise missing(name)
    symbol: str = params.text("symbol")
    if symbol not in ctx.exchange.instruments:
        raise ApiError(400, BAD_SYMBOL, f"无效的交易对: {symbol}")
    kind: str = params.text("type").upper()
    if kind not in ("LIMIT", "MARKET"):
        raise ApiError(400, BAD_TYPE, f"无效的订单类型: {kind}")
    side: str = params.text("side").upper()
    if side not in ("BUY", "SELL"):
        raise ApiError(400, BAD_SIDE, f"无效的订单方向: {side}")
    # Orders of one account may trade with each other (spec 1.5).
    order: PlaceOrder = PlaceOrder(ctx.account, symbol, side, kind, params.amount("quantity", "数量"), stp_mode="NONE")
    if kind == "LIMIT":
        if not params.get("price"):
            raise ApiError(400, MISSING_PARAMETER, "限价单必须提供价格")
        order.price = params.amount("price", "价格")
    order.client_order_id = ctx.desk.client_ids.core(ctx.account, symbol, params.get("client_order_id"))
    return order


def place(ctx: Context, params: Params) -> object:
    """The order as it is when the engine is done with it."""
    command: PlaceOrder = read_order(ctx, params)
    desk = ctx.desk
    try:
        events = desk.venue.apply(command)
    except Refusal as refusal:
        raise from_refusal(refusal) from None
    find = partial(ctx.exchange.find_order, ctx.account, command.symbol, None, command.client_order_id)
    if isinstance(events, Acknowledged):
        # There is no such order until the engine has seen it.
        events.then.append(lambda: desk.remember(find()))
        return rendering.order_body(events.report, desk.order_id(events.report.order_id), ctx.options.cancelled)
    order: Order = find()
    desk.remember(order)
    return rendering.order_body(order, desk.order_id(order.order_id), ctx.options.cancelled)


def own_order(ctx: Context, params: Params, verb: str) -> Order:
    """The order that ``order_id`` names: 404 when there is none, 403 when it is another's."""
    order: Order | None = ctx.desk.find(params.text("order_id"))
    if order is None:
        raise no_such_order()
    if order.account != ctx.account:
        raise ApiError(403, NO_SUCH_ORDER, f"无权{verb}此订单")
    return order


def cancel(ctx: Context, params: Params) -> object:
    """Two keys, whatever the order was."""
    order: Order = own_order(ctx, params, "操作")
    try:
        ctx.desk.venue.apply(CancelOrder(ctx.account, order.symbol, order.order_id))
    except Refusal:
        raise ApiError(400, CANCEL_REFUSED, "取消订单失败") from None
    return {
        "orderId": ctx.desk.order_id(order.order_id),
        "status": rendering.order_status(order.status, ctx.options.cancelled),
    }


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", "/order", place, private=True),
    Operation("DELETE", "/order", cancel, private=True),
)
