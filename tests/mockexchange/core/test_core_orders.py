"""Order types, times in force, cancels and the events they make."""

from collections.abc import Callable
from typing import Any

import pytest
from core_world import SYMBOL, World, amount, fills, plain, prints, reports

from mockexchange.core import Exchange
from mockexchange.core.commands import (
    CancelAll,
    CancelOrder,
    Deposit,
    PlaceOrder,
    SetSymbolStatus,
)
from mockexchange.core.events import BalanceChange, Fill, OrderReport, PublicTrade


def asks(world: World) -> None:
    """1 at 101 and 2 at 102, both of b."""
    world.limit("b", "SELL", "1", "101")
    world.limit("b", "SELL", "2", "102")


def trades(events: list[Any]) -> list[tuple[str, str]]:
    return [(plain(trade.price), plain(trade.quantity)) for trade in prints(events)]


# limit orders

def test_a_limit_order_that_meets_nobody_rests() -> None:
    world = World()
    events = world.place("a", "BUY", "LIMIT", "2", "99", client_order_id="mine")
    report, = reports(events)
    assert (report.execution_type, report.status, report.is_on_book) == ("NEW", "NEW", True)
    assert (report.client_order_id, report.side, report.type, report.time_in_force) == ("mine", "BUY", "LIMIT", "GTC")
    assert report.time == report.update_time == report.working_time == world.now
    assert world.book() == ([("99", "2")], [])
    assert world.balance("a", "BBB") == ("99802", "198")


def test_a_crossing_gtc_order_takes_best_first_and_rests_with_the_remainder() -> None:
    world = World()
    asks(world)
    events = world.place("a", "BUY", "LIMIT", "5", "102")
    assert trades(events) == [("101", "1"), ("102", "2")]
    order = world.order_of(events)
    assert (order.status, plain(order.executed), plain(order.executed_quote)) == ("PARTIALLY_FILLED", "3", "305")
    assert world.book() == ([("102", "2")], [])
    world.limit("b", "SELL", "2", "102")
    assert order.status == "FILLED" and world.book() == ([], [])


def test_trades_happen_at_the_resting_orders_price() -> None:
    world = World()
    world.limit("a", "BUY", "1", "105")
    assert trades(world.place("b", "SELL", "LIMIT", "1", "95")) == [("105", "1")]


def test_an_ioc_order_takes_what_is_there_and_expires() -> None:
    world = World()
    asks(world)
    events = world.place("a", "BUY", "LIMIT", "5", "101", time_in_force="IOC")
    assert trades(events) == [("101", "1")]
    last = reports(events)[-1]
    assert (last.execution_type, last.status, last.expiry_reason) == (
        "EXPIRED", "EXPIRED", "UNFILLED_IOC_QUANTITY_EXPIRED"
    )
    assert not last.is_on_book
    assert world.book() == ([], [("102", "2")]) and world.balance("a", "BBB") == ("99899", "0")


def test_a_fok_order_fills_whole_or_not_at_all() -> None:
    world = World()
    asks(world)
    events = world.place("a", "BUY", "LIMIT", "3.1", "102", time_in_force="FOK")
    assert not trades(events)
    assert [r.execution_type for r in reports(events)] == ["NEW", "EXPIRED"]
    assert reports(events)[-1].expiry_reason == "UNFILLED_FOK_ORDER_EXPIRED"
    assert world.book() == ([], [("101", "1"), ("102", "2")]) and world.balance("a", "BBB") == ("100000", "0")
    assert not trades(world.place("a", "BUY", "LIMIT", "3", "101", time_in_force="FOK"))
    events = world.place("a", "BUY", "LIMIT", "3", "102", time_in_force="FOK")
    assert trades(events) == [("101", "1"), ("102", "2")] and world.order_of(events).status == "FILLED"


