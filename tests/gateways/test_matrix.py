"""
The fault matrix of FAULTS.md on every gateway; each row ends in the ground truth.

A row that cannot apply is not in the table of tests but in ``ABSENT``, with its reason.
"""

from collections.abc import Iterator

import pytest

import vnpy_rehearsal.conform.rows  # noqa: F401  (registers the rows)
from mockexchange import MockExchange
from vnpy_rehearsal.conform.matrix import ROWS, Row, run_row, venue_options, why_not

from .conftest import LONG, MATRIX_CASES
from .harness import Case

PAIRS: list[tuple[Row, Case]] = [
    (row, case) for case in MATRIX_CASES for row in ROWS.values() if not why_not(row, case)
]
ABSENT: dict[tuple[str, str], str] = {
    (row.id, case.name): why_not(row, case) for case in MATRIX_CASES for row in ROWS.values() if why_not(row, case)
}


def test_every_row_is_there_or_says_why_it_is_not() -> None:
    assert list(ROWS)[:40] == [f"F{n}" for n in range(1, 41)]
    assert {"F43", "F44", "F48", *(f"F{n}" for n in range(50, 62)), "F67", "F68", "F69", "F70"} <= set(ROWS)
    assert all(reason.strip() for reason in ABSENT.values())
    assert len(PAIRS) + len(ABSENT) == len(ROWS) * len(MATRIX_CASES)


# All rows are played in virtual time (test_matrix_virtual.py). On this machine's clock and threads, which have races, so many of
# them, and those that need the machine.
EVERY: int = 15
# what needs the machine is played on the first account of a gateway on a venue; its others differ in what they trade, not in its process
FIRST: dict[tuple[type, str], str] = {(case.gateway_class, case.dialect): case.name for case in reversed(MATRIX_CASES)}
RUN: list[tuple[Row, Case]] = [
    (row, case) for n, (row, case) in enumerate(PAIRS) if LONG or n % EVERY == 0 or row.real and FIRST[case.gateway_class, case.dialect] == case.name
]


@pytest.fixture
def venue(row: Row, case: Case) -> Iterator[MockExchange]:
    with MockExchange(case.dialect, seed=7, options=venue_options(row, case), clock=row.clock, speed=row.speed) as running:
        yield running


@pytest.mark.parametrize(("row", "case"), RUN, ids=[f"{case.name}-{row.id}" for row, case in RUN])
def test_row(row: Row, case: Case, venue: MockExchange) -> None:
    run_row(row, case, venue)
