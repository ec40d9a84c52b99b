"""What we believe x what the venue says -> what to push and what to ask. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from vnpy.trader.object import OrderData

from .table import Entry


class VenueOrder(NamedTuple):
    """An order as the venue lists it. ``venue_id`` is the venue's own order id."""

    order: OrderData
    venue_id: str


class Reconciliation(NamedTuple):
    """``updates`` are to be applied to the table, ``questions`` are our live orders the venue does not list."""

    updates: list[VenueOrder]
    questions: list[str]


def reconcile(active: Iterable[Entry], listed: Iterable[VenueOrder], asked_at: float) -> Reconciliation:
    """
    Compare our live orders with the venue's list of open ones.

    ``asked_at`` (monotonic seconds) is when the list was asked for: an order sent later than that
    cannot be expected on it. An order of ours that is missing is never concluded from the list;
    it is asked for by itself.
    """
    updates: list[VenueOrder] = list(listed)
    live: list[Entry] = list(active)
    ours: set[str] = {entry.orderid for entry in live}
    ids: set[str] = {record.order.orderid for record in updates}
    # the id of a row that names another order of ours is that one's by now
    venue_ids: set[str] = {record.venue_id for record in updates if record.venue_id and record.order.orderid not in ours}
    questions: list[str] = [
        entry.orderid for entry in live
        if entry.orderid not in ids and entry.venue_id not in venue_ids and entry.sent < asked_at
    ]
    return Reconciliation(updates, questions)
