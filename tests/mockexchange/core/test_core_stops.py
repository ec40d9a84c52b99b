"""Stop orders: when they trigger, what they lock, what they do then."""

from typing import Any

import pytest
from core_world import SYMBOL, World, amount, plain, prints, reports

from mockexchange.core.commands import CancelAll, PlaceOrder
from mockexchange.core.stops import rises_to_trigger


def trade_at(world: World, price: str) -> list[Any]:
    """One public trade at a price, between the market maker's sides, and what it led to."""
    world.quote("SELL", price, "1")
    return world.hit("BUY", "1", price)


@pytest.mark.parametrize(("side", "type", "rises"), [
    ("BUY", "STOP_LOSS", True), ("SELL", "STOP_LOSS", False), ("BUY", "TAKE_PROFIT", False), ("SELL", "TAKE_PROFIT", True),
])
def test_each_type_waits_for_its_side_of_the_market(side: str, type: str, rises: bool) -> None:
    assert rises_to_trigger(side == "BUY", type) is rises is rises_to_trigger(side == "BUY", type + "_LIMIT")
    stop, before = ("105", "104") if rises else ("95", "96")
    for kind, price in ((type, "0"), (type + "_LIMIT", "100")):
        world = World()
        order = world.order_of(world.place("a", side, kind, "1", price, stop_price=stop))
        assert (order.status, order.is_working, order.working_time) == ("NEW", False, 0)
        trade_at(world, before)
        assert not order.is_working and world.exchange.open_orders("a") == [order]
        world = World()
        order = world.order_of(world.place("a", side, kind, "1", price, stop_price=stop))
        trade_at(world, stop)
        assert order.working_time == world.now


@pytest.mark.parametrize(("side", "type", "stop"), [
    ("BUY", "STOP_LOSS", "100"), ("BUY", "STOP_LOSS_LIMIT", "99"), ("SELL", "STOP_LOSS", "100"),
    ("SELL", "STOP_LOSS_LIMIT", "101"), ("BUY", "TAKE_PROFIT", "100"), ("BUY", "TAKE_PROFIT_LIMIT", "101"),
    ("SELL", "TAKE_PROFIT", "100"), ("SELL", "TAKE_PROFIT_LIMIT", "99"),
])
def test_a_stop_the_market_is_already_past_is_refused(side: str, type: str, stop: str) -> None:
    price = amount("100") if type.endswith("LIMIT") else 0
    World().refused(
        PlaceOrder("a", SYMBOL, side, type, amount(1), price, stop_price=amount(stop)), "WOULD_TRIGGER"
    )


def test_a_waiting_stop_is_not_on_the_book_but_holds_its_money() -> None:
    world = World()
    report, = reports(world.place("a", "BUY", "STOP_LOSS_LIMIT", "2", "106", stop_price="105"))
    assert (report.status, report.is_on_book, report.working_time, plain(report.stop_price)) == ("NEW", False, 0, "105")
    assert world.book() == ([], []) and world.balance("a", "BBB") == ("99788", "212")
    world.place("a", "SELL", "STOP_LOSS", "3", stop_price="95")
    assert world.balance("a", "AAA") == ("997", "3")
    # a stop that will buy at the market locks what it would cost at its stop price
    world.place("b", "BUY", "STOP_LOSS", "2", stop_price="105")
    assert world.balance("b", "BBB") == ("99790", "210")
    world.apply(CancelAll("a", SYMBOL))
    assert world.balance("a", "BBB") == ("100000", "0") and world.balance("a", "AAA") == ("1000", "0")


def test_a_triggered_limit_stop_is_reported_and_rests() -> None:
    world = World()
    order = world.order_of(world.place("a", "BUY", "STOP_LOSS_LIMIT", "2", "103", stop_price="105"))
    report, = reports(trade_at(world, "105"))
    assert (report.execution_type, report.status, report.is_on_book) == ("NEW", "NEW", True)
    assert report.working_time == world.now > report.time
    assert world.book() == ([("103", "2")], []) and order.is_working
    assert world.balance("a", "BBB") == ("99794", "206")


def test_a_triggered_limit_stop_takes_what_its_limit_allows() -> None:
    world = World()
    world.place("a", "SELL", "STOP_LOSS_LIMIT", "3", "94", stop_price="95")
    world.quote("BUY", "94", "2")
    events = trade_at(world, "95")
    assert [(plain(t.price), plain(t.quantity)) for t in prints(events)] == [("95", "1"), ("94", "2")]
    assert [r.execution_type for r in reports(events)] == ["NEW", "TRADE"]
    assert world.book() == ([], [("94", "1")])


@pytest.mark.parametrize(("time_in_force", "reason"), [
    ("IOC", "UNFILLED_IOC_QUANTITY_EXPIRED"), ("FOK", "UNFILLED_FOK_ORDER_EXPIRED"),
])
def test_a_triggered_stop_keeps_its_time_in_force(time_in_force: str, reason: str) -> None:
    world = World()
    world.place("a", "BUY", "STOP_LOSS_LIMIT", "2", "104", stop_price="105", time_in_force=time_in_force)
    last = reports(trade_at(world, "105"))[-1]
    assert (last.status, last.expiry_reason) == ("EXPIRED", reason)
    assert world.balance("a", "BBB") == ("100000", "0")


