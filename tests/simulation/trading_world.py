"""
Simulated worlds, as a process: ``python trading_world.py SEED DAYS`` prints a line for each: ``world``, its name, how much
there was, and the fingerprint of its journal and its event log. A strategy in CtaEngine over a network that breaks, and for every gateway a bad day and ``DAYS`` drawn ones.
"""

import logging
import sys
from collections.abc import Iterator

from vnpy.trader import datafeed

from vnpy_mockbinance import MockBinanceGateway
from vnpy_rehearsal.conform.profile import Profile
from vnpy_rehearsal.simulation.clocks import world_clock
from vnpy_rehearsal.simulation.draw import FAR, NEAR
from vnpy_rehearsal.simulation.fingerprint import Fingerprint
from vnpy_rehearsal.simulation.schedule import Step, read_schedule
from vnpy_rehearsal.simulation.search import Day, play
from vnpy_rehearsal.simulation.trader import Trader
from vnpy_rehearsal.simulation.workers import Subject
from vnpy_rehearsal.simulation.world import World
from vnpy_rehearsal.strategy import RehearsalStrategy

SYMBOL: str = "BTCUSDT_SPOT_BINANCE.GLOBAL"
GATEWAYS: tuple[str, ...] = (
    "vnpy_mockbinance:MockBinanceGateway", "vnpy_hashex:HashExGateway", "vnpy_qmtrest:QmtRestGateway", "vnpy_futuopend:FutuOpenDGateway",
    "vnpy_webgateway:WebTraderGateway",
)
BAD_DAY: str = (
    "order BUY {near}; order BUY {far}; wire deafen; order BUY {far}; pause 400; wire heal; fault order after_engine hang times=1; order BUY {near}; "
    "wire reset; cancel 0; wire refuse; order BUY {far}; wire heal; restart 200; pause 3000; wire forget; order BUY {near}; cancel 1"
)


def trade(seed: int, seconds: float = 30.0) -> tuple[int, int, int, str]:
    """Rows of the journal, events, the strategy's trades, and the fingerprint."""
    world: World = World(seed)
    fingerprint: Fingerprint = Fingerprint(world.loop.time)

    def live() -> tuple[int, int]:
        with world.exchange("binance") as venue, venue.wire() as wire:
            trader = Trader(world, fingerprint.watch)
            gateway = trader.add_gateway(MockBinanceGateway)
            trader.main_engine.connect({
                "Server": "BINANCE", "REST Host": wire.rest, "Stream Host": wire.stream, "API Key": venue.key, "API Secret": venue.secret,
            }, "MOCKBINANCE")
            while not gateway.ready:
                world.sleep(0.1)
            venue.faults.add(match="WS order.place", stage="after_engine", action="hang", times=2)
            trader.cta.init_engine()
            trader.cta.classes["RehearsalStrategy"] = RehearsalStrategy
            trader.cta.add_strategy("RehearsalStrategy", "s", SYMBOL, {})
            trader.cta.init_strategy("s").result(20.0)
            trader.cta.start_strategy("s")
            for break_it in (wire.forget, wire.reset, wire.deafen, wire.refuse, wire.reset_new):
                world.sleep(seconds / 6)
                break_it()
                world.sleep(1.0)
                wire.heal()
            world.sleep(seconds / 6)
            assert wire.vanished and wire.resets and wire.forgotten, "the network was bad"
            trader.cta.stop_strategy("s")
            world.sleep(20.0)
            trades: int = trader.cta.strategies["s"].trades
            trader.close()
            rows = venue.journal()
            fingerprint.add(rows)
            return len(rows), trades

    try:
        with world_clock(world):
            rows, trades = world.run(live)
    finally:
        world.close()
    assert not world.errors, world.errors
    return rows, fingerprint.events, trades, str(fingerprint)


def days(seed: int, drawn: int) -> Iterator[tuple[str, Day]]:
    """Of every gateway."""
    for gateway in GATEWAYS:
        profile: Profile = Subject(gateway).profile()
        near, far = (profile.market.near, profile.market.low) if profile.equity else (NEAR, FAR)
        steps: list[Step] = read_schedule(BAD_DAY.format(near=near, far=far))
        yield f"{gateway}:bad", play(profile, seed, steps)
        for n in range(drawn):
            yield f"{gateway}:{n}", play(profile, 1_000 * seed + n)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    datafeed.datafeed = datafeed.datafeed or datafeed.BaseDatafeed()
    for seed in map(int, sys.argv[1].split(",")):
        print("world", seed, "strategy", *trade(seed))
        for name, day in days(seed, int(sys.argv[2])):
            assert not day.kind, f"{name}: {day.kind}: {day.text}"
            print("world", seed, name, day.events, day.fingerprint)
