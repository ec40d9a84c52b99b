"""
Whole days of a venue: its hours, its nights, connections that end, orders that rest; the truth after every burst and as every day ends.

``SIMULATED_DAYS=1000 pytest tests/simulation/test_venue_days.py`` is the long form: so many venue-days, shared by all gateways.
"""

import os
from datetime import datetime, timezone
from random import Random

import pytest

from children import LONG
from mockexchange.core.calendar import AnyCalendar
from vnpy_rehearsal.simulation import search as simulation_search
from vnpy_rehearsal.simulation.days import CALM, DAY, draw_days, first_day, hours_of, moments
from vnpy_rehearsal.simulation.schedule import Check, Order, Pause, Restart, Step, to_text
from vnpy_rehearsal.simulation.search import play
from vnpy_rehearsal.simulation.workers import Subject, cores, search
from vnpy_rehearsal.simulation.world import START

GATEWAYS: tuple[str, ...] = (
    "vnpy_mockbinance:MockBinanceGateway", "vnpy_hashex:HashExGateway", "vnpy_qmtrest:QmtRestGateway", "vnpy_futuopend:FutuOpenDGateway",
    "vnpy_webgateway:WebTraderGateway",
)
DAYS: int = int(os.environ.get("SIMULATED_DAYS", "0"))
EACH: int = 2                       # days of a seed: connections live for 24 hours at most


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.skipif(not DAYS, reason="SIMULATED_DAYS=N, the long form")
def test_every_day_ends_in_the_truth(gateway: str) -> None:
    subject: Subject = Subject(gateway, days=EACH)
    wanted: int = -(-DAYS // len(GATEWAYS) // EACH)
    played = list(search(subject, range(wanted), cores()))
    assert len(played) == wanted and all(day.seconds > EACH * DAY - 1 for day in played if not day.kind)
    assert not [f"seed {day.seed}: {day.kind}: {day.text}\n{to_text(day.steps)}" for day in played if day.kind]


@pytest.mark.parametrize(("begins", "trades_at"), [
    pytest.param(0.0, 2.0, id="all of it", marks=pytest.mark.skipif(not LONG, reason="LONG=1")), pytest.param(6.5, 6.7, id="from half an hour before the close on"),
])
def test_a_session_and_the_night_after_it(begins: float, trades_at: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until after the close of a market of shares, hours after 08:00 in Shanghai: orders of the day end with it, and the gateway says so."""
    seed = next(n for n in range(50) if datetime.fromtimestamp(first_day(n, START), timezone.utc).weekday() == 1)
    monkeypatch.setattr(simulation_search, "first_day", lambda seed, start: first_day(seed, start) + begins * 3_600)
    profile = Subject("vnpy_qmtrest:QmtRestGateway", days=1).profile()
    steps: list[Step] = [
        Pause(round((trades_at - begins) * 3_600_000)), Order(10.5), Order(9.2), Check(), Restart(200), Check(), Pause(round((7.2 - trades_at) * 3_600_000)), Check(),
    ]
    day = play(profile, seed, steps, days=1)
    assert not day.kind, day.text
    assert day.seconds > (7.2 - begins) * 3_600 - 1 and {"an order filled", "an order cancelled"} <= day.states


def test_days_are_drawn_within_the_market_s_hours() -> None:
    profile = Subject("vnpy_qmtrest:QmtRestGateway", days=3).profile()
    calendar: AnyCalendar | None = hours_of(profile)
    assert calendar is not None
    is_open: list[bool] = []
    for seed in range(40):
        begin: int = round(first_day(seed, START))
        found = moments(calendar, True, Random(seed), begin)
        assert found == sorted(found) and all(0 <= each < DAY for each in found)
        is_open += [calendar.status_at((begin + each) * 1_000_000) == "TRADING" for each in found]
        days = [calendar.trading_day((begin + each + after) * 1_000_000) for each in found for after in (0, CALM)]
        assert days[::2] == days[1::2]
    assert 0.5 < sum(is_open) / len(is_open) < 1, "by night too, now and then"


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_seed_s_days_are_whole(gateway: str) -> None:
    profile = Subject(gateway).profile()
    for seed in range(10):
        steps = draw_days(profile, Random(seed), first_day(seed, START), 3)
        assert sum(each.ms for each in steps if isinstance(each, Pause)) >= 3 * DAY * 1_000 and isinstance(steps[-1], Check)
        assert sum(isinstance(each, Check) for each in steps) >= 3
