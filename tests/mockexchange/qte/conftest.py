"""Venues whose book holds only what the test puts there, and clients to put it."""

from collections.abc import Callable, Iterator

import pytest
from qte_client import Rest

from mockexchange import MockExchange

ACCOUNTS: list[str] = ["mock-key:mock-secret:USDT=100000,BTC=1", "other:other-secret:USDT=1000000,BTC=100,ETH=1000"]


@pytest.fixture
def venue(options: dict[str, object]) -> Iterator[MockExchange]:
    """A venue whose book holds only what the test puts there; two accounts."""
    with MockExchange("qte", feed="none", seed=7, accounts=ACCOUNTS, options=options) as running:
        yield running


@pytest.fixture
def rest(venue: MockExchange) -> Rest:
    return Rest(venue.rest)


@pytest.fixture
def other(venue: MockExchange) -> Rest:
    """The one who makes the market."""
    return Rest(venue.rest, "other")


@pytest.fixture
def market(other: Rest) -> Callable[..., None]:
    """Puts other's orders on the book: ``market(("SELL", "40010", "1"), ...)``."""

    def make(*orders: tuple[str, str, str]) -> None:
        for side, price, quantity in orders:
            other.placed(side=side, price=price, quantity=quantity)

    return make
