"""
The life of an order from send_order to its last fill, for any venue. SerialExecutor thread only.

Refused is proven, everything else is unknown: an order is pushed as REJECTED only when it
provably never left or the venue refused it by a code on its allow-list. An unknown outcome
leaves it SUBMITTING and in doubt; the venue is asked until it answers, and nothing is ever
sent again under a new id.
"""

from collections.abc import Callable
from logging import ERROR, WARNING

from vnpy.trader.constant import OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from rest_locale import _

from ..capabilities import Capabilities, Correlation, Fills
from ..executor import SerialExecutor
from ..net.outcome import NotSent, Outcome, describe
from ..venue import FlowHost
from .contradictions import is_amended, known_contradiction, order_contradiction
from .end_check import EndCheck
from .fill_queries import INSISTED, FillQueries
from .life import LifeWatch
from .missing import missing_line
from .not_found_policy import NotFoundPolicy
from .reconcile import Reconciliation, VenueOrder, reconcile
from .table import FINAL, Entry, OrderTable, Push
from .venue_ids import VenueIds

CANCEL_RETRY: float = 0.5           # seconds between cancels of an order that the venue still shows alive
CANCEL_RETRY_LONGEST: float = 5.0
LISTED_ALIVE: int = 2               # lists that show a final order alive before its end is doubted
SAID_KEPT: int = 1_000              # contradictions said, so that each is said once


class OwnIds:
    """The venue names our orders by our ids, or shows them in a text of the order: nothing is to be found out."""

    seen_within: float = 0.0        # seconds after its sending until every answer of the venue shows an order it has shown once

    def __init__(self, flow: "OrderFlow") -> None:
        self.flow: OrderFlow = flow
        self.on_order: Callable[[OrderData, str, float, bool], None] = flow.take_order

    def on_outcome(self, orderid: str, outcome: Outcome) -> Outcome:
        """What became of a new order, as far as its id goes."""
        return outcome

    def match_orders(self) -> None:
        """Who is who, as far as it can be told now."""

    def on_cancel(self, orderid: str) -> None:
        """The user wants an order gone."""

    def expected(self) -> list[Entry]:
        """Live orders that the venue's list of open orders should show."""
        return list(self.flow.table.active.values())


