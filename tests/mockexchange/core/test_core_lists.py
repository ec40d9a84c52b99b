"""Order lists: what one order does to the others, what is locked for them, and how they end."""

from dataclasses import replace

import pytest
from core_world import (
    NOW,
    SYMBOL,
    World,
    amount,
    check_invariants,
    instrument,
    list_reports,
    reasons,
    reports,
    statuses,
)

from mockexchange.core import Exchange
from mockexchange.core.commands import (
    AmendOrder,
    CancelAll,
    CancelOrderList,
    Deposit,
    PlaceOrder,
    PlaceOrderList,
    SetRules,
    SetSymbolStatus,
)
from mockexchange.core.events import ListReport, ListReserve, OrderReport
from mockexchange.core.order_lists import (
    ALONE,
    CONTINGENCIES,
    PAIR,
    PENDING,
    WORKING,
    happened,
    role_of,
)
from mockexchange.core.orders import OrderList


@pytest.fixture
def world() -> World:
    made = World()
    made.quote("BUY", "99", "50")
    made.quote("SELL", "101", "50")
    made.hit("BUY", "0.1")              # the last price is 101
    made.hit("SELL", "0.1")             # 99
    return made


def oto(world: World, *pending: PlaceOrder, price: str = "98", side: str = "BUY", quantity: str = "1", **more: object) -> OrderList:
    return world.place_list("OTO", world.leg("a", side, "LIMIT", quantity, price), *pending, **more)[0]


# -- a pair

def test_a_pair_is_placed_the_stop_waiting_and_the_limit_on_the_book(world: World) -> None:
    of, events = world.place_list(
        "OCO", world.leg("a", "SELL", "STOP_LOSS", stop="90"), world.leg("a", "SELL", "LIMIT_MAKER", price="110"), client_order_id="mine",
    )
    assert isinstance(events[0], ListReport) and events[0].is_placement
    assert list_reports(events) == ["EXEC_STARTED"]
    assert [(each.type, each.status, each.order_list_id) for each in reports(events)] == [
        ("STOP_LOSS", "NEW", of.order_list_id), ("LIMIT_MAKER", "NEW", of.order_list_id),
    ]
    stop, limit = of.orders
    assert (stop.order_id + 1, stop.is_working, limit.is_working, of.client_order_id) == (limit.order_id, False, True, "mine")
    check_invariants(world.exchange)


def test_the_limit_is_touched_and_the_stop_expires(world: World) -> None:
    of = world.oco()
    events = world.place("b", "BUY", "LIMIT", "0.4", "110", time_in_force="IOC")
    assert statuses(of) == ["NEW", "NEW"]                   # the market maker's 101 was better
    world.quote("SELL", "101", "0")
    events = world.place("b", "BUY", "LIMIT", "0.4", "110", time_in_force="IOC")
    assert (statuses(of), reasons(of)) == (["EXPIRED", "PARTIALLY_FILLED"], ["OCO_TRIGGER", "NONE"])
    assert list_reports(events) == ["EXEC_STARTED"] and not of.is_done
    events = world.place("b", "BUY", "LIMIT", "0.6", "110")
    assert statuses(of) == ["EXPIRED", "FILLED"]
    assert list_reports(events) == ["ALL_DONE"] and of.is_done
    check_invariants(world.exchange)


def test_the_stop_triggers_and_the_limit_ends_before_it_works(world: World) -> None:
    of = world.oco()
    world.quote("BUY", "99", "0")
    world.quote("BUY", "90", "0.3")
    world.quote("BUY", "89", "5")
    events = world.hit("SELL", "0.3")
    seen = [(each.type, each.execution_type, each.status) for each in reports(events)]
    assert seen == [
        ("LIMIT_MAKER", "EXPIRED", "EXPIRED"), ("STOP_LOSS", "NEW", "NEW"), ("STOP_LOSS", "TRADE", "FILLED"),
    ]
    assert (reasons(of), list_reports(events)) == (["NONE", "OCO_TRIGGER"], ["ALL_DONE"])
    assert world.balance("a", "AAA") == ("999", "0")