def test_a_fok_order_does_not_count_its_own_orders() -> None:
    world = World()
    asks(world)
    world.limit("a", "SELL", "2", "101")
    events = world.place("a", "BUY", "LIMIT", "4", "102", time_in_force="FOK", stp_mode="EXPIRE_MAKER")
    assert not trades(events) and world.order_of(events).status == "EXPIRED"
    assert world.book()[1] == [("101", "3"), ("102", "2")]


def test_a_limit_maker_order_rests_or_is_refused() -> None:
    world = World()
    asks(world)
    assert reports(world.place("a", "BUY", "LIMIT_MAKER", "1", "100"))[0].status == "NEW"
    world.refused(PlaceOrder("a", SYMBOL, "BUY", "LIMIT_MAKER", amount(1), amount("101")), "WOULD_MATCH")
    world.refused(PlaceOrder("b", SYMBOL, "SELL", "LIMIT_MAKER", amount(1), amount("100")), "WOULD_MATCH")


# market orders

def test_a_market_order_walks_the_book() -> None:
    world = World()
    asks(world)
    events = world.place("a", "BUY", "MARKET", "2")
    assert trades(events) == [("101", "1"), ("102", "1")]
    order = world.order_of(events)
    assert (order.status, order.price, order.time_in_force) == ("FILLED", 0, "GTC")
    assert world.balance("a", "BBB") == ("99797", "0") and world.balance("a", "AAA") == ("1002", "0")


def test_what_the_book_cannot_give_a_market_order_expires() -> None:
    world = World()
    asks(world)
    last = reports(world.place("a", "BUY", "MARKET", "5"))[-1]
    assert (last.status, last.expiry_reason, plain(last.executed)) == ("EXPIRED", "INSUFFICIENT_LIQUIDITY", "3")
    last = reports(world.place("a", "SELL", "MARKET", "5"))[-1]
    assert (last.status, last.expiry_reason, last.executed) == ("EXPIRED", "INSUFFICIENT_LIQUIDITY", 0)
    assert world.balance("a", "AAA") == ("1003", "0")


@pytest.mark.parametrize(("budget", "bought", "spent"), [
    ("101", "1", "101"), ("100", "0.9", "90.9"), ("203", "2", "203"), ("210", "2", "203"), ("213.2", "2.1", "213.2"),
])
def test_a_market_buy_by_quote_amount_spends_at_most_that(budget: str, bought: str, spent: str) -> None:
    world = World()
    asks(world)
    order = world.order_of(world.place("a", "BUY", "MARKET", "0", quote_quantity=budget))
    assert (plain(order.quantity), plain(order.executed), plain(order.executed_quote)) == (bought, bought, spent)
    assert order.status == "FILLED" and plain(order.quote_quantity) == budget


def test_a_market_sell_by_quote_amount_brings_at_most_that() -> None:
    world = World()
    world.limit("b", "BUY", "1", "99")
    world.limit("b", "BUY", "1", "98")
    order = world.order_of(world.place("a", "SELL", "MARKET", "0", quote_quantity="150"))
    assert (plain(order.executed), plain(order.executed_quote)) == ("1.5", "148")
    assert world.balance("a", "BBB") == ("100148", "0")


def test_a_quote_amount_larger_than_the_book_expires_with_a_remainder() -> None:
    world = World()
    asks(world)
    order = world.order_of(world.place("a", "BUY", "MARKET", "0", quote_quantity="1000"))
    assert (order.status, order.expiry_reason, plain(order.executed)) == ("EXPIRED", "INSUFFICIENT_LIQUIDITY", "3")


def test_a_quote_amount_needs_a_book_and_must_buy_one_step() -> None:
    world = World()
    by_quote = PlaceOrder("a", SYMBOL, "BUY", "MARKET", quote_quantity=amount("10"))
    world.refused(by_quote, "NO_LIQUIDITY")
    asks(world)
    world.refused(by_quote, "FILTER", "LOT_SIZE")


