"""
The REST client of the gateways against a same-thread ``http.client`` and against ``vnpy_rest``.

A child process serves small JSON answers on kept-alive connections; ``/slow`` takes 500 ms and
``/never`` an eternity. What is compared alternates in short chunks, and the medians are divided.
"""

import argparse
import asyncio
import http.client
import json
import multiprocessing
import queue
import socket
import statistics
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import vnpy_rest

from vnpy_restgateway.net.rest import RestClient

CHUNK: int = 50
SLOW: float = 0.5
TIMEOUT: float = 0.5
GRACE: float = 0.5
HEADERS: dict[str, str] = {"Content-Type": "application/json"}
ORDER: str = json.dumps({
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.001", "price": "40000.01",
    "newClientOrderId": "x-20260801-000001",
})
ANSWER: bytes = json.dumps({
    "symbol": "BTCUSDT", "orderId": 28, "orderListId": -1, "clientOrderId": "x-20260801-000001", "transactTime": 1507725176595,
}).encode()
REPLY: bytes = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: %d\r\nServer: mock\r\n"
    b"Date: Sat, 01 Aug 2026 00:00:00 GMT\r\nx-mbx-used-weight-1m: 5\r\n\r\n" % len(ANSWER)
) + ANSWER


class Venue(asyncio.Protocol):
    """As little server as possible, so that the clients are what is measured."""

    def __init__(self) -> None:
        self.buffer: bytes = b""

    def connection_made(self, transport: Any) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return
        _, _, tail = head.lower().partition(b"content-length:")
        length: int = int(tail.partition(b"\r\n")[0] or 0)
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        if b"/slow" in head:
            asyncio.get_running_loop().call_later(SLOW, self.transport.write, REPLY)
        elif b"/never" not in head:
            self.transport.write(REPLY)


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


def through(client: Any, **extra: Any) -> Callable[[], None]:
    """One order through a client with callbacks, and the wait for its callback."""
    done: threading.Lock = threading.Lock()
    done.acquire()

    def callback(data: Any, request: Any) -> None:
        done.release()

    def order() -> None:
        client.add_request("POST", "/order", callback, data=ORDER, headers=HEADERS, **extra)
        if not done.acquire(timeout=5):
            raise TimeoutError("no callback")

    return order


def median_seconds(calls: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median time of each call, measured in alternating chunks; the first chunk warms up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            for _ in range(CHUNK):
                begin: float = perf_counter()
                call()
                if number:
                    times[name].append(perf_counter() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


def orders(port: int, rounds: int) -> tuple[float, float]:
    """Time of an order as a multiple of http.client's, and of vnpy_rest's."""
    host: str = f"http://127.0.0.1:{port}"
    plain: http.client.HTTPConnection = http.client.HTTPConnection("127.0.0.1", port)
    plain.connect()
    plain.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post() -> None:
        plain.request("POST", "/order", ORDER, HEADERS)
        json.loads(plain.getresponse().read())

    ours: RestClient = RestClient()
    ours.init(host)
    ours.start()
    stock: vnpy_rest.RestClient = vnpy_rest.RestClient()
    stock.init(host)
    stock.start()
    try:
        taken: dict[str, float] = median_seconds(
            {"plain": post, "ours": through(ours, lane="order"), "stock": through(stock)}, rounds
        )
    finally:
        ours.stop()
        stock.active = False
        plain.close()
    return taken["ours"] / taken["plain"], taken["ours"] / taken["stock"]


def finished(data: Any, request: Any) -> None:
    """Callback of a query: when it was answered, into the queue it carries."""
    request.extra.put(perf_counter())


def beside_slow_queries(port: int, rounds: int) -> tuple[float, float]:
    """Five slow queries at once, as a multiple of one; an order meanwhile, as a multiple of an idle one."""
    client: RestClient = RestClient()
    client.init(f"http://127.0.0.1:{port}")
    client.start()
    order: Callable[[], None] = through(client, lane="order")
    together: list[float] = []
    busy: list[float] = []
    idle: list[float] = []
    try:
        for number in range(rounds + 1):
            for _ in range(CHUNK):
                begin: float = perf_counter()
                order()
                if number:
                    idle.append(perf_counter() - begin)
            done: queue.SimpleQueue[float] = queue.SimpleQueue()
            start: float = perf_counter()
            for _ in range(5):
                client.add_request("GET", "/slow", finished, extra=done)
            for _ in range(CHUNK):
                begin = perf_counter()
                order()
                if number:
                    busy.append(perf_counter() - begin)
            last: float = max(done.get(timeout=5) for _ in range(5))
            if number:
                together.append(last - start)
    finally:
        client.stop()
    return statistics.median(together) / SLOW, statistics.median(busy) / statistics.median(idle)


def latest_answer(port: int) -> float:
    """Forty requests that are never answered: the longest any of them took, as a multiple of time-out plus grace."""
    client: RestClient = RestClient()
    client.init(f"http://127.0.0.1:{port}", read_timeout=TIMEOUT)
    client.start()
    ends: queue.SimpleQueue[float] = queue.SimpleQueue()
    try:
        begins: list[float] = []
        for _ in range(40):
            begins.append(perf_counter())
            client.add_request("GET", "/never", lambda data, request: None, on_error=lambda *args: ends.put(perf_counter()))
        longest: float = max(ends.get(timeout=5) for _ in begins) - begins[0]
    finally:
        client.stop()
    return longest / (TIMEOUT + GRACE)


def run(quick: bool) -> list[dict[str, Any]]:
    """Rows for the table of ratios."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=serve, args=(there,), daemon=True)
    child.start()
    there.close()
    try:
        port: int = here.recv()
        plain, stock = orders(port, 10 if quick else 60)
        together, order = beside_slow_queries(port, 2 if quick else 6)
        late: float = latest_answer(port)
    finally:
        here.close()
        child.join(5)
    rows: list[tuple[str, str, float, float]] = [
        ("REST order, add_request to callback", "http.client, same thread", plain, 1.8),
        ("REST order, add_request to callback", "vnpy_rest", stock, 0.5),
        ("five 500 ms queries at once", "one of them", together, 1.5),
        ("REST order beside five slow queries", "idle", order, 2.0),
        ("never answered: last on_error of 40", "time-out + 0.5 s", late, 1.0),
    ]
    return [
        {"path": path, "peer": peer, "ratio": ratio, "at_least": bound, "better": "lower"} for path, peer, ratio, bound in rows
    ]


def main() -> None:
    parser: argparse.ArgumentParser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    for row in run(parser.parse_args().quick):
        print(f"{row['path']:38} vs {row['peer']:26} {row['ratio']:.2f}x (at most {row['at_least']}x)")


if __name__ == "__main__":
    main()
