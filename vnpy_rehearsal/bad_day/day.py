"""A bad day while it lasts: one thread arms the faults at their moments, waits until they have struck, and notes what became of each."""

from collections.abc import Callable, Iterator
from logging import INFO, WARNING
from random import Random
from threading import Event, Thread
from time import monotonic
from typing import Any

from mockexchange.conform import RowInfo
from rest_locale import _

from ..conform.profile import Profile
from ..strikes import STRIKES, Bench
from ..strikes.own_faults import for_one_strike
from .outcome import Struck, Turn, times
from .venue import BadVenue

LEAST_WAIT: float = 20.0        # s that a fault waits at least for what calls it out
UNDONE_WITHIN: float = 15.0     # s for a strike to undo what it did to the venue, when the day ends


class CountedWire:
    """A wire that tells how many connections a strike has broken."""

    def __init__(self, wire: Any) -> None:
        self._wire: Any = wire
        self._before: int = wire.resets + wire.forgotten
        self.is_used: bool = False

    def __getattr__(self, name: str) -> Any:
        self.is_used = True
        return getattr(self._wire, name)

    @property
    def broken(self) -> int:
        return int(self._wire.resets + self._wire.forgotten - self._before)


class ToldBench(Bench):
    """A bench that tells when its fault strikes first."""

    on_strike: Callable[[], None] = staticmethod(lambda: None)

    def strikes(self, what: str = "") -> None:
        is_first: bool = self.begun is None
        super().strikes(what)
        if is_first:
            self.on_strike()


class BadDay:
    """
    ``rows``: those that are to strike. ``process``: the trading process, with ``reconnect`` and ``disconnect``. ``tell`` is handed the level of a log line and its text. ``last``: when
    no fault is waited for any more, in seconds since the strategy's start.
    """

    def __init__(
        self, venue: BadVenue, rows: list[RowInfo], process: Any, turns: Iterator[Turn], last: float, seed: int, tell: Callable[[int, str], None],
    ) -> None:
        self.rows: list[RowInfo] = rows
        self._venue: BadVenue = venue
        self._process: Any = process
        self._turns: Iterator[Turn] = turns
        self._last: float = last
        self._seed: int = seed
        self._tell: Callable[[int, str], None] = tell
        self._look: Callable[[], Profile] = lambda: venue.profile
        self._ended: Event = Event()
        self._began: float = 0.0
        self._thread: Thread = Thread(target=self._go, name="bad day", daemon=True)
        self.results: list[Struck] = []
        self.foreign: set[Any] = set()          # venue ids of orders that somebody else has sent on the account

    @property
    def now(self) -> float:
        """Seconds since the strategy's start."""
        return monotonic() - self._began

    def outcomes(self) -> list[Struck]:
        """Of every turn so far, and of the rows that had none."""
        found: list[Struck] = list(self.results)
        had: set[str] = {each.row for each in found}
        return found + [
            Struck(row.id, why_not=row.absent or _("its moment did not come"), can=not row.absent)
            for row in self.rows if row.id not in had
        ]

    def missed(self, is_whole: bool) -> list[str]:
        """Rows whose fault was to strike and never did; of a day that is not whole only those that were armed."""
        absent: set[str] = {row.id for row in self.rows if row.absent}
        struck: set[str] = {each.row for each in self.results if each.times}
        return list(dict.fromkeys(each.row for each in self.outcomes() if each.row not in struck | absent and (is_whole or each.armed is not None)))

    def begin(self, look: Callable[[], Profile]) -> None:
        """From now on. ``look`` gives the profile with the prices and rules that what is traded has at that time."""
        self._look = look
        self._began = monotonic()
        self._thread.start()

    def end(self) -> None:
        """No fault is waited for any more, and those that last are over: what they did to the venue is undone."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(UNDONE_WITHIN)
        self._venue.wire.heal()

    def _go(self) -> None:
        for turn in self._turns:
            result: Struck = Struck(turn.row)
            self.results.append(result)
            if self._ended.wait(max(0.0, turn.at - self.now)):
                result.why_not = _("the day ended before its moment came")
                return
            try:
                self._play(turn, result)
            except Exception as error:          # a venue that is closed under it
                result.over, result.why_not = self.now, f"{type(error).__name__}: {error}"
                self._tell(WARNING, _("Fault {row} has not struck: {reason}").format(row=result.row, reason=result.why_not))

    def _play(self, turn: Turn, result: Struck) -> None:
        """One row, from its moment until it is over."""
        result.armed = self.now
        until: float = min(max(turn.ends, self.now + LEAST_WAIT), self._last)
        wire: CountedWire = CountedWire(self._venue.wire)

        def sleep(seconds: float) -> None:
            self._ended.wait(seconds)
            if bench.begun is None and bench.faults.total():
                bench.strikes()         # one of several faults, while another is waited for: no ticks, and so no orders

        bench: ToldBench = ToldBench(
            self._look(), for_one_strike(self._venue.venue), wire, self._process, Random(f"{self._seed}:{turn.row}"),
            # when the day has ended, time is over for whoever waits, and no wait lasts
            sleep, lambda: until if self._ended.is_set() else self.now, until,
        )

        def struck() -> None:
            result.begun = self.now
            self._tell(WARNING, _("Fault {row} strikes: {what}").format(row=turn.row, what="; ".join(bench.did) or result.title))

        bench.on_strike = struck
        self._tell(INFO, _("Fault {row} is armed: {title}").format(row=turn.row, title=result.title))
        try:
            bench.carry_out(STRIKES[turn.row])
        except Exception as error:          # the venue refuses
            result.why_not = f"{type(error).__name__}: {error}"
        self._note(bench, wire, result)

    def _note(self, bench: Bench, wire: CountedWire, result: Struck) -> None:
        """What it came to: a fault that is armed proves by its bites that it struck, a broken wire by its connections."""
        self.foreign |= bench.foreign
        result.did = list(dict.fromkeys(bench.did))
        bites: int = bench.faults.total()
        done: int = wire.broken if wire.is_used else int(not result.why_not)       # what was done to the venue itself has been done when it returned
        result.times = 0 if bench.begun is None else bites or done
        result.idle = bench.faults.idle() if result.times else []
        over: float = self.now
        if result.times:
            self._tell(INFO, _("Fault {row} is over, it has struck {times}").format(row=result.row, times=times(result.times)))
        else:
            self._tell_missed(bench, wire, result)
        result.over = over          # last: from now on others read what is here

    def _tell_missed(self, bench: Bench, wire: CountedWire, result: Struck) -> None:
        """Why it has not struck."""
        what: str = "; ".join(bench.faults.idle()) or result.title
        line: str = _("no connection was there to be broken") if wire.is_used else _("nothing of the kind came within {seconds:.0f} s: {what}")
        reason: str = line.format(seconds=self.now - (result.armed or 0.0), what=what)
        result.why_not = result.why_not or reason
        self._tell(WARNING, _("Fault {row} has not struck: {reason}").format(row=result.row, reason=result.why_not))
