"""
What a venue takes of an order, by asset class. Pure: an order is rounded, or the reason is given why it cannot be sent.

Reasons name the field, the value and the limit. Prices and volumes are vn.py's floats; ticks, steps and lots are exact.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import ContractData, OrderData

from rest_locale import N_, _

from .decimals import Step, number_of, plain, step_of
from .net.validate import MOST, short

MARKET: OrderType = OrderType.MARKET
NOISE: float = 1e-12            # of products of floats, relative
TICK_NOISE: float = 1e-6        # of a price that was computed, in ticks


class Holding(NamedTuple):
    """What an account can put behind an order. None: it is not known, and not looked at."""

    sellable: float | None = None       # volume that can be sold now
    cash: float | None = None           # of the contract's currency


class MarketView(NamedTuple):
    """What is known of the market's price; 0 where it is not."""

    reference: float = 0.0              # what a market order is valued at
    lowest: float = 0.0                 # the day's band
    highest: float = 0.0


UNKNOWN_HOLDING: Holding = Holding()
UNKNOWN_MARKET: MarketView = MarketView()


class TradingRules(Protocol):
    """The rules of one contract."""

    def check(self, order: OrderData, holding: Holding, market: MarketView) -> str:
        """Why an order cannot be sent, or "". Rounds ``order.price`` and ``order.volume`` to what the venue takes."""

    def warning(self, order: OrderData, market: MarketView) -> str:
        """What the user should know of an order that is sent all the same, or ""."""

    def describe(self) -> dict[str, Any]:
        """The rules by name, to compare them with others."""


class CryptoRules:
    """Tick, step, least volume, least notional; volumes and prices are rounded down."""

    __slots__ = ("contract", "steps", "rounding", "minimum", "min_notional")

    def __init__(
        self, contract: ContractData, tick: Decimal, step: Decimal, minimum: float = 0.0, min_notional: float = 0.0
    ) -> None:
        self.contract: ContractData = contract
        self.steps: tuple[Decimal, Decimal] = (tick, step)                  # of price and volume
        self.rounding: tuple[Step, Step] = (step_of(tick), step_of(step))
        self.minimum: float = max(minimum, float(step))
        self.min_notional: float = min_notional

    def check(self, order: OrderData, holding: Holding = UNKNOWN_HOLDING, market: MarketView = UNKNOWN_MARKET) -> str:
        """See TradingRules."""
        symbol: str = order.symbol
        if type(order.volume) is not float or not 0.0 < order.volume <= MOST or type(order.price) is not float or not 0.0 < order.price <= MOST:
            reason: str = sound(order)
            if reason:
                return reason
        tick, step = self.rounding
        volume: float = step.floor(order.volume) if order.volume > 0.0 else 0.0
        if not volume or volume < self.minimum:
            return _("volume {volume!r} of {symbol} is below the minimum {minimum!r}").format(volume=order.volume, symbol=symbol, minimum=self.minimum)
        most: float = self.contract.max_volume or 0.0
        if most and volume > most:
            return _("volume {volume!r} of {symbol} is above the maximum {most!r}").format(volume=order.volume, symbol=symbol, most=most)
        order.volume = volume
        if order.type is MARKET:
            return ""
        price: float = tick.floor(order.price) if order.price > 0.0 else 0.0
        if not price:
            return _("price {price!r} of {symbol} is below the tick {pricetick!r}").format(price=order.price, symbol=symbol, pricetick=self.contract.pricetick)
        order.price = price
        notional: float = price * volume
        if notional > MOST:
            return _("price x volume of {symbol} is {notional:.8g}, no venue takes as much").format(symbol=symbol, notional=notional)
        if notional < self.min_notional * (1.0 - NOISE):        # 0.7 x 0.1 is below 0.07 in floats
            return _("price x volume of {symbol} is {notional:.8g}, below the minimum {min_notional:.8g}").format(symbol=symbol, notional=notional, min_notional=self.min_notional)
        return ""

    def warning(self, order: OrderData, market: MarketView) -> str:
        """Crypto has no band."""
        return ""

    def describe(self) -> dict[str, Any]:
        """See TradingRules."""
        contract: ContractData = self.contract
        tick, step = self.steps
        return {
            N_("pricetick"): tick.normalize(), N_("volume step"): step.normalize(), N_("minimum volume"): self.minimum,
            N_("minimum notional"): self.min_notional, N_("maximum volume"): contract.max_volume, N_("size"): contract.size,
            N_("stop orders"): contract.stop_supported, **(contract.extra or {}),
        }


