"""Matching, settlement and reports: how orders become trades, and trades become events and money."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from . import discount
from .accounts import Account
from .auction import by_priority, clearing_price, match_at
from .book import Book
from .engine import Contingencies
from .events import BalanceChange, Event, Fill, OrderReport, PublicTrade, TrailingMove
from .filters import MARKET_TYPES, Walk
from .ledger import Ledger
from .market import Market
from .numbers import SCALE
from .orders import NO_LIST, Amendment, BookOrder, Order
from .pegs import fix_price
from .prevention import prevent
from .router import Router
from .settlement import deliver_to_maker
from .special import EXCHANGE, SOR

BASE: int = 1                           # which of a symbol's assets a command touched
QUOTE: int = 2
BOTH: int = BASE | QUOTE
FEE: int = 4                            # and the asset that fees are paid in with a discount

# what ``_make`` of each does, without looking at the length: all fields, in their order
_new_report: Callable[[tuple[Any, ...]], OrderReport] = partial(tuple.__new__, OrderReport)
_new_balance: Callable[[tuple[Any, ...]], BalanceChange] = partial(tuple.__new__, BalanceChange)
_new_fill: Callable[[tuple[Any, ...]], Fill] = partial(tuple.__new__, Fill)
_new_trade: Callable[[tuple[Any, ...]], PublicTrade] = partial(tuple.__new__, PublicTrade)


def rest_on_book(book: Book, order: Order) -> None:
    """Put an order at the back of its level, an iceberg order with the part of it that shows."""
    if order.iceberg_quantity and order.special is not None:
        book.add_iceberg(order)
    else:
        book.add(order)


class Matcher:
    """
    Does what accepted orders lead to, and collects the events of the command at hand.

    Between ``begin`` and ``finish`` only one command is worked on, and that on one symbol.
    """

    lists: Contingencies                    # they enter themselves

    def __init__(self, ledger: Ledger) -> None:
        self.ledger: Ledger = ledger
        self.accounts: dict[str, Account] = {}
        self.fills: dict[int, list[Fill]] = {}          # by order id
        self.next_order_id: int = 1
        self.next_execution_id: int = 1
        self.next_prevented_id: int = 1
        self.now: int = 0
        self.events: list[Event] = []
        self._touched: dict[Account, int] = {}
        self.router: Router = Router(self)

    def begin(self, now: int) -> None:
        self.now = now
        self.events = []

    def finish(self, market: Market) -> list[Event]:
        """The command's events: what it did to the other orders of lists, stops triggered, balances reported."""
        events = self.events
        stops = market.stops
        while stops.triggered or market.leg_reports:
            if market.leg_reports:
                self.lists.follow(market)        # first: it may end an order that is triggered
            else:
                self._run_stop(market)
        if stops.moved:
            for order in stops.moved.values():
                if order.special is not None:
                    events.append(TrailingMove(
                        order.account, order.symbol, order.order_id, order.special.extreme, order.special.trailing_time
                    ))
            stops.moved = {}
        if self._touched:
            now: int = self.now
            for account, touched in self._touched.items():
                free, locked = account.free, account.locked
                assets: dict[str, tuple[int, int]] = {}
                if touched & BASE:
                    asset: str = market.base
                    assets[asset] = (free.get(asset, 0), locked.get(asset, 0))
                if touched & QUOTE:
                    asset = market.quote
                    assets[asset] = (free.get(asset, 0), locked.get(asset, 0))
                if touched & FEE:
                    assets[discount.ASSET] = (free.get(discount.ASSET, 0), locked.get(discount.ASSET, 0))
                account.update_time = now
                waiting = {name: account.unsettled.get(name, 0) for name in assets} if account.unsettled else None
                events.append(_new_balance((account.name, now, assets, waiting)))
            self._touched = {}
        return events

    # -- orders

    def take_order_id(self) -> int:
        order_id: int = self.next_order_id
        self.next_order_id = order_id + 1
        return order_id

    def lock(self, market: Market, account: Account, order: Order, amount: int) -> None:
        """Set money aside for a resting or waiting order of the account, in the asset its side gives."""
        if order.is_buy:
            asset, touched = market.quote, QUOTE
        else:
            asset, touched = market.base, BASE
        account.free[asset] -= amount
        account.locked[asset] = account.locked.get(asset, 0) + amount
        order.locked += amount
        self._touched[account] = self._touched.get(account, 0) | touched

    def unlock(self, market: Market, order: Order, keep: int = 0) -> None:
        """Give back what is set aside for an order, all but ``keep``."""
        amount: int = order.locked - keep
        if amount:
            account = self.accounts[order.account]
            if order.is_buy:
                asset, touched = market.quote, QUOTE
            else:
                asset, touched = market.base, BASE
            account.free[asset] += amount
            account.locked[asset] -= amount
            order.locked = keep
            self._touched[account] = self._touched.get(account, 0) | touched

    def run(self, market: Market, account: Account, order: Order) -> None:
        """
        Let a working order of the account take what it may, then rest or expire what remains of it.

        Its funds must be locked already, or (a market order's) known to suffice.
        """
        tif: str = order.time_in_force
        price: int = order.price
        book = market.book
        uses_sor: bool = order.special is not None and order.special.used_sor
        if tif == "FOK":
            walk = Walk(self.router.depth(market) if uses_sor else book, order.account, order.is_buy, order.stp_mode, order.remaining, price)
            if walk.filled < order.remaining:
                self.expire(market, order, "UNFILLED_FOK_ORDER_EXPIRED")
                return
        if uses_sor:
            self.router.take(market, order)
            if not order.remaining:
                return
        elif not price or (price >= book.top_ask if order.is_buy else price <= book.top_bid):
            self._take(market, order)
            if not order.remaining:
                return
        if order.type in MARKET_TYPES:
            self.expire(market, order, "INSUFFICIENT_LIQUIDITY")
        elif tif == "IOC":
            self.expire(market, order, "UNFILLED_IOC_QUANTITY_EXPIRED")
        else:
            if order.special is not None:
                rest_on_book(book, order)
            else:
                book.add(order)
            account.open(order)

    def expire(self, market: Market, order: Order, reason: str, reject_reason: str = "NONE") -> None:
        order.status = "EXPIRED"
        order.expiry_reason = reason
        order.reject_reason = reject_reason
        self.end(market, order)
        self.report(order, "EXPIRED")

    def cancel(self, market: Market, order: Order, cancel_client_order_id: str) -> None:
        """Take an open order out at its owner's wish."""
        self.take_out(market, order)
        order.status = "CANCELED"
        self.end(market, order)
        self.report(order, "CANCELED", cancel_client_order_id=cancel_client_order_id)

    def take_out(self, market: Market, order: Order) -> None:
        """Remove an open order from where it waits: the book, the auction or the stops."""
        if order.level is not None:
            market.book.remove(order)
        elif market.auction.pop(order.order_id, None) is None and not order.is_pending:
            market.stops.remove(order)

    def amend(self, market: Market, order: Order, quantity: int, client_order_id: str, price: int) -> None:
        """
        Give an open order another quantity, or another price; what that needs must be free. An order that has nothing left to
        trade expires, with the quantity that was traded or prevented. One with another price trades where it meets the book.
        """
        done: int = order.executed + order.prevented
        rest: int = max(quantity - done, 0)
        book = market.book
        is_moved: bool = price != order.price and order.level is not None
        if is_moved:
            book.remove(order)
            order.queued = self.now
            order.remaining = rest
        elif order.level is None:
            order.remaining = rest
            if not rest:
                self.take_out(market, order)
        elif rest < order.remaining:
            book.reduce(order, order.remaining - rest)
        else:
            book.remove(order)          # more goes to the back of the queue
            order.queued = self.now
            order.remaining = rest
            rest_on_book(book, order)
        before: tuple[str, int] = (order.client_order_id, order.quantity)
        order.price = price
        order.quantity = done + rest
        order.iceberg_quantity = min(order.iceberg_quantity, order.quantity)
        order.update_time = self.now
        if client_order_id != order.client_order_id:
            self.accounts[order.account].rename(order, client_order_id)
        order.amendments += (Amendment(
            self.next_execution_id, before[0], client_order_id, before[1], order.quantity, self.now
        ),)
        if not rest:
            order.status = "EXPIRED"
            self.end(market, order)
        elif order.order_list is None:
            # the lock is worked out as it is for an order that is placed, or restored
            self.unlock(market, order, market.settlement.reserve(
                order.is_buy, order.reserve_price, rest, order.executed_quote
            ))
        self.report(order, "REPLACED")
        if is_moved and rest:
            self.run(market, self.accounts[order.account], order)

    def end(self, market: Market, order: Order) -> None:
        self.unlock(market, order)
        order.update_time = self.now
        self.accounts[order.account].close(order)

    def _take(self, market: Market, order: Order, leave: int = 0) -> None:
        """Match a taker against the book, until no more than ``leave`` remains of it."""
        book = market.book
        is_buy: bool = order.is_buy
        price: int = order.price
        avoid: str | None = order.account if order.stp_mode != "NONE" else None
        order_id: int = order.order_id
        while order.remaining > leave:
            fills = book.take(is_buy, order.remaining - leave, price, avoid)
            for maker, quantity in fills:
                order.remaining -= quantity
                self.trade(market, maker, order, is_buy, order_id, quantity)
            if order.remaining <= leave:
                return
            if fills and book.icebergs:
                continue
            level = book.best_ask() if is_buy else book.best_bid()
            if level is None or (price and not book.crosses(is_buy, price)):
                return
            # the book stopped in front of the taker's own order
            prevent(self, market, order, market, level.head)      # type: ignore[arg-type]

    # -- trades

    def trade(
        self, market: Market, maker: BookOrder, taker: Order | None, is_buy: bool, taker_id: int, quantity: int,
    ) -> None:
        """
        Print and settle one match at the maker's price; ``taker`` None is the market maker, buying if ``is_buy``.

        Both ``remaining`` are reduced already.
        """
        price: int = maker.price
        quote: int = price * quantity // SCALE
        trade_id: int = market.next_trade_id
        market.next_trade_id = trade_id + 1
        self.publish(market, _new_trade((
            market.symbol, trade_id, price, quantity, quote,
            self.now, not is_buy, taker_id, 0, 0,
        )))
        if maker.account:
            self._settle(market, maker, True, trade_id, price, quantity, quote)     # type: ignore[arg-type]
            if taker is not None:
                self._settle(market, taker, False, trade_id, price, quantity, quote)
            else:
                self._settle_maker(market, is_buy, quantity, quote)
        else:
            market.is_depth_taken = True
            if taker is not None:
                self._settle(market, taker, False, trade_id, price, quantity, quote)
                self._settle_maker(market, not is_buy, quantity, quote)

    def allocate(self, market: Market, order: Order, price: int, quantity: int) -> None:
        """Fill an order with an allocation of the market maker's: no trade of this market (sor_faq.md, "What are allocations?")."""
        quote: int = price * quantity // SCALE
        allocation_id: int = market.next_allocation_id
        market.next_allocation_id = allocation_id + 1
        self._settle(market, order, False, -1, price, quantity, quote, allocation_id)
        self._settle_maker(market, not order.is_buy, quantity, quote)

    @contextmanager
    def touching(self, touched: dict[Account, int]) -> Iterator[None]:
        """Within it, ``touched`` collects whose balances change: for work on another market than the command's."""
        home, self._touched = self._touched, touched
        try:
            yield
        finally:
            self._touched = home

    def publish(self, market: Market, trade: PublicTrade) -> None:
        """Print a trade on the tape."""
        market.tape.record(trade, self.now)
        self.events.append(trade)
        stops = market.stops
        if trade.price >= stops.rise_at or trade.price <= stops.fall_at:
            stops.traded(trade.price, self.now)

    def sweep(self, market: Market, is_buy: bool, quantity: int, limit: int, taker_id: int) -> None:
        """the market maker takes from users and itself alike."""
        book = market.book
        while True:
            fills = book.take(is_buy, quantity, limit)
            for maker, part in fills:
                quantity -= part
                self.trade(market, maker, None, is_buy, taker_id, part)
            if not (fills and book.icebergs):
                return

    def _settle_maker(self, market: Market, is_buy: bool, quantity: int, quote: int) -> None:
        deliver_to_maker(self.ledger, market.base, market.quote, is_buy, quantity, quote)

    def _settle(
        self, market: Market, order: Order, is_maker: bool, trade_id: int, price: int, quantity: int, quote: int,
        allocation_id: int = -1,
    ) -> None:
        account = self.accounts[order.account]
        order.executed += quantity
        order.executed_quote += quote
        fee_asset, fee = market.settlement.deliver(account, order, is_maker, quantity, quote)
        touched: int = BOTH if fee_asset == market.base or fee_asset == market.quote else BOTH | FEE
        self._touched[account] = self._touched.get(account, 0) | touched
        now: int = self.now
        order.update_time = now
        if order.special is not None and order.special.used_sor:
            order.special = order.special._replace(
                working_floor=EXCHANGE if allocation_id < 0 else SOR, allocation_id=max(allocation_id, order.special.allocation_id)
            )
        if order.remaining:
            order.status = "PARTIALLY_FILLED"
        else:
            order.status = "FILLED"
            account.close(order)
        self.report(order, "TRADE", quantity, price, trade_id, fee, fee_asset, is_maker)
        fill = _new_fill((
            order.account, order.symbol, trade_id, order.order_id, order.client_order_id, order.is_buy,
            price, quantity, quote, fee, fee_asset, is_maker, now, allocation_id,
        ))
        account.add_fill(fill)
        fills = self.fills.get(order.order_id)
        if fills is None:
            self.fills[order.order_id] = [fill]
        else:
            fills.append(fill)
        self.events.append(fill)

    def report(
        self,
        order: Order,
        execution_type: str,
        last_quantity: int = 0,
        last_price: int = 0,
        trade_id: int = -1,
        fee: int = 0,
        fee_asset: str = "",
        is_maker: bool = False,
        cancel_client_order_id: str = "",
        last_prevented: int = 0,
        prevented_match_id: int = 0,
        counter_order_id: int = 0,
    ) -> None:
        """Add an OrderReport of the order as it is now; the fields are in OrderReport's order."""
        execution_id: int = self.next_execution_id
        self.next_execution_id = execution_id + 1
        order.sequence += 1
        status: str = order.status
        is_on_book: bool = order.working_time != 0 and (
            status == "NEW" or (status == "PARTIALLY_FILLED" and order.type not in MARKET_TYPES)
        )
        order_list = order.order_list
        report: OrderReport = _new_report((
            execution_type, execution_id, order.account, order.symbol, order.order_id, order.client_order_id,
            "BUY" if order.is_buy else "SELL", order.type, order.time_in_force,
            order.price, order.quantity, order.quote_quantity, order.stop_price, order.iceberg_quantity,
            order.stp_mode, status, order.executed, order.executed_quote, order.prevented,
            order.time, order.update_time, order.working_time, order.expiry_reason, order.reject_reason,
            is_on_book, order.strategy_id, order.strategy_type,
            last_quantity, last_price, trade_id, fee, fee_asset, is_maker, cancel_client_order_id,
            last_prevented, prevented_match_id, counter_order_id, order.match, order.special,
            NO_LIST if order_list is None else order_list.order_list_id,
        ))
        self.events.append(report)
        if order_list is not None:
            order_list.reports.append((order, report))

    # -- the trading day

    def collect(self, market: Market, account: Account, order: Order) -> None:
        """Keep an order for the uncrossing of the auction."""
        market.auction[order.order_id] = order
        account.open(order)

    def uncross(self, market: Market) -> None:
        """Trade what the auction collected, and the book, at one price; what remains goes to the book."""
        book = market.book
        resting: list[BookOrder] = [order for side in (True, False) for level in book.levels(side) for order in level]
        waiting: list[Order] = list(market.auction.values())
        market.auction = {}
        orders: list[BookOrder] = [*resting, *waiting]
        bids, asks = by_priority(orders, True), by_priority(orders, False)
        price, quantity = clearing_price(bids, asks, market.previous_close)
        taker_id: int = self.take_order_id() if quantity else 0
        for bid, ask, part in match_at(bids, asks, quantity):
            for order in (bid, ask):
                if order.level is not None:
                    book.reduce(order, part)
                else:
                    order.remaining -= part
            self._cross(market, bid, ask, taker_id, price, part)
        for each in waiting:
            if each.remaining:
                book.add(each)

    def _cross(self, market: Market, bid: BookOrder, ask: BookOrder, taker_id: int, price: int, quantity: int) -> None:
        """Print and settle one match of an uncrossing; neither side is the maker."""
        quote: int = price * quantity // SCALE
        trade_id: int = market.next_trade_id
        market.next_trade_id = trade_id + 1
        self.publish(market, PublicTrade(market.symbol, trade_id, price, quantity, quote, self.now, False, taker_id))
        for order in (bid, ask):
            if isinstance(order, Order):
                self._settle(market, order, False, trade_id, price, quantity, quote)
            else:
                market.is_depth_taken = True
                self._settle_maker(market, order.is_buy, quantity, quote)

    def end_day(self, market: Market) -> None:
        """Expire the symbol's open orders (but for those that are to outlive the day), and settle what was bought today."""
        terms = market.instrument.equity
        for account in self.accounts.values():
            for order in account.open_orders(market.symbol):
                if terms is not None and terms.gtc and order.time_in_force == "GTC":
                    continue
                self.take_out(market, order)
                self.expire(market, order, "END_OF_DAY")
        for account in market.settlement.end_of_day(self.accounts.values()):
            self._touched[account] = self._touched.get(account, 0) | BASE
        market.previous_close = market.tape.last_price

    # -- stops

    def _run_stop(self, market: Market) -> None:
        """Let the first of the triggered orders work. It may trade and so trigger others, which join the queue."""
        order = market.stops.triggered.popleft()
        account = self.accounts[order.account]
        if order.order_list is not None:
            self.lists.activate(market, order)
        if order.special is not None and order.special.peg_price_type and not fix_price(self, market, account, order):
            return
        account.triggered(order)
        order.working_time = order.update_time = self.now
        self.report(order, "NEW")
        if order.type in MARKET_TYPES and order.is_buy:
            self._run_stop_buy(market, order, account)
        else:
            self.run(market, account, order)

    def _run_stop_buy(self, market: Market, order: Order, account: Account) -> None:
        """
        A triggered STOP_LOSS or TAKE_PROFIT that buys at the market.

        Its lock was an estimate at the stop price: it buys what the account can pay for now.
        """
        self.unlock(market, order)
        free: int = account.free.get(market.quote, 0)
        walk = Walk(market.book, order.account, True, order.stp_mode, order.remaining, 0, free)
        fees: int = market.settlement.spend(True, walk.filled, walk.cost) - walk.cost
        if fees:
            walk = Walk(market.book, order.account, True, order.stp_mode, order.remaining, 0, max(free - fees, 0))
        if walk.short:
            step: int = market.instrument.step_size or 1
            self._take(market, order, order.remaining - walk.quantity // step * step)
            if order.status != "EXPIRED_IN_MATCH":
                self.expire(market, order, "INSUFFICIENT_LIQUIDITY")
        else:
            self.run(market, account, order)
