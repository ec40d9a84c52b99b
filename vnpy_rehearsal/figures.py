"""How prices, volumes and money of one contract are written: coins as numbers with decimals, shares by the piece and the lot. Pure."""

from vnpy.trader.constant import Product
from vnpy.trader.object import ContractData
from vnpy.trader.utility import get_digits

from rest_locale import _


class Figures:
    """``contract`` None: not known yet."""

    def __init__(self, contract: ContractData | None) -> None:
        self.coins: bool = contract is None or contract.product is Product.SPOT
        self.tick: float = contract.pricetick if contract else 0.01
        self.lot: float = contract.min_volume if contract else 0.0

    def price(self, value: float) -> str:
        """With the digits of the tick."""
        return f"{value:,.{get_digits(self.tick)}f}"

    def volume(self, value: float) -> str:
        """Of an order or a fill."""
        return f"{value:.8f}".rstrip("0").rstrip(".") if self.coins else f"{value:,.10g}"

    def depth(self, value: float) -> str:
        """Of a level of the book."""
        return f"{value:.5f}" if self.coins else f"{value:,.10g}"

    def holding(self, value: float) -> str:
        """Shares with their lots, "1,300 (13 lots)"; where a lot is one share, without."""
        if self.coins or self.lot <= 1:
            return self.volume(value)
        lots: float = round(value / self.lot, 2)
        line: str = _("{volume} ({lots} lot)") if lots == 1 else _("{volume} ({lots} lots)")
        return line.format(volume=f"{value:,.10g}", lots=f"{lots:,.10g}")

    def money(self, value: float, currency: str, sign: str = "") -> str:
        """Of coins with as many decimals as the quote asset needs. ``sign`` "+": always with a sign."""
        digits: int = 8 if self.coins and self.tick < 0.01 else 2
        return f"{value:{sign},.{digits}f} {currency}"
