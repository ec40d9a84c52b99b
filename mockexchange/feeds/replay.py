"""A recorded market, trade by trade at its own dates."""

import logging
import re
from collections.abc import Iterator
from itertools import pairwise
from math import gcd
from pathlib import Path
from random import Random

from rest_locale import N_, _

from ..core.commands import Command, TapeTrade
from ..core.instruments import Instrument
from ..core.numbers import SCALE, format_amount
from ..listing import QUOTES, list_symbol, split_symbol
from .archive import FeedError, member_names
from .recording import MINUTE, BarRow, Recording, TradeRow
from .shape import activity_of, shape_of
from .synthetic_past import SyntheticMinutes, room_for
from .times import read_moment, show_moment

logger: logging.Logger = logging.getLogger("mockexchange")

LOOP_IDS: int = 10 ** 12            # trade ids left to the rounds of a recording that begins again


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
    The symbol a dump is of, by its name (BTCUSDT-trades-2021-01-08.csv), or by those of the files in the archive.

    A word that is listed wins over one that only ends with a quote asset. FeedError when there is neither, and when the files
    are of several symbols.
    """
    listed: set[str] = {instrument.symbol for instrument in instruments}
    inside: list[str] = member_names(path)
    several: set[str] = {found for name in inside if (found := _symbol_in([name], listed))}
    if len(several) > 1:
        raise FeedError(_("{path}: it holds files of several symbols, a feed is of one: {names}").format(path=path, names=', '.join(sorted(several))))
    names: list[str] = [path.name, *inside]
    if symbol := _symbol_in(names, listed):
        return symbol
    words: list[str] = _words(names)
    raise FeedError(
        _(
            "{path}: the name must begin with its symbol, as BTCUSDT-trades-2021-01-08.csv does; {word!r} "
            "is not listed and ends with no known quote asset; there are: {names} (--list lists others)"
        ).format(path=path, word=words[0] if words else "", names=", ".join(sorted(listed)))
    )


def _words(names: list[str]) -> list[str]:
    return [word.upper() for name in names for word in re.findall(r"[A-Za-z0-9]+", name)]


def _symbol_in(names: list[str], listed: set[str]) -> str:
    """The symbol that names have in them, "" without one. Base and quote asset may be two words, as in BTC-USDT."""
    words: list[str] = _words(names)
    for word in words:
        if word in listed:
            return word
    for word in words:
        if split_symbol(word) is not None:
            return word
    return next((base + quote for base, quote in pairwise(words) if quote in QUOTES and base not in ("SPOT", "DATA")), "")


def decimal_step(divisor: int) -> int:
    """The largest power of ten in 1e-8, 1 at most, that divides all of which ``divisor`` is the greatest common divisor."""
    step: int = 1
    while step < SCALE and divisor % (step * 10) == 0:
        step *= 10
    return step


class ReplayFeed:
    """
    One recording, one symbol; the other symbols have no market. Opening it reads all of it and raises FeedError.

    Every record becomes a TapeTrade with the record's own id, price, quantity and time; a record of
    aggTrades keeps the raw ids it stands for. A kline becomes the trades of ``bar_trades``, whose numbers leave room for the past's.
    A symbol that is not among ``instruments`` is listed by the feed itself: ``instrument`` has the tick and step that
    the file's decimals show. What is odd in the file is logged in one WARNING.

    ``start``: where in the records the market begins (``read_moment``), "": with the first one. What is before it is the past.
    ``loop``: behind the last record the first one follows, dates and ids going on.
    """

    recorded: bool = True
    by_time: bool = True

    def __init__(self, recording: Recording, instruments: list[Instrument], seed: int, start: str = "", loop: bool = False) -> None:
        self.reader: Recording = recording
        self.seed: int = seed
        self.symbol: str = recording.symbol
        self.symbols: list[str] = [self.symbol]
        self.kind: str = recording.kind
        self.loop: bool = loop
        self.shift: int = 0                     # us from a record's time to the market's, in the first round
        self.records: int = 0
        self.opening_price: int = 0
        self.start_time: int = 0                # us, of the first record
        self.end_time: int = 0                  # and of the end of the last one
        self._prices: int = 0                   # greatest common divisor of all prices
        self._sizes: int = 0
        self._first_ids: tuple[int, int] = (1, 1)       # of trades, of aggregates
        self._ids: tuple[int, int] = (0, 0)     # how many ids there are: of records, and of the raw trades they stand for
        last_id: int = self._check()
        if not self.reader.is_sorted:
            last_id = self._check()             # now in order
        odd: str = self.reader.oddities.text()
        if not self.records:
            raise FeedError(_("{name}: no record can be used").format(name=recording.name) + (f": {odd}" if odd else ""))
        if odd:
            logger.warning("%s", _("{name}: {odd}; {count} records are replayed").format(name=recording.name, odd=odd, count=self.records))
        if loop and not self._ids[0]:
            raise FeedError(_("{name}: none of its bars has a volume: there is no trade for loop to begin again with").format(name=recording.name))
        self.length: int = -((self.start_time - self.end_time - 1) // MINUTE) * MINUTE      # of a round: whole minutes
        self.begins: int = self._begin_at(start)
        self.first_ids: dict[str, tuple[int, int]] = {self.symbol: self._first_ids}
        self.last_trade_ids: dict[str, int] = {self.symbol: last_id + (LOOP_IDS if loop else 0)}
        self.price: int = self.opening_price    # of the trade handed out last
        self._opened: int | None = None         # us, of the market
        self._round: int = 0                    # that of the first trade
        self._market: Iterator[TapeTrade] = iter(())
        self._held: TapeTrade | None = None     # the first one of the market, taken while looking for the end of the past
        found: Instrument | None = next((each for each in instruments if each.symbol == self.symbol), None)
        self.instrument: Instrument = self._listed() if found is None else found
        self.listed: list[Instrument] = [self.instrument]
        self._compare_steps()

    def _compare_steps(self) -> None:
        """Say what becomes of prices and quantities that are finer than the symbol's tick and step."""
        rules: Instrument = self.instrument
        for unit, known, line in (
            (self._prices, rules.tick_size, N_(
                "{name}: prices are multiples of {unit}, the tick of {symbol} is {known}: trades are printed as they are recorded, orders keep to the tick"
            )),
            (self._sizes, rules.step_size, N_(
                "{name}: quantities are multiples of {unit}, the step of {symbol} is {known}: trades are printed as they are recorded, orders keep to the step"
            )),
        ):
            if known and unit % known:
                logger.warning("%s", _(line).format(
                    name=self.reader.name, unit=format_amount(decimal_step(unit)), symbol=self.symbol, known=format_amount(known),
                ))

    def _begin_at(self, start: str) -> int:
        if not start:
            return self.start_time
        moment: int = read_moment(start)
        if not self.start_time <= moment <= self.end_time:
            raise ValueError(
                _("feed-start: {start!r} is outside {name}, which goes from {begin} to {end}").format(start=start, name=self.reader.name, begin=show_moment(self.start_time), end=show_moment(self.end_time))
            )
        return moment

    def _listed(self) -> Instrument:
        parts: tuple[str, str] | None = split_symbol(self.symbol)
        if parts is None:
            raise FeedError(_("{name}: symbol {symbol!r} is not listed and ends with no known quote asset (--list lists it)").format(name=self.reader.name, symbol=self.symbol))
        base, quote = parts
        tick, step = decimal_step(self._prices), decimal_step(self._sizes)
        found: Instrument = list_symbol(self.symbol, base, quote, tick, step, self.opening_price)
        logger.info("%s", _("{symbol} is listed for {name}: tick {tick}, step {step}").format(
            symbol=self.symbol, name=self.reader.name, tick=format_amount(tick), step=format_amount(step),
        ))
        return found

    def _check(self) -> int:
        """Read the whole file; returns the highest trade id it brings."""
        last_id: int = 0
        prices: int = 0
        sizes: int = 0
        self.records = 0
        if self.kind == "klines":
            last_id = room_for(activity_of(self.symbol))
            self._first_ids = (last_id + 1, last_id + 1)
            for bar in self.reader.bars():
                if not self.records:
                    self.opening_price, self.start_time = bar.open, bar.open_time
                if bar.volume:
                    last_id += min(len(bar_points(bar)), bar.volume)
                prices = gcd(prices, bar.open, bar.high, bar.low, bar.close)
                sizes = gcd(sizes, bar.volume)
                self.end_time = bar.close_time
                self.records += 1
            self._ids = (last_id + 1 - self._first_ids[0], 0)
        else:
            first: TradeRow | None = None
            for row in self.reader.trades():
                if first is None:
                    first = row
                    self.opening_price, self.start_time = row.price, row.time
                    self._first_ids = (row.first_id or row.trade_id, row.trade_id)
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
        self._round = max(0, number - 1)
        trade_id, aggregate_id = self._first_ids
        ids, raw_ids = self._ids
        self.first_ids[self.symbol] = (
            trade_id + self._round * (raw_ids if self.kind == "aggTrades" else ids), aggregate_id + self._round * ids,
        )
        self._market = self._trades_from(self._round)

    @property
    def since(self) -> int:
        """us, of the market: when the first trade of ``past`` or ``steps`` is, before which everything is synthetic."""
        return self.start_time + self.shift + self._round * self.length

    def past(self) -> Iterator[TapeTrade]:
        """The trades from before the market's beginning, oldest first."""
        opened: int = self._begin()
        for trade in self._market:
            if trade.time >= opened:
                self._held = trade
                return
            self.price = trade.price
            yield trade

    def go_on(self, since: int) -> None:
        """It has dates of its own."""

    def opening(self) -> list[Command]:
        """A book around the first price; after a restart, around where the tape stands."""
        shape = shape_of(self.instrument, self.price, self.seed)
        return list(shape.quotes(Random(f"{self.seed}:{self.symbol}:book"), self.price))

    def steps(self) -> Iterator[tuple[int, Command]]:
        """(us since the market began, TapeTrade) in the file's order. To be taken once. FeedError when the file has changed since."""
        opened: int = self._begin()
        if self._held is None:
            for __ in self.past():
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
        next_id: int = self._first_ids[0]
        last_price: int = self.opening_price
        for bar in self.reader.bars():
            trades: list[TapeTrade] = bar_trades(bar, self.symbol, self.instrument.step_size, next_id, last_price)
            next_id += len(trades)
            last_price = bar.close
            yield from trades

    def history(self, symbol: str, until_us: int) -> SyntheticMinutes | None:
        """
        The month before the minute of ``until_us``, which is to be that of ``since``.

        What was before the record is not known: it is synthetic, from the seed. Its last close is the first price recorded.
        """
        if symbol != self.symbol:
            return None
        shape = shape_of(self.instrument, self.opening_price, self.seed)
        return SyntheticMinutes(shape, f"{self.seed}:history", self.opening_price, until_us)

    def on_price(self, symbol: str, price: int) -> None:
        """The next record brings the market back: the tape is what it is."""

    def on_rules(self, instrument: Instrument) -> None:
        """The next record brings the book back; it keeps the prices that were recorded."""

    def on_day_end(self, symbol: str, previous_close: int) -> None:
        """The next record brings the book back."""
