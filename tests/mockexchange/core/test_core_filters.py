"""Every filter by name, on both sides of its edge; a refusal changes nothing (World.refused)."""

from typing import Any

import pytest
from core_world import SYMBOL, World, amount

from mockexchange.core.book import Book
from mockexchange.core.commands import Deposit, PlaceOrder
from mockexchange.core.errors import Refusal
from mockexchange.core.filters import Walk
from mockexchange.core.numbers import SCALE
from mockexchange.core.orders import BookOrder


def order(side: str = "BUY", type: str = "LIMIT", quantity: str = "1", price: str = "100", **more: Any) -> PlaceOrder:
    for name in ("stop_price", "quote_quantity", "iceberg_quantity"):
        if name in more:
            more[name] = amount(more[name])
    return PlaceOrder("a", SYMBOL, side, type, amount(quantity), amount(price), **more)


def verdict(world: World, command: PlaceOrder) -> str:
    """The failing filter of an order, "" when it is taken; refused ones must have changed nothing."""
    try:
        world.exchange.check_filters(command, world.now)
    except Refusal as refusal:
        world.refused(command, refusal.reason, refusal.filter)
        assert str(refusal) == f"Filter failure: {refusal.filter}"
        return refusal.filter
    world.apply(command)
    return ""


@pytest.mark.parametrize(("price", "expected"), [
    ("98", "PRICE_FILTER"), ("99", ""), ("110", ""), ("111", "PRICE_FILTER"), ("100.5", "PRICE_FILTER"), ("-100", "PRICE_FILTER"),
])
def test_price_filter(price: str, expected: str) -> None:
    world = World(min_price=amount("99"), max_price=amount("110"))
    assert verdict(world, order(price=price)) == expected
    if price != "99":                               # a stop price below the market would trigger at once
        assert verdict(world, order("BUY", "STOP_LOSS_LIMIT", price="105", stop_price=price)) == (expected or "")


def test_price_filter_parts_of_zero_are_off() -> None:
    world = World(min_price=0, max_price=0, tick_size=0)
    assert verdict(world, order(price="99.99999999")) == "" == verdict(world, order("SELL", price="400.00000001"))


@pytest.mark.parametrize(("side", "price", "expected"), [
    ("BUY", "80", ""), ("BUY", "79", "PERCENT_PRICE_BY_SIDE"), ("BUY", "120", ""), ("BUY", "121", "PERCENT_PRICE_BY_SIDE"),
    ("SELL", "90", ""), ("SELL", "89", "PERCENT_PRICE_BY_SIDE"), ("SELL", "150", ""), ("SELL", "151", "PERCENT_PRICE_BY_SIDE"),
])
def test_percent_price_by_side(side: str, price: str, expected: str) -> None:
    world = World(
        percent_bid_up=amount("1.2"), percent_bid_down=amount("0.8"),
        percent_ask_up=amount("1.5"), percent_ask_down=amount("0.9"),
    )
    assert verdict(world, order(side, price=price)) == expected


@pytest.mark.parametrize(("minutes", "highest"), [(5, "120"), (0, "160")])
def test_percent_price_goes_by_the_average_or_the_last_price(minutes: int, highest: str) -> None:
    world = World(percent_bid_up=SCALE, avg_price_mins=minutes)
    world.limit("b", "SELL", "2", "100")
    world.hit("BUY", "2")
    world.quote("SELL", "160", "1")
    world.hit("BUY", "1")                           # 2 at 100 and 1 at 160: 120 on average
    above = str(int(highest) + 1)
    assert verdict(world, order(price=above)) == "PERCENT_PRICE_BY_SIDE"
    assert verdict(world, order(price=highest)) == ""


def test_percent_price_leaves_market_orders_alone() -> None:
    world = World(percent_bid_up=SCALE)
    world.quote("SELL", "300", "5")
    assert verdict(world, order(type="MARKET", price="0")) == ""


@pytest.mark.parametrize(("quantity", "expected"), [
    ("0.4", "LOT_SIZE"), ("0.5", ""), ("10", ""), ("10.1", "LOT_SIZE"), ("1.05", "LOT_SIZE"), ("0", "LOT_SIZE"), ("-1", "LOT_SIZE"),
])
def test_lot_size(quantity: str, expected: str) -> None:
    for type, price in (("LIMIT", "100"), ("MARKET", "0")):
        world = World(min_quantity=amount("0.5"), max_quantity=amount("10"))
        assert verdict(world, order(type=type, quantity=quantity, price=price)) == expected


def test_without_a_minimum_any_quantity_above_0_will_do() -> None:
    world = World(min_quantity=0, step_size=0)
    assert verdict(world, order(quantity="0")) == "LOT_SIZE" and verdict(world, order(quantity="0.00000001")) == ""


