"""A venue that tells its orders by one list only: what each look means for every order. SerialExecutor thread only."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from rest_locale import N_, _

from ..capabilities import Correlation
from ..host import Host
from ..orders.reconcile import VenueOrder
from ..orders.table import Entry
from .derived_fills import DerivedFills, Tidy


class ListedOrder(NamedTuple):
    """An order as a row tells it; ``turnover``: what its traded volume has come to."""

    record: VenueOrder
    turnover: float


class OrderList:
    """
    All of today's orders, live and final.

    :param read: a row as an order; None: it is not to be shown. Its ``orderid`` is ours where the row shows it; where the venue
        knows its own ids only (``Correlation.VENUE_ID``) it is the venue's, and what the row shows of ours is the ``reference``
    :param missing: what an order means that was asked for, at a monotonic time, and is not there; by default ``OrderFlow.on_missing``
    """

    def __init__(
        self, host: Host, read: Callable[[Any], ListedOrder | None], missing: Callable[[Entry, float], None] | None = None,
        tidy: Tidy | None = None,
    ) -> None:
        self.host: Host = host
        self.read: Callable[[Any], ListedOrder | None] = read
        self.missing: Callable[[Entry, float], None] = missing or (lambda entry, asked_at: host.flow.on_missing(entry.orderid, asked_at))
        self.fills: DerivedFills = DerivedFills(host.flow, host.now, tidy) if tidy else DerivedFills(host.flow, host.now)

    def take(self, rows: list[Any], asked_at: float, about: Sequence[Entry] = (), concludes: bool = True) -> None:
        """
        The whole list, asked for at a monotonic time; ``about``: the orders it was asked for, if for any. Only of a list that could
        be read to its end an order that is missing means something. ``concludes`` False: not of this one, the venue has begun to
        fill it anew.
        """
        found: list[VenueOrder] = []

        def handle(row: Any) -> None:
            listed: ListedOrder | None = self.read(row)
            if listed is None:
                return
            found.append(listed.record)
            self.fills.told(*listed)

        whole: bool = self.host.each(rows, handle, N_("order")) == len(rows)
        flow = self.host.flow
        by_name: dict[str, Entry] = {name: entry for entry in about for name in (entry.client_id, entry.orderid)}
        by_id: dict[str, Entry] = {entry.venue_id: entry for entry in about if entry.venue_id}
        there: set[str] = set()
        by_venue_id: bool = flow.capabilities.correlation is Correlation.VENUE_ID
        for record in found:
            meant = [entry for entry in (by_id.get(record.venue_id), by_name.get(record.order.orderid)) if entry and self._is(record, entry)]
            there.update(entry.orderid for entry in meant)
            if meant or not (by_venue_id and whole):
                self.host.guard(partial(flow.on_order, record.order, record.venue_id, asked_at, bool(meant)))
        if not whole:
            return
        for entry in about:
            if entry.orderid not in there:
                flow.end_check.answered(entry.orderid)
        if by_venue_id:
            looked_for: list[Entry] = flow.venue_ids.looked_for() if concludes else []
            flow.venue_ids.on_candidates(found, [entry.orderid for entry in looked_for], asked_at)
        elif concludes:
            for entry in about:
                if entry.orderid not in there:
                    self.missing(entry, asked_at)
        if not about:
            flow.on_open_orders([record for record in found if record.order.is_active()], asked_at)
            self.host.log_first(_("Order data received"))

    @staticmethod
    def _is(record: VenueOrder, entry: Entry) -> bool:
        named: bool = record.order.orderid in (entry.client_id, entry.orderid)
        if entry.venue_id:
            # an id can be used again: by a venue that has begun anew, or on another day
            return record.venue_id == entry.venue_id and (named or record.order.orderid == record.venue_id)
        return named
