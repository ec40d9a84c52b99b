"""Days on the venue's clock: two markets whose hours do not meet, a week-end, and the night in which New York's clocks go forward."""

from collections import Counter
from contextlib import closing
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from futuopend.gateway_desks import ENVIRONMENTS, case_of, counted, send
from gateways.harness import Desk
from vnpy.trader.constant import Exchange, Interval, Status
from vnpy.trader.object import HistoryRequest

from mockexchange import MockExchange

HONG_KONG, NEW_YORK = ZoneInfo("Asia/Hong_Kong"), ZoneInfo("America/New_York")
THURSDAY: datetime = datetime(2026, 3, 5, 9, 0, tzinfo=HONG_KONG)
# trading days, and when the regular session opens on each, as an offset from UTC: summer time begins on Sunday, 8 March
DAYS: tuple[tuple[int, int, str], ...] = ((3, 5, "-05:00"), (3, 6, "-05:00"), (3, 9, "-04:00"), (3, 10, "-04:00"), (3, 11, "-04:00"))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_week_of_two_markets_in_seconds(environment: str) -> None:
    case = case_of(environment, calendar="exchange")
    clock = f"manual={int(THURSDAY.timestamp() * 1_000)}"
    with MockExchange("futu", seed=7, clock=clock, options=dict(case.options), speed=0.001) as venue, closing(Desk(case, venue, spoils=False)) as desk:
        def at(zone: ZoneInfo, month: int, day: int, hour: int, minute: int) -> datetime:
            moment = datetime(2026, month, day, hour, minute, tzinfo=zone)
            venue.advance(int(moment.timestamp() * 1_000) - venue.state()["now"])
            return moment

        def trade(symbol: str, exchange: Exchange, volume: float, tick: float) -> str:
            """A purchase that is filled at once, and one that rests: its id."""
            best = venue.state()["symbols"][symbol]
            held = desk.recorder.positions[symbol].volume if symbol in desk.recorder.positions else 0.0
            bought = send(desk, symbol, exchange, round(float(best["best_ask"]) + 5 * tick, 4), volume)
            desk.wait_status(bought, Status.ALLTRADED, seconds=20.0)
            desk.recorder.wait(lambda: symbol in desk.recorder.positions and desk.recorder.positions[symbol].volume == held + volume, "the position", 10.0)
            local = desk.recorder.orders[bought].datetime
            assert local is not None and local.utcoffset() == now.utcoffset() and local.date() == now.date()
            resting = send(desk, symbol, exchange, round(float(best["best_bid"]) - 50 * tick, 4), volume)
            desk.wait_status(resting, Status.NOTTRADED, seconds=20.0)
            return resting

        # a week of bars is a large answer for a machine that is busy
        desk.gateway.timings.query_timeout, desk.gateway.timings.history_patience = 10.0, 30.0
        desk.ready()
        looks = counted(desk, "POST /api/orders")
        for month, day, offset in DAYS:
            now = at(HONG_KONG, month, day, 9, 40)
            hong_kong = trade("00700", Exchange.SEHK, 100.0, 0.2)
            at(HONG_KONG, month, day, 12, 30)
            assert desk.order(hong_kong).status is Status.NOTTRADED, "lunch took an order"
            at(HONG_KONG, month, day, 16, 30)
            desk.gateway.query_account()                # the looks rest by the venue's clock; one is due after the close
            desk.wait_status(hong_kong, Status.CANCELLED, seconds=20.0)
            now = at(NEW_YORK, month, day, 9, 35)
            assert now.isoformat().endswith(offset)
            new_york = trade("AAPL", Exchange.SMART, 10.0, 0.01)
            now = at(NEW_YORK, month, day, 15, 55)
            assert desk.order(new_york).status is Status.NOTTRADED
            at(NEW_YORK, month, day, 16, 30)
            desk.gateway.query_account()
            desk.wait_status(new_york, Status.CANCELLED, seconds=20.0)
        desk.assert_truth(30.0)
        desk.recorder.wait(lambda: desk.gateway.now() >= now, "the venue's time", 10.0)
        desk.recorder.pass_time(1.0)                # a look that was on its way
        seen = looks()
        desk.recorder.pass_time(2.0)
        assert looks() - seen <= 2, "a closed market is asked and asked"
        assert not desk.recorder.said("disconnected") and not desk.recorder.said("begins anew")
        # bars before and after the change begin at the same local minute; Hong Kong's first is of the opening auction (spec 6, #22)
        for symbol, exchange, zone, opens, most in (("AAPL", Exchange.SMART, NEW_YORK, "09:30", 390), ("00700", Exchange.SEHK, HONG_KONG, "09:29", 331)):
            found = desk.gateway.query_history(HistoryRequest(
                symbol, exchange, datetime(2026, 3, 5, tzinfo=zone), datetime(2026, 3, 12, tzinfo=zone), Interval.MINUTE
            ))
            first: dict[date, str] = {}
            count: Counter[date] = Counter(bar.datetime.astimezone(zone).date() for bar in found)
            for bar in found:
                local = bar.datetime.astimezone(zone)
                first.setdefault(local.date(), f"{local:%H:%M}")
                assert bar.datetime.utcoffset() == local.utcoffset()
            assert first == {datetime(2026, month, day).date(): opens for month, day, _ in DAYS}, symbol
            assert max(count.values()) == most, symbol
