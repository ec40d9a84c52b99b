"""Self-trade prevention: the scenarios of faqs/stp_faq.md, and what it frees."""

from typing import Any

import pytest
from core_world import SYMBOL, World, amount, check_invariants, plain, prints, reports

from mockexchange.core.commands import PlaceOrder


@pytest.fixture
def world() -> World:
    return World(tick_size=amount("0.1"), start_price=amount("1"))


State = tuple[str, str, str]


def state(order: Any) -> State:
    """(status, executed, prevented)"""
    return order.status, plain(order.executed), plain(order.prevented)


def three_makers(world: World) -> list[Any]:
    return [
        world.limit("a", "BUY", quantity, price) for quantity, price in (("1.2", "1.2"), ("1.3", "1.1"), ("8.1", "1"))
    ]


def test_scenario_a_none_trades_with_itself(world: World) -> None:
    maker = world.limit("a", "BUY", "1", "1")
    events = world.place("a", "SELL", "LIMIT", "1", "1", stp_mode="NONE")
    assert state(maker) == state(world.order_of(events)) == ("FILLED", "1", "0")
    assert len(prints(events)) == 1
    assert world.balance("a", "AAA") == ("1000", "0") and world.balance("a", "BBB") == ("100000", "0")


def test_scenario_b_expire_maker_clears_the_way_and_rests(world: World) -> None:
    makers = three_makers(world)
    events = world.place("a", "SELL", "LIMIT", "3", "1", stp_mode="EXPIRE_MAKER")
    assert [state(maker) for maker in makers] == [
        ("EXPIRED_IN_MATCH", "0", "1.2"), ("EXPIRED_IN_MATCH", "0", "1.3"), ("EXPIRED_IN_MATCH", "0", "8.1"),
    ]
    taker = world.order_of(events)
    assert state(taker) == ("NEW", "0", "0") and world.book() == ([], [("1", "3")])
    prevented = reports(events, "TRADE_PREVENTION")
    assert [(r.order_id, plain(r.last_prevented), r.counter_order_id) for r in prevented] == [
        (maker.order_id, quantity, taker.order_id) for maker, quantity in zip(makers, ("1.2", "1.3", "8.1"), strict=True)
    ]
    assert [maker.prevented_match_id for maker in makers] == [1, 2, 3] and taker.prevented_match_id == 0
    assert world.balance("a", "BBB") == ("100000", "0") and world.balance("a", "AAA") == ("997", "3")


def test_scenario_c_expire_taker_leaves_the_book(world: World) -> None:
    makers = three_makers(world)
    events = world.place("a", "SELL", "LIMIT", "3", "1", stp_mode="EXPIRE_TAKER")
    assert [state(maker) for maker in makers] == [("NEW", "0", "0")] * 3
    assert state(world.order_of(events)) == ("EXPIRED_IN_MATCH", "0", "3")
    assert [r.execution_type for r in reports(events)] == ["NEW", "TRADE_PREVENTION"]
    assert world.balance("a", "AAA") == ("1000", "0")


def test_scenario_d_expire_both(world: World) -> None:
    maker = world.limit("a", "BUY", "1", "1")
    events = world.place("a", "SELL", "LIMIT", "3", "1", stp_mode="EXPIRE_BOTH")
    taker = world.order_of(events)
    assert state(maker) == ("EXPIRED_IN_MATCH", "0", "1")
    assert state(taker) == ("EXPIRED_IN_MATCH", "0", "3")
    assert maker.prevented_match_id == taker.prevented_match_id == 1
    assert world.book() == ([], []) and not prints(events)
    assert world.balance("a", "AAA") == ("1000", "0") and world.balance("a", "BBB") == ("100000", "0")


def test_scenario_e_the_takers_mode_decides(world: World) -> None:
    maker = world.limit("a", "BUY", "1", "1", stp_mode="EXPIRE_MAKER")
    taker = world.limit("a", "SELL", "1", "1", stp_mode="EXPIRE_TAKER")
    assert state(maker) == ("NEW", "0", "0") and state(taker) == ("EXPIRED_IN_MATCH", "0", "1")


def test_scenario_f_a_market_order_left_without_a_book_expires(world: World) -> None:
    maker = world.limit("a", "BUY", "1", "1")
    taker = world.order_of(world.place("a", "SELL", "MARKET", "1", stp_mode="EXPIRE_MAKER"))
    assert state(maker) == ("EXPIRED_IN_MATCH", "0", "1")
    assert state(taker) == ("EXPIRED", "0", "0") and taker.expiry_reason == "INSUFFICIENT_LIQUIDITY"


