"""The feed pump: when steps are applied, who waits for whom."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

import pytest

from mockexchange.core.commands import Quote
from mockexchange.server.feed_runner import (
    MAX_SPEED,
    SLICE_STEPS,
    FeedRunner,
    parse_speed,
)
from mockexchange.transport.clock import PacedClock

SECOND: int = 1_000_000


def steps(times: list[int]) -> Iterator[tuple[int, Quote]]:
    return iter([(time, Quote("BTCUSDT", "BUY", time, 1)) for time in times])


class Sink:
    """Takes the commands; ``reached`` is set when there are ``wanted`` of them."""

    def __init__(self, wanted: int) -> None:
        self.taken: list[int] = []
        self.times: list[float] = []
        self.wanted: int = wanted
        self.reached: asyncio.Event = asyncio.Event()

    def __call__(self, command: Any) -> None:
        self.taken.append(command.price)
        self.times.append(asyncio.get_running_loop().time())
        if len(self.taken) == self.wanted:
            self.reached.set()


def started(rate: float) -> PacedClock:
    clock: PacedClock = PacedClock(0, rate)
    clock.start()
    return clock


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 10))


async def ended(pump: FeedRunner) -> None:
    assert pump._task is not None
    await pump._task


def test_steps_come_when_they_are_due() -> None:
    async def test() -> None:
        sink: Sink = Sink(3)
        pump: FeedRunner = FeedRunner(steps([0, 10_000, 100_000, 3600 * SECOND]), sink, [])
        began: float = asyncio.get_running_loop().time()
        pump.start()
        await sink.reached.wait()
        assert sink.taken == [0, 10_000, 100_000] and pump.status == "running"
        late: list[float] = [at - began - due / 1e6 for at, due in zip(sink.times, sink.taken, strict=True)]
        assert min(late) > -0.001 and max(late) < 0.1
        await pump.stop()
        assert pump.applied == 3

    run(test)


def test_speed_shortens_the_wait() -> None:
    async def test() -> None:
        sink: Sink = Sink(2)
        pump: FeedRunner = FeedRunner(steps([0, 3600 * SECOND]), sink, [], clock=started(1e5), zero=0)
        pump.start()
        await ended(pump)
        assert sink.taken == [0, 3600 * SECOND] and pump.status == "ended"
        assert 0.02 < sink.times[1] - sink.times[0] < 1

    run(test)


def test_stopped_it_goes_on_where_it_was() -> None:
    async def test() -> None:
        sink: Sink = Sink(1)
        pump: FeedRunner = FeedRunner(steps([0, 40_000, 3600 * SECOND]), sink, [])
        pump.start()
        await sink.reached.wait()
        await pump.stop()
        sink.reached.clear()
        sink.wanted = 2
        pump.start()
        await sink.reached.wait()
        assert sink.taken == [0, 40_000]
        await pump.stop()

    run(test)


def test_a_backlog_lets_others_run() -> None:
    async def test() -> None:
        sink: Sink = Sink(10 * SLICE_STEPS)
        turns: int = 0

        async def other() -> None:
            nonlocal turns
            while not sink.reached.is_set():
                turns += 1
                await asyncio.sleep(0)

        pump: FeedRunner = FeedRunner(steps([0] * 10 * SLICE_STEPS), sink, [])
        pump.start()
        await other()
        assert turns >= 10
        await pump.stop()

    run(test)


def test_flat_out_waits_for_the_first_look_and_for_slow_readers() -> None:
    async def test() -> None:
        sink: Sink = Sink(2 * SLICE_STEPS)
        asked: asyncio.Event = asyncio.Event()
        drained: asyncio.Event = asyncio.Event()

        async def drain() -> None:
            asked.set()
            await drained.wait()

        async def failing() -> None:
            raise RuntimeError("gone")

        drains: list[Callable[[], Awaitable[None]]] = [failing, drain]
        pump: FeedRunner = FeedRunner(steps(list(range(2 * SLICE_STEPS))), sink, drains, wait_for_touch=True, clock=started(MAX_SPEED), zero=0)
        pump.start()
        await asyncio.sleep(0)
        assert pump.status == "waiting" and not sink.taken
        pump.touch()
        await asked.wait()
        assert pump.status == "running" and 0 < len(sink.taken) <= SLICE_STEPS
        drained.set()
        await ended(pump)
        assert sink.taken == list(range(2 * SLICE_STEPS)) and pump.status == "ended"

    run(test)


def test_a_failing_feed_is_told() -> None:
    def broken() -> Iterator[tuple[int, Quote]]:
        yield 0, Quote("BTCUSDT", "BUY", 5, 1)
        raise OSError("the disk is gone")

    async def test() -> None:
        sink: Sink = Sink(1)
        pump: FeedRunner = FeedRunner(broken(), sink, [])
        pump.start()
        await ended(pump)
        assert pump.status == "failed" and sink.taken == [5] and pump.applied == 1

    run(test)


@pytest.mark.parametrize("text, speed", [("1", 1.0), ("max", MAX_SPEED), (2.5, 2.5), ("60", 60.0)])
def test_speeds(text: Any, speed: float) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "fast", "", None])
def test_no_speeds(text: Any) -> None:
    with pytest.raises(ValueError, match="speed"):
        parse_speed(text)
