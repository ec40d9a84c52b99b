"""
Threads that are greenlets: one runs at a time, until it waits for something, and a world's loop says who is next.

Named as in ``threading`` and ``queue``, as ``vnpy_restgateway.threads.Threads`` has it. Times are virtual seconds.
Whoever is on the loop itself (a callback of asyncio) is no thread and cannot wait: a wait that would be needed there
is a RuntimeError, one with a time-out is over at once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from queue import Empty
from typing import Any

import greenlet

from vnpy_restgateway.threads import Threads

from .loop import SimulatedLoop, Waiter

logger: logging.Logger = logging.getLogger("vnpy_rehearsal.simulation")


class Scheduler:
    """Lets greenlets wait on a loop. ``hub``: the greenlet that runs the loop, by default the one that makes this."""

    def __init__(self, loop: SimulatedLoop, hub: greenlet.greenlet | None = None) -> None:
        self.loop: SimulatedLoop = loop
        self.hub: greenlet.greenlet = hub or greenlet.getcurrent()
        self.errors: list[str] = []         # what nobody has handled
        self.threads: dict[greenlet.greenlet, SimulatedThread] = {}
        self.killed: dict[greenlet.greenlet, SimulatedThread] = {}      # stand where they waited, for ever
        self.main: SimulatedThread = SimulatedThread(self, name="loop")

    def current(self) -> "SimulatedThread":
        """The thread that runs; ``main`` for a callback of the loop."""
        return self.threads.get(greenlet.getcurrent(), self.main)

    def on_loop(self) -> bool:
        """Whether the caller is a callback of the loop, and must not wait."""
        return greenlet.getcurrent() is self.hub

    def end(self, timeout: float | None) -> float | None:
        """The moment at which a wait that begins now is over; None: never."""
        return None if timeout is None else self.loop.time() + max(timeout, 0.0)

    def park(self, line: "deque[Waiter]", end: float | None) -> bool:
        """Wait in ``line`` until ``wake`` (True) or that moment (False)."""
        green: greenlet.greenlet = greenlet.getcurrent()
        if green is self.hub:
            if end is None:
                raise RuntimeError("a callback of the loop would have to wait")
            return False
        if end is not None and self.loop.pass_to(end):
            return False
        waiter: Waiter = Waiter(green, self.killed)
        line.append(waiter)
        if end is not None:
            self.loop.wake_at(end, waiter)
        self.hub.switch()
        if waiter in line:
            line.remove(waiter)
            return False
        if end is not None:
            self.loop.went_on()
        return True

    def wait(self, line: "deque[Waiter]", timeout: float | None, is_over: Callable[[], bool]) -> bool:
        """Wait in ``line`` until ``is_over`` or the time is. Whether it is over."""
        end: float | None = self.end(timeout)
        while not is_over():
            if not self.park(line, end):
                return is_over()
        return True

    def wake(self, line: "deque[Waiter]", most: int | None = None) -> None:
        """Let those who wait in ``line`` look again: all of them, or so many."""
        while line and most != 0:
            waiter: Waiter = line.popleft()
            if waiter.green is not None:
                self.loop.wake_soon(waiter)
                most = None if most is None else most - 1

    def kill_others(self) -> None:
        """No thread but the caller's runs again. Nothing of theirs is executed any more, no ``finally`` either."""
        mine: greenlet.greenlet = greenlet.getcurrent()
        self.killed.update((green, thread) for green, thread in self.threads.items() if green is not mine)
        self.threads = {green: thread for green, thread in self.threads.items() if green is mine}

    def await_future(self, future: "asyncio.Future[Any]") -> Any:
        """Wait for a future of the loop; what it gives or raises."""
        line: deque[Waiter] = deque()
        future.add_done_callback(lambda _: self.wake(line))
        self.wait(line, None, future.done)
        return future.result()


