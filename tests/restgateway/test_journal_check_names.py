"""An amended order has several client order ids in the journal: it is one order."""

from typing import Any

import pytest
from order_makers import make_order, make_trade
from vnpy.trader.constant import Status

from vnpy_rehearsal.journal_check import disagreements


def row(name: str, status: str, executed: str, order_id: int = 7) -> dict[str, Any]:
    return {
        "kind": "order", "account": "k", "order_id": order_id, "client_order_id": name, "status": status, "executed": executed,
        "price": "100", "side": "BUY",
    }


JOURNAL: list[dict[str, Any]] = [
    row("o1", "NEW", "0"), row("other", "NEW", "0"), row("other", "FILLED", "4"),
    {"kind": "fill", "account": "k", "order_id": 7, "client_order_id": "other", "exec_id": 1, "price": "100", "qty": "4"},
]


@pytest.mark.parametrize("name", ["o1", "other"])
def test_shown_under_either_of_its_ids(name: str) -> None:
    order = make_order(name, Status.ALLTRADED, 4.0)
    assert disagreements({name: order}, [make_trade("t1", 4.0, name)], JOURNAL, "k") == []
    lost = make_order(name, Status.NOTTRADED, 0.0)
    assert disagreements({name: lost}, [], JOURNAL, "k")


def test_shown_under_both_it_is_one_too_many() -> None:
    orders = {name: make_order(name, Status.ALLTRADED, 4.0) for name in ("o1", "other")}
    found = disagreements(orders, [make_trade("t1", 4.0, "o1")], JOURNAL, "k")
    assert [str(line) for line in found] == ["order other: gateway says ALLTRADED, the venue never had it"]


@pytest.mark.parametrize(("status", "traded", "fine"), [
    (Status.CANCELLED, 0.0, True), (Status.REJECTED, 0.0, True), (Status.CANCELLED, 1.0, False), (Status.NOTTRADED, 0.0, False),
    (Status.SUBMITTING, 0.0, False), (Status.ALLTRADED, 10.0, False),
])
def test_an_order_that_the_venue_never_had(status: Status, traded: float, fine: bool) -> None:
    """REJECTED, or CANCELLED by the user before it left (F48); nothing else."""
    assert (disagreements({"o1": make_order("o1", status, traded)}, [], [], "k") == []) is fine
