"""The rows of a journal: what each kind of record becomes (journal.py lists them)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec.structs import asdict

from .core.commands import Command
from .core.events import Fill, ListReport, ListReserve, OrderReport, PreventedMatch, TrailingMove
from .core.instruments import AMOUNT_RULES
from .core.numbers import format_amount
from .core.orders import NO_LIST
from .core.special import SPECIAL_AMOUNTS, Special

Row = dict[str, Any]

FORMAT: int = 3                     # 1: without order lists; 2: without trailing, pegged and routed orders
FORMAT_KIND: str = "format-"


class BalanceRecord(NamedTuple):
    """One asset of one account after a change."""

    account: str
    asset: str
    free: int
    locked: int
    unsettled: int | None = None        # bought, and not sold before the day's end; None where nothing settles late


class DayRecord(NamedTuple):
    """A symbol's trading day is over."""

    symbol: str
    previous_close: int


class CommandRecord(NamedTuple):
    """What a user, or the control API, asked for. ``refused`` is the refusal's reason, "" when applied."""

    command: Command
    refused: str


class FormatRecord(NamedTuple):
    """What a program must be able to read to go on from here."""

    format: int


class FaultRecord(NamedTuple):
    """A bite of a fault."""

    detail: dict[str, Any]


AMOUNTS: frozenset[str] = frozenset(
    {"amount", "price", "quantity", "stop_price", "quote_quantity", "iceberg_quantity"}
)


def render_order(report: OrderReport) -> Row:
    """An order as it was when this report was made."""
    row: Row = {
        "kind": "order",
        "account": report.account,
        "symbol": report.symbol,
        "order_id": report.order_id,
        "client_order_id": report.client_order_id,
        "side": report.side,
        "type": report.type,
        "status": report.status,
        "price": format_amount(report.price),
        "qty": format_amount(report.quantity),
        "executed": format_amount(report.executed),
        "executed_quote": format_amount(report.executed_quote),
        "execution": report.execution_type,
        "execution_id": report.execution_id,
        "time_in_force": report.time_in_force,
        "quote_qty": format_amount(report.quote_quantity),
        "stop_price": format_amount(report.stop_price),
        "iceberg_qty": format_amount(report.iceberg_quantity),
        "prevented": format_amount(report.prevented),
        "stp_mode": report.stp_mode,
        "strategy_id": report.strategy_id,
        "strategy_type": report.strategy_type,
        "time_us": report.time,
        "update_time_us": report.update_time,
        "working_time_us": report.working_time,
        "on_book": report.is_on_book,
        "expiry_reason": report.expiry_reason,
        "reject_reason": report.reject_reason,
    }
    if report.execution_type == "TRADE_PREVENTION":
        row["prevented_match_id"] = report.prevented_match_id
    if report.special is not None:
        row["special"] = {
            name: format_amount(value) if name in SPECIAL_AMOUNTS else value
            for name, value, plain in zip(Special._fields, report.special, Special(), strict=True) if value != plain
        }
    if report.cancel_client_order_id:
        row["cancel_client_order_id"] = report.cancel_client_order_id
    if report.order_list_id != NO_LIST:
        row["order_list_id"] = report.order_list_id
    return row


def render_list(report: ListReport) -> Row:
    """An order list as it was when this report was made."""
    return {
        "kind": "list",
        "account": report.account,
        "symbol": report.symbol,
        "order_list_id": report.order_list_id,
        "list_client_order_id": report.client_order_id,
        "contingency": report.contingency,
        "pays": report.pays,
        "status": "ALL_DONE" if report.status_type == "ALL_DONE" else "EXECUTING",
        "status_type": report.status_type,
        "orders": [order_id for order_id, _ in report.orders],
        "time_us": report.time,
    }


def render_reserve(reserve: ListReserve) -> Row:
    """What is kept for the pending orders of a list."""
    return {
        "kind": "reserve",
        "account": reserve.account,
        "symbol": reserve.symbol,
        "order_list_id": reserve.order_list_id,
        "reserved": format_amount(reserve.reserved),
    }


