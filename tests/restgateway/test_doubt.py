"""When silence is an answer."""

from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.doubt import Doubt, DoubtRule

RULE = DoubtRule(bound=15.0, spacing=2.0, misses=3, first=0.2, longest=5.0)


def test_questions_come_soon_and_then_further_apart() -> None:
    doubt = Doubt(RULE, sent=100.0, now=100.0)
    assert doubt.next_query == 100.2
    gaps = []
    for _ in range(10):
        asked = doubt.next_query
        doubt.asked(asked)
        gaps.append(round(doubt.next_query - asked, 9))
    assert gaps[:5] == [0.4, 0.8, 1.6, 3.2, 5.0]
    assert set(gaps[5:]) == {5.0}


def test_not_found_within_the_bound_proves_nothing() -> None:
    doubt = Doubt(RULE, sent=100.0, now=100.0)
    assert not any(doubt.missed(100.0 + n / 10) for n in range(150))
    assert [doubt.missed(t) for t in (115.0, 117.0, 119.0)] == [False, False, True]


def test_not_found_in_a_burst_counts_once() -> None:
    doubt = Doubt(RULE, sent=0.0, now=0.0)
    assert not any(doubt.missed(20.0 + n / 100) for n in range(199))
    assert not doubt.missed(22.0)
    assert not doubt.missed(23.9)
    assert doubt.missed(24.0)


def test_what_counts_is_when_it_was_asked_not_when_it_was_answered() -> None:
    doubt = Doubt(RULE, sent=100.0, now=100.0)
    for _ in range(5):
        assert not doubt.missed(114.9)      # answered long after the bound, asked before it


@given(st.lists(st.floats(0, 60), max_size=30))
def test_a_conclusion_needs_misses_that_are_late_and_apart(asked: list[float]) -> None:
    doubt = Doubt(RULE, sent=0.0, now=0.0)
    for moment in sorted(asked):
        if doubt.missed(moment):
            late = sorted(t for t in asked if RULE.bound <= t <= moment)
            assert len(late) >= RULE.misses
            assert moment - late[0] >= RULE.spacing * (RULE.misses - 1)
            return
