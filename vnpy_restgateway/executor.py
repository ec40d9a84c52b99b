"""One queue, one writer at a time: the only place where orders, trades and accounts are decided and pushed."""

import logging
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from .schedule import Timers
from .seams import MACHINE, Seams
from .threads import Threads

logger: logging.Logger = logging.getLogger("vnpy_restgateway.executor")

Job = tuple[Callable[..., Any], tuple]

FOREVER: float = float("inf")
AGAIN: float = 1.0              # seconds until a timer that raised is run again, doubled up to
AGAIN_LONGEST: float = 60.0
MOMENT: float = 0.001           # seconds; longer than any job but the great ones of a connect


def _nothing() -> None:
    """Wakes the thread, so that it looks at the timers."""


WAKE: Job = (_nothing, ())


class SerialExecutor:
    """
    Runs jobs one at a time, in the order they came, and timers when they are due.

    A thread of its own runs them, but a job that meets nobody at work and nobody in line may be
    run by whoever brings it (``do``): an order then goes out without waiting for a thread to
    wake. What a job sees is the same either way: no other job runs beside it.

    ``on_exception`` is given whatever a job raises; the writer goes on.
    """

    def __init__(self, name: str, on_exception: Callable[[Exception], None], seams: Seams = MACHINE) -> None:
        self._threads: Threads = seams.threads
        self._get_ident: Callable[[], int] = seams.threads.get_ident
        self.monotonic: Callable[[], float] = seams.monotonic       # the clock of its timers, and of whoever works on it
        self.timers: Timers = Timers()
        self._name: str = name
        self._on_exception: Callable[[Exception], None] = on_exception
        self._queue: SimpleQueue[Job | None] = self._threads.SimpleQueue()
        self._thread: Thread | None = None
        self._ending: Thread | None = None
        self._lock: Lock = self._threads.Lock()       # of the line: no job may slip in behind the one that ends the thread
        self._work: Lock = self._threads.Lock()       # held by whoever runs a job
        self._waiting: list[int] = [0]  # jobs in line or about to be run by the thread; a run keeps its own count
        self._owner: int = 0            # the thread that runs a job; one that posts from a job must not wait for itself
        self._sleeps_until: float = -FOREVER
        self._failures: dict[str, int] = {}     # timer -> how often in a row it has raised

    @property
    def alive(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        """Start the thread, with an empty queue and no timers."""
        if self._thread:
            return
        self._queue = self._threads.SimpleQueue()
        self.timers = Timers()
        self._failures.clear()
        self._work = self._threads.Lock()
        self._waiting = [0]
        self._thread = self._threads.Thread(
            target=self._run, args=(self._queue, self.timers, self._work, self._waiting), name=self._name, daemon=True
        )
        self._thread.start()

    def stop(self, timeout: float) -> list[Job]:
        """End the thread after the job it is at; the jobs that will never run are returned."""
        with self._lock:
            if self._thread is not None:
                self._ending = self._thread
            self._thread = None
            queue: SimpleQueue[Job | None] = self._queue
            left: list[Job] = []
            while True:
                try:
                    job = queue.get_nowait()
                except Empty:
                    break
                if job and job is not WAKE:
                    left.append(job)
            queue.put(None)
        self.join(timeout)
        return left

    def join(self, timeout: float) -> None:
        """Wait for a thread that ``stop`` has ended; not from that thread itself."""
        thread: Thread | None = self._ending
        if thread is not None and thread is not self._threads.current_thread():
            thread.join(timeout)

    def post(self, call: Callable[..., Any], *args: Any) -> bool:
        """Have ``call(*args)`` run by the thread. From any thread, never blocks. False when stopped."""
        with self._lock:
            if self._thread is None:
                return False
            self._waiting[0] += 1
            self._queue.put((call, args))
            return True

    def run_or_post(self, call: Callable[..., Any], *args: Any) -> bool:
        """
        As ``post``, for a short job that is in a hurry: run here and now when nobody is in line and
        whoever is at work is done within a moment, else in its turn.
        """
        work: Lock = self._work
        mine: bool = not self._waiting[0] and work.acquire(False)
        if mine and (self._waiting[0] or self._thread is None or work is not self._work):
            work.release()          # somebody got in line, or the session ended, before it was ours
            mine = False
        if not mine:
            with self._lock:
                if self._thread is None:
                    return False
                if self._waiting[0] or self._owner == self._get_ident():
                    self._waiting[0] += 1
                    self._queue.put((call, args))
                    return True
                work = self._work
            if not work.acquire(timeout=MOMENT):
                return self.post(call, *args)
        try:
            self._owner = self._get_ident()
            call(*args)
        except Exception as error:
            self._report(error)
        finally:
            self._owner = 0
            work.release()
        return True

    def call_later(self, seconds: float, name: str, call: Callable[[], None]) -> None:
        """Run ``call`` in ``seconds``; from a job only. Setting a name again replaces its timer."""
        due: float = self.monotonic() + seconds
        self.timers.at(due, name, call)
        self._wake(due)

    def reschedule_earlier(self, seconds: float, name: str, call: Callable[[], None]) -> None:
        """As ``later``, unless the name already has a timer."""
        if name not in self.timers:
            self.call_later(seconds, name, call)

    def _wake(self, due: float) -> None:
        # The thread may be asleep beside a job that somebody else runs: it would miss an earlier timer.
        if due < self._sleeps_until:
            self._sleeps_until = due
            self._queue.put(WAKE)

    def _run(self, queue: "SimpleQueue[Job | None]", timers: Timers, work: Lock, waiting: list[int]) -> None:
        while True:
            with work:
                # timers never starve the queue, nor the queue the timers
                self._owner = self._get_ident()
                for name, call in timers.take_due(self.monotonic()):
                    self._call_timer(timers, name, call)
                self._owner = 0
                due: float | None = timers.next_due()
                self._sleeps_until = FOREVER if due is None else due
            try:
                if due is None:
                    job: Job | None = queue.get()
                else:
                    wait: float = due - self.monotonic()
                    job = queue.get(timeout=wait) if wait > 0 else queue.get_nowait()
            except Empty:
                continue
            if job is None:
                return
            if job is WAKE:
                continue
            with work:
                self._owner = self._get_ident()
                with self._lock:
                    waiting[0] -= 1     # out of line now: who comes later waits for ``work``
                self._sleeps_until = -FOREVER
                self._call(job[0], job[1])
                self._owner = 0

    def _call(self, call: Callable[..., Any], args: tuple) -> None:
        try:
            call(*args)
        except Exception as error:
            self._report(error)

    def _call_timer(self, timers: Timers, name: str, call: Callable[[], None]) -> None:
        """
        A timer that raises is run again, further and further apart: most of them set themselves anew at their end, and
        somebody waits for what they do.
        """
        try:
            call()
        except Exception as error:
            self._report(error)
            failures: int = self._failures.get(name, 0)
            self._failures[name] = failures + 1
            timers.at_earliest(self.monotonic() + min(AGAIN * 2.0 ** min(failures, 10), AGAIN_LONGEST), name, call)
        else:
            if self._failures:
                self._failures.pop(name, None)

    def _report(self, error: Exception) -> None:
        """What is told of an exception must not end the thread: every order waits behind it."""
        try:
            self._on_exception(error)
        except Exception:
            logger.exception("an exception could not be reported: %s", type(error).__name__)
