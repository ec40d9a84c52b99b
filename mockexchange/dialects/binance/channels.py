"""
What each market data stream publishes, and when (web-socket-streams.md, "Detailed Stream information").

A channel exists while somebody listens to it, and nothing is computed for the others. Streams
of single events (trade, aggTrade, bookTicker) follow the exchange's events; the rest is looked
at by one clock of ticks 100 ms apart, and published when it has changed or somebody new listens.

``!ticker@arr`` left the documents and the venue in 2026; it stays here for clients that are older.
``<symbol>@blockTrade`` can be subscribed and never speaks: there are no block trades here.
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from ...core.bars import Bar
from ...core.book import Book
from ...core.events import PublicTrade
from ...core.tape import Aggregate, Tape, Window
from ...faults import FaultTable
from ...transport.sockets import Socket, fan_out
from . import stream_rendering as render
from .slices import SLICE_SECONDS


class MarketChannels(Protocol):
    """What is needed of the market's streams as a whole (stream_market.py)."""

    venue: Any

    def depth_source(self, symbol: str) -> Any: ...


SECOND: int = 1_000_000
MINUTE: int = 60 * SECOND
HOUR: int = 60 * MINUTE
DAY: int = 24 * HOUR

WINDOWS: dict[str, int] = {"1h": HOUR, "4h": 4 * HOUR, "1d": DAY}
MAX_MISSED_BARS: int = 1000             # closed bars one tick makes up for, when a replay outruns the clock

Audience = tuple[int, bool]             # what a time unit is worth in microseconds, combined form or raw


def best_levels(book: Book) -> tuple[render.Level, render.Level]:
    """(price, quantity) of the best bid and the best ask, (0, 0) for a side without orders."""
    bid, ask = book.best_bid(), book.best_ask()
    return (bid.price, bid.total) if bid else (0, 0), (ask.price, ask.total) if ask else (0, 0)


class Channel:
    """One stream: who listens, in which form. ``every`` is its period in ticks, 0 for streams of single events."""

    every: int = 0

    def __init__(self, market: MarketChannels, name: str, symbol: str) -> None:
        self.market: MarketChannels = market
        self.faults: FaultTable = market.venue.faults
        self.name: str = name
        self.symbol: str = symbol
        self.is_listed: bool = True                         # else it has listeners still, and says nothing
        self.has_new: bool = False                          # somebody joined since the last push
        self.audiences: dict[Audience, list[Socket]] = {}

    def open(self) -> None:
        """Called when the first listener comes."""

    def close(self) -> None:
        """Called when the last listener has gone."""

    def tick(self, now: int) -> None:
        """Called every ``every`` ticks."""

    @property
    def book(self) -> Book:
        found: Book = self.market.venue.exchange.books[self.symbol]
        return found

    @property
    def tape(self) -> Tape:
        found: Tape = self.market.venue.exchange.tapes[self.symbol]
        return found

    def push(self, payload: Callable[[int], bytes]) -> None:
        """Send what ``payload(per)`` renders: once per time unit, framed once per form."""
        if not self.is_listed:
            return
        self.has_new = False
        rendered: dict[int, bytes] = {}
        for (per, is_combined), listeners in self.audiences.items():
            data: bytes | None = rendered.get(per)
            if data is None:
                data = rendered[per] = payload(per)
            if is_combined:
                data = render.combine(self.name, data)
            if self.faults.pushes:
                self.faults.push(f"PUSH {self.name}", listeners, data)
            else:
                fan_out(listeners, data)


class TradeChannel(Channel):
    """``<symbol>@trade``"""

    def publish(self, event: PublicTrade, now: int) -> None:
        self.push(lambda per: render.trade(event, now, per))


class AggregateTradeChannel(Channel):
    """
    ``<symbol>@aggTrade``: after each burst of trades, when the aggregates are whole.

    A recording may spread one aggregate over several commands, so there the newest is held
    back until a newer one or a tick of the clock shows that it has stopped growing.
    """

    every = 1

    def open(self) -> None:
        newest: Aggregate | None = self.tape.last_aggregate()
        self.last_id: int | None = newest.agg_id if newest else None
        self.trades: int = 0                                # since the last look, so at most as many aggregates
        self.may_grow: bool = False                         # the newest trade is of a recording of single trades

    def tick(self, now: int) -> None:
        if self.trades:
            self.publish(now, is_whole=True)

    def publish(self, now: int, is_whole: bool) -> None:
        # Ids need not ascend (a user's trades within a recording), so the last one sent is found by its place.
        rows: list[Aggregate] = self.tape.aggregates(self.trades + 1)
        ids: list[int] = [row.agg_id for row in rows]
        fresh: list[Aggregate] = rows[ids.index(self.last_id) + 1:] if self.last_id in ids else rows
        self.trades = 0
        if fresh and not is_whole:
            fresh = fresh[:-1]
            self.trades = 1
        for row in fresh:
            self.last_id = row.agg_id
            self.push(lambda per, row=row: render.aggregate_trade(self.symbol, row, now, per))  # type: ignore[misc]


