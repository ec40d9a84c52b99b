"""
Whatever happens in whatever order: the gateway and the venue's journal agree in the end.

Hypothesis draws the schedules. One that fails is printed with a ``@reproduce_failure`` line that replays it, and is tried first
the next time. ``SCHEDULES=500 pytest tests/gateways/test_random_schedules.py`` is the long form.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockexchange import MockExchange

from .conftest import MATRIX_CASES
from .harness import Case
from vnpy_rehearsal.simulation.carry_out import carry_out
from vnpy_rehearsal.simulation.search import opening

from .schedules import schedules

SCHEDULES: int = int(os.environ.get("SCHEDULES", "3"))


@pytest.mark.parametrize("case", MATRIX_CASES, ids=lambda case: case.name)
@settings(
    max_examples=SCHEDULES, deadline=None, print_blob=True, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(data=st.data(), seed=st.integers(0, 2**31 - 1))
def test_any_schedule_ends_in_the_truth(case: Case, data: st.DataObject, seed: int) -> None:
    steps = data.draw(schedules(case), "schedule")
    with MockExchange(case.dialect, seed=seed, **opening(case, steps)) as venue:
        carry_out(case, venue, steps)
