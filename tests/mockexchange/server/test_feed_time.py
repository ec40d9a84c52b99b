"""The venue's time: a clock with an origin and a rate, and a recorded market that lives in its own dates."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import pytest
from server_client import call
from waiting import until

from mockexchange import MockExchange
from mockexchange.feeds import FeedError
from mockexchange.feeds.times import read_moment
from mockexchange.transport.clock import FLAT_OUT, NEVER, PacedClock
from mockexchange.transport.clocks import make_clock

START: int = 1_640_995_200_000_000          # 2022-01-01, us
MINUTE: int = 60_000_000
MINUTES: int = 30
FIRST_ID: int = 100_000_001               # of a file of klines of BTCUSDT


def closes(number: int) -> tuple[int, int, int, int]:
    """Open, high, low and close of a minute."""
    base: int = 40_000 + 10 * (number % 7)
    return base, base + 30, base - 20, base + 5


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """Half an hour of minute bars."""
    path: Path = tmp_path / "BTCUSDT-1m-2022-01-01.csv"
    rows: list[str] = []
    for number in range(MINUTES):
        opened: int = START // 1000 + 60_000 * number
        price = closes(number)
        rows.append(f"{opened},{price[0]},{price[1]},{price[2]},{price[3]},4.0{number % 10},{opened + 59_999},0,0,0,0,0\n")
    path.write_text("".join(rows))
    return path


def klines(venue: MockExchange, **params: int) -> list[list[Any]]:
    query: str = "&".join(f"{name}={value}" for name, value in params.items())
    rows: list[list[Any]] = call(venue.rest, "GET", f"/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1000&{query}").body
    return rows


def ohlc(row: list[Any]) -> tuple[int, ...]:
    return tuple(int(float(value)) for value in row[1:5])


# the clock

def test_a_paced_clock_stands_until_the_venue_opens_and_then_goes_by_its_rate() -> None:
    clock = PacedClock(START, 1000.0)
    assert clock.now() == START and clock.time() == 0.0
    clock.start()
    began: float = time.monotonic()
    until(lambda: clock.now() >= START + 20_000_000)
    passed: float = time.monotonic() - began
    assert 0.015 < passed and abs((clock.now() - START) / 1e6 - clock.time()) < 1.0
    assert clock.time_of(START + 5_000_000) == pytest.approx(5.0)
    clock.offset_us = -7_000_000
    assert clock.now() < START + clock.time() * 1e6 - 6_000_000


def test_it_never_passes_a_step_that_has_not_been_applied() -> None:
    clock = PacedClock(START, 1e6)
    clock.wait_for(START + 500)
    clock.start()
    until(lambda: clock.time() > 10.0)
    assert clock.now() == START + 499
    clock.reach(START + 500)
    assert clock.now() == START + 500
    clock.wait_for(START + 900)
    assert clock.now() == START + 899
    clock.wait_for(NEVER)
    assert START + 899 <= clock.now() < START + 60 * 1_000_000, "on from where the market was, not from where it should have been"


def test_flat_out_it_stands_at_the_step_applied_last_and_goes_on_when_the_market_has_ended() -> None:
    clock = PacedClock(START, FLAT_OUT)
    clock.start()
    clock.reach(START + 86_400_000_000)
    assert clock.now() == START + 86_400_000_000
    clock.reach(START + 5)
    assert clock.now() == START + 86_400_000_000
    clock.wait_for(NEVER)
    until(lambda: clock.now() > START + 86_400_000_000)
    assert clock.now() < START + 86_400_000_000 + 5_000_000


def test_timers_go_by_the_rate_and_connections_by_the_machine() -> None:
    async def test() -> None:
        clock = PacedClock(START, 3600.0)
        clock.start()
        fired: asyncio.Event = asyncio.Event()
        clock.call_later(60.0, fired.set)
        await asyncio.wait_for(fired.wait(), 5)
        await asyncio.wait_for(clock.sleep(60.0), 5)
        assert clock.time() >= 120.0 and abs(clock.wire.time() - time.monotonic()) < 1.0
        clock.start_after(clock.now() + 1_000_000)
        clock.reset()
        assert clock.now() == START and clock.time() == 0.0

    asyncio.run(test())


@pytest.mark.parametrize("text, speed, begins, name, rate", [
    ("system", 1.0, None, "system", 1.0), ("system", 0.01, None, "system", 1.0), ("system", 60.0, None, "paced", 60.0),
    ("system", 1.0, START, "paced", 1.0), ("system", 0.5, START, "paced", 0.5), ("system", FLAT_OUT, START, "paced", FLAT_OUT),
    ("manual", 1.0, START, "manual", 1.0), ("manual", 0.01, None, "manual", 1.0),
])
def test_which_clock(text: str, speed: float, begins: int | None, name: str, rate: float) -> None:
    clock = make_clock(text, speed, begins)
    assert (clock.name, clock.rate) == (name, rate)
    assert abs(clock.now() - (begins or time.time_ns() // 1000)) < 60_000_000


@pytest.mark.parametrize("text, speed", [("manual", FLAT_OUT), ("manual", 60.0)])
def test_who_sets_the_time(text: str, speed: float) -> None:
    with pytest.raises(ValueError, match="speed: .*manual"):
        make_clock(text, speed, START)


# a recorded market

def test_the_venue_lives_in_the_files_time(dump: Path) -> None:
    with MockExchange("binance", feed=str(dump), speed=120) as venue:
        until(lambda: venue.state()["now"] > START // 1000 + 4 * 60_000)
        state = venue.state()
        assert (state["clock"], state["rate"], state["offset_ms"]) == ("paced", 120.0, 0)
        assert state["feed"]["symbol"] == "BTCUSDT" and state["feed"]["start"] == START // 1000
        server: int = call(venue.rest, "GET", "/api/v3/time").body["serverTime"]
        assert START // 1000 < server < START // 1000 + MINUTES * 60_000
        rows = klines(venue, startTime=START // 1000)
        assert [ohlc(row) for row in rows[:3]] == [closes(number) for number in range(3)]
        assert [row[0] for row in rows[:3]] == [START // 1000 + 60_000 * number for number in range(3)]
        trades = call(venue.rest, "GET", "/api/v3/trades?symbol=BTCUSDT").body
        assert trades and trades[-1]["time"] <= call(venue.rest, "GET", "/api/v3/time").body["serverTime"]
        venue.restart()
        assert venue.state()["now"] >= server, "time never runs backwards"
        until(lambda: len(klines(venue, startTime=START // 1000)) > 9)
        rows = klines(venue, startTime=START // 1000)
        assert [ohlc(row) for row in rows[:8]] == [closes(number) for number in range(8)], "what fell due meanwhile has happened"
        ready = venue.run(lambda each: None) or venue._running().ready()
        assert (ready["clock"], ready["rate"], ready["feed_symbol"]) == ("paced", 120.0, "BTCUSDT")


def test_where_the_market_begins_and_what_is_before_it(dump: Path) -> None:
    with MockExchange("binance", feed=str(dump), clock="manual", feed_start="2022-01-01T00:19:59.999500") as venue:
        now: int = START // 1000 + 20 * 60_000 - 1
        assert venue.state()["now"] == now
        rows = klines(venue, startTime=START // 1000)
        assert [ohlc(row) for row in rows] == [closes(number) for number in range(20)]
        assert klines(venue, endTime=START // 1000 - 1), "before the file the past is synthetic"
        day = call(venue.rest, "GET", "/api/v3/ticker?symbol=BTCUSDT&windowSize=10m").body
        assert (int(float(day["lastPrice"])), day["count"]) == (closes(19)[3], 44)
        assert call(venue.rest, "GET", "/api/v3/trades?symbol=BTCUSDT&limit=4").body[-1]["id"] == FIRST_ID + 79
        venue.advance(60_000)
        assert ohlc(klines(venue, startTime=now + 1)[0]) == closes(20)
        venue.clock(3_600_000)
        venue.advance(60_000)
        assert venue.state()["now"] == now + 120_000 + 3_600_000
        newest = call(venue.rest, "GET", "/api/v3/trades?symbol=BTCUSDT&limit=1").body[0]
        assert now + 3_600_000 + 60_000 <= newest["time"] <= venue.state()["now"], "an offset moves the market's time, too"
        venue.reset()
        assert venue.state()["now"] == now and len(klines(venue, startTime=START // 1000)) == 20


def test_a_manual_clock_at_another_date_lays_the_records_there(dump: Path) -> None:
    with MockExchange("binance", feed=str(dump), clock="manual=1700000040000") as venue:
        venue.advance(119_000)
        rows = klines(venue, startTime=1_700_000_040_000)
        assert [ohlc(row) for row in rows][0] == closes(0) and rows[0][0] == 1_700_000_040_000
        venue.advance(3_600_000)
        assert venue.state()["feed"]["status"] == "ended"


def test_the_end_is_said_and_the_clock_goes_on(dump: Path, caplog: pytest.LogCaptureFixture) -> None:
    with MockExchange("binance", feed=str(dump), speed=60_000) as venue:
        until(lambda: venue.state()["feed"]["status"] == "ended")
        assert caplog.text.count("has ended at 2022-01-01T00:") == 1
        state = venue.state()
        assert state["symbols"]["BTCUSDT"]["best_bid"] and state["symbols"]["BTCUSDT"]["best_ask"]
        until(lambda: venue.state()["now"] > state["now"])
        assert [ohlc(row) for row in klines(venue, startTime=START // 1000)[:MINUTES]] == [closes(number) for number in range(MINUTES)]


def test_a_loop_goes_on_with_dates_and_ids(dump: Path) -> None:
    with MockExchange("binance", feed=str(dump), clock="manual", loop=True) as venue:
        venue.advance(2 * MINUTES * 60_000 + 90_000)
        rows = klines(venue, startTime=START // 1000)
        assert [ohlc(row) for row in rows[:-1]] == [closes(number % MINUTES) for number in range(2 * MINUTES + 1)]
        trades = call(venue.rest, "GET", "/api/v3/trades?symbol=BTCUSDT&limit=1000").body
        ids = [trade["id"] for trade in trades]
        assert ids == list(range(ids[0], ids[0] + 1000)) and ids[0] < FIRST_ID and ids[-1] > FIRST_ID + 240
        times = [trade["time"] for trade in trades]
        assert times == sorted(times) and venue.state()["feed"]["status"] == "running"


def test_a_table_of_bars_has_its_dates_its_beginning_and_its_rounds(tmp_path: Path) -> None:
    """As VeighNa's DataManager exports it, in the zone of its database."""
    path: Path = tmp_path / "export.csv"
    path.write_text("symbol,exchange,datetime,open,high,low,close,volume,turnover,open_interest\n" + "".join(
        "BTCUSDT_SPOT_BINANCE,GLOBAL,2022-01-01 08:{:02}:00,{},{},{},{},4.0,0.0,0\n".format(number, *closes(number)) for number in range(MINUTES)
    ))
    more: dict[str, Any] = {"feed": str(path), "feed_timezone": "Asia/Shanghai", "feed_start": "2022-01-01T00:20"}
    with MockExchange("binance", clock="manual", loop=True, **more) as venue:
        assert venue.state()["now"] == START // 1000 + 20 * 60_000
        opened: int = closes(20)[0]
        assert [ohlc(row) for row in klines(venue, startTime=START // 1000)] == [*(closes(number) for number in range(20)), (opened,) * 4]
        venue.advance(MINUTES * 60_000 + 30_000)
        rows = klines(venue, startTime=START // 1000)
        assert [ohlc(row) for row in rows[:-1]] == [closes(number % MINUTES) for number in range(MINUTES + 20)]
    with MockExchange("binance", speed=600, **more) as venue:
        until(lambda: venue.state()["now"] > START // 1000 + 24 * 60_000)
        assert [ohlc(row) for row in klines(venue, startTime=START // 1000)[:23]] == [closes(number) for number in range(23)]


def test_max_is_at_the_time_of_the_record_applied_last(dump: Path) -> None:
    with MockExchange("binance", feed=str(dump), speed="max") as venue:
        assert venue.state()["feed"]["status"] == "waiting" and venue.state()["now"] == START // 1000
        venue.run(lambda each: each.touch_feed())
        until(lambda: venue.state()["feed"]["status"] == "ended")
        assert START // 1000 + (MINUTES - 1) * 60_000 < venue.state()["now"] < START // 1000 + MINUTES * 60_000 + 10_000
        assert venue._running().ready()["rate"] == 0.0


@pytest.mark.parametrize("loop", [False, True])
def test_a_restart_with_state_goes_on_in_the_file(dump: Path, tmp_path: Path, loop: bool) -> None:
    more: dict[str, Any] = {"feed": str(dump), "state": tmp_path / "state", "loop": loop}
    with MockExchange("binance", clock="manual", **more) as venue:
        venue.advance((MINUTES if loop else 0) * 60_000 + 10 * 60_000 + 30_000)
        venue.deposit("mock-key", "ETH", "1")
        left: int = venue.state()["now"]
        newest: int = call(venue.rest, "GET", "/api/v3/trades?symbol=BTCUSDT&limit=1").body[0]["id"]
    with MockExchange("binance", clock="manual", **more) as venue:
        assert left <= venue.state()["now"] <= left + 1
        assert call(venue.rest, "GET", "/api/v3/trades?symbol=BTCUSDT&limit=1").body[0]["id"] == newest
        venue.advance(5 * 60_000)
        rows = klines(venue, startTime=left - 10 * 60_000 - 30_000)
        assert [ohlc(row) for row in rows[:15]] == [closes(number) for number in range(15)]
        trades = call(venue.rest, "GET", "/api/v3/trades?symbol=BTCUSDT&limit=1000").body
        assert [trade["id"] for trade in trades] == list(range(trades[0]["id"], trades[0]["id"] + len(trades)))


def test_a_synthetic_market_at_a_speed_runs_the_machines_time_faster() -> None:
    with MockExchange("binance", speed=100, seed=7) as venue:
        began, now = time.time() * 1000, venue.state()["now"]
        assert abs(now - began) < 60_000
        until(lambda: venue.state()["now"] > now + 30_000)
        assert time.time() * 1000 - began < 20_000
        trades = call(venue.rest, "GET", "/api/v3/trades?symbol=BTCUSDT").body
        assert trades and all(trade["time"] <= venue.state()["now"] for trade in trades)


def test_a_loop_without_a_trade_has_no_end(dump: Path) -> None:
    dump.write_text(re.sub(r"4\.0\d,", "0,", dump.read_text()))
    with MockExchange("binance", feed=str(dump), clock="manual") as venue:
        venue.advance(60_000)
        assert venue.state()["feed"]["status"] == "ended"
    with pytest.raises(FeedError, match="BTCUSDT-1m-2022-01-01.csv: none of its bars has a volume"):
        MockExchange("binance", feed=str(dump), loop=True).start()


@pytest.mark.parametrize("more, words", [
    ({"feed_start": "2022-01-02"}, "feed-start: '2022-01-02' is outside .*BTCUSDT-1m.*2022-01-01T00:00:00Z to 2022-01-01T00:29:59.999000Z"),
    ({"feed_start": "noon"}, "feed-start: neither a date .*'noon'"),
    ({"feed_start": "2022-01-01", "feed": "synthetic"}, "feed-start: '2022-01-01' is for a recorded feed, 'synthetic'"),
    ({"loop": True, "feed": "none"}, "loop: True is for a recorded feed, 'none'"),
    ({"speed": "max", "clock": "manual"}, "speed: 'max'"),
    ({"speed": 60, "clock": "manual"}, "speed: 60 is no pace of clock 'manual'"),
])
def test_what_cannot_be(dump: Path, more: dict[str, Any], words: str) -> None:
    with pytest.raises((ValueError, FeedError)) as error:
        MockExchange("binance", **{"feed": str(dump), **more}).start()
    assert re.search(words, str(error.value))


@pytest.mark.parametrize("text, us", [
    ("2022-01-01", START), ("2022-01-01T00:00:01.5", START + 1_500_000), ("2022-01-01T01:00+01:00", START), ("2022-01-01T00:00:00Z", START),
    ("1640995200000", START),
])
def test_moments(text: str, us: int) -> None:
    assert read_moment(text) == us
