"""Amending an order's quantity (rest-api.md, "Order Amend Keep Priority", "Query Order Amendments")."""

from ...core.commands import AmendOrder
from ...core.errors import Refusal
from ...core.events import Event, OrderReport
from ...core.instruments import Instrument
from ...core.orders import Amendment, Order
from . import list_rendering, rendering
from .errors import ApiError, missing, missing_both
from .operations import TRADE, USER_DATA, Context, Operation, operation
from .params import Params, largest

AMEND_REJECTED: int = -2038
# refusals of the matching engine, whose texts errors.md lists for -2038 too; filters about the quantity are -1013
FROM_ENGINE: frozenset[str] = frozenset({
    "UNKNOWN_ORDER", "MARKET_CLOSED", "AMEND_INCREASE", "AMEND_NOTHING", "AMEND_COUNT", "AMEND_PENDING_OPO", "DUPLICATE_CLIENT_ORDER_ID",
    "UNKNOWN_ACCOUNT", "INSUFFICIENT_BALANCE",
})


def amend(ctx: Context, params: Params) -> object:
    """
    Reduce the quantity of an open order. It keeps its place in the queue, and gets a client order id of its own unless
    one is sent.
    """
    symbol: str = params.symbol()
    instrument: Instrument = ctx.instrument(symbol)
    order_id: int | None = params.long("orderId")
    client_order_id: str = params.client_id("origClientOrderId")
    if order_id is None and not client_order_id:
        raise missing_both("origClientOrderId", "orderId")
    if "newQty" not in params:
        raise missing("newQty")
    command: AmendOrder = AmendOrder(
        ctx.account, symbol, order_id, client_order_id, params.decimal("newQty", largest(instrument)), params.client_id("newClientOrderId")
    )
    try:
        events: list[Event] = ctx.apply(command)
    except Refusal as refusal:
        if refusal.reason in FROM_ENGINE:
            raise ApiError(AMEND_REJECTED, refusal.text) from None
        raise
    report: Event = events[0]
    if not isinstance(report, OrderReport):
        raise TypeError(f"the first event of an amended order is no report of it: {report!r}")
    order: Order = ctx.exchange.find_order(ctx.account, symbol, report.order_id)
    body: dict[str, object] = rendering.amended(report, order.amendments[-1], ctx.per_time)
    if order.order_list is not None:
        body["listStatus"] = list_rendering.amended(order.order_list)
    return body


def amendments(ctx: Context, params: Params) -> object:
    """All amendments of one order, oldest first; from ``fromExecutionId`` on."""
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    params.text("orderId")
    order: Order = ctx.exchange.find_order(ctx.account, symbol, params.long("orderId"))
    first: int = params.long("fromExecutionId") or 0
    found: list[Amendment] = [one for one in order.amendments if one.execution_id >= first]
    return [rendering.amendment(order, one, ctx.per_time) for one in found[:params.limit(500, 1000)]]


AMEND: Operation = operation(amend, "symbol orderId origClientOrderId newClientOrderId newQty", 4, TRADE)
AMENDMENTS: Operation = operation(amendments, "symbol orderId fromExecutionId limit", 4, USER_DATA)
