"""Maps with an explicit answer for the unknown (specs/hashex.md, 4)."""

from typing import Any

import pytest
from vnpy.trader.constant import Direction, OrderType, Status

from vnpy_hashex.enums import direction_to_vt, status_to_vt, type_to_vt


@pytest.mark.parametrize("state, status", [
    ("NEW", Status.NOTTRADED), ("PARTIALLY_FILLED", Status.PARTTRADED), ("FILLED", Status.ALLTRADED),
    ("CANCELED", Status.CANCELLED), ("PARTIALLY_CANCELED", Status.CANCELLED), ("REJECTED", Status.REJECTED),
    ("EXPIRED", Status.CANCELLED), (1, Status.NOTTRADED), (2, Status.PARTTRADED), (3, Status.ALLTRADED),
    (4, Status.CANCELLED), ("4", Status.CANCELLED),
])
def test_states(state: Any, status: Status) -> None:
    """4.1 and 4.2; a socket may send the words as well."""
    assert status_to_vt(state) is status


@pytest.mark.parametrize("state", [5, 6, 7, 0, "", None, "FROZEN", True])
def test_states_that_say_nothing(state: Any) -> None:
    """5 is "failed" or "cancelling", 6 is in no socket document: ask."""
    assert status_to_vt(state) is None


@pytest.mark.parametrize("side, direction", [
    (1, Direction.LONG), (2, Direction.SHORT), (0, Direction.SHORT), ("BUY", Direction.LONG), ("SELL", Direction.SHORT),
    ("BID", Direction.LONG), ("ASK", Direction.SHORT), ("3", None), (None, None),
])
def test_sides(side: Any, direction: Direction | None) -> None:
    """7.23"""
    assert direction_to_vt(side) is direction


@pytest.mark.parametrize("word, type_", [
    ("LIMIT", OrderType.LIMIT), ("MARKET", OrderType.MARKET), (1, OrderType.LIMIT), (2, OrderType.MARKET),
    (3, OrderType.STOP), ("OCO", OrderType.LIMIT), (None, OrderType.LIMIT),
])
def test_types(word: Any, type_: OrderType) -> None:
    assert type_to_vt(word) is type_