def test_a_stop_limit_that_rests_keeps_its_list_alive(world: World) -> None:
    of, _ = world.place_list(
        "OCO", world.leg("a", "SELL", "STOP_LOSS_LIMIT", price="95", stop="96"), world.leg("a", "SELL", "TAKE_PROFIT", stop="110"),
    )
    world.quote("BUY", "99", "0")
    world.quote("BUY", "96", "1")
    world.quote("BUY", "80", "1")
    events = world.hit("SELL", "1")
    assert (statuses(of), reasons(of), list_reports(events)) == (["NEW", "EXPIRED"], ["NONE", "OCO_TRIGGER"], ["EXEC_STARTED"])
    assert world.exchange.lists.open_lists("a") == [of]
    assert list_reports(world.cancel_list(of)) == ["ALL_DONE"]
    check_invariants(world.exchange)


def test_a_triggered_stop_whose_limit_is_taken_first_does_not_trade() -> None:
    """One print triggers the stop of the pair and another's stop, which buys the pair's limit before the pair's stop has its turn."""
    world = World()
    world.quote("BUY", "100", "1")
    world.hit("SELL", "0.1")
    world.place("b", "BUY", "TAKE_PROFIT", "2", stop_price="95")       # triggers at 95 and falls first: it is nearer
    of = world.oco(stop="90", price="110", quantity="2")
    world.quote("BUY", "100", "0")
    world.quote("BUY", "89", "1")
    world.hit("SELL", "1")
    assert (statuses(of), reasons(of)) == (["EXPIRED", "FILLED"], ["OCO_TRIGGER", "NONE"])
    check_invariants(world.exchange)


@pytest.mark.parametrize("which", [0, 1])
def test_cancelling_one_cancels_both_under_one_name(world: World, which: int) -> None:
    of = world.oco()
    events = world.cancel(of.orders[which], new_client_order_id="enough")
    assert statuses(of) == ["CANCELED", "CANCELED"]
    assert [each.cancel_client_order_id for each in reports(events, "CANCELED")] == ["enough", "enough"]
    assert (list_reports(events), world.balance("a", "AAA")) == (["ALL_DONE"], ("1000", "0"))


def test_a_prevented_part_decides_a_pair(world: World) -> None:
    of = world.oco(quantity="2")
    world.quote("SELL", "101", "0")
    world.place("a", "BUY", "LIMIT", "0.5", "110", stp_mode="DECREMENT")
    assert (statuses(of), reasons(of)) == (["EXPIRED", "NEW"], ["OCO_TRIGGER", "NONE"])
    assert of.orders[1].prevented == amount("0.5")
    other = world.oco(price="109")
    world.place("a", "BUY", "LIMIT", "0.5", "110", stp_mode="EXPIRE_MAKER")
    assert (statuses(other), reasons(other)) == (["EXPIRED", "EXPIRED_IN_MATCH"], ["OCO_TRIGGER", "NONE"])
    check_invariants(world.exchange)


# -- what is locked

@pytest.mark.parametrize(("stop", "limit", "locked"), [("110", "90", "110"), ("104", "98", "104")])
def test_a_buying_pair_locks_the_dearer_order_once(world: World, stop: str, limit: str, locked: str) -> None:
    of = world.oco(side="BUY", stop=stop, price=limit)
    assert world.balance("a", "BBB")[1] == locked
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "0.5", limit)
    assert world.balance("a", "BBB")[1] == str(float(limit) / 2).removesuffix(".0")
    world.cancel_list(of)
    assert world.balance("a", "BBB")[1] == "0"


def test_a_selling_pair_locks_the_quantity_once(world: World) -> None:
    world.oco(quantity="100")
    assert world.balance("a", "AAA") == ("900", "100")


