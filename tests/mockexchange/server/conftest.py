"""A venue of the tests' own dialect, and plain HTTP to talk to it."""

from collections.abc import Iterator

import pytest
import server_dialect  # noqa: F401  (registers the dialect "test")

from mockexchange import MockExchange


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    """A quiet market: the book holds what the test puts there."""
    with MockExchange("test", feed="none", seed=7) as running:
        yield running
