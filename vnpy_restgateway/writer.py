"""One queue, one thread: the only place where orders, trades and accounts are decided and pushed."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from time import monotonic
from typing import Any

from .schedule import Timers

Job = tuple[Callable[..., Any], tuple]


class Writer:
    """
    Runs jobs in the order they were posted, and timers when they are due.

    ``on_exception`` is given whatever a job raises; the thread goes on.
    """

    def __init__(self, name: str, on_exception: Callable[[Exception], None]) -> None:
        self.timers: Timers = Timers()
        self._name: str = name
        self._on_exception: Callable[[Exception], None] = on_exception
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._ending: Thread | None = None
        self._lock: Lock = Lock()       # no job may slip in behind the one that ends the thread

    @property
    def alive(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        """Start the thread, with an empty queue and no timers."""
        if self._thread:
            return
        self._queue = SimpleQueue()
        self.timers = Timers()
        self._thread = Thread(target=self._run, args=(self._queue, self.timers), name=self._name, daemon=True)
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
                if job:
                    left.append(job)
            queue.put(None)
        self.join(timeout)
        return left

    def join(self, timeout: float) -> None:
        """Wait for a thread that ``stop`` has ended; not from that thread itself."""
        thread: Thread | None = self._ending
        if thread is not None and thread is not current_thread():
            thread.join(timeout)

    def post(self, call: Callable[..., Any], *args: Any) -> bool:
        """Have ``call(*args)`` run on the writer thread. From any thread, never blocks. False when stopped."""
        with self._lock:
            if self._thread is None:
                return False
            self._queue.put((call, args))
            return True

    def later(self, seconds: float, name: str, call: Callable[[], None]) -> None:
        """Run ``call`` in ``seconds``; writer thread only. Setting a name again replaces its timer."""
        self.timers.at(monotonic() + seconds, name, call)

    def sooner(self, seconds: float, name: str, call: Callable[[], None]) -> None:
        """As ``later``, unless the name already has a timer."""
        self.timers.at_earliest(monotonic() + seconds, name, call)

    def _run(self, queue: "SimpleQueue[Job | None]", timers: Timers) -> None:
        while True:
            due: float | None = timers.next_due()
            if due is None:
                job: Job | None = queue.get()
            else:
                # timers never starve the queue, nor the queue the timers
                for call in timers.pop_due(monotonic()):
                    self._call(call, ())
                due = timers.next_due()
                wait: float = 0.0 if due is None else max(0.0, due - monotonic())
                try:
                    job = queue.get(timeout=wait) if wait else queue.get_nowait()
                except Empty:
                    continue
            if job is None:
                return
            self._call(job[0], job[1])

    def _call(self, call: Callable[..., Any], args: tuple) -> None:
        try:
            call(*args)
        except Exception as error:
            self._on_exception(error)