def test_a_pair_that_the_account_cannot_pay_is_refused(world: World) -> None:
    legs = [world.leg("a", "BUY", "STOP_LOSS_LIMIT", "1000", "101", "101"), world.leg("a", "BUY", "LIMIT_MAKER", "1000", "90")]
    world.refused(PlaceOrderList("a", SYMBOL, "OCO", legs), "INSUFFICIENT_BALANCE")


def test_pending_orders_lock_nothing(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "LIMIT", "2000", "105"))
    assert (world.balance("a", "AAA")[1], world.balance("a", "BBB")[1]) == ("0", "98")
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "1", "98")
    assert statuses(of) == ["FILLED", "EXPIRED"]            # 1001 AAA are there
    assert (reasons(of), of.orders[1].reject_reason) == (["NONE", "REJECTED"], "INSUFFICIENT_BALANCES")


# -- one triggers the other

def test_the_pending_order_goes_to_the_book_when_the_working_one_is_filled(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "LIMIT", "1", "105"))
    assert statuses(of) == ["NEW", "PENDING_NEW"]
    assert [order.order_id for order in world.exchange.open_orders("a")] == [order.order_id for order in of.orders]
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "0.4", "98")
    assert statuses(of) == ["PARTIALLY_FILLED", "PENDING_NEW"]
    events = world.place("b", "SELL", "LIMIT", "0.6", "98")
    assert statuses(of) == ["FILLED", "NEW"]
    assert (of.orders[1].working_time, list_reports(events)) == (world.now, ["EXEC_STARTED"])
    assert world.balance("a", "AAA") == ("1000", "1")
    check_invariants(world.exchange)


def test_a_working_order_that_is_filled_at_once_is_told_with_the_other_pending(world: World) -> None:
    of, events = world.place_list("OTO", world.leg("a", "BUY", "LIMIT", "1", "101"), world.leg("a", "SELL", "MARKET", "1"))
    seen = [(each.type, each.execution_type, each.status) for each in reports(events)]
    assert seen == [
        ("LIMIT", "NEW", "NEW"), ("MARKET", "NEW", "PENDING_NEW"), ("LIMIT", "TRADE", "FILLED"),
        ("MARKET", "NEW", "NEW"), ("MARKET", "TRADE", "FILLED"),
    ]
    assert (statuses(of), list_reports(events)) == (["FILLED", "FILLED"], ["EXEC_STARTED", "ALL_DONE"])


@pytest.mark.parametrize("which", [0, 1])
def test_cancelling_an_order_of_an_oto_cancels_the_other(world: World, which: int) -> None:
    of = oto(world, world.leg("a", "SELL", "LIMIT", "1", "105"))
    world.cancel(of.orders[which])
    assert statuses(of) == ["CANCELED", "CANCELED"] and of.is_done


def test_the_working_order_expires_and_the_whole_list_with_it(world: World) -> None:
    working = world.leg("a", "BUY", "LIMIT", "60", "101", time_in_force="IOC")
    of, _ = world.place_list("OTO", working, world.leg("a", "SELL", "LIMIT", "1", "105"))
    assert statuses(of) == ["EXPIRED", "EXPIRED"] and of.orders[0].executed
    assert reasons(of) == ["UNFILLED_IOC_QUANTITY_EXPIRED", "OTO_PHASE_ONE_EXPIRED"]


@pytest.mark.parametrize(("pending", "reason"), [
    (("SELL", "LIMIT_MAKER", "1", "97", "0"), "WOULD_MATCH_IMMEDIATELY"),
    (("SELL", "STOP_LOSS", "1", "0", "99"), "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY"),
    (("BUY", "MARKET", "100", "0", "0"), "INSUFFICIENT_BALANCES"),
])
def test_a_pending_order_that_cannot_work_expires(world: World, pending: tuple[str, ...], reason: str) -> None:
    if pending[1] == "MARKET":
        world.quote("SELL", "101", "0")
        world.quote("SELL", "1100", "200")
    of = oto(world, world.leg("a", *pending))
    world.quote("BUY", "99", "1")
    world.quote("BUY", "97", "1")
    events = world.hit("SELL", "2")
    assert statuses(of) == ["FILLED", "EXPIRED"]
    assert (of.orders[1].expiry_reason, of.orders[1].reject_reason) == ("REJECTED", reason)
    assert list_reports(events) == ["ALL_DONE"]
    check_invariants(world.exchange)


