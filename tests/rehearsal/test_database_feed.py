"""Bars of VeighNa's database as a feed: how they are named, read, and what is said when they are not there."""

import json
import subprocess
import sys
import time
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.database import BarOverview
from vnpy.trader.object import BarData

from mockexchange.core.numbers import SCALE
from mockexchange.core.instruments import default_instruments
from mockexchange.feeds import FeedError, open_feed
from mockexchange.feeds.drivers import split_spec
from mockexchange.feeds.replay import ReplayFeed
from mockexchange.feeds.times import microseconds
from vnpy_rehearsal.arguments import read_arguments
from vnpy_rehearsal.database_feed import DatabaseBars, parse_spec

ZONE: ZoneInfo = ZoneInfo("Asia/Shanghai")
START: datetime = datetime(2024, 1, 30, 23, 0)
MINUTE: int = 60_000_000


class FakeDatabase:
    """What DatabaseBars asks of a vn.py database, with times as vnpy_sqlite gives them."""

    def __init__(self, *entries: tuple[str, Exchange, Interval, int]) -> None:
        self.bars: dict[tuple[str, Exchange, Interval], list[BarData]] = {}
        self.pages: int = 0
        for symbol, exchange, interval, count in entries:
            step: timedelta = {Interval.MINUTE: timedelta(minutes=1), Interval.HOUR: timedelta(hours=1), Interval.DAILY: timedelta(days=1)}[interval]
            self.bars[symbol, exchange, interval] = [
                BarData("DB", symbol, exchange, (START + step * number).replace(tzinfo=ZONE), interval, 2.5, 1.0, 0, 100.1, 101, 99.9, 100.3)
                for number in range(count)
            ]

    def get_bar_overview(self) -> list[BarOverview]:
        return [BarOverview(*key, len(bars), bars[0].datetime.replace(tzinfo=None), bars[-1].datetime.replace(tzinfo=None)) for key, bars in self.bars.items()]

    def load_bar_data(self, symbol: str, exchange: Exchange, interval: Interval, start: datetime, end: datetime) -> list[BarData]:
        self.pages += 1
        return [bar for bar in self.bars[symbol, exchange, interval] if start <= bar.datetime.replace(tzinfo=None) <= end]


def opened(text: str, *entries: tuple[str, Exchange, Interval, int]) -> tuple[DatabaseBars, FakeDatabase]:
    database = FakeDatabase(*entries)
    return DatabaseBars(f"vnpy:{text}", database, parse_spec(text), ZONE), database


