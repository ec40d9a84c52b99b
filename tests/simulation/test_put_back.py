"""
A bug that the simulator could have expressed and did not find is a bug of the simulator: the faults of FAULTS.md part 3 are put back, one
by one, and found; without them the same days and rows pass.

By default a schedule finds each, or a row of the matrix in virtual time where no schedule can; ``LONG=1`` searches blindly from seed 0 as well.
"""

import logging
from dataclasses import replace

import pytest
from children import LONG

import vnpy_rehearsal.conform.rows  # noqa: F401  (registers the rows)
from vnpy_rehearsal.conform.known import make_profile, make_target
from vnpy_rehearsal.conform.matrix import ROWS, Row, run_row, venue_options, why_not
from vnpy_rehearsal.conform.profile import Profile
from vnpy_rehearsal.conform.recorder import Missed
from vnpy_rehearsal.simulation.command import start
from vnpy_rehearsal.simulation.schedule import read_schedule, to_text
from vnpy_rehearsal.simulation.search import Day, play, shrink
from vnpy_rehearsal.simulation.world import World

from bugs import BUGS, Bug

# rows that no simulation can express, and why
REAL: dict[str, str] = {
    "F49": "the embedded exchange is another process, and none lives in the world",
    "F61": "names are resolved by the machine: the world's network has none",
    "F69": "kill -9 ends a process: the world lives in one",
}
ELSEWHERE: dict[str, str] = {"F66": "test_many_subscriptions"}
BLIND: int = 1_000          # seeds
SCHEDULED: list[Bug] = [bug for bug in BUGS if bug.schedule]
BY_ROW: list[Bug] = [bug for bug in BUGS if not bug.schedule]


def of(bugs: list[Bug]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("bug", bugs, ids=[bug.row for bug in bugs])


def profile_of(bug: Bug) -> Profile:
    return make_profile(bug.gateway, make_target(bug.gateway, "", {}, {}, "", {}, ""))


def run_in_a_world(row: Row, profile: Profile) -> None:
    world: World = World(7)
    here: Profile = replace(profile, stage=world.stage())

    def live() -> None:
        with world.exchange(profile.dialect, options=venue_options(row, here), clock=row.clock, speed=row.speed) as venue:
            run_row(row, here, venue)

    try:
        world.run(live)
    finally:
        world.close()


def test_every_row_of_part_three_is_put_back_or_says_why_not() -> None:
    assert {bug.row for bug in BUGS} | REAL.keys() | ELSEWHERE.keys() == {f"F{number}" for number in range(41, 76)}
    assert all(bool(bug.schedule) != bool(bug.why) for bug in BUGS)
    assert all(row not in ROWS or ROWS[row].real for row in REAL)


@of(SCHEDULED)
def test_the_search_finds_it(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = read_schedule(bug.schedule)
    well: Day = play(profile_of(bug), bug.seed, steps)
    assert not well.kind, well.text
    bug.put_back(monkeypatch)
    assert play(profile_of(bug), bug.seed, steps).kind, f"put back, and not found: {bug.what}"


@of(BY_ROW)
def test_its_row_finds_it_in_virtual_time(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    row, profile = ROWS[bug.row], profile_of(bug)
    assert not why_not(row, profile)
    run_in_a_world(row, profile)
    bug.put_back(monkeypatch)
    with pytest.raises(Missed) as missed:
        run_in_a_world(row, profile_of(bug))
    assert missed.value.kind != "vacuous", "its fault never struck"


@pytest.mark.skipif(not LONG, reason="LONG=1 searches blindly")
@of(SCHEDULED)
def test_a_blind_search_finds_it(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.put_back(monkeypatch)
    profile: Profile = profile_of(bug)
    found: int = next((seed for seed in range(BLIND) if play(profile, seed).kind), -1)
    assert found >= 0, f"not found in {BLIND} days: {bug.what}"
    monkeypatch.undo()
    assert not play(profile, found).kind, "the day goes wrong without it too"
