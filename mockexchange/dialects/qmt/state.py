"""What the operations of one venue share: accounts, the day's orders and their numbers, costs of holdings, the terminal."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...core.errors import Refusal
from ...core.events import DayEnd, Event, OrderReport
from ...core.exchange import Exchange
from ...core.orders import Order
from ..common.client_ids import ClientIds, wire_client_id
from . import money, unlisted
from .contents import CASH, ZONE
from .holdings import Holdings
from .options import QmtOptions
from .terminal import Terminal

if TYPE_CHECKING:
    from ...server.accounts import Account
    from ...server.venue import Venue

FIRST_ORDER: int = 1000
FIRST_ACCOUNT: int = 10_000_001


class DayOrders:
    """
    The orders of the local day (Shanghai), by account and number. Numbers begin at 1000 again every day, one series for
    the whole venue. A number is the core order's ``strategy_id``, so the journal keeps it; an order that did not come
    through this dialect has none there and gets the next one.
    """

    def __init__(self, exchange: Exchange, now: int, others: Callable[[int], list[Order]], numbers: Mapping[int, int]) -> None:
        """
        ``others(since)``: orders of today that the exchange does not have; ``since`` and ``now`` in us. ``numbers``: of orders that had
        none by themselves, by the core's ids.
        """
        self._zone: ZoneInfo = ZoneInfo(ZONE)
        self._begins: int = 0                   # us
        self._ends: int = 0
        self._next: int = FIRST_ORDER
        self._orders: dict[str, dict[int, Order]] = {}
        self.names: dict[int, str] = {}         # strategy names as they were stored when the orders came, by number
        self.turn(now)
        found: list[Order] = [
            order for account in exchange.accounts() for symbol in exchange.books for order in exchange.all_orders(account, symbol)
            if order.time >= self._begins
        ]
        for order in found:
            if order.strategy_id is None:
                order.strategy_id = numbers.get(order.order_id)
        for order in sorted([*found, *others(self._begins)], key=lambda each: (each.strategy_id is None, each.order_id)):
            self.add(order)

    def turn(self, now: int) -> None:
        """Forget yesterday's orders when it is another day (``now`` in us)."""
        if self._begins <= now < self._ends:
            return
        local: datetime = datetime.fromtimestamp(now / 1e6, self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        self._begins = round(local.timestamp()) * 1_000_000
        self._ends = round((local + timedelta(days=1)).timestamp()) * 1_000_000
        self._next = FIRST_ORDER
        self._orders = {}
        self.names = {}

    @property
    def begins(self) -> int:
        """Midnight, in us."""
        return self._begins

    def take_number(self, now: int) -> int:
        """The number of a new order."""
        self.turn(now)
        self._next += 1
        return self._next - 1

    def add(self, order: Order) -> int:
        """An order of today; one that is there already stays. Returns its number."""
        number: int | None = order.strategy_id
        if number is None:
            number = self.take_number(order.time)
        self._orders.setdefault(order.account, {}).setdefault(number, order)
        self._next = max(self._next, number + 1)
        return number

    def of(self, account: str, now: int) -> list[tuple[int, Order]]:
        """(number, order), in order of number."""
        self.turn(now)
        return sorted(self._orders.get(account, {}).items())

    def find(self, account: str, number: object, now: int) -> Order | None:
        """None for a number that is no integer, too."""
        self.turn(now)
        return self._orders.get(account, {}).get(number) if type(number) is int else None


class DialectState:
    """One venue's."""

    def __init__(self, venue: "Venue") -> None:
        self.venue: Venue = venue
        self.options: QmtOptions = venue.options if isinstance(venue.options, QmtOptions) else QmtOptions()
        self.client_ids: ClientIds = ClientIds(venue)
        self.terminal: Terminal = Terminal(venue.clock, venue.now, self.options, ZONE)
        self.day: DayOrders = DayOrders(venue.exchange, venue.now(), partial(unlisted.remembered, venue.journal), unlisted.numbers(venue.journal))
        self.holdings: Holdings = Holdings(venue.exchange, CASH)
        self.cancelling: set[int] = set()                       # core ids of orders whose cancel is under way
        self.frozen: dict[str, tuple[list[money.Position], int]] = {}       # positions and their worth, while they are stale
        self._closes: dict[str, int] = {}                       # code -> the close before the local day
        self._closes_of: int = -1                               # when that day began, us

    def start(self) -> None:
        """Follow the venue and the options."""
        self.venue.listen(self._on_events)
        self.terminal.start()
        look = self.options.on_change

        def on_change() -> None:
            self.freeze()
            look()

        self.options.on_change = on_change
        self.freeze()

    def stop(self) -> None:
        self.terminal.stop()

    # -- accounts

    def accounts(self) -> list["Account"]:
        """In the order of their indices."""
        found: list[Account] = list(self.venue.accounts)
        return found[::-1] if self.options.account_order == "reversed" else found

    def account(self, index: int) -> str:
        """The core's name of an account."""
        return self.accounts()[index].key

    def account_id(self, key: str) -> str:
        """The number that the wire shows: an account keeps it when the indices shift."""
        place: int = next(n for n, account in enumerate(self.venue.accounts) if account.key == key)
        return str(FIRST_ACCOUNT + place)

    # -- names

    def strategy_name(self, number: int, order: Order) -> str:
        """
        What the terminal stores for an order with this number of the day, kept as it is first asked for: when the order
        comes, or after a restart. That of a repo is empty.
        """
        known: str | None = self.day.names.get(number)
        if known is not None:
            return known
        name: str = wire_client_id(order.client_order_id) or ""
        if self.options.strategy_name == "dropped":
            name = ""
        elif name and (self.options.is_b or self.options.strategy_name == "overwritten"):
            name = f"quant_{number - FIRST_ORDER + 1}"
        self.day.names[number] = name
        return name

    # -- money

    def positions(self, account: str) -> list[money.Position]:
        """As the terminal shows them, which may be stale."""
        return self.frozen[account][0] if account in self.frozen else self._positions(account)

    def worth(self, account: str) -> int:
        """What its positions are worth, in 1e-8 CNY."""
        return self.frozen[account][1] if account in self.frozen else money.worth(self._positions(account))

    def freeze(self) -> None:
        """Keep the positions as they are now while ``stale_positions`` is set."""
        if not self.options.stale_positions:
            self.frozen = {}
        elif not self.frozen:
            for account in self.venue.accounts:
                found: list[money.Position] = self._positions(account.key)
                self.frozen[account.key] = (found, money.worth(found))

    def _positions(self, account: str) -> list[money.Position]:
        self.day.turn(self.venue.now())
        return money.positions(self.venue.exchange, account, self.holdings, self.day.begins)

    def last_close(self, code: str) -> int:
        """The close before the local day, in 1e-8: the exchange's own moves on when the day's trading ends, hours before it."""
        self.keep_closes()
        return self._closes.get(code, self.venue.exchange.previous_close(code))

    def keep_closes(self) -> None:
        """Once a day, before its trading ends."""
        self.day.turn(self.venue.now())
        if self._closes_of != self.day.begins:
            self._closes_of = self.day.begins
            exchange: Exchange = self.venue.exchange
            self._closes = {code: exchange.previous_close(code) for code in exchange.instruments}

    # -- what the exchange does

    def add(self, order: Order) -> None:
        """An order has come."""
        number: int = self.day.add(order)
        if order.strategy_id is None:
            unlisted.keep_number(self.venue, order, number)
        self.strategy_name(number, order)

    def _on_events(self, events: list[Event]) -> None:
        self.holdings.on_events(events)
        exchange: Exchange = self.venue.exchange
        if self.venue.hours:
            self.keep_closes()
        for event in events:
            if type(event) is OrderReport and event.execution_type == "NEW":
                self.day.turn(event.time)
                try:
                    self.add(exchange.find_order(event.account, event.symbol, event.order_id))
                except Refusal:
                    pass            # of a symbol that has been removed
            elif type(event) is DayEnd:
                self.venue.clock.call_soon(partial(money.repay, self.venue, event.symbol))
