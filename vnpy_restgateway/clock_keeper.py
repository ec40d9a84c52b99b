"""When the venue's clock is measured: at connect, on a slow schedule, and soon after anything that makes it doubtful."""

from collections.abc import Callable
from logging import INFO

from rest_locale import _

from .clock import ServerClock
from .executor import SerialExecutor
from .seams import MACHINE, Seams

SAMPLES: int = 3                # of one measurement
INTERVAL: float = 600.0         # seconds between measurements of a clock that nothing makes doubtful
WATCH: float = 1.0              # seconds between looks at what does
QUIET: float = 30.0             # seconds for which late frames are late and no more, after a measurement that changed nothing
AHEAD_MS: float = 1_000.0       # a frame that is newer than our idea of now by that much
BEHIND_MS: float = 5_000.0      # and one that is older
NOTABLE_MS: float = 500.0       # change of the offset that is worth a line


class ClockKeeper:
    """
    SerialExecutor thread, but for ``heard``.

    Measured anew within a second or two: when the machine has slept (its clocks have parted), when a frame's time does not
    fit, and once a second while the venue's clock stands still, as a mock exchange's manual clock does.

    :param ask: asks the venue for its time once; the answer comes to ``sampled``
    :param is_mock: whether a mock exchange answers, whose clock may stand still
    :param stepped: told by how many seconds the venue's clock, as we know it, has jumped
    """

    def __init__(
        self, writer: SerialExecutor, ask: Callable[[], None], log: Callable[[str, int], None], is_mock: Callable[[], bool],
        seams: Seams = MACHINE, stepped: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._stepped: Callable[[float], None] = stepped
        self._before: float = 0.0               # ms: the offset when the measurement began
        self._writer: SerialExecutor = writer
        self._seams: Seams = seams
        self.rate: float = 1.0                  # of the venue's clock, see ServerClock
        self.clock: ServerClock = self._new_clock()
        self._ask: Callable[[], None] = ask
        self._log: Callable[[str, int], None] = log
        self._is_mock: Callable[[], bool] = is_mock
        self._then: list[Callable[[], None]] = []
        self.measured_at: float = float("-inf")     # the end of the last measurement, monotonic seconds
        self._left: int = 0                     # samples of the measurement under way
        self._due: float = 0.0                  # monotonic seconds
        self._asked_at: float = 0.0
        self._suspect: bool = False
        self._quiet_until: float = 0.0
        self._said: float | None = None         # ms
        self._probed: bool = False              # it is known whether the clock stands still
        self._steps: int = 0

    def begin(self) -> ServerClock:
        """A new session has a clock of its own; what waited for the old one is forgotten."""
        self.clock = self._new_clock()
        self._then.clear()
        self._left = 0
        self._said = None
        self._probed = self._suspect = False
        self._quiet_until = 0.0
        return self.clock

    def _new_clock(self) -> ServerClock:
        return ServerClock(monotonic=self._writer.monotonic, wall=self._seams.wall, threads=self._seams.threads, rate=self.rate)

    def measure(self, then: Callable[[], None] | None = None, samples: int = SAMPLES) -> None:
        """Take several samples, then go on."""
        if then:
            self._then.append(then)
        self._suspect = False
        self._left = samples
        self._steps = self.clock.steps
        self._before = self.clock.offset_ms
        self._asked_at = self._writer.monotonic()
        self.clock.invalidate()
        self._ask()

    def sampled(self, server_ms: int, sent: float, received: float) -> bool:
        """One answer (times in monotonic seconds). True: the measurement is over, and who waited for it has been called."""
        self.clock.feed(sent, server_ms, received)
        self._left -= 1
        if self._left > 0:
            self._ask()
            return False
        now: float = self._writer.monotonic()
        self.measured_at = now
        self._due = now + INTERVAL
        offset: float = self.clock.offset_ms
        if self.clock.steps == self._steps:
            self._quiet_until = now + QUIET
        elif not self.clock.standing:
            self._stepped((offset - self._before) / 1_000)
        if self._said is None or abs(offset - self._said) >= NOTABLE_MS and not self.clock.standing and self.rate == 1.0:
            self._said = offset
            self._log(_("Server time updated, local offset: {offset:.0f}ms").format(offset=-offset), INFO)
        self._writer.call_later(WATCH, "clock", self._watch)
        waiting, self._then = self._then, []
        for call in waiting:
            call()
        return True

    def told(self, server_ms: float, sent: float, received: float) -> None:
        """
        The venue's time in an answer to something else (times in monotonic seconds).

        :raises ValueError: it is none, as ``ServerClock.feed``
        """
        before: float = self.clock.offset_ms
        if self.clock.feed(sent, server_ms, received) and not self.clock.standing:
            self._stepped((self.clock.offset_ms - before) / 1_000)

    def heard(self, server_ms: int) -> None:
        """The venue's time as a frame tells it, from any thread."""
        clock = self.clock
        clock.heard(server_ms)
        ahead: float = server_ms - clock.now_ms()
        if ahead > AHEAD_MS * clock.scale or ahead < -BEHIND_MS * clock.scale and self._writer.monotonic() >= self._quiet_until:
            self._suspect = True

    def _watch(self) -> None:
        self._writer.call_later(WATCH, "clock", self._watch)
        now: float = self._writer.monotonic()
        if self._left > 0 and now < self._asked_at + 5.0:
            return                              # under way
        mock: bool = self._is_mock()
        if self.clock.standing or mock and not self._probed:
            self._probed = True
            self.measure(samples=1)
        elif self._suspect or now >= self._due or self.clock.parted:
            self.measure()
