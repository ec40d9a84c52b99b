"""The streams of one venue that have listeners: what drives them, and which name stands for which."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ...core.events import Event, PublicTrade
from ...transport.sockets import Socket
from .channels import (
    HOUR,
    WINDOWS,
    AggregateTradeChannel,
    AveragePriceChannel,
    BookTickerChannel,
    Channel,
    DepthChannel,
    DepthSource,
    KlineChannel,
    PartialDepthChannel,
    ReferencePriceChannel,
    StatisticArrayChannel,
    StatisticChannel,
    TradeChannel,
)

if TYPE_CHECKING:
    from ...server.venue import Venue

KLINE_INTERVALS: tuple[str, ...] = (
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M",
)

FORGET_EVERY: int = 600                 # ticks after which a book nobody follows forgets what changed


class MarketChannels:
    """The channels of one venue that have listeners, and what drives them."""

    def __init__(self, venue: "Venue") -> None:
        self.venue: Venue = venue
        self._channels: dict[str, Channel] = {}
        self._trades: dict[str, TradeChannel] = {}
        self._aggregates: dict[str, AggregateTradeChannel] = {}
        self._books: dict[str, BookTickerChannel] = {}
        self._timed: list[Channel] = []
        self._sources: dict[str, DepthSource] = {}
        self._touched: dict[Channel, None] = {}
        self._ends: list[Callable[[], None]] = []
        self.on_join: Callable[[], None] = lambda: None     # called when a stream gets its first listener

    def is_idle(self) -> bool:
        """Whether no stream needs the ticks."""
        return not self._timed

    def open(self) -> None:
        """Begin to follow the venue."""
        self._ends = [self.venue.listen(self._on_events), self.venue.watch(self._on_symbol)]

    def close(self) -> None:
        """Stop following; listeners stay where they are and hear nothing more."""
        for end in self._ends:
            end()
        self._ends = []

    def join(self, name: str, socket: Socket, per: int, is_combined: bool) -> Channel | None:
        """Let a socket listen to a stream; None for a name that stands for nothing, which is no error at Binance."""
        channel: Channel | None = self._channels.get(name)
        if channel is None:
            channel = make_channel(self, name)
            if channel is None:
                return None
            self._channels[name] = channel
            self._file(channel)
            channel.open()
            self.on_join()
        channel.has_new = True
        channel.audiences.setdefault((per, is_combined), []).append(socket)
        return channel

    def leave(self, channel: Channel, socket: Socket, per: int, is_combined: bool) -> None:
        """Undo ``join``; the channel ends with its last listener."""
        listeners: list[Socket] = channel.audiences[per, is_combined]
        listeners.remove(socket)
        if listeners:
            return
        del channel.audiences[per, is_combined]
        if channel.audiences:
            return
        del self._channels[channel.name]
        if channel.every:
            self._timed.remove(channel)
        for register in (self._trades, self._aggregates, self._books):
            if register.get(channel.symbol) is channel:
                del register[channel.symbol]
        channel.close()

    def set_listed(self, symbol: str, is_listed: bool) -> None:
        """A symbol has been removed, or is back: its streams fall silent, or go on."""
        for channel in self._channels.values():
            if channel.symbol == symbol:
                channel.is_listed = is_listed

    def _file(self, channel: Channel) -> None:
        if channel.every:
            self._timed.append(channel)
        if isinstance(channel, TradeChannel):
            self._trades[channel.symbol] = channel
        elif isinstance(channel, AggregateTradeChannel):
            self._aggregates[channel.symbol] = channel
        elif isinstance(channel, BookTickerChannel):
            self._books[channel.symbol] = channel

    def depth_source(self, symbol: str) -> DepthSource:
        source: DepthSource | None = self._sources.get(symbol)
        if source is None:
            source = self._sources[symbol] = DepthSource(self.venue.exchange.books[symbol])
        return source

    # what drives the channels

    def tick(self, count: int) -> None:
        """One tick of the clock, ``count`` being its number."""
        now: int = self.venue.now()
        for channel in list(self._timed):
            if count % channel.every == 0 and channel.is_listed:
                channel.tick(now)
        if count % FORGET_EVERY == 0:
            for symbol, book in self.venue.exchange.books.items():
                source: DepthSource | None = self._sources.get(symbol)
                if source is None or not source.channels:
                    book.take_changes()

    def _on_events(self, events: list[Event]) -> None:
        if not (self._trades or self._aggregates):
            return
        now: int = self.venue.now()
        for event in events:
            if type(event) is PublicTrade:
                symbol: str = event.symbol
                channel: TradeChannel | None = self._trades.get(symbol)
                if channel is not None:
                    channel.publish(event, now)
                aggregates: AggregateTradeChannel | None = self._aggregates.get(symbol)
                if aggregates is not None:
                    aggregates.trades += 1
                    aggregates.may_grow = not event.taker_order_id and not event.first_id
                    self._touch(aggregates)

    def _on_symbol(self, symbol: str) -> None:
        channel: BookTickerChannel | None = self._books.get(symbol)
        if channel is not None:
            self._touch(channel)

    def _touch(self, channel: Channel) -> None:
        # Looked at when the commands at hand are done: a burst of them makes one look, in the same turn of the loop.
        if not self._touched:
            self.venue.clock.call_soon(self._flush)
        self._touched[channel] = None

    def _flush(self) -> None:
        touched, self._touched = self._touched, {}
        now: int = self.venue.now()
        for channel in touched:
            if isinstance(channel, BookTickerChannel):
                channel.publish()
            elif isinstance(channel, AggregateTradeChannel) and channel.trades:
                channel.publish(now, is_whole=not channel.may_grow)


_DEPTH = re.compile(r"depth(5|10|20)?(?:@(100|1000)ms)?\Z")
_KLINE = re.compile(r"kline_([0-9]+[smhdwM])(@\+08:00)?\Z")
# The speeds are in no document of today, and in use: 1000ms is the usual one.
_ARRAY = re.compile(r"!(?:(miniTicker|ticker)@arr(?:@(1000|3000)ms)?|(ticker_(?:1h|4h|1d))@arr)\Z")
_STATISTIC = re.compile(r"(miniTicker|ticker|ticker_(?:1h|4h|1d))\Z")

_SIMPLE: dict[str, type[Channel]] = {
    "trade": TradeChannel,
    "aggTrade": AggregateTradeChannel,
    "bookTicker": BookTickerChannel,
    "avgPrice": AveragePriceChannel,
    "referencePrice": ReferencePriceChannel,
}


def stream_names(symbols: Iterable[str]) -> Iterator[str]:
    """Every name that ``make_channel`` knows."""
    statistics: tuple[str, ...] = ("miniTicker", "ticker", *(f"ticker_{window}" for window in WINDOWS))
    speeds: tuple[str, ...] = ("", "@100ms", "@1000ms")
    yield from (f"!{name}@arr" for name in statistics)
    yield from (f"!{name}@arr{speed}" for name in ("miniTicker", "ticker") for speed in ("@1000ms", "@3000ms"))
    for symbol in symbols:
        for name in (
            *_SIMPLE, *statistics,
            *(f"depth{levels}{speed}" for levels in ("", 5, 10, 20) for speed in speeds),
            *(f"kline_{interval}{zone}" for interval in KLINE_INTERVALS for zone in ("", "@+08:00")),
        ):
            yield f"{symbol.lower()}@{name}"


def make_channel(market: MarketChannels, name: str) -> Channel | None:
    """The channel behind a stream's name; None when there is no such stream or symbol, or it is not in lower case."""
    if (found := _ARRAY.match(name)) is not None:
        kind: str = (found[1] or found[3]).removeprefix("ticker_")
        return StatisticArrayChannel(market, name, kind, 30 if found[2] == "3000" else 10)
    prefix, _, stream = name.partition("@")
    symbol: str = prefix.upper()
    if prefix != prefix.lower() or symbol not in market.venue.exchange.instruments:
        return None
    if stream in _SIMPLE:
        return _SIMPLE[stream](market, name, symbol)
    if (found := _STATISTIC.match(stream)) is not None:
        return StatisticChannel(market, name, symbol, found[1].removeprefix("ticker_"))
    if (found := _DEPTH.match(stream)) is not None:
        every: int = 1 if found[2] == "100" else 10
        if found[1]:
            return PartialDepthChannel(market, name, symbol, int(found[1]), every)
        return DepthChannel(market, name, symbol, every)
    if (found := _KLINE.match(stream)) is not None and found[1] in KLINE_INTERVALS:
        return KlineChannel(market, name, symbol, found[1], 8 * HOUR if found[2] else 0)
    return None
