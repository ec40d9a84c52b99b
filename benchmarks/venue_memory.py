"""
Bytes of memory that a mock exchange takes for each symbol, order and subscriber: ``python benchmarks/venue_memory.py``.

Resident memory of venues in child processes, the slope between a smaller and a larger number of each. What must be flat: subscribers
that come and go. soak.py prints this at its end.
"""

import asyncio
import gc
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
from side_by_side import KEY, SECRET, child

ORDERS: tuple[int, int] = (20_000, 60_000)
SYMBOLS: tuple[int, int] = (500, 1_500)
SUBSCRIBERS: tuple[int, int] = (100, 400)
CYCLES: int = 4                     # of subscribers that come and go; the first two fill the allocator's holes
LEFT: float = 300.0               # bytes that one may leave behind, at most, for "flat"


def resident() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def slope(grow: Callable[[int], Any], counts: tuple[int, int]) -> float:
    """Bytes for each between the two counts; ``grow`` makes as many as it is told."""
    kept: list[Any] = [grow(counts[0])]
    before: int = resident()
    kept.append(grow(counts[1] - counts[0]))
    return (resident() - before) / (counts[1] - counts[0])


def orders(pipe: Connection, cancels: bool) -> None:
    """Orders that rest, or that are cancelled again; the journal is in memory."""
    from mockexchange.core.commands import CancelOrder, PlaceOrder
    from mockexchange.core.instruments import make_instrument
    from mockexchange.core.numbers import SCALE
    from mockexchange.server.venue import Venue

    instrument = make_instrument("BTCUSDT", "BTC", "USDT", "0.01", "0.00001", "40000")
    instrument.max_num_orders = 10 ** 9
    venue: Any = Venue("binance", feed="none", accounts=[f"{KEY}:{SECRET}:USDT=9000000000"], instruments=[instrument])
    made: int = 0

    def grow(count: int) -> None:
        nonlocal made
        for _ in range(count):
            made += 1
            name: str = f"order-{made}"
            venue.apply(PlaceOrder(
                KEY, "BTCUSDT", "BUY", "LIMIT", quantity=SCALE // 1000, price=(20_000 + made % 100) * SCALE, client_order_id=name
            ))
            if cancels:
                venue.apply(CancelOrder(KEY, "BTCUSDT", client_order_id=name))

    pipe.send(slope(grow, ORDERS))


def symbols(pipe: Connection) -> None:
    """Venues with a market of so many symbols."""
    from mockexchange.server.venue import Venue

    def grow(count: int) -> Any:
        return Venue("binance", symbols=count)

    kept: list[Any] = [grow(SYMBOLS[0])]
    before: int = resident()
    kept.append(grow(SYMBOLS[1]))
    pipe.send((resident() - before) / SYMBOLS[1])


def serve(pipe: Connection) -> None:
    """A venue whose clock stands; "memory" asks for its bytes."""
    from mockexchange import MockExchange

    with MockExchange("binance", clock="manual") as venue:
        pipe.send(venue.stream)
        try:
            while pipe.recv() == "memory":
                pipe.send(resident())
        except EOFError:
            pass


async def subscribers(stream: str, memory: Callable[[], int]) -> tuple[float, float]:
    """(bytes for each that is there, bytes that each leaves behind when it goes)."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async def come(count: int) -> list[Any]:
            found = [await session.ws_connect(f"{stream}/ws/btcusdt@bookTicker") for _ in range(count)]
            for one in found:
                await one.send_str('{"method":"LIST_SUBSCRIPTIONS","id":1}')
                await one.receive()
            return found

        async def go(found: list[Any]) -> None:
            for one in found:
                await one.close()

        first: list[Any] = await come(SUBSCRIBERS[0])
        before: int = memory()
        more: list[Any] = await come(SUBSCRIBERS[1] - SUBSCRIBERS[0])
        each: float = (memory() - before) / len(more)
        await go([*first, *more])
        after: list[int] = []
        for _ in range(CYCLES):
            await go(await come(SUBSCRIBERS[1]))
            after.append(memory())
    return each, (after[-1] - after[1]) / (CYCLES - 2) / SUBSCRIBERS[1]


def lines() -> tuple[list[str], bool]:
    """What is to be printed, and whether what must be flat is."""
    if not os.path.isdir("/proc/self"):
        return ["venue: bytes of memory are known only where there is a /proc"], True
    found: list[str] = []
    for name, target, arguments in (
        ("symbol with its market", symbols, ()), ("order that rests", orders, (False,)),
        ("order placed and cancelled, with its rows of the journal", orders, (True,)),
    ):
        with child(target, *arguments) as pipe:
            found.append(f"venue, {name}: {pipe.recv():,.0f} bytes")
    with child(serve) as pipe:
        stream: str = pipe.recv()

        def memory() -> int:
            pipe.send("memory")
            return int(pipe.recv())

        each, left = asyncio.run(subscribers(stream, memory))
        found.append(f"venue, subscriber: {each:,.0f} bytes; comes and goes: {left:+,.0f} bytes each")
    return found, left < LEFT


def main() -> int:
    text, flat = lines()
    print(*text, "flat" if flat else "NOT FLAT", sep="\n")
    return not flat


if __name__ == "__main__":
    raise SystemExit(main())
