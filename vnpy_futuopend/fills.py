"""Fills of real accounts: pushed, and listed (section 2.18). SerialExecutor thread only."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from functools import partial
from logging import ERROR
from typing import Any
from zoneinfo import ZoneInfo

from vnpy.trader.object import ContractData, TradeData

from rest_locale import N_, _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply
from vnpy_restgateway.net.validate import short
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.polled.derived_fills import DerivedFills
from vnpy_restgateway.polled.health import ConnectionHealth
from vnpy_restgateway.polled.poller import Poller
from vnpy_restgateway.polled.ranked_rest import Rank

from .calls import fills_call
from .endpoints import FILLS
from .enums import BY_EXCHANGE
from .limits import SlidingWindow
from .outcomes import read_error
from .parse import Fill, parse_fill
from .rest import FutuRest
from .timings import Timings

GATHER: float = 0.05            # s in which questions for fills of several orders become one
IDS_KEPT: int = 20_000
PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError)


class MarketFills(DerivedFills):
    """Made of what orders have traded more than before, at the time of their market."""

    def deliver(self, record: VenueOrder, price: float, moment: datetime | None) -> None:
        zone: ZoneInfo = ZoneInfo(BY_EXCHANGE[record.order.exchange].zone)
        super().deliver(record, price, moment.astimezone(zone) if moment else None)


class FillLists:
    """
    :param headers: of the accounts' markets
    :param contract_of: the contract of a row; None while it is asked for
    :param window: how often the gateway may be told to ask Futu
    """

    def __init__(
        self, host: Host, rest: FutuRest, headers: Callable[[], list[dict[str, int]]], contract_of: Callable[[Any], ContractData | None],
        timings: Timings, link: ConnectionHealth, window: SlidingWindow,
    ) -> None:
        self.host: Host = host
        self.rest: FutuRest = rest
        self.headers: Callable[[], list[dict[str, int]]] = headers
        self.contract_of: Callable[[Any], ContractData | None] = contract_of
        self.window: SlidingWindow = window
        self.wanted: dict[str, Entry] = {}                      # orders whose fills are missing, until the next question
        self.text_ids: OrderedDict[str, str] = OrderedDict()    # order_id_ex -> order_id: a fill may have the first only
        self.poller: Poller = Poller(
            host, rest, "fills", lambda: fills_call(headers()), lambda: timings.fills_interval, self._on_list, read_error, link,
        )

    def soon(self) -> None:
        """Ask in a moment."""
        self.poller.soon()

    def learn(self, text_id: Any, venue_id: str) -> None:
        """Both ids of an order."""
        if type(text_id) is str and text_id:
            self.text_ids[text_id] = venue_id
            if len(self.text_ids) > IDS_KEPT:
                self.text_ids.popitem(last=False)

    def on_row(self, d: Any) -> bool:
        """A fill; it is delivered once. False: its order is not known, the lists are to be asked. Raises what makes it unreadable."""
        fill: Fill | None = self._read(d)
        return fill is None or self.host.flow.on_fill(fill.trade, fill.venue_id)

    def query(self, entry: Entry) -> None:
        """The fills of an order are missing."""
        self.wanted[entry.orderid] = entry
        self.host.executor.reschedule_earlier(GATHER, "missing fills", self._query)

    def _query(self) -> None:
        wanted, self.wanted = self.wanted, {}
        headers: list[dict[str, int]] = self.headers()
        refresh: bool = self.window.take(self.host.monotonic(), len(headers))
        self.rest.call(*fills_call(headers, refresh), partial(self._on_answer, list(wanted.values())), lane="order", rank=Rank.QUESTION)

    def _on_answer(self, wanted: list[Entry], reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        if reply is None or error is not None or read_error(reply) is not None:
            refused = read_error(reply) if reply is not None and error is None else None
            self.host.log_once(FILLS, _("Query of fills failed: {reason}").format(reason=refused[1] if refused else error))
            return
        found: list[Fill] = []
        self.host.each(reply.data or [], lambda d: self._collect(d, found), N_("trade"))
        by_order: dict[str, list[TradeData]] = {}
        for fill in found:
            by_order.setdefault(fill.venue_id, []).append(fill.trade)
        for entry in wanted:
            self.host.flow.on_fills(entry.orderid, by_order.pop(entry.venue_id, []), entry.venue_id)
        for venue_id, trades in by_order.items():
            for trade in trades:
                self.host.flow.on_fill(trade, venue_id)

    def _on_list(self, reply: Reply, asked_at: float) -> None:
        self.host.each(reply.data or [], self.on_row, N_("trade"))
        self.host.log_first(_("Trade data received"))

    def _collect(self, d: Any, found: list[Fill]) -> None:
        fill: Fill | None = self._read(d)
        if fill is not None:
            found.append(fill)

    def _read(self, d: Any) -> Fill | None:
        contract: ContractData | None = self.contract_of(d)
        if contract is None:
            return None
        order_id: Any = d.get("order_id")
        if not order_id and type(d.get("order_id_ex")) is str and d["order_id_ex"] in self.text_ids:
            order_id = int(self.text_ids[d["order_id_ex"]])
        zone: ZoneInfo = ZoneInfo(BY_EXCHANGE[contract.exchange].zone)
        fill: Fill = parse_fill(d, contract, zone, order_id, self.host.gateway_name)
        if fill.valid:
            return fill
        self.host.log_once(
            f"fill {fill.trade.tradeid}", _("Fill {tradeid} of order {order} was cancelled or changed by the exchange (status {status}): look at the positions").format(tradeid=fill.trade.tradeid, order=fill.venue_id, status=short(d.get('status'))), ERROR
        )
        self.host.flow.venue_ids.look(fill.venue_id)
        return None
