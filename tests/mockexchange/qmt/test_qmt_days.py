"""Days and hours: T+1 (F50), ids that begin again (F53), and the exchange's hours (F52) on a clock that the tests move."""

from collections.abc import Callable

import pytest
from qmt_client import DAY, HOUR, NOON, STILL, Rest

from mockexchange import MockExchange
from mockexchange.contents import Contents, calendar_of
from mockexchange.dialects.qmt import QmtOptions

NIGHT: int = 20 * HOUR              # from noon until the market makers of the next day are there
HOURS: list[dict[str, object]] = [{"calendar": "exchange"}]
FRIDAY_EVENING: int = NOON + 4 * DAY + 8 * HOUR


def test_shares_bought_today_are_sold_tomorrow(venue: MockExchange, rest: Rest) -> None:
    rest.order("buy", 500, 10.5)
    row = rest.positions()["000001.SZ"]
    assert (row["volume"], row["can_use_volume"], row["frozen_volume"]) == (1500, 1000, 0)
    refused = rest.order("sell", 1100, 9.5)
    assert refused["success"] is True and rest.status(refused["order_id"]) == 57
    venue.advance(NIGHT)
    assert rest.positions()["000001.SZ"]["can_use_volume"] == 1500
    sold = rest.order("sell", 1500, 9.5)
    assert rest.status(sold["order_id"]) == 56


def test_funds_bought_today_are_sold_today(rest: Rest) -> None:
    """A money market fund is T+0."""
    assert rest.status(rest.order("buy", 100, 101.0, "511880")["order_id"]) == 56
    assert rest.status(rest.order("sell", 100, 99.0, "511880")["order_id"]) == 56


def test_ids_begin_again_every_day(venue: MockExchange, rest: Rest) -> None:
    """The list is of one local day; what rested ends with its day."""
    for price in (9.5, 10.5):
        rest.order("buy", 500, price, strategy_name="yesterday")
    venue.advance(12 * HOUR - 1)
    assert [row["order_id"] for row in rest.orders()] == [1000, 1001]
    venue.advance(2)
    assert rest.orders() == [] and rest.cancel(1000) is False
    assert rest.order("buy", 500, 9.5, strategy_name="today")["order_id"] == 1000
    [row] = rest.orders()
    assert (row["strategy_name"], row["status"]) == ("today", 50)
    ended = [row for row in venue.journal() if row["kind"] == "order" and row["client_order_id"] == "yesterday"]
    assert ended[-1]["status"] == "EXPIRED" or any(row["status"] == "EXPIRED" for row in ended)
    assert rest.portfolio()["frozen_cash"] == pytest.approx(4755.05)


def test_the_band_follows_the_close(venue: MockExchange, rest: Rest) -> None:
    venue.set_price("000001.SZ", "10.8")
    venue.advance(NIGHT)
    close = float([row for row in venue.journal() if row["kind"] == "day" and row["symbol"] == "000001.SZ"][-1]["previous_close"])
    highest = round(close * 1.1 + 1e-9, 2)
    assert close > 10.5
    assert rest.status(rest.order("buy", 100, highest)["order_id"]) == 56
    assert rest.status(rest.order("buy", 100, round(highest + 0.01, 2))["order_id"]) == 57


# the exchange's hours

def at(venue: MockExchange, hours: float) -> None:
    """Move the clock to an hour of Monday."""
    now = venue.state()["now"]
    venue.advance(round(NOON + (hours - 12) * HOUR) - now)


@pytest.mark.parametrize("options, clock", [(HOURS[0], f"manual={NOON - 4 * HOUR}")], indirect=["options"])
def test_a_trading_day(venue: MockExchange, rest: Rest, clock: str) -> None:
    def order(price: float, **more: object) -> int:
        return int(rest.order("buy", 100, price, **more)["order_id"])       # type: ignore[arg-type]

    early = order(9.5)
    assert rest.status(early) == 57                     # 08:00
    at(venue, 9.3)
    auction, crossing, market = order(9.5), order(10.9), order(10.0, price_type=5)
    assert [rest.status(each) for each in (auction, crossing, market)] == [50, 50, 57]
    assert rest.status(order(10.0, price_type=1)) == 50         # a limit at the last price
    at(venue, 9.45)
    assert rest.status(crossing) == 56                  # 09:25 at one price
    assert rest.row(crossing)["traded_price"] < 10.9
    assert rest.status(order(9.5)) == 57                # 09:27
    at(venue, 9.6)
    assert rest.status(order(10.9)) == 56
    at(venue, 11.75)
    assert rest.status(auction) == 50 and rest.status(order(9.5)) == 57
    at(venue, 13.1)
    assert rest.status(order(10.9, price_type=2)) == 56
    at(venue, 14.96)
    closing = order(10.9)
    assert rest.status(closing) == 50
    at(venue, 15.01)
    assert [rest.status(closing), rest.status(auction)] == [56, 54]
    assert rest.positions()["000001.SZ"]["can_use_volume"] == rest.positions()["000001.SZ"]["volume"]
    late = order(9.5)
    assert rest.status(late) == 57 and len(rest.orders()) == late - 1000 + 1
    at(venue, 24.5)
    assert rest.orders() == []


