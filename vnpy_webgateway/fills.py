"""Trades: pushed, and listed (spec 3.2, 8.2). SerialExecutor thread only."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from vnpy.trader.object import TradeData

from rest_locale import N_, _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.polled.health import ConnectionHealth
from vnpy_restgateway.orders.push_watch import PushWatch
from vnpy_restgateway.polled.poller import Poller
from vnpy_restgateway.polled.ranked_rest import Command, Rank

from .endpoints import TRADES
from .names import RemoteNames
from .outcomes import read_error
from .parse import RemoteFill, parse_trade
from .rest import WebRest

GATHER: float = 0.05            # s in which questions for fills of several orders become one
IDS_KEPT: int = 50_000
TRADE: str = N_("trade")


class RemoteFills:
    """
    :param signed: whether prices of a symbol may be negative
    :param interval: seconds between looks
    :param link: told of every answer
    """

    def __init__(
        self, host: Host, rest: WebRest, names: RemoteNames, watch: PushWatch, signed: Callable[[str], bool], interval: Callable[[], float],
        link: ConnectionHealth,
    ) -> None:
        self.host: Host = host
        self.rest: WebRest = rest
        self.names: RemoteNames = names
        self.watch: PushWatch = watch
        self.signed: Callable[[str], bool] = signed
        self.link: ConnectionHealth = link
        self.wanted: dict[str, Entry] = {}                          # orders whose fills are missing, until the next question
        self.orders: OrderedDict[str, str] = OrderedDict()          # trade id -> the order it was told of first
        self.poller: Poller = Poller(host, rest, "fills", lambda: Command("GET", TRADES, {}), interval, self._on_list, read_error, link)

    def on_row(self, d: Any) -> bool:
        """A trade was pushed; it is delivered once. False: its order is not known. Raises what makes it unreadable."""
        fill: RemoteFill | None = self._read(d)
        if fill is None:
            return True
        self.watch.pushed(TRADE, fill.trade.tradeid)
        return self.host.flow.on_fill(fill.trade, fill.venue_id)

    def query(self, entry: Entry) -> None:
        """The fills of an order are missing."""
        self.wanted[entry.orderid] = entry
        self.host.executor.reschedule_earlier(GATHER, "missing fills", self._query)

    def _query(self) -> None:
        wanted, self.wanted = self.wanted, {}
        self.rest.call("GET", TRADES, {}, partial(self._on_answer, list(wanted.values())), rank=Rank.QUESTION)

    def _on_answer(self, wanted: list[Entry], reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        if reply is None or error is not None or read_error(reply) is not None or not isinstance(reply.data, list):
            return                      # asked again by whoever misses them, and by the poller, which says so
        by_order: dict[str, list[TradeData]] = {}
        for fill in self._rows(reply.data):
            by_order.setdefault(fill.venue_id, []).append(fill.trade)
        for entry in wanted:
            self.host.flow.on_fills(entry.orderid, by_order.pop(entry.venue_id, []), entry.venue_id)
        for venue_id, trades in by_order.items():
            for trade in trades:
                self.host.flow.on_fill(trade, venue_id)

    def _on_list(self, reply: Reply, asked_at: float) -> None:
        if not isinstance(reply.data, list):
            raise ValueError("not a list")
        for fill in self._rows(reply.data):
            self.host.flow.on_fill(fill.trade, fill.venue_id)
        self.host.log_first(_("Trade data received"))

    def _rows(self, rows: list[Any]) -> list[RemoteFill]:
        found: list[RemoteFill] = []

        def collect(d: Any) -> None:
            fill: RemoteFill | None = self._read(d)
            if fill is not None:
                found.append(fill)
                self.watch.listed(TRADE, fill.trade.tradeid)

        self.host.each(rows, collect, TRADE)
        self.watch.taken(TRADE)
        return found

    def _read(self, d: Any) -> RemoteFill | None:
        if not self.names.shows(d):
            return None
        fill: RemoteFill = parse_trade(d, self.host.gateway_name, self.signed(f"{d['symbol']}.{d['exchange']}"))
        trade, venue_id = fill
        if trade.direction is None:
            entry: Entry | None = self.host.flow.table.find(venue_id)
            if entry is None:
                raise ValueError(_("trade {tradeid} has an unknown direction, and its order is not known").format(tradeid=trade.tradeid))
            trade.direction = entry.order.direction
        # the remote exchange may give one id to trades of several orders
        if self.orders.setdefault(trade.tradeid, venue_id) != venue_id:
            trade.tradeid = f"{trade.tradeid}:{venue_id}"
            trade.vt_tradeid = f"{trade.gateway_name}.{trade.tradeid}"
        elif len(self.orders) > IDS_KEPT:
            self.orders.popitem(last=False)
        return fill
