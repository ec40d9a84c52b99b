"""A stream that says nothing: dead, or nothing happens? One look by REST tells, then patience grows. SerialExecutor thread only."""

from collections.abc import Callable, Hashable

from ..executor import SerialExecutor

WATCH: float = 1.0              # seconds between looks at whether anything came
LONGEST: float = 600.0          # seconds of quiet at most before it is looked again


class QuietWatch:
    """
    Watches a stream that has subscriptions.

    :param name: of its timer, unique at the writer
    :param sign: changes whenever anything comes
    :param is_on: whether there is a stream to be watched
    :param silence: seconds without anything after which it is looked, the first time; then twice as long, and so on, over
        new connections too, until something comes
    :param look: asks by REST; the answer comes to ``looked``
    """

    def __init__(
        self, name: str, writer: SerialExecutor, sign: Callable[[], Hashable], is_on: Callable[[], bool], silence: Callable[[], float], look: Callable[[], None],
    ) -> None:
        self.patience: float = silence()
        self._name: str = name
        self._writer: SerialExecutor = writer
        self._sign: Callable[[], Hashable] = sign
        self._is_on: Callable[[], bool] = is_on
        self._silence: Callable[[], float] = silence
        self._look: Callable[[], None] = look
        self._seen: Hashable = None
        self._since: float = 0.0
        self._looking: bool = False

    def begin(self) -> None:
        """A new connection."""
        self._looking = False
        self._since = self._writer.monotonic()
        self._writer.call_later(WATCH, self._name, self._watch)

    def looked(self, moved: bool) -> bool:
        """What REST showed: whether anything happened that the stream did not tell. True: the stream is dead."""
        if not self._looking:
            return False
        self._looking = False
        if self._sign() != self._seen:
            return False                # it spoke meanwhile
        self._since = self._writer.monotonic()
        self.patience = min(2.0 * self.patience, LONGEST)
        return moved

    def _watch(self) -> None:
        self._writer.call_later(WATCH, self._name, self._watch)
        sign, now = self._sign(), self._writer.monotonic()
        if sign != self._seen or not self._is_on():
            self._seen, self._since = sign, now
            self.patience = self._silence()
            self._looking = False
        elif now - self._since >= self.patience and not self._looking:
            self._looking = True
            self._look()
