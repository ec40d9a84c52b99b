"""What can be said against an order list when it is placed, and against its pending orders when they are to work."""


from msgspec.structs import replace

from .accounts import Account
from .admission import Admission, Admitted
from .commands import PlaceOrder, PlaceOrderList
from .errors import Refusal, refuse
from .filters import check_assets, check_filters, check_shape, check_venue_counts, count_icebergs
from .instruments import VenueRules
from .market import Market
from .orders import STOP_TYPES, BookOrder, Order
from .special import Special

# a command's fields, by where an order has them
_OF_ORDER: tuple[str, ...] = tuple(name for name in PlaceOrder.__struct_fields__ if name in (*Order.__slots__, *BookOrder.__slots__, "side"))
_OF_SPECIAL: tuple[str, ...] = tuple(name for name in PlaceOrder.__struct_fields__ if name in Special._fields)


class ListAdmission:
    """The admission of lists, with that of single orders at hand. Nothing is changed."""

    def __init__(self, admission: Admission, venue_rules: list[VenueRules]) -> None:
        """``venue_rules``: those of the whole venue, if it has any; they may come and go."""
        self._admission: Admission = admission
        self._venue_rules: list[VenueRules] = venue_rules

    def admit(self, command: PlaceOrderList, open_lists: tuple[int, int], now: int) -> list[Admitted]:
        """
        What is known of each order, in the list's order; 0 is to be locked for pending orders. ``open_lists``: of the account
        on the symbol, and in all.

        Raises Refusal, or ValueError for a list that makes no sense.
        """
        market, account = self._admission.place(command.symbol, command.account)
        _check_shape(command)
        rules = market.instrument
        if rules.equity is not None:
            raise refuse("UNSUPPORTED_TYPE")
        orders: list[PlaceOrder] = command.orders
        at_once: int = 1 if command.contingency == "OTO" else len(orders)
        pending: list[PlaceOrder] = orders[at_once:]
        for place, order in enumerate(orders):
            has_quantity: bool = not command.pays or place < at_once
            check_shape(order if has_quantity else replace(order, quantity=orders[0].quantity), rules)
        if rules.status != "TRADING":
            raise refuse("MARKET_CLOSED")
        for place, order in enumerate(orders):
            check_filters(order, market, account, now, is_sized=not command.pays or place < at_once)
        _check_counts(command, market, account, open_lists[0])
        if self._venue_rules:
            venue: VenueRules = self._venue_rules[0]
            check_venue_counts(orders, account, venue)
            if venue.max_num_order_lists and open_lists[1] >= venue.max_num_order_lists:
                raise refuse("FILTER", "EXCHANGE_MAX_NUM_ORDER_LISTS")
            for order in pending:
                check_assets(order, market, now, venue)
        _check_client_ids(command, account)
        pair: list[PlaceOrder] = pending if command.contingency == "OTO" else orders
        if len(pair) == 2:
            check_pair(pair, None if pending else market.tape.last_price)
        return [
            self._admission.admit(order, now) if place < at_once else (market, account, order.quantity, 0, order.price)
            for place, order in enumerate(orders)
        ]

    def admit_pending(self, orders: tuple[Order, ...], market: Market, now: int) -> list[Admitted | Refusal]:
        """What is known of pending orders that are to work now, one by one, or why they cannot."""
        commands: list[PlaceOrder] = [as_command(order) for order in orders]
        if len(commands) == 2:
            try:
                check_pair(commands, market.tape.last_price)
            except Refusal as refusal:
                return [refusal, refusal]
        return [self._admit_open(command, now) for command in commands]

    def _admit_open(self, command: PlaceOrder, now: int) -> Admitted | Refusal:
        try:
            return self._admission.admit(command, now, is_open=True)
        except Refusal as refusal:
            return refusal


def as_command(order: Order) -> PlaceOrder:
    """The command that would place an order as it is. Orders of lists are not routed."""
    command: PlaceOrder = PlaceOrder(**{name: getattr(order, name) for name in _OF_ORDER})
    special: Special | None = order.special
    if special is not None:
        for name in _OF_SPECIAL:
            setattr(command, name, getattr(special, name))
        if special.peg_price_type:
            command.price = special.limit_price
    return command


