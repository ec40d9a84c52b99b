"""
One life of a venue: from one loss of its state to the next.

A venue that starts anew (a test network that is wiped, another database behind the same address) counts its order and
execution ids from the beginning. What is remembered of ids belongs to one life; a new one is noticed by an order that
the venue must know and does not know any more, asked for again and again, spaced.
"""

from logging import ERROR

from vnpy.trader.constant import Status

from rest_locale import _

from ..venue import Flow
from .table import Entry

MISSES: int = 3                 # answers without the order that is asked for, spaced as the doubt rule says
QUESTIONS: int = 10             # without an answer, before the next occasion is waited for
PATIENCE: float = 3.0           # s until an unanswered question is asked again


class LifeWatch:
    """Asks, after every reconnect and now and then, for an order that the venue has shown. SerialExecutor thread only."""

    def __init__(self, flow: Flow) -> None:
        self.flow: Flow = flow
        self._witness: Entry | None = None
        self._misses: int = 0
        self._asked: int = 0
        self._missed_at: float = float("-inf")
        self._suspected_at: float = float("inf")        # an id of the venue has meant another order since, monotonic s

    def suspect(self) -> None:
        """An id of the venue means another order than the one we know by it: it may have begun anew, before now."""
        self._suspected_at = min(self._suspected_at, self.flow.executor.monotonic())

    def disconnected(self) -> None:
        """The venue cannot be heard: whatever is told from now on may be of a new life."""
        self.flow.table.mark_life()

    def check(self, lost: bool = False, suspect: Entry | None = None) -> None:
        """
        Ask for the newest order that the venue has shown in this life. ``lost``: one is gone already, and when there is no
        other to ask for, that is enough. ``suspect``: the order to ask for, as the venue has given its id to another.
        """
        if suspect is not None and suspect.life != self.flow.table.life:
            suspect = None          # of a life before: that it is gone says nothing of this one
        witness: Entry | None = self._witness
        other: bool = suspect is not None and suspect.acknowledged and suspect is not witness
        if witness and (self._misses or not other) and witness.life == self.flow.table.life and self.flow.host.session.tells_of(witness):
            return              # asked for already
        witness, wait = (suspect, 0.0) if suspect and suspect.acknowledged else self._newest()
        if witness is None and wait and not lost:
            self.flow.executor.reschedule_earlier(wait, "life", self.check)
        if witness is None and lost:
            self.begin()
        if witness is None or self.flow.host.pause():
            return
        self._witness, self._misses, self._missed_at, self._asked = witness, 0, float("-inf"), 0
        self._ask()

    @property
    def witness(self) -> Entry | None:
        """The order that is asked for."""
        return self._witness

    def is_witness(self, orderid: str) -> bool:
        """Whether this is the order that was asked for."""
        return self._witness is not None and self._witness.orderid == orderid

    def seen(self, entry: Entry) -> None:
        """The venue knows this order: if it is the one that was asked for, nothing has changed."""
        if entry is self._witness:
            self._witness = None
            if entry.identified_at < self._suspected_at:
                self._suspected_at = float("inf")
            self.flow.executor.timers.drop("life")
            self.flow.table.mark_life()

    def missed(self, asked_at: float, shown: bool = False) -> None:
        """The venue does not know it (asked at a monotonic time). ``shown``: it shows another order under its id."""
        witness: Entry | None = self._witness
        spacing: float = self.flow.table.rule.spacing
        if witness is None:
            return
        if asked_at >= self._missed_at + spacing and (shown or self._young(witness) <= 0.0):
            self._misses += 1
            self._missed_at = asked_at
        if self._misses < MISSES:
            self.flow.executor.call_later(spacing, "life", self._ask)
            return
        self._witness = None
        if witness.life == self.flow.table.life:
            self.begin(witness)

    def begin(self, gone: Entry | None = None) -> None:
        """The venue begins anew. ``gone``: the order that it does not know any more, or whose id it has given to another."""
        flow = self.flow
        flow.host.log(
            _(
                "The venue has lost its state and begins anew: the orders and fills of today are asked for again, what its ids meant before is "
                "forgotten"
            ), ERROR
        )
        flow.table.begin_life(gone, self._suspected_at)
        self._suspected_at = float("inf")
        flow.query_all()
        flow.host.session.on_new_life()

    def _ask(self) -> None:
        witness: Entry | None = self._witness
        self._asked += 1
        if witness is None or self._asked > QUESTIONS or not self.flow.host.session.tells_of(witness):
            self._witness = None
            return
        self.flow.executor.call_later(max(PATIENCE, self.flow.host.pause()), "life", self._ask)
        self.flow.host.desk.query_order(witness)

    def _newest(self) -> tuple[Entry | None, float]:
        """
        The order to ask for: of this life, shown by the venue long enough ago, and not concluded to be gone. Without one,
        the seconds until there is one, or 0.
        """
        table = self.flow.table
        wait: float = 0.0
        for entries in (table.final, table.active):
            for entry in reversed(entries.values()):
                if (
                    entry.acknowledged and entry.venue_id and not entry.inferred and not table.is_former(entry)
                    and entry.order.status is not Status.SUBMITTING and not entry.amended and self.flow.host.session.tells_of(entry)
                ):
                    young: float = self._young(entry)
                    if young <= 0.0:
                        return entry, 0.0
                    wait = young
        return None, wait

    def _young(self, entry: Entry) -> float:
        """Seconds until an answer without this order means something."""
        return entry.sent + self.flow.seen_within - self.flow.executor.monotonic() if entry.sent else 0.0
