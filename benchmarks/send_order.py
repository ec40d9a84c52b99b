"""
The CPU that ``send_order`` costs, our gateway against vnpy_binance's.

Seconds of CPU of the whole process per order, our writer's thread included, until everything
that an order makes the gateway do has been done. The network is a method that takes the
encoded text and keeps it, in both; the event engine drops what it is given. A chunk is long,
because the wait for our writer at its end is the benchmark's own work and no order's.
"""

import random
import threading
from time import process_time
from types import SimpleNamespace
from typing import Any

from desks import Sink, order_request, our_desk, stock_desk
from side_by_side import Row, alternate, install_hint, main, peer_module, ratio_of, row

PATH: str = "send_order, CPU of the whole process"
PEER: str = "vnpy_binance send_order"
AT_LEAST: float = 2.0
CHUNK: int = 500


def run(quick: bool) -> list[Row]:
    """One row for the table of ratios."""
    if peer_module("vnpy_binance") is None:
        return [row(PATH, PEER, None, AT_LEAST, note=install_hint("vnpy_binance"))]
    ours = our_desk(Sink(), ["BTCUSDT"])
    sent: list[bytes] = []
    texts: list[str] = []

    def take(payload: bytes, kind: Any) -> bool:
        sent.append(payload)
        return True

    def take_text(text: str) -> None:
        texts.append(text)

    ours.session.trade._run = SimpleNamespace(link=True, send=take)     # type: ignore[assignment]
    ours.executor.start()
    stock: Any = stock_desk(Sink(), ["BTCUSDT"])
    stock.trade_api.wsapp = SimpleNamespace(send=take_text)
    chance: random.Random = random.Random(7)
    requests = [order_request(price=chance.randrange(1_900_000, 4_100_000) / 100, volume=chance.randrange(100, 90_000) / 100_000) for _ in range(CHUNK)]

    def our_chunk() -> float:
        done: threading.Event = threading.Event()
        begin: float = process_time()
        for request in requests:
            ours.send_order(request)
        ours.executor.post(done.set)
        done.wait(10)
        taken: float = process_time() - begin
        # the answers that would have come, and what the day leaves behind
        ours.session.trade._waiting.clear()
        ours.flow.table.active.clear()
        return taken

    def stock_chunk() -> float:
        begin: float = process_time()
        for request in requests:
            stock.send_order(request)
        taken: float = process_time() - begin
        stock.trade_api.reqid_callback_map.clear()
        stock.trade_api.reqid_order_map.clear()
        stock.orders.clear()
        return taken

    try:
        rounds: int = 6 if quick else 20
        taken = alternate({"ours": our_chunk, "stock": stock_chunk}, rounds)
    finally:
        ours.executor.stop(1.0)
    if not len(sent) == len(texts) == CHUNK * (rounds + 1):
        raise RuntimeError(f"orders that left: {len(sent)} and {len(texts)} of {CHUNK * (rounds + 1)}")
    return [row(PATH, PEER, ratio_of(taken["stock"], taken["ours"]), AT_LEAST)]


if __name__ == "__main__":
    main(run, __doc__)
