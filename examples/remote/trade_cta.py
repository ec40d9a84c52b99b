"""
What both strategy processes of this folder do once they are connected: run the double moving average of examples/cta_strategy.

It needs vnpy and vnpy_ctastrategy only.
"""

# ruff: noqa: E402
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cta_strategy"))

from double_ma import DoubleMaStrategy
from vnpy.trader.engine import MainEngine
from vnpy_ctastrategy import CtaEngine

NAME = "double_ma"


def wait_for(condition: Callable, what: str, seconds: float = 20.0) -> None:
    ends = monotonic() + seconds
    while not condition():
        if monotonic() > ends:
            raise TimeoutError(f"no {what} after {seconds:.0f} s")
        Event().wait(0.05)


def trade(main_engine: MainEngine, vt_symbol: str, size: float, seconds: float) -> str:
    """Trade for some seconds, and return what came of it. The gateway is connected; what it reports may still be on its way."""
    wait_for(lambda: main_engine.get_contract(vt_symbol), f"contract {vt_symbol}")
    wait_for(main_engine.get_all_accounts, "account")

    cta: CtaEngine = main_engine.get_engine("CtaStrategy")
    cta.init_engine()
    cta.classes["DoubleMaStrategy"] = DoubleMaStrategy
    cta.add_strategy("DoubleMaStrategy", NAME, vt_symbol, {"size": size})
    strategy: DoubleMaStrategy = cta.strategies[NAME]
    try:
        cta.init_strategy(NAME).result()
        cta.start_strategy(NAME)
        Event().wait(seconds)
    except KeyboardInterrupt:
        pass
    finally:
        cta.stop_strategy(NAME)
        wait_for(lambda: not main_engine.get_all_active_orders(), "end of the open orders")
        Event().wait(1)             # a last fill may be on its way
        cta.remove_strategy(NAME)
    lines = [f"{len(main_engine.get_all_orders())} orders, {len(main_engine.get_all_trades())} trades, position of the strategy {strategy.pos:+g}"]
    lines += [f"{account.accountid} {account.balance:,.2f}, frozen {account.frozen:,.2f}" for account in main_engine.get_all_accounts()]
    return "\n".join(lines)
