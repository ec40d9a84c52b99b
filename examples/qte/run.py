"""
A QTE server, played by the mock exchange: a key, no signature, nothing pushed, no fills told.

    pip install ".[mock]"
    python examples/qte/run.py

With a server of your own, only SETTING's host, key and symbols change.
"""

# ruff: noqa: E402
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market is made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)

from vnpy.event import EventEngine
from vnpy.trader.constant import Direction, Exchange, OrderType
from vnpy.trader.engine import MainEngine
from vnpy.trader.object import CancelRequest, OrderRequest, SubscribeRequest

from mockexchange import MockExchange
from vnpy_mockbinance import MockBinanceGateway

NAME = "MOCKBINANCE"
SYMBOL = "BTCUSDT_SPOT_BINANCE"
SETTING = {"Server": "QTE", "Symbols": "BTCUSDT:0.01:0.00001"}


def wait_for(condition: Callable, what: str, seconds: float = 20.0) -> None:
    ends = monotonic() + seconds
    while not condition():
        if monotonic() > ends:
            raise TimeoutError(f"no {what} after {seconds:.0f} s")
        Event().wait(0.05)


def trade(main_engine: MainEngine, venue: MockExchange) -> None:
    def status(vt_orderid: str) -> str:
        order = main_engine.get_order(vt_orderid)
        return order.status.name if order else "SUBMITTING"

    def buy(price: float) -> str:
        """Send an order and wait for what the server says."""
        vt_orderid = main_engine.send_order(
            OrderRequest(SYMBOL, Exchange.GLOBAL, Direction.LONG, OrderType.LIMIT, 0.01, price), NAME
        )
        wait_for(lambda: status(vt_orderid) != "SUBMITTING", "answer")
        return vt_orderid

    def show(what: str, vt_orderid: str) -> None:
        one = main_engine.get_order(vt_orderid)
        fills = [(t.volume, t.price) for t in main_engine.get_all_trades() if t.vt_orderid == vt_orderid]
        print(f"{what:<22} {one.status.name:<10} {one.traded:g} of {one.volume:g}, trades {fills}")

    main_engine.subscribe(SubscribeRequest(SYMBOL, Exchange.GLOBAL), NAME)
    wait_for(lambda: main_engine.get_tick(f"{SYMBOL}.GLOBAL"), "tick")

    waiting = buy(39_000)
    show("rests", waiting)
    gone = buy(30_000)
    main_engine.cancel_order(CancelRequest(gone.split(".", 1)[1], SYMBOL, Exchange.GLOBAL), NAME)
    wait_for(lambda: status(gone) == "CANCELLED", "cancel")
    show("cancelled", gone)
    show("taken at once", buy(45_000))
    venue.set_price("BTCUSDT", "38900")
    wait_for(lambda: status(waiting) == "ALLTRADED", "fill")
    show("filled by the market", waiting)

    print("Now an order is taken, and its answer never comes:")
    venue.faults.add(match="POST /api/v1/order", stage="after_engine", action="reset")
    show("found by its own id", buy(30_000))
    at_the_venue = {row["order_id"] for row in venue.journal() if row["kind"] == "order"}
    print(f"Orders sent: {len(main_engine.get_all_orders())}, orders at the venue: {len(at_the_venue)}")


def main() -> None:
    with MockExchange("qte", seed=7) as venue:
        main_engine = MainEngine(EventEngine())
        try:
            main_engine.add_gateway(MockBinanceGateway)
            main_engine.connect({**SETTING, "REST Host": venue.rest, "API Key": venue.key}, NAME)
            wait_for(main_engine.get_all_contracts, "contract")
            wait_for(main_engine.get_all_accounts, "account")
            trade(main_engine, venue)
        finally:
            main_engine.close()


if __name__ == "__main__":
    main()
