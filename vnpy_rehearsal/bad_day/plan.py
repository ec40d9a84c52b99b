"""Which rows of the matrix strike on a bad day, and when: drawn from the seed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import count
from math import ceil, inf
from random import Random
from typing import Any

from mockexchange.conform import RowInfo, pick

from rest_locale import N_, _

from ..conform.matrix import ROWS
from ..conform.profile import Profile
from ..profiles import JobProfile
from ..strikes import NOTHING_TO_COMPARE, reason_against
from .day import BadDay
from .outcome import Turn
from .venue import BadVenue, bad_venue, find_profile

# those that a day has unless others are named, the first ones where there is not the time for all
USUAL: tuple[str, ...] = ("F2", "F24", "F22", "F42", "F4", "F10", "F18", "F14", "F12", "F28")
EACH: float = 14.0              # s of a day that one of the usual faults has
QUIET: float = 0.2              # of a day, at its end, in which no fault begins: for what they have left to heal
LONGEST_QUIET: float = 10.0     # s
ROUND: int = 10                 # s to which a length of a day that is proposed is rounded up
EARLY: float = 0.4              # of its share of the day, in which a fault's moment lies
# they may lose an order on its way, which a polled venue's gateway concludes after a minute only: the others have struck by then
LAST: tuple[str, ...] = ("F1", "F3", "F28", "F41", "F42", "F65")
THE_JOB: str = N_("the main job is the trading process itself")
OWN_LIFE: tuple[str, ...] = ("F37", "F69")


def rows_of(profile: Profile) -> list[RowInfo]:
    """Every row of the matrix, and why its fault cannot strike in the main job, "" where it can."""
    return [
        RowInfo(each.id, each.title, _(THE_JOB) if each.id in OWN_LIFE else _(NOTHING_TO_COMPARE.get(each.id, "")) or reason_against(each.id, profile), each.seconds)
        for each in ROWS.values()
    ]


def choose(text: str, profile: Profile, seconds: float) -> list[RowInfo]:
    """
    The rows that are named, those that cannot strike too; for "" as many of the usual ones as a day of so many seconds has the time for.

    :raises ValueError: there is no such row, or none of them can strike
    """
    rows: list[RowInfo] = rows_of(profile)
    if not text:
        able: dict[str, RowInfo] = {row.id: row for row in rows if not row.absent}
        usual: list[RowInfo] = [able[id] for id in USUAL if id in able]
        return usual[:max(1, int(seconds / EACH))] if seconds else usual
    found: list[RowInfo] = pick(text, rows, "--bad-day")
    if all(row.absent for row in found):
        line: str = _("--bad-day: {row} cannot strike on {dialect} here: {reason}")
        raise ValueError(line.format(row=found[0].id, dialect=profile.dialect, reason=found[0].absent))
    return found


def turns(rows: list[str], seconds: float, seed: int) -> Iterator[Turn]:
    """
    A turn for each row, in an order and at moments that are drawn from the seed, those of ``LAST`` last; of a day without an end (``seconds`` 0) again
    and again.
    """
    if not rows:
        return
    share: float = (seconds - min(LONGEST_QUIET, seconds * QUIET)) / len(rows) if seconds else EACH
    for number in count() if not seconds else range(1):
        random: Random = Random(f"bad day:{seed}:{number}")
        order: list[str] = sorted(random.sample(rows, len(rows)), key=lambda row: row in LAST)
        for place, row in enumerate(order, number * len(rows)):
            begins: float = place * share
            yield Turn(row, round(begins + random.uniform(0.0, EARLY) * share, 3), begins + share)


def last_moment(seconds: float) -> float:
    """When no fault is waited for any more, in seconds since the strategy's start."""
    return seconds - min(LONGEST_QUIET, seconds * QUIET) / 2 if seconds else inf


def enough(rows: int) -> int:
    """Seconds of a day in which each of so many rows has its time, ``EACH``."""
    each: float = rows * EACH
    return ceil(min(each / (1 - QUIET), each + LONGEST_QUIET) / ROUND) * ROUND


class BadPlan:
    """
    What is to strike in one run of the main job. ``rows``: as ``choose``; ``seconds``: how long the run is, 0 without end.

    :raises ValueError: there is no such row, none that can strike, or nothing is known of the gateway
    """

    def __init__(self, job: JobProfile, rows: str, seconds: float, seed: int) -> None:
        self.job: JobProfile = job
        self.seconds: float = seconds
        self.seed: int = seed
        self.profile: Profile = find_profile(job)
        self.rows: list[RowInfo] = choose(rows, self.profile, seconds)

    def open(self, words: Sequence[str]) -> AbstractContextManager[BadVenue]:
        """Its venue, for the time of a ``with``. ``words``: of the mock exchange's command line."""
        return bad_venue(self.job, self.profile, words)

    def too_short(self, share: float = 1.0) -> str:
        """What to try where the run has less than this share of the time that its rows should have, else ""."""
        count: int = sum(not row.absent for row in self.rows)
        if not self.seconds or self.seconds >= share * enough(count):
            return ""
        line: str = _("{seconds:g} s may be too short for the {count} rows of this bad day: give it --seconds {enough}")
        one: str = _("{seconds:g} s may be too short for the row of this bad day: give it --seconds {enough}")
        return (one if count == 1 else line).format(seconds=self.seconds, count=count, enough=enough(count))

    def day(self, venue: BadVenue, process: Any, tell: Callable[[int, str], None]) -> BadDay:
        """The day itself, not begun."""
        able: list[str] = [row.id for row in self.rows if not row.absent]
        return BadDay(venue, self.rows, process, turns(able, self.seconds, self.seed), last_moment(self.seconds), self.seed, tell)