def test_a_pending_order_meets_the_filters_again(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "LIMIT", "1", "105"))
    world.apply(SetRules(SYMBOL, {"min_notional": amount("200")}))
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "3", "98")
    assert (statuses(of), of.orders[1].reject_reason) == (["FILLED", "EXPIRED"], "NONE")
    assert of.orders[1].expiry_reason == "REJECTED"


def test_the_count_filters_do_not_count_a_pending_order_twice(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "LIMIT", "1", "105"))
    world.apply(SetRules(SYMBOL, {"max_num_orders": 1}))
    world.refused(PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount(1), amount(90)), "FILTER", "MAX_NUM_ORDERS")
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "1", "98")
    assert statuses(of) == ["FILLED", "NEW"]


# -- one triggers a pair

def otoco(world: World, **more: object) -> OrderList:
    return oto(world, world.leg("a", "SELL", "STOP_LOSS", "1", stop="90"), world.leg("a", "SELL", "LIMIT_MAKER", "1", "110"), **more)


def test_the_pair_works_once_the_working_order_is_filled(world: World) -> None:
    of = otoco(world)
    assert statuses(of) == ["NEW", "PENDING_NEW", "PENDING_NEW"]
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "1", "98")
    assert (statuses(of), world.balance("a", "AAA")) == (["FILLED", "NEW", "NEW"], ("1000", "1"))
    world.quote("SELL", "101", "0")
    events = world.place("b", "BUY", "LIMIT", "1", "110")
    assert (statuses(of), reasons(of)[1]) == (["FILLED", "EXPIRED", "FILLED"], "OCO_TRIGGER")
    assert list_reports(events) == ["ALL_DONE"]
    check_invariants(world.exchange)


def test_a_pair_that_the_price_has_left_behind_expires(world: World) -> None:
    of = otoco(world, price="89")           # when it is filled, the last price is below the stop
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "1", "89")
    assert statuses(of) == ["FILLED", "EXPIRED", "EXPIRED"]
    assert reasons(of)[1:] == ["REJECTED", "REJECTED"]
    assert {order.reject_reason for order in of.orders[1:]} == {"OCO_BAD_PRICES"}


def test_one_refused_order_of_a_pair_ends_the_other(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "STOP_LOSS", "1", stop="90"), world.leg("a", "SELL", "LIMIT_MAKER", "1", "100"), price="98")
    world.quote("BUY", "99", "0")
    world.quote("SELL", "101", "0")
    world.limit("b", "SELL", "1", "98")
    assert statuses(of) == ["FILLED", "NEW", "NEW"]
    other = oto(world, world.leg("a", "SELL", "STOP_LOSS", "1", stop="90"), world.leg("a", "SELL", "LIMIT_MAKER", "1", "100"), price="97")
    bid = world.limit("b", "BUY", "2", "99")
    world.cancel(bid)
    world.apply(SetRules(SYMBOL, {"min_notional": amount("100")}))      # 1 at 90 is below it, 1 at 100 is not
    world.place("b", "SELL", "LIMIT", "2", "97")
    assert statuses(other)[0] == "FILLED"
    assert sorted(reasons(other)[1:]) in (["OCO_TRIGGER", "REJECTED"], ["REJECTED", "REJECTED"])
    check_invariants(world.exchange)


# -- one pays the other

