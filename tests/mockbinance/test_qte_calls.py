"""vn.py's requests as a QTE server's parameters (spec, 3: Q9, Q34)."""

from decimal import Decimal

import pytest
from vnpy.trader.constant import Direction, Exchange, OrderType
from vnpy.trader.object import OrderData

from vnpy_mockbinance.qte.builds import CURRENT, DOCUMENT, OLD, Build
from vnpy_mockbinance.qte.calls import order_params, place_params


@pytest.mark.parametrize("build, direction, type_, expected", [
    (DOCUMENT, Direction.LONG, OrderType.LIMIT, {"side": "BUY", "type": "LIMIT", "price": "30000.01"}),
    (DOCUMENT, Direction.SHORT, OrderType.LIMIT, {"side": "SELL", "type": "LIMIT", "price": "30000.01"}),
    (CURRENT, Direction.SHORT, OrderType.LIMIT, {"side": "SELL", "type": "LIMIT", "price": "30000.01", "timeInForce": "GTC"}),
    (DOCUMENT, Direction.LONG, OrderType.MARKET, {"side": "BUY", "type": "MARKET"}),
    (DOCUMENT, Direction.SHORT, OrderType.MARKET, {"side": "SELL", "type": "MARKET"}),
    (OLD, Direction.SHORT, OrderType.MARKET, {"side": "SELL", "type": "MARKET"}),
    (OLD, Direction.LONG, OrderType.MARKET, {"side": "BUY", "type": "LIMIT", "price": "30502"}),
    (CURRENT, Direction.LONG, OrderType.MARKET, {"side": "BUY", "type": "LIMIT", "price": "30502", "timeInForce": "GTC"}),
])
def test_each_type_in_each_build(build: Build, direction: Direction, type_: OrderType, expected: dict[str, str]) -> None:
    """Prices are rounded down to the tick; one that stands for a market order is one per cent above the best ask."""
    order = OrderData(
        symbol="BTCUSDT", exchange=Exchange.GLOBAL, orderid="v-1", gateway_name="QTE", type=type_, direction=direction,
        price=30_000.019, volume=0.5000019,
    )
    assert place_params(order, "BTCUSDT", Decimal("0.01"), Decimal("0.00001"), build, best=30_200.0) == {
        "symbol": "BTCUSDT", "quantity": "0.5", "client_order_id": "v-1", "newClientOrderId": "v-1", **expected,
    }


def test_an_order_is_named_in_every_spelling() -> None:
    """Q9: each build reads its own name."""
    assert order_params("BTCUSDT", "a-uuid") == {"symbol": "BTCUSDT", "order_id": "a-uuid", "orderId": "a-uuid"}
