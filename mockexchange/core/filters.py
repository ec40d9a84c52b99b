"""
What an order must satisfy before the exchange takes it (filters.md, errors.md).

The functions raise Refusal and change nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from .accounts import Account
from .book import Level
from .commands import PlaceOrder
from .errors import refuse
from .instruments import ALL_STP_MODES, Instrument, VenueRules
from .market import Market
from .numbers import SCALE
from .orders import ORDER_TYPES, STOP_TYPES, BookOrder, Order
from .special import MARKET_PEG, MAX_PEG_OFFSET, PEG_PRICE_TYPES, PRIMARY_PEG
from .stops import rises_to_trigger

MARKET_TYPES: frozenset[str] = frozenset({"MARKET", "STOP_LOSS", "TAKE_PROFIT"})
TIMES_IN_FORCE: frozenset[str] = frozenset({"GTC", "IOC", "FOK"})
SHRINKING: frozenset[str] = frozenset({"DECREMENT", "TRANSFER"})       # the STP modes that take the smaller order off both
DAY: str = "DAY"                        # of shares
SOR_TYPES: frozenset[str] = frozenset({"LIMIT", "MARKET"})


def check_shape(command: PlaceOrder, instrument: Instrument) -> None:
    """
    The combination of fields: UNSUPPORTED_TYPE, PEG_NOT_ALLOWED, PEG_TYPE_NOT_ALLOWED, ICEBERG_TOO_LARGE, STP_NOT_ALLOWED.

    ValueError for a side that is none.
    """
    kind: str = command.type
    if command.side not in ("BUY", "SELL"):
        raise ValueError(f"side: must be BUY or SELL, not {command.side!r}")
    if (
        kind not in ORDER_TYPES
        or (command.time_in_force not in TIMES_IN_FORCE and (command.time_in_force != DAY or instrument.equity is None))
        or (command.stop_price != 0 or command.trailing_delta != 0) != (kind in STOP_TYPES)
        or (command.price != 0 if kind in MARKET_TYPES else not (command.price or command.peg_price_type))
        or (command.quote_quantity != 0 and (kind != "MARKET" or command.quantity != 0))
    ):
        raise refuse("UNSUPPORTED_TYPE")
    if command.peg_price_type:
        _check_peg(command)
    if command.uses_sor and (kind not in SOR_TYPES or command.quote_quantity or command.peg_price_type):
        raise refuse("UNSUPPORTED_TYPE")
    if command.iceberg_quantity:
        if kind in MARKET_TYPES or command.time_in_force != "GTC":
            raise refuse("UNSUPPORTED_TYPE")
        if command.iceberg_quantity > command.quantity:
            raise refuse("ICEBERG_TOO_LARGE")
    if command.stp_mode and (command.stp_mode not in instrument.stp_modes or command.stp_mode not in ALL_STP_MODES):
        raise refuse("STP_NOT_ALLOWED")


def _check_peg(command: PlaceOrder) -> None:
    """rest-api.md, "Notes on using parameters for Pegged Orders"; pegged_orders.md, "What order types support pegged orders?"."""
    kind, peg = command.type, command.peg_price_type
    if peg not in PEG_PRICE_TYPES or not 0 <= (command.peg_offset or 0) <= MAX_PEG_OFFSET:
        raise refuse("UNSUPPORTED_TYPE")
    if kind in MARKET_TYPES:
        raise refuse("PEG_NOT_ALLOWED")
    if kind == "LIMIT_MAKER" and peg == MARKET_PEG:
        raise refuse("PEG_TYPE_NOT_ALLOWED")
    if kind == "LIMIT" and peg == PRIMARY_PEG and command.time_in_force != "GTC":
        raise refuse("UNSUPPORTED_TYPE")


def check_filters(
    command: PlaceOrder, market: Market, account: Account, now: int, is_sized: bool = True, is_open: bool = False,
) -> None:
    """
    The symbol's filters, in the order of filters.md; those about price leave market orders out.

    ``is_sized`` False: the quantity is not known yet. ``is_open``: the order is among the account's open ones already.
    """
    rules = market.instrument
    quantity: int = command.quantity
    price: int = command.price
    by_quote: int = command.quote_quantity
    average: int = market.tape.average(rules.avg_price_mins, now)[0]
    if price:
        _check_price(price, rules)
    if command.stop_price:
        _check_price(command.stop_price, rules)
    if price:
        _check_band(price, command.side == "BUY", average, rules)
    if is_sized:
        if not by_quote:
            check_quantity(quantity, rules)
            if command.iceberg_quantity:
                _check_iceberg(command, rules)
            if not price and not command.peg_price_type and quantity > rules.market_max_quantity:
                raise refuse("FILTER", "MARKET_LOT_SIZE")
        elif by_quote < 0:
            raise refuse("FILTER", "NOTIONAL")
        # as applyMinToMarket true, applyMaxToMarket false
        notional: int = by_quote * SCALE or (price or average) * quantity
        if notional < rules.min_notional * SCALE or (price and notional > rules.max_notional * SCALE):
            raise refuse("FILTER", "NOTIONAL")
    if command.trailing_delta:
        _check_trailing(command, rules)
    if is_open:
        return
    symbol: str = market.symbol
    if rules.max_position and command.side == "BUY":
        base: str = market.base
        held: int = account.free.get(base, 0) + account.locked.get(base, 0) + account.open_buys(symbol)
        if held + (quantity or by_quote * SCALE // max(average, 1)) > rules.max_position:
            raise refuse("FILTER", "MAX_POSITION")
    if account.count_open(symbol) >= rules.max_num_orders:
        raise refuse("FILTER", "MAX_NUM_ORDERS")
    if command.type in STOP_TYPES and account.count_waiting(symbol) >= rules.max_num_algo_orders:
        raise refuse("FILTER", "MAX_NUM_ALGO_ORDERS")
    if command.iceberg_quantity and count_icebergs(account.open_orders(symbol)) >= rules.max_num_iceberg_orders:
        raise refuse("FILTER", "MAX_NUM_ICEBERG_ORDERS")


def count_icebergs(orders: Iterable[Order] | Iterable[PlaceOrder]) -> int:
    """How many of these orders are icebergs."""
    return sum(each.iceberg_quantity != 0 for each in orders)


def check_working_price(price: int, quantity: int, is_buy: bool, market: Market, now: int) -> None:
    """The filters about the price that a pegged order is given when it triggers (pegged_orders.md, "Which Filters are applicable")."""
    rules = market.instrument
    _check_price(price, rules)
    _check_band(price, is_buy, market.tape.average(rules.avg_price_mins, now)[0], rules)
    if not rules.min_notional * SCALE <= price * quantity <= rules.max_notional * SCALE:
        raise refuse("FILTER", "NOTIONAL")


def check_assets(command: PlaceOrder, market: Market, now: int, rules: VenueRules) -> None:
    """The filters of the symbol's assets."""
    if rules.max_assets:
        price: int = command.price or market.tape.average(market.instrument.avg_price_mins, now)[0]
        money: int = command.quote_quantity or price * command.quantity // SCALE
        quantity: int = command.quantity or command.quote_quantity * SCALE // max(price, 1)
        for asset, amount in ((market.base, quantity), (market.quote, money)):
            if amount > rules.max_assets.get(asset, amount):
                raise refuse("FILTER", "MAX_ASSET")


