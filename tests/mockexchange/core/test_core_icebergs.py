"""Iceberg orders: the book shows a part, and the next one loses its place (filters.md, ICEBERG_PARTS; order_amend_keep_priority.md)."""

import pytest
from core_world import SYMBOL, World, amount, check_invariants, fills, plain, prints

from mockexchange.core.commands import AmendOrder, PlaceOrder, SetRules, TapeTrade
from mockexchange.core.orders import Order


@pytest.fixture
def world() -> World:
    return World()


def iceberg(world: World, quantity: str = "10", part: str = "3", side: str = "SELL", price: str = "101", **more: object) -> Order:
    return world.limit("a", side, quantity, price, iceberg_quantity=part, **more)


def queue(world: World, is_buy: bool = False) -> list[tuple[str, str]]:
    book = world.exchange.books[SYMBOL]
    level = next(book.levels(is_buy))
    return [(order.account, plain(book.shown(order))) for order in level]


def test_the_book_shows_a_part(world: World) -> None:
    order = iceberg(world)
    assert world.book() == ([], [("101", "3")]) and plain(order.locked) == plain(order.remaining) == "10"


def test_the_next_part_goes_to_the_back(world: World) -> None:
    order = iceberg(world)
    world.limit("b", "SELL", "2", "101")
    assert queue(world) == [("a", "3"), ("b", "2")]
    world.place("b", "BUY", "LIMIT", "1", "101")
    assert queue(world) == [("a", "2"), ("b", "2")], "it keeps its place while a part of it is left"
    world.place("b", "BUY", "LIMIT", "2", "101")
    assert queue(world) == [("b", "2"), ("a", "3")] and plain(order.remaining) == "7"
    check_invariants(world.exchange)
    events = world.place("a", "BUY", "LIMIT", "4", "101", stp_mode="NONE")
    assert [(fill.account, plain(fill.quantity)) for fill in fills(events) if fill.is_maker] == [("b", "2"), ("a", "2")]
    assert queue(world) == [("a", "1")]
    check_invariants(world.exchange)


def test_what_is_hidden_trades_before_the_next_price(world: World) -> None:
    order = iceberg(world)
    other = world.limit("b", "SELL", "2", "101")
    world.limit("b", "SELL", "5", "102")
    events = world.place("b", "BUY", "LIMIT", "13", "102")
    assert [(plain(trade.price), plain(trade.quantity)) for trade in prints(events)] == [
        ("101", "3"), ("101", "2"), ("101", "3"), ("101", "3"), ("101", "1"), ("102", "1"),
    ]
    assert order.status == other.status == "FILLED" and world.book() == ([], [("102", "4")])
    check_invariants(world.exchange)


def test_hidden_quantity_counts_for_who_must_be_filled_whole(world: World) -> None:
    iceberg(world)
    done = world.order_of(world.place("b", "BUY", "LIMIT", "10", "101", time_in_force="FOK"))
    assert done.status == "FILLED"


def test_one_that_takes_first_shows_a_part_of_what_is_left(world: World) -> None:
    world.limit("b", "SELL", "4", "101")
    order = iceberg(world, side="BUY")
    assert plain(order.executed) == "4" and world.book() == ([("101", "3")], [])


def test_the_market_makers_orders_take_it_too(world: World) -> None:
    order = iceberg(world)
    world.hit("BUY", "7")
    assert plain(order.remaining) == "3" and queue(world) == [("a", "2")]
    world.apply(TapeTrade(SYMBOL, 1, amount("102"), amount("1"), False, world.now))
    assert order.status == "FILLED"
    check_invariants(world.exchange)


def test_an_amendment_takes_what_is_hidden_first(world: World) -> None:
    """faqs/order_amend_keep_priority.md: the visible quantity only changes if newQty is below the pre-amended visible quantity."""
    order = iceberg(world)
    world.limit("b", "SELL", "1", "101")
    for quantity, shown in (("5", "3"), ("2", "2")):
        world.apply(AmendOrder("a", SYMBOL, order.order_id, quantity=amount(quantity)))
        assert queue(world) == [("a", shown), ("b", "1")] and plain(order.locked) == quantity
        check_invariants(world.exchange)


def test_prevention_takes_the_whole_order(world: World) -> None:
    order = iceberg(world)
    taker = world.limit("a", "BUY", "4", "101", stp_mode="DECREMENT")
    assert (taker.status, plain(order.remaining), queue(world)) == ("EXPIRED_IN_MATCH", "6", [("a", "3")])
    world.limit("a", "BUY", "1", "101", stp_mode="EXPIRE_MAKER")
    assert order.status == "EXPIRED_IN_MATCH" and world.book() == ([("101", "1")], [])
    check_invariants(world.exchange)


def test_an_own_order_is_met_between_two_parts_of_anothers(world: World) -> None:
    iceberg(world)
    own = world.limit("b", "SELL", "1", "101")
    taker = world.order_of(world.place("b", "BUY", "MARKET", "5", stp_mode="EXPIRE_TAKER"))
    assert (taker.status, plain(taker.executed), own.status) == ("EXPIRED_IN_MATCH", "3", "NEW")
    check_invariants(world.exchange)


def test_filters(world: World) -> None:
    base = {"account": "a", "symbol": SYMBOL, "side": "SELL", "type": "LIMIT", "price": amount(150)}
    world.refused(PlaceOrder(**base, quantity=amount("10.1"), iceberg_quantity=amount(1)), "FILTER", "ICEBERG_PARTS")       # type: ignore[arg-type]
    world.apply(PlaceOrder(**base, quantity=amount("10"), iceberg_quantity=amount(1)))      # type: ignore[arg-type]
    world.apply(SetRules(SYMBOL, {"iceberg_parts": 20, "max_num_iceberg_orders": 2}))
    world.apply(PlaceOrder(**base, quantity=amount("20"), iceberg_quantity=amount(1)))      # type: ignore[arg-type]
    world.refused(PlaceOrder(**base, quantity=amount("2"), iceberg_quantity=amount(1)), "FILTER", "MAX_NUM_ICEBERG_ORDERS")     # type: ignore[arg-type]
    world.apply(PlaceOrder(**base, quantity=amount("2")))       # type: ignore[arg-type]