def test_a_market_buy_needs_the_money_the_walk_costs() -> None:
    world = World()
    world.limit("b", "SELL", "10", "500")
    world.limit("b", "SELL", "990", "400")
    assert trades(world.place("a", "BUY", "MARKET", "100")) == [("400", "100")]
    world.place("a", "BUY", "MARKET", "100")
    assert world.balance("a", "BBB") == ("20000", "0")
    world.refused(PlaceOrder("a", SYMBOL, "BUY", "MARKET", amount("50.1")), "INSUFFICIENT_BALANCE")
    world.place("a", "BUY", "MARKET", "50")
    assert world.balance("a", "BBB") == ("0", "0")


# cancels, ids and shapes

def test_a_cancel_takes_the_order_out_and_the_lock_off() -> None:
    world = World()
    order = world.limit("a", "BUY", "2", "99", client_order_id="mine")
    events = world.cancel(order, new_client_order_id="stop-it")
    report, = reports(events)
    assert (report.execution_type, report.status, report.client_order_id) == ("CANCELED", "CANCELED", "mine")
    assert report.cancel_client_order_id == "stop-it" and not report.is_on_book
    assert world.balance("a", "BBB") == ("100000", "0") and world.book() == ([], [])
    assert world.exchange.open_orders("a") == []
    world.refused(CancelOrder("a", SYMBOL, order.order_id), "UNKNOWN_ORDER")


def test_a_cancel_by_client_order_id_and_only_of_ones_own() -> None:
    world = World()
    order = world.limit("a", "BUY", "2", "99", client_order_id="mine")
    world.refused(CancelOrder("b", SYMBOL, order.order_id), "UNKNOWN_ORDER")
    world.refused(CancelOrder("b", SYMBOL, None, "mine"), "UNKNOWN_ORDER")
    world.refused(CancelOrder("a", SYMBOL), "UNKNOWN_ORDER")
    world.refused(CancelOrder("a", SYMBOL, order.order_id, "other"), "CLIENT_ID_MISMATCH")
    world.refused(CancelOrder("a", "NOSUCH", order.order_id), "INVALID_SYMBOL")
    world.refused(CancelOrder("nobody", SYMBOL, order.order_id), "UNKNOWN_ACCOUNT")
    world.apply(CancelOrder("a", SYMBOL, None, "mine"))
    assert order.status == "CANCELED"


def test_cancel_restrictions() -> None:
    world = World()
    order = world.limit("a", "BUY", "2", "99")
    world.refused(CancelOrder("a", SYMBOL, order.order_id, restrictions="ONLY_PARTIALLY_FILLED"), "CANCEL_RESTRICTED")
    world.limit("b", "SELL", "1", "99")
    world.refused(CancelOrder("a", SYMBOL, order.order_id, restrictions="ONLY_NEW"), "CANCEL_RESTRICTED")
    with pytest.raises(ValueError, match="restrictions.*'ALWAYS'"):
        world.cancel(order, restrictions="ALWAYS")
    report, = reports(world.cancel(order, restrictions="ONLY_PARTIALLY_FILLED"))
    assert (report.status, plain(report.executed)) == ("CANCELED", "1")


def test_cancel_all_takes_every_order_of_the_account() -> None:
    world = World()
    world.limit("a", "BUY", "1", "98")
    world.limit("a", "SELL", "1", "105")
    world.place("a", "BUY", "STOP_LOSS", "1", stop_price="110")
    world.limit("b", "BUY", "1", "97")
    events = world.apply(CancelAll("a", SYMBOL))
    assert [r.status for r in reports(events)] == ["CANCELED"] * 3
    assert world.book() == ([("97", "1")], []) and world.balance("a", "BBB") == ("100000", "0")
    world.refused(CancelAll("a", SYMBOL), "UNKNOWN_ORDER")


