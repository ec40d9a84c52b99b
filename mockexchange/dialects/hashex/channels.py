"""
What the market pushes, and when (spec 5.6).

Trades leave with the exchange's events. Everything else is looked at by one clock of ticks 100 ms apart: changed
levels at every tick, the whole book every 600 ms (as the platform's futures host was measured), statistics every second.
Nothing is computed for symbols that nobody listens to.
"""

from collections.abc import Callable, Iterable

from ...core.bars import Bar
from ...core.book import Book
from ...core.events import Event, PublicTrade
from ...core.tape import Tape, Window
from ...transport.sockets import Socket, fan_out
from . import stream_rendering as render
from .state import DialectState, Listing
from .limits import MAX_LEVELS
from .rendering import day_window

MARKET_PUSHES: tuple[str, ...] = ("qDeal", "qDepth", "qAllDepth", "qKLine", "qStats")
DAY: int = 86_400_000_000
BOOK_EVERY: int = 6                     # ticks
STATS_EVERY: int = 10
FORGET_EVERY: int = 600                 # ticks after which a book nobody follows forgets what changed
MAX_MISSED_BARS: int = 1000             # closed bars one tick makes up for, when a replay outruns the clock

Sockets = dict[Socket, None]            # in the order they came


def publish(desk: DialectState, listing: Listing, kind: str, sockets: Iterable[Socket], payload: bytes) -> None:
    """Send a push of that ``resType`` to those who want it, past the faults where some are armed."""
    if desk.removed and listing.symbol in desk.removed:
        return
    if desk.venue.faults.pushes:
        desk.venue.faults.push(f"PUSH {listing.name}@{kind}", sockets, payload)
    else:
        fan_out(sockets, payload)


class SymbolChannel:
    """``subSymbol``: depth, trades and statistics of one symbol."""

    def __init__(self, desk: DialectState, listing: Listing) -> None:
        self.desk: DialectState = desk
        self.listing: Listing = listing
        self.book: Book = desk.venue.exchange.books[listing.symbol]
        self.sockets: Sockets = {}
        self.shown: int = -1                                # update id of the last whole book sent

    def join(self, socket: Socket) -> None:
        """The newcomer begins with the whole book; what the others do not know yet is told them first."""
        self.push_changes()
        self.sockets[socket] = None
        publish(self.desk, self.listing, "qAllDepth", (socket,), self.whole_book())

    def whole_book(self) -> bytes:
        book: Book = self.book
        return render.whole_depth(self.listing, book.update_id, book.bids(MAX_LEVELS), book.asks(MAX_LEVELS))

    def push_changes(self) -> None:
        """Every level that changed since the last time; the ids end at the book's, so the next whole book covers them."""
        first, last, bids, asks = self.book.take_changes()
        if last < first or not self.sockets:
            return
        now: int = self.desk.venue.now()
        number: int = last - len(bids) - len(asks)
        for is_buy, changes in ((True, bids), (False, asks)):
            for price, total in changes.items():
                number += 1
                payload: bytes = render.level_change(self.listing, number, is_buy, price, total, now)
                publish(self.desk, self.listing, "qDepth", self.sockets, payload)

    def tick(self, count: int) -> None:
        self.push_changes()
        if count % BOOK_EVERY == 0 and self.book.update_id != self.shown:
            self.shown = self.book.update_id
            publish(self.desk, self.listing, "qAllDepth", self.sockets, self.whole_book())


class KlineChannel:
    """``subKline``: one symbol's bars of one length; a bar that closed is sent once more as it ended."""

    def __init__(self, desk: DialectState, listing: Listing, interval: str) -> None:
        self.desk: DialectState = desk
        self.listing: Listing = listing
        self.interval: str = interval
        self.tape: Tape = desk.venue.exchange.tapes[listing.symbol]
        self.sockets: Sockets = {}
        self.bar: Bar | None = None                         # the newest one, as it was sent last

    def join(self, socket: Socket) -> None:
        """The newcomer begins with the newest bar."""
        self.tick()
        self.sockets[socket] = None
        if self.bar is not None:
            publish(self.desk, self.listing, "qKLine", (socket,), render.kline(self.listing, self.interval, self.bar))

    def tick(self) -> None:
        since: int | None = self.bar.open_time if self.bar is not None else None
        limit: int = 1 if since is None else MAX_MISSED_BARS
        for bar in self.tape.bars(self.interval, limit, start=since):
            if bar != self.bar:
                self.bar = bar
                publish(self.desk, self.listing, "qKLine", self.sockets, render.kline(self.listing, self.interval, bar))


