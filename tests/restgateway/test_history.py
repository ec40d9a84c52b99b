"""Paged bars."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.object import BarData

from vnpy_restgateway.market.history import STEP, Page, aware, fetch_bars, in_venue_time

T0 = datetime(2024, 1, 1, tzinfo=timezone.utc)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def bar(moment: datetime) -> BarData:
    return BarData(symbol="X", exchange=Exchange.GLOBAL, datetime=moment, interval=Interval.MINUTE, gateway_name="T")


def venue(first: int, last: int, page: int, calls: list[tuple[int, int]] | None = None) -> Page:
    """A venue with one-minute bars from minute ``first`` to ``last``; the last may not be finished."""
    def ask(start: int, end: int) -> list[BarData]:
        if calls is not None:
            calls.append((start, end))
        times = [at(n) for n in range(first, last + 1)]
        chosen = [t for t in times if start <= (t - EPOCH) / timedelta(milliseconds=1) <= end]
        return [bar(t) for t in chosen[:page]]
    return ask


def minutes(bars: list[BarData]) -> list[float]:
    return [(b.datetime - T0) / timedelta(minutes=1) for b in bars]


def test_pages_are_joined_without_gap_or_double() -> None:
    calls: list[tuple[int, int]] = []
    bars = fetch_bars(venue(0, 99, 7, calls), Interval.MINUTE, T0, at(49), at(100))
    assert minutes(bars) == list(range(50))
    assert len(calls) <= 9


@pytest.mark.parametrize("now, last", [(10.0, 9), (9.99, 8), (10.5, 9), (0.5, None), (1.0, 0)])
def test_the_unfinished_bar_is_cut_off(now: float, last: int | None) -> None:
    bars = fetch_bars(venue(0, 10, 1000), Interval.MINUTE, T0, None, at(now))
    assert minutes(bars) == ([] if last is None else list(range(last + 1)))


def test_an_end_in_the_future_and_one_before_the_start() -> None:
    assert minutes(fetch_bars(venue(0, 5, 9), Interval.MINUTE, T0, at(500), at(5))) == [0, 1, 2, 3, 4]
    assert fetch_bars(venue(0, 5, 9), Interval.MINUTE, at(5), at(1), at(9)) == []


def test_start_and_end_are_inclusive() -> None:
    assert minutes(fetch_bars(venue(0, 99, 4), Interval.MINUTE, at(3), at(8), at(99))) == [3, 4, 5, 6, 7, 8]


def test_a_failed_page_keeps_what_was_had() -> None:
    whole = venue(0, 99, 5)
    asked: list[int] = []

    def flaky(start: int, end: int) -> list[BarData] | None:
        asked.append(start)
        return None if len(asked) == 3 else whole(start, end)

    assert minutes(fetch_bars(flaky, Interval.MINUTE, T0, at(50), at(99))) == list(range(10))


@pytest.mark.parametrize("newest_only", [lambda s, e: [bar(at(n)) for n in range(90, 100)]])
def test_a_venue_that_ignores_the_start_neither_holds_us_nor_gives_older_bars(newest_only: Callable) -> None:
    assert minutes(fetch_bars(newest_only, Interval.MINUTE, at(95), None, at(100))) == [95, 96, 97, 98, 99]


def test_overlapping_pages() -> None:
    def generous(start: int, end: int) -> list[BarData]:
        n = int((EPOCH + timedelta(milliseconds=start) - T0) / timedelta(minutes=1))
        return [bar(at(k)) for k in range(max(0, n - 2), min(n + 5, 30))]

    assert minutes(fetch_bars(generous, Interval.MINUTE, T0, at(29), at(99))) == list(range(30))


def test_a_hole_in_the_venues_history_is_stepped_over() -> None:
    def holed(start: int, end: int) -> list[BarData]:
        return [b for n in (0, 1, 2, 50, 51) for b in [bar(at(n))] if (b.datetime - EPOCH) / timedelta(milliseconds=1) >= start][:2]

    assert minutes(fetch_bars(holed, Interval.MINUTE, T0, at(60), at(99))) == [0, 1, 2, 50, 51]


def test_every_interval_but_tick_has_a_step() -> None:
    assert set(STEP) == set(Interval) - {Interval.TICK}


def test_other_time_zones_mean_the_same_moment() -> None:
    east = timezone(timedelta(hours=8))
    bars = fetch_bars(venue(0, 99, 50), Interval.MINUTE, at(5).astimezone(east), at(8).astimezone(east), at(99))
    assert minutes(bars) == [5, 6, 7, 8]


def test_a_naive_datetime_is_local_time() -> None:
    naive = datetime(2024, 6, 1, 12)
    assert aware(naive).tzinfo is not None
    assert aware(naive).timestamp() == naive.timestamp()
    assert aware(T0) is T0


LOCAL = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
PAST = datetime(2022, 1, 3, tzinfo=timezone.utc)
AHEAD = LOCAL + timedelta(hours=59)


@pytest.mark.parametrize(("start", "end", "venue", "asked"), [
    (LOCAL - timedelta(days=10), LOCAL, PAST, (PAST - timedelta(days=10), None)),             # load_bar(10)
    (LOCAL - timedelta(days=10), LOCAL - timedelta(seconds=1), AHEAD, (AHEAD - timedelta(days=10), None)),
    (LOCAL - timedelta(days=10), None, LOCAL, (LOCAL - timedelta(days=10), None)),
    (datetime(2022, 1, 1, tzinfo=timezone.utc), LOCAL, PAST, (datetime(2022, 1, 1, tzinfo=timezone.utc), None)),      # a date of the venue's
    (datetime(2022, 1, 1, tzinfo=timezone.utc), datetime(2022, 1, 2, tzinfo=timezone.utc), PAST, (
        datetime(2022, 1, 1, tzinfo=timezone.utc), datetime(2022, 1, 2, tzinfo=timezone.utc))),
    (LOCAL - timedelta(days=2), LOCAL - timedelta(days=1), PAST, (LOCAL - timedelta(days=2), LOCAL - timedelta(days=1))),
])
def test_a_request_up_to_now_is_laid_to_the_venues_time(
    start: datetime, end: datetime | None, venue: datetime, asked: tuple[datetime, datetime | None]
) -> None:
    assert in_venue_time(start, end, LOCAL, venue) == asked
