"""F68: what is no number, in every place where one is due: refused by whoever reads it, never taken for one. HashEx."""

from collections.abc import Callable
from datetime import datetime, timezone
from math import isfinite
from typing import Any

import pytest
from hashex_payloads import GATEWAY, make_contract
from vnpy.trader.constant import Direction, Interval

from vnpy_hashex import parse
from vnpy_hashex.ticks import TickBook

CONTRACT = make_contract()
MOMENT = datetime(2024, 1, 1, tzinfo=timezone.utc)
SHAPE = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
NO_NUMBERS: list[Any] = [
    "NaN", "nan", "Infinity", "-Infinity", "", " ", "1 ", "1_0", "０", "one", "<html></html>", "1,5", "0x10", "1e400", "-1", None,
    True, False, [], ["1"], {}, {"a": 1}, float("nan"), float("inf"), -1, 10 ** 400, "9" * 5_000,
]

# the documents' payloads (spec 3.3 to 3.16, 5.3 to 5.6)
ORDER: dict[str, Any] = {
    "orderId": "475533479170587712", "clientOrderId": "mine", "symbol": "BTC_USDT", "orderType": "LIMIT", "orderSide": "BUY",
    "balanceType": 1, "price": "60000.00", "origQty": "0.1", "executedQty": "0.05", "state": "PARTIALLY_FILLED",
    "createdTime": 1684896521234,
}
PUSH: dict[str, Any] = {
    "orderId": "475533479170587712", "balanceType": 1, "orderType": 1, "symbol": "BTC_USDT", "price": "30000", "direction": 1,
    "origQty": "0.1", "avgPrice": "30000", "dealQty": "0.05", "state": 2, "createTime": 1687245871234,
}
DEAL: dict[str, Any] = {
    "orderId": "475533479170587712", "execId": "475533479170587713", "symbol": "BTC_USDT", "orderSide": "BUY", "quantity": "0.001",
    "price": "60000.00", "fee": "0.06", "feeCoin": "USDT", "timestamp": 1684896521500,
}
BALANCE: dict[str, Any] = {"coin": "BTC", "balance": "6.002", "freeze": "0.001", "availableBalance": "6.001"}
KLINE: dict[str, Any] = {
    "s": "BTC_USDT", "t": 1687245871234, "o": "30000.00", "h": "31000.00", "l": "29800.00", "c": "30500.00", "a": "10.5", "v": "315000.50"
}
CONFIG: dict[str, Any] = {
    "symbol": "BTC_USDT", "baseAsset": "BTC", "quoteAsset": "USDT", "pricePrecision": 2, "quantityPrecision": 5,
}

NO_NAMES: list[Any] = [1e308, 7, True, None, [], {}, ["BTC"], "\ud800", "\x00\n", " BTC", "x" * 65, "x" * 100_000]

Read = Callable[[Any], Any]
CASES: list[tuple[str, Read, dict[str, Any], tuple[str, ...]]] = [
    ("order", lambda d: parse.parse_order(d, CONTRACT, GATEWAY), ORDER, ("price", "origQty", "executedQty")),
    ("push", lambda d: parse.parse_order(d, CONTRACT, GATEWAY), PUSH, ("price", "origQty", "dealQty")),
    ("fill", lambda d: parse.parse_fill(d, CONTRACT, Direction.LONG, GATEWAY), DEAL, ("price", "quantity", "timestamp")),
    ("balance", parse.parse_balance, BALANCE, ("availableBalance", "freeze")),
    ("bar", lambda d: parse.parse_bar(d, CONTRACT, Interval.MINUTE, GATEWAY), KLINE, ("t", "o", "h", "l", "c", "a", "v")),
    ("contract", lambda d: parse.parse_listing(d, GATEWAY), CONFIG, ("pricePrecision", "quantityPrecision")),
]


@pytest.mark.parametrize(("what", "read", "payload", "names"), CASES, ids=[case[0] for case in CASES])
def test_refused_by_whoever_reads_it(what: str, read: Read, payload: dict[str, Any], names: tuple[str, ...]) -> None:
    for value in NO_NUMBERS:
        assert read(payload)
        for name in names:
            with pytest.raises(SHAPE):
                read({**payload, name: value})


@pytest.mark.parametrize(("read", "payload", "name"), [
    (parse.parse_balance, BALANCE, "coin"),
    (lambda d: parse.parse_listing(d, GATEWAY), CONFIG, "symbol"),
    (lambda d: parse.parse_listing(d, GATEWAY), CONFIG, "baseAsset"),
    (lambda d: parse.parse_listing(d, GATEWAY), CONFIG, "quoteAsset"),
    (lambda d: parse.guess_listing(d, GATEWAY), {"s": "BTC_USDT", "c": "1.0", "a": "1"}, "s"),
], ids=["coin", "symbol", "base", "quote", "ticker"])
def test_names_that_are_none(read: Read, payload: dict[str, Any], name: str) -> None:
    """An asset of the account or a contract is text that a table can show, or the row is not understood."""
    for value in NO_NAMES:
        assert read(payload)
        if not value and name in ("baseAsset", "quoteAsset"):
            assert read({**payload, name: value}) == read(payload)      # told by the symbol's name too
            continue
        with pytest.raises(SHAPE):
            read({**payload, name: value})


