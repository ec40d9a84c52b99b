"""
Which order of ours the venue means, where it keeps no client order ids. SerialExecutor thread only.

Until the venue has told its id for an order of ours, nothing it says can name that order. What it says of
orders nobody knows is kept back while one of them may be ours: the answer that is on its way tells, or,
when the answer never comes, the line-up of what was sent with what the venue has (``order_matching``).
"""

from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from logging import ERROR, WARNING

from vnpy.trader.constant import Direction, OrderType, Status
from vnpy.trader.object import OrderData

from rest_locale import _

from ..executor import SerialExecutor
from ..net.outcome import Outcome
from ..venue import Flow, FlowHost
from .contradictions import order_contradiction
from .life import LifeWatch
from .order_data import copy
from .order_matching import (
    AmbiguousMatch,
    MatchResult,
    SentOrder,
    is_candidate,
    match_orders,
    same_side,
)
from .reconcile import VenueOrder
from .same_order import is_rounded, is_same_price, other_order, same_order
from .table import Entry, OrderTable

SOUGHT_KEPT: int = 1_000        # unanswered orders that may still turn up
NEWS_KEPT: int = 50             # of one order that is kept back
LISTED: int = 2                 # whole lists that must show an order before it is decided whose it is
LOOK_PAUSE: float = 2.0         # seconds between looks for what is kept back


