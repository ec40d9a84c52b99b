"""the market maker: its quotes and trades, a recorded tape, and a price set from outside."""

from typing import Any

import pytest
from core_world import (
    NOW,
    SYMBOL,
    World,
    amount,
    check_invariants,
    fills,
    plain,
    prints,
    reports,
)

from mockexchange.core.commands import (
    FeedTrade,
    Quote,
    SetPrice,
    SetSymbolStatus,
    TapeTrade,
)
from mockexchange.core.market import TAPE_ROOM

RECORDED: int = NOW - 10**12


def queue(world: World, is_buy: bool, price: str) -> list[tuple[str, str]]:
    """(account, remaining) of a level, oldest first; the market maker's account is ""."""
    level = world.exchange.books[SYMBOL].level(is_buy, amount(price))
    return [(order.account, plain(order.remaining)) for order in level] if level is not None else []


def tape(world: World, trade_id: int, price: str, quantity: str, buyer_is_maker: bool, **more: int) -> list[Any]:
    return world.apply(
        TapeTrade(SYMBOL, trade_id, amount(price), amount(quantity), buyer_is_maker, RECORDED + trade_id, **more)
    )


def set_price(world: World, price: str) -> list[Any]:
    events = world.apply(SetPrice(SYMBOL, amount(price)))
    check_invariants(world.exchange)
    return events


# quotes and the flow's trades

def test_a_quote_is_the_houses_quantity_at_a_price() -> None:
    world = World()
    for quantity in ("5", "7", "2"):
        world.quote("BUY", "99", quantity)
        assert world.book() == ([("99", quantity)], [])
    world.quote("BUY", "99", "0")
    world.quote("BUY", "98", "0")
    assert world.book() == ([], [])


def test_more_of_a_quote_stands_behind_and_less_goes_from_behind() -> None:
    world = World()
    world.quote("BUY", "99", "5")
    world.limit("a", "BUY", "1", "99")
    world.quote("BUY", "99", "8")
    assert queue(world, True, "99") == [("", "5"), ("a", "1"), ("", "3")]
    world.quote("BUY", "99", "9")
    assert queue(world, True, "99") == [("", "5"), ("a", "1"), ("", "4")]
    world.quote("BUY", "99", "4")
    assert queue(world, True, "99") == [("", "4"), ("a", "1")]
    world.quote("BUY", "99", "0")
    assert queue(world, True, "99") == [("a", "1")]


def test_a_quote_that_would_cross_is_refused() -> None:
    world = World()
    world.quote("BUY", "99", "1")
    with pytest.raises(ValueError, match="SELL quote at 9900000000 would cross the book of AAABBB"):
        world.quote("SELL", "99", "1")
    for command in (Quote(SYMBOL, "BUY", 0, 1), Quote(SYMBOL, "BUY", 1, -1)):
        with pytest.raises(ValueError, match="no such quote"):
            world.apply(command)
    with pytest.raises(ValueError, match="side: must be BUY or SELL, not 'MID'"):
        world.apply(Quote(SYMBOL, "MID", 1, 1))
    assert world.book() == ([("99", "1")], [])


def test_the_queue_is_served_in_order_and_the_house_gets_no_reports() -> None:
    world = World()
    world.quote("BUY", "99", "2")
    order = world.limit("a", "BUY", "1", "99")
    events = world.hit("SELL", "2.5")
    assert [plain(trade.quantity) for trade in prints(events)] == ["2", "0.5"]
    assert [(r.account, r.status) for r in reports(events)] == [("a", "PARTIALLY_FILLED")]
    assert [fill.is_maker for fill in fills(events)] == [True] and plain(order.executed) == "0.5"
    assert all(trade.buyer_is_maker for trade in prints(events))


def test_a_house_trade_stops_at_its_limit_and_may_find_nothing() -> None:
    world = World()
    world.quote("SELL", "101", "1")
    world.quote("SELL", "102", "1")
    assert [plain(trade.price) for trade in prints(world.hit("BUY", "5", "101"))] == ["101"]
    assert world.hit("BUY", "5", "101") == []
    with pytest.raises(ValueError, match="quantity: must be positive, not 0"):
        world.hit("BUY", "0")


def test_nothing_trades_in_a_halted_symbol() -> None:
    world = World()
    world.quote("SELL", "101", "1")
    world.apply(SetSymbolStatus(SYMBOL, "HALT"))
    assert world.hit("BUY", "1") == [] == tape(world, 1, "101", "1", False)
    world.refused(SetPrice(SYMBOL, amount(100)), "MARKET_CLOSED")
    world.quote("SELL", "102", "1")
    assert world.book() == ([], [("101", "1"), ("102", "1")])


