"""
The order table: everything a gateway believes about orders and fills.

One thread touches it, the gateway's writer. It decides, and returns what to push; it never
pushes, sends or logs itself. What it keeps is never handed out: a listener that changes an
OrderData it was handed changes nothing here.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from vnpy.trader.constant import OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from .doubt import Doubt, DoubtRule
from .order_data import copy
from .seen import Seen
from .transitions import FINAL, VOLUME_NOISE, merge

Push = OrderData | TradeData

FINAL_KEPT: int = 5_000         # final orders kept for late fills and look-ups, a KiB each
OVER_KEPT: int = 200_000        # final orders that are dropped, kept for recognising one told again
PARKED_KEPT: int = 5_000        # unknown orders whose fills wait to be told of them
PARKED_FILLS: int = 50_000      # and fills of theirs, all together
LIVE_KEPT: int = 20_000         # live orders at once; beyond, those placed elsewhere are not shown
TRADES_KEPT: int = 200_000      # execution ids kept for recognising a fill told twice
UNSIZED: tuple[OrderType, ...] = (OrderType.MARKET,)     # their volume is the venue's to tell: some are bought by amount
SUM_NOISE: float = 1e-12        # of adding up many floats, relative to the sum


@dataclass(slots=True)
class Entry:
    """One order. ``order`` is our belief; never hand it out, hand out copies."""

    order: OrderData
    venue_id: str = ""
    sent: float = 0.0                       # monotonic seconds; 0 for orders placed elsewhere
    acknowledged: bool = False              # the venue has shown that it knows the order
    presumed: bool = False                  # the final status was concluded, not told
    doubt: Doubt | None = None
    filled: float = 0.0                     # sum of the trades delivered
    cancel_wanted: bool = False
    cancel_in_flight: bool = False
    cancel_tries: int = 0
    resent: bool = False                    # sent a second time after a refusal that could be mended
    waits: bool = False                     # in line at the gateway: nothing of it has left
    created: datetime | None = None         # the venue's time of it, which no amendment changes
    asked_for: float = 0.0                  # when what the venue said of its volume was asked for; pushes: when they came
    held: bool = False                      # final, but not pushed before its missing trades are
    fill_queries: int = 0

    @property
    def orderid(self) -> str:
        return self.order.orderid

    @property
    def is_active(self) -> bool:
        return self.order.status not in FINAL

    @property
    def lacks_fills(self) -> bool:
        return self.filled < self.order.traded * (1.0 - SUM_NOISE) - VOLUME_NOISE

    @property
    def is_over(self) -> bool:
        """Told by the venue and pushed to the last trade: nothing can come of it any more."""
        return not (self.is_active or self.held or self.presumed or self.lacks_fills) and self.venue_id != ""


def last_word(order: OrderData, venue_id: str) -> tuple[Hashable, ...]:
    """
    What the venue says of an order that is over, as often as it is asked. The id alone would not do: a venue that
    lost its state uses its ids again, and Binance's are unique per symbol only.
    """
    return order.symbol, venue_id, order.direction, order.status, order.traded


class OrderTable:
    """Orders by vn.py id (the client order id, or the venue's own id for venues without one)."""

    def __init__(self, rule: DoubtRule | None = None) -> None:
        self.rule: DoubtRule = rule or DoubtRule()
        self.active: dict[str, Entry] = {}
        self.final: OrderedDict[str, Entry] = OrderedDict()
        self.by_venue_id: dict[str, Entry] = {}
        self.over: Seen = Seen(OVER_KEPT)               # ``last_word`` of orders that were final and are dropped
        self.trade_ids: Seen = Seen(TRADES_KEPT)
        self.parked_trades: dict[str, dict[str, TradeData]] = {}    # venue id -> fills of an order not known yet, by id
        self.turned_away: int = 0                       # news of live orders that were too many
        self.unsure: Entry | None = None                 # told last, with a volume that has to be asked for
        self._parked: int = 0                           # fills in ``parked_trades``

    # look-ups

    def get(self, orderid: str) -> Entry | None:
        """The entry of a vn.py order id, alive or final."""
        return self.active.get(orderid) or self.final.get(orderid)

    def find(self, venue_id: str) -> Entry | None:
        """The entry of a venue's order id."""
        return self.by_venue_id.get(venue_id)

    def doubtful(self) -> list[Entry]:
        """Orders whose fate is being asked for."""
        return [entry for entry in self.active.values() if entry.doubt]

    def forget_venue_ids(self) -> None:
        """
        The venue is another one than before, with ids of its own: what its ids meant is forgotten,
        what we believe of our orders is not.
        """
        self.by_venue_id.clear()
        self.over.clear()
        self.trade_ids.clear()
        self.parked_trades.clear()
        self._parked = 0
        for entry in (*self.active.values(), *self.final.values()):
            entry.venue_id = ""

    # what we do

    def submit(self, order: OrderData, now: float) -> Entry:
        """A new order of ours is about to be sent: ``order`` itself is to be pushed, what is kept is a copy."""
        entry: Entry = Entry(copy(order), "", now, asked_for=now)
        self.active[order.orderid] = entry
        return entry

    def want_cancel(self, orderid: str) -> Entry | None:
        """The user wants this order gone. None when it is not alive."""
        entry: Entry | None = self.active.get(orderid)
        if entry:
            entry.cancel_wanted = True
        return entry

    # what the venue says

    def accept(self, orderid: str, venue_id: str) -> None:
        """The venue has the order (an acknowledgement without a status)."""
        entry: Entry | None = self.get(orderid)
        if entry:
            self._identify(entry, venue_id)
            entry.acknowledged = True
            entry.doubt = None

    def refuse(self, orderid: str) -> list[Push]:
        """Proof that the order never was, or was refused: REJECTED, unless the venue has shown it alive."""
        entry: Entry | None = self.active.get(orderid)
        if not entry or entry.acknowledged:
            return []
        return self._conclude(entry, Status.REJECTED, presumed=False)

    def recall(self, orderid: str) -> list[Push]:
        """The user cancelled an order that never left: CANCELLED, unless the venue has shown it alive."""
        entry: Entry | None = self.active.get(orderid)
        if not entry or entry.acknowledged:
            return []
        return self._conclude(entry, Status.CANCELLED, presumed=False)

    def question(self, orderid: str, now: float) -> Entry | None:
        """The fate of a live order is unknown from here on. None if it is not alive or already in doubt."""
        entry: Entry | None = self.active.get(orderid)
        if not entry or entry.doubt:
            return None
        entry.doubt = Doubt(self.rule, entry.sent or now - self.rule.bound, now)
        return entry

    def missing(self, orderid: str, asked_at: float) -> list[Push]:
        """The venue does not know a live order. Concludes only when the doubt rule says so."""
        entry: Entry | None = self.active.get(orderid)
        if not entry or not entry.doubt or not entry.doubt.missed(asked_at):
            return []
        # an order the venue had acknowledged was no refusal: its state was lost there
        status: Status = Status.CANCELLED if entry.acknowledged else Status.REJECTED
        return self._conclude(entry, status, presumed=True)

    def update(self, news: OrderData, venue_id: str = "", asked_at: float = 0.0) -> list[Push]:
        """
        The venue tells an order's state, by push or by the answer to what was asked at a monotonic time. Adopts orders
        placed elsewhere.

        Volumes are amended elsewhere. A smaller one is believed at once. A larger one may be older news of an order
        that was reduced: it is believed of an answer that was asked for later; else ``unsure`` is the order to ask for.
        """
        self.unsure = None
        entry: Entry | None = self._match(news.orderid, venue_id)
        if entry is None:
            if last_word(news, venue_id) in self.over:
                return []           # told again, long after it was over
            if news.status not in FINAL and len(self.active) >= LIVE_KEPT:
                self.turned_away += 1
                return []
            if self.get(news.orderid):
                # somebody used a client order id again: another order, known by the venue's id
                news = copy(news)
                news.orderid = venue_id
                news.vt_orderid = f"{news.gateway_name}.{venue_id}"
            return self._adopt(news, venue_id)

        self._identify(entry, venue_id)
        entry.acknowledged = True
        entry.waits = False
        entry.created = entry.created or news.datetime
        entry.doubt = None
        pushes: list[Push] = self._release_parked(entry)

        volume: float = self._volume(entry, news, asked_at)
        if volume != news.volume:
            news = copy(news)
            news.volume = volume
        order: OrderData | None = merge(entry.order, news, entry.presumed)
        entry.presumed = False          # told now, also if told the same
        if order is None:
            return pushes + self._release_held(entry)

        entry.order = order
        self._file(entry)
        if order.status in FINAL and entry.lacks_fills:
            entry.held = True           # the trade goes out before the update that makes the order final
            return pushes
        entry.held = False
        return [*pushes, copy(order)]

    def fill(self, trade: TradeData, venue_id: str = "") -> list[Push]:
        """
        A fill, by push or answer; delivered once. One of an order not known yet is parked under
        the venue's id until ``update`` brings the order.
        """
        entry: Entry | None = self._match(trade.orderid, venue_id)
        if entry is None:
            if trade.tradeid in self.trade_ids:
                return []
            parked: dict[str, TradeData] = self.parked_trades.setdefault(venue_id or trade.orderid, {})
            if trade.tradeid not in parked:
                parked[trade.tradeid] = trade
                self._parked += 1
            while len(self.parked_trades) > PARKED_KEPT or self._parked > PARKED_FILLS:
                self._unpark(next(iter(self.parked_trades)))
            return []
        return [*self._deliver(entry, trade), *self._release_held(entry)]

    def release(self, orderid: str) -> list[Push]:
        """Push a held final order although its trades could not be had."""
        entry: Entry | None = self.get(orderid)
        if not entry or not entry.held:
            return []
        entry.held = False
        return [copy(entry.order)]

    # inside

    def _match(self, orderid: str, venue_id: str) -> Entry | None:
        """
        Whose news these are. The client id says it, unless it is known to be another order's by
        now: the venue's id tells two orders of one client id apart, and a client id two orders of
        one venue id (a venue that lost its state counts from the beginning).
        """
        entry: Entry | None = self.get(orderid) if orderid else None
        if entry and (not venue_id or entry.venue_id in ("", venue_id)):
            return entry
        return self.find(venue_id) if venue_id else None

    def _volume(self, entry: Entry, news: OrderData, asked_at: float) -> float:
        """The volume of an order after some news of it."""
        known: float = entry.order.volume
        if not news.volume or not entry.is_active or abs(news.volume - known) <= VOLUME_NOISE:
            return news.volume
        traded: float = max(entry.order.traded, news.traded)
        # alive, or over, with as much traded as we knew of: it must be larger
        proven: bool = traded >= known - VOLUME_NOISE or news.status in FINAL
        old: bool = news.volume > known and not proven and entry.order.type not in UNSIZED and asked_at <= entry.asked_for
        if old or news.volume < traded - VOLUME_NOISE:
            self.unsure = entry
            return known
        entry.asked_for = asked_at or monotonic()
        return news.volume

    def _adopt(self, news: OrderData, venue_id: str) -> list[Push]:
        entry: Entry = Entry(order=copy(news), acknowledged=True, created=news.datetime, asked_for=monotonic())
        self._identify(entry, venue_id)
        self._file(entry)
        pushes: list[Push] = self._release_parked(entry)
        if entry.order.status in FINAL and entry.lacks_fills:
            entry.held = True
            return pushes
        return [*pushes, copy(entry.order)]

    def _conclude(self, entry: Entry, status: Status, presumed: bool) -> list[Push]:
        order: OrderData = copy(entry.order)
        order.status = status
        entry.order = order
        entry.presumed = presumed
        entry.doubt = None
        entry.cancel_wanted = False
        self._file(entry)
        return [copy(order)]

    def _identify(self, entry: Entry, venue_id: str) -> None:
        if venue_id and not entry.venue_id:
            entry.venue_id = venue_id
            self.by_venue_id[venue_id] = entry

    def _file(self, entry: Entry) -> None:
        orderid: str = entry.order.orderid
        if entry.is_active:
            self.final.pop(orderid, None)
            self.active[orderid] = entry
            return
        entry.cancel_wanted = False
        self.active.pop(orderid, None)
        self.final[orderid] = entry
        self.final.move_to_end(orderid)
        turns: int = len(self.final) - 1
        while len(self.final) > FINAL_KEPT and turns:
            turns -= 1
            oldest, old = self.final.popitem(last=False)
            if old.held:
                self.final[oldest] = old            # not pushed yet: its turn comes again
                continue
            if self.by_venue_id.get(old.venue_id) is old:
                del self.by_venue_id[old.venue_id]
            if old.is_over:
                self.over.add(last_word(old.order, old.venue_id))

    def _deliver(self, entry: Entry, trade: TradeData) -> list[Push]:
        if trade.tradeid in self.trade_ids:
            return []
        self.trade_ids.add(trade.tradeid)
        entry.filled += trade.volume
        if trade.orderid == entry.order.orderid:
            return [copy(trade)]
        return [TradeData(
            symbol=trade.symbol, exchange=trade.exchange, orderid=entry.order.orderid, tradeid=trade.tradeid,
            direction=trade.direction, offset=trade.offset, price=trade.price, volume=trade.volume,
            datetime=trade.datetime, gateway_name=trade.gateway_name,
        )]

    def _release_parked(self, entry: Entry) -> list[Push]:
        pushes: list[Push] = []
        for key in {entry.venue_id, entry.order.orderid}:
            for trade in self._unpark(key):
                pushes.extend(self._deliver(entry, trade))
        return pushes

    def _unpark(self, key: str) -> list[TradeData]:
        trades: list[TradeData] = list(self.parked_trades.pop(key, {}).values())
        self._parked -= len(trades)
        return trades

    def _release_held(self, entry: Entry) -> list[Push]:
        if not entry.held or entry.lacks_fills:
            return []
        entry.held = False
        return [copy(entry.order)]
