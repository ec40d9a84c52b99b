"""Times that are written as text, as people's tables have them and as people give them."""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from rest_locale import _

_EPOCH: datetime = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND: timedelta = timedelta(microseconds=1)
_TEXT: re.Pattern[str] = re.compile(
    r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r" ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}(?::?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)


def find_zone(name: str) -> tzinfo | None:
    """The time zone of that name; None, which is the machine's, for "". ValueError for one that is unknown."""
    if not name:
        return None
    if name.upper() == "UTC":
        return timezone.utc
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):     # OSError: a folder of the time zone database
        raise ValueError(_("feed-timezone: unknown time zone {name!r}, e.g. Asia/Shanghai or UTC").format(name=name)) from None


def looks_like(text: str) -> bool:
    """Whether a field is a date, with or without a time of day. Eight digits alone are none: they may be a number."""
    return not text.isdigit() and _TEXT.fullmatch(text) is not None


class TextTimes:
    """
    Times of one table as microseconds of the UTC epoch. One that names no offset is of ``zone`` (None: the machine's).

    ``is_local`` is True once a time without an offset has been read. Where a clock is put back, an hour comes twice:
    the second one is told by its place after the first.
    """

    def __init__(self, zone: tzinfo | None) -> None:
        self.zone: tzinfo | None = zone
        self.is_local: bool = False
        self._last: int = 0

    def read(self, text: str) -> int:
        """
        "2024-01-31 23:59:00", with "/" or "." for "-", "T" for the space, seconds and their fraction or without, and an offset
        ("Z", "+08:00") or none. ValueError for anything else.
        """
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError(_("neither a number of seconds nor YYYY-MM-DD HH:MM:SS"))
        year, __, month, day, hour, minute, second, fraction, offset = found.groups()
        try:
            moment: datetime = datetime(
                int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "0").ljust(6, "0")[:6])
            )
        except ValueError:
            raise ValueError(_("no such date or time of day")) from None
        if offset:
            return microseconds(moment.replace(tzinfo=_offset(offset)))
        self.is_local = True
        time: int = self._placed(moment)
        if time <= self._last and (second_time := self._placed(moment.replace(fold=1))) > self._last:
            time = second_time
        self._last = time
        return time

    def _placed(self, moment: datetime) -> int:
        return microseconds(moment.astimezone() if self.zone is None else moment.replace(tzinfo=self.zone))


def microseconds(moment: datetime) -> int:
    """An aware datetime -> us of the UTC epoch."""
    return (moment - _EPOCH) // _MICROSECOND


def _offset(text: str) -> tzinfo:
    if text[0] not in "+-":
        return timezone.utc
    digits: str = text[1:].replace(":", "").ljust(6, "0")
    size: timedelta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    if size >= timedelta(days=1):
        raise ValueError(_("no such offset from UTC"))
    return timezone(-size if text[0] == "-" else size)


def read_moment(text: str) -> int:
    """
    A date or time as ISO 8601 has it (2022-01-03, 2022-01-03T12:30, UTC where it has no zone) or whole ms since 1970 -> us.

    Raises ValueError naming the text.
    """
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text) * 1000
    try:
        moment: datetime = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError:
        raise ValueError(_("feed-start: neither a date such as 2022-01-03 or 2022-01-03T12:30 nor ms since 1970: {text!r}").format(text=text)) from None
    return microseconds(moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc))


def show_moment(us: int) -> str:
    """us -> 2022-01-03T12:30:00Z, in UTC, with the fraction there is."""
    try:
        return (_EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return f"{us // 1000} ms"
