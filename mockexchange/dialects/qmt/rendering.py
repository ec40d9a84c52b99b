"""
Core objects -> bodies of the server (spec 2.2 - 2.4). Pure. Numbers are JSON numbers: CNY and prices as floats, shares as
integers, ratios in percent.
"""

from typing import Any

from ...core.numbers import SCALE
from ...core.orders import Order
from .contents import NAMES
from .money import Position
from .options import QmtOptions

Body = dict[str, Any]

NAN: float = float("nan")
UNREPORTED, WAITING, REPORTED, CANCELLING, PART_CANCELLING, PART_CANCELLED, CANCELLED, PART_FILLED, FILLED, REJECTED = range(48, 58)
STATUS_TEXTS: dict[int, str] = {
    UNREPORTED: "未报", WAITING: "待报", REPORTED: "已报", CANCELLING: "已报待撤", PART_CANCELLING: "部成待撤", PART_CANCELLED: "部撤",
    CANCELLED: "已撤", PART_FILLED: "部成", FILLED: "已成", REJECTED: "废单",
}
CANCELABLE: frozenset[int] = frozenset({REPORTED, PART_FILLED})

LIMIT, LATEST, BEST_FIVE, OWN_BEST, PEER_BEST = 0, 1, 2, 3, 5
PRICE_TYPES: frozenset[int] = frozenset({LIMIT, LATEST, BEST_FIVE, OWN_BEST, PEER_BEST})
# the terminal's codes (xtquant constants); those of the best five differ by market
DOCUMENTED: dict[int, int] = {LIMIT: 11, LATEST: 5, BEST_FIVE: 47, OWN_BEST: 45, PEER_BEST: 44}
SHANGHAI_BEST_FIVE: int = 42
OBSERVED_LIMIT: int = 50
OBSERVED_OTHER: int = 88


def number(amount: int) -> float:
    """Amount in 1e-8 -> float."""
    return amount / SCALE


def count(amount: int) -> int:
    """Amount in 1e-8 -> whole shares."""
    return amount // SCALE


def order_status(order: Order, now: int, options: QmtOptions, is_cancelling: bool) -> int:
    """48 to 57 (spec 5.5). ``now`` in us."""
    age: int = now - order.time
    if 0 <= age < options.report_ms * 1000:
        return UNREPORTED if age * 2 < options.report_ms * 1000 else WAITING
    if order.status == "FILLED":
        return FILLED
    if order.status == "REJECTED":
        return REJECTED
    if order.is_final:
        return PART_CANCELLED if order.executed else CANCELLED
    if is_cancelling:
        return PART_CANCELLING if order.executed else CANCELLING
    return PART_FILLED if order.executed else REPORTED


def order_row(name: int, order: Order, status: int, tag: str, options: QmtOptions) -> Body:
    """
    A row of orders, and the answer of order (spec 2.4). ``name`` is the order's number of the day, ``tag`` its strategy name.

    Before an order is reported (48, 49) nothing of it is traded. What was sent is the request's price type: ``strategy_type``.
    """
    executed: int = 0 if status < REPORTED else order.executed
    kind: int = order.strategy_type or LIMIT
    mean: float = NAN if options.nan_prices else 0.0
    return {
        "order_id": name,
        "symbol": order.symbol,
        "side": "buy" if order.is_buy else "sell",
        "status": status,
        "m_status": STATUS_TEXTS[status],
        "volume": count(order.quantity),
        "time": order.time // (1000 if options.time_unit == "milliseconds" else 1_000_000),
        "price": number(order.price) if kind == LIMIT else 0.0,
        "price_type": terminal_code(kind, order.symbol, options.price_type),
        "traded_volume": count(executed),
        "traded_price": order.executed_quote / order.executed if executed else mean,
        "strategy_name": tag,
    }


def terminal_code(kind: int, symbol: str, style: str) -> int:
    """The terminal's code of a price type (spec 5.4)."""
    if style == "observed":
        return OBSERVED_LIMIT if kind == LIMIT else OBSERVED_OTHER
    if kind == BEST_FIVE and symbol.endswith(".SH"):
        return SHANGHAI_BEST_FIVE
    return DOCUMENTED.get(kind, DOCUMENTED[LIMIT])


def account_row(index: int, account_id: str) -> Body:
    """A row of accounts."""
    return {"index": index, "account_id": account_id, "nick_name": f"账户{index + 1}"}


def portfolio(cash: int, frozen: int, worth: int) -> Body:
    """The terminal's asset object has no profit (spec 2.2)."""
    return {
        "total_asset": number(cash + frozen + worth),
        "cash": number(cash),
        "frozen_cash": number(frozen),
        "market_value": number(worth),
        "profit": 0,
        "profit_ratio": 0,
    }


def position_row(row: Position, is_priceless: bool) -> Body:
    """``is_priceless``: there is no quote, and the server passes on what it is given."""
    cost: float = number(row.cost)
    price: float = NAN if is_priceless else number(row.price)
    volume: int = count(row.quantity)
    return {
        "symbol": row.symbol,
        "name": NAMES.get(row.symbol, row.symbol),
        "volume": volume,
        "can_use_volume": count(row.free),
        "frozen_volume": count(row.locked),
        "market_value": NAN if is_priceless else number(row.worth),
        "avg_price": cost,
        "open_price": cost,
        "current_price": price,
        "profit": volume * (price - cost),
        "profit_ratio": (price - cost) / cost * 100 if cost else 0.0,
    }


# what terminals list beside holdings: a code that starts SHR is none that can be traded (spec 2.2)
ODD_ROW: Body = {
    "symbol": "SHR680.SH", "name": "SHR680.SH", "volume": 1000, "can_use_volume": 0, "frozen_volume": 0, "market_value": 0.0,
    "avg_price": 0.0, "open_price": 0.0, "current_price": 0.0, "profit": 0.0, "profit_ratio": 0.0,
}