def test_what_the_working_order_buys_is_kept_for_the_pending_one(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "LIMIT", "0", "105"), pays=True)
    assert (of.orders[1].quantity, world.balance("a", "AAA")) == (0, ("1000", "0"))
    world.quote("BUY", "99", "0")
    events = world.place("b", "SELL", "LIMIT", "0.4", "98")
    assert world.balance("a", "AAA") == ("1000", "0.4")
    assert [each.reserved for each in events if isinstance(each, ListReserve)] == [amount("0.4")]
    world.place("b", "SELL", "LIMIT", "0.6", "98")
    assert (statuses(of), of.orders[1].quantity) == (["FILLED", "NEW"], amount("1"))
    assert world.balance("a", "AAA") == ("1000", "1")
    check_invariants(world.exchange)


def test_the_fee_of_what_was_bought_comes_from_what_is_free() -> None:
    """faqs/opo.md; with nothing free it comes from the fill, and the quantity is rounded down to the step."""
    world = World(maker_fee=1_000_000)          # 1 %
    of = oto(world, world.leg("a", "SELL", "LIMIT", "0", "105"), pays=True, quantity="10")
    world.place("b", "SELL", "LIMIT", "10", "98")
    assert (of.orders[1].quantity, world.balance("a", "AAA")) == (amount("10"), ("999.9", "10"))
    world.limit("a", "SELL", "999.9", "200")
    poor = oto(world, world.leg("a", "SELL", "LIMIT", "0", "105"), pays=True, quantity="1")
    world.place("b", "SELL", "LIMIT", "1", "98")
    assert (poor.orders[1].quantity, world.balance("a", "AAA")[0]) == (amount("0.9"), "0.09")
    check_invariants(world.exchange)


def test_bnb_pays_its_own_fee() -> None:
    """faqs/opo.md: the commission is taken from what is free "if the received asset is not BNB"."""
    exchange = Exchange([replace(instrument(maker_fee=1_000_000), base="BNB")], 1)
    for account in ("a", "b"):
        for asset in ("BNB", "BBB"):
            exchange.apply(Deposit(account, asset, amount("1000")), NOW)
    legs = [PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount("1"), amount("98")), PlaceOrder("a", SYMBOL, "SELL", "LIMIT", 0, amount("105"))]
    exchange.apply(PlaceOrderList("a", SYMBOL, "OTO", legs, pays=True), NOW)
    exchange.apply(PlaceOrder("b", SYMBOL, "SELL", "LIMIT", amount("1"), amount("98")), NOW)
    assert exchange.lists.open_lists("a")[0].orders[1].quantity == amount("0.9")        # 0.99, rounded down to the step
    assert exchange.balances("a")["BNB"] == (amount("1000.09"), amount("0.9"))
    check_invariants(exchange)


def test_cancelling_gives_back_what_is_kept(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "MARKET", "0"), pays=True)
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "0.4", "98")
    world.cancel_list(of)
    assert (statuses(of), world.balance("a", "AAA")) == (["CANCELED", "CANCELED"], ("1000.4", "0"))


def test_a_paid_pair_sells_what_was_bought(world: World) -> None:
    of = oto(
        world, world.leg("a", "SELL", "STOP_LOSS_LIMIT", "0", "90", "91"), world.leg("a", "SELL", "LIMIT_MAKER", "0", "110"), pays=True,
        quantity="3",
    )
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "3", "98")
    assert [order.quantity for order in of.orders] == [amount("3")] * 3
    assert (statuses(of), world.balance("a", "AAA")) == (["FILLED", "NEW", "NEW"], ("1000", "3"))
    check_invariants(world.exchange)


def test_a_bought_quantity_below_the_filters_expires_the_pending_order(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "LIMIT", "0", "105"), pays=True)
    world.apply(SetRules(SYMBOL, {"min_quantity": amount("2")}))
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "5", "98")
    assert (statuses(of), reasons(of)[1], world.balance("a", "AAA")) == (["FILLED", "EXPIRED"], "REJECTED", ("1001", "0"))


