"""The public history of one symbol: trades, aggregate trades, bars, rolling statistics."""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from .bars import MINUTE, SECOND, Bar, Series, closer, join, merge, opener
from .events import PublicTrade
from .numbers import SCALE
from .past import Aggregate, Past

__all__ = ["KEEP", "Aggregate", "Tape", "Window"]

KEEP: int = 100_000                     # trades, aggregates and one-second bars kept at least


class Window(NamedTuple):
    """Statistics over a stretch of time, in whole minutes. ``prev_close`` is the last price before it."""

    open: int
    high: int
    low: int
    last: int
    volume: int
    quote: int
    count: int                          # type: ignore[assignment]  # hides tuple.count
    first_id: int
    last_id: int
    prev_close: int


class Tape:
    """Public history of one symbol."""

    def __init__(self, last_price: int = 0) -> None:
        self.last_price: int = last_price
        self.last_quantity: int = 0
        self.last_time: int = 0
        self.count: int = 0                     # trades ever recorded
        self.is_trimmed: bool = False           # whether the oldest of its own trades are gone
        self._trades: list[PublicTrade] = []
        self._ascending: bool = True            # whether the kept trades' ids ascend
        self._aggregates: list[Aggregate] = []
        self._aggregated: int = 0               # how many trades ever are in the aggregates
        self._last_taker: int = 0
        self._next_aggregate_id: int = 1
        self._whole_records: bool = False       # the record's own lines are aggregates
        self._minutes: list[Bar] = []           # finished minutes
        self._live: list[int] | None = None     # the current minute, fields as in Bar
        self._live_end: int = 0
        self.past: Past | None = None
        self._series: dict[tuple[str, int], Series] = {}
        self._seconds: Series = Series("1s")
        self._seconds_done: int = 0
        self._sums: dict[tuple[int, int], Bar] = {}
        self._average_key: tuple[int, int, int] = (-1, 0, 0)
        self._average_sums: tuple[int, int] = (0, 0)

    @property
    def last_id(self) -> int:
        """Of the newest trade; that of the past's last before there is one, and 0 without a past."""
        if self._trades:
            return self._trades[-1].trade_id
        return self.past.last_id if self.past is not None else 0

    def record(self, trade: PublicTrade, now: int = 0) -> None:
        """
        Add a trade. One whose time runs backwards counts into the current minute. ``now``, the exchange's time (0: that of the trade), is
        more than a minute before it where the clock was set back: what was dated later than now counts into now.
        """
        trades = self._trades
        trade_id, price, quantity, quote = trade[1], trade[2], trade[3], trade[4]
        time: int = trade[5]
        if trades and trade_id < trades[-1][1]:
            self._ascending = False
        trades.append(trade)
        self.count += 1
        self.last_price = price
        self.last_quantity = quantity
        self.last_time = time
        live = self._live
        if live is None or time >= self._live_end:
            live = self._open_minute(time, price)
        elif (now or time) < live[0] - MINUTE:
            live = self._set_back(now or time)
        if price > live[3]:
            live[3] = price
        elif price < live[4]:
            live[4] = price
        live[5] = price
        live[6] += quantity
        live[7] += quote
        first, last = trade[8], trade[9]
        live[8] += last - first + 1 if first else 1
        if not trade[6]:
            live[9] += quantity
            live[10] += quote
        if live[11] < 0:
            live[11] = first or trade_id
        live[12] = last or trade_id
        if len(trades) >= 2 * KEEP:
            self._trim()

    def _open_minute(self, time: int, price: int) -> list[int]:
        minutes = self._minutes
        if self._live is not None:
            minutes.append(Bar(*self._live))
        opened: int = time // MINUTE * MINUTE
        if self.past is not None and opened < self.past.end:
            opened = self.past.end              # the clock was set back: the past is as it is
        live: list[int] = [opened, opened + MINUTE - 1, price, price, price, price, 0, 0, 0, 0, 0, -1, -1]
        self._live = live
        self._live_end = live[1] + 1
        return live

    def _set_back(self, time: int) -> list[int]:
        """The current minute, at a time before it."""
        live: list[int] = self._live        # type: ignore[assignment]
        opened: int = max(time // MINUTE * MINUTE, 0 if self.past is None else self.past.end)
        if opened >= live[0]:
            return live
        self._fold_seconds()
        second: int = max(time // SECOND * SECOND, opened)
        draw_in(self._seconds.bars, second, second + SECOND - 1)
        self._minutes.append(Bar(*live))
        draw_in(self._minutes, opened, opened + MINUTE - 1)
        live[:] = self._minutes.pop()
        self._live_end = live[1] + 1
        self._series.clear()
        self._sums.clear()
        self._average_key = (-1, 0, 0)
        return live

    def _trim(self) -> None:
        self._join_aggregates()
        self._fold_seconds()
        del self._trades[:-KEEP]
        self.is_trimmed = True
        del self._aggregates[:-KEEP]
        del self._seconds.bars[:-KEEP]
        self._ascending = all(a[1] < b[1] for a, b in zip(self._trades, self._trades[1:], strict=False))

    def own_trades(self, limit: int) -> list[PublicTrade]:
        """The newest ``limit`` trades that were recorded, none of the past; oldest first."""
        return self._trades[-limit:] if limit > 0 else []

    def trades(self, limit: int, from_id: int | None = None) -> list[PublicTrade]:
        """The newest ``limit`` trades, or the first ones with ids from ``from_id``; oldest first."""
        trades = self._trades
        past = self.past
        if limit <= 0:
            return []
        if from_id is None:
            found: list[PublicTrade] = trades[-limit:]
            return found if past is None or len(found) == limit or self.is_trimmed else past.trades(limit - len(found)) + found
        old: list[PublicTrade] = [] if past is None or from_id > past.last_id else past.trades(limit, from_id)
        if len(old) == limit:
            return old
        if self._ascending:
            index: int = bisect_left(trades, from_id, key=lambda trade: trade.trade_id)
            return old + trades[index:index + limit - len(old)]
        return old + sorted((t for t in trades if t.trade_id >= from_id), key=lambda t: t.trade_id)[:limit - len(old)]

    def aggregates(
        self, limit: int, from_id: int | None = None, start: int | None = None, end: int | None = None,
    ) -> list[Aggregate]:
        """Aggregate trades, oldest first: from an id or a start time on, else the newest (until ``end``)."""
        self._join_aggregates()
        rows = self._aggregates
        past = self.past
        if limit <= 0:
            return []
        if from_id is not None:
            rows = sorted(row for row in rows if row.agg_id >= from_id)
        if start is not None or end is not None:
            rows = [r for r in rows if (start is None or r.time >= start) and (end is None or r.time <= end)]
        if from_id is None and start is None:
            rows = rows[-limit:]
            return rows if past is None or len(rows) == limit or self.is_trimmed else past.aggregates(limit - len(rows), end=end) + rows
        if past is not None and (past.last_aggregate_id >= from_id if from_id is not None else start is not None and start < past.end):
            rows = past.aggregates(limit, from_id, start, end) + rows
        return rows[:limit]

    def last_aggregate(self) -> Aggregate | None:
        """The newest aggregate trade, which the next trade may still grow."""
        self._join_aggregates()
        return self._aggregates[-1] if self._aggregates else None

    def _join_aggregates(self) -> None:
        rows = self._aggregates
        fresh: int = self.count - self._aggregated
        self._aggregated = self.count
        for trade in self._trades[-fresh:] if fresh else ():
            last: Aggregate | None = rows[-1] if rows else None
            if trade.first_id:
                self._whole_records = True
            elif (
                last is not None
                and trade.price == last.price
                and trade.taker_order_id == self._last_taker
                and trade.buyer_is_maker == last.buyer_is_maker
                and trade.time == last.time
            ):
                rows[-1] = last._replace(quantity=last.quantity + trade.quantity, last_id=trade.trade_id)
                continue
            if self._whole_records:
                agg_id: int = trade.trade_id
            else:
                agg_id = self._next_aggregate_id
                self._next_aggregate_id += 1
            # a recorded line never grows: 0 would join it with the next recorded line
            self._last_taker = -1 if trade.first_id else trade.taker_order_id
            rows.append(Aggregate(
                agg_id, trade.price, trade.quantity, trade.first_id or trade.trade_id,
                trade.last_id or trade.trade_id, trade.time, trade.buyer_is_maker,
            ))

    def set_past(self, past: Past) -> None:
        """Name what was before the first trade; ids go on from it. To be called before anything is recorded."""
        self.past = past
        self._next_aggregate_id = past.last_aggregate_id + 1

    def bars(
        self, interval: str, limit: int, start: int | None = None, end: int | None = None, offset_us: int = 0,
    ) -> list[Bar]:
        """
        Bars opening in [start, end], oldest first, at most ``limit``.

        With a start they are counted from it, else the newest are given. Gaps are flat at
        the close before. ``offset_us`` is the time zone's offset. ValueError: unknown interval.
        """
        series: Series = self._refreshed(interval, offset_us)
        past = self.past
        if past is None or limit <= 0:
            return series.select(limit, start, end)
        lead: int = series.bars[0].open_time
        if start is None:
            rows: list[Bar] = series.select(limit, None, end) if end is None or end >= lead else []
            missing: int = limit - len(rows)
            return self._bars_before(interval, offset_us, missing, lead if end is None else min(lead, end + 1)) + rows if missing else rows
        rows = self._bars_from(interval, offset_us, limit, start, lead if end is None else min(lead, end + 1)) if start < lead else []
        if len(rows) < limit:
            rows += series.select(limit - len(rows), max(start, lead), end)
        return rows

    def _bars_from(self, interval: str, offset: int, limit: int, start: int, end: int) -> list[Bar]:
        """The past's bars that open from ``start`` until before ``end``, the oldest ``limit`` of them."""
        past: Past = self.past      # type: ignore[assignment]
        open_of, next_of = opener(interval, offset), closer(interval, offset)
        opened: int = open_of(max(start, past.start))
        if opened < start:
            opened = next_of(opened)
        if interval == "1s":
            return self._seconds_from(opened, end, limit)
        if interval == "1m":
            stop: int = min(opened + limit * MINUTE, -(-end // MINUTE) * MINUTE, past.end)
            return past.rows(opened, stop) if opened < stop else []
        rows: list[Bar] = []
        while opened < end and len(rows) < limit:
            following: int = next_of(opened)
            bar: Bar = past.bar(max(opened, past.start), min(following, past.end))
            rows.append(bar._replace(open_time=opened, close_time=following - 1))
            opened = following
        return rows

    def _bars_before(self, interval: str, offset: int, limit: int, end: int) -> list[Bar]:
        """The past's bars that open before ``end``, the newest ``limit`` of them."""
        past: Past = self.past      # type: ignore[assignment]
        open_of = opener(interval, offset)
        opened: int = min(end, past.end)
        first: int = open_of(past.start)
        for _ in range(limit):
            if opened <= first:
                break
            opened = open_of(opened - 1)
        return self._bars_from(interval, offset, limit, opened, end)

    def _seconds_from(self, start: int, end: int, limit: int) -> list[Bar]:
        past: Past = self.past      # type: ignore[assignment]
        rows: list[Bar] = []
        for minute in range(start // MINUTE * MINUTE, min(end, past.end), MINUTE):
            rows += [bar for bar in past.seconds(minute) if start <= bar.open_time < end]
            if len(rows) >= limit:
                break
        return rows[:limit]

    def current_bar(self, interval: str) -> Bar | None:
        """The bar of the last trade."""
        bars = self._refreshed(interval, 0).bars
        return bars[-1] if bars else None

    def _refreshed(self, interval: str, offset: int) -> Series:
        """The bars of an interval since the first trade, that in which it was whole."""
        if interval == "1s":
            self._fold_seconds()
            return self._seconds
        series = self._series.get((interval, offset))
        if series is None:
            series = self._series[(interval, offset)] = Series(interval, offset, self._lead(interval, offset))
        series.refresh(self._minutes, Bar(*self._live) if self._live is not None else None)
        return series

    def _lead(self, interval: str, offset: int) -> Bar | None:
        """The past's last bar, which live trades may go on with."""
        past = self.past
        if past is None:
            return None
        opened: int = opener(interval, offset)(past.end - 1)
        bar: Bar = past.seconds(past.end - MINUTE)[-1] if interval == "1s" else past.bar(max(opened, past.start), past.end)
        return bar._replace(open_time=opened, close_time=closer(interval, offset)(opened) - 1)

    def _fold_seconds(self) -> None:
        if self.past is not None and not self._seconds.bars:
            lead: Bar | None = self._lead("1s", 0)
            if lead is not None:
                self._seconds.bars.append(lead)
        fresh: int = self.count - self._seconds_done
        self._seconds_done = self.count
        for trade in self._trades[-fresh:] if fresh else ():
            price, first, last = trade.price, trade.first_id, trade.last_id
            taker: bool = not trade.buyer_is_maker
            self._seconds.fold(Bar(
                trade.time, trade.time, price, price, price, price, trade.quantity, trade.quote,
                last - first + 1 if first else 1,
                trade.quantity if taker else 0, trade.quote if taker else 0,
                first or trade.trade_id, last or trade.trade_id,
            ))

    def window(self, start: int, end: int) -> Window | None:
        """Statistics of the minutes touched by [start, end]; None when nothing was traded in them."""
        opened: int = start // MINUTE * MINUTE
        minutes = self._minutes
        low: int = bisect_left(minutes, opened, key=_open_time)
        high: int = bisect_right(minutes, end, key=_open_time)
        bars: list[Bar] = []
        past = self.past
        if past is not None and opened < past.end and end >= past.start:
            bars.append(past.bar(max(opened, past.start), min(past.end, end // MINUTE * MINUTE + MINUTE)))
        if low < high:
            bars.append(self._sum(low, high))
        live = self._live
        if live is not None and start - MINUTE < live[0] <= end:
            bars.append(Bar(*live))
        if not bars:
            return None
        whole: Bar = bars[0]
        for bar in bars[1:]:
            whole = merge(whole, bar)
        return Window(
            whole.open, whole.high, whole.low, whole.close, whole.volume, whole.quote_volume, whole.count,
            whole.first_id, whole.last_id, self._close_before(opened, low, whole.open),
        )

    def _close_before(self, opened: int, low: int, price: int) -> int:
        """The last price before a time from which on the minutes ``low`` and later are; ``price`` where there was none."""
        if low:
            return self._minutes[low - 1].close
        past = self.past
        if past is None:
            return price
        return past.close_before(min(opened, past.end))

    def _sum(self, low: int, high: int) -> Bar:
        """The minutes [low, high) joined; remembered, for they do not change any more."""
        bar = self._sums.get((low, high))
        if bar is None:
            part = self._minutes[low:high]
            bar = join(part, part[0].open_time, part[-1].close_time)
            if len(self._sums) >= 64:
                self._sums.clear()
            self._sums[(low, high)] = bar
        return bar

    def average(self, minutes: int, now: int) -> tuple[int, int]:
        """
        (price, time of the last trade): the volume-weighted average of the last minutes.

        The last price when ``minutes`` is 0 or nothing was traded. The past does not count.
        """
        live = self._live
        if not minutes or live is None:
            return self.last_price, self.last_time
        since: int = (now // MINUTE - minutes) * MINUTE
        key = (since, minutes, len(self._minutes))
        if key != self._average_key:
            volume = quote = 0
            for index in range(len(self._minutes) - 1, -1, -1):
                bar = self._minutes[index]
                if bar.open_time <= since:
                    break
                volume += bar.volume
                quote += bar.quote_volume
            self._average_key, self._average_sums = key, (volume, quote)
        volume, quote = self._average_sums
        if live[0] > since:
            volume += live[6]
            quote += live[7]
        return (quote * SCALE // volume if volume else self.last_price), self.last_time


def draw_in(bars: list[Bar], opened: int, closes: int) -> None:
    """What opens at that time or later becomes one bar of these times."""
    at: int = bisect_left(bars, opened, key=_open_time)
    if at < len(bars):
        bars[at:] = [join(bars[at:], opened, closes)]


def _open_time(bar: Bar) -> int:
    return bar.open_time
