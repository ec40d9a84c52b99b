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


def test_an_order_that_is_answered_first_is_waited_for() -> None:
    """What the venue shows alive, its journal knows half a minute later."""
    case = next(case for case in MATRIX_CASES if case.name == "webtrader")
    day = play(case, 0, read_schedule("fault order before_engine delay ms=30000 ack=true times=1; order BUY 30003"))
    assert not day.kind, f"{day.kind}: {day.text}"
