"""
The pytest plugin of ``mockexchange``: the fixture ``mock_exchange``.

    def test_order(mock_exchange):
        client = MyClient(mock_exchange.rest, mock_exchange.key, mock_exchange.secret)

Every test gets a venue of its own on a free port. A mark sets what it is made of:
``@pytest.mark.mock_exchange(feed="none", seed=7)`` takes the arguments of MockExchange.
The server is imported by the first test that uses the fixture, not when pytest starts.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .api import MockExchange


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "mock_exchange(**arguments): arguments of MockExchange for the fixture mock_exchange")


@pytest.fixture
def mock_exchange(request: pytest.FixtureRequest) -> "Iterator[MockExchange]":
    """A running MockExchange, stopped after the test."""
    from .api import MockExchange

    mark: pytest.Mark | None = request.node.get_closest_marker("mock_exchange")
    positional: tuple[Any, ...] = mark.args if mark else ()
    named: dict[str, Any] = dict(mark.kwargs) if mark else {}
    with MockExchange(*positional, **named) as venue:
        yield venue
