"""
What the benchmarks share: alternating chunks, the table, and a mock exchange in a child process.

A machine drifts, so nothing here is timed on its own: a short chunk of A, a short chunk of B,
and so on; the ratio is the median of the pairs' ratios.
"""

import argparse
import gc
import hashlib
import hmac
import http.client
import importlib
import multiprocessing
import os
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from time import thread_time
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

Row = dict[str, Any]
Chunk = Callable[[], float]

KEY: str = "mock-key"
SECRET: str = "mock-secret"


# rows

def row(path: str, peer: str, ratio: float | None, at_least: float, better: str = "higher", note: str = "") -> Row:
    """One line of the table; a ratio of None was not measured, and the note says why."""
    return {"path": path, "peer": peer, "ratio": ratio, "at_least": at_least, "better": better, "note": note}


def stands(one: Row) -> bool | None:
    """Whether a row is what it has to be; None for one that was not measured."""
    ratio: float | None = one["ratio"]
    if ratio is None:
        return None
    return bool(ratio >= one["at_least"] if one["better"] == "higher" else ratio <= one["at_least"])


def print_rows(rows: Sequence[Row]) -> None:
    """The table."""
    wide: int = max(len(one["path"]) for one in rows)
    peer: int = max(len(one["peer"]) for one in rows)
    for one in rows:
        held: bool | None = stands(one)
        ratio: str = "not measured" if held is None else f"{one['ratio']:.2f}x"
        sign: str = ">=" if one["better"] == "higher" else "<="
        verdict: str = {None: "", True: "ok", False: "NO"}[held]
        print(
            f"{one['path']:{wide}}  {one['peer']:{peer}}  {ratio:>12}  {sign} {one['at_least']:<5g} {verdict:2}  "
            f"{one.get('note', '')}".rstrip()
        )


def main(run: Callable[[bool], list[Row]], doc: str | None) -> None:
    """What a script does when it is started by itself."""
    parser: argparse.ArgumentParser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    print_rows(run(parser.parse_args().quick))


def peer_module(name: str, package: str = "") -> ModuleType | None:
    """An optional package, or None when it is not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        return None


def install_hint(*packages: str) -> str:
    """The note of a row whose peer is missing."""
    return f"pip install {' '.join(packages)}"


# measuring

def alternate(chunks: dict[str, Chunk], rounds: int, warm_up: int = 1) -> dict[str, list[float]]:
    """What each chunk returned in every round, in turns; who begins changes."""
    names: list[str] = list(chunks)
    results: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + warm_up):
        for name in names if number % 2 else reversed(names):
            gc.collect()            # each pays for its own garbage
            value: float = chunks[name]()
            if number >= warm_up:
                results[name].append(value)
    return results


def ratio_of(over: Sequence[float], under: Sequence[float]) -> float:
    """Median of the pairs' ratios."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def timed(call: Callable[[Any], Any], items: Sequence[Any]) -> Chunk:
    """A chunk that calls ``call`` with every item and returns the seconds of CPU an item took in this thread."""
    def chunk() -> float:
        begin: float = thread_time()
        for item in items:
            call(item)
        return (thread_time() - begin) / len(items)

    return chunk


def one_core() -> int | None:
    """A core this process may use, None where a process cannot be bound to one (macOS, Windows)."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    return max(os.sched_getaffinity(0))


# child processes

@contextmanager
def child(target: Callable[..., None], *args: Any) -> Iterator[Connection]:
    """``target(pipe, *args)`` in a process of its own, which must end when the pipe does; the pipe's other end."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=target, args=(there, *args))
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.join(5)
        if process.is_alive():
            process.terminate()
            process.join(5)


def serve_mock(pipe: Connection, dialect: str, symbols: int, tls: bool = False) -> None:
    """
    The mock exchange as ``mockexchange serve`` runs it, but without rate limits.

    "cpu" through the pipe asks for the seconds of CPU it has used.
    """
    from mockexchange import MockExchange
    from mockexchange.core.instruments import make_instrument
    from mockexchange.dialects import DIALECTS
    from mockexchange.dialects.common.spot import default_instruments
    from mockexchange.dialects.binance import BinanceDialect
    from mockexchange.dialects.binance.limits import LimitSettings
    from mockexchange.server.cli import tune_collector

    many: int = 10 ** 9
    BinanceDialect.default_limits = LimitSettings(
        orders_10s=many, orders_1d=many, raw_requests_5m=many, request_weight_1m=many
    )
    DIALECTS.setdefault(dialect, dialect)
    instruments = default_instruments()[:symbols]
    for number in range(len(instruments), symbols):
        instruments.append(make_instrument(f"A{number}USDT", f"A{number}", "USDT", "0.01", "0.00001", "40000"))
    for instrument in instruments:
        instrument.max_num_orders = many
    with MockExchange(
        dialect, feed="none", accounts=[f"{KEY}:{SECRET}:USDT=9000000000,BTC=9000000"], instruments=instruments, tls=tls
    ) as venue:
        tune_collector()
        pipe.send((venue.rest, venue.stream, venue.certificate if tls else ""))
        try:
            while pipe.recv() == "cpu":
                pipe.send(time.process_time())
        except EOFError:
            pass


class MockVenue:
    """A mock exchange in a child process, as its client sees it."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe: Connection = pipe
        self.rest: str
        self.stream: str
        self.certificate: str               # path of what its clients must trust, "" without TLS
        self.rest, self.stream, self.certificate = pipe.recv()
        self.port: int = int(self.rest.rpartition(":")[2])

    def cpu(self) -> float:
        """Seconds of CPU it has used."""
        self.pipe.send("cpu")
        return float(self.pipe.recv())


@contextmanager
def mock_exchange(dialect: str = "binance", symbols: int = 1, tls: bool = False) -> Iterator[MockVenue]:
    """A mock exchange whose market stands still. ``dialect``: a name of DIALECTS, or "module:Class"."""
    with child(serve_mock, dialect, symbols, tls) as pipe:
        yield MockVenue(pipe)


# plain HTTP

def plain_connection(port: int) -> http.client.HTTPConnection:
    """A kept-alive ``http.client`` connection that does not wait for more to send."""
    connection: http.client.HTTPConnection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def signed(params: dict[str, Any]) -> str:
    """Query string of a signed request."""
    query: str = urlencode({**params, "recvWindow": 60_000, "timestamp": time.time_ns() // 1_000_000})
    return f"{query}&signature={hmac.digest(SECRET.encode(), query.encode(), hashlib.sha256).hex()}"


def order_query(client_id: str, symbol: str = "BTCUSDT", price: str = "20000") -> str:
    """Query string of a signed limit order that will rest on the book."""
    return signed({
        "symbol": symbol, "side": "BUY", "type": "LIMIT", "quantity": "0.001", "newClientOrderId": client_id,
        "newOrderRespType": "FULL", "timeInForce": "GTC", "price": price,
    })
