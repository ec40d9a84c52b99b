"""
What the analysis of the QTE server asks of a faithful one and no other test here shows.

A<n> are the numbers of docs/qte_requirements.md.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from binance_rest import Rest

from mockexchange import MockExchange
from mockexchange.core.commands import CancelOrder, PlaceOrder
from mockexchange.core.instruments import make_instrument
from mockexchange.core.numbers import parse_amount
from mockexchange.server.venue import Venue

Market = Callable[..., None]
DAY_MS: int = 86_400_000
MISSING: str = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."
KEY: dict[str, str] = {"X-MBX-APIKEY": "mock-key"}

PUBLIC: list[str] = [
    "ping", "time", "exchangeInfo", "ticker/price", "ticker/24hr", "depth?symbol=BTCUSDT", "trades?symbol=BTCUSDT",
    "klines?symbol=BTCUSDT&interval=1m", "avgPrice?symbol=BTCUSDT",
]
PRIVATE: list[tuple[str, str]] = [
    ("GET", "account"), ("POST", "order"), ("GET", "order"), ("DELETE", "order"), ("GET", "openOrders"),
    ("GET", "allOrders"), ("GET", "myTrades"),
]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_endpoints_are_under_v3_and_open(rest: Rest, path: str) -> None:
    """A1, A2: no key; the retired prefix is not there."""
    assert rest.call("GET", f"/api/v3/{path}").status == 200
    gone = rest.call("GET", f"/api/v1/{path}")
    assert (gone.status, gone.text) == (404, "")


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_private_endpoints_are_under_v3_and_signed(rest: Rest, method: str, path: str) -> None:
    """A1, A2, A41, A71, A74: key, timestamp and signature, each with an error of its own."""
    url = f"/api/v3/{path}?symbol=BTCUSDT"
    assert rest.call(method, url).error == (401, -2014, "API-key format invalid.")
    assert rest.call(method, url, KEY).error == (400, -1102, MISSING.format("timestamp"))
    assert rest.call(method, url + "&timestamp=1499827319559", KEY).error == (400, -1102, MISSING.format("signature"))
    assert rest.call(method, f"/api/v1/{path}", KEY).status == 404


@pytest.mark.parametrize("path", [
    "ticker/price?symbol=NOPE", "ticker/24hr?symbol=NOPE", "depth", "trades", "klines?symbol=BTCUSDT", "avgPrice",
    "account", "order", "openOrders", "allOrders",
])
def test_every_error_is_code_and_msg(rest: Rest, path: str) -> None:
    """A3: a negative number and a text, and nothing else."""
    answer = rest.call("GET", f"/api/v3/{path}")
    assert answer.status >= 400 and list(answer.json) == ["code", "msg"]
    assert answer.json["code"] < 0 and answer.json["msg"]


def test_times_are_milliseconds(rest: Rest, market: Market) -> None:
    """A4."""
    market(("SELL", "40000", "1"))
    placed = rest.order(price="40000").json
    bar = rest.get("klines", symbol="BTCUSDT", interval="1m").json[-1]
    order = rest.signed("GET", "order", symbol="BTCUSDT", orderId=placed["orderId"]).json
    day = rest.get("ticker/24hr", symbol="BTCUSDT").json
    times = [
        rest.get("time").json["serverTime"], rest.get("exchangeInfo").json["serverTime"], bar[0], bar[6],
        placed["transactTime"], order["time"], order["updateTime"], day["openTime"], day["closeTime"],
        rest.get("trades", symbol="BTCUSDT").json[0]["time"], rest.get("avgPrice", symbol="BTCUSDT").json["closeTime"],
        rest.signed("GET", "account").json["updateTime"],
        rest.signed("GET", "myTrades", symbol="BTCUSDT").json[0]["time"],
    ]
    assert all(isinstance(time, int) and len(str(time)) == 13 for time in times)
    assert max(times) - min(times) <= DAY_MS + 120_000


# exchangeInfo

def test_rules_are_those_the_engine_has() -> None:
    """A9, A10, A11: the symbols given to the venue with their filters, and the engine refuses by the same numbers."""
    mine = make_instrument("DOGEUSDT", "DOGE", "USDT", "0.001", "10", "0.5", min_notional="7")
    with MockExchange(
        "binance", feed="none", accounts=["mock-key:mock-secret:USDT=1000"], instruments=[mine], options={"unsigned": True},
    ) as venue:
        rest = Rest(venue.rest)
        [row] = rest.get("exchangeInfo").json["symbols"]
        assert {name: row[name] for name in ("symbol", "status", "baseAsset", "quoteAsset")} == {
            "symbol": "DOGEUSDT", "status": "TRADING", "baseAsset": "DOGE", "quoteAsset": "USDT",
        }
        assert (row["baseAssetPrecision"], row["quoteAssetPrecision"]) == (8, 8)
        filters = {one.pop("filterType"): one for one in row["filters"]}
        assert filters["PRICE_FILTER"] == {
            "minPrice": "0.00100000", "maxPrice": "1000000.00000000", "tickSize": "0.00100000",
        }
        assert filters["LOT_SIZE"] == {"minQty": "10.00000000", "maxQty": "9000.00000000", "stepSize": "10.00000000"}
        assert filters["MIN_NOTIONAL"] == {"minNotional": "7.00000000", "applyToMarket": True, "avgPriceMins": 5}
        assert filters["NOTIONAL"]["minNotional"] == filters["MIN_NOTIONAL"]["minNotional"]
        for price, quantity, name in (("0.5005", "20", "PRICE_FILTER"), ("0.5", "25", "LOT_SIZE"), ("0.5", "10", "NOTIONAL")):
            answer = rest.order(symbol="DOGEUSDT", price=price, quantity=quantity)
            assert answer.error == (400, -1013, f"Filter failure: {name}")
        assert rest.order(symbol="DOGEUSDT", price="0.5", quantity="20").status == 200
        rest.connection.close()


def test_a_symbol_has_one_filter_of_its_notional(venue: MockExchange, rest: Rest) -> None:
    """filters.md has two; Binance shows NOTIONAL, ``notional_filter`` chooses."""
    def shown() -> list[list[str]]:
        rows = rest.get("exchangeInfo", symbol="BTCUSDT").json["symbols"][0]["filters"], rest.signed("GET", "myFilters", symbol="BTCUSDT").json["symbolFilters"]
        return [[one["filterType"] for one in found if "NOTIONAL" in one["filterType"]] for found in rows]

    assert shown() == [["NOTIONAL"]] * 2
    for value, names in (("MIN_NOTIONAL", ["MIN_NOTIONAL"]), ("BOTH", ["MIN_NOTIONAL", "NOTIONAL"]), ("NOTIONAL", ["NOTIONAL"])):
        venue.set_options(notional_filter=value)
        assert shown() == [names] * 2
    with pytest.raises(ValueError, match="notional_filter: unknown value 'NONE', must be one of NOTIONAL, MIN_NOTIONAL, BOTH"):
        venue.set_options(notional_filter="NONE")


# market data

def test_prices_are_objects_whatever_is_asked_for(venue: MockExchange, rest: Rest) -> None:
    """A13 to A17: the document's sample, and a list of such objects for all and for ``symbols``."""
    venue.set_price("BTCUSDT", "40000")
    venue.set_price("ETHUSDT", "3000")
    assert rest.get("ticker/price", symbol="BTCUSDT").json == {"symbol": "BTCUSDT", "price": "40000.00000000"}
    pair = [{"symbol": "BTCUSDT", "price": "40000.00000000"}, {"symbol": "ETHUSDT", "price": "3000.00000000"}]
    assert rest.get("ticker/price", symbols='["BTCUSDT","ETHUSDT"]').json == pair
    everything = rest.get("ticker/price").json
    assert [row for row in everything if row in pair] == pair
    assert all(list(row) == ["symbol", "price"] and isinstance(row["price"], str) for row in everything)


