"""Threads, and what they wait by: handed in, so that a simulation can run a gateway on one thread and its own clock."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Threads:
    """Named as in ``threading`` and ``queue``, and used alike. Times are seconds."""

    Thread: Callable[..., threading.Thread] = threading.Thread
    Lock: Callable[[], threading.Lock] = threading.Lock
    RLock: Callable[[], Any] = threading.RLock
    Event: Callable[[], threading.Event] = threading.Event
    Condition: Callable[..., threading.Condition] = threading.Condition
    SimpleQueue: Callable[[], "queue.SimpleQueue[Any]"] = queue.SimpleQueue
    current_thread: Callable[[], threading.Thread] = threading.current_thread
    get_ident: Callable[[], int] = threading.get_ident
    enumerate: Callable[[], list[threading.Thread]] = threading.enumerate

    def sleep(self, seconds: float) -> None:
        """Let this thread wait."""
        if seconds > 0:
            self.Event().wait(seconds)
