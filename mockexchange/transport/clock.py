"""
The clock of a venue: what it says the time is, and when its timers are due.

``SystemClock`` goes as the machine's does. ``PacedClock`` begins at a date of its own and goes so many times as fast.
``ManualClock`` (manual_clock.py) stands still until it is advanced, and steps through everything that falls due on the way.
Sockets, faults and shutdown live in real time.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from .machine import MACHINE, Machine

SYSTEM: str = "system"
PACED: str = "paced"
LATEST_MS: int = 253_402_300_799_999        # the last millisecond of the year 9999
FLAT_OUT: float = float("inf")              # a rate: time is where the market is
NEVER: int = 1 << 62
GRAIN: float = 0.005                        # real seconds


class Timer(Protocol):
    """What ``call_later`` returns."""

    def cancel(self) -> None:
        """It will not fire any more."""


class Clock(Protocol):
    """
    ``now`` is the time of day in us (UTC epoch), moved by ``offset_us``; ``time`` counts seconds,
    only goes forward, and is what timers go by: an offset does not touch them.

    ``rate`` is how many seconds of ``time`` pass in a real one (FLAT_OUT: ``now`` is the time of the market's last step, ``time`` goes as the machine's);
    ``per_real`` how many seconds of ``now`` may pass while a client waits a real one, 1 at least.
    ``grain`` is the shortest wait that is worth a timer; ``advanced`` is how many seconds of
    ``time`` have passed without passing in reality. ``wire`` is the clock of connections: pings, heartbeats, idling.
    """

    name: str
    grain: float
    offset_us: int
    rate: float
    per_real: float
    machine: Machine

    @property
    def advanced(self) -> float: ...

    @property
    def wire(self) -> "Clock": ...

    def now(self) -> int: ...

    def time(self) -> float: ...

    def time_of(self, us: int) -> float:
        """``time`` when ``now``, without its offset, is ``us``."""

    def call_later(self, seconds: float, callback: Callable[..., object], *args: Any) -> Timer:
        """Call ``callback(*args)`` in so many seconds."""

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Call it when what is being done is done, at this same time of the clock."""

    async def sleep(self, seconds: float) -> None: ...

    def hold(self, owed: "asyncio.Future[None]") -> None:
        """Somebody must answer in real time before the clock goes on: an advance waits, PATIENCE at most."""

    def reach(self, us: int) -> None:
        """The market's step of this time is applied now: the clock stands there, where it goes by the market at all."""

    def wait_for(self, us: int) -> None:
        """The market's next step is of this time: the clock stops short of it until it is applied. NEVER: there is none."""

    def start(self) -> None:
        """The venue opens: time passes from here on."""


class SystemClock:
    """The machine's clock, moved by ``offset_us``."""

    name: str = SYSTEM
    grain: float = GRAIN
    rate: float = 1.0
    per_real: float = 1.0

    def __init__(self, machine: Machine = MACHINE) -> None:
        self.machine: Machine = machine
        self.offset_us: int = 0
        self.first: int = machine.time_ns() // 1000

    @property
    def advanced(self) -> float:
        return 0.0

    @property
    def wire(self) -> "SystemClock":
        return self

    def time(self) -> float:
        return self.machine.monotonic()

    def time_of(self, us: int) -> float:
        return self.machine.monotonic() + (us - self.machine.time_ns() // 1000) / 1e6

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def now(self) -> int:
        return self.machine.time_ns() // 1000 + self.offset_us

    def call_later(self, seconds: float, callback: Callable[..., object], *args: Any) -> Timer:
        return asyncio.get_running_loop().call_later(seconds, callback, *args)

    def call_soon(self, callback: Callable[[], object]) -> None:
        asyncio.get_running_loop().call_soon(callback)

    def hold(self, owed: "asyncio.Future[None]") -> None:
        """Time passes anyway."""

    def reach(self, us: int) -> None:
        """It waits for nobody."""

    def wait_for(self, us: int) -> None:
        """It waits for nobody."""

    def start(self) -> None:
        """It goes already."""

    def start_after(self, us: int) -> None:
        """It is what it is."""

    def interrupt(self) -> None:
        """Nobody stops it."""

    def reset(self) -> None:
        """No offset."""
        self.offset_us = 0


class PacedClock:
    """
    A clock that begins at ``start_us`` (us of the UTC epoch) when the venue opens, and goes ``rate`` times as fast as the machine's.

    It never passes a step of the market that has not been applied (``wait_for``), however late the market is: what is stamped
    with ``now`` lies between the step before and the step after. At the rate FLAT_OUT it stands at the step applied last; when the
    market has ended it goes on at the machine's pace.
    """

    name: str = PACED

    def __init__(self, start_us: int, rate: float, machine: Machine = MACHINE) -> None:
        self.machine: Machine = machine
        self._monotonic: Callable[[], float] = machine.monotonic
        self.offset_us: int = 0
        self.rate: float = rate
        self.per_real: float = max(1.0, rate)
        self.wire: Clock = SystemClock(machine)
        self.first: int = start_us
        self._pace: float = 1.0 if rate == FLAT_OUT else rate       # of timers
        self.grain: float = GRAIN * self._pace
        self._opened: float | None = None       # monotonic s
        self._lay(start_us)

    def _lay(self, us: int) -> None:
        self._us: int = us                      # ``now`` was this
        self._at: float = 0.0 if self._opened is None else self._monotonic()      # then, monotonic s
        self._speed: float = 0.0 if self._opened is None or self.rate == FLAT_OUT else self.rate * 1e6     # us a real second
        self._limit: int = NEVER

    @property
    def advanced(self) -> float:
        return 0.0

    def start(self) -> None:
        if self._opened is None:
            limit: int = self._limit
            self._opened = self._monotonic()
            self._lay(self._us)
            self._at, self._limit = self._opened, limit

    def now(self) -> int:
        us: int = self._us + int((self._monotonic() - self._at) * self._speed)
        return (us if us < self._limit else self._limit) + self.offset_us

    def time(self) -> float:
        return 0.0 if self._opened is None else (self._monotonic() - self._opened) * self._pace

    def time_of(self, us: int) -> float:
        passed: float = 0.0 if self._opened is None else (self._at - self._opened) * self._pace
        return passed + (us - self._us) / 1e6

    def call_later(self, seconds: float, callback: Callable[..., object], *args: Any) -> Timer:
        return asyncio.get_running_loop().call_later(seconds / self._pace, callback, *args)

    def call_soon(self, callback: Callable[[], object]) -> None:
        asyncio.get_running_loop().call_soon(callback)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._pace)

    def hold(self, owed: "asyncio.Future[None]") -> None:
        """Time passes anyway."""

    def reach(self, us: int) -> None:
        if self.rate != FLAT_OUT:
            self._limit = us
        elif us > self._us:
            self._us = us

    def wait_for(self, us: int) -> None:
        here: int = self.now() - self.offset_us
        if us == NEVER:
            # From where the market is, not from where a market that could not keep up should have been.
            if self._opened is not None:
                self._us, self._at, self._speed = here, self._monotonic(), self._pace * 1e6
            self._limit = NEVER
        elif self.rate != FLAT_OUT:
            self._limit = max(us - 1, here if self._limit == NEVER else self._limit)

    def start_after(self, us: int) -> None:
        """Begin behind a time at least, e.g. that of the last thing a kept journal knows of."""
        if us >= self._us:
            self._lay(us + 1)

    def interrupt(self) -> None:
        """Nobody stops it."""

    def reset(self) -> None:
        """Back to the start, without an offset."""
        self.offset_us = 0
        self._opened = None
        self._lay(self.first)
