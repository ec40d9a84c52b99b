"""A schedule is text that can be typed again."""

import pytest

from vnpy_rehearsal.simulation.draw import faults_of
from vnpy_rehearsal.simulation.schedule import (
    Amend,
    Burst,
    Cancel,
    Clock,
    DayTurn,
    Fault,
    Foreign,
    Option,
    Order,
    Pause,
    Price,
    Restart,
    Rules,
    Says,
    Step,
    Still,
    Subscribe,
    Wipe,
    Wire,
    read_schedule,
    to_text,
)

STEPS: list[Step] = [
    Order(39_900.0), Order(10.31, "SELL"), Order(30_000.0, size=20), Cancel(2), Amend(0, 730), Price(40_100.5), Wire("deafen"), Restart(200), Clock(-10_000),
    Pause(400), DayTurn(), Order(10.0, size=1.0005), Burst(5), Foreign(39_900.0, "SELL"), Says("wrong_ids", 3), Option("tag_lost", 1), Wipe(500), Rules(),
    Subscribe(), Still(), *faults_of(["order", "push"]), Fault("read", "on_reply", "body", (("body", "a b; c {\"x\": 1}"), ("times", 2))),
]


def test_there_and_back() -> None:
    for step in STEPS[:-1]:
        assert read_schedule(to_text([step])) == [step]
    assert read_schedule(to_text(STEPS[:-1])) == STEPS[:-1]
    assert read_schedule("") == []


@pytest.mark.parametrize(("text", "why"), [
    ("order BUY", "missing"), ("order BUY dear", "dear"), ("order HOLD 5", "'HOLD' is none of BUY, SELL"), ("dance 5", "no step 'dance'"),
    ("wire cut", "'cut' is none of deafen"), ("fault order before_engine hang times", "not NAME=VALUE: 'times'"), ("cancel x", "'cancel x'"),
    ("fault order now hang", "'now' is none of"), ("says lies 3", "'lies' is none of contradictions"), ("option stale x", "'option stale x'"),
])
def test_what_is_wrong_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="schedule: ") as caught:
        read_schedule(f"pause 5; {text}")
    assert why in str(caught.value)
