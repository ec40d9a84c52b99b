"""An amended order has several client order ids in the journal: it is one order."""

from typing import Any

import pytest
from order_makers import make_order, make_trade
from vnpy.trader.constant import Status

from vnpy_rehearsal.journal_check import disagreements, name_foreign


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


def test_an_order_of_somebody_else_is_found_by_price_and_volume() -> None:
    """On the wire it has another id than in the journal, and the gateway shows it under that one."""
    ours, theirs = make_order("o1", Status.ALLTRADED, 4.0), make_order("20261129-1002", Status.CANCELLED, 0.0)
    theirs.price, theirs.volume = 95.0, 2.0
    rows = [{**row("o1", "FILLED", "4"), "qty": "4"}, {**row("elsewhere", "NEW", "0", 8), "price": "95", "qty": "2"}, {**row("elsewhere", "CANCELED", "0", 8), "price": "95", "qty": "2"}]
    orders = {each.orderid: each for each in (ours, theirs)}
    named = name_foreign(rows, {8}, orders)
    assert [each["client_order_id"] for each in named] == ["o1", "20261129-1002", "20261129-1002"]
    theirs.status = Status.NOTTRADED
    assert any("20261129-1002" in line for line in disagreements(orders, [], named, "k")), "and held against the journal like any other"
    theirs.volume = 3.0
    assert name_foreign(rows, {8}, orders) == rows == name_foreign(rows, set(), orders), "another order it is not, and without it nothing is renamed"
    assert name_foreign(rows, {8}, {"o1": ours, "elsewhere": theirs}) == rows, "it has its name already"
