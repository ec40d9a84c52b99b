"""Payloads of HashEx's documents as vn.py objects. "seed" is its REST document, the numbers are specs/hashex.md's."""

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hashex_payloads import GATEWAY, make_contract
from vnpy.trader.constant import (
    Direction,
    Exchange,
    Interval,
    OrderType,
    Product,
    Status,
)

from vnpy_hashex.parse import (
    check_order,
    decimals,
    guess_listing,
    is_spot,
    number,
    parse_balance,
    parse_bar,
    parse_fill,
    parse_id,
    parse_listing,
    parse_order,
)
from vnpy_restgateway.orders.contradictions import Contradiction

CONTRACT = make_contract()

# seed, 4.2
DETAIL = b"""{"code": 0, "message": "success", "data": {"orderId": "475533479170587712",
 "clientOrderId": "LIMIT_BUY_1684896521234", "symbol": "BTC_USDT", "orderType": "LIMIT", "orderSide": "BUY",
 "balanceType": 1, "timeInForce": "GTC", "price": "60000.00", "origQty": "0.001", "avgPrice": "0", "executedQty": "0",
 "marginFrozen": "60.00", "state": "NEW", "createdTime": 1684896521234}}"""
# seed, 4.4: a FILLED order that executed nothing
HISTORY = b"""{"code": 0, "message": "success", "data": {"hasPrev": false, "hasNext": true, "items": [
 {"orderId": "475533479170587712", "clientOrderId": "LIMIT_BUY_1684896521234", "symbol": "BTC_USDT", "orderType": "LIMIT",
 "orderSide": "BUY", "balanceType": 1, "price": "60000.00", "origQty": "0.001", "executedQty": "0", "state": "FILLED",
 "createdTime": 1684896521234}]}}"""
# seed, 4.5
DEAL = b"""{"code": 0, "message": "success", "data": {"page": 1, "ps": 10, "total": 5, "items": [
 {"orderId": "475533479170587712", "execId": "475533479170587713", "symbol": "BTC_USDT", "quantity": "0.001",
 "price": "60000.00", "fee": "0.06", "feeCoin": "USDT", "timestamp": 1684896521500}]}}"""
# 3.3
CONFIGS = b"""{"code":0,"msg":"success","data":[{"symbol":"BTC_USDT","baseAsset":"BTC","baseAssetPrecision":5,
 "quoteAsset":"USDT","quoteAssetPrecision":4,"pricePrecision":2,"quantityPrecision":5,"makerFee":"0.001","takerFee":"0.001"}]}"""
# 5.6
USER_ORDER = b"""{"resType":"uOrder","data":{"orderId":"475533479170587712","balanceType":1,"orderType":1,
 "symbol":"BTC_USDT","price":"30000.00","direction":1,"origQty":"0.1","avgPrice":"30050.00","dealQty":"0.05","state":2,
 "createTime":1687245871234}}"""
USER_BALANCE = b"""{"resType":"uBalance","data":{"coin":"USDT","balanceType":1,"balance":"76027890.2214756",
 "freeze":"948.5","availableBalance":"76027890.2214756","estimatedTotalAmount":"76028838.72147560"}}"""
# 3.16
BALANCE = b"""{"coin":"BTC","balance":"6.002","freeze":"0.001","availableBalance":"6.001",
 "estimatedTotalAmount":"489470.36242","estimatedCoinType":"USDT"}"""
# seed, 5.2 and 5.3
KLINE = b"""{"s":"BTC_USDT","t":1687245871234,"o":"30000.00","h":"31000.00","l":"29800.00","c":"30500.00","a":"10.5","v":"315000.50"}"""
TICKER = b"""{"t":1687245871234,"s":"BTC_USDT","c":"30500.00","h":"31000.00","l":"29800.00","a":"10.5","v":"315000.50",
 "o":"30000.00","r":"1.67"}"""


def data(payload: bytes) -> Any:
    found = msgspec.json.decode(payload)
    return found.get("data", found)


def order(**changes: Any) -> dict[str, Any]:
    return {**data(DETAIL), **changes}