class VenueIds:
    """
    The venue knows its own ids only. The gateway tells ``on_sent`` when an order goes out and ``on_accepted`` when
    the venue answers with its id; orders from the venue carry the venue's id as ``orderid``, and what it
    calls the client order id, if it shows one, as ``reference``.
    """

    def __init__(self, flow: Flow, life: LifeWatch) -> None:
        self.flow: Flow = flow
        self.host: FlowHost = flow.host
        self.executor: SerialExecutor = flow.executor
        self.table: OrderTable = flow.table
        self.life: LifeWatch = life
        self.sought: dict[str, SentOrder] = {}          # by vn.py order id: sent, and not identified at the venue
        self.tentative: dict[str, SentOrder] = {}       # likewise: the venue told an id for it, and has not shown it under that yet
        self.kept_back: dict[str, list[VenueOrder]] = {}        # by venue id: what was told of orders that may be ours
        self.listed: dict[str, int] = {}                # by venue id: how many whole lists have shown what is kept back
        self.contested: set[str] = set()                # vn.py order ids that stay in doubt: more than one could be meant
        self.rounded: set[str] = set()                  # live orders of ours that were named with another price or volume than they were sent with
        self.answered: dict[str, str] = {}              # by venue id: the order of ours that it was the answer to, though another one had it
        self.first_sent: datetime = datetime.max.replace(tzinfo=timezone.utc)   # the first order of ours, by the venue's clock
        self.shared: bool = False                       # others trade on this account while we do
        self._claimed: str = ""                         # the order of ours that the message at hand has named

    @property
    def seen_within(self) -> float:
        """Seconds after its sending until every answer of the venue shows an order that it has shown once."""
        return 2.0 * self.table.rule.bound

    # from the gateway

    def on_sent(self, entry: Entry, sought: SentOrder) -> None:
        """An order goes out now, as ``sought`` says."""
        entry.sent = self.executor.monotonic()
        self.sought[entry.orderid] = sought
        self.first_sent = min(self.first_sent, sought.earliest)
        while len(self.sought) > SOUGHT_KEPT:
            self.sought.pop(next(iter(self.sought)))

    def on_clock_step(self, seconds: float) -> None:
        """The venue's clock has jumped, we do not know when: what was sent before may have a time of before or after."""
        step: timedelta = timedelta(seconds=seconds)
        for sought in (self.sought, self.tentative):
            for orderid, sent in sought.items():
                sought[orderid] = sent._replace(earliest=min(sent.earliest, sent.earliest + step), latest=max(sent.latest, sent.latest + step))
                self.first_sent = min(self.first_sent, sought[orderid].earliest)

    def on_accepted(self, orderid: str, venue_id: str) -> None:
        """The venue took an order and told its id. That it is alive is still to be seen."""
        entry: Entry | None = self.table.get(orderid)
        if entry is None:
            return
        other: Entry | None = self.table.find(venue_id)
        if entry.venue_id and entry.venue_id != venue_id or other and other is not entry and other.orderid != venue_id:
            # a wrong answer, or the venue has begun its ids anew
            self.flow.disbelieve(entry, _("the venue's id {venue_id}, which another order has").format(venue_id=venue_id))
            self.answered[venue_id] = orderid
            if len(self.answered) > SOUGHT_KEPT:
                del self.answered[next(iter(self.answered))]
            self.on_answer_lost(orderid)
            self.flow.mark_in_doubt(orderid, _("the answer names another order"))
            self.life.suspect()
            self.life.check(suspect=None if other and other.orderid in self.tentative else other)
            return
        if entry.venue_id:
            self.tentative.pop(orderid, None)       # the venue's lists and its answer say the same
        sought: SentOrder | None = self.sought.pop(orderid, None)
        if sought and not entry.acknowledged:
            self.tentative[orderid] = sought._replace(answered=True)
            while len(self.tentative) > SOUGHT_KEPT:
                self.tentative.pop(next(iter(self.tentative)))
        self._claim(entry, venue_id)
        self.match_orders()
        self.flow.settle(entry)
        if entry.is_active and entry.order.status is Status.SUBMITTING:
            self.flow.query_status(entry)

    def resume(self) -> None:
        """A new session: the answers to what was under way died with the last one."""
        for orderid, entry in list(self.table.active.items()):
            if entry.venue_id:
                self.flow.query_status(entry)
            elif orderid in self.contested:
                continue
            elif entry.acknowledged:
                self.host.log(_("Order {orderid} has ended with the exchange that it was sent to; taken as cancelled").format(orderid=orderid), WARNING)
                self.flow.push(self.table.gone(entry))
            elif orderid in self.sought:
                self.flow.on_outcome(orderid, Outcome.UNKNOWN, "", _("no answer before the connection was closed"))
            else:
                self.flow.on_outcome(orderid, Outcome.NOT_SENT, "", _("gateway closed"))

    def look(self, venue_id: str) -> None:
        """The venue told something of an order that does not say how it stands: ask."""
        entry: Entry | None = self.table.find(venue_id)
        if entry and entry.is_active:
            self.flow.query_status(entry)

    def on_answer_lost(self, orderid: str) -> None:
        """No answer to its sending will tell the id of an order: from now on it is looked for among the venue's."""
        sought: SentOrder | None = self.sought.get(orderid)
        if sought:
            self.sought[orderid] = sought._replace(answered=True)

    def on_candidates(self, listed: list[VenueOrder], about: Collection[str], asked_at: float) -> None:
        """
        All open orders of the venue, and all closed ones since before those ``about`` (vn.py order ids) were sent;
        asked for at a monotonic time. Only this can say that an order of ours is not there.
        """
        rows: dict[str, OrderData] = {record.venue_id: copy(record.order) for record in listed}
        for record in listed:
            self.on_order(record.order, record.venue_id, asked_at)
        for venue_id in list(self.kept_back):
            if venue_id in rows:
                self.listed[venue_id] = self.listed.get(venue_id, 0) + 1
            elif self.listed.pop(venue_id, 0):
                del self.kept_back[venue_id]        # a list told it, and the next ones do not: it never was
        # while it is asked whether the venue has begun anew, one may be gone with all the others, and what is like it another one
        for orderid in list(self.tentative) if self.life.witness is None else ():
            entry: Entry | None = self.table.active.get(orderid)
            if entry and entry.venue_id not in rows and entry.sent < asked_at and self._is_kept_back(self.tentative[orderid]):
                self._disown(entry)
        self.match_orders(rows.keys())
        absent: set[str] = set(self._confront().absent) - self.contested
        for orderid in about:
            known: Entry | None = self.table.get(orderid)
            if known and known is self.life.witness:
                if self._is_gone(known, rows.get(known.venue_id)):
                    self.life.missed(asked_at, known.venue_id in rows)
                else:
                    self.life.seen(known)
            entry = self.table.active.get(orderid)
            if entry and (self._is_gone(entry, rows.get(entry.venue_id)) if entry.venue_id else orderid in absent):
                self.flow.on_missing(orderid, asked_at)
                if not entry.is_active and orderid in self.tentative:
                    self.sought[orderid] = self.tentative.pop(orderid)      # it may turn up under another id

    def _is_gone(self, entry: Entry, row: OrderData | None) -> bool:
        """Whether the venue's whole lists, in which ``row`` has the id of an order, do not have the order."""
        return row is None or self._is_other(entry, row) or self.table.by_venue_id.get(entry.venue_id) not in (None, entry)

    def is_tentative(self, entry: Entry) -> bool:
        """Whether the venue's id of an order is in doubt: something that is kept back may be the order."""
        return entry.orderid in self.tentative and self._is_kept_back(self.tentative[entry.orderid])

    def is_suspected(self, orderid: str) -> bool:
        """Whether the venue has shown an order that may be this one of ours, whose id it has not told yet."""
        return orderid in self.sought and self._is_kept_back(self.sought[orderid])

    def _is_kept_back(self, sought: SentOrder) -> bool:
        return any(is_candidate(sought, news[-1].order) for news in self.kept_back.values())

    def _disown(self, entry: Entry) -> None:
        """The id that the venue told for an order of ours is not its id: it is sought again."""
        self.flow.disbelieve(entry, _("the venue's id {venue_id}, under which it has no such order").format(venue_id=entry.venue_id))
        self.table.rename(entry, "")
        entry.acknowledged = False
        self.sought[entry.orderid] = self.tentative.pop(entry.orderid)

    def looked_for(self) -> list[Entry]:
        """Orders of ours to look for at the venue: those in doubt, and those that what is kept back may be."""
        entries: dict[str, Entry] = {entry.orderid: entry for entry in self.table.doubtful()}
        if witness := self.life.witness:
            entries[witness.orderid] = witness
        for orderid, sought in {**self.sought, **self.tentative}.items():
            entry: Entry | None = self.table.get(orderid)
            if entry and sought.answered and any(is_candidate(sought, news[-1].order) for news in self.kept_back.values()):
                entries[orderid] = entry
        return list(entries.values())

    def expected(self) -> list[Entry]:
        """Live orders that the venue has shown to know."""
        return [entry for entry in self.table.active.values() if entry.venue_id]

    # what the flow asks

    def on_cancel(self, orderid: str) -> None:
        """The user wants an order gone: say so if it cannot be told which it is."""
        if orderid in self.contested:
            self.host.log(
                _("Cancel of {orderid} waits: it cannot be told which order of the venue it is. Cancel those shown under the venue's ids").format(orderid=orderid), WARNING
            )

    def on_outcome(self, orderid: str, outcome: Outcome) -> Outcome:
        """What became of a new order, as far as its id goes: one without an answer is looked for, others are not."""
        if outcome is Outcome.UNKNOWN and orderid in self.sought:
            self.on_answer_lost(orderid)
        elif outcome is Outcome.UNKNOWN and not self._identified(orderid):
            return Outcome.NOT_SENT             # it never came as far as the wire
        else:
            self.sought.pop(orderid, None)
        return outcome

    def on_order(self, order: OrderData, venue_id: str = "", asked_at: float = 0.0, asked: bool = False) -> None:
        """An order's state. One that nobody knows is kept back while it may be one of ours."""
        if reason := order_contradiction(order):
            known: Entry | None = self.table.find(venue_id)
            if known is None or not asked:
                self.flow.disbelieve(known or order, reason)
                return
        self._claimed = ""
        entry: Entry | None = self._whose(order, venue_id, asked)
        if entry and order.reference == entry.orderid and entry.is_active and not (same_order(entry.order, order) and is_same_price(entry.order, order)):
            self.rounded = {each for each in self.rounded if each in self.table.active} | {entry.orderid}
        if entry and self._is_mistaken(entry, order, venue_id, asked):
            return
        if entry is None and (venue_id in self.kept_back or self._suspected(order)):
            news: list[VenueOrder] = self.kept_back.setdefault(venue_id, [])
            if news and not order.reference:
                order.reference = news[-1].order.reference      # the lists tell it, pushes do not
            news.append(VenueOrder(order, venue_id))
            del news[:-NEWS_KEPT]
            self.match_orders()
            return
        if entry:
            order.orderid = entry.orderid
            if order.type is OrderType.LIMIT:
                order.price = order.price or entry.order.price
            # shown under its id once more than when it was claimed: one message may be wrong
            if entry.orderid != self._claimed and entry.orderid in self.tentative:
                del self.tentative[entry.orderid]
                self.flow.take_order(order, venue_id, asked_at, asked)
                self.match_orders()
                return
        elif order.datetime and order.datetime > self.first_sent:
            self.shared = True
        self.flow.take_order(order, venue_id, asked_at, asked)

    # inside

    def _whose(self, order: OrderData, venue_id: str, asked: bool) -> Entry | None:
        entry: Entry | None = self.table.find(venue_id)
        if (
            asked and entry and entry.orderid in self.tentative and self._is_other(entry, order) and self.flow.insists(entry, order)
            and not self._is_rounded(entry, order)
        ):
            self._disown(entry)         # the answer to its sending told the id of another order
            entry = None
        if entry is None and not order.reference and (claimant := self.table.get(self.answered.get(venue_id, ""))) and not claimant.venue_id:
            order.reference = claimant.orderid          # the venue has begun its ids anew: the answer was right
        if order.reference and (entry is None or entry.orderid == venue_id):
            named: Entry | None = self.table.get(order.reference)
            if named and (same_order(named.order, order, self._shrinks(order)) or is_rounded(named.order, order)):
                if named.venue_id and named.orderid in self.tentative:
                    self._disown(named)
                if not named.venue_id:
                    sought: SentOrder | None = self.sought.pop(named.orderid, None)
                    self._claim(named, venue_id)
                    if sought:
                        self.tentative[named.orderid] = sought._replace(answered=True)
                        self._claimed = named.orderid
                return named
        if entry is None:
            former: Entry | None = self.table.former.get(venue_id)
            if former and former.is_active and former.venue_id == venue_id and not self._is_other(former, order):
                self.table.accept(former.orderid, venue_id)     # the venue has not begun anew after all
                entry = former
        return entry

    def _is_mistaken(self, entry: Entry, order: OrderData, venue_id: str, asked: bool) -> bool:
        """Whether news under the id of a known order are of another one: a wrong message, or an id that is used again."""
        if entry.venue_id == venue_id and (not self._is_other(entry, order) or asked and self._is_rounded(entry, order) and self.flow.insists(entry, order)):
            return False
        side: str = order.direction.name if order.direction else ""
        self.flow.mistake(entry, _("{side} {volume:.12g} {symbol} at {price:.12g} under the id {venue_id}").format(side=side, volume=order.volume, symbol=order.symbol, price=order.price, venue_id=venue_id))
        if not self.host.session.tells_of(entry) and self.flow.insists(entry, order):
            self.life.begin(entry)          # of another day: it cannot be asked for
        return True

    def _is_rounded(self, entry: Entry, news: OrderData) -> bool:
        """
        Whether news under the id that the answer told may be of our order as what stands behind the venue has rounded it: nothing there
        is as this one was sent, nor is this as another one was.
        """
        sought: SentOrder | None = self.tentative.get(entry.orderid)
        return (
            sought is not None and is_rounded(entry.order, news) and news.reference in ("", entry.orderid)
            and not self._is_kept_back(sought) and not any(is_candidate(each, news) for each in (*self.sought.values(), *self.tentative.values()))
        )

    def _is_other(self, entry: Entry, news: OrderData) -> bool:
        known: OrderData = entry.order
        if entry.is_active and (news.symbol, news.direction) == (known.symbol, known.direction) and (
            news.reference == entry.orderid or entry.created is None and entry.orderid in self.rounded and is_rounded(known, news)
        ):
            return False                # it has, or had, our own id, too: what stands behind the venue has rounded it
        return other_order(entry, news, self._shrinks(news), self.flow.capabilities.amends)

    def _shrinks(self, order: OrderData) -> bool:
        """Whether the venue may have taken less than was ordered: of purchases."""
        return self.flow.capabilities.may_shrink and order.direction is Direction.LONG

    def _identified(self, orderid: str) -> bool:
        entry: Entry | None = self.table.get(orderid)
        return entry is not None and bool(entry.venue_id)

    def _suspected(self, order: OrderData) -> bool:
        return any(is_candidate(s, order) or not s.answered and same_side(s, order) for s in self.sought.values()) or any(
            is_candidate(s, order) for s in self.tentative.values()
        ) or self._is_out_of_time(order)

    def _is_out_of_time(self, order: OrderData) -> bool:
        """Whether an order of the venue is like one that we seek, but for its time, and the venue's clock may have jumped: it is measured."""
        keeper = self.host.keeper
        timeless: OrderData = copy(order)
        timeless.datetime = None
        for orderid, sought in {**self.sought, **self.tentative}.items():
            entry: Entry | None = self.table.get(orderid)
            if entry is not None and entry.sent >= keeper.measured_at and is_candidate(sought, timeless):
                keeper.measure(self.match_orders)
                return True
        return False

    def _claim(self, entry: Entry, venue_id: str) -> None:
        """The venue's order of this id is ours."""
        other: Entry | None = self.table.find(venue_id)
        if other and other is not entry and other.is_active and other.orderid == venue_id:
            self.host.log(_("Order {venue_id}, shown as placed elsewhere, is our order {orderid}").format(venue_id=venue_id, orderid=entry.orderid), ERROR)
            other.acknowledged = False
            self.flow.push(self.table.refuse(venue_id))
            entry.filled += other.filled
        self.table.accept(entry.orderid, venue_id)
        self.contested.discard(entry.orderid)
        self.listed.pop(venue_id, None)
        for record in self.kept_back.pop(venue_id, []):
            self.on_order(record.order, venue_id)

    def _confront(self) -> MatchResult:
        everyone: list[SentOrder] = [*self.sought.values(), *self.tentative.values()]
        news: list[VenueOrder] = [each[-1] for each in self.kept_back.values()]
        verdict: MatchResult = match_orders([each for each in everyone if each.orderid in self.table.active], news)
        if verdict.strangers:
            # what was taken for lost long ago may turn up, but does not stand in the way of one that lives
            rest: MatchResult = match_orders(
                [each for each in everyone if each.orderid not in self.table.active], [each for each in news if each.venue_id in verdict.strangers]
            )
            verdict = MatchResult(
                {**verdict.sure, **rest.sure}, [*verdict.contests, *rest.contests], [*verdict.waiting, *rest.waiting], rest.strangers,
                [*verdict.absent, *rest.absent],
            )
        # what may be an order to which the venue told another id waits until that id is shown, or is seen not to be there
        unsure = self.tentative.keys()
        return MatchResult(
            {orderid: venue_id for orderid, venue_id in verdict.sure.items() if orderid not in unsure},
            [contest for contest in verdict.contests if unsure.isdisjoint(contest.orderids)],
            verdict.waiting, verdict.strangers, [orderid for orderid in verdict.absent if orderid not in unsure],
        )

    def match_orders(self, there: Collection[str] = ()) -> None:
        """
        Who is who among those kept back, as far as it can be told now. Whose they are is decided only of those seen
        ``there``, in the venue's whole lists: a push alone does not show who else could be meant, nor a client id.
        """
        while self.kept_back:
            verdict: MatchResult = self._confront()
            before: int = len(self.kept_back)
            for orderid, venue_id in verdict.sure.items():
                entry: Entry | None = self.table.get(orderid)
                if venue_id not in there or not self._is_sure(orderid, venue_id):
                    self._look_soon()
                elif orderid in self.contested or entry is None or self.shared and not self._is_named(orderid, venue_id):
                    self._contest(AmbiguousMatch((orderid,), (venue_id,)))
                else:
                    self.sought.pop(orderid, None)
                    entry.by_shape = not self._is_named(orderid, venue_id)
                    line: str = _("Order {orderid} is the venue's {venue_id}")
                    if entry.by_shape:
                        line = _("Order {orderid} is the venue's {venue_id}, recognised by its symbol, side, price and volume")
                    self.host.log(line.format(orderid=orderid, venue_id=venue_id), WARNING)
                    self._claim(entry, venue_id)
            for contest in verdict.contests:
                if all(venue_id in there and self.listed.get(venue_id, 0) >= LISTED for venue_id in contest.venue_ids):
                    self._contest(contest)
                else:
                    self._look_soon()
            for venue_id in verdict.strangers:
                order: OrderData = self.kept_back[venue_id][-1].order
                if self.listed.get(venue_id, 0) < LISTED and any(same_side(sought, order) for sought in self.sought.values()):
                    self._look_soon()
                elif not self._is_out_of_time(order):
                    self._adopt(venue_id)
            if len(self.kept_back) >= before:
                return

    def _is_sure(self, orderid: str, venue_id: str) -> bool:
        """Whether more than one list, or our order id, say that an order of the venue is ours: one message may be wrong."""
        return self.listed.get(venue_id, 0) >= LISTED or self._is_named(orderid, venue_id)

    def _is_named(self, orderid: str, venue_id: str) -> bool:
        """Whether the venue tells our order id with its own."""
        return any(record.order.reference == orderid for record in self.kept_back.get(venue_id, ()))

    def _look_soon(self) -> None:
        self.executor.reschedule_earlier(max(LOOK_PAUSE, self.host.pause()), "look", self._look)

    def _look(self) -> None:
        looked_for: list[Entry] = [entry for entry in self.looked_for() if not entry.venue_id or self.is_tentative(entry)]
        if looked_for:
            self._look_soon()
            try:
                self.host.desk.query_order(looked_for[0])
            except Exception as error:
                self.flow.report(_("look for orders"), error)

    def _contest(self, contest: AmbiguousMatch) -> None:
        """More than one could be meant: show the venue's under its own ids, leave ours in doubt."""
        fresh: list[str] = [orderid for orderid in contest.orderids if orderid not in self.contested]
        if fresh:
            self.host.log(
                _(
                    "Orders {ours} were sent without an answer and could be the venue's {theirs}: it cannot be told which is which. Ours stay in "
                    "doubt, the venue's are shown under its own ids"
                ).format(ours=', '.join(contest.orderids), theirs=', '.join(contest.venue_ids)), ERROR
            )
        for orderid in contest.orderids:
            self.contested.add(orderid)
            entry: Entry | None = self.table.active.get(orderid)
            if entry:
                entry.doubt = None      # nothing the venue can be asked would tell
        for venue_id in contest.venue_ids:
            self._adopt(venue_id)

    def _adopt(self, venue_id: str) -> None:
        self.listed.pop(venue_id, None)
        for record in self.kept_back.pop(venue_id, []):
            self.flow.take_order(record.order, venue_id)
