"""
A CTA strategy on Tencent's shares (00700.SEHK) through FUTUOPEND, without a window, on the embedded mock exchange.

    pip install ".[mock]"
    python examples/futu/run.py --seconds 60

The strategy is the one of examples/cta_strategy: only gateway, setting, symbol and size differ. To trade on a gateway of yours,
change SETTING; the strategy stays.
"""

# ruff: noqa: E402
import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market is made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cta_strategy"))

from double_ma import DoubleMaStrategy
from vnpy.event import EventEngine
from vnpy.trader.constant import Direction
from vnpy.trader.engine import MainEngine
from vnpy_ctastrategy import CtaEngine, CtaStrategyApp

from vnpy_futuopend import FutuOpenDGateway

SETTING = {"Markets": "HK", "Symbols": "00700.SEHK"}        # Server is left out: the embedded mock exchange
# A gateway of yours, with its token in an environment variable. Environment is left out: a simulated account.
# SETTING |= {"Server": "OPEND", "REST Host": "http://127.0.0.1:22222", "Token": "ENV:FUTU_TOKEN"}

VT_SYMBOL = "00700.SEHK"
NAME = "double_ma"


def wait_for(condition: Callable, what: str, seconds: float = 20.0) -> None:
    ends = monotonic() + seconds
    while not condition():
        if monotonic() > ends:
            raise TimeoutError(f"no {what} after {seconds:.0f} s")
        Event().wait(0.05)


def trade(main_engine: MainEngine, seconds: float) -> str:
    """Run the strategy, and return what came of it."""
    main_engine.connect(SETTING, "FUTUOPEND")
    wait_for(lambda: main_engine.get_contract(VT_SYMBOL), "contract")
    wait_for(main_engine.get_all_accounts, "account")
    contract = main_engine.get_contract(VT_SYMBOL)

    cta: CtaEngine = main_engine.get_engine("CtaStrategy")
    cta.init_engine()
    cta.classes["DoubleMaStrategy"] = DoubleMaStrategy
    cta.add_strategy("DoubleMaStrategy", NAME, VT_SYMBOL, {"size": contract.min_volume})        # one lot
    strategy: DoubleMaStrategy = cta.strategies[NAME]
    try:
        cta.init_strategy(NAME).result()
        cta.start_strategy(NAME)
        Event().wait(seconds)
    finally:
        cta.stop_strategy(NAME)
        wait_for(lambda: not main_engine.get_all_active_orders(), "end of the open orders")
        cta.remove_strategy(NAME)       # and what it kept: the next run has a new exchange

    def held() -> float:
        position = main_engine.get_position(f"FUTUOPEND.{VT_SYMBOL}.{Direction.NET.value}")
        return position.volume if position else 0

    wait_for(lambda: held() == strategy.pos, "position that has all fills")
    account = main_engine.get_all_accounts()[0]
    return "\n".join([
        f"{len(main_engine.get_all_orders())} orders, {len(main_engine.get_all_trades())} trades",
        f"{VT_SYMBOL} {contract.name}, lot {contract.min_volume:g}, tick {contract.pricetick:g}: {held():g} shares held",
        f"{account.accountid} {account.available:,.2f} HKD in cash, {account.balance:,.2f} HKD with the shares",
    ])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds

    event_engine = EventEngine()
    main_engine = MainEngine(event_engine)
    main_engine.add_gateway(FutuOpenDGateway)
    main_engine.add_app(CtaStrategyApp)
    try:
        summary = trade(main_engine, seconds)
    finally:
        main_engine.close()
    print(summary)


if __name__ == "__main__":
    main()
