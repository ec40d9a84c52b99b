"""A quiet venue of every dialect, and one of Binance's over TLS."""

from collections.abc import Iterator
from typing import Protocol

import pytest
from fault_worlds import ACCOUNTS, SOURCES, WORLDS, Source, World

from mockexchange import MockExchange


class Serve(Protocol):
    def __call__(self, dialect: str, tls: bool = False) -> MockExchange: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Opens a venue of a dialect, whose book holds only what the test puts there."""
    running: list[MockExchange] = []

    def open_venue(dialect: str, tls: bool = False) -> MockExchange:
        options = {"create_delay_ms": 0} if dialect == "hashex" else {}
        venue = MockExchange(dialect, feed="none", seed=7, accounts=ACCOUNTS, options=options, tls=tls)
        venue.start()
        running.append(venue)
        return venue

    yield open_venue
    for venue in running:
        venue.stop()


@pytest.fixture(params=list(WORLDS))
def world(request: pytest.FixtureRequest) -> World:
    return WORLDS[request.param]


@pytest.fixture(params=list(SOURCES))
def source(request: pytest.FixtureRequest) -> Source:
    return SOURCES[request.param]


@pytest.fixture
def venue(request: pytest.FixtureRequest, serve: Serve) -> MockExchange:
    """The venue of the test's world or source."""
    found: World | Source = request.getfixturevalue("world" if "world" in request.fixturenames else "source")
    return serve(found.dialect, found.tls)
