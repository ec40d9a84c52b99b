"""A strategy on one-minute bars lives in a recorded market: an hour of it in a minute, and its bars are the file's."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from vnpy.event import EventEngine
from vnpy.trader import datafeed
from vnpy.trader.constant import Status
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import EVENT_LOG
from vnpy.trader.object import BarData, TickData
from vnpy.trader.setting import SETTINGS
from vnpy.trader.utility import BarGenerator
from vnpy_ctastrategy import CtaTemplate

from vnpy_mockbinance import MockBinanceGateway
from vnpy_rehearsal.memory_cta import MemoryCtaApp
from vnpy_rehearsal.rehearsal import wait_for

START: datetime = datetime(2022, 1, 3, tzinfo=timezone.utc)
PAST, MINUTES = 90, 150             # of the file's minutes before the market begins, and all
SPEED: int = 120
VT_SYMBOL: str = "BTCUSDT_SPOT_BINANCE.GLOBAL"
Row = tuple[float, float, float, float, float]


def row(number: int) -> Row:
    """Open, high, low, close and volume of a minute, none like its neighbours; opens are not the closes before them."""
    base: float = 47_000.0 + 37.0 * ((number * 7) % 23)
    return base, base + 41.0 + number % 5, base - 29.5, base + 11.0 - number % 3, 4.0 + number / 8


class Bars(CtaTemplate):
    """Buys and sells at the market every few bars."""

    author = "tests"

    def on_init(self) -> None:
        self.past: list[BarData] = []
        self.bars: list[BarData] = []
        self.generator: BarGenerator = BarGenerator(self.on_bar)
        self.load_bar(10)

    def on_tick(self, tick: TickData) -> None:
        self.generator.update_tick(tick)

    def on_bar(self, bar: BarData) -> None:
        if not self.inited:
            self.past.append(bar)
            return
        self.bars.append(bar)
        if self.trading and len(self.bars) % 5 == 3:
            if self.pos <= 0:
                self.buy(bar.close_price * 1.01, 0.01)
            else:
                self.sell(bar.close_price * 0.99, 0.00998)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainEngine]:
    path: Path = tmp_path / "BTCUSDT-1m-2022-01-03.csv"
    with path.open("w") as out:
        for number in range(MINUTES):
            opened: int = int(START.timestamp() * 1000) + 60_000 * (number - PAST)
            out.write(",".join(str(value) for value in (opened, *row(number), opened + 59_999, 0, 0, 0, 0, 0)) + "\n")
    monkeypatch.setitem(SETTINGS, "log.console", False)
    monkeypatch.setattr(datafeed, "datafeed", datafeed.BaseDatafeed())
    main: MainEngine = MainEngine(EventEngine())
    main.add_gateway(MockBinanceGateway, "MOCKBINANCE")
    try:
        main.connect({
            "Server": "EMBEDDED", "Embedded Options": f"--feed '{path}' --speed {SPEED} --feed-start {START:%Y-%m-%d} --seed 7",
        }, "MOCKBINANCE")
        yield main
    finally:
        main.close()


def test_an_hour_of_minute_bars(engine: MainEngine) -> None:
    lines: list[str] = []
    engine.event_engine.register(EVENT_LOG, lambda event: lines.append(event.data.msg))
    gateway: Any = engine.get_gateway("MOCKBINANCE")
    assert wait_for(lambda: gateway.ready, 20.0), lines
    cta: Any = engine.add_app(MemoryCtaApp)
    cta.init_engine()
    cta.classes["Bars"] = Bars
    cta.add_strategy("Bars", "bars", VT_SYMBOL, {})
    cta.init_strategy("bars").result(20)
    cta.start_strategy("bars")
    strategy: Bars = cta.strategies["bars"]

    past = {bar.datetime: bar for bar in strategy.past}
    for number in range(PAST):
        bar = past[START + timedelta(minutes=number - PAST)]
        assert (bar.open_price, bar.high_price, bar.low_price, bar.close_price, bar.volume) == row(number)
    assert min(past) < START - timedelta(days=9), "before the file the past is synthetic"
    assert max(past) < START + timedelta(minutes=10)

    assert wait_for(lambda: len(strategy.bars) >= 22, 45.0), (len(strategy.bars), lines[-5:])
    orders, trades = engine.get_all_orders(), engine.get_all_trades()
    assert wait_for(lambda: all(not order.is_active() for order in engine.get_all_orders()), 5.0)
    assert len(orders) >= 3 and all(order.status is Status.ALLTRADED for order in orders), [order.status for order in orders]
    assert not [line for line in lines if "imestamp" in line or "disconnected" in line]
    for bar in strategy.bars[1:20]:             # the first one began in the midst of a minute
        number = (bar.datetime - START) // timedelta(minutes=1) + PAST
        own: float = sum(trade.volume for trade in trades if trade.datetime and trade.datetime.replace(second=0, microsecond=0) == bar.datetime)
        assert (bar.open_price, bar.low_price, bar.close_price) == (row(number)[0], row(number)[2], row(number)[3]) or own
        assert bar.high_price == row(number)[1] or own
        assert bar.volume == pytest.approx(row(number)[4] + own, abs=1e-6)
    assert engine.get_contract(VT_SYMBOL) and START < gateway.now() < START + timedelta(hours=2)