class SimulatedThread:
    """As ``threading.Thread``. What its target raises is logged, and kept in the scheduler's ``errors``."""

    def __init__(
        self, scheduler: Scheduler, group: None = None, target: Callable[..., Any] | None = None, name: str = "",
        args: Any = (), kwargs: Any = None, *, daemon: bool | None = None,
    ) -> None:
        self._scheduler: Scheduler = scheduler
        self._target: Callable[..., Any] | None = target
        self._args: Any = args
        self._kwargs: dict[str, Any] = kwargs or {}
        self._green: greenlet.greenlet | None = None
        self._is_over: bool = False
        self._line: deque[Waiter] = deque()
        self.name: str = name
        self.daemon: bool = bool(daemon)
        self.error: BaseException | None = None

    def start(self) -> None:
        if self._green is not None:
            raise RuntimeError("threads can only be started once")
        self._green = greenlet.greenlet(self._run, self._scheduler.hub)
        self._scheduler.threads[self._green] = self
        self._scheduler.loop.wake_soon(Waiter(self._green, self._scheduler.killed))

    def join(self, timeout: float | None = None) -> None:
        if self._green is not None:
            self._scheduler.wait(self._line, timeout, lambda: self._is_over)

    def is_alive(self) -> bool:
        return self._green is not None and not self._is_over

    @property
    def ident(self) -> int:
        return id(self)

    def run(self) -> None:
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def _run(self) -> None:
        try:
            self.run()
        except Exception as error:
            self.error = error
            self._scheduler.errors.append(f"{self.name}: {type(error).__name__}: {error}")
            logger.exception("a simulated thread has failed: %s", self.name)
        finally:
            self._is_over = True
            assert self._green is not None
            self._scheduler.threads.pop(self._green, None)
            self._scheduler.killed.pop(self._green, None)
            self._scheduler.wake(self._line)


class SimulatedLock:
    """As ``threading.Lock``."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler: Scheduler = scheduler
        self._holder: greenlet.greenlet | None = None
        self._line: deque[Waiter] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self._holder is None:
            self._holder = greenlet.getcurrent()
            return True
        if not blocking:
            return False
        if not self._scheduler.wait(self._line, None if timeout < 0 else timeout, lambda: self._holder is None):
            return False
        self._holder = greenlet.getcurrent()
        return True

    def release(self) -> None:
        if self._holder is None:
            raise RuntimeError("release unlocked lock")
        self._holder = None
        self._scheduler.wake(self._line, 1)

    def locked(self) -> bool:
        return self._holder is not None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *error: Any) -> None:
        self.release()


class SimulatedRLock(SimulatedLock):
    """As ``threading.RLock``."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__(scheduler)
        self._depth: int = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self._holder is not greenlet.getcurrent() and not super().acquire(blocking, timeout):
            return False
        self._depth += 1
        return True

    def release(self) -> None:
        self._depth -= 1
        if not self._depth:
            super().release()


class SimulatedEvent:
    """As ``threading.Event``."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler: Scheduler = scheduler
        self._is_set: bool = False
        self._line: deque[Waiter] = deque()

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        self._scheduler.wake(self._line)

    def clear(self) -> None:
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        return self._scheduler.wait(self._line, timeout, self.is_set)


class SimulatedCondition:
    """As ``threading.Condition``."""

    def __init__(self, scheduler: Scheduler, lock: SimulatedLock | None = None) -> None:
        self._scheduler: Scheduler = scheduler
        self._lock: SimulatedLock = lock or SimulatedRLock(scheduler)
        self._line: deque[Waiter] = deque()
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(self, *error: Any) -> None:
        self._lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        self._lock.release()
        try:
            return self._scheduler.park(self._line, self._scheduler.end(timeout))
        finally:
            self._lock.acquire()

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        end: float | None = None if timeout is None else self._scheduler.loop.time() + timeout
        while not (found := predicate()):
            left: float | None = None if end is None else end - self._scheduler.loop.time()
            if left is not None and left <= 0:
                break
            self.wait(left)
        return found

    def notify(self, n: int = 1) -> None:
        self._scheduler.wake(self._line, n)

    def notify_all(self) -> None:
        self._scheduler.wake(self._line)


class SimulatedQueue:
    """As ``queue.SimpleQueue``."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler: Scheduler = scheduler
        self._items: deque[Any] = deque()
        self._line: deque[Waiter] = deque()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        self._items.append(item)
        self._scheduler.wake(self._line, 1)

    put_nowait = put

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if not self._items and not (block and self._scheduler.wait(self._line, timeout, lambda: bool(self._items))):
            raise Empty
        return self._items.popleft()

    def get_nowait(self) -> Any:
        return self.get(False)

    def empty(self) -> bool:
        return not self._items

    def qsize(self) -> int:
        return len(self._items)


def simulated_threads(scheduler: Scheduler) -> Threads:
    """What a gateway is handed in place of ``threading``."""

    def bound(kind: Callable[..., Any]) -> Any:
        return lambda *args, **kwargs: kind(scheduler, *args, **kwargs)

    return Threads(
        Thread=bound(SimulatedThread), Lock=bound(SimulatedLock), RLock=bound(SimulatedRLock), Event=bound(SimulatedEvent),
        Condition=bound(SimulatedCondition), SimpleQueue=bound(SimulatedQueue), current_thread=scheduler.current,      # type: ignore[arg-type]
        get_ident=lambda: id(greenlet.getcurrent()), enumerate=lambda: list(scheduler.threads.values()),      # type: ignore[arg-type]
    )
