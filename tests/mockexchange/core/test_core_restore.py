"""An exchange built again from balances, orders and fills is the one before."""

from copy import copy
from typing import Any

import pytest
from core_world import (
    NOW,
    SYMBOL,
    World,
    amount,
    check_invariants,
    dust,
    instrument,
    order_state,
    plain,
    prints,
    reports,
)

from mockexchange.core import Exchange
from mockexchange.core.commands import CancelAll, CancelOrder, Deposit, PlaceOrder
from mockexchange.core.events import Fill
from mockexchange.core.orders import Order


def busy_world() -> World:
    """Every state an order can be in, of two accounts."""
    world = World(maker_fee=100_000, taker_fee=150_000)
    world.limit("a", "BUY", "5", "99", client_order_id="first")
    world.limit("b", "BUY", "2", "99")
    world.limit("a", "SELL", "3", "104", iceberg_quantity="1", client_order_id="iceberg", strategy_id=7, strategy_type=1_000_000)
    world.limit("b", "SELL", "1", "99")                                         # fills 1 of the first
    world.cancel(world.limit("a", "BUY", "1", "97"))
    world.place("b", "BUY", "LIMIT", "1", "98", time_in_force="FOK")
    world.place("a", "SELL", "LIMIT", "6", "99", stp_mode="DECREMENT")
    world.place("b", "BUY", "STOP_LOSS", "2", stop_price="106")
    world.place("a", "SELL", "TAKE_PROFIT_LIMIT", "2", "108", stop_price="107")
    check_invariants(world.exchange)
    return world


def queue_of(exchange: Exchange) -> list[tuple[Any, ...]]:
    book = exchange.books[SYMBOL]
    return [
        (order.order_id, order.account, order.price, order.remaining)
        for side in (True, False) for level in book.levels(side) for order in level
    ]


def restored(old: Exchange, seed: int = 1) -> Exchange:
    new = Exchange([instrument(maker_fee=100_000, taker_fee=150_000), dust()], seed)
    for name in old.accounts():
        for asset, (free, locked) in old.balances(name).items():
            new.restore_balance(name, asset, free, locked)
    for name in old.accounts():
        for order in old.all_orders(name, SYMBOL):
            twin = copy(order)
            twin.prev = twin.next = twin.level = None
            twin.locked = 0
            new.restore_order(twin)
        for fill in old.fills(name, SYMBOL):
            new.restore_fill(fill)
    matcher = old._matcher
    new.restore_counters(matcher.next_order_id - 1, matcher.next_execution_id - 1, matcher.next_prevented_id - 1)
    new.tapes[SYMBOL].last_price = old.tapes[SYMBOL].last_price
    return new


def test_the_restored_state_equals_the_state_before() -> None:
    old = busy_world().exchange
    new = restored(old)
    check_invariants(new)
    assert new.accounts() == old.accounts() == ["a", "b"]
    for name in old.accounts():
        assert new.balances(name) == old.balances(name)
        assert [order_state(o) for o in new.all_orders(name, SYMBOL)] == [order_state(o) for o in old.all_orders(name, SYMBOL)]
        assert [o.order_id for o in new.open_orders(name)] == [o.order_id for o in old.open_orders(name)]
        assert new.fills(name, SYMBOL) == old.fills(name, SYMBOL)
        for order in old.all_orders(name, SYMBOL):
            assert new.order_fills(name, order.order_id) == old.order_fills(name, order.order_id)
            found = new.find_order(name, SYMBOL, client_order_id=order.client_order_id)
            assert found.order_id == order.order_id
    assert sorted(queue_of(new)) == sorted(queue_of(old))


def test_both_go_on_alike() -> None:
    old = busy_world().exchange
    new = restored(old)
    later = [
        PlaceOrder("b", SYMBOL, "SELL", "LIMIT", amount(1), amount(99), client_order_id="n1"),
        PlaceOrder("b", SYMBOL, "BUY", "LIMIT", amount(2), amount(104), client_order_id="n2"),
        Deposit("a", "BBB", amount(50)),
        CancelOrder("a", SYMBOL, client_order_id="iceberg", new_client_order_id="n3"),
        PlaceOrder("a", SYMBOL, "BUY", "MARKET", amount(1), client_order_id="n4", stp_mode="EXPIRE_MAKER"),
    ]
    for number, command in enumerate(later):
        assert new.apply(command, NOW + 10**9 + number) == old.apply(command, NOW + 10**9 + number)
    check_invariants(new)
    for name in ("a", "b"):
        assert new.balances(name) == old.balances(name)


