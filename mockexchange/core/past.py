"""
What was traded before a venue opened: whole minutes, known by their sums, whose trades are made when somebody asks.

Ids end at ``last_id`` and are counted back from there, so that the first live trade has the next one.
"""

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from .bar_trades import aggregate_count, bar_trades
from .bars import MINUTE, SECOND, Bar, join
from .events import PublicTrade

BLOCK: int = 60                         # minutes
KEPT_MINUTES: int = 64                  # whose trades are kept
KEPT_JOINS: int = 4


class Aggregate(NamedTuple):
    """Trades of one taker order at one price, joined (rest-api.md, aggTrades)."""

    agg_id: int
    price: int
    quantity: int
    first_id: int
    last_id: int
    time: int
    buyer_is_maker: bool


class Minutes(Protocol):
    """
    The minutes of a past, in blocks of BLOCK that are counted back from ``end``: block 0 holds the newest.

    ``end`` is when the last minute closes (us), ``blocks`` how many there are. Bars come without ids; one without trades is flat.
    ``tick`` and ``unit`` (1e-8) are what prices and quantities are multiples of, ``seed`` is that of the trades.
    ``room``: more trades than there are in all.
    """

    symbol: str
    seed: str
    tick: int
    unit: int
    end: int
    blocks: int
    room: int

    def counts(self, block: int) -> Sequence[int]:
        """Trades of each of a block's minutes, oldest first."""

    def bars(self, block: int) -> list[Bar]:
        """A block's minutes, oldest first."""

    def part(self, block: int, low: int, high: int) -> Bar:
        """A block's minutes [low, high) joined, one at least."""

    def newest(self, blocks: int) -> Bar:
        """So many of the newest blocks joined, one at least."""


