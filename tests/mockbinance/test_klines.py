"""Pages of klines, and the request weight they keep to (rest-api.md, "Kline/Candlestick data", "LIMITS")."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vnpy.trader.constant import Exchange, Interval, Product
from vnpy.trader.object import ContractData

from vnpy_mockbinance.klines import WeightWatch, parse_bars
from vnpy_mockbinance.parse import parse_bar, parse_weight_limit
from vnpy_restgateway.market.bars import BarTemplate

CONTRACT = ContractData("GW", "BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, "BTCUSDT", Product.SPOT, 1, 0.01)
# the document's own example
ROW: list[Any] = [
    1499040000000, "0.01634790", "0.80000000", "0.01575800", "0.01577100", "148976.11427815", 1499644799999, "2434.19055334", 308,
    "1756.87402397", "28.46694368", "0",
]
NUMBER = st.decimals(0, 10**12, places=8).map(str)


def page_of(*rows: Any) -> list[Any]:
    return parse_bars(msgspec.json.encode(rows), BarTemplate(CONTRACT, Interval.MINUTE, "GW"))


@given(st.integers(0, 4 * 10**12) | st.integers(10**14, 4 * 10**15), st.lists(NUMBER, min_size=6, max_size=6))
def test_a_page_is_its_rows(moment: int, numbers: list[str]) -> None:
    row = [moment, *numbers[:5], moment + 59_999, numbers[5], *ROW[8:]]
    assert [vars(bar) for bar in page_of(row, ROW)] == [vars(parse_bar(each, CONTRACT, Interval.MINUTE, "GW")) for each in (row, ROW)]


@pytest.mark.parametrize(("index", "value"), [
    (0, -1), (0, 10**17), (0, None), (1, "nan"), (1, "-1"), (2, "1e400"), (3, "x"), (4, None), (5, True), (7, "1_000"), (7, " 1"), (7, "Infinity"),
])
def test_a_page_with_a_number_that_is_none_is_none(index: int, value: Any) -> None:
    row = list(ROW)
    row[index] = value
    with pytest.raises((ValueError, TypeError)):
        parse_bar(row, CONTRACT, Interval.MINUTE, "GW")
    with pytest.raises(ValueError):
        page_of(ROW, row)


@pytest.mark.parametrize("page", [{}, None, "x", [1], [[1]], [ROW[:7]], [[*ROW[:7]]]])
def test_another_shape_is_no_page(page: Any) -> None:
    with pytest.raises(ValueError):
        parse_bars(msgspec.json.encode(page), BarTemplate(CONTRACT, Interval.MINUTE, "GW"))


class Clock:
    now = 1_700_000_040_000         # a minute's beginning
    scale = 1.0

    def now_ms(self) -> int:
        return self.now


def test_half_of_a_minutes_weight_is_left_to_others() -> None:
    clock = Clock()
    watch = WeightWatch(SimpleNamespace(home=SimpleNamespace(clock=clock), weight_limit=6_000))     # type: ignore[arg-type]
    assert clock.now % 60_000 == 0 and watch.wait() == 0.0
    clock.now += 20_000
    watch.hear("2999")
    assert watch.wait() == 0.0
    watch.hear("3000")
    assert watch.wait() == 40.0
    for odd in ("", "x", "-"):
        watch.hear(odd)
    assert watch.wait() == 40.0, "an answer without the header says nothing"
    clock.now += 40_000
    assert watch.wait() == 0.0, "the venue counts anew"


@pytest.mark.parametrize(("limits", "found"), [
    ([{"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100},
      {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 1200}], 1_200),
    ([{"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 0}], 6_000),
    ([{"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": "x"}], 6_000),
    ([{"rateLimitType": "REQUEST_WEIGHT", "interval": "DAY", "intervalNum": 1, "limit": 9}], 6_000),
    (None, 6_000), ("x", 6_000), ([None, 3], 6_000),
])
def test_the_limit_is_the_venues(limits: Any, found: int) -> None:
    assert parse_weight_limit(limits, 6_000) == found
