"""
A recorded day of a million trades at the speed ``max``: file, core, journal and one subscriber, against a minute.

The file is made here, in the layout of Binance's dumps: a price that wanders by ticks, a day of times, ids without a gap. The venue
runs in a process of its own, a client in another one: it rests a hundred orders around the first price, which the day fills, then
subscribes to ``btcusdt@trade`` and reads until it has the last trade. Nothing may be missing, and the journal must have its fills.
The row counts the venue's CPU, which is what the replay takes where a core is free for it.
"""

import asyncio
import http.client
import random
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
from side_by_side import KEY, SECRET, MockVenue, Row, child, main, row, signed

TRADES: int = 1_000_000
SECONDS: float = 60.0               # the mark for so many
ORDERS: int = 100
FIRST_ID: int = 500_000_000
START_MS: int = 1_609_459_200_000   # 2021-01-01
DAY_MS: int = 86_400_000


def lines(count: int) -> Iterator[str]:
    """A dump of trades."""
    chance: random.Random = random.Random(7)
    cents: int = 2_900_000
    yield "id,price,qty,quote_qty,time,is_buyer_maker,is_best_match"
    for number in range(count):
        is_sell: bool = chance.random() < 0.5
        cents += chance.choice((0, 0, 0, -1, -7) if is_sell else (0, 0, 0, 1, 7))
        units: int = int(chance.expovariate(1 / 2_000)) + 1                    # of 0.00001
        yield (
            f"{FIRST_ID + number},{cents // 100}.{cents % 100:02d},{units / 100_000:.6f},{cents * units / 10_000_000:.8f},"
            f"{START_MS + number * DAY_MS // count},{is_sell},True"
        )


def serve_recording(pipe: Connection, path: str) -> None:
    """A venue that replays the file; "cpu" through the pipe asks for its CPU, "fills" for the users' fills in its journal."""
    from mockexchange import MockExchange
    from mockexchange.server.cli import tune_collector

    with MockExchange(
        "binance", feed=path, speed="max", accounts=[f"{KEY}:{SECRET}:USDT=9000000000,BTC=9000000"], options={"timestamps": "any"}
    ) as venue:
        tune_collector()
        pipe.send((venue.rest, venue.stream, ""))
        try:
            while (word := pipe.recv()) in ("cpu", "fills"):
                pipe.send(time.process_time() if word == "cpu" else sum(row["kind"] == "fill" for row in venue.journal()))
        except EOFError:
            pass


def place(venue: MockVenue) -> None:
    """Orders that rest on both sides of the first price."""
    connection: http.client.HTTPConnection = http.client.HTTPConnection("127.0.0.1", venue.port, timeout=30)
    for number in range(ORDERS):
        behind: int = 10 + number                                              # tenths of a dollar
        side, price = ("BUY", 290_000 - behind) if number % 2 else ("SELL", 290_000 + behind)
        query: str = signed({
            "symbol": "BTCUSDT", "side": side, "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.001", "price": f"{price / 10:.1f}",
        })
        connection.request("POST", f"/api/v3/order?{query}", headers={"X-MBX-APIKEY": KEY})
        answer = connection.getresponse()
        body: bytes = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"order {number}: {body!r}")
    connection.close()


def read(pipe: Connection, stream: str, count: int) -> None:
    """The subscriber: the pipe gets the seconds until the last trade, and how many came."""
    async def read_all() -> tuple[float, int]:
        last: str = f'"t":{FIRST_ID + count - 1},'
        came: int = 0
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{stream}/ws/btcusdt@trade") as socket:
            begun: float = time.perf_counter()
            while True:
                came += 1
                if last in await socket.receive_str():
                    return time.perf_counter() - begun, came

    pipe.send(asyncio.run(read_all()))


def run(quick: bool) -> list[Row]:
    """One row; ``quick`` replays a tenth of the day, for a tenth of the mark."""
    count: int = TRADES // 10 if quick else TRADES
    mark: float = SECONDS * count / TRADES
    with tempfile.TemporaryDirectory() as folder:
        path: Path = Path(folder) / "BTCUSDT-trades-2021-01-01.csv"
        path.write_text("\n".join(lines(count)) + "\n")
        with child(serve_recording, str(path)) as pipe:
            venue: MockVenue = MockVenue(pipe)
            place(venue)
            before: float = venue.cpu()
            with child(read, venue.stream, count) as reader:
                seconds, came = reader.recv()
            spent: float = venue.cpu() - before
            pipe.send("fills")
            fills: int = pipe.recv()
    if came < count or not fills:
        raise RuntimeError(f"{came} of {count} trades came, the journal has {fills} fills")
    return [row(
        f"replay of {count:,} trades to a subscriber, speed max", f"{mark:g} s", spent / mark, 1.0, "lower",
        f"{spent:.1f} s of CPU, {spent / count * 1e6:.0f} us a trade; {seconds:.1f} s on the clock; {fills} fills of the user",
    )]


if __name__ == "__main__":
    main(run, __doc__)
