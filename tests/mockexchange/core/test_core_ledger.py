"""Money to the last 1e-8: locks, refunds, fees, and that nothing is made or lost."""

import pytest
from core_world import DUST, SYMBOL, World, amount, fills, plain, reports

from mockexchange.core import MAKER
from mockexchange.core.commands import CancelOrder, Deposit, PlaceOrder
from mockexchange.core.events import BalanceChange, BalanceDelta, Event
from mockexchange.core.ledger import Ledger

MAKER_FEE: int = 123_457            # the fees of DUST
TAKER: int = 234_567


def dusty(world: World, account: str, side: str, quantity: int, price: int, type: str = "LIMIT") -> list[Event]:
    return world.apply(PlaceOrder(account, DUST, side, type, quantity, price))


def raw(world: World, account: str, asset: str) -> tuple[int, int]:
    return world.exchange.balances(account)[asset]


def test_a_buy_locks_its_cost_rounded_up_and_a_sell_its_quantity() -> None:
    world = World()
    free = raw(world, "a", "BBB")[0]
    dusty(world, "a", "BUY", 1_234_567, 101)        # 1.24691267 of 1e-8
    assert raw(world, "a", "BBB") == (free - 2, 2)
    world.apply(Deposit("b", "DUST", 5_000_000))
    dusty(world, "b", "SELL", 1_234_567, 103)
    assert raw(world, "b", "DUST") == (3_765_433, 1_234_567)


def test_what_rounding_locked_comes_back_with_the_last_fill() -> None:
    world = World()
    world.apply(Deposit("b", "DUST", 10**9))
    money = raw(world, "a", "BBB")[0]
    dusty(world, "a", "BUY", 300_000_001, 101)      # costs 303.00000101, locks 304
    assert raw(world, "a", "BBB") == (money - 304, 304)
    spent = 0
    for part, cost, locked in ((99_999_999, 100, 203), (100_000_001, 101, 102), (100_000_001, 101, 0)):
        dusty(world, "b", "SELL", part, 101)
        spent += cost
        assert raw(world, "a", "BBB") == (money - spent - locked, locked)


def test_a_buy_that_fills_better_gets_the_difference_back() -> None:
    world = World()
    world.limit("b", "SELL", "1", "90")
    world.limit("b", "SELL", "1", "95")
    world.limit("a", "BUY", "3", "100")
    assert world.balance("a", "BBB") == ("99715", "100")        # 90 + 95 paid, one more at 100 locked
    assert world.balance("a", "AAA") == ("1002", "0") and world.balance("b", "BBB") == ("100185", "0")


def test_fees_come_from_what_is_received_rounded_down() -> None:
    world = World()
    world.apply(Deposit("b", "DUST", 10**9))
    money = {account: raw(world, account, "BBB")[0] for account in "ab"}
    dusty(world, "a", "BUY", 123_456_789, 500)
    events = dusty(world, "b", "SELL", 123_456_789, 500)
    quote = 617                                                 # 617.283945 rounded down
    bought_fee, sold_fee = 123_456_789 * MAKER_FEE // 10**8, quote * TAKER // 10**8
    assert (bought_fee, sold_fee) == (152_416, 1)
    maker, taker = fills(events)
    assert (maker.fee, maker.fee_asset, taker.fee, taker.fee_asset) == (bought_fee, "DUST", sold_fee, "BBB")
    assert maker.quote == taker.quote == quote
    assert raw(world, "a", "DUST") == (123_456_789 - bought_fee, 0)
    assert raw(world, "a", "BBB") == (money["a"] - quote, 0)
    assert raw(world, "b", "BBB") == (money["b"] + quote - sold_fee, 0)
    assert world.exchange.ledger.fees == {"DUST": bought_fee, "BBB": sold_fee}


def test_a_fee_below_the_last_digit_is_nothing() -> None:
    world = World()
    world.apply(Deposit("b", "DUST", 1000))
    dusty(world, "a", "BUY", 400, 500)
    assert [fill.fee for fill in fills(dusty(world, "b", "SELL", 400, 500))] == [0, 0]
    assert world.exchange.ledger.fees == {}


