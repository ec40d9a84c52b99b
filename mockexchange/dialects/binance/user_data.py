"""
Core events -> events of the user data stream (user-data-stream.md).

What is returned is the ``event`` object alone; the WebSocket API puts it into
``{"subscriptionId": ..., "event": ...}``. Times going in are microseconds; ``per`` is what one
unit of the times going out is worth (1000: milliseconds, 1: microseconds).
"""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from ...core.events import BalanceChange, BalanceDelta, ListReport, OrderReport
from ...core.exchange import Exchange
from ...core.numbers import format_amount, format_balance, multiply
from ...core.orders import Order
from .list_rendering import order_status

NO_TRADE_GROUP: int = -1                # stp_faq.md, "What is a Trade Group Id?"
ZERO: str = format_amount(0)

_PREVENTED: str = "EXPIRED_IN_MATCH"   # enums.md, "Order status"


class ExecutionReport(Struct, gc=False):
    """"Order Update", its fields in the document's order. What is UNSET is not sent."""

    e: str
    E: int
    s: str
    c: str
    S: str
    o: str
    f: str
    q: str
    p: str
    P: str
    F: str
    g: int
    C: str
    x: str
    X: str
    r: str
    i: int
    l: str                              # noqa: E741
    z: str
    L: str
    n: str
    N: str | None
    T: int
    t: int
    v: int | UnsetType
    I: int                              # noqa: E741
    w: bool
    m: bool
    M: bool
    O: int                              # noqa: E741
    Z: str
    Y: str
    Q: str
    W: int | UnsetType
    V: str
    j: int | UnsetType = UNSET
    J: int | UnsetType = UNSET
    A: str | UnsetType = UNSET
    B: str | UnsetType = UNSET
    u: int | UnsetType = UNSET
    U: int | UnsetType = UNSET
    Cs: str | UnsetType = UNSET
    pl: str | UnsetType = UNSET
    pL: str | UnsetType = UNSET
    pY: str | UnsetType = UNSET
    eR: str | UnsetType = UNSET


def execution_report(report: OrderReport, now: int, exchange: Exchange, per: int) -> ExecutionReport:
    """"Order Update", with the conditional fields that apply."""
    (
        kind, execution_id, _, symbol, order_id, client_id, side, type, time_in_force, price, quantity, quote_quantity,
        stop_price, iceberg_quantity, stp_mode, status, executed, executed_quote, prevented, time, update_time,
        working_time, expiry_reason, reject_reason, is_on_book, strategy_id, strategy_type, last_quantity, last_price,
        trade_id, fee, fee_asset, is_maker, cancel_id, _, match_id, _, order_list_id,
    ) = report
    is_trade: bool = kind == "TRADE"
    is_prevention: bool = kind == "TRADE_PREVENTION"
    row: ExecutionReport = ExecutionReport(
        "executionReport",
        now // per,
        symbol,
        cancel_id or client_id,
        side,
        type,
        time_in_force,
        format_amount(quantity),
        format_amount(price),
        format_amount(stop_price),
        format_amount(iceberg_quantity),
        order_list_id,
        client_id if cancel_id else "",
        kind,
        status,
        reject_reason,
        order_id,
        format_amount(last_quantity) if is_trade else ZERO,
        format_amount(executed),
        format_amount(last_price) if is_trade else ZERO,
        format_amount(fee) if is_trade else "0",
        fee_asset if is_trade else None,
        update_time // per,
        trade_id,
        match_id if match_id and (is_prevention or status == _PREVENTED) else UNSET,
        execution_id,
        is_on_book,
        is_maker if is_trade else False,
        is_trade,
        time // per,
        format_amount(executed_quote),
        format_amount(multiply(last_price, last_quantity)) if is_trade else ZERO,
        format_amount(quote_quantity),
        working_time // per if working_time else UNSET,
        stp_mode,
    )
    if strategy_id is not None:
        row.j = strategy_id
    if strategy_type is not None:
        row.J = strategy_type
    if prevented:
        row.A = format_amount(prevented)
    if is_prevention:
        _add_prevention(row, report, exchange)
    if kind == "REPLACED":
        row.C = _original_id(report, exchange)
    if expiry_reason not in ("", "NONE"):
        row.eR = expiry_reason
    return row


