"""The cases of the gateway suite, and its fixtures."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from mockexchange import MockExchange

from .harness import Case, Desk

# every ``*_cases.py`` beside this file brings its own: a new venue adds one, and changes none
EVERY_CASE: list[Case] = [
    case for path in sorted(Path(__file__).parent.glob("*_cases.py"))
    for case in import_module(f"{__package__}.{path.stem}").CASES
]

ALL_CASES: list[Case] = [case for case in EVERY_CASE if case.in_suite and not case.equity]        # those that trade coins, which most tests do
MATRIX_CASES: list[Case] = [case for case in EVERY_CASE if case.in_matrix]

# one case a dialect where a test takes long, and all of them by LONG=1
LONG: bool = bool(os.environ.get("LONG"))
ONE_A_DIALECT: list[Case] = ALL_CASES if LONG else [case for case in ALL_CASES if case.in_matrix]


@pytest.fixture(params=ALL_CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def venue(case: Case) -> Iterator[MockExchange]:
    with case.open_venue() as running:
        yield running
        idle = running.faults.never_bitten()
    assert not idle, f"faults of this test that never bit: {idle}"


@pytest.fixture
def desk(case: Case, venue: MockExchange) -> Iterator[Desk]:
    """A connected gateway."""
    found: Desk = Desk(case, venue)
    try:
        yield found.ready()
    finally:
        found.close()
