"""Both-way maps, held against enums.md."""

import pytest
from vnpy.trader.constant import Direction, Interval, OrderType, Status

from vnpy_mockbinance.enums import (
    DIRECTION_BINANCE2VT,
    DIRECTION_VT2BINANCE,
    INTERVAL_VT2BINANCE,
    ORDERTYPE_VT2BINANCE,
    STATUS_BINANCE2VT,
    status_to_vt,
    type_to_vt,
)

# enums.md, "Order status (status)"; PENDING_CANCEL is "Currently unused"
DOCUMENTED_STATUSES = {
    "NEW", "PENDING_NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH",
}
# enums.md, "Order types (orderTypes, type)"
DOCUMENTED_TYPES = {
    "LIMIT", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT", "LIMIT_MAKER",
}


def test_every_documented_status_has_an_answer() -> None:
    assert set(STATUS_BINANCE2VT) == DOCUMENTED_STATUSES
    assert Status.SUBMITTING not in STATUS_BINANCE2VT.values()


@pytest.mark.parametrize("word, status", [
    ("EXPIRED", Status.CANCELLED), ("EXPIRED_IN_MATCH", Status.CANCELLED), ("PENDING_NEW", Status.NOTTRADED),
    ("PENDING_CANCEL", Status.SUBMITTING), ("", Status.SUBMITTING), ("filled", Status.SUBMITTING),
])
def test_statuses_that_need_an_opinion(word: str, status: Status) -> None:
    assert status_to_vt(word) is status


@pytest.mark.parametrize("word", sorted(DOCUMENTED_TYPES))
def test_every_documented_type_has_an_answer(word: str) -> None:
    assert isinstance(type_to_vt(word, "GTC"), OrderType)
    assert type_to_vt(word, "") is type_to_vt(word, "GTC")


@pytest.mark.parametrize("order_type", list(ORDERTYPE_VT2BINANCE))
def test_what_we_send_comes_back_as_what_it_was(order_type: OrderType) -> None:
    assert type_to_vt(*ORDERTYPE_VT2BINANCE[order_type]) is order_type


def test_types_we_cannot_send() -> None:
    assert OrderType.RFQ not in ORDERTYPE_VT2BINANCE


def test_directions_both_ways() -> None:
    assert DIRECTION_VT2BINANCE == {Direction.LONG: "BUY", Direction.SHORT: "SELL"}
    for direction, word in DIRECTION_VT2BINANCE.items():
        assert DIRECTION_BINANCE2VT[word] is direction


def test_every_interval_but_tick() -> None:
    assert set(INTERVAL_VT2BINANCE) == set(Interval) - {Interval.TICK}
    # enums.md, "Kline/Candlestick chart intervals"
    assert list(INTERVAL_VT2BINANCE.values()) == ["1m", "1h", "1d", "1w"]
