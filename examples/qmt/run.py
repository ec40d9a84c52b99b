"""
QmtRestGateway rehearsed on a mock exchange that speaks the REST server of a QMT terminal: no terminal, no key, no money.

It shows a good day with shares (T+1), and the two bad things that this server is known for: an answer to an order is lost, and a
terminal hangs and works off its queue late.

    pip install ".[mock]"
    python examples/qmt/run.py
"""

# ruff: noqa: E402
import os
from collections.abc import Callable
from logging import WARNING
from pathlib import Path
from threading import Event
from time import monotonic

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market is made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)

from vnpy.trader.setting import SETTINGS

SETTINGS["log.level"] = WARNING         # of INFO, each order is a long line

from vnpy.event import EventEngine
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.engine import MainEngine
from vnpy.trader.object import OrderData, OrderRequest, PositionData

from mockexchange import MockExchange
from vnpy_qmtrest import QmtRestGateway

SYMBOL = "000001"
VT_SYMBOL = f"{SYMBOL}.SZSE"
BUY = "POST /qmt/trade/api/outer/trade/buy"
LONG, SHORT = Direction.LONG, Direction.SHORT


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

    def position(self) -> PositionData | None:
        return self.engine.get_position(f"QMTREST.{VT_SYMBOL}.{Direction.NET.value}")

    def send(self, direction: Direction, price: float, volume: float) -> str:
        return self.engine.send_order(OrderRequest(SYMBOL, Exchange.SZSE, direction, OrderType.LIMIT, volume, price), "QMTREST")

    def order(self, vt_orderid: str) -> OrderData:
        return self.engine.get_order(vt_orderid)

    def become(self, vt_orderid: str, *statuses: Status) -> None:
        wait_for(lambda: (o := self.order(vt_orderid)) and o.status in statuses, f"{' or '.join(s.name for s in statuses)}")
        order = self.order(vt_orderid)
        print(f"  order {order.orderid}: {order.status.name}, {order.traded:g} of {order.volume:g} traded")

    def cancel(self, vt_orderid: str) -> None:
        self.engine.cancel_order(self.order(vt_orderid).create_cancel_request(), "QMTREST")
        self.become(vt_orderid, Status.CANCELLED)


def rehearse(trader: Trader, venue: MockExchange) -> None:
    engine = trader.engine
    gateway = engine.get_gateway("QMTREST")
    gateway.timings.order_timeout = gateway.timings.query_timeout = 3.0     # seconds; 20 and 15 by default, long to watch
    engine.connect({"Server": "QMT", "Host": venue.rest, "Client ID": venue.key, "Secret Key": venue.secret}, "QMTREST")
    wait_for(lambda: engine.get_contract(VT_SYMBOL) and engine.get_all_accounts() and trader.position(), "contract, account and position")
    contract, account, held = engine.get_contract(VT_SYMBOL), engine.get_all_accounts()[0], trader.position()
    print(f"\n{VT_SYMBOL} {contract.name}: {held.volume:g} shares held, {held.yd_volume:g} can be sold; {account.available:,.2f} CNY\n\nA good day:")

    resting = trader.send(LONG, 9.5, 500)
    trader.become(resting, Status.NOTTRADED)
    trader.cancel(resting)
    trader.become(trader.send(LONG, 10.5, 300), Status.ALLTRADED)
    wait_for(lambda: trader.position().volume == held.volume + 300, "purchase in the position")
    print(f"  {trader.position().volume:g} shares held, {trader.position().yd_volume:g} can be sold: today's purchase is sold tomorrow (T+1)")
    trader.become(trader.send(SHORT, 9.5, trader.position().volume), Status.REJECTED)
    trader.become(trader.send(SHORT, 9.5, trader.position().yd_volume), Status.ALLTRADED)

    print("\nThe server takes an order, and its answer is lost:")
    venue.faults.add(match=BUY, stage="after_engine", action="reset")
    lost = trader.send(LONG, 9.5, 200)
    trader.become(lost, Status.NOTTRADED)
    trader.cancel(lost)

    print("\nThe terminal hangs with an order in its queue:")
    venue.set_options(link="lost")
    late = trader.send(LONG, 9.5, 400)
    wait_for(lambda: not gateway.session.health()["trading"], "loss of the terminal")
    trader.become(trader.send(LONG, 9.5, 600), Status.REJECTED)
    print("It is back, and works off its queue:")
    venue.set_options(link="up")
    trader.become(late, Status.NOTTRADED)
    trader.cancel(late)

    sent = [order for order in engine.get_all_orders() if order.status is not Status.REJECTED]
    placed = {row["order_id"] for row in venue.journal() if row["kind"] == "order"}
    print(f"\nOrders sent: {len(sent)}, orders at the venue: {len(placed)}")


def main() -> None:
    event_engine = EventEngine()
    main_engine = MainEngine(event_engine)
    main_engine.add_gateway(QmtRestGateway)
    try:
        with MockExchange("qmt", seed=7) as venue:
            rehearse(Trader(main_engine), venue)
            main_engine.get_gateway("QMTREST").close()
    finally:
        main_engine.close()


if __name__ == "__main__":
    main()
