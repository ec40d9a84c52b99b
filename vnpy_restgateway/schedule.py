"""What to do when: timers of the writer thread, and the gate a venue closes with Retry-After."""

import heapq
from collections.abc import Callable
from itertools import count
from math import isfinite

REPLACED_KEPT: int = 64


class Timers:
    """
    Calls due at a time of a monotonic clock, in seconds. Used by one thread.

    A name holds one timer: setting it again replaces the earlier one.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str]] = []
        self._calls: dict[str, tuple[int, Callable[[], None]]] = {}
        self._numbers = count()

    def at(self, due: float, name: str, call: Callable[[], None]) -> None:
        """Run ``call`` once, not before ``due``."""
        number: int = next(self._numbers)
        self._calls[name] = (number, call)
        heapq.heappush(self._heap, (due, number, name))
        if len(self._heap) > 2 * len(self._calls) + REPLACED_KEPT:
            # replaced long before they are due, they would pile up
            self._heap = [entry for entry in self._heap if self._calls.get(entry[2], (-1,))[0] == entry[1]]
            heapq.heapify(self._heap)

    def at_earliest(self, due: float, name: str, call: Callable[[], None]) -> None:
        """As ``at``, unless the name already has a timer."""
        if name not in self._calls:
            self.at(due, name, call)

    def __contains__(self, name: str) -> bool:
        return name in self._calls

    def drop(self, name: str) -> None:
        """Forget a timer."""
        self._calls.pop(name, None)

    def clear(self) -> None:
        """Forget all."""
        self._calls.clear()
        self._heap.clear()

    def next_due(self) -> float | None:
        """When the next timer is due, None without one."""
        heap = self._heap
        while heap and self._calls.get(heap[0][2], (-1,))[0] != heap[0][1]:
            heapq.heappop(heap)         # replaced or dropped
        return heap[0][0] if heap else None

    def pop_due(self, now: float) -> list[Callable[[], None]]:
        """The calls that are due, in order of time."""
        return [call for _, call in self.take_due(now)]

    def take_due(self, now: float) -> list[tuple[str, Callable[[], None]]]:
        """The calls that are due with their names, in order of time."""
        calls: list[tuple[str, Callable[[], None]]] = []
        while True:
            due: float | None = self.next_due()
            if due is None or due > now:
                return calls
            name: str = heapq.heappop(self._heap)[2]
            calls.append((name, self._calls.pop(name)[1]))


class RetryAfterGate:
    """
    Shut while the venue has told us to stay away (429, 418: Retry-After).

    ``now`` is a monotonic clock in seconds. Read from any thread: one float, replaced whole.
    """

    def __init__(self) -> None:
        self.shut_until: float = 0.0
        self.reason: str = ""

    def shut(self, seconds: float, now: float, reason: str) -> bool:
        """Shut for ``seconds`` from now, never for less than before. True if there is something new to tell the user."""
        news: bool = not self.remaining(now) or reason != self.reason
        self.reason = reason
        self.shut_until = max(self.shut_until, now + max(seconds, 0.0))
        return news

    def remaining(self, now: float) -> float:
        """Seconds until the gate opens, 0 when it is open."""
        return max(0.0, self.shut_until - now)


def retry_after(value: str | None, fallback: float) -> float:
    """Seconds of a Retry-After header; ``fallback`` when it is missing or no number."""
    try:
        seconds: float = float(value or "nan")
    except ValueError:
        return fallback
    return max(0.0, seconds) if isfinite(seconds) else fallback