def check_pair(pair: list[PlaceOrder], last: int | None) -> None:
    """
    OCO_BAD_PRICES unless the last price lies between both (rest-api.md, "New Order list - OCO", price restrictions).

    ``last`` None: for orders that are pending only the prices themselves are compared.
    """
    loss, other = pair
    loss_price: int = loss.stop_price
    # a pegged order gets its price from the book
    other_price: int = other.stop_price if other.type == "TAKE_PROFIT" or other.peg_price_type else other.price
    above, below = (other_price, loss_price) if loss.side == "SELL" else (loss_price, other_price)
    # a price that is not known yet, 0, restricts nothing
    found: list[int] = [price for price in (above, below if last is None else last) if price]
    if len(found) == 2 and found[0] <= found[1]:
        raise refuse("OCO_BAD_PRICES")
    if last is not None and below and last <= below:
        raise refuse("OCO_BAD_PRICES")


def _check_shape(command: PlaceOrderList) -> None:
    orders: list[PlaceOrder] = command.orders
    if any((order.account, order.symbol) != (command.account, command.symbol) for order in orders):
        raise ValueError("orders: an order of a list has the list's account and symbol")
    if any(order.uses_sor for order in orders):
        raise refuse("UNSUPPORTED_TYPE")
    if command.contingency == "OCO":
        pair: list[PlaceOrder] = orders
        if len(orders) != 2 or command.pays:
            raise ValueError(f"orders: an OCO has two, not {len(orders)}, and none that pays")
    elif command.contingency == "OTO":
        pair = orders[1:]
        if len(orders) not in (2, 3):
            raise ValueError(f"orders: an OTO has two or three, not {len(orders)}")
        if orders[0].type not in ("LIMIT", "LIMIT_MAKER") or any(order.quote_quantity for order in pair):
            raise refuse("UNSUPPORTED_TYPE")
        if command.pays and (orders[0].side != "BUY" or any(order.side != "SELL" or order.quantity for order in pair)):
            raise refuse("UNSUPPORTED_TYPE")
    else:
        raise ValueError(f"contingency: must be OCO or OTO, not {command.contingency!r}")
    if len(pair) == 2:
        loss, other = pair
        if (
            loss.type not in ("STOP_LOSS", "STOP_LOSS_LIMIT") or other.type not in ("LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")
            or (loss.side, loss.quantity) != (other.side, other.quantity)
        ):
            raise refuse("UNSUPPORTED_TYPE")


def _check_counts(command: PlaceOrderList, market: Market, account: Account, open_lists: int) -> None:
    """The order count filters, for all of the list's orders (CHANGELOG.md, 2025-08-27), and that of lists."""
    rules = market.instrument
    if account.count_open(market.symbol) + len(command.orders) > rules.max_num_orders:
        raise refuse("FILTER", "MAX_NUM_ORDERS")
    stops: int = sum(order.type in STOP_TYPES for order in command.orders)
    if account.count_waiting(market.symbol) + stops > rules.max_num_algo_orders:
        raise refuse("FILTER", "MAX_NUM_ALGO_ORDERS")
    icebergs: int = count_icebergs(command.orders)
    if icebergs and count_icebergs(account.open_orders(market.symbol)) + icebergs > rules.max_num_iceberg_orders:
        raise refuse("FILTER", "MAX_NUM_ICEBERG_ORDERS")
    if open_lists >= rules.max_num_order_lists:
        raise refuse("FILTER", "MAX_NUM_ORDER_LISTS")


def _check_client_ids(command: PlaceOrderList, account: Account) -> None:
    ids: list[str] = [order.client_order_id for order in command.orders if order.client_order_id]
    if len(set(ids)) != len(ids) or any(account.is_taken(command.symbol, client_id) for client_id in ids):
        raise refuse("DUPLICATE_CLIENT_ORDER_ID")
