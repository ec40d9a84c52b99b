"""
The grid strategy of the QMT manual (its example 2) on QMTREST, without a window, on the embedded mock exchange.

    pip install ".[mock]"
    python examples/qmt/grid.py --seconds 60

To go live, change SETTING and GRID; the strategy stays. The server of the manual has no quotes: ticks show the last price of what is
held, every 3 s. With a datafeed beside it, write its gateway's name in place of POSITIONS.
"""

# ruff: noqa: E402
import argparse
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market is made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)

from grid_strategy import GridStrategy
from vnpy.event import EventEngine
from vnpy.trader.constant import Direction
from vnpy.trader.engine import MainEngine
from vnpy.trader.object import PositionData
from vnpy_ctastrategy import CtaEngine, CtaStrategyApp

from vnpy_qmtrest import QmtRestGateway

SETTING = {"Symbols": "000001.SZSE", "Quotes From": "POSITIONS"}        # Server is left out: the embedded mock exchange
# A server of yours, with its key in two environment variables:
# SETTING |= {"Server": "QMT", "Host": "http://localhost:9091", "Client ID": "ENV:QMT_ID", "Secret Key": "ENV:QMT_KEY"}

GRID = {"grid_size": 0.01, "grid_levels": 5, "shares_per_grid": 100}    # in a minute, the embedded market moves by some cents
VT_SYMBOL = "000001.SZSE"
NAME = "grid"


def wait_for(condition: Callable, what: str, seconds: float = 20.0) -> None:
    ends = monotonic() + seconds
    while not condition():
        if monotonic() > ends:
            raise TimeoutError(f"no {what} after {seconds:.0f} s")
        Event().wait(0.05)


def trade(main_engine: MainEngine, seconds: float) -> str:
    """Run the strategy, and return what came of it."""
    main_engine.connect(SETTING, "QMTREST")
    wait_for(lambda: main_engine.get_contract(VT_SYMBOL), "contract")
    wait_for(lambda: main_engine.get_all_accounts() and main_engine.get_all_positions(), "account and position")

    def position() -> PositionData:
        return main_engine.get_position(f"QMTREST.{VT_SYMBOL}.{Direction.NET.value}")

    before: PositionData = position()
    cta: CtaEngine = main_engine.get_engine("CtaStrategy")
    cta.init_engine()
    cta.classes["GridStrategy"] = GridStrategy
    cta.add_strategy("GridStrategy", NAME, VT_SYMBOL, GRID)
    strategy: GridStrategy = cta.strategies[NAME]
    try:
        cta.init_strategy(NAME).result()
        cta.start_strategy(NAME)
        Event().wait(seconds)
    finally:
        cta.stop_strategy(NAME)
        wait_for(lambda: not main_engine.get_all_active_orders(), "end of the open orders")
        cta.remove_strategy(NAME)       # and what it kept: the next run has a new exchange

    # T+1: what was bought today cannot be sold yet
    sold: float = sum(trade.volume for trade in main_engine.get_all_trades() if trade.direction is Direction.SHORT)
    wait_for(lambda: position().volume == before.volume + strategy.pos, "position that has all fills")
    wait_for(lambda: position().yd_volume == before.yd_volume - sold, "rest that can be sold")
    account = main_engine.get_all_accounts()[0]
    return "\n".join([
        f"{len(main_engine.get_all_orders())} orders, {len(main_engine.get_all_trades())} trades, grid below {strategy.base:.2f}",
        f"held by the levels: {' '.join(f'{volume:g}' for volume in strategy.held)}",
        f"{VT_SYMBOL} {before.volume:g} shares before, {position().volume:g} now, {position().yd_volume:g} can be sold today",
        f"{account.accountid} {account.available:,.2f} CNY in cash",
    ])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds

    event_engine = EventEngine()
    main_engine = MainEngine(event_engine)
    main_engine.add_gateway(QmtRestGateway)
    main_engine.add_app(CtaStrategyApp)
    try:
        summary = trade(main_engine, seconds)
    finally:
        main_engine.close()
    print(summary)


if __name__ == "__main__":
    main()
