"""Folding a journal's rows back into what a venue must know to go on: balances, orders, fills, counters."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .core.events import Fill
from .core.instruments import AMOUNT_RULES
from .core.numbers import parse_amount as parse_text
from .core.orders import Amendment, Order

parse_amount = lru_cache(maxsize=1 << 14)(parse_text)       # a life's prices and quantities come again and again


@dataclass
class Fold:
    """
    The state at the end of a journal. ``balances``: (account, asset) -> (free, locked),
    ``orders`` by order id in the order they came to the book, ``statuses``: symbol -> status,
    ``rules``: symbol -> the rules that were changed.
    """

    balances: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    last_execution_id: int = 0
    last_prevented_match_id: int = -1

    def book_order(self) -> list[Order]:
        """All orders, those that became working earlier first: the order of time priority."""
        return sorted(self.orders.values(), key=lambda order: order.queued or order.working_time or order.time)


def fold_rows(rows: Iterable[dict[str, Any]]) -> Fold:
    """
    Fold journal rows, oldest first.

    Raises ValueError naming the row that does not say what its kind must say.
    """
    fold: Fold = Fold()
    for row in rows:
        kind: Any = row.get("kind")
        try:
            if kind == "order":
                _fold_order(fold, row)
            elif kind == "fill":
                fold.fills.append(_read_fill(row))
            elif kind == "balance":
                fold.balances[row["account"], row["asset"]] = (parse_amount(row["free"]), parse_amount(row["locked"]))
            elif kind == "command" and row["command"] == "SetSymbolStatus" and not row.get("refused"):
                fold.statuses[row["symbol"]] = row["status"]
            elif kind == "command" and row["command"] == "SetRules" and not row.get("refused"):
                fold.rules.setdefault(row["symbol"], {}).update(_read_rules(row["rules"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"record {row.get('n')} is corrupt: {type(error).__name__}: {error}") from None
    return fold


def _fold_order(fold: Fold, row: dict[str, Any]) -> None:
    order: Order | None = fold.orders.get(row["order_id"])
    if order is None:
        order = Order(
            row["order_id"], row["client_order_id"], row["account"], row["symbol"], row["side"] == "BUY",
            row["type"], parse_amount(row["price"]), parse_amount(row["qty"]), row["time_us"], row["time_in_force"],
        )
        order.quote_quantity = parse_amount(row["quote_qty"])
        order.stop_price = parse_amount(row["stop_price"])
        order.iceberg_quantity = parse_amount(row["iceberg_qty"])
        order.stp_mode = row["stp_mode"]
        order.strategy_id = row["strategy_id"]
        order.strategy_type = row["strategy_type"]
        fold.orders[order.order_id] = order
    elif not order.working_time and row["working_time_us"]:
        fold.orders[order.order_id] = fold.orders.pop(order.order_id)       # to the end: it comes to the book only now
    if row["execution"] == "REPLACED":
        _fold_amendment(fold, order, row)
    order.status = row["status"]
    order.quantity = parse_amount(row["qty"])
    order.executed = parse_amount(row["executed"])
    order.executed_quote = parse_amount(row["executed_quote"])
    order.prevented = parse_amount(row["prevented"])
    if "prevented_match_id" in row:
        order.prevented_match_id = row["prevented_match_id"]
        fold.last_prevented_match_id = max(fold.last_prevented_match_id, order.prevented_match_id)
    order.remaining = order.quantity - order.executed - order.prevented
    order.update_time = row["update_time_us"]
    order.working_time = row["working_time_us"]
    order.expiry_reason = row["expiry_reason"]
    order.reject_reason = row["reject_reason"]
    order.sequence += 1
    fold.last_execution_id = max(fold.last_execution_id, row["execution_id"])


def _fold_amendment(fold: Fold, order: Order, row: dict[str, Any]) -> None:
    quantity: int = parse_amount(row["qty"])
    if quantity > order.quantity:
        fold.orders[order.order_id] = fold.orders.pop(order.order_id)       # it went to the back of its price level
        order.queued = row["update_time_us"]
    order.amendments += (Amendment(
        row["execution_id"], order.client_order_id, row["client_order_id"], order.quantity, quantity, row["update_time_us"]
    ),)
    order.client_order_id = row["client_order_id"]
    order.iceberg_quantity = parse_amount(row["iceberg_qty"])


def _read_rules(rules: dict[str, Any]) -> dict[str, int]:
    return {name: parse_amount(value) if name in AMOUNT_RULES else int(value) for name, value in rules.items()}


def _read_fill(row: dict[str, Any]) -> Fill:
    return Fill(
        account=row["account"], symbol=row["symbol"], trade_id=row["exec_id"], order_id=row["order_id"],
        client_order_id=row["client_order_id"], is_buy=row["side"] == "BUY", price=parse_amount(row["price"]),
        quantity=parse_amount(row["qty"]), quote=parse_amount(row["quote"]), fee=parse_amount(row["fee"]),
        fee_asset=row["fee_asset"], is_maker=row["maker"], time=row["time_us"],
    )
