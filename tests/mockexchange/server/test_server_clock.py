"""The venue's clock: a manual one, its timers, what asks it to go on, and the ticks."""

import asyncio
import re
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from server_client import call, place

from mockexchange import MockExchange
from mockexchange.transport.clock import SystemClock
from mockexchange.transport.clocks import make_clock
from mockexchange.transport.manual_clock import ManualClock
from mockexchange.transport.ticker import Ticker

START: int = 1_700_000_000_000
SECOND: int = 1_000_000


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 10))


def test_each_timer_fires_at_its_own_time_in_order() -> None:
    async def test() -> None:
        clock = ManualClock(START)
        fired: list[tuple[str, int]] = []

        def note(name: str) -> None:
            fired.append((name, clock.now() - START * 1000))

        def again() -> None:
            note("again")
            clock.call_later(0.5, note, "nested")
            clock.call_soon(lambda: note("soon"))

        clock.call_later(2, note, "late")
        clock.call_later(1, again)
        clock.call_later(1, note, "same time")
        clock.call_later(0.25, note, "cancelled").cancel()
        clock.call_later(3.000001, note, "too late")
        await clock.advance(3 * SECOND, [])
        assert fired == [
            ("again", SECOND), ("soon", SECOND), ("same time", SECOND), ("nested", 1_500_000), ("late", 2 * SECOND),
        ]
        assert clock.now() == START * 1000 + 3 * SECOND and clock.time() == 3.0
        await clock.advance(1, [])
        assert fired[-1] == ("too late", 3_000_001)

    run(test)


def test_timers_that_are_cancelled_do_not_stay_until_they_are_due() -> None:
    clock = ManualClock(1_000)
    fired: list[int] = []
    kept = [clock.call_later(10.0 - number, fired.append, number) for number in range(3)]
    for _ in range(5_000):
        clock.call_later(86_400.0, fired.append, -1).cancel()
    assert len(clock._timers) < 600 and all(timer in clock._timers for timer in kept)
    asyncio.run(clock.advance(100_000 * 1_000_000, []))
    assert fired == [2, 1, 0]