def test_order_detail() -> None:
    record = parse_order(data(DETAIL), CONTRACT, GATEWAY)
    assert record is not None and record.venue_id == "475533479170587712"
    o = record.order
    assert (o.symbol, o.exchange, o.orderid) == ("BTCUSDT_SPOT_HASHEX", Exchange.GLOBAL, "475533479170587712")
    assert (o.type, o.direction, o.price, o.volume, o.traded) == (OrderType.LIMIT, Direction.LONG, 60_000.0, 0.001, 0.0)
    assert o.status is Status.NOTTRADED and o.reference == "LIMIT_BUY_1684896521234"
    assert o.datetime == datetime(2023, 5, 24, 2, 48, 41, 234_000, timezone.utc)
    assert o.gateway_name == GATEWAY


def test_order_of_the_documents_own_history() -> None:
    """3.19: FILLED with executedQty "0" is a slip; FILLED says it."""
    record = parse_order(data(HISTORY)["items"][0], CONTRACT, GATEWAY)
    assert record is not None
    assert (record.order.status, record.order.traded) == (Status.ALLTRADED, 0.001)


def test_order_push() -> None:
    record = parse_order(data(USER_ORDER), CONTRACT, GATEWAY)
    assert record is not None and record.venue_id == "475533479170587712"
    o = record.order
    assert (o.type, o.direction, o.price, o.volume, o.traded) == (OrderType.LIMIT, Direction.LONG, 30_000.0, 0.1, 0.05)
    assert o.status is Status.PARTTRADED and o.reference == ""
    assert o.datetime == datetime(2023, 6, 20, 7, 24, 31, 234_000, timezone.utc)


@pytest.mark.parametrize("missing", ["clientOrderId", "timeInForce", "avgPrice", "marginFrozen", "balanceType", "createdTime"])
def test_fields_that_come_and_go(missing: str) -> None:
    """3.13: the documents' generations differ."""
    d = order()
    for absent in (d, {**d, missing: None}):
        absent = {key: value for key, value in absent.items() if key != missing or value is None}
        record = parse_order(absent, CONTRACT, GATEWAY)
        assert record is not None and record.order.status is Status.NOTTRADED


@pytest.mark.parametrize("missing", ["orderId", "state", "orderSide", "origQty", "executedQty"])
def test_fields_that_must_be_there(missing: str) -> None:
    d = order()
    del d[missing]
    with pytest.raises(KeyError):
        parse_order(d, CONTRACT, GATEWAY)


@pytest.mark.parametrize("changes", [
    {"orderSide": "HOLD"}, {"price": "x"}, {"origQty": "NaN"}, {"orderId": None}, {"orderId": 1.5e17}, {"orderId": ""},
])
def test_values_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        parse_order(order(**changes), CONTRACT, GATEWAY)


def test_an_order_of_no_side() -> None:
    with pytest.raises(ValueError, match="^neither BUY nor SELL$"):
        parse_order(order(orderSide="HOLD"), CONTRACT, GATEWAY)


def test_a_state_that_says_nothing_is_no_news() -> None:
    """4.2: 5 is "failed" in one document, "cancelling" in another."""
    assert parse_order({**data(USER_ORDER), "state": 5}, CONTRACT, GATEWAY) is None
    assert parse_order(order(state="FROZEN"), CONTRACT, GATEWAY) is None


def test_cancelled_with_fills_and_new_with_fills() -> None:
    record = parse_order({**data(USER_ORDER), "state": 4}, CONTRACT, GATEWAY)
    assert record is not None and (record.order.status, record.order.traded) == (Status.CANCELLED, 0.05)
    record = parse_order({**data(USER_ORDER), "state": 1}, CONTRACT, GATEWAY)
    assert record is not None and record.order.status is Status.PARTTRADED


def test_market_buy_has_no_volume_until_it_is_filled() -> None:
    """3.8.1: origQty may be an amount of the quote asset."""
    d = order(orderType="MARKET", origQty="60", price="0", executedQty="0.0005")
    record = parse_order(d, CONTRACT, GATEWAY)
    assert record is not None and record.order.volume == 0.0
    record = parse_order({**d, "state": "FILLED", "executedQty": "0.001"}, CONTRACT, GATEWAY)
    assert record is not None and (record.order.volume, record.order.traded) == (0.001, 0.001)
    record = parse_order(order(orderType="MARKET", orderSide="SELL", origQty="60"), CONTRACT, GATEWAY)
    assert record is not None and (record.order.type, record.order.volume) == (OrderType.MARKET, 60.0)


