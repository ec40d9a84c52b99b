"""Order lists over the wire: parameters and refusals in the words of rest-api.md, errors.md and filters.md. Whole bodies: transcripts/lists.txt."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from binance_rest import Answer, Rest
from msgspec import to_builtins
from test_wsapi import Api

from mockexchange import MockExchange
from mockexchange.core.events import ListReport
from mockexchange.core.exchange import Exchange
from mockexchange.dialects.binance.list_params import ABOVE, PAID_BELOW, names_of
from mockexchange.dialects.binance.limits import Limits, LimitSettings
from mockexchange.dialects.binance.user_data import RENDERERS
from mockexchange.dialects.common.spot import default_instruments

Market = Callable[..., None]

# rest-api.md: the examples' own requests, moved to the mock's prices
OCO: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.1", "aboveType": "LIMIT_MAKER", "abovePrice": "41000",
    "belowType": "STOP_LOSS_LIMIT", "belowStopPrice": "39000", "belowPrice": "38990", "belowTimeInForce": "GTC",
}
OLD: dict[str, Any] = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.1", "price": "41000", "stopPrice": "39000"}
WORKING: dict[str, Any] = {
    "symbol": "BTCUSDT", "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": "39900", "workingQuantity": "0.1", "workingTimeInForce": "GTC",
}
OTO: dict[str, Any] = {**WORKING, "pendingType": "MARKET", "pendingSide": "SELL", "pendingQuantity": "0.1"}
OPO: dict[str, Any] = {**WORKING, "pendingType": "MARKET", "pendingSide": "SELL"}
PAIR: dict[str, Any] = {
    "pendingSide": "SELL", "pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": "41000", "pendingBelowType": "STOP_LOSS", "pendingBelowStopPrice": "39000",
}
OTOCO: dict[str, Any] = {**WORKING, **PAIR, "pendingQuantity": "0.1"}
OPOCO: dict[str, Any] = {**WORKING, **PAIR}

# rest-api.md, "New Order list - OCO", the response
HEAD = [
    "orderListId", "contingencyType", "listStatusType", "listOrderStatus", "listClientOrderId", "transactionTime", "symbol", "orders", "orderReports",
]
REPORT = {
    "symbol", "orderId", "orderListId", "clientOrderId", "transactTime", "price", "origQty", "executedQty", "origQuoteOrderQty",
    "cummulativeQuoteQty", "status", "timeInForce", "type", "side", "workingTime", "selfTradePreventionMode",
}


@pytest.fixture
def api(venue: MockExchange) -> Iterator[Api]:
    client = Api(venue)
    yield client
    client.close()


@pytest.fixture(autouse=True)
def touch(market: Market) -> None:
    """The last price is the one an instrument starts with, 40000; these are around it."""
    market(("BUY", "39950", "10"), ("SELL", "40050", "10"))


def place(rest: Rest, kind: str, given: dict[str, Any], **changes: Any) -> Answer:
    params = {name: value for name, value in {**given, **changes}.items() if value is not None}
    return rest.signed("POST", "order/oco" if kind == "old" else f"orderList/{kind}", **params)


# -- answers

@pytest.mark.parametrize(("kind", "given", "contingency", "types", "statuses"), [
    ("oco", OCO, "OCO", ["STOP_LOSS_LIMIT", "LIMIT_MAKER"], ["NEW", "NEW"]),
    ("old", OLD, "OCO", ["STOP_LOSS", "LIMIT_MAKER"], ["NEW", "NEW"]),
    ("oto", OTO, "OTO", ["LIMIT", "MARKET"], ["NEW", "PENDING_NEW"]),
    ("otoco", OTOCO, "OTO", ["LIMIT", "STOP_LOSS", "LIMIT_MAKER"], ["NEW", "PENDING_NEW", "PENDING_NEW"]),
    ("opo", OPO, "OTO", ["LIMIT", "MARKET"], ["NEW", "PENDING_NEW"]),
    ("opoco", OPOCO, "OTO", ["LIMIT", "STOP_LOSS", "LIMIT_MAKER"], ["NEW", "PENDING_NEW", "PENDING_NEW"]),
])
def test_every_kind(rest: Rest, kind: str, given: dict[str, Any], contingency: str, types: list[str], statuses: list[str]) -> None:
    answer = place(rest, kind, given, newOrderRespType="RESULT")
    assert answer.status == 200, answer.text
    body = answer.json
    assert list(body) == HEAD
    assert (body["contingencyType"], body["listStatusType"], body["listOrderStatus"]) == (contingency, "EXEC_STARTED", "EXECUTING")
    reports = body["orderReports"]
    assert ([each["type"] for each in reports], [each["status"] for each in reports]) == (types, statuses)
    without_quantity = {"origQty"} if kind.startswith("opo") else set()
    for report, status in zip(reports, statuses, strict=True):
        missing = without_quantity if status == "PENDING_NEW" else set()
        assert set(report) - {"stopPrice"} == REPORT - missing
        assert (report["workingTime"] == -1) == (status == "PENDING_NEW" or report["type"].startswith("STOP"))
    assert [each["orderId"] for each in body["orders"]] == [each["orderId"] for each in reports]
    assert answer.headers["x-mbx-order-count-10s"] == str(len(types))            # "Unfilled Order Count"
    shown = rest.signed("GET", "openOrders", symbol="BTCUSDT").json
    assert [(each["orderListId"], each["status"]) for each in shown] == [(body["orderListId"], status) for status in statuses]


def test_the_format_of_the_reports(rest: Rest) -> None:
    ack = place(rest, "oco", OCO, newOrderRespType="ACK").json["orderReports"]
    assert [list(each) for each in ack] == [["symbol", "orderId", "orderListId", "clientOrderId", "transactTime"]] * 2
    full = place(rest, "oco", OCO).json["orderReports"]
    assert [each["fills"] for each in full] == [[], []]


def test_pairs_of_contingent_orders(rest: Rest) -> None:
    """rest-api.md: LIMIT_MAKER/TAKE_PROFIT/TAKE_PROFIT_LIMIT with STOP_LOSS or STOP_LOSS_LIMIT, above and below by side."""
    sell = {**OCO, "aboveType": "TAKE_PROFIT", "abovePrice": None, "aboveStopPrice": "41000"}
    assert [each["type"] for each in place(rest, "oco", sell).json["orderReports"]] == ["STOP_LOSS_LIMIT", "TAKE_PROFIT"]
    buy = {
        "symbol": "BTCUSDT", "side": "BUY", "quantity": "0.1", "aboveType": "STOP_LOSS", "aboveStopPrice": "41000",
        "belowType": "TAKE_PROFIT_LIMIT", "belowStopPrice": "39000", "belowPrice": "39010", "belowTimeInForce": "GTC",
    }
    assert [each["type"] for each in place(rest, "oco", buy).json["orderReports"]] == ["STOP_LOSS", "TAKE_PROFIT_LIMIT"]


# -- parameters

@pytest.mark.parametrize(("kind", "given", "changes", "error"), [
    ("oco", OCO, {"aboveType": None}, (-1102, "Mandatory parameter 'aboveType' was not sent, was empty/null, or malformed.")),
    ("oco", OCO, {"side": None}, (-1102, "Mandatory parameter 'side' was not sent, was empty/null, or malformed.")),
    ("oco", OCO, {"quantity": None}, (-1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.")),
    ("oco", OCO, {"abovePrice": None}, (-1102, "Mandatory parameter 'abovePrice' was not sent, was empty/null, or malformed.")),
    ("oco", OCO, {"belowTimeInForce": None}, (-1102, "Mandatory parameter 'belowTimeInForce' was not sent, was empty/null, or malformed.")),
    ("oco", OCO, {"abovePrice": "4e4"}, (-1100, "Illegal characters found in parameter 'abovePrice'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.")),
    ("oco", OCO, {"aboveStopPrice": "41000"}, (-1106, "Parameter 'aboveStopPrice' sent when not required.")),
    ("oco", OCO, {"belowTimeInForce": "GTX"}, (-1115, "Invalid timeInForce.")),
    ("oco", OCO, {"aboveType": "LIMITED"}, (-1116, "Invalid orderType.")),
    ("oco", OCO, {"side": "HOLD"}, (-1117, "Invalid side.")),
    ("oco", OCO, {"symbol": "NOSUCH"}, (-1121, "Invalid symbol.")),
    ("oco", OCO, {"aboveType": "LIMIT"}, (-1158, "Order type not supported in OCO.")),
    ("oco", OCO, {"belowType": "MARKET"}, (-1158, "Order type not supported in OCO.")),
    ("oco", OCO, {"belowIcebergQty": "0.01", "belowTimeInForce": "IOC"},
     (-1160, "Parameter 'belowIcebergQty' is not supported if 'belowTimeInForce' is not GTC.")),
    ("oco", OCO, {"aboveStrategyType": "5"}, (-1134, "strategyType was less than 1000000.")),
    ("oco", OCO, {"workingType": "LIMIT"}, (-1104, "Not all sent parameters were read; read '11' parameter(s) but was sent '12'.")),
    ("oco", OCO, {"newOrderRespType": "SHORT"}, (-1130, "Data sent for parameter 'newOrderRespType' is not valid.")),
    ("oco", OCO, {"selfTradePreventionMode": "EVER"}, (-1130, "Data sent for parameter 'selfTradePreventionMode' is not valid.")),
    ("old", OLD, {"stopPrice": None}, (-1102, "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!")),
    ("old", OLD, {"stopLimitPrice": "38990"},       # CHANGELOG.md, 2019-12-03
     (-1128, "Combination of optional parameters invalid. Recommendation: 'stopLimitTimeInForce' should also be sent.")),
    ("old", OLD, {"stopIcebergQty": "0.01"}, (-1106, "Parameter 'stopIcebergQty' sent when not required.")),
    ("oto", OTO, {"workingType": "MARKET"}, (-1130, "Data sent for parameter 'workingType' is not valid.")),
    ("oto", OTO, {"workingTimeInForce": None}, (-1102, "Mandatory parameter 'workingTimeInForce' was not sent, was empty/null, or malformed.")),
    ("oto", OTO, {"pendingQuantity": None}, (-1102, "Param 'pendingQuantity' or 'quoteOrderQty' must be sent, but both were empty/null!")),
    ("oto", OTO, {"pendingPrice": "1"}, (-1106, "Parameter 'pendingPrice' sent when not required.")),
    ("otoco", OTOCO, {"pendingBelowStopPrice": None},
     (-1102, "Param 'pendingBelowStopPrice' or 'pendingBelowTrailingDelta' must be sent, but both were empty/null!")),
    ("opo", OPO, {"pendingQuantity": "0.1"}, (-1104, "Not all sent parameters were read; read '10' parameter(s) but was sent '11'.")),
    ("opo", OPO, {"workingSide": "SELL"}, (-1222, "Working order in an OPO list must be a bid.")),
    ("opo", OPO, {"pendingSide": "BUY"}, (-1223, "Pending orders in an OPO list must be asks.")),
    ("opoco", OPOCO, {"workingSide": "SELL"}, (-1222, "Working order in an OPO list must be a bid.")),
])
def test_parameters(rest: Rest, kind: str, given: dict[str, Any], changes: dict[str, Any], error: tuple[int, str]) -> None:
    assert place(rest, kind, given, **changes).error == (400, *error)
    assert rest.signed("GET", "openOrders").json == []


SELL_STOP: dict[str, Any] = {"Type": "STOP_LOSS", "StopPrice": "39000"}
TAKE: dict[str, Any] = {"Type": "TAKE_PROFIT", "StopPrice": "41000"}
LIMIT: dict[str, Any] = {"Type": "LIMIT_MAKER", "Price": "41000"}


@pytest.mark.parametrize(("side", "above", "below", "error"), [
    ("BUY", LIMIT, SELL_STOP, (-1165, "A limit order in a buy OCO must be below.")),
    ("SELL", TAKE, LIMIT, (-1166, "A limit order in a sell OCO must be above.")),
    ("SELL", LIMIT, LIMIT, (-1168, "At least one OCO order must be contingent.")),
    ("BUY", SELL_STOP, SELL_STOP, (-1196, "A stop loss order in a buy OCO must be above.")),
    ("SELL", SELL_STOP, SELL_STOP, (-1197, "A stop loss order in a sell OCO must be below.")),
    ("BUY", TAKE, TAKE, (-1198, "A take profit order in a buy OCO must be below.")),
    ("SELL", TAKE, TAKE, (-1199, "A take profit order in a sell OCO must be above.")),
])
def test_which_type_is_above_and_which_below(rest: Rest, side: str, above: dict[str, Any], below: dict[str, Any], error: tuple[int, str]) -> None:
    orders = {f"above{name}": value for name, value in above.items()} | {f"below{name}": value for name, value in below.items()}
    assert place(rest, "oco", {"symbol": "BTCUSDT", "side": side, "quantity": "0.1", **orders}).error == (400, *error)
    pending = {f"pendingAbove{name}": value for name, value in above.items()} | {f"pendingBelow{name}": value for name, value in below.items()}
    assert place(rest, "otoco", {**WORKING, "pendingSide": side, "pendingQuantity": "0.1", **pending}).error == (400, *error)


def test_names_of_parameters() -> None:
    """As the tables of rest-api.md have them."""
    assert ABOVE["newClientOrderId"] == "aboveClientOrderId" and ABOVE["pegOffsetValue"] == "abovePegOffsetValue"
    assert PAID_BELOW["timeInForce"] == "pendingBelowTimeInForce" and "quantity" not in PAID_BELOW
    assert names_of("working", "workingSide", "workingQuantity", ("stopPrice",)) == {
        "side": "workingSide", "quantity": "workingQuantity", "type": "workingType", "newClientOrderId": "workingClientOrderId",
        "icebergQty": "workingIcebergQty", "price": "workingPrice", "trailingDelta": "workingTrailingDelta", "timeInForce": "workingTimeInForce",
        "strategyId": "workingStrategyId", "strategyType": "workingStrategyType", "pegPriceType": "workingPegPriceType",
        "pegOffsetType": "workingPegOffsetType", "pegOffsetValue": "workingPegOffsetValue",
    }


# -- refusals of the engine, filters

@pytest.mark.parametrize(("changes", "error"), [
    ({"abovePrice": "39999"}, (-2010, "The relationship of the prices for the orders is not correct.")),
    ({"belowStopPrice": "40001"}, (-2010, "The relationship of the prices for the orders is not correct.")),
    ({"quantity": "1.5"}, (-2010, "Account has insufficient balance for requested action.")),
    ({"quantity": "0.000001"}, (-1013, "Filter failure: LOT_SIZE")),
    ({"quantity": "0.0001"}, (-1013, "Filter failure: NOTIONAL")),
    ({"abovePrice": "41000.001"}, (-1013, "Filter failure: PRICE_FILTER")),
    ({"belowIcebergQty": "0.2"}, (-2010, "IcebergQty exceeds QTY.")),
    ({"aboveClientOrderId": "x", "belowClientOrderId": "x"}, (-2010, "Duplicate order sent.")),
])
def test_refusals(rest: Rest, changes: dict[str, Any], error: tuple[int, str]) -> None:
    assert place(rest, "oco", OCO, **changes).error == (400, *error)


def test_the_smallest_notional_is_of_every_order(rest: Rest) -> None:
    assert place(rest, "oco", OCO, quantity="0.00012", belowPrice="39000", belowStopPrice="39000").error == (400, -1013, "Filter failure: NOTIONAL")


def test_ids_of_lists(rest: Rest) -> None:
    assert place(rest, "oco", OCO, listClientOrderId="mine").status == 200
    assert place(rest, "oto", OTO, listClientOrderId="mine").error == (400, -2010, "Duplicate order sent.")
    assert rest.signed("DELETE", "orderList", symbol="BTCUSDT", listClientOrderId="mine").status == 200
    assert place(rest, "oto", OTO, listClientOrderId="mine").status == 200


def test_the_filters_that_count(venue: MockExchange, rest: Rest) -> None:
    assert {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20} in rest.get("exchangeInfo", symbol="BTCUSDT").json["symbols"][0]["filters"]
    info = rest.get("exchangeInfo", symbol="BTCUSDT").json["symbols"][0]
    assert (info["ocoAllowed"], info["otoAllowed"], info["opoAllowed"]) == (True, True, True)
    venue.set_rules("BTCUSDT", max_num_order_lists=2, max_num_algo_orders=2)
    assert place(rest, "oco", OCO).status == 200
    assert place(rest, "oco", OCO).status == 200
    assert place(rest, "oco", OCO).error == (400, -1013, "Filter failure: MAX_NUM_ALGO_ORDERS")
    assert place(rest, "oto", OTO).error == (400, -1013, "Filter failure: MAX_NUM_ORDER_LISTS")
    venue.set_rules("BTCUSDT", max_num_orders=5, max_num_order_lists=20)
    assert place(rest, "oto", OTO).error == (400, -1013, "Filter failure: MAX_NUM_ORDERS")


def test_the_exchange_wide_filter_is_an_option(venue: MockExchange, rest: Rest) -> None:
    assert rest.get("exchangeInfo", symbol="BTCUSDT").json["exchangeFilters"] == []
    venue.set_options(max_order_lists=1)
    filter = {"filterType": "EXCHANGE_MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 1}
    assert rest.get("exchangeInfo", symbol="BTCUSDT").json["exchangeFilters"] == [filter]
    assert rest.signed("GET", "myFilters", symbol="BTCUSDT").json["exchangeFilters"] == [filter]
    assert place(rest, "oto", OTO).status == 200
    assert place(rest, "oto", OTO).error == (400, -1013, "Filter failure: EXCHANGE_MAX_NUM_ORDER_LISTS")


def test_the_unfilled_order_count(rest: Rest, market: Market) -> None:
    """An OTOCO counts 3 orders; going to work counts none, a first fill as maker takes five off."""
    assert place(rest, "otoco", {**OTOCO, "workingPrice": "39960"}).headers["x-mbx-order-count-10s"] == "3"
    assert place(rest, "oco", OCO).headers["x-mbx-order-count-1d"] == "5"
    market(("SELL", "39960", "0.1"))
    counts = {row["interval"]: row["count"] for row in rest.signed("GET", "rateLimit/order").json}
    assert counts == {"SECOND": 0, "DAY": 0}
    assert [each["status"] for each in rest.signed("GET", "allOrders", symbol="BTCUSDT").json][:3] == ["FILLED", "NEW", "NEW"]


def test_a_list_that_would_exceed_the_order_limit_is_refused_whole() -> None:
    """Three orders are within a limit of five where two were placed, not where three were."""
    now = 1_700_000_000_000_000
    limits = Limits(LimitSettings(orders_10s=5), lambda: now)
    limits.count_order("k", now, 2)
    assert limits.too_many_orders("k", now, 2) is None and limits.too_many_orders("new", now, 2) is None
    limits.count_order("k", now)
    refused = limits.too_many_orders("k", now, 2)
    assert refused is not None and (refused.code, refused.msg) == (-1015, "Too many new orders; current limit is 5 orders per 10 SECOND.")
    assert limits.too_many_orders("k", now) is None and limits.too_many_orders("k", now + 10_000_000, 2) is None


# -- look up, cancel

def test_looking_up(rest: Rest, other: Rest) -> None:
    one = place(rest, "oco", OCO, listClientOrderId="one").json["orderListId"]
    two = place(rest, "oto", OTO, listClientOrderId="two").json["orderListId"]
    assert rest.signed("GET", "orderList", orderListId=one).json["listClientOrderId"] == "one"
    assert rest.signed("GET", "orderList", origClientOrderId="two").json["orderListId"] == two
    # web-socket-api.md: with both only origClientOrderId is used
    assert rest.signed("GET", "orderList", origClientOrderId="two", orderListId=one).json["orderListId"] == two
    assert rest.signed("GET", "orderList").error == (400, -1102, "Param 'origClientOrderId' or 'orderListId' must be sent, but both were empty/null!")
    assert rest.signed("GET", "orderList", orderListId=99).error == (400, -2013, "Order does not exist.")
    assert other.signed("GET", "orderList", orderListId=one).error == (400, -2013, "Order does not exist.")
    assert [each["orderListId"] for each in rest.signed("GET", "openOrderList").json] == [one, two]
    assert other.signed("GET", "openOrderList").json == []


def test_all_lists(rest: Rest, api: Api) -> None:
    ids = [place(rest, "oto", OTO, workingQuantity="0.01", pendingQuantity="0.01").json["orderListId"] for _ in range(3)]

    def found(**params: Any) -> list[int]:
        return [each["orderListId"] for each in rest.signed("GET", "allOrderList", **params).json]

    assert found() == ids[::-1]                     # as the document's example; ascending only with fromId or startTime
    assert found(limit=2) == ids[:0:-1]
    assert found(fromId=ids[1]) == ids[1:]
    now = rest.get("time").json["serverTime"]
    assert found(startTime=now - 60_000, endTime=now + 60_000) == ids
    assert found(startTime=now + 60_000) == []
    assert rest.signed("GET", "allOrderList", fromId=1, startTime=now).error == (400, -1128, "Combination of optional parameters invalid.")
    too_long = rest.signed("GET", "allOrderList", startTime=now - 90_000_000, endTime=now)
    assert too_long.error == (400, -1127, "More than 24 hours between startTime and endTime.")
    # web-socket-api.md: "If startTime and/or endTime are specified, fromId is ignored."
    answer = api.signed("allOrderLists", fromId=ids[2], startTime=now - 60_000)
    assert [each["orderListId"] for each in answer["result"]] == ids


def test_cancelling(rest: Rest) -> None:
    one = place(rest, "oco", OCO, listClientOrderId="one").json["orderListId"]

    def cancel(**params: Any) -> Answer:
        return rest.signed("DELETE", "orderList", symbol="BTCUSDT", **params)

    assert cancel().error == (400, -1102, "Param 'listClientOrderId' or 'orderListId' must be sent, but both were empty/null!")
    assert cancel(orderListId=one, listClientOrderId="two").error == (400, -2039, "Client order ID is not correct for this order ID.")
    assert cancel(orderListId=77).error == (400, -2011, "Unknown order sent.")
    assert rest.signed("DELETE", "orderList", symbol="ETHUSDT", orderListId=one).error == (400, -2011, "Unknown order sent.")
    body = cancel(orderListId=one, listClientOrderId="one", newClientOrderId="bye").json
    assert list(body) == HEAD and (body["listStatusType"], body["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
    assert [(each["clientOrderId"], each["status"]) for each in body["orderReports"]] == [("bye", "CANCELED")] * 2
    assert cancel(orderListId=one).error == (400, -2011, "Unknown order sent.")


def test_cancel_restrictions_look_at_the_order_that_is_named(rest: Rest) -> None:
    orders = place(rest, "oto", OTO).json["orders"]
    refused = rest.signed("DELETE", "order", symbol="BTCUSDT", orderId=orders[1]["orderId"], cancelRestrictions="ONLY_NEW")
    assert refused.error == (400, -2011, "Order was not canceled due to cancel restrictions.")
    assert rest.signed("DELETE", "order", symbol="BTCUSDT", orderId=orders[0]["orderId"], cancelRestrictions="ONLY_NEW").json["listStatusType"] == "ALL_DONE"


def test_cancel_all_shows_single_orders_and_lists(rest: Rest) -> None:
    single = rest.order(price="39000").json["orderId"]
    listed = place(rest, "otoco", OTOCO).json["orderListId"]
    body = rest.signed("DELETE", "openOrders", symbol="BTCUSDT").json
    assert [(each.get("orderId"), each["orderListId"]) for each in body] == [(single, -1), (None, listed)]
    assert [len(each.get("orderReports", ())) for each in body] == [0, 3]
    assert rest.signed("GET", "openOrders").json == [] and rest.signed("GET", "openOrderList").json == []


def test_a_pending_order_is_not_amended_before_it_is_paid(rest: Rest) -> None:
    pending = place(rest, "opo", OPO).json["orders"][1]["orderId"]
    refused = rest.signed("PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=pending, newQty="0.01")
    assert refused.error == (400, -2038, "Order amend (pending OPO order) is not supported.")


# -- what a pending order meets

def test_a_pending_order_that_is_refused_later_says_why(rest: Rest, api: Api, market: Market) -> None:
    api.signed("userDataStream.subscribe.signature")
    body = place(rest, "oto", OTO, workingPrice="39960", pendingQuantity="5").json
    market(("SELL", "39960", "0.1"))
    events: list[dict[str, Any]] = []
    while not events or (events[-1]["e"], events[-1].get("l")) != ("listStatus", "ALL_DONE"):
        events.append(api.event()["event"])
    expired = next(event for event in events if event.get("x") == "EXPIRED")
    assert (expired["i"], expired["g"], expired["eR"], expired["r"]) == (
        body["orders"][1]["orderId"], body["orderListId"], "REJECTED", "INSUFFICIENT_BALANCES",
    )
    shown = rest.signed("GET", "order", symbol="BTCUSDT", orderId=body["orders"][1]["orderId"]).json
    assert (shown["status"], shown["expiryReason"], shown["workingTime"]) == ("EXPIRED", "REJECTED", -1)


# -- the WebSocket API

@pytest.mark.parametrize(("method", "given"), [
    ("orderList.place", OLD), ("orderList.place.oco", OCO), ("orderList.place.oto", OTO), ("orderList.place.otoco", OTOCO),
    ("orderList.place.opo", OPO), ("orderList.place.opoco", OPOCO),
])
def test_websocket_methods(api: Api, method: str, given: dict[str, Any]) -> None:
    answer = api.signed(method, **given)
    assert answer["status"] == 200, answer
    assert list(answer["result"]) == HEAD
    assert [row["rateLimitType"] for row in answer["rateLimits"]] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
    listed = answer["result"]["orderListId"]
    assert api.signed("orderList.status", orderListId=listed)["result"]["listOrderStatus"] == "EXECUTING"
    assert [each["orderListId"] for each in api.signed("openOrderLists.status")["result"]] == [listed]
    assert api.signed("orderList.cancel", symbol="BTCUSDT", orderListId=listed)["result"]["listOrderStatus"] == "ALL_DONE"
    refused = api.signed("orderList.cancel", symbol="BTCUSDT", orderListId=listed)
    assert (refused["status"], refused["error"]) == (400, {"code": -2011, "msg": "Unknown order sent."})


# user-data-stream.md, "Order Update"
DOCUMENT = """{"e":"listStatus","E":1564035303637,"s":"ETHBTC","g":2,"c":"OCO","l":"EXEC_STARTED","L":"EXECUTING","r":"NONE",
"C":"F4QN4G8DlFATFlIUQ0cjdD","T":1564035303625,"O":[{"s":"ETHBTC","i":17,"c":"AJYsMjErWJesZvqlJCTUgL"},
{"s":"ETHBTC","i":18,"c":"bfYPSQdLoqAJeNrOr9adzq"}]}"""


def test_list_status_of_the_document() -> None:
    report = ListReport(
        "EXEC_STARTED", True, "k", "ETHBTC", 2, "F4QN4G8DlFATFlIUQ0cjdD", "OCO", False,
        ((17, "AJYsMjErWJesZvqlJCTUgL"), (18, "bfYPSQdLoqAJeNrOr9adzq")), 1564035303625_000,
    )
    shown = to_builtins(RENDERERS[ListReport](report, 1564035303637_000, Exchange(default_instruments()), 1000))
    assert json.dumps(shown, separators=(",", ":")) == DOCUMENT.replace("\n", "")
