"""Which fills were delivered, remembered in a few bytes each. The executor's thread alone touches it."""

from collections.abc import Hashable

from vnpy.trader.object import TradeData

from .dedup import DedupSet, fingerprint

IDS_KEPT: int = 200_000         # execution ids kept for recognising a fill told twice
RECENT_KEPT: int = 10_000       # and of these, those delivered since the venue was last seen to be the same
PRINTS_KEPT: int = 20_000       # and what they were, for telling a new life of the venue from a false alarm


class DeliveredFills:
    """An id belongs to one fill, as long as the venue does not begin anew; then it may be given again, to a fill of another order."""

    def __init__(self) -> None:
        self._ids: DedupSet = DedupSet(IDS_KEPT)
        self._owners: DedupSet = DedupSet(IDS_KEPT)             # (id, the venue's id of the order), as many as there are ids
        self._prints: DedupSet = DedupSet(PRINTS_KEPT)          # ``fingerprint``
        self._recent: dict[str, str] = {}                       # id -> the venue's id of the order, since ``mark``, oldest first

    def __contains__(self, tradeid: str) -> bool:
        return tradeid in self._ids

    def is_reused(self, trade: TradeData, venue_id: str) -> bool:
        """Whether the id of a fill was that of another one, of another order: this one is none of those that were delivered."""
        tradeid: str = trade.tradeid
        return bool(venue_id) and (tradeid, venue_id) not in self._owners and (tradeid, "") not in self._owners and not self.was_shown(trade)

    def was_shown(self, trade: TradeData) -> bool:
        """Whether a fill like this, to its time, was delivered under the same id."""
        return fingerprint(trade) in self._prints

    def add(self, trade: TradeData, venue_id: str) -> None:
        """A fill is delivered, of the order with this id of the venue, "" where none is known."""
        self._prints.add(fingerprint(trade))
        self._add_id(trade.tradeid, venue_id)
        self._recent[trade.tradeid] = venue_id
        if len(self._recent) > RECENT_KEPT:
            del self._recent[next(iter(self._recent))]

    def mark(self) -> None:
        """The venue has just been seen to be the same as ever, or cannot change before it is heard of again."""
        self._recent.clear()

    def forget_prints(self) -> None:
        """Another venue: nothing that it tells was told before."""
        self._prints.clear()

    def begin_life(self, was_marked: bool) -> None:
        """The venue counts its ids anew, since ``mark`` at the earliest: those told since belong to the new life."""
        self._ids.clear()
        self._owners.clear()
        if not was_marked:
            self._recent.clear()
        for tradeid, venue_id in self._recent.items():
            self._add_id(tradeid, venue_id)

    @property
    def size(self) -> int:
        """Bytes of what is remembered in slots."""
        return self._ids.size + self._owners.size + self._prints.size

    def _add_id(self, tradeid: str, venue_id: str) -> None:
        self._ids.add(tradeid)
        owner: Hashable = (tradeid, venue_id)
        self._owners.add(owner)
