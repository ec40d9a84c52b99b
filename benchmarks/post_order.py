"""
POST order at the mock exchange against trivial routes: of the same server, of FastAPI, of Flask.

The order is signed, journalled (in memory, as without ``--state``) and pushed to a subscriber of
the user data stream in a process of its own; it rests on the book, and the book grows. All
servers run in one child process each, and get the same kind of request: requests per second by
16 clients in turns, and the median of one client alone. FastAPI runs on uvicorn with uvloop and
httptools, Flask on waitress. The ratios are those of the CPU that the servers took for a request, 16 clients asking ("requests/s": each
server has one thread that does it, so they are inverse) or one; the notes are the same by the clock, which tells little where other programs have the cores. The order goes past aiohttp's tasks (mockexchange/server/direct.py), the trivial route of
the same server does not. Over TLS the same two requests once more.
"""

import asyncio
import hmac
import itertools
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
from bench_dialect import ANSWER
from load import Load, http_request
from side_by_side import (
    KEY,
    SECRET,
    Chunk,
    MockVenue,
    Row,
    alternate,
    child,
    install_hint,
    main,
    mock_exchange,
    order_query,
    peer_module,
    ratio_of,
    row,
)

ORDER: str = "POST order, signed, journalled, pushed"
CLIENTS: int = 16
CHUNK: int = 1_000
numbers: Iterator[int] = itertools.count()


def serve_fastapi(pipe: Connection) -> None:
    """A trivial FastAPI route."""
    import threading

    import uvicorn
    from fastapi import FastAPI

    app: Any = FastAPI()

    async def trivial() -> dict[str, object]:
        return ANSWER

    app.post("/trivial")(trivial)

    listening: socket.socket = socket.create_server(("127.0.0.1", 0))
    server: Any = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning", timeout_keep_alive=600))
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    serve_until_end(pipe, listening.getsockname()[1])


def serve_flask(pipe: Connection) -> None:
    """A trivial Flask route on waitress."""
    import logging
    import threading

    from flask import Flask, jsonify
    from waitress import create_server

    logging.getLogger("waitress.queue").setLevel(logging.CRITICAL)      # a busy server is what we want
    app: Any = Flask("trivial")

    def trivial() -> Any:
        return jsonify(ANSWER)

    app.post("/trivial")(trivial)

    server: Any = create_server(app, host="127.0.0.1", port=0, channel_timeout=600)
    threading.Thread(target=server.run, daemon=True).start()
    serve_until_end(pipe, server.effective_port)


def serve_until_end(pipe: Connection, port: int) -> None:
    """Tell the port once it answers, and the CPU when asked for it, until the end of the pipe."""
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.01)
    pipe.send(port)
    try:
        while pipe.recv() == "cpu":
            pipe.send(time.process_time())
    except EOFError:
        pass


def subscribe(pipe: Connection, stream: str, certificate: str) -> None:
    """A process that takes the user data stream and throws it away; "count" through the pipe asks how many events came."""
    asyncio.run(read_events(pipe, stream, certificate))