class CashEquityRules:
    """
    Shares: a tick that depends on the price, lots, an odd remainder that is sold at once, what can be sold today, cash.

    :param ticks: (from this price, tick), ascending; the first from 0
    :param lot: volumes are multiples of it
    :param least: the smallest order
    :param odd_lots: whether the remainder of a holding below a lot may be sold, alone or with full lots
    :param rounds: whether a price off the tick is rounded for the user's good, a buy's down, a sell's up; else it is refused
    :param fee_rate: what is added to the cost of a purchase, as a part of it; ``least_fee`` at least
    """

    def __init__(
        self, contract: ContractData, ticks: Sequence[tuple[Decimal, Decimal]], lot: Decimal, least: Decimal,
        odd_lots: bool = True, fee_rate: float = 0.0, least_fee: float = 0.0, rounds: bool = True,
    ) -> None:
        self.contract: ContractData = contract
        self.ticks: tuple[tuple[Decimal, Decimal], ...] = tuple(ticks)
        self.lot: Decimal = lot
        self.least: Decimal = least
        self.odd_lots: bool = odd_lots
        self.fee_rate: float = fee_rate
        self.least_fee: float = least_fee
        self.rounds: bool = rounds

    def tick(self, price: float) -> Step:
        """The tick at a price."""
        found: Decimal = self.ticks[0][1]
        for above, tick in self.ticks:
            if price < float(above):
                break
            found = tick
        return step_of(found)

    def check(self, order: OrderData, holding: Holding = UNKNOWN_HOLDING, market: MarketView = UNKNOWN_MARKET) -> str:
        """
        See TradingRules. A volume off the lot is refused: what part of it was meant cannot be known.
        """
        reason: str = sound(order)
        if reason:
            return reason
        symbol: str = order.symbol
        if order.type is not MARKET:
            if not order.price > 0:
                return _("price {price!r} of {symbol} must be above 0").format(price=order.price, symbol=symbol)
            tick: Step = self.tick(order.price)
            below, above = float(tick.down(order.price)), float(tick.up(order.price))
            price: float = below if order.direction is Direction.LONG else above
            if not self.rounds:
                price = below if order.price - below <= above - order.price else above
                if abs(order.price - price) > TICK_NOISE * float(tick.step):
                    return _("price {price!r} of {symbol} is no multiple of the tick {tick}: {below!r} or {above!r} would be").format(price=order.price, symbol=symbol, tick=tick.step, below=below, above=above)
            if not price:
                return _("price {price!r} of {symbol} is below the tick {tick}").format(price=order.price, symbol=symbol, tick=tick.step)
            order.price = price
        volume: Decimal = Decimal(plain(order.volume))
        most: float = self.contract.max_volume or 0.0
        if most and order.volume > most:
            return _("volume {volume:.12g} of {symbol} is above the maximum {most:.12g}").format(volume=order.volume, symbol=symbol, most=most)
        if order.direction is Direction.LONG:
            return self._check_buy(order, volume, holding, market)
        return self._check_sell(order, volume, holding)

    def _check_buy(self, order: OrderData, volume: Decimal, holding: Holding, market: MarketView) -> str:
        if volume < self.least:
            return _("volume {volume:.12g} of {symbol} is below the minimum {least}").format(volume=order.volume, symbol=order.symbol, least=self.least)
        if volume % self.lot:
            return _("volume {volume:.12g} of {symbol} is no multiple of the lot {lot}").format(volume=order.volume, symbol=order.symbol, lot=self.lot)
        price: float = order.price if order.type is not MARKET else market.reference
        cost: float = price * order.volume * self.contract.size
        cost += max(cost * self.fee_rate, self.least_fee)
        if holding.cash is not None and cost > holding.cash * (1.0 + NOISE):
            return _("{symbol}: {cost:.2f} needed with fees, {cash:.2f} available").format(symbol=order.symbol, cost=cost, cash=holding.cash)
        return ""

    def _check_sell(self, order: OrderData, volume: Decimal, holding: Holding) -> str:
        sellable: float | None = holding.sellable
        if sellable is not None and order.volume > sellable:
            return _("volume {volume:.12g} of {symbol} is above the {sellable:.12g} that can be sold now").format(volume=order.volume, symbol=order.symbol, sellable=sellable)
        held: Decimal = Decimal(plain(sellable)) if sellable is not None and self.odd_lots else Decimal(0)
        odd: Decimal = held % self.lot
        if volume % self.lot not in (0, odd):
            return (
                _("volume {volume:.12g} of {symbol} is no multiple of the lot {lot}, with or without the odd {odd:f}") if odd
                else _("volume {volume:.12g} of {symbol} is no multiple of the lot {lot}")
            ).format(volume=order.volume, symbol=order.symbol, lot=self.lot, odd=odd)
        if volume < self.least and volume not in (held, odd):
            return _("volume {volume:.12g} of {symbol} is below the minimum {least}").format(volume=order.volume, symbol=order.symbol, least=self.least)
        return ""

    def warning(self, order: OrderData, market: MarketView) -> str:
        """A price outside the day's band. It is sent: what is known of the band may be yesterday's."""
        if order.type is not MARKET and market.highest and not market.lowest <= order.price <= market.highest:
            return _("price {price:.12g} of {symbol} is outside the day's band, {lowest:.12g} to {highest:.12g}").format(price=order.price, symbol=order.symbol, lowest=market.lowest, highest=market.highest)
        return ""

    def describe(self) -> dict[str, Any]:
        """See TradingRules."""
        contract: ContractData = self.contract
        return {
            N_("ticks"): [(float(above), float(tick)) for above, tick in self.ticks], N_("lot"): float(self.lot), N_("minimum volume"): float(self.least),
            N_("odd lots"): self.odd_lots, N_("maximum volume"): contract.max_volume, N_("size"): contract.size, **(contract.extra or {}),
        }


def sound(order: OrderData) -> str:
    """
    Why volume or price is no number that can be ordered, or "". Numbers of other types (int, Decimal, numpy's) become
    floats. What is no number becomes 0: a listener may compute with it.
    """
    for field in (N_("volume"), N_("price")):
        given: Any = getattr(order, field)
        try:
            value: float = number_of(given)
        except ValueError:
            setattr(order, field, 0.0)
            return _("{field} {given} of {symbol} is not a number").format(field=_(field), given=short(given), symbol=order.symbol)
        setattr(order, field, value)
        if value > MOST:
            return _("{field} {value!r} of {symbol} is above {most:.12g}, no venue takes as much").format(field=_(field), value=value, symbol=order.symbol, most=MOST)
        if value < 0 and order.type is MARKET and field == "price":
            return _("price {value!r} of {symbol} is negative").format(value=value, symbol=order.symbol)
    return ""
