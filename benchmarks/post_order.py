"""
POST order at the mock exchange against trivial routes: of the same server, of FastAPI, of Flask.

The order is signed, journalled (in memory, as without ``--state``) and pushed to a subscriber of
the user data stream in a process of its own; it rests on the book, and the book grows. All
servers run in one child process each, and get the same kind of request: requests per second by
16 clients in turns, and the median of one client alone. FastAPI runs on uvicorn with uvloop and
httptools, Flask on waitress.
"""

import hmac
import itertools
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import Any

from bench_dialect import ANSWER
from load import Load, http_request
from side_by_side import (
    KEY,
    SECRET,
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
    server: Any = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning"))
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

    server: Any = create_server(app, host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    serve_until_end(pipe, server.effective_port)


def serve_until_end(pipe: Connection, port: int) -> None:
    """Tell the port once it answers, and wait for the end of the pipe."""
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.01)
    pipe.send(port)
    try:
        pipe.recv()
    except EOFError:
        pass


def subscribe(pipe: Connection, stream: str) -> None:
    """A process that takes the user data stream and throws it away."""
    from threading import Thread

    from websockets.sync.client import connect

    with connect(stream + "/ws-api/v3", compression=None, max_size=None) as connection:
        params: dict[str, Any] = {"apiKey": KEY, "timestamp": time.time_ns() // 1_000_000}
        payload: str = "&".join(f"{name}={params[name]}" for name in sorted(params))
        params["signature"] = hmac.digest(SECRET.encode(), payload.encode(), "sha256").hex()
        connection.send(json.dumps({"id": 1, "method": "userDataStream.subscribe.signature", "params": params}))
        if json.loads(connection.recv())["status"] != 200:
            raise RuntimeError("no user data")
        raw: socket.socket = connection.socket
        Thread(target=lambda: [None for _ in iter(lambda: raw.recv(1 << 20), b"")], daemon=True).start()
        pipe.send("subscribed")
        try:
            pipe.recv()
        except EOFError:
            pass


def order_requests(count: int) -> list[bytes]:
    """Signed orders, never the same id twice, at a hundred prices."""
    return [
        http_request(f"/api/v3/order?{order_query(f'b{number}', price=f'{20_000 + number % 100}')}")
        for number in itertools.islice(numbers, count)
    ]


def compare(venue: MockVenue, peers: dict[str, int], rounds: int) -> dict[str, list[float]]:
    """Requests a second by name, and the p50 as "name p50"."""
    trivial: list[bytes] = [http_request("/trivial?" + order_query("t"))] * CHUNK
    ours: Load = Load(venue.port, CLIENTS)
    others: dict[str, Load] = {name: Load(port, CLIENTS) for name, port in peers.items()}
    chunks: dict[str, Any] = {
        "order": lambda: ours.per_second(order_requests(CHUNK)),
        "trivial": lambda: ours.per_second(trivial),
        "order p50": lambda: ours.p50(order_requests(CHUNK // 2)),
        "trivial p50": lambda: ours.p50(trivial[:CHUNK // 2]),
    }
    for name, load in others.items():
        chunks[name] = lambda load=load: load.per_second(trivial)
    try:
        return alternate(chunks, rounds)
    finally:
        for load in (ours, *others.values()):
            load.close()


FRAMEWORKS: dict[str, tuple[Any, float, tuple[str, ...]]] = {
    "FastAPI": (serve_fastapi, 1.5, ("fastapi", "uvicorn")),
    "Flask": (serve_flask, 5.0, ("flask", "waitress")),
}


def run(quick: bool) -> list[Row]:
    """Two rows against the same server, one against each framework."""
    with ExitStack() as stack:
        venue: MockVenue = stack.enter_context(mock_exchange("bench_dialect:BenchDialect"))
        subscriber: Connection = stack.enter_context(child(subscribe, venue.stream))
        if subscriber.recv() != "subscribed":
            raise RuntimeError("no user data")
        missing: dict[str, str] = {}
        peers: dict[str, int] = {}
        for name, (serve, _, packages) in FRAMEWORKS.items():
            if any(peer_module(package) is None for package in packages):
                missing[name] = install_hint(*packages)
            else:
                peers[name] = stack.enter_context(child(serve)).recv()
        taken = compare(venue, peers, 5 if quick else 20)
    name = "POST order, signed, journalled, pushed"
    rows: list[Row] = [
        row(f"{name}: requests/s", "trivial route, same server", ratio_of(taken["order"], taken["trivial"]), 0.5),
        row(f"{name}: p50", "trivial route, same server", ratio_of(taken["order p50"], taken["trivial p50"]), 1.5, "lower"),
    ]
    for framework, (_, at_least, _) in FRAMEWORKS.items():
        ratio: float | None = None if framework in missing else ratio_of(taken["order"], taken[framework])
        rows.append(row(f"{name}: requests/s", f"trivial {framework} route", ratio, at_least, note=missing.get(framework, "")))
    return rows


if __name__ == "__main__":
    main(run, __doc__)