def test_lot_size_of_an_icebergs_part() -> None:
    world = World(min_quantity=amount("0.5"))
    assert verdict(world, order(iceberg_quantity="0.4")) == "LOT_SIZE"
    assert verdict(world, order(iceberg_quantity="0.5")) == "" == verdict(world, order(iceberg_quantity="1"))


def test_market_lot_size() -> None:
    world = World(market_max_quantity=amount("10"))
    assert verdict(world, order(type="MARKET", quantity="10.1", price="0")) == "MARKET_LOT_SIZE"
    assert verdict(world, order(type="MARKET", quantity="10", price="0")) == ""
    assert verdict(world, order("SELL", "STOP_LOSS", "10.1", "0", stop_price="90")) == "MARKET_LOT_SIZE"
    assert verdict(world, order(quantity="10.1")) == ""


@pytest.mark.parametrize(("quantity", "price", "expected"), [
    ("0.5", "99", "NOTIONAL"), ("0.5", "100", ""), ("2", "100", ""), ("2", "101", "NOTIONAL"),
])
def test_notional(quantity: str, price: str, expected: str) -> None:
    world = World(min_notional=amount("50"), max_notional=amount("200"))
    assert verdict(world, order(quantity=quantity, price=price)) == expected


def test_notional_of_market_orders_goes_by_the_average_and_has_no_maximum() -> None:
    world = World(min_notional=amount("50"), max_notional=amount("200"))
    world.quote("SELL", "200", "50")
    assert verdict(world, order(type="MARKET", quantity="0.4", price="0")) == "NOTIONAL"
    assert verdict(world, order(type="MARKET", quantity="0.5", price="0")) == ""
    assert verdict(world, order(type="MARKET", quantity="5", price="0")) == ""
    assert verdict(world, order(type="MARKET", quantity="0", price="0", quote_quantity="49.9")) == "NOTIONAL"
    assert verdict(world, order(type="MARKET", quantity="0", price="0", quote_quantity="-60")) == "NOTIONAL"
    assert verdict(world, order(type="MARKET", quantity="0", price="0", quote_quantity="1000")) == ""


def test_max_position_counts_what_is_held_and_what_is_being_bought() -> None:
    world = World(max_position=amount("1010"))
    world.limit("a", "SELL", "5", "120")            # locked, still held
    world.limit("a", "BUY", "8", "90")
    assert verdict(world, order(quantity="2.1")) == "MAX_POSITION"
    assert verdict(world, order(quantity="2")) == ""
    assert verdict(world, order("SELL", quantity="100")) == ""


def test_max_position_of_an_order_by_quote_amount_goes_by_the_average() -> None:
    """1,000 are held. 200.0000005 at 100 buy two and a part below the last digit."""
    world = World(max_position=amount("1002"))
    world.quote("SELL", "100", "50")
    assert verdict(world, order(type="MARKET", quantity="0", price="0", quote_quantity="201")) == "MAX_POSITION"
    assert verdict(world, order(type="MARKET", quantity="0", price="0", quote_quantity="200.0000005")) == ""


def test_max_position_of_who_holds_nothing_yet() -> None:
    world = World(max_position=amount("2"))
    world.apply(Deposit("c", "BBB", amount("1000")))
    for quantity, expected in (("2.1", "MAX_POSITION"), ("2", ""), ("0.1", "MAX_POSITION")):
        command = order(quantity=quantity)
        command.account = "c"
        assert verdict(world, command) == expected


def test_max_num_orders_counts_open_orders() -> None:
    world = World(max_num_orders=2)
    world.limit("a", "BUY", "1", "90")
    second = world.limit("a", "BUY", "1", "91")
    world.limit("b", "BUY", "1", "92")
    assert verdict(world, order()) == "MAX_NUM_ORDERS"
    world.cancel(second)
    assert verdict(world, order()) == ""


def test_max_num_algo_orders_counts_stops_that_wait() -> None:
    world = World(max_num_algo_orders=1)
    stop = order("BUY", "STOP_LOSS_LIMIT", price="90", stop_price="105")
    assert verdict(world, stop) == ""
    assert verdict(world, stop) == "MAX_NUM_ALGO_ORDERS"
    assert verdict(world, order()) == ""
    world.quote("SELL", "105", "1")
    world.hit("BUY", "1")                           # triggers it: it waits no more
    assert verdict(world, order("BUY", "STOP_LOSS_LIMIT", price="90", stop_price="110")) == ""


def test_the_first_filter_that_fails_is_named() -> None:
    world = World(min_notional=amount("50"), max_num_orders=0, percent_bid_down=SCALE)
    wrong = order(quantity="0.01", price="0.5")
    names = []
    for change in ({"price": amount("1")}, {"price": amount("100")}, {"quantity": amount("0.1")}, {"quantity": amount("1")}, {}):
        names.append(verdict(world, wrong))
        for name, value in change.items():
            setattr(wrong, name, value)
    assert names == ["PRICE_FILTER", "PERCENT_PRICE_BY_SIDE", "LOT_SIZE", "NOTIONAL", "MAX_NUM_ORDERS"]


