"""What our gateways hand to VeighNa can be sent to another process: WebTrader and the RPC service pass on plain values only (specs, WebTrader 5.3)."""

import json
from datetime import datetime
from enum import Enum
from typing import Any

import pytest
from vnpy.trader.constant import Status

from mockexchange import MockExchange

from .conftest import EVERY_CASE
from .harness import Case, Desk

PLAIN: tuple[type, ...] = (type(None), bool, int, float, str)


def unfit(item: Any) -> list[str]:
    """Attributes that a process without our packages could not read."""
    found: list[str] = []
    for name, value in vars(item).items():
        if name == "extra":
            try:
                json.dumps(value)
                continue
            except (TypeError, ValueError):
                pass
        elif type(value) in (*PLAIN, datetime) or isinstance(value, Enum) and type(value).__module__ == "vnpy.trader.constant":
            continue
        found.append(f"{type(item).__name__}.{name} = {value!r} ({type(value)})")
    return found


def test_the_check_finds_what_cannot_be_sent() -> None:
    class Item:
        def __init__(self) -> None:
            self.volume, self.extra, self.status, self.name = Item, {"moment": datetime.now()}, Status.NOTTRADED, "x"

    assert [text.split(" = ")[0] for text in unfit(Item())] == ["Item.volume", "Item.extra"]


@pytest.mark.parametrize("case", EVERY_CASE, ids=lambda case: case.name)
def test_every_attribute_is_a_plain_value(case: Case) -> None:
    market = case.market
    with MockExchange(case.dialect, seed=7, options=dict(case.options)) as venue:
        desk = Desk(case, venue)
        try:
            desk.ready().subscribe()
            filled = desk.send("BUY", market.high, market.volume(2))
            desk.wait_status(filled, Status.ALLTRADED)
            resting = desk.send("BUY", market.low, market.volume(1))
            desk.wait_status(resting, Status.NOTTRADED)
            refused = desk.send("BUY", market.low, market.volume(10_000_000))
            desk.wait_status(refused, Status.REJECTED)
            desk.recorder.wait(lambda: len(desk.recorder.ticks) > 2, "ticks")
            seen = desk.recorder
            kinds = {
                "contract": seen.contracts, "account": seen.accounts, "position": seen.positions, "order": seen.orders,
                "trade": seen.trades, "tick": seen.ticks,
            }
            for kind, items in kinds.items():
                found = list(items.values()) if isinstance(items, dict) else list(items)
                assert found, f"no {kind}"
                for item in found:
                    assert not unfit(item)
        finally:
            desk.close()
