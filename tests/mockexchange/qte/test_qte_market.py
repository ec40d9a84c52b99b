"""Market data (2.2 of the analysis document). Bodies quoted there are literal here."""

from collections.abc import Callable

import pytest
from qte_client import Rest

from mockexchange import MockExchange
from mockexchange.core.numbers import parse_amount
from mockexchange.core.tape import Window
from mockexchange.dialects.qte import rendering

Market = Callable[..., None]
BOTH = pytest.mark.parametrize("version", ["v1", "v3"])


@pytest.mark.parametrize(("value", "digits", "text"), [
    ("40000", 1, "40000.0"), ("40000.5", 2, "40000.50"), ("-1.5", 3, "-1.500"), ("0.00000001", 1, "0.00000001"), ("0", 1, "0.0"), ("100", 2, "100.00"),
])
def test_numbers_as_text(value: str, digits: int, text: str) -> None:
    assert rendering.plain(parse_amount(value), digits) == text


def test_decimals_of_a_step() -> None:
    """At least one: the price of a symbol with whole ticks has a zero."""
    found = [rendering.digits_of(parse_amount(step)) for step in ("10", "1", "0.5", "0.1", "0.01", "0.00000001")]
    assert found == [1, 1, 1, 1, 2, 8]


def test_a_day_that_opened_at_nothing_has_no_percentage() -> None:
    price = parse_amount("40000")
    window = Window(0, price, 0, price, parse_amount("0.5"), parse_amount("20000"), 1, 1, 1, 0)
    assert rendering.day_ticker("BTCUSDT", price, window) == {
        "symbol": "BTCUSDT", "lastPrice": "40000.0", "volume": "0.5", "highPrice": "40000.0", "lowPrice": "0.0",
        "priceChange": "40000.0", "priceChangePercent": "0.0",
    }


@pytest.fixture
def traded(rest: Rest, market: Market) -> Rest:
    """Three trades: 0.1 @ 40000, then 0.1 and 0.1 @ 40010 of one order; bids at 39990 and 39980.5."""
    market(
        ("BUY", "39980.5", "1"), ("BUY", "39990", "2"), ("SELL", "40010", "0.1"), ("SELL", "40000", "0.1"),
        ("SELL", "40010", "0.3"), ("SELL", "40020", "5"),
    )
    for quantity in ("0.1", "0.2"):
        assert rest.order(type="MARKET", quantity=quantity).json["status"] == "FILLED"
    return rest


@BOTH
def test_price_is_a_map(venue: MockExchange, rest: Rest, version: str) -> None:
    """2.2.1: the symbol is the key, of one price and of all."""
    venue.set_price("BTCUSDT", "40000.00")
    venue.set_price("ETHUSDT", "3000.00")
    assert rest.public("ticker/price", version, symbol="BTCUSDT").json == {"BTCUSDT": "40000.00"}
    assert rest.public("ticker/price", version).json == {"BTCUSDT": "40000.00", "ETHUSDT": "3000.00"}


@BOTH
@pytest.mark.parametrize("symbol", ["NOPE", "btcusdt", "BNBUSDT"])
def test_no_price(rest: Rest, version: str, symbol: str) -> None:
    """2.2.1; the last symbol is listed and has never traded (spec, Q30)."""
    assert rest.public("ticker/price", version, symbol=symbol).refusal == (
        404, {"code": -1121, "msg": "未找到指定交易对的价格"},
    )


def test_symbols_is_not_known(venue: MockExchange, rest: Rest) -> None:
    """2.2.1 and 2.2.2: a list of symbols is not read, so all are answered."""
    venue.set_price("BTCUSDT", "40000")
    venue.set_price("ETHUSDT", "3000")
    assert len(rest.public("ticker/price", symbols='["BTCUSDT"]').json) == 2
    assert len(rest.public("ticker/24hr", symbols='["BTCUSDT"]').json) == 4


@BOTH
def test_day_ticker(traded: Rest, version: str) -> None:
    """2.2.2: an object or a list; the fields are the few of the project's server (spec 1.4.5), all text."""
    assert traded.public("ticker/24hr", version, symbol="BTCUSDT").json == {
        "symbol": "BTCUSDT", "lastPrice": "40010.0", "volume": "0.3", "highPrice": "40010.0", "lowPrice": "40000.0",
        "priceChange": "10.0", "priceChangePercent": "0.025",
    }
    rows = {row["symbol"]: row for row in traded.public("ticker/24hr", version).json}
    assert sorted(rows) == ["BNBUSDT", "BTCUSDT", "ETHBTC", "ETHUSDT"]
    assert rows["ETHUSDT"] == {
        "symbol": "ETHUSDT", "lastPrice": "0", "volume": "0", "highPrice": "0", "lowPrice": "0", "priceChange": "0",
        "priceChangePercent": "0",
    }
    assert traded.public("ticker/24hr", version, symbol="NOPE").refusal == (
        404, {"code": -1121, "msg": "未找到指定交易对的24小时行情数据"},
    )


def test_a_falling_day(venue: MockExchange, rest: Rest) -> None:
    venue.set_price("BTCUSDT", "40000")
    venue.set_price("BTCUSDT", "39000")
    body = rest.public("ticker/24hr", symbol="BTCUSDT").json
    assert (body["priceChange"], body["priceChangePercent"]) == ("-1000.0", "-2.5")


