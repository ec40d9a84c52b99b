"""Public data: shapes of the seed document, section 5, and of the spec where the seed has none; a replay."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hashex_client import Rest, Wire

from mockexchange import MockExchange
from mockexchange.core.bars import Bar
from mockexchange.core.book import Book
from mockexchange.core.commands import Quote
from mockexchange.core.events import PublicTrade
from mockexchange.core.exchange import Exchange
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.numbers import parse_amount
from mockexchange.core.tape import Window
from mockexchange.dialects.hashex import rendering
from mockexchange.dialects.hashex.state import Listing, digits_of

BTC: Listing = Listing("BTC_USDT", "BTCUSDT", 6, 2, 5)
HOUR: int = 3_600_000

Market = Callable[..., None]


def amounts(*texts: str) -> list[int]:
    return [parse_amount(text) for text in texts]


# literal payloads of the documents

def test_kline_of_the_seed() -> None:
    """Seed, 5.2."""
    opened, high, low, close, volume, quote = amounts("30000", "31000", "29800", "30500", "10.5", "315000.5")
    time = 1687245871234000
    bar = Bar(time, time, opened, high, low, close, volume, quote, 1, 0, 0, 1, 1)
    assert rendering.kline_row(bar, BTC) == {
        "s": "BTC_USDT", "t": 1687245871234, "o": "30000.00", "h": "31000.00", "l": "29800.00", "c": "30500.00",
        "a": "10.5", "v": "315000.50",
    }


def window_of_the_seed() -> Window:
    opened, high, low, last, volume, quote = amounts("30000", "31000", "29800", "30500", "10.5", "315000.5")
    return Window(opened, high, low, last, volume, quote, 1, 1, 1, opened)


def test_ticker_of_the_seed() -> None:
    """Seed, 5.3."""
    assert rendering.ticker_row(BTC, window_of_the_seed(), 1687245871234000) == {
        "t": 1687245871234, "s": "BTC_USDT", "c": "30500.00", "h": "31000.00", "l": "29800.00", "a": "10.5",
        "v": "315000.50", "o": "30000.00", "r": "1.67",
    }


def test_trend_ticker_of_the_spec() -> None:
    """Spec 3.5, the live-looking example."""
    opened, high, low, last, volume, quote, past = amounts(
        "88581.60", "94507.96", "88482.64", "93512.38", "6845.64559", "18558027109.7755458", "88981.13",
    )
    bar = Bar(1745323200000000, 0, past, past, past, past, 0, 0, 0, 0, 0, -1, -1)
    window = Window(opened, high, low, last, volume, quote, 1, 1, 1, opened)
    assert rendering.trend_ticker(BTC, window, [bar], 1745408378184000) == {
        "t": 1745408378184, "s": "BTC_USDT", "c": "93512.38", "h": "94507.96", "l": "88482.64", "a": "6845.64559",
        "v": "18558027109.7755458", "o": "88581.60", "r": "0.0556",
        "tickerTrendVo": {
            "list": [{"symbolId": 6, "symbol": "BTC_USDT", "price": 88981.13, "time": 1745323200000}],
        },
    }


def test_deal_of_the_seed() -> None:
    """Seed, 5.5."""
    price, quantity = amounts("30500", "0.01")
    trade = PublicTrade("BTCUSDT", 1, price, quantity, 0, 1687245871234000, False, 1)
    assert rendering.public_deal(trade, BTC) == {
        "t": 1687245871234, "s": "BTC_USDT", "p": "30500.00", "a": "0.01", "m": "BID",
    }
    assert rendering.public_deal(trade._replace(buyer_is_maker=True), BTC)["m"] == "ASK"


def test_depth_of_the_seed() -> None:
    """Seed, 5.6."""
    exchange = Exchange(default_instruments())
    for side, price, quantity in [
        ("BUY", "30400", "0.5"), ("BUY", "30300", "1.2"), ("SELL", "30500", "0.3"), ("SELL", "30600", "1"),
    ]:
        exchange.apply(Quote("BTCUSDT", side, *amounts(price, quantity)), 1)
    book: Book = exchange.books["BTCUSDT"]
    book.update_id = 12345678
    depth = rendering.depth(book, BTC, 2, 1687245871234000)
    assert depth == {
        "t": 1687245871234, "s": "BTC_USDT", "u": 12345678,
        "b": [("30400.00", "0.5"), ("30300.00", "1.2")],
        "a": [("30500.00", "0.3"), ("30600.00", "1")],
    }


def test_balance_of_an_asset_without_a_price() -> None:
    """Spec 3.16: it is worth nothing that can be told."""
    free, locked = amounts("100000", "50000")
    assert rendering.balance_row(Exchange(default_instruments()), "DOGE", free, locked) == {
        "coin": "DOGE", "balance": "150000", "freeze": "50000", "availableBalance": "100000", "estimatedTotalAmount": "0",
        "estimatedCynAmount": "0", "estimatedAvailableAmount": "0", "estimatedFreeze": "0", "estimatedCoinType": "USDT",
    }


@pytest.mark.parametrize(("value", "digits", "text"), [
    ("60000", 2, "60000.00"), ("0.001", 0, "0.001"), ("0", 0, "0"), ("0", 2, "0.00"), ("315000.5", 2, "315000.50"),
    ("0.00000001", 2, "0.00000001"), ("12", 0, "12"), ("-1.5", 2, "-1.50"), ("95000.5", 1, "95000.5"),
])
def test_numbers_as_text(value: str, digits: int, text: str) -> None:
    assert rendering.plain(parse_amount(value), digits) == text


@pytest.mark.parametrize(("last", "percent", "fraction"), [
    ("30500", "1.67", "0.0166"), ("29500", "-1.67", "-0.0166"), ("30000", "0.00", "0.0000"), ("29999.9", "0.00", "0.0000"),
    ("3030000", "10000.00", "100.0000"), ("0.01", "-100.00", "-0.9999"),
])
def test_change(last: str, percent: str, fraction: str) -> None:
    window = window_of_the_seed()._replace(last=parse_amount(last))
    assert (rendering.change_percent(window), rendering.change_fraction(window)) == (percent, fraction)
    empty = window._replace(open=0)
    assert (rendering.change_percent(empty), rendering.change_fraction(empty)) == ("0.00", "0.0000")


def test_decimals_of_a_step() -> None:
    assert [digits_of(step) for step in amounts("1", "0.5", "0.01", "0.00001", "0.00000001")] == [0, 1, 2, 5, 8]


# endpoints

def test_symbol_configs(rest: Rest) -> None:
    """Spec 3.3."""
    rows = rest.public("symbol/configs")["data"]
    assert [row["symbol"] for row in rows] == ["BTC_USDT", "ETH_USDT", "BNB_USDT", "ETH_BTC"]
    assert rows[0] == {
        "symbol": "BTC_USDT", "baseAsset": "BTC", "baseAssetPrecision": 8, "quoteAsset": "USDT",
        "quoteAssetPrecision": 8, "pricePrecision": 2, "quantityPrecision": 5, "makerFee": "0.001", "takerFee": "0.001",
    }
    assert (rows[3]["pricePrecision"], rows[3]["quantityPrecision"]) == (5, 4)


def test_time(venue: MockExchange, rest: Rest) -> None:
    before = rest.public("time")["data"]
    venue.clock(-60_000)
    assert before - 61_000 < rest.public("time")["data"] < before


def test_depth(rest: Rest, market: Market) -> None:
    assert rest.public("quotation/depth", symbol="BTC_USDT", level=1)["data"]["b"] == []
    market(("BUY", "39000", "1"), ("BUY", "39001", "0.5"), ("SELL", "40000", "0.25"))
    data = rest.public("quotation/depth", symbol="BTC_USDT", level=50)["data"]
    assert list(data) == ["t", "s", "u", "b", "a"]
    assert (data["b"], data["a"]) == ([["39001.00", "0.5"], ["39000.00", "1"]], [["40000.00", "0.25"]])
    assert rest.public("quotation/depth", symbol="BTC_USDT", level=1)["data"]["b"] == [["39001.00", "0.5"]]
    for level in ("0", "51", "many"):
        answer = rest.public("quotation/depth", symbol="BTC_USDT", level=level)
        assert (answer["code"], answer["message"]) == (-1, f"parameter level is invalid: {level}")
    assert rest.public("quotation/depth", symbol="BTC_USDT")["message"] == "parameter level is missing"


def test_deals(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"), ("BUY", "39000", "1"))
    rest.placed(price="40000", totalAmount="0.25")
    rest.placed(direction="SELL", price="39000", totalAmount="0.5")
    rows = rest.public("quotation/deal", symbol="BTC_USDT", num=10)["data"]
    assert [(row["p"], row["a"], row["m"]) for row in rows] == [("39000.00", "0.5", "ASK"), ("40000.00", "0.25", "BID")]
    assert rest.public("quotation/deal", symbol="BTC_USDT", num=1)["data"] == rows[:1]
    assert rest.public("quotation/deal", symbol="BTC_USDT")["message"] == "parameter num is missing"
    assert rest.public("quotation/deal", symbol="BTC_USDT", num=0)["message"] == "parameter num is invalid: 0"


def test_tickers(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"), ("SELL", "44000", "1"))
    rest.placed(price="40000", totalAmount="1")
    rest.placed(price="44000", totalAmount="0.5")
    one = rest.public("quotation/ticker", symbol="BTC_USDT")["data"]
    assert list(one) == ["t", "s", "c", "h", "l", "a", "v", "o", "r"]
    one.pop("t")
    assert one == {
        "s": "BTC_USDT", "c": "44000.00", "h": "44000.00", "l": "40000.00", "a": "1.5", "v": "62000.00",
        "o": "40000.00", "r": "10.00",
    }
    rows = rest.public("quotation/tickers")["data"]
    assert [row["s"] for row in rows] == ["BTC_USDT", "ETH_USDT", "BNB_USDT", "ETH_BTC"]
    assert rows[0]["c"] == "44000.00" and rows[3]["c"] == "0.06250"
    trend = rest.public("quotation/trend/ticker", symbol="BTC_USDT")["data"]
    assert trend["r"] == "0.1000" and trend["tickerTrendVo"]["list"][0]["price"] == 44000.0
    assert rest.public("quotation/ticker", symbol="DOGE_USDT")["message"] == "parameter symbol is invalid: DOGE_USDT"


def test_klines(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    rest.placed(price="40000", totalAmount="0.5")
    row = rest.public("quotation/kline", symbol="BTC_USDT", interval="1M")["data"][-1]
    assert list(row) == ["s", "t", "o", "h", "l", "c", "a", "v"]
    assert (row["o"], row["c"], row["a"], row["v"]) == ("40000.00", "40000.00", "0.5", "20000.00")
    for interval in ("3m", "1D", "60"):
        assert rest.public("quotation/kline", symbol="BTC_USDT", interval=interval)["code"] == -1
    assert rest.public("quotation/kline", symbol="BTC_USDT")["message"] == "parameter interval is missing"


def test_kline_limits_on_a_synthetic_market() -> None:
    with MockExchange("hashex", seed=7) as venue:
        rest = Rest(venue.rest)

        def bars(**params: Any) -> list[Any]:
            found: list[Any] = rest.public("quotation/kline", symbol="BTC_USDT", **params)["data"]
            return found

        assert len(bars(interval="1m")) == 500 and len(bars(interval="1m", limit=5000)) == 1500
        hours = bars(interval="1h", limit=30)
        assert [row["t"] % HOUR for row in hours] == [0] * 30
        assert [row["t"] for row in hours] == sorted(row["t"] for row in hours)
        first, last = hours[10]["t"], hours[19]["t"]
        assert bars(interval="1h", startTime=first, endTime=last) == hours[10:20]
        assert bars(interval="1h", startTime=first, endTime=last, limit=3) == hours[10:13]
        assert bars(interval="1h", endTime=last, limit=3) == hours[17:20]
        depth = rest.public("quotation/depth", symbol="ETH_BTC", level=5)["data"]
        assert len(depth["b"]) == len(depth["a"]) == 5
        rest.connection.close()


def test_a_replay_is_told_trade_by_trade(tmp_path: Path) -> None:
    """A recording in Binance's symbols, which are the core's; not one trade is lost at full speed."""
    path = tmp_path / "BTCUSDT-trades-2021-01-08.csv"
    rows = [(str(39000 + number % 50), f"0.{number + 1:05d}", number % 2) for number in range(3000)]
    path.write_text("".join(
        f"{number + 1},{price},{amount},1,{1610064000000 + number * 10},{'True' if maker else 'False'},True\n"
        for number, (price, amount, maker) in enumerate(rows)
    ))
    with MockExchange("hashex", feed=str(path), speed="max") as venue, Wire(venue.stream) as wire:
        wire.subscribe(sub="subSymbol", symbol="BTC_USDT")
        deals = [wire.push("qDeal") for _ in rows]
    assert [(deal["p"], deal["a"], deal["m"]) for deal in deals] == [
        (f"{price}.00", amount.rstrip("0"), 2 if maker else 1) for price, amount, maker in rows
    ]
    assert deals[0]["t"] == 1610064000000
