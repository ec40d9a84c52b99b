"""HashEx's waits on a manual clock of the venue: hidden orders, the heartbeat, socket tokens, pushes."""

from collections.abc import Iterator

import pytest
from hashex_client import Rest, Wire
from websockets import ConnectionClosed

from mockexchange import MockExchange


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    """It stands at the machine's time, so that what the client signs is in its window."""
    with MockExchange("hashex", feed="none", clock="manual", options={"create_delay_ms": 3_000}) as running:
        yield running


def test_a_new_order_shows_when_the_clock_says_so(venue: MockExchange, rest: Rest) -> None:
    order_id = rest.placed(price="39000")
    assert rest.detail(order_id)["code"] == -1
    venue.advance(2_999)
    venue.clock(5_000)
    assert rest.detail(order_id)["code"] == -1, "an offset does not hurry it"
    venue.clock(0)
    venue.advance(1)
    assert rest.detail(order_id)["code"] == 0


def test_a_socket_without_heartbeat_ends(venue: MockExchange) -> None:
    with Wire(venue.stream) as wire:
        venue.advance(59_999)
        wire.send("ping")
        assert wire.next() == "pong"
        venue.advance(59_999)
        wire.send("ping")
        assert wire.next() == "pong"
        venue.advance(60_000)
        with pytest.raises(ConnectionClosed) as closed:
            wire.next()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008


def test_a_token_gets_too_old(venue: MockExchange, rest: Rest) -> None:
    token = rest.token()
    with Wire(venue.stream) as wire:
        venue.advance(60_000 - 1)
        wire.send("ping")
        assert wire.next() == "pong"
        venue.advance(2)
        wire.send({"sub": "subUser", "token": token})
        assert wire.next() == "invalid_ws_token"


def test_pushes_come_with_the_ticks(venue: MockExchange, rest: Rest) -> None:
    with Wire(venue.stream) as wire:
        wire.subscribe(sub="subSymbol", symbol="BTC_USDT")
        rest.placed(price="39000")
        now = venue.state()["now"]
        venue.advance(1_000)
        assert wire.push("qDepth", p="39000.00")["t"] == now + 100
