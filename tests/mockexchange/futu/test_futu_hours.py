"""Hours of Hong Kong and New York, with auctions and holidays (option ``calendar=exchange``), each market on its own."""

from collections.abc import Callable
from typing import Any

import pytest
from futu_client import APPLE, DAY, HOUR, NOON, TENCENT, TOKEN, Rest, simulated

from mockexchange import MockExchange

HOURS: list[dict[str, object]] = [{"calendar": "exchange", "refusals": "later"}]
EARLY: str = f"manual={NOON - 4 * HOUR}"                # 08:00


def at(venue: MockExchange, hours: float) -> None:
    """Move the clock to an hour of Monday in Hong Kong."""
    venue.advance(round(NOON + (hours - 12) * HOUR) - int(venue.state()["now"]))


def states(rest: Rest) -> tuple[int, int]:
    found = rest.get("global-state").s2c
    return found["market_hk"], found["market_us"]


@pytest.mark.parametrize("options, clock", [(HOURS[0], EARLY)], indirect=["options"])
def test_a_day_in_hong_kong(venue: MockExchange, rest: Rest, clock: str) -> None:
    assert rest.call("GET", "/health").headers["x-mock-hours"] == "exchange"
    assert states(rest) == (6, 6) and rest.status(rest.buy(100, 290.0)) == 21
    at(venue, 9.1)
    assert states(rest)[0] == 1
    limit, crossing, auction = rest.buy(100, 290.0), rest.buy(100, 310.0, order_type=7), rest.buy(100, 0, order_type=6)
    assert [rest.status(each) for each in (limit, crossing, auction)] == [5, 5, 5]
    assert rest.status(rest.buy(100, 0, order_type=2)) == 21
    assert rest.row(auction)["price"] == 0.0
    at(venue, 9.4)
    assert states(rest)[0] == 2
    assert [rest.status(each) for each in (limit, crossing, auction)] == [5, 11, 11]
    at(venue, 9.6)
    assert states(rest)[0] == 3
    assert rest.status(rest.buy(100, 310.0)) == 11
    assert rest.status(rest.buy(100, 310.0, order_type=7)) == 21
    at(venue, 12.5)
    assert states(rest)[0] == 4 and rest.status(rest.buy(100, 290.0)) == 21 and rest.status(limit) == 5
    at(venue, 13.5)
    assert states(rest)[0] == 5
    kept = rest.buy(100, 290.0, time_in_force=1)
    at(venue, 16.1)
    assert states(rest)[0] == 19
    at(venue, 16.2)
    assert states(rest)[0] == 6 and (rest.status(limit), rest.status(kept)) == (15, 5)
    assert rest.modify(kept, 2).status == 200 and rest.status(kept) == 15


@pytest.mark.parametrize("options, clock", [(HOURS[0], EARLY)], indirect=["options"])
def test_what_an_auction_leaves_of_orders_at_any_price(venue: MockExchange, rest: Rest, clock: str) -> None:
    venue.deposit(TOKEN, "00700", 50_000)
    at(venue, 9.1)
    order = rest.sell(50_000, 0, order_type=6)
    at(venue, 9.4)
    assert rest.status(order) == 14 and 0 < rest.row(order)["fill_qty"] < 50_000


@pytest.mark.parametrize("options, clock", [(HOURS[0], EARLY)], indirect=["options"])
def test_new_york_opens_when_hong_kong_has_closed(venue: MockExchange, rest: Rest, clock: str) -> None:
    us = simulated(2)
    at(venue, 22.4)
    assert states(rest) == (6, 6)
    early = rest.buy(1, 190.0, "AAPL", header=us)
    at(venue, 22.6)
    assert states(rest) == (6, 3)
    order = rest.buy(1, 190.0, "AAPL", header=us)
    assert (rest.status(early, us), rest.status(order, us)) == (21, 5)
    at(venue, 29.1)
    assert states(rest) == (6, 6) and rest.status(order, us) == 15
    days = [row["symbol"] for row in venue.journal() if row["kind"] == "day"]
    assert days.count("AAPL") == days.count("00700") == 1


@pytest.mark.parametrize("options, clock", [(HOURS[0], f"manual={NOON + 14 * DAY}")], indirect=["options"])
def test_a_holiday_of_one_of_them(venue: MockExchange, rest: Rest, clock: str) -> None:
    """2026-01-19 is Martin Luther King's day: New York is closed, Hong Kong is not."""
    venue.advance(2 * HOUR)
    assert states(rest) == (5, 6)
    venue.advance(9 * HOUR)
    assert states(rest) == (6, 6)


# K lines of sessions

def bars(rest: Rest, kind: int, security: dict[str, Any], begin: str, end: str) -> list[str]:
    body = {"security": security, "rehab_type": 0, "kl_type": kind, "begin_time": begin, "end_time": end}
    return [row["time"] for row in rest.post("history-kline", body).s2c["kl_list"]]


@pytest.fixture
def week(options: dict[str, object]) -> Any:
    with MockExchange("futu", options={"calendar": "exchange"}, clock=f"manual={NOON + 4 * DAY + 8 * HOUR}", feed="synthetic", speed=0.001) as venue:
        yield Rest(venue.rest)


def test_bars_of_hong_kong(week: Rest) -> None:
    """331 minutes: one is the opening auction's. The first hour ends at 10:30, the one before lunch is half as long."""
    find: Callable[[int], list[str]] = lambda kind: [time[11:16] for time in bars(week, kind, TENCENT, "2026-01-08", "2026-01-08")]  # noqa: E731
    minutes = find(1)
    assert (len(minutes), minutes[0], minutes[1], minutes[-1]) == (331, "09:30", "09:31", "16:00")
    assert find(8)[:2] == ["10:00", "10:30"] and len(find(8)) == 11
    assert find(9) == ["10:30", "11:30", "12:00", "14:00", "15:00", "16:00"]
    assert find(15) == ["12:00", "16:00"]


def test_bars_of_new_york(week: Rest) -> None:
    hours = [time[11:16] for time in bars(week, 9, APPLE, "2026-01-08", "2026-01-08")]
    assert hours == ["10:30", "11:30", "12:30", "13:30", "14:30", "15:30", "16:00"]
    assert len(bars(week, 1, APPLE, "2026-01-08", "2026-01-08")) == 390


def test_days_without_trading_have_no_bar(week: Rest) -> None:
    """New Year's day, and week-ends."""
    days = [time[:10] for time in bars(week, 2, TENCENT, "2025-12-31", "2026-01-08")]
    assert days == ["2025-12-31", "2026-01-02", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"]
