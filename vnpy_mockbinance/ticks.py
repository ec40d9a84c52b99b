"""
Ticks of one symbol, put together from its streams.

Hot path: one ``TickBook`` a symbol keeps the fields of the next tick as a plain dict;
a tick is a TickData made around a copy of it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import astuple
from vnpy.trader.constant import Exchange
from vnpy.trader.object import TickData

from vnpy_restgateway.market.event_time import SET_BACK, event_time
from vnpy_restgateway.net.validate import Amount, amount
from vnpy_restgateway.orders.contradictions import number_id

Row = tuple[Amount, Amount]
EMPTY: Row = (0.0, 0.0)


class BookTicker(msgspec.Struct, gc=False):
    """Best bid and ask (web-socket-streams.md, "Individual Symbol Book Ticker Streams")."""

    u: int
    b: Amount
    B: Amount
    a: Amount
    A: Amount


class FiveLevels(msgspec.Struct, array_like=True, gc=False):
    """
    The first five levels of a side, (0, 0) where there is none.

    What a frame has beyond them is skipped: it must be JSON, but nothing else of it is checked, for nothing of it is used.
    """

    one: Row = EMPTY
    two: Row = EMPTY
    three: Row = EMPTY
    four: Row = EMPTY
    five: Row = EMPTY


class Depth(msgspec.Struct, gc=False):
    """The book's first levels ("Partial Book Depth Streams")."""

    lastUpdateId: int
    bids: FiveLevels
    asks: FiveLevels


class AggTrade(msgspec.Struct, gc=False):
    """A trade ("Aggregate Trade Streams"). E, of the event, and T, of the trade: milliseconds."""

    p: Amount
    q: Amount
    E: int
    T: int = 0


class Ticker(msgspec.Struct, gc=False):
    """Figures of the last 24 hours ("Individual Symbol Ticker Streams"). E: milliseconds."""

    E: int
    c: Amount
    Q: Amount
    o: Amount
    h: Amount
    l: Amount               # noqa: E741
    v: Amount
    q: Amount
    x: Amount = 0.0


LEVELS: int = 5
MINUTE_MS: int = 60_000
MINUTE: timedelta = timedelta(minutes=1)
OPENS_LATE: timedelta = timedelta(seconds=2)        # of a minute, in which only a trade opens it: what is heard without one may be of the last
Names = tuple[tuple[str, str], ...]
BID: Names = tuple((f"bid_price_{n}", f"bid_volume_{n}") for n in range(1, LEVELS + 1))
ASK: Names = tuple((f"ask_price_{n}", f"ask_volume_{n}") for n in range(1, LEVELS + 1))
BID_FIELDS: tuple[str, ...] = tuple(name for names in BID for name in names)
ASK_FIELDS: tuple[str, ...] = tuple(name for names in ASK for name in names)
new = object.__new__
NOTHING: tuple[float, ...] = (0.0, 0.0) * LEVELS


