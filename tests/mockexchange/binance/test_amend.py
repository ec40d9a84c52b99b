"""Order Amend Keep Priority; field lists and texts are those of rest-api.md, errors.md and user-data-stream.md."""

from collections.abc import Callable
from typing import Any

import pytest
from binance_rest import Answer, Rest

from mockexchange import MockExchange
from mockexchange.core.instruments import AMOUNT_RULES

Market = Callable[..., None]
# rest-api.md, "Order Amend Keep Priority", response for a single order
ORDER_FIELDS = [
    "symbol", "orderId", "orderListId", "origClientOrderId", "clientOrderId", "price", "qty", "executedQty", "preventedQty",
    "quoteOrderQty", "cumulativeQuoteQty", "status", "timeInForce", "type", "side", "workingTime", "selfTradePreventionMode",
]


def amend(rest: Rest, **params: Any) -> Answer:
    return rest.signed("PUT", "order/amend/keepPriority", **{"symbol": "BTCUSDT", **params})


def test_the_answer(rest: Rest) -> None:
    placed = rest.order(side="SELL", price="41000", quantity="0.5", newClientOrderId="mine").json
    answer = amend(rest, orderId=placed["orderId"], newQty="0.2")
    assert answer.status == 200, answer.text
    body = answer.json
    order = body["amendedOrder"]
    assert list(body) == ["transactTime", "executionId", "amendedOrder"]
    assert list(order) == ORDER_FIELDS
    assert (order["origClientOrderId"], len(order["clientOrderId"])) == ("mine", 22)
    assert (order["qty"], order["executedQty"], order["status"], order["side"], order["type"]) == (
        "0.20000000", "0.00000000", "NEW", "SELL", "LIMIT"
    )
    found = rest.signed("GET", "order", symbol="BTCUSDT", orderId=placed["orderId"]).json
    assert (found["origQty"], found["clientOrderId"]) == ("0.20000000", order["clientOrderId"])
    assert rest.signed("GET", "openOrders").json[0]["origQty"] == "0.20000000"


def test_amendments(rest: Rest) -> None:
    placed = rest.order(price="39000", quantity="0.5", newClientOrderId="one").json
    first = amend(rest, origClientOrderId="one", newQty="0.4", newClientOrderId="two").json
    amend(rest, origClientOrderId="two", newQty="0.3", newClientOrderId="two")
    rows = rest.signed("GET", "order/amendments", symbol="BTCUSDT", orderId=placed["orderId"]).json
    assert [list(row) for row in rows] == [[
        "symbol", "orderId", "executionId", "origClientOrderId", "newClientOrderId", "origQty", "newQty", "time"
    ]] * 2
    assert [(row["origClientOrderId"], row["newClientOrderId"], row["origQty"], row["newQty"]) for row in rows] == [
        ("one", "two", "0.50000000", "0.40000000"), ("two", "two", "0.40000000", "0.30000000")
    ]
    assert (rows[0]["executionId"], rows[0]["time"]) == (first["executionId"], first["transactTime"])
    later = rest.signed(
        "GET", "order/amendments", symbol="BTCUSDT", orderId=placed["orderId"], fromExecutionId=rows[1]["executionId"]
    ).json
    assert later == rows[1:]


@pytest.mark.parametrize(("quantity", "error"), [
    ("0.6", (400, -2038, "Order amend (quantity increase) is not supported.")),
    ("0.5", (400, -2038, "The requested action would change no state; rejecting")),
    ("0.000001", (400, -1013, "Filter failure: LOT_SIZE")),
    ("0", (400, -1013, "Filter failure: LOT_SIZE")),
    ("0.00001", (400, -1013, "Filter failure: NOTIONAL")),
    ("", (400, -1105, "Parameter 'newQty' was empty.")),
])
def test_refusals(rest: Rest, quantity: str, error: tuple[int, int, str]) -> None:
    rest.order(price="39000", quantity="0.5", newClientOrderId="one")
    assert amend(rest, origClientOrderId="one", newQty=quantity).error == error
    assert rest.signed("GET", "openOrders").json[0]["origQty"] == "0.50000000"


def test_more_refusals(rest: Rest) -> None:
    assert amend(rest, orderId=1, newQty="1").error == (400, -2038, "Unknown order sent.")
    assert amend(rest, newQty="1").error[1] == -1102
    assert amend(rest, orderId=1).error == (
        400, -1102, "Mandatory parameter 'newQty' was not sent, was empty/null, or malformed."
    )
    placed = rest.order(price="39000", quantity="0.5").json
    for n in range(10):
        assert amend(rest, orderId=placed["orderId"], newQty=f"0.4{9 - n}").status == 200
    assert amend(rest, orderId=placed["orderId"], newQty="0.1").error == (400, -2038, "Filter failure: MAX_NUM_ORDER_AMENDS")
    assert rest.signed("GET", "order/amendments", symbol="BTCUSDT", orderId=7).error[1] == -2013


def test_exchange_info_says_so(rest: Rest) -> None:
    symbol = rest.get("exchangeInfo", symbol="BTCUSDT").json["symbols"][0]
    assert symbol["amendAllowed"] is True
    assert {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10} in symbol["filters"]


def test_rules_change_while_it_runs(venue: MockExchange, rest: Rest) -> None:
    old = rest.order(price="39000.01", quantity="0.00123").json
    venue.set_rules("BTCUSDT", tick_size="0.1", step_size="0.001", min_quantity="0.001", min_notional="20", max_num_orders=5)
    filters = {row["filterType"]: row for row in rest.get("exchangeInfo", symbol="BTCUSDT").json["symbols"][0]["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.10000000"
    assert filters["LOT_SIZE"]["stepSize"] == filters["LOT_SIZE"]["minQty"] == "0.00100000"
    assert filters["NOTIONAL"]["minNotional"] == "20.00000000"
    assert filters["MAX_NUM_ORDERS"]["maxNumOrders"] == 5
    assert rest.order(price="39000.01", quantity="0.001").error[2] == "Filter failure: PRICE_FILTER"
    assert rest.order(price="39000", quantity="0.00123").error[2] == "Filter failure: LOT_SIZE"
    assert [row["orderId"] for row in rest.signed("GET", "openOrders").json] == [old["orderId"]]
    for rules, word in (
        ({"tick_size": "-1"}, "tick_size"), ({"nonsense": "x"}, "nonsense"), ({}, "nothing"), ({"tick_size": "x"}, "tick_size"),
        ({"max_num_orders": "x"}, "max_num_orders"),
    ):
        with pytest.raises(ValueError, match=word):
            venue.set_rules("BTCUSDT", **rules)
    with pytest.raises(ValueError, match="unknown symbol"):
        venue.set_rules("NOPE", tick_size="1")
    assert "tick_size" in AMOUNT_RULES
