"""A limit order written into a form is the call that its parameters, signed and encoded, are."""

from itertools import product
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from vnpy.trader.constant import Direction, Exchange, OrderType
from vnpy.trader.object import OrderData

from vnpy_mockbinance.auth import signed_params
from vnpy_mockbinance.calls import place_params
from vnpy_mockbinance.endpoints import RECV_WINDOW, WS_ORDER_PLACE
from vnpy_mockbinance.calls import LIMITS, SignedRequestTemplates
from vnpy_restgateway.decimals import Step

TICK: Decimal = Decimal("0.01")
STEP: Decimal = Decimal("0.00001")
SECRET: bytes = b"secret"
NOW: int = 1_499_827_319_559


def make_order(**values: object) -> OrderData:
    fields: dict = {
        "symbol": "BTCUSDT_SPOT_BINANCE", "exchange": Exchange.GLOBAL, "orderid": "vabc-1", "direction": Direction.LONG,
        "type": OrderType.LIMIT, "price": 52000.0, "volume": 0.01, "gateway_name": "MOCKBINANCE", **values,
    }
    return OrderData(**fields)


def expected(order: OrderData, name: str, key: str, reqid: int) -> dict:
    params = {**place_params(order, name, TICK, STEP), "apiKey": key, "timestamp": NOW, "recvWindow": RECV_WINDOW}
    return {"id": reqid, "method": WS_ORDER_PLACE, "params": signed_params(SECRET, params)}


def test_same_packet_as_by_the_parameters() -> None:
    for type, direction, key, name in product(LIMITS, [Direction.LONG, Direction.SHORT], ["mock-key", '100%s "quoted" \\ ключ'], ["BTCUSDT", "1000币USDT"]):
        forms = SignedRequestTemplates(key, SECRET)
        for number, order in enumerate((
            make_order(type=type, direction=direction),
            make_order(type=type, direction=direction, orderid="vabc-2", price=0.03, volume=123456.0),
            make_order(type=type, direction=direction, orderid="vabc-3", price=1e-9, volume=1e9),
        )):
            packet = forms.encode(order, name, Step(TICK), Step(STEP), number, NOW)
            assert msgspec.json.decode(packet) == expected(order, name, key, number)


def test_one_form_keeps_nothing_of_an_order() -> None:
    forms = SignedRequestTemplates("k", SECRET)
    orders = [make_order(type=type, direction=direction) for type in LIMITS for direction in (Direction.LONG, Direction.SHORT)]
    for order in orders * 2:
        for name in ("BTCUSDT", "ETHUSDT"):
            packet = forms.encode(order, name, Step(TICK), Step(STEP), 1, NOW)
            assert msgspec.json.decode(packet) == expected(order, name, "k", 1)


@given(
    st.floats(min_value=1e-9, max_value=1e9), st.floats(min_value=1e-9, max_value=1e9),
    st.sampled_from(["0.01", "1", "0.5", "0.00001", "10"]), st.booleans(),
)
def test_numbers_are_those_of_the_parameters(price: float, volume: float, step: str, checked: bool) -> None:
    tick, lot = Step(Decimal(step)), Step(STEP)
    if checked:
        price, volume = tick.floor(price), lot.floor(volume)
    order = make_order(price=price, volume=volume)
    params = msgspec.json.decode(SignedRequestTemplates("k", SECRET).encode(order, "BTCUSDT", tick, lot, 1, NOW))["params"]
    same = place_params(order, "BTCUSDT", Decimal(step), STEP)
    assert {field: params[field] for field in same} == same
