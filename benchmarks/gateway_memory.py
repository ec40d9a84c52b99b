"""
Bytes of the gateway per contract, per subscribed symbol, per live order, and per order that is over, as tracemalloc counts them.

In process and off the network. The objects that vn.py's own OMS keeps are the same ones, so they are counted here: a ContractData is in
the bytes of a contract. ``benchmarks/soak.py`` prints them, too.
"""

import gc
import itertools
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from threading import Event
from types import SimpleNamespace
from typing import Any

import msgspec
from desks import Sink, contract_of, order_request, our_desk

from vnpy_restgateway.orders import table
from vnpy_restgateway.trading_rules import CryptoRules

MANY: int = 1_000
ANSWER: str = (
    '{{"id":{reqid},"status":200,"result":{{"symbol":"BTCUSDT","orderId":{number},"orderListId":-1,"clientOrderId":"{id}","transactTime":1507725176595,'
    '"price":"20000.00000000","origQty":"0.00100000","executedQty":"{traded}","cummulativeQuoteQty":"{money}","status":"{status}",'
    '"timeInForce":"GTC","type":"LIMIT","side":"BUY","workingTime":1507725176595,"fills":[{fills}]}}}}'
)
FILL: str = '{{"price":"20000.00000000","qty":"0.00100000","commission":"0.00000100","commissionAsset":"BTC","tradeId":{number}}}'


def bytes_each(count: int, make: Callable[[], None]) -> float:
    """Bytes that are left of each of ``count`` things which ``make`` makes."""
    gc.collect()
    tracemalloc.start()
    try:
        before: int = tracemalloc.get_traced_memory()[0]
        make()
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / count
    finally:
        tracemalloc.stop()


def gateway_bytes() -> dict[str, float]:
    """What is counted -> bytes each."""
    gateway: Any = our_desk(Sink(), ["BTCUSDT"])
    session: Any = gateway.session
    sent: list[bytes] = []
    session.trade._run = SimpleNamespace(link=True, send=lambda payload, kind: sent.append(payload) or True)
    gateway.executor.start()
    numbers = itertools.count(1)
    contracts: list[Any] = []

    def add_contracts() -> None:
        for number in range(MANY):
            contract = contract_of(f"A{number}USDT", "OURS")
            gateway.host.add_contract(contract, contract.name, CryptoRules(contract, Decimal("0.01"), Decimal("0.00001")))
            contracts.append(contract)

    def subscribe() -> None:
        for contract in contracts[:200]:
            session.subscribe(contract)

    def trade(filled: bool, count: int = MANY) -> None:
        for __ in range(count):
            orderid: str = gateway.send_order(order_request()).partition(".")[2]
            done: Event = Event()
            gateway.executor.post(done.set)         # the executor may have been at work: it has sent it by then
            done.wait()
            number: int = next(numbers)
            session.trade.on_frame(ANSWER.format(
                reqid=msgspec.json.decode(sent.pop())["id"], number=number, id=orderid, status="FILLED" if filled else "NEW",
                traded="0.00100000" if filled else "0", money="20.00000000" if filled else "0", fills=FILL.format(number=number) if filled else "",
            ).encode())
            gateway.executor.post(done.set)

    try:
        for filled in (False, True):        # what is made once is made
            trade(filled, 100)
        live, over = len(gateway.flow.table.active), len(gateway.flow.table.final)
        found: dict[str, float] = {
            "a contract": bytes_each(MANY, add_contracts), "a subscribed symbol": bytes_each(200, subscribe),
            "a live order": bytes_each(MANY, lambda: trade(False)), "an order that is over, with its trade": bytes_each(MANY, lambda: trade(True)),
        }
        live, over = len(gateway.flow.table.active) - live, len(gateway.flow.table.final) - over
    finally:
        gateway.executor.stop(1.0)
    if (live, over) != (MANY, MANY):
        raise RuntimeError(f"{live} orders live, {over} are over")
    return found


def lines() -> list[str]:
    """As text."""
    kept: str = f"the last {table.FINAL_KEPT:,} of these are kept whole, {table.FINISHED_KEPT:,} more in a few bytes each"
    return [f"gateway: {size:,.0f} bytes {name}" + (f"; {kept}" if "over" in name else "") for name, size in gateway_bytes().items()]


if __name__ == "__main__":
    print(*lines(), sep="\n")
