"""A recorded market: one of Binance's public CSV dumps, trade by trade at its own dates."""

import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from math import gcd
from pathlib import Path
from random import Random
from typing import Protocol

from ..core.commands import Command, TapeTrade
from ..core.instruments import Instrument
from ..core.numbers import SCALE, format_amount
from ..core.tape import Bar
from ..listing import list_symbol, split_symbol
from .archive import FeedError, member_names
from .csv_format import BarRow, DumpReader, TradeRow
from .oddities import Oddities
from .shape import minute_bars, shape_of

logger: logging.Logger = logging.getLogger("mockexchange")

MINUTE: int = 60_000_000
LOOP_IDS: int = 10 ** 12            # trade ids left to the rounds of a file that begins again
EPOCH: datetime = datetime(1970, 1, 1, tzinfo=timezone.utc)


def read_moment(text: str) -> int:
    """
    A date or time as ISO 8601 has it (2022-01-03, 2022-01-03T12:30, UTC where it has no zone) or whole ms since 1970 -> us.

    Raises ValueError naming the text.
    """
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text) * 1000
    try:
        moment: datetime = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError:
        raise ValueError(f"feed-start: neither a date such as 2022-01-03 or 2022-01-03T12:30 nor ms since 1970: {text!r}") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - EPOCH) // timedelta(microseconds=1)


