"""Pushes that are lost on a connection that lives: what a list shows first, told from what is only late."""

from types import SimpleNamespace
from typing import Any

import pytest

from vnpy_restgateway.orders.push_watch import PushWatch

DELAY: float = 3.0


class Bench:
    """A watch on a clock turned by hand, with its base taken."""

    def __init__(self) -> None:
        self.now: float = 100.0
        self.lines: list[str] = []
        self.timers: dict[str, tuple[float, Any]] = {}
        self.lossy: int = 0
        host = SimpleNamespace(
            monotonic=lambda: self.now, log=lambda line, level=20: self.lines.append(line),
            executor=SimpleNamespace(call_later=lambda seconds, name, call: self.timers.__setitem__(name, (self.now + seconds, call))),
        )
        self.watch = PushWatch(host, "The stream", lambda: DELAY, "it is asked", "perhaps so", self._on_lossy)     # type: ignore[arg-type]

    def _on_lossy(self) -> None:
        self.lossy += 1

    def pass_time(self, seconds: float) -> None:
        for _ in range(int(seconds * 2)):
            self.now += 0.5
            for name, (due, call) in list(self.timers.items()):
                if due <= self.now:
                    del self.timers[name]
                    call()

    def stand(self) -> None:
        """A new connection, and the lists of what came before."""
        self.watch.on_stream(True)
        self.watch.listed("fill", "old")
        self.watch.taken("fill")


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.stand()
    return made


def test_what_was_there_before_the_connection_was_never_to_be_pushed(bench: Bench) -> None:
    bench.pass_time(10)
    assert not bench.watch.lossy and not bench.lines


def test_a_push_that_is_late_is_not_lost(bench: Bench) -> None:
    bench.watch.listed("fill", "1")
    bench.pass_time(DELAY - 1)
    bench.watch.heard += 1
    bench.watch.pushed("fill", "1")
    bench.pass_time(20)
    assert not bench.watch.lossy and not bench.lines


def test_nothing_is_pushed_is_said_at_once_and_once(bench: Bench) -> None:
    for n in range(5):
        bench.watch.listed("fill", str(n))
        bench.pass_time(DELAY + 2)
    assert bench.lines == ["The stream pushes nothing: it is asked (perhaps so)"] and bench.lossy == 1


def test_one_of_many_that_is_lost_is_no_reason_two_are(bench: Bench) -> None:
    for n in range(2):
        assert not bench.lines
        bench.watch.listed("fill", f"lost {n}")
        bench.watch.heard += 1
        bench.watch.pushed("fill", f"pushed {n}")
        bench.pass_time(DELAY + 2)
    assert bench.lines == ["The stream loses pushes: it is asked"]


def test_it_is_relied_on_again_when_pushes_come_first(bench: Bench) -> None:
    bench.watch.listed("fill", "1")
    bench.pass_time(DELAY + 2)
    assert bench.watch.lossy
    for n in range(3):
        assert bench.watch.lossy
        bench.watch.heard += 1
        bench.watch.pushed("order", "7", (float(n), 1))
    assert not bench.watch.lossy and bench.lines[-1] == "The stream pushes again"
    bench.watch.listed("order", "7", (2.0, 1))          # the list is as late as ever
    bench.pass_time(20)
    assert not bench.watch.lossy


def test_a_lost_connection_is_no_lost_push(bench: Bench) -> None:
    bench.watch.on_stream(False)
    bench.watch.listed("fill", "1")
    bench.pass_time(20)
    bench.stand()
    bench.pass_time(20)
    assert not bench.lines
