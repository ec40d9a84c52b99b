"""Orders over REST; field lists and texts are those of rest-api.md and errors.md."""

import time
from collections.abc import Callable

import pytest
from binance_rest import Answer, Rest

from mockexchange import MockExchange

# rest-api.md, "New order", RESULT
RESULT_FIELDS = [
    "symbol", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "origQty", "executedQty",
    "origQuoteOrderQty", "cummulativeQuoteQty", "status", "timeInForce", "type", "side", "workingTime",
    "selfTradePreventionMode",
]
# rest-api.md, "Cancel order"
CANCEL_FIELDS = [
    "symbol", "origClientOrderId", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "origQty",
    "executedQty", "origQuoteOrderQty", "cummulativeQuoteQty", "status", "timeInForce", "type", "side",
    "selfTradePreventionMode",
]
MISSING = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."

Market = Callable[..., None]


def balance(rest: Rest, asset: str) -> tuple[str, str]:
    for row in rest.signed("GET", "account").json["balances"]:
        if row["asset"] == asset:
            return row["free"], row["locked"]
    raise AssertionError(f"no {asset}")


def test_resting_limit_order(rest: Rest) -> None:
    answer = rest.order(price="39000", newClientOrderId="mine-1")
    assert answer.status == 200
    body = answer.json
    assert list(body) == [*RESULT_FIELDS, "fills"]
    assert (body["status"], body["price"], body["origQty"]) == ("NEW", "39000.00000000", "0.01000000")
    assert body["executedQty"] == body["cummulativeQuoteQty"] == body["origQuoteOrderQty"] == "0.00000000"
    assert (body["clientOrderId"], body["orderListId"], body["fills"]) == ("mine-1", -1, [])
    assert body["transactTime"] == body["workingTime"]
    assert answer.headers["x-mbx-order-count-10s"] == answer.headers["x-mbx-order-count-1d"] == "1"
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert balance(rest, "USDT") == ("99610.00000000", "390.00000000")


def test_response_types(rest: Rest, market: Market) -> None:
    ack = rest.order(price="39000", newOrderRespType="ACK").json
    assert list(ack) == RESULT_FIELDS[:5]
    assert len(ack["clientOrderId"]) == 22
    assert list(rest.order(price="39000", newOrderRespType="RESULT").json) == RESULT_FIELDS
    maker = rest.order(type="LIMIT_MAKER", timeInForce=None, price="39000").json
    assert list(maker) == RESULT_FIELDS[:5], "LIMIT_MAKER answers ACK by default"


def test_market_order_walks_the_book(rest: Rest, market: Market) -> None:
    market(("SELL", "40010", "0.5"), ("SELL", "40020", "0.5"))
    body = rest.order(type="MARKET", timeInForce=None, quantity="0.7").json
    assert (body["status"], body["executedQty"], body["price"]) == ("FILLED", "0.70000000", "0.00000000")
    assert body["cummulativeQuoteQty"] == "28009.00000000"
    assert [(fill["price"], fill["qty"], fill["commission"], fill["commissionAsset"]) for fill in body["fills"]] == [
        ("40010.00000000", "0.50000000", "0.00050000", "BTC"),
        ("40020.00000000", "0.20000000", "0.00020000", "BTC"),
    ]
    assert list(body["fills"][0]) == ["price", "qty", "commission", "commissionAsset", "tradeId"]
    assert balance(rest, "USDT") == ("71991.00000000", "0.00000000")
    assert balance(rest, "BTC")[0] == "1.69930000"


def test_market_order_by_quote(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    body = rest.order(type="MARKET", timeInForce=None, quantity=None, quoteOrderQty="100").json
    assert (body["status"], body["origQuoteOrderQty"], body["executedQty"]) == (
        "FILLED", "100.00000000", "0.00250000",
    )


def test_ioc_and_fok(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "0.01"))
    ioc = rest.order(price="40000", quantity="0.03", timeInForce="IOC").json
    assert (ioc["status"], ioc["executedQty"], ioc["expiryReason"]) == (
        "EXPIRED", "0.01000000", "UNFILLED_IOC_QUANTITY_EXPIRED",
    )
    market(("SELL", "40000", "0.01"))
    fok = rest.order(price="40000", quantity="0.03", timeInForce="FOK").json
    assert (fok["status"], fok["executedQty"], fok["expiryReason"]) == (
        "EXPIRED", "0.00000000", "UNFILLED_FOK_ORDER_EXPIRED",
    )
    assert rest.order(price="40000", quantity="0.01", timeInForce="FOK").json["status"] == "FILLED"


