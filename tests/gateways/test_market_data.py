"""Contracts, ticks and bars, held against what the venue itself has."""

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from vnpy.trader.constant import Exchange, Interval, OrderType, Product
from vnpy.trader.object import BarData, HistoryRequest, TickData

from mockexchange import MockExchange

from .conftest import CASES
from .harness import Case, Desk

SCALE: float = 1e8
STEP: dict[Interval, timedelta] = {
    Interval.MINUTE: timedelta(minutes=1), Interval.HOUR: timedelta(hours=1),
    Interval.DAILY: timedelta(days=1), Interval.WEEKLY: timedelta(weeks=1),
}
NAME: dict[Interval, str] = {Interval.MINUTE: "1m", Interval.HOUR: "1h", Interval.DAILY: "1d", Interval.WEEKLY: "1w"}
MONDAY = datetime(2024, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture(scope="module")
def venue(case: Case) -> Iterator[MockExchange]:
    """One for all, with its history made up beforehand: that takes it seconds."""
    with MockExchange(case.dialect, seed=7) as running:
        running.run(lambda venue: [tape.bars("1m", 1) for tape in venue.exchange.tapes.values()])
        yield running


@pytest.fixture(scope="module")
def connected(case: Case, venue: MockExchange) -> Iterator[Desk]:
    """One for all questions about bars: two dozen connects in a minute are above the venue's limits."""
    found: Desk = Desk(case, venue)
    try:
        yield found.ready()
    finally:
        found.close()


@pytest.fixture
def archive(connected: Desk) -> Desk:
    connected.recorder.logs.clear()
    return connected


def prices(tick: TickData, side: str) -> list[float]:
    return [getattr(tick, f"{side}_price_{n}") for n in range(1, 6)]


def volumes(tick: TickData, side: str) -> list[float]:
    return [getattr(tick, f"{side}_volume_{n}") for n in range(1, 6)]


def whole(tick: TickData) -> bool:
    return bool(tick.open_price and all(prices(tick, "bid")) and all(prices(tick, "ask")))


def other_symbol(desk: Desk) -> str:
    return next(
        symbol for symbol, contract in desk.recorder.contracts.items()
        if symbol != desk.case.symbol and contract.name.endswith("USDT")
    )


def ticks_of(desk: Desk, symbol: str) -> list[TickData]:
    return [tick for tick in desk.recorder.ticks if tick.symbol == symbol]


def flowing(desk: Desk, symbol: str) -> bool:
    ticks: list[TickData] = ticks_of(desk, symbol)
    return len(ticks) > 5 and whole(ticks[-1])


def seen_at(desk: Desk, price: float, after: int) -> bool:
    """A tick with the last price there, and the book around it."""
    near: float = price / 1_000
    return any(
        whole(tick) and max(abs(x - price) for x in (tick.last_price, tick.bid_price_1, tick.ask_price_1)) < near
        for tick in desk.recorder.ticks[after:]
    )


def assert_sound(ticks: list[TickData]) -> None:
    """Every single tick can be used, and time never goes back."""
    before: datetime = datetime.min.replace(tzinfo=timezone.utc)
    for tick in ticks:
        assert tick.last_price > 0
        assert tick.datetime.utcoffset() == timedelta(0)
        assert tick.datetime >= before
        before = tick.datetime
        for side, sign in (("bid", -1), ("ask", 1)):
            levels = [price for price in prices(tick, side) if price]
            assert prices(tick, side)[:len(levels)] == levels, "a hole between the levels"
            assert all((after - price) * sign > 0 for price, after in zip(levels, levels[1:], strict=False)), levels
            assert [bool(v) for v in volumes(tick, side)] == [bool(p) for p in prices(tick, side)]
        if tick.bid_price_1 and tick.ask_price_1:
            assert tick.bid_price_1 < tick.ask_price_1, "crossed"


def ask(
    desk: Desk, interval: Interval | None, start: datetime, end: datetime | None = None, symbol: str = ""
) -> list[BarData]:
    bars: list[BarData] = desk.gateway.query_history(
        HistoryRequest(symbol or desk.case.symbol, Exchange.GLOBAL, start, end, interval)
    )
    return bars


def of_venue(desk: Desk, interval: Interval, start: datetime, end: datetime) -> list[tuple[Any, ...]]:
    """The same bars as the venue's core has them."""
    first, last = (int(moment.timestamp() * 1_000_000) for moment in (start, end))
    bars = desk.venue.run(lambda venue: venue.exchange.tapes[desk.case.venue_symbol].bars(
        NAME[interval], 100_000, first, last
    ))
    return [
        (datetime.fromtimestamp(bar.open_time / 1e6, timezone.utc), *(
            float(Decimal(number) / 10**8) for number in (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.quote_volume)
        )) for bar in bars
    ]


def plain(bars: list[BarData]) -> list[tuple[Any, ...]]:
    return [
        (bar.datetime, bar.open_price, bar.high_price, bar.low_price, bar.close_price, bar.volume, bar.turnover)
        for bar in bars
    ]


def finished(interval: Interval, ago: int) -> datetime:
    """The start of a bar that many before this moment's. The synthetic market remembers 30 days."""
    step: timedelta = STEP[interval]
    return MONDAY + (datetime.now(timezone.utc) - MONDAY) // step * step - ago * step


# contracts


def test_contracts_are_the_venues(desk: Desk) -> None:
    listed = desk.venue.run(lambda venue: dict(venue.exchange.instruments))
    names = {symbol: contract.extra["base"] + contract.extra["quote"] for symbol, contract in desk.recorder.contracts.items()}
    assert set(names.values()) == set(listed)
    for symbol, contract in desk.recorder.contracts.items():
        instrument = listed[names[symbol]]
        assert contract.pricetick == instrument.tick_size / SCALE
        assert contract.min_volume == instrument.step_size / SCALE
        assert contract.max_volume == (instrument.max_quantity / SCALE if desk.case.knows_limits else None)
        assert (contract.product, contract.size, contract.exchange) == (Product.SPOT, 1, Exchange.GLOBAL)
        assert contract.history_data and contract.net_position
        assert contract.stop_supported is (OrderType.STOP not in desk.case.lacks)
        assert contract.symbol == symbol and contract.gateway_name == desk.gateway.gateway_name


# ticks


def test_ticks_of_two_symbols(desk: Desk) -> None:
    other = other_symbol(desk)
    for symbol in (desk.case.symbol, other):
        desk.subscribe(symbol)
    for symbol in (desk.case.symbol, other):
        desk.recorder.wait(partial(flowing, desk, symbol), f"ticks of {symbol}")
        ticks = ticks_of(desk, symbol)
        assert_sound(ticks)
        tick: TickData = next(tick for tick in reversed(ticks) if whole(tick))
        contract = desk.recorder.contracts[symbol]
        assert (tick.name, tick.exchange, tick.gateway_name) == (contract.name, contract.exchange, contract.gateway_name)
        assert abs(tick.datetime - datetime.now(timezone.utc)) < timedelta(seconds=5)
        assert tick.localtime
        assert 0 < tick.low_price <= tick.open_price <= tick.high_price
        assert tick.volume > 0
        assert tick.low_price * 0.999 < tick.turnover / tick.volume < tick.high_price * 1.001
        assert tick.pre_close > 0 and tick.last_volume > 0
    assert len({id(tick) for tick in desk.recorder.ticks}) == len(desk.recorder.ticks), "handed out twice"
    assert not desk.recorder.complaints()


def test_move_of_the_market_is_seen(desk: Desk) -> None:
    desk.subscribe()
    desk.recorder.wait(lambda: desk.recorder.ticks and whole(desk.recorder.ticks[-1]), "a whole tick")
    for price in (41_000.0, 38_500.0, 40_000.0):
        seen = len(desk.recorder.ticks)
        desk.venue.set_price(desk.case.venue_symbol, str(price))
        desk.recorder.wait(partial(seen_at, desk, price, seen), f"a tick at {price}")
    desk.recorder.wait(lambda: desk.recorder.ticks[-1].high_price >= 41_000 and desk.recorder.ticks[-1].low_price <= 38_500,
                       "the day's high and low")
    assert_sound(desk.recorder.ticks)


def test_subscribe_twice_is_once(desk: Desk) -> None:
    desk.subscribe()
    desk.recorder.wait(lambda: len(desk.recorder.ticks) > 5, "ticks")
    desk.subscribe()
    desk.subscribe(other_symbol(desk))      # answered after the one before
    desk.recorder.wait(lambda: ticks_of(desk, other_symbol(desk)), "ticks of the other")
    assert_sound(ticks_of(desk, desk.case.symbol))
    assert not desk.recorder.complaints()


def test_subscribe_to_an_unknown_symbol_is_said(desk: Desk) -> None:
    desk.subscribe("NOSUCH_SPOT_BINANCE")
    desk.recorder.wait(lambda: desk.recorder.said("Failed to subscribe data, symbol not found: NOSUCH_SPOT_BINANCE"), "the line")
    desk.subscribe()
    desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
    assert len(desk.recorder.complaints()) == 1


# bars


@pytest.mark.parametrize(("interval", "count"), [
    (Interval.MINUTE, 2_345), (Interval.HOUR, 600), (Interval.DAILY, 25), (Interval.WEEKLY, 2),
], ids=lambda value: getattr(value, "value", str(value)))
def test_history_is_the_venues(archive: Desk, interval: Interval, count: int) -> None:
    """Labelled with their start, page after page, nothing left out and nothing twice."""
    step = STEP[interval]
    start = finished(interval, count + 1)
    end = start + (count - 1) * step
    bars = ask(archive, interval, start, end)
    assert [bar.datetime for bar in bars] == [start + n * step for n in range(count)]
    assert plain(bars) == of_venue(archive, interval, start, end)
    for bar in bars:
        assert (bar.symbol, bar.exchange, bar.interval) == (archive.case.symbol, Exchange.GLOBAL, interval)
        assert bar.datetime.utcoffset() == timedelta(0)
        assert bar.low_price <= min(bar.open_price, bar.close_price) <= max(bar.open_price, bar.close_price) <= bar.high_price
    assert archive.recorder.said("Query kline history finished")
    assert not archive.recorder.complaints()


@pytest.mark.parametrize("interval", list(STEP), ids=lambda value: value.value)
@pytest.mark.parametrize("open_end", [True, False], ids=["end None", "end ahead"])
def test_unfinished_bar_is_cut(archive: Desk, interval: Interval, open_end: bool) -> None:
    step = STEP[interval]
    start = finished(interval, 2)
    asked = datetime.now(timezone.utc)
    bars = ask(archive, interval, start, None if open_end else asked + 10 * step)
    latest = [start + n * step for n in range(5) if start + (n + 1) * step <= asked]
    assert len(latest) >= 2
    assert [bar.datetime for bar in bars][:len(latest)] == latest
    # the clock may strike while we ask; what is not over is never among them
    assert all(bar.datetime + step <= datetime.now(timezone.utc) for bar in bars)


def test_start_and_end_are_inclusive(archive: Desk) -> None:
    start = finished(Interval.MINUTE, 30)
    minute, second = timedelta(minutes=1), timedelta(seconds=1)

    def minutes(first: datetime, last: datetime) -> list[int]:
        return [(bar.datetime - start) // minute for bar in ask(archive, Interval.MINUTE, first, last)]

    assert minutes(start, start + 3 * minute) == [0, 1, 2, 3]
    assert minutes(start + second, start + 3 * minute) == [1, 2, 3]
    assert minutes(start + timedelta(microseconds=1), start + 3 * minute) == [1, 2, 3]
    assert minutes(start, start + 3 * minute - second) == [0, 1, 2]
    assert minutes(start, start) == [0]
    assert minutes(start + second, start + 2 * second) == []
    assert minutes(start, start - minute) == []
    assert minutes(datetime.now(timezone.utc) + minute, datetime.now(timezone.utc) + 9 * minute) == []


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be changed here")
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_naive_datetimes_are_local_time(archive: Desk, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    start = finished(Interval.MINUTE, 30)
    end = start + timedelta(minutes=9)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        bars = ask(archive, Interval.MINUTE, start.astimezone().replace(tzinfo=None), end.astimezone().replace(tzinfo=None))
        mixed = ask(archive, Interval.MINUTE, start.astimezone().replace(tzinfo=None), end)
    time.tzset()
    assert [bar.datetime for bar in bars] == [start + timedelta(minutes=n) for n in range(10)]
    assert plain(mixed) == plain(bars)
    assert not archive.recorder.complaints()


def test_history_of_what_there_is_not_is_empty_and_said(archive: Desk) -> None:
    start = finished(Interval.MINUTE, 30)
    assert ask(archive, Interval.MINUTE, start, symbol="NOSUCH_SPOT_BINANCE") == []
    assert archive.recorder.said("Query kline history failed, symbol not found: NOSUCH_SPOT_BINANCE")
    assert ask(archive, Interval.TICK, start) == []
    assert ask(archive, None, start) == []
    assert len(archive.recorder.said("Query kline history failed, interval not supported")) == 2
    far: datetime = datetime.min if sys.platform != "win32" else datetime(1971, 1, 1)
    assert isinstance(ask(archive, Interval.DAILY, far), list)


def test_history_before_connect_is_empty_and_said(case: Case, venue: MockExchange) -> None:
    desk = Desk(case, venue)
    assert ask(desk, Interval.MINUTE, finished(Interval.MINUTE, 30)) == []
    assert desk.recorder.said("Query kline history failed")
