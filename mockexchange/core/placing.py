"""Placing: orders that were admitted, and lists of them, are made and go to work."""

from collections.abc import Callable

from .admission import Admission, Admitted
from .commands import PlaceOrder, PlaceOrderList
from .events import Event
from .instruments import Instrument
from .list_admission import ListAdmission
from .matching import Matcher
from .order_lists import OrderLists
from .orders import Order
from .rules import AUCTION
from .special import make_special


class Placing:
    """What an exchange does with PlaceOrder and PlaceOrderList. The orders made are entered into ``orders``, by order id."""

    def __init__(
        self, matcher: Matcher, admission: Admission, list_admission: ListAdmission, lists: OrderLists, orders: dict[int, Order],
        make_client_id: Callable[[], str],
    ) -> None:
        self._matcher: Matcher = matcher
        self._admission: Admission = admission
        self._list_admission: ListAdmission = list_admission
        self._lists: OrderLists = lists
        self._orders: dict[int, Order] = orders
        self._make_client_id: Callable[[], str] = make_client_id

    def place(self, command: PlaceOrder, now: int) -> list[Event]:
        """Raises Refusal, ValueError; nothing has changed then."""
        admitted: Admitted = self._admission.admit(command, now)
        market, account, _, lock, _ = admitted
        matcher = self._matcher
        matcher.begin(now)
        order = self._make_order(command, admitted, now)
        if lock:
            matcher.lock(market, account, order, lock)
        if command.stop_price or command.trailing_delta:
            account.open(order)
            market.stops.add(order)
            matcher.report(order, "NEW")
        else:
            order.working_time = now
            matcher.report(order, "NEW")
            if market.instrument.status == AUCTION:
                matcher.collect(market, account, order)
            else:
                matcher.run(market, account, order)
        return matcher.finish(market)

    def place_list(self, command: PlaceOrderList, now: int) -> list[Event]:
        """Raises Refusal, ValueError; nothing has changed then."""
        admitted: list[Admitted] = self._list_admission.admit(command, self._lists.check_new(command), now)
        market, account, _, lock, _ = admitted[0]
        self._matcher.begin(now)
        orders = tuple([
            self._make_order(order, found, now, is_pending=command.contingency == "OTO" and place > 0)
            for place, (order, found) in enumerate(zip(command.orders, admitted, strict=True))
        ])
        self._lists.place(market, account, command, orders, lock)
        return self._matcher.finish(market)

    def _make_order(self, command: PlaceOrder, admitted: Admitted, now: int, is_pending: bool = False) -> Order:
        """``is_pending``: it tracks no price, and is not pegged to the book, before it goes to work."""
        market, account, quantity, _, price = admitted
        matcher = self._matcher
        order_id: int = matcher.next_order_id
        matcher.next_order_id = order_id + 1
        order = Order(
            order_id, command.client_order_id or self._make_client_id(), account.name,
            market.symbol, command.side == "BUY", command.type, price, quantity, now,
            command.time_in_force if command.type == "LIMIT" else _time_in_force(command, market.instrument),
            command.quote_quantity, command.stop_price, command.iceberg_quantity,
            command.stp_mode or market.instrument.default_stp_mode, command.strategy_id, command.strategy_type,
        )
        if command.trailing_delta or command.peg_price_type or command.uses_sor or command.iceberg_quantity:
            order.special = make_special(command, 0, 0, 0) if is_pending else make_special(command, now, market.tape.last_price, price)
            if command.uses_sor:
                matcher.router.choose_floor(order)
        self._orders[order_id] = order
        account.register(order)
        return order


def _time_in_force(command: PlaceOrder, instrument: Instrument) -> str:
    """As the order keeps it: only limits rest, and of shares the stops."""
    if command.type == "LIMIT_MAKER" or not (command.price or command.peg_price_type or (command.stop_price and instrument.equity is not None)):
        return "GTC"
    return command.time_in_force
