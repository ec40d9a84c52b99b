"""The exchange: commands in, events out. No IO, no clock but the one passed in, no randomness but the seed's."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from string import ascii_letters, digits
from typing import Any

from .accounts import Account
from .book import Book
from .commands import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    Command,
    Deposit,
    EndDay,
    FeedTrade,
    PlaceOrder,
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
from .filters import Walk, check_quantity
from .instruments import Instrument, changed
from .ledger import MAKER, Ledger
from .market import Market, rises_to_trigger
from .market_maker import EVERYTHING, MarketMaker
from .matching import Matcher
from .numbers import SCALE
from .orders import Order
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
        market, account, quantity, lock = self._admit(command, now)
        matcher = self._matcher
        matcher.begin(now)
        order_id: int = matcher.take_order_id()
        stop_price: int = command.stop_price
        order = Order(
            order_id, command.client_order_id or self._make_client_id(), account.name,
            market.symbol, command.side == "BUY", command.type, command.price, quantity, now,
            _time_in_force(command, market.instrument),
            command.quote_quantity, stop_price, command.iceberg_quantity,
            command.stp_mode or market.instrument.default_stp_mode, command.strategy_id, command.strategy_type,
        )
        self._orders[order_id] = order
        account.register(order)
        if lock:
            matcher.lock(market, account, order, lock)
        if stop_price:
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

    def _admit(self, command: PlaceOrder, now: int) -> tuple[Market, Account, int, int]:
        """All that can be said against an order; returns (market, account, quantity, what to lock)."""
        market = self._markets.get(command.symbol)
        if market is None:
            raise refuse("INVALID_SYMBOL")
        account = self._accounts.get(command.account)
        if account is None:
            raise refuse("UNKNOWN_ACCOUNT")
        self._rules[command.symbol].admit(command, account, now)
        if command.client_order_id:
            known = account.by_client_id(market.symbol, command.client_order_id)
            if known is not None and not known.is_final:
                raise refuse("DUPLICATE_CLIENT_ORDER_ID")
        is_buy: bool = command.side == "BUY"
        kind: str = command.type
        quantity: int = command.quantity
        if kind == "LIMIT_MAKER" and market.book.crosses(is_buy, command.price):
            raise refuse("WOULD_MATCH")
        if kind == "MARKET":
            return market, account, self._admit_market(command, market, account, is_buy), 0
        if command.stop_price:
            last: int = market.tape.last_price
            if last >= command.stop_price if rises_to_trigger(is_buy, kind) else last <= command.stop_price:
                raise refuse("WOULD_TRIGGER")
        lock: int = market.settlement.reserve(is_buy, command.price or command.stop_price, quantity)
        if lock > account.free.get(market.quote if is_buy else market.base, 0):
            raise refuse("INSUFFICIENT_BALANCE")
        return market, account, quantity, lock

    def _admit_market(self, command: PlaceOrder, market: Market, account: Account, is_buy: bool) -> int:
        """The quantity of a market order; one by quote amount is worth at most that (rest-api.md, "New order")."""
        book, rules = market.book, market.instrument
        stp_mode: str = command.stp_mode or rules.default_stp_mode
        quantity: int = command.quantity
        free: int = account.free.get(market.quote if is_buy else market.base, 0)
        amount: int = command.quote_quantity
        if amount:
            walk = Walk(book, account.name, is_buy, stp_mode, EVERYTHING, 0, amount)
            if not walk.last_price:
                raise refuse("NO_LIQUIDITY")
            quantity = walk.quantity
            if not walk.short:
                # what the book cannot give counts at its last price, and will expire
                quantity += (amount - walk.cost) * SCALE // walk.last_price
            quantity -= quantity % (rules.step_size or 1)
            if not quantity or quantity < rules.min_quantity:
                raise refuse("FILTER", "LOT_SIZE")
            needed: int = amount if is_buy else quantity
        else:
            cost: int = Walk(book, account.name, True, stp_mode, quantity).cost if is_buy else 0
            needed = market.settlement.spend(is_buy, quantity, cost)
        if needed > free:
            raise refuse("INSUFFICIENT_BALANCE")
        return quantity

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
            matcher.cancel(market, order, self._make_client_id())
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
        check_quantity(quantity, rules)
        if order.price and order.price * quantity < rules.min_notional * SCALE:
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
        known = account.by_client_id(market.symbol, client_id) if client_id else None
        if known is not None and known is not order and not known.is_final:
            raise refuse("DUPLICATE_CLIENT_ORDER_ID")
        matcher = self._matcher
        matcher.begin(now)
        matcher.amend(market, order, quantity, client_id or self._make_client_id(), price)
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

    def reserve_trade_ids(self, symbol: str, above: int) -> None:
        """Leave a symbol's trade ids up to ``above`` to the tape; users' own trades get higher ones."""
        self._market(symbol).reserve_trade_ids(above)

    # -- reads

    def check_filters(self, command: PlaceOrder, now: int) -> None:
        """Raise whatever ``apply`` would raise for this order, and change nothing."""
        self._admit(command, now)

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
        order.locked = market.settlement.reserve(
            order.is_buy, order.price or order.stop_price, order.remaining, order.executed_quote
        )
        account.open(order)
        if in_auction:
            market.auction[order.order_id] = order
        elif order.working_time:
            market.book.add(order)
        else:
            market.stops.add(order)

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
