"""The WebSocket API against web-socket-api.md."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest
from binance_rest import DEADLINE, Rest
from wsapi_client import Api

from mockexchange import MockExchange
from mockexchange.dialects.binance.errors import ApiError
from mockexchange.dialects.binance.wsapi_session import RequestError, read_request


@pytest.fixture
def api(venue: MockExchange) -> Iterator[Api]:
    client = Api(venue)
    yield client
    client.close()


# reading

def test_example_request_of_the_document() -> None:
    """web-socket-api.md, "Request format"."""
    request = read_request(
        '{"id": "e2a85d9f-07a5-4f94-8d5f-789dc3deb097", "method": "v3/order.place", "params": {"symbol": "BTCUSDT",'
        '"side": "BUY", "type": "LIMIT", "price": "0.1", "quantity": 10.50, "timeInForce": "GTC",'
        '"timestamp": 1655716096498, "newOrder": true, "symbols": ["A", "B"]}}'
    )
    assert (request.id, request.method) == ("e2a85d9f-07a5-4f94-8d5f-789dc3deb097", "order.place")
    assert request.values["quantity"] == "10.50", "numbers keep their text"
    assert request.values["timestamp"] == "1655716096498"
    assert (request.values["newOrder"], request.values["symbols"]) == ("true", '["A","B"]')


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"id": [1], "method": "ping"}', '{"id": 1.5, "method": "ping"}'])
def test_what_is_no_request(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_request(text)
    assert caught.value.body() == {"code": -1135, "msg": "Invalid JSON Request"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"id": 7}', -1102), ('{"id": 7, "method": 5}', -1102), ('{"id": 7, "method": "ping", "params": []}', -1102),
        ('{"id": 7, "method": "ping", "foo": 1}', -1103), ('{"id": 7, "method": "ping", "params": {"a": null}}', -1105),
        ('{"id": 7, "method": "ping", "params": {"returnRateLimits": 1}}', -1100),
    ],
)
def test_requests_with_an_id_are_refused_with_it(text: str, code: int) -> None:
    with pytest.raises(RequestError) as caught:
        read_request(text)
    assert (caught.value.code, caught.value.request.id) == (code, 7)


# envelope

def test_envelope(api: Api) -> None:
    answer = api.request("ping")
    assert answer == {
        "id": 1, "status": 200, "result": {},
        "rateLimits": [{
            "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000,
            "count": answer["rateLimits"][0]["count"],
        }],
    }
    assert "rateLimits" not in api.request("time", returnRateLimits=False)
    assert isinstance(api.request("time")["result"]["serverTime"], int)
    api.send("nonsense")
    broken = api.reply()
    assert (broken["id"], broken["status"], broken["error"]) == (
        None, 400, {"code": -1135, "msg": "Invalid JSON Request"},
    )
    assert api.request("order.teleport")["error"] == {"code": -1020, "msg": "This operation is not supported."}
    assert api.request("userDataStream.start")["status"] == 410


def test_options_of_the_connection(venue: MockExchange) -> None:
    api = Api(venue, "?returnRateLimits=false&timeUnit=MICROSECOND")
    answer = api.request("time")
    assert "rateLimits" not in answer
    assert answer["result"]["serverTime"] > 10 ** 15
    assert "rateLimits" in api.request("time", returnRateLimits=True)
    api.close()
    rest = Rest(venue.rest)
    assert rest.call("GET", "/ws-api/v3?timeUnit=HOUR").error[1] == -1194
    rest.connection.close()


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("exchangeInfo", {"symbols": ["BTCUSDT", "ETHUSDT"]}), ("depth", {"symbol": "BTCUSDT", "limit": 5}),
        ("trades.recent", {"symbol": "BTCUSDT", "limit": 1}), ("trades.historical", {"symbol": "BTCUSDT", "fromId": 0}),
        ("trades.aggregate", {"symbol": "BTCUSDT"}), ("klines", {"symbol": "BTCUSDT", "interval": "1m"}),
        ("uiKlines", {"symbol": "BTCUSDT", "interval": "1m"}), ("avgPrice", {"symbol": "BTCUSDT"}),
        ("ticker.24hr", {"symbol": "BTCUSDT"}), ("ticker.price", {}), ("ticker.book", {"symbols": ["BTCUSDT"]}),
        ("ticker", {"symbol": "BTCUSDT", "windowSize": "7d"}), ("ticker.tradingDay", {"symbol": "BTCUSDT"}),
    ],
)
def test_market_data(api: Api, method: str, params: dict[str, Any]) -> None:
    answer = api.request(method, **params)
    assert answer["status"] == 200, answer
    assert "rateLimits" in answer


# trading

def test_order_life(api: Api) -> None:
    placed = api.order(price="39000", newClientOrderId="ws-1")
    assert placed["status"] == 200, placed
    result = placed["result"]
    assert (result["status"], result["clientOrderId"], result["fills"]) == ("NEW", "ws-1", [])
    assert [row["rateLimitType"] for row in placed["rateLimits"]] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
    assert placed["rateLimits"][0]["count"] == 1
    order_id = result["orderId"]
    assert api.signed("order.status", symbol="BTCUSDT", orderId=order_id)["result"]["status"] == "NEW"
    assert len(api.signed("openOrders.status", symbol="BTCUSDT")["result"]) == 1
    gone = api.signed("order.cancel", symbol="BTCUSDT", origClientOrderId="ws-1")
    assert gone["result"]["status"] == "CANCELED"
    assert api.signed("order.cancel", symbol="BTCUSDT", orderId=order_id)["error"] == {
        "code": -2011, "msg": "Unknown order sent.",
    }
    assert api.signed("openOrders.cancelAll", symbol="BTCUSDT")["error"]["code"] == -2011
    assert [row["orderId"] for row in api.signed("allOrders", symbol="BTCUSDT")["result"]] == [order_id]
    assert api.signed("myTrades", symbol="BTCUSDT")["result"] == []
    assert api.signed("account.commission", symbol="BTCUSDT")["result"]["symbol"] == "BTCUSDT"
    assert api.signed("account.rateLimits.orders")["result"][0]["count"] == 1
    balances = {row["asset"]: row for row in api.signed("account.status", omitZeroBalances=True)["result"]["balances"]}
    assert balances["USDT"]["free"] == "100000.00000000"


def test_amend(api: Api) -> None:
    """web-socket-api.md, "Order Amend Keep Priority" and "Query Order Amendments"; user-data-stream.md, "Order Update"."""
    api.signed("userDataStream.subscribe.signature")
    placed = api.order(price="39000", quantity="0.5", newClientOrderId="my_test_order1")["result"]
    while api.event()["event"]["e"] != "outboundAccountPosition":
        pass
    answer = api.signed(
        "order.amend.keepPriority", symbol="BTCUSDT", origClientOrderId="my_test_order1", newQty="0.2",
        newClientOrderId="4zR9HFcEq8gM1tWUqPEUHc",
    )
    assert answer["status"] == 200
    body = answer["result"]
    assert list(body) == ["transactTime", "executionId", "amendedOrder"]
    assert (body["amendedOrder"]["qty"], body["amendedOrder"]["origClientOrderId"], body["amendedOrder"]["clientOrderId"]) == (
        "0.20000000", "my_test_order1", "4zR9HFcEq8gM1tWUqPEUHc"
    )
    event = api.event()["event"]
    assert event["e"] == "executionReport"
    assert {name: event[name] for name in "xXqzcCiIlrLwt"} == {
        "x": "REPLACED", "X": "NEW", "q": "0.20000000", "z": "0.00000000", "c": "4zR9HFcEq8gM1tWUqPEUHc", "C": "my_test_order1",
        "i": placed["orderId"], "I": body["executionId"], "l": "0.00000000", "r": "NONE", "L": "0.00000000", "w": True, "t": -1,
    }
    balance = api.event()["event"]
    assert balance["e"] == "outboundAccountPosition"
    assert {row["a"]: row["l"] for row in balance["B"]} == {"USDT": "7800.00000000"}
    rows = api.signed("order.amendments", symbol="BTCUSDT", orderId=placed["orderId"])["result"]
    assert [(row["origQty"], row["newQty"], row["executionId"]) for row in rows] == [
        ("0.50000000", "0.20000000", body["executionId"])
    ]
    refused = api.signed("order.amend.keepPriority", symbol="BTCUSDT", orderId=placed["orderId"], newQty="0.3")
    assert (refused["status"], refused["error"]) == (
        400, {"code": -2038, "msg": "Order amend (quantity increase) is not supported."}
    )


def test_cancel_replace(api: Api) -> None:
    old = api.order(price="39000")["result"]["orderId"]
    new = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
        "price": "39001", "cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": old,
    }
    assert api.signed("order.cancelReplace", **new)["result"]["newOrderResult"] == "SUCCESS"
    failed = api.signed("order.cancelReplace", **new)
    assert (failed["status"], failed["error"]["code"]) == (400, -2022)
    assert failed["error"]["data"]["newOrderResult"] == "NOT_ATTEMPTED"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"price": "39000.001"}, 400, -1013), ({"price": "39000", "quantity": "100"}, 400, -2010),
        ({"price": "39000", "apiKey": "nobody"}, 401, -2015), ({"price": "39000", "apiKey": "a b"}, 401, -2014),
        ({"price": "39000", "timestamp": 1}, 400, -1021), ({"price": "39000", "foo": "bar"}, 400, -1104),
    ],
)
def test_refusals(api: Api, changes: dict[str, Any], status: int, code: int) -> None:
    answer = api.order(**changes)
    assert (answer["status"], answer["error"]["code"]) == (status, code)


def test_signature_is_needed(api: Api) -> None:
    assert api.request("account.status")["error"]["code"] == -1102
    params = api.sign({})
    assert api.request("account.status", **{**params, "signature": "0" * 64})["error"] == {
        "code": -1022, "msg": "Signature for this request is not valid.",
    }
    assert api.request("account.status", **{**params, "signature": params["signature"].upper()})["status"] == 200


# sessions and user data

def test_sessions_are_for_ed25519(api: Api) -> None:
    logon = api.signed("session.logon")
    assert logon["error"] == {"code": -4056, "msg": "HMAC_SHA256 API key is not supported."}
    assert api.request("userDataStream.subscribe")["error"]["code"] == -1002
    status = api.request("session.status")["result"]
    assert list(status) == [
        "apiKey", "authorizedSince", "connectedSince", "returnRateLimits", "serverTime", "userDataStream",
    ]
    assert (status["apiKey"], status["userDataStream"]) == (None, False)
    assert api.request("session.logout")["result"]["apiKey"] is None


def test_subscriptions(api: Api) -> None:
    assert api.signed("userDataStream.subscribe.signature")["result"] == {"subscriptionId": 0}
    again = api.signed("userDataStream.subscribe.signature")
    assert again["error"] == {"code": -2035, "msg": "User Data Stream subscription already active."}
    assert api.request("session.subscriptions")["result"] == [{"subscriptionId": 0}]
    assert api.request("session.status")["result"]["userDataStream"] is True
    assert api.request("userDataStream.unsubscribe", subscriptionId=5)["error"]["code"] == -2036
    assert api.request("userDataStream.unsubscribe", subscriptionId=0)["result"] == {}
    assert api.signed("userDataStream.subscribe.signature")["result"] == {"subscriptionId": 1}
    assert api.request("userDataStream.unsubscribe")["result"] == {}
    assert api.request("session.subscriptions")["result"] == []


def test_reply_comes_before_the_events_of_the_order(api: Api) -> None:
    api.signed("userDataStream.subscribe.signature")
    placed = api.order(price="39000", newClientOrderId="mine")
    assert api.events == [], "the reply was first"
    report = api.event()
    assert report["subscriptionId"] == 0
    event = report["event"]
    assert (event["e"], event["x"], event["X"], event["c"], event["i"]) == (
        "executionReport", "NEW", "NEW", "mine", placed["result"]["orderId"],
    )
    position = api.event()["event"]
    assert (position["e"], position["B"]) == (
        "outboundAccountPosition", [{"a": "USDT", "f": "99610.00000000", "l": "390.00000000"}],
    )
    api.signed("order.cancel", symbol="BTCUSDT", origClientOrderId="mine", newClientOrderId="bye")
    canceled = api.event()["event"]
    assert (canceled["x"], canceled["c"], canceled["C"]) == ("CANCELED", "bye", "mine")


def test_events_of_orders_placed_elsewhere(
    venue: MockExchange, api: Api, rest: Rest, other: Rest, market: Callable[..., None]
) -> None:
    api.signed("userDataStream.subscribe.signature")
    other.order(price="39000")
    rest.order(price="39000")
    assert api.event()["event"]["x"] == "NEW"
    assert api.event()["event"]["e"] == "outboundAccountPosition"
    venue.set_price("BTCUSDT", "38000")
    trade = api.event()["event"]
    assert (trade["x"], trade["X"], trade["L"], trade["m"]) == ("TRADE", "FILLED", "39000.00000000", True)


def test_two_accounts_on_one_connection(api: Api, rest: Rest, other: Rest) -> None:
    api.signed("userDataStream.subscribe.signature")
    api.key, api.secret = "other", "other-secret"
    assert api.signed("userDataStream.subscribe.signature")["result"] == {"subscriptionId": 1}
    other.order(price="39000")
    assert api.event()["subscriptionId"] == 1


# faults and limits

def test_a_hanging_order_holds_nothing_else(venue: MockExchange, api: Api) -> None:
    venue.faults.add(match="WS order.place", stage="after_engine", action="hang")
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    api.send(json.dumps({"id": "lost", "method": "order.place", "params": api.sign({**params, "price": "39000"})}))
    assert api.request("ping")["status"] == 200
    assert len(api.signed("openOrders.status")["result"]) == 1


def test_a_fault_answers_in_the_envelope(venue: MockExchange, api: Api) -> None:
    body = {"code": -1007, "msg": "Timeout waiting for response from backend server."}
    venue.faults.add(match="WS order.place", stage="after_engine", action="status", status=503, body=body)
    answer = api.order(price="39000")
    assert (answer["status"], answer["error"]) == (503, body)
    assert len(api.signed("openOrders.status")["result"]) == 1, "the order was placed all the same"
    venue.faults.add(match="WS order.*", stage="before_engine", action="status", status=503, body=body)
    assert api.order(price="39001")["status"] == 503
    assert len(api.signed("openOrders.status")["result"]) == 1


def test_a_reset_cuts_the_connection(venue: MockExchange, api: Api) -> None:
    venue.faults.add(match="WS order.place", stage="on_reply", action="reset")
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    api.send(json.dumps({"id": 1, "method": "order.place", "params": api.sign({**params, "price": "39000"})}))
    message = api.loop.run_until_complete(api.socket.receive(DEADLINE))
    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSE)
