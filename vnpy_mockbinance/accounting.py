"""What the venue says of the account: balances, orders, fills, by answer and by push. SerialExecutor thread only."""

from collections.abc import Iterable
from logging import WARNING
from time import monotonic
from typing import Any

from vnpy.trader.object import AccountData, ContractData, OrderData

from vnpy_restgateway.clock import ServerClock
from vnpy_restgateway.net.validate import amount, label
from vnpy_restgateway.orders.contradictions import number_id
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry

from .balances import split_balance
from .checks import check_execution
from .endpoints import MOST_SYMBOLS, PAGE, SMALL_VENUE
from .parse import order_key, parse_execution
from .trading import Trading

RECONCILE_INTERVAL: float = 60.0        # s while the user data stream stands
RECONCILE_AGAIN: float = 2.0            # s at least between those that pushes we do not understand bring about
POLL_INTERVAL: float = 5.0              # s while it does not
EVENTS_PARKED: int = 1_000              # per symbol that is not known yet


class Accounting(Trading):
    """The half of MockBinanceGateway that listens."""

    clock: ServerClock

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.reconciled_at: float = 0.0             # monotonic s
        self.last_trade: dict[str, int] = {}        # Binance symbol -> newest trade id seen
        self.pages: dict[str, bool] = {}            # Binance symbol -> its day is here (False: asked for)
        self.parked_events: dict[str, list[dict[str, Any]]] = {}
        self.nonzero: set[str] = set()              # assets shown with a balance

    # answers

    def query_account(self) -> None:
        """Balances, now; positions come with them."""
        self.rest.query_account()

    def reconcile(self) -> None:
        """Ask for everything that could have happened unseen: open orders, balances, fills since the last seen."""
        if self.lost or self.locked_out or not self.rest.key:
            return
        self.reconciled_at = monotonic()
        interval: float = RECONCILE_INTERVAL if self.trade.subscribed else POLL_INTERVAL
        self.writer.call_later(max(interval, self.pause()), "reconcile", self.reconcile)
        self.flow.life.check()
        self.rest.query_open_orders()
        self.rest.query_account()
        for name in self.pages:
            self.query_new_trades(name)

    def reconcile_soon(self) -> None:
        """Now, or a little later when it has just been done: a venue that sends rubbish cannot make us ask without end."""
        self.writer.reschedule_earlier(max(0.0, self.reconciled_at + RECONCILE_AGAIN - monotonic()), "reconcile soon", self.reconcile)

    def query_new_trades(self, name: str) -> None:
        """Fills of a symbol that we have not seen yet."""
        last: int = self.last_trade.get(name, 0)
        self.rest.query_trades(name, {"fromId": last + 1} if last else {"startTime": self.day_start()})

    def day_start(self) -> int:
        """The beginning of today, UTC, in milliseconds."""
        return self.clock.now_ms() // 86_400_000 * 86_400_000

    def on_query_account(self, data: Any, asked_at: float) -> None:
        """Balances, and with the first of them the symbols whose day is asked for."""
        rows: list[dict[str, Any]] = data["balances"]
        self.each(rows, lambda d: self.on_balance(d["asset"], d["free"], d["locked"]), "balance")
        self.log_first("Account data received")
        held: list[str] = []

        def see(row: dict[str, Any]) -> None:
            if amount(row["free"]) or amount(row["locked"]):
                held.append(label(row["asset"]))

        self.each(rows, see, "balance")
        for name in self.interesting(held):
            self.look_at(name)

    def interesting(self, assets: Iterable[str]) -> list[str]:
        """Symbols that the account may have orders or fills on today."""
        if len(self.names) <= SMALL_VENUE:
            return list(self.names)
        held: set[str] = set(assets)
        names: list[str] = [
            contract.name for contract in self.contracts.values()
            if contract.extra and contract.extra["base"] in held and contract.extra["quote"] in held
        ]
        if len(names) > MOST_SYMBOLS:
            self.log_once("day", f"Today's trades are queried for {MOST_SYMBOLS} of {len(names)} symbols held", WARNING)
        return names[:MOST_SYMBOLS]

    def look_at(self, name: str) -> None:
        """Ask once for a symbol's orders and fills of today, and from then on for new ones."""
        if name in self.names and name not in self.pages:
            self.pages[name] = False
            self.query_new_trades(name)

    def on_balance(self, asset: Any, free: Any, locked: Any) -> None:
        """
        One balance as the venue wrote it. A zero is pushed only for what was shown before.

        :raises ValueError: the asset's name or a number is none
        """
        asset = label(asset)
        known, held = amount(free), amount(locked)
        volume: float = known + held
        if not volume and asset not in self.nonzero:
            return
        (self.nonzero.add if volume else self.nonzero.discard)(asset)
        item = split_balance(asset, known, held, self.names, self.gateway_name)
        if isinstance(item, AccountData):
            self.on_account(item)
        else:
            self.on_position(item)

    def on_query_open_orders(self, data: Any, asked_at: float) -> None:
        """The whole list of open orders: only now can one that is missing mean something."""
        listed: list[VenueOrder] = []

        def add(d: dict[str, Any]) -> None:
            contract: ContractData | None = self.names.get(d["symbol"])
            if contract is None:
                self.on_unknown_symbol(d["symbol"], None)
                return
            listed.append(self.read_order(d, contract, None))
            self.look_at(contract.name)

        # of a row that cannot be read, the order is asked for by itself like one that is not there
        self.each(data, add, "order")
        self.flow.on_open_orders(listed, asked_at)
        self.log_first("Order data received")

    def on_query_trades(self, name: str, data: Any, asked_at: float) -> None:
        """A page of fills. Those of orders we do not know are parked until the orders are told."""
        contract: ContractData = self.names[name]
        unknown: set[str] = set()

        def add(d: dict[str, Any]) -> None:
            venue_id: str = order_key(name, number_id(d["orderId"]))
            trade = self.read_fill(d, contract, self.flow.table.find(venue_id))
            if not self.flow.on_fill(trade, venue_id):
                unknown.add(venue_id)
            self.last_trade[name] = max(self.last_trade.get(name, 0), int(d["id"]))

        self.each(data, add, "trade")
        if len(data) >= PAGE:
            self.query_new_trades(name)
        elif self.pages.get(name):
            for venue_id in unknown:
                self.query_foreign(name, venue_id)
        else:
            self.pages[name] = True
            self.rest.query_orders(name, {"startTime": self.day_start()})

    def on_query_orders(self, name: str, data: Any, asked_at: float) -> None:
        """A page of a symbol's orders of today; their fills are here already."""
        contract: ContractData = self.names[name]
        self.each(data, lambda d: self.flow.on_order(*self.read_order(d, contract, None), asked_at), "order")
        if len(data) >= PAGE:
            self.rest.query_orders(name, {"orderId": int(data[-1]["orderId"]) + 1})
            return
        for venue_id, trades in list(self.flow.table.orphan_fills.items()):
            if any(trade.symbol == contract.symbol for trade in trades.values()):
                self.query_foreign(name, venue_id)

    # pushes

    def on_user_event(self, event: dict[str, Any]) -> None:
        """An event of the user data stream. One that cannot be read costs a reconciliation, never its content."""
        try:
            kind: Any = event.get("e")
            if kind == "executionReport":
                self.on_execution(event)
            elif kind == "outboundAccountPosition":
                self.each(event["B"], lambda d: self.on_balance(d["a"], d["f"], d["l"]), "balance")
            elif kind in ("balanceUpdate", "externalLockUpdate"):
                self.query_account()
            elif kind == "eventStreamTerminated":
                self.log("User data stream ended by the venue, subscribing again", WARNING)
                self.trade.subscribed = False
                self.trade.subscribe_user_stream()
            elif kind == "serverShutdown":
                self.log("Trade API: the server is about to shut down", WARNING)
        except Exception as error:
            self.log_rarely("user event", f"User event not understood ({type(error).__name__}: {error}), asking the venue")
            for orderid in (event.get("C"), event.get("c")):
                if isinstance(orderid, str) and self.flow.doubt(orderid, str(error)):
                    break
            self.reconcile_soon()

    def on_execution(self, event: dict[str, Any]) -> None:
        """An order moved: its fill goes out first, then the order."""
        name: str = event["s"]
        contract: ContractData | None = self.names.get(name)
        if contract is None:
            self.on_unknown_symbol(name, event)
            return
        check_execution(event)
        record, trade = parse_execution(event, contract, self.gateway_name)
        self.pages.setdefault(name, True)
        entry: Entry | None = self.flow.table.whose(record.order.orderid, record.venue_id)
        if self.may_be_ours(entry, record):
            self.query_foreign(name, record.venue_id)
            return
        if entry is None:
            named: Entry | None = self.flow.table.active.get(record.order.orderid)
            trade = None if named and named.order.symbol == contract.symbol else trade        # the order is asked for, and with it its fills
        if trade:
            if entry:
                trade.orderid, trade.vt_orderid = entry.orderid, entry.order.vt_orderid
            self.last_trade[name] = max(self.last_trade.get(name, 0), int(event["t"]))
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
        for name in self.pages:
            self.pages[name] = False
        self.reconcile()

    def on_unknown_symbol(self, name: str, event: dict[str, Any] | None) -> None:
        """The venue speaks of a symbol that we have no contract of: park it, ask for the contracts again."""
        parked: list[dict[str, Any]] = self.parked_events.setdefault(name, [])
        if event and len(parked) < EVENTS_PARKED:
            parked.append(event)
        self.log_once(f"symbol {name}", f"Symbol {name} is new, asking for the contracts", WARNING)
        self.writer.reschedule_earlier(1.0, "contracts", self.rest.query_contract)
