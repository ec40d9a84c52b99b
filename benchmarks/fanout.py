"""
Market data to ten clients: ``mockexchange.transport.sockets`` against ``websockets.broadcast``.

Both servers run in this process on one event loop of one kind, send the same payloads in the
same bursts, and alternate in short chunks; a child process holds the ten clients of each and
answers when all of them have everything. The ratio is that of the CPU that this process took until then: the clients, which
are the same for both, do not count. The note is the same by the clock. Over TLS both servers speak it with the mock exchange's certificate.
"""

import asyncio
import multiprocessing
import ssl
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import uvloop
import websockets
from aiohttp import web
from side_by_side import Row, main, row
from websockets.asyncio.server import ServerConnection, broadcast

from mockexchange.server.tls import Tls, own_tls
from mockexchange.transport.sockets import Socket, fan_out, text_frame

CLIENTS: int = 10
BURST: int = 10             # messages per turn of the loop: the trades, bests and depths of one busy command
CHUNK: int = 2_000          # messages per measurement

PAYLOADS: list[bytes] = [
    b'{"e":"trade","E":1672515782136,"s":"BTCUSDT","t":1234%d,"p":"39432.48000000","q":"0.00026300",'
    b'"T":1672515782136,"m":true,"M":true}' % number
    for number in range(BURST - 2)
] + [
    b'{"u":400900217,"s":"BTCUSDT","b":"39432.48000000","B":"31.21000000","a":"39437.62000000","A":"40.66000000"}',
    b'{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":['
    + b",".join([b'["39432.48000000","31.21000000"]'] * 10) + b'],"a":['
    + b",".join([b'["39437.62000000","40.66000000"]'] * 10) + b"]}",
]


HANDSHAKE: bytes = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CHUNK_BYTES: int = sum(len(text_frame(payload)) for payload in PAYLOADS) * (CHUNK // BURST)


class Reader(asyncio.Protocol):
    """
    One client. It only counts bytes (both servers frame alike), so that its own speed, on a
    machine it shares with the servers, does not decide the outcome.
    """

    def __init__(self, finished: Callable[[], None]) -> None:
        self.finished: Callable[[], None] = finished
        self.head: bytes | None = b""
        self.missing: int = CHUNK_BYTES

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        if self.head is not None:
            self.head += data
            head, end, data = self.head.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(f"no websocket: {head!r}")
            self.head = None
        self.missing -= len(data)
        if self.missing == 0:
            self.missing = CHUNK_BYTES
            self.finished()


def run_clients(pipe: Connection, ports: list[int], certificate: str) -> None:
    """The child process: CLIENTS connections per port; one word through the pipe when a chunk has reached all of them."""

    async def main() -> None:
        waiting: list[int] = [0]

        def finished() -> None:
            waiting[0] += 1
            if waiting[0] == CLIENTS:
                waiting[0] = 0
                pipe.send("done")

        loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        context: ssl.SSLContext | None = ssl.create_default_context(cafile=certificate) if certificate else None
        for port in ports:
            for _ in range(CLIENTS):
                await loop.create_connection(lambda: Reader(finished), "127.0.0.1", port, ssl=context)
        pipe.send("ready")
        await loop.run_in_executor(None, pipe.recv)

    uvloop.run(main())


Spent = tuple[float, float]         # seconds of this process's CPU, and on the clock


async def compare(rounds: int, tls: Tls | None = None) -> list[tuple[Spent, Spent]]:
    """What each chunk took as (ours, theirs), one pair per round."""
    ours: list[Socket] = []
    theirs: set[ServerConnection] = set()
    all_open: asyncio.Event = asyncio.Event()

    def count() -> None:
        if len(ours) == CLIENTS and len(theirs) == CLIENTS:
            all_open.set()

    async def our_handler(request: web.Request) -> web.StreamResponse:
        one: Socket = Socket(request)
        await one.open()
        ours.append(one)
        count()
        while await one.receive() is not None:
            pass
        return one.response

    async def their_handler(one: ServerConnection) -> None:
        theirs.add(one)
        count()
        await one.wait_closed()

    app: web.Application = web.Application()
    app.router.add_get("/", our_handler)
    runner: web.AppRunner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    context: ssl.SSLContext | None = None if tls is None else tls.context
    site: web.TCPSite = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    server = await websockets.serve(their_handler, "127.0.0.1", 0, compression=None, ping_interval=None, ssl=context)
    ports: list[int] = [runner.addresses[0][1], server.sockets[0].getsockname()[1]]
    here, there = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=run_clients, args=(there, ports, "" if tls is None else tls.certificate), daemon=True)
    child.start()
    loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()

    async def heard() -> Any:
        return await loop.run_in_executor(None, here.recv)

    async def chunk(send: Callable[[bytes], None]) -> Spent:
        answer: asyncio.Task[Any] = asyncio.ensure_future(heard())
        spent, begin = time.process_time(), time.perf_counter()
        for _ in range(CHUNK // BURST):
            for payload in PAYLOADS:
                send(payload)
            await asyncio.sleep(0)
        await answer
        return time.process_time() - spent, time.perf_counter() - begin

    listeners: dict[bytes, list[Socket]] = {}       # of every stream a list of its own, as the exchange has them

    def send_ours(payload: bytes) -> None:
        fan_out(listeners[payload[:8]], payload)

    def send_theirs(payload: bytes) -> None:
        broadcast(theirs, payload, text=True)

    try:
        await heard()
        await all_open.wait()
        listeners.update((payload[:8], list(ours)) for payload in PAYLOADS)
        pairs: list[tuple[Spent, Spent]] = []
        for number in range(rounds + 1):
            pair: tuple[Spent, Spent] = await chunk(send_ours), await chunk(send_theirs)
            if number:                      # the first one warms up
                pairs.append(pair)
        return pairs
    finally:
        here.send("end")
        await loop.run_in_executor(None, child.join, 5)
        server.close()
        await runner.cleanup()


MARKS: dict[str, float] = {"asyncio": 10.0, "uvloop": 5.0}


def run(quick: bool) -> list[Row]:
    """One row per kind of event loop for the table of ratios, with and without TLS."""
    rows: list[Row] = []
    rounds: int = 5 if quick else 25
    with tempfile.TemporaryDirectory() as folder:
        secure: Tls = own_tls(["127.0.0.1"], Path(folder))
        for over, tls in (("", None), (", TLS", secure)):
            for name, runner in (("asyncio", asyncio.run), ("uvloop", uvloop.run)):
                pairs: list[tuple[Spent, Spent]] = runner(compare(rounds, tls))
                cpu, clock = (statistics.median(theirs[n] / ours[n] for ours, theirs in pairs) for n in (0, 1))
                each: float = min(ours[0] for ours, _ in pairs) / CHUNK / CLIENTS * 1e6
                rows.append(row(
                    f"market data to {CLIENTS} clients{over}, {name}", "websockets.broadcast", cpu, MARKS[name],
                    note=f"by CPU, {each:.2f} us a message and client; {clock:.2f}x by the clock",
                ))
    return rows


if __name__ == "__main__":
    main(run, __doc__)
