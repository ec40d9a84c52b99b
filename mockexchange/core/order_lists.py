"""
Order lists: what happens to one order of a list does something to the others.

The table is that of fix-api.md, "Supported Order List Types", with what rest-api.md says of cancels and user-data-stream.md
of expiry reasons. What an order did is followed up before anything else happens on the market: no two orders of a pair trade.
"""

from collections.abc import Callable, Iterable

from .accounts import Account
from .commands import CancelOrderList, PlaceOrderList
from .errors import Refusal, refuse
from .events import ListReport, ListReserve, OrderReport
from .filters import MARKET_TYPES
from .list_admission import ListAdmission
from .market import Market
from .matching import Matcher
from .orders import STOP_TYPES, Order, OrderList

# what an order is in its list
PAIR: str = "PAIR"              # one of two, of which one ends the other
WORKING: str = "WORKING"
PENDING: str = "PENDING"        # waits for the working order
ALONE: str = "ALONE"            # was pending
# what has happened to it
ACTIVATED: str = "ACTIVATED"    # a stop has triggered and is about to work
TRADED: str = "TRADED"          # a part of it was traded, or prevented from it
FILLED: str = "FILLED"
ENDED: str = "ENDED"            # it expired
CANCELED: str = "CANCELED"
# what that does to the other open orders
RELEASE: str = "RELEASE"        # they go to work
EXPIRE: str = "EXPIRE"          # with the reason beside it
CANCEL: str = "CANCEL"

OCO_TRIGGER: str = "OCO_TRIGGER"
PHASE_ONE: str = "OTO_PHASE_ONE_EXPIRED"

CONTINGENCIES: dict[tuple[str, str], tuple[str, str]] = {
    (PAIR, ACTIVATED): (EXPIRE, OCO_TRIGGER),
    (PAIR, TRADED): (EXPIRE, OCO_TRIGGER),
    (PAIR, FILLED): (EXPIRE, OCO_TRIGGER),
    (PAIR, ENDED): (EXPIRE, OCO_TRIGGER),
    (PAIR, CANCELED): (CANCEL, ""),
    (WORKING, FILLED): (RELEASE, ""),
    (WORKING, ENDED): (EXPIRE, PHASE_ONE),
    (WORKING, CANCELED): (CANCEL, ""),
    (PENDING, CANCELED): (CANCEL, ""),
}

# refusals of orders that were pending, as user-data-stream.md ("Order Reject Reason") calls them
REJECT_REASONS: dict[str, str] = {
    "INSUFFICIENT_BALANCE": "INSUFFICIENT_BALANCES",
    "WOULD_TRIGGER": "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
    "WOULD_MATCH": "WOULD_MATCH_IMMEDIATELY",
    "OCO_BAD_PRICES": "OCO_BAD_PRICES",
}


def role_of(order: Order, of: OrderList) -> str:
    """What an order is in its list now."""
    if of.contingency == "OCO":
        return PAIR
    if order is of.orders[0]:
        return WORKING
    if of.orders[0].status != "FILLED":
        return PENDING
    return PAIR if of.pair else ALONE


def happened(report: OrderReport) -> str:
    """What a report says of its order, "" for what concerns no other: an expiry that another order of the list was the reason of."""
    kind: str = report.execution_type
    if kind == "CANCELED":
        return CANCELED
    if report.status in ("EXPIRED", "EXPIRED_IN_MATCH"):
        return "" if report.expiry_reason in (OCO_TRIGGER, PHASE_ONE) else ENDED
    if report.status == "FILLED":
        return FILLED
    return TRADED if kind in ("TRADE", "TRADE_PREVENTION") else ""