def test_day_tickers_are_text_and_say_what_they_mean(venue: MockExchange, rest: Rest) -> None:
    """A18 to A21."""
    for price in ("40000", "41000", "39000"):
        venue.set_price("BTCUSDT", price)
    trades = rest.get("trades", symbol="BTCUSDT").json
    one, two = rest.get("ticker/24hr", symbols='["BTCUSDT","ETHUSDT"]').json
    assert (one["symbol"], two["symbol"]) == ("BTCUSDT", "ETHUSDT")
    numbers = {"openTime", "closeTime", "firstId", "lastId", "count"}
    assert all(isinstance(value, int if name in numbers else str) for row in (one, two) for name, value in row.items())
    assert (one["openPrice"], one["highPrice"], one["lowPrice"], one["lastPrice"]) == (
        "40000.00000000", "41000.00000000", "39000.00000000", "39000.00000000",
    )
    assert (one["priceChange"], one["priceChangePercent"]) == ("-1000.00000000", "-2.500")
    assert (one["firstId"], one["lastId"], one["count"]) == (trades[0]["id"], trades[-1]["id"], 3)
    assert one["closeTime"] - one["openTime"] == DAY_MS and one["closeTime"] >= trades[-1]["time"]
    assert isinstance(rest.get("ticker/24hr").json, list)


