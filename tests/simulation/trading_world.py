"""A day in a simulated world, as a process: ``python trading_world.py SEED`` prints the digests of its journal and its event log."""

import hashlib
import logging
import sys
from typing import Any

from vnpy.event import Event
from vnpy.trader import datafeed

from vnpy_mockbinance import MockBinanceGateway
from vnpy_rehearsal.simulation.trader import Trader, virtual_dates
from vnpy_rehearsal.simulation.world import World
from vnpy_rehearsal.strategy import RehearsalStrategy

SYMBOL: str = "BTCUSDT_SPOT_BINANCE.GLOBAL"


def trade(seed: int, seconds: float = 60.0) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]], int]:
    """Journal, every event with its time, and the strategy's trades."""
    world: World = World(seed)
    log: list[tuple[Any, ...]] = []

    def watch(event: Event) -> None:
        log.append((round(world.loop.now, 6), event.type, repr(getattr(event.data, "__dict__", event.data))))

    def live() -> tuple[list[dict[str, Any]], int]:
        with world.exchange("binance") as venue:
            trader = Trader(world, watch)
            gateway = trader.add_gateway(MockBinanceGateway)
            trader.main_engine.connect({
                "Server": "BINANCE", "REST Host": venue.rest, "Stream Host": venue.stream, "API Key": venue.key, "API Secret": venue.secret,
            }, "MOCKBINANCE")
            while not gateway.ready:
                world.sleep(0.1)
            venue.faults.add(match="WS order.place", stage="after_engine", action="hang", times=2)
            trader.cta.init_engine()
            trader.cta.classes["RehearsalStrategy"] = RehearsalStrategy
            trader.cta.add_strategy("RehearsalStrategy", "s", SYMBOL, {})
            trader.cta.init_strategy("s").result(20.0)
            trader.cta.start_strategy("s")
            world.sleep(seconds)
            trader.cta.stop_strategy("s")
            world.sleep(20.0)
            trades: int = trader.cta.strategies["s"].trades
            trader.close()
            return venue.journal(), trades

    try:
        with virtual_dates(world):
            rows, trades = world.run(live)
    finally:
        world.close()
    assert not world.errors, world.errors
    return rows, log, trades


def digest(value: Any) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    datafeed.datafeed = datafeed.datafeed or datafeed.BaseDatafeed()
    found_rows, found_log, found_trades = trade(int(sys.argv[1]))
    print(len(found_rows), digest(found_rows), len(found_log), digest(found_log), found_trades)