@pytest.mark.parametrize("options, clock", [(HOURS[0], f"manual={FRIDAY_EVENING}")], indirect=["options"])
def test_a_week_end(venue: MockExchange, rest: Rest, clock: str) -> None:
    assert rest.status(rest.order("buy", 100, 9.5)["order_id"]) == 57
    venue.advance(2 * DAY + 14 * HOUR)                  # Monday, 10:00
    assert rest.orders() == [] and rest.status(rest.order("buy", 100, 9.5)["order_id"]) == 50


def test_the_hours_are_marked(rest: Rest) -> None:
    assert "x-mock-hours" not in rest.call("GET", "/nothing").headers
    for calendar, mark in (("exchange", "exchange"), ("always", None)):
        with MockExchange("qmt", options={"calendar": calendar}, clock=f"manual={NOON}", speed=STILL) as venue:
            headers = Rest(venue.rest).call("GET", "/nothing").headers
            assert (headers["x-mock-exchange"], headers.get("x-mock-hours")) == ("qmt", mark)
    with MockExchange("qte", clock=f"manual={NOON}", speed=STILL) as venue:
        assert "x-mock-hours" not in Rest(venue.rest).call("GET", "/nothing").headers


def test_hours_that_a_dialect_does_not_have() -> None:
    with pytest.raises(ValueError, match="no hours of an exchange"):
        calendar_of(Contents([], []), QmtOptions(calendar="exchange"))
    assert calendar_of(Contents([], []), None) is None


def test_the_command_line(serve_command: Callable[..., object]) -> None:
    """``--option qmt.calendar=exchange`` and an account with shares."""
    import json

    process = serve_command(
        "qmt=0", "--option", "qmt.calendar=exchange", "--account", "k:s:CNY=5000.5,000001.SZ=200", "--clock", f"manual={NOON}", "--speed", "0.001",
    )
    with process:                                       # type: ignore[attr-defined]
        try:
            ready = json.loads(process.stdout.readline())           # type: ignore[attr-defined]
            rest = Rest(ready["rest"], ready["key"], ready["secret"], lambda: NOON / 1000)
            assert rest.positions()["000001.SZ"]["volume"] == 200 and rest.portfolio()["cash"] == 5000.5
            assert rest.call("GET", "/nothing").headers["x-mock-hours"] == "exchange"
        finally:
            process.terminate()                         # type: ignore[attr-defined]


def test_the_close_of_yesterday_is_shown_until_the_day_is_over() -> None:
    """The exchange's own moves on at 15:00, for the next day's band; ``lastClose`` of a quote is the day's."""
    with MockExchange("qmt", clock=f"manual={NOON}", options={"build": "B", "calendar": "exchange"}, speed=STILL) as venue:
        rest = Rest(venue.rest, now=lambda: venue.state()["now"] / 1000)

        def last_close() -> float:
            return float(rest.get("/qmt/data/api/get_full_tick", "stock_list=000001").json["data"]["000001.SZ"]["lastClose"])

        venue.advance(2 * HOUR)             # 14:00
        assert last_close() == 10.0
        venue.set_price("000001.SZ", "10.5")
        venue.advance(2 * HOUR)             # an hour after the close
        assert last_close() == 10.0
        venue.advance(18 * HOUR)            # 10:00 of the next day
        assert last_close() > 10.4


def test_the_hours_are_chosen_at_the_opening() -> None:
    with MockExchange("qmt") as venue:
        with pytest.raises(ValueError, match="calendar: 'exchange' can be chosen when the venue is opened only"):
            venue.set_options(calendar="exchange")
        venue.set_options(calendar="always", call_ms=1)
        assert venue.state()["options"]["call_ms"] == 1
