"""Bars, held against what the venue itself has."""

import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.object import BarData, HistoryRequest

from mockexchange import MockExchange

from .conftest import ALL_CASES
from .harness import Case, Desk

STEP: dict[Interval, timedelta] = {
    Interval.MINUTE: timedelta(minutes=1), Interval.HOUR: timedelta(hours=1),
    Interval.DAILY: timedelta(days=1), Interval.WEEKLY: timedelta(weeks=1),
}
NAME: dict[Interval, str] = {Interval.MINUTE: "1m", Interval.HOUR: "1h", Interval.DAILY: "1d", Interval.WEEKLY: "1w"}
MONDAY = datetime(2024, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(scope="module", params=[case for case in ALL_CASES if case.has_bars], ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture(scope="module")
def venue(case: Case) -> Iterator[MockExchange]:
    """One for all."""
    with case.open_venue_with_history() as running:
        yield running


@pytest.fixture(scope="module")
def connected(case: Case, venue: MockExchange) -> Iterator[Desk]:
    """One for all questions about bars: two dozen connects in a minute are above the venue's limits."""
    found: Desk = Desk(case, venue)
    # the venue makes up its past when it is first asked for it, and answers nobody meanwhile
    found.gateway.timings.history_patience = found.gateway.timings.request_timeout = 60.0       # type: ignore[attr-defined]
    try:
        yield found.ready()
    finally:
        found.close()


@pytest.fixture
def archive(connected: Desk) -> Desk:
    connected.recorder.logs.clear()
    return connected


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
    assert not [line for line in archive.recorder.complaints() if "history" in line]      # a busy machine may say more


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
    assert not [line for line in archive.recorder.complaints() if "history" in line]      # a busy machine may say more


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


def test_close_ends_a_download(case: Case, venue: MockExchange) -> None:
    """Pages of it are under way side by side where the venue takes them so; all end with the gateway, and none is asked for after it."""
    desk = Desk(case, venue).ready()
    try:
        venue.faults.add(match=case.history_label, stage="on_reply", action="delay", ms=400, times=200)
        bitten: int = 1 if case.dialect == "qte" else 4         # the first page alone, then several at once
        answers: list[list[BarData]] = []
        asking = threading.Thread(target=lambda: answers.append(ask(desk, Interval.MINUTE, finished(Interval.MINUTE, 40_000))))
        asking.start()
        desk.recorder.wait(lambda: venue.faults.list()[-1]["bitten"] >= bitten, "pages under way")
        started = time.monotonic()
        desk.close()
        asking.join(2.0)
        assert time.monotonic() - started < 2.0 and not asking.is_alive()
        assert len(answers[0]) < 40_000
        assert desk.recorder.said("Query kline history failed, gateway closed")
        assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("history-")]
    finally:
        venue.faults.clear()
        desk.close()