def test_query_and_cancel(rest: Rest) -> None:
    order_id = rest.order(price="39000", newClientOrderId="mine-1").json["orderId"]
    found = rest.signed("GET", "order", symbol="BTCUSDT", orderId=order_id).json
    # rest-api.md, "Query order"
    assert list(found) == [
        "symbol", "orderId", "orderListId", "clientOrderId", "price", "origQty", "executedQty", "cummulativeQuoteQty",
        "status", "timeInForce", "type", "side", "stopPrice", "icebergQty", "time", "updateTime", "isWorking",
        "workingTime", "origQuoteOrderQty", "selfTradePreventionMode",
    ]
    assert (found["status"], found["isWorking"]) == ("NEW", True)
    gone = rest.signed("DELETE", "order", symbol="BTCUSDT", origClientOrderId="mine-1", newClientOrderId="c-1").json
    assert list(gone) == CANCEL_FIELDS
    assert (gone["origClientOrderId"], gone["clientOrderId"], gone["status"]) == ("mine-1", "c-1", "CANCELED")
    assert balance(rest, "USDT") == ("100000.00000000", "0.00000000")
    again = rest.signed("DELETE", "order", symbol="BTCUSDT", orderId=order_id)
    assert again.error == (400, -2011, "Unknown order sent.")
    assert rest.signed("GET", "order", symbol="BTCUSDT", orderId=order_id).json["status"] == "CANCELED"


def test_generated_cancel_id(rest: Rest) -> None:
    rest.order(price="39000", newClientOrderId="mine-1")
    gone = rest.signed("DELETE", "order", symbol="BTCUSDT", origClientOrderId="mine-1").json
    assert gone["origClientOrderId"] == "mine-1"
    assert gone["clientOrderId"] not in ("", "mine-1")


def test_form_body_and_mix(rest: Rest) -> None:
    """rest-api.md, "General Information on Endpoints": query string, form, or both."""
    answer = rest.signed(
        "POST", "order", in_body=True, symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01",
        price="39000",
    )
    assert answer.status == 200, answer.text
    order_id = answer.json["orderId"]
    assert rest.signed("DELETE", "order", in_body=True, symbol="BTCUSDT", orderId=order_id).status == 200


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"symbol": "NOPE"}, -1121, "Invalid symbol."),
        ({"symbol": None}, -1102, MISSING.format("symbol")),
        ({"side": "LONG"}, -1117, "Invalid side."),
        ({"side": None}, -1102, MISSING.format("side")),
        ({"type": "MAGIC"}, -1116, "Invalid orderType."),
        ({"timeInForce": "DAY"}, -1115, "Invalid timeInForce."),
        ({"timeInForce": None}, -1102, MISSING.format("timeInForce")),
        ({"price": None}, -1102, MISSING.format("price")),
        ({"quantity": None}, -1102, MISSING.format("quantity")),
        ({"quantity": ""}, -1105, "Parameter 'quantity' was empty."),
        ({"quantity": "one"}, -1100,
         r"Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'."),
        ({"quantity": "0.123456789"}, -1111, "Parameter 'quantity' has too much precision."),
        ({"quantity": "0.000001"}, -1013, "Filter failure: LOT_SIZE"),
        ({"quantity": "0"}, -1013, "Filter failure: LOT_SIZE"),
        ({"price": "39000.001"}, -1013, "Filter failure: PRICE_FILTER"),
        ({"price": "0"}, -1013, "Filter failure: PRICE_FILTER"),
        ({"price": "1000"}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        ({"quantity": "0.0001"}, -1013, "Filter failure: NOTIONAL"),
        ({"quantity": "100"}, -2010, "Account has insufficient balance for requested action."),
        ({"newClientOrderId": "with space"}, -1100,
         "Illegal characters found in parameter 'newClientOrderId'; "
         r"legal range is '^[\.A-Z\:/a-z0-9_-]{1,36}$'."),
        ({"stopPrice": "1"}, -1106, "Parameter 'stopPrice' sent when not required."),
        ({"quoteOrderQty": "1"}, -1106, "Parameter 'quoteOrderQty' sent when not required."),
        ({"type": "MARKET", "timeInForce": "GTC", "price": None}, -1114,
         "TimeInForce parameter sent when not required."),
        ({"type": "MARKET", "timeInForce": None}, -1106, "Parameter 'price' sent when not required."),
        ({"type": "MARKET", "timeInForce": None, "price": None, "quantity": None}, -1102,
         "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"),
        ({"type": "STOP_LOSS_LIMIT"}, -1102,
         "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"),
        ({"type": "STOP_LOSS_LIMIT", "stopPrice": "39500"}, -2010, "Order would trigger immediately."),
        ({"strategyType": "5"}, -1134, "strategyType was less than 1000000."),
        ({"foo": "1"}, -1104, "Not all sent parameters were read; read '8' parameter(s) but was sent '9'."),
        ({"recvWindow": "60001"}, -1102, "'recvWindow' contains unexpected value. Cannot be greater than 60000."),
        ({"selfTradePreventionMode": "SOME"}, -1130, "Data sent for parameter 'selfTradePreventionMode' is not valid."),
    ],
)
def test_refusals(rest: Rest, changes: dict[str, str], code: int, text: str) -> None:
    order = {"price": "39000", **changes}
    assert rest.order(**order).error == (400, code, text)
    assert rest.signed("GET", "openOrders").json == []