def test_a_market_order_is_paid_no_more_than_its_own_filter_allows() -> None:
    world = World(market_max_quantity=amount("2"))
    world.quote("BUY", "90", "50")
    of = oto(world, world.leg("a", "SELL", "MARKET", "0"), pays=True, quantity="3")
    world.place("b", "SELL", "LIMIT", "3", "98")
    assert (of.orders[1].quantity, of.orders[1].status) == (amount("2"), "FILLED")


# -- amendments

def test_both_orders_of_a_pair_are_amended(world: World) -> None:
    of = world.oco(side="BUY", stop="110", price="90", quantity="3")
    events = world.apply(AmendOrder("a", SYMBOL, of.orders[1].order_id, quantity=amount("1"), new_client_order_id="smaller"))
    assert [order.quantity for order in of.orders] == [amount("1")] * 2
    assert [each.execution_type for each in reports(events)] == ["REPLACED", "REPLACED"]
    assert list_reports(events) == ["UPDATED"]
    assert world.balance("a", "BBB")[1] == "110"
    check_invariants(world.exchange)


def test_orders_of_an_oto_are_amended_one_by_one(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "MARKET", "5"), quantity="3")
    world.apply(AmendOrder("a", SYMBOL, of.orders[1].order_id, quantity=amount("4")))
    assert [order.quantity for order in of.orders] == [amount("3"), amount("4")]
    world.apply(AmendOrder("a", SYMBOL, of.orders[0].order_id, quantity=amount("2")))
    assert [order.quantity for order in of.orders] == [amount("2"), amount("4")]
    check_invariants(world.exchange)


def test_a_quantity_that_is_not_known_yet_cannot_be_amended(world: World) -> None:
    of = oto(world, world.leg("a", "SELL", "LIMIT", "0", "105"), pays=True)
    world.refused(AmendOrder("a", SYMBOL, of.orders[1].order_id, quantity=amount("1")), "AMEND_PENDING_OPO")
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "1", "98")
    world.apply(AmendOrder("a", SYMBOL, of.orders[1].order_id, quantity=amount("0.5")))
    assert of.orders[1].quantity == amount("0.5")
    check_invariants(world.exchange)


# -- admission

@pytest.mark.parametrize(("side", "stop", "limit"), [
    ("SELL", "99", "110"), ("SELL", "100", "110"), ("SELL", "90", "98"), ("SELL", "110", "90"),
    ("BUY", "99", "90"), ("BUY", "90", "95"), ("BUY", "110", "99"),
])
def test_the_last_price_must_lie_between(world: World, side: str, stop: str, limit: str) -> None:
    legs = [world.leg("a", side, "STOP_LOSS", stop=stop), world.leg("a", side, "LIMIT_MAKER", price=limit)]
    world.refused(PlaceOrderList("a", SYMBOL, "OCO", legs), "OCO_BAD_PRICES")


def test_of_pending_pairs_only_the_prices_themselves_are_compared(world: World) -> None:
    working = world.leg("a", "BUY", "LIMIT", price="60")
    world.place_list("OTO", working, world.leg("a", "SELL", "STOP_LOSS", stop="50"), world.leg("a", "SELL", "LIMIT_MAKER", price="70"))
    legs = [working, world.leg("a", "SELL", "STOP_LOSS", stop="70"), world.leg("a", "SELL", "LIMIT_MAKER", price="70")]
    world.refused(PlaceOrderList("a", SYMBOL, "OTO", legs), "OCO_BAD_PRICES")


def test_a_list_counts_with_all_its_orders(world: World) -> None:
    legs = [world.leg("a", "SELL", "STOP_LOSS", stop="90"), world.leg("a", "SELL", "LIMIT_MAKER", price="110")]
    command = PlaceOrderList("a", SYMBOL, "OCO", legs)
    world.apply(SetRules(SYMBOL, {"max_num_orders": 1}))
    world.refused(command, "FILTER", "MAX_NUM_ORDERS")
    world.apply(SetRules(SYMBOL, {"max_num_orders": 10, "max_num_algo_orders": 0}))
    world.refused(command, "FILTER", "MAX_NUM_ALGO_ORDERS")
    world.apply(SetRules(SYMBOL, {"max_num_algo_orders": 5, "max_num_order_lists": 1}))
    world.apply(command)
    world.refused(command, "FILTER", "MAX_NUM_ORDER_LISTS")


