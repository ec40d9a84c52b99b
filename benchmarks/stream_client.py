"""
The websocket client of the gateways against ``vnpy_websocket``: 20-level depth from socket to handler.

A child process sends prepared frames as fast as they are taken. Both clients hand their handler
the decoded message; a chunk is timed from asking for it to its last message, the two alternating.
The chunks differ in length, so that both last about as long: the ratio is that of the rates.
"""

import argparse
import json
import multiprocessing
import statistics
import threading
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import vnpy_websocket
from websockets.sync.server import ServerConnection, serve

from vnpy_restgateway.net.stream import WebsocketClient

OURS: int = 4_000               # messages in a chunk
STOCK: int = 200

DEPTH: bytes = json.dumps({
    "stream": "btcusdt@depth20@100ms",
    "data": {
        "lastUpdateId": 160,
        "bids": [[f"{40000 - n / 100:.8f}", f"{1 + n / 7:.8f}"] for n in range(20)],
        "asks": [[f"{40000 + (n + 1) / 100:.8f}", f"{1 + n / 3:.8f}"] for n in range(20)],
    },
}).encode()
FRAME: bytes = b"\x81\x7e" + len(DEPTH).to_bytes(2, "big") + DEPTH


def child(pipe: Connection) -> None:
    """The server: a message with a number asks for that many frames."""
    def handler(connection: ServerConnection) -> None:
        for message in connection:
            # Past the library, which would frame each anew: it has nothing else to send.
            connection.socket.sendall(FRAME * int(message))

    with serve(handler, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        pipe.send(server.socket.getsockname()[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            pipe.recv()
        except EOFError:
            pass


class Counter:
    """What both handlers do with a message: look at it, and count."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: int = 0
        self.ready: threading.Event = threading.Event()
        self.done: threading.Event = threading.Event()

    def on_connected(self) -> None:
        self.ready.set()

    def on_packet(self, packet: dict) -> None:
        if packet["data"]["bids"][0][0] != "40000.00000000":
            raise ValueError(f"wrong message {packet}")
        self.missing -= 1
        if not self.missing:
            self.done.set()

    def rate(self, count: int) -> float:
        """Messages per second."""
        self.done.clear()
        self.missing = count
        begin: float = perf_counter()
        self.send_packet(count)                         # type: ignore[attr-defined]
        if not self.done.wait(30):
            raise TimeoutError(f"{self.missing} of {count} messages are missing")
        return count / (perf_counter() - begin)


class Ours(Counter, WebsocketClient):
    """vnpy_restgateway"""


class Stock(Counter, vnpy_websocket.WebsocketClient):
    """vnpy_websocket; decodes with json.loads"""


def run(quick: bool) -> list[dict[str, Any]]:
    """One row for the table of ratios."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=child, args=(there,), daemon=True)
    server.start()
    there.close()
    ours: Ours = Ours()
    stock: Stock = Stock()
    try:
        url: str = f"ws://127.0.0.1:{here.recv()}"
        for client in (ours, stock):
            client.init(url, ping_interval=0)
            client.start()
            if not client.ready.wait(10):
                raise TimeoutError("no connection")
        pairs: list[tuple[float, float]] = []
        for number in range(5 if quick else 20):
            pair: tuple[float, float] = ours.rate(OURS), stock.rate(STOCK)
            if number:                                  # the first one warms up
                pairs.append(pair)
    finally:
        ours.stop()
        stock.stop()
        here.close()
        server.join(5)
    return [{
        "path": "socket to handler, 20-level depth", "peer": "vnpy_websocket + json.loads",
        "ratio": statistics.median(mine / theirs for mine, theirs in pairs), "at_least": 10.0, "better": "higher",
    }]


def main() -> None:
    parser: argparse.ArgumentParser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    for row in run(parser.parse_args().quick):
        print(f"{row['path']:38} vs {row['peer']:28} {row['ratio']:.1f}x (at least {row['at_least']:g}x)")


if __name__ == "__main__":
    main()
