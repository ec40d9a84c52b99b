"""
Which orders an exchange takes: one object a market, by asset class. Each raises Refusal and changes nothing.

Funds are not looked at here: what an order must have is the settlement's business.
"""

from typing import Protocol

from msgspec.structs import replace

from .accounts import Account
from .commands import PlaceOrder
from .errors import refuse
from .filters import check_assets, check_filters, check_shape, check_venue_counts
from .instruments import CashEquity, VenueRules
from .market import Market
from .numbers import SCALE
from .pegs import selected_price

AUCTION: str = "AUCTION_MATCH"


class Rules(Protocol):
    """The admission of new orders to one market."""

    def admit(self, command: PlaceOrder, account: Account, now: int, is_open: bool = False) -> None:
        """
        Raise Refusal for an order that may not be placed, ValueError for one that makes no sense. ``is_open``: for one that has
        been pending in a list, and is to work now.
        """

    def check_price(self, price: int) -> None:
        """Raise Refusal for a price that an order may not be amended to."""

    def new_day(self) -> None:
        """Work out what holds for a day; ``market.previous_close`` is set."""


class BinanceRules:
    """Binance spot: the combinations of rest-api.md ("New order"), then the symbol's filters (filters.md)."""

    def __init__(self, market: Market, venue_rules: list[VenueRules]) -> None:
        """``venue_rules``: those of the whole venue, if it has any; they may come and go."""
        self._market: Market = market
        self._venue_rules: list[VenueRules] = venue_rules

    def admit(self, command: PlaceOrder, account: Account, now: int, is_open: bool = False) -> None:
        rules = self._market.instrument
        check_shape(command, rules)
        if rules.status != "TRADING":
            raise refuse("MARKET_CLOSED")
        if command.peg_price_type:
            # pegged_orders.md: with the selected price, and with its own where it has one
            pegged: int = selected_price(self._market.book, command.side == "BUY", command.peg_price_type, command.peg_offset, command.price)
            if not pegged:
                raise refuse("PEG_LIQUIDITY")
            if command.price:
                check_filters(command, self._market, account, now, True, is_open)
            command = replace(command, price=pegged)
        check_filters(command, self._market, account, now, True, is_open)
        if self._venue_rules:
            check_assets(command, self._market, now, self._venue_rules[0])
            if not is_open:
                check_venue_counts([command], account, self._venue_rules[0])

    def check_price(self, price: int) -> None:
        """Binance does not amend prices."""

    def new_day(self) -> None:
        """Binance has no days."""


class CashEquityRules:
    """
    Shares: hours, tick by price, the day's band, lots by side.

    Refusals are FILTER with PRICE_FILTER (tick), PRICE_LIMIT (band) or LOT_SIZE; UNSUPPORTED_TYPE for what stock exchanges
    do not have (orders by amount, icebergs, pegs, trailing stops, routes; stops where the terms have none), and in an auction for all but limit orders.
    """

    def __init__(self, market: Market) -> None:
        assert market.instrument.equity is not None
        self._market: Market = market
        self.new_day()

    @property
    def _terms(self) -> CashEquity:
        """As they are now: a venue may be given other ticks while it runs."""
        terms = self._market.instrument.equity
        assert terms is not None
        return terms

    def admit(self, command: PlaceOrder, account: Account, now: int, is_open: bool = False) -> None:
        rules = self._market.instrument
        check_shape(command, rules)
        if command.quote_quantity or command.iceberg_quantity or (command.stop_price and not self._terms.stops):
            raise refuse("UNSUPPORTED_TYPE")
        if command.trailing_delta or command.peg_price_type or command.uses_sor:
            raise refuse("UNSUPPORTED_TYPE")
        if rules.status == AUCTION:
            if command.type != "LIMIT" or command.time_in_force not in ("GTC", "DAY"):
                raise refuse("UNSUPPORTED_TYPE")
        elif rules.status != "TRADING":
            raise refuse("MARKET_CLOSED")
        if command.price:
            self.check_price(command.price)
        if command.stop_price:
            self.check_price(command.stop_price)
        self._check_quantity(command, account)
        if account.count_open(rules.symbol) >= rules.max_num_orders:
            raise refuse("FILTER", "MAX_NUM_ORDERS")

    def tick(self, price: int) -> int:
        """The tick at a price."""
        tick: int = self._market.instrument.tick_size
        for above, size in self._terms.ticks:
            if price < above:
                break
            tick = size
        return tick

    def new_day(self) -> None:
        """The day's band: the previous close less and plus its rate, rounded half up to the tick."""
        rate: int = self._terms.band
        if rate:
            market = self._market
            market.lowest = self._to_tick(market.previous_close * (SCALE - rate))
            market.highest = self._to_tick(market.previous_close * (SCALE + rate))

    def _to_tick(self, scaled: int) -> int:
        tick: int = max(self.tick(scaled // SCALE), 1)
        return (2 * scaled + tick * SCALE) // (2 * tick * SCALE) * tick

    def check_price(self, price: int) -> None:
        """Raise Refusal for a price that is no multiple of its tick, or outside the day's band."""
        if price < 0 or price % max(self.tick(price), 1):
            raise refuse("FILTER", "PRICE_FILTER")
        if not self._market.lowest <= price <= self._market.highest:
            raise refuse("FILTER", "PRICE_LIMIT")

    def _check_quantity(self, command: PlaceOrder, account: Account) -> None:
        rules, terms = self._market.instrument, self._terms
        quantity: int = command.quantity
        odd: int = 0
        held: int = 0
        if command.side == "SELL" and terms.odd_lots:
            held = account.free.get(rules.base, 0)
            odd = held % terms.lot
        if (
            quantity <= 0
            or quantity > rules.max_quantity
            or quantity % terms.lot not in (0, odd)
            or (quantity < terms.least and quantity not in (held, odd))
        ):
            raise refuse("FILTER", "LOT_SIZE")


def make_rules(market: Market, venue_rules: list[VenueRules]) -> Rules:
    """The rules of a market's asset class. ``venue_rules``: see BinanceRules."""
    return BinanceRules(market, venue_rules) if market.instrument.equity is None else CashEquityRules(market)