class OrderFlow:
    """Decides what an outcome, an answer or a push means, and what to do next."""

    def __init__(self, host: FlowHost, executor: SerialExecutor, rule: NotFoundPolicy) -> None:
        self.host: FlowHost = host
        self.capabilities: Capabilities = Capabilities()        # of the session that is connected
        self.on_growth: Callable[[OrderData, str], None] | None = None
        self.executor: SerialExecutor = executor
        self.table: OrderTable = OrderTable(rule, executor.monotonic)
        self.life: LifeWatch = LifeWatch(self)
        self.fills: FillQueries = FillQueries(self, self.life)
        self.end_check: EndCheck = EndCheck(self)
        self.own_ids: OwnIds = OwnIds(self)
        self.venue_ids: VenueIds = VenueIds(self, self.life)
        self.ids: OwnIds | VenueIds = self.own_ids              # of these, as the capabilities say
        self._contradicted: dict[str, None] = {}        # what was said of contradictions, oldest first

    def go_by(self, capabilities: Capabilities, on_growth: Callable[[OrderData, str], None] | None = None) -> None:
        """What the venue of the session that is connected can; ``on_growth``: see ``venue.Venue``."""
        self.capabilities = capabilities
        self.table.unpriced = capabilities.unpriced
        self.on_growth = on_growth
        self.ids = self.venue_ids if capabilities.correlation is Correlation.VENUE_ID else self.own_ids

    # from the user

    def submit(self, order: OrderData, replaces: str = "") -> None:
        """A checked order of ours: push SUBMITTING, send it, in the place of another where ``replaces`` is the id of one."""
        entry: Entry = self.table.submit(order, self.executor.monotonic(), replaces)
        try:
            self.host.publish(order)
        except Exception as error:
            self.report("push", error)     # what a listener does must not keep the order from being sent
        self.send(entry)

    def send(self, entry: Entry) -> None:
        """Hand an order to the venue, the first time or once more; whatever that raises settles it."""
        try:
            self.host.desk.place(entry)
        except NotSent as error:
            self.on_outcome(entry.orderid, Outcome.NOT_SENT, "", describe(error))
        except Exception as error:
            # unless it waits in line, it cannot be told how far the request came
            outcome: Outcome = Outcome.NOT_SENT if entry.waits else Outcome.UNKNOWN
            self.on_outcome(entry.orderid, outcome, "", f"{type(error).__name__}: {error}")

    def send_again(self, entry: Entry, name: str) -> None:
        """Once more, unless the timer ``name``, which gives it up, has run, or something has come of it meanwhile."""
        if name in self.executor.timers and entry.is_active and not entry.acknowledged:
            self.executor.timers.drop(name)
            self.send(entry)

    def cancel(self, orderid: str) -> None:
        """The user wants an order gone. Parked while the venue cannot know it yet."""
        entry: Entry | None = self.table.want_cancel(orderid)
        if entry is None:
            known: Entry | None = self.table.get(orderid)
            if known is None:
                self.host.log(_("Cancel not sent, order not known: {orderid}").format(orderid=orderid), WARNING)
            elif known.awaiting_fills:
                known.cancel_wanted = True          # its end is not proven yet
                self.host.desk.query_order(known)
            else:
                self.host.log(_("Cancel not sent, order {orderid} is final: {status}").format(orderid=orderid, status=known.order.status.value))
            return
        if entry.by_shape:
            self.host.log(
                _(
                    "Cancel of {orderid} goes to the venue's order {venue_id}, which was recognised by its symbol, side, price and volume alone: it "
                    "may be the order of another program on this account"
                ).format(orderid=orderid, venue_id=entry.venue_id), WARNING
            )
        if entry.waits:
            self.on_outcome(orderid, Outcome.NOT_SENT, "", _("cancelled"))
        elif entry.acknowledged or entry.doubt:
            self._cancel_order(entry)
        self.ids.on_cancel(orderid)

    def cancel_is_wanted(self, entry: Entry) -> bool:
        """Asked when the turn of a cancel has come: False when the order has ended meanwhile."""
        entry.cancel_in_flight = entry.is_active
        return entry.is_active

    # outcomes of our commands

    def on_outcome(self, orderid: str, outcome: Outcome, code: object = "", text: str = "") -> None:
        """What became of a new order."""
        outcome = self.ids.on_outcome(orderid, outcome)
        entry: Entry | None = self.table.get(orderid)
        if entry is None:
            return
        if outcome is Outcome.ACCEPTED:
            self.table.accept(orderid, "")
            self.settle(entry)
        elif outcome is Outcome.UNKNOWN:
            if not entry.acknowledged or entry.order.status is Status.SUBMITTING:
                # else the venue has shown it meanwhile: that is more than no answer
                self.mark_in_doubt(orderid, f"{code}: {text}" if isinstance(code, str) and code.startswith("HTTP") else text)
        elif entry.acknowledged:
            self.host.log(_("Order {orderid} is alive although its sending failed ({text})").format(orderid=orderid, text=text), WARNING)
        elif outcome is Outcome.NOT_SENT and entry.cancel_wanted:
            self.host.log(_("Order {orderid} cancelled before it was sent").format(orderid=orderid))
            self.push(self.table.recall(orderid))
        else:
            if outcome is Outcome.NOT_SENT:
                self.host.log(_("Order rejected, not sent: {reason}").format(reason=text), ERROR)
            else:
                self.host.log(_("Order rejected, code: {code}, message: {text}").format(code=code, text=text), ERROR)
            self.push(self.table.refuse(orderid))
        self.ids.match_orders()

    def on_cancel_outcome(
        self, orderid: str, outcome: Outcome, code: object = "", text: str = "", unknown_order: bool = False
    ) -> None:
        """
        What became of a cancel. ``unknown_order``: the venue says that it has no such live order,
        which says nothing about what the order came to: that is asked.
        """
        entry: Entry | None = self.table.get(orderid)
        if entry is None:
            return
        entry.cancel_in_flight = False
        if not entry.is_active:
            return
        if outcome is Outcome.ACCEPTED:
            if not self.capabilities.cancels_are_final:
                self.query_status(entry)
            return
        if outcome is Outcome.NOT_SENT:
            self.host.log(_("Cancel of {orderid} not sent, trying again: {text}").format(orderid=orderid, text=text), WARNING)
            self._cancel_later(entry)
        elif outcome is Outcome.UNKNOWN:
            self.host.log(_("Cancel of {orderid} unanswered ({text}), asking the venue").format(orderid=orderid, text=text), WARNING)
            self.query_status(entry)
        elif unknown_order:
            self.query_status(entry)
        else:
            entry.cancel_wanted = False
            self.host.log(_("Cancel rejected, code: {code}, message: {text}").format(code=code, text=text), ERROR)

    # what the venue says

    def on_order(self, order: OrderData, venue_id: str = "", asked_at: float = 0.0, asked: bool = False) -> None:
        """An order's state: from a push, or from an answer to what was asked at a monotonic time; ``asked``: about this order."""
        self.ids.on_order(order, venue_id, asked_at, asked)

    def take_order(self, order: OrderData, venue_id: str = "", asked_at: float = 0.0, asked: bool = False) -> None:
        """``on_order`` once it is told whose it is. What cannot be is not believed, but asked."""
        if not self.believes(order, venue_id, asked):
            return
        if self.on_growth is not None:
            self.on_growth(order, venue_id)
        before: Entry | None = self.table.whose(order.orderid, venue_id)
        if before:
            before.mistaken = False
        if before and asked:
            before.id_doubted = False
            self.life.seen(before)
            self.end_check.answered(before.orderid)
        if before and before.order.status in FINAL:
            self._hear_of_final(before, order, asked_at, asked)
        unwanted: bool = before is not None and before.sent > 0 and before.is_active and not before.cancel_wanted
        turned_away: int = self.table.turned_away
        self.push(self.table.update(order, venue_id, asked_at))
        if self.table.turned_away and not turned_away:
            self.host.log(_("The venue lists more than {count} live orders, further ones are not shown").format(count=len(self.table.active)), ERROR)
        entry: Entry | None = before or self.table.whose(order.orderid, venue_id)
        if entry:
            if self.table.unsure is entry:
                self.query_status(entry)            # said to be larger than before by what may be older news
            self.settle(entry)
            if unwanted and not asked and entry.order.status is Status.CANCELLED and entry.order.type is OrderType.LIMIT:
                self.end_check.begin(entry)

    def on_fill(self, trade: TradeData, venue_id: str = "") -> bool:
        """A fill, from a push or an answer. False: its order is not known, or taken for dead: ask the venue for it."""
        self.push(self.table.fill(trade, venue_id))
        if self.table.disputed:
            self.fills.on_disputed(False)
        entry: Entry | None = self.table.whose(trade.orderid, venue_id)
        return not (entry and entry.inferred) and not (venue_id and venue_id in self.table.orphan_fills)

    def on_fills(self, orderid: str, trades: list[TradeData], venue_id: str = "") -> None:
        """The answer to ``query_fills`` of one order, complete as far as the venue knows."""
        self.fills.on_answer(orderid, trades, venue_id)

    def on_missing(self, orderid: str, asked_at: float) -> None:
        """The venue does not know an order (asked at a monotonic time)."""
        if self.life.is_witness(orderid):
            self.life.missed(asked_at)
        self.end_check.answered(orderid)
        known: Entry | None = self.table.active.get(orderid)
        was_shown: bool = known is not None and known.order.status is not Status.SUBMITTING
        is_over: bool = known is not None and not self.host.session.tells_of(known)
        for order in self.table.missing(orderid, asked_at, is_over):
            self.host.publish(order)
            entry: Entry | None = self.table.get(orderid)
            acknowledged: bool = entry is not None and entry.acknowledged
            unseen: str = self.host.session.unseen_of_day(entry) if entry and is_over and acknowledged else ""
            self.host.log(*missing_line(orderid, acknowledged, is_over, unseen))
            if entry and acknowledged and not is_over and was_shown and not self.table.is_former(entry):
                self.life.check(lost=True)

    def on_open_orders(self, listed: list[VenueOrder], asked_at: float) -> None:
        """The venue's whole list of open orders, asked for at a monotonic time."""
        result: Reconciliation = reconcile(self.expected(), listed, asked_at)
        for record in result.updates:
            entry: Entry | None = self.table.whose(record.order.orderid, record.venue_id)
            if entry and not entry.is_active and asked_at > entry.final_at:
                self._listed_alive(entry, record.order, asked_at)
            self.on_order(record.order, record.venue_id, asked_at)
        for orderid in result.questions:
            entry = self.table.active.get(orderid)
            if entry:
                self.query_status(entry)
        if not self.host.pause():
            for entry in list(self.table.active.values()):
                if entry.lacks_fills:
                    self.fills.query(entry)            # a push that was lost, or fills from before we came

    def expected(self) -> list[Entry]:
        """Live orders that the venue's list of open orders should show."""
        return self.ids.expected()

    def mark_in_doubt(self, orderid: str, text: str) -> None:
        """The fate of an order is unknown: say so once, and ask until the venue answers."""
        entry: Entry | None = self.table.active.get(orderid)
        if entry is None or entry.acknowledged:
            if entry:
                self.query_status(entry)
            return
        if not entry.doubt:
            self.host.log(_("Order {orderid} in doubt ({text}), asking the venue").format(orderid=orderid, text=text), WARNING)
        self.query_status(entry)

    def mark_all_in_doubt(self) -> int:
        """
        The venue is gone: every live order is in doubt. Returns how many. Final orders that were held
        for their trades go out, for the trades cannot be had any more.
        """
        for entry in list(self.table.final.values()):
            if entry.awaiting_fills:
                self.host.log(_("Order {orderid} is final, its last trades could not be had").format(orderid=entry.orderid), WARNING)
                self.push(self.table.release_final(entry.orderid))
        self.query_all()
        return len(self.table.active)

    def query_all(self) -> None:
        """Ask for every live order, and with new patience for the trades of those that are held for them."""
        for entry in list(self.table.active.values()):
            self.query_status(entry)
        for entry in self.table.final.values():
            if entry.awaiting_fills:
                entry.fill_queries = min(entry.fill_queries, 1)

    @property
    def seen_within(self) -> float:
        """Seconds after its sending from which on every answer of the venue shows an order that it has shown once."""
        return self.ids.seen_within

    # what cannot be

    def believes(self, order: OrderData, venue_id: str, asked: bool) -> bool:
        """Whether what is told of an order can be; what cannot is said, and the venue asked."""
        known: Entry | None = self.table.whose(order.orderid, venue_id)
        reason: str = order_contradiction(order)
        if known:
            if order.orderid not in (known.orderid, known.client_id, venue_id):
                if not is_amended(known.created, known.order.direction, order):
                    self.mistake(known, _("client order id {client_id}, not {expected}").format(client_id=order.orderid, expected=known.client_id))
                    return False
                known.amended = True
            reason = reason or known_contradiction(known.order, known.filled, order)
        elif not reason:
            named: Entry | None = self.table.get(order.orderid)
            if named and not (named.is_active or named.awaiting_fills):
                if named.order.symbol == order.symbol and named.life == self.table.life and is_amended(named.created, named.order.direction, order):
                    self.table.rename(named, venue_id)      # made at the same time under the same name: it is this one, and its id was told wrongly
                    return self.believes(order, venue_id, asked)
                named = None
            if named and named.order.symbol == order.symbol and named.life == self.table.life:
                if not asked:       # its id cannot be another order's while it lives
                    named.id_doubted = True
                    self.disbelieve(named, _("the venue's id {venue_id}, not {expected}").format(venue_id=venue_id, expected=named.venue_id))
                    if named.awaiting_fills and not self.host.pause():
                        self.host.desk.query_order(named)
                    return False
                self.table.rename(named, venue_id)
        if not reason or known and asked and self.insists(known, order):
            return True
        self.disbelieve(known or order, reason)
        return False

    def mistake(self, entry: Entry, reason: str) -> None:
        """News of another order under the venue's id of one that is known: a wrong message, or an id that is used again."""
        entry.mistaken = True
        self.disbelieve(entry, reason)
        self.life.suspect()
        if self.life.is_witness(entry.orderid):
            self.life.missed(self.executor.monotonic(), shown=True)
        else:
            self.life.check(suspect=entry if entry.orderid not in self.venue_ids.tentative and self.host.session.tells_of(entry) else None)

    def doubt(self, orderid: str, reason: str) -> bool:
        """What was told of an order could not be understood: ask. False: it is not known, or over."""
        entry: Entry | None = self.table.active.get(orderid)
        if entry is None:
            return False
        self.disbelieve(entry, reason)
        return True

    def disbelieve(self, about: Entry | OrderData, reason: str) -> None:
        line: str = _("Order {orderid}: what the venue says cannot be ({reason}), asking again").format(orderid=about.orderid, reason=reason)
        if line not in self._contradicted:
            self._contradicted[line] = None
            if len(self._contradicted) > SAID_KEPT:
                del self._contradicted[next(iter(self._contradicted))]
            self.host.log(line, WARNING)
        if isinstance(about, Entry) and about.is_active:
            self.query_status(about)
        else:
            self.host.session.look_again()

    def insists(self, entry: Entry, order: OrderData) -> bool:
        """Whether the venue has answered the same so often that it must be so. What is more than all is never so."""
        if order.volume and order.traded > order.volume * (1.0 + 1e-9) + 1e-9:
            return False
        told = (order.symbol, order.direction, order.status, order.traded, order.volume, order.price)
        now: float = self.executor.monotonic()
        if entry.insisted != told:
            entry.insisted, entry.insistence, entry.insisted_at = told, 0, float("-inf")
        if now >= entry.insisted_at + self.table.rule.spacing:
            entry.insistence += 1
            entry.insisted_at = now
        return entry.insistence >= INSISTED

    def _listed_alive(self, entry: Entry, order: OrderData, asked_at: float) -> None:
        """A list shows a final order alive. Twice, spaced: ask for it; the answer decides."""
        if order.status in FINAL or asked_at < entry.listed_at + self.table.rule.spacing:
            return
        entry.listed_at = asked_at
        entry.listed_alive += 1
        if entry.listed_alive >= LISTED_ALIVE:
            self.host.desk.query_order(entry)       # the answer decides
        else:
            self.host.session.look_again()

    def _hear_of_final(self, entry: Entry, order: OrderData, asked_at: float, asked: bool) -> None:
        """News of an order that is over."""
        if entry.inferred and order.status is not entry.order.status:
            self.host.log(_("Order {orderid} turned up at the venue after all: {status}").format(orderid=entry.orderid, status=order.status.value), ERROR)
        elif entry.order.status is Status.ALLTRADED and not entry.lacks_fills:
            return              # proven by its fills
        elif asked and order.status is not entry.order.status:
            if 0.0 < asked_at <= entry.final_at:
                return              # it was on its way when the end was told
            entry.listed_alive += 1
            if entry.listed_alive < LISTED_ALIVE:
                self.end_check.begin(entry)
                return
            if not entry.awaiting_fills:
                told: str = entry.order.status.value
                if order.status not in FINAL:
                    self.host.log(_("Order {orderid} is alive at the venue, although it was told to be {status}").format(orderid=entry.orderid, status=told), ERROR)
                else:
                    self.host.log(_("Order {orderid} is {is_now} at the venue, although it was told to be {status}").format(
                        orderid=entry.orderid, is_now=order.status.value, status=told,
                    ), ERROR)
            self.table.revive(entry)
        elif asked:
            entry.listed_alive = 0          # the lists are late
        elif order.status in FINAL and order.status is not entry.order.status and not 0.0 < asked_at <= entry.final_at:
            self.end_check.begin(entry)     # one of two ends was told wrongly: the answer decides

    # inside

    def query_status(self, entry: Entry) -> None:
        self.table.mark_in_doubt(entry.orderid, self.executor.monotonic())
        self._plan_queries()

    def _plan_queries(self) -> None:
        doubtful: list[Entry] = self.table.doubtful()
        if doubtful:
            due: float = min(entry.doubt.next_query for entry in doubtful if entry.doubt)
            pause: float = self.host.pause()
            self.executor.call_later(max(due - self.executor.monotonic(), pause, 0.0), "doubts", self._query_doubtful)

    def _query_doubtful(self) -> None:
        now: float = self.executor.monotonic()
        for entry in self.table.doubtful():
            if entry.doubt and entry.doubt.next_query <= now:
                entry.doubt.asked(now)
                try:
                    self.host.desk.query_order(entry)
                except Exception as error:      # must not keep the others from being asked for
                    self.report(_("query of order {orderid}").format(orderid=entry.orderid), error)
        self._plan_queries()

    def settle(self, entry: Entry) -> None:
        """What is left to do for an order whose state was just told."""
        if former := self.table.reused:
            self.table.reused = None
            self.life.check(suspect=former)         # by its own id, for that of the venue is another order's
        awaiting: bool = entry.awaiting_fills
        if awaiting:
            self.fills.fetch(entry)
        if entry.cancel_wanted and entry.is_active and not entry.cancel_in_flight and entry.acknowledged:
            self._cancel_later(entry, at_once=not entry.cancel_tries)
        if not awaiting and entry.lacks_fills and self.capabilities.fills is Fills.LISTED:
            self.fills.fetch(entry)

    def _cancel_order(self, entry: Entry) -> None:
        if entry.cancel_in_flight or not entry.is_active or self.capabilities.cancels_by_venue_id and not entry.venue_id:
            return
        entry.cancel_in_flight = True
        entry.cancel_tries += 1
        try:
            self.host.desk.cancel_order(entry)
        except Exception as error:
            self.on_cancel_outcome(entry.orderid, Outcome.UNKNOWN, "", f"{type(error).__name__}: {error}")

    def _cancel_later(self, entry: Entry, at_once: bool = False) -> None:
        if at_once:
            self._cancel_order(entry)
            return
        delay: float = min(CANCEL_RETRY * 2 ** min(entry.cancel_tries, 6), CANCEL_RETRY_LONGEST)
        self.executor.reschedule_earlier(
            max(delay, self.host.pause()), f"cancel {entry.orderid}", lambda: self._cancel_order(entry)
        )

    def push(self, pushes: list[Push]) -> None:
        for item in pushes:
            try:
                self.host.publish(item)
            except Exception as error:          # the trades and orders behind it go out all the same
                self.report("push", error)

    def report(self, what: str, error: Exception) -> None:
        self.host.log(_("Failed: {what}: {kind}: {error}").format(what=what, kind=type(error).__name__, error=error), ERROR)
