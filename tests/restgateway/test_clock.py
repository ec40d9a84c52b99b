"""The server's time from several samples (FAULTS.md F20, F34)."""

import time

import pytest

from vnpy_restgateway.clock import ServerClock


class Hands:
    """Local clocks that a test turns."""

    def __init__(self) -> None:
        self.mono: float = 1000.0
        self.wall: float = 1_700_000_000.0

    def tick(self, seconds: float, asleep: float = 0.0) -> None:
        self.mono += seconds
        self.wall += seconds + asleep


def make(hands: Hands) -> ServerClock:
    return ServerClock(monotonic=lambda: hands.mono, wall=lambda: hands.wall)


def sample(clock: ServerClock, hands: Hands, ahead: float, there: float, back: float) -> bool:
    """One exchange with a server whose clock is ``ahead`` seconds before the local wall clock."""
    sent: float = hands.mono
    hands.tick(there)
    server_ms: float = (hands.wall + ahead) * 1000
    hands.tick(back)
    return clock.feed(sent, server_ms, hands.mono)


def test_before_the_first_sample_it_is_the_local_clock() -> None:
    hands = Hands()
    clock = make(hands)
    assert clock.stale and clock.now_ms() == 1_700_000_000_000 and clock.offset_ms == 0


def test_the_shortest_round_trip_wins() -> None:
    hands = Hands()
    clock = make(hands)
    for there, back in ((0.4, 0.01), (0.005, 0.005), (0.01, 0.3)):
        assert not sample(clock, hands, -8.0, there, back)
    assert abs(clock.offset_ms + 8000) < 1
    assert abs(clock.now_ms() - (hands.wall - 8.0) * 1000) <= 1
    assert not clock.stale


def test_a_step_of_the_local_clock_changes_nothing() -> None:
    hands = Hands()
    clock = make(hands)
    sample(clock, hands, 0.0, 0.01, 0.01)
    before: int = clock.now_ms()
    hands.wall += 3600
    assert clock.now_ms() == before
    assert clock.stale, "the machine may have slept: measure again"


def test_a_step_of_the_server_is_noticed_and_followed() -> None:
    hands = Hands()
    clock = make(hands)
    for _ in range(5):
        sample(clock, hands, 0.0, 0.01, 0.01)
    assert sample(clock, hands, 10.0, 0.2, 0.2), "a worse sample that contradicts the better ones"
    assert clock.steps == 1 and abs(clock.offset_ms - 10_000) < 1


def test_slow_samples_are_no_steps() -> None:
    hands = Hands()
    clock = make(hands)
    sample(clock, hands, 0.0, 0.01, 0.01)
    assert not sample(clock, hands, 0.0, 5.0, 0.01)
    assert abs(clock.offset_ms) < 1


def test_old_samples_lose_to_drift() -> None:
    hands = Hands()
    clock = make(hands)
    sample(clock, hands, 0.0, 0.001, 0.001)
    hands.tick(3600)
    sample(clock, hands, 0.08, 0.02, 0.02)
    assert abs(clock.offset_ms - 80) < 1


def test_stale_by_age_sleep_and_word() -> None:
    hands = Hands()
    clock = make(hands)
    sample(clock, hands, 0.0, 0.01, 0.01)
    hands.tick(899)
    assert not clock.stale
    hands.tick(2)
    assert clock.stale
    sample(clock, hands, 0.0, 0.01, 0.01)
    assert not clock.stale
    hands.tick(1, asleep=600)
    assert clock.stale
    sample(clock, hands, 0.0, 0.01, 0.01)
    clock.invalidate()
    assert clock.stale and abs(clock.offset_ms) < 1
    assert not sample(clock, hands, -0.5, 0.01, 0.01), "after invalidate() half a second is no step"
    clock.invalidate()
    assert sample(clock, hands, -9.0, 0.01, 0.01)
    assert abs(clock.offset_ms + 9000) < 1


@pytest.mark.parametrize(("sent", "server", "received"), [(2.0, 1.0, 1.0), (1.0, 0.0, 2.0), (1.0, float("nan"), 2.0)])
def test_bad_samples_are_named(sent: float, server: float, received: float) -> None:
    with pytest.raises(ValueError, match="no sample"):
        ServerClock().feed(sent, server, received)


def test_real_clocks() -> None:
    clock = ServerClock()
    now: float = time.monotonic()
    clock.feed(now - 0.001, time.time() * 1000 + 5000, now)
    assert abs(clock.offset_ms - 5000) < 50


@pytest.mark.parametrize("rate", [60.0, 0.25])
def test_a_server_whose_time_goes_at_another_rate(rate: float) -> None:
    hands = Hands()
    clock = ServerClock(monotonic=lambda: hands.mono, wall=lambda: hands.wall, rate=rate)
    began: float = hands.mono

    def server() -> float:
        return 1_640_995_200_000 + (hands.mono - began) * 1000 * rate

    for _ in range(4):
        sent: float = hands.mono
        hands.tick(0.01)
        told: float = server()
        hands.tick(0.01)
        assert not clock.feed(sent, told, hands.mono)
        hands.tick(50)
        assert abs(clock.now_ms() - server()) <= 1 and not clock.standing and clock.steps == 0
    told = server() + 3_600_000
    assert clock.feed(hands.mono, told, hands.mono) and clock.steps == 1


def test_a_server_whose_time_does_not_pass_by_itself_is_where_it_was_heard_of_last() -> None:
    hands = Hands()
    clock = ServerClock(monotonic=lambda: hands.mono, wall=lambda: hands.wall, rate=0.0)
    clock.feed(hands.mono, 1_640_995_200_000, hands.mono)
    hands.tick(60)
    assert clock.standing and clock.now_ms() == 1_640_995_200_000
    clock.heard(1_640_995_260_000)
    assert clock.now_ms() == 1_640_995_260_000
