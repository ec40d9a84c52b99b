"""A venue's pace kept by ourselves: what is to be sent waits in line by rank, and goes out at a rate. Pure."""

from collections import deque
from collections.abc import Callable

Job = Callable[[], None]


class RequestThrottler:
    """
    A token bucket with one line for each rank, the smallest rank first. ``now`` is a monotonic clock
    in seconds. Used by one thread.

    :param rate: jobs per second in the long run
    :param burst: jobs that may go at once after a rest
    :raises ValueError: a rate or burst that lets nothing through
    """

    def __init__(self, rate: float, burst: int) -> None:
        if not rate > 0 or burst < 1:
            raise ValueError(f"no pace: rate {rate!r}, burst {burst!r}")
        self.rate: float = rate
        self.burst: int = burst
        self._tokens: float = burst
        self._at: float = float("-inf")
        self._lines: dict[int, deque[Job]] = {}

    def __len__(self) -> int:
        return sum(len(line) for line in self._lines.values())

    def put(self, rank: int, job: Job) -> None:
        """Behind everything of its rank and below, before everything of a rank above."""
        self._lines.setdefault(rank, deque()).append(job)

    def take(self, now: float) -> Job | None:
        """The job whose turn it is, None while nothing waits or nothing may go yet."""
        self._refill(now)
        if self._tokens < 1.0:
            return None
        for rank in sorted(self._lines):
            line: deque[Job] = self._lines[rank]
            if line:
                self._tokens -= 1.0
                return line.popleft()
        return None

    def wait(self, now: float) -> float | None:
        """Seconds until ``take`` gives a job, None when nothing waits."""
        if not len(self):
            return None
        self._refill(now)
        return max(0.0, (1.0 - self._tokens) / self.rate)

    def clear(self) -> None:
        """Forget what waits."""
        self._lines.clear()

    def _refill(self, now: float) -> None:
        if now > self._at:
            # a hair more than earned: a caller that waits exactly as told must not come too early
            gained: float = (now - self._at) * self.rate + 1e-9 if self._at > float("-inf") else float(self.burst)
            self._tokens = min(float(self.burst), self._tokens + gained)
            self._at = now