@pytest.mark.parametrize("volume, price, expected", [("0", "0", (0.0, 0.0)), (None, None, (0.0, 0.0)), ("60", "30500.00", (60.0, 30_500.0))])
def test_a_market_order_may_tell_a_price_and_need_not_tell_a_volume(volume: Any, price: Any, expected: tuple[float, float]) -> None:
    record = parse_order(order(orderType="MARKET", orderSide="SELL", origQty=volume, price=price), CONTRACT, GATEWAY)
    assert record is not None and (record.order.volume, record.order.price) == expected


def test_margin_is_another_account() -> None:
    assert is_spot({"balanceType": 1}) and is_spot({"balanceType": "1"}) and is_spot({"balanceType": None}) and is_spot({})
    assert not is_spot({"balanceType": 2})


def test_fill() -> None:
    trade = parse_fill(data(DEAL)["items"][0], CONTRACT, Direction.SHORT, GATEWAY)
    assert trade.tradeid == "475533479170587712-475533479170587713" and trade.orderid == "475533479170587712"
    assert (trade.direction, trade.price, trade.volume) == (Direction.SHORT, 60_000.0, 0.001)
    assert (trade.symbol, trade.exchange, trade.gateway_name) == ("BTCUSDT_SPOT_HASHEX", Exchange.GLOBAL, GATEWAY)
    assert trade.datetime == datetime(2023, 5, 24, 2, 48, 41, 500_000, timezone.utc)
    told = parse_fill({**data(DEAL)["items"][0], "orderSide": "BUY"}, CONTRACT, Direction.SHORT, GATEWAY)
    assert told.direction is Direction.LONG


def test_listing() -> None:
    listing = parse_listing(data(CONFIGS)[0], GATEWAY)
    contract = listing.contract
    assert (contract.vt_symbol, contract.name) == ("BTCUSDT_SPOT_HASHEX.GLOBAL", "BTC_USDT")
    assert (contract.pricetick, contract.min_volume) == (0.01, 0.00001)
    assert (listing.tick, listing.step) == (Decimal("0.01"), Decimal("0.00001"))
    assert contract.extra == {"base": "BTC", "quote": "USDT"}
    assert contract.net_position and contract.history_data and not contract.stop_supported
    assert (contract.gateway_name, contract.product, contract.size) == (GATEWAY, Product.SPOT, 1)
    other = {**data(CONFIGS)[0], "baseAsset": "WBTC", "quoteAsset": "USDC"}
    assert parse_listing(other, GATEWAY).contract.extra == {"base": "WBTC", "quote": "USDC"}, "the fields count, not the name"
    for absent in ({"baseAsset": None, "quoteAsset": ""}, {"baseAsset": "", "quoteAsset": None}):
        assert parse_listing({**other, **absent}, GATEWAY).contract.extra == {"base": "BTC", "quote": "USDT"}


@pytest.mark.parametrize("changes, tick, step", [
    ({}, "0.01", "0.1"),
    ({"c": "0.00001234", "a": "123456"}, "0.00000001", "1"),
    ({"a": "6845.64559"}, "0.01", "0.001"),
    ({"o": "30000.125"}, "0.001", "0.1"),
    ({"h": "31000.125"}, "0.001", "0.1"),
    ({"l": "29800.125"}, "0.001", "0.1"),
    ({"c": 30500, "o": 1, "h": None, "l": ""}, "1", "0.1"),
])
def test_listing_guessed_from_a_ticker_is_no_finer_than_what_is_shown(changes: dict[str, Any], tick: str, step: str) -> None:
    listing = guess_listing({**data(TICKER), **changes}, GATEWAY)
    assert (listing.tick, listing.step) == (Decimal(tick), Decimal(step))
    assert listing.contract.symbol == "BTCUSDT_SPOT_HASHEX" and listing.contract.extra == {"base": "BTC", "quote": "USDT"}
    assert listing.contract.gateway_name == GATEWAY


def test_a_symbol_without_quote_is_none() -> None:
    with pytest.raises(ValueError, match="'BTC' has no base or quote"):
        guess_listing({**data(TICKER), "s": "BTC"}, GATEWAY)


def test_balances_are_available_and_frozen() -> None:
    """5.6: "balance" is the total in one place and what is available in the other."""
    assert parse_balance(data(BALANCE)) == ("BTC", 6.001, 0.001)
    assert parse_balance(data(USER_BALANCE)) == ("USDT", 76_027_890.2214756, 948.5)


