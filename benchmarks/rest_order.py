"""
An order of our gateway over REST, from ``send_order`` to ``on_order`` with NOTTRADED.

Against the same order by ``http.client`` (same thread, kept-alive connection, signed beforehand,
the answer decoded), and against vnpy_rest's ``add_request`` to its callback: the moment it is
called, not that at which whoever waits for it has woken. Once at a bare venue,
a child process that says just enough for the gateway to trade, so that the clients are what is
measured; and once at the mock exchange, whose own work on an order is in all three.
"""

import asyncio
import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import vnpy_rest
from desks import OrderDesk
from side_by_side import (
    KEY,
    Row,
    alternate,
    child,
    main,
    mock_exchange,
    order_query,
    plain_connection,
    ratio_of,
    row,
)

CHUNK: int = 50
HEADERS: dict[str, str] = {"X-MBX-APIKEY": KEY}
numbers: Iterator[int] = itertools.count()

SYMBOL: dict[str, Any] = {
    "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "orderTypes": ["LIMIT"],
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
        {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
    ],
}
OBJECTS: dict[str, Any] = {
    "/api/v3/exchangeInfo": {"symbols": [SYMBOL]}, "/api/v3/account": {"balances": []},
}
ORDER: str = (
    '{{"symbol":"BTCUSDT","orderId":{number},"orderListId":-1,"clientOrderId":"{id}","transactTime":1507725176595,'
    '"price":"20000.00000000","origQty":"0.00100000","executedQty":"0.00000000","origQuoteOrderQty":"0.00000000",'
    '"cummulativeQuoteQty":"0.00000000","status":"{status}","timeInForce":"GTC","type":"LIMIT","side":"BUY",'
    '"workingTime":1507725176595,"selfTradePreventionMode":"EXPIRE_MAKER","fills":[]}}'
)
HEAD: str = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: {length}\r\nServer: mock\r\n"
    "Date: Sat, 01 Aug 2026 00:00:00 GMT\r\nx-mbx-used-weight-1m: 5\r\n\r\n"
)


class Venue(asyncio.Protocol):
    """As little of a venue as possible. Requests have no bodies and come one at a time."""

    named: dict[str, str] = {}          # number of an order -> its client order id

    def connection_made(self, transport: Any) -> None:
        self.transport: Any = transport
        self.buffer: bytes = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.buffer.endswith(b"\r\n\r\n"):
            return
        cancels: bool = self.buffer.startswith(b"DELETE")
        target: str = self.buffer.split(b" ", 2)[1].decode()
        self.buffer = b""
        path, _, query = target.partition("?")
        if path == "/api/v3/order":
            status: str = "CANCELED" if cancels else "NEW"
            _, _, id = query.partition("lientOrderId=")
            _, _, given = query.partition("orderId=")
            number: str = given.partition("&")[0] or str(next(numbers))
            name: str = id.partition("&")[0] or self.named.get(number, "")      # a cancel names an order by its number
            self.named[number] = name
            body: str = ORDER.format(number=number, id=name, status=status)
        elif path == "/api/v3/time":
            body = json.dumps({"serverTime": time.time_ns() // 1_000_000})
        else:
            body = json.dumps(OBJECTS.get(path, []))
        self.transport.write((HEAD.format(length=len(body)) + body).encode())


def serve(pipe: Connection) -> None:
    """The child process; ends when the pipe does."""
    async def main() -> None:
        server: asyncio.Server = await asyncio.get_running_loop().create_server(Venue, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        try:
            await asyncio.to_thread(pipe.recv)
        except EOFError:
            pass

    asyncio.run(main())


def plain_chunk(connection: http.client.HTTPConnection) -> float:
    """Seconds an order takes by ``http.client``."""
    paths: list[str] = [f"/api/v3/order?{order_query(f'p{next(numbers)}')}" for _ in range(CHUNK)]
    begin: float = perf_counter()
    for path in paths:
        connection.request("POST", path, headers=HEADERS)
        json.loads(connection.getresponse().read())
    return (perf_counter() - begin) / CHUNK


def stock_chunk(client: Any) -> float:
    """Seconds an order takes through vnpy_rest."""
    done: threading.Lock = threading.Lock()
    done.acquire()
    told: float = 0.0

    def callback(data: Any, request: Any) -> None:
        nonlocal told
        told = perf_counter()
        done.release()

    queries: list[str] = [order_query(f"s{next(numbers)}") for _ in range(CHUNK)]
    taken: float = 0.0
    for query in queries:
        begin: float = perf_counter()
        client.add_request("POST", f"/api/v3/order?{query}", callback, headers=HEADERS)
        if not done.acquire(timeout=10):
            raise TimeoutError("no callback")
        taken += told - begin
    return taken / CHUNK


def compare(rest: str, rounds: int) -> dict[str, list[float]]:
    """Seconds an order takes, by who sends it."""
    plain: http.client.HTTPConnection = plain_connection(int(rest.rpartition(":")[2]))
    stock: Any = vnpy_rest.RestClient()
    stock.init(rest)
    stock.start()
    desk: OrderDesk = OrderDesk(rest, "", over_rest=True)

    def our_chunk() -> float:
        taken: float = sum(desk.order() for _ in range(CHUNK)) / CHUNK
        desk.clear()
        return taken

    try:
        return alternate({
            "plain": lambda: plain_chunk(plain), "ours": our_chunk, "stock": lambda: stock_chunk(stock),
        }, rounds, warm_up=2)
    finally:
        desk.close()
        stock.active = False
        plain.close()


def run(quick: bool) -> list[Row]:
    """One row for each venue and peer."""
    rounds: int = 8 if quick else 40
    with child(serve) as pipe:
        taken: dict[str, dict[str, list[float]]] = {
            "bare venue": compare(f"http://127.0.0.1:{pipe.recv()}", rounds),
        }
    with mock_exchange() as venue:
        taken["mock exchange"] = compare(venue.rest, rounds)
    rows: list[Row] = []
    for where, times in taken.items():
        path: str = f"REST order, send_order to on_order, {where}"
        rows.append(row(path, "http.client, same thread", ratio_of(times["ours"], times["plain"]), 1.8, "lower"))
        rows.append(row(path, "vnpy_rest, add_request to callback", ratio_of(times["ours"], times["stock"]), 0.5, "lower"))
    return rows


if __name__ == "__main__":
    main(run, __doc__)
