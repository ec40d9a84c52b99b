"""When the venue's clock is measured: slow schedule, sleep, frames that do not fit, a clock that stands still."""

from typing import Any

import pytest

from vnpy_restgateway.clock import ServerClock
from vnpy_restgateway.clock_keeper import ClockKeeper
from vnpy_restgateway.market.quiet import QuietWatch
from vnpy_restgateway.seams import Seams


class Bench:
    """Local clocks, a venue's clock, and a writer whose timers are run by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mono = 1_000.0
        self.wall = 1_700_000_000.0
        self.venue = 1_700_000_000.0
        self.runs = True                    # the venue's clock
        self.asked = 0
        self.mock = False
        self.lines: list[str] = []
        self.timers: dict[str, Any] = {}
        self.keeper = ClockKeeper(self, self.ask, lambda line, level: self.lines.append(line), lambda: self.mock, Seams(wall=lambda: self.wall))      # type: ignore[arg-type]
        self.keeper.clock = ServerClock(monotonic=lambda: self.mono, wall=lambda: self.wall)
        self.keeper.measure()

    def monotonic(self) -> float:
        return self.mono

    def call_later(self, seconds: float, name: str, call: Any) -> None:
        self.timers[name] = call

    def ask(self) -> None:
        self.asked += 1
        if self.asked < 10_000:
            self.keeper.sampled(int(self.venue * 1_000), self.mono, self.mono + 0.001)

    def passes(self, seconds: float, sleeping: float = 0.0) -> int:
        """So many seconds pass, watched once each; how often the venue was asked in them."""
        before = self.asked
        self.wall += sleeping
        self.venue += sleeping
        for _ in range(int(seconds)):
            self.mono += 1.0
            self.wall += 1.0
            self.venue += 1.0 if self.runs else 0.0
            self.timers["clock"]()
        return self.asked - before

    @property
    def off(self) -> float:
        return self.keeper.clock.now_ms() / 1_000 - self.venue


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_a_quiet_day_is_measured_every_ten_minutes(bench: Bench) -> None:
    assert bench.asked == 3
    assert bench.passes(590) == 0
    assert bench.passes(20) == 3
    assert len(bench.lines) == 1            # nothing changed: nothing is said


@pytest.mark.parametrize("hours", [8, -8])
def test_after_sleep_it_is_measured_within_a_second(bench: Bench, hours: int) -> None:
    bench.passes(10)
    assert bench.passes(1, sleeping=hours * 3_600.0) == 3
    assert abs(bench.off) < 0.1


@pytest.mark.parametrize("jump", [3_600.0, -3_600.0, 2.0])
def test_frames_of_another_time_make_it_doubtful(bench: Bench, jump: float) -> None:
    bench.passes(60)
    bench.venue += jump
    bench.keeper.heard(int(bench.venue * 1_000))
    assert bench.passes(1) == 3 and abs(bench.off) < 0.1
    assert len(bench.lines) == 2


def test_late_frames_do_not_make_it_ask_again_and_again(bench: Bench) -> None:
    bench.passes(60)
    asked = 0
    for _ in range(30):
        bench.keeper.heard(int((bench.venue - 20.0) * 1_000))
        asked += bench.passes(1)
    assert 3 <= asked <= 6


def test_a_clock_that_stands_is_followed(bench: Bench) -> None:
    bench.mock, bench.runs = True, False
    bench.passes(3)
    assert bench.keeper.clock.standing and abs(bench.off) < 0.01
    bench.passes(100)
    assert abs(bench.off) < 0.01
    bench.venue += 60.0
    bench.keeper.heard(int(bench.venue * 1_000))
    assert abs(bench.off) < 0.01
    bench.runs = True
    bench.passes(5)
    assert not bench.keeper.clock.standing and abs(bench.off) < 0.1


def test_a_clock_that_runs_is_not_taken_for_one_that_stands(bench: Bench) -> None:
    bench.mock = True
    assert bench.passes(60) == 1
    assert not bench.keeper.clock.standing


def test_quiet_streams_are_looked_at_ever_more_rarely_and_dead_ones_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    sign, looks = [0], []
    timers: dict[str, Any] = {}

    class Timers:
        def monotonic(self) -> float:
            return now[0]

        def call_later(self, seconds: float, name: str, call: Any) -> None:
            timers[name] = call

    watch = QuietWatch("q", Timers(), lambda: sign[0], lambda: True, lambda: 30.0, lambda: looks.append(now[0]))      # type: ignore[arg-type]
    watch.begin()
    for _ in range(400):
        now[0] += 1.0
        timers["q"]()
        if looks and watch._looking:
            assert not watch.looked(moved=False)
    gaps = [b - a for a, b in zip(looks, looks[1:], strict=False)]
    assert len(looks) >= 3 and gaps == sorted(gaps) and gaps[0] >= 60.0
    sign[0] += 1
    timers["q"]()
    assert watch.patience == 30.0
    for _ in range(31):
        now[0] += 1.0
        timers["q"]()
    assert watch.looked(moved=True)
    watch.begin()                       # a new connection that brings nothing either is not cut every thirty seconds
    for wait, more in ((59.0, False), (2.0, True)):
        before = len(looks)
        for _ in range(int(wait)):
            now[0] += 1.0
            timers["q"]()
        assert (len(looks) > before) is more
