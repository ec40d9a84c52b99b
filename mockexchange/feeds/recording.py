"""A recorded market, whatever it is kept in: records in order, each checked for its place after the one before."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeVar

from rest_locale import N_

from .oddities import Oddities

MINUTE: int = 60_000_000


class TradeRow(NamedTuple):
    """A record of trades or aggTrades. Amounts in 1e-8, time in us; ``first_id`` and ``last_id`` are 0 for raw trades."""

    trade_id: int
    price: int
    quantity: int
    time: int
    buyer_is_maker: bool
    first_id: int
    last_id: int


class BarRow(NamedTuple):
    """A record of klines. Amounts in 1e-8, times in us, ``close_time`` inclusive, 0 where the bar lasts until the next one."""

    open_time: int
    close_time: int
    open: int
    high: int
    low: int
    close: int
    volume: int


class Place(NamedTuple):
    """Where a record stands; ``line`` is its number where it has no lines."""

    file: str
    line: int


Row = TypeVar("Row", TradeRow, BarRow)


class Recording(ABC):
    """
    The records of one symbol. A subclass has ``trade_rows`` for kinds "trades" and "aggTrades", ``bar_rows`` for "klines".

    ``name`` stands for the recording in messages; ``symbol`` is the venue's symbol, "" where it is not known. Every call of
    ``trades`` or ``bars`` reads anew, in constant memory where the records are in order, and raises FeedError at the first thing
    that cannot be used. What is mended or passed over is counted in ``oddities``.
    """

    name: str
    symbol: str = ""

    def __init__(self) -> None:
        self.oddities: Oddities = Oddities()
        self.is_sorted: bool = True         # until a record has been found before its time

    @property
    @abstractmethod
    def kind(self) -> str:
        """trades, aggTrades or klines."""

    @property
    def span(self) -> int:
        """How long a bar lasts that has no ``close_time``, in us."""
        return MINUTE

    def trade_rows(self) -> Iterator[tuple[Place, TradeRow]]:
        """The trades as they are kept, each sound by itself."""
        return iter(())

    def bar_rows(self) -> Iterator[tuple[Place, BarRow]]:
        """The bars as they are kept, each sound by itself."""
        return iter(())

    def trades(self) -> Iterator[TradeRow]:
        """The records of trades or aggTrades, ids ascending, times never falling."""
        self.oddities = odd = Oddities()
        rows: Iterator[tuple[Place, TradeRow]] = self.trade_rows()
        if not self.is_sorted:
            rows = self._in_order(rows)
        last: TradeRow | None = None
        raw: bool = self.kind == "trades"
        for place, row in rows:
            if last is not None:
                if row.trade_id <= last.trade_id:
                    if row.trade_id < last.trade_id:
                        self.is_sorted = False
                        odd.count(N_("out of order, sorted"), place)
                    else:
                        odd.count(N_("that came twice, passed over"), place)
                    continue
                if row.time < last.time:
                    odd.count(N_("earlier than the one before, taken as of the same time"), place)
                    row = row._replace(time=last.time)
            if not raw and not (last.last_id if last else -1) < row.first_id <= row.last_id:
                odd.count(N_("whose raw trade ids do not follow on, renumbered"), place)
                first: int = max(row.first_id, (last.last_id if last else -1) + 1)
                row = row._replace(first_id=first, last_id=max(first, row.last_id))
            last = row
            yield row

    def bars(self) -> Iterator[BarRow]:
        """The records of klines: none begins before the one before it has ended."""
        self.oddities = odd = Oddities()
        rows: Iterator[tuple[Place, BarRow]] = self.bar_rows()
        if not self.is_sorted:
            rows = self._in_order(rows)
        held: BarRow | None = None          # its end is known when the next one begins
        span: int = 0
        for place, bar in rows:
            endless: bool = not bar.close_time
            if endless:
                bar = bar._replace(close_time=bar.open_time + self.span - 1)
            if held is not None:
                if bar.open_time <= held.open_time:
                    if bar.open_time < held.open_time:
                        self.is_sorted = False
                        odd.count(N_("out of order, sorted"), place)
                    else:
                        odd.count(N_("that came twice, passed over"), place)
                    continue
                if bar.open_time <= held.close_time:
                    if not endless:
                        odd.count(N_("that overlap, the first cut short"), place)
                    held = held._replace(close_time=bar.open_time - 1)
                yield held
            if bar.close_time <= bar.open_time:
                odd.count(N_("that end before they begin, given the usual length"), place)
                bar = bar._replace(close_time=bar.open_time + (span or MINUTE) - 1)
            span = span or bar.close_time - bar.open_time + 1
            high, low = max(bar.open, bar.high, bar.low, bar.close), min(bar.open, bar.high, bar.low, bar.close)
            if (high, low) != (bar.high, bar.low):
                odd.count(N_("with a price beyond high or low, widened"), place)
                bar = bar._replace(high=high, low=low)
            held = bar
        if held is not None:
            yield held

    def _in_order(self, rows: Iterator[tuple[Place, Row]]) -> Iterator[tuple[Place, Row]]:
        """By id, bars by open time: the first field of either. All records are in memory then."""
        found: list[tuple[Place, Row]] = list(rows)
        for (_, before), (place, after) in pairwise(found):
            if after[0] < before[0]:
                self.oddities.count(N_("out of order, sorted"), place)
        found.sort(key=lambda each: each[1][0])
        return iter(found)
