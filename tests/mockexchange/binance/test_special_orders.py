"""Trailing stops, pegged and iceberg orders on the wire: fields of rest-api.md, "Conditional fields in Order Responses"."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from binance_rest import Answer, Rest
from test_wsapi import Api

from mockexchange import MockExchange

Market = Callable[..., None]
PEGGED = {"price": None, "pegPriceType": "PRIMARY_PEG"}


def query(rest: Rest, order_id: int) -> Any:
    return rest.signed("GET", "order", symbol="BTCUSDT", orderId=order_id).json


def trailing(rest: Rest, **params: Any) -> Answer:
    base = {
        "side": "SELL", "type": "STOP_LOSS_LIMIT", "quantity": "0.01", "price": "37500", "trailingDelta": "250", "newOrderRespType": "RESULT",
    }
    return rest.order(**{**base, **params})


def test_a_trailing_stop_in_every_answer(venue: MockExchange, rest: Rest) -> None:
    """faqs/trailing-stop-faq.md, "Trailing Stop Order Examples", last price 40,000."""
    body = trailing(rest).json
    assert (body["trailingDelta"], body["trailingTime"], body["stopPrice"], body["status"]) == (250, body["transactTime"], "0.00000000", "NEW")
    assert query(rest, body["orderId"])["trailingTime"] == body["trailingTime"]
    waiting = trailing(rest, stopPrice="39000").json
    assert (waiting["trailingDelta"], waiting["trailingTime"], waiting["stopPrice"]) == (250, -1, "39000.00000000")
    venue.set_price("BTCUSDT", "39000")
    found = query(rest, waiting["orderId"])
    assert (found["trailingTime"] > 0, found["isWorking"], found["status"]) == (True, False, "NEW")
    assert query(rest, body["orderId"])["isWorking"] is True, "2.5 % below 40,000"
    gone = rest.signed("DELETE", "order", symbol="BTCUSDT", orderId=waiting["orderId"]).json
    assert (gone["trailingDelta"], gone["trailingTime"]) == (250, found["trailingTime"])


@pytest.mark.parametrize(("change", "error"), [
    ({"trailingDelta": "9"}, (400, -1013, "Filter failure: TRAILING_DELTA")),
    ({"trailingDelta": "2001"}, (400, -1013, "Filter failure: TRAILING_DELTA")),
    ({"trailingDelta": "0"}, (400, -1013, "Filter failure: TRAILING_DELTA")),
    ({"trailingDelta": "1.5"}, (400, -1100, "Illegal characters found in parameter 'trailingDelta'; legal range is '^[0-9]{1,20}$'.")),
    ({"stopPrice": "40000"}, (400, -2010, "Order would trigger immediately.")),
    ({"type": "LIMIT"}, (400, -1106, "Parameter 'trailingDelta' sent when not required.")),
    ({"trailingDelta": None}, (400, -1102, "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!")),
])
def test_trailing_refusals(rest: Rest, change: dict[str, Any], error: tuple[int, int, str]) -> None:
    assert trailing(rest, **change).error == error


def test_a_pegged_order_in_every_answer(rest: Rest, market: Market) -> None:
    """faqs/pegged_orders.md: ``peggedPrice`` is the selected price, ``price`` the original one."""
    market(("BUY", "39990", "1"), ("BUY", "39980", "1"), ("SELL", "40010", "1"))
    body = rest.order(**PEGGED).json
    assert {name: body[name] for name in ("price", "pegPriceType", "peggedPrice", "status", "fills")} == {
        "price": "0.00000000", "pegPriceType": "PRIMARY_PEG", "peggedPrice": "39990.00000000", "status": "NEW", "fills": [],
    }
    assert "pegOffsetType" not in body
    deeper = rest.order(**PEGGED, pegOffsetType="PRICE_LEVEL", pegOffsetValue="1").json
    assert (deeper["pegOffsetType"], deeper["pegOffsetValue"], deeper["peggedPrice"]) == ("PRICE_LEVEL", 1, "39980.00000000")
    found = query(rest, deeper["orderId"])
    assert (found["price"], found["peggedPrice"], found["pegOffsetValue"]) == ("0.00000000", "39980.00000000", 1)
    taken = rest.order(price="40020", pegPriceType="MARKET_PEG", timeInForce="IOC").json
    assert (taken["price"], taken["peggedPrice"], taken["status"]) == ("40020.00000000", "40010.00000000", "FILLED")
    waiting = rest.order(
        type="TAKE_PROFIT_LIMIT", price=None, stopPrice="39000", pegPriceType="MARKET_PEG", newOrderRespType="RESULT"
    ).json
    assert "peggedPrice" not in waiting and waiting["pegPriceType"] == "MARKET_PEG"
    amended = rest.signed("PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=body["orderId"], newQty="0.005").json
    assert (amended["amendedOrder"]["price"], amended["amendedOrder"]["peggedPrice"]) == ("0.00000000", "39990.00000000")
    assert rest.get("depth", symbol="BTCUSDT").json["bids"] == [["39990.00000000", "1.00500000"], ["39980.00000000", "1.01000000"]]


@pytest.mark.parametrize(("change", "error"), [
    ({"pegPriceType": "MID"}, (400, -1210, "Invalid pegPriceType.")),
    ({"pegOffsetType": "TICKS", "pegOffsetValue": "1"}, (400, -1211, "Invalid pegOffsetType.")),
    ({"pegOffsetType": "PRICE_LEVEL"}, (400, -1102, "Mandatory parameter 'pegOffsetValue' was not sent, was empty/null, or malformed.")),
    ({"pegOffsetValue": "1"}, (400, -1102, "Mandatory parameter 'pegOffsetType' was not sent, was empty/null, or malformed.")),
    ({"pegOffsetType": "PRICE_LEVEL", "pegOffsetValue": "101"}, (
        400, -1102, "'pegOffsetValue' contains unexpected value. Cannot be greater than 100.",
    )),
    ({"pegPriceType": None, "price": "39000", "pegOffsetType": "PRICE_LEVEL", "pegOffsetValue": "1"}, (
        400, -1102, "Mandatory parameter 'pegPriceType' was not sent, was empty/null, or malformed.",
    )),
    ({"pegPriceType": None}, (400, -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed.")),
    ({"type": "MARKET", "timeInForce": None}, (400, -2010, "This order type may not use pegged price.")),
    ({"type": "LIMIT_MAKER", "timeInForce": None, "pegPriceType": "MARKET_PEG"}, (
        400, -2010, "This price peg cannot be used with this order type.",
    )),
    ({"timeInForce": "IOC"}, (400, -1014, "Unsupported order combination.")),
    ({}, (400, -2010, "Order book liquidity is too low for this pegged order.")),
])
def test_peg_refusals(rest: Rest, change: dict[str, Any], error: tuple[int, int, str]) -> None:
    assert rest.order(**{**PEGGED, **change}).error == error


def test_an_iceberg_order(rest: Rest, other: Rest) -> None:
    body = rest.order(side="SELL", price="40000", quantity="0.5", icebergQty="0.1").json
    assert body["icebergQty"] == "0.10000000"
    assert rest.get("depth", symbol="BTCUSDT").json["asks"] == [["40000.00000000", "0.10000000"]]
    assert rest.get("ticker/bookTicker", symbol="BTCUSDT").json["askQty"] == "0.10000000"
    taken = other.order(price="40000", quantity="0.25").json
    assert [fill["qty"] for fill in taken["fills"]] == ["0.10000000", "0.10000000", "0.05000000"]
    assert rest.get("depth", symbol="BTCUSDT").json["asks"] == [["40000.00000000", "0.05000000"]]
    assert rest.order(side="SELL", price="40000", quantity="0.5", icebergQty="0.04").error == (400, -1013, "Filter failure: ICEBERG_PARTS")


def test_the_symbol_says_so(venue: MockExchange, rest: Rest) -> None:
    symbol = rest.get("exchangeInfo", symbol="BTCUSDT").json["symbols"][0]
    assert symbol["allowTrailingStop"] is symbol["pegInstructionsAllowed"] is symbol["icebergAllowed"] is True
    assert {
        "filterType": "TRAILING_DELTA", "minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 2000, "minTrailingBelowDelta": 10,
        "maxTrailingBelowDelta": 2000,
    } in symbol["filters"]
    assert {"filterType": "ICEBERG_PARTS", "limit": 10} in symbol["filters"]
    assert {"filterType": "MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": 5} in symbol["filters"]
    venue.set_rules("BTCUSDT", max_trailing_above_delta=50, iceberg_parts=4, percent_up="1.1", percent_down="0.9")
    filters = rest.get("exchangeInfo", symbol="BTCUSDT").json["symbols"][0]["filters"]
    assert {"filterType": "PERCENT_PRICE", "multiplierUp": "1.1", "multiplierDown": "0.9", "avgPriceMins": 5} in filters
    assert trailing(rest, side="BUY", price="43000", trailingDelta="51").error[2] == "Filter failure: TRAILING_DELTA"
    assert rest.order(price="35999").error == (400, -1013, "Filter failure: PERCENT_PRICE")
    with pytest.raises(ValueError, match="min_trailing_above_delta: 60 is above max_trailing_above_delta 50"):
        venue.set_rules("BTCUSDT", min_trailing_above_delta=60)


def test_filters_of_the_venue_and_of_assets(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(max_num_orders=2, max_num_algo_orders=1, max_num_iceberg_orders=1, max_asset="USDT:20000,BTC:0.4")
    assert rest.get("exchangeInfo", symbol="BTCUSDT").json["exchangeFilters"] == [
        {"filterType": "EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders": 2},
        {"filterType": "EXCHANGE_MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 1},
        {"filterType": "EXCHANGE_MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": 1},
    ]
    assert rest.signed("GET", "myFilters", symbol="BTCUSDT").json["assetFilters"] == [
        {"filterType": "MAX_ASSET", "asset": "BTC", "limit": "0.40000000"}, {"filterType": "MAX_ASSET", "asset": "USDT", "limit": "20000.00000000"},
    ]
    assert rest.order(price="39000", quantity="0.41").error[2] == "Filter failure: MAX_ASSET"
    assert rest.order(price="60000", quantity="0.39").error[2] == "Filter failure: MAX_ASSET"
    assert trailing(rest).status == 200
    assert trailing(rest).error[2] == "Filter failure: EXCHANGE_MAX_NUM_ALGO_ORDERS"
    assert rest.order(price="39000", quantity="0.1", icebergQty="0.05").status == 200
    assert rest.order(price="39000").error[2] == "Filter failure: EXCHANGE_MAX_NUM_ORDERS"
    for options, word in (({"max_asset": "USDT"}, "max_asset"), ({"max_asset": "USDT:-1"}, "max_asset"), ({"sor": "BTC"}, "sor")):
        with pytest.raises(ValueError, match=word):
            venue.set_options(**options)
    assert venue.state()["options"]["max_num_orders"] == 2, "a wrong option changes nothing"


def test_events(venue: MockExchange, rest: Rest, market: Market) -> None:
    """user-data-stream.md, "Conditional Fields in Execution Report": d, D, gP, gOT, gOV, gp."""
    market(("BUY", "39990", "1"), ("SELL", "40010", "1"))
    api = Api(venue)
    try:
        assert "result" in api.request("userDataStream.subscribe.signature", **api.sign({}))
        trailing(rest, stopPrice="39000")
        report = next_report(api)
        assert (report["d"], report["D"], report["P"]) == (250, -1, "39000.00000000")
        rest.order(**PEGGED, pegOffsetType="PRICE_LEVEL", pegOffsetValue="0")
        report = next_report(api)
        assert {name: report[name] for name in ("p", "gP", "gOT", "gOV", "gp")} == {
            "p": "0.00000000", "gP": "PRIMARY_PEG", "gOT": "PRICE_LEVEL", "gOV": 0, "gp": "39990.00000000",
        }
        rest.order(price="39000")
        assert not {"d", "D", "gP", "gp", "k", "uS", "a", "b", "A", "B"} & set(next_report(api))
    finally:
        api.close()


def next_report(api: Api) -> dict[str, Any]:
    while (event := api.event()["event"])["e"] != "executionReport":
        pass
    return dict(event)


def test_a_restart_brings_all_of_it_back(tmp_path: Path) -> None:
    accounts = ["mock-key:mock-secret:USDT=100000,BTC=1", "other:other-secret:USDT=1000000,BTC=100"]

    def make(rest: Rest, other: Rest) -> list[Any]:
        for side, price, quantity in (("BUY", "39990", "1"), ("SELL", "40010", "1"), ("BUY", "40010", "0.5")):
            assert other.order(side=side, price=price, quantity=quantity, selfTradePreventionMode="NONE").status == 200
        return [
            trailing(rest).json, rest.order(**PEGGED).json, rest.order(side="SELL", price="40100", quantity="0.4", icebergQty="0.1").json,
        ]

    def state(rest: Rest) -> tuple[Any, Any]:
        return rest.signed("GET", "openOrders").json, rest.get("depth", symbol="BTCUSDT").json["asks"]

    with MockExchange("binance", feed="none", accounts=accounts, state=tmp_path) as venue:
        rest, other = Rest(venue.rest), Rest(venue.rest, "other", "other-secret")
        stop, _, ice = make(rest, other)
        for price in ("41000", "40999"):
            venue.set_price("BTCUSDT", price)
        before = state(rest)
        assert [row["orderId"] for row in before[0]][0] == stop["orderId"] and ice["orderId"] not in [row["orderId"] for row in before[0]]
        venue.restart(keep_state=True)
        rest = Rest(venue.rest)
        assert state(rest)[0] == before[0]
    with MockExchange("binance", feed="none", accounts=accounts, state=tmp_path) as venue:
        rest, other = Rest(venue.rest), Rest(venue.rest, "other", "other-secret")
        assert state(rest)[0] == before[0]
        venue.set_price("BTCUSDT", "39976")
        assert query(rest, stop["orderId"])["isWorking"] is False, "its high was 41,000"
        venue.set_price("BTCUSDT", "39975")
        assert query(rest, stop["orderId"])["isWorking"] is True