def test_ids_of_open_lists_and_orders_are_not_given_twice(world: World) -> None:
    legs = [
        world.leg("a", "SELL", "STOP_LOSS", stop="90", client_order_id="s"),
        world.leg("a", "SELL", "LIMIT_MAKER", price="110", client_order_id="l"),
    ]
    of, _ = world.place_list("OCO", *legs, client_order_id="mine")
    fresh = [world.leg("a", "SELL", "STOP_LOSS", stop="90"), world.leg("a", "SELL", "LIMIT_MAKER", price="110")]
    world.refused(PlaceOrderList("a", SYMBOL, "OCO", fresh, "mine"), "DUPLICATE_CLIENT_ORDER_ID")
    world.refused(PlaceOrderList("a", SYMBOL, "OCO", legs, "other"), "DUPLICATE_CLIENT_ORDER_ID")
    same = [world.leg("a", "SELL", leg.type, price="110" if leg.price else "0", stop="90" if leg.stop_price else "0", client_order_id="x") for leg in legs]
    world.refused(PlaceOrderList("a", SYMBOL, "OCO", same, "other"), "DUPLICATE_CLIENT_ORDER_ID")
    world.cancel_list(of)
    assert world.place_list("OCO", *legs, client_order_id="mine")[0].order_list_id == of.order_list_id + 1


def test_a_closed_market_takes_no_lists(world: World) -> None:
    world.apply(SetSymbolStatus(SYMBOL, "HALT"))
    legs = [world.leg("a", "SELL", "STOP_LOSS", stop="90"), world.leg("a", "SELL", "LIMIT_MAKER", price="110")]
    world.refused(PlaceOrderList("a", SYMBOL, "OCO", legs), "MARKET_CLOSED")


def test_lists_that_are_none(world: World) -> None:
    stop, limit = world.leg("a", "SELL", "STOP_LOSS", stop="90"), world.leg("a", "SELL", "LIMIT_MAKER", price="110")
    for contingency, legs, pays in (("OCO", [stop], False), ("OCO", [stop, limit], True), ("OTO", [limit], False), ("ONE", [stop, limit], False)):
        with pytest.raises(ValueError, match="orders:|contingency:"):
            world.apply(PlaceOrderList("a", SYMBOL, contingency, legs, pays=pays))
    with pytest.raises(ValueError, match="account and symbol"):
        world.apply(PlaceOrderList("a", SYMBOL, "OCO", [stop, world.leg("b", "SELL", "LIMIT_MAKER", price="110")]))
    for legs in ([limit, stop], [stop, stop], [stop, world.leg("a", "BUY", "LIMIT_MAKER", price="110")], [stop, world.leg("a", "SELL", "LIMIT_MAKER", "2", "110")]):
        world.refused(PlaceOrderList("a", SYMBOL, "OCO", legs), "UNSUPPORTED_TYPE")
    world.refused(PlaceOrderList("a", SYMBOL, "OTO", [stop, limit]), "UNSUPPORTED_TYPE")
    world.refused(PlaceOrderList("a", SYMBOL, "OTO", [world.leg("a", "SELL", "LIMIT", price="110"), world.leg("a", "SELL", "LIMIT", "0", "110")], pays=True), "UNSUPPORTED_TYPE")


# -- finding and cancelling

def test_lists_are_found_by_either_id(world: World) -> None:
    first = world.oco(client_order_id="one")
    world.cancel_list(first)
    second = world.oco(client_order_id="one")
    lists = world.exchange.lists
    assert lists.find("a", first.order_list_id) is first
    assert lists.find("a", None, "one") is second
    assert (lists.all_lists("a"), lists.open_lists("a"), lists.all_lists("b")) == ([first, second], [second], [])


