"""Paged bar history. Pure but for the page function it is given."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData

from .download import Download

STEP: dict[Interval, timedelta] = {
    Interval.MINUTE: timedelta(minutes=1),
    Interval.HOUR: timedelta(hours=1),
    Interval.DAILY: timedelta(days=1),
    Interval.WEEKLY: timedelta(weeks=1),
}

EPOCH: datetime = datetime(1970, 1, 1, tzinfo=timezone.utc)
MILLISECOND: timedelta = timedelta(milliseconds=1)
LEAST: int = 100                # bars of a first page that tells how large the venue's pages are
UP_TO_NOW: timedelta = timedelta(seconds=10)    # a request that ends as late as that before now is one up to now

# start and end in milliseconds -> bars from start on, oldest first, at most a page; None: failed
Page = Callable[[int, int], list[BarData] | None]


def fetch_bars(
    page: Page, interval: Interval, start: datetime, end: datetime | None, now: datetime, download: Download | None = None, at_once: int = 1,
) -> list[BarData]:
    """
    Finished bars from ``start`` to ``end`` inclusive (both the bar's start time), oldest first, no gaps doubled.

    The bar that is not finished at ``now`` is cut off. A failed page ends the walk: what was had up to it is returned. All
    datetimes must carry a time zone.

    :param at_once: pages under way at most, in threads of ``download``; more than one where bars begin at multiples of
        ``interval``
    """
    step: timedelta = STEP[interval]
    last: datetime = min(end or now, now)
    bars: list[BarData] = []
    if at_once > 1 and download is not None:
        bars, more = walk(page, start, last, pages=1, download=download)
        if more and len(bars) >= LEAST:
            bars += fetch_windows(page, step, bars, last, download, at_once)
        elif more:
            bars += walk(page, bars[-1].datetime + MILLISECOND, last, download=download)[0]
    else:
        bars, __ = walk(page, start, last, download=download)
    while bars and (bars[-1].datetime + step > now or bars[-1].datetime > last):
        bars.pop()
    return bars


def walk(
    page: Page, start: datetime, last: datetime, pages: int = -1, step: timedelta | None = None, download: Download | None = None,
) -> tuple[list[BarData], bool]:
    """
    Bars from ``start`` to ``last``, page by page; True when there may be more. A failed page ends it.

    :param pages: at most that many, -1: any number
    :param step: the walk is over where no bar that begins a multiple of it later can be in time
    """
    bars: list[BarData] = []
    cursor: int = milliseconds(start)
    until: int = milliseconds(last)
    span: int = max(until - cursor, 1)
    while cursor <= until and pages:
        pages -= 1
        rows: list[BarData] | None = page(cursor, until)
        if not rows:
            return bars, False
        newest: datetime | None = bars[-1].datetime if bars else None
        fresh: list[BarData] = [bar for bar in rows if bar.datetime >= start and (newest is None or bar.datetime > newest)]
        if not fresh:
            return bars, False      # a venue that ignores startTime must not hold us here
        bars += fresh
        cursor = milliseconds(bars[-1].datetime) + 1
        if download is not None:
            download.expected = len(bars) * span / max(span - (until - cursor), 1)
        if step is not None and bars[-1].datetime + step > last:
            return bars, False
    return bars, cursor <= until


def fetch_windows(page: Page, step: timedelta, first: list[BarData], last: datetime, download: Download, at_once: int) -> list[BarData]:
    """What follows the first page, in windows of as many bars as that had, side by side."""
    length: timedelta = len(first) * step
    begin: datetime = first[-1].datetime + MILLISECOND
    parts: dict[datetime, list[BarData]] = {}       # by the window's begin; of one that failed, what was had

    def fetch(begin: datetime) -> bool | None:
        end: datetime = min(begin + length - MILLISECOND, last)
        failed: bool = False

        def ask(start_ms: int, end_ms: int) -> list[BarData] | None:
            nonlocal failed
            rows: list[BarData] | None = page(start_ms, end_ms)
            failed = rows is None
            return rows

        parts[begin] = [bar for bar in walk(ask, begin, end, step=step)[0] if bar.datetime <= end]
        return None if failed else True

    begins: list[datetime] = [begin + number * length for number in range((last - begin) // length + 1)]
    had: int = len(download.side_by_side([partial(fetch, each) for each in begins], at_once))
    return [bar for each in begins[:had + 1] for bar in parts.get(each, ())]


def aware(moment: datetime) -> datetime:
    """A datetime without a zone is the user's local time, as vn.py takes it."""
    return moment if moment.tzinfo else moment.astimezone()


def in_venue_time(
    start: datetime, end: datetime | None, local: datetime, venue: datetime
) -> tuple[datetime, datetime | None]:
    """
    A request for history up to now, as ``load_bar`` reckons it by this machine's clock, laid to the time of a venue that lives in
    another one. ``local``, ``venue``: the two times now. What ends before now, or begins at a date that the venue has had, is meant as it is.
    """
    if end is not None and end < local - UP_TO_NOW:
        return start, end
    apart: timedelta = venue - local
    return (start + apart if start > venue or apart > timedelta() else start), None


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - EPOCH) // MILLISECOND