def test_post_only_refused(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    answer = rest.order(type="LIMIT_MAKER", timeInForce=None, price="40000")
    assert answer.error == (400, -2010, "Order would immediately match and take.")
    assert rest.order(type="LIMIT_MAKER", timeInForce="GTC", price="39990").status == 200


def test_duplicate_client_id(rest: Rest) -> None:
    rest.order(price="39000", newClientOrderId="twice")
    assert rest.order(price="39000", newClientOrderId="twice").error == (400, -2010, "Duplicate order sent.")


def test_security(venue: MockExchange, rest: Rest) -> None:
    path = "/api/v3/account?" + rest.sign({})
    assert rest.call("GET", path).error == (401, -2014, "API-key format invalid.")
    assert rest.call("GET", path, {"X-MBX-APIKEY": "a b"}).error == (401, -2014, "API-key format invalid.")
    nobody = Rest(venue.rest, "nobody", "x")
    wrong = Rest(venue.rest, "mock-key", "wrong")
    assert nobody.signed("GET", "account").error == (401, -2015, "Invalid API-key, IP, or permissions for action.")
    assert wrong.signed("GET", "account").error == (400, -1022, "Signature for this request is not valid.")
    nobody.connection.close()
    wrong.connection.close()
    now = int(time.time() * 1000)
    assert rest.signed("GET", "account", timestamp=now + 60_000).error == (
        400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.",
    )
    assert rest.signed("GET", "account", timestamp=now - 10_000).error == (
        400, -1021, "Timestamp for this request is outside of the recvWindow.",
    )
    assert rest.signed("GET", "account", timestamp=now - 10_000, recvWindow="20000.5").status == 200
    assert rest.signed("GET", "account", timestamp=now * 1000).status == 200
    bare = {"X-MBX-APIKEY": "mock-key"}
    assert rest.call("GET", "/api/v3/account", bare).error == (400, -1102, MISSING.format("timestamp"))
    assert rest.call("GET", f"/api/v3/account?timestamp={now}", bare).error == (400, -1102, MISSING.format("signature"))


def test_the_clock_is_looked_at_again_before_the_engine(venue: MockExchange, rest: Rest) -> None:
    venue.faults.add(match="POST /api/v3/order", stage="before_engine", action="delay", ms=60)
    answer = rest.order(price="39000", recvWindow="40")
    assert answer.error == (400, -1021, "Timestamp for this request is outside of the recvWindow.")
    assert rest.signed("GET", "openOrders").json == []


def test_order_test(rest: Rest) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    assert rest.signed("POST", "order/test", **order, price="39000").json == {}
    rates = rest.signed("POST", "order/test", **order, price="39000", computeCommissionRates="true").json
    assert list(rates) == [
        "standardCommissionForOrder", "specialCommissionForOrder", "taxCommissionForOrder", "discount",
    ]
    assert rates["standardCommissionForOrder"] == {"maker": "0.00100000", "taker": "0.00100000"}
    assert rest.signed("POST", "order/test", **order, price="39000.001").error[1:] == (
        -1013, "Filter failure: PRICE_FILTER",
    )
    assert rest.signed("GET", "openOrders").json == []


def test_stop_order_lives_and_is_canceled(rest: Rest) -> None:
    placed = rest.order(type="STOP_LOSS_LIMIT", side="SELL", price="38900", stopPrice="39000", newOrderRespType="RESULT")
    assert placed.status == 200, placed.text
    assert placed.json["stopPrice"] == "39000.00000000"
    assert placed.json["workingTime"] == -1, "rest-api.md, the waiting stop of \"New Order list - OCO\""
    found = rest.signed("GET", "openOrders", symbol="BTCUSDT").json[0]
    assert (found["isWorking"], found["workingTime"], found["stopPrice"]) == (False, -1, "39000.00000000")
    assert rest.signed("DELETE", "order", symbol="BTCUSDT", orderId=found["orderId"]).json["stopPrice"] == "39000.00000000"


def test_working_time_of_a_stop(venue: MockExchange, rest: Rest, market: Callable[..., None]) -> None:
    """
    -1 in whatever shows it while the stop waits: answers to a placement (rest-api.md, "New Order list - OCO", the report of
    the STOP_LOSS_LIMIT; "Cancel an Existing Order and Send a New Order"), to queries, to an amendment; then the time at which it came
    to the book. A cancel's answer has no such field ("Cancel order").
    """
    market(("SELL", "40010", "1"), ("BUY", "39500", "1"), ("BUY", "38000", "1"))
    stop = {"type": "STOP_LOSS_LIMIT", "side": "SELL", "price": "38900", "stopPrice": "39000", "quantity": "0.5"}
    assert "workingTime" not in rest.order(**stop, newOrderRespType="ACK", newClientOrderId="acknowledged").json
    assert rest.order(**stop, newOrderRespType="FULL").json["workingTime"] == -1
    placed = rest.signed("POST", "order/cancelReplace", symbol="BTCUSDT", timeInForce="GTC", **stop, newOrderRespType="RESULT",
                         cancelReplaceMode="STOP_ON_FAILURE", cancelOrigClientOrderId="acknowledged").json["newOrderResponse"]
    assert placed["workingTime"] == -1
    amended = rest.signed("PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=placed["orderId"], newQty="0.2")
    assert amended.json["amendedOrder"]["workingTime"] == -1
    call = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert rest.signed("GET", "order", **call).json["workingTime"] == -1
    for path in ("openOrders", "allOrders"):
        assert {row["workingTime"] for row in rest.signed("GET", path, symbol="BTCUSDT").json if row["status"] == "NEW"} == {-1}
    gone = rest.signed("DELETE", "order", **call).json
    assert gone["status"] == "CANCELED" and "workingTime" not in gone
    assert rest.signed("GET", "order", **call).json["workingTime"] == -1, "it never came to the book"
    venue.set_price("BTCUSDT", "39000")
    other, = rest.signed("GET", "openOrders", symbol="BTCUSDT").json
    assert other["isWorking"] and other["workingTime"] >= other["time"]


def test_cancel_errors(rest: Rest) -> None:
    assert rest.signed("DELETE", "order", symbol="BTCUSDT").error[1] == -1102
    order_id = rest.order(price="39000", newClientOrderId="mine").json["orderId"]
    call = {"symbol": "BTCUSDT", "orderId": order_id}
    assert rest.signed("DELETE", "order", **call, cancelRestrictions="MAYBE").error[1:] == (
        -1145, "Invalid cancelRestrictions",
    )
    assert rest.signed("DELETE", "order", **call, cancelRestrictions="ONLY_PARTIALLY_FILLED").error[1:] == (
        -2011, "Order was not canceled due to cancel restrictions.",
    )
    assert rest.signed("DELETE", "order", **call, cancelRestrictions="ONLY_NEW").status == 200
    assert rest.signed("DELETE", "openOrders", symbol="BTCUSDT").error[1:] == (-2011, "Unknown order sent.")


def test_cancel_all(rest: Rest) -> None:
    ids = [rest.order(price=str(39000 + step)).json["orderId"] for step in range(3)]
    gone = rest.signed("DELETE", "openOrders", symbol="BTCUSDT").json
    assert [row["orderId"] for row in gone] == ids
    assert list(gone[0]) == CANCEL_FIELDS


def replace(rest: Rest, mode: str = "STOP_ON_FAILURE", **params: object) -> Answer:
    base = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
        "price": "39001", "cancelReplaceMode": mode,
    }
    return rest.signed("POST", "order/cancelReplace", **{**base, **params})


def test_cancel_replace(rest: Rest) -> None:
    """rest-api.md, "Cancel an Existing Order and Send a New Order"."""
    old = rest.order(price="39000").json["orderId"]
    answer = replace(rest, cancelOrderId=old)
    assert answer.status == 200, answer.text
    assert list(answer.json) == ["cancelResult", "newOrderResult", "cancelResponse", "newOrderResponse"]
    assert answer.json["cancelResponse"]["orderId"] == old
    assert answer.json["newOrderResponse"]["status"] == "NEW"
    assert len(rest.signed("GET", "openOrders").json) == 1

    failed = replace(rest, cancelOrderId=old)
    assert failed.error == (400, -2022, "Order cancel-replace failed.")
    assert failed.json["data"] == {
        "cancelResult": "FAILURE", "newOrderResult": "NOT_ATTEMPTED",
        "cancelResponse": {"code": -2011, "msg": "Unknown order sent."}, "newOrderResponse": None,
    }
    partly = replace(rest, "ALLOW_FAILURE", cancelOrderId=old, price="39002")
    assert partly.error == (409, -2021, "Order cancel-replace partially failed.")
    assert (partly.json["data"]["cancelResult"], partly.json["data"]["newOrderResult"]) == ("FAILURE", "SUCCESS")
    both = replace(rest, "ALLOW_FAILURE", cancelOrderId=old, quantity="50")
    assert both.error == (400, -2022, "Order cancel-replace failed.")
    assert both.json["data"]["newOrderResponse"]["code"] == -2010


def test_cancel_replace_whose_new_order_is_refused(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    old = rest.order(price="39000").json["orderId"]
    answer = rest.signed(
        "POST", "order/cancelReplace", symbol="BTCUSDT", side="BUY", type="LIMIT_MAKER", quantity="0.01",
        price="40000", cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=old,
    )
    assert answer.error == (409, -2021, "Order cancel-replace partially failed.")
    assert answer.json["data"]["newOrderResponse"] == {
        "code": -2010, "msg": "Order would immediately match and take.",
    }
    filtered = replace(rest, cancelOrderId=rest.order(price="39000").json["orderId"], price="39000.001")
    assert filtered.error == (400, -1013, "Filter failure: PRICE_FILTER")
    assert len(rest.signed("GET", "openOrders").json) == 1, "filters are evaluated before the cancel"


def test_cancel_replace_spends_what_the_cancel_frees(rest: Rest) -> None:
    old = rest.order(price="39000", quantity="2.5").json["orderId"]
    assert replace(rest, cancelOrderId=old, quantity="2.5").status == 200


def test_microseconds(rest: Rest) -> None:
    answer = rest.signed(
        "POST", "order", {"X-MBX-TIME-UNIT": "MICROSECOND"}, symbol="BTCUSDT", side="BUY", type="LIMIT",
        timeInForce="GTC", quantity="0.01", price="39000",
    )
    assert answer.json["transactTime"] > 10 ** 15
    wrong = rest.call("GET", "/api/v3/time", {"X-MBX-TIME-UNIT": "HOUR"})
    assert wrong.error[1] == -1194


def test_listen_keys_are_gone(rest: Rest) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = rest.call(method, "/api/v3/userDataStream", {"X-MBX-APIKEY": "mock-key"})
        assert answer.error == (410, -1016, "This service is no longer available.")
    assert rest.call("GET", "/api/v3/nothing").status == 404
