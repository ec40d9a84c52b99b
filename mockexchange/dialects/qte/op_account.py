"""Account operations (seed, 2.3, 2.4.2, 2.4.4). All orders (2.4.5) have no route, nor have anybody's trades."""

from ...core.orders import Order
from . import rendering
from .errors import NO_SUCH_ORDER, ApiError
from .op_trade import own_order
from .operations import Context, Operation
from .params import Params


def account(ctx: Context, params: Params) -> object:
    """Every asset ever held, those at zero too."""
    exchange = ctx.exchange
    if not exchange.has_account(ctx.account):
        raise ApiError(404, NO_SUCH_ORDER, "账户不存在")
    return rendering.account_body(ctx.desk.users[ctx.account], exchange.balances(ctx.account))


def query_order(ctx: Context, params: Params) -> object:
    """By ``order_id`` and nothing else; final orders too."""
    return _detail(ctx, own_order(ctx, params, "查看"))


def open_orders(ctx: Context, params: Params) -> object:
    """Of ``symbol`` or of all; an unknown symbol has none."""
    symbol: str = params.get("symbol")
    return [_detail(ctx, order) for order in ctx.exchange.open_orders(ctx.account, symbol or None)]


def _detail(ctx: Context, order: Order) -> rendering.Body:
    options = ctx.options
    wire_id: str = ctx.desk.order_id(order.order_id)
    return rendering.order_detail(order, wire_id, options.cancelled, options.order_fields == "full")


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/account", account, private=True),
    Operation("GET", "/order", query_order, private=True),
    Operation("GET", "/open_orders", open_orders, private=True),
)
