"""Order lists -> the bodies of rest-api.md ("Order lists", "Query Order list"), field by field in its order. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...core.events import Fill, ListReport, OrderReport
from ...core.orders import OrderList
from . import rendering


def status(of: OrderList, per_time: int) -> dict[str, object]:
    """GET orderList, and what openOrderList and allOrderList are made of."""
    return {
        "orderListId": of.order_list_id,
        "contingencyType": of.contingency,
        "listStatusType": "ALL_DONE" if of.is_done else "EXEC_STARTED",
        "listOrderStatus": order_status(of.is_done),
        "listClientOrderId": of.client_order_id,
        "transactionTime": of.time // per_time,
        "symbol": of.symbol,
        "orders": orders(of),
    }


def amended(of: OrderList) -> dict[str, object]:
    """``listStatus`` of PUT order/amend/keepPriority."""
    return {
        "orderListId": of.order_list_id,
        "contingencyType": of.contingency,
        "listOrderStatus": order_status(of.is_done),
        "listClientOrderId": of.client_order_id,
        "symbol": of.symbol,
        "orders": orders(of),
    }


def order_status(is_done: bool) -> str:
    """``listOrderStatus``."""
    return "ALL_DONE" if is_done else "EXECUTING"


def orders(of: OrderList) -> list[dict[str, object]]:
    """The list's orders by their ids."""
    return [
        {"symbol": order.symbol, "orderId": order.order_id, "clientOrderId": order.client_order_id} for order in of.orders
    ]


def placed(events: Sequence[object], render: Callable[[OrderReport, list[Fill]], object], per_time: int) -> dict[str, object]:
    """
    POST orderList/..., and the old POST order/oco. ``render`` makes an order's report.

    An order that was pending is shown as it was placed, even where it works by now (rest-api.md, "New Order list - OTO").
    """
    first: ListReport = next(event for event in events if isinstance(event, ListReport))
    reports: dict[int, OrderReport] = {}
    fills: dict[int, list[Fill]] = {order_id: [] for order_id, _ in first.orders}
    for event in events:
        if isinstance(event, OrderReport) and event.order_list_id == first.order_list_id:
            known: OrderReport | None = reports.get(event.order_id)
            if known is None or known.status != "PENDING_NEW":
                reports[event.order_id] = event
        elif isinstance(event, Fill) and event.order_id in fills:
            fills[event.order_id].append(event)
    return {
        **_head(first, first.status_type, False, per_time),
        "orderReports": [
            render(report, [] if report.status == "PENDING_NEW" else fills[order_id]) for order_id, report in reports.items()
        ],
    }


def canceled(of: OrderList, reports: Iterable[OrderReport], per_time: int) -> dict[str, Any]:
    """DELETE orderList, and any cancel that took a list with it. ``reports`` are those of its orders that it cancelled."""
    return {
        **status(of, per_time),
        "orderReports": [rendering.canceled(report, per_time) for report in reports],
    }


def _head(report: ListReport, status_type: str, is_done: bool, per_time: int) -> dict[str, object]:
    return {
        "orderListId": report.order_list_id,
        "contingencyType": report.contingency,
        "listStatusType": status_type,
        "listOrderStatus": order_status(is_done),
        "listClientOrderId": report.client_order_id,
        "transactionTime": report.time // per_time,
        "symbol": report.symbol,
        "orders": [
            {"symbol": report.symbol, "orderId": order_id, "clientOrderId": client_id} for order_id, client_id in report.orders
        ],
    }