def test_the_report_tells_the_fee() -> None:
    world = World(maker_fee=100_000, taker_fee=200_000)
    world.limit("b", "SELL", "1", "101")
    maker, taker = reports(world.place("a", "BUY", "MARKET", "1"), "TRADE")
    assert (maker.account, plain(maker.fee), maker.fee_asset, maker.is_maker) == ("b", "0.101", "BBB", True)
    assert (taker.account, plain(taker.fee), taker.fee_asset, taker.is_maker) == ("a", "0.002", "AAA", False)


def test_the_house_pays_no_fee_and_may_owe() -> None:
    world = World(maker_fee=100_000, taker_fee=100_000)
    world.quote("SELL", "100", "5")
    world.place("a", "BUY", "MARKET", "5")
    house = world.exchange.ledger.free[MAKER]
    assert (plain(house["AAA"]), plain(house["BBB"])) == ("-5", "500")
    assert world.balance("a", "AAA") == ("1004.995", "0")
    assert MAKER not in world.exchange.accounts()


def test_money_that_is_locked_cannot_be_spent_twice() -> None:
    world = World()
    order = world.limit("a", "BUY", "999", "100")
    world.refused(PlaceOrder("a", SYMBOL, "BUY", "LIMIT", amount("1.1"), amount("100")), "INSUFFICIENT_BALANCE")
    world.refused(PlaceOrder("a", SYMBOL, "BUY", "STOP_LOSS", amount("1"), stop_price=amount("101")), "INSUFFICIENT_BALANCE")
    world.refused(Deposit("a", "BBB", -amount("101")), "INSUFFICIENT_BALANCE")
    world.limit("a", "BUY", "1", "100")
    assert world.balance("a", "BBB") == ("0", "100000")
    world.apply(CancelOrder("a", SYMBOL, order.order_id))
    assert world.balance("a", "BBB") == ("99900", "100")


def test_deposits_and_withdrawals() -> None:
    world = World()
    events = world.apply(Deposit("a", "CCC", amount("1.5")))
    assert events == [
        BalanceDelta("a", "CCC", amount("1.5"), world.now), BalanceChange("a", world.now, {"CCC": (amount("1.5"), 0)}),
    ]
    world.apply(Deposit("a", "CCC", -amount("1.5")))
    assert world.balance("a", "CCC") == ("0", "0") and world.exchange.update_time("a") == world.now
    world.refused(Deposit("a", "CCC", -1), "INSUFFICIENT_BALANCE")
    world.refused(Deposit("nobody", "CCC", -1), "INSUFFICIENT_BALANCE")
    for account, asset, name in (("", "AAA", "account"), ("a", "", "asset")):
        with pytest.raises(ValueError, match=f"{name}: must not be empty"):
            world.apply(Deposit(account, asset, 1))


def test_balance_changes_name_the_assets_that_were_touched() -> None:
    world = World()
    world.apply(Deposit("a", "CCC", 1))
    change = world.place("a", "BUY", "LIMIT", "1", "99")[-1]
    assert change == BalanceChange("a", world.now, {"BBB": (amount("99901"), amount("99"))})
    events = world.place("b", "SELL", "LIMIT", "1", "99")
    changes = {event.account: event.assets for event in events if isinstance(event, BalanceChange)}
    assert changes == {
        "a": {"AAA": (amount("1001"), 0), "BBB": (amount("99901"), 0)},
        "b": {"AAA": (amount("999"), 0), "BBB": (amount("100099"), 0)},
    }
    world.quote("BUY", "90", "1")
    assert not any(isinstance(event, BalanceChange) for event in world.hit("SELL", "1"))


def test_the_check_names_the_asset_that_does_not_add_up() -> None:
    ledger = Ledger()
    ledger.open("a")
    ledger.deposit("a", "AAA", 5)
    ledger.check()
    ledger.free["a"]["AAA"] = 6
    with pytest.raises(AssertionError, match="AAA: 6 held, 5 deposited"):
        ledger.check()
    ledger.free["a"]["AAA"] = -1
    with pytest.raises(AssertionError, match="AAA: account 'a' holds -1"):
        ledger.check()


def test_an_adopted_balance_counts_as_deposited() -> None:
    ledger = Ledger()
    ledger.open("a")
    ledger.adopt("a", "AAA", 5, 2)
    ledger.adopt("a", "AAA", 3, 0)
    assert ledger.deposited == {"AAA": 3}
    ledger.check()