def test_an_open_client_order_id_may_not_be_used_twice() -> None:
    world = World()
    first = world.limit("a", "BUY", "1", "99", client_order_id="x")
    world.refused(PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount(1), amount(98), client_order_id="x"), "DUPLICATE_CLIENT_ORDER_ID")
    world.limit("b", "BUY", "1", "98", client_order_id="x")
    world.cancel(first)
    second = world.limit("a", "BUY", "1", "97", client_order_id="x")
    assert world.exchange.find_order("a", SYMBOL, client_order_id="x") is second
    assert world.exchange.find_order("a", SYMBOL, first.order_id) is first


def test_made_up_client_order_ids_come_from_the_seed() -> None:
    def name(seed: int) -> str:
        return World(seed).limit("a", "BUY", "1", "99").client_order_id

    assert len(name(3)) == 22 and name(3).isalnum() and name(3) == name(3) != name(4)


def test_order_ids_ascend_and_trade_ids_start_at_one() -> None:
    world = World()
    first, second = world.limit("b", "SELL", "1", "101"), world.limit("b", "SELL", "1", "102")
    assert second.order_id == first.order_id + 1
    events = world.place("a", "BUY", "MARKET", "2")
    assert [trade.trade_id for trade in prints(events)] == [1, 2]


@pytest.mark.parametrize("change", [
    {"type": "NO_SUCH"}, {"time_in_force": "GTX"}, {"price": 0}, {"stop_price": 100}, {"quote_quantity": 100},
    {"type": "MARKET"}, {"type": "MARKET", "price": 0, "quote_quantity": 100}, {"type": "STOP_LOSS_LIMIT"},
    {"type": "STOP_LOSS", "stop_price": 100}, {"iceberg_quantity": 1, "time_in_force": "IOC"},
])
def test_combinations_that_make_no_order(change: dict[str, Any]) -> None:
    plain_order = {"type": "LIMIT", "quantity": amount(1), "price": amount(99)}
    World().refused(PlaceOrder("a", SYMBOL, "BUY", **{**plain_order, **change}), "UNSUPPORTED_TYPE")


@pytest.mark.parametrize(("change", "reason"), [
    ({"symbol": "NOSUCH"}, "INVALID_SYMBOL"), ({"account": "nobody"}, "UNKNOWN_ACCOUNT"),
    ({"iceberg_quantity": amount(2)}, "ICEBERG_TOO_LARGE"), ({"stp_mode": "SOMETHING"}, "STP_NOT_ALLOWED"),
    ({"quantity": amount(1011)}, "INSUFFICIENT_BALANCE"),
    ({"side": "SELL", "quantity": amount("1000.1")}, "INSUFFICIENT_BALANCE"),
])
def test_other_refusals_change_nothing(change: dict[str, Any], reason: str) -> None:
    order = {"account": "a", "symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "quantity": amount(1), "price": amount(99)}
    World().refused(PlaceOrder(**{**order, **change}), reason)


def test_a_side_that_is_none_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="side: must be BUY or SELL, not 'HOLD'"):
        World().place("a", "HOLD", "LIMIT", "1", "99")


def test_only_a_trading_symbol_takes_orders_but_any_lets_them_go() -> None:
    world = World()
    order = world.limit("a", "BUY", "1", "99")
    event, = world.apply(SetSymbolStatus(SYMBOL, "HALT"))
    assert (event.symbol, event.status) == (SYMBOL, "HALT")      # type: ignore[union-attr]
    world.refused(PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount(1), amount(98)), "MARKET_CLOSED")
    assert reports(world.cancel(order))[0].status == "CANCELED"
    world.apply(SetSymbolStatus(SYMBOL, "TRADING"))
    world.limit("a", "BUY", "1", "98")
    with pytest.raises(ValueError, match="status.*'OPEN'"):
        world.apply(SetSymbolStatus(SYMBOL, "OPEN"))


# events and reads

