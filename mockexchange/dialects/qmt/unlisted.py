"""
Orders of codes that the exchange does not list. The terminal takes them and the exchange refuses them, but the core holds
no order without a market: they are rows of the day only, and a note in the journal brings them back after a restart. Another note
keeps the numbers of orders that did not come through this dialect.
"""

from typing import TYPE_CHECKING, Any

from ...core.commands import PlaceOrder
from ...core.numbers import format_amount, parse_amount
from ...core.orders import Order
from ...plain import encodable

if TYPE_CHECKING:
    from ...journal import Journal
    from ...server.venue import Venue

ACTION: str = "unlisted"
NUMBERED: str = "numbered"
READ_ROWS: int = 5_000              # of the journal's newest that are looked through


def refuse(venue: "Venue", command: PlaceOrder, now: int) -> Order:
    """The refused order; ``now`` in us. Its number is the command's ``strategy_id``, its price type ``strategy_type``."""
    order: Order = _order(
        command.account, command.symbol, command.client_order_id, command.side, command.price, command.quantity, now,
        command.strategy_id, command.strategy_type,
    )
    venue.note({
        "action": ACTION, "account": order.account, "symbol": encodable(order.symbol), "client_order_id": order.client_order_id,
        "side": command.side, "price": format_amount(order.price), "qty": format_amount(order.quantity), "time_us": now,
        "strategy_id": order.strategy_id, "strategy_type": order.strategy_type,
    })
    return order


def remembered(journal: "Journal", since: int) -> list[Order]:
    """Those from ``since`` (us) on that the journal's newest rows have."""
    found: list[Order] = []
    for row in journal.each_row(journal.last - READ_ROWS):
        if row["kind"] == "fault" and row.get("action") == ACTION and row["time_us"] >= since:
            found.append(_order(
                row["account"], row["symbol"], row["client_order_id"], row["side"], parse_amount(row["price"]), parse_amount(row["qty"]),
                row["time_us"], row["strategy_id"], row["strategy_type"],
            ))
    return found


def keep_number(venue: "Venue", order: Order, number: int) -> None:
    """An order that did not come through this dialect keeps the number that it was given."""
    order.strategy_id = number
    venue.note({"action": NUMBERED, "account": order.account, "order_id": order.order_id, "strategy_id": number})


def numbers(journal: "Journal") -> dict[int, int]:
    """Core id of an order -> the number it was given, of those that the journal's newest rows have."""
    return {
        row["order_id"]: row["strategy_id"] for row in journal.each_row(journal.last - READ_ROWS)
        if row["kind"] == "fault" and row.get("action") == NUMBERED
    }


def _order(account: str, symbol: str, tag: str, side: str, price: int, quantity: int, time: int, number: Any, kind: Any) -> Order:
    order: Order = Order(0, tag, account, symbol, side == "BUY", "LIMIT", price, quantity, time, strategy_id=number, strategy_type=kind)
    order.status = "REJECTED"
    return order
