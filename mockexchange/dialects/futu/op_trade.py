"""New orders, amendments and cancels (spec 2.19, 2.20)."""

from typing import Any

from ...core.commands import AmendOrder, CancelOrder
from ...core.errors import Refusal
from ...core.numbers import SCALE
from ...core.orders import Order
from . import enums, order_lists, rendering
from .errors import BAD_ARGUMENT, NOT_UNLOCKED, Failure
from .frequency import MODIFY, PLACE
from .op_account import account_of, market_of
from .operations import TRADE, Context, Operation
from .params import HEADER, PACKET, Body, Form, anything, flag, number, text, whole
from .placing import Placed, adjusted, make_command, place, to_amount
from .state import DialectState
from .trading_accounts import TradingAccount


def trading_account(ctx: Context, body: Body) -> TradingAccount:
    """The account of a trade request: a real one must be unlocked."""
    account: TradingAccount = account_of(ctx, body)
    ctx.desk.access.admit_environment(ctx.caller, account.is_real)
    if account.is_real and not ctx.desk.is_unlocked:
        raise Failure("trade is locked, call /api/unlock-trade first", NOT_UNLOCKED)
    return account


def order(ctx: Context, body: Body) -> dict[str, Any]:
    desk = ctx.desk
    account, market = trading_account(ctx, body), market_of(body)
    desk.frequencies.count(PLACE, str(account.acc_id), ctx.now)
    command = make_command(desk, account, market, body)
    price: int = command.price or command.stop_price or ctx.exchange.tapes[command.symbol].last_price
    word: str = enums.MARKET_TEXTS[body["header"]["trd_market"]]
    name: str = f"{desk.markets[command.symbol].prefix}.{command.symbol}"
    desk.access.check_order(ctx.caller, word, name, body["trd_side"], price * command.quantity // SCALE)
    placed: Placed = place(desk, command)
    return answer(ctx, body, placed.core_id, placed.time)


def answer(ctx: Context, body: Body, core_id: int, time: int) -> dict[str, Any]:
    if ctx.options.reply_ids == "none":
        return {"header": body["header"], "order_id": None, "order_id_ex": None}
    return {
        "header": body["header"], "order_id": rendering.order_id(core_id),
        "order_id_ex": rendering.order_id_ex(core_id, time, market_of(body)),
    }


def modify_order(ctx: Context, body: Body) -> dict[str, Any]:
    """Success means that the request was taken."""
    desk = ctx.desk
    account, market = trading_account(ctx, body), market_of(body)
    desk.frequencies.count(MODIFY, str(account.acc_id), ctx.now)
    op: int = body["modify_order_op"]
    if body.get("for_all"):
        if op != enums.CANCEL:
            raise Failure("for_all: only with modify_order_op 2", BAD_ARGUMENT)
        for each in order_lists.orders_of(desk, account, market):
            if not each.is_final and each.order_id not in desk.cancelling:
                cancel(desk, each)
        return {"header": body["header"], "order_id": 0, "order_id_ex": None}
    if body["order_id"]:
        found: Order = order_lists.find_order(desk, account, body["order_id"])
    else:
        found = order_lists.find_order_ex(desk, account, body.get("order_id_ex", ""))
    if found.is_final or found.order_id in desk.cancelling:
        raise Failure("the order cannot be changed in its state")
    if op == enums.CANCEL:
        cancel(desk, found)
    elif op == enums.AMEND:
        if body["header"]["trd_market"] == enums.TRD_HKCC:          # Futu API document, "Modify Orders"
            raise Failure("orders of China Connect cannot be modified: cancel them", BAD_ARGUMENT)
        amend(desk, found, body)
    else:
        raise Failure(f"modify_order_op {op} is not supported", BAD_ARGUMENT)
    return answer(ctx, body, found.order_id, found.time)


def amend(desk: DialectState, found: Order, body: Body) -> None:
    """Another total quantity and another price; its place in the queue goes with a new price, or more quantity."""
    quantity: int = to_amount(body.get("qty", 0.0))
    if quantity <= found.executed:
        raise Failure("qty: must be above what is filled", BAD_ARGUMENT)
    price: int = 0
    if found.price:
        price = adjusted(desk, found.symbol, to_amount(body.get("price", 0.0), 4), body)
        if not price:
            raise Failure("price: must be positive", BAD_ARGUMENT)
    if "aux_price" in body and to_amount(body["aux_price"], 4) != found.stop_price:
        raise Failure("aux_price: cannot be modified", BAD_ARGUMENT)
    desk.venue.apply(AmendOrder(
        found.account, found.symbol, found.order_id, quantity=quantity, new_client_order_id=found.client_order_id,
        may_grow=True, price=price,
    ))


def cancel(desk: DialectState, found: Order) -> None:
    """At once, or after ``cancel_ms``, in which it may still be filled."""
    if not desk.options.cancel_ms:
        desk.venue.apply(CancelOrder(found.account, found.symbol, found.order_id))
        return
    desk.cancelling.add(found.order_id)
    desk.on_change(found)
    desk.venue.clock.call_later(desk.options.cancel_ms / 1000, _cancel, desk, found)


def _cancel(desk: DialectState, found: Order) -> None:
    desk.cancelling.discard(found.order_id)
    try:
        desk.venue.apply(CancelOrder(found.account, found.symbol, found.order_id))
    except Refusal:
        pass                    # it was filled meanwhile


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", "/api/order", order, TRADE, Form(
        {
            "packet_id": PACKET, "header": HEADER, "trd_side": whole, "order_type": whole, "code": text, "qty": number,
        },
        {
            "price": number, "adjust_price": flag, "adjust_side_and_limit": number, "sec_market": whole, "remark": text,
            "time_in_force": whole, "fill_outside_rth": flag, "aux_price": number, "trail_type": whole, "trail_value": number,
            "trail_spread": number, "session": whole, "position_id": whole, "expire_time": text, "amount": anything,
            "pred_side": anything,
        },
    ), is_write=True),
    Operation("POST", "/api/modify-order", modify_order, TRADE, Form(
        {"packet_id": PACKET, "header": HEADER, "order_id": whole, "modify_order_op": whole},
        {
            "for_all": flag, "trd_market": whole, "qty": number, "price": number, "adjust_price": flag,
            "adjust_side_and_limit": number, "aux_price": number, "trail_type": whole, "trail_value": number,
            "trail_spread": number, "order_id_ex": text,
        },
    ), is_write=True),
)
