"""The strategy of the main job: follows the mid price, rests first, takes when it has waited."""

from vnpy.trader.constant import Direction, Interval
from vnpy.trader.object import BarData, OrderData, TickData, TradeData
from vnpy_ctastrategy import CtaTemplate


class RehearsalStrategy(CtaTemplate):
    """
    Long when the fast average of the mid price is above the slow one, flat otherwise.

    An order first rests at the touch; after ``patience`` seconds without a fill it is cancelled
    and sent again across the spread. Written to trade several times a minute, not to earn.
    """

    author: str = "VeighNa REST gateways"

    fast_window: float = 3.0        # seconds
    slow_window: float = 12.0       # seconds
    patience: float = 2.0           # seconds an order rests before it crosses
    pause: float = 1.0              # seconds between decisions
    size: float = 0.01

    fast: float = 0.0
    slow: float = 0.0
    trades: int = 0
    day_high: float = 0.0           # of the history loaded at the start

    parameters: list[str] = ["fast_window", "slow_window", "patience", "pause", "size"]
    variables: list[str] = ["fast", "slow", "trades", "day_high"]

    def on_init(self) -> None:
        """Load a day of bars through the gateway's history."""
        self.last_time: float = 0.0
        self.next_decision: float = 0.0
        self.resting_since: float = 0.0
        self.crossing: bool = False
        self.orders: dict[str, OrderData] = {}
        self.load_bar(1, Interval.MINUTE)

    def on_bar(self, bar: BarData) -> None:
        self.day_high = max(self.day_high, bar.high_price)

    def on_tick(self, tick: TickData) -> None:
        now: float = tick.datetime.timestamp()
        if not tick.bid_price_1 or not tick.ask_price_1:
            return
        self.follow((tick.bid_price_1 + tick.ask_price_1) / 2, now)
        if not self.trading or now < self.next_decision:
            return

        if self.orders:
            if now - self.resting_since >= self.patience:
                self.crossing = True
                self.cancel_all()
                self.next_decision = now + self.pause
            return

        wanted: float = self.size if self.fast > self.slow else 0.0
        missing: float = wanted - self.pos
        if abs(missing) < self.size / 1_000:
            self.crossing = False
            return
        self.next_decision = now + self.pause
        self.resting_since = now
        if missing > 0:
            self.buy(tick.ask_price_1 if self.crossing else tick.bid_price_1, missing)
        else:
            self.sell(tick.bid_price_1 if self.crossing else tick.ask_price_1, -missing)

    def follow(self, mid: float, now: float) -> None:
        """Move both averages towards the mid price, by the time that has passed."""
        passed: float = max(now - self.last_time, 0.0) if self.last_time else 0.0
        if not self.fast:
            self.fast = self.slow = mid
        self.fast += (mid - self.fast) * min(passed / self.fast_window, 1.0)
        self.slow += (mid - self.slow) * min(passed / self.slow_window, 1.0)
        self.last_time = now

    def on_order(self, order: OrderData) -> None:
        if order.is_active():
            self.orders[order.vt_orderid] = order
        else:
            self.orders.pop(order.vt_orderid, None)

    def on_trade(self, trade: TradeData) -> None:
        self.trades += 1
        self.crossing = False
        if trade.direction in (Direction.LONG, Direction.SHORT):
            self.put_event()
