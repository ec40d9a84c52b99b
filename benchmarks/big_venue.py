"""
What a venue of a real one's size costs: ``python benchmarks/big_venue.py [SYMBOLS]`` (default: 3,000).

Starts such a venue as a child and prints the seconds until it is ready, what the requests for all symbols take, the first of them
and the second, and how long another client, which asks for the time again and again, had to wait meanwhile; then its resident
memory, and the share of a core that it takes when nobody asks, over ten seconds. Seconds of a core (CPU) are the venue's, with what it
answers the other client; where other programs have the cores, they tell more than the seconds on the clock.

The rows for the table (``run``) are of a venue whose event loop is watched from within: the longest stretch is the CPU that its thread
has used between two turns of a timer of a millisecond.
"""

import asyncio
import http.client
import json
import os
import sys
import time
from collections.abc import Awaitable
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
from side_by_side import Row, child, row

SYMBOLS: int = 3_000
START_SECONDS: float = 2.0              # the marks
FIRST_SECONDS: float = 2.0
BLOCKED_MS: float = 50.0
MEGABYTES: float = 500.0
BEAT: float = 0.001
PAUSE: float = 0.002                    # between two questions of the other client
IDLE_SECONDS: float = 10.0
TICKS: int = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def memory(pid: int) -> float:
    """Resident MB."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def spent(pid: int) -> float:
    """Seconds of a core, ever."""
    with open(f"/proc/{pid}/stat") as file:
        fields: list[str] = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def busy(pid: int, before: float = 0.0) -> str:
    """Seconds of a core since ``before``, as text."""
    return f"CPU {spent(pid) - before:5.2f} s" if os.path.isdir("/proc/self") else ""


class Other:
    """A client that asks for the time, one question after the other, and remembers how long it waited at most."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.worst: float = 0.0
        self._session: aiohttp.ClientSession = session
        self._url: str = url

    async def run(self) -> None:
        while True:
            begun: float = time.perf_counter()
            async with self._session.get(self._url + "/api/v3/time") as answer:
                await answer.read()
            self.worst = max(self.worst, time.perf_counter() - begun)
            await asyncio.sleep(PAUSE)

    async def during(self, what: Awaitable[Any]) -> tuple[float, float, Any]:
        """(seconds that something took, the longest wait meanwhile, what came of it)."""
        self.worst = 0.0
        begun: float = time.perf_counter()
        found: Any = await what
        return time.perf_counter() - begun, self.worst, found


