"""F68: what is no number, in every place where one is due: refused by whoever reads it, never taken for one. Binance and QTE."""

from itertools import product
from collections.abc import Callable
from datetime import datetime, timezone
from math import isfinite
from typing import Any

import msgspec
import pytest
from payloads import GATEWAY, make_contract
from vnpy.event import EventEngine
from vnpy.trader.constant import Exchange, Interval

from vnpy_mockbinance.session import BinanceSession
from vnpy_mockbinance import MockBinanceGateway, parse
from vnpy_mockbinance.qte import parse as qte_parse
from vnpy_mockbinance.ticks import FRAMES, HANDLERS, TickBook
from vnpy_restgateway.net.validate import (
    amount,
    digits,
    milliseconds,
    positive,
    step,
    whole,
)

CONTRACT = make_contract()
MOMENT = datetime(2024, 1, 1, tzinfo=timezone.utc)
NO_NUMBERS: list[Any] = [
    "NaN", "nan", "Infinity", "-Infinity", "", " ", "1 ", "1_0", "０", "one", "<html></html>", "1,5", "0x10", "1e400", "-1", None,
    True, False, [], ["1"], {}, {"a": 1}, float("nan"), float("inf"), -1, 10 ** 400, "9" * 5_000,
]

# literal payloads of rest-api.md and user-data-stream.md, cut to what is read
ORDER: dict[str, Any] = {
    "symbol": "ETHBTC", "orderId": 1, "clientOrderId": "mine", "price": "0.1", "origQty": "1.0", "executedQty": "0.5",
    "status": "PARTIALLY_FILLED", "timeInForce": "GTC", "type": "LIMIT", "side": "BUY", "stopPrice": "0.0", "time": 1499827319559,
}
PLACED: dict[str, Any] = {
    **ORDER, "transactTime": 1507725176595,
    "fills": [{"price": "0.1", "qty": "0.5", "commission": "0", "commissionAsset": "ETH", "tradeId": 56}],
}
FILL: dict[str, Any] = {"id": 28457, "orderId": 100234, "price": "4.00000100", "qty": "12.0", "time": 1499865549590, "isBuyer": True}
REPORT: dict[str, Any] = {
    "e": "executionReport", "E": 1499405658658, "s": "ETHBTC", "c": "mine", "S": "BUY", "o": "LIMIT", "f": "GTC", "q": "1.0",
    "p": "0.1", "P": "0.0", "C": "", "x": "TRADE", "X": "PARTIALLY_FILLED", "i": 4293153, "l": "0.5", "z": "0.5", "L": "0.1",
    "T": 1499405658657, "t": 7, "O": 1499405658657,
}
SYMBOL: dict[str, Any] = {
    "symbol": "ETHBTC", "status": "TRADING", "baseAsset": "ETH", "quoteAsset": "BTC", "quotePrecision": 8, "baseAssetPrecision": 8,
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.1", "maxPrice": "100000.0", "tickSize": "0.000001"},
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "100000.0", "stepSize": "0.001"},
        {"filterType": "NOTIONAL", "minNotional": "0.001"},
    ],
}
KLINE: list[Any] = [1499040000000, "0.1", "0.8", "0.1", "0.5", "148976.1", 1499644799999, "2434.1", 308, "1756.8", "28.4", "0"]
QTE_ORDER: dict[str, Any] = {
    "symbol": "ETHBTC", "orderId": "a-b", "clientOrderId": "mine", "price": "0.1", "origQty": "1.0", "executedQty": "0.5",
    "status": "PARTIALLY_FILLED", "type": "LIMIT", "side": "BUY", "time": 1499827319559,
}

Read = Callable[[Any], Any]