class OrderLists:
    """
    All order lists of an exchange: they are placed, followed, cancelled and found here.

    An undecided pair needs the more expensive of both orders, locked once: by the order on the book, else by the first.
    """

    def __init__(self, matcher: Matcher, admission: ListAdmission, make_client_id: Callable[[], str]) -> None:
        self._matcher: Matcher = matcher
        self._admission: ListAdmission = admission
        self._make_client_id: Callable[[], str] = make_client_id
        self._by_id: dict[int, OrderList] = {}
        self._by_account: dict[str, list[OrderList]] = {}
        self._by_client_id: dict[tuple[str, str], OrderList] = {}
        self._open: dict[str, dict[int, OrderList]] = {}
        self._next_id: int = 1
        matcher.lists = self

    # -- commands

    def check_new(self, command: PlaceOrderList) -> int:
        """Raise DUPLICATE_CLIENT_ORDER_ID for an open list's id; returns how many lists the account has open on the symbol."""
        if command.client_order_id:
            known = self._by_client_id.get((command.account, command.client_order_id))
            if known is not None and not known.is_done:
                raise refuse("DUPLICATE_CLIENT_ORDER_ID")
        return sum(one.symbol == command.symbol for one in self._open.get(command.account, {}).values())

    def place(self, market: Market, account: Account, command: PlaceOrderList, orders: tuple[Order, ...], lock: int) -> None:
        """Let the orders of an admitted list begin. ``lock``: what the working order of an OTO needs."""
        matcher = self._matcher
        of: OrderList = OrderList(
            self._next_id, command.client_order_id or self._make_client_id(), account.name, market.symbol,
            command.contingency, command.pays, orders, matcher.now,
        )
        self._enter(of, market)
        self._report(of, "EXEC_STARTED", True)
        if of.contingency == "OCO":
            for order in orders:
                account.open(order)
            self._start(market, account, orders)
            return
        working, *pending = orders
        working.working_time = matcher.now
        matcher.lock(market, account, working, lock)
        matcher.report(working, "NEW")
        for order in pending:
            order.status = "PENDING_NEW"
            account.open(order)
            matcher.report(order, "NEW")
        matcher.run(market, account, working)

    def cancel(self, market: Market, account: Account, command: CancelOrderList) -> None:
        """Raises UNKNOWN_ORDER, CLIENT_ID_MISMATCH; one cancelled order takes the others with it."""
        of: OrderList | None = self._look_up(account.name, command.order_list_id, command.client_order_id)
        if of is None or of.is_done or of.symbol != market.symbol:
            raise refuse("UNKNOWN_ORDER")
        first: Order = next(order for order in of.orders if not order.is_final)
        self._matcher.cancel(market, first, command.new_client_order_id or self._make_client_id())

    def tied(self, order: Order) -> tuple[Order, ...]:
        """
        The other order of an undecided pair: both have one quantity (faqs/order_amend_keep_priority.md, "Can Order lists be
        amended?"). Raises AMEND_PENDING_OPO for an order whose quantity is not known yet.
        """
        of = order.order_list
        if of is None:
            return ()
        if of.pays and order.is_pending:
            raise refuse("AMEND_PENDING_OPO")
        return tuple(other for other in _others(order, of) if order in of.pair and other in of.pair)

    # -- what the matcher asks for

    def activate(self, market: Market, order: Order) -> None:
        """A triggered order is about to work: the other of its pair ends first (CHANGELOG.md, 2019-11-13, "Execution Order")."""
        of: OrderList = _list_of(order)
        action = CONTINGENCIES.get((role_of(order, of), ACTIVATED))
        if action is not None:
            self._expire(market, _others(order, of), action[1])
        self._relock(market, of)

    def follow(self, market: Market) -> None:
        """Do to the other orders what the reports of the matcher make necessary, then report the lists that changed."""
        reports = market.leg_reports
        changed: dict[OrderList, str] = {}
        while reports:
            order, report = reports.popleft()
            of: OrderList = _list_of(order)
            changed.setdefault(of, "")
            if report.execution_type == "EXPIRED":
                changed[of] = "EXEC_STARTED"
            if report.execution_type == "TRADE" and of.pays and order is of.orders[0]:
                self._reserve(market, of, report)
            elif report.execution_type == "REPLACED":
                self._relock(market, of)
                if order.amendments and order.amendments[-1].client_order_id != order.client_order_id:
                    changed[of] = changed[of] or "UPDATED"
            action, reason = CONTINGENCIES.get((role_of(order, of), happened(report)), ("", ""))
            others: tuple[Order, ...] = _others(order, of)
            if not action or not others:
                continue
            changed[of] = "EXEC_STARTED"
            if action == RELEASE:
                self._release(market, of)
            elif action == EXPIRE:
                self._expire(market, others, reason)
            else:
                for other in others:
                    self._matcher.cancel(market, other, report.cancel_client_order_id)
        for of, status_type in changed.items():
            if not of.is_done and all(order.is_final for order in of.orders):
                of.is_done = True
                del self._open[of.account][of.order_list_id]
                self._report(of, "ALL_DONE")
            elif status_type:
                self._report(of, status_type)

    # -- reads

    def find(self, account: str, order_list_id: int | None = None, client_order_id: str = "") -> OrderList:
        """The list by id, else the newest by client id. Refusal ORDER_DOES_NOT_EXIST, CLIENT_ID_MISMATCH."""
        found: OrderList | None = self._look_up(account, order_list_id, client_order_id)
        if found is None:
            raise refuse("ORDER_DOES_NOT_EXIST")
        return found

    def open_lists(self, account: str) -> list[OrderList]:
        """By list id."""
        return list(self._open.get(account, {}).values())

    def all_lists(self, account: str) -> list[OrderList]:
        """By list id."""
        return list(self._by_account.get(account, ()))

    # -- restore

    def restore(self, of: OrderList, market: Market, reserved: int) -> None:
        """
        Take a list over whose orders are there again, those earlier first; their locks are worked out anew.

        ``reserved``: what is kept for pending orders, see ListReserve.
        """
        self._enter(of, market)
        if of.is_done:
            return
        if of.pays and of.pending:
            of.pending[0].locked = reserved
        for order, amount in _due(of, market).items():
            order.locked = amount

    # -- within

    def _enter(self, of: OrderList, market: Market) -> None:
        of.reports = market.leg_reports
        self._next_id = max(self._next_id, of.order_list_id + 1)
        self._by_id[of.order_list_id] = of
        self._by_account.setdefault(of.account, []).append(of)
        self._by_client_id[of.account, of.client_order_id] = of
        if not of.is_done:
            self._open.setdefault(of.account, {})[of.order_list_id] = of

    def _look_up(self, account: str, order_list_id: int | None, client_order_id: str) -> OrderList | None:
        if order_list_id is None:
            return self._by_client_id.get((account, client_order_id)) if client_order_id else None
        found = self._by_id.get(order_list_id)
        if found is None or found.account != account:
            return None
        if client_order_id and found.client_order_id != client_order_id:
            raise refuse("CLIENT_ID_MISMATCH")
        return found

    def _report(self, of: OrderList, status_type: str, is_placement: bool = False) -> None:
        of.time = self._matcher.now
        self._matcher.events.append(ListReport(
            status_type, is_placement, of.account, of.symbol, of.order_list_id, of.client_order_id, of.contingency, of.pays,
            tuple([(order.order_id, order.client_order_id) for order in of.orders]), of.time,
        ))

    def _start(self, market: Market, account: Account, orders: Iterable[Order]) -> None:
        """Let orders work that have been let in: stops wait for their price, the others go to the book."""
        matcher = self._matcher
        working: list[Order] = [order for order in orders if order.type not in STOP_TYPES]
        for order in orders:
            order.status = "NEW"
            order.update_time = matcher.now
        for order in working:
            order.working_time = matcher.now
        for of in {_list_of(order): None for order in orders}:
            self._relock(market, of)
        for order in orders:
            if order.type in STOP_TYPES:
                market.stops.add(order)
            matcher.report(order, "NEW")
        for order in working:
            matcher.run(market, account, order)

    def _release(self, market: Market, of: OrderList) -> None:
        """The working order is filled: its pending orders go to work, or expire with the reason REJECTED."""
        matcher = self._matcher
        account: Account = matcher.accounts[of.account]
        pending: tuple[Order, ...] = of.pending
        if of.pays:
            self._give_quantity(market, pending)
        refusals: list[Refusal | None] = self._admission.refusals(pending, market, matcher.now)
        if not any(refusals):
            self._start(market, account, pending)
            return
        for order, refusal in zip(pending, refusals, strict=True):
            if refusal is not None:
                matcher.expire(market, order, "REJECTED", REJECT_REASONS.get(refusal.reason, "NONE"))

    def _expire(self, market: Market, orders: Iterable[Order], reason: str) -> None:
        for order in orders:
            self._matcher.take_out(market, order)
            self._matcher.expire(market, order, reason)

    def _reserve(self, market: Market, of: OrderList, report: OrderReport) -> None:
        """
        Keep what a fill of the working order brought. The fee comes from what is free, where that suffices and the asset is not
        BNB; else from the fill (faqs/opo.md).
        """
        account: Account = self._matcher.accounts[of.account]
        amount: int = report.last_quantity
        if report.fee_asset == market.base and (market.base == "BNB" or account.free[market.base] < amount):
            amount -= report.fee
        first: Order = of.orders[1]
        self._matcher.lock(market, account, first, amount)
        self._matcher.events.append(ListReserve(of.account, of.symbol, of.order_list_id, first.locked))

    def _give_quantity(self, market: Market, pending: tuple[Order, ...]) -> None:
        """What was kept becomes the quantity, as LOT_SIZE and MARKET_LOT_SIZE allow; the rest is free."""
        rules = market.instrument
        quantity: int = min(pending[0].locked, rules.max_quantity)
        if any(order.type in MARKET_TYPES for order in pending):
            quantity = min(quantity, rules.market_max_quantity)
        quantity -= quantity % (rules.step_size or 1)
        self._matcher.unlock(market, pending[0])
        for order in pending:
            order.quantity = order.remaining = quantity

    def _relock(self, market: Market, of: OrderList) -> None:
        """Lock for a list's open orders what they need now; what shrinks first, so that nothing is owed."""
        matcher = self._matcher
        account: Account = matcher.accounts[of.account]
        due: dict[Order, int] = _due(of, market)
        for order, amount in due.items():
            if amount < order.locked:
                matcher.unlock(market, order, amount)
        for order, amount in due.items():
            if amount > order.locked:
                matcher.lock(market, account, order, amount - order.locked)


def _list_of(order: Order) -> OrderList:
    assert order.order_list is not None
    return order.order_list


def _others(order: Order, of: OrderList) -> tuple[Order, ...]:
    return tuple(other for other in of.orders if other is not order and not other.is_final)


def _due(of: OrderList, market: Market) -> dict[Order, int]:
    """What each open order of a list is to have locked, but for those pending, which keep what they have."""
    live: list[Order] = [order for order in of.orders if not order.is_final and not order.is_pending]
    due: dict[Order, int] = {
        order: 0 if order.type == "MARKET" else market.settlement.reserve(
            order.is_buy, order.price or order.stop_price, order.remaining, order.executed_quote
        )
        for order in live
    }
    if len(live) == 2:                      # a pair, undecided: one lock for both
        holder: Order = next((order for order in live if order.is_working), live[0])
        most: int = max(due.values())
        due = {order: most if order is holder else 0 for order in live}
    return due
