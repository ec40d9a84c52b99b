"""Paged bar history. Pure but for the page function it is given."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from logging import INFO, WARNING

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData

from rest_locale import _

from ..seams import MACHINE

STEP: dict[Interval, timedelta] = {
    Interval.MINUTE: timedelta(minutes=1),
    Interval.HOUR: timedelta(hours=1),
    Interval.DAILY: timedelta(days=1),
    Interval.WEEKLY: timedelta(weeks=1),
}

UP_TO_NOW: timedelta = timedelta(seconds=10)    # a request that ends as late as that before now is one up to now

SAY_EVERY: float = 5.0          # seconds between lines about a long one

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


class Download:
    """
    One query_history: how long a page may be waited for, and what is said of it.

    The limit is on progress, never on the whole: years of bars from a slow but steady venue are all of them. What could not
    be had is said.

    :param patience: seconds without a further page after which it ends
    """

    def __init__(self, symbol: str, log: Callable[[str, int], None], patience: float = 60.0, monotonic: Callable[[], float] = MACHINE.monotonic) -> None:
        self.symbol: str = symbol
        self.reason: str = ""               # why it was cut short, "" if it was not
        self._log: Callable[[str, int], None] = log
        self._patience: float = patience
        self._monotonic: Callable[[], float] = monotonic
        self._began: float = self._monotonic()
        self._give_up: float = self._began + patience
        self._say_at: float = self._began + SAY_EVERY
        self._count: int = 0

    def left(self) -> float:
        """Seconds until it is given up."""
        return self._give_up - self._monotonic()

    def got(self, bars: list[BarData]) -> list[BarData]:
        """A page is here: the patience begins anew, and every five seconds it is said how far it is."""
        now: float = self._monotonic()
        self._give_up = now + self._patience
        self._count += len(bars)
        if now >= self._say_at and bars:
            self._say_at = now + SAY_EVERY
            rate: float = self._count / (now - self._began)
            self._log(_("Query kline history of {symbol}: {count} bars so far, {rate:.0f} a second, at {time}").format(symbol=self.symbol, count=self._count, rate=rate, time=bars[-1].datetime), INFO)
        return bars

    def fail(self, reason: str) -> None:
        """A page cannot be had: the walk ends with what there is."""
        self.reason = reason

    def finish(self, bars: list[BarData], interval: Interval) -> None:
        """Say what came of it."""
        span: str = f"{bars[0].datetime} - {bars[-1].datetime}" if bars else _("no bars")
        if self.reason:
            self._log(_("Query kline history failed, {reason}. {symbol} - {interval} is cut short: {span}").format(reason=self.reason, symbol=self.symbol, interval=interval.value, span=span), WARNING)
        else:
            self._log(_("Query kline history finished, {symbol} - {interval}, {span}").format(symbol=self.symbol, interval=interval.value, span=span), INFO)


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


def _milliseconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(milliseconds=1))
