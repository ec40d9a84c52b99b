"""rest-api.md and web-socket-api.md: "Query Execution Rules", "Historical Block Trades", "Query Reference Price"; what old clients still send."""

from collections.abc import Iterator

import pytest
from binance_rest import Rest
from wsapi_client import Api

from mockexchange import MockExchange

NONE = {"code": -2043, "msg": "This symbol doesn't have a reference price."}


@pytest.fixture(scope="module")
def venue() -> Iterator[MockExchange]:
    with MockExchange("binance", feed="none", seed=7) as running:
        yield running


@pytest.fixture
def rest(venue: MockExchange) -> Iterator[Rest]:
    client = Rest(venue.rest)
    yield client
    client.connection.close()


@pytest.fixture
def api(venue: MockExchange) -> Iterator[Api]:
    client = Api(venue)
    yield client
    client.close()


def weight(rest: Rest, path: str, **params: str) -> int:
    before = int(rest.get("ping").headers["x-mbx-used-weight-1m"])
    return int(rest.get(path, **params).headers["x-mbx-used-weight-1m"]) - before


def test_execution_rules(rest: Rest, api: Api) -> None:
    assert rest.get("executionRules", symbol="BTCUSDT").json == {"symbolRules": [{"symbol": "BTCUSDT", "rules": []}]}
    assert api.request("executionRules", symbols=["BTCUSDT", "ETHUSDT"])["result"] == {
        "symbolRules": [{"symbol": "BTCUSDT", "rules": []}, {"symbol": "ETHUSDT", "rules": []}]
    }
    assert len(rest.get("executionRules").json["symbolRules"]) > 2
    assert len(rest.get("executionRules", symbolStatus="TRADING").json["symbolRules"]) > 2
    assert rest.get("executionRules", symbolStatus="HALT").json == {"symbolRules": []}
    assert rest.get("executionRules", symbol="BTCUSDT", symbolStatus="TRADING").error[:2] == (400, -1128)
    assert rest.get("executionRules", symbol="NOPE").error[:2] == (400, -1121)
    assert [weight(rest, "executionRules", **params) for params in ({"symbol": "BTCUSDT"}, {"symbols": '["BTCUSDT","ETHUSDT"]'}, {}, {"symbolStatus": "HALT"})] == [2, 4, 40, 40]


def test_block_trades(rest: Rest, api: Api) -> None:
    assert rest.get("historicalBlockTrades", symbol="BTCUSDT", fromId="1").json == []
    assert api.request("blockTrades.historical", symbol="BTCUSDT", fromId=1, limit=1000)["result"] == []
    assert rest.get("historicalBlockTrades", symbol="BTCUSDT").error[1] == -1102
    assert rest.get("historicalBlockTrades", symbol="BTCUSDT", fromId="x").error[1] == -1100


def test_reference_price(rest: Rest, api: Api) -> None:
    assert rest.get("referencePrice", symbol="BTCUSDT").json == NONE
    assert rest.get("referencePrice/calculation", symbol="BTCUSDT", symbolStatus="TRADING").json == NONE
    found = api.request("referencePrice", symbol="BTCUSDT")
    assert (found["status"], found["result"]) == (200, NONE)
    refused = api.request("referencePrice.calculation", symbol="BTCUSDT")
    assert (refused["status"], refused["error"]) == (400, NONE)
    assert rest.get("referencePrice", symbol="NOPE").error[1] == -1121
    assert weight(rest, "referencePrice", symbol="BTCUSDT") == 2


def test_the_key_that_historical_trades_took(rest: Rest, api: Api) -> None:
    for key in ("mock-key", "of-somebody-else"):
        assert api.request("trades.historical", symbol="BTCUSDT", limit=5, apiKey=key)["status"] == 200
        assert rest.call("GET", "/api/v3/historicalTrades?symbol=BTCUSDT", {"x-mbx-apikey": key}).status == 200
    assert api.request("trades.recent", symbol="BTCUSDT", apiKey="mock-key")["error"]["code"] == -1104
    assert api.request("trades.historical", symbol="BTCUSDT", foo=1)["error"]["code"] == -1104


def test_a_browser_is_told_in_html(rest: Rest) -> None:
    """CHANGELOG.md, 2023-12-04: for the Accept header text/html only."""
    page = rest.call("GET", "/api/v3/exchangie", {"Accept": "text/html,application/xhtml+xml"})
    assert (page.status, page.text) == (404, "<html><body><h2>404 Not found</h2></body></html>")
    assert page.headers["content-type"].startswith("text/html")
    other = rest.call("GET", "/api/v3/exchangie", {"Accept": "*/*"})
    assert (other.status, other.text) == (404, "")


@pytest.mark.parametrize("in_body", [True, False])
def test_parameters_may_be_in_the_body_or_in_the_query(rest: Rest, in_body: bool) -> None:
    """rest-api.md, "General Information on Endpoints": POST, PUT and DELETE."""
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "39000"}
    placed = rest.signed("POST", "order", in_body=in_body, **order)
    assert placed.status == 200, placed.text
    call = {"symbol": "BTCUSDT", "orderId": placed.json["orderId"]}
    assert rest.signed("PUT", "order/amend/keepPriority", in_body=in_body, **call, newQty="0.005").status == 200
    assert rest.signed("DELETE", "order", in_body=in_body, **call).json["status"] == "CANCELED"


@pytest.mark.parametrize("symbol", ["btcusdt", "BTC/USDT", "BTC USDT", ""])
def test_symbols_are_as_binance_writes_them(rest: Rest, symbol: str) -> None:
    legal = r"Illegal characters found in parameter 'symbol'; legal range is '^[\w\-._&&[^a-z]]{1,50}$'."
    refused = (400, -1100, legal) if symbol else (400, -1105, "Parameter 'symbol' was empty.")
    assert rest.get("depth", symbol=symbol).error == refused
