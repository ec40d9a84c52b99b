"""
The life of an order on a venue that keeps no client order ids. Writer thread only.

Until the venue has told its id for an order of ours, nothing it says can name that order. What it says of
orders nobody knows is kept back while one of them may be ours: the answer that is on its way tells, or,
when the answer never comes, the line-up of what was sent with what the venue has (``suspects``).
"""

from collections.abc import Collection
from datetime import timedelta
from logging import ERROR, WARNING
from math import isclose
from time import monotonic

from vnpy.trader.constant import OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from .flow import OrderFlow
from .orders import Entry
from .outcome import Outcome
from .reconcile import VenueOrder
from .suspects import SAME, Contest, Sought, Verdict, akin, could_be, line_up
from .transitions import VOLUME_NOISE

SOUGHT_KEPT: int = 1_000        # unanswered orders that may still turn up
NEWS_KEPT: int = 50             # of one order that is kept back
LOOK_PAUSE: float = 2.0         # seconds between looks for what is kept back
FILLS_TRIES: int = 40           # answers without the missing fills before nobody asks any more
FILLS_PAUSE: float = 2.0        # seconds between questions for the fills of an order, soon after the first
FILLS_LONGEST: float = 30.0
CREATED_WITHIN: timedelta = timedelta(seconds=1)    # lists and pushes may cut an order's time at other digits


