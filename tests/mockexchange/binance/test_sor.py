"""Smart order routing on the wire: faqs/sor_faq.md, rest-api.md ("SOR", "Query Allocations")."""

from collections.abc import Iterator
from typing import Any

import pytest
from binance_rest import Answer, Rest
from test_special_orders import next_report
from test_wsapi import Api

from mockexchange import MockExchange

ASKS = [
    ("BTCUSDT", "3", "30800"), ("BTCUSDT", "3", "30500"), ("BTCUSDC", "1", "30000"), ("BTCUSDC", "1", "28000"), ("BTCUSDP", "1", "35000"),
    ("BTCUSDP", "1", "29000"),
]
# faqs/sor_faq.md, "What are allocations?"
ALLOCATION_FIELDS = [
    "symbol", "allocationId", "allocationType", "orderId", "orderListId", "price", "qty", "quoteQty", "commission", "commissionAsset", "time",
    "isBuyer", "isMaker", "isAllocator",
]


@pytest.fixture(scope="module")
def routed() -> Iterator[MockExchange]:
    accounts = ["mock-key:mock-secret:USDT=1000000,BTC=10", "other:other-secret:USDT=1000000,BTC=1000,USDC=0,USDP=0"]
    listed = ["BTCUSDC:BTC:USDC:0.01:0.00001:30000", "BTCUSDP:BTC:USDP:0.01:0.00001:30000"]
    with MockExchange(
        "binance", feed="none", seed=7, accounts=accounts, listed=listed, options={"sor": "BTC:BTCUSDT,BTCUSDC,BTCUSDP"}
    ) as venue:
        yield venue


@pytest.fixture
def rest(routed: MockExchange) -> Iterator[Rest]:
    """The book of the FAQ's first example, and nothing else."""
    other = Rest(routed.rest, "other", "other-secret")
    for symbol in ("BTCUSDT", "BTCUSDC", "BTCUSDP"):
        other.signed("DELETE", "openOrders", symbol=symbol)
    for symbol, quantity, price in ASKS:
        answer = other.order(symbol=symbol, side="SELL", quantity=quantity, price=price)
        assert answer.status == 200, answer.text
    client = Rest(routed.rest)
    yield client
    client.connection.close()


def sor(rest: Rest, **params: Any) -> Answer:
    base = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.5", "price": "31000"}
    return rest.signed("POST", "sor/order", **{name: value for name, value in {**base, **params}.items() if value is not None})


def test_example_1_and_its_allocation(rest: Rest) -> None:
    body = sor(rest).json
    assert {name: body[name] for name in ("executedQty", "cummulativeQuoteQty", "status", "workingFloor", "usedSor")} == {
        "executedQty": "0.50000000", "cummulativeQuoteQty": "14000.00000000", "status": "FILLED", "workingFloor": "SOR", "usedSor": True,
    }
    fill, = body["fills"]
    assert list(fill) == ["matchType", "price", "qty", "commission", "commissionAsset", "tradeId", "allocId"]
    assert (fill["matchType"], fill["price"], fill["commissionAsset"], fill["tradeId"]) == ("ONE_PARTY_TRADE_REPORT", "28000.00000000", "BTC", -1)
    row = rest.signed("GET", "myAllocations", symbol="BTCUSDT", orderId=body["orderId"]).json[0]
    assert list(row) == ALLOCATION_FIELDS
    assert (row["allocationId"], row["allocationType"], row["qty"], row["quoteQty"], row["commission"]) == (
        fill["allocId"], "SOR", "0.50000000", "14000.00000000", fill["commission"]
    )
    assert rest.signed("GET", "myTrades", symbol="BTCUSDT", orderId=body["orderId"]).json == []
    found = rest.signed("GET", "order", symbol="BTCUSDT", orderId=body["orderId"]).json
    assert (found["usedSor"], found["workingFloor"]) == (True, "SOR")


