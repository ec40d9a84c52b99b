"""The main job's strategy for coins goes on when the venue's clock jumps."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange
from vnpy.trader.object import TickData

from vnpy_rehearsal.strategy import RehearsalStrategy

START: datetime = datetime(2026, 11, 30, 9, 0, tzinfo=timezone.utc)
HOURS: float = 6 * 3600.0


class Desk(RehearsalStrategy):
    """Every order is filled at once, without an engine."""

    def __init__(self) -> None:
        self.sent: list[float] = []
        self.vt_symbol, self.pos, self.trading = "BTCUSDT_SPOT_BINANCE.GLOBAL", 0.0, True
        self.on_init()

    def load_bar(self, *arguments: Any) -> None:
        """None."""

    def put_event(self) -> None:
        """Nobody looks."""

    def cancel_all(self) -> None:
        """None is left."""

    def buy(self, price: float, volume: float, *more: Any) -> list[str]:
        return self.fill(Direction.LONG, volume)

    def sell(self, price: float, volume: float, *more: Any) -> list[str]:
        return self.fill(Direction.SHORT, -volume)

    def fill(self, direction: Direction, volume: float) -> list[str]:
        self.sent.append(self.last_time)
        self.pos += volume
        return []


def run(desk: Desk, begin: float, seconds: int) -> int:
    """Orders sent in so many seconds of ticks."""
    before = len(desk.sent)
    for n in range(seconds):
        desk.on_tick(TickData("X", "BTCUSDT", Exchange.GLOBAL, START + timedelta(seconds=begin + n), bid_price_1=100.0, ask_price_1=100.1))
    return len(desk.sent) - before


@pytest.mark.parametrize("jump", [HOURS, -HOURS])
def test_a_clock_that_jumps_and_is_set_right_does_not_stop_it(jump: float) -> None:
    desk = Desk()
    usual = run(desk, 0.0, 40)
    assert usual >= 3
    assert run(desk, 40.0 + jump, 40) >= usual - 1 and run(desk, 80.0, 40) >= usual - 1
