"""
Schedules that hypothesis draws, in virtual time, with a network that breaks: the truth in the end, and every order settled in time.

Hypothesis shrinks one that fails, and what is printed plays it again. The gateways are in a hurry here: ``python -m vnpy_rehearsal
simulate MODULE:CLASS`` plays the same steps with their own times. ``SIMULATED=10000 pytest tests/gateways/test_schedules_virtual.py`` is
the long form.
"""

import os
import shlex

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vnpy_rehearsal.simulation.schedule import read_schedule, to_text
from vnpy_rehearsal.simulation.search import play

from .conftest import MATRIX_CASES
from .harness import Case
from .schedules import schedules

SCHEDULE: str = os.environ.get("SCHEDULE", "")
SIMULATED: int = int(os.environ.get("SIMULATED", "3"))


@pytest.mark.parametrize("case", MATRIX_CASES, ids=lambda case: case.name)
@settings(
    max_examples=SIMULATED, deadline=None, print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(data=st.data(), seed=st.integers(0, 2**31 - 1))
def test_any_schedule_ends_in_the_truth_in_virtual_time(case: Case, data: st.DataObject, seed: int) -> None:
    seed = int(os.environ.get("SEED", seed))
    steps = read_schedule(SCHEDULE) if SCHEDULE else data.draw(schedules(case, wire=True), "schedule")
    day = play(case, seed, steps)
    again = f"SEED={seed} SCHEDULE={shlex.quote(to_text(steps))} pytest tests/gateways/test_schedules_virtual.py -k 'any_schedule and {case.name}'"
    assert not day.kind, f"{day.kind}: {day.text}\n{again}"


def test_a_wire_that_refuses_is_well_again_before_the_day_ends() -> None:
    """What went wrong is over by the night: else nobody could tell the gateway the venue's time."""
    case = next(case for case in MATRIX_CASES if case.name == "qmt")
    day = play(case, 1, read_schedule("order BUY 9.9; wire refuse; order BUY 9.2; day; wire reset_new"))
    assert not day.kind, f"{day.kind}: {day.text}"
    assert "an order filled" in day.states or "an order cancelled" in day.states


FOUND: list[tuple[str, int, str]] = [
    # judged too early: what the venue shows alive, its journal knows half a minute later
    ("webtrader", 0, "fault order before_engine delay ms=30000 ack=true times=1; order BUY 30003"),
    # an order that a lost venue had filled in part ends in the new life; its trades were told in the old one
    ("futu-cn", 0, "subscribe; order BUY 36.8; order BUY 36.8; order BUY 42 40; wipe 0; pause 3000; order BUY 36.81; order BUY 36.81"),
    # the order by which a venue's new rules would be known is lost on a wire that has just been deaf
    ("binance", 0, (
        "subscribe; order BUY 30000; wire deafen; order BUY 30000; order BUY 30000; pause 400; wire heal; order BUY 30000; rules"
    )),
    # an order is filled after it was given up, nothing is pushed any more, and the history is looked through once a minute
    ("hashex", 0, (
        "fault push on_push drop times=0; price 39000; fault order before_engine delay ms=30000 ack=true times=1; "
        "fault order on_reply reset times=1; order BUY 39900; pause 35000"
    )),
    # the day's orders have spent all the money, and the last one is refused
    ("futu-simulated", 0, "order BUY 24.6; order BUY 24.6 40; price 24.1"),
    # a clock that is set back by seconds is heard of in half a minute, and then the time of the ticks stands still until it has caught up
    ("hashex", 0, f"subscribe; order BUY 30000; pause 8000; clock -10000; {'order BUY 30000; ' * 6}rules; order BUY 30000"),
]


@pytest.mark.parametrize(("name", "seed", "schedule"), FOUND, ids=[name for name, *__ in FOUND])
def test_days_that_were_judged_wrongly(name: str, seed: int, schedule: str) -> None:
    case = next(case for case in MATRIX_CASES if case.name == name)
    day = play(case, seed, read_schedule(schedule))
    assert not day.kind, f"{day.kind}: {day.text}"
