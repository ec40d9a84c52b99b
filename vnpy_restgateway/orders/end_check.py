"""Whether an order has ended that nobody here wanted to end: one word may be wrong, two are not. SerialExecutor thread only."""

from functools import partial

from ..venue import Flow
from .table import Entry

TRIES: int = 12                 # questions without an answer before nobody asks any more
MOST: int = 100                 # orders that are asked for at a time
LONGEST: float = 30.0           # s between two of them


class EndCheck:
    """Asks once for the order, and again while no answer comes."""

    def __init__(self, flow: Flow) -> None:
        self.flow: Flow = flow
        self._left: dict[str, int] = {}         # vn.py order id -> questions that are left

    def begin(self, entry: Entry) -> None:
        """The venue has said something of the end of an order: ask, soon, unless it is asked already."""
        if entry.orderid in self._left:
            return
        if len(self._left) >= MOST:
            self.flow.host.session.look_again()         # a list in which every end is another one
            return
        self._left[entry.orderid] = TRIES
        self._later(entry, self.flow.table.rule.spacing)

    def answered(self, orderid: str) -> None:
        """The venue has answered for the order."""
        if self._left.pop(orderid, None) is not None:
            self.flow.executor.timers.drop(f"verify {orderid}")

    def _later(self, entry: Entry, seconds: float) -> None:
        self.flow.executor.call_later(max(seconds, self.flow.host.pause()), f"verify {entry.orderid}", partial(self._ask, entry, seconds))

    def _ask(self, entry: Entry, waited: float) -> None:
        left: int = self._left.pop(entry.orderid, 0)
        if not left or entry.is_active or entry.inferred:
            return
        if left > 1:
            self._left[entry.orderid] = left - 1
            self._later(entry, min(2.0 * waited, LONGEST))
        if not self.flow.host.pause():
            self.flow.host.desk.query_order(entry)