@pytest.mark.parametrize(("account", "number", "name", "reason"), [
    ("a", 999, "", "UNKNOWN_ORDER"), ("b", 1, "", "UNKNOWN_ORDER"), ("a", None, "two", "UNKNOWN_ORDER"), ("a", 1, "two", "CLIENT_ID_MISMATCH"),
])
def test_a_list_that_is_not_there_is_not_cancelled(world: World, account: str, number: int | None, name: str, reason: str) -> None:
    assert world.oco(client_order_id="one").order_list_id == 1
    world.refused(CancelOrderList(account, SYMBOL, number, name), reason)


def test_a_list_that_is_done_is_not_cancelled(world: World) -> None:
    of = world.oco()
    world.cancel_list(of)
    world.refused(CancelOrderList("a", SYMBOL, of.order_list_id), "UNKNOWN_ORDER")


def test_cancel_all_takes_lists_too(world: World) -> None:
    single = world.limit("a", "BUY", "1", "90")
    pair, pending = world.oco(), otoco(world)
    events = world.apply(CancelAll("a", SYMBOL))
    assert single.status == "CANCELED" and pair.is_done and pending.is_done
    assert len(reports(events, "CANCELED")) == 6
    assert list_reports(events) == ["ALL_DONE", "ALL_DONE"]
    assert all(locked == 0 for _, locked in world.exchange.balances("a").values())


# -- the table

def test_every_contingency_is_of_a_role_and_an_event_that_there_are() -> None:
    roles = {PAIR, WORKING, PENDING, ALONE}
    told = {happened(_report(kind, status)) for kind, status in (
        ("NEW", "NEW"), ("TRADE", "PARTIALLY_FILLED"), ("TRADE", "FILLED"), ("CANCELED", "CANCELED"), ("EXPIRED", "EXPIRED"),
        ("TRADE_PREVENTION", "NEW"), ("TRADE_PREVENTION", "EXPIRED_IN_MATCH"), ("REPLACED", "NEW"), ("REPLACED", "EXPIRED"),
    )}
    assert told == {"", "TRADED", "FILLED", "CANCELED", "ENDED"}
    assert {role for role, _ in CONTINGENCIES} == roles - {ALONE}
    assert {event for _, event in CONTINGENCIES} == (told - {""}) | {"ACTIVATED"}


def test_an_expiry_that_a_list_is_the_reason_of_is_followed_no_further() -> None:
    assert happened(_report("EXPIRED", "EXPIRED", "OCO_TRIGGER")) == ""
    assert happened(_report("EXPIRED", "EXPIRED", "OTO_PHASE_ONE_EXPIRED")) == ""
    assert happened(_report("EXPIRED", "EXPIRED", "REJECTED")) == "ENDED"


def test_roles_change_when_the_working_order_is_filled(world: World) -> None:
    single, pair = oto(world, world.leg("a", "SELL", "LIMIT", "1", "105")), otoco(world)
    assert [role_of(order, single) for order in single.orders] == [WORKING, PENDING]
    assert [role_of(order, pair) for order in pair.orders] == [WORKING, PENDING, PENDING]
    world.quote("BUY", "99", "0")
    world.place("b", "SELL", "LIMIT", "2", "98")
    assert role_of(single.orders[1], single) == ALONE
    assert [role_of(order, pair) for order in pair.orders[1:]] == [PAIR, PAIR]


def _report(kind: str, status: str, reason: str = "NONE") -> OrderReport:
    return OrderReport(
        kind, 1, "a", SYMBOL, 1, "x", "BUY", "LIMIT", "GTC", 1, 1, 0, 0, 0, "NONE", status, 0, 0, 0, NOW, NOW, NOW, reason, "NONE", True, None, None,
    )