class BookTickerChannel(Channel):
    """``<symbol>@bookTicker``: when the best price or quantity of a side is another than before."""

    def open(self) -> None:
        self.update_id: int = self.book.update_id
        self.best: tuple[render.Level, render.Level] = best_levels(self.book)

    def publish(self) -> None:
        book: Book = self.book
        if book.update_id == self.update_id:
            return
        self.update_id = book.update_id
        best: tuple[render.Level, render.Level] = best_levels(book)
        if best != self.best:
            self.best = best
            self.push(lambda per: render.book_ticker(self.symbol, book.update_id, *best))


class PartialDepthChannel(Channel):
    """``<symbol>@depth<levels>``"""

    def __init__(self, market: MarketChannels, name: str, symbol: str, levels: int, every: int) -> None:
        super().__init__(market, name, symbol)
        self.levels: int = levels
        self.every = every
        self.update_id: int = -1

    def tick(self, now: int) -> None:
        book: Book = self.book
        if book.update_id == self.update_id and not self.has_new:
            return
        self.update_id = book.update_id
        self.push(lambda per: render.partial_depth(book.update_id, book.bids(self.levels), book.asks(self.levels)))


class DepthSource:
    """The changes of one book, taken once and handed to every diff depth channel of its symbol."""

    def __init__(self, book: Book) -> None:
        self.book: Book = book
        self.channels: list[DepthChannel] = []
        book.take_changes()

    def take(self) -> None:
        first, last, bids, asks = self.book.take_changes()
        if last >= first:
            for channel in self.channels:
                channel.add(first, last, bids, asks)


class DepthChannel(Channel):
    """
    ``<symbol>@depth``: what changed since the event before.

    ``U`` follows the ``u`` of the event before, and both are ids of GET depth's ``lastUpdateId``.
    """

    def __init__(self, market: MarketChannels, name: str, symbol: str, every: int) -> None:
        super().__init__(market, name, symbol)
        self.every = every
        self.first: int = 0                                 # 0: nothing to say
        self.last: int = 0
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}

    def open(self) -> None:
        source: DepthSource = self.market.depth_source(self.symbol)
        source.take()
        source.channels.append(self)

    def close(self) -> None:
        self.market.depth_source(self.symbol).channels.remove(self)

    def add(self, first: int, last: int, bids: dict[int, int], asks: dict[int, int]) -> None:
        self.first = self.first or first
        self.last = last
        self.bids.update(bids)
        self.asks.update(asks)

    def tick(self, now: int) -> None:
        self.market.depth_source(self.symbol).take()
        if not self.first:
            return
        first, last, bids, asks = self.first, self.last, list(self.bids.items()), list(self.asks.items())
        self.first = 0
        self.bids = {}
        self.asks = {}
        self.push(lambda per: render.depth_update(self.symbol, first, last, bids, asks, now, per))


class AveragePriceChannel(Channel):
    """``<symbol>@avgPrice``"""

    every = 10

    def __init__(self, market: MarketChannels, name: str, symbol: str) -> None:
        super().__init__(market, name, symbol)
        self.state: tuple[int, int] = (-1, -1)

    def tick(self, now: int) -> None:
        minutes: int = self.market.venue.exchange.instruments[self.symbol].avg_price_mins
        state: tuple[int, int] = self.tape.average(minutes, now)
        if state != self.state or self.has_new:
            self.state = state
            self.push(lambda per: render.average_price(self.symbol, minutes, state[0], state[1], now, per))


class ReferencePriceChannel(Channel):
    """``<symbol>@referencePrice``: symbols here have none, which the stream says with null."""

    every = 10

    def tick(self, now: int) -> None:
        self.push(lambda per: render.reference_price(self.symbol, None, now, per))


class KlineChannel(Channel):
    """``<symbol>@kline_<interval>``: every bar that closes is sent closed once, whatever the pace of the market."""

    every = 1

    def __init__(self, market: MarketChannels, name: str, symbol: str, interval: str, offset: int) -> None:
        super().__init__(market, name, symbol)
        self.interval: str = interval
        self.offset: int = offset
        self.pace: int = SECOND if interval == "1s" else 2 * SECOND
        self.due: int = 0
        self.bar: Bar | None = None                         # the newest one, as it was sent last
        self.is_closed: bool = False

    def open(self) -> None:
        # What closes from here on must be sent, even when a replay is over before the first tick.
        for newest in self.tape.bars(self.interval, 1, offset_us=self.offset):
            self.bar = newest
            self.is_closed = self.market.venue.now() > newest.close_time

    def tick(self, now: int) -> None:
        ends: bool = self.bar is not None and not self.is_closed and self.market.venue.now() > self.bar.close_time
        if now < self.due and not ends and not self.has_new:
            return
        if now >= self.due:
            self.due = now - now % self.pace + self.pace
        news: list[Bar] = self._news()
        if len(news) == MAX_MISSED_BARS:
            self.due = now
        for bar in news:
            is_closed: bool = self.market.venue.now() > bar.close_time
            is_wanted: bool = self.has_new and bar is news[-1] and not is_closed
            if is_wanted or (bar, is_closed) != (self.bar, self.is_closed):
                self.bar, self.is_closed = bar, is_closed
                self.push(lambda per, b=bar, x=is_closed: render.kline(self.symbol, self.interval, b, x, now, per))  # type: ignore[misc]

    def _news(self) -> list[Bar]:
        since: int = self.bar.open_time if self.bar is not None else 0
        return self.tape.bars(self.interval, MAX_MISSED_BARS, start=since, offset_us=self.offset)


