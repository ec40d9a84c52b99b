"""Rules of shares: ticks, lots, odd remainders, what can be sold today, cash, the band. Figures as the QMT and Futu documents have them."""

from decimal import Decimal
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vnpy.trader.constant import Direction, Exchange, OrderType, Product
from vnpy.trader.object import ContractData, OrderData

from vnpy_restgateway.trading_rules import CashEquityRules, CryptoRules, Holding, MarketView

LONG, SHORT = Direction.LONG, Direction.SHORT
CENT: tuple[tuple[Decimal, Decimal], ...] = ((Decimal(0), Decimal("0.01")),)
HONG_KONG: tuple[tuple[Decimal, Decimal], ...] = tuple(
    (Decimal(above), Decimal(tick)) for above, tick in
    (("0", "0.001"), ("0.25", "0.005"), ("0.5", "0.01"), ("10", "0.02"), ("20", "0.05"), ("100", "0.1"), ("200", "0.2"), ("500", "0.5"))
)


def contract(symbol: str = "000001", exchange: Exchange = Exchange.SZSE, most: float = 1_000_000) -> ContractData:
    return ContractData(
        symbol=symbol, exchange=exchange, name="平安银行", product=Product.EQUITY, size=1, pricetick=0.01, min_volume=100,
        max_volume=most, gateway_name="TEST",
    )


def shares(lot: str = "100", least: str = "100", **more: Any) -> CashEquityRules:
    return CashEquityRules(contract(), more.pop("ticks", CENT), Decimal(lot), Decimal(least), **more)


def coins(tick: str = "0.01", step: str = "0.1", most: float = 0.0, **more: Any) -> CryptoRules:
    return CryptoRules(contract(most=most), Decimal(tick), Decimal(step), **more)


def order(direction: Direction, volume: Any, price: Any = 10.0, type: OrderType = OrderType.LIMIT) -> OrderData:
    return OrderData(
        symbol="000001", exchange=Exchange.SZSE, orderid="1", type=type, direction=direction, price=price, volume=volume, gateway_name="TEST",
    )


@pytest.mark.parametrize(("direction", "volume", "reason"), [
    (LONG, 100, ""), (LONG, 1_000_000, ""),
    (LONG, 50, "volume 50 of 000001 is below the minimum 100"),
    (LONG, 150, "volume 150 of 000001 is no multiple of the lot 100"),
    (LONG, 1_000_100, "volume 1000100 of 000001 is above the maximum 1000000"),
    (SHORT, 100, ""), (SHORT, 50, ""), (SHORT, 150, ""), (SHORT, 1_050, ""),
    (SHORT, 20, "volume 20 of 000001 is no multiple of the lot 100, with or without the odd 50"),
    (SHORT, 1_100, "volume 1100 of 000001 is above the 1050 that can be sold now"),
])
def test_lots_by_side(direction: Direction, volume: float, reason: str) -> None:
    """1,050 can be sold."""
    assert shares().check(order(direction, float(volume)), Holding(sellable=1_050.0)) == reason


@pytest.mark.parametrize(("direction", "volume", "reason"), [
    (LONG, 200, ""), (LONG, 201, ""), (LONG, 199, "volume 199 of 000001 is below the minimum 200"),
    (SHORT, 150, ""), (SHORT, 149, "volume 149 of 000001 is below the minimum 200"),
])
def test_the_star_market(direction: Direction, volume: float, reason: str) -> None:
    """At least 200, then by one; a holding of less is sold at once."""
    assert shares("1", "200").check(order(direction, float(volume)), Holding(sellable=150.0)) == reason


def test_without_odd_lots_the_remainder_stays() -> None:
    assert shares(odd_lots=False).check(order(SHORT, 50.0), Holding(sellable=150.0)) == "volume 50 of 000001 is no multiple of the lot 100"


def test_what_is_not_known_is_not_looked_at() -> None:
    assert shares().check(order(SHORT, 1_000_000.0)) == "" and shares().check(order(LONG, 1_000_000.0, 1_000.0)) == ""
    assert shares().check(order(LONG, 100.0, 0.0, OrderType.MARKET), Holding(cash=0.0)) == ""
    rules = shares()
    rules.contract.max_volume = None
    assert rules.check(order(SHORT, 1e18)) == ""


@pytest.mark.parametrize(("direction", "price", "sent"), [
    (LONG, 10.019, 10.01), (SHORT, 10.011, 10.02), (LONG, 10.01, 10.01), (SHORT, 0.1 + 0.2, 0.3),
])
def test_a_price_off_the_tick_is_rounded_for_the_users_good(direction: Direction, price: float, sent: float) -> None:
    asked = order(direction, 100.0, price)
    assert shares().check(asked) == "" and asked.price == sent