class TickBook:
    """
    The state of one symbol's market. One thread, the stream's, touches it.

    Ticks are fewer than messages, but a BarGenerator makes of them the bars that it would make of all trades: a trade that opens or ends a
    minute, or turns the price, has a tick with its own time, and ``volume`` grows by what is traded from one tick to the next.
    """

    __slots__ = ("fields", "update_id", "dirty", "publish", "event", "restamp", "traded", "early", "patience", "has_figures", "silent_until", "_told", "_lowered")

    def __init__(self, symbol: str, name: str, exchange: Exchange, gateway_name: str, moment: datetime) -> None:
        tick: TickData = TickData(
            symbol=symbol, exchange=exchange, datetime=moment, name=name, gateway_name=gateway_name
        )
        self.fields: dict[str, Any] = dict(tick.__dict__)       # an object's own dict is sparse, slow to copy
        self.update_id: int = 0         # of the book as we know it; older book news are dropped
        self.dirty: bool = False
        self.publish: Callable[[TickData], None]        # see Host.tick_publisher
        self.event: int = 0             # ms: newest event time that was told since the last tick, 0 if none was
        self.restamp: bool = False      # the venue's clock was set: until a time is told by it, ticks may be earlier than the last one
        self.traded: int = 0            # ms: time of the newest trade that no tick has told, 0 if there is none
        self.early: list[TickData] = []     # ticks of trades before that one
        self.patience: timedelta = OPENS_LATE
        self._told: tuple[int, float] = (0, 0.0)        # minute and price of the last tick
        self._lowered: bool = False         # the day's figures have fallen since the last tick
        self.has_figures: bool = False      # of the day, on this connection
        self.silent_until: float = 0.0      # monotonic s: no ticks before that without figures of the day, or a bar would begin with a day's volume

    def reset(self) -> None:
        """A new connection: the venue may have been started anew, with update ids from the beginning."""
        self.update_id = 0
        self.has_figures = False

    def on_book(self, d: BookTicker) -> None:
        """The best bid and ask moved. Levels behind them that no longer fit are dropped, so no tick is torn."""
        u = d.u
        if u < self.update_id:
            return
        self.update_id = u
        f = self.fields
        bid, ask = d.b, d.a
        if bid != f["bid_price_1"]:
            self._move(BID_FIELDS, bid, d.B, 1.0)
        else:
            f["bid_volume_1"] = d.B
        if ask != f["ask_price_1"]:
            self._move(ASK_FIELDS, ask, d.A, -1.0)
        else:
            f["ask_volume_1"] = d.A
        self.dirty = True

    def on_depth(self, d: Depth) -> None:
        """The first levels of both sides as of one moment."""
        f = self.fields
        if d.lastUpdateId < self.update_id:
            # The best prices we have are newer. The levels behind them still are the best there is:
            # on a busy symbol the book ticker is always ahead.
            self._fill(BID, self._behind(BID, astuple(d.bids), 1.0))
            self._fill(ASK, self._behind(ASK, astuple(d.asks), -1.0))
            self.dirty = True
            return
        self.update_id = d.lastUpdateId
        bids, asks = d.bids, d.asks
        f["bid_price_1"], f["bid_volume_1"] = bids.one
        f["bid_price_2"], f["bid_volume_2"] = bids.two
        f["bid_price_3"], f["bid_volume_3"] = bids.three
        f["bid_price_4"], f["bid_volume_4"] = bids.four
        f["bid_price_5"], f["bid_volume_5"] = bids.five
        f["ask_price_1"], f["ask_volume_1"] = asks.one
        f["ask_price_2"], f["ask_volume_2"] = asks.two
        f["ask_price_3"], f["ask_volume_3"] = asks.three
        f["ask_price_4"], f["ask_volume_4"] = asks.four
        f["ask_price_5"], f["ask_volume_5"] = asks.five
        self.dirty = True

    def on_trade(self, d: AggTrade) -> None:
        """A trade."""
        f = self.fields
        price = d.p
        time: int = d.T if 0 < d.T <= d.E else d.E          # later than its event: of before the venue's clock was set back
        if self._lowered or self.traded and self._is_wanted(price, time):
            self.early.append(self._snap(event_time(self.traded, f["datetime"]) if self.traded else f["datetime"]))
        f["last_price"] = price
        f["last_volume"] = d.q
        if self.has_figures:
            f["volume"] += d.q
            f["turnover"] += price * d.q
        self.traded = time
        if d.E > self.event:
            self.event = d.E
        self.dirty = True

    def _is_wanted(self, price: float, time: int) -> bool:
        """Whether bars need the trade that no tick has told, now that another one follows: it opened or ended a minute, or was a turn."""
        minute: int = self.traded // MINUTE_MS
        told_minute, told = self._told
        if minute != time // MINUTE_MS or minute != told_minute:
            return True
        newest: float = self.fields["last_price"]
        return not (told <= newest <= price or told >= newest >= price)

    def on_ticker(self, d: Ticker) -> None:
        """Figures of the last 24 hours."""
        f = self.fields
        if self.has_figures:
            # Trades that these figures have and no trade has told yet count when it does: nothing counts twice. What has left the
            # 24 hours must not be set off against a trade that no tick has told.
            if self.traded and d.v < f["volume"]:
                self.early.append(self._snap(event_time(self.traded, f["datetime"])))
            self._lowered |= d.v < f["volume"]
            f["volume"] = min(f["volume"], d.v)
            f["turnover"] = min(f["turnover"], d.q)
        else:
            f["volume"], f["turnover"] = d.v, d.q
            self.has_figures = True
        f["open_price"] = d.o
        f["high_price"] = d.h
        f["low_price"] = d.l
        f["pre_close"] = d.x
        f["last_price"] = d.c
        f["last_volume"] = d.Q
        if d.E > self.event:
            self.event = d.E
        self.dirty = True

    def make(self, moment: datetime, local: datetime) -> TickData | None:
        """
        The next tick, or None while there is no last price.

        Its time is that of the trade it tells, else the newest event time it was told, where the frames have one, else ``moment``.
        It never goes back unless the venue's clock was set back.
        """
        self.dirty = False
        f = self.fields
        if moment is f["datetime"] and not (self.event or self.traded or self._lowered) and f["last_price"]:
            # The last tick has this very moment and no other time was told since: the lines below would come to this.
            f["localtime"] = local
            tick: TickData = new(TickData)
            tick.__dict__ = f.copy()
            return tick
        moment = self._time(moment)
        if not f["last_price"]:
            return None
        f["localtime"] = local
        return self._snap(moment)

    def _time(self, moment: datetime) -> datetime:
        """The time of the next tick, see ``make``; what told it is used up."""
        f = self.fields
        now: datetime = moment
        told: bool = bool(self.traded or self.event)
        if self.traded:
            moment = event_time(self.traded, moment)
            self.event = 0
        else:
            if self.event:
                moment = event_time(self.event, moment)
                self.event = 0
            before: datetime = f["datetime"]
            if before.minute != moment.minute or moment - before >= MINUTE:         # else they are of one minute; ``replace`` is dear
                opened: datetime = moment.replace(second=0, microsecond=0)
                if before < opened and moment - opened < self.patience and self._told[0]:
                    moment = before
        if self.restamp:
            if moment - now > SET_BACK:
                moment = now            # told before the clock was set
            elif told:
                self.restamp = False
            if f["datetime"] - moment > SET_BACK:
                f["datetime"] = moment
        return moment

    def _snap(self, moment: datetime) -> TickData:
        f = self.fields
        if moment is not f["datetime"] and moment >= f["datetime"]:
            f["datetime"] = moment
        if self.traded:
            self._told = (self.traded // MINUTE_MS, f["last_price"])
            self.traded = 0
        self._lowered = False
        tick: TickData = new(TickData)
        tick.__dict__ = f.copy()
        return tick

    def _move(self, fields: tuple[str, ...], price: float, volume: float, sign: float) -> None:
        """A new best price: what was at it or before it is gone, the rest is behind it. 0: the side is empty."""
        f = self.fields
        if not price:
            f.update(zip(fields, NOTHING, strict=True))
            return
        p1, v1, p2, v2, p3, v3, p4, v4, p5, v5 = fields
        best: float = f[p1]
        if best and (price - best) * sign > 0.0:
            f[p5] = f[p4]
            f[v5] = f[v4]
            f[p4] = f[p3]
            f[v4] = f[v3]
            f[p3] = f[p2]
            f[v3] = f[v2]
            f[p2] = best
            f[v2] = f[v1]
        else:
            while (second := f[p2]) and (price - second) * sign <= 0.0:
                f[p2] = f[p3]
                f[v2] = f[v3]
                f[p3] = f[p4]
                f[v3] = f[v4]
                f[p4] = f[p5]
                f[v4] = f[v5]
                f[p5] = f[v5] = 0.0
        f[p1] = price
        f[v1] = volume

    def _behind(self, names: Names, rows: Iterable[Row], sign: float) -> list[Row]:
        """The best level as it stands, then those of ``rows`` that are worse than it."""
        f = self.fields
        best: float = f[names[0][0]]
        if not best:
            return []           # an empty side has nothing behind it either
        return [(best, f[names[0][1]]), *(row for row in rows if row[0] and (best - row[0]) * sign > 0)]

    def _fill(self, names: Names, rows: list[Row]) -> None:
        f = self.fields
        for n, (price, volume) in enumerate(names):
            f[price], f[volume] = rows[n] if n < len(rows) else EMPTY


class BookTickerFrame(msgspec.Struct, gc=False):
    data: BookTicker


class DepthFrame(msgspec.Struct, gc=False):
    data: Depth


class AggTradeFrame(msgspec.Struct, gc=False):
    data: AggTrade


class TickerFrame(msgspec.Struct, gc=False):
    data: Ticker


# channel -> decoder of its combined-stream frame; strict=False reads Binance's number texts as floats
FRAMES: dict[str, msgspec.json.Decoder] = {
    "bookTicker": msgspec.json.Decoder(BookTickerFrame, strict=False),
    "depth5@100ms": msgspec.json.Decoder(DepthFrame, strict=False),
    "aggTrade": msgspec.json.Decoder(AggTradeFrame, strict=False),
    "ticker": msgspec.json.Decoder(TickerFrame, strict=False),
}
HANDLERS: dict[str, Callable[[TickBook, Any], None]] = {
    "bookTicker": TickBook.on_book,
    "depth5@100ms": TickBook.on_depth,
    "aggTrade": TickBook.on_trade,
    "ticker": TickBook.on_ticker,
}


# field of a TickData <- field of a row ("24hr Ticker Price Change Statistics")
DAY: dict[str, str] = {
    "last_price": "lastPrice", "last_volume": "lastQty", "open_price": "openPrice", "high_price": "highPrice", "low_price": "lowPrice",
    "volume": "volume", "turnover": "quoteVolume", "pre_close": "prevClosePrice", "bid_price_1": "bidPrice", "bid_volume_1": "bidQty",
    "ask_price_1": "askPrice", "ask_volume_1": "askQty",
}


def day_tick(d: dict[str, Any], about: dict[str, Any], now: datetime) -> TickData:
    """
    A tick of what REST tells of a symbol: one level of the book. ``about``: fields of its other ticks.

    :raises ValueError: a number is none
    """
    figures: dict[str, Any] = {name: amount(d[source]) for name, source in DAY.items()}
    moment: datetime = event_time(number_id(d["closeTime"]), now)
    return TickData(
        gateway_name=about["gateway_name"], symbol=about["symbol"], exchange=about["exchange"], name=about["name"], datetime=moment,
        **figures,
    )
