"""
HashExGateway rehearsed on a mock exchange that speaks HashEx: no key, no network, no money.

It shows the day that venue prepares for you: an answer that never comes, for an order it knows by no name of
yours, and orders that cannot be seen until a while after they were accepted.

    pip install ".[mock]"
    python examples/hashex/run.py
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
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.engine import MainEngine
from vnpy.trader.object import OrderData, OrderRequest, SubscribeRequest

from mockexchange import MockExchange
from vnpy_hashex import HashExGateway

SYMBOL = "BTCUSDT_SPOT_HASHEX"
VT_SYMBOL = f"{SYMBOL}.GLOBAL"
CREATE = "POST /spot/v1/u/trade/order/create"


def wait_for(condition: Callable, what: str, seconds: float = 60.0) -> None:
    ends = monotonic() + seconds
    while not condition():
        if monotonic() > ends:
            raise TimeoutError(f"no {what} after {seconds:.0f} s")
        Event().wait(0.05)


class Trader:
    """Sends orders through VeighNa's main engine and waits for what comes of them."""

    def __init__(self, main_engine: MainEngine) -> None:
        self.engine = main_engine

    def send(self, direction: Direction, price: float, volume: float, type: OrderType = OrderType.LIMIT) -> str:
        return self.engine.send_order(OrderRequest(SYMBOL, Exchange.GLOBAL, direction, type, volume, round(price, 2)), "HASHEX")

    def order(self, vt_orderid: str) -> OrderData:
        return self.engine.get_order(vt_orderid)

    def become(self, vt_orderid: str, *statuses: Status) -> None:
        wait_for(lambda: (o := self.order(vt_orderid)) and o.status in statuses, f"{' or '.join(s.name for s in statuses)}")
        order = self.order(vt_orderid)
        print(f"  order {order.orderid}: {order.status.name}, {order.traded:g} of {order.volume:g} traded")

    def cancel(self, vt_orderid: str) -> None:
        self.engine.cancel_order(self.order(vt_orderid).create_cancel_request(), "HASHEX")
        self.become(vt_orderid, Status.CANCELLED)


def rehearse(trader: Trader, venue: MockExchange) -> None:
    engine = trader.engine
    engine.connect({
        "Server": "HASHEX", "REST Host": venue.rest, "Stream Host": venue.stream, "Access Key": venue.key, "Secret Key": venue.secret,
        "Market Buy": "CAPPED LIMIT",
    }, "HASHEX")
    wait_for(lambda: engine.get_contract(VT_SYMBOL) and engine.get_all_accounts(), "contract and account")
    engine.subscribe(SubscribeRequest(SYMBOL, Exchange.GLOBAL), "HASHEX")
    wait_for(lambda: engine.get_tick(VT_SYMBOL), "tick")
    tick = engine.get_tick(VT_SYMBOL)
    print(f"\n{tick.name} {tick.bid_price_1} / {tick.ask_price_1}\n\nA good day:")

    resting = trader.send(Direction.LONG, tick.bid_price_1 * 0.95, 0.01)
    trader.become(resting, Status.NOTTRADED)
    trader.cancel(resting)
    trader.become(trader.send(Direction.LONG, 0, 0.01, OrderType.MARKET), Status.ALLTRADED)
    trader.become(trader.send(Direction.SHORT, 0, 0.01, OrderType.MARKET), Status.ALLTRADED)

    print("\nThe venue takes an order, cuts the connection, and knows none of our ids:")
    venue.set_options(client_order_id=False)
    venue.faults.add(match=CREATE, stage="after_engine", action="reset")
    lost = trader.send(Direction.LONG, tick.bid_price_1 * 0.95, 0.02)
    trader.become(lost, Status.NOTTRADED)
    trader.cancel(lost)

    print("\nOrders cannot be seen until three seconds after they were accepted:")
    venue.set_options(create_delay_ms=3_000)
    late = trader.send(Direction.LONG, tick.bid_price_1 * 0.95, 0.03)
    trader.become(late, Status.NOTTRADED)
    trader.cancel(late)

    placed = {row["order_id"] for row in venue.journal() if row["kind"] == "order"}
    print(f"\nOrders sent: {len(engine.get_all_orders())}, orders at the venue: {len(placed)}")


def main() -> None:
    event_engine = EventEngine()
    main_engine = MainEngine(event_engine)
    main_engine.add_gateway(HashExGateway)
    try:
        with MockExchange("hashex", seed=7) as venue:
            rehearse(Trader(main_engine), venue)
            main_engine.get_gateway("HASHEX").close()
    finally:
        main_engine.close()


if __name__ == "__main__":
    main()