@pytest.mark.parametrize("command", [
    Quote("NOSUCH", "BUY", 1, 1), FeedTrade("NOSUCH", "BUY", 1), SetPrice("NOSUCH", 1),
    TapeTrade("NOSUCH", 1, 1, 1, True, 1), SetSymbolStatus("NOSUCH", "HALT"),
])
def test_a_symbol_that_is_not_listed(command: Any) -> None:
    World().refused(command, "INVALID_SYMBOL")


# a recorded tape

def test_a_recorded_trade_prints_exactly_as_it_was() -> None:
    world = World()
    trade, = prints(tape(world, 77, "100", "3", True, first_id=500, last_id=502))
    assert (trade.trade_id, plain(trade.price), plain(trade.quantity), plain(trade.quote)) == (77, "100", "3", "300")
    assert (trade.time, trade.buyer_is_maker, trade.first_id, trade.last_id) == (RECORDED + 77, True, 500, 502)
    assert world.exchange.tapes[SYMBOL].last_time == RECORDED + 77


@pytest.mark.parametrize("buyer_is_maker", [True, False])
def test_the_book_straddles_the_tape(buyer_is_maker: bool) -> None:
    world = World()
    for number, price in enumerate(("100", "101", "99", "150", "60", "100"), 1):
        tape(world, number, price, "1", buyer_is_maker)
        bids, asks = world.book()
        assert len(bids) >= 10 and len(asks) >= 10
        assert (bids if buyer_is_maker else asks)[0][0] == price
        check_invariants(world.exchange)


def test_users_orders_the_tape_went_through_fill_whole_at_their_own_price() -> None:
    world = World()
    orders = [world.limit("a", "BUY", "5", "99"), world.limit("b", "BUY", "5", "98"), world.limit("a", "BUY", "5", "96")]
    events = tape(world, 1, "97", "0.1", True)
    assert [(plain(f.price), plain(f.quantity), f.is_maker) for f in fills(events)] == [("99", "5", True), ("98", "5", True)]
    assert [order.status for order in orders] == ["FILLED", "FILLED", "NEW"]
    assert [plain(trade.price) for trade in prints(events)] == ["99", "98", "97"]


def test_orders_at_the_tapes_price_fill_by_their_place_in_the_queue() -> None:
    world = World()
    tape(world, 1, "100", "1", True)                        # the market maker bids 100
    ahead = sum(float(q) for account, q in queue(world, True, "100") if not account)
    order = world.limit("a", "BUY", "2", "100")
    assert fills(tape(world, 2, "100", f"{ahead - 0.1:.1f}", True)) == []
    assert queue(world, True, "100")[:2] == [("", "0.1"), ("a", "2")]
    events = tape(world, 3, "100", "1.1", True)             # 0.1 of the market maker first, then 1 of the user
    assert [plain(fill.quantity) for fill in fills(events)] == ["1"]
    assert order.status == "PARTIALLY_FILLED" and queue(world, True, "100")[0] == ("a", "1")
    check_invariants(world.exchange)


def test_a_seller_taking_at_a_price_does_not_fill_sell_orders_there() -> None:
    world = World()
    order = world.limit("a", "SELL", "1", "100")
    assert fills(tape(world, 1, "100", "5", True)) == [] and order.status == "NEW"
    assert world.book()[0][0][0] == "99"                    # a bid at 100 would cross it
    assert len(fills(tape(world, 2, "100", "5", False))) == 1 and order.status == "FILLED"


def test_users_fills_carry_ids_the_tape_will_not_use() -> None:
    world = World()
    world.limit("a", "BUY", "1", "99")
    print_of_user, print_of_tape = prints(tape(world, 10, "98", "1", True, first_id=100, last_id=120))
    assert print_of_tape.trade_id == 10 and print_of_user.trade_id == 120 + TAPE_ROOM + 1
    assert fills(tape(world, 11, "98", "1", True, first_id=121, last_id=121)) == []
    world = World()
    world.exchange.reserve_trade_ids(SYMBOL, 5000)
    world.limit("a", "BUY", "1", "99")
    assert [trade.trade_id for trade in prints(tape(world, 10, "98", "1", True))] == [5001, 10]


def test_what_a_user_takes_from_the_tapes_depth_is_quoted_again() -> None:
    world = World()
    tape(world, 1, "100", "1", True)
    depth = world.book()
    world.place("a", "SELL", "MARKET", "10")
    assert world.book() != depth
    tape(world, 2, "100", "1", True)
    assert [price for price, _ in world.book()[0]] == [price for price, _ in depth[0]]


