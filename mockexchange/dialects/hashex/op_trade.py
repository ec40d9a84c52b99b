"""Trading operations: create (seed, 4.1), cancel, and both in batches (spec 3.8 - 3.11)."""

from collections.abc import Callable
from typing import Any

import msgspec

from ...core.commands import CancelOrder, PlaceOrder
from ...core.errors import Refusal
from ...core.events import Event, OrderReport
from ...core.orders import Order
from .state import REJECTED_IDS, DialectState, Listing
from .errors import ApiError, bad_parameter, refusal_text, refused
from .limits import MAX_BATCH, MAX_CLIENT_ID
from .operations import Call, Context, Operation
from .params import Params

TIMES_IN_FORCE: tuple[str, ...] = ("GTC", "GTX")
ONLY_LATER: str = "WOULD_MATCH"         # a post-only order that would match is accepted, then rejected (spec 4.1)

_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=str)      # numbers keep their digits


def read_order(ctx: Context, params: Params) -> PlaceOrder:
    """The order that the parameters describe. A ``price`` sent with MARKET is ignored, as some clients send one."""
    listing: Listing = ctx.listing(params)
    side: str = params.choice("direction", ("BUY", "SELL"))
    kind: str = params.choice("tradeType", ("LIMIT", "MARKET"))
    amount: int = params.amount("totalAmount")
    time_in_force: str = params.choice("timeInForce", TIMES_IN_FORCE, "GTC")
    if not params.is_spot():
        raise refused("margin trading is not open")
    client_order_id: str = params.values.get("clientOrderId", "")
    if len(client_order_id) > MAX_CLIENT_ID or not client_order_id.isprintable():
        raise bad_parameter("clientOrderId", client_order_id)
    if not ctx.options.client_order_id:
        client_order_id = ""
    # STP is unknown to this API: an account may trade with itself.
    order: PlaceOrder = PlaceOrder(ctx.account, listing.symbol, side, kind, stp_mode="NONE")
    if kind == "LIMIT":
        order.quantity = amount
        order.price = params.amount("price")
        if time_in_force == "GTX":
            order.type = "LIMIT_MAKER"
    elif time_in_force == "GTX":
        raise bad_parameter("timeInForce", time_in_force)
    elif side == "BUY" and ctx.options.market_buy == "quote":
        order.quote_quantity = amount
    else:
        order.quantity = amount
    order.client_order_id = ctx.desk.client_ids.core(ctx.account, listing.symbol, client_order_id)
    return order


def create(ctx: Context, params: Params) -> str:
    """The order's id. The order exists from now on, and can be seen after ``create_delay_ms``."""
    command: PlaceOrder = read_order(ctx, params)
    desk: DialectState = ctx.desk
    try:
        events: list[Event] = desk.venue.apply(command)
    except Refusal as refusal:
        if refusal.reason != ONLY_LATER and ctx.options.refusals != "later":
            raise market_refusal(desk, command.symbol, refusal) from None
        order_id: int = reject(desk, command, refusal, ctx.now)
    else:
        first: Event = events[0]
        if not isinstance(first, OrderReport):
            raise TypeError(f"the first event of a placed order is no report of it: {first!r}")
        order_id = first.order_id
    if ctx.options.create_delay_ms:
        desk.veil.hide(order_id, ctx.options.create_delay_ms)
    return str(order_id)


def market_refusal(desk: DialectState, symbol: str, refusal: Refusal) -> ApiError:
    """The answer for a refused command on ``symbol``."""
    if refusal.reason == "MARKET_CLOSED" and desk.venue.exchange.instruments[symbol].status != "CANCEL_ONLY":
        return refused("symbol is not trading")
    return refused(refusal_text(refusal))


