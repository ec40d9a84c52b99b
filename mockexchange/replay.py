"""
Folding a journal's rows back into what a venue must know to go on: balances, orders, fills, counters.

A long life is a million rows: they are decoded as types that hold what is needed, and an order's last row is read at the end.
"""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from rest_locale import _

from .core.commands import SetRules
from .core.events import Fill, PreventedMatch
from .core.exchange import Exchange
from .core.instruments import AMOUNT_RULES
from .core.numbers import parse_amount as parse_text
from .core.orders import Amendment, Order, OrderList
from .core.special import SPECIAL_AMOUNTS, Special
from .journal_rows import FORMAT, FORMAT_KIND

parse_amount = lru_cache(maxsize=1 << 14)(parse_text)       # a life's prices and quantities come again and again


class OrderRow(msgspec.Struct, tag_field="kind", tag="order", gc=False):
    """What is needed of a row of this kind (journal.py), as of the others below."""

    n: int
    account: str
    symbol: str
    order_id: int
    client_order_id: str
    side: str
    type: str
    status: str
    price: str
    qty: str
    executed: str
    executed_quote: str
    execution: str
    execution_id: int
    time_in_force: str
    quote_qty: str
    stop_price: str
    iceberg_qty: str
    prevented: str
    stp_mode: str
    strategy_id: int | None
    strategy_type: int | None
    time_us: int
    update_time_us: int
    working_time_us: int
    expiry_reason: str
    reject_reason: str
    prevented_match_id: int | None = None
    special: dict[str, Any] | None = None


class FillRow(msgspec.Struct, tag_field="kind", tag="fill", gc=False):
    n: int
    account: str
    symbol: str
    order_id: int
    client_order_id: str
    exec_id: int
    side: str
    price: str
    qty: str
    quote: str
    fee: str
    fee_asset: str
    maker: bool
    time_us: int
    allocation_id: int = -1


class PreventedRow(msgspec.Struct, tag_field="kind", tag="prevented", gc=False):
    n: int
    account: str
    symbol: str
    prevented_match_id: int
    taker_order_id: int
    maker_symbol: str
    maker_order_id: int
    stp_mode: str
    price: str
    qty: str
    taker_prevented: str
    maker_prevented: str
    time_us: int


class TrailingRow(msgspec.Struct, tag_field="kind", tag="trailing", gc=False):
    n: int
    order_id: int
    extreme: str
    trailing_time_us: int


class BalanceRow(msgspec.Struct, tag_field="kind", tag="balance", gc=False):
    n: int
    account: str
    asset: str
    free: str
    locked: str
    unsettled: str = "0"


class ListRow(msgspec.Struct, tag_field="kind", tag="list", gc=False):
    n: int
    account: str
    symbol: str
    order_list_id: int
    list_client_order_id: str
    contingency: str
    pays: bool
    status: str
    orders: list[int]
    time_us: int


class ReserveRow(msgspec.Struct, tag_field="kind", tag="reserve", gc=False):
    n: int
    order_list_id: int
    reserved: str


class FormatRow(msgspec.Struct, tag_field="kind", tag=f"{FORMAT_KIND}{FORMAT}", gc=False):
    n: int


class ListsFormatRow(msgspec.Struct, tag_field="kind", tag=f"{FORMAT_KIND}2", gc=False):
    n: int


class DayRow(msgspec.Struct, tag_field="kind", tag="day", gc=False):
    n: int
    symbol: str
    previous_close: str


class CommandRow(msgspec.Struct, tag_field="kind", tag="command", gc=False):
    n: int
    command: str
    refused: str = ""
    symbol: Any = None
    status: Any = None
    rules: Any = None
    account: Any = None
    enabled: Any = None


class FaultRow(msgspec.Struct, tag_field="kind", tag="fault", gc=False):
    n: int


