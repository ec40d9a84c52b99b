"""When any of several markets is open. Pure."""

from collections.abc import Sequence
from datetime import datetime

from vnpy_restgateway.calendar import Calendar, hong_kong, new_york, shanghai


class AnyOpen(Calendar):
    """Open while one of them is."""

    def __init__(self, calendars: Sequence[Calendar]) -> None:
        super().__init__("UTC", weekends=True)
        self.calendars: list[Calendar] = list(calendars)

    def is_open(self, now: datetime) -> bool:
        return any(each.is_open(now) for each in self.calendars)

    def next_open(self, now: datetime) -> datetime:
        return min(each.next_open(now) for each in self.calendars)


def calendars() -> dict[str, Calendar]:
    """By the words of the setting Markets."""
    return {"HK": hong_kong(), "US": new_york(), "CN": shanghai()}
