"""A dead connection is never tried twice, and an order never leaves over one that nobody has heard of for seconds."""

from collections.abc import Iterator
from time import monotonic

import pytest

from mockexchange import MockExchange
from mockexchange.byte_proxy import VenueWire
from vnpy_restgateway.net import rest_transport
from vnpy_restgateway.net.outcome import Unknown
from vnpy_restgateway.net.rest import RestClient

PING: str = "/api/v3/ping"


@pytest.fixture(scope="module")
def venue() -> Iterator[MockExchange]:
    with MockExchange("binance", feed="none") as running:
        yield running


@pytest.fixture
def wire(venue: MockExchange) -> Iterator[VenueWire]:
    with venue.wire() as laid:
        yield laid


@pytest.fixture
def client(wire: VenueWire) -> Iterator[RestClient]:
    found = RestClient()
    found.init(wire.rest, read_timeout=1.0)
    found.start(4)
    try:
        yield found
    finally:
        found.stop()


def warm(client: RestClient, count: int, lane: str = "query") -> None:
    """So many idle connections at once: the answers are waited for together."""
    for _ in range(count):
        client.add_request("GET", PING, lane=lane)
    client.join()


def pool(client: RestClient) -> list[object]:
    return [connection for idle in client._transport._idle.values() for connection in idle]


def test_one_request_pays_and_the_next_goes_over_a_new_connection(client: RestClient, wire: VenueWire) -> None:
    warm(client, 4)
    before = wire.accepted
    assert len(pool(client)) == before >= 1
    wire.forget()
    with pytest.raises(Unknown, match="timed out"):
        client.request("GET", PING)
    assert wire.vanished and not pool(client)
    begun = monotonic()
    assert client.request("GET", PING).status_code == 200
    assert monotonic() - begun < 0.9 and wire.accepted == before + 1


def test_a_reset_ends_the_idle_ones_too(client: RestClient, wire: VenueWire) -> None:
    warm(client, 4)
    wire.reset_new()
    with pytest.raises(Exception, match="no usable answer|no connection"):
        client.request("GET", PING)
    assert not pool(client)


def test_connections_heard_since_the_request_was_sent_are_kept(client: RestClient) -> None:
    warm(client, 1)
    (connection,) = pool(client)
    client._transport._suspect(connection.idle_since - 0.001)       # type: ignore[attr-defined]
    assert pool(client) == [connection]
    client._transport._suspect(connection.idle_since)       # type: ignore[attr-defined]
    assert pool(client) == []


@pytest.mark.parametrize(("lane", "new"), [("order", 1), ("query", 0)])
def test_an_order_leaves_over_what_is_fresh(
    client: RestClient, wire: VenueWire, monkeypatch: pytest.MonkeyPatch, lane: str, new: int
) -> None:
    warm(client, 1, lane)
    before = wire.accepted
    monkeypatch.setitem(rest_transport.IDLE_LIMITS, "order", 0.0)       # as if it had been idle for longer
    warm(client, 1, lane)
    assert wire.accepted == before + new
