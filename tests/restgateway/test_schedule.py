"""Timers, the gate of Retry-After, and the header itself."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.schedule import RetryAfterGate, Timers, retry_after


def run(timers: Timers, now: float) -> None:
    for call in timers.pop_due(now):
        call()


def note(said: list[str], word: str) -> Callable[[], None]:
    return lambda: said.append(word)


def test_timers_run_once_in_order_of_time() -> None:
    timers, said = Timers(), list[str]()
    for due, word in ((3.0, "c"), (1.0, "a"), (2.0, "b")):
        timers.at(due, word, note(said, word))
    assert timers.next_due() == 1.0
    run(timers, 0.9)
    assert said == []
    run(timers, 2.0)
    assert said == ["a", "b"]
    run(timers, 10.0)
    run(timers, 11.0)
    assert said == ["a", "b", "c"]
    assert timers.next_due() is None


def test_a_name_holds_one_timer() -> None:
    timers, said = Timers(), list[str]()
    timers.at(1.0, "x", note(said, "early"))
    timers.at(5.0, "x", note(said, "late"))
    assert timers.next_due() == 5.0
    timers.at_earliest(2.0, "x", note(said, "ignored"))
    run(timers, 4.0)
    assert said == []
    run(timers, 5.0)
    assert said == ["late"]
    timers.at_earliest(6.0, "x", note(said, "again"))
    run(timers, 6.0)
    assert said == ["late", "again"]


def test_drop_and_clear() -> None:
    timers, said = Timers(), list[str]()
    timers.at(1.0, "x", note(said, "x"))
    timers.at(2.0, "y", note(said, "y"))
    timers.drop("x")
    timers.drop("never set")
    assert timers.next_due() == 2.0
    timers.clear()
    assert timers.next_due() is None
    run(timers, 9.0)
    assert said == []


def test_a_timer_set_by_a_timer_waits_for_the_next_round() -> None:
    timers, said = Timers(), list[str]()
    timers.at(1.0, "x", lambda: timers.at(1.0, "x", note(said, "second")))
    run(timers, 1.0)
    assert said == [] and timers.next_due() == 1.0


def test_a_name_set_over_and_over_does_not_grow_for_ever() -> None:
    timers = Timers()
    for n in range(10_000):
        timers.at(n, "doubts", lambda: None)
        timers.next_due()
    assert len(timers._heap) < 100


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20), st.booleans()), max_size=40), st.integers(0, 20))
def test_timers_behave_as_a_dict_of_names(sets: list[tuple[str, int, bool]], now: int) -> None:
    timers, ran = Timers(), list[str]()
    model: dict[str, tuple[int, int]] = {}
    for n, (name, due, replace) in enumerate(sets):
        call = note(ran, f"{name}{n}")
        if replace:
            timers.at(due, name, call)
            model[name] = (due, n)
        else:
            timers.at_earliest(due, name, call)
            model.setdefault(name, (due, n))
    run(timers, now)
    due_now = sorted((due, n, name) for name, (due, n) in model.items() if due <= now)
    assert ran == [f"{name}{n}" for _, n, name in due_now]


def test_the_gate_shuts_for_the_longest_time_said() -> None:
    gate = RetryAfterGate()
    assert gate.remaining(100.0) == 0
    assert gate.shut(10.0, 100.0, "429")
    assert not gate.shut(5.0, 101.0, "429"), "nothing new to tell"
    assert gate.remaining(104.0) == 6.0, "never for less than before"
    assert not gate.shut(20.0, 101.0, "429")
    assert gate.remaining(104.0) == 17.0
    assert gate.shut(60.0, 104.0, "418"), "worse: tell the user"
    assert gate.reason == "418" and gate.remaining(164.0) == 0
    assert gate.shut(10.0, 165.0, "418"), "open in between: tell the user again"
    gate.shut(-5.0, 170.0, "418")
    assert gate.remaining(170.0) == 5.0


@pytest.mark.parametrize("value, seconds", [
    ("30", 30.0), ("0", 0.0), ("1.5", 1.5), (None, 7.0), ("", 7.0), ("-3", 0.0),
    ("Wed, 21 Oct 2015 07:28:00 GMT", 7.0), ("soon", 7.0), ("nan", 7.0), ("inf", 7.0),
])
def test_retry_after(value: str | None, seconds: float) -> None:
    assert retry_after(value, 7.0) == seconds


def test_timers_that_are_replaced_do_not_pile_up() -> None:
    """A day of measuring the clock again and again left every timer of it in memory until it was due."""
    timers = Timers()
    timers.at(5.0, "other", lambda: None)
    for n in range(10_000):
        timers.at(600.0 + n, "clock", lambda: None)
    assert len(timers._heap) < 200
    assert timers.next_due() == 5.0
    timers.drop("other")
    assert timers.next_due() == 10_599.0
