"""What the venue says of the account: balances, orders, fills, by answer and by push. SerialExecutor thread only."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from logging import WARNING
from time import monotonic
from typing import TYPE_CHECKING, Any

from vnpy.trader.object import AccountData, ContractData

from vnpy_restgateway.crypto_balances import split_balance
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry

from .endpoints import BALANCE, DEALS, HISTORY, OPEN_ORDERS
from .pages import DealsWalk, HistoryWalk, Walk, open_orders
from .parse import is_spot, parse_balance, parse_fill, parse_id
from .trading import Trading

if TYPE_CHECKING:
    from .streams import UserSocket

EVENTS_PARKED: int = 1_000              # rows per symbol that is not known yet
OVERLAP: timedelta = timedelta(minutes=2)       # by which a look into the history reaches behind the last one


class Accounting(Trading):
    """The half of HashExGateway that listens."""

    user: "UserSocket"
    reconcile_interval: float = 10.0    # s between looks at the open orders while the user socket stands
    catch_up_interval: float = 60.0     # s between looks at all the rest
    poll_interval: float = 3.0          # s between looks at everything while it does not

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.caught_up: datetime | None = None      # the history is known until here
        self.catching_up: bool = False
        self.catch_up_again: bool = False
        self.next_catch_up: float = 0.0
        self.parked: dict[str, list[dict[str, Any]]] = {}       # by symbol: orders on symbols we have no contract of
        self.nonzero: set[str] = set()              # assets shown with a balance

    def restart_accounting(self) -> None:
        """A new session: what was under way died with the last one."""
        self.hunting = self.catching_up = self.catch_up_again = False
        self.caught_up = None
        self.after_hunt.clear()
        self.fills_asked.clear()

    # answers

    def query_account(self) -> None:
        """Balances, now; positions come with them."""
        self.writer.post(self._query_account)

    def _query_account(self) -> None:
        self.rest.query("account", BALANCE, {}, self.on_query_account)

    def on_query_account(self, data: Any, asked_at: float) -> None:
        """All balances."""
        self.each(data, self.on_balance, "balance")
        self.log_first("Account data received")

    def on_balance(self, d: dict[str, Any]) -> None:
        """One balance. A zero is pushed only for what was shown before."""
        if not is_spot(d):
            return
        asset, free, frozen = parse_balance(d)
        if not free + frozen and asset not in self.nonzero:
            return
        (self.nonzero.add if free + frozen else self.nonzero.discard)(asset)
        item = split_balance(
            asset, free, frozen, lambda base, quote: self.names.get(f"{base}_{quote}"), self.gateway_name
        )
        if isinstance(item, AccountData):
            self.on_account(item)
        else:
            self.on_position(item)

    def reconcile(self) -> None:
        """The slow poll: open orders always, everything when it is time or the user socket is down."""
        if self.locked_out or not self.rest.key:
            return
        interval: float = self.reconcile_interval if self.user.subscribed else self.poll_interval
        self.writer.call_later(max(interval, self.pause()), "reconcile", self.reconcile)
        if not self.user.subscribed or monotonic() >= self.next_catch_up:
            self.catch_up()
        elif not self.catching_up:
            self.query_open_orders()

    def query_open_orders(self) -> None:
        """The whole list of open orders."""
        self.rest.walk("open orders", OPEN_ORDERS, open_orders(), self.on_open_orders)

    def on_open_orders(self, walk: Walk, asked_at: float) -> None:
        """The whole list: only now can an order that is missing mean something."""
        listed: list[VenueOrder] = []
        read: int = self.each(walk.rows.values(), lambda d: self.collect(d, listed), "order")
        if walk.complete and read == len(walk.rows):
            self.flow.on_open_orders(listed, asked_at)
            self.log_first("Order data received")
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
        self.next_catch_up = monotonic() + self.catch_up_interval
        began: datetime = self.now()
        since: datetime = self.caught_up - OVERLAP if self.caught_up else self.day_start()
        start_ms: int = int(since.timestamp() * 1_000)
        failures: list[str] = []

        def on_deals(walk: Walk, _: float) -> None:
            self.each(walk.rows.values(), lambda d: self.on_deal(d, start_ms), "trade")
            ask_history()

        def on_history(walk: Walk, _: float) -> None:
            self.each(walk.rows.values(), self.on_venue_order, "order")
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
                "order history", HISTORY, HistoryWalk(start_ms), on_history, failed=missed("history", ask_open)
            )

        def ask_open() -> None:
            self.rest.walk("open orders", OPEN_ORDERS, open_orders(), on_opened, failed=missed("open orders", end))

        def end() -> None:
            self.catching_up = False
            if not failures:
                self.caught_up = began
            if self.catch_up_again:
                self.catch_up_again = False
                self.catch_up()
            elif failures and not self.locked_out:
                self.writer.reschedule_earlier(self.poll_interval, "catch up", self.catch_up)

        try:
            self.flow.life.check()
            self._query_account()
            self.rest.walk("trades", DEALS, DealsWalk(start_ms=start_ms), on_deals, failed=missed("trades", ask_history))
        except Exception:
            failures.append("all")
            end()                   # else nobody would ever catch up again
            raise

    def look_again(self) -> None:
        self.writer.reschedule_earlier(1.0, "catch up", self.catch_up)

    def on_new_life(self) -> None:
        self.caught_up = None
        self.catch_up()

    def day_start(self) -> datetime:
        """The beginning of today, UTC."""
        return self.now().replace(hour=0, minute=0, second=0, microsecond=0)

    def on_deal(self, d: dict[str, Any], start_ms: int) -> None:
        """A fill of the account. That of an order we do not know is parked until the order is told."""
        contract: ContractData | None = self.names.get(d["symbol"])
        if contract is None or not is_spot(d) or int(d["timestamp"]) < start_ms:
            return                      # its order will be told, and its fills then be asked for
        venue_id: str = parse_id(d["orderId"])
        entry: Entry | None = self.flow.table.find(venue_id)
        if entry is None and d.get("orderSide") is None:
            return                      # a trade without a side; when its order is known the side is
        trade = parse_fill(d, contract, entry.order.direction if entry else None, self.gateway_name)
        self.flow.on_fill(trade, venue_id)

    # pushes

    def on_user_push(self, kind: str, d: dict[str, Any]) -> None:
        """A push of the user socket. One that cannot be read costs a look at everything, never its content."""
        try:
            if kind == "uOrder":
                self.on_venue_order(d)
            elif kind == "uTrade":
                self.on_traded(d)
            elif kind == "uBalance":
                self.on_balance(d)
        except Exception as error:
            self.log_rarely(f"push {kind}", f"Push {kind} not understood ({type(error).__name__}: {error}), asking the venue")
            entry: Entry | None = self.flow.table.find(str(d.get("orderId"))) if isinstance(d, dict) else None
            if entry:
                self.flow.doubt(entry.orderid, str(error))
            self.writer.reschedule_earlier(1.0, "catch up", self.catch_up)

    def on_traded(self, d: dict[str, Any]) -> None:
        """A fill happened. The push has no id, so it only says that there is something to ask for."""
        entry: Entry | None = self.flow.table.find(parse_id(d["orderId"]))
        if entry and not self.pause():
            self.query_fills(entry)

    def on_unknown_symbol(self, name: str, d: dict[str, Any]) -> None:
        """The venue speaks of a symbol that we have no contract of: park it, ask for the contracts again."""
        parked: list[dict[str, Any]] = self.parked.setdefault(name, [])
        if len(parked) < EVENTS_PARKED:
            parked.append(d)
        self.log_once(f"symbol {name}", f"Symbol {name} is new, asking for the contracts", WARNING)
        self.writer.reschedule_earlier(1.0, "contracts", self.query_contract)

    @abstractmethod
    def query_contract(self) -> None:
        """Ask what is traded."""
