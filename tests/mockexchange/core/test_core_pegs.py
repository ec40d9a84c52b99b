"""Pegged orders (faqs/pegged_orders.md): the price is the book's, at placing or as a stop triggers."""

import pytest
from core_world import SYMBOL, World, amount, check_invariants, plain, reports

from mockexchange.core.commands import PlaceOrder, SetRules
from mockexchange.core.orders import Order


@pytest.fixture
def world() -> World:
    """Bids at 98, 97, 95; asks at 101, 103, 106."""
    found = World()
    for price in ("98", "97", "95"):
        found.limit("b", "BUY", "2", price)
    for price in ("101", "103", "106"):
        found.limit("b", "SELL", "2", price)
    return found


def prices(order: Order) -> tuple[str, str, str]:
    assert order.special is not None
    return plain(order.price), plain(order.special.pegged_price), plain(order.special.limit_price)


@pytest.mark.parametrize(("side", "peg", "offset", "price"), [
    ("BUY", "PRIMARY_PEG", None, "98"), ("BUY", "PRIMARY_PEG", 1, "97"), ("BUY", "PRIMARY_PEG", 2, "95"), ("BUY", "MARKET_PEG", None, "101"),
    ("SELL", "PRIMARY_PEG", None, "101"), ("SELL", "PRIMARY_PEG", 1, "103"), ("SELL", "MARKET_PEG", 0, "98"), ("SELL", "MARKET_PEG", 2, "95"),
])
def test_the_price_is_that_of_a_level(world: World, side: str, peg: str, offset: int | None, price: str) -> None:
    order = world.order_of(world.place("a", side, "LIMIT", "1", peg_price_type=peg, peg_offset=offset))
    assert prices(order) == (price, price, "0")
    assert order.status == ("NEW" if peg == "PRIMARY_PEG" else "FILLED")
    check_invariants(world.exchange)


def test_it_queues_behind_the_orders_at_its_price_and_stays_there(world: World) -> None:
    order = world.order_of(world.place("a", "BUY", "LIMIT", "1", peg_price_type="PRIMARY_PEG"))
    level = world.exchange.books[SYMBOL].best_bid()
    assert level is not None and [each.account for each in level] == ["b", "a"]
    world.limit("b", "BUY", "1", "99")
    assert prices(order) == ("98", "98", "0"), "fixed when it is placed"
    assert plain(order.locked) == "98"


def test_its_own_price_is_a_limit(world: World) -> None:
    capped = world.order_of(world.place("a", "BUY", "LIMIT", "1", "97", peg_price_type="PRIMARY_PEG"))
    assert prices(capped) == ("97", "97", "97")
    free = world.order_of(world.place("a", "BUY", "LIMIT", "1", "99", peg_price_type="PRIMARY_PEG"))
    assert prices(free) == ("98", "98", "99")
    taker = world.order_of(world.place("a", "SELL", "LIMIT", "1", "100", time_in_force="IOC", peg_price_type="MARKET_PEG"))
    assert (taker.status, *prices(taker)) == ("EXPIRED", "100", "100", "100")


def test_market_peg_takes_one_level_only(world: World) -> None:
    order = world.order_of(world.place("a", "BUY", "LIMIT", "5", time_in_force="IOC", peg_price_type="MARKET_PEG"))
    assert (order.status, plain(order.executed), plain(order.executed_quote)) == ("EXPIRED", "2", "202")


@pytest.mark.parametrize(("change", "reason"), [
    ({"type": "MARKET"}, "PEG_NOT_ALLOWED"),
    ({"type": "STOP_LOSS", "stop_price": amount(150)}, "PEG_NOT_ALLOWED"),
    ({"type": "TAKE_PROFIT", "trailing_delta": 100}, "PEG_NOT_ALLOWED"),
    ({"type": "LIMIT_MAKER", "peg_price_type": "MARKET_PEG"}, "PEG_TYPE_NOT_ALLOWED"),
    ({"time_in_force": "IOC"}, "UNSUPPORTED_TYPE"), ({"time_in_force": "FOK"}, "UNSUPPORTED_TYPE"),
    ({"peg_price_type": "MID_PEG"}, "UNSUPPORTED_TYPE"), ({"peg_offset": 101}, "UNSUPPORTED_TYPE"),
    ({"peg_offset": 3}, "PEG_LIQUIDITY"), ({"uses_sor": True}, "UNSUPPORTED_TYPE"),
])
def test_refusals(world: World, change: dict[str, object], reason: str) -> None:
    fields: dict[str, object] = {
        "account": "a", "symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "quantity": amount(1), "peg_price_type": "PRIMARY_PEG", **change,
    }
    world.refused(PlaceOrder(**fields), reason)     # type: ignore[arg-type]