def check_venue_counts(commands: Sequence[PlaceOrder], account: Account, rules: VenueRules) -> None:
    """The filters of the venue as a whole, for orders that are placed together."""
    found = account.open_orders()
    if rules.max_num_orders and len(found) + len(commands) > rules.max_num_orders:
        raise refuse("FILTER", "EXCHANGE_MAX_NUM_ORDERS")
    stops: int = sum(each.type in STOP_TYPES for each in commands)
    if rules.max_num_algo_orders and stops:
        if sum(each.type in STOP_TYPES and not each.working_time for each in found) + stops > rules.max_num_algo_orders:
            raise refuse("FILTER", "EXCHANGE_MAX_NUM_ALGO_ORDERS")
    icebergs: int = count_icebergs(commands)
    if rules.max_num_iceberg_orders and icebergs and count_icebergs(found) + icebergs > rules.max_num_iceberg_orders:
        raise refuse("FILTER", "EXCHANGE_MAX_NUM_ICEBERG_ORDERS")


def _check_band(price: int, is_buy: bool, average: int, rules: Instrument) -> None:
    if rules.percent_up and not average * rules.percent_down <= price * SCALE <= average * rules.percent_up:
        raise refuse("FILTER", "PERCENT_PRICE")
    if is_buy:
        up, down = rules.percent_bid_up, rules.percent_bid_down
    else:
        up, down = rules.percent_ask_up, rules.percent_ask_down
    if not average * down <= price * SCALE <= average * up:
        raise refuse("FILTER", "PERCENT_PRICE_BY_SIDE")


