"""
The fills that an order still lacks: asked for until they are all here, or the venue has shown often enough that it has no
more. SerialExecutor thread only.
"""

from logging import WARNING

from vnpy.trader.object import TradeData

from rest_locale import _

from ..capabilities import Fills
from ..venue import Flow
from .life import LifeWatch
from .table import VOLUME_NOISE, Entry

QUERIES: int = 5                # answers without the missing fills before the final order goes out all the same
INSISTED: int = 3               # answers that say the same before what cannot be is believed all the same
INSISTED_ON_MISTAKEN: int = 12      # and of fills under an id that another order seems to have
DISPUTED_KEPT: int = 1_000      # fills that cannot be, remembered
FIRST_PAUSE: float = 0.2        # seconds until a question is asked again; twice as long each time
DOUBLINGS: int = 5

# of venues that list fills and push none
LISTED_QUERIES: int = 16        # in half a minute: fills may be shown later than the order that made them
LISTED_TRIES: int = 40          # answers without the missing fills before nobody asks any more
LISTED_PAUSE: float = 2.0       # seconds between questions for the fills of an order, soon after the first
LISTED_LONGEST: float = 30.0


class FillQueries:
    """One for each flow, which tells it what came."""

    def __init__(self, flow: Flow, life: LifeWatch) -> None:
        self.flow: Flow = flow
        self.life: LifeWatch = life
        self._disputed: dict[str, tuple[int, float]] = {}       # trade id -> how often the venue insisted, and when

    @property
    def listed(self) -> bool:
        """Whether the venue pushes no fills, but lists them when asked."""
        return self.flow.capabilities.fills is Fills.LISTED

    @property
    def most(self) -> int:
        """Answers without the missing fills before a final order goes out without them."""
        return LISTED_QUERIES if self.listed else QUERIES

    def on_answer(self, orderid: str, trades: list[TradeData], venue_id: str) -> None:
        """The fills of one order, complete as far as the venue knows."""
        flow = self.flow
        entry: Entry | None = flow.table.get(orderid)
        awaited: bool = bool(entry and entry.awaiting_fills)
        for trade in trades:
            flow.push(flow.table.fill(trade, venue_id))
            if flow.table.disputed:
                self.on_disputed(True)
        entry = flow.table.get(orderid)
        if entry is None:
            return
        if entry.awaiting_fills:
            entry.fill_queries += 1
            if entry.fill_queries == 1:
                flow.host.desk.query_order(entry)       # perhaps its end was told wrongly
                self.life.check()                       # or its fills have the ids of an earlier life of the venue
            # while it is asked whether the venue has begun anew, a fill may be here that was taken for one of its life before
            if entry.fill_queries >= self.most and self.life.witness is None and not any(each.tradeid in self._disputed for each in trades):
                flow.host.log(
                    _("Order {orderid} traded {traded:.12g}, but the venue lists fills of {filled:.12g} only").format(orderid=orderid, traded=entry.order.traded, filled=entry.filled), WARNING
                )
                flow.push(flow.table.release_final(orderid))
        if not self.listed:
            return
        if entry.lacks_fills and not awaited and not entry.is_active:
            entry.fill_queries += 1
        elif entry.is_active and entry.filled > entry.order.traded + VOLUME_NOISE:
            flow.query_status(entry)                    # more was filled than we were told

    def on_disputed(self, asked: bool) -> None:
        """Fills that cannot be: not delivered, but asked for. What the lists of fills say again and again is believed."""
        flow = self.flow
        disputed, flow.table.disputed = flow.table.disputed, []
        for entry, trade, reason in disputed:
            times, at = self._disputed.pop(trade.tradeid, (0, float("-inf")))
            now: float = flow.executor.monotonic()
            if asked and now >= at + flow.table.rule.spacing:
                times, at = times + 1, now
            # while it is asked whether the venue has begun anew, it may be a fill of another order that has this one's id
            if times >= (INSISTED_ON_MISTAKEN if entry.mistaken else INSISTED) and self.life.witness is None:
                flow.table.believed.add(trade.tradeid)
                flow.push(flow.table.fill(trade, entry.venue_id))
                continue
            self._disputed[trade.tradeid] = (times, at)
            if len(self._disputed) > DISPUTED_KEPT:
                del self._disputed[next(iter(self._disputed))]
            flow.disbelieve(entry, _("a fill of {reason}").format(reason=reason))
            if not asked and not flow.host.pause():
                flow.host.desk.query_fills(entry)

    def query(self, entry: Entry) -> None:
        """Ask once."""
        try:
            self.flow.host.desk.query_fills(entry)
        except Exception as error:          # asked again by the timer that is set next
            self.flow.report(_("query of the fills of {orderid}").format(orderid=entry.orderid), error)

    def fetch(self, entry: Entry) -> None:
        """Ask, and go on asking."""
        if not self._is_wanted(entry):
            return
        if not self.flow.host.pause():
            self.query(entry)
        delay: float = FIRST_PAUSE * 2 ** min(entry.fill_queries, DOUBLINGS)
        if self.listed:
            delay = min(delay, LISTED_PAUSE) if entry.awaiting_fills else LISTED_PAUSE
            if entry.fill_queries >= LISTED_QUERIES:
                delay = LISTED_LONGEST
        delay = max(delay, self.flow.host.pause())
        self.flow.executor.call_later(delay, f"fills {entry.orderid}", lambda: self.fetch(entry))

    def _is_wanted(self, entry: Entry) -> bool:
        if not self.listed:
            return entry.awaiting_fills
        return entry.lacks_fills and entry.fill_queries < LISTED_TRIES and self.flow.table.get(entry.orderid) is entry
