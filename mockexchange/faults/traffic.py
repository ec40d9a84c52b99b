"""The requests and pushes that pass a venue, by the labels that faults match; kept and counted while somebody watches."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

KEPT: int = 200                     # requests remembered, the newest
OPEN: int = 101                     # status of a websocket's handshake


class Passing:
    """
    One request. ``began``: us of the venue's time. ``status``: of its HTTP answer, 101 of a websocket as long as it is open; 0 for a
    request over one, and for one that never got an answer. ``seconds``: of real time until it was over; None while it is not. ``fault``: id of the last that bit it, 0 for none.
    """

    __slots__ = ("number", "label", "began", "status", "seconds", "fault", "version", "_started")

    def __init__(self, number: int, label: str, began: int, started: float) -> None:
        self.number: int = number
        self.label: str = label
        self.began: int = began
        self.status: int = 0
        self.seconds: float | None = None
        self.fault: int = 0
        self.version: int = 0
        self._started: float = started

    def finish(self, now: float) -> None:
        """It is over at ``now`` (monotonic s)."""
        self.seconds = now - self._started


_CURRENT: ContextVar[Passing | None] = ContextVar("passing", default=None)


class Traffic:
    """
    The newest requests of one venue. Nothing is kept while nobody watches: ``is_watched`` is False then. ``pushed`` and ``bitten`` count pushes by
    their labels, and those that a fault has bitten, while somebody reads (``counts_pushes``).

    ``version`` grows with every change; a request's own ``version`` is that of its last change. ``on_watch`` is called when
    ``is_watched`` changes.
    """

    def __init__(self, now: Callable[[], int] = lambda: 0, monotonic: Callable[[], float] = lambda: 0.0) -> None:
        self.is_watched: bool = False
        self.counts_pushes: bool = False
        self.pushed: Counter[str] = Counter()
        self.bitten: Counter[str] = Counter()
        self.version: int = 0
        self.on_watch: Callable[[], None] = lambda: None
        self._now: Callable[[], int] = now
        self._monotonic: Callable[[], float] = monotonic
        self._watchers: int = 0
        self._readers: list[Callable[[Passing], None]] = []
        self._count: int = 0
        self._kept: deque[Passing] = deque(maxlen=KEPT)

    def watch(self) -> Callable[[], None]:
        """Keep requests from now on. Returns what ends it, once."""
        self._watchers += 1
        self._look()
        ended: list[bool] = []

        def unwatch() -> None:
            if not ended:
                ended.append(True)
                self._watchers -= 1
                self._look()

        return unwatch

    def read(self, tell: Callable[[Passing], None]) -> Callable[[], None]:
        """As ``watch``; ``tell`` is handed every request as soon as it is over, and pushes are counted."""
        self._readers.append(tell)
        unwatch: Callable[[], None] = self.watch()

        def end() -> None:
            if tell in self._readers:
                self._readers.remove(tell)
            unwatch()

        return end

    def _look(self) -> None:
        self.is_watched = self._watchers > 0
        self.counts_pushes = bool(self._readers)
        self.on_watch()

    @contextmanager
    def passing(self, label: str) -> Iterator[Passing]:
        """A request from here to the end of the block; whoever knows its answer sets ``status``."""
        one: Passing = self._begin(label)
        token: Any = _CURRENT.set(one)
        try:
            yield one
        finally:
            _CURRENT.reset(token)
            self._finish(one)

    def note(self, label: str, fault: int = 0) -> None:
        """A request that is over within this turn, by something that knows no status; ``fault``: the one that has bitten it."""
        if self.is_watched:
            one: Passing = self._begin(label)
            one.fault = fault
            self._finish(one)

    def struck(self, fault: int, label: str) -> None:
        """A fault has bitten the request that is being handled; where none is, a new connection."""
        one: Passing | None = _CURRENT.get()
        if one is None:
            self.note(label, fault)
        else:
            one.fault = fault
            self._touch(one)

    def since(self, version: int) -> list[Passing]:
        """Those that have changed after ``version``, oldest first."""
        return [one for one in self._kept if one.version > version]

    def _begin(self, label: str) -> Passing:
        self._count += 1
        one: Passing = Passing(self._count, label, self._now(), self._monotonic())
        self._kept.append(one)
        self._touch(one)
        return one

    def _finish(self, one: Passing) -> None:
        one.finish(self._monotonic())
        self._touch(one)
        for tell in self._readers.copy():
            tell(one)

    def _touch(self, one: Passing) -> None:
        self.version += 1
        one.version = self.version
