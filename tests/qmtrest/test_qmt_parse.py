"""Payloads as vn.py's objects (specs/qmt.md, 2.2 to 2.6, 5.1, 5.3, 5.5)."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qmt_payloads import BAR, GATEWAY, ORDER, PARTLY, PLACED, PORTFOLIO, POSITION, TICK, contract, reply, result
from vnpy.trader.constant import Direction, Exchange, Interval, Offset, OrderType, Status

from vnpy_qmtrest.parse import (
    CHINA,
    day_id,
    finite,
    moment_of,
    parse_account,
    parse_bar,
    parse_order,
    parse_position,
    parse_tick,
    parse_timetag,
    placed_id,
    placed_volume,
    status_of,
    symbol_of,
    wire_id,
)
from vnpy_qmtrest.rest import QmtRest

CONTRACT = contract()


# symbols: 5.1, and placeholders: 2.2

@pytest.mark.parametrize(("text", "found"), [
    ("000001.SZ", ("000001", Exchange.SZSE)), ("600000.SH", ("600000", Exchange.SSE)), ("920002.BJ", ("920002", Exchange.BSE)),
    ("SHR001.SH", None), ("SHRQ88.SZ", None), ("000001", None), ("000001.", None), (".SZ", None), ("000001.sz", None), ("000001.HK", None),
    ("00001.SZ", None), ("0000001.SZ", None), ("000001.SZ.SZ", None), ("０００００１.SZ", None), ("sh600000", None),
])
def test_symbols(text: str, found: Any) -> None:
    assert symbol_of(text) == found


@pytest.mark.parametrize("value", [None, "", 1, 1.5, True, [], {}, ["000001.SZ"], " 000001.SZ", "x" * 65, "\x00", "\ud800"])
def test_what_is_no_name(value: Any) -> None:
    with pytest.raises(ValueError):
        symbol_of(value)


# times: 2.4, 6 row 16

def test_seconds_and_milliseconds_are_told_apart_by_their_size() -> None:
    wanted = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
    for value in (1700000000, 1700000000.0, 1700000000000, 1700000000000.0):
        found = moment_of(value)
        assert found == wanted and found.tzinfo is CHINA and found.hour == 6
    assert moment_of(1700000000500) - wanted == timedelta(milliseconds=500)


@given(st.integers(631_152_000, 4_102_444_800))        # 1990 to 2100
def test_any_day_of_a_market_in_seconds_or_milliseconds(seconds: int) -> None:
    assert moment_of(seconds) == moment_of(seconds * 1_000) == datetime.fromtimestamp(seconds, timezone.utc)


def test_ids_are_of_a_day_of_shanghai() -> None:
    """F53, 6 row 24: the terminal counts from the beginning every day."""
    last = datetime(2024, 1, 5, 23, 59, 59, tzinfo=CHINA)
    ids = [
        parse_order({**ORDER, "time": int(moment.timestamp())}, CONTRACT, GATEWAY).record.venue_id
        for moment in (last, last + timedelta(seconds=1), last - timedelta(hours=23))
    ]
    assert ids == ["20240105-1000", "20240106-1000", "20240105-1000"]


@given(st.integers(1, 2 ** 63 - 1), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_servers_id_is_in_ours(order_id: int, day: date) -> None:
    venue_id = day_id(order_id, day)
    assert wire_id(venue_id) == order_id and venue_id == f"{day:%Y%m%d}-{order_id}" and day_id(order_id, day + timedelta(days=1)) != venue_id


# 5.5: code, text, vn.py's status; None: whatever was there before
STATUSES: list[tuple[int, str, Status | None]] = [
    (48, "未报", Status.SUBMITTING), (49, "待报", Status.SUBMITTING), (50, "已报", Status.NOTTRADED), (51, "已报待撤", Status.NOTTRADED),
    (52, "部成待撤", Status.PARTTRADED), (53, "部撤", Status.CANCELLED), (54, "已撤", Status.CANCELLED), (55, "部成", Status.PARTTRADED),
    (56, "已成", Status.ALLTRADED), (57, "废单", Status.REJECTED), (255, "未知", None), (0, "", None), (99, "", None), (-1, "", None),
]


@pytest.mark.parametrize(("code", "text", "wanted"), STATUSES, ids=[str(row[0]) for row in STATUSES])
def test_statuses(code: int, text: str, wanted: Status | None) -> None:
    assert status_of(code, 500.0, 0.0, None) is (wanted or Status.SUBMITTING)
    for before in Status:
        assert status_of(code, 500.0, 0.0, before) is (wanted or before)
    row = {**ORDER, "status": code, "m_status": text or None}
    assert parse_order(row, CONTRACT, GATEWAY).record.order.status is (wanted or Status.SUBMITTING)
    assert parse_order(row, CONTRACT, GATEWAY, Status.NOTTRADED).record.order.status is (wanted or Status.NOTTRADED)


@pytest.mark.parametrize("code", [48, 49, 50, 51, 52, 55, 255, 99])
def test_what_has_traded_and_lives_is_partly_or_wholly_traded(code: int) -> None:
    """5.5, "Adjustments"."""
    for before in (None, Status.SUBMITTING, Status.NOTTRADED, Status.PARTTRADED):
        assert status_of(code, 500.0, 200.0, before) is Status.PARTTRADED
        assert status_of(code, 500.0, 500.0, before) is status_of(code, 500.0, 600.0, before) is Status.ALLTRADED


@pytest.mark.parametrize(("code", "wanted"), [(53, Status.CANCELLED), (54, Status.CANCELLED), (56, Status.ALLTRADED), (57, Status.REJECTED)])
def test_what_has_ended_is_not_adjusted(code: int, wanted: Status) -> None:
    assert status_of(code, 500.0, 200.0, None) is wanted


@pytest.mark.parametrize("before", [Status.CANCELLED, Status.REJECTED, Status.ALLTRADED])
def test_an_unknown_code_revives_nothing(before: Status) -> None:
    """5.5: a final status is never left again."""
    assert status_of(255, 500.0, 200.0, before) is before


# orders: 2.4

def test_an_order() -> None:
    (order, venue_id), turnover = parse_order(ORDER, CONTRACT, GATEWAY)
    assert venue_id == order.orderid == "20231115-1000" and turnover == 0.0
    assert order.__dict__ == {
        "gateway_name": GATEWAY, "symbol": "000001", "exchange": Exchange.SZSE, "orderid": "20231115-1000", "type": OrderType.LIMIT,
        "direction": Direction.LONG, "offset": Offset.NONE, "price": 10.5, "volume": 500.0, "traded": 0.0, "status": Status.NOTTRADED,
        "datetime": datetime(2023, 11, 15, 6, 13, 20, tzinfo=CHINA), "reference": "my", "vt_symbol": "000001.SZSE",
        "vt_orderid": f"{GATEWAY}.20231115-1000",
    }


def test_an_order_that_has_traded_and_a_sale() -> None:
    (order, _), turnover = parse_order(PARTLY, CONTRACT, GATEWAY)
    assert (order.status, order.traded, turnover) == (Status.PARTTRADED, 200.0, 10.49 * 200)
    assert parse_order({**ORDER, "side": "sell"}, CONTRACT, GATEWAY).record.order.direction is Direction.SHORT
    assert parse_order({**PARTLY, "status": 56, "traded_volume": 500}, CONTRACT, GATEWAY).record.order.status is Status.ALLTRADED


@pytest.mark.parametrize(("code", "type"), [
    (11, OrderType.LIMIT), (50, OrderType.LIMIT), *((code, OrderType.MARKET) for code in (5, 42, 43, 44, 45, 46, 47, 48, 49, 51, 88)),
])
def test_the_terminals_codes_of_types(code: int, type: OrderType) -> None:
    assert parse_order({**ORDER, "price_type": code}, CONTRACT, GATEWAY).record.order.type is type


@pytest.mark.parametrize(("name", "reference"), [("my", "my"), ("", ""), (None, ""), ("quant_7", "quant_7"), ("客户端交易", "客户端交易"), ("x" * 100, "x" * 64)])
def test_the_tag(name: Any, reference: str) -> None:
    """2.0: build B stores ``quant_<n>``; 2.4: empty for repo and manual orders."""
    assert parse_order({**ORDER, "strategy_name": name}, CONTRACT, GATEWAY).record.order.reference == reference


@pytest.mark.parametrize(("key", "value"), [
    ("strategy_name", 7), ("strategy_name", True), ("strategy_name", []), ("side", "hold"), ("side", "BUY"), ("side", None), ("side", []), ("side", 23),
    ("price_type", []), ("traded_volume", 200.5), ("volume", 500.5), ("status", "50"), ("status", 50.0), ("status", True), ("status", None),
    ("order_id", "1000"), ("order_id", 0), ("order_id", -1), ("order_id", 1000.0), ("order_id", True), ("order_id", 2 ** 63),
])
def test_what_is_no_order(key: str, value: Any) -> None:
    assert parse_order(PARTLY, CONTRACT, GATEWAY)
    with pytest.raises((ValueError, KeyError, TypeError)):
        parse_order({**PARTLY, key: value}, CONTRACT, GATEWAY)


@pytest.mark.parametrize("key", ["order_id", "side", "status", "volume", "time", "price", "price_type", "traded_volume", "traded_price", "strategy_name"])
def test_a_row_that_lacks_a_field_is_not_understood(key: str) -> None:
    with pytest.raises(KeyError):
        parse_order({name: value for name, value in PARTLY.items() if name != key}, CONTRACT, GATEWAY)


def test_what_was_traded_has_a_price_and_what_was_not_needs_none() -> None:
    with pytest.raises(ValueError, match="200 traded at 0.0"):
        parse_order({**PARTLY, "traded_price": 0.0}, CONTRACT, GATEWAY)
    assert parse_order({**ORDER, "traded_price": float("nan")}, CONTRACT, GATEWAY).turnover == 0.0


# answers to orders: 2.3 and 2.0

DAY = date(2024, 1, 5)


@pytest.mark.parametrize("inner", [
    {"order_id": 1000}, {"order_result": {"order_id": 1000}}, {"order_result": 1000}, {"order_id": None, "order_result": {"order_id": 1000}},
    {"order_id": 1000, "order_result": None}, {"order_id": 1000, "order_result": {"order_id": 7}},
])
def test_the_id_is_in_one_of_three_places(inner: dict[str, Any]) -> None:
    assert placed_id(result({"success": True, **inner}), DAY) == "20240105-1000"


@pytest.mark.parametrize("value", [0, -1, "1000", 1000.0, True, [], 2 ** 63, float("nan"), ""])
def test_what_is_no_id(value: Any) -> None:
    """2.3: an integer above 0; the terminal's refusals have 0 or -1."""
    for inner in ({"order_id": value}, {"order_result": {"order_id": value}}, {"order_result": value}):
        with pytest.raises((ValueError, KeyError, TypeError)):
            placed_id(result({"success": True, **inner}), DAY)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"results": None}, result({"success": True}), result({"order_id": None}), {"error": "x"}])
