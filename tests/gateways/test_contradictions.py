"""
F72, F73: messages that contradict themselves or what is known, ids that are none, answers about another order.

The venue is right before and after; the one message is not believed, the venue is asked, and the order stays cancellable.

``LONG=1 pytest tests/gateways/test_contradictions.py`` is the long form: with every kind of what is no id, in every place.
In the short form each place takes some of them, the next place the next ones.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from logging import WARNING
from typing import Any

import pytest
from vnpy.trader.constant import Status

from mockexchange import MockExchange

from .conftest import ALL_CASES
from .harness import Case, Desk

LOW, HIGH = 30_000.0, 50_000.0
NO_IDS: list[Any] = [None, [1], True, "", 1.5, -1, {"a": 1}, "9" * 10_000]
in_turn: Iterator[Any] = cycle(NO_IDS)


def no_ids() -> list[Any]:
    """What is no id, to be put into one place."""
    return NO_IDS if os.environ.get("LONG") else list(islice(in_turn, 3))


# label, stage, what is set in the message, whether it is of an order that is filled
Fault = tuple[str, str, dict[str, Any], bool]

PLACE, CANCEL, REPORT = "WS order.place", "WS order.cancel", "PUSH user executionReport"
BINANCE: list[Fault] = [
    *((PLACE, "on_reply", {"result.orderId": no_id}, filled) for no_id in no_ids() for filled in (False, True)),
    *((PLACE, "on_reply", {"result.clientOrderId": no_id}, False) for no_id in [*no_ids(), "another"]),
    *((REPORT, "on_push", {"event.i": no_id}, filled) for no_id in no_ids() for filled in (False, True)),
    *((REPORT, "on_push", {"event.c": no_id, "event.C": no_id}, False) for no_id in [*no_ids(), "another"]),
    *((CANCEL, "on_reply", {"result.orderId": no_id}, False) for no_id in no_ids()),
    (CANCEL, "on_reply", {"result.origClientOrderId": "another"}, False),
    (CANCEL, "on_reply", {"result.status": "FILLED"}, False),
    (CANCEL, "on_reply", {"result.executedQty": "5"}, False),
    (CANCEL, "on_reply", {"result.status": "NEW", "result.executedQty": "0.01"}, False),
    (PLACE, "on_reply", {"result.symbol": "ETHUSDT"}, False),
    (PLACE, "on_reply", {"result.orderId": 12}, False),
    (PLACE, "on_reply", {"result.side": "SELL"}, False),
    (PLACE, "on_reply", {"result.price": "31000"}, False),
    (PLACE, "on_reply", {"result.status": "FILLED"}, False),
    (PLACE, "on_reply", {"result.status": "PARTIALLY_FILLED"}, False),
    (PLACE, "on_reply", {"result.status": "PARTIALLY_FILLED", "result.executedQty": "5"}, False),
    (PLACE, "on_reply", {"result.status": "FILLED", "result.executedQty": "0.01"}, False),
    (PLACE, "on_reply", {"result.executedQty": "0.005"}, True),
    (PLACE, "on_reply", {"result.cummulativeQuoteQty": "0"}, True),
    (PLACE, "on_reply", {"result.fills.0.qty": "5"}, True),
    (PLACE, "on_reply", {"result.fills.0.price": "60000"}, True),
    (PLACE, "on_reply", {"result.fills.0.tradeId": None}, True),
    (PLACE, "on_reply", {"result.fills": []}, True),
    (REPORT, "on_push", {"event.X": "FILLED"}, False),
    (REPORT, "on_push", {"event.X": "CANCELED"}, False),
    (REPORT, "on_push", {"event.X": "PARTIALLY_FILLED"}, False),
    (REPORT, "on_push", {"event.z": "5.0"}, False),
    (REPORT, "on_push", {"event.z": "0.005", "event.X": "PARTIALLY_FILLED"}, False),
    (REPORT, "on_push", {"event.z": "-1"}, False),
    (REPORT, "on_push", {"event.S": "SELL"}, False),
    (REPORT, "on_push", {"event.p": "31000"}, False),
    (REPORT, "on_push", {"event.l": "0.01", "event.t": 999, "event.L": "30000"}, False),
    (REPORT, "on_push", {"event.q": "5", "event.z": "5", "event.X": "FILLED"}, False),
]
ORDER, DELETE = "POST /api/v1/order", "DELETE /api/v1/order"
QTE: list[Fault] = [
    *((ORDER, "on_reply", {"orderId": no_id, "order_id": no_id}, False) for no_id in no_ids()),
    (ORDER, "on_reply", {"clientOrderId": "another", "client_order_id": "another"}, False),
    (ORDER, "on_reply", {"symbol": "ETHUSDT"}, False),
    (ORDER, "on_reply", {"status": "FILLED", "executedQty": "0"}, False),
    (ORDER, "on_reply", {"executedQty": "5"}, False),
    (ORDER, "on_reply", {"executedQty": "5", "status": "PARTIALLY_FILLED"}, False),
    (ORDER, "on_reply", {"side": "SELL"}, False),
    (ORDER, "on_reply", {"price": "31000"}, False),
    *(("GET /api/v1/open_orders", "on_reply", {"*.orderId": no_id}, False) for no_id in no_ids()),
    ("GET /api/v1/open_orders", "on_reply", {"*.clientOrderId": "another"}, False),
    ("GET /api/v1/open_orders", "on_reply", {"*.executedQty": "5"}, False),
    ("GET /api/v1/open_orders", "on_reply", {"*.status": "FILLED", "*.executedQty": "0"}, False),
    ("GET /api/v1/open_orders", "on_reply", {"*.side": "SELL"}, False),
]
CREATE, GONE, UORDER = "POST /spot/v1/u/trade/order/create", "POST /spot/v1/u/trade/order/cancel", "PUSH user uOrder"
DETAIL, DEALS = "GET /spot/v1/u/trade/order/detail", "GET /spot/v1/u/trade/order/deal"
HASHEX: list[Fault] = [
    *((CREATE, "on_reply", {"data": no_id}, filled) for no_id in no_ids() for filled in (False, True)),
    (CREATE, "on_reply", {"data": "475069473877499999"}, False),
    *((UORDER, "on_push", {"data.orderId": no_id}, filled) for no_id in no_ids() for filled in (False, True)),
    *((GONE, "on_reply", {"data": no_id}, False) for no_id in [*no_ids(), "475069473877499999"]),
    (UORDER, "on_push", {"data.dealQty": "5", "data.state": 2}, False),
    (UORDER, "on_push", {"data.dealQty": "5", "data.state": 3}, False),
    (UORDER, "on_push", {"data.state": 3}, False),
    (UORDER, "on_push", {"data.state": 2}, False),
    (UORDER, "on_push", {"data.dealQty": "0.005", "data.state": 2}, False),
    (UORDER, "on_push", {"data.direction": 2}, False),
    (UORDER, "on_push", {"data.price": "31000"}, False),
    (UORDER, "on_push", {"data.origQty": "5", "data.dealQty": "5", "data.state": 3}, False),
    (DEALS, "on_reply", {"data.items.0.quantity": "5"}, True),
    (DEALS, "on_reply", {"data.items.0.quantity": "0"}, True),
    (DEALS, "on_reply", {"data.items.0.price": "60000"}, True),
    *((DEALS, "on_reply", {"data.items.0.execId": no_id}, True) for no_id in no_ids()),
    *((DEALS, "on_reply", {"data.items.0.orderId": no_id}, True) for no_id in no_ids()),
]
# the answers to questions, and lists: an order whose answer was lost is asked for
QUESTION, OPEN = "GET /api/v3/order", "GET /api/v3/openOrders"
ORDER_ROW: list[dict[str, Any]] = [
    *({"orderId": no_id} for no_id in no_ids()), {"clientOrderId": "another"}, {"symbol": "ETHUSDT"}, {"side": "SELL"},
    {"price": "31000"}, {"status": "FILLED"}, {"executedQty": "5", "status": "PARTIALLY_FILLED"}, {"executedQty": "0.005"},
    {"status": "PARTIALLY_FILLED"}, {"status": "CANCELED", "executedQty": "0.01"}, {"status": "REJECTED", "executedQty": "0.005"},
    {"orderId": 12},
]
BINANCE += [(QUESTION, "on_reply", values, filled) for values in ORDER_ROW for filled in (False, True) if not filled or "status" not in values]
QTE += [("GET /api/v1/order", "on_reply", values, False) for values in ORDER_ROW if values.get("orderId") != 12 and values != {"executedQty": "0.005"}]
HASHEX_ROW: list[dict[str, Any]] = [
    *({"orderId": no_id} for no_id in [*no_ids(), "475069473877499999"]), {"orderSide": "SELL"}, {"price": "31000"},
    {"state": "FILLED"}, {"state": "PARTIALLY_FILLED", "executedQty": "5"}, {"executedQty": "5"}, {"state": "PARTIALLY_FILLED"},
    {"state": "CANCELED", "executedQty": "0.01"}, {"origQty": "5", "executedQty": "5", "state": "FILLED"},
]
HASHEX += [(DETAIL, "on_reply", {f"data.{name}": value for name, value in values.items()}, False) for values in HASHEX_ROW]
HASHEX += [
    ("GET /spot/v1/u/trade/order/list", "on_reply", {f"data.items.*.{name}": value for name, value in values.items()}, False)
    for values in HASHEX_ROW
]
LOST: dict[str, tuple[str, str]] = {        # before these are asked for: the order whose answer is lost, or its push
    QUESTION: (PLACE, "reset"), "GET /spot/v1/u/trade/order/list": (CREATE, "reset"),
}
FAULTS: dict[str, list[Fault]] = {"binance": BINANCE, "qte": QTE, "hashex": HASHEX, "hashex-nameless": HASHEX}


@contextmanager
def trading(case: Case) -> Iterator[Desk]:
    with MockExchange(case.dialect, seed=7, options=dict(case.options)) as venue:
        desk = Desk(case, venue, spoils=False)
        try:
            yield desk.ready()
        finally:
            desk.close()


def named(fault: Fault) -> str:
    label, stage, values, filled = fault
    return f"{label} {str(values)[:60]}{' filled' if filled else ''}"


def one(desk: Desk, fault: Fault) -> None:
    """An order whose message is wrong; in the end it is shown as it is, and it alone."""
    label, stage, values, filled = fault
    known = set(desk.recorder.orders)
    armed = desk.venue.faults.add({"match": label, "stage": stage, "action": "body", "set": values})["id"]

    def bitten() -> bool:
        return any(entry["id"] == armed and entry["bitten"] for entry in desk.venue.faults.list())

    if label in LOST:
        lost, action = LOST[label]
        desk.venue.faults.add({"match": lost, "stage": "after_engine", "action": action})
        if label == QUESTION:
            desk.venue.faults.add({"match": "PUSH user *", "stage": "on_push", "action": "drop", "times": 4})
    elif label == DETAIL:
        desk.venue.faults.add({"match": "PUSH user *", "stage": "on_push", "action": "drop", "times": 2})
    orderid = desk.send("BUY", HIGH if filled else LOW, 0.01)
    if label == "GET /api/v1/order":
        desk.wait_status(orderid, Status.NOTTRADED)
        desk.cancel(orderid)
    cancels = label in (CANCEL, GONE, DELETE)
    if cancels:
        desk.wait_status(orderid, Status.NOTTRADED)
        desk.cancel(orderid)
    desk.recorder.wait(bitten, f"the fault {named(fault)}", desk.profile.patience)
    if filled:
        desk.wait_status(orderid, Status.ALLTRADED, seconds=desk.profile.patience)
    else:
        if not cancels:
            desk.wait_status(orderid, Status.NOTTRADED, Status.SUBMITTING)
            desk.cancel(orderid)
        desk.wait_status(orderid, Status.CANCELLED, seconds=desk.profile.patience)
        assert not desk.order(orderid).traded
    assert set(desk.recorder.orders) - known == {orderid}, "something is shown that is not there"
    desk.venue.faults.clear()


def shares(name: str, count: int) -> list[Any]:
    faults = FAULTS[name]
    return [pytest.param(name, faults[n::count], id=f"{name}-{n}") for n in range(count)]


@pytest.mark.parametrize(
    ("name", "faults"), [*shares("binance", 3), *shares("qte", 2), *shares("hashex", 3), *shares("hashex-nameless", 3)]
)
def test_what_cannot_be_is_not_believed(name: str, faults: list[Fault]) -> None:
    case = next(case for case in ALL_CASES if case.name == name)
    with trading(case) as desk:
        for fault in faults:
            try:
                one(desk, fault)
            except AssertionError as error:
                raise AssertionError(f"{named(fault)}: {error}") from error
        desk.assert_truth(case.patience)
        said = [log.msg for log in desk.recorder.logs if log.level >= WARNING]
        assert any("cannot be" in line or "not understood" in line or "no id" in line for line in said)
        assert desk.gateway.flow.table.life == 1 and not desk.recorder.said("begins anew")
