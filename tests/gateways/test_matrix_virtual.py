"""The fault matrix in virtual time: every row that needs no machine, on every gateway and account, one after the other on one thread."""

from dataclasses import replace

import pytest

import vnpy_rehearsal.conform.rows  # noqa: F401  (registers the rows)
from vnpy_rehearsal.conform.matrix import ROWS, Row, run_row, venue_options, why_not
from vnpy_rehearsal.simulation.world import World

from .conftest import LONG, MATRIX_CASES
from .harness import Case

PAIRS: list[tuple[Row, Case]] = [(row, case) for case in MATRIX_CASES for row in ROWS.values() if not row.real and not why_not(row, case)]


# the first account of a gateway on a venue plays all rows, its others every ninth, each another ninth, and those about shares
WHOLE: dict[tuple[type, str], str] = {(case.gateway_class, case.dialect): case.name for case in reversed(MATRIX_CASES)}
NINTH: dict[str, int] = {case.name: n % 9 for n, case in enumerate(MATRIX_CASES)}
RUN: list[tuple[Row, Case]] = [
    (row, case) for row, case in PAIRS
    if LONG or WHOLE[case.gateway_class, case.dialect] == case.name or int(row.id[1:]) % 9 == NINTH[case.name] or int(row.id[1:]) in range(50, 59)
]


@pytest.mark.parametrize(("row", "case"), RUN, ids=[f"{case.name}-{row.id}" for row, case in RUN])
def test_row_in_virtual_time(row: Row, case: Case) -> None:
    world: World = World(7)
    here: Case = replace(case, stage=world.stage())

    def play() -> None:
        with world.exchange(case.dialect, options=venue_options(row, here), clock=row.clock, speed=row.speed) as venue:
            run_row(row, here, venue)

    try:
        world.run(play)
    finally:
        world.close()
    assert not world.errors
