"""
What a gateway believes about orders and fills. The executor's thread alone touches it. It decides, and returns what to push; it
never pushes, sends or logs itself. What it keeps is never handed out: a listener that changes an OrderData changes nothing here.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime

from vnpy.trader.constant import OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from ..seams import MACHINE
from rest_locale import _

from .contradictions import fill_contradiction
from .dedup import DedupSet, final_fingerprint
from .delivered_fills import DeliveredFills
from .not_found_policy import NotFoundPolicy, StatusQuery
from .order_data import copy
from .states import FINAL, VOLUME_NOISE, merge

Push = OrderData | TradeData

FINAL_KEPT: int = 5_000         # final orders kept for late fills and look-ups, a KiB each
FINISHED_KEPT: int = 200_000        # final orders that are dropped, kept for recognising one told again
ORPHANS_KEPT: int = 5_000        # unknown orders whose fills wait to be told of them
ORPHAN_FILLS: int = 50_000      # and fills of theirs, all together
LIVE_KEPT: int = 20_000         # live orders at once; beyond, those placed elsewhere are not shown
UNSIZED: tuple[OrderType, ...] = (OrderType.MARKET,)     # their volume is the venue's to tell: some are bought by amount
DISPUTED_KEPT: int = 1_000      # fills that cannot be, kept until they were asked for
SUM_NOISE: float = 1e-12        # of adding up many floats, relative to the sum


@dataclass(init=False, eq=False)
class Entry:
    """
    One order. ``order`` is our belief; never hand it out, hand out copies.

    A default is the class's until it is set: an order that goes as it should sets a third of them.
    """

    order: OrderData
    venue_id: str = ""
    sent: float = 0.0                       # monotonic seconds; 0 for orders placed elsewhere
    acknowledged: bool = False              # the venue has shown that it knows the order
    inferred: bool = False                  # the final status was concluded, not told
    doubt: StatusQuery | None = None
    filled: float = 0.0                     # sum of the trades delivered
    cancel_wanted: bool = False
    cancel_in_flight: bool = False
    cancel_tries: int = 0
    resent: bool = False                    # sent a second time after a refusal that could be mended
    replaces: str = ""                      # the id of the order in whose place it is sent
    waits: bool = False                     # in line at the gateway: nothing of it has left
    created: datetime | None = None         # the venue's time of it, which no amendment changes
    left_at: datetime | None = None         # when it was sent, by the venue's clock
    asked_for: float = 0.0                  # when what the venue said of its volume was asked for; pushes: when they came
    awaiting_fills: bool = False                      # final, but not pushed before its missing trades are
    fill_queries: int = 0
    client_id: str = ""                     # the client order id at the venue
    identified_at: float = 0.0              # when the venue's id was told first, monotonic s
    amended: bool = False                   # the venue has given it another client order id since
    renamed: bool = False                   # its fills were told under another id of the venue, perhaps
    life: int = 1                           # of the venue, in which the order was made
    id_doubted: bool = False                # its venue id is in doubt: it is asked for by the client order id
    mistaken: bool = False                  # told last under its venue id: another order
    by_shape: bool = False                  # found at the venue by what was sent, not by an id
    insisted: tuple[Hashable, ...] = ()     # what the venue answered though it cannot be, and
    insistence: int = 0                     # how often
    insisted_at: float = 0.0                # monotonic s
    final_at: float = 0.0                   # when it became final, monotonic s
    listed_alive: int = 0                   # lists that showed it alive since
    listed_at: float = 0.0

    def __init__(self, order: OrderData, venue_id: str = "", sent: float = 0.0) -> None:
        self.order = order
        self.venue_id = venue_id
        self.sent = sent

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
    def is_finished(self) -> bool:
        """Told by the venue and pushed to the last trade: nothing can come of it any more."""
        return not (self.is_active or self.awaiting_fills or self.inferred or self.lacks_fills) and self.venue_id != ""


class OrderTable:
    """Orders by vn.py id (the client order id, or the venue's own id for venues without one)."""

    def __init__(self, rule: NotFoundPolicy | None = None, monotonic: Callable[[], float] = MACHINE.monotonic) -> None:
        self.monotonic: Callable[[], float] = monotonic
        self.rule: NotFoundPolicy = rule or NotFoundPolicy()
        self.active: dict[str, Entry] = {}
        self.final: OrderedDict[str, Entry] = OrderedDict()
        self.by_venue_id: dict[str, Entry] = {}
        self.finished: DedupSet = DedupSet(FINISHED_KEPT)               # ``final_fingerprint`` of orders that were final and are dropped
        self.delivered: DeliveredFills = DeliveredFills()
        self.marked_at: float = float("inf")            # monotonic s of ``mark_life``
        self.reused_at: float = float("inf")            # monotonic s when the venue first gave the id of an order to another one, in this life
        self.reused: Entry | None = None                # the order whose id it was; the flow takes it
        self.life: int = 1                              # of the venue: one that loses its state begins another
        self.former: dict[str, Entry] = {}              # live orders of the life before, by the venue id they had in it
        self.disputed: list[tuple[Entry, TradeData, str]] = []      # fills that cannot be, and why; the flow takes them
        self.believed: set[str] = set()                 # ids of fills that the venue insists on
        self.orphan_fills: dict[str, dict[str, TradeData]] = {}    # venue id -> fills of an order not known yet, by id
        self.unpriced: frozenset[OrderType] = frozenset()   # types whose limit the venue does not keep to
        self.turned_away: int = 0                       # news of live orders that were too many
        self.unsure: Entry | None = None                # told last, with a volume that has to be asked for
        self._parked: int = 0                           # fills in ``orphan_fills``

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
        if not (self.active or self.final or self.orphan_fills):
            return              # nothing was ever known
        self.mark_life()
        self.delivered.forget_prints()
        self.begin_life()
        for entry in (*self.active.values(), *self.final.values()):
            entry.venue_id = ""

    def filled(self, venue_id: str) -> float:
        """What the fills come to that are known of an order, by the venue's id."""
        entry: Entry | None = self.find(venue_id)
        parked: float = sum(trade.volume for trade in self.orphan_fills.get(venue_id, {}).values())
        return parked + (entry.filled if entry else 0.0)

    def mark_life(self) -> None:
        """The venue has just been seen to be the same as ever, or cannot change before it is heard of again."""
        self.delivered.mark()
        self.marked_at = self.monotonic()

    def begin_life(self, gone: Entry | None = None, by: float = float("inf")) -> None:
        """
        The venue has lost its state and counts its ids anew, since ``mark_life`` at the earliest, since it told the id of the order
        ``gone``, and at ``by`` (monotonic s) at the latest: what its ids meant before is forgotten. Orders keep the ids they had, for being
        told apart from those that have them now.
        """
        since: float = gone.identified_at if gone else float("-inf")
        by = min(by, self.reused_at)
        self.reused_at = float("inf")
        self.life += 1
        self.former = {entry.venue_id: entry for entry in self.active.values() if entry.venue_id}
        self.finished.clear()
        self.delivered.begin_life(self.marked_at != float("inf"))
        # what was told since belongs to the new life
        self.by_venue_id = {
            key: entry for key, entry in self.by_venue_id.items()
            if entry.identified_at > since and (entry.identified_at > self.marked_at or entry.identified_at >= by)
        }
        for key, entry in self.by_venue_id.items():
            entry.life = self.life
            self.former.pop(key, None)
        self.orphan_fills.clear()
        self._parked = 0

    def is_former(self, entry: Entry) -> bool:
        """Whether an order is of an earlier life of the venue, or its venue id means another order by now."""
        other: Entry | None = self.by_venue_id.get(entry.venue_id)
        return entry.life != self.life or other is not None and other is not entry

    def rename(self, entry: Entry, venue_id: str) -> None:
        """The venue's id of an order is another one than was told first."""
        if self.by_venue_id.get(entry.venue_id) is entry:
            del self.by_venue_id[entry.venue_id]
        entry.renamed = True
        entry.venue_id = ""
        entry.id_doubted = False
        if venue_id:
            self._identify(entry, venue_id)

    def revive(self, entry: Entry) -> None:
        """A final state was told wrongly: what is told next goes first."""
        order: OrderData = copy(entry.order)
        order.traded = min(order.traded, entry.filled)
        order.status = Status.SUBMITTING        # so that what is told next is pushed
        entry.order = order
        entry.awaiting_fills = entry.inferred = False
        entry.listed_alive = 0
        self._file(entry)

    # what we do

    def submit(self, order: OrderData, now: float, replaces: str = "") -> Entry:
        """
        A new order of ours is about to be sent, in the place of another where ``replaces`` names one: ``order`` itself is to be
        pushed, what is kept is a copy.
        """
        entry: Entry = Entry(copy(order), "", now)
        entry.asked_for = now
        entry.client_id = order.orderid
        entry.life = self.life
        entry.replaces = replaces
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

    def gone(self, entry: Entry) -> list[Push]:
        """A live order has ended with the venue that had it."""
        return self._conclude(entry, Status.CANCELLED, inferred=True)

    def refuse(self, orderid: str) -> list[Push]:
        """Proof that the order never was, or was refused: REJECTED, unless the venue has shown it alive."""
        return self._conclude_unseen(orderid, Status.REJECTED)

    def recall(self, orderid: str) -> list[Push]:
        """The user cancelled an order that never left: CANCELLED, unless the venue has shown it alive."""
        return self._conclude_unseen(orderid, Status.CANCELLED)

    def mark_in_doubt(self, orderid: str, now: float) -> Entry | None:
        """The fate of a live order is unknown from here on. None if it is not alive or already in doubt."""
        entry: Entry | None = self.active.get(orderid)
        if not entry or entry.doubt:
            return None
        entry.doubt = StatusQuery(self.rule, entry.sent or now - self.rule.bound, now)
        return entry

    def missing(self, orderid: str, asked_at: float, is_over: bool = False) -> list[Push]:
        """The venue does not know a live order. Concludes only when the doubt rule says so. ``is_over``: it has ended, if it ever was."""
        entry: Entry | None = self.active.get(orderid)
        if not entry or not entry.doubt or not entry.doubt.missed(asked_at):
            return []
        # an order the venue had acknowledged was no refusal: its state was lost there
        status: Status = Status.CANCELLED if entry.acknowledged or is_over else Status.REJECTED
        return self._conclude(entry, status, inferred=True)

    def update(self, news: OrderData, venue_id: str = "", asked_at: float = 0.0) -> list[Push]:
        """
        The venue tells an order's state, by push or by the answer to what was asked at a monotonic time. Adopts orders
        placed elsewhere.

        Volumes are amended elsewhere. A smaller one is believed at once. A larger one may be older news of an order
        that was reduced: it is believed of an answer that was asked for later; else ``unsure`` is the order to ask for.
        """
        self.unsure = None
        entry: Entry | None = self.whose(news.orderid, venue_id)
        if entry is None:
            if final_fingerprint(news, venue_id) in self.finished:
                return []           # told again, long after it was over
            if news.status not in FINAL and len(self.active) >= LIVE_KEPT:
                self.turned_away += 1
                return []
            return self._adopt(news, venue_id)

        self._identify(entry, venue_id)
        entry.acknowledged = True
        entry.waits = False
        entry.created = entry.created or news.datetime
        entry.doubt = None
        pushes: list[Push] = self._release_orphans(entry)

        volume: float = self._volume(entry, news, asked_at)
        if volume != news.volume:
            news = copy(news)
            news.volume = volume
        order: OrderData | None = merge(entry.order, news, entry.inferred)
        entry.inferred = False          # told now, also if told the same
        if order is None:
            return pushes + self._release_complete(entry)

        entry.order = order
        self._file(entry)
        if order.status in FINAL and entry.lacks_fills:
            entry.awaiting_fills = True           # the trade goes out before the update that makes the order final
            return pushes
        entry.awaiting_fills = False
        return [*pushes, copy(order)]

    def fill(self, trade: TradeData, venue_id: str = "") -> list[Push]:
        """
        A fill, by push or answer; delivered once. One of an order not known yet is parked under
        the venue's id until ``update`` brings the order.
        """
        entry: Entry | None = self.whose(trade.orderid, venue_id)
        if entry is None:
            if trade.tradeid in self.delivered:
                return []
            parked: dict[str, TradeData] = self.orphan_fills.setdefault(venue_id or trade.orderid, {})
            if trade.tradeid not in parked:
                parked[trade.tradeid] = trade
                self._parked += 1
            while len(self.orphan_fills) > ORPHANS_KEPT or self._parked > ORPHAN_FILLS:
                self._take_orphans(next(iter(self.orphan_fills)))
            return []
        return [*self._deliver(entry, trade, venue_id), *self._release_complete(entry)]

    def release_final(self, orderid: str) -> list[Push]:
        """Push a held final order although its trades could not be had."""
        entry: Entry | None = self.get(orderid)
        if not entry or not entry.awaiting_fills:
            return []
        entry.awaiting_fills = False
        return [copy(entry.order)]

    def whose(self, orderid: str, venue_id: str) -> Entry | None:
        """
        Whose news these are. The client id says it, unless it is known to be another order's by
        now: the venue's id tells two orders of one client id apart, and a client id two orders of
        one venue id (a venue that lost its state counts from the beginning).
        """
        if orderid == venue_id and (found := self.by_venue_id.get(venue_id)):
            return found                # placed elsewhere, or shown so before it was known to be ours
        entry: Entry | None = self.get(orderid) if orderid else None
        if entry and entry.life != self.life and entry.orderid == entry.venue_id:
            entry = None            # placed elsewhere in an earlier life, in which the id was its own
        if entry and (not venue_id or entry.venue_id in ("", venue_id)):
            return entry
        return self.find(venue_id) if venue_id else None

    # inside

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
        entry.asked_for = asked_at or self.monotonic()
        return news.volume

    def _adopt(self, news: OrderData, venue_id: str) -> list[Push]:
        entry: Entry = Entry(copy(news))
        entry.acknowledged = True
        entry.created = news.datetime
        entry.asked_for = self.monotonic()
        entry.client_id = news.orderid
        entry.life = self.life
        self._rename_foreign(entry.order, venue_id)
        self._identify(entry, venue_id)
        self._file(entry)
        pushes: list[Push] = self._release_orphans(entry)
        if entry.order.status in FINAL and entry.lacks_fills:
            entry.awaiting_fills = True
            return pushes
        return [*pushes, copy(entry.order)]

    def _rename_foreign(self, order: OrderData, venue_id: str) -> None:
        """
        Somebody used a client order id again: another order, known by the venue's id. And ids of an earlier life of the
        venue mean other orders, which were shown under them.
        """
        if self.life > 1 and order.orderid == venue_id or self.get(order.orderid):
            order.orderid = venue_id if self.life == 1 and not self.get(venue_id) else f"{venue_id}@{self.life}"
            order.vt_orderid = f"{order.gateway_name}.{order.orderid}"

    def _conclude_unseen(self, orderid: str, status: Status) -> list[Push]:
        entry: Entry | None = self.active.get(orderid)
        return self._conclude(entry, status, inferred=False) if entry and not entry.acknowledged else []

    def _conclude(self, entry: Entry, status: Status, inferred: bool) -> list[Push]:
        order: OrderData = copy(entry.order)
        order.status = status
        entry.order = order
        entry.inferred = inferred
        entry.doubt = None
        entry.cancel_wanted = False
        self._file(entry)
        return [copy(order)]

    def _identify(self, entry: Entry, venue_id: str) -> None:
        if not venue_id:
            return
        if not entry.venue_id:
            entry.venue_id = venue_id
            entry.identified_at = self.monotonic()
            entry.life = self.life
            if venue_id in self.by_venue_id:
                self.reused = self.by_venue_id[venue_id]
                self.reused_at = min(self.reused_at, entry.identified_at)
            self.by_venue_id[venue_id] = entry
        elif entry.venue_id == venue_id and venue_id not in self.by_venue_id:
            self.by_venue_id[venue_id] = entry
            entry.life = self.life

    def _file(self, entry: Entry) -> None:
        orderid: str = entry.order.orderid
        if entry.is_active:
            self.final.pop(orderid, None)
            self.active[orderid] = entry
            return
        if orderid in self.active:
            entry.final_at = self.monotonic()
        entry.cancel_wanted = False
        self.active.pop(orderid, None)
        self.final[orderid] = entry
        self.final.move_to_end(orderid)
        turns: int = len(self.final) - 1
        while len(self.final) > FINAL_KEPT and turns:
            turns -= 1
            oldest, old = self.final.popitem(last=False)
            if old.awaiting_fills:
                self.final[oldest] = old            # not pushed yet: its turn comes again
                continue
            if self.by_venue_id.get(old.venue_id) is old:
                del self.by_venue_id[old.venue_id]
            if old.is_finished:
                self.finished.add(final_fingerprint(old.order, old.venue_id))

    def _deliver(self, entry: Entry, trade: TradeData, venue_id: str = "") -> list[Push]:
        venue_id = venue_id or entry.venue_id
        reused: bool = trade.tradeid in self.delivered
        if reused and (not entry.lacks_fills or entry.renamed or not self.delivered.is_reused(trade, venue_id)):
            return []
        reason: str = fill_contradiction(entry.order, entry.filled, trade, entry.order.type in self.unpriced)
        if entry.mistaken and not reason:
            reason = _("{volume:.12g} under the id {venue_id}, which another order has").format(volume=trade.volume, venue_id=entry.venue_id)
        if reused and not reason:
            reason = _("{volume:.12g} under the id {tradeid}, which another order's fill had").format(volume=trade.volume, tradeid=trade.tradeid)
        if reason:
            if trade.tradeid not in self.believed:
                if len(self.disputed) < DISPUTED_KEPT:
                    self.disputed.append((entry, trade, reason))
                return []
            self.believed.discard(trade.tradeid)
        if self.life > 1 and self.delivered.was_shown(trade):
            return []           # of the life before: the venue has not begun anew after all
        self.delivered.add(trade, venue_id)
        entry.filled += trade.volume
        if trade.orderid == entry.order.orderid and self.life == 1 and not reused:
            return [copy(trade)]
        # the ids of an earlier life of the venue were shown too
        delivered: TradeData = copy(trade)
        delivered.orderid = entry.order.orderid
        if reused:
            delivered.tradeid = f"{trade.tradeid}:{venue_id}"
        elif self.life > 1:
            delivered.tradeid = f"{trade.tradeid}@{self.life}"
        delivered.__post_init__()
        return [delivered]

    def _release_orphans(self, entry: Entry) -> list[Push]:
        if not self.orphan_fills:
            return []
        pushes: list[Push] = []
        for key in {entry.venue_id, entry.order.orderid}:
            for trade in self._take_orphans(key):
                pushes.extend(self._deliver(entry, trade))
        return pushes

    def _take_orphans(self, key: str) -> list[TradeData]:
        trades: list[TradeData] = list(self.orphan_fills.pop(key, {}).values())
        self._parked -= len(trades)
        return trades

    def _release_complete(self, entry: Entry) -> list[Push]:
        if not entry.awaiting_fills or entry.lacks_fills:
            return []
        entry.awaiting_fills = False
        return [copy(entry.order)]
