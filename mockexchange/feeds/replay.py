"""A recorded market: one of Binance's public CSV dumps, trade by trade at its own pace."""

import re
from collections.abc import Iterator
from math import gcd
from pathlib import Path
from random import Random

from ..core.commands import Command, TapeTrade
from ..core.instruments import Instrument
from ..core.tape import Bar
from .csv_format import BarRow, DumpReader, FeedError
from .shape import minute_bars, shape_of


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
    points: list[int] = bar_points(bar)
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


def symbol_of(path: Path, instruments: list[Instrument]) -> Instrument:
    """The instrument a dump is of, by its name: BTCUSDT-trades-2021-01-08.csv. FeedError for one that is not listed."""
    match: re.Match[str] | None = re.match(r"[A-Za-z0-9]+", path.name)
    symbol: str = match.group().upper() if match else ""
    for instrument in instruments:
        if instrument.symbol == symbol:
            return instrument
    known: str = ", ".join(instrument.symbol for instrument in instruments)
    raise FeedError(f"{path}: the name must begin with its symbol, {symbol!r} is not listed here; there are: {known}")


class ReplayFeed:
    """
    One file, one symbol; the other symbols have no market. Opening it reads all of it and raises FeedError.

    Every record becomes a TapeTrade with the record's own id, price, quantity and time; a record of
    aggTrades keeps the raw ids it stands for. A kline becomes the trades of ``bar_trades``, numbered from 1.
    """

    recorded: bool = True

    def __init__(self, path: Path, instruments: list[Instrument], seed: int) -> None:
        self.path: Path = path
        self.seed: int = seed
        if not path.exists():
            raise FeedError(f"{path}: no such file (a feed is \"synthetic\" or the path of a CSV dump)")
        self.instrument: Instrument = symbol_of(path, instruments)
        self.symbol: str = self.instrument.symbol
        self.symbols: list[str] = [self.symbol]
        self.reader: DumpReader = DumpReader(path)
        self.kind: str = self.reader.layout.kind
        self.records: int = 0
        self.opening_price: int = 0
        self.start_time: int = 0                # us, of the first record
        last_id: int = self._check()
        self.last_trade_ids: dict[str, int] = {self.symbol: last_id}
        self.price: int = self.opening_price    # of the trade handed out last

    def _check(self) -> int:
        """Read the whole file; returns the highest trade id it brings."""
        last_id: int = 0
        if self.kind == "klines":
            for bar in self.reader.bars():
                if not self.records:
                    self.opening_price, self.start_time = bar.open, bar.open_time
                if bar.volume:
                    parts: int = len(bar_points(bar))
                    if bar.volume < parts:
                        line: int = self.reader.first_line + self.records
                        raise FeedError(f"{self.path}:{line}: volume {bar.volume}e-8: cannot trade at the bar's {parts} prices")
                    last_id += parts
                self.records += 1
            return last_id
        for row in self.reader.trades():
            if not self.records:
                self.opening_price, self.start_time = row.price, row.time
            last_id = max(row.trade_id, row.last_id)
            self.records += 1
        return last_id

    def opening(self) -> list[Command]:
        """A book around the first price; after a restart, around where the tape stands."""
        shape = shape_of(self.instrument, self.price, self.seed)
        return list(shape.quotes(Random(f"{self.seed}:{self.symbol}:book"), self.price))

    def steps(self) -> Iterator[tuple[int, Command]]:
        """(us since the first record, TapeTrade) in the file's order. To be taken once. FeedError when the file has changed since."""
        start: int = self.start_time
        for trade in self._klines() if self.kind == "klines" else self._trades():
            self.price = trade.price
            yield trade.time - start, trade

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
        One-minute bars of the month before the record (or ``until_us``, if that is earlier).

        What was before the record is not known: these bars are synthetic, from the seed. Their last
        close is the first price recorded.
        """
        if symbol != self.symbol:
            return []
        shape = shape_of(self.instrument, self.opening_price, self.seed)
        until_us = min(until_us, self.start_time)
        return minute_bars(shape, f"{self.seed}:{symbol}:history", self.opening_price, until_us, since_us)

    def on_price(self, symbol: str, price: int) -> None:
        """The next record brings the market back: the tape is what it is."""

    def on_rules(self, instrument: Instrument) -> None:
        """The next record brings the book back; it keeps the prices that were recorded."""
