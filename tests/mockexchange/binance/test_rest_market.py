"""Market data over REST (rest-api.md, "General endpoints" and "Market Data endpoints")."""

from collections.abc import Callable, Iterator

import pytest
from binance_rest import Rest

from mockexchange import MockExchange
from mockexchange.core.numbers import parse_amount
from mockexchange.dialects.binance import rendering

Market = Callable[..., None]

# rest-api.md, "24hr ticker price change statistics"
FULL = [
    "symbol", "priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastPrice", "lastQty",
    "bidPrice", "bidQty", "askPrice", "askQty", "openPrice", "highPrice", "lowPrice", "volume", "quoteVolume",
    "openTime", "closeTime", "firstId", "lastId", "count",
]
MINI = [
    "symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "openTime", "closeTime",
    "firstId", "lastId", "count",
]
# "Rolling window price change statistics", FULL
ROLLING = [*FULL[:4], "openPrice", "highPrice", "lowPrice", "lastPrice", *FULL[14:]]


@pytest.fixture
def traded(rest: Rest, market: Market) -> Iterator[Rest]:
    """Three trades: 1 @ 40000, 2 of one order @ 40010; bids at 39990."""
    market(("BUY", "39990", "2"), ("SELL", "40000", "0.1"), ("SELL", "40010", "0.1"), ("SELL", "40010", "0.3"))
    assert rest.order(type="MARKET", timeInForce=None, quantity="0.1").status == 200
    assert rest.order(type="MARKET", timeInForce=None, quantity="0.2").status == 200
    yield rest


def test_ping_and_time(rest: Rest) -> None:
    ping = rest.get("ping")
    assert (ping.text, ping.headers["x-mbx-used-weight-1m"]) == ("{}", "1")
    assert isinstance(rest.get("time").json["serverTime"], int)
    assert rest.get("time", x=1).error == (400, -1101, "Too many parameters; expected '0' and received '1'.")


