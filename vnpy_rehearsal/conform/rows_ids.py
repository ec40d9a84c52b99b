"""F72 and F73: messages that contradict themselves, ids that are none, answers about another order."""

from typing import Any

from vnpy.trader.constant import Status

from .matrix import HIGH, LOW, Run, row
from .recorder import Missed

# by dialect: labels (alternatives of one call), stage, and what is set in the message
Message = tuple[tuple[str, ...], str, dict[str, Any]]

BINANCE_ORDER = ("WS order.place", "POST /api/v3/order")
BINANCE_CANCEL = ("WS order.cancel", "DELETE /api/v3/order")
REPORT = ("PUSH user executionReport",)
CREATE = ("POST /spot/v1/u/trade/order/create",)
UORDER = ("PUSH user uOrder",)
QTE_ORDER = ("POST /api/v1/order",)


def both(**values: Any) -> dict[str, Any]:
    """Set in an answer of Binance's, over a websocket and over HTTP."""
    return {f"{prefix}{name}": value for name, value in values.items() for prefix in ("result.", "")}


CONTRADICTIONS: dict[str, list[Message]] = {
    "binance": [
        (BINANCE_ORDER, "on_reply", both(status="FILLED")),
        (BINANCE_ORDER, "on_reply", both(status="PARTIALLY_FILLED", executedQty="5")),
        (BINANCE_ORDER, "on_reply", both(executedQty="0.005")),
        (REPORT, "on_push", {"event.z": "5.00000000"}),
        (REPORT, "on_push", {"event.X": "FILLED"}),
        (REPORT, "on_push", {"event.l": "0.01", "event.t": 999_999, "event.L": "30000"}),
        (BINANCE_CANCEL, "on_reply", both(status="FILLED")),
    ],
    "hashex": [
        (UORDER, "on_push", {"data.dealQty": "5", "data.state": 2}),
        (UORDER, "on_push", {"data.state": 3}),
        (UORDER, "on_push", {"data.price": "31000"}),
    ],
    "qte": [
        (QTE_ORDER, "on_reply", {"status": "FILLED", "executedQty": "0"}),
        (QTE_ORDER, "on_reply", {"status": "PARTIALLY_FILLED", "executedQty": "5"}),
        (("GET /api/v1/open_orders",), "on_reply", {"*.executedQty": "5"}),
    ],
}
NO_IDS: dict[str, list[Message]] = {
    "binance": [
        *((BINANCE_ORDER, "on_reply", both(orderId=no_id)) for no_id in (None, [1], True, "", 12)),
        (BINANCE_ORDER, "on_reply", both(clientOrderId="another")),
        (REPORT, "on_push", {"event.i": [1]}),
        (REPORT, "on_push", {"event.c": "another"}),
        (BINANCE_CANCEL, "on_reply", both(orderId=None)),
    ],
    "hashex": [
        *((CREATE, "on_reply", {"data": no_id}) for no_id in (None, [1], True, "", "475069473877499999")),
        (UORDER, "on_push", {"data.orderId": None}),
        (("POST /spot/v1/u/trade/order/cancel",), "on_reply", {"data": "475069473877499999"}),
    ],
    "qte": [
        *((QTE_ORDER, "on_reply", {"orderId": no_id}) for no_id in (None, [1], True, "")),
        (QTE_ORDER, "on_reply", {"clientOrderId": "another"}),
        (("GET /api/v1/open_orders",), "on_reply", {"*.orderId": [1]}),
    ],
}


def not_believed(run: Run, messages: list[Message]) -> None:
    """One order after the other, each with a message that cannot be: shown as it is, and it alone, and cancelled."""
    desk = run.desk()
    for labels, stage, values in messages:
        before: set[str] = set(desk.recorder.orders)
        struck = run.arm(labels, stage, "body", set=values)
        orderid: str = desk.send("BUY", LOW, 0.01)
        if labels == run.wire.cancel:
            run.resolved(desk, orderid, Status.NOTTRADED)
            desk.cancel(orderid)
        run.struck(struck)
        if labels != run.wire.cancel:
            run.resolved(desk, orderid, Status.NOTTRADED)
        run.away(desk, orderid)
        if desk.order(orderid).traded:
            raise Missed("invented", f"{values} was believed")
        if ghosts := set(desk.recorder.orders) - before - {orderid}:
            raise Missed("invented", f"{values}: shown besides: {', '.join(ghosts)}")
        run.clear()
    filled = desk.send("BUY", HIGH, 0.01)
    run.resolved(desk, filled, Status.ALLTRADED)


@row("F72", "messages that contradict themselves")
def contradictions(run: Run) -> None:
    not_believed(run, CONTRADICTIONS[run.profile.dialect])


@row("F73", "ids that are none, and answers about another order")
def wrong_ids(run: Run) -> None:
    not_believed(run, NO_IDS[run.profile.dialect])