def test_an_answer_without_an_id(data: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        placed_id(data, DAY)


def test_the_volume_that_was_taken() -> None:
    """2.3: 10000 requested, 4700 sent; F54."""
    assert placed_id(PLACED, DAY) == "20240105-1000" and placed_volume(PLACED) == 500.0
    assert placed_volume(result({"success": True, "order_num": 4700, "order_id": 1})) == 4_700.0
    assert placed_volume(result({"success": True, "order_result": {"order_id": 1, "order_num": 300}})) == 300.0
    assert placed_volume(result({"success": True, "order_result": 1})) == placed_volume(result({"order_num": None})) == 0.0
    for value in ("x", 4700.5, float("nan"), -100, True, [], {}, 10 ** 400):
        with pytest.raises(ValueError):
            placed_volume(result({"success": True, "order_num": value, "order_id": 1}))


# account and positions: 2.2

def test_the_account() -> None:
    account, cash = parse_account(PORTFOLIO, "123456", GATEWAY)
    assert (account.accountid, account.balance, account.frozen, account.available, cash) == ("123456", 100_000.0, 0.0, 50_000.0, 50_000.0)
    assert account.extra == {"currency": "CNY", "market_value": 50_000.0}
    account, cash = parse_account({"portfolio": {**PORTFOLIO["portfolio"], "cash": 40_000.0, "frozen_cash": 10_000.0}}, "123456", GATEWAY)
    assert (account.frozen, account.available, cash) == (10_000.0, 40_000.0, 40_000.0)


@pytest.mark.parametrize("data", [None, [], {}, {"portfolio": None}, {"portfolio": []}, {"portfolio": {}}, {"error": "x"}])
def test_what_is_no_account(data: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        parse_account(data, "123456", GATEWAY)


def test_a_position() -> None:
    position = parse_position(POSITION, CONTRACT, GATEWAY)
    assert (position.direction, position.volume, position.frozen, position.yd_volume) == (Direction.NET, 1_000.0, 200.0, 800.0)
    assert (position.price, position.pnl, position.vt_symbol) == (10.0, 1_000.0, "000001.SZSE")
    nothing = parse_position({**POSITION, "volume": 0, "can_use_volume": 0}, CONTRACT, GATEWAY)       # 2.2: included
    assert nothing.volume == nothing.frozen == nothing.yd_volume == 0.0
    with pytest.raises(ValueError, match="1100 of 1000 can be sold"):
        parse_position({**POSITION, "can_use_volume": 1_100}, CONTRACT, GATEWAY)


def test_a_cost_may_be_negative_or_missing() -> None:
    """6 row 25; a cost that was sold down below zero is one."""
    assert parse_position({**POSITION, "avg_price": -1.5, "profit": -20.0}, CONTRACT, GATEWAY).price == -1.5
    bare = parse_position({key: POSITION[key] for key in ("symbol", "volume", "can_use_volume")}, CONTRACT, GATEWAY)
    assert bare.price == bare.pnl == 0.0
    found = QmtRest.read_reply(None, 200, {}, b'{"positions":[{"avg_price":NaN,"profit":Infinity}]}')        # type: ignore[arg-type]
    assert not found.malformed and finite(found.data["positions"][0]["avg_price"]) == finite(found.data["positions"][0]["profit"]) == 0.0


@pytest.mark.parametrize("body", [b'{"x":NaN', b"<html>NaN</html>", b"", b"NaN" * 10 + b"[" * 100_000])
def test_nan_excuses_nothing_else(body: bytes) -> None:
    assert QmtRest.read_reply(None, 200, {}, body).malformed        # type: ignore[arg-type]
    assert reply(body).malformed


# market data of build B: 2.6

def test_a_tick() -> None:
    tick = parse_tick(TICK, CONTRACT, GATEWAY)
    assert tick is not None and tick.datetime == datetime(2024, 1, 5, 14, 59, 57, tzinfo=CHINA)
    assert (tick.last_price, tick.open_price, tick.high_price, tick.low_price, tick.pre_close) == (10.5, 10.4, 10.6, 10.3, 10.45)
    assert (tick.volume, tick.turnover) == (100_000.0, 1_050_000.0), "in lots on the wire"
    assert [getattr(tick, f"ask_price_{n}") for n in range(1, 6)] == [10.51, 10.52, 10.53, 10.54, 0.0]
    assert [getattr(tick, f"ask_volume_{n}") for n in range(1, 6)] == [100.0, 200.0, 300.0, 400.0, 0.0]
    assert [getattr(tick, f"bid_price_{n}") for n in range(1, 6)] == [10.5, 10.49, 0.0, 0.0, 0.0]
    assert [getattr(tick, f"bid_volume_{n}") for n in range(1, 6)] == [500.0, 600.0, 0.0, 0.0, 0.0]
    assert tick.extra == {"volume": 1_000, "pvolume": 100_000, "state": 13}


def test_bonds_are_not_counted_in_lots_of_100_and_no_price_is_no_tick() -> None:
    """6 row 14."""
    bond = parse_tick(TICK, contract("128013"), GATEWAY)
    assert bond is not None and (bond.volume, bond.ask_volume_1) == (1_000.0, 1.0)
    assert parse_tick({**TICK, "lastPrice": 0}, CONTRACT, GATEWAY) is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(0, 999))
def test_timetags(moment: datetime, milliseconds: int) -> None:
    whole = moment.replace(microsecond=0, tzinfo=CHINA)
    assert parse_timetag(f"{moment:%Y%m%d %H:%M:%S}") == whole
    found = parse_timetag(f"{moment:%Y%m%d %H:%M:%S}.{milliseconds:03d}")
    assert found == whole.replace(microsecond=milliseconds * 1_000) and found.tzinfo is CHINA


@pytest.mark.parametrize("text", [None, "", 20240105, "20240105", "14:59:57", "2024-01-05 14:59:57", "20241301 00:00:00", "20240105 24:00:00", "NaN"])
def test_what_is_no_timetag(text: Any) -> None:
    with pytest.raises(ValueError):
        parse_timetag(text)


@pytest.mark.parametrize(("interval", "length"), [(Interval.MINUTE, 60.0), (Interval.DAILY, 0.0)])
def test_a_bar_begins_where_it_is_long_before_its_end(interval: Interval, length: float) -> None:
    bar = parse_bar(BAR, CONTRACT, interval, GATEWAY, length)
    assert bar.datetime == datetime.fromtimestamp(1704434400 - length, CHINA) and bar.datetime.tzinfo is CHINA and bar.interval is interval
    assert (bar.open_price, bar.high_price, bar.low_price, bar.close_price, bar.volume, bar.turnover) == (10.4, 10.6, 10.3, 10.5, 100_000.0, 1_050_000.0)
    assert parse_bar({**BAR, "volume": 7}, contract("128013"), interval, GATEWAY, length).volume == 7.0