def test_events_come_in_the_order_things_happen() -> None:
    world = World()
    world.limit("b", "SELL", "1", "101")
    events = world.place("a", "BUY", "LIMIT", "1", "101")
    kinds = [
        (type(event), getattr(event, "account", ""), getattr(event, "execution_type", "")) for event in events
    ]
    assert kinds == [
        (OrderReport, "a", "NEW"), (PublicTrade, "", ""),
        (OrderReport, "b", "TRADE"), (Fill, "b", ""), (OrderReport, "a", "TRADE"), (Fill, "a", ""),
        (BalanceChange, "a", ""), (BalanceChange, "b", ""),
    ]
    trade, = prints(events)
    assert not trade.buyer_is_maker and trade.time == world.now
    maker, taker = fills(events)
    assert (maker.is_maker, maker.is_buy, taker.is_maker, taker.is_buy) == (True, False, False, True)
    assert maker.trade_id == taker.trade_id == trade.trade_id


def test_a_report_is_a_snapshot_of_its_moment() -> None:
    world = World()
    first = reports(world.place("a", "BUY", "LIMIT", "2", "99"))[0]
    world.limit("b", "SELL", "1", "99")
    assert (first.status, first.executed) == ("NEW", 0)


def test_reads_of_orders_and_fills() -> None:
    world = World()
    resting, done = world.limit("a", "BUY", "1", "98"), world.limit("a", "BUY", "2", "99")
    world.limit("b", "SELL", "1", "99")
    world.limit("b", "SELL", "1", "99")
    exchange = world.exchange
    assert exchange.open_orders("a") == exchange.open_orders("a", SYMBOL) == [resting]
    assert exchange.all_orders("a", SYMBOL) == [resting, done]
    assert [fill.trade_id for fill in exchange.fills("a", SYMBOL)] == [1, 2]
    assert [fill.trade_id for fill in exchange.order_fills("a", done.order_id)] == [1, 2]
    assert exchange.order_fills("b", done.order_id) == [] == exchange.order_fills("a", resting.order_id)
    assert exchange.accounts() == ["a", "b"] and exchange.has_account("a") and not exchange.has_account("c")
    assert exchange.open_orders("c") == exchange.all_orders("c", SYMBOL) == exchange.fills("c", SYMBOL) == []
    assert exchange.balances("c") == {} and exchange.update_time("c") == 0


@pytest.mark.parametrize(("ask", "reason"), [
    (lambda e: e.find_order("a", SYMBOL, 1), "ORDER_DOES_NOT_EXIST"),
    (lambda e: e.find_order("c", SYMBOL, 1), "ORDER_DOES_NOT_EXIST"),
    (lambda e: e.find_order("a", SYMBOL, client_order_id="x"), "ORDER_DOES_NOT_EXIST"),
    (lambda e: e.find_order("a", "NOSUCH", 1), "INVALID_SYMBOL"),
])
def test_an_order_that_is_not_there(ask: Callable[[Exchange], object], reason: str) -> None:
    with pytest.raises(Exception) as caught:
        ask(World().exchange)
    assert caught.value.reason == reason                          # type: ignore[attr-defined]


def test_the_dry_run_refuses_the_same_and_changes_nothing() -> None:
    world = World()
    before = world.exchange.balances("a")
    world.exchange.check_filters(PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount(1), amount(99)), world.now)
    assert world.exchange.balances("a") == before and world.exchange.all_orders("a", SYMBOL) == []
    with pytest.raises(Exception, match="Filter failure: LOT_SIZE"):
        world.exchange.check_filters(PlaceOrder("a", SYMBOL, "BUY", "LIMIT", 1, amount(99)), world.now)


def test_an_account_opens_with_its_first_deposit() -> None:
    world = World()
    world.apply(Deposit("c", "BBB", amount(100)))
    assert world.exchange.has_account("c")
    assert world.limit("c", "BUY", "1", "99").status == "NEW"
