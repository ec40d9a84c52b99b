"""A pace of our own: no more than the rate, nobody lost, cancels first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.net.rate_limiter import RequestThrottler


def job(log: list[str], name: str):     # type: ignore[no-untyped-def]
    return lambda: log.append(name)


def drain(pacer: RequestThrottler, now: float) -> None:
    while (taken := pacer.take(now)) is not None:
        taken()


def test_a_burst_then_the_rate() -> None:
    log: list[str] = []
    pacer = RequestThrottler(rate=10.0, burst=3)
    for n in range(6):
        pacer.put(0, job(log, str(n)))
    drain(pacer, 100.0)
    assert log == ["0", "1", "2"] and len(pacer) == 3
    assert pacer.wait(100.0) == pytest.approx(0.1)
    drain(pacer, 100.05)
    assert len(log) == 3
    drain(pacer, 100.1)
    assert log == ["0", "1", "2", "3"]
    drain(pacer, 200.0)
    assert log == ["0", "1", "2", "3", "4", "5"] and pacer.wait(200.0) is None


def test_the_smallest_rank_goes_first_and_inside_a_rank_the_eldest() -> None:
    log: list[str] = []
    pacer = RequestThrottler(rate=1.0, burst=1)
    for rank, name in ((3, "query"), (1, "order 1"), (0, "cancel"), (1, "order 2")):
        pacer.put(rank, job(log, name))
    for second in range(4):
        drain(pacer, float(second))
    assert log == ["cancel", "order 1", "order 2", "query"]


def test_a_long_rest_earns_no_more_than_a_burst() -> None:
    pacer = RequestThrottler(rate=10.0, burst=2)
    log: list[str] = []
    for n in range(10):
        pacer.put(0, job(log, str(n)))
    drain(pacer, 0.0)
    drain(pacer, 1_000.0)
    assert len(log) == 4


def test_clear() -> None:
    pacer = RequestThrottler(1.0, 1)
    pacer.put(0, lambda: None)
    pacer.clear()
    assert not len(pacer) and pacer.take(1.0) is None and pacer.wait(1.0) is None


@pytest.mark.parametrize("rate, burst", [(0.0, 1), (-1.0, 1), (float("nan"), 1), (1.0, 0)])
def test_a_pace_that_lets_nothing_through_is_none(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="no pace"):
        RequestThrottler(rate, burst)


@given(
    st.floats(0.5, 200.0), st.integers(1, 20),
    st.lists(st.tuples(st.floats(0.0, 3.0), st.integers(0, 3)), min_size=1, max_size=80),
)
def test_never_more_than_burst_and_rate_allow_and_nothing_is_lost(
    rate: float, burst: int, arrivals: list[tuple[float, int]]
) -> None:
    pacer = RequestThrottler(rate, burst)
    now, sent, log = 0.0, [], []        # type: float, list[float], list[str]
    for n, (gap, rank) in enumerate(arrivals):
        now += gap
        pacer.put(rank, job(log, str(n)))
        while (taken := pacer.take(now)) is not None:
            taken()
            sent.append(now)
    while (wait := pacer.wait(now)) is not None:
        now += wait
        taken = pacer.take(now)
        assert taken is not None, "a caller that waits as told gets its turn"
        taken()
        sent.append(now)
    assert sorted(log, key=int) == [str(n) for n in range(len(arrivals))]
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + (sent[last] - sent[first]) * rate + 1e-6 * len(sent) + 1e-9
