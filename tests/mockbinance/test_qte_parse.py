"""Literal payloads of the QTE documents (spec, 1.3 and 1.4: S is the analysis document, O, T and C the project's builds)."""

from datetime import datetime, timezone

import msgspec
import pytest
from vnpy.trader.constant import Direction, OrderType, Status

from vnpy_mockbinance.qte.parse import (
    Day,
    fill_price,
    number,
    parse_day,
    parse_depth,
    parse_fill,
    parse_order,
    parse_prices,
    proves_refusal,
    read_error,
)
from vnpy_mockbinance.qte.symbols import parse_symbols
from vnpy_restgateway.polled.derived_fills import growth
from vnpy_restgateway.net.outcome import Outcome, Reply, classify

MOMENT = datetime(2026, 1, 2, tzinfo=timezone.utc)
CONTRACT = parse_symbols("BTCUSDT:0.01:0.00001", "QTE")[0].contract
UUID = "7c1f8e0a-5a55-4d0e-9a39-0f6a6d1f9a11"

S_PLACED = {"orderId": UUID, "clientOrderId": "custom-id", "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT",
            "quantity": "1.0", "price": "30000.0", "status": "NEW"}
O_ORDER = {"symbol": "BTCUSDT", "orderId": UUID, "clientOrderId": "c1", "price": "30000.0", "origQty": "1.0",
           "executedQty": "0.5", "status": "PARTIALLY_FILLED", "type": "LIMIT", "side": "BUY", "time": 1700000000000}
C_ALL = {"symbol": "BTCUSDT", "orderId": UUID, "orderListId": -1, "clientOrderId": "", "price": "30000", "origQty": "1",
         "executedQty": "0.0", "cummulativeQuoteQty": "0.0", "status": "CANCELED", "timeInForce": "GTC", "type": "LIMIT",
         "side": "SELL", "stopPrice": "None", "icebergQty": "None", "time": 1700000000000000, "origQuoteOrderQty": "None"}


def reply(status: int, body: bytes) -> Reply:
    return Reply.parse(status, {}, body)


def test_order_of_the_document() -> None:
    found = parse_order(S_PLACED, CONTRACT, MOMENT, "QTE")
    order = found.record.order
    assert (order.orderid, found.record.venue_id) == ("custom-id", UUID)
    assert (order.status, order.volume, order.price, found.traded) == (Status.NOTTRADED, 1.0, 30_000.0, 0.0)
    assert (order.type, order.direction, order.datetime) == (OrderType.LIMIT, Direction.LONG, MOMENT)
    assert (order.symbol, order.exchange, order.gateway_name) == (CONTRACT.symbol, CONTRACT.exchange, "QTE")


@pytest.mark.parametrize(("word", "status", "traded"), [
    ("FILLED", Status.ALLTRADED, 1.0), ("CANCELLED", Status.CANCELLED, None), ("CANCELED", Status.CANCELLED, None),
    ("PARTIALLY_FILLED", Status.PARTTRADED, None), ("PENDING_CANCEL", Status.SUBMITTING, None),
    ("EXPIRED_IN_MATCH", Status.CANCELLED, None), ("SOMETHING_NEW", Status.SUBMITTING, None), ("REJECTED", Status.REJECTED, 0.0),
])
def test_status_words_and_what_they_say_of_the_volume(word: str, status: Status, traded: float | None) -> None:
    """Q13, Q14: without executedQty few words say how much was traded."""
    found = parse_order({**S_PLACED, "status": word}, CONTRACT, MOMENT, "QTE")
    assert (found.record.order.status, found.traded) == (status, traded)


