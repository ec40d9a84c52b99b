"""Venues whose book holds only what the test puts there, and clients to put it."""

from collections.abc import Callable, Iterator

import pytest
from binance_rest import Rest

from mockexchange import MockExchange


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    """A venue whose book holds only what the test puts there; two accounts."""
    accounts = ["mock-key:mock-secret:USDT=100000,BTC=1", "other:other-secret:USDT=1000000,BTC=100"]
    with MockExchange("binance", feed="none", seed=7, accounts=accounts) as running:
        yield running


@pytest.fixture
def rest(venue: MockExchange) -> Iterator[Rest]:
    client = Rest(venue.rest)
    yield client
    client.connection.close()


@pytest.fixture
def other(venue: MockExchange) -> Iterator[Rest]:
    """The one who makes the market."""
    client = Rest(venue.rest, "other", "other-secret")
    yield client
    client.connection.close()


@pytest.fixture
def market(other: Rest) -> Callable[..., None]:
    """Puts other's orders on the book: ``market(("SELL", "40010", "1"), ...)``."""

    def make(*orders: tuple[str, str, str]) -> None:
        for side, price, quantity in orders:
            answer = other.order(side=side, price=price, quantity=quantity)
            assert answer.status == 200, answer.text

    return make