@pytest.mark.parametrize("value", [{}, ["mine"], True, 1.5, "\ud800", "\x00\n", "x" * 65])
def test_a_client_order_id_that_is_none(value: Any) -> None:
    if not value:
        assert parse.parse_order({**ORDER, "clientOrderId": value}, CONTRACT, GATEWAY)
        return
    with pytest.raises(SHAPE):
        parse.parse_order({**ORDER, "clientOrderId": value}, CONTRACT, GATEWAY)


@pytest.mark.parametrize(("state", "fine"), [
    ("NEW", True), ("CANCELED", True), ("REJECTED", True), ("PARTIALLY_FILLED", False), ("FILLED", False), ("PARTIALLY_CANCELED", False),
])
def test_null_for_nothing_executed(state: str, fine: bool) -> None:
    """This venue writes null for what is not there (spec 1.4): nothing was executed, where the state does not say otherwise."""
    row = {**ORDER, "state": state, "executedQty": None}
    if fine:
        record = parse.parse_order(row, CONTRACT, GATEWAY)
        assert record is not None and record.order.traded == 0.0
        return
    with pytest.raises(SHAPE):
        parse.parse_order(row, CONTRACT, GATEWAY)


def test_a_market_order_has_no_price() -> None:
    for price in (None, "", "0"):
        record = parse.parse_order({**ORDER, "orderType": "MARKET", "orderSide": "SELL", "price": price}, CONTRACT, GATEWAY)
        assert record is not None and record.order.price == 0.0


DEPTH: dict[str, Any] = {"id": "10", "s": "BTC_USDT", "b": [["30400.00", "0.5"]], "a": [["30500.00", "0.3"]]}
CHANGE: dict[str, Any] = {"id": "11", "s": "BTC_USDT", "m": 1, "p": "30410.00", "q": "0.7"}
TRADE: dict[str, Any] = {"s": "BTC_USDT", "p": "30450.00", "a": "0.01", "m": 1}
STATS: dict[str, Any] = {"s": "BTC_USDT", "c": "30500.00", "h": "31000.00", "l": "29800.00", "a": "10.5", "v": "315000.50", "o": "30000.00"}
FEEDS: list[tuple[str, Callable[[TickBook, Any], Any], dict[str, Any], tuple[str, ...]]] = [
    ("level", TickBook.on_depth, CHANGE, ("p", "q")), ("trade", TickBook.on_deal, TRADE, ("p", "a")),
    ("stats", TickBook.on_stats, STATS, ("c", "h", "l", "a", "v", "o")),
]


def fresh() -> TickBook:
    book = TickBook(CONTRACT, GATEWAY, MOMENT)
    book.on_all_depth(DEPTH)
    book.on_stats(STATS)
    return book


@pytest.mark.parametrize(("what", "feed", "payload", "names"), FEEDS, ids=[feed[0] for feed in FEEDS])
def test_no_tick_of_it(
    what: str, feed: Callable[[TickBook, Any], Any], payload: dict[str, Any], names: tuple[str, ...]) -> None:
    """The message is dropped whole; the tick is that of before. null among the figures of the day is "not known"."""
    for value in NO_NUMBERS:
        for name in names:
            book = fresh()
            before = dict(vars(book.tick)), dict(book.bids.sizes), dict(book.asks.sizes)
            if value is None and what == "stats":
                feed(book, {**payload, name: value})
            else:
                with pytest.raises(SHAPE):
                    feed(book, {**payload, name: value})
            assert (dict(vars(book.tick)), dict(book.bids.sizes), dict(book.asks.sizes)) == before
            tick = book.make(MOMENT, MOMENT)
            assert tick is not None and all(isfinite(number) for number in vars(tick).values() if isinstance(number, float))


@pytest.mark.parametrize("side", ["b", "a"])
@pytest.mark.parametrize("column", [0, 1])
def test_no_book_of_it(side: str, column: int) -> None:
    for value in NO_NUMBERS:
        row: list[Any] = ["30405.00", "0.5"]
        row[column] = value
        with pytest.raises(SHAPE):
            fresh().on_all_depth({**DEPTH, side: [row]})


@pytest.mark.parametrize("ms", [253402300800000, 10 ** 16])
def test_a_time_of_another_age_costs_no_tick(ms: int) -> None:
    """It was asked for again by each tick that followed: none came any more."""
    book = fresh()
    book.on_deal({**TRADE, "t": ms})
    for _ in range(2):
        tick = book.make(MOMENT, MOMENT)
        assert tick is not None and tick.datetime == MOMENT
