"""What the exchange says happened. Numbers are amounts in 1e-8, times microseconds."""

from typing import NamedTuple


class OrderReport(NamedTuple):
    """
    One change of a user's order: a snapshot of it, and the fill that made it if one did.

    ``execution_type``: NEW, TRADE, CANCELED, EXPIRED, REJECTED, REPLACED, TRADE_PREVENTION (enums.md).
    The snapshot holds what the order was at this moment, later changes do not reach it.
    """

    execution_type: str
    execution_id: int               # unique on the venue (executionReport "I")
    account: str
    symbol: str
    order_id: int
    client_order_id: str
    side: str
    type: str
    time_in_force: str
    price: int
    quantity: int
    quote_quantity: int
    stop_price: int
    iceberg_quantity: int
    stp_mode: str
    status: str
    executed: int
    executed_quote: int
    prevented: int
    time: int
    update_time: int
    working_time: int
    expiry_reason: str
    reject_reason: str
    is_on_book: bool
    strategy_id: int | None
    strategy_type: int | None
    # of a TRADE, else 0 / "" / False
    last_quantity: int = 0
    last_price: int = 0
    trade_id: int = -1
    fee: int = 0
    fee_asset: str = ""
    is_maker: bool = False
    # of a CANCELED: the id of the cancel request (executionReport "c"; "C" is then the order's own)
    cancel_client_order_id: str = ""
    # of a TRADE_PREVENTION
    last_prevented: int = 0
    prevented_match_id: int = 0
    counter_order_id: int = 0
    order_list_id: int = -1         # -1: it is in no list


class Fill(NamedTuple):
    """A user's side of a trade, as myTrades keeps it. ``trade_id`` is unique per symbol."""

    account: str
    symbol: str
    trade_id: int
    order_id: int
    client_order_id: str
    is_buy: bool
    price: int
    quantity: int
    quote: int
    fee: int
    fee_asset: str
    is_maker: bool
    time: int


class ListReport(NamedTuple):
    """
    One change of an order list. ``status_type``: EXEC_STARTED, UPDATED, ALL_DONE (enums.md, "Order List Status").

    ``is_placement``: the list is new. ``orders``: (order id, client order id) as they are now.
    """

    status_type: str
    is_placement: bool
    account: str
    symbol: str
    order_list_id: int
    client_order_id: str
    contingency: str
    pays: bool
    orders: tuple[tuple[int, str], ...]
    time: int


class ListReserve(NamedTuple):
    """How much of the base asset is kept for the pending orders of a list, from what its working order bought (faqs/opo.md)."""

    account: str
    symbol: str
    order_list_id: int
    reserved: int


class PublicTrade(NamedTuple):
    """A trade as the public sees it."""

    symbol: str
    trade_id: int
    price: int
    quantity: int
    quote: int
    time: int
    buyer_is_maker: bool
    taker_order_id: int             # groups raw trades into aggregate trades; not shown
    first_id: int = 0               # of a replayed aggregate record: the raw ids it stands for, else 0
    last_id: int = 0


class BalanceChange(NamedTuple):
    """
    Balances of one account after a command: ``assets`` maps asset -> (free, locked).

    ``unsettled``: of the same assets, what was bought and cannot be sold before the day's end; None where nothing settles late.
    """

    account: str
    time: int
    assets: dict[str, tuple[int, int]]
    unsettled: dict[str, int] | None = None


class BalanceDelta(NamedTuple):
    """A deposit or withdrawal (balanceUpdate)."""

    account: str
    asset: str
    delta: int
    time: int


class SymbolStatus(NamedTuple):
    """A symbol's status changed."""

    symbol: str
    status: str


class DayEnd(NamedTuple):
    """A symbol's trading day is over. ``previous_close``: the price the next day's band is counted from."""

    symbol: str
    previous_close: int
    time: int


Event = OrderReport | Fill | ListReport | ListReserve | PublicTrade | BalanceChange | BalanceDelta | SymbolStatus | DayEnd
