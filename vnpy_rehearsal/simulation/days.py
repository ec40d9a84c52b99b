"""Whole days of a venue: steps at seeded moments of its trading hours, with nights, week-ends and holidays between them."""

from random import Random

from mockexchange.contents import Contents
from mockexchange.core.calendar import AnyCalendar
from mockexchange.dialects import contents_of

from ..conform.profile import Profile
from .draw import Drawing
from .schedule import Check, Pause, Step

DAY: int = 86_400                   # s
DATES: int = 350                    # days after the world's first date that a seed may begin at
BURSTS: int = 4                     # most bursts of steps a day
GROUPS: int = 4                     # most groups of steps in a burst
TRIES: int = 40                     # moments of a day that are looked at
CLOSED: float = 0.03                # chance that one is taken at which the market is closed
CALM: int = 900                     # s before a trading day ends with which the ids of its orders end
GAP: int = 300                      # s from one burst to the next, at least
MICROSECONDS: int = 1_000_000
OF_ONE_DAY: tuple[str, ...] = ("day", "wipe", "hours", "rules")        # kinds of steps that whole days have by themselves, or that last for good


def first_day(seed: int, start: float) -> float:
    """When the days of a seed begin, as ``start``: seconds since 1970 UTC."""
    return start + DAY * Random(f"{seed}:date").randrange(DATES)


def draw_days(profile: Profile, random: Random, begin: float, days: int) -> list[Step]:
    """
    The steps of so many days from ``begin`` on, seconds since 1970 UTC: bursts of steps, each with a check after it, and one as every day ends.
    """
    drawing: Drawing = Drawing(profile, random, wire=True)
    drawing.kinds = [kind for kind in drawing.kinds if kind not in OF_ONE_DAY]
    calendar: AnyCalendar | None = hours_of(profile)
    found: list[Step] = []
    at: int = 0
    for day in range(days):
        for moment in moments(calendar, profile.daily_ids, random, round(begin) + day * DAY):
            found.append(Pause(1_000 * max(GAP, day * DAY + moment - at)))
            at = max(at + GAP, day * DAY + moment)
            for _ in range(random.randint(1, GROUPS)):
                found += drawing.some()
            found.append(Check())
        found += [Pause(1_000 * max(0, (day + 1) * DAY - at)), Check()]
        at = max(at, (day + 1) * DAY)
    return found


def hours_of(profile: Profile) -> AnyCalendar | None:
    """The hours of what is traded; None: its market never closes."""
    if not profile.hours:
        return None
    contents: Contents = contents_of(profile.dialect)
    return contents.sessions_of.get(profile.venue_symbol, contents.sessions)


def moments(calendar: AnyCalendar | None, daily_ids: bool, random: Random, begin: int) -> list[int]:
    """
    When something happens on a day, seconds after its ``begin``, ascending; most of them while the market is open.

    A burst is over before a trading day ends with which the ids of its orders end: what the next day's list does not tell, nobody knows.
    """
    wanted: int = random.randint(1, BURSTS)
    found: list[int] = []
    for _ in range(TRIES):
        moment: int = random.randrange(DAY - CALM)
        is_taken: bool = random.random() < CLOSED
        now: int = (begin + moment) * MICROSECONDS
        if calendar is not None:
            if daily_ids and calendar.trading_day(now) != calendar.trading_day(now + CALM * MICROSECONDS):
                continue
            if not is_taken and calendar.status_at(now) != "TRADING":
                continue
        found.append(moment)
        if len(found) == wanted:
            break
    return sorted(found)
