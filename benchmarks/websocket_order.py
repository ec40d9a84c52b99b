"""
An order of our gateway over the WebSocket API, from ``send_order`` to ``on_order`` with NOTTRADED.

Against the same order sent to the same mock exchange by ``http.client``: same thread, kept-alive
connection, signed beforehand, the answer decoded. What rests is cancelled between the chunks.
"""

import http.client
import itertools
import json
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from desks import OrderDesk
from side_by_side import (
    KEY,
    Row,
    alternate,
    main,
    mock_exchange,
    order_query,
    plain_connection,
    ratio_of,
    row,
    signed,
)

CHUNK: int = 40
HEADERS: dict[str, str] = {"X-MBX-APIKEY": KEY}
numbers: Iterator[int] = itertools.count()


def call(connection: http.client.HTTPConnection, method: str, path: str) -> Any:
    """The decoded answer; RuntimeError unless it is 200."""
    connection.request(method, path, headers=HEADERS)
    response: http.client.HTTPResponse = connection.getresponse()
    data: Any = json.loads(response.read())
    if response.status != 200:
        raise RuntimeError(f"{method} {path}: {response.status} {data}")
    return data


def plain_chunk(connection: http.client.HTTPConnection) -> float:
    """Seconds an order takes by ``http.client``."""
    paths: list[str] = [f"/api/v3/order?{order_query(f'p{next(numbers)}')}" for _ in range(CHUNK)]
    begin: float = perf_counter()
    for path in paths:
        call(connection, "POST", path)
    taken: float = perf_counter() - begin
    call(connection, "DELETE", "/api/v3/openOrders?" + signed({"symbol": "BTCUSDT"}))
    return taken / CHUNK


def desk_chunk(desk: OrderDesk) -> float:
    """Seconds an order takes through our gateway."""
    taken: float = sum(desk.order() for _ in range(CHUNK)) / CHUNK
    desk.clear()
    return taken


def run(quick: bool) -> list[Row]:
    """One row for the table of ratios."""
    with mock_exchange() as venue:
        plain: http.client.HTTPConnection = plain_connection(venue.port)
        desk: OrderDesk = OrderDesk(venue.rest, venue.stream, over_rest=False)
        try:
            taken = alternate({"plain": lambda: plain_chunk(plain), "ours": lambda: desk_chunk(desk)}, 8 if quick else 40, 2)
        finally:
            desk.close()
            plain.close()
    return [row(
        "WebSocket API order, send_order to on_order", "that http.client POST", ratio_of(taken["ours"], taken["plain"]), 1.2, "lower"
    )]


if __name__ == "__main__":
    main(run, __doc__)
