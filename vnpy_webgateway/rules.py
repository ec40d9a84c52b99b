"""What is checked of an order before it leaves: the remote gateway knows its market's rules, so that it is little."""

from typing import Any

from vnpy.trader.constant import OrderType, Product
from vnpy.trader.object import ContractData, OrderData

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
            return f"volume {order.volume!r} of {symbol} is below the minimum {self.contract.min_volume!r}"
        most: float = self.contract.max_volume or 0.0
        if most and volume > most:
            return f"volume {order.volume!r} of {symbol} is above the maximum {most!r}"
        order.volume = volume
        if order.type is OrderType.MARKET:
            return ""
        price: float = self.tick.floor(order.price)
        if not (price > 0 or self.contract.product in SIGNED):
            return f"price {order.price!r} of {symbol} is below the tick {self.contract.pricetick!r}"
        order.price = price
        return ""

    def warning(self, order: OrderData, market: MarketView) -> str:
        """Nothing is known of bands."""
        return ""

    def describe(self) -> dict[str, Any]:
        """See ``TradingRules``."""
        contract: ContractData = self.contract
        return {
            "pricetick": contract.pricetick, "minimum volume": contract.min_volume, "maximum volume": contract.max_volume,
            "size": contract.size, "stop orders": contract.stop_supported, **(contract.extra or {}),
        }
