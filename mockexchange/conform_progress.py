"""Which row of the matrix runs, how many are left, and how long they will take."""

import os
from collections.abc import Iterable
from threading import Lock
from time import monotonic
from typing import TextIO

from rest_locale import _

START: float = 2.0              # s that the process of a row needs to start
CLEAR: str = "\r\x1b[K"


class Progress:
    """
    A line on a terminal that is written anew at every change; elsewhere one line for each row that begins.

    ``rows``: id, title and the seconds it takes as a rule, in the order in which ``jobs`` of them at a time run.
    """

    def __init__(self, out: TextIO, rows: Iterable[tuple[str, str, float]], jobs: int) -> None:
        self._out: TextIO = out
        self._jobs: int = jobs
        self._titles: dict[str, str] = {}
        self._left: dict[str, float] = {}           # row -> s it takes as a rule
        self._running: dict[str, float] = {}        # row -> when it began
        for id, title, seconds in rows:
            self._titles[id] = title
            self._left[id] = seconds + START
        self._expected: float = 0.0                 # s, of the rows that are over
        self._took: float = 0.0
        self._lock: Lock = Lock()
        self._closed: bool = False
        self._live: bool = out.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
        if self._left:
            line: str = _("1 row, 1 at a time: {seconds}") if len(self._left) == 1 else _("{count} rows, {jobs} at a time: {seconds}")
            self._write(line.format(count=len(self._left), jobs=min(jobs, len(self._left)), seconds=spoken(self.seconds())) + "\n")

    def seconds(self) -> float:
        """How long the rest will take; the pace so far counts once a few rows are over."""
        now: float = monotonic()
        pace: float = (self._took + 60.0) / (self._expected + 60.0)
        left: list[float] = [
            max(1.0, seconds * pace - (now - self._running[id] if id in self._running else 0.0)) for id, seconds in self._left.items()
        ]
        # rows are taken in order by whoever is free
        ends: list[float] = [0.0] * self._jobs
        for each in left:
            soonest: int = ends.index(min(ends))
            ends[soonest] += each
        return max(ends)

    def start(self, id: str) -> None:
        """A row begins."""
        with self._lock:
            self._running[id] = monotonic()
            if self._live:
                self._draw()
            else:
                self._write(_("{id} {title}: runs, {rest}").format(id=id, title=self._titles[id], rest=self._rest()) + "\n")

    def end(self, id: str) -> None:
        """A row is over."""
        with self._lock:
            self._expected += self._left.pop(id)
            self._took += monotonic() - self._running.pop(id)
            if self._live:
                self._draw()

    def clear(self) -> None:
        """Make room for a line of the table."""
        with self._lock:
            if self._live:
                self._write(CLEAR)

    def show(self) -> None:
        """The line again, below what has been printed."""
        with self._lock:
            if self._live:
                self._draw()

    def close(self) -> None:
        """The end of it: nothing is written any more."""
        self.clear()
        self._live = False
        self._closed = True

    def _draw(self) -> None:
        if not self._left:
            return
        width: int = max(20, terminal_width(self._out) - 1)
        line: str = _("{rest}; now ").format(rest=self._rest())
        room: int = (width - len(line)) // max(1, len(self._running)) - 2
        line += "; ".join(shortened(f"{id} {self._titles[id]}", room) for id in self._running)
        self._write(CLEAR + line[:width])

    def _rest(self) -> str:
        waiting: int = len(self._left) - len(self._running)
        line: str = _("{count} left after it, {seconds}") if len(self._running) < 2 else _("{count} left after these, {seconds}")
        return line.format(count=waiting, seconds=spoken(self.seconds()))

    def _write(self, text: str) -> None:
        if self._closed:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):       # nobody reads it
            self._live = False


def terminal_width(out: TextIO) -> int:
    """Columns of the terminal, 80 where it does not say."""
    try:
        return os.get_terminal_size(out.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def shortened(text: str, room: int) -> str:
    """As much of a text as there is room for."""
    return text if len(text) <= room else text[:max(0, room - 3)] + "..."


def spoken(seconds: float) -> str:
    """A duration as one says it."""
    if seconds < 90:
        return _("about {seconds} s").format(seconds=max(5, round(seconds / 5) * 5))
    return _("about {minutes} min").format(minutes=round(seconds / 60))


def count(number: int, what: str) -> str:
    """1 row, 2 rows."""
    return f"{number} {what}{'' if number == 1 else 's'}"
