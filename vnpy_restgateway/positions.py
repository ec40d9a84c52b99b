"""
Positions that are their own (shares, not balances of coins), and what can be sold and spent now. The executor's thread writes,
any reads.
"""

from vnpy.trader.constant import Direction, Status
from vnpy.trader.object import OrderData, PositionData

from .host import Host
from .orders.table import Entry
from .trading_rules import Holding

LIVE: tuple[Status, ...] = (Status.SUBMITTING, Status.NOTTRADED, Status.PARTTRADED)


class Positions:
    """
    What was shown of the positions. ``frozen`` of a position is what cannot be sold now, ``yd_volume`` what can (vnpy_xtp's
    convention); what own orders hold, sent since the venue was asked, is subtracted.
    """

    def __init__(self, host: Host) -> None:
        self.host: Host = host
        self._held: dict[tuple[str, Direction], PositionData] = {}
        self._asked_at: float = float("-inf")
        self._cash: float | None = None
        self._cash_at: float = float("-inf")

    def update(self, rows: list[PositionData], asked_at: float) -> None:
        """All positions there are, asked for at a monotonic time. One that has vanished is pushed once more, with volume 0."""
        fresh: dict[tuple[str, Direction], PositionData] = {(row.vt_symbol, row.direction): row for row in rows}
        gone: list[PositionData] = [row for key, row in self._held.items() if key not in fresh]
        self._held, self._asked_at = fresh, asked_at
        for row in gone:
            self.host.on_position(PositionData(row.gateway_name, row.symbol, row.exchange, row.direction))
        for row in rows:
            self.host.on_position(row)

    def update_cash(self, cash: float, asked_at: float) -> None:
        """What can be spent, in the currency of the contracts, asked for at a monotonic time."""
        self._cash, self._cash_at = cash, asked_at

    def holding(self, order: OrderData) -> Holding:
        """What the account can put behind an order; what the venue has not told yet is not looked at."""
        cash: float | None = self._cash
        if cash is not None:
            for entry in self._since(self._cash_at):
                if entry.order.direction is Direction.LONG:
                    cash -= entry.order.price * entry.order.volume
        if self._asked_at == float("-inf"):
            return Holding(None, cash)
        row: PositionData | None = self._held.get((order.vt_symbol, Direction.NET)) or self._held.get((order.vt_symbol, Direction.LONG))
        sellable: float = row.yd_volume if row else 0.0
        for entry in self._since(self._asked_at):
            if entry.order.vt_symbol == order.vt_symbol and entry.order.direction is Direction.SHORT:
                sellable -= entry.order.volume
        return Holding(max(sellable, 0.0), cash)

    def _since(self, asked_at: float) -> list[Entry]:
        """Orders of ours that the venue's figures cannot know of."""
        return [
            entry for entry in list(self.host.flow.table.active.values())
            if entry.sent >= asked_at and entry.order.status in LIVE
        ]