def test_bar() -> None:
    bar = parse_bar(data(KLINE), CONTRACT, Interval.MINUTE, GATEWAY)
    assert (bar.open_price, bar.high_price, bar.low_price, bar.close_price) == (30_000, 31_000, 29_800, 30_500)
    assert (bar.symbol, bar.exchange, bar.gateway_name) == ("BTCUSDT_SPOT_HASHEX", Exchange.GLOBAL, GATEWAY)
    assert bar.datetime == datetime(2023, 6, 20, 7, 24, 31, 234_000, timezone.utc)
    assert (bar.volume, bar.turnover, bar.interval) == (10.5, 315_000.5, Interval.MINUTE)


@pytest.mark.parametrize("changes, filled, reason", [
    ({"state": "FILLED"}, 0.0, "^FILLED with nothing traded$"),
    ({"state": "FILLED"}, 0.001, ""),
    ({"executedQty": "0.0005"}, 0.0, "state NEW with 0.0005 traded"),
    ({"avgPrice": "60000"}, 0.0, "nothing traded, at 60000 on average"),
    ({"state": "PARTIALLY_FILLED", "executedQty": "0.0005", "avgPrice": "0"}, 0.0, "0.0005 traded, at 0 on average"),
    ({"state": "PARTIALLY_FILLED", "executedQty": "0.0005", "avgPrice": "60005"}, 0.0, ""),
    ({"state": "PARTIALLY_FILLED", "executedQty": "0.0005", "avgPrice": ""}, 0.0, ""),
    ({"state": "PARTIALLY_FILLED", "executedQty": "0.0005", "avgPrice": None}, 0.0, ""),
    ({"state": "PARTIALLY_FILLED", "executedQty": "0.0005", "avgPrice": "61000"}, 0.0, "beyond the limit"),
    ({"state": "PARTIALLY_FILLED", "executedQty": "0.0005", "avgPrice": "59000", "orderSide": "SELL"}, 0.0, "beyond the limit"),
    ({"state": "PARTIALLY_FILLED", "executedQty": "0.0005", "avgPrice": "61000", "orderSide": "SELL"}, 0.0, ""),
])
def test_what_an_order_says_of_itself(changes: dict[str, Any], filled: float, reason: str) -> None:
    d = order(**changes)
    record = parse_order(d, CONTRACT, GATEWAY)
    assert record is not None
    if not reason:
        check_order(d, record.order, filled)
        return
    with pytest.raises(Contradiction, match=reason):
        check_order(d, record.order, filled)


def test_what_a_pushed_order_says_of_itself() -> None:
    """5.6: what was traded has another name there, and the states are numbers."""
    push = data(USER_ORDER)
    record = parse_order(push, CONTRACT, GATEWAY)
    assert record is not None
    with pytest.raises(Contradiction, match="^traded .*beyond the limit"):
        check_order(push, record.order, 0.0)
    check_order({**push, "avgPrice": "29950.00"}, record.order, 0.0)
    with pytest.raises(Contradiction, match="^state 1 with 0.05 traded$"):
        check_order({**push, "state": 1}, record.order, 0.0)


@pytest.mark.parametrize("value, expected", [("1.39E+3", 1_390.0), (1, 1.0), (None, 0.0), ("", 0.0), ("0.06", 0.06)])
def test_numbers(value: Any, expected: float) -> None:
    """1.4: text, JSON numbers, null, scientific notation."""
    assert number(value) == expected


@pytest.mark.parametrize("value", ["nan", "inf", "1,5", "abc", [1]])
def test_no_numbers(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        number(value)


def test_ids_stay_exact() -> None:
    assert parse_id(477292215849220352) == "477292215849220352"
    assert [parse_id(value) for value in (1, 2 ** 63 - 1, "0X", "a-b")] == ["1", "9223372036854775807", "0X", "a-b"]
    assert decimals("1.50") == 2 and decimals(None) == 0 and decimals("1E-7") == 7 and decimals("100") == 0


@pytest.mark.parametrize("value", [0, -1, 2 ** 63, "0", "000", "-a", "a b", "a" * 65, True, 1.0])
def test_ids_that_are_none(value: Any) -> None:
    with pytest.raises(ValueError, match=f"^no id: '?{str(value)[:20]}"):
        parse_id(value)
