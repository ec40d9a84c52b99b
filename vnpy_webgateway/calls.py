"""vn.py requests as requests of the wire (spec 3). Pure."""

from urllib.parse import quote

import msgspec
from vnpy.trader.object import OrderData

from vnpy_restgateway.decimals import plain
from vnpy_restgateway.polled.ranked_rest import Command

from .endpoints import ORDERS, TICKS
from .enums import write


def order_call(order: OrderData, language: str) -> Command:
    """
    A new order. Its ``reference`` is our id: several remote gateways show it in the order's pushes (spec 8.1). The server's own
    check of prices and volumes is none, so they are plain numbers here.
    """
    assert order.direction is not None
    return Command("POST", ORDERS, {
        "symbol": order.symbol,
        "exchange": order.exchange.value,
        "direction": write(order.direction, language),
        "type": write(order.type, language),
        "volume": msgspec.Raw(plain(order.volume).encode()),
        "price": msgspec.Raw(plain(order.price).encode()),
        "offset": write(order.offset, language),
        "reference": order.orderid,
    })


def cancel_call(vt_orderid: str) -> Command:
    """The cancel of an order by its remote ``vt_orderid``, dots and blanks and all."""
    return Command("DELETE", f"{ORDERS}/{quote(vt_orderid, safe='')}", {})


def tick_call(vt_symbol: str) -> Command:
    """The subscription of a symbol, for every client of the server."""
    return Command("POST", f"{TICKS}/{quote(vt_symbol, safe='')}", {})
