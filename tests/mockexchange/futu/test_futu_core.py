"""What the core has for this dialect: stops, good-till-cancelled and amended prices of shares, and calendars by symbol."""

import pytest

from mockexchange.contents import Contents, calendars_of
from mockexchange.core import Exchange
from mockexchange.core.calendar import RoundTheClock, hong_kong, new_york
from mockexchange.core.commands import AmendOrder, CancelOrder, Deposit, EndDay, PlaceOrder, Quote, SetPrice
from mockexchange.core.errors import Refusal
from mockexchange.core.events import OrderReport
from mockexchange.core.numbers import SCALE
from mockexchange.core.orders import Order
from mockexchange.dialects.futu import FutuDialect, FutuOptions
from mockexchange.dialects.futu.contents import contents

NOW: int = 1_767_585_600_000_000


class Desk:
    """One exchange with the dialect's shares; account "a" has 100,000 HKD and 1,000 shares of 00700."""

    def __init__(self) -> None:
        self.exchange = Exchange(contents().instruments, 3)
        for asset, amount in (("HKD", 100_000), ("00700", 1_000)):
            self.exchange.apply(Deposit("a", asset, amount * SCALE), NOW)
        for side, price in (("SELL", 301), ("BUY", 299)):
            self.exchange.apply(Quote("00700", side, price * SCALE, 5_000 * SCALE), NOW)

    def place(self, side: str, quantity: int, price: int = 0, kind: str = "LIMIT", stop: int = 0, tif: str = "DAY") -> Order:
        command = PlaceOrder("a", "00700", side, kind, quantity * SCALE, price * SCALE, tif, stop * SCALE, stp_mode="NONE")
        report = self.exchange.apply(command, NOW)[0]
        assert isinstance(report, OrderReport)
        return self.exchange.find_order("a", "00700", report.order_id)

    def amend(self, order: Order, quantity: int, price: int) -> None:
        self.exchange.apply(AmendOrder("a", "00700", order.order_id, quantity=quantity * SCALE, price=price * SCALE, may_grow=True), NOW)

    def held(self, asset: str) -> tuple[int, int]:
        return self.exchange.balances("a")[asset]


def refused(call: object, *arguments: object) -> str:
    with pytest.raises(Refusal) as found:
        call(*arguments)        # type: ignore[operator]
    return found.value.filter or found.value.reason


def test_gtc_outlives_the_day_and_day_does_not() -> None:
    desk = Desk()
    day, kept = desk.place("BUY", 100, 290), desk.place("BUY", 100, 290, tif="GTC")
    stop_day, stop_kept = (desk.place("SELL", 100, 280, "STOP_LOSS_LIMIT", 285, tif) for tif in ("DAY", "GTC"))
    market_stop = desk.place("SELL", 100, 0, "STOP_LOSS", 285, "GTC")
    desk.exchange.apply(EndDay("00700"), NOW)
    assert [each.status for each in (day, kept, stop_day, stop_kept, market_stop)] == ["EXPIRED", "NEW", "EXPIRED", "NEW", "NEW"]
    assert desk.held("HKD")[1] == kept.locked and desk.held("00700")[1] == 200 * SCALE
    desk.exchange.apply(CancelOrder("a", "00700", kept.order_id), NOW)
    assert desk.held("HKD") == (100_000 * SCALE, 0)


def test_a_stop_buys_what_can_be_paid_with_its_fees() -> None:
    desk = Desk()
    stop = desk.place("BUY", 300, 0, "STOP_LOSS", 305)
    desk.exchange.apply(SetPrice("00700", 306 * SCALE), NOW)
    assert stop.is_final and desk.held("HKD")[0] >= 0
    many = desk.place("BUY", 100, 0, "STOP_LOSS", 320) if desk.held("HKD")[0] > 40_000 * SCALE else None
    assert many is None or many.status == "NEW"


def test_amended_prices() -> None:
    desk = Desk()
    order = desk.place("BUY", 200, 290)
    locked = order.locked
    desk.amend(order, 200, 280)
    assert (order.price, order.status) == (280 * SCALE, "NEW") and order.locked < locked
    assert desk.held("HKD")[1] == order.locked
    assert refused(desk.amend, order, 200, 280) == "AMEND_NOTHING"
    assert refused(desk.amend, order, 200_000, 280) == "INSUFFICIENT_BALANCE"
    desk.amend(order, 100, 301)
    assert (order.status, order.executed, order.quantity) == ("FILLED", 100 * SCALE, 100 * SCALE)
    assert desk.held("HKD")[1] == 0 and desk.held("00700")[0] == 1_100 * SCALE
    stop = desk.place("SELL", 100, 280, "STOP_LOSS_LIMIT", 285)
    desk.amend(stop, 200, 284)
    assert (stop.price, stop.remaining, stop.working_time) == (284 * SCALE, 200 * SCALE, 0)
    sale = desk.place("SELL", 100, 320)
    desk.amend(sale, 300, 299)
    assert sale.status == "FILLED" and sale.executed == 300 * SCALE


def test_calendars_by_symbol() -> None:
    found: Contents = FutuDialect.contents()
    always, hours = calendars_of(found, FutuOptions()), calendars_of(found, FutuOptions(calendar="exchange"))
    us, china = {"AAPL", "TSLA", "SPY"}, {"600519", "600036", "688981", "510300", "000001"}
    assert set(always) == set(hours) == us | china
    assert isinstance(found.calendar, RoundTheClock) and found.calendar.zone.key == "Asia/Hong_Kong"
    assert {always[each].zone.key for each in us} == {"America/New_York"}           # type: ignore[attr-defined]
    assert {always[each].zone.key for each in china} == {hours[each].zone.key for each in china} == {"Asia/Shanghai"}   # type: ignore[attr-defined]
    assert type(found.sessions) is type(hong_kong()) and {type(hours[each]) for each in us} == {type(new_york())}
