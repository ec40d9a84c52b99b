"""
Bars from the kline call, of which little is documented: not the order of rows, not whether bounds are
inclusive, not which end the limit cuts, not whether the running bar is among them. Pure but for the
page function.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData

from vnpy_restgateway.market.history import STEP

from .endpoints import KLINE_PAGE

EPOCH: datetime = datetime(1970, 1, 1, tzinfo=timezone.utc)
EMPTY_WINDOWS: int = 20         # in a row, before the rest is walked from its end

# startTime (None: left out), endTime, limit -> bars in any order; None: failed
Page = Callable[[int | None, int, int], list[BarData] | None]


def fetch(page: Page, interval: Interval, start: datetime, end: datetime | None, now: datetime) -> list[BarData]:
    """
    Finished bars from ``start`` to ``end`` inclusive (both the bar's start time), oldest first, none twice.

    Windows are no longer than a page, so it does not matter which end a limit cuts. When the first of
    them is empty the venue is asked without startTime, from the end backwards: some symbols answer only so,
    and one that was listed later is reached at once. A failed page ends the walk with what was had.
    """
    step: timedelta = STEP[interval]
    last: datetime = min(end or now, now)
    bars: dict[datetime, BarData] = {}
    cursor: datetime = start
    empty: int = 0
    while cursor <= last:
        if empty >= EMPTY_WINDOWS:
            _backwards(page, step, cursor, last, bars)      # a long outage, or the end of what there is
            break
        until: datetime = min(cursor + step * (KLINE_PAGE - 1), last)
        rows: list[BarData] | None = page(_milliseconds(cursor), _milliseconds(until), KLINE_PAGE)
        if rows is None:
            break
        found: dict[datetime, BarData] = {bar.datetime: bar for bar in rows if cursor <= bar.datetime <= until}
        if not found and not bars and cursor == start:
            _backwards(page, step, start, last, bars)
            break
        empty = 0 if found else empty + 1
        bars.update(found)
        cursor = until + timedelta(milliseconds=1)
    return [bars[moment] for moment in sorted(bars) if moment + step <= now]


def _backwards(page: Page, step: timedelta, start: datetime, last: datetime, bars: dict[datetime, BarData]) -> None:
    until: datetime = last
    while until >= start:
        rows: list[BarData] | None = page(None, _milliseconds(until), KLINE_PAGE)
        fresh: list[BarData] = [bar for bar in rows or () if start <= bar.datetime <= until and bar.datetime not in bars]
        if not fresh:
            return
        bars.update((bar.datetime, bar) for bar in fresh)
        until = min(bar.datetime for bar in fresh) - timedelta(milliseconds=1)


def _milliseconds(moment: datetime) -> int:
    return int((moment - EPOCH) / timedelta(milliseconds=1))
