"""A venue that tells its orders by one list only: what each look means for every order. SerialExecutor thread only."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..host import Host
from ..orders.reconcile import VenueOrder
from ..orders.table import Entry
from .derived_fills import DerivedFills


class ListedOrder(NamedTuple):
    """An order as a row tells it; ``turnover``: what its traded volume has come to."""

    record: VenueOrder
    turnover: float


class OrderList:
    """
    All of today's orders, live and final.

    :param read: a row as an order, whose ``orderid`` is ours where the row shows it; None: it is not to be shown
    :param missing: what an order means that was asked for, at a monotonic time, and is not there; by default ``OrderFlow.on_missing``
    """

    def __init__(
        self, host: Host, read: Callable[[Any], ListedOrder | None], missing: Callable[[Entry, float], None] | None = None,
    ) -> None:
        self.host: Host = host
        self.read: Callable[[Any], ListedOrder | None] = read
        self.missing: Callable[[Entry, float], None] = missing or (lambda entry, asked_at: host.flow.on_missing(entry.orderid, asked_at))
        self.fills: DerivedFills = DerivedFills(host.flow)

    def take(self, rows: list[Any], asked_at: float, about: Entry | None = None) -> None:
        """
        The whole list, asked for at a monotonic time; ``about``: the order it was asked for. Only of a list that could be read to
        its end an order that is missing means something.
        """
        alive: list[VenueOrder] = []
        found: list[ListedOrder] = []

        def handle(row: Any) -> None:
            listed: ListedOrder | None = self.read(row)
            if listed is None:
                return
            found.append(listed)
            self._tell(listed, asked_at, about is not None and self._is(listed.record, about))
            if listed.record.order.is_active():
                alive.append(listed.record)

        whole: bool = self.host.each(rows, handle, "order") == len(rows)
        if not whole:
            return
        if about is not None:
            if not any(self._is(listed.record, about) for listed in found):
                self.missing(about, asked_at)
            return
        self.host.flow.on_open_orders(alive, asked_at)
        self.host.log_first("Order data received")

    @staticmethod
    def _is(record: VenueOrder, entry: Entry) -> bool:
        named: bool = record.order.orderid in (entry.client_id, entry.orderid)
        if entry.venue_id:
            # an id can be used again: by a venue that has begun anew, or on another day
            return record.venue_id == entry.venue_id and (named or record.order.orderid == record.venue_id)
        return named

    def _tell(self, listed: ListedOrder, asked_at: float, asked: bool) -> None:
        record, turnover = listed
        flow = self.host.flow
        if not flow.believes(record.order, record.venue_id, asked):
            return
        if self.fills.has_grown(record):
            self.fills.deliver(record, self.fills.price_of(record, turnover), self.host.now())
        self.fills.keep(record, turnover)
        flow.on_order(record.order, record.venue_id, asked_at, asked)