@pytest.mark.parametrize(("price", "sent"), [(0.2513, 0.25), (0.4999, 0.495), (9.996, 9.99), (19.99, 19.98), (199.96, 199.9), (300.3, 300.2), (500.4, 500.0)])
def test_the_tick_depends_on_the_price(price: float, sent: float) -> None:
    asked = order(LONG, 100.0, price)
    assert shares(ticks=HONG_KONG).check(asked) == "" and asked.price == sent


def test_a_tick_begins_at_its_price() -> None:
    rules = shares(ticks=HONG_KONG)
    assert [str(rules.tick(price).step) for price in (0.001, 0.2499, 0.25, 500.0)] == ["0.001", "0.001", "0.005", "0.5"]


@pytest.mark.parametrize(("direction", "price", "reason"), [
    (LONG, 0.0, "price 0.0 of 000001 must be above 0"), (SHORT, -1.0, "price -1.0 of 000001 must be above 0"),
    (LONG, 0.009, "price 0.009 of 000001 is below the tick 0.01"), (SHORT, 0.009, ""),
])
def test_a_price_is_above_0(direction: Direction, price: float, reason: str) -> None:
    assert shares().check(order(direction, 100.0, price)) == reason


@pytest.mark.parametrize(("cash", "reason"), [(10_005.0, ""), (10_004.99, "000001: 10005.00 needed with fees, 10004.99 available")])
def test_cash_with_fees(cash: float, reason: str) -> None:
    """1,000 at 10: a commission of 0.025 % is less than the least of 5."""
    rules = shares(fee_rate=0.00025, least_fee=5.0)
    assert rules.check(order(LONG, 1_000.0), Holding(cash=cash)) == reason
    assert rules.check(order(LONG, 1_000.0, 0.0, OrderType.MARKET), Holding(cash=cash), MarketView(reference=10.0)) == reason


@pytest.mark.parametrize(("cash", "reason"), [(10_000.0, ""), (9_999.99, "000001: 10000.00 needed with fees, 9999.99 available")])
def test_cash_goes_by_the_size_and_there_are_no_fees_unless_asked_for(cash: float, reason: str) -> None:
    rules = shares()
    rules.contract.size = 10
    assert rules.check(order(LONG, 100.0), Holding(cash=cash)) == reason


def test_the_band_is_a_warning() -> None:
    rules, band = shares(), MarketView(10.0, 9.0, 11.0)
    assert rules.check(order(LONG, 100.0, 11.01), market=band) == ""
    assert rules.warning(order(LONG, 100.0, 11.01), band) == "price 11.01 of 000001 is outside the day's band, 9 to 11"
    assert rules.warning(order(LONG, 100.0, 9.0), band) == "" and rules.warning(order(LONG, 100.0, 8.99), band) != ""
    assert rules.warning(order(LONG, 100.0, 11.0), band) == "" and rules.warning(order(LONG, 100.0, 11.01), MarketView(10.0)) == ""


@pytest.mark.parametrize("rules", [shares(), CryptoRules(contract(), Decimal("0.01"), Decimal("1"), 1.0)], ids=["shares", "crypto"])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "100", None, True, 1e19])
def test_what_is_no_number_is_named(rules: Any, bad: Any) -> None:
    for field in ("volume", "price"):
        asked = order(LONG, 100.0)
        setattr(asked, field, bad)
        assert rules.check(asked, Holding(), MarketView()).startswith(f"{field} ")
        assert type(getattr(asked, field)) is float


@pytest.mark.parametrize("rules", [shares(), coins()], ids=["shares", "crypto"])
def test_what_is_no_number_is_shown_and_becomes_0(rules: Any) -> None:
    for field in ("volume", "price"):
        asked = order(LONG, 100.0)
        setattr(asked, field, "ten")
        assert rules.check(asked, Holding(), MarketView()) == f"{field} 'ten' of 000001 is not a number"
        assert getattr(asked, field) == 0.0


@pytest.mark.parametrize("rules", [shares(), coins()], ids=["shares", "crypto"])
def test_a_market_order_has_no_negative_price(rules: Any) -> None:
    assert rules.check(order(LONG, 100.0, -5.0, OrderType.MARKET), Holding(), MarketView()) == "price -5.0 of 000001 is negative"
    assert "is below the minimum" in rules.check(order(LONG, -100.0, 0.0, OrderType.MARKET), Holding(), MarketView())


