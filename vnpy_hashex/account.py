"""What the venue says of the account: balances, orders, fills, by answer and by push. SerialExecutor thread only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from vnpy.trader.object import ContractData

from rest_locale import N_, _
from vnpy_restgateway.contracts import Contracts
from vnpy_restgateway.crypto_balances import CryptoBalances
from vnpy_restgateway.executor import SerialExecutor
from vnpy_restgateway.host import Host
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.trading_rules import CryptoRules

from .endpoints import BALANCE, DEALS, HISTORY, OPEN_ORDERS
from .orders import Orders
from .pages import DealsWalk, HistoryWalk, Walk, open_orders
from .parse import is_spot, parse_balance, parse_fill, parse_id
from .rest import RestApi
from .timings import Timings

OVERLAP: timedelta = timedelta(minutes=2)       # by which a look into the history reaches behind the last one


class Account:
    """
    What the venue says of the account: balances, fills, the lists of orders. Executor's thread only.

    :param is_pushed: whether the user socket stands and tells
    """

    def __init__(self, host: Host, rest: RestApi, orders: Orders, timings: Timings, is_pushed: Callable[[], bool]) -> None:
        self.host: Host = host
        self.flow: OrderFlow = host.flow
        self.executor: SerialExecutor = host.executor
        self.contracts: Contracts[CryptoRules] = host.contracts
        self.rest: RestApi = rest
        self.orders: Orders = orders
        self.timings: Timings = timings
        self.is_pushed: Callable[[], bool] = is_pushed
        self.caught_up: datetime | None = None      # the history is known until here
        self.caught_up_at: float = 0.0              # monotonic s
        self.catching_up: bool = False
        self.catch_up_again: bool = False
        self.next_catch_up: float = 0.0
        self.balances: CryptoBalances = CryptoBalances(host, lambda base, quote: host.contracts.of_venue(f"{base}_{quote}"))

    # answers

    def query_account(self) -> None:
        """Balances, now; positions come with them."""
        self.rest.query(N_("account"), BALANCE, {}, self.on_query_account)

    def on_query_account(self, data: Any, asked_at: float) -> None:
        """All balances."""
        self.host.each(data, self.on_balance, N_("balance"))
        self.host.log_first(_("Account data received"))

    def on_balance(self, d: dict[str, Any]) -> None:
        """One balance."""
        if not is_spot(d):
            return
        asset, free, frozen = parse_balance(d)
        self.balances.show(asset, free, frozen)

    def reconcile(self) -> None:
        """The slow poll: open orders always, everything when it is time or the user socket is down."""
        if self.host.locked_out or not self.rest.key:
            return
        interval: float = self.timings.reconcile_interval if self.is_pushed() else self.timings.poll_interval
        self.executor.call_later(max(interval, self.host.pause()), "reconcile", self.reconcile)
        if not self.is_pushed() or self.host.monotonic() >= self.next_catch_up:
            self.catch_up()
        elif not self.catching_up:
            self.query_open_orders()

    def query_open_orders(self) -> None:
        """The whole list of open orders."""
        self.rest.walk(N_("open orders"), OPEN_ORDERS, open_orders(), self.on_open_orders)

    def on_open_orders(self, walk: Walk, asked_at: float) -> None:
        """The whole list: only now can an order that is missing mean something."""
        listed: list[VenueOrder] = []
        read: int = self.host.each(walk.rows.values(), lambda d: self.orders.collect(d, listed), N_("order"))
        if walk.complete and read == len(walk.rows):
            self.flow.on_open_orders(listed, asked_at)
            self.host.log_first(_("Order data received"))
            return
        for record in listed:
            self.flow.on_order(record.order, record.venue_id, asked_at)

    def catch_up(self) -> None:
        """
        Everything that could have happened unseen since the last time, or today: balances, fills, closed orders,
        open orders; in this order, so that a final order finds its trades here.
        """
        if self.catching_up:
            self.catch_up_again = True
            return
        self.catching_up = True
        self.next_catch_up = self.host.monotonic() + self.timings.catch_up_interval
        began: datetime = self.host.now()
        asked_at: float = self.host.monotonic()
        since: datetime = self.day_start()
        if self.caught_up:
            # the venue's clock may have been set back meanwhile: what has happened since then has earlier times
            since = min(self.caught_up, began - timedelta(seconds=asked_at - self.caught_up_at)) - OVERLAP
        start_ms: int = int(since.timestamp() * 1_000)
        failures: list[str] = []

        def on_deals(walk: Walk, __: float) -> None:
            self.host.each(walk.rows.values(), lambda d: self.on_deal(d, start_ms), N_("trade"))
            ask_history()

        def on_history(walk: Walk, __: float) -> None:
            self.host.each(walk.rows.values(), self.orders.on_venue_order, N_("order"))
            ask_open()

        def on_opened(walk: Walk, asked_at: float) -> None:
            self.on_open_orders(walk, asked_at)
            end()

        def missed(what: str, go_on: Callable[[], None]) -> Callable[[], None]:
            # what one list does not tell must not keep the others from being asked for
            def failed() -> None:
                failures.append(what)
                go_on()
            return failed

        def ask_history() -> None:
            self.rest.walk(
                N_("order history"), HISTORY, HistoryWalk(start_ms), on_history, failed=missed("history", ask_open)
            )

        def ask_open() -> None:
            self.rest.walk(N_("open orders"), OPEN_ORDERS, open_orders(), on_opened, failed=missed("open orders", end))

        def end() -> None:
            self.catching_up = False
            if not failures:
                self.caught_up, self.caught_up_at = began, asked_at
            if self.catch_up_again:
                self.catch_up_again = False
                self.catch_up()
            elif failures and not self.host.locked_out:
                self.executor.reschedule_earlier(self.timings.poll_interval, "catch up", self.catch_up)

        try:
            self.flow.life.check()
            self.query_account()
            self.rest.walk(N_("trades"), DEALS, DealsWalk(start_ms=start_ms), on_deals, failed=missed("trades", ask_history))
        except Exception:
            failures.append("all")
            end()                   # else nobody would ever catch up again
            raise

    def look_again(self) -> None:
        self.executor.reschedule_earlier(1.0, "catch up", self.catch_up)

    def on_new_life(self) -> None:
        self.caught_up = None
        self.catch_up()

    def day_start(self) -> datetime:
        """The beginning of today, UTC."""
        return self.host.now().replace(hour=0, minute=0, second=0, microsecond=0)

    def on_deal(self, d: dict[str, Any], start_ms: int) -> None:
        """A fill of the account. That of an order we do not know is parked until the order is told."""
        contract: ContractData | None = self.contracts.of_venue(d["symbol"])
        if contract is None or not is_spot(d) or int(d["timestamp"]) < start_ms:
            return                      # its order will be told, and its fills then be asked for
        venue_id: str = parse_id(d["orderId"])
        entry: Entry | None = self.flow.table.find(venue_id)
        if entry is None and d.get("orderSide") is None:
            return                      # a trade without a side; when its order is known the side is
        trade = parse_fill(d, contract, entry.order.direction if entry else None, self.host.gateway_name)
        self.flow.on_fill(trade, venue_id)

    # pushes

    def on_user_push(self, kind: str, d: dict[str, Any]) -> None:
        """A push of the user socket. One that cannot be read costs a look at everything, never its content."""
        try:
            if kind == "uOrder":
                self.orders.on_venue_order(d)
            elif kind == "uTrade":
                self.on_traded(d)
            elif kind == "uBalance":
                self.on_balance(d)
        except Exception as error:
            self.host.log_rarely(f"push {kind}", _("Push {push} not understood ({error_type}: {error}), asking the venue").format(push=kind, error_type=type(error).__name__, error=error))
            entry: Entry | None = self.flow.table.find(str(d.get("orderId"))) if isinstance(d, dict) else None
            if entry:
                self.flow.doubt(entry.orderid, str(error))
            self.executor.reschedule_earlier(1.0, "catch up", self.catch_up)

    def on_traded(self, d: dict[str, Any]) -> None:
        """A fill happened. The push has no id, so it only says that there is something to ask for."""
        entry: Entry | None = self.flow.table.find(parse_id(d["orderId"]))
        if entry and not self.host.pause():
            self.orders.query_fills(entry)

    def on_stream_lost(self) -> None:
        """The user socket is down: poll at once, and faster from now on."""
        self.host.say_anew()
        self.flow.life.disconnected()
        self.reconcile()
