"""Amending an order's quantity, and rules of a symbol that change: queue, locks, filters, what a restart finds."""

from typing import Any

import pytest
from core_world import NOW, SYMBOL, World, amount, check_invariants, reports

from mockexchange.core.commands import AmendOrder, CancelOrder, PlaceOrder, SetRules
from mockexchange.core.events import BalanceChange
from mockexchange.core.orders import Order


def amended(world: World, order: Order, quantity: str, **more: Any) -> list[Any]:
    return world.apply(AmendOrder(order.account, SYMBOL, order.order_id, "", amount(quantity), **more))


def queue(world: World, price: str) -> list[str]:
    level = world.exchange.books[SYMBOL].level(True, amount(price))
    return [order.client_order_id for order in level] if level else []      # type: ignore[attr-defined]


@pytest.mark.parametrize(("side", "price", "asset", "before", "after"), [
    ("BUY", "90", "BBB", ("99550", "450"), ("99820", "180")),
    ("SELL", "110", "AAA", ("995", "5"), ("998", "2")),
])
def test_less_keeps_the_place_and_sets_money_free(
    side: str, price: str, asset: str, before: tuple[str, str], after: tuple[str, str]
) -> None:
    world = World()
    order = world.limit("a", side, "5", price, client_order_id="first")
    world.limit("b", side, "1", price, client_order_id="second")
    assert world.balance("a", asset) == before
    events = amended(world, order, "2", new_client_order_id="first")
    report = reports(events)[0]
    assert (report.execution_type, report.status, report.quantity, report.executed) == ("REPLACED", "NEW", amount(2), 0)
    assert isinstance(events[-1], BalanceChange)
    assert world.balance("a", asset) == after
    book = world.exchange.books[SYMBOL].level(side == "BUY", amount(price))
    assert book is not None and [one.account for one in book] == ["a", "b"] and book.total == amount(3)
    check_invariants(world.exchange)


def test_an_amended_order_gets_an_id_of_its_own_unless_one_is_given() -> None:
    world = World()
    order = world.limit("a", "BUY", "5", "90", client_order_id="mine")
    report = reports(amended(world, order, "4"))[0]
    assert len(report.client_order_id) == 22 and report.order_id == order.order_id
    world.refused(CancelOrder("a", SYMBOL, None, "mine"), "UNKNOWN_ORDER")
    amended(world, order, "3", new_client_order_id="again")
    assert world.exchange.find_order("a", SYMBOL, None, "again") is order
    assert [(one.client_order_id, one.quantity, one.new_quantity) for one in order.amendments] == [
        ("mine", amount(5), amount(4)), (report.client_order_id, amount(4), amount(3))
    ]


def test_a_partly_filled_order() -> None:
    world = World()
    order = world.limit("a", "BUY", "5", "90")
    world.hit("SELL", "2", "90")
    amended(world, order, "3")
    assert (order.status, order.remaining, order.locked) == ("PARTIALLY_FILLED", amount(1), amount(90))
    world.hit("SELL", "5", "90")
    assert (order.status, order.executed) == ("FILLED", amount(3))
    assert world.balance("a", "BBB") == ("99730", "0")
    check_invariants(world.exchange)


def test_what_has_nothing_left_to_trade_expires() -> None:
    world = World()
    order = world.limit("a", "BUY", "5", "90")
    world.hit("SELL", "2", "90")
    report = reports(amended(world, order, "1"))[0]
    assert (report.execution_type, report.status, report.quantity, report.executed) == (
        "REPLACED", "EXPIRED", amount(2), amount(2)
    )
    assert queue(world, "90") == [] and world.balance("a", "BBB")[1] == "0"
    check_invariants(world.exchange)


def test_more_goes_to_the_back_and_needs_money() -> None:
    world = World()
    order = world.limit("a", "BUY", "5", "90", client_order_id="first")
    world.limit("b", "BUY", "1", "90", client_order_id="second")
    world.refused(AmendOrder("a", SYMBOL, order.order_id, "", amount(6)), "AMEND_INCREASE")
    world.refused(AmendOrder("a", SYMBOL, order.order_id, "", amount(2000), "first", True), "INSUFFICIENT_BALANCE")
    amended(world, order, "6", new_client_order_id="first", may_grow=True)
    assert queue(world, "90") == ["second", "first"]
    assert world.balance("a", "BBB") == ("99460", "540")
    check_invariants(world.exchange)


@pytest.mark.parametrize("kind", ["STOP_LOSS", "STOP_LOSS_LIMIT"])
def test_an_order_that_waits_for_its_trigger(kind: str) -> None:
    world = World()
    more = {"price": "108"} if kind.endswith("LIMIT") else {}
    order = world.order_of(world.place("a", "BUY", kind, "5", stop_price="106", **more))
    amended(world, order, "2")
    assert order.locked == 2 * amount(more.get("price", "106"))
    check_invariants(world.exchange)


def test_what_is_refused() -> None:
    world = World(min_notional=amount(100), max_num_order_amends=1)
    order = world.limit("a", "BUY", "5", "90", client_order_id="mine")
    world.limit("a", "BUY", "5", "91", client_order_id="other")

    def refused(quantity: str, reason: str, filter: str = "", **more: Any) -> None:
        world.refused(AmendOrder("a", SYMBOL, order.order_id, "", amount(quantity), **more), reason, filter)

    refused("5", "AMEND_NOTHING")
    refused("0", "FILTER", "LOT_SIZE")
    refused("2.05", "FILTER", "LOT_SIZE")
    refused("1", "FILTER", "NOTIONAL")
    refused("3", "DUPLICATE_CLIENT_ORDER_ID", new_client_order_id="other")
    world.refused(AmendOrder("b", SYMBOL, order.order_id, "", amount(2)), "UNKNOWN_ORDER")
    world.refused(AmendOrder("nobody", SYMBOL, order.order_id, "", amount(2)), "UNKNOWN_ACCOUNT")
    amended(world, order, "4")
    refused("3", "AMEND_COUNT")
    world.cancel(order)
    refused("2", "UNKNOWN_ORDER")


def test_rules_change_for_new_orders_only() -> None:
    world = World()
    order = world.limit("a", "BUY", "1.3", "91")
    world.quote("SELL", "105", "3")
    world.apply(SetRules(SYMBOL, {"tick_size": amount(2), "step_size": amount("0.5"), "min_quantity": amount("0.5")}))
    assert world.book() == ([("91", "1.3")], []), "the market maker's quotes are off the new grid"
    assert not order.is_final
    def new(price: str, quantity: str) -> PlaceOrder:
        return PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount(quantity), amount(price))

    world.refused(new("91", "1"), "FILTER", "PRICE_FILTER")
    world.refused(new("90", "1.3"), "FILTER", "LOT_SIZE")
    world.apply(new("90", "1.5"))


@pytest.mark.parametrize(("rules", "word"), [
    ({"tick": 1}, "tick"), ({"tick_size": -1}, "tick_size"), ({"maker_fee": 10 ** 8}, "maker_fee"),
    ({"min_quantity": amount(10_000)}, "min_quantity"), ({"status": 1}, "status"),
])
def test_rules_that_no_symbol_can_have(rules: dict[str, int], word: str) -> None:
    world = World()
    before = world.exchange.instruments[SYMBOL]
    with pytest.raises(ValueError, match=word):
        world.exchange.apply(SetRules(SYMBOL, rules), NOW)
    assert world.exchange.instruments[SYMBOL] == before