class KeptList(NamedTuple):
    """An order list as a journal keeps it (orders.OrderList); ``reserved`` as in ListReserve."""

    order_list_id: int
    client_order_id: str
    account: str
    symbol: str
    contingency: str
    pays: bool
    order_ids: list[int]
    time: int
    is_done: bool
    reserved: int = 0


AnyRow = (
    OrderRow | FillRow | PreventedRow | TrailingRow | BalanceRow | ListRow | ReserveRow | DayRow | CommandRow | FaultRow
    | FormatRow | ListsFormatRow
)
DECODER: msgspec.json.Decoder[AnyRow] = msgspec.json.Decoder(AnyRow)


@dataclass
class RestoredState:
    """
    The state at the end of a journal. ``balances``: (account, asset) -> (free, locked, unsettled),
    ``orders`` by order id in the order they came to the book, ``statuses``: symbol -> status,
    ``rules``: symbol -> the rules that were changed.
    """

    balances: dict[tuple[str, str], tuple[int, int, int]] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    closes: dict[str, int] = field(default_factory=dict)        # symbol -> the previous close
    prevented: list[PreventedMatch] = field(default_factory=list)
    lists: dict[int, KeptList] = field(default_factory=dict)    # by list id
    last_execution_id: int = 0
    last_prevented_match_id: int = -1
    discounts: dict[str, bool] = field(default_factory=dict)    # account -> whether it has chosen to pay its fees in BNB

    def book_order(self) -> list[Order]:
        """All orders, those that became working earlier first: the order of time priority."""
        return sorted(self.orders.values(), key=lambda order: order.queued or order.working_time or order.time)


def fold_rows(rows: Iterable[dict[str, Any]]) -> RestoredState:
    """
    RestoredState journal rows, oldest first.

    :raises ValueError: names the row that does not say what its kind must say
    """
    def typed() -> Iterator[AnyRow]:
        for row in rows:
            try:
                yield msgspec.convert(row, AnyRow)
            except msgspec.ValidationError as error:
                raise _unreadable(row, error) from None

    return _fold(typed(), RestoredState())


def fold_lines(lines: Iterable[bytes], before: RestoredState | None = None) -> RestoredState:
    """As ``fold_rows``, from the rows as they stand in a file. ``before``: what the rows before them come to; it is changed."""
    decode = DECODER.decode

    def typed() -> Iterator[AnyRow]:
        for line in lines:
            try:
                yield decode(line)
            except msgspec.DecodeError as error:
                raise _unreadable(msgspec.json.decode(line), error) from None

    return _fold(typed(), before or RestoredState())


def _unreadable(row: dict[str, Any], error: Exception) -> ValueError:
    """What is said of a row that is not understood: it is of a later format, or corrupt."""
    kind: str = str(row.get("kind", ""))
    if kind.startswith(FORMAT_KIND):
        return ValueError(
            _("record {number} begins {kind}, and this program reads up to {known}: a later one wrote it").format(
                number=row.get("n"), kind=kind, known=f"{FORMAT_KIND}{FORMAT}",
            )
        )
    return ValueError(_("record {number} is corrupt: {error}").format(number=row.get("n"), error=error))


