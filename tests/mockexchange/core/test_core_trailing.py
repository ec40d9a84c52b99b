"""Trailing stops: the scenarios of faqs/trailing-stop-faq.md, each trade one at a time, in units of 1/100 of its prices."""

import pytest
from core_world import SYMBOL, World, amount, check_invariants, plain, reports

from mockexchange.core.commands import AmendOrder, CancelOrder, PlaceOrder
from mockexchange.core.events import TrailingMove
from mockexchange.core.orders import Order

# scenario -> side, type, stop price, delta, limit price, turning points of the price, and which of them starts the tracking
SCENARIOS: dict[str, tuple[str, str, str, int, str, list[str], str]] = {
    "A": ("BUY", "STOP_LOSS_LIMIT", "44000", 500, "45000", ["37000", "45000", "46000", "42000", "44100"], "44000"),
    "B": ("SELL", "STOP_LOSS_LIMIT", "39000", 1000, "38000", ["41500", "37000", "41000", "36900"], "39000"),
    "C": ("BUY", "TAKE_PROFIT_LIMIT", "38000", 850, "38500", ["42000", "37000", "39000", "38000", "40145"], "38000"),
    "D": ("SELL", "TAKE_PROFIT_LIMIT", "42000", 750, "41000", ["41500", "39000", "45000", "44000", "46500", "43012.5"], "42000"),
    "E": ("SELL", "STOP_LOSS_LIMIT", "0", 700, "39000", ["42000", "39500", "45500", "42315"], "40000"),
}
STEP: int = 50_000_000              # of a linear series of trades


def market() -> World:
    """Last price 40,000; tick 0.5."""
    return World(start_price=amount("40000"), tick_size=STEP, max_price=amount("1000000"))


def trade_at(world: World, price: int) -> None:
    """One trade at a price, with nothing left on the book."""
    text = plain(price)
    world.place("b", "SELL", "LIMIT", "0.1", text)
    world.place("b", "BUY", "LIMIT", "0.1", text)


def walk(world: World, order: Order, start: int, end: int) -> int:
    """Trades in steps to ``end``; the price at which the order triggered, 0 when it did not."""
    step = 100 * STEP if start < end else -100 * STEP
    price = start
    while price != end:
        price = min(price + step, end) if step > 0 else max(price + step, end)
        trade_at(world, price)
        check_invariants(world.exchange)
        if order.working_time:
            return price
    return 0


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_scenario(name: str) -> None:
    side, kind, stop, delta, limit, turns, first = SCENARIOS[name]
    world = market()
    order = world.order_of(world.place("a", side, kind, "0.1", limit, stop_price=stop, trailing_delta=delta))
    special = order.special
    assert special is not None and (special.trailing_time != 0) == (stop == "0") and special.extreme == (0 if special.trailing_time == 0 else amount("40000"))
    price = amount("40000")
    for turn in turns[:-1]:
        assert not walk(world, order, price, amount(turn)), f"it must not trigger on the way to {turn}"
        price = amount(turn)
    last = amount(turns[-1])
    edge = last + STEP if side == "SELL" else last - STEP
    assert not walk(world, order, price, edge) and order.working_time == 0, "one step short of the turn"
    trade_at(world, last)
    assert order.working_time == world.now
    assert order.special is not None and order.special.extreme == {
        "A": amount("42000"), "B": amount("41000"), "C": amount("37000"), "D": amount("46500"), "E": amount("45500"),
    }[name]
    assert plain(order.price) == plain(amount(limit))
    check_invariants(world.exchange)


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"E"}))
def test_it_tracks_from_the_trade_that_meets_its_stop_price(name: str) -> None:
    side, kind, stop, delta, limit, turns, first = SCENARIOS[name]
    world = market()
    order = world.order_of(world.place("a", side, kind, "0.1", limit, stop_price=stop, trailing_delta=delta))
    away = amount("39999.5") if amount(stop) > amount("40000") else amount("40000.5")
    trade_at(world, away)
    assert order.special is not None and order.special.trailing_time == 0
    world.place("b", "SELL", "LIMIT", "0.1", first)
    events = world.place("b", "BUY", "LIMIT", "0.1", first)
    moves = [event for event in events if isinstance(event, TrailingMove)]
    assert [(move.order_id, move.extreme, move.trailing_time) for move in moves] == [(order.order_id, amount(first), world.now)]
    assert not reports(events, "EXPIRED") and order.working_time == 0 and turns


