"""What became of a simulated world, as one number: every event with its time, and the venue's journal."""

import hashlib
from collections.abc import Callable
from typing import Any

from vnpy.event import EVENT_TIMER, Event


class Fingerprint:
    """``watch`` is for an event engine, ``time`` gives seconds."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time: Callable[[], float] = time
        self._hash: Any = hashlib.sha256()
        self.events: int = 0

    def watch(self, event: Event) -> None:
        if event.type != EVENT_TIMER:
            self.events += 1
            self.add(round(self._time(), 6), event.type, getattr(event.data, "__dict__", event.data))

    def add(self, *values: Any) -> None:
        self._hash.update(repr(values).encode())

    def __str__(self) -> str:
        return str(self._hash.hexdigest())[:16]