def test_depth_is_sorted_text_and_numbered(rest: Rest, market: Market) -> None:
    """A22, A23, A24."""
    market(("BUY", "39990", "1"), ("BUY", "39999", "2"), ("SELL", "40020", "3"), ("SELL", "40001", "4"))
    book = rest.get("depth", symbol="BTCUSDT").json
    assert book["bids"] == [["39999.00000000", "2.00000000"], ["39990.00000000", "1.00000000"]]
    assert book["asks"] == [["40001.00000000", "4.00000000"], ["40020.00000000", "3.00000000"]]
    assert rest.get("depth", symbol="BTCUSDT").json["lastUpdateId"] == book["lastUpdateId"]
    market(("BUY", "39998", "1"))
    assert rest.get("depth", symbol="BTCUSDT").json["lastUpdateId"] > book["lastUpdateId"]


def test_limits_of_market_data(venue: MockExchange, rest: Rest) -> None:
    """A25, A26: 100 and 5000 levels, 500 and 1000 trades; more is as good as the maximum."""
    def fill(inside: Venue) -> None:
        for step in range(150):
            price, quantity = parse_amount(41000 + step), parse_amount("0.01")
            inside.apply(PlaceOrder("other", "BTCUSDT", "SELL", "LIMIT", quantity, price))
        for _ in range(1005):
            inside.set_price("ETHUSDT", parse_amount(2500))

    venue.run(fill)
    counts = [len(rest.get("depth", symbol="BTCUSDT", **p).json["asks"]) for p in ({}, {"limit": 20}, {"limit": 9999})]
    assert counts == [100, 20, 150]
    counts = [len(rest.get("trades", symbol="ETHUSDT", **p).json) for p in ({}, {"limit": 1000}, {"limit": 1001})]
    assert counts == [500, 1000, 1000]


def test_trade_fields_have_their_types(venue: MockExchange, rest: Rest) -> None:
    """A27."""
    venue.set_price("BTCUSDT", "40000")
    [row] = rest.get("trades", symbol="BTCUSDT").json
    assert {name: type(value) for name, value in row.items()} == {
        "id": int, "price": str, "qty": str, "quoteQty": str, "time": int, "isBuyerMaker": bool, "isBestMatch": bool,
    }


def test_klines_are_500_or_1000_at_most() -> None:
    """A29."""
    with MockExchange("binance", seed=3) as venue:
        rest = Rest(venue.rest)
        counts = [
            len(rest.get("klines", symbol="BTCUSDT", interval="1m", **params).json) for params in ({}, {"limit": 1500})
        ]
        assert counts == [500, 1000]
        rest.connection.close()


# account

def test_account_follows_its_last_change(venue: MockExchange, rest: Rest) -> None:
    """A37, A38, A39: ``updateTime`` stands still until the balances move."""
    first = rest.signed("GET", "account").json
    assert rest.signed("GET", "account").json["updateTime"] == first["updateTime"] > 0
    venue.clock(60_000)
    venue.deposit("mock-key", "ETH", "3")
    after = rest.signed("GET", "account", timestamp=rest.get("time").json["serverTime"]).json
    assert after["updateTime"] - first["updateTime"] >= 60_000
    assert (after["accountType"], after["permissions"]) == ("SPOT", ["SPOT"])
    assert all(isinstance(row[name], str) for row in after["balances"] for name in ("asset", "free", "locked"))
    flags: tuple[str, ...] = ("canTrade", "canWithdraw", "canDeposit", "preventSor")
    assert [type(after[name]) for name in flags] == [bool] * 4


# orders

