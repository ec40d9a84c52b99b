"""Trading days: the calendars' phases set on the exchange when they begin, and the days' ends."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ..core.calendar import CLOSED, AnyCalendar
from ..core.commands import EndDay, SetSymbolStatus
from ..core.rules import AUCTION
from ..journal import Journal
from ..transport.clocks import AnyClock
from ..venue_api import VenueApi


class DayVenue(VenueApi, Protocol):
    """What is needed of a venue."""

    clock: AnyClock
    journal: Journal


class TradingDays:
    """
    Watches the calendars of a venue while it runs: ``calendar``, and those of symbols that have one of their own (``others``).
    Without one nothing happens.

    A day that ended while the venue was down ends when it comes back.
    """

    def __init__(self, venue: DayVenue, calendar: AnyCalendar | None, others: Mapping[str, AnyCalendar] | None = None) -> None:
        self._venue: DayVenue = venue
        self._calendar: AnyCalendar | None = calendar
        self._others: dict[str, AnyCalendar] = dict(others or {})
        self._timers: dict[AnyCalendar, Any] = {}

    def start(self) -> None:
        """The phases that are, and those that come."""
        now: int = self._venue.now()
        before: int = self._venue.journal.last_time or now
        for calendar in dict.fromkeys((self._calendar, *self._others.values())):
            if calendar is not None:
                self._go_on(calendar, before, now, calendar.status_at(now))

    def stop(self) -> None:
        """No more of it."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _turn(self, calendar: AnyCalendar, before: int, at: int, status: str) -> None:
        self._go_on(calendar, before, max(at, self._venue.now()), status)

    def _symbols(self, calendar: AnyCalendar) -> Iterable[str]:
        """The listed symbols that go by a calendar."""
        return [name for name in self._venue.exchange.instruments if self._others.get(name, self._calendar) is calendar]

    def _go_on(self, calendar: AnyCalendar, before: int, now: int, status: str) -> None:
        venue = self._venue
        listed = venue.exchange.instruments
        if calendar.trading_day(before) != calendar.trading_day(now):
            for symbol in self._symbols(calendar):
                if listed[symbol].status == AUCTION:
                    venue.apply(SetSymbolStatus(symbol, CLOSED))        # the closing auction is uncrossed before its orders end
                venue.apply(EndDay(symbol))
        for symbol in self._symbols(calendar):
            if listed[symbol].status != status:
                venue.apply(SetSymbolStatus(symbol, status))
        at, next_status = calendar.next_change(now)
        self._timers[calendar] = venue.clock.call_later((at - now) / 1e6, self._turn, calendar, now, at, next_status)