async def read_events(pipe: Connection, stream: str, certificate: str) -> None:
    params: dict[str, Any] = {"apiKey": KEY, "timestamp": time.time_ns() // 1_000_000}
    payload: str = "&".join(f"{name}={params[name]}" for name in sorted(params))
    params["signature"] = hmac.digest(SECRET.encode(), payload.encode(), "sha256").hex()
    context: Any = ssl.create_default_context(cafile=certificate) if certificate else True
    count: int = 0
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{stream}/ws-api/v3", ssl=context) as socket:
        await socket.send_json({"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
        if (await socket.receive_json())["status"] != 200:
            raise RuntimeError("no user data")
        pipe.send("subscribed")

        async def read() -> None:
            nonlocal count
            async for _ in socket:
                count += 1

        reading: asyncio.Task[None] = asyncio.ensure_future(read())
        try:
            while await asyncio.to_thread(pipe.recv) == "count":
                pipe.send(count)
        except EOFError:
            reading.cancel()


def check_pushes(subscriber: Connection, orders: int) -> None:
    """Make sure that each order has been pushed, as a report and as a balance."""
    end: float = time.monotonic() + 20.0
    came: int = 0
    while came < 2 * orders:
        if time.monotonic() > end:
            raise RuntimeError(f"{orders} orders, and {came} events of the user came")
        subscriber.send("count")
        came = subscriber.recv()
        time.sleep(0.05)


def order_requests(count: int) -> list[bytes]:
    """Signed orders, never the same id twice, at a hundred prices."""
    return [
        http_request(f"/api/v3/order?{order_query(f'b{number}', price=f'{20_000 + number % 100}')}")
        for number in itertools.islice(numbers, count)
    ]


Taken = dict[str, list[float]]


class Peer:
    """Another server in a child process."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe: Connection = pipe
        self.port: int = pipe.recv()

    def cpu(self) -> float:
        """Seconds of CPU it has used."""
        self.pipe.send("cpu")
        return float(self.pipe.recv())


def compare(venue: MockVenue, peers: dict[str, Peer], rounds: int) -> tuple[Taken, Taken]:
    """Requests a second by name, and the p50 as "name p50"; and seconds of the servers' CPU for a request by the same names."""
    trivial: list[bytes] = [http_request("/trivial?" + order_query("t"))] * CHUNK
    ours: Load = Load(venue.port, CLIENTS, venue.certificate)
    others: dict[str, Load] = {name: Load(peer.port, CLIENTS) for name, peer in peers.items()}
    spent: Taken = {}

    def chunk(name: str, call: Callable[[list[bytes]], float], requests: Callable[[], list[bytes]], cpu: Callable[[], float]) -> Chunk:
        def one() -> float:
            found: list[bytes] = requests()
            before: float = cpu()
            value: float = call(found)
            spent.setdefault(name, []).append((cpu() - before) / len(found))
            return value

        return one

    chunks: dict[str, Chunk] = {
        "order": chunk("order", ours.per_second, lambda: order_requests(CHUNK), venue.cpu),
        "trivial": chunk("trivial", ours.per_second, lambda: trivial, venue.cpu),
        "order p50": chunk("order p50", ours.p50, lambda: order_requests(CHUNK // 2), venue.cpu),
        "trivial p50": chunk("trivial p50", ours.p50, lambda: trivial[:CHUNK // 2], venue.cpu),
    }
    for name, load in others.items():
        chunks[name] = chunk(name, load.per_second, lambda: trivial, peers[name].cpu)
    try:
        return alternate(chunks, rounds), spent
    finally:
        for load in (ours, *others.values()):
            load.close()


def orders_and_trivial(taken: Taken, spent: Taken, over: str) -> list[Row]:
    """The rows against the same server; ``over`` is said of both."""
    name: str = f"{ORDER}{over}"

    return [
        row(
            f"{name}: requests/s", "trivial route, same server", ratio_of(spent["trivial"], spent["order"]), 0.6,
            note=by_clock(ratio_of(taken["order"], taken["trivial"])) + f", {min(spent['order']) * 1e6:.0f} us of CPU an order",
        ),
        row(
            f"{name}: p50", "trivial route, same server", ratio_of(spent["order p50"], spent["trivial p50"]), 1.8, "lower",
            note=by_clock(ratio_of(taken["order p50"], taken["trivial p50"])),
        ),
    ]


def by_clock(ratio: float) -> str:
    return f"by CPU; {ratio:.2f}x by the clock"


FRAMEWORKS: dict[str, tuple[Any, float, tuple[str, ...]]] = {
    "FastAPI": (serve_fastapi, 1.5, ("fastapi", "uvicorn")),
    "Flask": (serve_flask, 5.0, ("flask", "waitress")),
}


def run(quick: bool) -> list[Row]:
    """Two rows against the same server, one against each framework, two against the same server over TLS."""
    rounds: int = 5 if quick else 20
    rows: list[Row] = []
    for over, tls in (("", False), (", TLS", True)):
        with ExitStack() as stack:
            venue: MockVenue = stack.enter_context(mock_exchange("bench_dialect:BenchDialect", tls=tls))
            subscriber: Connection = stack.enter_context(child(subscribe, venue.stream, venue.certificate))
            if subscriber.recv() != "subscribed":
                raise RuntimeError("no user data")
            missing: dict[str, str] = {}
            peers: dict[str, Peer] = {}
            for name, (serve, _, packages) in ({} if tls else FRAMEWORKS).items():
                if any(peer_module(package) is None for package in packages):
                    missing[name] = install_hint(*packages)
                else:
                    peers[name] = Peer(stack.enter_context(child(serve)))
            first: int = next(numbers)
            taken, spent = compare(venue, peers, rounds)
            check_pushes(subscriber, next(numbers) - first - 1)
        rows.extend(orders_and_trivial(taken, spent, over))
        for framework, (_, at_least, _) in ({} if tls else FRAMEWORKS).items():
            path, peer = f"{ORDER}: requests/s", f"trivial {framework} route"
            if framework in missing:
                rows.append(row(path, peer, None, at_least, note=missing[framework]))
            else:
                note: str = by_clock(ratio_of(taken["order"], taken[framework]))
                rows.append(row(path, peer, ratio_of(spent[framework], spent["order"]), at_least, note=note))
    return rows


if __name__ == "__main__":
    main(run, __doc__)
