"""vn.py's orders as parameters of order/create (seed, 4.1; specs/hashex.md, 3.8)."""

from decimal import Decimal
from typing import Any

import pytest
from hashex_payloads import GATEWAY
from vnpy.trader.constant import Direction, Exchange, OrderType
from vnpy.trader.object import OrderData

from vnpy_hashex.calls import BASE, CAPPED_LIMIT, QUOTE, REFUSE, create_params

TICK, STEP = Decimal("0.01"), Decimal("0.00001")


def order(**values: Any) -> OrderData:
    fields = {"type": OrderType.LIMIT, "direction": Direction.LONG, "price": 60_000.0, "volume": 0.001, **values}
    return OrderData(
        symbol="BTCUSDT_SPOT_HASHEX", exchange=Exchange.GLOBAL, orderid="vabc-1", gateway_name=GATEWAY, **fields
    )


def test_limit() -> None:
    assert create_params(order(), "BTC_USDT", TICK, STEP) == {
        "symbol": "BTC_USDT", "direction": "BUY", "tradeType": "LIMIT", "totalAmount": "0.001", "price": "60000",
        "clientOrderId": "vabc-1",
    }


def test_a_sell() -> None:
    params = create_params(order(direction=Direction.SHORT), "BTC_USDT", TICK, STEP)
    assert (params["direction"], params["price"], params["totalAmount"]) == ("SELL", "60000", "0.001")


@pytest.mark.parametrize("price, volume, texts", [
    (0.1 + 0.2, 0.1 + 0.2, ("0.3", "0.3")), (60_000.019, 1e-5, ("60000.01", "0.00001")), (1e22, 1.0, ("1" + "0" * 22, "1")),
])
def test_numbers_are_exact_and_never_exponents(price: float, volume: float, texts: tuple[str, str]) -> None:
    params = create_params(order(price=price, volume=volume), "BTC_USDT", TICK, STEP)
    assert (params["price"], params["totalAmount"]) == texts


def test_market_sell_is_base_in_every_source() -> None:
    params = create_params(order(type=OrderType.MARKET, direction=Direction.SHORT), "BTC_USDT", TICK, STEP)
    assert params["tradeType"] == "MARKET" and params["totalAmount"] == "0.001" and "price" not in params


@pytest.mark.parametrize("market_buy, expected", [
    (BASE, {"tradeType": "MARKET", "totalAmount": "0.001"}),
    (QUOTE, {"tradeType": "MARKET", "totalAmount": "60.01"}),
    (CAPPED_LIMIT, {"tradeType": "LIMIT", "totalAmount": "0.001", "price": "60310.05"}),
])
def test_market_buy(market_buy: str, expected: dict[str, str]) -> None:
    """3.8.1: as the user says."""
    params = create_params(
        order(type=OrderType.MARKET, price=0.0), "BTC_USDT", TICK, STEP, best_ask=60_010.0, market_buy=market_buy
    )
    assert {key: params.get(key) for key in ("tradeType", "totalAmount", "price") if key in params} == expected


def test_a_best_ask_may_be_below_1() -> None:
    params = create_params(order(type=OrderType.MARKET, volume=10.0), "X", TICK, STEP, best_ask=0.5, market_buy=QUOTE)
    assert params["totalAmount"] == "5"
    with pytest.raises(ValueError, match="nobody sells"):
        create_params(order(type=OrderType.MARKET), "X", TICK, STEP, best_ask=0.0, market_buy=CAPPED_LIMIT)


def test_market_buy_is_not_sent_unless_told_how() -> None:
    with pytest.raises(ValueError, match="^MARKET BUY is switched off$"):
        create_params(order(type=OrderType.MARKET), "BTC_USDT", TICK, STEP, best_ask=1.0, market_buy=REFUSE)
    with pytest.raises(ValueError, match="^nobody sells: no price to buy at$"):
        create_params(order(type=OrderType.MARKET), "BTC_USDT", TICK, STEP, market_buy=QUOTE)


@pytest.mark.parametrize("type_", [OrderType.FAK, OrderType.FOK, OrderType.STOP])
def test_other_types_cannot_be_placed(type_: OrderType) -> None:
    with pytest.raises(ValueError, match="cannot be placed"):
        create_params(order(type=type_), "BTC_USDT", TICK, STEP)