@BOTH
def test_depth(traded: Rest, version: str) -> None:
    """2.2.3: pairs of text, bids falling, asks rising; no lastUpdateId yet."""
    assert traded.public("depth", version, symbol="BTCUSDT").json == {
        "symbol": "BTCUSDT",
        "bids": [["39990.0", "2.0"], ["39980.5", "1.0"]],
        "asks": [["40010.0", "0.2"], ["40020.0", "5.0"]],
    }
    assert traded.public("depth", version, symbol="BTCUSDT", limit=1).json["bids"] == [["39990.0", "2.0"]]
    assert traded.public("depth", version).refusal == (400, {"code": -1102, "msg": "缺少symbol参数"})
    assert traded.public("depth", version, symbol="NOPE").json == {"symbol": "NOPE", "bids": [], "asks": []}


def test_depth_limits(other: Rest) -> None:
    """2.2.3: 100 by default, ``type=int`` forgives, no maximum."""
    for step in range(105):
        assert other.order(symbol="ETHUSDT", side="SELL", price=str(3000 + step), quantity="0.1").status == 200

    def count(**params: object) -> int:
        return len(other.public("depth", symbol="ETHUSDT", **params).json["asks"])

    assert [count(), count(limit="x"), count(limit="1.5"), count(limit=""), count(limit=100)] == [100] * 5
    assert (count(limit=5001), count(limit=7), count(limit=0), count(limit=-3)) == (105, 7, 0, 0)


@BOTH
def test_trades(traded: Rest, version: str) -> None:
    """2.2.4: newest first, uuids, without quoteQty and isBestMatch (spec 1.4.7)."""
    rows = traded.public("trades", version, symbol="BTCUSDT").json
    assert [sorted(row) for row in rows] == [["id", "isBuyerMaker", "price", "qty", "time"]] * 3
    assert [(row["price"], row["qty"], row["isBuyerMaker"]) for row in rows] == [
        ("40010.0", "0.1", False), ("40010.0", "0.1", False), ("40000.0", "0.1", False),
    ]
    assert len({row["id"] for row in rows}) == 3 and all(row["id"][14] == "4" for row in rows)
    assert all(len(str(row["time"])) == 13 for row in rows)
    assert traded.public("trades", version, symbol="BTCUSDT", limit=1).json == rows[:1]
    assert traded.public("trades", version, symbol="NOPE").json == []
    assert traded.public("trades", version).refusal == (400, {"error": "必须指定交易对"})


def test_trade_limits(venue: MockExchange, rest: Rest) -> None:
    """2.2.4: 50 by default, 500 at most."""
    for _ in range(505):
        venue.set_price("BTCUSDT", "40000")
    counts = [len(rest.public("trades", symbol="BTCUSDT", **p).json) for p in ({}, {"limit": 1000}, {"limit": 60})]
    assert counts == [50, 500, 60]


@BOTH
def test_klines(traded: Rest, version: str) -> None:
    """2.2.5: twelve elements, numbers as text but for times and the count."""
    bars = traded.public("klines", version, symbol="BTCUSDT", interval="1h").json
    bar = bars[-1]
    assert [type(field) for field in bar] == [int, str, str, str, str, str, int, str, int, str, str, str]
    assert bar[6] - bar[0] == 3_600_000 - 1
    assert sum(float(each[5]) for each in bars) == pytest.approx(0.3)
    assert traded.public("klines", version, symbol="BTCUSDT", interval="1h", startTime=bar[0], endTime=bar[0]).json == [bar]
    assert traded.public("klines", version, symbol="BTCUSDT", interval="1h", startTime=bar[6] + 1).json == []
    assert traded.public("klines", version, symbol="BTCUSDT", interval="1h", limit=0).json == []
    assert traded.public("klines", version, interval="1h").refusal == (400, {"error": "必须指定交易对"})
    assert traded.public("klines", version, symbol="BTCUSDT").refusal == (400, {"error": "缺少必要参数: interval"})
    assert traded.public("klines", version, symbol="BTCUSDT", interval="2m").refusal == (
        400, {"error": "无效的时间间隔: 2m"},
    )


def test_kline_limits() -> None:
    """2.2.5: 500 by default; a maximum is not named. A synthetic market has a past."""
    with MockExchange("qte", seed=3) as venue:
        rest = Rest(venue.rest)
        assert len(rest.public("klines", symbol="BTCUSDT", interval="1m").json) == 500
        assert len(rest.public("klines", symbol="BTCUSDT", interval="1m", limit=1200).json) == 1200
        assert sorted(rest.public("ticker/price").json) == ["BNBUSDT", "BTCUSDT", "ETHBTC", "ETHUSDT"]


def test_average_price(traded: Rest) -> None:
    """2.2.6: under v3 only."""
    body = traded.public("avgPrice", "v3", symbol="BTCUSDT").json
    assert body == {"mins": 5, "price": "40006.66666666"}
    assert traded.public("avgPrice", "v3").refusal == (400, {"code": -1102, "msg": "缺少symbol参数"})
    assert traded.public("avgPrice", "v3", symbol="NOPE").refusal == (400, {"code": -1121, "msg": "无效的交易对: NOPE"})
    assert traded.public("avgPrice", "v3", symbol="ETHUSDT").status == 400
