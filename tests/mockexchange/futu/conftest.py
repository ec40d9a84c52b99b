"""Venues whose clock stands still, with the market that the mock exchange makes; it does not move unless a test moves it."""

from collections.abc import Iterator

import pytest
from futu_client import NOON, STILL, Rest

from mockexchange import MockExchange


@pytest.fixture
def clock() -> str:
    """Where the venue's clock stands; a test overrides it by a parameter."""
    return f"manual={NOON}"


@pytest.fixture
def venue(options: dict[str, object], clock: str) -> Iterator[MockExchange]:
    with MockExchange("futu", seed=7, options=options, clock=clock, speed=STILL) as running:
        yield running


@pytest.fixture
def rest(venue: MockExchange) -> Rest:
    """The client with the ready line's token."""
    return Rest(venue.rest)
