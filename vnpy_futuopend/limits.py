"""The official frequencies, kept by ourselves (section 1.7). Pure; used by one thread."""

from collections import deque

WINDOW: float = 30.0            # s; request n + 1 must come more than that after request 1
SPARE: float = 0.5              # s, as the server counts when a request arrives
PLACES: int = 15
MODIFIES: int = 20
REFRESHES: int = 8              # of 10, of all reads of an account together: some are left for the user's other programs
KEPT: int = 4                   # of these, for questions about orders
BARS: int = 10                  # first pages of histories


class SlidingWindow:
    """So many requests within a window of time."""

    def __init__(self, most: int, window: float = WINDOW + SPARE) -> None:
        self.most: int = most
        self.window: float = window
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until the next one may leave."""
        while self._times and self._times[0] <= now - self.window:
            self._times.popleft()
        return self._times[0] + self.window - now if len(self._times) >= self.most else 0.0

    def take(self, now: float, count: int = 1, kept: int = 0) -> bool:
        """So many leave now; False: they may not, as fewer than these and those ``kept`` for others are left."""
        self.wait(now)
        if len(self._times) + count + kept > self.most:
            return False
        self._times.extend([now] * count)
        return True