def test_it_stands_still_and_an_offset_moves_no_timer() -> None:
    async def test() -> None:
        clock = ManualClock()
        assert abs(clock.now() - time.time_ns() // 1000) < 60 * SECOND
        stands: int = clock.now()
        fired: list[int] = []
        clock.call_later(1, lambda: fired.append(clock.now()))
        clock.offset_us = 3600 * SECOND
        assert clock.now() == stands + 3600 * SECOND and clock.time() == 0.0 and not fired
        await clock.advance(SECOND, [])
        assert fired == [stands + 3601 * SECOND]
        clock.reset()
        assert clock.now() == stands and clock.offset_us == 0

    run(test)


def test_sleepers_wake_at_their_time() -> None:
    async def test() -> None:
        clock = ManualClock(START)
        woken: list[int] = []

        async def sleeper() -> None:
            for _ in range(3):
                await clock.sleep(10)
                woken.append(clock.now() // 1000 - START)

        task = asyncio.create_task(sleeper())
        await asyncio.sleep(0)
        await clock.advance(25 * SECOND, [])
        assert woken == [10_000, 20_000]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await clock.advance(25 * SECOND, [])
        assert woken == [10_000, 20_000]

    run(test)


def test_advances_follow_each_other_and_let_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr("mockexchange.transport.manual_clock.SLICE_SECONDS", 0.0)
        clock = ManualClock(START)
        drained: list[int] = []
        turns: list[int] = []

        def every_second() -> None:
            clock.call_later(1, every_second)

        async def drain() -> None:
            drained.append(clock.now())
            raise RuntimeError("gone")

        async def other() -> None:
            while True:
                turns.append(clock.now())
                await asyncio.sleep(0)

        every_second()
        task = asyncio.create_task(other())
        await asyncio.gather(clock.advance(50 * SECOND, [drain]), clock.advance(50 * SECOND, [drain]))
        task.cancel()
        assert clock.time() == 100.0 and len(drained) == 100 and len(set(turns)) > 90

    run(test)


def test_a_failing_timer_does_not_stop_time(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        clock = ManualClock(START)
        fired: list[int] = []
        clock.call_later(1, lambda: 1 / 0)
        clock.call_later(2, fired.append, 2)
        await clock.advance(3 * SECOND, [])
        assert fired == [2] and "ZeroDivisionError" in caplog.text

    run(test)


@pytest.mark.parametrize("end", ["reset", "interrupt"])
def test_a_stop_ends_an_advance(end: str) -> None:
    async def test() -> None:
        clock = ManualClock(START)
        late: list[int] = []
        clock.call_later(1, getattr(clock, end))
        clock.call_later(2, late.append, 1)
        with pytest.raises(ValueError, match="advance_ms: the venue was stopped meanwhile: 3000"):
            await clock.advance(3 * SECOND, [])
        assert clock.time() == (0.0 if end == "reset" else 1.0) and not late

    run(test)


def test_what_is_owed_is_waited_for_in_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        clock = ManualClock(START)
        owed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        at: list[float] = []

        def ask() -> None:
            clock.hold(owed)
            asyncio.get_running_loop().call_later(0.02, owed.set_result, None)

        owed.add_done_callback(lambda _: at.append(clock.time()))
        clock.call_later(1, ask)
        await clock.advance(3600 * SECOND, [])
        assert at == [1.0]
        monkeypatch.setattr("mockexchange.transport.manual_clock.PATIENCE", 0.01)
        clock.call_later(1, lambda: clock.hold(asyncio.get_running_loop().create_future()))
        await clock.advance(2 * SECOND, [])

    run(test)


def test_ticks_rest_while_there_is_nothing_to_do() -> None:
    async def test() -> None:
        clock = ManualClock(START)
        busy: bool = False
        ticks: list[tuple[int, float]] = []
        ticker = Ticker(clock, 0.1, lambda count: ticks.append((count, clock.time())), lambda: not busy, 600)
        ticker.wake()
        ticker.start()
        await clock.advance(120 * SECOND, [])
        assert ticks == [(600, 60.0), (1200, 120.0)]
        await clock.advance(SECOND // 4, [])
        busy = True
        ticker.wake()
        ticker.wake()
        await clock.advance(SECOND // 4, [])
        assert ticks[2:] == [(1203, 120.3), (1204, 120.4), (1205, 120.5)]
        busy = False
        await clock.advance(60 * SECOND, [])
        assert ticks[5:] == [(1206, 120.6), (1800, 180.0)]
        ticker.stop()
        await clock.advance(60 * SECOND, [])
        assert len(ticks) == 7

    run(test)


@pytest.mark.parametrize("text, kind", [
    ("system", SystemClock), ("manual", ManualClock), ("manual=0", ManualClock), (f"manual={START}", ManualClock),
])
def test_clocks(text: str, kind: type) -> None:
    clock = make_clock(text)
    assert type(clock) is kind and clock.name == text.partition("=")[0]
    if "=" in text:
        assert clock.now() == int(text.partition("=")[2]) * 1000


@pytest.mark.parametrize("text", ["", "wall", "manual=", "manual=-1", "manual=1e9", "manual=noon", "manual=9" + "9" * 15, "system=5", None])
def test_no_clocks(text: Any) -> None:
    with pytest.raises(ValueError, match="clock: .*" + re.escape(repr(text))):
        make_clock(text)


def test_over_http() -> None:
    with MockExchange("test", feed="none", clock=f"manual={START}") as venue:
        state = call(venue.rest, "GET", "/_mock/state").body
        assert (state["clock"], state["now"]) == ("manual", START)
        assert call(venue.rest, "POST", "/_mock/clock", {"advance_ms": 86_400_000}).body == {"now": START + 86_400_000}
        assert call(venue.rest, "POST", "/_mock/clock", {"offset_ms": -5}).body == {"now": START + 86_400_000 - 5}
        assert call(venue.rest, "POST", "/_mock/clock", {"advance_ms": 0}).body == {"now": START + 86_400_000 - 5}
        place(venue.rest)
        assert venue.journal()[-1]["t"] == START + 86_400_000 - 5
        assert call(venue.rest, "POST", "/_mock/reset").status == 200
        assert venue.state()["now"] == START
        venue.advance(7)
        venue.restart()
        assert venue.state()["now"] == START + 7


@pytest.mark.parametrize("clock, body, words", [
    ("manual", {"advance_ms": -1}, "advance_ms: -1"),
    ("manual", {"advance_ms": "1"}, "advance_ms: not a whole number: '1'"),
    ("manual", {"advance_ms": 1.5}, "advance_ms: not a whole number: 1.5"),
    ("manual", {"advance_ms": 10**15}, f"advance_ms: {10**15}"),
    ("manual", {"advance_ms": 1, "offset_ms": 1}, "offset_ms"),
    ("manual", {}, "advance_ms.*offset_ms"),
    ("system", {"advance_ms": 1}, "advance_ms: only a manual clock can be advanced.*1"),
])
def test_bad_advances(clock: str, body: Any, words: str) -> None:
    with MockExchange("test", feed="none", clock=clock) as venue:
        answer = call(venue.rest, "POST", "/_mock/clock", body)
        assert answer.status == 400 and re.search(words, answer.body["error"]), answer.body


def test_bad_advances_in_python() -> None:
    with MockExchange("test", feed="none") as venue, pytest.raises(ValueError, match="advance_ms: only a manual clock"):
        venue.advance(1)
    with MockExchange("test", feed="none", clock="manual") as venue:
        with pytest.raises(ValueError, match="advance_ms: .*-1"):
            venue.advance(-1)
        with pytest.raises(ValueError, match="advance_ms: .*'1'"):
            venue.advance("1")      # type: ignore[arg-type]
    with pytest.raises(ValueError, match="clock: .*'wall'"):
        MockExchange("test", feed="none", clock="wall").start()


def test_requests_are_served_within_an_advance_and_stopping_does_not_wait_for_it() -> None:
    venue = MockExchange("test", clock=f"manual={START}")
    venue.start()
    failed: list[BaseException] = []

    def advance() -> None:
        try:
            venue.advance(365 * 86_400_000)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=advance)
    thread.start()
    seen: set[int] = set()
    end: float = time.monotonic() + 10
    while len(seen) < 5:
        assert time.monotonic() < end
        seen.add(call(venue.rest, "GET", "/_mock/state").body["now"])
    began: float = time.monotonic()
    venue.stop()
    thread.join(5)
    assert not thread.is_alive() and time.monotonic() - began < 3 and failed


def test_a_kept_journal_is_never_in_the_future(tmp_path: Path) -> None:
    with MockExchange("test", feed="none", clock=f"manual={START}", state=tmp_path) as venue:
        venue.advance(86_400_000)
        place(venue.rest)
    with MockExchange("test", feed="none", clock=f"manual={START}", state=tmp_path) as venue:
        assert START + 86_400_000 < venue.state()["now"] <= START + 86_400_001
        place(venue.rest)
        times = [row["t"] for row in venue.journal()]
        assert times == sorted(times)
        venue.reset()
        assert venue.state()["now"] == START
    with MockExchange("test", feed="none", clock=f"manual={START + 5}", state=tmp_path) as venue:
        assert venue.state()["now"] == START + 5
