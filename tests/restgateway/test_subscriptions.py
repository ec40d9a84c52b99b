"""Subscriptions come back after a reconnect, whole and once each."""

from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.market.subscriptions import Subscriptions


def test_asked_for_in_batches_in_the_order_wanted() -> None:
    topics = Subscriptions(batch=2)
    topics.want(["a", "b", "c"])
    topics.want(["b", "d"])
    assert topics.next_batch() == (1, ["a", "b"])
    assert topics.next_batch() == (2, ["c", "d"])
    assert topics.next_batch() is None
    assert topics.confirm(1) == ["a", "b"]
    assert topics.confirm(1) == []
    assert topics.confirm(99) == []
    assert topics.confirm(2) == ["c", "d"]


def test_a_refused_batch_is_asked_for_again_and_counted() -> None:
    topics = Subscriptions()
    topics.want(["a", "b"])
    assert topics.next_batch() == (1, ["a", "b"])
    assert topics.refuse(1) == ["a", "b"]
    assert topics.refused == {"a": 1, "b": 1}
    assert topics.next_batch() == (2, ["a", "b"])
    assert topics.refuse(1) == []


def test_a_new_connection_asks_for_all_under_new_ids() -> None:
    topics = Subscriptions()
    topics.want(["a", "b"])
    topics.next_batch()
    topics.confirm(1)
    topics.want(["c"])
    topics.next_batch()
    topics.reset()
    assert topics.next_batch() == (3, ["a", "b", "c"])
    assert topics.confirm(2) == [], "an answer of the old connection"
    assert topics.confirmed == set()


def test_nothing_wanted_is_not_asked_for() -> None:
    topics = Subscriptions()
    assert topics.next_batch() is None


@given(st.lists(st.tuples(st.sampled_from(["want", "ask", "confirm", "refuse", "reset"]), st.integers(0, 7)), max_size=60))
def test_whatever_happened_asking_on_ends_complete(steps: list[tuple[str, int]]) -> None:
    topics = Subscriptions(batch=3)
    wanted: set[str] = set()
    for what, n in steps:
        if what == "want":
            topics.want([str(n)])
            wanted.add(str(n))
        elif what == "ask":
            topics.next_batch()
        elif what == "reset":
            topics.reset()
        else:
            getattr(topics, what)(n)
        assert set(topics.wanted) == wanted
        assert topics.confirmed <= wanted
    for request_id in list(topics.pending):
        topics.confirm(request_id)
    while (batch := topics.next_batch()) is not None:
        topics.confirm(batch[0])
    assert topics.confirmed == wanted == set(topics.wanted)
