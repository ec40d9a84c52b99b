"""Market calendars of the gateways: sessions, holidays, trading days."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from vnpy_restgateway import holidays
from vnpy_restgateway.calendar import Calendar, crypto, hong_kong, new_york, shanghai

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_a_shanghai_day() -> None:
    calendar = shanghai()
    for moment, is_open in (("09:14:59", False), ("09:15", True), ("11:30", False), ("12:59:59", False), ("13:00", True), ("15:00", False)):
        assert calendar.is_open(at(f"2026-01-05T{moment}")) is is_open, moment
    assert calendar.next_open(at("2026-01-05T11:45")) == at("2026-01-05T13:00")
    assert calendar.next_open(at("2026-01-05T15:00")) == at("2026-01-06T09:15")
    assert calendar.next_open(at("2026-01-05T10:00")) == at("2026-01-05T10:00")


def test_the_trading_day_turns_at_the_close_and_over_weekends_and_holidays() -> None:
    calendar = shanghai()
    assert calendar.trading_day(at("2026-01-05T08:00")) == date(2026, 1, 5)
    assert calendar.trading_day(at("2026-01-05T14:59:59")) == date(2026, 1, 5)
    assert calendar.trading_day(at("2026-01-05T15:00")) == date(2026, 1, 6)
    assert calendar.trading_day(at("2026-01-09T15:30")) == date(2026, 1, 12)
    assert calendar.trading_day(at("2026-02-13T15:30")) == date(2026, 2, 24)       # the spring festival
    # UTC's day is another one
    assert calendar.trading_day(datetime(2026, 1, 5, 23, 30, tzinfo=timezone.utc)) == date(2026, 1, 6)


def test_early_closes_and_the_change_of_the_clocks() -> None:
    eve = date.fromisoformat(holidays.HONG_KONG_EARLY.split()[-1])
    noon = datetime.combine(eve, time(12, 30), ZoneInfo("Asia/Hong_Kong"))
    assert not hong_kong().is_open(noon) and hong_kong().is_open(noon - timedelta(hours=1))
    ny = ZoneInfo("America/New_York")
    for day in ("2026-03-06", "2026-03-09"):           # before and after daylight saving begins
        assert new_york().is_open(at(f"{day}T09:30", ny)) and not new_york().is_open(at(f"{day}T09:29", ny))


def test_crypto_is_always_open_and_its_day_is_utcs() -> None:
    saturday = datetime(2026, 1, 3, 23, 59, tzinfo=timezone.utc)
    assert crypto().is_open(saturday) and crypto().trading_day(saturday) == date(2026, 1, 3)
    assert crypto().day_start(saturday) == datetime(2026, 1, 3, tzinfo=timezone.utc)


@pytest.mark.parametrize("sessions", [(), ((time(10), time(9)),), ((time(9), time(11)), (time(10), time(12)))])
def test_sessions_that_are_none_are_refused(sessions: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="sessions: must rise in time"):
        Calendar("UTC", sessions)


def test_a_calendar_without_sessions_says_so() -> None:
    closed = Calendar("UTC", closed=[date(2026, 1, 1) + timedelta(days=n) for n in range(60)])
    with pytest.raises(ValueError, match="no session within 30 days of 2026-01-02"):
        closed.next_open(datetime(2026, 1, 2, tzinfo=timezone.utc))
