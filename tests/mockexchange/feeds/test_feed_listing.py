"""Symbols that are not built in: listed by a dump of them, or by --list."""

import json
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from mockexchange import MockExchange
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.numbers import SCALE, parse_amount
from mockexchange.feeds import FeedError, open_feed
from mockexchange.listing import parse_listing, split_symbol, with_listed

DOGE: str = (
    "1735689600000000,0.31500000,0.31510000,0.31500000,0.31510000,120.00000000,1735689600999999,37.80600000,3,60.00000000,18.90300000,0\n"
    "1735689601000000,0.31510000,0.31510000,0.31490000,0.31490000,85.00000000,1735689601999999,25.20000000,2,0.00000000,0.00000000,0\n"
)


@pytest.mark.parametrize(("symbol", "expected"), [
    ("DOGEUSDT", ("DOGE", "USDT")), ("1000SHIBUSDC", ("1000SHIB", "USDC")), ("ETHFDUSD", ("ETH", "FDUSD")), ("SOLBTC", ("SOL", "BTC")), ("BTCUSD", ("BTC", "USD")),
    ("USDTTRY", ("USDT", "TRY")), ("BTCUSDT", ("BTC", "USDT")), ("USDT", None), ("DOGEXYZ", None), ("", None),
])
def test_split(symbol: str, expected: tuple[str, str] | None) -> None:
    assert split_symbol(symbol) == expected


@pytest.mark.parametrize("name", ["DOGEUSDT-1s-2025-01-01.csv", "my DOGEUSDT dump.csv", "dogeusdt.csv", "2025_DOGEUSDT.csv"])
def test_a_dump_lists_its_symbol(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(DOGE)
    found = open_feed(str(tmp_path / name), default_instruments(), 0).instrument
    assert (found.symbol, found.base, found.quote) == ("DOGEUSDT", "DOGE", "USDT")
    assert (found.tick_size, found.step_size) == (parse_amount("0.0001"), SCALE)
    assert found.max_quantity > 1_000_000 * SCALE and found.max_quantity % found.step_size == 0


def test_the_name_is_in_the_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "download (1).zip", "w") as archive:
        archive.writestr("folder/DOGEUSDT-1s-2025-01-01.csv", DOGE)
    assert open_feed(str(tmp_path / "download (1).zip"), default_instruments(), 0).symbols == ["DOGEUSDT"]


@pytest.mark.parametrize("price", ["0.00000001", "0.00001234", "98765.4", "1000000000000000000"])
@pytest.mark.parametrize("dialect", ["binance", "hashex", "qte"])
def test_any_price_is_replayed(tmp_path: Path, price: str, dialect: str) -> None:
    path = tmp_path / "PEPEEUR-trades.csv"
    path.write_text(f"1,{price},1000000000000000000,1,1735689600000,True,True\n2,{price},0.5,1,1735689600001,True,True\n")
    with MockExchange(dialect, feed=str(path), speed="max") as venue:
        venue.run(lambda one: one.touch_feed())
        symbol = venue.state()["symbols"]["PEPEEUR"]
        assert parse_amount(symbol["last_price"]) > 0
        balances = venue.state()["accounts"]["mock-key"]["balances"]
        assert parse_amount(balances["EUR"]["free"]) == 100_000 * SCALE
        assert parse_amount(balances["PEPE"]["free"]) > 0
        assert parse_amount(balances["USDT"]["free"]) == 100_000 * SCALE


def test_odd_records_are_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "ETHUSDT-aggTrades-2023-05.csv"
    path.write_text("".join(f"{number},1870.1,{number % 2}.0,{number},{number},16828993{number:05d},false\n" for number in range(1, 101)))
    with caplog.at_level(logging.WARNING):
        feed = open_feed(str(path), default_instruments(), 0)
        assert len(list(feed.steps())) == 50
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: 50 records without a quantity, passed over (first in line 2); 50 records are replayed"
    ]
    path.write_text("1,1870.1,0,1,1,1682899300010,false\n")
    with pytest.raises(FeedError, match="no record can be used: 1 record without a quantity"):
        open_feed(str(path), default_instruments(), 0)


