"""Bars (klines): intervals, folding, gaps. Times are microseconds, other numbers amounts in 1e-8."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

SECOND: int = 1_000_000
MINUTE: int = 60 * SECOND
HOUR: int = 60 * MINUTE
DAY: int = 24 * HOUR
WEEK: int = 7 * DAY
FIRST_MONDAY: int = 4 * DAY             # 1970-01-05

# rest-api.md, "Supported kline intervals"; 0: calendar months
INTERVALS: dict[str, int] = {
    "1s": SECOND,
    "1m": MINUTE, "3m": 3 * MINUTE, "5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE,
    "1h": HOUR, "2h": 2 * HOUR, "4h": 4 * HOUR, "6h": 6 * HOUR, "8h": 8 * HOUR, "12h": 12 * HOUR,
    "1d": DAY, "3d": 3 * DAY, "1w": WEEK, "1M": 0,
}

_EPOCH: datetime = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Bar(NamedTuple):
    """One bar. ``close_time`` is its last microsecond. A bar without trades has ids of -1."""

    open_time: int
    close_time: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    quote_volume: int
    count: int = 0                      # type: ignore[assignment]  # hides tuple.count
    taker_base: int = 0
    taker_quote: int = 0
    first_id: int = -1
    last_id: int = -1


Bar1m = Bar


def opener(interval: str, offset: int = 0) -> Callable[[int], int]:
    """
    The function from a time to the open time of its bar.

    ``offset`` is the time zone's offset from UTC in microseconds. Weeks open on Monday,
    months on the first. Raises ValueError for an unknown interval.
    """
    if interval not in INTERVALS:
        raise ValueError(f"interval: unknown value {interval!r}")
    size: int = INTERVALS[interval]
    if size:
        shift: int = (FIRST_MONDAY if size == WEEK else 0) - offset
        return lambda time: (time - shift) // size * size + shift

    def month(time: int) -> int:
        local = _EPOCH + timedelta(microseconds=time + offset)
        first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return (first - _EPOCH) // timedelta(microseconds=1) - offset

    return month


def closer(interval: str, offset: int = 0) -> Callable[[int], int]:
    """The function from a bar's open time to the open time of the next bar."""
    size: int = INTERVALS[interval]
    if size:
        return lambda time: time + size
    open_of = opener(interval, offset)
    return lambda time: open_of(time + 32 * DAY)


def merge(left: Bar, right: Bar) -> Bar:
    """The bar of two neighbours, with the times of the left one."""
    return Bar(
        left.open_time, left.close_time, left.open,
        max(left.high, right.high), min(left.low, right.low), right.close,
        left.volume + right.volume, left.quote_volume + right.quote_volume, left.count + right.count,
        left.taker_base + right.taker_base, left.taker_quote + right.taker_quote,
        left.first_id if left.first_id >= 0 else right.first_id,
        right.last_id if right.last_id >= 0 else left.last_id,
    )


def join(bars: list[Bar], opened: int, closes: int) -> Bar:
    """The bar of many neighbours."""
    _, _, opens, highs, lows, closed, volumes, quotes, counts, bases, takers, firsts, lasts = zip(*bars, strict=True)
    return Bar(
        opened, closes, opens[0], max(highs), min(lows), closed[-1],
        sum(volumes), sum(quotes), sum(counts), sum(bases), sum(takers),
        next((each for each in firsts if each >= 0), firsts[-1]), next((each for each in reversed(lasts) if each >= 0), lasts[0]),
    )


class Series:
    """
    The bars of one interval, folded from finer bars as they are asked for.

    ``bars`` has no gap bars; its last one may still grow. ``lead`` is what was before the finer bars, in a bar of the interval.
    """

    def __init__(self, interval: str, offset: int = 0, lead: Bar | None = None) -> None:
        self.bars: list[Bar] = [] if lead is None else [lead]
        self.done: int = 0                      # how many of the finer bars are folded in
        self._open_of: Callable[[int], int] = opener(interval, offset)
        self._next_of: Callable[[int], int] = closer(interval, offset)
        self._is_live: bool = False
        self._settled: Bar | None = None        # the last bar without the live part

    def fold(self, bar: Bar) -> None:
        """Add one finer bar."""
        bars = self.bars
        if bars and bar.open_time <= bars[-1].close_time:
            bars[-1] = merge(bars[-1], bar)
            return
        opened: int = self._open_of(bar.open_time)
        bars.append(bar._replace(open_time=opened, close_time=self._next_of(opened) - 1))

    def _fold_all(self, finer: list[Bar], index: int) -> None:
        """``fold`` for every one from ``index`` on, a bar's worth at once."""
        bars = self.bars
        count: int = len(finer)
        while index < count and bars and finer[index].open_time <= bars[-1].close_time:
            bars[-1] = merge(bars[-1], finer[index])
            index += 1
        while index < count:
            first: Bar = finer[index]
            opened: int = self._open_of(first.open_time)
            closes: int = self._next_of(opened) - 1
            if first.close_time < closes:
                stop: int = bisect_right(finer, closes, index + 1, count, key=_open_time)
                bars.append(join(finer[index:stop], opened, closes))
                index = stop
            else:
                bars.append(first if first.open_time == opened else first._replace(open_time=opened))
                index += 1

    def refresh(self, finer: list[Bar], live: Bar | None) -> None:
        """Fold in what is new of the finer bars, and the live one on top."""
        bars = self.bars
        if self._is_live:
            if self._settled is None:
                bars.pop()
            else:
                bars[-1] = self._settled
            self._is_live = False
        self._fold_all(finer, self.done)
        self.done = len(finer)
        if live is not None:
            self._settled = bars[-1] if bars and live.open_time <= bars[-1].close_time else None
            self.fold(live)
            self._is_live = True

    def select(self, limit: int, start: int | None, end: int | None) -> list[Bar]:
        """
        At most ``limit`` bars opening in [start, end], oldest first, gaps filled.

        With a start they are counted from it, else the newest ones are given (rest-api.md, klines).
        """
        bars = self.bars
        if not bars or limit <= 0:
            return []
        last: int = bars[-1].open_time
        if end is not None:
            last = min(last, self._open_of(end))
        if start is not None:
            return self._from(start, last, limit)
        result: list[Bar] = []
        index: int = bisect_left(bars, last + 1, key=_open_time) - 1
        opened: int = last
        while index >= 0 and len(result) < limit:
            bar: Bar = bars[index]
            if opened > bar.open_time:
                result.append(self._flat(opened, bar))
            else:
                result.append(bar)
                index -= 1
            opened = self._open_of(opened - 1)
        result.reverse()
        return result

    def _from(self, start: int, last: int, limit: int) -> list[Bar]:
        bars = self.bars
        opened: int = max(self._open_of(start), bars[0].open_time)
        if opened < start:
            opened = self._next_of(opened)
        index: int = bisect_left(bars, opened + 1, key=_open_time) - 1
        result: list[Bar] = []
        while opened <= last and len(result) < limit:
            if index + 1 < len(bars) and bars[index + 1].open_time == opened:
                index += 1
            bar: Bar = bars[index]
            result.append(bar if bar.open_time == opened else self._flat(opened, bar))
            opened = self._next_of(opened)
        return result

    def _flat(self, opened: int, before: Bar) -> Bar:
        price: int = before.close
        return Bar(opened, self._next_of(opened) - 1, price, price, price, price, 0, 0)


def _open_time(bar: Bar) -> int:
    return bar.open_time
