"""
The life of an order from send_order to its last fill, for any venue. Writer thread only.

Refused is proven, everything else is unknown: an order is pushed as REJECTED only when it
provably never left or the venue refused it by a code on its allow-list. An unknown outcome
leaves it SUBMITTING and in doubt; the venue is asked until it answers, and nothing is ever
sent again under a new id.
"""

from logging import ERROR, INFO, WARNING
from time import monotonic
from typing import Protocol

from vnpy.trader.object import OrderData, TradeData

from .doubt import DoubtRule
from .orders import Entry, OrderTable, Push
from .outcome import NotSent, Outcome, describe
from .reconcile import Reconciliation, VenueOrder, reconcile
from .writer import Writer

CANCEL_RETRY: float = 0.5           # seconds between cancels of an order that the venue still shows alive
CANCEL_RETRY_LONGEST: float = 5.0
FILL_QUERIES: int = 5               # answers without the missing fills before the final order goes out all the same


class Venue(Protocol):
    """What the flow asks of a gateway. None of these may block or raise for network reasons."""

    def place(self, entry: Entry) -> None:
        """Send the order; the outcome comes back through ``OrderFlow.on_outcome``."""

    def withdraw(self, entry: Entry) -> None:
        """Send the cancel; the outcome comes back through ``OrderFlow.on_cancel_outcome``."""

    def query_order(self, entry: Entry) -> None:
        """Ask for one order: ``on_order``, ``on_missing``, or nothing when the answer failed."""

    def query_fills(self, entry: Entry) -> None:
        """Ask for the fills of one order: ``on_fills``."""

    def push(self, item: Push) -> None:
        """Hand an OrderData or TradeData to the event engine."""

    def log(self, msg: str, level: int = INFO) -> None:
        """One log line."""

    def pause(self) -> float:
        """Seconds the venue wants to be left alone (Retry-After), 0 if it does not."""


