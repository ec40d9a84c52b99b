"""Venues with the market that the mock exchange makes; it does not move unless a test moves it."""

from collections.abc import Iterator

import pytest
from webtrader_client import EN, STILL, ZH, Rest, Stream, stream

from mockexchange import MockExchange


@pytest.fixture
def clock() -> str:
    """The venue's clock; a test overrides it by a parameter."""
    return "system"


@pytest.fixture
def venue(options: dict[str, object], clock: str) -> Iterator[MockExchange]:
    with MockExchange("webtrader", seed=7, options=options, clock=clock, speed=STILL) as running:
        yield running


@pytest.fixture
def rest(venue: MockExchange, options: dict[str, object]) -> Rest:
    """A client that is logged in, where the server takes a form."""
    client = Rest(venue.rest, venue.key, venue.secret, EN if options.get("language") == "en" else ZH)
    if options.get("build") != "seed":
        client.login()
    return client


@pytest.fixture
def ws(venue: MockExchange, rest: Rest) -> Iterator[Stream]:
    with stream(venue.stream, rest.token) as found:
        yield found
