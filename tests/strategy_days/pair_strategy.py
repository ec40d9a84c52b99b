"""A portfolio of two: in and out of each every half minute by the clock of its ticks."""

from typing import Any

from vnpy_portfoliostrategy import StrategyTemplate
from vnpy.trader.object import BarData, TickData

EVERY: int = 30         # s


class Pair(StrategyTemplate):
    parameters = ["value"]
    value: float = 400.0        # of an order

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.next: dict[str, float] = {}

    def on_init(self) -> None:
        pass

    def on_start(self) -> None:
        pass

    def on_stop(self) -> None:
        pass

    def on_bars(self, bars: dict[str, BarData]) -> None:
        pass

    def on_tick(self, tick: TickData) -> None:
        now: float = tick.datetime.timestamp()
        if tick.vt_symbol not in self.vt_symbols[:2] or now < self.next.get(tick.vt_symbol, 0.0):
            return
        self.next[tick.vt_symbol] = now + EVERY
        held: float = self.get_pos(tick.vt_symbol)
        if held > 0:
            self.sell(tick.vt_symbol, round(tick.bid_price_1 * 0.999, 2), held)
        else:
            self.buy(tick.vt_symbol, round(tick.ask_price_1 * 1.001, 2), round(self.value / tick.ask_price_1, 2))
