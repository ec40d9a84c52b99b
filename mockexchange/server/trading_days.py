"""Trading days: the calendar's phases set on the exchange when they begin, and the day's end."""

from typing import Any, Protocol

from ..core.calendar import CLOSED, AnyCalendar
from ..core.commands import EndDay, SetSymbolStatus
from ..core.rules import AUCTION
from ..journal import Journal
from ..transport.clock import AnyClock
from ..venue_api import VenueApi


class DayVenue(VenueApi, Protocol):
    """What is needed of a venue."""

    clock: AnyClock
    journal: Journal


class TradingDays:
    """
    Watches the calendar of a venue while it runs. Without one nothing happens.

    A day that ended while the venue was down ends when it comes back.
    """

    def __init__(self, venue: DayVenue, calendar: AnyCalendar | None) -> None:
        self._venue: DayVenue = venue
        self._calendar: AnyCalendar | None = calendar
        self._timer: Any = None

    def start(self) -> None:
        """The phase that is, and those that come."""
        if self._calendar is None:
            return
        now: int = self._venue.now()
        before: int = self._venue.journal.last_time or now
        self._go_on(before, now, self._calendar.status_at(now))

    def stop(self) -> None:
        """No more of it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _turn(self, before: int, at: int, status: str) -> None:
        self._go_on(before, max(at, self._venue.now()), status)

    def _go_on(self, before: int, now: int, status: str) -> None:
        calendar, venue = self._calendar, self._venue
        assert calendar is not None
        listed = venue.exchange.instruments
        if calendar.trading_day(before) != calendar.trading_day(now):
            for symbol, instrument in list(listed.items()):
                if instrument.status == AUCTION:
                    venue.apply(SetSymbolStatus(symbol, CLOSED))        # the closing auction is uncrossed before its orders end
                venue.apply(EndDay(symbol))
        for symbol, instrument in list(listed.items()):
            if instrument.status != status:
                venue.apply(SetSymbolStatus(symbol, status))
        at, next_status = calendar.next_change(now)
        self._timer = venue.clock.call_later((at - now) / 1e6, self._turn, now, at, next_status)