@pytest.mark.parametrize(("volume", "price", "reason"), [
    (0.5, 0.5, ""), (5.0, 10.0, ""),
    (0.49, 10.0, "volume 0.49 of 000001 is below the minimum 0.5"),
    (0.0, 10.0, "volume 0.0 of 000001 is below the minimum 0.5"), (-1.0, 10.0, "volume -1.0 of 000001 is below the minimum 0.5"),
    (5.1, 10.0, "volume 5.1 of 000001 is above the maximum 5.0"),
    (1.0, 0.009, "price 0.009 of 000001 is below the tick 0.01"),
    (1.0, 0.0, "price 0.0 of 000001 is below the tick 0.01"), (1.0, -5.0, "price -5.0 of 000001 is below the tick 0.01"),
    (0.5, 0.49, "price x volume of 000001 is 0.245, below the minimum 0.25"),
])
def test_limits_of_crypto(volume: float, price: float, reason: str) -> None:
    """From 0.5 to 5, for 0.25 at least."""
    assert coins(most=5.0, minimum=0.5, min_notional=0.25).check(order(LONG, volume, price)) == reason


def test_crypto_is_rounded_down_on_both_sides() -> None:
    for direction in (LONG, SHORT):
        asked = order(direction, 1.29, 10.019)
        assert coins().check(asked) == "" and (asked.volume, asked.price) == (1.2, 10.01)
        asked = order(direction, 1.29, 0.0, OrderType.MARKET)
        assert coins(min_notional=1e9).check(asked) == "" and (asked.volume, asked.price) == (1.2, 0.0)


def test_the_least_of_crypto_is_a_step_and_a_tick_unless_told() -> None:
    assert coins().check(order(LONG, 0.1, 0.01)) == ""
    assert coins().check(order(LONG, 0.09, 0.01)) == "volume 0.09 of 000001 is below the minimum 0.1"
    assert coins(minimum=0.01).minimum == 0.1


def test_the_notional_is_not_refused_for_the_noise_of_floats() -> None:
    """0.7 x 0.1 is a little below 0.07 in floats; 1e18 is the most that any venue takes."""
    assert coins(min_notional=0.07).check(order(LONG, 0.7, 0.1)) == ""
    assert coins().check(order(LONG, 1e9, 1e9)) == ""
    assert coins().check(order(LONG, 1e9, 2e9)) == "price x volume of 000001 is 2e+18, no venue takes as much"


@pytest.mark.parametrize("value", [100, Decimal(100), numpy.float64(100), numpy.int64(100)])
def test_numbers_of_any_type_become_floats(value: Any) -> None:
    asked = order(LONG, value)
    assert shares().check(asked) == "" and type(asked.volume) is float


@given(st.integers(0, 5_000), st.integers(1, 5_000), st.sampled_from([(100, 100), (1, 200), (10, 10)]))
def test_what_is_sold_leaves_no_new_odd_remainder(held: int, volume: int, lots: tuple[int, int]) -> None:
    """A sale that is let through is within the holding, and does not break a lot that was whole."""
    lot, least = lots
    if shares(str(lot), str(least)).check(order(SHORT, float(volume)), Holding(sellable=float(held))) == "":
        assert volume <= held
        assert (held - volume) % lot in (0, held % lot)


def test_rules_are_described_by_name() -> None:
    assert shares().describe() == {
        "ticks": [(0.0, 0.01)], "lot": 100.0, "minimum volume": 100.0, "odd lots": True, "maximum volume": 1_000_000, "size": 1,
    }


def test_rules_of_crypto_are_described_by_name() -> None:
    rules = coins("0.010", "0.10", 5.0, min_notional=7.0)
    described = {
        "pricetick": Decimal("0.01"), "volume step": Decimal("0.1"), "minimum volume": 0.1, "minimum notional": 7.0,
        "maximum volume": 5.0, "size": 1, "stop orders": False,
    }
    assert rules.describe() == described and rules.warning(order(LONG, 1.0), MarketView(10.0, 1.0, 2.0)) == ""
    assert str(rules.describe()["pricetick"]) == "0.01"


@pytest.mark.parametrize("rules", [shares(), coins()], ids=["shares", "crypto"])
def test_what_a_contract_has_beside_is_described_too(rules: Any) -> None:
    before = rules.describe()
    rules.contract.extra = {"status": "HALT"}
    assert rules.describe() == {**before, "status": "HALT"}