def test_a_file_out_of_order_is_replayed_in_order(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT-trades.csv"
    path.write_text("".join(f"{number},40000,1,1,{1610064000000 + number},true,true\n" for number in (3, 1, 2, 5, 4, 4)))
    feed = open_feed(str(path), default_instruments(), 0)
    assert [(at, command.trade_id) for at, command in feed.steps()] == [(0, 1), (1000, 2), (2000, 3), (3000, 4), (4000, 5)]
    assert feed.last_trade_ids == {"BTCUSDT": 5}


def test_list() -> None:
    found = parse_listing("dogeusdt:doge:usdt:0.00001:1:0.32")
    assert (found.symbol, found.base, found.quote, found.tick_size, found.step_size, found.start_price) == (
        "DOGEUSDT", "DOGE", "USDT", 1000, SCALE, 32_000_000,
    )
    assert parse_listing("A:B:C:0.01:0.1").start_price == 10 * SCALE
    assert parse_listing("A:B:C:0.0001:0.1").start_price == SCALE
    assert parse_listing("A:B:C:1:1:1000000000000000000").max_price >= 10 ** 26


@pytest.mark.parametrize(("text", "expected"), [
    ("DOGEUSDT", "it has 1 parts: 'DOGEUSDT'"), ("A:B:C:1:1:1:1", "it has 7 parts"), ("D E:B:C:1:1", "symbol: not of letters and digits: 'D E'"),
    (":B:C:1:1", "symbol"), ("A::C:1:1", "list A: base: not of 1 to 20 letters and digits: ''"), ("A:B:$:1:1", "quote: not of 1 to 20 letters and digits: '$'"),
    ("A:B:b:1:1", "quote: the same as base: 'b'"), ("A:B:C:x:1", "tick: not a decimal number: 'x'"), ("A:B:C:0:1", "tick: not above 0"), ("A:B:C:1:-1", "step: not above 0"),
    ("A:B:C:0.000000001:1", "tick: more than 8 digits"), ("A:B:C:1:1:1.5", "price: '1.5' is no multiple of the tick 1"), ("A:B:C:1:1:", "price: not a decimal number: ''"),
    ("A:B:C:1:10000000000000000001", "step: not above 0 and up to 1e18"), ("BTCUSDT:BTC:USDT:1:1", "BTCUSDT: this symbol is listed already"),
    ("XBTUSDT:BTC:USDT:1:1", "BTC and USDT are traded as another symbol already"),
])
def test_bad_lists(text: str, expected: str) -> None:
    with pytest.raises(ValueError) as caught:
        with_listed(default_instruments(), [text])
    assert expected in str(caught.value) and str(caught.value).startswith("list")


def test_command_line(serve_command: Callable) -> None:
    venue = serve_command("binance=0", "--exit-with-stdin", "--list", "DOGEUSDT:DOGE:USDT:0.00001:1:0.32", "--list", "SOLTRY:SOL:TRY:1:0.001:6000")
    try:
        base: str = json.loads(venue.stdout.readline())["rest"]
        with urlopen(base + "/api/v3/exchangeInfo?symbol=DOGEUSDT") as answer:
            found = json.load(answer)["symbols"][0]
        assert (found["baseAsset"], found["quoteAsset"]) == ("DOGE", "USDT")
        with urlopen(base + "/api/v3/depth?symbol=SOLTRY") as answer:
            assert float(json.load(answer)["bids"][0][0]) == pytest.approx(6000, rel=0.05)
        with urlopen(base + "/_mock/state") as answer:
            assert float(json.load(answer)["accounts"]["mock-key"]["balances"]["TRY"]["free"]) == 100_000
    finally:
        venue.communicate("", timeout=10)
    bad = serve_command("binance=0", "--list", "DOGEUSDT")
    _, said = bad.communicate(timeout=10)
    assert bad.returncode == 2 and said.count("\n") == 1 and "list: not SYMBOL:BASE:QUOTE:TICK:STEP[:PRICE]" in said