def test_the_filters_hold_for_both_prices(world: World) -> None:
    world.apply(SetRules(SYMBOL, {"min_notional": amount(95)}))
    good = {"account": "a", "symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "quantity": amount(1), "peg_price_type": "PRIMARY_PEG"}
    world.refused(PlaceOrder(**good, price=amount("98.5")), "FILTER", "PRICE_FILTER")      # type: ignore[arg-type]
    world.refused(PlaceOrder(**good, price=amount("94")), "FILTER", "NOTIONAL")            # type: ignore[arg-type]
    world.refused(PlaceOrder(**{**good, "quantity": amount("0.9")}), "FILTER", "NOTIONAL")     # type: ignore[arg-type]
    world.refused(PlaceOrder(**{**good, "quantity": amount("1021")}), "INSUFFICIENT_BALANCE")      # type: ignore[arg-type]
    world.apply(PlaceOrder(**good))     # type: ignore[arg-type]


def test_a_post_only_order_at_the_best_price(world: World) -> None:
    order = world.order_of(world.place("a", "SELL", "LIMIT_MAKER", "1", peg_price_type="PRIMARY_PEG"))
    assert (order.status, *prices(order)) == ("NEW", "101", "101", "0")


def test_a_stop_limit_order_is_pegged_as_it_triggers(world: World) -> None:
    order = world.order_of(world.place("a", "SELL", "STOP_LOSS_LIMIT", "1", stop_price="96", peg_price_type="PRIMARY_PEG", peg_offset=1))
    assert prices(order) == ("0", "0", "0") and plain(order.locked) == "1"
    check_invariants(world.exchange)
    world.limit("b", "SELL", "1", "99")
    world.place("b", "SELL", "LIMIT", "5", "96")          # trades down to 97, then rests at 96
    assert not order.working_time
    events = world.place("b", "BUY", "LIMIT", "1", "96")
    assert order.working_time and prices(order) == ("101", "101", "0"), "the second best ask of that moment"
    report, = reports(events, "NEW")[1:]
    assert report.special is not None and plain(report.special.pegged_price) == plain(report.price) == "101"
    check_invariants(world.exchange)


def test_a_trailing_stop_that_is_pegged(world: World) -> None:
    order = world.order_of(world.place("a", "BUY", "STOP_LOSS_LIMIT", "1", trailing_delta=100, peg_price_type="MARKET_PEG"))
    assert plain(order.locked) == "101", "100 and its delta"
    world.place("b", "BUY", "LIMIT", "1", "101")
    assert (order.status, *prices(order)) == ("FILLED", "101", "101", "0")
    check_invariants(world.exchange)


@pytest.mark.parametrize("why", ["liquidity", "funds", "filters"])
def test_one_that_cannot_be_placed_then_is_expired(why: str) -> None:
    world = World()
    world.limit("b", "SELL", "1", "100")
    if why != "liquidity":
        world.limit("b", "SELL", "1", "130")
    order = world.order_of(world.place("a", "BUY", "STOP_LOSS_LIMIT", "800", stop_price="101", peg_price_type="MARKET_PEG"))
    if why == "filters":
        world.apply(SetRules(SYMBOL, {"percent_bid_up": amount("1.2")}))
    if why != "funds":
        world.apply(SetRules(SYMBOL, {"max_notional": amount("9000000")}))
    world.limit("b", "SELL", "1", "101")
    world.place("b", "BUY", "LIMIT", "2", "101")
    assert (order.status, order.expiry_reason, order.working_time, order.locked) == ("EXPIRED", "REJECTED", 0, 0)
    assert world.balance("a", "BBB") == ("100000", "0")
    check_invariants(world.exchange)
