"""OrderData and TradeData for tests, with one symbol and one gateway name."""

from datetime import datetime, timezone
from typing import Any

from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.object import OrderData, TradeData

GATEWAY: str = "TEST"
SYMBOL: str = "BTCUSDT_SPOT_BINANCE"
MOMENT: datetime = datetime(2024, 1, 1, tzinfo=timezone.utc)


def make_order(orderid: str = "o1", status: Status = Status.SUBMITTING, traded: float = 0.0, **values: Any) -> OrderData:
    fields: dict[str, Any] = {
        "type": OrderType.LIMIT, "direction": Direction.LONG, "price": 100.0, "volume": 10.0, "datetime": MOMENT,
        **values,
    }
    return OrderData(
        symbol=SYMBOL, exchange=Exchange.GLOBAL, orderid=orderid, status=status, traded=traded,
        gateway_name=GATEWAY, **fields,
    )


def make_trade(tradeid: str, volume: float, orderid: str = "o1", price: float = 100.0) -> TradeData:
    return TradeData(
        symbol=SYMBOL, exchange=Exchange.GLOBAL, orderid=orderid, tradeid=tradeid, direction=Direction.LONG,
        price=price, volume=volume, datetime=MOMENT, gateway_name=GATEWAY,
    )


def spoil(push: OrderData | TradeData) -> None:
    """What a listener may do to an object it was handed."""
    push.orderid, push.volume, push.price = "spoilt", 12345.0, -1.0
    if isinstance(push, OrderData):
        push.status, push.traded = Status.REJECTED, 12345.0
