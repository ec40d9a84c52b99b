"""What a venue of some dialect lists and holds on its first day, unless it is told otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rest_locale import _

from .core.calendar import AnyCalendar
from .core.instruments import Instrument


@dataclass(frozen=True)
class Contents:
    """
    A dialect makes them anew at each call of its ``contents``.

    ``accounts``: key, secret, and funds as asset -> amount in 1e-8; the first is the one that the ready line names.
    ``calendar``: when the market is open; None: always, and no day ends. ``sessions``: the exchange's own hours, which a venue
    keeps when its option ``calendar`` is ``exchange``; None where a dialect has no such hours. ``calendars`` and
    ``sessions_of``: the same of symbols that have others.
    """

    instruments: Sequence[Instrument]
    accounts: Sequence[tuple[str, str, Mapping[str, int]]]
    calendar: AnyCalendar | None = None
    sessions: AnyCalendar | None = None
    calendars: Mapping[str, AnyCalendar] = field(default_factory=dict)
    sessions_of: Mapping[str, AnyCalendar] = field(default_factory=dict)


EXCHANGE_HOURS: str = "exchange"


def keeps_exchange_hours(options: Any) -> bool:
    """Whether the options of a dialect (None: it has none) ask for the exchange's own hours."""
    return str(getattr(options, "calendar", "")) == EXCHANGE_HOURS


def calendar_of(contents: Contents, options: Any) -> AnyCalendar | None:
    """The calendar a venue goes by. ValueError when its options ask for hours that its dialect does not have."""
    if not keeps_exchange_hours(options):
        return contents.calendar
    if contents.sessions is None:
        raise ValueError(_("options: calendar: this dialect has no hours of an exchange"))
    return contents.sessions


def calendars_of(contents: Contents, options: Any) -> Mapping[str, AnyCalendar]:
    """The calendars of those symbols that do not go by the venue's (``calendar_of``)."""
    return contents.sessions_of if keeps_exchange_hours(options) else contents.calendars
