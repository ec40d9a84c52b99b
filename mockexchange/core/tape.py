"""The public history of one symbol: trades, aggregate trades, bars, rolling statistics."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import NamedTuple

from .bars import DAY, HOUR, INTERVALS, MINUTE, Bar, Bar1m, Series, opener
from .events import PublicTrade
from .numbers import SCALE

REACH: tuple[int, ...] = (1, 4, 0)      # days of the past that are made, step by step; at last all of it
KEEP: int = 100_000                     # trades, aggregates and one-second bars kept at least


class Aggregate(NamedTuple):
    """Trades of one taker order at one price, joined (rest-api.md, aggTrades)."""

    agg_id: int
    price: int
    quantity: int
    first_id: int
    last_id: int
    time: int
    buyer_is_maker: bool


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
        self._seeds: Callable[[int], list[Bar1m]] | None = None
        self._seeds_end: int = 0
        self._plantings: int = 0                # how often the provider has been asked
        self._seeded: int = 0                   # leading minutes that came from the seeds
        self._series: dict[tuple[str, int], Series] = {}
        self._seconds: Series = Series("1s")
        self._seconds_done: int = 0
        self._sums: dict[tuple[int, int], Window] = {}
        self._average_key: tuple[int, int, int] = (-1, 0, 0)
        self._average_sums: tuple[int, int] = (0, 0)

    def record(self, trade: PublicTrade) -> None:
        """Add a trade. Times must not run backwards; one that does counts into the current minute."""
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
        if minutes and minutes[-1].open_time >= opened:
            # the first trade falls into seeded history: it goes on from there
            self._plant_seeds(0)
            while len(minutes) > 1 and minutes[-2].open_time >= opened:
                minutes.pop()
            live: list[int] = list(minutes.pop())
            self._seeded = len(minutes)
            self._series.clear()
            self._sums.clear()
        else:
            live = [opened, opened + MINUTE - 1, price, price, price, price, 0, 0, 0, 0, 0, -1, -1]
        self._live = live
        self._live_end = live[1] + 1
        return live

    def _trim(self) -> None:
        self._join_aggregates()
        self._fold_seconds()
        del self._trades[:-KEEP]
        del self._aggregates[:-KEEP]
        del self._seconds.bars[:-KEEP]
        self._ascending = all(a[1] < b[1] for a, b in zip(self._trades, self._trades[1:], strict=False))

    def trades(self, limit: int, from_id: int | None = None) -> list[PublicTrade]:
        """The newest ``limit`` trades, or the first ones with ids from ``from_id``; oldest first."""
        trades = self._trades
        if limit <= 0:
            return []
        if from_id is None:
            return trades[-limit:]
        if self._ascending:
            index: int = bisect_left(trades, from_id, key=lambda trade: trade.trade_id)
            return trades[index:index + limit]
        return sorted((t for t in trades if t.trade_id >= from_id), key=lambda t: t.trade_id)[:limit]

    def aggregates(
        self, limit: int, from_id: int | None = None, start: int | None = None, end: int | None = None,
    ) -> list[Aggregate]:
        """Aggregate trades, oldest first: from an id or a start time on, else the newest (until ``end``)."""
        self._join_aggregates()
        rows = self._aggregates
        if limit <= 0:
            return []
        if from_id is not None:
            rows = sorted(row for row in rows if row.agg_id >= from_id)
        if start is not None or end is not None:
            rows = [r for r in rows if (start is None or r.time >= start) and (end is None or r.time <= end)]
        return rows[-limit:] if from_id is None and start is None else rows[:limit]

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

    def seed_bars(self, provider: Callable[[int], list[Bar1m]], until: int) -> None:
        """
        Name the source of one-minute bars from before the first trade: those that open at a time or later, oldest first.

        They end about ``until``. It is called when bars or statistics are first asked for, for a day and two hours
        at least; when that does not reach back far enough, for four days; and at last for all.
        """
        self._seeds = provider
        self._seeds_end = until
        self._plantings = 0

    def _plant_seeds(self, since: int) -> None:
        """Have the minutes from ``since`` on, and one before them where there is one."""
        while self._seeds is not None and not (self._minutes and self._minutes[0].open_time < since):
            days: int = REACH[self._plantings]
            far: int = max(0, min(since, self._last_minute() - days * DAY) - 2 * HOUR) if days else 0
            provider = self._seeds
            if not far:
                self._seeds = None
            self._plantings += 1
            seeds: list[Bar] = provider(far)
            own: int | None = None
            if self._minutes:
                own = self._minutes[0].open_time
            elif self._live is not None:
                own = self._live[0]
            if own is not None:
                del seeds[bisect_left(seeds, own, key=_open_time):]
            self._minutes[:0] = seeds
            self._seeded += len(seeds)
            self._series.clear()
            self._sums.clear()
            self._average_key = (-1, 0, 0)

    def bars(
        self, interval: str, limit: int, start: int | None = None, end: int | None = None, offset_us: int = 0,
    ) -> list[Bar]:
        """
        Bars opening in [start, end], oldest first, at most ``limit``.

        With a start they are counted from it, else the newest are given. Gaps are flat at
        the close before. ``offset_us`` is the time zone's offset. ValueError: unknown interval.
        """
        open_of = opener(interval, offset_us)
        if start is None:
            last: int = self._last_minute()
            size: int = INTERVALS[interval] or 31 * DAY
            start_of_all: int = open_of(last if end is None else min(end, last)) - limit * size
        else:
            start_of_all = open_of(start)
        return self._refreshed(interval, offset_us, start_of_all).select(limit, start, end)

    def current_bar(self, interval: str) -> Bar | None:
        """The bar of the last trade."""
        bars = self._refreshed(interval, 0, opener(interval)(self._last_minute())).bars
        return bars[-1] if bars else None

    def _last_minute(self) -> int:
        """When the newest minute opens, whether its trades are here yet or not."""
        if self._live is not None:
            return self._live[0]
        return self._minutes[-1].open_time if self._minutes else self._seeds_end - MINUTE

    def _refreshed(self, interval: str, offset: int, since: int) -> Series:
        """The bars of an interval; those from ``since`` on are whole and all there."""
        if interval == "1s":
            self._fold_seconds()
            return self._seconds
        self._plant_seeds(since)
        series = self._series.get((interval, offset))
        if series is None:
            series = self._series[(interval, offset)] = Series(interval, offset)
        series.refresh(self._minutes, Bar(*self._live) if self._live is not None else None)
        return series

    def _fold_seconds(self) -> None:
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
        self._plant_seeds(start // MINUTE * MINUTE)
        minutes = self._minutes
        low: int = bisect_left(minutes, start // MINUTE * MINUTE, key=_open_time)
        high: int = bisect_right(minutes, end, key=_open_time)
        window: Window | None = self._sum(low, high) if low < high else None
        live = self._live
        if live is None or not start - MINUTE < live[0] <= end:
            return window
        if window is None:
            before: int = minutes[low - 1].close if low else live[2]
            return Window(live[2], live[3], live[4], live[5], live[6], live[7], live[8], live[11], live[12], before)
        return Window(
            window.open, max(window.high, live[3]), min(window.low, live[4]), live[5],
            window.volume + live[6], window.quote + live[7], window.count + live[8],
            window.first_id if window.first_id >= 0 else live[11], live[12], window.prev_close,
        )

    def _sum(self, low: int, high: int) -> Window:
        """The minutes [low, high) joined; remembered, for they do not change any more."""
        window = self._sums.get((low, high))
        if window is None:
            part = self._minutes[low:high]
            ids: list[int] = [i for bar in part for i in (bar.first_id, bar.last_id) if i >= 0]
            window = Window(
                part[0].open, max(bar.high for bar in part), min(bar.low for bar in part), part[-1].close,
                sum(bar.volume for bar in part), sum(bar.quote_volume for bar in part), sum(bar.count for bar in part),
                ids[0] if ids else -1, ids[-1] if ids else -1,
                self._minutes[low - 1].close if low else part[0].open,
            )
            if len(self._sums) >= 64:
                self._sums.clear()
            self._sums[(low, high)] = window
        return window

    def average(self, minutes: int, now: int) -> tuple[int, int]:
        """
        (price, time of the last trade): the volume-weighted average of the last minutes.

        The last price when ``minutes`` is 0 or nothing was traded. Seeded history does not
        count, so that no read changes what a filter says.
        """
        live = self._live
        if not minutes or live is None:
            return self.last_price, self.last_time
        since: int = (now // MINUTE - minutes) * MINUTE
        key = (since, minutes, len(self._minutes))
        if key != self._average_key:
            volume = quote = 0
            for index in range(len(self._minutes) - 1, self._seeded - 1, -1):
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


def _open_time(bar: Bar) -> int:
    return bar.open_time