SPOT = ("BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, Interval.MINUTE, 90)


@pytest.mark.parametrize("text", ["BTCUSDT.GLOBAL", "BTCUSDT_SPOT_BINANCE.GLOBAL", "btcusdt.global:1m", "BTCUSDT", "BTCUSDT.GLOBAL:2024-01-30.."])
def test_names(text: str) -> None:
    recording, _ = opened(text, SPOT, ("BTCUSDT_SWAP_BINANCE", Exchange.GLOBAL, Interval.MINUTE, 3), ("ETHUSDT_SPOT_BINANCE", Exchange.GLOBAL, Interval.MINUTE, 5))
    bars = list(recording.bars())
    assert recording.symbol == "BTCUSDT" and recording.kind == "klines"
    assert len(bars) == 90
    assert bars[0].open_time == 1_706_626_800_000_000           # 2024-01-30 23:00 in Shanghai
    assert bars[0][2:] == (10010000000, 101 * SCALE, 9990000000, 10030000000, 250000000)
    assert all(bar.close_time - bar.open_time + 1 == MINUTE for bar in bars)


def test_intervals_dates_and_pages() -> None:
    recording, database = opened("BTCUSDT.GLOBAL:2024-01-31..2024-01-31", SPOT)
    assert len(list(recording.bars())) == 30
    recording, _ = opened("BTCUSDT.GLOBAL:..2024-01-30", SPOT)
    assert len(list(recording.bars())) == 60
    many = ("BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, Interval.MINUTE, 100_000)
    recording, database = opened("BTCUSDT.GLOBAL", many)
    bars = list(recording.bars())
    assert database.pages == 3 and recording.is_sorted and not recording.oddities.counts
    assert [bar.open_time for bar in bars] == [bars[0].open_time + number * MINUTE for number in range(100_000)]
    recording, _ = opened("BTCUSDT.GLOBAL:1h", SPOT, ("BTCUSDT", Exchange.GLOBAL, Interval.HOUR, 7))
    assert {bar.close_time - bar.open_time + 1 for bar in recording.bars()} == {60 * MINUTE}
    recording, _ = opened("BTCUSDT.GLOBAL:1d", ("BTCUSDT", Exchange.GLOBAL, Interval.DAILY, 7))
    assert {bar.close_time - bar.open_time + 1 for bar in recording.bars()} == {1440 * MINUTE}


def test_odd_bars() -> None:
    recording, database = opened("BTCUSDT.GLOBAL", SPOT)
    bars: list[Any] = database.bars[SPOT[:3]]
    bars[1].open_price = float("nan")
    bars[2].volume = 0.30000000000000004
    bars[3].volume = 1e18
    rows = list(recording.bars())
    assert len(rows) == 89 and [row.volume for row in rows[1:3]] == [30000000, 10 ** 18 * SCALE]
    assert recording.oddities.counts == {"without a price, passed over": 1, "with more than 8 digits behind the point, rounded": 1}
    bars[4].close_price = -1.0
    with pytest.raises(FeedError, match="vnpy:BTCUSDT.GLOBAL: bar 5: close_price -1.0: negative"):
        list(recording.bars())


@pytest.mark.parametrize(("text", "expected"), [
    ("DOGEUSDT.GLOBAL", r"no bars of DOGEUSDT.GLOBAL 1m in VeighNa's database, which has BTCUSDT_SPOT_BINANCE.GLOBAL:1m \(90 bars\)"),
    ("BTCUSDT.SSE", r"no bars of BTCUSDT.SSE 1m in VeighNa's database, which has BTCUSDT_SPOT_BINANCE.GLOBAL:1m \(90 bars\)"),
    ("BTCUSDT.GLOBAL:1h", "no bars of BTCUSDT.GLOBAL 1h in VeighNa's database"),
    ("BTCUSDT.GLOBAL:5m", r"'5m': neither an interval \(1m, 1h, d, w\) nor dates"),
    ("BTCUSDT.GLOBAL:tick", "'tick': neither an interval"),
    ("BTCUSDT.GLOBAL:2024-02-31..", "dates: not YYYY-MM-DD: '2024-02-31'"),
    ("BTCUSDT.GLOBAL:2024-02-02..2024-02-01", "dates: 2024-02-01 is before 2024-02-02"),
    ("BTCUSDT.GLOBAL:2025-01-01..", "dates: the database has bars from 2024-01-30 23:00:00 to 2024-01-31 00:29:00"),
    (".GLOBAL", "symbol: not SYMBOL.EXCHANGE: '.GLOBAL'"),
])
def test_what_is_said(text: str, expected: str) -> None:
    with pytest.raises(FeedError, match=expected):
        opened(text, SPOT)


def test_several_and_none() -> None:
    swap = ("BTCUSDT_SWAP_BINANCE", Exchange.GLOBAL, Interval.MINUTE, 3)
    with pytest.raises(FeedError, match="may be several, say which: BTCUSDT_FUTURE_X.GLOBAL:1m"):
        opened("BTCUSDT.GLOBAL", swap, ("BTCUSDT_FUTURE_X", Exchange.GLOBAL, Interval.MINUTE, 3))
    with pytest.raises(FeedError, match="VeighNa's database, which is empty"):
        opened("BTCUSDT.GLOBAL")


def test_where_it_begins_and_that_it_begins_again() -> None:
    bars, _ = opened("BTCUSDT.GLOBAL", SPOT)
    feed = ReplayFeed(bars, default_instruments(), 0, "2024-01-30T16:00", loop=True)
    assert feed.begins == microseconds(START.replace(tzinfo=ZONE)) + 60 * MINUTE
    past = list(feed.past())
    assert len(past) == 60 * 4 and past[-1].time < feed.begins
    market = [command for _, command in islice(feed.steps(), 30 * 4 + 90 * 4)]
    first: int = feed.first_ids["BTCUSDT"][0]
    assert [trade.trade_id for trade in [*past, *market]] == list(range(first, first + 240 + 480))
    assert market[0].time == feed.begins
    assert {late.time - early.time for early, late in zip([*past, *market], market[120:], strict=False)} == {90 * MINUTE}, "the second round"
    with pytest.raises(ValueError, match="feed-start: '2024-02-01' is outside vnpy:BTCUSDT.GLOBAL, which goes from 2024-01-30T15:00:00Z to"):
        ReplayFeed(bars, default_instruments(), 0, "2024-02-01")


def test_drivers() -> None:
    assert split_spec("vnpy:BTCUSDT.GLOBAL:1h") == ("vnpy", "BTCUSDT.GLOBAL:1h")
    assert split_spec("C:\\data\\BTCUSDT.csv") is None and split_spec("data/BTCUSDT.csv") is None
    with pytest.raises(FeedError, match="feed nobody:x: no such file, and unknown feed driver 'nobody', there are: .*vnpy"):
        open_feed("nobody:x", default_instruments(), 0)
    with pytest.raises(FeedError, match="feed driver vnpy: nothing behind the colon"):
        open_feed("vnpy:", default_instruments(), 0)
    with pytest.raises(FeedError, match=r"C:.data.BTCUSDT.csv: no such file"):
        open_feed("C:\\data\\BTCUSDT.csv", default_instruments(), 0)


START_MS: int = 1_706_740_800_000           # 2024-01-31 22:40Z


def get(url: str) -> Any:
    with urlopen(url, timeout=10) as answer:
        return json.load(answer)


FILL: str = """
from datetime import datetime, timedelta, timezone
from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.database import get_database
from vnpy.trader.object import BarData
start = datetime(2024, 1, 31, 22, 40, tzinfo=timezone.utc)
get_database().save_bar_data([
    BarData("DB", "BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, start + timedelta(minutes=number), Interval.MINUTE, 2.5, 1.0, 0, 100.1, 101, 99.9, 100.3)
    for number in range(120)
])
"""


def test_a_database_in_a_folder(tmp_path: Path) -> None:
    """vnpy_sqlite, in a VeighNa folder of its own: filled by one process, served by another."""
    (tmp_path / ".vntrader").mkdir()
    subprocess.run([sys.executable, "-c", FILL], cwd=tmp_path, check=True, timeout=60, capture_output=True)
    serve: list[str] = [sys.executable, "-m", "mockexchange", "serve", "binance=0", "--speed", "max", "--feed"]
    wrong = subprocess.run([*serve, "vnpy:DOGEUSDT.GLOBAL"], cwd=tmp_path, timeout=60, capture_output=True, text=True)
    assert wrong.returncode == 2 and not wrong.stdout
    assert "which has BTCUSDT_SPOT_BINANCE.GLOBAL:1m (120 bars)" in wrong.stderr.splitlines()[-1]
    process = subprocess.Popen([*serve, "vnpy:BTCUSDT.GLOBAL", "--feed-start", "2024-01-31T23:40"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        rest: str = ready["rest"]
        assert (ready["clock"], ready["feed_symbol"], ready["now"]) == ("paced", "BTCUSDT", START_MS + 60 * 60_000)
        past = get(f"{rest}/_mock/state")
        assert (past["feed"]["start"], past["feed"]["status"]) == (ready["now"], "waiting")
        get(f"{rest}/api/v3/trades?symbol=BTCUSDT")         # a replay at full speed waits for somebody who looks
        deadline: float = time.monotonic() + 30
        while get(f"{rest}/_mock/state")["feed"]["status"] != "ended":
            assert time.monotonic() < deadline
        klines = get(f"{rest}/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime={START_MS}&limit=1000")
        assert [row[:6] for row in klines[:120]] == [
            [START_MS + 60_000 * number, "100.10000000", "101.00000000", "99.90000000", "100.30000000", "2.50000000"] for number in range(120)
        ]
    finally:
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == 0


def test_the_main_job_takes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def read(*arguments: str) -> Any:
        return read_arguments(list(arguments), "job", "BTCUSDT_SPOT_BINANCE")

    assert read("--feed", "vnpy:BTCUSDT.GLOBAL:1h").feed == "vnpy:BTCUSDT.GLOBAL:1h"
    table: Path = tmp_path / "export.csv"
    table.write_text("x")
    found = read("--feed", str(table), "--feed-timezone", "Asia/Shanghai", "--feed-start", "2024-01-01", "--loop")
    assert (found.feed, found.feed_timezone) == (str(table.resolve()), "Asia/Shanghai")
    assert (found.feed_start, found.loop) == ("2024-01-01", True)
    with pytest.raises(SystemExit):
        read("--feed", str(tmp_path / "none.csv"))
    assert "--feed: no such file" in capsys.readouterr().err
