"""vn.py's requests as a QTE server's parameters: every build's names at once, which none of them minds (Q9). Pure."""

from decimal import Decimal

from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import OrderData

from vnpy_restgateway.decimals import round_down, round_up

from ..enums import DIRECTION_VT2BINANCE
from .builds import Build
from .rest import Params

MARKET_SLIP: Decimal = Decimal("0.01")      # by which a limit order in a market order's place goes beyond the best price


def place_params(
    order: OrderData, name: str, tick: Decimal, step: Decimal, build: Build, best: float = 0.0
) -> Params:
    """
    POST order. A market order that buys is a limit order where the build cannot do it (Q34): ``best`` is the best
    ask then.
    """
    limit: bool = order.type is OrderType.LIMIT or order.direction is Direction.LONG and not build.market_buys
    params: Params = {
        "symbol": name,
        "side": DIRECTION_VT2BINANCE[order.direction],      # type: ignore[index]
        "type": "LIMIT" if limit else "MARKET",
        "quantity": round_down(order.volume, step),
        "client_order_id": order.orderid,
        "newClientOrderId": order.orderid,
    }
    if limit:
        params["price"] = (
            round_down(order.price, tick) if order.type is OrderType.LIMIT
            else round_up(float(Decimal(repr(best)) * (1 + MARKET_SLIP)), tick)
        )
        if build.time_in_force:
            params["timeInForce"] = "GTC"
    return params


def order_params(name: str, venue_id: str) -> Params:
    """Names one order, for a cancel or a query."""
    return {"symbol": name, "order_id": venue_id, "orderId": venue_id}