def test_restored_stops_trigger() -> None:
    new = restored(busy_world().exchange)
    stop, = (order for order in new.open_orders("b") if order.type == "STOP_LOSS")
    assert plain(stop.locked) == "212" and not stop.is_working
    new.apply(Deposit("c", "BBB", amount(10_000)), NOW + 10**9)
    new.apply(Deposit("c", "AAA", amount(10)), NOW + 10**9)
    new.apply(PlaceOrder("c", SYMBOL, "SELL", "LIMIT", amount(10), amount(106)), NOW + 10**9)
    events = new.apply(PlaceOrder("c", SYMBOL, "BUY", "LIMIT", amount(4), amount(106)), NOW + 10**9)
    assert stop.status == "FILLED" and len(prints(events)) == 5     # the iceberg trades part by part
    check_invariants(new)


def test_ids_go_on_where_they_were() -> None:
    old = busy_world().exchange
    new = restored(old)
    highest = max(order.order_id for name in ("a", "b") for order in old.all_orders(name, SYMBOL))
    names = {order.client_order_id for name in ("a", "b") for order in old.all_orders(name, SYMBOL)}
    report = reports(new.apply(PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount(1), amount(50)), NOW + 10**9))[0]
    assert report.order_id == highest + 1 and report.execution_id == old._matcher.next_execution_id
    assert report.client_order_id not in names
    trade_ids = [fill.trade_id for name in ("a", "b") for fill in old.fills(name, SYMBOL)]
    trade, = prints(new.apply(PlaceOrder("b", SYMBOL, "BUY", "LIMIT", amount(1), amount(104)), NOW + 10**9))
    assert trade.trade_id == max(trade_ids) + 1


def test_named_trade_ids_are_not_used_again() -> None:
    new = Exchange([instrument()], 1)
    new.restore_counters(trade_ids={SYMBOL: 41})
    for account in ("a", "b"):
        for asset in ("AAA", "BBB"):
            new.apply(Deposit(account, asset, amount(1000)), NOW)
    new.apply(PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount(1), amount(100)), NOW)
    trade, = prints(new.apply(PlaceOrder("b", SYMBOL, "SELL", "LIMIT", amount(1), amount(100)), NOW))
    assert trade.trade_id == 42
    with pytest.raises(Exception, match="Invalid symbol"):
        new.restore_counters(trade_ids={"NOSUCH": 1})


def test_orders_and_fills_may_come_in_any_order() -> None:
    old = busy_world().exchange
    new = Exchange([instrument(), dust()], 1)
    for order in reversed(old.all_orders("a", SYMBOL)):
        twin = copy(order)
        twin.prev = twin.next = twin.level = None
        new.restore_order(twin)
    for fill in reversed(old.fills("a", SYMBOL)):
        new.restore_fill(fill)
    assert [o.order_id for o in new.all_orders("a", SYMBOL)] == [o.order_id for o in old.all_orders("a", SYMBOL)]
    assert new.fills("a", SYMBOL) == old.fills("a", SYMBOL)


def test_everything_locked_comes_free_again() -> None:
    new = restored(busy_world().exchange)
    for name in ("a", "b"):
        new.apply(CancelAll(name, SYMBOL), NOW + 10**9)
        assert all(not locked for _, locked in new.balances(name).values())
    check_invariants(new)


def test_an_order_that_would_cross_is_refused() -> None:
    new = Exchange([instrument()], 1)
    bid = Order(5, "x", "a", SYMBOL, True, "LIMIT", amount(100), amount(1), NOW)
    ask = Order(6, "y", "b", SYMBOL, False, "LIMIT", amount(100), amount(1), NOW)
    bid.working_time = ask.working_time = NOW
    new.restore_order(bid)
    with pytest.raises(ValueError, match="order 6: its price 10000000000 would cross the book"):
        new.restore_order(ask)
    assert not new.has_account("b") and new.find_order("a", SYMBOL, 5) is bid


def test_a_symbol_that_is_not_listed() -> None:
    new = Exchange([instrument()], 1)
    with pytest.raises(Exception, match="Invalid symbol"):
        new.restore_order(Order(5, "x", "a", "NOSUCH", True, "LIMIT", amount(100), amount(1), NOW))
    with pytest.raises(Exception, match="Invalid symbol"):
        new.restore_fill(Fill("a", "NOSUCH", 1, 1, "x", True, 1, 1, 1, 0, "", True, NOW))