def _check_iceberg(command: PlaceOrder, rules: Instrument) -> None:
    check_quantity(command.iceberg_quantity, rules)
    if rules.iceberg_parts and -(-command.quantity // command.iceberg_quantity) > rules.iceberg_parts:
        raise refuse("FILTER", "ICEBERG_PARTS")


def _check_trailing(command: PlaceOrder, rules: Instrument) -> None:
    if rises_to_trigger(command.side == "BUY", command.type):
        low, high = rules.min_trailing_above_delta, rules.max_trailing_above_delta
    else:
        low, high = rules.min_trailing_below_delta, rules.max_trailing_below_delta
    if not low <= command.trailing_delta <= high:
        raise refuse("FILTER", "TRAILING_DELTA")


def _check_price(price: int, rules: Instrument) -> None:
    if (
        price < rules.min_price
        or (rules.max_price and price > rules.max_price)
        or (rules.tick_size and price % rules.tick_size)
        or price < 0
    ):
        raise refuse("FILTER", "PRICE_FILTER")


def check_quantity(quantity: int, rules: Instrument) -> None:
    """LOT_SIZE, of an order or of what it is amended to."""
    if (
        quantity <= 0
        or quantity < rules.min_quantity
        or quantity > rules.max_quantity
        or (rules.step_size and quantity % rules.step_size)
    ):
        raise refuse("FILTER", "LOT_SIZE")


class Depth(Protocol):
    """What a walk goes over: one book, or those of a route."""

    def levels(self, is_buy: bool) -> Iterator[Level]: ...

    def chunks(self, level: Level) -> Iterator[tuple[BookOrder, int]]: ...


class Walk:
    """
    What an order would do to the book, found without doing it.

    ``quantity`` is how much of it would be used up (filled or decremented), ``filled`` and
    ``cost`` what of it is traded and for how much quote, ``short`` whether the budget ended
    it, and ``last_price`` the last level it looked at.
    """

    __slots__ = ("quantity", "filled", "cost", "short", "last_price")

    def __init__(
        self,
        book: Depth,
        account: str,
        is_buy: bool,
        stp_mode: str,
        quantity: int,
        limit: int = 0,
        budget: int | None = None,
    ) -> None:
        """``limit``: the worst price, 0 for any. ``budget``: the quote amount that must not be exceeded."""
        self.filled: int = 0
        self.cost: int = 0
        self.short: bool = False
        self.last_price: int = 0
        left: int = quantity
        halted: bool = False
        for level in book.levels(not is_buy):
            price: int = level.price
            if not left or halted or self.short or (limit and (price > limit if is_buy else price < limit)):
                break
            self.last_price = price
            for maker, size in book.chunks(level):
                part: int = min(size, left)
                if maker.account == account and stp_mode != "NONE":
                    if stp_mode == "EXPIRE_MAKER":
                        continue
                    if stp_mode not in SHRINKING:
                        halted = True
                        break
                else:
                    if budget is not None and price * part // SCALE > budget - self.cost:
                        part = (budget - self.cost) * SCALE // price
                        self.short = True
                    self.filled += part
                    self.cost += price * part // SCALE
                left -= part
                if self.short or not left:
                    break
        self.quantity: int = quantity - left
