"""The order as the exchange keeps it. Status and type words are Binance's (enums.md)."""

from collections import deque
from typing import NamedTuple

from .events import OrderReport

FINAL_STATUSES: frozenset[str] = frozenset({"FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"})
STOP_TYPES: frozenset[str] = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
ORDER_TYPES: frozenset[str] = STOP_TYPES | {"LIMIT", "MARKET", "LIMIT_MAKER"}
NO_LIST: int = -1                       # "orderListId" of an order that is in none


class Amendment(NamedTuple):
    """One change of an order's quantity, as ``order/amendments`` shows it. The time is in microseconds."""

    execution_id: int
    client_order_id: str            # before it
    new_client_order_id: str
    quantity: int                   # before it
    new_quantity: int
    time: int


class BookOrder:
    """
    What the book needs of an order; the flow's orders are nothing more than this.

    The flow makes most of a market's orders, nobody asks for them by id, and ``account`` ""
    says that they are the market maker's. ``prev``, ``next`` and ``level`` belong to the book.
    """

    __slots__ = ("order_id", "account", "is_buy", "price", "remaining", "prev", "next", "level")

    prev: "BookOrder | None"
    next: "BookOrder | None"
    level: object | None

    def __init__(self, is_buy: bool, price: int, quantity: int, order_id: int = 0) -> None:
        self.order_id: int = order_id
        self.account: str = ""
        self.is_buy: bool = is_buy
        self.price: int = price
        self.remaining: int = quantity


class Order(BookOrder):
    """
    One order of a user. Numbers are amounts in 1e-8, times microseconds.

    ``remaining`` is what can still trade: quantity - executed - prevented.
    ``locked`` is what the ledger still holds for it, in the asset the side gives.
    """

    __slots__ = (
        "client_order_id", "symbol", "type", "time_in_force",
        "quantity", "quote_quantity", "stop_price", "iceberg_quantity", "stp_mode",
        "strategy_id", "strategy_type",
        "status", "executed", "prevented", "prevented_match_id", "executed_quote", "locked",
        "time", "update_time", "working_time", "expiry_reason", "reject_reason", "sequence", "amendments", "queued",
        "order_list",
    )

    def __init__(
        self,
        order_id: int,
        client_order_id: str,
        account: str,
        symbol: str,
        is_buy: bool,
        type: str,
        price: int,
        quantity: int,
        time: int,
        time_in_force: str = "GTC",
        quote_quantity: int = 0,
        stop_price: int = 0,
        iceberg_quantity: int = 0,
        stp_mode: str = "NONE",
        strategy_id: int | None = None,
        strategy_type: int | None = None,
    ) -> None:
        self.order_id = order_id
        self.client_order_id: str = client_order_id
        self.account = account
        self.symbol: str = symbol
        self.is_buy = is_buy
        self.type: str = type
        self.time_in_force: str = time_in_force
        self.price = price
        self.quantity: int = quantity
        self.quote_quantity: int = quote_quantity
        self.stop_price: int = stop_price
        self.iceberg_quantity: int = iceberg_quantity
        self.stp_mode: str = stp_mode
        self.strategy_id: int | None = strategy_id
        self.strategy_type: int | None = strategy_type
        self.status: str = "NEW"
        self.executed: int = 0
        self.remaining = quantity
        self.prevented: int = 0
        self.prevented_match_id: int = 0
        self.executed_quote: int = 0
        self.locked: int = 0
        self.time: int = time
        self.update_time: int = time
        self.working_time: int = 0          # 0: not on the book yet (a stop that has not triggered)
        self.expiry_reason: str = "NONE"
        self.reject_reason: str = "NONE"
        self.sequence: int = 0              # counts this order's reports
        self.amendments: tuple[Amendment, ...] = ()
        self.queued: int = 0                # when it lost its place in the queue to an amendment, 0: it has the first one
        self.order_list: OrderList | None = None
        self.prev = self.next = self.level = None

    @property
    def order_list_id(self) -> int:
        return NO_LIST if self.order_list is None else self.order_list.order_list_id

    @property
    def is_pending(self) -> bool:
        """It waits for the working order of its list."""
        return self.status == "PENDING_NEW"

    @property
    def side(self) -> str:
        return "BUY" if self.is_buy else "SELL"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATUSES

    @property
    def is_working(self) -> bool:
        return self.working_time != 0


class OrderList:
    """
    Orders of one account on one symbol that hang on each other (order_lists.py has the contingencies).

    ``orders``: of an OCO the stop loss and the other; of an OTO the working order, then what is pending, a pair as in an OCO.
    ``pays``: what the working order receives is what the pending orders sell (faqs/opo.md).
    ``time``: of the last change, in microseconds. ``reports``: what its orders' market has to follow up (Market.leg_reports).
    """

    __slots__ = (
        "order_list_id", "client_order_id", "account", "symbol", "contingency", "pays", "orders", "is_done", "time", "reports",
    )

    def __init__(
        self, order_list_id: int, client_order_id: str, account: str, symbol: str, contingency: str, pays: bool,
        orders: tuple[Order, ...], time: int, is_done: bool = False,
    ) -> None:
        self.order_list_id: int = order_list_id
        self.client_order_id: str = client_order_id
        self.account: str = account
        self.symbol: str = symbol
        self.contingency: str = contingency         # OCO, OTO (enums.md, "ContingencyType")
        self.pays: bool = pays
        self.orders: tuple[Order, ...] = orders
        self.time: int = time
        self.is_done: bool = is_done
        self.reports: deque[tuple[Order, OrderReport]] = deque()
        for order in orders:
            order.order_list = self

    @property
    def pair(self) -> tuple[Order, ...]:
        """The two orders of which one ends the other; none where there are no such orders."""
        found: tuple[Order, ...] = self.orders if self.contingency == "OCO" else self.orders[1:]
        return found if len(found) == 2 else ()

    @property
    def pending(self) -> tuple[Order, ...]:
        """The orders that wait for the working order."""
        return tuple(order for order in self.orders if order.is_pending)
