"""What the venue says of the account: balances, orders, fills, by answer and by push. SerialExecutor thread only."""

from collections.abc import Callable, Iterable
from functools import partial
from logging import WARNING
from typing import Any

from vnpy.trader.object import ContractData, OrderData

from rest_locale import N_, _
from vnpy_restgateway.clients import ParkedNews
from vnpy_restgateway.contracts import Contracts
from vnpy_restgateway.crypto_balances import CryptoBalances
from vnpy_restgateway.executor import SerialExecutor
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.validate import amount, label
from vnpy_restgateway.orders.contradictions import number_id
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.push_watch import PushWatch
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.trading_rules import CryptoRules

from .checks import check_execution
from .endpoints import MOST_SYMBOLS, PAGE, SMALL_VENUE
from .orders import Orders
from .parse import order_key, parse_execution, symbol_of
from .rest import RestApi
from .streams import TradeApi

RECONCILE_AGAIN: float = 2.0            # s at least between those that pushes we do not understand bring about
POLL_INTERVAL: float = 5.0              # s while it does not, or loses pushes
PUSH_DELAY: float = 3.0                 # s that a push may be later than a list
INSTEAD: str = N_("orders and fills are asked for, which is slower")


class Account:
    """
    What the venue says of the account. Executor's thread only.

    :param on_alive: called when the list of open orders is here
    """

    def __init__(self, host: Host, rest: RestApi, orders: Orders, trade: TradeApi, on_alive: Callable[[], None]) -> None:
        self.host: Host = host
        self.flow: OrderFlow = host.flow
        self.executor: SerialExecutor = host.executor
        self.contracts: Contracts[CryptoRules] = host.contracts
        self.rest: RestApi = rest
        self.orders: Orders = orders
        self.trade: TradeApi = trade
        self.on_alive: Callable[[], None] = on_alive
        self.watch: PushWatch = PushWatch(host, N_("The user data stream"), lambda: PUSH_DELAY, INSTEAD, on_lossy=self.on_lossy)
        self.reconciled_at: float = 0.0             # monotonic s
        self.last_trade: dict[str, int] = {}        # Binance symbol -> newest trade id seen
        self.parked: ParkedNews = ParkedNews(host, rest.query_contract)
        self.balances: CryptoBalances = CryptoBalances(host, lambda base, quote: host.contracts.of_venue(base + quote))

    # answers

    def query_account(self) -> None:
        """Balances, now; positions come with them."""
        self.rest.query_account(self.on_query_account)

    def query_open_orders(self) -> None:
        """Open orders of all symbols."""
        self.rest.query_open_orders(self.on_query_open_orders)

    def reconcile(self) -> None:
        """Ask for everything that could have happened unseen: open orders, balances, fills since the last seen."""
        if self.host.lost or self.host.locked_out or not self.rest.key:
            return
        self.reconciled_at = self.host.monotonic()
        relied_on: bool = self.trade.subscribed and not self.watch.lossy
        interval: float = self.trade.timings.reconcile_interval if relied_on else POLL_INTERVAL
        self.executor.call_later(max(interval, self.host.pause()), "reconcile", self.reconcile)
        self.flow.life.check()
        self.query_open_orders()
        self.query_account()
        for name in self.orders.pages:
            self.query_new_trades(name)

    def on_stream(self, up: bool) -> None:
        """The user data stream stands, or is gone."""
        self.watch.on_stream(up)
        if up:
            self.reconcile()

    def on_lossy(self) -> None:
        """Fills were not pushed: perhaps a new connection tells them."""
        self.trade.reconnect(_("fills are not pushed"))
        self.reconcile_soon()

    def reconcile_soon(self) -> None:
        """Now, or a little later when it has just been done: a venue that sends rubbish cannot make us ask without end."""
        self.executor.reschedule_earlier(max(0.0, self.reconciled_at + RECONCILE_AGAIN - self.host.monotonic()), "reconcile soon", self.reconcile)

    def query_new_trades(self, name: str) -> None:
        """Fills of a symbol that we have not seen yet."""
        last: int = self.last_trade.get(name, 0)
        self.rest.query_trades(
            name, {"fromId": last + 1} if last else {"startTime": self.day_start()}, partial(self.on_query_trades, name)
        )

    def day_start(self) -> int:
        """The beginning of today, UTC, in milliseconds."""
        return self.host.clock.now_ms() // 86_400_000 * 86_400_000

    def on_query_account(self, data: Any, asked_at: float) -> None:
        """Balances, and with the first of them the symbols whose day is asked for."""
        rows: list[dict[str, Any]] = data["balances"]
        self.host.each(rows, lambda d: self.on_balance(d["asset"], d["free"], d["locked"]), N_("balance"))
        self.host.log_first(_("Account data received"))
        held: list[str] = []

        def see(row: dict[str, Any]) -> None:
            if amount(row["free"]) or amount(row["locked"]):
                held.append(label(row["asset"]))

        self.host.each(rows, see, N_("balance"))
        for name in self.interesting(held):
            self.look_at(name)

    def interesting(self, assets: Iterable[str]) -> list[str]:
        """Symbols that the account may have orders or fills on today."""
        if len(self.contracts) <= SMALL_VENUE:
            return self.contracts.venue_symbols
        held: set[str] = set(assets)
        names: list[str] = [
            listed.venue_symbol for listed in self.contracts
            if (extra := listed.contract.extra) and extra["base"] in held and extra["quote"] in held
        ]
        if len(names) > MOST_SYMBOLS:
            self.host.log_once("day", _("Today's trades are queried for {most_symbols} of {held} symbols held").format(most_symbols=MOST_SYMBOLS, held=len(names)), WARNING)
        return names[:MOST_SYMBOLS]

    def look_at(self, name: str) -> None:
        """Ask once for a symbol's orders and fills of today, and from then on for new ones."""
        if self.contracts.of_venue(name) and name not in self.orders.pages:
            self.orders.pages[name] = False
            self.query_new_trades(name)

    def on_balance(self, asset: Any, free: Any, locked: Any) -> None:
        """
        One balance as the venue wrote it. A zero is pushed only for what was shown before.

        :raises ValueError: the asset's name or a number is none
        """
        self.balances.show(label(asset), amount(free), amount(locked))

    def on_query_open_orders(self, data: Any, asked_at: float) -> None:
        """The whole list of open orders: only now can one that is missing mean something."""
        listed: list[VenueOrder] = []

        def add(d: dict[str, Any]) -> None:
            contract: ContractData | None = self.contracts.of_venue(d["symbol"])
            if contract is None:
                self.parked.park(d["symbol"])
                return
            listed.append(self.orders.read_order(d, contract, None))
            self.look_at(contract.name)

        # of a row that cannot be read, the order is asked for by itself like one that is not there
        self.host.each(data, add, N_("order"))
        self.flow.on_open_orders(listed, asked_at)
        self.host.log_first(_("Order data received"))
        self.on_alive()

    def on_query_trades(self, name: str, data: Any, asked_at: float) -> None:
        """A page of fills. Those of orders we do not know are parked until the orders are told."""
        contract: ContractData = self.contracts.by_venue(name)
        unknown: set[str] = set()

        def add(d: dict[str, Any]) -> None:
            venue_id: str = order_key(name, number_id(d["orderId"]))
            trade = self.orders.read_fill(d, contract, self.flow.table.find(venue_id))
            self.watch.listed(name, trade.tradeid)
            if not self.flow.on_fill(trade, venue_id):
                unknown.add(venue_id)
            self.last_trade[name] = max(self.last_trade.get(name, 0), int(d["id"]))

        self.host.each(data, add, N_("trade"))
        if len(data) >= PAGE:
            self.query_new_trades(name)
            return
        self.watch.taken(name)
        if self.orders.pages.get(name):
            # those of before, too: a question about one may have been lost, and their fills are not listed again
            unknown.update(venue_id for venue_id in self.flow.table.orphan_fills if symbol_of(venue_id) == name)
            for venue_id in unknown:
                self.orders.query_foreign(name, venue_id)
        else:
            self.orders.pages[name] = True
            self.rest.query_orders(name, {"startTime": self.day_start()}, partial(self.on_query_orders, name))

    def on_query_orders(self, name: str, data: Any, asked_at: float) -> None:
        """A page of a symbol's orders of today; their fills are here already."""
        contract: ContractData = self.contracts.by_venue(name)
        self.host.each(data, lambda d: self.flow.on_order(*self.orders.read_order(d, contract, None), asked_at), N_("order"))
        if len(data) >= PAGE:
            self.rest.query_orders(name, {"orderId": int(data[-1]["orderId"]) + 1}, partial(self.on_query_orders, name))
            return
        for venue_id, trades in list(self.flow.table.orphan_fills.items()):
            if any(trade.symbol == contract.symbol for trade in trades.values()):
                self.orders.query_foreign(name, venue_id)

    # pushes

    def on_user_event(self, event: dict[str, Any]) -> None:
        """An event of the user data stream. One that cannot be read costs a reconciliation, never its content."""
        self.watch.heard += 1
        try:
            kind: Any = event.get("e")
            if kind == "executionReport":
                self.on_execution(event)
            elif kind == "outboundAccountPosition":
                self.host.each(event["B"], lambda d: self.on_balance(d["a"], d["f"], d["l"]), N_("balance"))
            elif kind in ("balanceUpdate", "externalLockUpdate"):
                self.query_account()
            elif kind == "eventStreamTerminated":
                self.host.log(_("User data stream ended by the venue, subscribing again"), WARNING)
                self.trade.subscribed = False
                self.trade.subscribe_user_stream()
            elif kind == "serverShutdown":
                self.host.log(_("Trade API: the server is about to shut down"), WARNING)
        except Exception as error:
            self.host.log_rarely("user event", _("User event not understood ({kind}: {error}), asking the venue").format(kind=type(error).__name__, error=error))
            for orderid in (event.get("C"), event.get("c")):
                if isinstance(orderid, str) and self.flow.doubt(orderid, str(error)):
                    break
            self.reconcile_soon()

    def on_execution(self, event: dict[str, Any]) -> None:
        """An order moved: its fill goes out first, then the order."""
        name: str = event["s"]
        contract: ContractData | None = self.contracts.of_venue(name)
        if contract is None:
            self.parked.park(name, event)
            return
        check_execution(event)
        record, trade = parse_execution(event, contract, self.host.gateway_name)
        if trade:
            self.watch.pushed(name, trade.tradeid)
        self.orders.pages.setdefault(name, True)
        entry: Entry | None = self.flow.table.whose(record.order.orderid, record.venue_id)
        if self.may_be_ours(entry, record):
            self.orders.query_foreign(name, record.venue_id)
            return
        if entry is None:
            named: Entry | None = self.flow.table.active.get(record.order.orderid)
            trade = None if named and named.order.symbol == contract.symbol else trade        # the order is asked for, and with it its fills
        if trade:
            if entry:
                trade.orderid, trade.vt_orderid = entry.orderid, entry.order.vt_orderid
            self.flow.on_fill(trade, record.venue_id)
        self.flow.on_order(record.order, record.venue_id)

    def may_be_ours(self, entry: Entry | None, record: VenueOrder) -> bool:
        """
        Whether a report of an order that we do not know may be of one that we have just sent, under an id that was
        garbled on its way: the venue tells, asked by its own id.
        """
        if entry is not None:
            return False
        order: OrderData = record.order
        return self.flow.table.active.get(order.orderid) is None and any(
            not known.venue_id and known.order.symbol == order.symbol and known.order.direction is order.direction
            and known.order.price == order.price and known.order.volume == order.volume
            for known in self.flow.table.active.values()
        )

    def look_again(self) -> None:
        self.reconcile_soon()

    def on_new_life(self) -> None:
        self.last_trade.clear()
        for name in self.orders.pages:
            self.orders.pages[name] = False
        self.reconcile()

    def on_contracts(self) -> None:
        """The contracts are here."""
        self.parked.release(self.on_user_event)
