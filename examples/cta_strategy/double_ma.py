"""Two moving averages of one-second closes: long while the fast one is above the slow one, else flat."""

from collections import deque
from statistics import fmean

from vnpy.trader.object import TickData, TradeData
from vnpy_ctastrategy import CtaTemplate


class DoubleMaStrategy(CtaTemplate):
    author = "VeighNa REST gateways"

    fast_window = 2         # seconds
    slow_window = 6         # seconds
    size = 0.01

    fast_ma = 0.0
    slow_ma = 0.0

    parameters = ["fast_window", "slow_window", "size"]
    variables = ["fast_ma", "slow_ma"]

    def on_init(self) -> None:
        self.closes: deque[float] = deque(maxlen=self.slow_window)
        self.second = 0
        self.load_bar(1)                    # history comes through the gateway

    def on_bar(self, bar) -> None:
        """A minute of history; the averages start with the ticks."""

    def on_tick(self, tick: TickData) -> None:
        second = int(tick.datetime.timestamp())
        if second == self.second:
            return
        self.second = second
        self.closes.append(tick.last_price)
        if len(self.closes) < self.slow_window:
            return

        self.fast_ma = fmean(list(self.closes)[-self.fast_window:])
        self.slow_ma = fmean(self.closes)
        self.cancel_all()
        if self.fast_ma > self.slow_ma and self.pos <= 0:
            self.buy(tick.ask_price_5 or tick.ask_price_1, self.size)
        elif self.fast_ma < self.slow_ma and self.pos > 0:
            self.sell(tick.bid_price_5 or tick.bid_price_1, self.pos)

    def on_trade(self, trade: TradeData) -> None:
        self.write_log(f"{trade.direction.name} {trade.volume:g} at {trade.price:,.2f}, position {self.pos:+g}")
