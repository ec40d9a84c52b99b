"""
The pytest plugin of ``vnpy_rehearsal``: the fixture ``mock_trader``.

    def test_it(mock_trader):
        strategy = mock_trader.run(MyStrategy, {"window": 20})
        mock_trader.advance_bars(30)
        mock_trader.assert_agrees()

Every test gets a trader of its own: MainEngine, gateway and CtaEngine on a mock exchange, in virtual time, in the test's ``tmp_path``. A mark sets
what it is made of: ``@pytest.mark.mock_trader("HASHEX", seed=7)``; docs/strategy_tests.md has the whole list.
A fault that never bit is an error at the teardown of a test that passed: the test has proved nothing.

vn.py is imported by the first test that uses the fixture, not when pytest starts.
"""

from collections.abc import Generator, Iterator, Mapping
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rest_locale import _

if TYPE_CHECKING:
    from .mock_trader import MockTrader
    from .trader_mark import Made

RUNNING: "pytest.StashKey[MockTrader]" = pytest.StashKey()
FAILED: pytest.StashKey[bool] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "mock_trader(gateway, **arguments): what the fixture mock_trader is made of")


@pytest.hookimpl(hookwrapper=True)      # the way that older pytests know too
def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> Generator[None, Any, None]:
    """A test that failed shows the end of the trader's log, and which of its faults never bit."""
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    if report.when != "teardown" and not report.passed and RUNNING in item.stash:
        item.stash[FAILED] = True
        trader: MockTrader = item.stash[RUNNING]
        report.sections.append(("mock_trader log", trader.log_tail()))
        if text := never_bit(trader):
            report.sections.append(("mock_trader", text))


def never_bit(trader: "MockTrader") -> str:
    """What should have struck and never did, or ""."""
    idle: list[str] = trader.never_bitten()
    return _("mock_trader: {count} of this test's faults never bit: {faults}").format(count=len(idle), faults="; ".join(idle)) if idle else ""


def from_mark(place: Path, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> "Made | str":
    """What a mark asks for, or what is wrong with it."""
    try:
        from .conform.recorder import Missed
        from .trader_mark import make_trader
    except ImportError as error:
        return _("{error}: install what is missing with {command}").format(error=error, command='pip install "vnpy_mockbinance[mock]"')
    try:
        signature(make_trader).bind(place, *args, **kwargs)
    except TypeError as error:
        return _("mark: {error}").format(error=error)
    try:
        return make_trader(place, *args, **kwargs)
    except (ValueError, OSError, Missed) as error:
        return str(error)


@pytest.fixture
def mock_trader(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[MockTrader]":
    """MainEngine, gateway and CtaEngine on a mock exchange, in virtual time. A fault that never bit is an error after the test."""
    mark: pytest.Mark | None = request.node.get_closest_marker("mock_trader")
    made: Made | str = from_mark(tmp_path, *((mark.args, mark.kwargs) if mark else ((), {})))
    if isinstance(made, str):
        pytest.fail(f"mock_trader: {made}", pytrace=False)
    from .conform.recorder import Missed

    trader = made.trader
    request.node.stash[RUNNING] = trader
    text: str = ""
    try:
        yield trader
        if made.must_bite and FAILED not in request.node.stash:
            text = never_bit(trader)
    finally:
        del request.node.stash[RUNNING]
        try:
            trader.close()
        except Missed as missed:
            text = text or f"mock_trader: {missed}"
    if text:
        pytest.fail(text, pytrace=False)
