"""Market hours: phases, holidays, early closes, daylight saving, the trading day."""

import sys
import warnings
from datetime import date, datetime, time, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mockexchange.core import holidays
from mockexchange.core.calendar import Calendar, hong_kong, new_york, shanghai

SHANGHAI, NEW_YORK, HONG_KONG = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Hong_Kong")


def at(text: str, zone: ZoneInfo) -> int:
    """Local time -> microseconds of the UTC epoch."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000_000


@pytest.mark.parametrize(("when", "status"), [
    ("2026-11-27 09:14:59", "END_OF_DAY"), ("2026-11-27 09:15", "AUCTION_MATCH"), ("2026-11-27 09:25", "BREAK"),
    ("2026-11-27 09:30", "TRADING"), ("2026-11-27 11:30", "BREAK"), ("2026-11-27 13:00", "TRADING"),
    ("2026-11-27 14:57", "AUCTION_MATCH"), ("2026-11-27 15:00", "END_OF_DAY"),
    ("2026-11-28 10:00", "END_OF_DAY"),         # Saturday
    ("2026-10-01 10:00", "END_OF_DAY"),         # National Day
    ("2026-10-10 10:00", "END_OF_DAY"),         # a Saturday on which offices work and exchanges do not
])
def test_a_day_in_shanghai(when: str, status: str) -> None:
    assert shanghai().status_at(at(when, SHANGHAI)) == status


@pytest.mark.parametrize(("when", "then", "status"), [
    ("2026-11-27 09:30", "2026-11-27 11:30", "BREAK"),
    ("2026-11-27 15:00", "2026-11-30 09:15", "AUCTION_MATCH"),
    ("2026-09-30 15:00", "2026-10-08 09:15", "AUCTION_MATCH"),
])
def test_the_next_phase(when: str, then: str, status: str) -> None:
    assert shanghai().next_change(at(when, SHANGHAI)) == (at(then, SHANGHAI), status)


@pytest.mark.parametrize(("when", "day"), [
    ("2026-11-27 08:00", date(2026, 11, 27)), ("2026-11-27 12:00", date(2026, 11, 27)), ("2026-11-27 15:00", date(2026, 11, 30)),
    ("2026-11-29 12:00", date(2026, 11, 30)), ("2026-10-01 12:00", date(2026, 10, 8)),
])
def test_the_trading_day(when: str, day: date) -> None:
    assert shanghai().trading_day(at(when, SHANGHAI)) == day


def test_new_york_keeps_its_hours_through_daylight_saving() -> None:
    """Clocks went forward on 2026-03-08: the open is 14:30 UTC on the Friday before, 13:30 on the Monday after."""
    opens = [
        datetime.fromtimestamp(new_york().next_change(at(f"{day} 00:00", NEW_YORK))[0] / 1e6, timezone.utc).time()
        for day in ("2026-03-06", "2026-03-09")
    ]
    assert opens == [time(14, 30), time(13, 30)]


def test_days_that_close_early() -> None:
    assert new_york().status_at(at("2026-11-27 12:59", NEW_YORK)) == "TRADING"
    assert new_york().status_at(at("2026-11-27 13:00", NEW_YORK)) == "END_OF_DAY"
    assert hong_kong().status_at(at("2026-12-24 13:30", HONG_KONG)) == "END_OF_DAY"
    assert hong_kong().status_at(at("2026-12-23 13:30", HONG_KONG)) == "TRADING"


def test_bad_phases_are_named() -> None:
    for phases in ([], [(time(9), "TRADING")], [(time(15), "TRADING"), (time(9), "END_OF_DAY")]):
        with pytest.raises(ValueError, match="phases"):
            Calendar("Asia/Shanghai", phases)
    with pytest.raises(ValueError, match="no session within 30 days"):
        Calendar("UTC", [(time(9), "END_OF_DAY")], [date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(60)]).next_change(
            at("2026-01-01 10:00", ZoneInfo("UTC"))
        )


def test_the_tables_are_what_the_package_has_and_a_new_year_is_told() -> None:
    """A year that exchange_calendars has and the table has not is a warning: run tests/calendars/generate.py."""
    pytest.importorskip("exchange_calendars")
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "calendars"))
    import generate

    for name in generate.NAMES:
        closed, early = generate.closed_days(name)
        until = date.fromisoformat(getattr(holidays, f"{name}_UNTIL"))
        if any(each.year > until.year for each in closed):
            warnings.warn(f"{name}: a new year is out, run tests/calendars/generate.py", stacklevel=1)
        assert getattr(holidays, f"{name}_CLOSED").split() == [str(each) for each in closed if each <= until]
        assert getattr(holidays, f"{name}_EARLY").split() == [str(each) for each in early if each <= until]
