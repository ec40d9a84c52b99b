"""Market data of FutuOpenDGateway on the running dialect: ticks pushed and polled, contracts on demand, bars, ticks by price."""

from datetime import datetime, timedelta, timezone

import pytest
from futuopend.gateway_desks import a_desk, client_of, counted
from gateways.harness import Desk
from vnpy.trader.constant import Exchange, Interval, Status
from vnpy.trader.object import HistoryRequest, SubscribeRequest

from vnpy_futuopend.enums import HK, SH, US
from vnpy_futuopend.limits import SlidingWindow
from vnpy_futuopend.listings import tick_at, ticks_of


@pytest.mark.parametrize(("market", "kind", "now", "spread", "price", "tick"), [
    (HK, 3, 300.0, 0.2, 300.0, "0.2"), (HK, 3, 300.0, 0.2, 9.5, "0.01"), (HK, 3, 300.0, 0.2, 15.0, "0.01"), (HK, 3, 300.0, 0.2, 45.0, "0.02"),
    (HK, 3, 6.0, 0.005, 6.5, "0.005"),          # phase 2: the gateway tells it
    (HK, 3, 6.0, 0.005, 12.0, "0.01"), (HK, 4, 25.0, 0.02, 6.0, "0.005"), (HK, 5, 0.3, 0.005, 15.0, "0.02"),
    (US, 3, 200.0, 0.01, 0.5, "0.0001"), (US, 3, 200.0, 0.01, 1.0, "0.01"), (SH, 4, 3.0, 0.001, 3.0, "0.001"), (SH, 3, 0.0, 0.0, 9.0, "0.01"),
])
def test_ticks_by_price(market: object, kind: int, now: float, spread: float, price: float, tick: str) -> None:
    """Spec 5.7."""
    assert str(tick_at(ticks_of(market, kind, now, spread), price)) == tick     # type: ignore[arg-type]


def test_a_sliding_window() -> None:
    window = SlidingWindow(2, 30.5)
    assert window.take(0.0) and window.take(10.0) and not window.take(30.0)
    assert window.wait(30.0) == 0.5 and window.take(30.6) and not window.take(31.0)


def test_ticks_are_pushed() -> None:
    with a_desk() as desk:
        polls = counted(desk, "POST /api/quote")
        desk.subscribe()
        desk.recorder.wait(lambda: any(tick.bid_price_5 and tick.ask_price_5 for tick in desk.recorder.ticks), "a book")
        desk.venue.set_price("02800", "25.2")
        desk.recorder.wait(lambda: desk.recorder.ticks[-1].last_price >= 25.1, "the price")
        tick = desk.recorder.ticks[-1]
        assert tick.bid_price_1 < tick.ask_price_1 and tick.pre_close and tick.high_price >= tick.low_price and not tick.limit_up
        assert tick.datetime.utcoffset() == timedelta(hours=8) and tick.extra == {"price_spread": 0.02}
        times = [tick.datetime for tick in desk.recorder.ticks]
        assert times == sorted(times)
        assert polls() <= 3


def test_a_symbol_that_is_not_listed_yet_is_asked_for() -> None:
    with a_desk() as desk:
        assert "09988" not in desk.recorder.contracts
        desk.gateway.subscribe(SubscribeRequest("09988", Exchange.SEHK))
        desk.recorder.wait(lambda: "09988" in desk.recorder.contracts, "the contract")
        desk.recorder.wait(lambda: any(tick.symbol == "09988" for tick in desk.recorder.ticks), "ticks")
        desk.gateway.subscribe(SubscribeRequest("12345", Exchange.SEHK))
        desk.recorder.wait(lambda: desk.recorder.said("Failed to subscribe data, symbol not found: 12345"), "the line")
        first = desk.send("BUY", 200.0, 1.0, symbol="TSLA", exchange="SMART")
        desk.wait_status(first, Status.REJECTED)
        assert desk.recorder.said("the contract of TSLA.SMART is not known yet")
        desk.recorder.wait(lambda: "TSLA" in desk.recorder.contracts, "the contract")
        again = desk.send("BUY", 200.0, 1.0, symbol="TSLA", exchange="SMART")
        desk.wait_status(again, Status.NOTTRADED)
        desk.assert_truth()


def test_quotes_that_are_not_pushed_are_polled_and_subscriptions_come_back() -> None:
    with a_desk(min_sub_s=0) as desk, client_of(desk) as other:
        desk.subscribe()
        desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
        # another program ends the subscription, which is shared by all clients of the gateway
        other.subscribe(security_list=[{"market": 1, "code": "02800"}], sub_type_list=[1, 2, 4], is_sub_or_un_sub=False)
        seen = len(desk.recorder.ticks)
        desk.venue.set_price("02800", "25.4")
        desk.recorder.wait(lambda: len(desk.recorder.ticks) > seen and desk.recorder.ticks[-1].last_price >= 25.3, "ticks again", 15.0)


@pytest.mark.parametrize(("symbol", "exchange", "hours"), [("02800", Exchange.SEHK, {8}), ("AAPL", Exchange.SMART, {-5, -4})])
def test_bars(symbol: str, exchange: Exchange, hours: set[int]) -> None:
    def patient(desk: Desk) -> None:
        desk.gateway.timings.query_timeout = 20.0       # a page of bars takes a machine that is busy longer than two seconds

    with a_desk(before=patient) as desk:
        now = datetime.now(timezone.utc)
        for interval, back, least in ((Interval.MINUTE, timedelta(hours=30), 1500), (Interval.HOUR, timedelta(days=3), 60), (Interval.DAILY, timedelta(days=5), 3)):
            start = now - back
            bars = desk.gateway.query_history(HistoryRequest(symbol, exchange, start, now, interval))
            assert len(bars) >= least, (interval, len(bars))
            times = [bar.datetime for bar in bars]
            assert times == sorted(set(times)) and times[0] >= start - timedelta(days=1) and times[-1] < now
            assert {offset.total_seconds() / 3600 for time in times if (offset := time.utcoffset())} <= hours
            assert all(bar.low_price <= min(bar.open_price, bar.close_price) and bar.high_price >= max(bar.open_price, bar.close_price) for bar in bars)
        minutes = desk.gateway.query_history(HistoryRequest(symbol, exchange, now - timedelta(minutes=5), now, Interval.MINUTE))
        assert minutes[-1].datetime + timedelta(minutes=2) >= now.replace(second=0, microsecond=0) - timedelta(minutes=1)
        assert minutes[-1].datetime + timedelta(minutes=1) <= now + timedelta(seconds=1)
