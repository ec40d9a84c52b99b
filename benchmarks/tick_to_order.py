"""
Tick to order: the venue writes a bookTicker frame, a strategy in vn.py's CtaEngine answers with an order, the venue has read it.

Our gateway against vnpy_binance, each in a process of its own with MainEngine, CtaEngine and the same strategy, both on the same bare
venue, which sends them ticks in turns. Cold: ten ticks a second for each, as a market has; hot: the next tick as soon as the order has come.
"""

import os
import statistics
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from bare_venue import ask, our_gateway, serve, stock_gateway
from side_by_side import Row, child, install_hint, main, peer_module, row

PEER: str = "the same strategy on vnpy_binance"
COLD, HOT = 0.05, 0.0           # seconds between ticks; two clients
DEADLINE: float = 30.0


def trade(pipe: Connection, kind: str, port: int) -> None:
    """The process of one gateway; "ready" through the pipe, or what went wrong, then it trades until the pipe ends."""
    try:
        start(kind, port)
        pipe.send("ready")
        pipe.recv()
    except EOFError:
        pass
    except BaseException as error:
        pipe.send(f"{type(error).__name__}: {error}")
    os._exit(0)                     # vn.py's threads, and the peer's, do not all end by themselves


def start(kind: str, port: int) -> None:
    """Gateway, engines and strategy, trading."""
    home: str = tempfile.mkdtemp()
    (Path(home) / ".vntrader").mkdir()
    os.chdir(home)
    os.environ.update(HOME=home, LANGUAGE="en")
    sys.stdout = open(os.devnull, "w")
    sys.stderr = sys.stdout         # loguru writes vn.py's log there
    from vnpy.event import EventEngine
    from vnpy.trader.engine import MainEngine
    from vnpy.trader.object import TickData
    from vnpy_ctastrategy import CtaStrategyApp, CtaTemplate

    class Answers(CtaTemplate):
        """An order for every tick."""

        author = "benchmark"

        def on_init(self) -> None:
            """Nothing to load."""

        def on_tick(self, tick: TickData) -> None:
            self.buy(tick.bid_price_1 - 1_000.0, 0.001)

    main_engine: MainEngine = MainEngine(EventEngine())
    gateway_class, setting = stock_gateway(port) if kind == "stock" else our_gateway(port)
    gateway: Any = main_engine.add_gateway(gateway_class)
    engine: Any = main_engine.add_app(CtaStrategyApp)
    engine.init_engine()
    engine.classes["Answers"] = Answers
    main_engine.connect(setting, gateway.gateway_name)
    until: float = monotonic() + DEADLINE

    def wait(done: Any) -> None:
        while not done():
            if monotonic() > until:
                raise TimeoutError("the gateway does not get ready")
            sleep(0.05)

    wait(lambda: main_engine.get_contract("BTCUSDT_SPOT_BINANCE.GLOBAL"))
    if kind != "stock":
        wait(lambda: gateway.session.trade.subscribed and gateway.session.md.connected)
    engine.add_strategy("Answers", "answers", "BTCUSDT_SPOT_BINANCE.GLOBAL", {})
    engine.init_strategy("answers")
    wait(lambda: engine.strategies["answers"].inited)
    engine.start_strategy("answers")
    sleep(2.5)                      # vnpy_binance subscribes by vn.py's timer, which is a second's


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[int(share * 100) - 1]


def measure(count: int, hot: int) -> dict[str, dict[str, list[float]]]:
    """Seconds of every tick, cold and hot, by gateway."""
    with child(serve) as venue:
        port: int = venue.recv()
        with child(trade, "ours", port) as ours, child(trade, "stock", port) as stock:
            for pipe in (ours, stock):
                if (said := pipe.recv()) != "ready":
                    raise RuntimeError(said)
            for who in ("ours", "stock"):
                ask(venue, "send_day", who)
            sleep(0.5)
            ask(venue, "ticks", 20, COLD, ("ours", "stock"), 1)
            return {
                "cold": ask(venue, "ticks", count, COLD, ("ours", "stock"), 1_000),
                "hot": ask(venue, "ticks", hot, HOT, ("ours", "stock"), 1_000_000),
            }


def run(quick: bool) -> list[Row]:
    """p50 and p99, cold and hot."""
    marks: dict[tuple[str, str], float] = {("cold", "p50"): 0.6, ("cold", "p99"): 0.4, ("hot", "p50"): 0.6, ("hot", "p99"): 0.6}
    if peer_module("vnpy_binance") is None or peer_module("vnpy_ctastrategy") is None:
        return [
            row(f"tick to order, {state}, {name}", PEER, None, mark, "lower", install_hint("vnpy_binance", "vnpy_ctastrategy"))
            for (state, name), mark in marks.items()
        ]
    taken = measure(150 if quick else 600, 500 if quick else 2_000)
    rows: list[Row] = []
    for (state, name), mark in marks.items():
        ours, stock = (percentile(taken[state][who], int(name[1:]) / 100) for who in ("ours", "stock"))
        rows.append(row(f"tick to order, {state}, {name}", PEER, ours / stock, mark, "lower", f"{ours * 1e6:.0f} µs, {stock * 1e6:.0f} µs"))
    return rows


if __name__ == "__main__":
    main(run, __doc__)
