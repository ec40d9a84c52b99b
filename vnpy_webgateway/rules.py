"""What is checked of an order before it leaves: the remote gateway knows its market's rules, so that it is little."""

from typing import Any

from vnpy.trader.constant import OrderType, Product
from vnpy.trader.object import ContractData, OrderData

from rest_locale import N_, _
from vnpy_restgateway.decimals import Step, step_of
from vnpy_restgateway.trading_rules import UNKNOWN_HOLDING, UNKNOWN_MARKET, Holding, MarketView, sound

from .parse import SIGNED


class RemoteRules:
    """
    Numbers that are none, volumes of nothing and prices of nothing are refused: the server takes them (spec 3.4).

    Prices are multiples of the tick; one between two is rounded down. Volumes are rounded down to ``min_volume``, which vn.py's
    applications take for the step, where coins are traded. Elsewhere an odd volume may be right, as the last shares of a holding are,
    and the remote gateway decides.
    """

    def __init__(self, contract: ContractData) -> None:
        self.contract: ContractData = contract
        self.tick: Step = step_of(contract.pricetick)
        self.lot: Step = step_of(contract.min_volume if contract.product is Product.SPOT else 0)

    def check(self, order: OrderData, holding: Holding = UNKNOWN_HOLDING, market: MarketView = UNKNOWN_MARKET) -> str:
        """See ``TradingRules``."""
        reason: str = sound(order)
        if reason:
            return reason
        symbol: str = order.symbol
        volume: float = self.lot.floor(order.volume) if order.volume > 0 else 0.0
        if not volume:
            return _("volume {volume!r} of {symbol} is below the minimum {minimum!r}").format(volume=order.volume, symbol=symbol, minimum=self.contract.min_volume)
        most: float = self.contract.max_volume or 0.0
        if most and volume > most:
            return _("volume {volume!r} of {symbol} is above the maximum {most!r}").format(volume=order.volume, symbol=symbol, most=most)
        order.volume = volume
        if order.type is OrderType.MARKET:
            return ""
        price: float = self.tick.floor(order.price)
        if not (price > 0 or self.contract.product in SIGNED):
            return _("price {price!r} of {symbol} is below the tick {pricetick!r}").format(price=order.price, symbol=symbol, pricetick=self.contract.pricetick)
        order.price = price
        return ""

    def warning(self, order: OrderData, market: MarketView) -> str:
        """Nothing is known of bands."""
        return ""

    def describe(self) -> dict[str, Any]:
        """See ``TradingRules``."""
        contract: ContractData = self.contract
        return {
            N_("pricetick"): contract.pricetick, N_("minimum volume"): contract.min_volume, N_("maximum volume"): contract.max_volume,
            N_("size"): contract.size, N_("stop orders"): contract.stop_supported, **(contract.extra or {}),
        }