def test_market_versions_trade_at_the_market() -> None:
    world = market()
    sell = world.order_of(world.place("a", "SELL", "STOP_LOSS", "0.1", trailing_delta=100))
    buy = world.order_of(world.place("a", "BUY", "TAKE_PROFIT", "0.1", trailing_delta=100))
    assert plain(sell.locked) == "0.1"
    assert plain(buy.locked) == "4040", "a BUY without a price is funded for a rise by its delta"
    world.limit("b", "BUY", "1", "39000")
    trade_at(world, amount("39600"))
    assert (sell.status, plain(sell.executed_quote)) == ("FILLED", "3900")
    check_invariants(world.exchange)
    assert buy.special is not None and plain(buy.special.extreme) == "39000", "its low is what the first one traded at"
    world.limit("b", "SELL", "1", "39390")
    world.place("b", "BUY", "LIMIT", "0.1", "39390")
    assert (buy.status, plain(buy.executed_quote)) == ("FILLED", "3939")
    check_invariants(world.exchange)


def test_refusals() -> None:
    world = market()
    base = {"account": "a", "symbol": SYMBOL, "quantity": amount("0.1")}
    for delta, side, kind in ((9, "SELL", "STOP_LOSS"), (2001, "BUY", "STOP_LOSS"), (9, "BUY", "TAKE_PROFIT"), (2001, "SELL", "TAKE_PROFIT")):
        world.refused(PlaceOrder(side=side, type=kind, trailing_delta=delta, **base), "FILTER", "TRAILING_DELTA")       # type: ignore[arg-type]
    world.refused(PlaceOrder(side="SELL", type="LIMIT", price=amount("40000"), trailing_delta=10, **base), "UNSUPPORTED_TYPE")      # type: ignore[arg-type]
    world.refused(PlaceOrder(side="SELL", type="STOP_LOSS", **base), "UNSUPPORTED_TYPE")        # type: ignore[arg-type]
    world.refused(
        PlaceOrder(side="SELL", type="STOP_LOSS", stop_price=amount("40000"), trailing_delta=10, **base), "WOULD_TRIGGER",      # type: ignore[arg-type]
    )


def test_the_filter_has_a_range_for_above_and_one_for_below() -> None:
    world = World(
        min_trailing_above_delta=20, max_trailing_above_delta=30, min_trailing_below_delta=40, max_trailing_below_delta=50,
    )
    for side, kind in (("BUY", "STOP_LOSS"), ("SELL", "TAKE_PROFIT")):
        world.place("a", side, kind, "1", trailing_delta=20)
        world.place("a", side, kind, "1", trailing_delta=30)
        world.refused(PlaceOrder("a", SYMBOL, side, kind, amount(1), trailing_delta=40), "FILTER", "TRAILING_DELTA")
    for side, kind in (("SELL", "STOP_LOSS"), ("BUY", "TAKE_PROFIT")):
        world.place("a", side, kind, "1", trailing_delta=40)
        world.place("a", side, kind, "1", trailing_delta=50)
        world.refused(PlaceOrder("a", SYMBOL, side, kind, amount(1), trailing_delta=30), "FILTER", "TRAILING_DELTA")


def test_one_that_is_cancelled_or_amended_leaves_no_trace() -> None:
    world = market()
    order = world.order_of(world.place("a", "BUY", "STOP_LOSS", "0.2", trailing_delta=100))
    stops = world.exchange._markets[SYMBOL].stops
    assert plain(stops.rise_at) == "40400" and plain(stops.fall_at + 1) == "40000"
    world.apply(AmendOrder("a", SYMBOL, order.order_id, quantity=amount("0.1")))
    assert plain(order.locked) == "4040"
    trade_at(world, amount("39000"))
    assert plain(stops.rise_at) == "39390"
    world.apply(CancelOrder("a", SYMBOL, order.order_id))
    assert stops.rise_at > 10**17 and stops.fall_at < 0 and world.balance("a", "BBB") == ("100000", "0")


def test_each_order_tracks_since_its_own_beginning() -> None:
    world = market()
    first = world.order_of(world.place("a", "SELL", "STOP_LOSS_LIMIT", "0.1", "30000", trailing_delta=100))
    trade_at(world, amount("42000"))
    trade_at(world, amount("41600"))
    second = world.order_of(world.place("a", "SELL", "STOP_LOSS_LIMIT", "0.1", "30000", trailing_delta=100))
    trade_at(world, amount("41580"))
    assert first.working_time and not second.working_time
    world.cancel(first)
    trade_at(world, amount("41184.5"))
    assert not second.working_time
    trade_at(world, amount("41184"))
    assert second.working_time == world.now