def test_orders_of_the_later_builds() -> None:
    old = parse_order(O_ORDER, CONTRACT, MOMENT, "QTE")
    assert (old.traded, old.record.order.status) == (0.5, Status.PARTTRADED)
    assert old.record.order.datetime == datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
    current = parse_order(C_ALL, CONTRACT, MOMENT, "QTE")
    assert current.record.order.orderid == UUID, "Q26: an empty client id is none"
    assert current.record.order.datetime == old.record.order.datetime, "Q25: 16 digits are microseconds"
    placed = parse_order({**S_PLACED, "transactTime": 1700000000000}, CONTRACT, MOMENT, "QTE")
    assert placed.record.order.datetime == old.record.order.datetime


@pytest.mark.parametrize(("word", "type_"), [
    ("GTC", OrderType.LIMIT), ("IOC", OrderType.FAK), ("FOK", OrderType.FOK), ("", OrderType.LIMIT), (None, OrderType.LIMIT),
])
def test_how_long_an_order_lasts(word: str | None, type_: OrderType) -> None:
    assert parse_order({**C_ALL, "timeInForce": word}, CONTRACT, MOMENT, "QTE").record.order.type is type_


@pytest.mark.parametrize("field", ["orderId", "quantity", "status", "side", "type"])
def test_order_without_what_it_needs_is_an_error(field: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        parse_order({name: value for name, value in S_PLACED.items() if name != field}, CONTRACT, MOMENT, "QTE")


@pytest.mark.parametrize("quantity", [None, "", "None"])
def test_order_of_a_quantity_that_stands_for_nothing(quantity: str | None) -> None:
    with pytest.raises(ValueError, match="^no quantity$"):
        parse_order({**S_PLACED, "quantity": quantity}, CONTRACT, MOMENT, "QTE")


@pytest.mark.parametrize("data", [
    {"BTCUSDT": "40000.00", "ETHUSDT": "3000.00"},
    [{"symbol": "BTCUSDT", "price": "40000.00"}, {"symbol": "ETHUSDT", "price": "3000.00"}],
])
def test_prices_of_all(data: object) -> None:
    """Q4"""
    assert parse_prices(data) == {"BTCUSDT": 40_000.0, "ETHUSDT": 3_000.0}


def test_price_of_one() -> None:
    assert parse_prices({"symbol": "BTCUSDT", "price": "30000.0"}) == {"BTCUSDT": 30_000.0}
    assert parse_prices({"BTCUSDT": "40000.00"}) == {"BTCUSDT": 40_000.0}
    assert parse_prices({}) == {}


def test_book_is_sorted_here() -> None:
    """Q27: the old build does not sort its bids."""
    bids, asks = parse_depth({"symbol": "BTCUSDT", "bids": [["29000", "1"], ["30000.0", "2"], ["1", "0"]], "asks": [["31000", "1"], ["30500", "2"], ["30400", "0"]]})
    assert bids == [(30_000.0, 2.0), (29_000.0, 1.0)]
    assert asks == [(30_500.0, 2.0), (31_000.0, 1.0)]


def test_day_of_seven_fields_and_of_all() -> None:
    """Q29"""
    constants = {"symbol": "BTCUSDT", "lastPrice": "30000.0", "volume": "0", "highPrice": "0", "lowPrice": "0",
                 "priceChange": "0", "priceChangePercent": "0"}
    assert parse_day(constants) == Day(30_000.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    real = {**constants, "volume": "12.5", "highPrice": "31000", "lowPrice": "29000", "priceChange": "-500"}
    assert parse_day(real) == Day(30_000.0, 30_500.0, 31_000.0, 29_000.0, 12.5, 0.0)
    assert parse_day({**real, "priceChange": None}).open == 30_000.0, "no change is told"
    assert parse_day({**real, "openPrice": "29900", "quoteVolume": "375000"}) == Day(30_000.0, 29_900.0, 31_000.0, 29_000.0, 12.5, 375_000.0)


def test_fills_of_the_old_and_the_current_build() -> None:
    """Q18"""
    old = {"id": "a-uuid", "orderId": UUID, "price": "29000.0", "qty": "0.1", "quoteQty": "2900.0", "time": 1700000000000,
           "isBuyer": True, "isMaker": False}
    trade = parse_fill(old, CONTRACT, "ours", "QTE")
    assert (trade.tradeid, trade.orderid, trade.price, trade.volume) == ("BTCUSDT-a-uuid", "ours", 29_000.0, 0.1)
    assert (trade.symbol, trade.exchange, trade.gateway_name) == (CONTRACT.symbol, CONTRACT.exchange, "QTE")
    assert trade.datetime == datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
    assert parse_fill({**old, "id": 7, "isBuyer": False}, CONTRACT, "ours", "QTE").tradeid == "BTCUSDT-7"


def test_a_sell_of_every_kind() -> None:
    sell = parse_order({**S_PLACED, "side": "SELL"}, CONTRACT, MOMENT, "QTE").record.order
    assert sell.direction is Direction.SHORT
    fill = {"id": 7, "orderId": UUID, "price": "29000.0", "qty": "0.1", "quoteQty": "2900.0", "time": 1700000000000, "isMaker": True}
    sides = [parse_fill({**fill, "isBuyer": buyer}, CONTRACT, "ours", "QTE").direction for buyer in (True, False)]
    assert sides == [Direction.LONG, Direction.SHORT]


def test_a_new_order_with_fills_is_partly_traded() -> None:
    found = parse_order({**O_ORDER, "status": "NEW"}, CONTRACT, MOMENT, "QTE")
    assert (found.record.order.status, found.traded) == (Status.PARTTRADED, 0.5)


def test_price_of_a_fill_of_a_sell() -> None:
    sell = parse_order({**S_PLACED, "side": "SELL"}, CONTRACT, MOMENT, "QTE").record.order
    assert fill_price(sell, 30_500.0, taken=True) == 30_500.0
    assert fill_price(sell, 29_500.0, taken=True) == 30_000.0, "never beyond its limit"
    assert fill_price(sell, 0.0, taken=True) == 0.0, "cannot be said"


def test_made_fills_have_ids_that_the_same_look_makes_again() -> None:
    record = parse_order(O_ORDER, CONTRACT, MOMENT, "QTE").record
    first, again = (growth(record, 0.2, 0.5, 30_000.0, MOMENT) for _ in range(2))
    assert first.tradeid == again.tradeid == f"c1-{UUID}-0.5"
    assert first.volume == 0.3
    assert growth(record, 0.5, 1.0, 30_000.0, MOMENT).tradeid == f"c1-{UUID}-1"


def test_price_of_a_fill_that_is_not_told() -> None:
    buy = parse_order(S_PLACED, CONTRACT, MOMENT, "QTE").record.order
    assert fill_price(buy, 29_500.0, taken=False) == 30_000.0, "one that waited was filled at its limit"
    assert fill_price(buy, 29_500.0, taken=True) == 29_500.0
    assert fill_price(buy, 30_500.0, taken=True) == 30_000.0, "never beyond its limit"
    assert fill_price(buy, 0.0, taken=True) == 0.0, "cannot be said"
    sell = parse_order({**S_PLACED, "side": "SELL", "type": "MARKET", "price": "0.0"}, CONTRACT, MOMENT, "QTE").record.order
    assert fill_price(sell, 29_500.0, taken=True) == 29_500.0
    buy = parse_order({**S_PLACED, "type": "MARKET", "price": "0.0"}, CONTRACT, MOMENT, "QTE").record.order
    assert fill_price(buy, 29_500.0, taken=True) == fill_price(buy, 29_500.0, taken=False) == 29_500.0
    buy.price = 29_000.0
    assert fill_price(buy, 29_500.0, taken=True) == fill_price(buy, 29_500.0, taken=False) == 29_500.0, "it has no limit, whatever it tells"


def test_numbers_that_are_none() -> None:
    assert [number(value) for value in (None, "", "None", "0", "1.5")] == [None, None, None, 0.0, 1.5]


@pytest.mark.parametrize(("status", "body", "outcome", "code"), [
    (400, {"error": "资金不足"}, Outcome.REFUSED, "HTTP 400"),
    (400, {"code": -1121, "msg": "Invalid symbol: NOPE"}, Outcome.REFUSED, -1121),
    (400, {"code": -2010, "msg": "Order placement failed by matching engine."}, Outcome.REFUSED, -2010),
    (400, {"code": 401, "msg": "未认证"}, Outcome.REFUSED, "HTTP 401"),
    (401, {"error": "未认证"}, Outcome.REFUSED, "HTTP 401"),
    (200, {"error": "资金不足"}, Outcome.REFUSED, "HTTP 200"),
    (400, {"error": "创建订单失败: no running event loop"}, Outcome.UNKNOWN, "HTTP 400"),
    (400, {"error": "创建订单失败"}, Outcome.UNKNOWN, "HTTP 400"),
    (400, {"error": "no running event loop"}, Outcome.UNKNOWN, "HTTP 400"),
    (408, {"error": "超时"}, Outcome.UNKNOWN, "HTTP 408"),
    (400, {"code": -1000, "msg": "下单失败"}, Outcome.UNKNOWN, -1000),
    (500, {"code": -1000, "msg": "Order creation failed due to an internal error: no running event loop"}, Outcome.UNKNOWN, -1000),
])
def test_what_an_answer_to_an_order_proves(status: int, body: dict[str, object], outcome: Outcome, code: object) -> None:
    """1.3, Q19, Q20, Q21: an order that the engine failed on may have traded, whatever the status."""
    found = classify(reply(status, msgspec.json.encode(body)), None, proves_refusal, read_error)
    assert found[:2] == (outcome, code)


@pytest.mark.parametrize(("status", "outcome"), [
    (401, Outcome.REFUSED), (403, Outcome.REFUSED), (429, Outcome.REFUSED), (404, Outcome.UNKNOWN), (410, Outcome.UNKNOWN), (405, Outcome.REFUSED), (415, Outcome.REFUSED), (400, Outcome.UNKNOWN), (500, Outcome.UNKNOWN),
    (503, Outcome.UNKNOWN), (200, Outcome.UNKNOWN),
])
def test_a_page_instead_of_an_answer(status: int, outcome: Outcome) -> None:
    """A page that turns callers away did nothing; a crash may have (Q19), and a 404 may come from whoever stands before the server."""
    page = reply(status, b"<!doctype html><title>Error</title>")
    assert classify(page, None, proves_refusal, read_error)[0] is outcome


@pytest.mark.parametrize(("status", "body", "expected"), [
    (200, b'{"orderId": 1}', None), (201, b'{"code": 0, "data": []}', None), (204, b"", None), (200, b"[]", None), (200, b'{"msg": "fine"}', None),
    (400, b'{"error": "no such order"}', ("HTTP 400", "no such order")),
    (400, b'{"error": "no such order", "msg": "another"}', ("HTTP 400", "no such order")),
    (200, b'{"error": null}', ("HTTP 200", "")),
    (400, b'{"code": -1121, "msg": "Invalid symbol: NOPE"}', (-1121, "Invalid symbol: NOPE")),
    (500, b'{"code": 400, "msg": "quantity"}', ("HTTP 400", "quantity")),
    (500, b'{"code": 0, "msg": "failed"}', ("HTTP 500", "failed")),
    (502, b"<html><title>Bad Gateway</title></html>", ("HTTP 502", "an HTML page")),
    (502, b" Bad Gateway\n", ("HTTP 502", "Bad Gateway")),
    (502, b"\xff" + b"x" * 300, ("HTTP 502", "\ufffd" + "x" * 199)),
    (301, b"", ("HTTP 301", "")),
])
def test_the_error_that_an_answer_reports(status: int, body: bytes, expected: tuple[int | str, str] | None) -> None:
    """Q19"""
    assert read_error(reply(status, body)) == expected