def test_a_triggered_market_stop_takes_the_book_and_expires_the_rest() -> None:
    world = World()
    world.quote("BUY", "93", "1")
    world.quote("BUY", "92", "1")
    world.place("a", "SELL", "STOP_LOSS", "3", stop_price="95")
    events = trade_at(world, "94")
    assert [(plain(t.price), plain(t.quantity)) for t in prints(events)] == [("94", "1"), ("93", "1"), ("92", "1")]
    last = reports(events)[-1]
    assert (last.status, last.expiry_reason, plain(last.executed)) == ("EXPIRED", "INSUFFICIENT_LIQUIDITY", "2")
    assert world.balance("a", "AAA") == ("998", "0") and world.balance("a", "BBB") == ("100185", "0")


def test_a_triggered_market_buy_may_cost_more_than_it_locked() -> None:
    world = World()
    world.quote("SELL", "110", "10")
    world.place("a", "BUY", "STOP_LOSS", "10", stop_price="105")
    assert world.balance("a", "BBB") == ("98950", "1050")
    world.quote("SELL", "105", "1")
    world.hit("BUY", "1", "105")
    assert world.balance("a", "BBB") == ("98900", "0") and world.balance("a", "AAA") == ("1010", "0")


def test_a_triggered_market_buy_stops_at_what_the_account_can_pay() -> None:
    world = World()
    world.limit("a", "BUY", "940", "100")           # leaves 6000 free
    order = world.order_of(world.place("a", "BUY", "STOP_LOSS", "57", stop_price="105"))
    world.quote("SELL", "105", "1")
    world.quote("SELL", "110", "100")
    last = reports(world.hit("BUY", "1", "105"))[-1]
    assert (last.status, last.expiry_reason) == ("EXPIRED", "INSUFFICIENT_LIQUIDITY")
    assert plain(order.executed) == "54.5"          # of 6000 at 110, in steps of 0.1
    assert world.balance("a", "BBB") == ("5", "94000")


def test_stops_nearest_to_the_market_trigger_first_then_the_older() -> None:
    world = World()
    far = world.order_of(world.place("a", "BUY", "STOP_LOSS_LIMIT", "1", "90", stop_price="107"))
    old = world.order_of(world.place("a", "BUY", "STOP_LOSS_LIMIT", "1", "90", stop_price="105"))
    new = world.order_of(world.place("b", "BUY", "STOP_LOSS_LIMIT", "1", "90", stop_price="105"))
    events = trade_at(world, "108")
    assert [report.order_id for report in reports(events)] == [old.order_id, new.order_id, far.order_id]


def test_stops_cascade() -> None:
    """The trade of one stop triggers the next, and that one the third, all within one command."""
    world = World()
    for price in ("95", "90", "85", "80"):
        world.quote("BUY", price, "1")
    first = world.order_of(world.place("a", "SELL", "STOP_LOSS", "1", stop_price="96"))
    second = world.order_of(world.place("b", "SELL", "STOP_LOSS", "1", stop_price="95"))
    third = world.order_of(world.place("a", "SELL", "STOP_LOSS", "1", stop_price="91"))
    unmoved = world.order_of(world.place("b", "SELL", "STOP_LOSS", "1", stop_price="84"))
    world.quote("SELL", "96", "1")
    events = world.hit("BUY", "1", "96")
    assert [plain(trade.price) for trade in prints(events)] == ["96", "95", "90", "85"]
    assert [order.status for order in (first, second, third, unmoved)] == ["FILLED", "FILLED", "FILLED", "NEW"]
    assert world.book() == ([("80", "1")], [])


def test_a_users_own_trade_triggers_stops() -> None:
    world = World()
    world.limit("b", "SELL", "1", "105")
    stop = world.order_of(world.place("b", "BUY", "STOP_LOSS_LIMIT", "1", "100", stop_price="105"))
    world.place("a", "BUY", "MARKET", "1")
    assert stop.is_working and world.book() == ([("100", "1")], [])


def test_a_cancelled_stop_does_not_trigger() -> None:
    world = World()
    kept = world.order_of(world.place("a", "BUY", "STOP_LOSS_LIMIT", "1", "100", stop_price="105"))
    gone = world.order_of(world.place("a", "BUY", "STOP_LOSS_LIMIT", "1", "101", stop_price="105"))
    world.cancel(gone)
    assert [report.order_id for report in reports(trade_at(world, "105"))] == [kept.order_id]
    assert gone.status == "CANCELED"


def test_a_stop_triggers_once() -> None:
    world = World()
    order = world.order_of(world.place("a", "BUY", "STOP_LOSS_LIMIT", "1", "100", stop_price="105"))
    trade_at(world, "105")
    assert reports(trade_at(world, "106")) == [] and order.is_working