class NamelessFlow(OrderFlow):
    """
    ``OrderFlow`` for such a venue. The gateway tells ``on_sent`` when an order goes out and ``on_accepted`` when
    the venue answers with its id; orders from the venue carry the venue's id as ``orderid``, and what it
    calls the client order id, if it shows one, as ``reference``.
    """

    fill_queries = 16           # in half a minute: fills may be shown later than the order that made them
    needs_venue_id = True
    sought: dict[str, Sought]
    kept_back: dict[str, list[VenueOrder]]
    contested: set[str]

    def __init__(self, *args: object) -> None:
        super().__init__(*args)         # type: ignore[arg-type]
        self.sought = {}                # by vn.py order id: sent, and not identified at the venue
        self.kept_back = {}             # by venue id: what was told of orders that may be ours
        self.contested = set()          # vn.py order ids that stay in doubt: more than one could be meant

    # from the gateway

    def on_sent(self, entry: Entry, sought: Sought) -> None:
        """An order goes out now, as ``sought`` says."""
        entry.sent = monotonic()
        self.sought[entry.orderid] = sought
        while len(self.sought) > SOUGHT_KEPT:
            self.sought.pop(next(iter(self.sought)))

    def on_accepted(self, orderid: str, venue_id: str) -> None:
        """The venue took an order and told its id. That it is alive is still to be seen."""
        entry: Entry | None = self.table.get(orderid)
        if entry is None:
            return
        self.sought.pop(orderid, None)
        self._claim(entry, venue_id)
        self._line_up()
        self._settle(entry)
        if entry.is_active and entry.order.status is Status.SUBMITTING:
            self._ask(entry)

    def resume(self) -> None:
        """A new session: the answers to what was under way died with the last one."""
        for orderid, entry in list(self.table.active.items()):
            if entry.venue_id:
                self._ask(entry)
            elif orderid in self.contested:
                continue
            elif orderid in self.sought:
                self.on_outcome(orderid, Outcome.UNKNOWN, "", "no answer before the connection was closed")
            else:
                self.on_outcome(orderid, Outcome.NOT_SENT, "", "gateway closed")

    def look(self, venue_id: str) -> None:
        """The venue told something of an order that does not say how it stands: ask."""
        entry: Entry | None = self.table.find(venue_id)
        if entry and entry.is_active:
            self._ask(entry)

    def on_answer_lost(self, orderid: str) -> None:
        """No answer to its sending will tell the id of an order: from now on it is looked for among the venue's."""
        sought: Sought | None = self.sought.get(orderid)
        if sought:
            self.sought[orderid] = sought._replace(answered=True)

    def on_candidates(self, listed: list[VenueOrder], about: Collection[str], asked_at: float) -> None:
        """
        All open orders of the venue, and all closed ones since before those ``about`` (vn.py order ids) were sent;
        asked for at a monotonic time. Only this can say that an order of ours is not there.
        """
        for record in listed:
            self.on_order(record.order, record.venue_id, asked_at)
        there: set[str] = {record.venue_id for record in listed}
        self._line_up(there)
        absent: set[str] = set(self._confront().absent) - self.contested
        for orderid in about:
            entry: Entry | None = self.table.active.get(orderid)
            if entry and (entry.venue_id not in there if entry.venue_id else orderid in absent):
                self.on_missing(orderid, asked_at)

    def looked_for(self) -> list[Entry]:
        """Orders of ours to look for at the venue: those in doubt, and those that what is kept back may be."""
        entries: dict[str, Entry] = {entry.orderid: entry for entry in self.table.doubtful()}
        for orderid, sought in self.sought.items():
            entry: Entry | None = self.table.get(orderid)
            if entry and sought.answered and any(could_be(sought, news[-1].order) for news in self.kept_back.values()):
                entries[orderid] = entry
        return list(entries.values())

    def expected(self) -> list[Entry]:
        """Live orders that the venue has shown to know."""
        return [entry for entry in self.table.active.values() if entry.venue_id]

    # what the base decides, and what is different here

    def cancel(self, orderid: str) -> None:
        super().cancel(orderid)
        if orderid in self.contested:
            self.venue.log(
                f"Cancel of {orderid} waits: it cannot be told which order of the venue it is. Cancel those shown "
                "under the venue's ids", WARNING
            )

    def on_outcome(self, orderid: str, outcome: Outcome, code: object = "", text: str = "") -> None:
        if outcome is Outcome.UNKNOWN and orderid in self.sought:
            self.on_answer_lost(orderid)
        elif outcome is Outcome.UNKNOWN and not self._identified(orderid):
            outcome = Outcome.NOT_SENT          # it never came as far as the wire
        else:
            self.sought.pop(orderid, None)
        super().on_outcome(orderid, outcome, code, text)
        self._line_up()

    def on_cancel_outcome(
        self, orderid: str, outcome: Outcome, code: object = "", text: str = "", unknown_order: bool = False
    ) -> None:
        """As the base; a cancel that was accepted is not a cancellation, so the order is asked for."""
        super().on_cancel_outcome(orderid, outcome, code, text, unknown_order)
        entry: Entry | None = self.table.active.get(orderid)
        if entry and outcome is Outcome.ACCEPTED:
            self._ask(entry)

    def on_order(self, order: OrderData, venue_id: str = "", asked_at: float = 0.0) -> None:
        """An order's state. One that nobody knows is kept back while it may be one of ours."""
        entry: Entry | None = self._whose(order, venue_id)
        if entry is None and (venue_id in self.kept_back or self._suspected(order)):
            news: list[VenueOrder] = self.kept_back.setdefault(venue_id, [])
            if news and not order.reference:
                order.reference = news[-1].order.reference      # the lists tell it, pushes do not
            news.append(VenueOrder(order, venue_id))
            del news[:-NEWS_KEPT]
            self._line_up()
            return
        if entry:
            order.orderid = entry.orderid
            if order.type is OrderType.LIMIT:
                order.price = order.price or entry.order.price
        super().on_order(order, venue_id, asked_at)

    def on_fills(self, orderid: str, trades: list[TradeData], venue_id: str = "") -> None:
        """As the base; and more was filled than we were told: ask for the order."""
        entry: Entry | None = self.table.get(orderid)
        held: bool = bool(entry and entry.held)
        super().on_fills(orderid, trades, venue_id)
        if entry is None:
            return
        if entry.lacks_fills and not held and not entry.is_active:
            entry.fill_queries += 1
        elif entry.is_active and entry.filled > entry.order.traded + VOLUME_NOISE:
            self._ask(entry)

    # inside

    def _whose(self, order: OrderData, venue_id: str) -> Entry | None:
        entry: Entry | None = self.table.find(venue_id)
        if entry and not same_life(entry, order):
            # the venue has begun its ids anew
            self.table.by_venue_id.pop(venue_id, None)
            entry = None
        if entry is None and order.reference:
            named: Entry | None = self.table.get(order.reference)
            if named and not named.venue_id and same_order(named.order, order):
                self.sought.pop(named.orderid, None)
                self._claim(named, venue_id)
                entry = named
        return entry

    def _identified(self, orderid: str) -> bool:
        entry: Entry | None = self.table.get(orderid)
        return entry is not None and bool(entry.venue_id)

    def _suspected(self, order: OrderData) -> bool:
        return any(could_be(s, order) or not s.answered and akin(s, order) for s in self.sought.values())

    def _claim(self, entry: Entry, venue_id: str) -> None:
        """The venue's order of this id is ours."""
        other: Entry | None = self.table.find(venue_id)
        if other and other is not entry and other.is_active and other.orderid == venue_id:
            self.venue.log(f"Order {venue_id}, shown as placed elsewhere, is our order {entry.orderid}", ERROR)
            other.acknowledged = False
            self._push(self.table.refuse(venue_id))
            entry.filled += other.filled
        self.table.accept(entry.orderid, venue_id)
        self.contested.discard(entry.orderid)
        for record in self.kept_back.pop(venue_id, []):
            self.on_order(record.order, venue_id)

    def _confront(self) -> Verdict:
        return line_up(self.sought.values(), [news[-1] for news in self.kept_back.values()])

    def _line_up(self, there: Collection[str] = ()) -> None:
        """
        Who is who among those kept back, as far as it can be told now. Whose they are is decided only of those seen
        ``there``, in the venue's whole lists: a push alone does not show who else could be meant, nor a client id.
        """
        while self.kept_back:
            verdict: Verdict = self._confront()
            before: int = len(self.kept_back)
            for orderid, venue_id in verdict.sure.items():
                entry: Entry | None = self.table.get(orderid)
                if venue_id not in there:
                    self._look_soon()
                elif orderid in self.contested or entry is None:
                    self._contest(Contest((orderid,), (venue_id,)))
                else:
                    self.sought.pop(orderid, None)
                    self.venue.log(f"Order {orderid} is the venue's {venue_id}", WARNING)
                    self._claim(entry, venue_id)
            for contest in verdict.contests:
                if all(venue_id in there for venue_id in contest.venue_ids):
                    self._contest(contest)
                else:
                    self._look_soon()
            for venue_id in verdict.strangers:
                self._adopt(venue_id)
            if len(self.kept_back) >= before:
                return

    def _look_soon(self) -> None:
        self.writer.sooner(max(LOOK_PAUSE, self.venue.pause()), "look", self._look)

    def _look(self) -> None:
        looked_for: list[Entry] = [entry for entry in self.looked_for() if not entry.venue_id]
        if looked_for:
            self._look_soon()
            try:
                self.venue.query_order(looked_for[0])
            except Exception as error:
                self._report("look for orders", error)

    def _contest(self, contest: Contest) -> None:
        """More than one could be meant: show the venue's under its own ids, leave ours in doubt."""
        fresh: list[str] = [orderid for orderid in contest.orderids if orderid not in self.contested]
        if fresh:
            self.venue.log(
                f"Orders {', '.join(contest.orderids)} were sent without an answer and could be the venue's "
                f"{', '.join(contest.venue_ids)}: it cannot be told which is which. Ours stay in doubt, the venue's "
                "are shown under its own ids", ERROR
            )
        for orderid in contest.orderids:
            self.contested.add(orderid)
            entry: Entry | None = self.table.active.get(orderid)
            if entry:
                entry.doubt = None      # nothing the venue can be asked would tell
        for venue_id in contest.venue_ids:
            self._adopt(venue_id)

    def _adopt(self, venue_id: str) -> None:
        for record in self.kept_back.pop(venue_id, []):
            super().on_order(record.order, venue_id)

    def _settle(self, entry: Entry) -> None:
        super()._settle(entry)
        if entry.lacks_fills and not entry.held:
            self._fetch_fills(entry)

    def _fetch_fills(self, entry: Entry) -> None:
        """Fills are not pushed: asked for whenever an order has traded more than we have seen."""
        if not entry.lacks_fills or entry.fill_queries >= FILLS_TRIES or self.table.get(entry.orderid) is not entry:
            return
        if not self.venue.pause():
            self._query_fills(entry)
        delay: float = min(0.2 * 2 ** entry.fill_queries, FILLS_PAUSE) if entry.held else FILLS_PAUSE
        if entry.fill_queries >= self.fill_queries:
            delay = FILLS_LONGEST
        self.writer.later(max(delay, self.venue.pause()), f"fills {entry.orderid}", lambda: self._fetch_fills(entry))


def same_life(entry: Entry, news: OrderData) -> bool:
    """Whether news under an order's own id are of that order, amended or not, and not of a later one of the same id."""
    known: OrderData = entry.order
    if known.symbol != news.symbol or known.direction is not news.direction:
        return False
    if not entry.is_active:
        return same_order(known, news)      # what is over is not amended
    if entry.created and news.datetime:
        return abs(entry.created - news.datetime) < CREATED_WITHIN
    if known.type is not OrderType.LIMIT or news.type is not OrderType.LIMIT or not (known.price and news.price):
        return True                     # the amount of a market order may be told in another unit
    return isclose(known.price, news.price, rel_tol=SAME)


def same_order(known: OrderData, news: OrderData) -> bool:
    """Whether news under an id can be of the order known by it: what never changes in an order is the same."""
    if known.symbol != news.symbol or known.direction is not news.direction:
        return False
    if known.type is not OrderType.LIMIT or news.type is not OrderType.LIMIT:
        return True                     # the amount of a market order may be told in another unit
    return isclose(known.volume, news.volume, rel_tol=SAME)