def _flat(price: int) -> Window:
    """Statistics of a stretch in which nothing was traded."""
    return Window(price, price, price, price, 0, 0, 0, -1, -1, price)


class Statistic:
    """Rolling statistics of a symbol in one of three forms: the single streams and the arrays share it."""

    def __init__(self, market: MarketChannels, symbol: str, kind: str) -> None:
        self.market: MarketChannels = market
        self.symbol: str = symbol
        self.kind: str = kind                               # ticker, miniTicker, 1h, 4h, 1d
        self.window: Window = _flat(-1)
        self.extra: tuple[object, ...] = ()

    def look(self) -> bool:
        """Compute it anew; whether it differs from the last time."""
        exchange = self.market.venue.exchange
        tape: Tape = exchange.tapes[self.symbol]
        self.closed: int = self.market.venue.now()
        self.opened: int = self.closed - WINDOWS.get(self.kind, DAY)
        if self.kind in WINDOWS:
            self.opened -= self.opened % MINUTE
        window: Window = tape.window(self.opened, self.closed) or _flat(tape.last_price)
        extra: tuple[object, ...] = ()
        if self.kind == "ticker":
            self.bid, self.ask = best_levels(exchange.books[self.symbol])
            self.last_quantity: int = tape.last_quantity
            extra = (self.bid, self.ask, self.last_quantity)
        is_new: bool = (window, extra) != (self.window, self.extra)
        self.window, self.extra = window, extra
        return is_new

    def payload(self, now: int, per: int) -> bytes:
        if self.kind == "miniTicker":
            return render.mini_ticker(self.symbol, self.window, now, per)
        if self.kind == "ticker":
            return render.ticker(
                self.symbol, self.window, self.last_quantity, self.bid, self.ask, self.opened, self.closed, now, per,
            )
        return render.window_ticker(self.symbol, self.kind, self.window, self.opened, self.closed, now, per)


class StatisticChannel(Channel):
    """``<symbol>@miniTicker``, ``<symbol>@ticker``, ``<symbol>@ticker_<window>``"""

    every = 10

    def __init__(self, market: MarketChannels, name: str, symbol: str, kind: str) -> None:
        super().__init__(market, name, symbol)
        self.statistic: Statistic = Statistic(market, symbol, kind)

    def tick(self, now: int) -> None:
        is_new: bool = self.statistic.look()
        if is_new or self.has_new:
            self.push(lambda per: self.statistic.payload(now, per))


class StatisticArrayChannel(Channel):
    """
    ``!miniTicker@arr`` and ``!ticker@arr``, both also with ``@1000ms`` and ``@3000ms``, ``!ticker_<window>@arr``: only the
    symbols that changed since the push before.
    """

    def __init__(self, market: MarketChannels, name: str, kind: str, every: int) -> None:
        super().__init__(market, name, "")
        self.every = every
        self.kind: str = kind
        self.statistics: dict[str, Statistic] = {}
        self._pass: Iterator[None] | None = None            # over the symbols, under way

    def tick(self, now: int) -> None:
        if self._pass is None:
            self._pass = self._look(now)
            self._go_on()

    def close(self) -> None:
        self._pass = None

    def _go_on(self) -> None:
        """A slice of the pass; the rest is done at the same time of the clock, when others have had their turn."""
        spent: Callable[[], float] = self.market.venue.clock.machine.spent
        end: float = spent() + SLICE_SECONDS
        while self._pass is not None:
            if next(self._pass, self) is self:
                self._pass = None
            elif spent() > end:
                self.market.venue.clock.call_later(0.0, self._go_on)
                return

    def _look(self, now: int) -> Iterator[None]:
        """Look at every symbol, one a step, and push at last."""
        rendered: dict[int, list[bytes]] = {}
        for symbol in list(self.market.venue.exchange.instruments):
            statistic: Statistic | None = self.statistics.get(symbol)
            if statistic is None:
                statistic = self.statistics[symbol] = Statistic(self.market, symbol, self.kind)
            if statistic.look():
                for per in {per for per, _ in self.audiences}:
                    rendered.setdefault(per, []).append(statistic.payload(now, per))
            yield
        if rendered:
            self.push(lambda per: render.array(rendered.get(per, [])))