def put(payload: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at a path."""
    twin: Any = dict(payload) if isinstance(payload, dict) else list(payload)
    twin[path[0]] = value if len(path) == 1 else put(twin[path[0]], path[1:], value)
    return twin


def order(d: Any) -> Any:
    return parse.parse_order(d, CONTRACT, GATEWAY).order


def qte_order(d: Any) -> Any:
    return qte_parse.parse_order(d, CONTRACT, MOMENT, GATEWAY).record.order


CASES: list[tuple[str, Read, Any, list[tuple[Any, ...]]]] = [
    ("order", order, ORDER, [("price",), ("origQty",), ("executedQty",)]),
    ("stop order", order, {**ORDER, "type": "STOP_LOSS_LIMIT"}, [("stopPrice",)]),
    ("fills of an order", lambda d: parse.parse_order_fills(d, CONTRACT, GATEWAY), PLACED, [("fills", 0, "price"), ("fills", 0, "qty"), ("transactTime",)]),
    ("fill", lambda d: parse.parse_fill(d, CONTRACT, "mine", GATEWAY), FILL, [("price",), ("qty",), ("time",)]),
    ("report", lambda d: parse.parse_execution(d, CONTRACT, GATEWAY), REPORT, [("q",), ("z",), ("p",), ("l",), ("L",)]),
    ("symbol", lambda d: parse.parse_listing(d, GATEWAY).contract, SYMBOL, [
        ("filters", 0, "tickSize"), ("filters", 1, "stepSize"), ("filters", 1, "minQty"), ("filters", 1, "maxQty"), ("filters", 2, "minNotional"),
    ]),
    ("bar", lambda d: parse.parse_bar(d, CONTRACT, Interval.MINUTE, GATEWAY), KLINE, [(n,) for n in (0, 1, 2, 3, 4, 5, 7)]),
    ("qte fill", lambda d: qte_parse.parse_fill(d, CONTRACT, "mine", GATEWAY), {**FILL, "id": "uuid"}, [("price",), ("qty",), ("time",)]),
    ("qte price", qte_parse.parse_prices, {"symbol": "ETHBTC", "price": "0.1"}, [("price",)]),
    ("qte prices", qte_parse.parse_prices, {"ETHBTC": "0.1"}, [("ETHBTC",)]),
    ("qte depth", qte_parse.parse_depth, {"bids": [["0.1", "1"]], "asks": [["0.2", "1"]]}, [
        ("bids", 0, 0), ("bids", 0, 1), ("asks", 0, 0), ("asks", 0, 1),
    ]),
]


@pytest.mark.parametrize(("what", "read", "payload", "paths"), CASES, ids=[case[0] for case in CASES])
def test_refused_by_whoever_reads_it(what: str, read: Read, payload: Any, paths: list[tuple[Any, ...]]) -> None:
    for value in NO_NUMBERS:
        assert read(payload)
        for path in paths:
            with pytest.raises((KeyError, TypeError, ValueError, AttributeError, ArithmeticError)):
                read(put(payload, path, value))


NO_NAMES: list[Any] = [1e308, 7, True, None, [], {}, ["BTC"], "\ud800", "\x00\n", " BTC", "x" * 65, "x" * 100_000]


def test_names_that_are_none() -> None:
    """A contract's names are text that a table can show, or the symbol is not understood; its assets may be left out."""
    for value, name in product(NO_NAMES, ["symbol", "baseAsset", "quoteAsset"]):
        if not value and name != "symbol":
            assert parse.parse_listing({**SYMBOL, name: value}, GATEWAY)
            continue
        with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
            parse.parse_listing({**SYMBOL, name: value}, GATEWAY)


@pytest.mark.parametrize("value", NO_NAMES, ids=lambda value: repr(value)[:14])
def test_an_asset_that_is_none(value: Any) -> None:
    told: list[Any] = []
    gateway: Any = MockBinanceGateway(EventEngine(), GATEWAY)
    session = BinanceSession(gateway.host, gateway.timings, {"rest": "", "stream": "", "key": "", "secret": ""}, ("", 0))
    gateway.host.on_account = told.append
    for asset in ("USDT", value):
        try:
            session.account.on_balance(asset, "1", "0")
        except (TypeError, ValueError) as error:
            told.append(type(error))
    assert [getattr(item, "accountid", item) for item in told] == ["USDT", ValueError]


# null, "" and "None" stand for nothing at some builds (Q26): then nothing is known, which is never a number of a trade
NOTHING: list[Any] = [None, "", "None"]


@pytest.mark.parametrize("field", ["origQty", "executedQty", "price"])
def test_an_order_of_a_qte_server(field: str) -> None:
    for value in NO_NUMBERS:
        assert qte_order(QTE_ORDER).volume == 1.0
        if value in NOTHING and field != "origQty":
            found = qte_parse.parse_order({**QTE_ORDER, field: value}, CONTRACT, MOMENT, GATEWAY)
            assert found.traded is None if field == "executedQty" else found.record.order.price == 0.0
            continue
        with pytest.raises((KeyError, TypeError, ValueError, AttributeError, ArithmeticError)):
            qte_order({**QTE_ORDER, field: value})


def test_the_day_of_a_qte_server() -> None:
    for value in [value for value in NO_NUMBERS if value not in NOTHING]:
        for field in ("lastPrice", "openPrice", "highPrice", "lowPrice", "volume", "quoteVolume"):
            with pytest.raises((KeyError, TypeError, ValueError, AttributeError, ArithmeticError)):
                qte_parse.parse_day({"lastPrice": "1", "openPrice": "1", field: value})


# ticks: the check is made where the number is read

TICKS: dict[str, dict[str, Any]] = {
    "bookTicker": {"u": 400900217, "s": "ETHBTC", "b": "25.35", "B": "31.21", "a": "25.36", "A": "40.66"},
    "depth5@100ms": {"lastUpdateId": 160, "bids": [["0.0024", "10"]], "asks": [["0.0026", "100"]]},
    "aggTrade": {"E": 1672515782136, "s": "ETHBTC", "p": "0.001", "q": "100", "T": 1672515782136},
    "ticker": {
        "E": 1672515782136, "s": "ETHBTC", "c": "0.0025", "Q": "10", "o": "0.001", "h": "0.0025", "l": "0.001", "v": "10000",
        "q": "18", "x": "0.0009",
    },
}
TICK_PATHS: list[tuple[str, tuple[Any, ...]]] = [
    *(("bookTicker", (name,)) for name in "bBaA"), *(("aggTrade", (name,)) for name in "pq"),
    *(("ticker", (name,)) for name in "cQohlvqx"),
    *(("depth5@100ms", (side, 0, n)) for side in ("bids", "asks") for n in (0, 1)),
]


@pytest.mark.parametrize(("channel", "path"), TICK_PATHS, ids=lambda item: str(item))
def test_no_tick_of_it(channel: str, path: tuple[Any, ...]) -> None:
    """A frame with such a value is dropped whole; the tick stays as it was."""
    for value in NO_NUMBERS:
        book = TickBook("ETHBTC_SPOT_BINANCE", "ETHBTC", Exchange.GLOBAL, GATEWAY, MOMENT)
        for name in TICKS:
            HANDLERS[name](book, FRAMES[name].decode(msgspec.json.encode({"stream": "s", "data": TICKS[name]})).data)
        before = dict(book.fields)
        text = msgspec.json.encode({"stream": "s", "data": put(TICKS[channel], path, "@@")})
        encoded = b"NaN" if isinstance(value, float) else msgspec.json.encode(value) if value != 10 ** 400 else b"1" + b"0" * 400
        with pytest.raises((msgspec.MsgspecError, ValueError, RecursionError)):
            HANDLERS[channel](book, FRAMES[channel].decode(text.replace(b'"@@"', encoded)).data)
        assert book.fields == before
        tick = book.make(MOMENT, MOMENT)
        assert tick is not None and all(isfinite(number) for number in vars(tick).values() if isinstance(number, float))


def test_the_readers_themselves() -> None:
    for value in NO_NUMBERS:
        for read in (amount, positive, milliseconds, digits):
            with pytest.raises((ValueError, TypeError, OverflowError)):
                read(value)
        with pytest.raises((ValueError, TypeError, ArithmeticError)):
            step(value)


def test_what_is_a_number() -> None:
    assert [amount(value) for value in ("0", "0.10", "1E-8", 5, 0.5, "+1")] == [0.0, 0.1, 1e-8, 5.0, 0.5, 1.0]
    assert [whole(value) for value in ("12", 12, 12.0)] == [12, 12, 12]
    for value in (0, "0.000"):
        with pytest.raises(ValueError):
            positive(value)


@pytest.mark.parametrize("value", [None, "", 0])
def test_an_order_without_a_time_has_none(value: Any) -> None:
    assert order({**ORDER, "time": value}).datetime is None
