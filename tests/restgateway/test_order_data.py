"""An order from a form is the order vn.py makes of the request."""

import pytest
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Product
from vnpy.trader.object import ContractData, OrderRequest

from vnpy_restgateway import contracts
from vnpy_restgateway.contracts import OrderTemplate

CONTRACT: ContractData = ContractData(
    symbol="BTCUSDT", exchange=Exchange.GLOBAL, name="BTCUSDT", product=Product.SPOT, size=1, pricetick=0.01,
    gateway_name="TEST",
)


def request(**values: object) -> OrderRequest:
    fields: dict = {
        "symbol": "BTCUSDT", "exchange": Exchange.GLOBAL, "direction": Direction.SHORT, "type": OrderType.FAK,
        "volume": 2.0, "price": 3.5, "offset": Offset.CLOSE, "reference": "mine", **values,
    }
    return OrderRequest(**fields)


@pytest.mark.parametrize("values", [
    {}, {"direction": Direction.LONG, "type": OrderType.MARKET, "price": 0, "offset": Offset.NONE, "reference": ""},
    {"direction": None}, {"exchange": Exchange.SSE}, {"volume": -1},
])
def test_as_vnpy_makes_it(values: dict) -> None:
    req = request(**values)
    made = OrderTemplate(CONTRACT, "TEST").fill(req, "o-1")
    assert vars(made) == vars(req.create_order_data("o-1", "TEST"))
    assert vars(made).keys() == vars(req.create_order_data("o-1", "TEST")).keys()


def test_this_vnpys_requests_are_known() -> None:
    assert contracts.KNOWN


def test_orders_of_one_form_share_nothing() -> None:
    form = OrderTemplate(CONTRACT, "TEST")
    first = form.fill(request(), "o-1")
    first.volume, first.reference, first.symbol = 0.0, "spoilt", "spoilt"
    second = form.fill(request(), "o-2")
    assert (second.volume, second.reference, second.symbol, second.orderid) == (2.0, "mine", "BTCUSDT", "o-2")
    assert first.orderid == "o-1" and second.vt_orderid == "TEST.o-2"


def test_a_request_of_another_kind_makes_its_order_itself() -> None:
    class Special(OrderRequest):
        def create_order_data(self, orderid: str, gateway_name: str):       # type: ignore[no-untyped-def]
            order = super().create_order_data(orderid, gateway_name)
            order.reference = "special"
            return order

    req = Special(**{name: value for name, value in vars(request()).items() if name != "vt_symbol"})
    assert OrderTemplate(CONTRACT, "TEST").fill(req, "o-1").reference == "special"
