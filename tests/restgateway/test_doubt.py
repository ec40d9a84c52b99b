"""When silence is an answer."""

from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy, StatusQuery

RULE = NotFoundPolicy(bound=15.0, spacing=2.0, misses=3, first=0.2, longest=5.0)


def test_questions_come_soon_and_then_further_apart() -> None:
    doubt = StatusQuery(RULE, sent=100.0, now=100.0)
    assert doubt.next_query == 100.2
    gaps = []
    for _ in range(10):
        asked = doubt.next_query
        doubt.asked(asked)
        gaps.append(round(doubt.next_query - asked, 9))
    assert gaps[:4] == [0.4, 0.8, 1.6, 3.2]


def test_the_first_question_that_can_settle_it_is_asked_at_the_bound_and_the_next_ones_follow_soon() -> None:
    doubt = StatusQuery(NotFoundPolicy(bound=12.0, spacing=1.0, misses=3, first=0.2, longest=3.0), sent=100.0, now=100.0)
    asked = []
    while not asked or asked[-1] < 125.0:
        asked.append(round(doubt.next_query, 6))
        doubt.asked(doubt.next_query)
    assert {112.0, 113.0, 114.0} <= set(asked)
    assert max(b - a for a, b in zip(asked, asked[1:], strict=False)) == 3.0
    late = StatusQuery(NotFoundPolicy(bound=12.0, spacing=1.0), sent=100.0, now=200.0)
    late.asked(200.2)
    assert late.next_query == 201.2


def test_not_found_within_the_bound_proves_nothing() -> None:
    doubt = StatusQuery(RULE, sent=100.0, now=100.0)
    assert not any(doubt.missed(100.0 + n / 10) for n in range(150))
    assert [doubt.missed(t) for t in (115.0, 117.0, 119.0)] == [False, False, True]


def test_not_found_in_a_burst_counts_once() -> None:
    doubt = StatusQuery(RULE, sent=0.0, now=0.0)
    assert not any(doubt.missed(20.0 + n / 100) for n in range(199))
    assert not doubt.missed(22.0)
    assert not doubt.missed(23.9)
    assert doubt.missed(24.0)


def test_what_counts_is_when_it_was_asked_not_when_it_was_answered() -> None:
    doubt = StatusQuery(RULE, sent=100.0, now=100.0)
    for _ in range(5):
        assert not doubt.missed(114.9)      # answered long after the bound, asked before it


@given(st.lists(st.floats(0, 60), max_size=30))
def test_a_conclusion_needs_misses_that_are_late_and_apart(asked: list[float]) -> None:
    doubt = StatusQuery(RULE, sent=0.0, now=0.0)
    for moment in sorted(asked):
        if doubt.missed(moment):
            late = sorted(t for t in asked if RULE.bound <= t <= moment)
            assert len(late) >= RULE.misses
            assert moment - late[0] >= RULE.spacing * (RULE.misses - 1)
            return
