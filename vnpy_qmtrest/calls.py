"""vn.py's requests as the server wants them (sections 2.3, 2.4 and 5.2). Pure."""

from typing import Any

from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import OrderData

from rest_locale import _
from vnpy_restgateway.polled.ranked_rest import Command

from .endpoints import BUY, CANCEL, ORDERS, PORTFOLIO, POSITIONS, SELL
from .enums import price_type_of

NOBODY: int = 999_999           # an index that no account has


def place_call(order: OrderData, venue_symbol: str, index: int, market_order: str, reference: float) -> Command:
    """
    A new order, with its id as the strategy name. Always with the index of the account: without one the server orders for all.

    :param reference: what a market order is valued at; the server looks at the cash with it

    :raises ValueError: there is no price to send
    """
    price: float = order.price if order.type is OrderType.LIMIT else order.price or reference
    if not price > 0:
        raise ValueError(
            _("no price is known of {symbol}, with which the server values a market order: subscribe to quotes of it, or give the order a price").format(symbol=order.symbol)
        )
    return Command("POST", BUY if order.direction is Direction.LONG else SELL, {
        "symbol": venue_symbol, "trade_price": round(price, 3), "price_type": price_type_of(order.type, order.exchange, market_order),
        "order_num": int(order.volume), "trader_index": index, "strategy_name": order.orderid,
    })


def cancel_call(order_id: int, index: int) -> Command:
    """A cancel, by the server's id of today."""
    return Command("POST", CANCEL, {"order_id": order_id, "trader_index": index})


def orders_call(index: int) -> Command:
    """All of today's orders; those that can be cancelled are not enough, for those that have just ended are not among them."""
    return Command("POST", ORDERS, {"trader_index": index, "cancelable_only": False})


def portfolio_call(index: int) -> Command:
    """Cash and assets of an account."""
    return Command("GET", f"{PORTFOLIO}/{index}", {})


def positions_call(index: int) -> Command:
    """What an account holds."""
    return Command("GET", f"{POSITIONS}/{index}", {})


def probe_call() -> Command:
    """What tells the builds apart and cannot place an order: it breaks the rule of lots, and names an account that nobody has (2.0)."""
    params: dict[str, Any] = {"order_num": 1, "price_type": 0, "symbol": "000001", "trade_price": 1, "trader_index": NOBODY}
    return Command("POST", BUY, params)