async def fetch(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as answer:
        body: bytes = await answer.read()
        if answer.status != 200:
            raise SystemExit(f"{url}: {answer.status} {body[:200]!r}")
        return body


async def first_push(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.ws_connect(url, max_msg_size=0) as socket:
        return str(await socket.receive_str()).encode()


async def measure(symbols: int) -> None:
    begun: float = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mockexchange", "serve", "binance=0", "--symbols", str(symbols), "--exit-with-stdin",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None and child.stdin is not None
    try:
        ready: dict[str, Any] = json.loads(await child.stdout.readline())
        print(f"start, {symbols} symbols         {time.perf_counter() - begun:6.3f} s {busy(child.pid)}")
        url: str = ready["rest"]
        async with aiohttp.ClientSession() as session, aiohttp.ClientSession() as second:
            await fetch(session, url + "/api/v3/ping")
            other: Other = Other(second, url)
            asking: asyncio.Task[None] = asyncio.create_task(other.run())
            await asyncio.sleep(0.2)
            now: int = int(time.time() * 1000)
            month: int = now - 29 * 86_400_000
            for name, path in (
                ("ticker/24hr, first", "/api/v3/ticker/24hr"), ("ticker/24hr, again", "/api/v3/ticker/24hr"),
                ("exchangeInfo", "/api/v3/exchangeInfo"), ("ticker/price", "/api/v3/ticker/price"),
                ("ticker/bookTicker", "/api/v3/ticker/bookTicker"), ("/_mock/state", "/_mock/state"),
                ("klines 1h of a month", f"/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=1000&startTime={month}"),
                ("klines 1m, 4 weeks ago", f"/api/v3/klines?symbol=ETHUSDT&interval=1m&limit=1000&startTime={month}"),
                ("klines 1s, 1000", "/api/v3/klines?symbol=BTCUSDT&interval=1s&limit=1000"),
                ("historicalTrades from 0", "/api/v3/historicalTrades?symbol=BNBUSDT&fromId=0&limit=1000"),
                ("aggTrades, 4 weeks ago", f"/api/v3/aggTrades?symbol=BTCUSDT&startTime={month}&endTime={month + 3_600_000}&limit=1000"),
            ):
                before: float = spent(child.pid) if os.path.isdir("/proc/self") else 0.0
                seconds, worst, body = await other.during(fetch(session, url + path))
                print(
                    f"{name:<26} {seconds:6.3f} s {busy(child.pid, before)} {len(body) / 1024:6.0f} KiB   "
                    f"others waited {worst * 1000:5.1f} ms at most"
                )
            for name in ("!miniTicker@arr", "!ticker@arr"):
                seconds, worst, body = await other.during(first_push(session, url.replace("http", "ws") + f"/ws/{name}"))
                print(f"{name:<26} {seconds:6.3f} s {len(body) / 1024:18.0f} KiB   others waited {worst * 1000:5.1f} ms at most")
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        if os.path.isdir("/proc/self"):
            print(f"resident memory            {memory(child.pid):6.0f} MB")
            before = spent(child.pid)
            await asyncio.sleep(IDLE_SECONDS)
            print(f"idle, over {IDLE_SECONDS:.0f} s           {(spent(child.pid) - before) / IDLE_SECONDS * 100:6.1f} % of a core")
    finally:
        child.stdin.close()
        await child.wait()


class Watch:
    """The longest stretch for which a loop's thread has worked without a turn for others, in seconds of CPU."""

    def __init__(self) -> None:
        self.longest: float = 0.0
        self._before: float = time.thread_time()
        self._beat()

    def _beat(self) -> None:
        now: float = time.thread_time()
        self.longest = max(self.longest, now - self._before)
        self._before = now
        asyncio.get_running_loop().call_later(BEAT, self._beat)

    def reset(self) -> None:
        self.longest, self._before = 0.0, time.thread_time()


def serve_big(pipe: Connection, symbols: int) -> None:
    """A venue that tells through the pipe when it is ready (CPU, seconds), and after "blocked" how long its loop was, and its memory."""
    begun: float = time.perf_counter()
    from mockexchange import MockExchange

    with MockExchange("binance", symbols=symbols) as venue:
        started: tuple[float, float] = (time.process_time(), time.perf_counter() - begun)
        watch: Watch = venue.run(lambda _: Watch())
        pipe.send((venue.rest, *started))
        try:
            while (word := pipe.recv()) in ("blocked", "cpu"):
                if word == "cpu":
                    venue.run(lambda _: watch.reset())
                pipe.send((watch.longest * 1000, memory(os.getpid()) if os.path.isdir("/proc/self") else -1.0, time.process_time()))
        except EOFError:
            pass


def run(quick: bool) -> list[Row]:
    """Start, the first request for the figures of all symbols, the longest stretch meanwhile, and memory, each against its mark."""
    with child(serve_big, SYMBOLS) as pipe:
        rest, start, start_clock = pipe.recv()
        connection: http.client.HTTPConnection = http.client.HTTPConnection(rest.partition("//")[2], timeout=300)
        pipe.send("cpu")
        *_, before = pipe.recv()
        begun: float = time.perf_counter()
        connection.request("GET", "/api/v3/ticker/24hr")
        found: list[Any] = json.loads(connection.getresponse().read())
        seconds: float = time.perf_counter() - begun
        if len(found) != SYMBOLS:
            raise RuntimeError(f"ticker/24hr has {len(found)} symbols")
        pipe.send("blocked")
        blocked, _, after = pipe.recv()
        for path in ("exchangeInfo", "ticker/24hr", "ticker/price", "ticker/bookTicker"):
            connection.request("GET", f"/api/v3/{path}")
            connection.getresponse().read()
        pipe.send("blocked")
        longest, megabytes, _ = pipe.recv()
    name: str = f"venue of {SYMBOLS:,} symbols"
    cpu: str = "CPU; {:.2f} s on the clock"
    return [
        row(f"{name}: ready", f"{START_SECONDS:g} s", start / START_SECONDS, 1.0, "lower", f"{start:.2f} s of {cpu.format(start_clock)}"),
        row(
            f"{name}: first ticker/24hr of all", f"{FIRST_SECONDS:g} s", (after - before) / FIRST_SECONDS, 1.0, "lower",
            f"{after - before:.2f} s of {cpu.format(seconds)}",
        ),
        row(f"{name}: its loop's longest stretch then", f"{BLOCKED_MS:g} ms", blocked / BLOCKED_MS, 1.0, "lower", f"{blocked:.1f} ms of CPU"),
        row(
            f"{name}: longest stretch, other reads", f"{BLOCKED_MS:g} ms", longest / BLOCKED_MS, 1.0, "lower",
            f"{longest:.1f} ms of CPU",
        ),
        row(
            f"{name}: memory", f"{MEGABYTES:g} MB", megabytes / MEGABYTES if megabytes > 0 else None, 1.0, "lower",
            f"{megabytes:.0f} MB" if megabytes > 0 else "only where there is a /proc",
        ),
    ]


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else SYMBOLS))
