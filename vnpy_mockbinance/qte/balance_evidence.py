"""
Whether anything was bought or sold that no known fill explains: all that a server without fills and without client
order ids can be asked of an order whose answer was lost, once it is not among the open ones. Pure.
"""

from collections.abc import Mapping

from vnpy.trader.constant import Direction
from vnpy.trader.object import TradeData

FEE: float = 0.005          # of what was traded, at most: fees are not told
PART: float = 0.02          # of an order that must have moved for it to count as traded


class BalanceEvidence:
    """Balances against fills. Times are of a monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._totals: dict[str, float] = {}
        self._asked_at: float = float("-inf")
        self._net: dict[str, float] = {}            # asset -> what the known fills brought
        self._turnover: dict[str, float] = {}
        self._traded_at: float = float("-inf")

    def on_balances(self, totals: Mapping[str, float], asked_at: float) -> None:
        """Free and locked of every asset together, as the server has it."""
        self._totals = dict(totals)
        self._asked_at = asked_at

    def on_trade(self, trade: TradeData, base: str, now: float) -> None:
        """A fill was delivered."""
        signed: float = trade.volume if trade.direction is Direction.LONG else -trade.volume
        self._net[base] = self._net.get(base, 0.0) + signed
        self._turnover[base] = self._turnover.get(base, 0.0) + trade.volume
        self._traded_at = now

    def mark(self, base: str) -> tuple[float, float] | None:
        """What is unexplained of an asset now, to be compared later; None when the balances are older than a fill."""
        if self._asked_at <= self._traded_at:
            return None
        return self._totals.get(base, 0.0) - self._net.get(base, 0.0), self._turnover.get(base, 0.0)

    def explains_no_fill(self, before: tuple[float, float] | None, base: str, volume: float) -> bool | None:
        """Whether nothing of an order of ``volume`` can have been traded since ``before``; None: it cannot be said."""
        now: tuple[float, float] | None = self.mark(base)
        if before is None or now is None:
            return None
        return abs(now[0] - before[0]) <= PART * volume + FEE * (now[1] - before[1])