def test_filters_come_before_the_balance() -> None:
    world = World(max_num_orders=0)
    assert verdict(world, order(quantity="8000")) == "MAX_NUM_ORDERS"


# -- what an order would do to the book

def book_of(*orders: tuple[str, str, str], is_buy: bool = False) -> Book:
    """Of (account, price, quantity), the older ones first."""
    book = Book()
    for number, (account, price, quantity) in enumerate(orders):
        made = BookOrder(is_buy, amount(price), amount(quantity), number)
        made.account = account
        book.add(made)
    return book


def walked(walk: Walk) -> tuple[int, int, int, bool, int]:
    return walk.quantity, walk.filled, walk.cost, walk.short, walk.last_price


ASKS = (("b", "100", "2"), ("a", "100", "1"), ("a", "101", "1"), ("b", "101", "3"))
BIDS = (("b", "99", "2"), ("a", "99", "1"), ("a", "98", "1"), ("b", "98", "3"))


@pytest.mark.parametrize(("mode", "quantity", "used", "filled", "cost", "last"), [
    ("NONE", 7, 7, 7, 704, 101), ("NONE", 9, 7, 7, 704, 101), ("NONE", 3, 3, 3, 300, 100), ("NONE", 1, 1, 1, 100, 100),
    ("EXPIRE_MAKER", 7, 5, 5, 503, 101), ("EXPIRE_MAKER", 3, 3, 3, 301, 101),
    ("EXPIRE_TAKER", 7, 2, 2, 200, 100), ("EXPIRE_BOTH", 7, 2, 2, 200, 100), ("EXPIRE_TAKER", 2, 2, 2, 200, 100),
    ("DECREMENT", 7, 7, 5, 503, 101), ("DECREMENT", 3, 3, 2, 200, 100),
])
def test_a_walk_by_the_mode_against_self_trades(mode: str, quantity: int, used: int, filled: int, cost: int, last: int) -> None:
    """For sale: 2 of another and 1 of one's own at 100, 1 of one's own and 3 of another at 101."""
    walk = Walk(book_of(*ASKS), "a", True, mode, quantity * SCALE)
    assert walked(walk) == (used * SCALE, filled * SCALE, cost * SCALE, False, last * SCALE)


@pytest.mark.parametrize(("is_buy", "limit", "filled", "cost", "last"), [
    (True, 100, 3, 300, 100), (True, 101, 7, 704, 101), (True, 99, 0, 0, 0),
    (False, 99, 3, 297, 99), (False, 98, 7, 689, 98), (False, 100, 0, 0, 0), (False, 0, 7, 689, 98),
])
def test_a_walk_ends_at_the_worst_price(is_buy: bool, limit: int, filled: int, cost: int, last: int) -> None:
    book = book_of(*ASKS) if is_buy else book_of(*BIDS, is_buy=True)
    walk = Walk(book, "a", is_buy, "NONE", 9 * SCALE, limit * SCALE)
    assert walked(walk) == (filled * SCALE, filled * SCALE, cost * SCALE, False, last * SCALE)


@pytest.mark.parametrize(("budget", "filled", "cost", "short", "last"), [
    (704, 7, 704, False, 101), (502, 5, 502, True, 101), (100, 1, 100, True, 100), (0, 0, 0, True, 100), (300, 3, 300, True, 101),
])
def test_a_walk_ends_with_the_budget(budget: int, filled: int, cost: int, short: bool, last: int) -> None:
    walk = Walk(book_of(*ASKS), "a", True, "NONE", 9 * SCALE, 0, budget * SCALE)
    assert walked(walk) == (filled * SCALE, filled * SCALE, cost * SCALE, short, last * SCALE)


def test_a_walk_below_the_last_digit() -> None:
    """At 0.3, 4 of the last digit cost 1 and 10 cost 3; a budget of 1 buys 3 of the 10, and ends there."""
    price = amount("0.3")
    few = book_of(("b", "0.3", "0.00000004"))
    assert walked(Walk(few, "a", True, "NONE", 4, 0, 1)) == (4, 4, 1, False, price)
    many = book_of(("b", "0.3", "0.0000001"), ("b", "0.3", "0.0000001"))
    assert walked(Walk(many, "a", True, "NONE", 20, 0, 1)) == (3, 3, 0, True, price)


def test_a_walk_through_an_empty_book() -> None:
    assert walked(Walk(Book(), "a", True, "NONE", SCALE)) == (0, 0, 0, False, 0)
