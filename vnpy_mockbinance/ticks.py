"""
Ticks of one symbol, put together from its streams.

Hot path: one ``TickBook`` a symbol keeps the fields of the next tick as a plain dict;
a tick is a TickData made around a copy of it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from vnpy.trader.constant import Exchange
from vnpy.trader.object import TickData

Row = tuple[str, str]


class BookTicker(msgspec.Struct):
    """Best bid and ask (web-socket-streams.md, "Individual Symbol Book Ticker Streams")."""

    u: int
    b: float
    B: float
    a: float
    A: float


class Depth(msgspec.Struct):
    """The book's first levels ("Partial Book Depth Streams")."""

    lastUpdateId: int
    bids: list[Row]
    asks: list[Row]


class AggTrade(msgspec.Struct):
    """A trade ("Aggregate Trade Streams"). T: milliseconds."""

    p: float
    q: float
    T: int


class Ticker(msgspec.Struct):
    """Figures of the last 24 hours ("Individual Symbol Ticker Streams"). E: milliseconds."""

    E: int
    c: float
    Q: float
    o: float
    h: float
    l: float                # noqa: E741
    v: float
    q: float
    x: float = 0.0


LEVELS: int = 5
Names = tuple[tuple[str, str], ...]
BID: Names = tuple((f"bid_price_{n}", f"bid_volume_{n}") for n in range(1, LEVELS + 1))
ASK: Names = tuple((f"ask_price_{n}", f"ask_volume_{n}") for n in range(1, LEVELS + 1))


class TickBook:
    """The state of one symbol's market. One thread, the stream's, touches it."""

    __slots__ = ("fields", "update_id", "dirty")

    def __init__(self, symbol: str, name: str, exchange: Exchange, gateway_name: str, moment: datetime) -> None:
        tick: TickData = TickData(
            symbol=symbol, exchange=exchange, datetime=moment, name=name, gateway_name=gateway_name
        )
        self.fields: dict[str, Any] = tick.__dict__
        self.update_id: int = 0         # of the book as we know it; older book news are dropped
        self.dirty: bool = False

    def reset(self) -> None:
        """A new connection: the venue may have been started anew, with update ids from the beginning."""
        self.update_id = 0

    def on_book(self, d: BookTicker) -> None:
        """The best bid and ask moved. Levels behind them that no longer fit are dropped, so no tick is torn."""
        if d.u < self.update_id:
            return
        self.update_id = d.u
        f = self.fields
        bid_moved: bool = d.b != f["bid_price_1"]
        ask_moved: bool = d.a != f["ask_price_1"]
        bids = self._levels(BID) if bid_moved else ()
        asks = self._levels(ASK) if ask_moved else ()
        f["bid_price_1"] = d.b
        f["bid_volume_1"] = d.B
        f["ask_price_1"] = d.a
        f["ask_volume_1"] = d.A
        if bid_moved:
            self._fill(BID, self._behind(BID, bids, 1.0))
        if ask_moved:
            self._fill(ASK, self._behind(ASK, asks, -1.0))
        self.dirty = True

    def on_depth(self, d: Depth) -> None:
        """The first levels of both sides as of one moment."""
        f = self.fields
        if d.lastUpdateId < self.update_id:
            # The best prices we have are newer. The levels behind them still are the best there is:
            # on a busy symbol the book ticker is always ahead.
            self._fill(BID, self._behind(BID, ((float(p), float(q)) for p, q in d.bids), 1.0))
            self._fill(ASK, self._behind(ASK, ((float(p), float(q)) for p, q in d.asks), -1.0))
            self.dirty = True
            return
        self.update_id = d.lastUpdateId
        try:
            (b1, v1), (b2, v2), (b3, v3), (b4, v4), (b5, v5) = d.bids[:5]
            (a1, w1), (a2, w2), (a3, w3), (a4, w4), (a5, w5) = d.asks[:5]
        except ValueError:
            self._thin(d)
            return
        f["bid_price_1"] = float(b1)
        f["bid_volume_1"] = float(v1)
        f["bid_price_2"] = float(b2)
        f["bid_volume_2"] = float(v2)
        f["bid_price_3"] = float(b3)
        f["bid_volume_3"] = float(v3)
        f["bid_price_4"] = float(b4)
        f["bid_volume_4"] = float(v4)
        f["bid_price_5"] = float(b5)
        f["bid_volume_5"] = float(v5)
        f["ask_price_1"] = float(a1)
        f["ask_volume_1"] = float(w1)
        f["ask_price_2"] = float(a2)
        f["ask_volume_2"] = float(w2)
        f["ask_price_3"] = float(a3)
        f["ask_volume_3"] = float(w3)
        f["ask_price_4"] = float(a4)
        f["ask_volume_4"] = float(w4)
        f["ask_price_5"] = float(a5)
        f["ask_volume_5"] = float(w5)
        self.dirty = True

    def on_trade(self, d: AggTrade) -> None:
        """A trade."""
        f = self.fields
        f["last_price"] = d.p
        f["last_volume"] = d.q
        self.dirty = True

    def on_ticker(self, d: Ticker) -> None:
        """Figures of the last 24 hours."""
        f = self.fields
        f["volume"] = d.v
        f["turnover"] = d.q
        f["open_price"] = d.o
        f["high_price"] = d.h
        f["low_price"] = d.l
        f["pre_close"] = d.x
        f["last_price"] = d.c
        f["last_volume"] = d.Q
        self.dirty = True

    def make(self, moment: datetime, local: datetime) -> TickData | None:
        """The next tick, or None while there is no last price. Its time never goes back."""
        self.dirty = False
        f = self.fields
        if not f["last_price"]:
            return None
        if moment > f["datetime"]:
            f["datetime"] = moment
        f["localtime"] = local
        tick: TickData = TickData.__new__(TickData)
        tick.__dict__ = f.copy()
        return tick

    def _levels(self, names: Names) -> list[tuple[float, float]]:
        f = self.fields
        return [(f[price], f[volume]) for price, volume in names if f[price]]

    def _behind(self, names: Names, rows: Iterable[tuple[float, float]], sign: float) -> list[tuple[float, float]]:
        """The best level as it stands, then those of ``rows`` that are worse than it."""
        f = self.fields
        best: float = f[names[0][0]]
        return [(best, f[names[0][1]]), *(row for row in rows if row[0] and (best - row[0]) * sign > 0)]

    def _thin(self, d: Depth) -> None:
        """A book with fewer than five levels on a side."""
        self._fill(BID, [(float(p), float(q)) for p, q in d.bids[:LEVELS]])
        self._fill(ASK, [(float(p), float(q)) for p, q in d.asks[:LEVELS]])
        self.dirty = True

    def _fill(self, names: Names, rows: list[tuple[float, float]]) -> None:
        f = self.fields
        for n, (price, volume) in enumerate(names):
            f[price], f[volume] = rows[n] if n < len(rows) else (0.0, 0.0)
