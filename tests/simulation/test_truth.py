"""What is held against the journal as a day ends."""

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from vnpy_rehearsal.conform.recorder import Missed
from vnpy_rehearsal.simulation.truth import as_made

T: int = 1_767_571_200_031          # ms
MOMENT: datetime = datetime.fromtimestamp(T / 1_000, timezone.utc)


def desk(order: dict[str, Any], trade: dict[str, Any]) -> Any:
    """A gateway that has shown one order and its fill, and the journal of both."""
    row = {"account": "key", "symbol": "BTCUSDT", "order_id": 1, "client_order_id": "o1", "side": "BUY", "t": T}
    rows = [
        {**row, "kind": "order", "type": "LIMIT", "price": "30000.01000000", "qty": "0.20000000", "status": "NEW"},
        {**row, "kind": "order", "type": "LIMIT", "price": "30000.01000000", "qty": "0.10000000", "status": "FILLED", "t": T + 60_000},
        {**row, "kind": "fill", "price": "30000.00000000", "qty": "0.10000000", "t": T + 60_000},
    ]
    shown = OrderData("G", "BTCUSDT", Exchange.GLOBAL, "o1", **{
        "type": OrderType.LIMIT, "direction": Direction.LONG, "price": 30_000.01, "volume": 0.1, "traded": 0.1, "status": Status.ALLTRADED,
        "datetime": MOMENT, **order,
    })
    fill = TradeData("G", "BTCUSDT", Exchange.GLOBAL, "o1", "t1", **{
        "direction": Direction.LONG, "price": 30_000.0, "volume": 0.1, "datetime": datetime.fromtimestamp(T / 1_000 + 60, timezone.utc), **trade,
    })
    return SimpleNamespace(
        recorder=SimpleNamespace(orders={"o1": shown}, trades=[fill]), profile=SimpleNamespace(tells_fills=True), journal=lambda: rows,
        venue=SimpleNamespace(key="key"),
    )


def test_what_is_shown_as_it_was_made() -> None:
    as_made(desk({}, {}), True)
    as_made(desk({"datetime": None}, {"datetime": None}), True)


@pytest.mark.parametrize(("order", "trade", "words"), [
    ({"price": 30_000.0}, {}, "price 30000.00000000, not 30000.01000000"),
    ({"volume": 0.2}, {}, "volume 0.20000000, not 0.10000000"),
    ({"direction": Direction.SHORT}, {}, "side SELL, not BUY"),
    ({}, {"direction": Direction.SHORT}, "trade t1 is shown with side SELL"),
])
def test_what_is_shown_otherwise(order: dict[str, Any], trade: dict[str, Any], words: str) -> None:
    with pytest.raises(Missed, match=words):
        as_made(desk(order, trade), False)


@pytest.mark.parametrize(("order", "trade"), [
    ({"datetime": datetime.fromtimestamp(T / 1_000 + 3, timezone.utc)}, {}), ({}, {"datetime": MOMENT}),
])
def test_times_count_on_days_that_have_one_clock(order: dict[str, Any], trade: dict[str, Any]) -> None:
    with pytest.raises(Missed, match="with the time"):
        as_made(desk(order, trade), True)
    as_made(desk(order, trade), False)
