"""A clock that stands still until it is advanced, and steps through everything that falls due on the way."""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from rest_locale import _

from .machine import MACHINE, Machine

logger: logging.Logger = logging.getLogger("mockexchange")

MANUAL: str = "manual"
SLICE_SECONDS: float = 0.002                # the longest an advance keeps requests waiting
PATIENCE: float = 1.0                       # real seconds that an advance waits for what a client owes
WAKING_TURNS: int = 3                       # of the event loop, for a sleeper to do what it woke for

FEW_TIMERS: int = 256               # so many may be cancelled and still wait
Drains = list[Callable[[], Awaitable[None]]]


class ManualTimer:
    """A callback that waits in a ManualClock."""

    __slots__ = ("due", "number", "callback", "args")

    def __init__(self, due: int, number: int, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.due: int = due
        self.number: int = number
        self.callback: Callable[..., object] | None = callback
        self.args: tuple[Any, ...] = args

    def cancel(self) -> None:
        self.callback = None
        self.args = ()

    def __lt__(self, other: "ManualTimer") -> bool:
        return (self.due, self.number) < (other.due, other.number)


class ManualClock:
    """
    A clock that stands still at ``start_ms`` (ms of the UTC epoch; None: the machine's time) until ``advance``.

    Within an advance every timer fires at its own due time, those of one time in the order they were set.
    """

    name: str = MANUAL
    grain: float = 1e-6
    rate: float = 1.0
    per_real: float = 1.0

    def __init__(self, start_ms: float | None = None, machine: Machine = MACHINE) -> None:
        self.machine: Machine = machine
        self.first: int = machine.time_ns() // 1000 if start_ms is None else round(start_ms * 1000)
        self._start: int = self.first
        self._elapsed: int = 0                  # us since the start
        self._offset: int = 0
        self._now: int = self._start
        self._timers: list[ManualTimer] = []
        self._sweep_at: int = FEW_TIMERS
        self._number: int = 0
        self._soon: list[Callable[[], object]] = []
        self._owed: list[asyncio.Future[None]] = []
        self._is_firing: bool = False
        self._has_woken: bool = False
        self._lock: asyncio.Lock = asyncio.Lock()
        self._interrupts: int = 0

    @property
    def offset_us(self) -> int:
        return self._offset

    @offset_us.setter
    def offset_us(self, offset: int) -> None:
        self._offset = offset
        self._go(self._elapsed)

    @property
    def advanced(self) -> float:
        return self._elapsed / 1e6

    @property
    def wire(self) -> "ManualClock":
        return self

    def now(self) -> int:
        return self._now

    def time(self) -> float:
        return self._elapsed / 1e6

    def time_of(self, us: int) -> float:
        return (us - self._start) / 1e6

    def call_later(self, seconds: float, callback: Callable[..., object], *args: Any) -> ManualTimer:
        self._number += 1
        due: int = self._elapsed + max(0, round(seconds * 1e6))
        timer: ManualTimer = ManualTimer(due, self._number, callback, args)
        if len(self._timers) >= self._sweep_at:         # else what is cancelled would stay until it is due
            self._timers = [each for each in self._timers if each.callback is not None]
            heapq.heapify(self._timers)
            self._sweep_at = max(FEW_TIMERS, 2 * len(self._timers))
        heapq.heappush(self._timers, timer)
        return timer

    def call_soon(self, callback: Callable[[], object]) -> None:
        if self._is_firing:
            self._soon.append(callback)
        else:
            asyncio.get_running_loop().call_soon(callback)

    async def sleep(self, seconds: float) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer: ManualTimer = self.call_later(seconds, self._wake, done)
        try:
            await done
        finally:
            timer.cancel()

    def hold(self, owed: "asyncio.Future[None]") -> None:
        if self._is_firing:
            self._owed.append(owed)

    def reach(self, us: int) -> None:
        """It is there already: steps are applied at their own time."""

    def wait_for(self, us: int) -> None:
        """It passes nothing."""

    def start(self) -> None:
        """It stands."""

    async def advance(self, us: int, drains: Drains) -> None:
        """
        Let so many microseconds pass. Advances asked for at the same time follow each other.

        Requests are served on the way, every SLICE_SECONDS; ``drains`` are awaited there too, so that
        slow readers of streams slow time down. Raises ValueError when ``interrupt`` ends it early.
        """
        async with self._lock:
            interrupts: int = self._interrupts
            target: int = self._elapsed + us
            end: float = self.machine.spent() + SLICE_SECONDS
            while interrupts == self._interrupts and self._timers and self._timers[0].due <= target:
                timer: ManualTimer = heapq.heappop(self._timers)
                if timer.callback is None:
                    continue
                self._go(timer.due)
                self._fire(timer.callback, timer.args)
                if self._has_woken:
                    self._has_woken = False
                    for __ in range(WAKING_TURNS):
                        await asyncio.sleep(0)
                if self._owed:
                    await self._wait_for_owed()
                if self.machine.spent() > end:
                    for drain in drains.copy():
                        try:
                            await drain()
                        except Exception:
                            logger.exception("a drain has failed")
                    await asyncio.sleep(0)
                    end = self.machine.spent() + SLICE_SECONDS
            if interrupts != self._interrupts:
                raise ValueError(_("advance_ms: the venue was stopped meanwhile: {value!r}").format(value=us // 1000))
            self._go(target)
            await asyncio.sleep(0)

    def start_after(self, us: int) -> None:
        """Stand behind a time at least, e.g. that of the last thing a kept journal knows of."""
        self._start = max(self._start, us + 1)
        self._go(self._elapsed)

    def interrupt(self) -> None:
        """The venue stops: time stands still, an advance under way ends here."""
        self._interrupts += 1

    def reset(self) -> None:
        """Back to the start, without an offset. Timers are forgotten."""
        self.interrupt()
        self._timers.clear()
        self._start = self.first
        self._offset = 0
        self._go(0)

    def _go(self, elapsed: int) -> None:
        self._elapsed = elapsed
        self._now = self._start + elapsed + self._offset

    def _fire(self, callback: Callable[..., object], args: Iterable[Any]) -> None:
        self._is_firing = True
        try:
            self._call(callback, *args)
            while self._soon:
                soon, self._soon = self._soon, []
                for each in soon:
                    self._call(each)
        finally:
            self._is_firing = False

    @staticmethod
    def _call(callback: Callable[..., object], *args: Any) -> None:
        try:
            callback(*args)
        except Exception:
            logger.exception("a timer has failed")      # as an event loop does: time goes on

    def _wake(self, done: "asyncio.Future[None]") -> None:
        if not done.done():
            done.set_result(None)
            self._has_woken = True

    async def _wait_for_owed(self) -> None:
        owed, self._owed = self._owed, []
        await asyncio.wait(owed, timeout=PATIENCE)