def test_queries_of_allocations(rest: Rest) -> None:
    first = sor(rest, quantity="2").json
    second = sor(rest, quantity="1", type="MARKET", price=None, timeInForce=None).json

    def ids(**params: Any) -> list[int]:
        answer = rest.signed("GET", "myAllocations", symbol="BTCUSDT", **params)
        assert answer.status == 200, answer.text
        return [row["allocationId"] for row in answer.json]

    mine = [fill["allocId"] for fill in first["fills"]]
    last = [fill["allocId"] for fill in second["fills"]]
    assert len(mine) == 2 and len(last) == 1
    everything = ids()
    assert everything[-3:] == mine + last and everything == sorted(everything)
    assert ids(orderId=first["orderId"]) == mine and ids(orderId=first["orderId"], fromAllocationId=mine[1]) == mine[1:]
    assert ids(fromAllocationId=mine[1]) == mine[1:] + last and ids(fromAllocationId=mine[0], limit=1) == mine[:1]
    assert ids(endTime=second["transactTime"], limit=1) == last and ids(startTime=first["transactTime"], limit=1)[0] <= mine[0]
    wrong = rest.signed("GET", "myAllocations", symbol="BTCUSDT", orderId=1, startTime=1)
    assert wrong.error == (400, -1128, "Combination of optional parameters invalid.")


def test_the_configuration_is_in_exchange_info(rest: Rest) -> None:
    assert rest.get("exchangeInfo").json["sors"] == [{"baseAsset": "BTC", "symbols": ["BTCUSDT", "BTCUSDC", "BTCUSDP"]}]


@pytest.mark.parametrize(("change", "error"), [
    ({"symbol": "ETHUSDT", "price": "2500"}, (400, -1013, "This symbol has no SOR.")),
    ({"type": "LIMIT_MAKER", "timeInForce": None}, (400, -1116, "Invalid orderType.")),
    ({"quantity": None}, (400, -1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.")),
    ({"quoteOrderQty": "100", "type": "MARKET", "price": None, "timeInForce": None, "quantity": None}, (
        400, -1104, "Not all sent parameters were read; read '6' parameter(s) but was sent '7'.",
    )),
])
def test_refusals(rest: Rest, change: dict[str, Any], error: tuple[int, int, str]) -> None:
    assert sor(rest, **change).error[1:2] == error[1:2]
    assert change.get("quoteOrderQty") or sor(rest, **change).error == error


def test_the_test_places_nothing(rest: Rest) -> None:
    base = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.5", "price": "31000"}
    assert rest.signed("POST", "sor/order/test", **base).json == {}
    assert "standardCommissionForOrder" in rest.signed("POST", "sor/order/test", **base, computeCommissionRates="true").json
    assert rest.signed("GET", "openOrders").json == []


def test_the_websocket_api_and_the_events(routed: MockExchange, rest: Rest) -> None:
    api = Api(routed)
    try:
        api.request("userDataStream.subscribe.signature", **api.sign({}))
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1.5", "price": "28500"}
        assert api.request("sor.order.test", **api.sign(order))["result"] == {}
        body, = api.request("sor.order.place", **api.sign(order))["result"]
        assert (body["status"], body["usedSor"], len(body["fills"])) == ("PARTIALLY_FILLED", True, 1)
        placed, filled = next_report(api), next_report(api)
        assert (placed["x"], placed["k"], placed["uS"], "a" in placed) == ("NEW", "SOR", True, False)
        assert (filled["x"], filled["b"], filled["a"], filled["t"], filled["k"]) == (
            "TRADE", "ONE_PARTY_TRADE_REPORT", body["fills"][0]["allocId"], -1, "SOR",
        )
        found = api.request("myAllocations", **api.sign({"symbol": "BTCUSDT", "orderId": body["orderId"]}))["result"]
        assert [row["allocationId"] for row in found] == [filled["a"]]
    finally:
        api.close()
        rest.signed("DELETE", "openOrders", symbol="BTCUSDT")


def test_the_other_symbols_books_are_told(routed: MockExchange, rest: Rest) -> None:
    told: list[str] = []
    unwatch = routed.run(lambda venue: venue.watch(told.append))
    sor(rest, quantity="2")
    routed.run(lambda venue: unwatch())
    assert told[0] == "BTCUSDT" and set(told[1:]) == {"BTCUSDC", "BTCUSDP"}


@pytest.mark.parametrize(("text", "word"), [
    ("BTC:BTCUSDT,NOSUCH", "sor: unknown symbol 'NOSUCH'"), ("ETH:BTCUSDT", "sor: the base asset of BTCUSDT is BTC, not 'ETH'"),
    ("BTCUSDT", "sor: not BASE:SYMBOL"), ("BTC:", "sor: not BASE:SYMBOL"),
])
def test_options_that_cannot_be(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        MockExchange("binance", feed="none", options={"sor": text}).__enter__()
