"""
The grid of the QMT manual (its example 2) as a CTA strategy.

Buys rest below a base price, one at every step. What a level has bought is sold one step above it, then the level buys again.

T+1: only what could be sold when the day began is sold. The shares that a level bought today leave tomorrow, unless as many others
were held at the open. Orders of the grid never meet each other: one waits while another of the opposite side is at its price.
"""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vnpy.trader.constant import Direction, Status
from vnpy.trader.object import OrderData, PositionData, TickData, TradeData
from vnpy_ctastrategy import CtaTemplate

SHANGHAI = ZoneInfo("Asia/Shanghai")
SETTLE = 5.0        # seconds from a day's first tick until the position is one of that day
RETRY = 300.0       # seconds to stay away after a refusal: after the close, ticks come for three minutes more


class Sent(NamedTuple):
    """An order of a level."""

    level: int
    sells: bool
    price: float


class GridStrategy(CtaTemplate):
    author = "VeighNa REST gateways"

    base_price = 0.0            # CNY; 0: the first tick's
    grid_size = 0.10            # CNY from one level to the next
    grid_levels = 5
    shares_per_grid = 100       # whole lots; what is above them is left out

    base = 0.0
    sellable = 0.0              # shares that can still be sold today
    held: list[float] = []      # shares that each level has bought and not sold, the level next to the base first

    parameters = ["base_price", "grid_size", "grid_levels", "shares_per_grid"]
    variables = ["base", "sellable", "held"]        # kept from day to day by the CTA engine

    def on_init(self) -> None:
        contract = self.cta_engine.main_engine.get_contract(self.vt_symbol)
        self.gateway_name: str = contract.gateway_name
        self.lot: float = contract.min_volume
        self.shares: float = self.whole_lots(self.shares_per_grid)
        self.held = [0.0] * self.grid_levels
        self.sent: dict[str, Sent] = {}         # by vt_orderid
        self.live: set[str] = set()             # those that have not ended
        self.day: date | None = None
        self.now: float = 0.0                   # s since 1970, of the last tick
        self.opened: float = 0.0                # of the day's first tick
        self.counted: bool = False              # what can be sold today is known
        self.retry_at: float = 0.0
        if not self.shares:
            self.write_log(f"shares_per_grid {self.shares_per_grid} is below a lot of {self.lot:g}: nothing is traded")

    def whole_lots(self, volume: float) -> float:
        return volume // self.lot * self.lot

    def on_tick(self, tick: TickData) -> None:
        self.now = tick.datetime.timestamp()
        self.base = self.base_price or self.base or tick.last_price
        self.begin_day(tick.datetime.astimezone(SHANGHAI).date())
        waits: bool = any(self.held) and not self.counted
        if not self.trading or not self.shares or waits or self.now < self.retry_at:
            return
        busy: set[int] = {self.sent[vt_orderid].level for vt_orderid in self.live}
        for level in sorted(range(len(self.held)), key=lambda level: not self.held[level]):     # sales first
            if level not in busy:
                self.order(level)

    def begin_day(self, day: date) -> None:
        """What can be sold today is asked for once; our own sales are subtracted from it."""
        if day != self.day:
            self.day, self.opened, self.counted, self.sellable = day, self.now, False, 0.0
        if not self.counted and self.now - self.opened >= SETTLE:
            self.counted = True
            position: PositionData | None = self.cta_engine.main_engine.get_position(f"{self.gateway_name}.{self.vt_symbol}.{Direction.NET.value}")
            self.sellable = position.yd_volume if position else 0.0

    def order(self, level: int) -> None:
        """Sell what the level holds, or buy for it."""
        held: float = self.whole_lots(self.held[level])
        sells: bool = held > 0
        volume: float = min(held, self.whole_lots(self.sellable)) if sells else self.shares
        price: float = round(self.base - (level if sells else level + 1) * self.grid_size, 3)
        if not volume or price <= 0 or self.meets_own(sells, price):
            return
        if sells:
            self.sellable -= volume
        for vt_orderid in self.sell(price, volume) if sells else self.buy(price, volume):
            self.sent[vt_orderid] = Sent(level, sells, price)
            self.live.add(vt_orderid)

    def meets_own(self, sells: bool, price: float) -> bool:
        """Whether an order could be filled by one of the grid's own."""
        others: list[float] = [sent.price for sent in map(self.sent.__getitem__, self.live) if sent.sells is not sells]
        return any(other >= price if sells else other <= price for other in others)

    def on_order(self, order: OrderData) -> None:
        if order.is_active() or order.vt_orderid not in self.live:
            return
        self.live.remove(order.vt_orderid)
        if self.sent[order.vt_orderid].sells:
            self.sellable += order.volume - order.traded
        if order.status is Status.REJECTED:
            self.retry_at = self.now + RETRY

    def on_trade(self, trade: TradeData) -> None:
        sent: Sent = self.sent[trade.vt_orderid]
        self.held[sent.level] += -trade.volume if sent.sells else trade.volume
        self.write_log(f"level {sent.level + 1} {'sold' if sent.sells else 'bought'} {trade.volume:g} at {trade.price:.2f}")
        self.put_event()
