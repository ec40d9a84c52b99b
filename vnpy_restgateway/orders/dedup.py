"""What was told before, remembered in a few bytes each."""

from array import array
from collections.abc import Hashable

from vnpy.trader.object import OrderData, TradeData

BYTES: int = 8          # of a slot


class DedupSet:
    """
    The newest ``kept`` things that were added at least, twice as many at most.

    Two tables of slots, filled one after the other; a full one takes the place of the one before it, which is
    forgotten. A table has its size from its first slot on: it does not grow. Of a thing only its 64-bit hash is
    kept; that one of 400,000 has the hash of a new one happens once in 10^13.
    """

    __slots__ = ("kept", "_slots", "_count", "_newer", "_older")

    def __init__(self, kept: int) -> None:
        self.kept: int = kept
        self._slots: int = 1 << (kept * 5 // 4).bit_length()        # a fifth stays empty, so that a search ends soon
        self._count: int = 0
        self._newer: array[int] = array("q")
        self._older: array[int] = array("q")

    def __contains__(self, thing: Hashable) -> bool:
        key: int = hash(thing) or 1
        newer, older = self._newer, self._older
        return bool(newer and newer[self._slot(newer, key)] or older and older[self._slot(older, key)])

    def add(self, thing: Hashable) -> None:
        """Remember a thing, as the newest unless it already is among the newer ones."""
        if not self._newer or self._count == self.kept:
            self._older, self._newer = self._newer, array("q", bytes(BYTES * self._slots))
            self._count = 0
        key: int = hash(thing) or 1
        slot: int = self._slot(self._newer, key)
        if not self._newer[slot]:
            self._newer[slot] = key
            self._count += 1

    def clear(self) -> None:
        """Forget all."""
        self._count = 0
        self._newer = array("q")
        self._older = array("q")

    @property
    def size(self) -> int:
        """Bytes of both tables."""
        return BYTES * (len(self._newer) + len(self._older))

    @staticmethod
    def _slot(table: "array[int]", key: int) -> int:
        """Where a hash is, or is to be: the first slot from its place on that has it or is empty."""
        mask: int = len(table) - 1
        slot: int = key & mask
        while (found := table[slot]) and found != key:
            slot = slot + 1 & mask
        return slot


def final_fingerprint(order: OrderData, venue_id: str) -> tuple[Hashable, ...]:
    """
    What the venue says of an order that is over, as often as it is asked. The id alone would not do: a venue that
    lost its state uses its ids again, and Binance's are unique per symbol only.
    """
    return order.symbol, venue_id, order.direction, order.status, order.traded


def fingerprint(trade: TradeData) -> tuple[Hashable, ...]:
    """What a fill is besides its id, so that one of a new life of the venue is told from one of the life before."""
    return trade.tradeid, trade.direction, trade.price, trade.volume, trade.datetime
