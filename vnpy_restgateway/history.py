"""Paged bar history. Pure but for the page function it is given."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData

STEP: dict[Interval, timedelta] = {
    Interval.MINUTE: timedelta(minutes=1),
    Interval.HOUR: timedelta(hours=1),
    Interval.DAILY: timedelta(days=1),
    Interval.WEEKLY: timedelta(weeks=1),
}

# start and end in milliseconds -> bars from start on, oldest first, at most a page; None: failed
Page = Callable[[int, int], list[BarData] | None]


def fetch_bars(page: Page, interval: Interval, start: datetime, end: datetime | None, now: datetime) -> list[BarData]:
    """
    Finished bars from ``start`` to ``end`` inclusive (both the bar's start time), oldest first, no gaps doubled.

    The bar that is not finished at ``now`` is cut off. A failed page ends the walk: what was
    had so far is returned. All datetimes must carry a time zone.
    """
    step: timedelta = STEP[interval]
    last: datetime = min(end or now, now)
    bars: list[BarData] = []
    cursor: int = _milliseconds(start)
    until: int = _milliseconds(last)
    while cursor <= until:
        rows: list[BarData] | None = page(cursor, until)
        if not rows:
            break
        fresh: list[BarData] = [
            bar for bar in rows if bar.datetime >= start and (not bars or bar.datetime > bars[-1].datetime)
        ]
        if not fresh:
            break               # a venue that ignores startTime must not hold us here
        bars.extend(fresh)
        cursor = _milliseconds(bars[-1].datetime) + 1
    while bars and (bars[-1].datetime + step > now or bars[-1].datetime > last):
        bars.pop()
    return bars


def aware(moment: datetime) -> datetime:
    """A datetime without a zone is the user's local time, as vn.py takes it."""
    return moment if moment.tzinfo else moment.astimezone()


def _milliseconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(milliseconds=1))