def reject(desk: DialectState, command: PlaceOrder, refusal: Refusal, now: int) -> int:
    """
    Keep a refused order as one that was accepted and then REJECTED; returns its id.

    The core knows no such order: it gets into the exchange, the journal and the streams from here.
    """
    order: Order = Order(
        REJECTED_IDS + desk.client_ids.serial(), command.client_order_id, command.account,
        command.symbol, command.side == "BUY", command.type, command.price, command.quantity, now,
    )
    order.quote_quantity = command.quote_quantity
    order.stp_mode = command.stp_mode
    order.status = "REJECTED"
    order.reject_reason = refusal.reason
    report: OrderReport = OrderReport(
        execution_type="REJECTED", execution_id=0, account=order.account, symbol=order.symbol,
        order_id=order.order_id, client_order_id=order.client_order_id, side=order.side, type=order.type,
        time_in_force=order.time_in_force, price=order.price, quantity=order.quantity,
        quote_quantity=order.quote_quantity, stop_price=0, iceberg_quantity=0, stp_mode=order.stp_mode,
        status=order.status, executed=0, executed_quote=0, prevented=0, time=now, update_time=now, working_time=0,
        expiry_reason=order.expiry_reason, reject_reason=order.reject_reason, is_on_book=False,
        strategy_id=None, strategy_type=None,
    )
    desk.venue.exchange.restore_order(order)
    desk.venue.journal.record(now, None, [report])
    desk.publish([report])
    return order.order_id


def cancel_one(ctx: Context, order_id: int) -> str:
    """Cancel an order that can be seen; code -1 for one that is unknown, hidden still or finished."""
    order: Order | None = ctx.desk.find_order(ctx.account, order_id)
    if order is None:
        raise refused(f"order does not exist: {order_id}")
    if order.is_final:
        raise refused(f"order is finished: {order_id}")
    try:
        ctx.desk.venue.apply(CancelOrder(ctx.account, order.symbol, order_id))
    except Refusal as refusal:
        raise market_refusal(ctx.desk, order.symbol, refusal) from None
    return str(order_id)


def cancel(ctx: Context, params: Params) -> object:
    return cancel_one(ctx, params.order_id())


# batches: best effort, each entry has an answer of its own

def batch_create(ctx: Context, params: Params) -> object:
    answers: list[dict[str, Any]] = [
        _answer(ctx, create, _read_order_entry, one) for one in _read_list(params, "ordersJsonStr")
    ]
    if ctx.options.batch_answers == "bare":
        return [int(answer["data"]) if answer["data"] else None for answer in answers]
    return answers


def batch_cancel(ctx: Context, params: Params) -> object:
    answers: list[dict[str, Any]] = [
        _answer(ctx, cancel, _read_id_entry, one) for one in _read_list(params, "orderIdsJson")
    ]
    return True if ctx.options.batch_answers == "bare" else answers


def _answer(ctx: Context, call: Call, read: Callable[[object], Params], one: object) -> dict[str, Any]:
    key: str = ctx.options.text_key
    try:
        return {"code": 0, key: "success", "data": call(ctx, read(one))}
    except ApiError as error:
        return {"code": error.code, key: error.text, "data": None}


def _read_order_entry(one: object) -> Params:
    """Inner values are texts; numbers are taken as they are written."""
    if not isinstance(one, dict):
        raise bad_parameter("ordersJsonStr", str(one))
    return Params({name: str(value) for name, value in one.items() if value is not None})


def _read_id_entry(one: object) -> Params:
    return Params({"orderId": str(one)})


def _read_list(params: Params, name: str) -> list[Any]:
    text: str = params.text(name)
    try:
        found: object = _DECODER.decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise bad_parameter(name, text) from None
    if not isinstance(found, list) or not found:
        raise bad_parameter(name, text)
    if len(found) > MAX_BATCH:
        raise refused(f"parameter {name} has {len(found)} entries, {MAX_BATCH} at most")
    return found


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", "/spot/v1/u/trade/order/create", create, signed=True),
    Operation("POST", "/spot/v1/u/trade/order/cancel", cancel, signed=True),
    Operation("POST", "/spot/v1/u/trade/order/batch/create", batch_create, signed=True),
    Operation("POST", "/spot/v1/u/trade/order/batch/cancel", batch_cancel, signed=True),
)
