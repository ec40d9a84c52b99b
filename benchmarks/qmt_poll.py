"""
A share gateway that is told nothing and must ask (QMT): how long until it shows what has happened, and what it costs while nothing does.

The latency is from the moment at which the mock exchange has filled an order that rests to ``on_order`` with ALLTRADED; its measure is the
gateway's own interval between looks. The idle gateway is connected, with an account and nothing else; its measure is one per cent of a core.
"""

import random
import statistics
from multiprocessing.connection import Connection
from time import perf_counter, process_time, sleep
from typing import Any

from desks import DEADLINE, Waiter
from side_by_side import Row, child, main, row
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.object import OrderRequest

from vnpy_qmtrest import QmtRestGateway

PRICE: float = 10.0
HOUR: float = 3_600.0
ONE_PER_CENT: float = HOUR / 100            # seconds of CPU an hour


def serve(pipe: Connection) -> None:
    """The child: a mock exchange; a price through the pipe is where the market goes, the moment after comes back."""
    from mockexchange import MockExchange

    with MockExchange("qmt", feed="none") as venue:
        pipe.send((venue.rest, venue.key, venue.secret))
        try:
            while True:
                price: float = pipe.recv()
                venue.set_price("000001.SZ", f"{price:.2f}")
                pipe.send(perf_counter())
        except EOFError:
            pass


def run(quick: bool) -> list[Row]:
    """Latency of a poll, and CPU of an hour."""
    waiter: Waiter = Waiter()
    gateway: QmtRestGateway = QmtRestGateway(waiter, "QMT")         # type: ignore[arg-type]
    interval: float = gateway.timings.orders_interval
    chance: random.Random = random.Random(7)
    with child(serve) as venue:
        rest, key, secret = venue.recv()
        gateway.connect({"Client ID": key, "Secret Key": secret, "Server": "QMT", "Host": rest, "Symbols": "000001.SZSE"})
        try:
            end: float = perf_counter() + DEADLINE
            while not gateway.ready:
                if perf_counter() > end:
                    raise TimeoutError(f"the gateway does not get ready: {waiter.logs[-5:]}")
                sleep(0.05)
            sleep(1.0)
            idle: float = cpu_of(10.0 if quick else 60.0)
            delays: list[float] = []
            for __ in range(6 if quick else 30):
                venue.send(PRICE)
                venue.recv()
                request: OrderRequest = OrderRequest("000001", Exchange.SZSE, Direction.LONG, OrderType.LIMIT, 100.0, round(PRICE - 0.1, 2))
                vt_orderid: Any = gateway.send_order(request)
                waiter.wait(vt_orderid, Status.NOTTRADED)
                sleep(chance.uniform(0.0, interval))        # whenever it happens between two looks
                venue.send(PRICE - 0.2)
                filled: float = venue.recv()
                delays.append(waiter.wait(vt_orderid, Status.ALLTRADED) - filled)
        finally:
            gateway.close()
    found: list[float] = sorted(delays)
    p50, worst = statistics.median(found), found[-1]
    return [
        row("QMT: fill at the venue to on_order, p50", f"its polls, {interval:g} s apart", p50 / interval, 1.0, "lower", f"{p50:.2f} s"),
        row("QMT: the same, the longest", f"its polls, {interval:g} s apart", worst / interval, 2.0, "lower", f"{worst:.2f} s"),
        row("QMT: idle gateway, CPU of an hour", f"{ONE_PER_CENT:g} s", idle / ONE_PER_CENT, 1.0, "lower", f"{idle:.1f} s"),
    ]


def cpu_of(seconds: float) -> float:
    """Seconds of CPU this process would take in an hour, by a sample of so many seconds."""
    begin, cpu = perf_counter(), process_time()
    sleep(seconds)
    return (process_time() - cpu) / (perf_counter() - begin) * HOUR


if __name__ == "__main__":
    main(run, __doc__)
