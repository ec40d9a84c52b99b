"""
Core objects -> the bodies of the seed document; where it does not show one, those of the project's server (spec 1.4,
column O). Pure. Decimals are text with at least one decimal and no other zeros behind, times are ms.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ...core.bars import Bar
from ...core.events import OrderReport, PublicTrade
from ...core.numbers import DIGITS, SCALE, format_amount
from ...core.orders import Order
from ...core.tape import Window
from ..common.client_ids import wire_client_id

Body = dict[str, Any]


def plain(value: int, digits: int = 1) -> str:
    """Amount in 1e-8 -> text with at least ``digits`` decimals and no zeros behind those: "30000.0", "0.5"."""
    if value < 0:
        return "-" + plain(-value, digits)
    whole, rest = divmod(value, SCALE)
    return f"{whole}.{f'{rest:08d}'.rstrip('0').ljust(digits, '0')}"


def digits_of(step: int) -> int:
    """Decimals of a tick size in 1e-8, at least 1."""
    for digits in range(1, DIGITS):
        if step % 10 ** (DIGITS - digits) == 0:
            return digits
    return DIGITS


# orders

def order_status(status: str, cancelled: str) -> str:
    """The core's word, but for the one that the seed spells its own way (2.4.3)."""
    return cancelled if status == "CANCELED" else status


def order_body(one: Order | OrderReport, wire_id: str, cancelled: str) -> Body:
    """POST order (seed, 2.4.1): nothing about what was filled."""
    return {
        "orderId": wire_id,
        "clientOrderId": wire_client_id(one.client_order_id),
        "symbol": one.symbol,
        "side": one.side,
        "type": one.type,
        "quantity": plain(one.quantity),
        "price": plain(one.price),
        "status": order_status(one.status, cancelled),
    }


def order_detail(one: Order, wire_id: str, cancelled: str, full: bool) -> Body:
    """GET order and a row of open_orders (seed, 2.4.2: "full order information"); ``full`` with what it was filled."""
    body: Body = order_body(one, wire_id, cancelled)
    if full:
        body["executedQty"] = plain(one.executed)
        body["time"] = one.time // 1000
    return body


# account

def account_body(user: str, balances: dict[str, tuple[int, int]]) -> Body:
    """Seed, 2.3.1."""
    return {
        "userId": user,
        "canTrade": True,
        "balances": [
            {"asset": asset, "free": plain(free), "locked": plain(locked)} for asset, (free, locked) in balances.items()
        ],
    }


# market data

def day_ticker(symbol: str, last: int, window: Window | None) -> Body:
    """ticker/24hr: the fields of the project's server (spec 1.4.5), and none more; without a trade they are "0"."""
    names: tuple[str, ...] = ("volume", "highPrice", "lowPrice", "priceChange", "priceChangePercent")
    body: Body = {"symbol": symbol, "lastPrice": plain(last) if last else "0", **dict.fromkeys(names, "0")}
    if window is not None:
        change: int = window.last - window.open
        percent: int = abs(change) * 100 * SCALE // window.open if window.open else 0
        body["volume"] = plain(window.volume)
        body["highPrice"] = plain(window.high)
        body["lowPrice"] = plain(window.low)
        body["priceChange"] = plain(change)
        body["priceChangePercent"] = plain(-percent if change < 0 else percent)
    return body


def depth(symbol: str, bids: Iterable[tuple[int, int]], asks: Iterable[tuple[int, int]]) -> Body:
    """The symbol and no ``lastUpdateId`` (spec 1.4.6)."""
    return {"symbol": symbol, "bids": _levels(bids), "asks": _levels(asks)}


def _levels(found: Iterable[tuple[int, int]]) -> list[list[str]]:
    return [[plain(price), plain(total)] for price, total in found]


def public_trade(trade: PublicTrade, name: Callable[[str, int], str]) -> Body:
    """A row of trades (spec 1.4.7): no ``quoteQty``, no ``isBestMatch``."""
    return {
        "id": name(trade.symbol, trade.trade_id),
        "price": plain(trade.price),
        "qty": plain(trade.quantity),
        "time": trade.time // 1000,
        "isBuyerMaker": trade.buyer_is_maker,
    }


def kline(bar: Bar) -> list[object]:
    """Twelve elements in Binance's order (seed, 2.2.5)."""
    return [
        bar.open_time // 1000,
        format_amount(bar.open),
        format_amount(bar.high),
        format_amount(bar.low),
        format_amount(bar.close),
        format_amount(bar.volume),
        bar.close_time // 1000,
        format_amount(bar.quote_volume),
        bar.count,
        format_amount(bar.taker_base),
        format_amount(bar.taker_quote),
        "0",
    ]
