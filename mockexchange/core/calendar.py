"""
When a market is open: its phases by local time, its holidays, its trading day.

Phases are statuses of a symbol (enums.md, "Symbol status"). Hours: SSE and SZSE trading rules; HKEX "Trading Hours" of the
securities market; NYSE core session. Times outside are microseconds of the UTC epoch.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Protocol
from zoneinfo import ZoneInfo

from . import holidays

CLOSED: str = "END_OF_DAY"
EPOCH: datetime = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND: timedelta = timedelta(microseconds=1)
FARTHEST: int = 30                  # days without a session that are looked through

Phases = Sequence[tuple[time, str]]


class AnyCalendar(Protocol):
    """What a venue needs of a calendar."""

    def status_at(self, now: int) -> str:
        """The phase at a time."""

    def next_change(self, now: int) -> tuple[int, str]:
        """When the next phase begins after a time, and which it is."""

    def trading_day(self, now: int) -> date:
        """The day that an order counts for; where it changes a day ends."""


class RoundTheClock:
    """Always open; a day ends at midnight of the zone."""

    def __init__(self, zone: str) -> None:
        self.zone: ZoneInfo = ZoneInfo(zone)

    def status_at(self, now: int) -> str:
        return "TRADING"

    def next_change(self, now: int) -> tuple[int, str]:
        midnight: datetime = datetime.combine(self.trading_day(now) + timedelta(days=1), time(), self.zone)
        return (midnight - EPOCH) // MICROSECOND, "TRADING"

    def trading_day(self, now: int) -> date:
        return (EPOCH + now * MICROSECOND).astimezone(self.zone).date()


class Calendar:
    """
    The phases of a trading day, each from its local time on, the last one END_OF_DAY.

    ``early``: phases of days that close early.
    """

    def __init__(
        self, zone: str, phases: Phases, closed: Iterable[date] = (), early: Mapping[date, Phases] | None = None,
    ) -> None:
        for name, each in (("phases", phases), *((f"early {day}", found) for day, found in (early or {}).items())):
            starts = [start for start, _ in each]
            if not each or starts != sorted(set(starts)) or each[-1][1] != CLOSED:
                raise ValueError(f"{name}: must rise in time and end in {CLOSED}, not {list(each)!r}")
        self.zone: ZoneInfo = ZoneInfo(zone)
        self._phases: Phases = phases
        self._closed: frozenset[date] = frozenset(closed)
        self._early: dict[date, Phases] = dict(early or {})

    def is_session(self, day: date) -> bool:
        """Whether there is trading on a local day."""
        return day.weekday() < 5 and day not in self._closed

    def status_at(self, now: int) -> str:
        """The phase at a time."""
        local: datetime = self._local(now)
        found: str = CLOSED
        if self.is_session(local.date()):
            for start, status in self._of(local.date()):
                if local.time() < start:
                    break
                found = status
        return found

    def next_change(self, now: int) -> tuple[int, str]:
        """When the next phase begins after a time, and which it is. ValueError where no session comes within 30 days."""
        day: date = self._local(now).date()
        for ahead in range(FARTHEST + 1):
            each: date = day + timedelta(days=ahead)
            if self.is_session(each):
                for start, status in self._of(each):
                    at: int = self._time(each, start)
                    if at > now:
                        return at, status
        raise ValueError(f"no session within {FARTHEST} days of {day}")

    def trading_day(self, now: int) -> date:
        """The local day whose session is under way or comes next: after the close it is the next session's."""
        local: datetime = self._local(now)
        day: date = local.date()
        if not self.is_session(day) or local.time() >= self._of(day)[-1][0]:
            day = self._local(self.next_change(now)[0]).date()
        return day

    def _of(self, day: date) -> Phases:
        return self._early.get(day, self._phases)

    def _local(self, now: int) -> datetime:
        return (EPOCH + now * MICROSECOND).astimezone(self.zone)

    def _time(self, day: date, start: time) -> int:
        return (datetime.combine(day, start, self.zone) - EPOCH) // MICROSECOND


def _days(text: str) -> list[date]:
    return [date.fromisoformat(each) for each in text.split()]


def _phases(text: str) -> Phases:
    """"09:30 TRADING 15:00 END_OF_DAY" -> the phases."""
    words = text.split()
    return [(time.fromisoformat(start), status) for start, status in zip(words[::2], words[1::2], strict=True)]


def shanghai() -> Calendar:
    """Shanghai, Shenzhen and Beijing: opening auction, lunch, closing auction of three minutes."""
    return Calendar(
        "Asia/Shanghai",
        _phases("09:15 AUCTION_MATCH 09:25 BREAK 09:30 TRADING 11:30 BREAK 13:00 TRADING 14:57 AUCTION_MATCH 15:00 END_OF_DAY"),
        _days(holidays.SHANGHAI_CLOSED),
    )


def hong_kong() -> Calendar:
    """Hong Kong: pre-opening auction, lunch, closing auction of eight minutes; eves of holidays end at noon."""
    morning = _phases("09:00 AUCTION_MATCH 09:22 BREAK 09:30 TRADING 12:00 AUCTION_MATCH 12:08 END_OF_DAY")
    return Calendar(
        "Asia/Hong_Kong",
        _phases("09:00 AUCTION_MATCH 09:22 BREAK 09:30 TRADING 12:00 BREAK 13:00 TRADING 16:00 AUCTION_MATCH 16:08 END_OF_DAY"),
        _days(holidays.HONG_KONG_CLOSED), {day: morning for day in _days(holidays.HONG_KONG_EARLY)},
    )


def new_york() -> Calendar:
    """New York: the core session; days before some holidays end at one o'clock."""
    half = _phases("09:30 TRADING 13:00 END_OF_DAY")
    return Calendar(
        "America/New_York", _phases("09:30 TRADING 16:00 END_OF_DAY"),
        _days(holidays.NEW_YORK_CLOSED), {day: half for day in _days(holidays.NEW_YORK_EARLY)},
    )