def test_scenario_g_decrement_takes_the_smaller_from_both(world: World) -> None:
    maker = world.limit("a", "BUY", "6", "2")
    events = world.place("a", "SELL", "LIMIT", "2", "2", stp_mode="DECREMENT")
    taker = world.order_of(events)
    assert state(maker) == ("NEW", "0", "2") and plain(maker.remaining) == "4"
    assert state(taker) == ("EXPIRED_IN_MATCH", "0", "2")
    assert world.book() == ([("2", "4")], []) and not prints(events)
    assert world.balance("a", "BBB") == ("99992", "8") and world.balance("a", "AAA") == ("1000", "0")


def test_decrement_the_other_way_round_and_of_equals(world: World) -> None:
    maker = world.limit("a", "BUY", "2", "2")
    taker = world.limit("a", "SELL", "6", "2", stp_mode="DECREMENT")
    assert state(maker) == ("EXPIRED_IN_MATCH", "0", "2") and state(taker) == ("NEW", "0", "2")
    assert world.book() == ([], [("2", "4")]) and world.balance("a", "AAA") == ("996", "4")
    equal = world.limit("a", "BUY", "4", "2", stp_mode="DECREMENT")
    assert state(equal) == ("EXPIRED_IN_MATCH", "0", "4") and state(taker) == ("EXPIRED_IN_MATCH", "0", "6")
    assert world.book() == ([], [])


def test_others_in_front_are_traded_with_first(world: World) -> None:
    world.limit("b", "BUY", "1", "1.2")
    own = world.limit("a", "BUY", "1", "1.1")
    events = world.place("a", "SELL", "LIMIT", "3", "1", stp_mode="EXPIRE_TAKER")
    assert [plain(trade.price) for trade in prints(events)] == ["1.2"]
    assert state(world.order_of(events)) == ("EXPIRED_IN_MATCH", "1", "2") and state(own) == ("NEW", "0", "0")


def test_others_behind_are_traded_with_after_the_own_order_expired(world: World) -> None:
    own = world.limit("a", "BUY", "1", "1.2")
    other = world.limit("b", "BUY", "1", "1.2")
    events = world.place("a", "SELL", "LIMIT", "1", "1", stp_mode="EXPIRE_MAKER")
    assert state(own) == ("EXPIRED_IN_MATCH", "0", "1")
    assert state(other) == state(world.order_of(events)) == ("FILLED", "1", "0")


def test_a_partly_filled_order_is_prevented_for_what_remains(world: World) -> None:
    own = world.limit("a", "BUY", "3", "1")
    world.limit("b", "SELL", "1", "1")
    world.limit("a", "SELL", "5", "1", stp_mode="EXPIRE_MAKER")
    assert state(own) == ("EXPIRED_IN_MATCH", "1", "2")


def test_the_symbols_default_mode_applies_when_none_is_given() -> None:
    world = World(default_stp_mode="EXPIRE_TAKER", stp_modes=("NONE", "EXPIRE_TAKER"))
    own = world.limit("a", "BUY", "1", "100")
    taker = world.limit("a", "SELL", "1", "100")
    assert (own.status, taker.status, taker.stp_mode) == ("NEW", "EXPIRED_IN_MATCH", "EXPIRE_TAKER")
    world.refused(
        PlaceOrder("a", SYMBOL, "SELL", "LIMIT", amount(1), amount(100), stp_mode="EXPIRE_MAKER"), "STP_NOT_ALLOWED"
    )


@pytest.mark.parametrize(("mode", "executed", "prevented"), [
    ("NONE", "2", "0"), ("EXPIRE_MAKER", "1", "0"), ("EXPIRE_TAKER", "0", "2"), ("EXPIRE_BOTH", "0", "2"), ("DECREMENT", "1", "1"),
])
def test_a_market_buy_pays_only_for_what_it_trades(world: World, mode: str, executed: str, prevented: str) -> None:
    world.limit("a", "SELL", "1", "1.1")
    world.limit("b", "SELL", "1", "1.2")
    taker = world.order_of(world.place("a", "BUY", "MARKET", "2", stp_mode=mode))
    assert state(taker)[1:] == (executed, prevented)
    check_invariants(world.exchange)


def test_a_triggered_stop_is_prevented_too(world: World) -> None:
    stop = world.order_of(world.place("a", "BUY", "STOP_LOSS", "1", stop_price="1.1", stp_mode="EXPIRE_TAKER"))
    own = world.limit("a", "SELL", "1", "1.2")
    world.limit("b", "SELL", "1", "1.1")
    world.place("b", "BUY", "MARKET", "1")
    assert state(stop) == ("EXPIRED_IN_MATCH", "0", "1") and state(own) == ("NEW", "0", "0")
    assert world.balance("a", "BBB") == ("100000", "0")
