"""Ticks of a venue's clock, for what is looked at again and again."""

from collections.abc import Callable

from .clock import Clock, Timer


class Ticker:
    """
    Calls ``tick(count)`` every ``seconds`` of ``clock``, ``count`` being the number of ticks so far.

    After a stall the missed ticks are skipped, not made up for in a burst; so are those closer together than a real millisecond. While ``is_idle()``, only every
    ``idle_every``-th tick comes; whoever gives it something to do says so with ``wake``.
    """

    def __init__(
        self, clock: Clock, seconds: float, tick: Callable[[int], None], is_idle: Callable[[], bool], idle_every: int,
    ) -> None:
        self._clock: Clock = clock
        self._seconds: float = seconds
        self._tick: Callable[[int], None] = tick
        self._is_idle: Callable[[], bool] = is_idle
        self._idle_every: int = idle_every
        self._count: int = 0
        self._ahead: int = 1                # ticks from the last one to the one that the timer waits for
        self._last: float = 0.0             # when the last one was due
        self._timer: Timer | None = None

    def start(self) -> None:
        """Begin; the first tick comes ``seconds`` from now, or later when there is nothing to do."""
        self._last = self._clock.time()
        self._arm()

    def stop(self) -> None:
        """No more ticks."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wake(self) -> None:
        """There may be something to do: the next tick comes when it would have come without the idling."""
        if self._timer is None or self._ahead == 1:
            return
        self._timer.cancel()
        passed: int = min(int((self._clock.time() - self._last) / self._seconds + 1e-6), self._ahead - 1)
        self._count += passed
        self._last += passed * self._seconds
        self._arm()

    def _arm(self) -> None:
        self._ahead = self._idle_every - self._count % self._idle_every if self._is_idle() else 1
        now: float = self._clock.time()
        self._timer = self._clock.call_later(max(self._last + self._ahead * self._seconds - now, self._clock.grain / 5), self._fire)

    def _fire(self) -> None:
        self._count += self._ahead
        self._last = max(self._last + self._ahead * self._seconds, self._clock.time())
        count: int = self._count
        self._arm()
        self._tick(count)
