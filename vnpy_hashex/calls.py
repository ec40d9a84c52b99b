"""vn.py's orders as HashEx's parameters. Pure."""

from decimal import Decimal

from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import OrderData

from rest_locale import _
from vnpy_restgateway.decimals import round_down

from .enums import DIRECTION_VT2HASHEX

# What totalAmount of a MARKET BUY means is documented both ways, so the user says what to do.
REFUSE: str = "REFUSE"              # do not send it
QUOTE: str = "QUOTE"                # send it, the amount in the quote asset
BASE: str = "BASE"                  # send it, the amount in the base asset
CAPPED_LIMIT: str = "CAPPED LIMIT"  # a limit order through the best ask, its rest cancelled
MARKET_BUY: tuple[str, ...] = (REFUSE, QUOTE, BASE, CAPPED_LIMIT)

CAP: Decimal = Decimal("0.005")     # how far through the best ask

Params = dict[str, str | int | None]


def create_params(
    order: OrderData, name: str, tick: Decimal, step: Decimal, *, best_ask: float = 0.0, market_buy: str = REFUSE
) -> Params:
    """
    Parameters of order/create; ``name`` is HashEx's symbol. timeInForce is left out: GTC is the default, and
    an older deployment does not know it.

    :raises ValueError: a MARKET BUY that must not be sent, or one that needs a best ask and has none
    """
    params: Params = {
        "symbol": name,
        "direction": DIRECTION_VT2HASHEX[order.direction],      # type: ignore[index]
        "tradeType": "LIMIT",
        "totalAmount": round_down(order.volume, step),
        "clientOrderId": order.orderid,
    }
    if order.type is OrderType.LIMIT:
        params["price"] = round_down(order.price, tick)
        return params
    if order.type is not OrderType.MARKET:
        raise ValueError(_("order type {order_type} cannot be placed").format(order_type=order.type.value))
    params["tradeType"] = "MARKET"
    if order.direction is Direction.SHORT or market_buy == BASE:
        return params
    if market_buy == REFUSE:
        raise ValueError(_("MARKET BUY is switched off"))
    if not best_ask > 0:
        raise ValueError(_("nobody sells: no price to buy at"))
    if market_buy == QUOTE:
        params["totalAmount"] = round_down(order.volume * best_ask, tick)     # no finer than a price is
        return params
    params["tradeType"] = "LIMIT"
    params["price"] = round_down(float(Decimal(repr(best_ask)) * (1 + CAP)), tick)
    return params
