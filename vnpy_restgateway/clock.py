"""The venue's time, as every signer needs it."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from .seams import MACHINE
from .threads import Threads

LAST_MS: float = 253_000_000_000_000.0       # ms: in the year 9987; datetime ends with 9999
DRIFT: float = 50e-6                # seconds per second two clocks may run apart
SLACK: float = 0.1                  # seconds of disagreement that are not yet a step
SUSPENDED: float = 1.0              # seconds the local clocks may part before we know the machine slept
NOTABLE: float = 1.0                # seconds by which a measurement must differ from an invalidated one to be a step
STANDS_AFTER: float = 0.5           # seconds between samples after which a clock that shows the same stands still


class Sample(NamedTuple):
    """One exchange: all in seconds, ``at`` of the monotonic clock."""

    at: float
    offset: float                   # server time minus the monotonic clock, at the server's rate
    error: float                    # of the offset: what passes there in half the round trip


class ServerClock:
    """
    Estimates the server's time from several samples; of those the one with the shortest round trip
    wins, older ones losing weight as clocks drift. Runs on the monotonic clock, so a step of the
    local wall clock changes nothing. Until the first sample it answers the local wall clock.
    Thread-safe.

    :param max_age: seconds after which the newest sample is ``stale``
    :param rate: the server's seconds in one of ours, as a mock exchange tells it; 0: none pass by themselves (a manual clock, or
        one that jumps with its market), it is where it was heard of last
    """

    def __init__(
        self,
        max_age: float = 900.0,
        samples: int = 8,
        monotonic: Callable[[], float] = MACHINE.monotonic,
        wall: Callable[[], float] = MACHINE.wall,
        threads: Threads = MACHINE.threads,
        rate: float = 1.0,
    ) -> None:
        self.max_age: float = max_age
        self.steps: int = 0                             # jumps of the server's time noticed so far
        self._monotonic: Callable[[], float] = monotonic
        self._wall: Callable[[], float] = wall
        self._lock = threads.Lock()
        self._samples: deque[Sample] = deque(maxlen=samples)
        self._apart: float = wall() - monotonic()       # of the local clocks, when last fed
        self._offset: float = self._apart
        self._known: bool = False
        self.rate: float = rate or 1.0
        self.scale: float = max(1.0, self.rate)         # of what is tolerated
        self.standing: bool = not rate                  # the server's clock does not move by itself (a manual one)
        self._shown: tuple[float, float] | None = None  # monotonic seconds and server seconds of the last sample
        self._stands_at: float = 0.0                    # server seconds, while it stands

    def feed(self, sent: float, server_ms: float, received: float) -> bool:
        """
        Take a sample.

        :param sent: ``time.monotonic()`` just before the request
        :param server_ms: the server's time in its answer, ms since the epoch
        :param received: ``time.monotonic()`` just after the answer
        :return: True when it contradicts what was known: one of the clocks has stepped, older samples are dropped
        :raises ValueError: received before sent, or a time that is none, or that no date has
        """
        if not received >= sent or not 0 < server_ms < LAST_MS:
            raise ValueError(f"no sample: sent {sent!r}, server_ms {server_ms!r}, received {received!r}")
        sample: Sample = Sample(received, server_ms / 1000 - self.rate * (sent + received) / 2, self.rate * (received - sent) / 2)
        with self._lock:
            self._look_whether_it_stands(received, server_ms / 1000)
            stepped: bool = False
            if self._samples:
                best: Sample = min(self._samples, key=lambda s: self._doubt(s, received))
                apart: float = abs(sample.offset - best.offset)
                stepped = apart > sample.error + self._doubt(best, received) + SLACK * self.scale
                if stepped:
                    self._samples.clear()
            elif self._known:
                stepped = abs(sample.offset - self._offset) > sample.error + NOTABLE * self.scale      # of what was known before it was invalidated
            self.steps += stepped
            self._samples.append(sample)
            self._offset = min(self._samples, key=lambda s: self._doubt(s, received)).offset
            self._apart = self._wall() - self._monotonic()
            self._known = True
        return stepped

    def _look_whether_it_stands(self, at: float, server: float) -> None:
        shown = self._shown
        if shown is None or at - shown[0] >= STANDS_AFTER:
            if shown is not None:
                passed, moved = at - shown[0], (server - shown[1]) / self.rate
                if abs(moved) < 0.2 * passed:
                    self.standing = True
                elif 0.5 * passed < moved < 1.5 * passed:
                    self.standing = False               # anything else is a step, and says nothing of that
            self._shown = (at, server)
        self._stands_at = server

    def heard(self, server_ms: float) -> None:
        """A time that the server put into a frame: it is at least that late there."""
        if self.standing and 0 < server_ms < LAST_MS:
            self._stands_at = max(self._stands_at, server_ms / 1000)

    @property
    def parted(self) -> bool:
        """Whether the local clocks have moved apart since the last sample: the machine slept, or its clock was set."""
        return self._known and abs(self._wall() - self._monotonic() - self._apart) > SUSPENDED

    def now_ms(self) -> int:
        """The server's time, ms since the epoch."""
        if self.standing:
            return int(self._stands_at * 1000)
        if not self._known:
            return int(self._wall() * 1000)
        return int((self._monotonic() * self.rate + self._offset) * 1000.0)

    def invalidate(self) -> None:
        """The venue refused a timestamp: go on with the offset there is, but trust the next sample more."""
        with self._lock:
            self._samples.clear()

    @property
    def offset_ms(self) -> float:
        """Server time minus local wall time, ms, now; 0 before the first sample."""
        return (self._monotonic() * self.rate + self._offset - self._wall()) * 1000 if self._known else 0.0

    @property
    def stale(self) -> bool:
        """True when it should be measured again: never was, long ago, invalidated, or the machine slept meanwhile."""
        with self._lock:
            if not self._samples:
                return True
            now: float = self._monotonic()
            return now - self._samples[-1].at > self.max_age or abs(self._wall() - now - self._apart) > SUSPENDED

    def _doubt(self, sample: Sample, now: float) -> float:
        return sample.error + max(now - sample.at, 0.0) * DRIFT * self.scale
