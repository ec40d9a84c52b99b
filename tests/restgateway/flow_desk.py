"""A venue and a writer for OrderFlow, on one clock that the test turns by hand."""

from collections.abc import Callable
from logging import INFO
from types import SimpleNamespace
from typing import Any

import pytest
from order_makers import make_order
from vnpy.trader.constant import Status
from vnpy.trader.object import TradeData

from vnpy_restgateway.capabilities import Capabilities, Correlation, Fills
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.orders.table import Entry, Push
from vnpy_restgateway.schedule import Timers

VENUE_IDS = Capabilities(Correlation.VENUE_ID, Fills.LISTED, cancels_by_venue_id=True, cancels_are_final=False)
RULE = NotFoundPolicy(bound=15.0, spacing=2.0, misses=3)


class Desk:
    """The venue as the flow sees it, and the writer, on one hand-turned clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now: float = 1_000.0
        self.timers: Timers = Timers()
        self.sent: list[str] = []
        self.cancels: list[str] = []
        self.queries: list[tuple[str, float]] = []
        self.fill_queries: list[str] = []
        self.pushes: list[str] = []
        self.logs: list[str] = []
        self.waiting: float = 0.0
        self.looks: int = 0
        self.untold: set[str] = set()           # orders of which the venue does not tell any more
        self.lives: int = 0
        self.broken: Exception | None = None
        self.answer: Callable[[str, float], None] | None = None     # to query_order
        self.answer_fills: Callable[[str], None] | None = None
        self.flow: OrderFlow = OrderFlow(self, self, RULE)          # type: ignore[arg-type]

    # the executor

    def monotonic(self) -> float:
        return self.now

    def call_later(self, seconds: float, name: str, call: Callable[[], None]) -> None:
        self.timers.at(self.now + seconds, name, call)

    def reschedule_earlier(self, seconds: float, name: str, call: Callable[[], None]) -> None:
        self.timers.at_earliest(self.now + seconds, name, call)

    def wait(self, seconds: float) -> None:
        """Turn the clock on and run what is due on the way."""
        until = self.now + seconds
        while (due := self.timers.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            for call in self.timers.pop_due(self.now):
                call()
        self.now = until

    # the venue

    @property
    def session(self) -> "Desk":
        return self

    @property
    def desk(self) -> "Desk":
        return self

    def unseen_of_day(self, entry: Entry) -> str:
        return ""

    def tells_of(self, entry: Entry) -> bool:
        return entry.orderid not in self.untold

    def place(self, entry: Entry) -> None:
        self.sent.append(entry.orderid)
        if self.broken:
            raise self.broken

    def cancel_order(self, entry: Entry) -> None:
        self.cancels.append(entry.orderid)
        if self.broken:
            raise self.broken

    def query_order(self, entry: Entry) -> None:
        self.queries.append((entry.orderid, self.now))
        if self.answer:
            self.answer(entry.orderid, self.now)

    def query_fills(self, entry: Entry) -> None:
        self.fill_queries.append(entry.orderid)
        if self.answer_fills:
            self.answer_fills(entry.orderid)

    def publish(self, item: Push) -> None:
        self.pushes.append(item.tradeid if isinstance(item, TradeData) else f"{item.status.name} {item.traded:g}")

    def log(self, msg: str, level: int = INFO) -> None:
        self.logs.append(msg)

    def look_again(self) -> None:
        self.looks += 1

    def on_new_life(self) -> None:
        self.lives += 1

    keeper: Any = SimpleNamespace(measured_at=float("inf"))      # the venue's clock is known

    def pause(self) -> float:
        return self.waiting

    # shorthands

    def submit(self, orderid: str = "o1") -> None:
        self.flow.submit(make_order(orderid))

    def told(self, status: Status, traded: float = 0.0, orderid: str = "o1", venue_id: str = "1") -> None:
        self.flow.on_order(make_order(orderid, status, traded), venue_id)

    def live(self, orderid: str = "o1") -> None:
        self.submit(orderid)
        self.told(Status.NOTTRADED, orderid=orderid)

    def said(self, *words: str) -> bool:
        return any(all(word in line for word in words) for line in self.logs)
