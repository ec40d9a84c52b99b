"""vn.py's requests as Binance's parameters."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vnpy.trader.constant import Direction, Exchange, OrderType
from vnpy.trader.object import OrderData

from vnpy_mockbinance.calls import order_params, place_params
from vnpy_mockbinance.enums import ORDERTYPE_VT2BINANCE

TICK, STEP = Decimal("0.01"), Decimal("0.00001")


def order(**values: Any) -> OrderData:
    fields: dict[str, Any] = {
        "type": OrderType.LIMIT, "direction": Direction.LONG, "price": 100.0, "volume": 0.5, **values,
    }
    return OrderData(
        symbol="BTCUSDT_SPOT_BINANCE", exchange=Exchange.GLOBAL, orderid="v-1", gateway_name="MOCKBINANCE", **fields
    )


def params(**values: Any) -> dict[str, Any]:
    return dict(place_params(order(**values), "BTCUSDT", TICK, STEP))


# rest-api.md, "New order (TRADE)": mandatory parameters by type
@pytest.mark.parametrize("order_type, expected", [
    (OrderType.LIMIT, {"type": "LIMIT", "timeInForce": "GTC", "price": "100"}),
    (OrderType.FAK, {"type": "LIMIT", "timeInForce": "IOC", "price": "100"}),
    (OrderType.FOK, {"type": "LIMIT", "timeInForce": "FOK", "price": "100"}),
    (OrderType.MARKET, {"type": "MARKET"}),
    (OrderType.STOP, {"type": "STOP_LOSS_LIMIT", "timeInForce": "GTC", "stopPrice": "100", "price": "100.5"}),
])
def test_each_type(order_type: OrderType, expected: dict[str, str]) -> None:
    assert params(type=order_type) == {
        "symbol": "BTCUSDT", "side": "BUY", "quantity": "0.5", "newClientOrderId": "v-1", "newOrderRespType": "FULL",
        **expected,
    }


def test_every_type_we_offer_can_be_sent() -> None:
    for order_type in ORDERTYPE_VT2BINANCE:
        assert params(type=order_type)["quantity"] == "0.5"


def test_a_sell_stop_goes_the_other_way() -> None:
    sell = params(type=OrderType.STOP, direction=Direction.SHORT)
    assert (sell["side"], sell["stopPrice"], sell["price"]) == ("SELL", "100", "99.5")


@pytest.mark.parametrize("direction, price", [(Direction.LONG, "0.02"), (Direction.SHORT, "0.01")])
def test_a_stop_at_one_tick_has_a_price(direction: Direction, price: str) -> None:
    assert params(type=OrderType.STOP, direction=direction, price=0.01)["price"] == price


def test_exact_text_never_an_exponent() -> None:
    sent = place_params(order(price=0.00001, volume=0.1 + 0.2), "X", Decimal("0.00000001"), STEP)
    assert (sent["price"], sent["quantity"]) == ("0.00001", "0.3")
    sent = place_params(order(price=1e9, volume=1e7), "X", TICK, STEP)
    assert (sent["price"], sent["quantity"]) == ("1000000000", "10000000")


@given(st.integers(1, 10**9), st.integers(1, 10**10), st.sampled_from([Direction.LONG, Direction.SHORT]))
def test_a_stop_limit_is_on_the_tick_and_on_the_far_side(ticks: int, steps: int, direction: Direction) -> None:
    sent = params(type=OrderType.STOP, price=float(ticks * TICK), volume=float(steps * STEP), direction=direction)
    assert Decimal(sent["stopPrice"]) == ticks * TICK
    assert Decimal(sent["quantity"]) == steps * STEP
    limit = Decimal(sent["price"])
    assert limit > 0 and limit % TICK == 0
    assert limit >= ticks * TICK if direction is Direction.LONG else limit <= ticks * TICK


def test_an_order_is_named_by_the_venues_id_once_it_is_known() -> None:
    assert order_params("BTCUSDT", "v-1") == {"symbol": "BTCUSDT", "origClientOrderId": "v-1"}
    assert order_params("BTCUSDT", "v-1", "BTCUSDT-28") == {"symbol": "BTCUSDT", "orderId": "28"}
