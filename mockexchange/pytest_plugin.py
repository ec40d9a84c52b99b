"""
The pytest plugin of ``mockexchange``: the fixture ``mock_exchange``.

    def test_order(mock_exchange):
        client = MyClient(mock_exchange.rest, mock_exchange.key, mock_exchange.secret)

Every test gets a venue of its own on a free port. A mark sets what it is made of:
``@pytest.mark.mock_exchange(feed="none", seed=7)`` takes the arguments of MockExchange.
A fault that a test has set and that never bit is an error at its teardown: the test has proved nothing. A fault set with
``must_bite=False`` need not bite, nor one that only counts (a delay of 0 ms, ``times=0``); a test marked with
``@pytest.mark.mock_exchange(must_bite=False)`` is not looked at.

The server is imported by the first test that uses the fixture, not when pytest starts.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rest_locale import _

if TYPE_CHECKING:
    from .api import MockExchange


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "mock_exchange(**arguments): arguments of MockExchange for the fixture mock_exchange")


RUNNING: "pytest.StashKey[MockExchange]" = pytest.StashKey()
FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)      # the way that older pytests know too
def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> Generator[None, Any, None]:
    """A test that failed shows which of its faults never bit."""
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    if report.when == "call" and not report.passed and RUNNING in item.stash:
        item.stash[FAILED] = True
        if text := never_bit(item.stash[RUNNING]):
            report.sections.append(("mock_exchange", text))


def never_bit(venue: "MockExchange") -> str:
    """What should have struck and never did, or ""."""
    from .faults.catalogue import in_words

    idle: list[dict[str, Any]] = venue.faults.never_bitten()
    if not idle:
        return ""
    faults: str = "; ".join(
        in_words(repr(fault["match"]), fault["action"], fault["stage"]) + (f": {fault['warning']}" if "warning" in fault else "")
        for fault in idle
    )
    return _("mock_exchange: {count} of this test's faults never bit: {faults}").format(count=len(idle), faults=faults)


@pytest.fixture
def mock_exchange(request: pytest.FixtureRequest) -> "Iterator[MockExchange]":
    """A running MockExchange, stopped after the test. A fault that never bit is an error then."""
    from .api import MockExchange

    mark: pytest.Mark | None = request.node.get_closest_marker("mock_exchange")
    positional: tuple[Any, ...] = mark.args if mark else ()
    named: dict[str, Any] = dict(mark.kwargs) if mark else {}
    must_bite: bool = named.pop("must_bite", True)
    with MockExchange(*positional, **named) as venue:
        request.node.stash[RUNNING] = venue
        try:
            yield venue
        finally:
            del request.node.stash[RUNNING]
        text: str = never_bit(venue) if must_bite and FAILED not in request.node.stash else ""
    if text:
        pytest.fail(text, pytrace=False)