def _fold(rows: Iterator[AnyRow], fold: RestoredState) -> RestoredState:
    latest: dict[int, OrderRow] = {}
    balances: dict[tuple[str, str], BalanceRow] = {}
    moves: dict[int, TrailingRow] = {}
    row: AnyRow | None = None
    try:
        for row in rows:
            kind: type = type(row)
            if kind is OrderRow:
                moves.pop(row.order_id, None)               # type: ignore[union-attr]
                _fold_order(fold, latest, row)              # type: ignore[arg-type]
            elif kind is FillRow:
                fold.fills.append(_read_fill(row))          # type: ignore[arg-type]
            elif kind is BalanceRow:
                balances[row.account, row.asset] = row      # type: ignore[union-attr, assignment]
            elif kind is TrailingRow:
                moves[row.order_id] = row                   # type: ignore[union-attr, assignment]
            elif kind is PreventedRow:
                fold.prevented.append(_read_prevented(row))     # type: ignore[arg-type]
            elif kind is ListRow:
                _fold_list(fold, row)                       # type: ignore[arg-type]
            elif kind is ReserveRow:
                number: int = row.order_list_id             # type: ignore[union-attr]
                fold.lists[number] = fold.lists[number]._replace(reserved=parse_amount(row.reserved))      # type: ignore[union-attr]
            elif kind is DayRow:
                fold.closes[row.symbol] = parse_amount(row.previous_close)      # type: ignore[union-attr]
            elif kind is CommandRow:
                _fold_command(fold, row)                    # type: ignore[arg-type]
        for order_id, row in latest.items():
            _settle(fold.orders[order_id], row)
        for order_id, row in moves.items():
            order: Order = fold.orders[order_id]
            if order.special is not None:
                order.special = order.special._replace(extreme=parse_amount(row.extreme), trailing_time=row.trailing_time_us)
        for key, row in balances.items():
            fold.balances[key] = (parse_amount(row.free), parse_amount(row.locked), parse_amount(row.unsettled))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if row is None or str(error).startswith("record "):
            raise
        raise ValueError(_("record {number} is corrupt: {kind}: {error}").format(number=row.n, kind=type(error).__name__, error=error)) from None
    return fold


@contextmanager
def without_gc() -> Iterator[None]:
    """While a life is made anew: all of it stays, and would be looked through again and again."""
    was_enabled: bool = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def put_into(exchange: Exchange, fold: RestoredState, now: int) -> None:
    """
    Give a new exchange what its users have. ``now`` in us.

    :raises KeyError, ValueError, Refusal: it does not list what the journal is about, or the orders cannot all be open
    """
    for (account, asset), amounts in fold.balances.items():
        exchange.restore_balance(account, asset, *amounts)
    for fill in fold.fills:
        exchange.restore_fill(fill)
    for symbol, close in fold.closes.items():
        exchange.restore_close(symbol, close)
    exchange.discount.chosen.update(fold.discounts)
    for symbol, rules in fold.rules.items():
        exchange.apply(SetRules(symbol, rules), now)
    for order in fold.book_order():
        exchange.restore_order(order)
    for __, kept in sorted(fold.lists.items()):
        orders: tuple[Order, ...] = tuple(fold.orders[order_id] for order_id in kept.order_ids)
        exchange.restore_list(OrderList(
            kept.order_list_id, kept.client_order_id, kept.account, kept.symbol, kept.contingency, kept.pays, orders, kept.time, kept.is_done
        ), kept.reserved)
    for match in fold.prevented:
        exchange.restore_prevented(match)
    for symbol, status in fold.statuses.items():
        exchange.instruments[symbol].status = status


def _fold_command(fold: RestoredState, row: CommandRow) -> None:
    if row.refused:
        return
    if row.command == "SetSymbolStatus":
        fold.statuses[row.symbol] = row.status
    elif row.command == "SetRules":
        fold.rules.setdefault(row.symbol, {}).update(_read_rules(row.rules))
    elif row.command == "SetFeeDiscount":
        fold.discounts[row.account] = row.enabled


