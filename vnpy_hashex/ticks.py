"""
Ticks of one symbol, put together from its socket, or from REST while the socket is silent.

The book is rebuilt from every qAllDepth. A qDepth is applied between them only when its id is greater than
everything applied so far; ids are not consecutive, so a missing one cannot be seen. What can be seen, an id
out of order or a book that stays crossed, drops the book: no tick is made of a torn one.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vnpy.trader.constant import Direction
from vnpy.trader.object import ContractData, TickData

from rest_locale import _
from vnpy_restgateway.market.event_time import SET_BACK, event_time
from vnpy_restgateway.net.validate import amount, milliseconds, positive

from .enums import direction_to_vt

STATS: dict[str, str] = {
    "a": "volume", "v": "turnover", "o": "open_price", "h": "high_price", "l": "low_price", "c": "last_price",
}
LEVELS: int = 5
MOST_LEVELS: int = 20_000           # of a side; more are no book, but an attempt to fill our memory


class Side:
    """One side of a book: ``keys`` sorted best first (prices, negative for bids) and the size at each price."""

    __slots__ = ("sign", "keys", "sizes")

    def __init__(self, sign: float) -> None:
        self.sign: float = sign
        self.keys: list[float] = []
        self.sizes: dict[float, float] = {}

    def fill(self, rows: Sequence[Any]) -> None:
        """Replace it all; rows are [price, size]."""
        if len(rows) > MOST_LEVELS:
            raise ValueError(_("{count} levels are no book").format(count=len(rows)))
        self.sizes = {amount(row[0]) * self.sign: amount(row[1]) for row in rows}
        self.sizes = {key: size for key, size in self.sizes.items() if size > 0}
        self.keys = sorted(self.sizes)

    def change(self, price: float, size: float) -> None:
        """The size at one price is now this; 0 removes it."""
        key: float = price * self.sign
        if size > 0:
            if key not in self.sizes:
                if len(self.keys) >= MOST_LEVELS:
                    raise ValueError(_("more than {count} levels are no book").format(count=MOST_LEVELS))
                insort(self.keys, key)
            self.sizes[key] = size
        elif key in self.sizes:
            del self.sizes[key]
            del self.keys[bisect_left(self.keys, key)]

    def best(self) -> float:
        """0 when it is empty."""
        return self.keys[0] * self.sign if self.keys else 0.0

    def clear(self) -> None:
        self.keys = []
        self.sizes = {}


class TickBook:
    """The state of one symbol's market. Used under its owner's lock or from one thread."""

    def __init__(self, contract: ContractData, gateway_name: str, moment: datetime) -> None:
        self.tick: TickData = TickData(
            symbol=contract.symbol, exchange=contract.exchange, datetime=moment, name=contract.name,
            gateway_name=gateway_name,
        )
        self.bids: Side = Side(-1.0)
        self.asks: Side = Side(1.0)
        self.snapshot_id: int = 0       # 0: no book that changes can be applied to
        self.last_id: int = 0           # of the newest change applied
        self.whole: bool = False        # there is a book
        self.dirty: bool = False
        self.event: int = 0             # ms: newest time that the venue told since the last tick, 0 if it told none
        self.restamp: bool = False      # the venue's clock was set: until a time is told by it, ticks may be earlier than the last one

    def reset(self) -> None:
        """A new connection, or a book that cannot be trusted."""
        self.bids.clear()
        self.asks.clear()
        self.snapshot_id = self.last_id = 0
        self.whole = False

    def on_all_depth(self, d: dict[str, Any]) -> None:
        """The whole book, by push (qAllDepth, has ``id``) or by REST (whose ``u`` is not known to be the same)."""
        self.bids.fill(d["b"] or ())
        self.asks.fill(d["a"] or ())
        self.snapshot_id = self.last_id = int(d.get("id") or 0)
        self.whole = True
        self.dirty = True

    def on_depth(self, d: dict[str, Any]) -> bool:
        """
        One level that changed (qDepth). False: the book is torn and was dropped. Crossed it may be until the other
        levels of the same moment are here.
        """
        change: int = int(d.get("id") or 0)
        if not self.snapshot_id or change <= self.snapshot_id or change == self.last_id:
            return True                 # nothing to apply it to, in it already, or told twice
        if change > self.last_id:
            side: Side = self.bids if direction_to_vt(d["m"]) is Direction.LONG else self.asks
            side.change(amount(d["p"]), amount(d["q"]))
            self.last_id = change
            self._hear(d)
            self.dirty = True
            return True
        self.reset()
        return False

    def on_deal(self, d: dict[str, Any]) -> None:
        """A public trade."""
        price, volume = positive(d["p"]), amount(d["a"])
        self.tick.last_price = price
        self.tick.last_volume = volume
        self._hear(d)
        self.dirty = True

    def on_stats(self, d: dict[str, Any]) -> None:
        """Figures of the last 24 hours, by push (qStats) or by REST. ``r`` means two things, and is not used."""
        tick: TickData = self.tick
        # all, or none is taken; null is what the venue does not know
        figures: dict[str, float] = {name: amount(d[name]) for name in STATS if d[name] is not None}
        for name, value in figures.items():
            setattr(tick, STATS[name], value)
        if "o" in figures:
            tick.pre_close = figures["o"]
        self.dirty = True

    def _hear(self, d: dict[str, Any]) -> None:
        """The time of a push, where it has one (qDeal and qDepth: ``t``)."""
        if d.get("t"):
            self.event = max(self.event, milliseconds(d["t"]))

    def best(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """(price, size) of the best bid and the best ask."""
        found = [(side.best(), side.sizes[side.keys[0]] if side.keys else 0.0) for side in (self.bids, self.asks)]
        return found[0], found[1]

    def crossed(self) -> bool:
        """Whether somebody bids what somebody asks: not a book to show."""
        bid, ask = self.bids.best(), self.asks.best()
        return bool(bid and ask and bid >= ask)

    def make(self, moment: datetime, local: datetime) -> TickData | None:
        """
        The next tick, or None while there is no last price or no good book. Its time is the newest that was told, else
        ``moment``, and never goes back unless the venue's clock was set back.
        """
        self.dirty = False
        tick: TickData = self.tick
        now: datetime = moment
        told: bool = bool(self.event)
        if told:
            moment = event_time(self.event, moment)
            self.event = 0
        if self.restamp:
            if moment - now > SET_BACK:
                moment = now            # told before the clock was set
            elif told:
                self.restamp = False
            if tick.datetime - moment > SET_BACK:
                tick.datetime = moment
        if not tick.last_price or not self.whole or self.crossed():
            return None
        if moment > tick.datetime:
            tick.datetime = moment
        tick.localtime = local
        made: TickData = object.__new__(TickData)
        fields: dict[str, Any] = tick.__dict__.copy()
        for name, side in (("bid", self.bids), ("ask", self.asks)):
            for level, key in enumerate(side.keys[:LEVELS], 1):
                fields[f"{name}_price_{level}"] = key * side.sign
                fields[f"{name}_volume_{level}"] = side.sizes[key]
        made.__dict__ = fields
        return made
