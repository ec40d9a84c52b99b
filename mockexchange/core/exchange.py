"""The exchange: commands in, events out. No IO, no clock but the one passed in, no randomness but the seed's."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from string import ascii_letters, digits
from typing import Any

from .accounts import Account
from .admission import Admission
from .book import Book
from .commands import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelOrderList,
    Command,
    Deposit,
    EndDay,
    FeedTrade,
    PlaceOrder,
    PlaceOrderList,
    Quote,
    SetFeeDiscount,
    SetPrice,
    SetRules,
    SetSymbolStatus,
    TapeTrade,
)
from .discount import FeeDiscount
from .errors import refuse
from .events import BalanceChange, BalanceDelta, DayEnd, Event, Fill, SymbolStatus
from .filters import check_quantity
from .instruments import Instrument, changed
from .ledger import MAKER, Ledger
from .list_admission import ListAdmission
from .market import Market
from .market_maker import MarketMaker
from .matching import Matcher
from .numbers import SCALE
from .order_lists import OrderLists
from .orders import NO_LIST, Order, OrderList
from .rules import AUCTION, Rules, make_rules
from .settlement import make_settlement
from .tape import Tape

__all__ = ["MAKER", "Exchange"]

STATUSES: frozenset[str] = frozenset({"TRADING", "HALT", "BREAK", "END_OF_DAY", "CANCEL_ONLY", AUCTION})

UNCROSSING: frozenset[str] = frozenset({"TRADING", "BREAK", "END_OF_DAY"})      # an auction that is halted goes on waiting

_ALPHABET: str = ascii_letters + digits
_PAIRS: list[str] = [a + b for a in _ALPHABET for b in _ALPHABET]


class Exchange:
    """
    An exchange with one thread of control: crypto spot and cash equity, each symbol with the rules and the settlement of its class.

    ``apply`` is the only way in. The instruments are copies of those given; their status
    and their rules are all that changes of them.
    """

    def __init__(self, instruments: Iterable[Instrument], seed: int = 0) -> None:
        self.ledger: Ledger = Ledger()
        self._markets: dict[str, Market] = {}
        self._by_assets: dict[tuple[str, str], Market] = {}
        listings: list[Instrument] = list(instruments)
        self.discount: FeeDiscount = FeeDiscount(self._last_price, list(dict.fromkeys(each.quote for each in listings)))
        for each in listings:
            listed: Instrument = replace(each)
            market: Market = Market(listed, make_settlement(listed, self.ledger, self.discount))
            self._markets[each.symbol] = self._by_assets[each.base, each.quote] = market
        self._rules: dict[str, Rules] = {name: make_rules(each) for name, each in self._markets.items()}
        self.instruments: dict[str, Instrument] = {name: each.instrument for name, each in self._markets.items()}
        self.books: dict[str, Book] = {name: each.book for name, each in self._markets.items()}
        self.tapes: dict[str, Tape] = {name: each.tape for name, each in self._markets.items()}
        self._matcher: Matcher = Matcher(self.ledger)
        self._accounts: dict[str, Account] = self._matcher.accounts
        self._admission: Admission = Admission(self._markets, self._rules, self._accounts)
        self._list_admission: ListAdmission = ListAdmission(self._admission)
        self.lists: OrderLists = OrderLists(self._matcher, self._list_admission, self._make_client_id)
        self._orders: dict[int, Order] = {}
        self._market_maker: MarketMaker = MarketMaker(self._matcher)
        self._seed: int = seed
        self._random: Random = Random(seed)
        self._matcher.next_order_id = self._random.randrange(1_000_000, 9_000_000)
        self._handlers: dict[type, Callable[[Any, int], list[Event]]] = {
            Deposit: self._deposit,
            PlaceOrder: self._place,
            CancelOrder: self._cancel,
            CancelAll: self._cancel_all,
            PlaceOrderList: self._place_list,
            CancelOrderList: self._cancel_list,
            SetSymbolStatus: self._set_status,
            EndDay: self._end_day,
            AmendOrder: self._amend,
            SetRules: self._set_rules,
            SetFeeDiscount: self._set_fee_discount,
            Quote: self._on_quote,
            FeedTrade: self._on_feed_trade,
            TapeTrade: self._on_tape_trade,
            SetPrice: self._on_set_price,
        }

    def apply(self, command: Command, now: int) -> list[Event]:
        """
        Carry out a command at time ``now`` (microseconds) and return what happened, in order.

        Raises Refusal, or ValueError for a command that makes no sense; nothing has changed then.
        """
        return self._handlers[type(command)](command, now)

    # -- users' commands

    def _place(self, command: PlaceOrder, now: int) -> list[Event]:
        market, account, quantity, lock = self._admission.admit(command, now)
        matcher = self._matcher
        matcher.begin(now)
        order = self._make_order(command, market, account, quantity, now)
        if lock:
            matcher.lock(market, account, order, lock)
        if command.stop_price:
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

    def _make_order(self, command: PlaceOrder, market: Market, account: Account, quantity: int, now: int) -> Order:
        order_id: int = self._matcher.take_order_id()
        order = Order(
            order_id, command.client_order_id or self._make_client_id(), account.name,
            market.symbol, command.side == "BUY", command.type, command.price, quantity, now,
            command.time_in_force if command.type == "LIMIT" else _time_in_force(command, market.instrument),
            command.quote_quantity, command.stop_price, command.iceberg_quantity,
            command.stp_mode or market.instrument.default_stp_mode, command.strategy_id, command.strategy_type,
        )
        self._orders[order_id] = order
        account.register(order)
        return order

    def _place_list(self, command: PlaceOrderList, now: int) -> list[Event]:
        admitted = self._list_admission.admit(command, self.lists.check_new(command), now)
        market, account, _, lock = admitted[0]
        self._matcher.begin(now)
        orders = tuple(
            self._make_order(order, market, account, quantity, now)
            for order, (_, _, quantity, _) in zip(command.orders, admitted, strict=True)
        )
        self.lists.place(market, account, command, orders, lock)
        return self._matcher.finish(market)

    def _cancel_list(self, command: CancelOrderList, now: int) -> list[Event]:
        market, account = self._admission.place(command.symbol, command.account)
        self._matcher.begin(now)
        self.lists.cancel(market, account, command)
        return self._matcher.finish(market)

    def _cancel(self, command: CancelOrder, now: int) -> list[Event]:
        market = self._market(command.symbol)
        account = self._accounts.get(command.account)
        if account is None:
            raise refuse("UNKNOWN_ACCOUNT")
        if command.restrictions not in ("", "ONLY_NEW", "ONLY_PARTIALLY_FILLED"):
            raise ValueError(f"restrictions: unknown value {command.restrictions!r}")
        order = self._look_up(account, command.symbol, command.order_id, command.client_order_id)
        if order is None or order.is_final:
            raise refuse("UNKNOWN_ORDER")
        if command.restrictions and command.restrictions != "ONLY_" + order.status:
            raise refuse("CANCEL_RESTRICTED")
        matcher = self._matcher
        matcher.begin(now)
        matcher.cancel(market, order, command.new_client_order_id or self._make_client_id())
        return matcher.finish(market)

    def _cancel_all(self, command: CancelAll, now: int) -> list[Event]:
        market = self._market(command.symbol)
        account = self._accounts.get(command.account)
        if account is None:
            raise refuse("UNKNOWN_ACCOUNT")
        orders = account.open_orders(command.symbol)
        if not orders:
            raise refuse("UNKNOWN_ORDER")
        matcher = self._matcher
        matcher.begin(now)
        for order in orders:
            if not order.is_final:
                matcher.cancel(market, order, self._make_client_id())
                self.lists.follow(market)           # takes the others of a list with it
        return matcher.finish(market)

    def _amend(self, command: AmendOrder, now: int) -> list[Event]:
        market = self._market(command.symbol)
        account = self._accounts.get(command.account)
        if account is None:
            raise refuse("UNKNOWN_ACCOUNT")
        order = self._look_up(account, command.symbol, command.order_id, command.client_order_id)
        if order is None or order.is_final:
            raise refuse("UNKNOWN_ORDER")
        rules = market.instrument
        if rules.status != "TRADING":
            raise refuse("MARKET_CLOSED")
        quantity: int = command.quantity
        tied: tuple[Order, ...] = self.lists.tied(order)
        check_quantity(quantity, rules)
        if any(each.price and each.price * quantity < rules.min_notional * SCALE for each in (order, *tied)):
            raise refuse("FILTER", "NOTIONAL")
        price: int = command.price or order.price
        if price != order.price:
            if rules.equity is None or not order.price:
                raise refuse("UNSUPPORTED_TYPE")
            self._rules[command.symbol].check_price(price)
        elif quantity == order.quantity:
            raise refuse("AMEND_NOTHING")
        if quantity > order.quantity and not command.may_grow:
            raise refuse("AMEND_INCREASE")
        if quantity > order.quantity or price != order.price:
            rest: int = quantity - order.executed - order.prevented
            lock: int = market.settlement.reserve(order.is_buy, price or order.stop_price, rest, order.executed_quote)
            if lock - order.locked > account.free.get(market.quote if order.is_buy else market.base, 0):
                raise refuse("INSUFFICIENT_BALANCE")
        if len(order.amendments) >= rules.max_num_order_amends and not command.may_grow:
            raise refuse("AMEND_COUNT")
        client_id: str = command.new_client_order_id
        if client_id and client_id != order.client_order_id and account.is_taken(market.symbol, client_id):
            raise refuse("DUPLICATE_CLIENT_ORDER_ID")
        matcher = self._matcher
        matcher.begin(now)
        matcher.amend(market, order, quantity, client_id or self._make_client_id(), price)
        for each in tied:
            matcher.amend(market, each, quantity, each.client_order_id, each.price)
        return matcher.finish(market)

    def _set_fee_discount(self, command: SetFeeDiscount, now: int) -> list[Event]:
        self._open_account(command.account)
        self.discount.chosen[command.account] = command.enabled
        return []

    def _set_rules(self, command: SetRules, now: int) -> list[Event]:
        """What the market maker quotes goes when ticks or steps change: it is quoted anew by whoever makes the market."""
        market = self._market(command.symbol)
        rules = market.instrument
        found: Instrument = changed(rules, command.rules)
        regrid: bool = (found.tick_size, found.step_size) != (rules.tick_size, rules.step_size)
        for name in command.rules:
            setattr(rules, name, getattr(found, name))
        if regrid:
            self._market_maker.clear(market)
        return []

    def _deposit(self, command: Deposit, now: int) -> list[Event]:
        name, asset, amount = command.account, command.asset, command.amount
        if not name:
            raise ValueError("account: must not be empty")
        if not asset:
            raise ValueError("asset: must not be empty")
        known = self._accounts.get(name)
        if amount < 0 and (known is None or known.free.get(asset, 0) + amount < 0):
            raise refuse("INSUFFICIENT_BALANCE")
        account = self._open_account(name)
        self.ledger.deposit(name, asset, amount)
        account.update_time = now
        balance = (account.free[asset], account.locked.get(asset, 0))
        return [BalanceDelta(name, asset, amount, now), BalanceChange(name, now, {asset: balance})]

    def _set_status(self, command: SetSymbolStatus, now: int) -> list[Event]:
        market = self._market(command.symbol)
        if command.status not in STATUSES:
            raise ValueError(f"status: unknown value {command.status!r}")
        events: list[Event] = []
        if market.auction and command.status in UNCROSSING:
            matcher = self._matcher
            matcher.begin(now)
            matcher.uncross(market)
            events = matcher.finish(market)
        market.instrument.status = command.status
        return [*events, SymbolStatus(command.symbol, command.status)]

    def _end_day(self, command: EndDay, now: int) -> list[Event]:
        market = self._market(command.symbol)
        matcher = self._matcher
        matcher.begin(now)
        matcher.end_day(market)
        self._market_maker.clear(market)
        self._rules[command.symbol].new_day()
        return [*matcher.finish(market), DayEnd(command.symbol, market.previous_close, now)]

    # -- the market maker's commands

    def _on_quote(self, command: Quote, now: int) -> list[Event]:
        self._market_maker.quote(self._market(command.symbol), command)
        return []

    def _on_feed_trade(self, command: FeedTrade, now: int) -> list[Event]:
        market = self._market(command.symbol)
        self._matcher.begin(now)
        self._market_maker.trade(market, command)
        return self._matcher.finish(market)

    def _on_tape_trade(self, command: TapeTrade, now: int) -> list[Event]:
        market = self._market(command.symbol)
        self._matcher.begin(now)
        self._market_maker.tape(market, command)
        return self._matcher.finish(market)

    def _on_set_price(self, command: SetPrice, now: int) -> list[Event]:
        market = self._market(command.symbol)
        self._matcher.begin(now)
        self._market_maker.set_price(market, command)
        return self._matcher.finish(market)

    def reserve_trade_ids(self, symbol: str, above: int, room: int = 0) -> int:
        """Leave ids up to ``above``, and ``room`` more, to tape and past; users' trades get higher ones. The last id left."""
        return self._market(symbol).reserve_trade_ids(above, room)

    # -- reads

    def check_filters(self, command: PlaceOrder, now: int) -> None:
        """Raise whatever ``apply`` would raise for this order, and change nothing."""
        self._admission.admit(command, now)

    def find_order(
        self, account: str, symbol: str, order_id: int | None = None, client_order_id: str = "",
    ) -> Order:
        """The order by id, else the newest by client id. Refusal ORDER_DOES_NOT_EXIST, CLIENT_ID_MISMATCH."""
        self._market(symbol)
        owner = self._accounts.get(account)
        found = self._look_up(owner, symbol, order_id, client_order_id) if owner is not None else None
        if found is None:
            raise refuse("ORDER_DOES_NOT_EXIST")
        return found

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """By order id."""
        owner = self._accounts.get(account)
        return owner.open_orders(symbol) if owner is not None else []

    def all_orders(self, account: str, symbol: str) -> list[Order]:
        """By order id."""
        owner = self._accounts.get(account)
        return owner.all_orders(symbol) if owner is not None else []

    def fills(self, account: str, symbol: str) -> list[Fill]:
        """By trade id."""
        owner = self._accounts.get(account)
        return owner.fills(symbol) if owner is not None else []

    def order_fills(self, account: str, order_id: int) -> list[Fill]:
        """The fills of one order, oldest first."""
        return [fill for fill in self._matcher.fills.get(order_id, ()) if fill.account == account]

    def list_id_of(self, order_id: int) -> int:
        """The list that an order is in, -1 for none."""
        order = self._orders.get(order_id)
        return NO_LIST if order is None else order.order_list_id

    def has_account(self, account: str) -> bool:
        return account in self._accounts

    def accounts(self) -> list[str]:
        return list(self._accounts)

    def balances(self, account: str) -> dict[str, tuple[int, int]]:
        """Asset -> (free, locked) of everything the account ever held."""
        owner = self._accounts.get(account)
        return owner.balances() if owner is not None else {}

    def update_time(self, account: str) -> int:
        """When the account's balances last changed, 0 for never."""
        owner = self._accounts.get(account)
        return owner.update_time if owner is not None else 0

    # -- restore after a restart, before anything is applied

    def restore_balance(self, account: str, asset: str, free: int, locked: int, unsettled: int = 0) -> None:
        self._open_account(account)
        self.ledger.adopt(account, asset, free, locked, unsettled)

    def restore_close(self, symbol: str, previous_close: int) -> None:
        """Set the price a symbol's band is counted from."""
        self._market(symbol).previous_close = previous_close
        self._rules[symbol].new_day()

    def previous_close(self, symbol: str) -> int:
        """The price a symbol's band is counted from."""
        return self._market(symbol).previous_close

    def restore_order(self, order: Order) -> None:
        """
        Take an order over, those earlier in time priority first. Its lock is worked out anew.

        Raises ValueError for an open order that would cross the book; not in an auction, whose status must be set before.
        """
        market = self._market(order.symbol)
        in_auction: bool = market.instrument.status == AUCTION
        if not order.is_final and order.working_time and not in_auction and market.book.crosses(order.is_buy, order.price):
            raise ValueError(f"order {order.order_id}: its price {order.price} would cross the book")
        account = self._open_account(order.account)
        self._orders[order.order_id] = order
        account.register(order)
        self._matcher.next_order_id = max(self._matcher.next_order_id, order.order_id + 1)
        if order.is_final:
            return
        account.open(order)
        if order.is_pending:
            return
        order.locked = market.settlement.reserve(
            order.is_buy, order.price or order.stop_price, order.remaining, order.executed_quote
        )
        if in_auction:
            market.auction[order.order_id] = order
        elif order.working_time:
            market.book.add(order)
        else:
            market.stops.add(order)

    def restore_list(self, of: OrderList, reserved: int) -> None:
        """Take a list over, those with lower ids first; its orders must be there. ``reserved``: see ListReserve."""
        self.lists.restore(of, self._market(of.symbol), reserved)

    def restore_fill(self, fill: Fill) -> None:
        market = self._market(fill.symbol)
        self._open_account(fill.account).add_fill(fill)
        self._matcher.fills.setdefault(fill.order_id, []).append(fill)
        market.next_trade_id = max(market.next_trade_id, fill.trade_id + 1)

    def restore_counters(
        self,
        order_id: int = 0,
        execution_id: int = 0,
        prevented_match_id: int = 0,
        trade_ids: dict[str, int] | None = None,
    ) -> None:
        """Name the highest ids already used; ``trade_ids`` by symbol. Generated client ids go on unrepeated."""
        matcher = self._matcher
        matcher.next_order_id = max(matcher.next_order_id, order_id + 1)
        matcher.next_execution_id = max(matcher.next_execution_id, execution_id + 1)
        matcher.next_prevented_id = max(matcher.next_prevented_id, prevented_match_id + 1)
        for symbol, trade_id in (trade_ids or {}).items():
            market = self._market(symbol)
            market.next_trade_id = max(market.next_trade_id, trade_id + 1)
        self._random.seed(f"{self._seed}:{matcher.next_order_id}:{matcher.next_execution_id}")

    # -- within

    def _last_price(self, base: str, quote: str) -> int:
        market = self._by_assets.get((base, quote))
        return market.tape.last_price if market is not None else 0

    def _market(self, symbol: str) -> Market:
        market = self._markets.get(symbol)
        if market is None:
            raise refuse("INVALID_SYMBOL")
        return market

    def _open_account(self, name: str) -> Account:
        account = self._accounts.get(name)
        if account is None:
            self.ledger.open(name)
            ledger = self.ledger
            account = self._accounts[name] = Account(name, ledger.free[name], ledger.locked[name], ledger.unsettled[name])
        return account

    def _look_up(self, account: Account, symbol: str, order_id: int | None, client_order_id: str) -> Order | None:
        if order_id is None:
            return account.by_client_id(symbol, client_order_id) if client_order_id else None
        order = self._orders.get(order_id)
        if order is None or order.account != account.name or order.symbol != symbol:
            return None
        if client_order_id and order.client_order_id != client_order_id:
            raise refuse("CLIENT_ID_MISMATCH")
        return order

    def _make_client_id(self) -> str:
        return "".join(self._random.choices(_PAIRS, k=11))


def _time_in_force(command: PlaceOrder, instrument: Instrument) -> str:
    """As the order keeps it: only limits rest, and of shares the stops."""
    if command.type == "LIMIT_MAKER" or not (command.price or (command.stop_price and instrument.equity is not None)):
        return "GTC"
    return command.time_in_force
