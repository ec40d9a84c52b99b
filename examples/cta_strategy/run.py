"""
A CTA strategy without a window, on the embedded mock exchange.

    pip install ".[mock]"
    python examples/cta_strategy/run.py --seconds 60

To go live, change SETTING and nothing else: strategy and vt_symbol stay. For another venue, the gateway changes too.
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

from double_ma import DoubleMaStrategy
from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy_ctastrategy import CtaEngine, CtaStrategyApp

from vnpy_mockbinance import MockBinanceGateway

GATEWAY = MockBinanceGateway
SETTING = {}            # what is left out takes its default: the embedded mock exchange
# On Binance's test network, with the key in two environment variables:
# SETTING = {"Server": "BINANCE", "API Key": "ENV:BINANCE_KEY", "API Secret": "ENV:BINANCE_SECRET"}

VT_SYMBOL = "BTCUSDT_SPOT_BINANCE.GLOBAL"
NAME = "double_ma"


def wait_for(condition: Callable, what: str, seconds: float = 20.0) -> None:
    ends = monotonic() + seconds
    while not condition():
        if monotonic() > ends:
            raise TimeoutError(f"no {what} after {seconds:.0f} s")
        Event().wait(0.05)


def trade(main_engine: MainEngine, seconds: float) -> None:
    main_engine.connect(SETTING, GATEWAY.default_name)
    wait_for(lambda: main_engine.get_contract(VT_SYMBOL), "contract")
    wait_for(main_engine.get_all_accounts, "account")

    cta: CtaEngine = main_engine.get_engine("CtaStrategy")
    cta.init_engine()
    cta.classes["DoubleMaStrategy"] = DoubleMaStrategy
    cta.add_strategy("DoubleMaStrategy", NAME, VT_SYMBOL, {})
    try:
        cta.init_strategy(NAME).result()
        cta.start_strategy(NAME)
        Event().wait(seconds)
    finally:
        cta.stop_strategy(NAME)
        wait_for(lambda: not main_engine.get_all_active_orders(), "end of the open orders")
        cta.remove_strategy(NAME)

    orders, trades = main_engine.get_all_orders(), main_engine.get_all_trades()
    print(f"{len(orders)} orders, {len(trades)} trades")
    for account in main_engine.get_all_accounts():
        print(f"{account.accountid} {account.balance:,.2f}, frozen {account.frozen:,.2f}")
    for position in main_engine.get_all_positions():
        print(f"{position.symbol} {position.volume:g}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds

    event_engine = EventEngine()
    main_engine = MainEngine(event_engine)
    main_engine.add_gateway(GATEWAY)
    main_engine.add_app(CtaStrategyApp)
    try:
        trade(main_engine, seconds)
    finally:
        main_engine.close()


if __name__ == "__main__":
    main()