def _fold_order(fold: RestoredState, latest: dict[int, OrderRow], row: OrderRow) -> None:
    """What hangs on the way of an order; how it stands is read from its last row (``_settle``)."""
    order_id: int = row.order_id
    order: Order | None = fold.orders.get(order_id)
    if order is None:
        order = Order(
            order_id, row.client_order_id, row.account, row.symbol, row.side == "BUY", row.type,
            parse_amount(row.price), parse_amount(row.qty), row.time_us, row.time_in_force, parse_amount(row.quote_qty),
            parse_amount(row.stop_price), parse_amount(row.iceberg_qty), row.stp_mode, row.strategy_id, row.strategy_type,
        )
        fold.orders[order_id] = order
    elif not order.working_time and row.working_time_us:
        fold.orders[order_id] = fold.orders.pop(order_id)       # to the end: it comes to the book only now
    if row.execution == "NEW":
        order.quantity = parse_amount(row.qty)                  # a list's pending order may be given it late
    if row.execution == "REPLACED":
        _fold_amendment(fold, order, row)
    elif row.prevented_match_id is not None:
        order.prevented_match_id = row.prevented_match_id
        fold.last_prevented_match_id = max(fold.last_prevented_match_id, row.prevented_match_id)
    order.working_time = row.working_time_us
    if row.special is not None:
        _fold_special(fold, order, _read_special(row.special), row)
    order.sequence += 1
    latest[order_id] = row
    if row.execution_id > fold.last_execution_id:
        fold.last_execution_id = row.execution_id


def _fold_list(fold: RestoredState, row: ListRow) -> None:
    known: KeptList | None = fold.lists.get(row.order_list_id)
    fold.lists[row.order_list_id] = KeptList(
        row.order_list_id, row.list_client_order_id, row.account, row.symbol, row.contingency, row.pays, row.orders, row.time_us,
        row.status == "ALL_DONE", known.reserved if known is not None else 0,
    )


def _settle(order: Order, row: OrderRow) -> None:
    order.status = row.status
    order.price = parse_amount(row.price)
    order.quantity = parse_amount(row.qty)
    order.executed = parse_amount(row.executed)
    order.executed_quote = parse_amount(row.executed_quote)
    order.prevented = parse_amount(row.prevented)
    order.remaining = order.quantity - order.executed - order.prevented
    order.update_time = row.update_time_us
    order.expiry_reason = row.expiry_reason
    order.reject_reason = row.reject_reason


def _fold_amendment(fold: RestoredState, order: Order, row: OrderRow) -> None:
    quantity: int = parse_amount(row.qty)
    price: int = parse_amount(row.price)
    if order.working_time and (quantity > order.quantity or price != order.price):
        fold.orders[order.order_id] = fold.orders.pop(order.order_id)       # it went to the back of a price level
        order.queued = row.update_time_us
    order.amendments += (Amendment(
        row.execution_id, order.client_order_id, row.client_order_id, order.quantity, quantity, row.update_time_us
    ),)
    order.client_order_id = row.client_order_id
    order.quantity = quantity
    order.price = price
    order.iceberg_quantity = parse_amount(row.iceberg_qty)


def _fold_special(fold: RestoredState, order: Order, special: Special, row: OrderRow) -> None:
    if order.special is not None and special.refills > order.special.refills:
        fold.orders[order.order_id] = fold.orders.pop(order.order_id)       # an iceberg showed its next part, at the back of its level
        order.queued = row.update_time_us
    order.special = special


def _read_special(values: dict[str, Any]) -> Special:
    found: dict[str, Any] = {name: parse_amount(value) if name in SPECIAL_AMOUNTS else value for name, value in values.items()}
    return Special(**found)


def _read_prevented(row: PreventedRow) -> PreventedMatch:
    return PreventedMatch(
        row.account, row.symbol, row.prevented_match_id, row.taker_order_id, row.maker_symbol, row.maker_order_id, row.stp_mode,
        parse_amount(row.price), parse_amount(row.qty), parse_amount(row.taker_prevented), parse_amount(row.maker_prevented), row.time_us,
    )


def _read_rules(rules: dict[str, Any]) -> dict[str, int]:
    return {name: parse_amount(value) if name in AMOUNT_RULES else int(value) for name, value in rules.items()}


def _read_fill(row: FillRow) -> Fill:
    return Fill(
        row.account, row.symbol, row.exec_id, row.order_id, row.client_order_id, row.side == "BUY", parse_amount(row.price),
        parse_amount(row.qty), parse_amount(row.quote), parse_amount(row.fee), row.fee_asset, row.maker, row.time_us,
        row.allocation_id,
    )
