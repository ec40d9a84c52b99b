"""
When a market is open, and which trading day it is. Pure; datetimes have a zone.

Hours: SSE and SZSE trading rules; HKEX "Trading Hours" of the securities market; NYSE core session. The mock exchange has a
reading of its own of the same facts.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from . import holidays

Sessions = tuple[tuple[time, time], ...]
FARTHEST: int = 30                  # days without a session that are looked through
AROUND_THE_CLOCK: Sessions = ((time(), time.max),)


class Calendar:
    """
    Sessions of local time, each (opens, closes), the days without one, and days with others.

    A trading day ends with its last session: what is ordered later counts for the next. Where ``weekends`` trade, every day
    has sessions but those ``closed``.
    """

    def __init__(
        self, zone: str, sessions: Sessions = AROUND_THE_CLOCK, closed: Iterable[date] = (), early: Mapping[date, Sessions] | None = None,
        weekends: bool = False,
    ) -> None:
        times: list[time] = [moment for session in sessions for moment in session]
        if not times or times != sorted(set(times)):
            raise ValueError(f"sessions: must rise in time: {sessions!r}")
        self.zone: ZoneInfo = ZoneInfo(zone)
        self._sessions: Sessions = sessions
        self._closed: frozenset[date] = frozenset(closed)
        self._early: dict[date, Sessions] = dict(early or {})
        self._weekends: bool = weekends

    def sessions_of(self, day: date) -> Sessions:
        """The sessions of a local day; none where there is no trading."""
        if day in self._closed or day.weekday() >= 5 and not self._weekends:
            return ()
        return self._early.get(day, self._sessions)

    def is_open(self, now: datetime) -> bool:
        """Whether a session is under way."""
        local: datetime = now.astimezone(self.zone)
        return any(opens <= local.time() < closes for opens, closes in self.sessions_of(local.date()))

    def next_open(self, now: datetime) -> datetime:
        """
        When the next session begins; ``now`` while one is under way.

        :raises ValueError: none comes within 30 days
        """
        if self.is_open(now):
            return now
        local: datetime = now.astimezone(self.zone)
        for ahead in range(FARTHEST + 1):
            day: date = local.date() + timedelta(days=ahead)
            for opens, _ in self.sessions_of(day):
                moment: datetime = datetime.combine(day, opens, self.zone)
                if moment > local:
                    return moment
        raise ValueError(f"no session within {FARTHEST} days of {local.date()}")

    def trading_day(self, now: datetime) -> date:
        """The local day whose sessions are under way or come next."""
        local: datetime = now.astimezone(self.zone)
        found: Sessions = self.sessions_of(local.date())
        if found and local.time() < found[-1][1]:
            return local.date()
        return self.next_open(now + timedelta(microseconds=1)).astimezone(self.zone).date()

    def day_start(self, now: datetime) -> datetime:
        """The beginning of the local day of a time."""
        return datetime.combine(now.astimezone(self.zone).date(), time(), self.zone)


def _days(text: str) -> list[date]:
    return [date.fromisoformat(each) for each in text.split()]


def crypto() -> Calendar:
    """Always open; a day is UTC's."""
    return Calendar("UTC", weekends=True)


def shanghai() -> Calendar:
    """Shanghai, Shenzhen and Beijing, from the opening auction to the close."""
    return Calendar("Asia/Shanghai", ((time(9, 15), time(11, 30)), (time(13), time(15))), _days(holidays.SHANGHAI_CLOSED))


def hong_kong() -> Calendar:
    """Hong Kong, from the pre-opening auction to the closing auction; eves of holidays end at noon."""
    morning: Sessions = ((time(9), time(12, 8)),)
    return Calendar(
        "Asia/Hong_Kong", ((time(9), time(12)), (time(13), time(16, 8))), _days(holidays.HONG_KONG_CLOSED),
        {day: morning for day in _days(holidays.HONG_KONG_EARLY)},
    )


def new_york() -> Calendar:
    """New York: the core session; days before some holidays end at one o'clock."""
    half: Sessions = ((time(9, 30), time(13)),)
    return Calendar(
        "America/New_York", ((time(9, 30), time(16)),), _days(holidays.NEW_YORK_CLOSED), {day: half for day in _days(holidays.NEW_YORK_EARLY)},
    )
