"""Every filter by name, on both sides of its edge; a refusal changes nothing (World.refused)."""

from typing import Any

import pytest
from core_world import SYMBOL, World, amount

from mockexchange.core.commands import PlaceOrder
from mockexchange.core.errors import Refusal
from mockexchange.core.numbers import SCALE


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


def test_lot_size_of_an_icebergs_part() -> None:
    world = World(min_quantity=amount("0.5"))
    assert verdict(world, order(iceberg_quantity="0.4")) == "LOT_SIZE"
    assert verdict(world, order(iceberg_quantity="0.5")) == ""


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