def test_the_tape_triggers_stops() -> None:
    world = World()
    stop = world.order_of(world.place("a", "SELL", "STOP_LOSS", "1", stop_price="95"))
    tape(world, 1, "96", "1", True)
    assert not stop.is_working
    tape(world, 2, "95", "1", True)
    assert stop.status == "FILLED" and plain(stop.executed_quote) == "95"


@pytest.mark.parametrize(("price", "quantity"), [(0, 1), (1, 0), (-1, 1), (1, -1)])
def test_a_tape_of_nonsense_is_refused(price: int, quantity: int) -> None:
    with pytest.raises(ValueError, match=f"no such trade: {quantity} at {price}"):
        World().apply(TapeTrade(SYMBOL, 1, price, quantity, True, NOW))


# a price set from outside

def quoted_world() -> World:
    world = World()
    for distance, quantity in (("1", "1"), ("2", "2"), ("5", "3")):
        world.quote("BUY", str(100 - int(distance)), quantity)
        world.quote("SELL", str(100 + int(distance)), quantity)
    return world


def test_the_depth_moves_with_the_price() -> None:
    world = quoted_world()
    trade, = prints(set_price(world, "120"))
    assert (plain(trade.price), trade.time, trade.buyer_is_maker) == ("120", world.now, False)
    assert world.book() == (
        [("119", "1"), ("118", "2"), ("115", "3")], [("121", "1"), ("122", "2"), ("125", "3")],
    )
    trade, = prints(set_price(world, "80"))
    assert trade.buyer_is_maker and world.exchange.tapes[SYMBOL].last_price == amount("80")


def test_a_set_price_fills_the_users_orders_it_crosses_at_their_limits() -> None:
    world = quoted_world()
    crossed = [world.limit("a", "SELL", "2", "105"), world.limit("b", "SELL", "3", "110")]
    kept = [world.limit("a", "SELL", "1", "111"), world.limit("b", "BUY", "1", "90")]
    events = set_price(world, "110")
    assert [(f.account, plain(f.price), plain(f.quantity)) for f in fills(events)] == [("a", "105", "2"), ("b", "110", "3")]
    assert [plain(trade.price) for trade in prints(events)] == ["105", "110", "110"]
    assert [order.status for order in crossed + kept] == ["FILLED", "FILLED", "NEW", "NEW"]
    assert world.balance("b", "BBB") == ("100240", "90")
    assert world.book()[0][0] == ("109", "1") and world.book()[1][0] == ("111", "2")


def test_a_set_price_downwards_fills_bids() -> None:
    world = quoted_world()
    order = world.limit("a", "BUY", "2", "98")
    events = set_price(world, "90")
    assert [(plain(f.price), plain(f.quantity)) for f in fills(events)] == [("98", "2")]
    assert order.status == "FILLED" and world.book()[0][0] == ("89", "1")


def test_a_set_price_triggers_stops() -> None:
    world = quoted_world()
    stop = world.order_of(world.place("a", "BUY", "STOP_LOSS", "1", stop_price="110"))
    events = set_price(world, "112")
    assert stop.status == "FILLED" and [plain(fill.price) for fill in fills(events)] == ["113"]


def test_a_set_price_in_an_empty_market_prints_one_trade() -> None:
    world = World()
    assert [plain(trade.price) for trade in prints(set_price(world, "50"))] == ["50"]
    assert world.book() == ([], [])


def test_a_one_sided_market_gets_its_mirror() -> None:
    world = World()
    world.quote("BUY", "99", "1")
    world.quote("BUY", "98", "2")
    set_price(world, "200")
    assert world.book() == ([("199", "3")], [("201", "3")])


def test_a_set_price_after_a_tape() -> None:
    world = World()
    tape(world, 1, "100", "1", True)
    set_price(world, "150")
    bids, asks = world.book()
    assert int(bids[0][0]) < 150 < int(asks[0][0])
    tape(world, 2, "100", "1", True)
    assert world.book()[0][0][0] == "100"
    check_invariants(world.exchange)


@pytest.mark.parametrize("price,text", [(0, "0"), (-3 * 10**8, "-3"), (10**8 + 1, "1.00000001")])
def test_a_price_off_the_tick_is_refused(price: int, text: str) -> None:
    with pytest.raises(ValueError, match=f"^price: must be a positive multiple of the tick size 1, not {text}$"):
        World().apply(SetPrice(SYMBOL, price))
