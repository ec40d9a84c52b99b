"""vn.py's requests as Binance's parameters. Pure."""

from decimal import Decimal

from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import OrderData

from vnpy_restgateway.decimals import round_down, round_up

from .enums import DIRECTION_VT2BINANCE, ORDERTYPE_VT2BINANCE
from .parse import order_key

# vn.py's STOP has one price: it triggers there, and the limit that is then sent may go this much
# further, so that the order fills where a plain stop would.
STOP_SLIP: Decimal = Decimal("0.005")

Params = dict[str, str | int]


def place_params(order: OrderData, name: str, tick: Decimal, step: Decimal) -> Params:
    """Parameters of POST /api/v3/order (order.place); ``name`` is Binance's symbol."""
    type_, time_in_force = ORDERTYPE_VT2BINANCE[order.type]
    side: str = DIRECTION_VT2BINANCE[order.direction]       # type: ignore[index]
    params: Params = {
        "symbol": name,
        "side": side,
        "type": type_,
        "quantity": round_down(order.volume, step),
        "newClientOrderId": order.orderid,
        "newOrderRespType": "FULL",
    }
    if time_in_force:
        params["timeInForce"] = time_in_force
    if order.type is OrderType.STOP:
        params["stopPrice"] = round_down(order.price, tick)
        params["price"] = stop_limit_price(order, tick)
    elif order.type is not OrderType.MARKET:
        params["price"] = round_down(order.price, tick)
    return params


def stop_limit_price(order: OrderData, tick: Decimal) -> str:
    """The limit of a triggered stop: worse than the trigger by STOP_SLIP, on the tick."""
    trigger: Decimal = Decimal(round_down(order.price, tick))
    if order.direction is Direction.LONG:
        return round_up(float(trigger * (1 + STOP_SLIP)), tick)
    return round_down(float(max(trigger * (1 - STOP_SLIP), tick)), tick)     # a price of 0 would be refused


def order_params(name: str, orderid: str, venue_id: str = "") -> Params:
    """Names one order, for a cancel or a query: by Binance's id once it is known (``venue_id``), for client ids can be used again."""
    if venue_id:
        return {"symbol": name, "orderId": venue_id.removeprefix(order_key(name, ""))}
    return {"symbol": name, "origClientOrderId": orderid}
