"""The strategy of the main job: follows the mid price, rests first, takes when it has waited."""

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, OrderData, TickData, TradeData
from vnpy_ctastrategy import CtaTemplate

# What is bought at a time where the parameter ``size`` is 0, by the coin
SIZES: dict[str, float] = {"BTC": 0.01, "ETH": 0.2, "BNB": 1.5}

# A spot venue takes its fee out of the coins that were bought: not all of them are there to be sold
SELLABLE: float = 0.998


# The venue's clock may be set back: by so many seconds, and what was to be done later is due now
SET_BACK: float = 5.0


class RehearsalStrategy(CtaTemplate):
    """
    Goes long when the fast average of the mid price crosses the slow one upwards, flat when it
    crosses downwards, and the other way round when neither has happened for ``hold`` seconds.

    An order first rests at the touch; after ``patience`` seconds without a fill it is cancelled
    and sent again across the spread. Written to trade several times a minute, not to earn.
    """

    author: str = "VeighNa REST gateways"

    fast_window: float = 2.0        # seconds
    slow_window: float = 8.0        # seconds
    hold: float = 8.0               # seconds until it changes its mind without a crossing
    patience: float = 1.5           # seconds an order rests before it crosses the spread
    pause: float = 0.5              # seconds between decisions
    size: float = 0.0               # 0: see SIZES

    fast: float = 0.0
    slow: float = 0.0
    trades: int = 0
    day_high: float = 0.0           # of the history loaded at the start

    parameters: list[str] = ["fast_window", "slow_window", "hold", "patience", "pause", "size"]
    variables: list[str] = ["fast", "slow", "trades", "day_high"]

    def on_init(self) -> None:
        """Load a day of bars through the gateway's history."""
        if not self.size:
            self.size = next((size for coin, size in SIZES.items() if self.vt_symbol.startswith(coin)), 0.01)
        self.last_time: float = 0.0
        self.next_decision: float = 0.0
        self.sent_at: float = 0.0
        self.changed_at: float = 0.0
        self.above: bool = False
        self.long: bool = False             # what it wants to be
        self.crossing: bool = False
        self.orders: set[str] = set()
        self.load_bar(1, Interval.MINUTE)

    def on_bar(self, bar: BarData) -> None:
        self.day_high = max(self.day_high, bar.high_price)

    def on_tick(self, tick: TickData) -> None:
        now: float = tick.datetime.timestamp()
        if now < self.last_time - SET_BACK:
            self.next_decision = self.sent_at = self.changed_at = now
        if not tick.bid_price_1 or not tick.ask_price_1:
            return
        self.follow((tick.bid_price_1 + tick.ask_price_1) / 2, now)
        self.decide(now)
        if not self.trading or now < self.next_decision:
            return

        if self.orders:
            if now - self.sent_at >= self.patience:
                self.crossing = True
                self.cancel_all()
                self.next_decision = now + self.pause
            return

        missing: float = (self.size if self.long else 0.0) - self.pos
        if abs(missing) < self.size / 2:        # what a partial fill leaves may be too small for an order
            self.crossing = False
            return
        self.next_decision = now + self.pause
        self.sent_at = now
        if missing > 0:
            sent: list[str] = self.buy(tick.ask_price_1 if self.crossing else tick.bid_price_1, missing)
        else:
            sent = self.sell(tick.bid_price_1 if self.crossing else tick.ask_price_1, -missing * SELLABLE)
        self.orders.update(sent)

    def follow(self, mid: float, now: float) -> None:
        """Move both averages towards the mid price, by the time that has passed."""
        passed: float = max(now - self.last_time, 0.0) if self.last_time else 0.0
        if not self.fast:
            self.fast = self.slow = mid
        self.fast += (mid - self.fast) * min(passed / self.fast_window, 1.0)
        self.slow += (mid - self.slow) * min(passed / self.slow_window, 1.0)
        self.last_time = now

    def decide(self, now: float) -> None:
        """Be long or flat: by a crossing, or because it has been the other for long enough."""
        above: bool = self.fast > self.slow
        if above is not self.above:
            self.above = self.long = above
            self.changed_at = now
        elif now - self.changed_at >= self.hold:
            self.long = not self.long
            self.changed_at = now

    def on_order(self, order: OrderData) -> None:
        if not order.is_active():
            self.orders.discard(order.vt_orderid)

    def on_trade(self, trade: TradeData) -> None:
        self.trades += 1
        self.crossing = False
        self.put_event()
