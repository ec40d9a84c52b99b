"""F68: what is no number, in every place where one is due: refused by whoever reads it, never taken for one. QMT."""

import copy
from collections.abc import Callable
from math import isfinite
from typing import Any

import pytest
from qmt_payloads import BAR, GATEWAY, PARTLY, PORTFOLIO, POSITION, TICK, contract
from vnpy.trader.constant import Interval

from vnpy_qmtrest import parse

CONTRACT = contract()
SHAPE = (ValueError, KeyError, TypeError)
NO_NUMBERS: list[Any] = [
    "NaN", "nan", "Infinity", "-Infinity", "", " ", "1 ", "1_0", "０", "one", "<html></html>", "1,5", "0x10", "1e400", "-1", None,
    True, False, [], ["1"], {}, {"a": 1}, float("nan"), float("inf"), float("-inf"), -1, 10 ** 400, -10 ** 400, 1e300, "9" * 5_000,
]
MAY_BE_MISSING: set[str] = {"price", "lastPrice", "open", "high", "low", "lastClose", "askPrice", "bidPrice"}
Read = Callable[[Any], Any]


def is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value


CASES: list[tuple[str, Read, dict[str, Any], tuple[str, ...]]] = [
    (
        "order", lambda d: parse.parse_order(d, CONTRACT, GATEWAY), PARTLY,
        ("order_id", "volume", "time", "price", "traded_volume", "traded_price"),
    ),
    ("account", lambda d: parse.parse_account({"portfolio": d}, "1", GATEWAY), PORTFOLIO["portfolio"], ("total_asset", "cash", "frozen_cash")),
    ("position", lambda d: parse.parse_position(d, CONTRACT, GATEWAY), POSITION, ("volume", "can_use_volume")),
    ("tick", lambda d: parse.parse_tick(d, CONTRACT, GATEWAY), TICK, ("lastPrice", "open", "high", "low", "lastClose", "amount", "volume")),
    ("bar", lambda d: parse.parse_bar(d, CONTRACT, Interval.MINUTE, GATEWAY, 60.0), BAR, ("time", "open", "high", "low", "close", "volume", "amount")),
]


@pytest.mark.parametrize(
    ("read", "payload", "name"), [(read, payload, name) for _, read, payload, names in CASES for name in names],
    ids=[f"{what}-{name}" for what, _, _, names in CASES for name in names],
)
def test_refused_by_whoever_reads_it(read: Read, payload: dict[str, Any], name: str) -> None:
    assert read(payload)
    for value in NO_NUMBERS:
        if name in MAY_BE_MISSING and payload is not BAR and is_nan(value):
            continue
        with pytest.raises(SHAPE):
            read({**payload, name: value})


def test_a_price_that_is_not_there_is_0() -> None:
    """6 row 25: NaN stands for it in the terminal's JSON."""
    nan = float("nan")
    order = parse.parse_order({**PARTLY, "price": nan}, CONTRACT, GATEWAY).record.order
    assert order.price == 0.0 and order.traded
    tick = parse.parse_tick({**TICK, "open": nan, "askPrice": [nan, *TICK["askPrice"][1:]]}, CONTRACT, GATEWAY)
    assert tick is not None and tick.open_price == 0.0 and tick.ask_price_1 == 0.0 and tick.ask_price_2 and tick.last_price
    assert parse.parse_tick({**TICK, "lastPrice": nan}, CONTRACT, GATEWAY) is None


def test_a_status_that_is_no_code() -> None:
    """One that is a number and no code changes nothing (5.5)."""
    for value in NO_NUMBERS:
        if type(value) is not int:
            with pytest.raises(SHAPE):
                parse.parse_order({**PARTLY, "status": value}, CONTRACT, GATEWAY)


@pytest.mark.parametrize("value", [*(value for value in NO_NUMBERS if value != -1), 1e16], ids=lambda value: repr(value)[:12])
def test_what_nothing_is_decided_by_is_0(value: Any) -> None:
    """6 row 25: the terminal may have no price; the row is read all the same."""
    assert parse.finite(value) == 0.0
    position = parse.parse_position({**POSITION, "avg_price": value, "profit": value}, CONTRACT, GATEWAY)
    assert (position.price, position.pnl, position.volume) == (0.0, 0.0, 1_000.0)
    account, _ = parse.parse_account({"portfolio": {**PORTFOLIO["portfolio"], "market_value": value}}, "1", GATEWAY)
    assert account.extra == {"currency": "CNY", "market_value": 0.0}


@pytest.mark.parametrize("value", [0, -1, 10 ** 17, 10 ** 18, 1e20, 1e300, 1e308, 2 ** 62, 10 ** 400, float("inf"), float("nan"), "1700000000", None, True], ids=lambda value: repr(value)[:12])
def test_a_time_of_another_age(value: Any) -> None:
    with pytest.raises(SHAPE):
        parse.moment_of(value)


@pytest.mark.parametrize("name", ["askPrice", "bidPrice", "askVol", "bidVol"])
def test_no_book_of_it(name: str) -> None:
    for value in NO_NUMBERS:
        row: dict[str, Any] = copy.deepcopy(TICK)
        row[name][0] = value
        if name in MAY_BE_MISSING and is_nan(value):
            continue
        with pytest.raises(SHAPE):
            parse.parse_tick(row, CONTRACT, GATEWAY)


@pytest.mark.parametrize("name", ["askPrice", "bidPrice", "askVol", "bidVol"])
def test_where_a_list_of_prices_is_due(name: str) -> None:
    """A text is not read digit by digit."""
    side = name[:3]
    for value in (*NO_NUMBERS, "12345", 12345):
        if value == ["1"]:
            continue
        try:
            tick = parse.parse_tick({**TICK, name: value}, CONTRACT, GATEWAY)
        except SHAPE:
            continue
        assert tick is not None and not any(getattr(tick, f"{side}_price_{n}") or getattr(tick, f"{side}_volume_{n}") for n in range(1, 6)), value
        assert all(isfinite(number) for number in vars(tick).values() if isinstance(number, float))
