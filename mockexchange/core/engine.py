"""What the parts of the matching engine ask of each other; ``matching.Matcher`` is all of it."""

from contextlib import AbstractContextManager
from typing import Protocol

from .accounts import Account
from .events import Event
from .market import Market
from .orders import BookOrder, Order


class Contingencies(Protocol):
    """What hangs on the orders of lists (order_lists.py)."""

    def follow(self, market: Market) -> None:
        """Work off ``Market.leg_reports``."""

    def activate(self, market: Market, order: Order) -> None:
        """A triggered order of a list is about to work."""


class Engine(Protocol):
    """See ``matching.Matcher``."""

    accounts: dict[str, Account]
    events: list[Event]
    now: int
    next_prevented_id: int

    def trade(self, market: Market, maker: BookOrder, taker: Order | None, is_buy: bool, taker_id: int, quantity: int) -> None: ...

    def allocate(self, market: Market, order: Order, price: int, quantity: int) -> None: ...

    def touching(self, touched: dict[Account, int]) -> AbstractContextManager[None]: ...

    def finish(self, market: Market) -> list[Event]: ...

    def lock(self, market: Market, account: Account, order: Order, amount: int) -> None: ...

    def unlock(self, market: Market, order: Order, keep: int = 0) -> None: ...

    def expire(self, market: Market, order: Order, reason: str) -> None: ...

    def end(self, market: Market, order: Order) -> None: ...

    def report(
        self, order: Order, execution_type: str, last_quantity: int = 0, last_price: int = 0, trade_id: int = -1, fee: int = 0,
        fee_asset: str = "", is_maker: bool = False, cancel_client_order_id: str = "", last_prevented: int = 0,
        prevented_match_id: int = 0, counter_order_id: int = 0,
    ) -> None: ...
