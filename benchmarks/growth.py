"""
What a tick and an order cost as the work grows: the ratio of the largest to the smallest, "flat" up to 1.5.

Per tick in the gateway with 200 symbols and with one; per order in the gateway's order table and
at the venue, after 100,000 orders of the day (at the venue also a million) and after ten; per order at the venue with 200
symbols, with 3,000 and with one; CPU of the venue's process per order from 50 clients and from one; per tick
and client of a fan-out to 50 and to one.
"""

import asyncio
from collections.abc import Callable
from time import thread_time
from typing import Any

from desks import Sink, names_of, order_request, our_desk
from load import Load
from market import book_tickers
from post_order import order_requests
from side_by_side import (
    KEY,
    MockVenue,
    Row,
    alternate,
    main,
    mock_exchange,
    ratio_of,
    row,
)
from vnpy.trader.constant import Status

FLAT: float = 1.5
DAY: int = 100_000
SYMBOLS: int = 200
WHOLE_DAY: int = 1_000_000      # of a whole venue
WHOLE_VENUE: int = 3_000
CLIENTS: int = 50
CHUNK: int = 500


def ticks(symbols: int) -> Callable[[], float]:
    """Seconds per tick in the gateway."""
    names: list[str] = names_of(symbols)
    gateway = our_desk(Sink(), names)
    payloads: list[bytes] = [message.combined for message in book_tickers(4 * CHUNK, names)]
    on_frame, on_read_end = gateway.session.md.on_frame, gateway.session.md.on_read_end

    def chunk() -> float:
        for book in gateway.session.md.books.values():
            book.reset()
        begin: float = thread_time()
        for payload in payloads:
            on_frame(payload)
            on_read_end()
        return (thread_time() - begin) / len(payloads)

    return chunk


def gateway_orders(day: int) -> Callable[[], float]:
    """Seconds of the order table per order: submitted, live, cancelled, after ``day`` others."""
    flow = our_desk(Sink(), ["BTCUSDT"]).flow
    request = order_request()
    count: int = 0

    def one() -> None:
        nonlocal count
        count += 1
        order = request.create_order_data(f"o{count}", "OURS")
        flow.table.submit(order, 1.0)
        flow.host.publish(order)
        for status in (Status.NOTTRADED, Status.CANCELLED):
            news = request.create_order_data(order.orderid, "OURS")
            news.status = status
            flow.on_order(news, f"v{count}")

    for _ in range(day):
        one()
    return chunk_of(one)


def venue_orders(symbols: int, day: int) -> Callable[[], float]:
    """Seconds of the venue per order that rests and per cancel, after ``day`` orders, in turns on all symbols."""
    from mockexchange.core.commands import CancelOrder, PlaceOrder
    from mockexchange.core.instruments import make_instrument
    from mockexchange.core.numbers import SCALE
    from mockexchange.server.venue import Venue

    names: list[str] = names_of(symbols)
    listed = [make_instrument(name, name[:-4], "USDT", "0.01", "0.00001", "40000") for name in names]
    venue: Any = Venue("binance", feed="none", accounts=[f"{KEY}:x:USDT=9000000000"], instruments=listed)
    count: int = 0

    def one() -> None:
        nonlocal count
        count += 1
        name: str = names[count % symbols]
        venue.apply(PlaceOrder(
            KEY, name, "BUY", "LIMIT", quantity=SCALE // 1000, price=(20_000 + count % 100) * SCALE, client_order_id=f"o{count}"
        ))
        venue.apply(CancelOrder(KEY, name, client_order_id=f"o{count}"))

    for _ in range(day):
        one()
    return chunk_of(one)


def chunk_of(one: Callable[[], None]) -> Callable[[], float]:
    """Seconds of CPU of a call."""
    def chunk() -> float:
        begin: float = thread_time()
        for _ in range(CHUNK):
            one()
        return (thread_time() - begin) / CHUNK

    return chunk


def client_orders(venue: MockVenue, clients: int) -> Callable[[], float]:
    """Seconds of CPU of the venue's process per order."""
    load: Load = Load(venue.port, clients)

    def chunk() -> float:
        requests: list[bytes] = order_requests(CHUNK)
        begin: float = venue.cpu()
        load.per_second(requests)
        return (venue.cpu() - begin) / CHUNK

    return chunk


class NullTransport(asyncio.Transport):
    """Takes everything."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Nothing is kept."""

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


async def fan_outs(rounds: int) -> dict[str, list[float]]:
    """Seconds per message and client of the venue's fan-out, the network aside."""
    from aiohttp.test_utils import make_mocked_request

    from mockexchange.transport.sockets import Socket, fan_out

    payload: bytes = book_tickers(1, ["BTCUSDT"])[0].combined

    def sockets(count: int) -> list[Socket]:
        found: list[Socket] = []
        for _ in range(count):
            one: Socket = Socket(make_mocked_request("GET", "/"))
            one._transport, one.is_open = NullTransport(), True
            found.append(one)
        return found

    results: dict[str, list[float]] = {"many": [], "one": []}
    groups: dict[str, list[Socket]] = {"many": sockets(CLIENTS), "one": sockets(1)}
    for number in range(rounds + 1):
        for name, group in groups.items():
            begin: float = thread_time()
            for _ in range(CHUNK):
                fan_out(group, payload)
                await asyncio.sleep(0)
            if number:
                results[name].append((thread_time() - begin) / CHUNK / len(group))
    return results


def run(quick: bool) -> list[Row]:
    """One row for each way of growing."""
    rounds: int = 4 if quick else 15
    day: int = DAY // 10 if quick else DAY
    whole: int = WHOLE_DAY // 10 if quick else WHOLE_DAY
    pairs: list[tuple[str, str, dict[str, list[float]]]] = [
        ("tick in the gateway", f"{SYMBOLS} symbols to 1", alternate({"many": ticks(SYMBOLS), "one": ticks(1)}, rounds)),
        ("order in the gateway", f"{day:,} orders to 10", alternate({"many": gateway_orders(day), "one": gateway_orders(10)}, rounds)),
        ("order at the venue", f"{SYMBOLS} symbols to 1", alternate({"many": venue_orders(SYMBOLS, 10), "one": venue_orders(1, 10)}, rounds)),
        ("order at the venue", f"{day:,} orders to 10", alternate({"many": venue_orders(1, day), "one": venue_orders(1, 10)}, rounds)),
        ("order at the venue", f"{WHOLE_VENUE:,} symbols to 1", alternate(
            {"many": venue_orders(WHOLE_VENUE, WHOLE_VENUE), "one": venue_orders(1, 10)}, rounds
        )),
        ("order at the venue", f"{whole:,} orders to 10", alternate({"many": venue_orders(1, whole), "one": venue_orders(1, 10)}, rounds)),
        ("tick at the venue, per client", f"{CLIENTS} clients to 1", asyncio.run(fan_outs(rounds))),
    ]
    with mock_exchange() as venue:
        pairs.append(("order at the venue, CPU", f"{CLIENTS} clients to 1", alternate(
            {"many": client_orders(venue, CLIENTS), "one": client_orders(venue, 1)}, rounds
        )))
    return [
        row(f"growth: {what}", grown, ratio_of(taken["many"], taken["one"]), FLAT, "lower") for what, grown, taken in pairs
    ]


if __name__ == "__main__":
    main(run, __doc__)