def render_format(record: FormatRecord) -> Row:
    """The kind itself says it: a program that reads kinds only names it in its complaint."""
    return {"kind": f"{FORMAT_KIND}{record.format}"}


def render_fill(fill: Fill) -> Row:
    """A user's side of a trade."""
    return {
        "kind": "fill",
        "account": fill.account,
        "symbol": fill.symbol,
        "order_id": fill.order_id,
        "client_order_id": fill.client_order_id,
        "exec_id": fill.trade_id,
        "side": "BUY" if fill.is_buy else "SELL",
        "price": format_amount(fill.price),
        "qty": format_amount(fill.quantity),
        "quote": format_amount(fill.quote),
        "fee": format_amount(fill.fee),
        "fee_asset": fill.fee_asset,
        "maker": fill.is_maker,
        "time_us": fill.time,
        **({} if fill.allocation_id < 0 else {"allocation_id": fill.allocation_id}),
    }


def render_prevented(match: PreventedMatch) -> Row:
    """A match that self-trade prevention did not let happen."""
    return {
        "kind": "prevented",
        "account": match.account,
        "symbol": match.symbol,
        "prevented_match_id": match.match_id,
        "taker_order_id": match.taker_order_id,
        "maker_symbol": match.maker_symbol,
        "maker_order_id": match.maker_order_id,
        "stp_mode": match.mode,
        "price": format_amount(match.price),
        "qty": format_amount(match.quantity),
        "taker_prevented": format_amount(match.taker_quantity),
        "maker_prevented": format_amount(match.maker_quantity),
        "time_us": match.time,
    }


def render_trailing(move: TrailingMove) -> Row:
    """How far the price has come that a trailing stop tracks."""
    return {
        "kind": "trailing",
        "account": move.account,
        "symbol": move.symbol,
        "order_id": move.order_id,
        "extreme": format_amount(move.extreme),
        "trailing_time_us": move.trailing_time,
    }


def render_balance(record: BalanceRecord) -> Row:
    """One asset of one account."""
    return {
        "kind": "balance",
        "account": record.account,
        "asset": record.asset,
        "free": format_amount(record.free),
        "locked": format_amount(record.locked),
        **({} if record.unsettled is None else {"unsettled": format_amount(record.unsettled)}),
    }


def render_day(record: DayRecord) -> Row:
    """The end of a symbol's day, with the price from which the next day's band is counted."""
    return {"kind": "day", "symbol": record.symbol, "previous_close": format_amount(record.previous_close)}


def render_command(record: CommandRecord) -> Row:
    """A command under its class name, its fields beside it; PlaceOrder's ``type`` is ``order_type`` here."""
    row: Row = {"kind": "command", **render_asked(record.command)}
    if record.refused:
        row["refused"] = record.refused
    return row


def render_asked(command: Command) -> Row:
    """A command's name and fields; the orders of a list are rows within the row."""
    row: Row = {"command": type(command).__name__}
    for field, value in asdict(command).items():
        name: str = "order_type" if field == "type" else field
        if field == "rules":
            value = {rule: format_amount(one) if rule in AMOUNT_RULES else one for rule, one in value.items()}
        elif field == "orders":
            value = [render_asked(order) for order in value]
        row[name] = format_amount(value) if field in AMOUNTS else value
    return row


def render_fault(record: FaultRecord) -> Row:
    """A bite."""
    return {"kind": "fault", **record.detail}


RENDERERS: dict[type, Callable[[Any], Row]] = {
    OrderReport: render_order,
    ListReport: render_list,
    ListReserve: render_reserve,
    Fill: render_fill,
    PreventedMatch: render_prevented,
    TrailingMove: render_trailing,
    BalanceRecord: render_balance,
    DayRecord: render_day,
    CommandRecord: render_command,
    FaultRecord: render_fault,
    FormatRecord: render_format,
}