@pytest.mark.parametrize("changes", [
    {"type": "LIMIT", "price": "39000", "icebergQty": "0.005"},
    {"type": "LIMIT_MAKER", "price": "39000", "timeInForce": None},
    {"type": "MARKET", "timeInForce": None},
    {"type": "STOP_LOSS", "stopPrice": "41000", "timeInForce": None},
    {"type": "STOP_LOSS_LIMIT", "stopPrice": "41000", "price": "41000"},
    {"type": "TAKE_PROFIT", "stopPrice": "39000", "timeInForce": None},
    {"type": "TAKE_PROFIT_LIMIT", "stopPrice": "39000", "price": "39000", "strategyId": "1", "strategyType": "1000000"},
])
def test_every_order_type_of_binance(rest: Rest, market: Market, changes: dict[str, Any]) -> None:
    """A43, A48."""
    market(("SELL", "40000", "1"))
    body = rest.order(newOrderRespType="RESULT", **changes).json
    assert body["type"] == changes["type"] and body["status"] in ("NEW", "FILLED"), body
    for name in ("stopPrice", "icebergQty"):
        assert float(body.get(name, 0)) == float(changes.get(name, 0))


def test_what_the_engine_cannot_do_is_a_standard_error(rest: Rest) -> None:
    """A43."""
    answer = rest.order(type="STOP_LOSS_LIMIT", price="39000", trailingDelta="10")
    assert answer.error == (400, -2010, "Trailing stop orders are not supported for this symbol.")
    assert rest.order(type="OCO", price="39000").error == (400, -1116, "Invalid orderType.")


def test_qtes_own_names_are_not_read(rest: Rest) -> None:
    """A47, A57, A75: a client that still sends them is told, not misunderstood."""
    order = {"price": "39000", "client_order_id": "mine"}
    assert rest.order(**order).error[1] == -1104
    assert rest.signed("GET", "order", symbol="BTCUSDT", order_id="1").error[1] == -1104
    assert rest.signed("DELETE", "order", symbol="BTCUSDT", order_id="1").error[1] == -1104
    assert rest.signed("GET", "allOrders", symbol="BTCUSDT", start_time="1").error[1] == -1104
    assert rest.signed("GET", "open_orders").status == 404


def test_an_order_looks_the_same_in_every_list(rest: Rest, market: Market) -> None:
    """A58, A69, A77: query, open and all orders; the fills are in myTrades (spec, U22)."""
    market(("SELL", "40000", "0.004"))
    placed = rest.order(price="40000", newClientOrderId="mine").json
    assert (placed["status"], len(placed["fills"])) == ("PARTIALLY_FILLED", 1)
    one = rest.signed("GET", "order", symbol="BTCUSDT", origClientOrderId="mine").json
    assert one == rest.signed("GET", "openOrders").json[0] == rest.signed("GET", "allOrders", symbol="BTCUSDT").json[0]
    assert (one["executedQty"], one["cummulativeQuoteQty"]) == ("0.00400000", "160.00000000")
    assert one["time"] <= one["updateTime"] and "fills" not in one
    [fill] = rest.signed("GET", "myTrades", symbol="BTCUSDT", orderId=one["orderId"]).json
    assert (fill["qty"], fill["id"]) == ("0.00400000", placed["fills"][0]["tradeId"])


def test_symbol_is_mandatory_for_orders(rest: Rest) -> None:
    """A54, A61, A72."""
    for method, path in (("GET", "order"), ("DELETE", "order"), ("GET", "allOrders")):
        assert rest.signed(method, path).error == (400, -1102, MISSING.format("symbol"))


def test_all_orders_are_500_or_1000_at_most(venue: MockExchange, rest: Rest) -> None:
    """A76."""
    def fill(inside: Venue) -> None:
        quantity, price = parse_amount("0.001"), parse_amount(39000)
        for number in range(1005):
            inside.apply(PlaceOrder("mock-key", "BTCUSDT", "BUY", "LIMIT", quantity, price, client_order_id=f"c{number}"))
            inside.apply(CancelOrder("mock-key", "BTCUSDT", client_order_id=f"c{number}"))

    venue.run(fill)
    counts = [
        len(rest.signed("GET", "allOrders", symbol="BTCUSDT", **params).json)
        for params in ({}, {"limit": 1000}, {"limit": 1001}, {"limit": 3})
    ]
    assert counts == [500, 1000, 1000, 3]
    assert json.loads(rest.signed("GET", "allOrders", symbol="BTCUSDT", limit="x").text)["code"] == -1100
