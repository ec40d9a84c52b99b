"""The fault matrix in virtual time: every row that needs no machine, on every gateway and account, one after the other on one thread."""

from dataclasses import replace

import pytest

import vnpy_rehearsal.conform.rows  # noqa: F401  (registers the rows)
from vnpy_rehearsal.conform.matrix import ROWS, Row, run_row, venue_options, why_not
from vnpy_rehearsal.simulation.world import World

from .conftest import MATRIX_CASES
from .harness import Case

PAIRS: list[tuple[Row, Case]] = [(row, case) for case in MATRIX_CASES for row in ROWS.values() if not row.real and not why_not(row, case)]


@pytest.mark.parametrize(("row", "case"), PAIRS, ids=[f"{case.name}-{row.id}" for row, case in PAIRS])
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