class BarMinutes:
    """
    Minutes whose bars are known, whatever their source: ``bars`` are consecutive one-minute bars, oldest first, each with
    the figures its trades need (``completed``). The block that is not whole is filled up with flat minutes before the first.
    """

    def __init__(self, symbol: str, seed: str, tick: int, unit: int, bars: Sequence[Bar]) -> None:
        if not bars:
            raise ValueError(f"bars of {symbol}: there are none")
        self.symbol: str = symbol
        self.seed: str = seed
        self.tick: int = tick
        self.unit: int = unit
        self.end: int = bars[-1].close_time + 1
        self.blocks: int = -(-len(bars) // BLOCK)
        self.room: int = sum(bar.count for bar in bars) + 1
        first: Bar = bars[0]
        missing: int = self.blocks * BLOCK - len(bars)
        flat: list[Bar] = [
            Bar(at, at + MINUTE - 1, first.open, first.open, first.open, first.open, 0, 0)
            for at in range(first.open_time - missing * MINUTE, first.open_time, MINUTE)
        ]
        self._bars: list[Bar] = flat + list(bars)

    def bars(self, block: int) -> list[Bar]:
        low: int = (self.blocks - 1 - block) * BLOCK
        return self._bars[low:low + BLOCK]

    def counts(self, block: int) -> list[int]:
        return [bar.count for bar in self.bars(block)]

    def part(self, block: int, low: int, high: int) -> Bar:
        rows: list[Bar] = self.bars(block)[low:high]
        return join(rows, rows[0].open_time, rows[-1].close_time)

    def newest(self, blocks: int) -> Bar:
        rows: list[Bar] = self._bars[-blocks * BLOCK:]
        return join(rows, rows[0].open_time, rows[-1].close_time)


class Past:
    """
    The minutes before ``end`` with ids, and their trades. Nothing in it ever changes: the same question has the same answer.

    ``last_id`` and ``last_aggregate_id`` are those of the newest trade. Trades whose ids would be below 1 cannot be asked for.
    """

    def __init__(self, minutes: Minutes, last_id: int, last_aggregate_id: int) -> None:
        self.minutes: Minutes = minutes
        self.last_id: int = last_id
        self.last_aggregate_id: int = last_aggregate_id
        self.end: int = minutes.end
        self.start: int = minutes.end - minutes.blocks * BLOCK * MINUTE
        self._counts: array[int] = array("q", [0])          # trades in the newest n blocks
        self._aggregates: array[int] = array("q", [0])
        self._trades: OrderedDict[int, list[PublicTrade]] = OrderedDict()
        self._blocks: dict[int, Bar] = {}
        self._joins: OrderedDict[tuple[int, int], Bar] = OrderedDict()

    # -- bars

    def bar(self, start: int, end: int) -> Bar:
        """The minutes from ``start`` until ``end`` (us, whole minutes within the past) joined, with ids; one minute at least."""
        key: tuple[int, int] = (start, end)
        found: Bar | None = self._joins.get(key)
        if found is None:
            found = self._joins[key] = self._join(start, end)
            if len(self._joins) > KEPT_JOINS:
                self._joins.popitem(last=False)
        return found

    def _join(self, start: int, end: int) -> Bar:
        parts: list[Bar] = []
        part = self.minutes.part
        first, low = self._place(start)
        last, high = self._place(end - MINUTE)
        if first == last:
            parts.append(part(first, low, high + 1))
        elif end == self.end:
            newer: Bar = self._whole_blocks(first)          # before the older, which follow from them
            parts += [part(first, low, BLOCK), newer]
        else:
            parts.append(part(last, 0, high + 1))
            parts += [part(block, 0, BLOCK) for block in range(last + 1, first)]
            parts.append(part(first, low, BLOCK))
            parts.reverse()
        whole: Bar = join(parts, start, end - 1)
        if not whole.count:
            return whole
        newest: int = self.last_id - self._newer(last, high + 1)
        return self._with_ids(whole, newest)

    def _whole_blocks(self, number: int) -> Bar:
        """The newest blocks joined: what most windows end with, whenever they begin."""
        found: Bar | None = self._blocks.get(number)
        if found is None:
            found = self._blocks[number] = self.minutes.newest(number)
            if len(self._blocks) > KEPT_JOINS:
                del self._blocks[next(iter(self._blocks))]
        return found

    def _with_ids(self, bar: Bar, last_id: int) -> Bar:
        if not bar.count or last_id < 1:
            return bar
        return bar._replace(first_id=max(1, last_id - bar.count + 1), last_id=last_id)

    def rows(self, start: int, end: int) -> list[Bar]:
        """The one-minute bars from ``start`` until ``end`` (whole minutes), oldest first, with ids."""
        rows: list[Bar] = []
        first, low = self._place(start)
        last, high = self._place(end - MINUTE)
        for block in range(first, last - 1, -1):
            bars: list[Bar] = self.minutes.bars(block)
            newest: int = self.last_id - self._before(block)
            found: list[Bar] = []
            for bar in reversed(bars):
                found.append(self._with_ids(bar, newest))
                newest -= bar.count
            found.reverse()
            rows += found[low if block == first else 0:high + 1 if block == last else BLOCK]
        return rows

    def close_before(self, time: int) -> int:
        """The price a minute goes on from: the close before it."""
        if time <= self.start:
            return self.minutes.part(self.minutes.blocks - 1, 0, 1).open
        block, number = self._place(time - MINUTE)
        return self.minutes.part(block, number, number + 1).close

    def seconds(self, minute: int) -> list[Bar]:
        """The one-second bars of the minute that opens then, those without trades flat at the close before."""
        price: int = self.close_before(minute)
        trades: list[PublicTrade] = self.trades_of(minute)
        rows: list[Bar] = []
        index: int = 0
        for opened in range(minute, minute + MINUTE, SECOND):
            stop: int = index
            while stop < len(trades) and trades[stop].time < opened + SECOND:
                stop += 1
            rows.append(second_bar(opened, trades[index:stop]) if stop > index else Bar(opened, opened + SECOND - 1, price, price, price, price, 0, 0))
            price = rows[-1].close
            index = stop
        return rows

    # -- trades

    def trades(self, limit: int, from_id: int | None = None) -> list[PublicTrade]:
        """The newest ``limit`` trades, or the first ones with ids from ``from_id``; oldest first."""
        if from_id is not None:
            found: list[PublicTrade] = []
            for minute in self._from_id(from_id, self._counts, self.last_id):
                found += [trade for trade in self.trades_of(minute) if trade.trade_id >= max(1, from_id)]
                if len(found) >= limit:
                    break
            return found[:limit]
        parts: list[list[PublicTrade]] = []
        missing: int = limit
        for minute in self._backwards(self.end):
            part: list[PublicTrade] = [trade for trade in self.trades_of(minute) if trade.trade_id >= 1]
            if not part:
                break
            parts.append(part)
            missing -= len(part)
            if missing <= 0:
                break
        return [trade for part in reversed(parts) for trade in part][-limit:]

    def aggregates(self, limit: int, from_id: int | None = None, start: int | None = None, end: int | None = None) -> list[Aggregate]:
        """Aggregate trades, oldest first: from an id or a start time on, else the newest (until ``end``, us)."""
        if from_id is not None or start is not None:
            minutes: Iterator[int] = (
                self._forwards(start) if from_id is None else self._from_id(from_id, self._aggregates, self.last_aggregate_id)
            )
            found: list[Aggregate] = []
            for minute in minutes:
                if end is not None and minute > end:
                    break
                for row in self.aggregates_of(minute):
                    if row.agg_id >= max(1, from_id or 1) and (start is None or row.time >= start) and (end is None or row.time <= end):
                        found.append(row)
                if len(found) >= limit:
                    break
            return found[:limit]
        parts: list[list[Aggregate]] = []
        missing: int = limit
        for minute in self._backwards(self.end if end is None else end // MINUTE * MINUTE + MINUTE):
            part: list[Aggregate] = [row for row in self.aggregates_of(minute) if row.agg_id >= 1 and (end is None or row.time <= end)]
            parts.append(part)
            missing -= len(part)
            if missing <= 0:
                break
        return [row for part in reversed(parts) for row in part][-limit:]

    def trades_of(self, minute: int) -> list[PublicTrade]:
        """The trades of the minute that opens then, oldest first."""
        trades: list[PublicTrade] | None = self._trades.get(minute)
        if trades is None:
            block, number = self._place(minute)
            bar: Bar = self.minutes.part(block, number, number + 1)
            first: int = self.last_id - self._newer(block, number) + 1
            source: Minutes = self.minutes
            trades = bar_trades(bar._replace(first_id=first), source.symbol, source.seed, source.tick, source.unit)
            self._trades[minute] = trades
            if len(self._trades) > KEPT_MINUTES:
                self._trades.popitem(last=False)
        else:
            self._trades.move_to_end(minute)
        return trades

    def aggregates_of(self, minute: int) -> list[Aggregate]:
        """The aggregate trades of the minute that opens then, oldest first."""
        block, number = self._place(minute)
        counts: Sequence[int] = self.minutes.counts(block)
        newer: int = self._before(block, self._aggregates) + sum(map(aggregate_count, counts[number:]))
        agg_id: int = self.last_aggregate_id - newer
        rows: list[Aggregate] = []
        taker: int = -1
        for trade in self.trades_of(minute):
            if trade.taker_order_id == taker:
                last: Aggregate = rows[-1]
                rows[-1] = last._replace(quantity=last.quantity + trade.quantity, last_id=trade.trade_id)
                continue
            taker = trade.taker_order_id
            agg_id += 1
            rows.append(Aggregate(agg_id, trade.price, trade.quantity, trade.trade_id, trade.trade_id, trade.time, trade.buyer_is_maker))
        return rows

    # -- how far back it is known

    def walk(self, since: int) -> Iterator[None]:
        """Get to know the hours back to a time (us), one a step; what is asked of them then takes no time."""
        reach: int = min(self.minutes.blocks, (self.end - 1 - max(since, self.start)) // MINUTE // BLOCK + 1)
        while len(self._counts) <= reach:
            self._before(len(self._counts))
            yield

    def walk_to(self, from_id: int, is_aggregate: bool = False) -> Iterator[None]:
        """The same back to a trade, or to an aggregate trade."""
        sums, last_id = (self._aggregates, self.last_aggregate_id) if is_aggregate else (self._counts, self.last_id)
        while len(sums) <= self.minutes.blocks and sums[-1] <= last_id - max(1, from_id):
            self._before(len(sums))
            yield

    # -- places

    def _place(self, time: int) -> tuple[int, int]:
        """(block, minute in it) of a time within the past."""
        block, number = divmod((self.end - 1 - time) // MINUTE, BLOCK)
        return block, BLOCK - 1 - number

    def _time(self, block: int, number: int) -> int:
        return self.end - (block * BLOCK + BLOCK - number) * MINUTE

    def _before(self, block: int, sums: "array[int] | None" = None) -> int:
        """How many trades (or aggregates) there are in the blocks that are newer."""
        while len(self._counts) <= block:
            counts: Sequence[int] = self.minutes.counts(len(self._counts) - 1)
            self._counts.append(self._counts[-1] + sum(counts))
            self._aggregates.append(self._aggregates[-1] + sum(map(aggregate_count, counts)))
        return (self._counts if sums is None else sums)[block]

    def _newer(self, block: int, number: int) -> int:
        """How many trades there are from a minute of a block on."""
        rest: int = sum(self.minutes.counts(block)[number:]) if number < BLOCK else 0
        return self._before(block) + rest

    def _from_id(self, from_id: int, sums: "array[int]", last_id: int) -> Iterator[int]:
        """The minutes that have trades, from that of an id on; ``sums`` are the counts of these ids."""
        blocks: int = self.minutes.blocks
        wanted: int = last_id - max(1, from_id) + 1         # trades from this one on
        if wanted <= 0:
            return
        for _ in self.walk_to(from_id, sums is self._aggregates):
            pass
        block: int = bisect_left(sums, wanted) - 1
        if block >= blocks:
            yield from self._forwards(None)
            return
        missing: int = wanted - sums[block]
        number: int = BLOCK
        counts: Sequence[int] = self.minutes.counts(block)
        while missing > 0:
            number -= 1
            missing -= counts[number] if sums is self._counts else aggregate_count(counts[number])
        yield from self._forwards(self._time(block, number))

    def _forwards(self, start: int | None) -> Iterator[int]:
        """The minutes that have trades, from a time on."""
        first: int = max(self.start, (start or 0) // MINUTE * MINUTE)
        if first >= self.end:
            return
        block, low = self._place(first)
        while block >= 0:
            counts: Sequence[int] = self.minutes.counts(block)
            for number in range(low, BLOCK):
                if counts[number]:
                    yield self._time(block, number)
            block, low = block - 1, 0

    def _backwards(self, end: int) -> Iterator[int]:
        """The minutes that have trades, from the last one before ``end`` back."""
        last: int = min(end, self.end) - MINUTE
        if last < self.start:
            return
        block, high = self._place(last)
        while block < self.minutes.blocks:
            counts: Sequence[int] = self.minutes.counts(block)
            for number in range(high, -1, -1):
                if counts[number]:
                    yield self._time(block, number)
            block, high = block + 1, BLOCK - 1


def second_bar(opened: int, trades: Sequence[PublicTrade]) -> Bar:
    """The bar of one second's trades."""
    prices: list[int] = [trade.price for trade in trades]
    buys: list[PublicTrade] = [trade for trade in trades if not trade.buyer_is_maker]
    first, last = trades[0], trades[-1]
    return Bar(
        opened, opened + SECOND - 1, first.price, max(prices), min(prices), last.price,
        sum(trade.quantity for trade in trades), sum(trade.quote for trade in trades), len(trades),
        sum(trade.quantity for trade in buys), sum(trade.quote for trade in buys), first.trade_id, last.trade_id,
    )