class MarketChannels:
    """The channels of one venue that have listeners, and what drives them."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk
        self.symbols: dict[str, SymbolChannel] = {}         # by core symbol
        self.klines: dict[tuple[str, str], KlineChannel] = {}
        self.stats: Sockets = {}                            # those that want the statistics of all symbols
        self._windows: dict[str, Window] = {}               # as sent last
        self.on_join: Callable[[], None] = lambda: None     # called when somebody comes to listen

    def is_idle(self) -> bool:
        """Whether nobody listens."""
        return not (self.symbols or self.klines or self.stats)

    # listeners

    def join_symbol(self, listing: Listing, socket: Socket) -> None:
        channel: SymbolChannel | None = self.symbols.get(listing.symbol)
        if channel is None:
            channel = self.symbols[listing.symbol] = SymbolChannel(self.desk, listing)
        channel.join(socket)
        self.on_join()
        if socket not in self.stats:
            self._send_stats(listing, (socket,))

    def leave_symbol(self, listing: Listing, socket: Socket) -> None:
        channel: SymbolChannel = self.symbols[listing.symbol]
        del channel.sockets[socket]
        if not channel.sockets:
            del self.symbols[listing.symbol]

    def join_kline(self, listing: Listing, interval: str, socket: Socket) -> None:
        key: tuple[str, str] = (listing.symbol, interval)
        channel: KlineChannel | None = self.klines.get(key)
        if channel is None:
            channel = self.klines[key] = KlineChannel(self.desk, listing, interval)
        channel.join(socket)
        self.on_join()

    def leave_kline(self, listing: Listing, interval: str, socket: Socket) -> None:
        channel: KlineChannel = self.klines[listing.symbol, interval]
        del channel.sockets[socket]
        if not channel.sockets:
            del self.klines[listing.symbol, interval]

    def join_stats(self, socket: Socket) -> None:
        """The newcomer begins with one message per symbol."""
        self.stats[socket] = None
        self.on_join()
        for listing in self.desk.listed():
            self._send_stats(listing, (socket,))

    # what drives the channels

    def on_events(self, events: list[Event]) -> None:
        if not self.symbols:
            return
        for event in events:
            if type(event) is PublicTrade:
                channel: SymbolChannel | None = self.symbols.get(event.symbol)
                if channel is not None:
                    publish(self.desk, channel.listing, "qDeal", channel.sockets, render.deal(channel.listing, event))

    def tick(self, count: int) -> None:
        """One tick of the clock, ``count`` being its number."""
        for channel in self.symbols.values():
            channel.tick(count)
        for kline in self.klines.values():
            kline.tick()
        if count % STATS_EVERY == 0:
            self._push_stats()
        if count % FORGET_EVERY == 0:
            for symbol, book in self.desk.venue.exchange.books.items():
                if symbol not in self.symbols:
                    book.take_changes()

    def _push_stats(self) -> None:
        for symbol, listing in self.desk.by_symbol.items():
            channel: SymbolChannel | None = self.symbols.get(symbol)
            sockets: Sockets = {**self.stats, **channel.sockets} if channel is not None else self.stats
            if not sockets:
                continue
            window: Window = self._window(listing)
            if window != self._windows.get(symbol):
                self._windows[symbol] = window
                publish(self.desk, listing, "qStats", sockets, render.stats(listing, window))

    def _send_stats(self, listing: Listing, sockets: Iterable[Socket]) -> None:
        publish(self.desk, listing, "qStats", sockets, render.stats(listing, self._window(listing)))

    def _window(self, listing: Listing) -> Window:
        now: int = self.desk.venue.now()
        return day_window(self.desk.venue.exchange.tapes[listing.symbol], now - DAY, now)