class OrderFlow:
    """Decides what an outcome, an answer or a push means, and what to do next."""

    fill_queries: int = FILL_QUERIES
    needs_venue_id: bool = False    # the venue cancels by its own id only: a cancel waits until that is known

    def __init__(self, venue: Venue, writer: Writer, rule: DoubtRule) -> None:
        self.venue: Venue = venue
        self.writer: Writer = writer
        self.table: OrderTable = OrderTable(rule)

    # from the user

    def submit(self, order: OrderData) -> None:
        """A checked order of ours: push SUBMITTING, send it."""
        entry: Entry = self.table.submit(order, monotonic())
        try:
            self.venue.push(order)
        except Exception as error:
            self._report("push", error)     # what a listener does must not keep the order from being sent
        self.send(entry)

    def send(self, entry: Entry) -> None:
        """Hand an order to the venue, the first time or once more; whatever that raises settles it."""
        try:
            self.venue.place(entry)
        except NotSent as error:
            self.on_outcome(entry.orderid, Outcome.NOT_SENT, "", describe(error))
        except Exception as error:
            # unless it waits in line, it cannot be told how far the request came
            outcome: Outcome = Outcome.NOT_SENT if entry.waits else Outcome.UNKNOWN
            self.on_outcome(entry.orderid, outcome, "", f"{type(error).__name__}: {error}")

    def cancel(self, orderid: str) -> None:
        """The user wants an order gone. Parked while the venue cannot know it yet."""
        entry: Entry | None = self.table.want_cancel(orderid)
        if entry is None:
            known: Entry | None = self.table.get(orderid)
            if known is None:
                self.venue.log(f"Cancel not sent, order not known: {orderid}", WARNING)
            else:
                self.venue.log(f"Cancel not sent, order {orderid} is final: {known.order.status.value}")
            return
        if entry.waits:
            self.on_outcome(orderid, Outcome.NOT_SENT, "", "cancelled")
        elif entry.acknowledged or entry.doubt:
            self._withdraw(entry)

    # outcomes of our commands

    def on_outcome(self, orderid: str, outcome: Outcome, code: object = "", text: str = "") -> None:
        """What became of a new order."""
        entry: Entry | None = self.table.get(orderid)
        if entry is None:
            return
        if outcome is Outcome.ACCEPTED:
            self.table.accept(orderid, "")
            self._settle(entry)
        elif outcome is Outcome.UNKNOWN:
            self.question(orderid, text)
        elif entry.acknowledged:
            self.venue.log(f"Order {orderid} is alive although its sending failed ({text})", WARNING)
        elif outcome is Outcome.NOT_SENT and entry.cancel_wanted:
            self.venue.log(f"Order {orderid} cancelled before it was sent")
            self._push(self.table.recall(orderid))
        else:
            if outcome is Outcome.NOT_SENT:
                self.venue.log(f"Order rejected, not sent: {text}", ERROR)
            else:
                self.venue.log(f"Order rejected, code: {code}, message: {text}", ERROR)
            self._push(self.table.refuse(orderid))

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
        if not entry.is_active or outcome is Outcome.ACCEPTED:
            return
        if outcome is Outcome.NOT_SENT:
            self.venue.log(f"Cancel of {orderid} not sent, trying again: {text}", WARNING)
            self._withdraw_later(entry)
        elif outcome is Outcome.UNKNOWN:
            self.venue.log(f"Cancel of {orderid} unanswered ({text}), asking the venue", WARNING)
            self._ask(entry)
        elif unknown_order:
            self._ask(entry)
        else:
            entry.cancel_wanted = False
            self.venue.log(f"Cancel rejected, code: {code}, message: {text}", ERROR)

    # what the venue says

    def on_order(self, order: OrderData, venue_id: str = "", asked_at: float = 0.0) -> None:
        """An order's state: from a push, or from an answer to what was asked at a monotonic time."""
        before: Entry | None = self.table.get(order.orderid)
        if before and before.presumed and before.order.status is not order.status:
            self.venue.log(f"Order {order.orderid} turned up at the venue after all: {order.status.value}", WARNING)
        turned_away: int = self.table.turned_away
        self._push(self.table.update(order, venue_id, asked_at))
        if self.table.turned_away and not turned_away:
            self.venue.log(f"The venue lists more than {len(self.table.active)} live orders, further ones are not shown", ERROR)
        entry: Entry | None = self.table.get(order.orderid) or self.table.find(venue_id)
        if entry:
            if self.table.unsure is entry:
                self._ask(entry)            # said to be larger than before by what may be older news
            self._settle(entry)

    def on_fill(self, trade: TradeData, venue_id: str = "") -> bool:
        """A fill, from a push or an answer. False: its order is not known, or taken for dead: ask the venue for it."""
        self._push(self.table.fill(trade, venue_id))
        entry: Entry | None = self.table.get(trade.orderid) or self.table.find(venue_id)
        return not (entry and entry.presumed) and not (venue_id and venue_id in self.table.parked_trades)

    def on_fills(self, orderid: str, trades: list[TradeData], venue_id: str = "") -> None:
        """The answer to ``query_fills`` of one order, complete as far as the venue knows."""
        for trade in trades:
            self.on_fill(trade, venue_id)
        entry: Entry | None = self.table.get(orderid)
        if entry and entry.held:
            entry.fill_queries += 1
            if entry.fill_queries >= self.fill_queries:
                self.venue.log(
                    f"Order {orderid} traded {entry.order.traded:g}, but the venue lists fills of {entry.filled:g} only",
                    WARNING,
                )
                self._push(self.table.release(orderid))

    def on_missing(self, orderid: str, asked_at: float) -> None:
        """The venue does not know an order (asked at a monotonic time)."""
        for order in self.table.missing(orderid, asked_at):
            self.venue.push(order)
            entry: Entry | None = self.table.get(orderid)
            if entry and entry.acknowledged:
                self.venue.log(f"Order {orderid} is gone from the venue, which has lost its state; taken as cancelled", ERROR)
            else:
                self.venue.log(f"Order {orderid} never reached the venue; taken as rejected", ERROR)

    def on_open_orders(self, listed: list[VenueOrder], asked_at: float) -> None:
        """The venue's whole list of open orders, asked for at a monotonic time."""
        result: Reconciliation = reconcile(self.expected(), listed, asked_at)
        for record in result.updates:
            self.on_order(record.order, record.venue_id, asked_at)
        for orderid in result.questions:
            entry: Entry | None = self.table.active.get(orderid)
            if entry:
                self._ask(entry)
        if not self.venue.pause():
            for entry in list(self.table.active.values()):
                if entry.lacks_fills:
                    self._query_fills(entry)            # a push that was lost, or fills from before we came

    def expected(self) -> list[Entry]:
        """Live orders that the venue's list of open orders should show."""
        return list(self.table.active.values())

    def question(self, orderid: str, text: str) -> None:
        """The fate of an order is unknown: say so once, and ask until the venue answers."""
        entry: Entry | None = self.table.active.get(orderid)
        if entry is None or entry.acknowledged:
            if entry:
                self._ask(entry)
            return
        if not entry.doubt:
            self.venue.log(f"Order {orderid} in doubt ({text}), asking the venue", WARNING)
        self._ask(entry)

    def question_all(self) -> int:
        """
        The venue is gone: every live order is in doubt. Returns how many. Final orders that were held
        for their trades go out, for the trades cannot be had any more.
        """
        for entry in list(self.table.final.values()):
            if entry.held:
                self.venue.log(f"Order {entry.orderid} is final, its last trades could not be had", WARNING)
                self._push(self.table.release(entry.orderid))
        for entry in list(self.table.active.values()):
            self._ask(entry)
        return len(self.table.active)

    # inside

    def _ask(self, entry: Entry) -> None:
        self.table.question(entry.orderid, monotonic())
        self._plan_questions()

    def _plan_questions(self) -> None:
        doubtful: list[Entry] = self.table.doubtful()
        if doubtful:
            due: float = min(entry.doubt.next_query for entry in doubtful if entry.doubt)
            pause: float = self.venue.pause()
            self.writer.later(max(due - monotonic(), pause, 0.0), "doubts", self._ask_questions)

    def _ask_questions(self) -> None:
        now: float = monotonic()
        for entry in self.table.doubtful():
            if entry.doubt and entry.doubt.next_query <= now:
                entry.doubt.asked(now)
                try:
                    self.venue.query_order(entry)
                except Exception as error:      # must not keep the others from being asked for
                    self._report(f"query of order {entry.orderid}", error)
        self._plan_questions()

    def _settle(self, entry: Entry) -> None:
        """What is left to do for an order whose state was just told."""
        if entry.held:
            self._fetch_fills(entry)
        if entry.cancel_wanted and entry.is_active and not entry.cancel_in_flight and entry.acknowledged:
            self._withdraw_later(entry, at_once=not entry.cancel_tries)

    def _query_fills(self, entry: Entry) -> None:
        try:
            self.venue.query_fills(entry)
        except Exception as error:          # asked again by the timer that is set next
            self._report(f"query of the fills of {entry.orderid}", error)

    def _fetch_fills(self, entry: Entry) -> None:
        orderid: str = entry.orderid
        if not entry.held:
            return
        if not self.venue.pause():
            self._query_fills(entry)
        delay: float = max(0.2 * 2 ** min(entry.fill_queries, 5), self.venue.pause())
        self.writer.later(delay, f"fills {orderid}", lambda: self._fetch_fills(entry))

    def _withdraw(self, entry: Entry) -> None:
        if entry.cancel_in_flight or not entry.is_active or self.needs_venue_id and not entry.venue_id:
            return
        entry.cancel_in_flight = True
        entry.cancel_tries += 1
        try:
            self.venue.withdraw(entry)
        except Exception as error:
            self.on_cancel_outcome(entry.orderid, Outcome.UNKNOWN, "", f"{type(error).__name__}: {error}")

    def _withdraw_later(self, entry: Entry, at_once: bool = False) -> None:
        if at_once:
            self._withdraw(entry)
            return
        delay: float = min(CANCEL_RETRY * 2 ** min(entry.cancel_tries, 6), CANCEL_RETRY_LONGEST)
        self.writer.sooner(
            max(delay, self.venue.pause()), f"cancel {entry.orderid}", lambda: self._withdraw(entry)
        )

    def _push(self, pushes: list[Push]) -> None:
        for item in pushes:
            try:
                self.venue.push(item)
            except Exception as error:          # the trades and orders behind it go out all the same
                self._report("push", error)

    def _report(self, what: str, error: Exception) -> None:
        self.venue.log(f"Failed: {what}: {type(error).__name__}: {error}", ERROR)
