"""Orders of the day and cancels (spec 2.4), and the chat message (spec 2.1)."""

from functools import partial
from typing import Any

from ...core.commands import CancelOrder
from ...core.errors import Refusal
from ...core.orders import Order
from . import rendering
from .errors import NO_SUCH_ORDER
from .operations import SIGNATURE, TRADE, Context, Operation
from .params import one_index, wanted_indices
from .state import DialectState


def account_of(ctx: Context, data: Any) -> str:
    """The account that a request must name."""
    return ctx.desk.account(one_index(data, len(ctx.desk.venue.accounts)))


def status_of(desk: DialectState, order: Order) -> int:
    return rendering.order_status(order, desk.venue.now(), desk.options, order.order_id in desk.cancelling)


def row_of(desk: DialectState, name: int, order: Order) -> rendering.Body:
    return rendering.order_row(name, order, status_of(desk, order), desk.strategy_name(name, order), desk.options)


async def orders(ctx: Context, data: Any) -> object:
    """A bare list, all of today's or those that can be cancelled."""
    account: str = account_of(ctx, data)
    only: bool = bool(data.get("cancelable_only", False))

    def rows() -> object:
        desk = ctx.desk
        found = [row_of(desk, name, order) for name, order in desk.day.of(account, desk.venue.now())]
        return [row for row in found if row["status"] in rendering.CANCELABLE] if only else found

    return await ctx.ask(rows)


async def order(ctx: Context, data: Any) -> object:
    """One of today's; one that there is not is an exception of the server's."""
    account: str = account_of(ctx, data)

    def row() -> object:
        desk, name = ctx.desk, data.get("order_id")
        found: Order | None = desk.day.find(account, name, desk.venue.now())
        if found is None:
            raise AttributeError(NO_SUCH_ORDER)
        return row_of(desk, name, found)

    return await ctx.ask(row)


async def cancel_order(ctx: Context, data: Any) -> object:
    """200 in both outcomes; ``success``: the terminal has taken the request."""
    account: str = account_of(ctx, data)
    name: Any = data.get("order_id")
    found: Order | None = ctx.desk.day.find(account, name, ctx.desk.venue.now())
    [taken] = await ctx.do(partial(cancel, ctx.desk, found))
    word: str = "撤单成功" if taken else "撤单失败"
    return {"success": taken, "order_id": name, "message": f"{word}: OrderID {name}"}


def cancel(desk: DialectState, order: Order | None) -> bool:
    """Let an order be cancelled, after ``cancel_ms``; False for one that is final, or whose cancel is under way."""
    if order is None or order.is_final or order.order_id in desk.cancelling:
        return False
    if not desk.options.cancel_ms:
        return _cancel(desk, order)
    desk.cancelling.add(order.order_id)
    desk.venue.clock.call_later(desk.options.cancel_ms / 1000, _cancel, desk, order)
    return True


def _cancel(desk: DialectState, order: Order) -> bool:
    desk.cancelling.discard(order.order_id)
    try:
        desk.venue.apply(CancelOrder(order.account, order.symbol, order.order_id))
    except Refusal:
        return False
    return True


async def cancel_all(ctx: Context, data: Any, is_buy: bool) -> object:
    """Every order of the side with status 50 or 55, wherever it was placed. What fails is not told."""
    indices: list[int] = wanted_indices(data, len(ctx.desk.venue.accounts))
    await ctx.do(*[partial(cancel_side, ctx.desk, ctx.desk.account(index), is_buy) for index in indices])
    results: list[rendering.Body] = [
        {"trader_index": ctx.place_of(index, place), "status": "success"} for place, index in enumerate(indices)
    ]
    return {"message": "取消所有买单完成" if is_buy else "取消所有卖单完成", "results": results}


def cancel_side(desk: DialectState, account: str, is_buy: bool) -> None:
    for _, order in desk.day.of(account, desk.venue.now()):
        if order.is_buy == is_buy and status_of(desk, order) in rendering.CANCELABLE:
            cancel(desk, order)


async def send_msg(ctx: Context, data: Any) -> object:
    """To a chat that is none."""
    if not data.get("msg"):
        raise ValueError("缺少必要参数: msg")
    return {"status": "success", "message": "消息发送成功"}


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", f"{TRADE}/orders", "orders", orders, SIGNATURE),
    Operation("POST", f"{TRADE}/order", "order", order, SIGNATURE),
    Operation("POST", f"{TRADE}/cancel_order", "cancel_order", cancel_order, SIGNATURE),
    Operation("POST", f"{TRADE}/cancel_orders/buy", "cancel_all_orders_buy", partial(cancel_all, is_buy=True), SIGNATURE),
    Operation("POST", f"{TRADE}/cancel_orders/sale", "cancel_all_orders_sale", partial(cancel_all, is_buy=False), SIGNATURE),
    Operation("POST", "/send_msg", "send_msg", send_msg, SIGNATURE),
)
