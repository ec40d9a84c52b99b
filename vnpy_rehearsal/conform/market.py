"""The market that the rows of the matrix trade on, in its own prices and volumes: rows name no coin and no tick."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PriceLevels:
    """
    Where the simulated market of one symbol opens, and prices around it; the default is BTCUSDT of the spot dialects.

    ``low``: far below, a purchase rests there. ``near``: below the market, and filled when the price goes to ``under``.
    ``high``: above, a purchase is filled at once. ``dear``: so far above that nothing trades there. ``apart``: between two
    prices that are to be two. ``unit``: a volume of which fifty are affordable, ``small``: the least that rests.
    """

    symbol: str = "BTCUSDT"                     # the venue's own
    opens: float = 40_000.0
    low: float = 30_000.0
    near: float = 39_000.0
    under: str = "38900"
    below_low: str = "29900"
    high: float = 50_000.0
    dear: float = 190_000.0
    apart: float = 1.0
    moves: tuple[str, ...] = ("40010", "40000")         # prices to which the market is moved so that there is news
    swings: tuple[str, ...] = ("39500", "40500", "40000")
    unit: float = 0.01
    small: float = 0.001
    odd: tuple[float, float] = (30_000.019, 0.1 + 0.2)      # price and volume between ticks and steps,
    rounded: tuple[float, float] = (30_000.01, 0.3)         # and what is sent of them
    little: float = 0.00005                     # a volume of many decimals,
    too_little: float = 0.000001                # and one below the least
    coarse: Mapping[str, str] = field(default_factory=lambda: {"tick_size": "0.1", "step_size": "0.001", "min_quantity": "0.001"})
    fine: tuple[float, float] = (30_000.01, 0.10001)        # price and volume that ``coarse`` rules refuse,
    finer: tuple[float, float] = (30_000.19, 0.10099)       # others between its steps,
    coarsened: tuple[float, float] = (30_000.1, 0.1)        # and what is sent of those

    def volume(self, units: float) -> float:
        """So many units, without the noise of floats."""
        return float(f"{units * self.unit:.12g}")

    def low_at(self, number: int) -> float:
        """The ``number``-th of prices far below the market."""
        return float(f"{self.low + number * self.apart:.12g}")


def venue_symbol(listed: Any, symbols: Iterable[str]) -> str:
    """Which of a venue's symbols a gateway's contract is, "" for none. ``listed``: of its contract store, None where it has none."""
    if listed is None:
        return ""
    return next((symbol for symbol in symbols if symbol in (listed.venue_symbol, listed.contract.symbol) or listed.is_called(symbol)), "")
