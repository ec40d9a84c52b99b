"""
What an order must satisfy before the exchange takes it (filters.md, errors.md).

The functions raise Refusal and change nothing.
"""

from .accounts import Account
from .book import Book
from .commands import PlaceOrder
from .errors import refuse
from .instruments import ALL_STP_MODES, Instrument
from .market import Market
from .numbers import SCALE
from .orders import ORDER_TYPES, STOP_TYPES

MARKET_TYPES: frozenset[str] = frozenset({"MARKET", "STOP_LOSS", "TAKE_PROFIT"})
TIMES_IN_FORCE: frozenset[str] = frozenset({"GTC", "IOC", "FOK"})
DAY: str = "DAY"                        # of shares


def check_shape(command: PlaceOrder, instrument: Instrument) -> None:
    """
    The combination of fields: UNSUPPORTED_TYPE, ICEBERG_TOO_LARGE, STP_NOT_ALLOWED.

    ValueError for a side that is none.
    """
    kind: str = command.type
    if command.side not in ("BUY", "SELL"):
        raise ValueError(f"side: must be BUY or SELL, not {command.side!r}")
    if (
        kind not in ORDER_TYPES
        or (command.time_in_force not in TIMES_IN_FORCE and (command.time_in_force != DAY or instrument.equity is None))
        or (command.stop_price != 0) != (kind in STOP_TYPES)
        or (command.price != 0) == (kind in MARKET_TYPES)
        or (command.quote_quantity != 0 and (kind != "MARKET" or command.quantity != 0))
    ):
        raise refuse("UNSUPPORTED_TYPE")
    if command.iceberg_quantity:
        if kind in MARKET_TYPES or command.time_in_force != "GTC":
            raise refuse("UNSUPPORTED_TYPE")
        if command.iceberg_quantity > command.quantity:
            raise refuse("ICEBERG_TOO_LARGE")
    if command.stp_mode and (command.stp_mode not in instrument.stp_modes or command.stp_mode not in ALL_STP_MODES):
        raise refuse("STP_NOT_ALLOWED")


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
        if command.side == "BUY":
            up, down = rules.percent_bid_up, rules.percent_bid_down
        else:
            up, down = rules.percent_ask_up, rules.percent_ask_down
        if not average * down <= price * SCALE <= average * up:
            raise refuse("FILTER", "PERCENT_PRICE_BY_SIDE")
    if is_sized:
        if not by_quote:
            check_quantity(quantity, rules)
            if command.iceberg_quantity:
                check_quantity(command.iceberg_quantity, rules)
            if not price and quantity > rules.market_max_quantity:
                raise refuse("FILTER", "MARKET_LOT_SIZE")
        elif by_quote < 0:
            raise refuse("FILTER", "NOTIONAL")
        # as applyMinToMarket true, applyMaxToMarket false
        notional: int = by_quote * SCALE or (price or average) * quantity
        if notional < rules.min_notional * SCALE or (price and notional > rules.max_notional * SCALE):
            raise refuse("FILTER", "NOTIONAL")
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
        book: Book,
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
            for maker in level:
                part: int = min(maker.remaining, left)
                if maker.account == account and stp_mode != "NONE":
                    if stp_mode == "EXPIRE_MAKER":
                        continue
                    if stp_mode != "DECREMENT":
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