def show_moment(us: int) -> str:
    """us -> 2022-01-03T12:30:00Z, in UTC, with the fraction there is."""
    try:
        return (EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return f"{us // 1000} ms"


def bar_points(bar: BarRow) -> list[int]:
    """
    The prices a bar's trades go through: open, the nearer of high and low, the other, close.

    Equal neighbours are one point, so that a bar without movement is one trade.
    """
    extremes: tuple[int, int] = (bar.low, bar.high)
    if bar.high - bar.open < bar.open - bar.low:
        extremes = (bar.high, bar.low)
    points: list[int] = [bar.open]
    for price in (*extremes, bar.close):
        if price != points[-1]:
            points.append(price)
    return points


def split_volume(volume: int, parts: int, step: int) -> list[int]:
    """A volume in about equal parts that sum to it exactly: in whole steps where it is of whole steps itself."""
    unit: int = gcd(volume, step)
    if volume // unit < parts:
        unit = 1
    size, rest = divmod(volume // unit, parts)
    return [(size + (number < rest)) * unit for number in range(parts)]


def bar_trades(bar: BarRow, symbol: str, step: int, first_id: int, last_price: int) -> list[TapeTrade]:
    """
    The trades that stand for a bar, none when its volume is 0.

    A bar rebuilt from them has its open, high, low, close and volume exactly. They are spread
    evenly from its open to its close time; the taker buys where the price rises (from
    ``last_price``, the trade before the bar) and sells where it falls.
    """
    if not bar.volume:
        return []
    points: list[int] = bar_points(bar)[-bar.volume:]       # of a volume of one or two 1e-8 not all prices can trade
    span: int = bar.close_time - bar.open_time
    gaps: int = max(1, len(points) - 1)
    falling: bool = bar.close < bar.open
    trades: list[TapeTrade] = []
    for number, (price, quantity) in enumerate(zip(points, split_volume(bar.volume, len(points), step), strict=True)):
        if price != last_price:
            falling = price < last_price
        trades.append(TapeTrade(
            symbol, first_id + number, price, quantity, falling, bar.open_time + span * number // gaps,
        ))
        last_price = price
    return trades


def symbol_of(path: Path, instruments: list[Instrument]) -> str:
    """
    The symbol a dump is of, by its name (BTCUSDT-trades-2021-01-08.csv), or by that of the file in the archive.

    A word that is listed wins over one that only ends with a quote asset. FeedError when there is neither.
    """
    listed: set[str] = {instrument.symbol for instrument in instruments}
    words: list[str] = [word.upper() for name in (path.name, *member_names(path)) for word in re.findall(r"[A-Za-z0-9]+", name)]
    for word in words:
        if word in listed:
            return word
    for word in words:
        if split_symbol(word) is not None:
            return word
    raise FeedError(
        f"{path}: the name must begin with its symbol, as BTCUSDT-trades-2021-01-08.csv does; {words[0] if words else ''!r} "
        f"is not listed and ends with no known quote asset; there are: {', '.join(sorted(listed))} (--list lists others)"
    )


def decimal_step(divisor: int) -> int:
    """The largest power of ten in 1e-8, 1 at most, that divides all of which ``divisor`` is the greatest common divisor."""
    step: int = 1
    while step < SCALE and divisor % (step * 10) == 0:
        step *= 10
    return step


class Records(Protocol):
    """
    What a ReplayFeed reads, from wherever: ``kind`` "klines" has ``bars``, "trades" and "aggTrades" have ``trades``. Each call of them
    gives all records anew, in constant memory; FeedError at the first thing that cannot be used. ``is_sorted`` turns
    false in a call that found a record before its time: the next one gives them in order.
    """

    is_sorted: bool
    oddities: Oddities

    @property
    def kind(self) -> str: ...

    def trades(self) -> Iterator[TradeRow]:
        """Ids ascending, times never falling."""

    def bars(self) -> Iterator[BarRow]:
        """None begins before the one before it has ended."""


def open_dump(path: Path, instruments: list[Instrument], seed: int, start: str = "", loop: bool = False) -> "ReplayFeed":
    """The market of one of Binance's public dumps. FeedError; ValueError for a ``start`` that is not in it."""
    if not path.exists():
        raise FeedError(f"{path}: no such file (a feed is \"synthetic\" or the path of a CSV dump)")
    symbol: str = symbol_of(path, instruments)
    return ReplayFeed(DumpReader(path), str(path), symbol, instruments, seed, start, loop)


class ReplayFeed:
    """
    One dump, one symbol; the other symbols have no market. Opening it reads all of it and raises FeedError.

    Every record becomes a TapeTrade with the record's own id, price, quantity and time; a record of
    aggTrades keeps the raw ids it stands for. A kline becomes the trades of ``bar_trades``, numbered from 1.
    A symbol that is not among ``instruments`` is listed by the feed itself: ``instrument`` has the tick and step that
    the file's decimals show. What is odd in the file is logged in one WARNING.

    ``start``: where in the records the market begins (``read_moment``), "": with the first one. What is before it is the past.
    ``loop``: behind the last record the first one follows, dates and ids going on. ``name`` says where the records are from.
    """

    recorded: bool = True

    def __init__(
        self, reader: Records, name: str, symbol: str, instruments: list[Instrument], seed: int, start: str = "", loop: bool = False,
    ) -> None:
        self.name: str = name
        self.seed: int = seed
        self.symbol: str = symbol
        self.symbols: list[str] = [symbol]
        self.reader: Records = reader
        self.kind: str = reader.kind
        self.loop: bool = loop
        self.shift: int = 0                     # us from a record's time to the market's, in the first round
        self.records: int = 0
        self.opening_price: int = 0
        self.start_time: int = 0                # us, of the first record
        self.end_time: int = 0                  # and of the end of the last one
        self._prices: int = 0                   # greatest common divisor of all prices
        self._sizes: int = 0
        self._ids: tuple[int, int] = (0, 0)     # how many ids there are: of records, and of the raw trades they stand for
        last_id: int = self._check()
        if not self.reader.is_sorted:
            last_id = self._check()             # now in order
        if not self.records:
            raise FeedError(f"{name}: no record can be used: {self.reader.oddities.text()}")
        if odd := self.reader.oddities.text():
            logger.warning("%s: %s; %d records are replayed", name, odd, self.records)
        self.length: int = -((self.start_time - self.end_time - 1) // MINUTE) * MINUTE      # of a round: whole minutes
        self.begins: int = self._begin_at(start)
        self.last_trade_ids: dict[str, int] = {symbol: last_id + (LOOP_IDS if loop else 0)}
        self.price: int = self.opening_price    # of the trade handed out last
        self._opened: int | None = None         # us, of the market
        self._market: Iterator[TapeTrade] = iter(())
        self._held: TapeTrade | None = None     # the first one of the market, taken while looking for the end of the past
        found: Instrument | None = next((each for each in instruments if each.symbol == symbol), None)
        self.instrument: Instrument = self._listed() if found is None else found
        self.listed: list[Instrument] = [self.instrument]

    def _begin_at(self, start: str) -> int:
        if not start:
            return self.start_time
        moment: int = read_moment(start)
        if not self.start_time <= moment <= self.end_time:
            raise ValueError(
                f"feed-start: {start!r} is outside {self.name}, which goes from {show_moment(self.start_time)} to {show_moment(self.end_time)}"
            )
        return moment

    def _listed(self) -> Instrument:
        base, quote = split_symbol(self.symbol) or (self.symbol, "")
        tick, step = decimal_step(self._prices), decimal_step(self._sizes)
        found: Instrument = list_symbol(self.symbol, base, quote, tick, step, self.opening_price)
        logger.info("%s is listed for %s: tick %s, step %s", self.symbol, self.name, format_amount(tick), format_amount(step))
        return found

    def _check(self) -> int:
        """Read the whole file; returns the highest trade id it brings."""
        last_id: int = 0
        prices: int = 0
        sizes: int = 0
        self.records = 0
        if self.kind == "klines":
            for bar in self.reader.bars():
                if not self.records:
                    self.opening_price, self.start_time = bar.open, bar.open_time
                if bar.volume:
                    last_id += min(len(bar_points(bar)), bar.volume)
                prices = gcd(prices, bar.open, bar.high, bar.low, bar.close)
                sizes = gcd(sizes, bar.volume)
                self.end_time = bar.close_time
                self.records += 1
            self._ids = (last_id, 0)
        else:
            first: TradeRow | None = None
            for row in self.reader.trades():
                if first is None:
                    first = row
                    self.opening_price, self.start_time = row.price, row.time
                last_id = max(row.trade_id, row.last_id)
                prices, sizes = gcd(prices, row.price), gcd(sizes, row.quantity)
                self.end_time = row.time
                self.records += 1
            if first is not None:
                self._ids = (row.trade_id + 1 - first.trade_id, row.last_id + 1 - first.first_id)
        self._prices, self._sizes = prices, sizes
        return last_id

    def begin(self, at: int) -> None:
        """
        The market begins at ``at`` (us, of the market: ``shift`` counts): records before it are the past, at most the round at hand
        and the one before it. To be called before ``past``, ``opening`` and ``steps``.
        """
        self._opened = at
        number: int = max(0, at - self.start_time - self.shift) // self.length if self.loop else 0
        self._market = self._trades_from(max(0, number - 1))

    def past(self) -> Iterator[TapeTrade]:
        """The trades from before the market's beginning, oldest first."""
        opened: int = self._begin()
        for trade in self._market:
            if trade.time >= opened:
                self._held = trade
                return
            self.price = trade.price
            yield trade

    def opening(self) -> list[Command]:
        """A book around the first price; after a restart, around where the tape stands."""
        shape = shape_of(self.instrument, self.price, self.seed)
        return list(shape.quotes(Random(f"{self.seed}:{self.symbol}:book"), self.price))

    def steps(self) -> Iterator[tuple[int, Command]]:
        """(us since the market began, TapeTrade) in the file's order. To be taken once. FeedError when the file has changed since."""
        opened: int = self._begin()
        if self._held is None:
            for _ in self.past():
                pass
        while (trade := self._held) is not None:
            self.price = trade.price
            yield trade.time - opened, trade
            self._held = next(self._market, None)

    def _begin(self) -> int:
        if self._opened is None:
            self.begin(self.begins + self.shift)
        assert self._opened is not None
        return self._opened

    def _trades_from(self, number: int) -> Iterator[TapeTrade]:
        """All trades of the market from a round on, 0 being the first."""
        while True:
            shift: int = self.shift + number * self.length
            ids, raw_ids = number * self._ids[0], number * self._ids[1]
            for trade in self._klines() if self.kind == "klines" else self._trades():
                if shift or number:
                    trade.time += shift
                    trade.trade_id += ids
                    if trade.last_id:
                        trade.first_id += raw_ids
                        trade.last_id += raw_ids
                yield trade
            if not self.loop:
                return
            number += 1

    def _trades(self) -> Iterator[TapeTrade]:
        symbol: str = self.symbol
        for row in self.reader.trades():
            yield TapeTrade(
                symbol, row.trade_id, row.price, row.quantity, row.buyer_is_maker, row.time, row.first_id, row.last_id,
            )

    def _klines(self) -> Iterator[TapeTrade]:
        next_id: int = 1
        last_price: int = self.opening_price
        for bar in self.reader.bars():
            trades: list[TapeTrade] = bar_trades(bar, self.symbol, self.instrument.step_size, next_id, last_price)
            next_id += len(trades)
            last_price = bar.close
            yield from trades

    def history(self, symbol: str, until_us: int, since_us: int = 0) -> list[Bar]:
        """
        One-minute bars of the month before the first record (or ``until_us``, if that is earlier).

        What was before the record is not known: these bars are synthetic, from the seed. Their last
        close is the first price recorded.
        """
        if symbol != self.symbol:
            return []
        shape = shape_of(self.instrument, self.opening_price, self.seed)
        until_us = min(until_us, self.start_time + self.shift)
        return minute_bars(shape, f"{self.seed}:{symbol}:history", self.opening_price, until_us, since_us)

    def on_price(self, symbol: str, price: int) -> None:
        """The next record brings the market back: the tape is what it is."""

    def on_rules(self, instrument: Instrument) -> None:
        """The next record brings the book back; it keeps the prices that were recorded."""

    def on_day_end(self, symbol: str, previous_close: int) -> None:
        """The next record brings the book back."""
