"""What passes a venue, in lines for people (``serve --log``): one for each request, and for each stream how many pushes."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from rest_locale import _

from ..faults import OPEN, Passing, Traffic
from ..transport.machine import MACHINE

TICK: float = 1.0               # real s between two looks at pushes and open websockets
EVERY: int = 5                  # ticks between two lines about a stream that is pushed all the time
SHOWN: int = 200                # characters of a label
ODD: re.Pattern[str] = re.compile(r"[^ -~\u00a1-\ud7ff\uf900-\U0010ffff]")       # would be no part of a line, or cannot be written


class TrafficLog:
    """
    Reads the traffic of one venue between ``begin`` and ``end``, and writes a line for what has passed. Every line has the label that a
    fault is matched with. All methods belong to the venue's event loop.

    ``name`` tells venues apart. ``write`` is given lines without an end; an OSError of it ends the log. ``time_ns``: of the UTC epoch.
    """

    def __init__(self, name: str, traffic: Traffic, write: Callable[[str], None], time_ns: Callable[[], int] = MACHINE.time_ns) -> None:
        self._time_ns: Callable[[], int] = time_ns
        self._name: str = name
        self._traffic: Traffic = traffic
        self._write: Callable[[str], None] = write
        self._stop: Callable[[], None] = lambda: None
        self._timer: asyncio.TimerHandle | None = None
        self._ticks: int = 0
        self._seen: int = 0                         # version of the traffic
        self._open: set[int] = set()                # numbers of those that are not over and have been told of
        self._told: Counter[str] = Counter()        # pushes that have been told of, by label
        self._bitten: Counter[str] = Counter()
        self._told_at: dict[str, int] = {}          # label -> tick

    def begin(self) -> None:
        self._seen = self._traffic.version
        self._told, self._bitten = self._traffic.pushed.copy(), self._traffic.bitten.copy()
        self._stop = self._traffic.read(self._take)
        self._arm()

    def end(self) -> None:
        """Tell of what has been pushed since the last line, and read no more."""
        if self._timer is not None:
            self._look(last=True)
        self._close()

    def _close(self) -> None:
        self._stop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._ticks += 1
        self._arm()
        self._look()

    # what is told

    def _take(self, one: Passing) -> None:
        """A request that is over."""
        seconds: float = one.seconds or 0.0
        self._open.discard(one.number)
        if one.status == OPEN:
            found: str = _("websocket closed after {seconds:.1f} s").format(seconds=seconds)
        elif one.status:
            found = f"{one.status}  {seconds * 1000:.1f} ms"
        elif one.label.startswith(("WS ", "ACCEPT ")):
            found = f"{seconds * 1000:.1f} ms"
        else:
            found = _("no answer, {seconds:.1f} s").format(seconds=seconds)
        self._say(one.label, found + (_("  fault {id}").format(id=one.fault) if one.fault else ""))

    def _look(self, last: bool = False) -> None:
        """Websockets that have been opened, requests that a fault holds back, and pushes."""
        for one in self._traffic.since(self._seen):
            if one.seconds is not None or one.number in self._open:
                continue
            if one.fault or one.status == OPEN:
                self._open.add(one.number)
                self._say(one.label, _("not over yet  fault {id}").format(id=one.fault) if one.fault else _("websocket open"))
        self._seen = self._traffic.version
        for label, count in list(self._traffic.pushed.items()):
            more: int = count - self._told[label]
            since: int = self._ticks - self._told_at.get(label, -EVERY)
            if not more or since < EVERY and not last:
                continue
            bitten: int = self._traffic.bitten[label] - self._bitten[label]
            seconds: int = max(since, 1) if since <= EVERY and label in self._told_at else 1       # one that was silent has begun again
            self._told[label], self._bitten[label], self._told_at[label] = count, self._bitten[label] + bitten, self._ticks
            line: str = _("{count} pushes in {seconds} s") if more > 1 else _("{count} push in {seconds} s")
            self._say(label, line.format(count=more, seconds=seconds) + (_("  faults have bitten {count}").format(count=bitten) if bitten else ""))

    def _say(self, label: str, found: str) -> None:
        shown: str = ODD.sub(lambda odd: ascii(odd[0])[1:-1], label)
        try:
            now: datetime = datetime.fromtimestamp(self._time_ns() / 1e9)
            self._write(f"{now:%H:%M:%S.%f}"[:-3] + f" {self._name}  {shown if len(shown) <= SHOWN else shown[:SHOWN] + '...'}  {found}")
        except OSError:
            self._close()