def test_exchange_info(rest: Rest) -> None:
    body = rest.get("exchangeInfo").json
    assert list(body) == ["timezone", "serverTime", "rateLimits", "exchangeFilters", "symbols"]
    assert body["rateLimits"][0] == {
        "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000,
    }
    symbol = body["symbols"][0]
    assert list(symbol) == [
        "symbol", "status", "baseAsset", "baseAssetPrecision", "quoteAsset", "quotePrecision", "quoteAssetPrecision",
        "baseCommissionPrecision", "quoteCommissionPrecision", "orderTypes", "icebergAllowed", "ocoAllowed",
        "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed", "allowTrailingStop", "cancelReplaceAllowed",
        "amendAllowed", "pegInstructionsAllowed", "isSpotTradingAllowed", "isMarginTradingAllowed", "filters",
        "permissions", "permissionSets", "defaultSelfTradePreventionMode", "allowedSelfTradePreventionModes",
    ]
    assert (symbol["permissions"], symbol["permissionSets"]) == ([], [["SPOT"]])
    filters = {row["filterType"]: row for row in symbol["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"]["stepSize"] == "0.00001000"
    assert filters["NOTIONAL"]["minNotional"] == "5.00000000"


def test_exchange_info_selection(rest: Rest) -> None:
    def names(**params: str) -> list[str]:
        answer = rest.get("exchangeInfo", **params)
        assert answer.status == 200, answer.text
        return [row["symbol"] for row in answer.json["symbols"]]

    assert names(symbol="ETHUSDT") == ["ETHUSDT"]
    assert names(symbols='["ETHUSDT","BTCUSDT"]') == ["ETHUSDT", "BTCUSDT"]
    assert names(permissions="SPOT") == names()
    assert names(permissions='["MARGIN","LEVERAGED"]') == []
    assert names(symbolStatus="HALT") == []
    assert rest.get("exchangeInfo", showPermissionSets="false").json["symbols"][0]["permissionSets"] == []
    assert rest.get("exchangeInfo", symbol="NOPE").error == (400, -1121, "Invalid symbol.")
    assert rest.get("exchangeInfo", symbol="ETHUSDT", permissions="SPOT").error[1] == -1128
    assert rest.get("exchangeInfo", symbol="btcusdt").error[1] == -1100


def test_depth(traded: Rest) -> None:
    answer = traded.get("depth", symbol="BTCUSDT", limit=5000)
    assert list(answer.json) == ["lastUpdateId", "bids", "asks"]
    assert answer.json["bids"] == [["39990.00000000", "2.00000000"]]
    assert answer.json["asks"] == [["40010.00000000", "0.20000000"]]
    used = int(answer.headers["x-mbx-used-weight-1m"])
    again = traded.get("depth", symbol="BTCUSDT")
    assert int(again.headers["x-mbx-used-weight-1m"]) - used == 5
    assert traded.get("depth").error[1] == -1102
    assert traded.get("depth", symbol="BTCUSDT", symbolStatus="HALT").error == (
        400, -1220, "The symbol's status does not match the requested symbolStatus.",
    )
    assert traded.get("depth", symbol="BTCUSDT", symbolStatus="OPEN").error[1:] == (-1122, "Invalid symbolStatus.")


def test_trades(traded: Rest) -> None:
    rows = traded.get("trades", symbol="BTCUSDT").json
    assert list(rows[0]) == ["id", "price", "qty", "quoteQty", "time", "isBuyerMaker", "isBestMatch"]
    assert [(row["price"], row["qty"], row["quoteQty"], row["isBuyerMaker"]) for row in rows] == [
        ("40000.00000000", "0.10000000", "4000.00000000", False),
        ("40010.00000000", "0.10000000", "4001.00000000", False),
        ("40010.00000000", "0.10000000", "4001.00000000", False),
    ]
    ids = [row["id"] for row in rows]
    assert [row["id"] for row in traded.get("trades", symbol="BTCUSDT", limit=1).json] == ids[-1:]
    old = traded.get("historicalTrades", symbol="BTCUSDT", fromId=ids[1], limit=1).json
    assert [row["id"] for row in old] == ids[1:2]


def test_aggregate_trades(traded: Rest) -> None:
    rows = traded.get("aggTrades", symbol="BTCUSDT").json
    assert [list(row) for row in rows] == [["a", "p", "q", "f", "l", "T", "m", "M"]] * 2
    assert [(row["p"], row["q"], row["l"] - row["f"]) for row in rows] == [
        ("40000.00000000", "0.10000000", 0), ("40010.00000000", "0.20000000", 1),
    ]
    assert traded.get("aggTrades", symbol="BTCUSDT", fromId=rows[1]["a"]).json == rows[1:]
    assert traded.get("aggTrades", symbol="BTCUSDT", startTime=rows[0]["T"], endTime=rows[1]["T"]).json == rows
    assert traded.get("aggTrades", symbol="BTCUSDT", fromId=0, startTime=1).error[1] == -1128


def test_klines(traded: Rest) -> None:
    for path in ("klines", "uiKlines"):
        bars = traded.get(path, symbol="BTCUSDT", interval="1h").json
        bar = bars[-1]
        assert [type(field) for field in bar] == [int, str, str, str, str, str, int, str, int, str, str, str]
        volume = sum(float(each[5]) for each in bars)
        assert volume == pytest.approx(0.3)
        assert bar[6] - bar[0] == 3_600_000 - 1
    day = traded.get("klines", symbol="BTCUSDT", interval="1d", timeZone="8").json[-1]
    assert (day[0] + 8 * 3_600_000) % 86_400_000 == 0
    assert traded.get("klines", symbol="BTCUSDT", interval="2m").error == (400, -1120, "Invalid interval.")
    assert traded.get("klines", symbol="BTCUSDT").error[1] == -1102
    assert traded.get("klines", symbol="BTCUSDT", interval="1h", timeZone="25").error[1] == -1130


def test_average_price(traded: Rest) -> None:
    body = traded.get("avgPrice", symbol="BTCUSDT").json
    assert list(body) == ["mins", "price", "closeTime"]
    assert body["mins"] == 5
    assert 40000 < float(body["price"]) < 40010


def test_price_and_book_tickers(traded: Rest) -> None:
    assert traded.get("ticker/price", symbol="BTCUSDT").json == {"symbol": "BTCUSDT", "price": "40010.00000000"}
    assert len(traded.get("ticker/price").json) == 4
    pair = traded.get("ticker/price", symbols='["ETHUSDT","BTCUSDT"]').json
    assert [row["symbol"] for row in pair] == ["ETHUSDT", "BTCUSDT"]
    assert traded.get("ticker/bookTicker", symbol="BTCUSDT").json == {
        "symbol": "BTCUSDT", "bidPrice": "39990.00000000", "bidQty": "2.00000000",
        "askPrice": "40010.00000000", "askQty": "0.20000000",
    }
    assert traded.get("ticker/bookTicker", symbol="ETHUSDT").json["bidPrice"] == "0.00000000"
    assert traded.get("ticker/price", symbol="BTCUSDT", symbols='["ETHUSDT"]').error[1] == -1128
    assert traded.get("ticker/price", symbols='["ETHUSDT","ETHUSDT"]').error == (
        400, -1151, "Symbol is present multiple times in the list.",
    )
    assert traded.get("ticker/price", symbolStatus="HALT").json == []


def test_day_ticker(traded: Rest) -> None:
    body = traded.get("ticker/24hr", symbol="BTCUSDT").json
    assert list(body) == FULL
    assert (body["lastPrice"], body["lastQty"], body["askQty"]) == ("40010.00000000", "0.10000000", "0.20000000")
    assert (body["volume"], body["quoteVolume"], body["count"]) == ("0.30000000", "12002.00000000", 3)
    assert body["closeTime"] - body["openTime"] == 86_400_000
    assert list(traded.get("ticker/24hr", symbol="BTCUSDT", type="MINI").json) == MINI
    assert traded.get("ticker/24hr", symbol="BTCUSDT", type="HUGE").error[1:] == (-1139, "Invalid ticker type.")
    everything = traded.get("ticker/24hr")
    assert len(everything.json) == 4
    quiet = [row for row in everything.json if row["symbol"] == "ETHBTC"][0]
    assert (quiet["count"], quiet["firstId"], quiet["priceChangePercent"]) == (0, -1, "0.000")


@pytest.mark.parametrize(("opened", "last", "text"), [
    ("100", "101", "1.000"), ("100", "99", "-1.000"), ("100", "100", "0.000"), ("0", "5", "0.000"), ("300", "302", "0.667"),
    ("200000", "199999", "-0.001"), ("1000000", "999999", "0.000"), ("1", "1001", "100000.000"),
])
def test_change_in_percent(opened: str, last: str, text: str) -> None:
    """Three decimals, rounded half up; none without an opening price."""
    assert rendering.change_percent(parse_amount(last), parse_amount(opened)) == text


def test_rolling_and_trading_day(traded: Rest) -> None:
    rolling = traded.get("ticker", symbol="BTCUSDT", windowSize="2h").json
    assert list(rolling) == ROLLING
    assert rolling["openTime"] % 60_000 == 0
    assert 0 <= rolling["closeTime"] - rolling["openTime"] - 7_200_000 < 60_000
    day = traded.get("ticker/tradingDay", symbols='["BTCUSDT"]', timeZone="-1:00").json[0]
    assert list(day) == ROLLING
    assert (day["openTime"] - 3_600_000) % 86_400_000 == 0
    assert day["closeTime"] - day["openTime"] == 86_400_000 - 1
    assert traded.get("ticker").error[1] == -1102
    assert traded.get("ticker", symbol="BTCUSDT", windowSize="60m").error[1] == -1130
    assert traded.get("ticker", symbol="BTCUSDT", windowSize="1d2h").error[1] == -1100
    assert list(traded.get("ticker", symbol="BTCUSDT", type="MINI").json) == MINI


def test_synthetic_market_has_a_past() -> None:
    with MockExchange("binance", seed=3) as venue:
        rest = Rest(venue.rest)
        assert len(rest.get("klines", symbol="BTCUSDT", interval="1m", limit=1000).json) == 1000
        book = rest.get("depth", symbol="BTCUSDT", limit=10).json
        assert len(book["bids"]) == len(book["asks"]) == 10
        assert float(book["bids"][0][0]) < float(book["asks"][0][0])
        rest.connection.close()