def _original_id(report: OrderReport, exchange: Exchange) -> str:
    """The client order id an order had before it was amended."""
    order: Order = exchange.find_order(report.account, report.symbol, report.order_id)
    return next((one.client_order_id for one in order.amendments if one.execution_id == report.execution_id), "")


def _add_prevention(row: ExecutionReport, report: OrderReport, exchange: Exchange) -> None:
    """
    Fields of a prevented match (stp_faq.md; CHANGELOG.md, 2023-12-04).

    ``pl``, ``pL`` and ``pY`` are the trade it would have been: the smaller of both orders at the
    maker's price. What a taker that went on trading had left at that moment is no longer known,
    so its whole quantity stands for it.
    """
    counter: Order = exchange.find_order(report.account, report.symbol, report.counter_order_id)
    is_maker: bool = (report.working_time, report.order_id) < (counter.working_time, counter.order_id)
    price: int = report.price if is_maker else counter.price
    quantity: int = report.last_prevented
    if (counter.stp_mode if is_maker else report.stp_mode) != "DECREMENT":
        if counter.status == _PREVENTED:
            quantity = min(quantity, counter.quantity - counter.executed)
        else:
            quantity = min(quantity, counter.quantity if is_maker else counter.remaining)
    row.B = format_amount(report.last_prevented)
    row.u = NO_TRADE_GROUP
    row.U = report.counter_order_id
    row.Cs = report.symbol
    row.pl = format_amount(quantity)
    row.pL = format_amount(price)
    row.pY = format_amount(multiply(price, quantity))


class ListedOrder(Struct, gc=False):
    """One order of a list."""

    s: str
    i: int
    c: str


class ListStatus(Struct):
    """``listStatus``, its fields in the document's order."""

    e: str
    E: int
    s: str
    g: int
    c: str
    l: str                              # noqa: E741
    L: str
    r: str
    C: str
    T: int
    O: list[ListedOrder]                # noqa: E741


def list_status(event: ListReport, now: int, exchange: Exchange, per: int) -> ListStatus:
    """A change of an order list."""
    return ListStatus(
        "listStatus", now // per, event.symbol, event.order_list_id, event.contingency, event.status_type,
        order_status(event.status_type == "ALL_DONE"), "NONE", event.client_order_id, event.time // per,
        [ListedOrder(event.symbol, order_id, client_id) for order_id, client_id in event.orders],
    )


class Balance(Struct, gc=False):
    """One asset of an account."""

    a: str
    f: str
    l: str                              # noqa: E741


class AccountPosition(Struct):
    """"Account Update", its fields in the document's order."""

    e: str
    E: int
    u: int
    B: list[Balance]


def account_position(event: BalanceChange, now: int, exchange: Exchange, per: int) -> AccountPosition:
    """"Account Update": the assets a command touched."""
    return AccountPosition("outboundAccountPosition", now // per, event.time // per, [
        Balance(asset, format_balance(free), format_balance(locked)) for asset, (free, locked) in event.assets.items()
    ])


class Terminated(Struct, gc=False):
    """"Event Stream Terminated"."""

    e: str
    E: int


class BalanceUpdate(Struct, gc=False):
    """"Balance Update", its fields in the document's order."""

    e: str
    E: int
    a: str
    d: str
    T: int


def balance_update(event: BalanceDelta, now: int, exchange: Exchange, per: int) -> BalanceUpdate:
    """"Balance Update": a deposit, or a withdrawal when negative."""
    return BalanceUpdate("balanceUpdate", now // per, event.asset, format_amount(event.delta), event.time // per)


EVENTS: tuple[str, ...] = ("executionReport", "listStatus", "outboundAccountPosition", "balanceUpdate", "eventStreamTerminated")
UserEvent = ExecutionReport | ListStatus | AccountPosition | BalanceUpdate

# event -> what its account is told; events of other types concern no account, or say nothing new
RENDERERS: dict[type, Callable[[Any, int, Exchange, int], UserEvent]] = {
    OrderReport: execution_report,
    ListReport: list_status,
    BalanceChange: account_position,
    BalanceDelta: balance_update,
}
