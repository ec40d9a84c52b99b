"""Trading operations (rest-api.md, "Trading endpoints"): place, test, cancel, cancel and replace."""

from functools import lru_cache
from sys import intern

from ...core.ack_first import Acknowledged
from ...core.commands import CancelAll, CancelOrder, PlaceOrder
from ...core.errors import Refusal
from ...core.events import BalanceChange, Event, Fill, OrderReport
from ...core.instruments import Instrument
from ...core.orders import NO_LIST
from . import list_rendering, rendering
from .errors import (
    ApiError,
    from_refusal,
    invalid_data,
    invalid_symbol,
    missing,
    missing_both,
    not_required,
)
from .operations import TRADE, Context, Operation, operation
from .params import Params, decimal, largest

TIMES_IN_FORCE: tuple[str, ...] = ("GTC", "IOC", "FOK")
STP_MODES: tuple[str, ...] = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER")
RESPONSE_TYPES: tuple[str, ...] = ("ACK", "RESULT", "FULL")
FULL_BY_DEFAULT: tuple[str, ...] = ("LIMIT", "MARKET")
CANCEL_RESTRICTIONS: tuple[str, ...] = ("ONLY_NEW", "ONLY_PARTIALLY_FILLED")
MIN_STRATEGY_TYPE: int = 1_000_000

# type -> parameters it must have, and may have ("New order", table of additional mandatory parameters)
TYPE_PARAMETERS: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "LIMIT": (("timeInForce", "quantity", "price"), frozenset(("icebergQty",))),
    "MARKET": ((), frozenset(("quantity", "quoteOrderQty"))),
    "LIMIT_MAKER": (("quantity", "price"), frozenset(("icebergQty", "timeInForce"))),
    "STOP_LOSS": (("quantity", "stopPrice"), frozenset()),
    "TAKE_PROFIT": (("quantity", "stopPrice"), frozenset()),
    "STOP_LOSS_LIMIT": (("timeInForce", "quantity", "price", "stopPrice"), frozenset(("icebergQty",))),
    "TAKE_PROFIT_LIMIT": (("timeInForce", "quantity", "price", "stopPrice"), frozenset(("icebergQty",))),
}
# parameters of orders that no symbol here allows (exchangeInfo says so), and the refusal
NOT_SUPPORTED: dict[str, str] = {
    "trailingDelta": "Trailing stop orders are not supported for this symbol.",
    "pegPriceType": "Pegged orders are not supported for this symbol.",
    "pegOffsetType": "Pegged orders are not supported for this symbol.",
    "pegOffsetValue": "Pegged orders are not supported for this symbol.",
}
RARE_NAMES: frozenset[str] = frozenset(
    ("quoteOrderQty", "stopPrice", "icebergQty", "selfTradePreventionMode", "strategyId", "strategyType")
)
TYPED_NAMES: tuple[str, ...] = ("quoteOrderQty", "price", "quantity", "stopPrice", "icebergQty")
FORBIDDEN: dict[str, tuple[str, ...]] = {
    kind: tuple(name for name in TYPED_NAMES if name not in mandatory and name not in optional)
    for kind, (mandatory, optional) in TYPE_PARAMETERS.items()
}
# amounts that must not be zero, and the filter they would fail
NOT_ZERO: dict[str, str] = {
    "quantity": "LOT_SIZE", "icebergQty": "LOT_SIZE", "price": "PRICE_FILTER", "stopPrice": "PRICE_FILTER",
    "quoteOrderQty": "NOTIONAL",
}


@lru_cache(maxsize=1024)
def check_names(names: tuple[str, ...], kind: str, time_in_force: str) -> bool:
    """
    Whether orders of this type have these parameters; returns whether none of them is a rare one.

    Raises the errors of the 11xx that need no more than that. Clients send the same names over and over.
    """
    for name in NOT_SUPPORTED:
        if name in names:
            raise ApiError(-2010, NOT_SUPPORTED[name])
    mandatory, _ = TYPE_PARAMETERS[kind]
    for name in mandatory:
        if name not in names:
            if name == "stopPrice":
                raise missing_both("stopPrice", "trailingDelta")
            raise missing(name)
    for name in FORBIDDEN[kind]:
        if name in names:
            raise not_required(name)
    if "timeInForce" in names:
        if time_in_force not in TIMES_IN_FORCE:
            raise ApiError(-1115, "Invalid timeInForce.")
        # A LIMIT_MAKER has no timeInForce, but clients send GTC with it.
        if "timeInForce" not in mandatory and (kind != "LIMIT_MAKER" or time_in_force != "GTC"):
            raise ApiError(-1114, "TimeInForce parameter sent when not required.")
    if kind == "MARKET":
        if "quantity" in names:
            if "quoteOrderQty" in names:
                raise not_required("quoteOrderQty")
        elif "quoteOrderQty" not in names:
            raise missing_both("quantity", "quoteOrderQty")
    return RARE_NAMES.isdisjoint(names)


def read_order(ctx: Context, params: Params) -> PlaceOrder:
    """The order that the parameters describe. Raises the 11xx errors; filters are the exchange's business."""
    values: dict[str, str] = params.values
    instrument: Instrument | None = ctx.venue.exchange.instruments.get(values.get("symbol", ""))
    if instrument is None:
        params.symbol()
    side: str = values.get("side") or params.text("side")
    if side != "BUY" and side != "SELL":
        raise ApiError(-1117, "Invalid side.")
    kind: str = values.get("type") or params.text("type")
    if kind not in TYPE_PARAMETERS:
        raise ApiError(-1116, "Invalid orderType.")
    if instrument is None:
        raise invalid_symbol()
    time_in_force: str = values.get("timeInForce", "GTC")
    is_plain: bool = check_names(tuple(values), kind, time_in_force)
    # Orders are kept, so their words are shared: a copy of its own in each is a fifth of a kilobyte.
    most: int = largest(instrument)
    order: PlaceOrder = PlaceOrder(
        ctx.account, instrument.symbol, intern(side), intern(kind),
        quantity=decimal("quantity", values["quantity"], most) if "quantity" in values else 0,
        price=decimal("price", values["price"], most) if "price" in values else 0,
        time_in_force=intern(time_in_force),
        client_order_id=params.client_id("newClientOrderId"),
    )
    if not is_plain:
        _read_rest(order, params, most)
    elif order.quantity and order.price:
        return order
    for name in TYPED_NAMES:
        if name in values and values[name][0] in "0." and not params.decimal(name, most):
            raise ApiError(-1013, f"Filter failure: {NOT_ZERO[name]}")
    return order


def _read_rest(order: PlaceOrder, params: Params, most: int) -> None:
    """The parameters that few orders have."""
    values: dict[str, str] = params.values
    if "quoteOrderQty" in values:
        order.quote_quantity = params.decimal("quoteOrderQty", most)
    if "stopPrice" in values:
        order.stop_price = params.decimal("stopPrice", most)
    if "icebergQty" in values:
        order.iceberg_quantity = params.decimal("icebergQty", most)
        if order.time_in_force != "GTC":
            raise ApiError(-1014, "Unsupported order combination.")
    if "selfTradePreventionMode" in values:
        order.stp_mode = params.choice("selfTradePreventionMode", STP_MODES, "")
    if "strategyId" in values:
        order.strategy_id = params.long("strategyId")
    if "strategyType" in values:
        strategy_type: int = params.long("strategyType") or 0
        if strategy_type < MIN_STRATEGY_TYPE:
            raise ApiError(-1134, f"strategyType was less than {MIN_STRATEGY_TYPE}.")
        order.strategy_type = strategy_type


def _response_type(kind: str, params: Params) -> str:
    return params.choice("newOrderRespType", RESPONSE_TYPES, "FULL" if kind in FULL_BY_DEFAULT else "ACK")


def _render_placed(events: list[Event], response: str, per_time: int) -> object:
    report: Event = events[0]
    if type(report) is not OrderReport:
        raise TypeError(f"the first event of a placed order is no report of it: {report!r}")
    fills: list[Fill] = []
    if len(events) != 2 or type(events[1]) is not BalanceChange:        # else it rests: that is what is locked for it
        order_id: int = report.order_id
        for event in events:
            if type(event) is OrderReport:
                if event.order_id == order_id:
                    report = event
            elif type(event) is Fill and event.order_id == order_id:
                fills.append(event)
    if response == "ACK" or type(events) is Acknowledged:
        return rendering.order_ack(report, per_time)
    if response == "RESULT":
        return rendering.order_result(report, per_time)
    return rendering.order_full(report, fills, per_time)


def place_order(ctx: Context, params: Params) -> object:
    order: PlaceOrder = read_order(ctx, params)
    response: str = _response_type(order.type, params)
    refusal: ApiError | None = ctx.limits.too_many_orders(ctx.account, ctx.now)
    if refusal is not None:
        raise refusal
    return _render_placed(ctx.venue.apply(order), response, ctx.per_time)


def test_order(ctx: Context, params: Params) -> object:
    """Validates all that ``place_order`` would, and does nothing."""
    order: PlaceOrder = read_order(ctx, params)
    _response_type(order.type, params)
    ctx.exchange.check_filters(order, ctx.venue.now())
    if params.boolean("computeCommissionRates", False):
        return rendering.test_commission_body(ctx.instrument(order.symbol), ctx.exchange.discount.is_on(ctx.account))
    return {}


def _read_cancel(
    ctx: Context, params: Params, id_name: str, client_name: str, new_name: str
) -> CancelOrder:
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    order_id: int | None = params.long(id_name)
    client_order_id: str = params.client_id(client_name)
    if order_id is None and not client_order_id:
        raise missing_both(client_name, id_name)
    restrictions: str = params.values.get("cancelRestrictions", "")
    if restrictions and restrictions not in CANCEL_RESTRICTIONS:
        raise ApiError(-1145, "Invalid cancelRestrictions")
    return CancelOrder(
        ctx.account, symbol, order_id, client_order_id,
        new_client_order_id=params.client_id(new_name), restrictions=restrictions,
    )


def render_canceled(ctx: Context, events: list[Event]) -> list[dict[str, object]]:
    """What was cancelled, order by order; those of a list together, where its first one stands."""
    found: dict[int, list[OrderReport]] = {}
    for event in events:
        if isinstance(event, OrderReport) and event.execution_type == "CANCELED":
            key: int = event.order_id if event.order_list_id == NO_LIST else -event.order_list_id
            found.setdefault(key, []).append(event)
    bodies: list[dict[str, object]] = []
    for reports in found.values():
        first: OrderReport = reports[0]
        if first.order_list_id == NO_LIST:
            bodies.append(rendering.canceled(first, ctx.per_time))
        else:
            reports.sort(key=lambda report: report.order_id)
            bodies.append(list_rendering.canceled(
                ctx.exchange.lists.find(ctx.account, first.order_list_id), reports, ctx.per_time
            ))
    return bodies


def _cancel(ctx: Context, command: CancelOrder) -> list[Event]:
    """Raises ApiError, also for a Refusal: the texts of a cancel are -2011."""
    try:
        return ctx.apply(command)
    except Refusal as refusal:
        raise from_refusal(refusal, cancelling=True) from None


def cancel_order(ctx: Context, params: Params) -> object:
    """
    An order of a list takes the others with it: then the answer is the list's (web-socket-api.md, "Cancel order";
    sbe/schemas, CancelOrderListResponse).
    """
    return render_canceled(ctx, _cancel(ctx, _read_cancel(ctx, params, "orderId", "origClientOrderId", "newClientOrderId")))[0]


def cancel_open_orders(ctx: Context, params: Params) -> object:
    """All open orders of a symbol, lists too; having none is -2011."""
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    try:
        events: list[Event] = ctx.apply(CancelAll(ctx.account, symbol))
    except Refusal as refusal:
        raise from_refusal(refusal, cancelling=True) from None
    return render_canceled(ctx, events)


def cancel_replace(ctx: Context, params: Params) -> object:
    """
    Cancel one order and place another ("Cancel an Existing Order and Send a New Order").

    Of a list, all is cancelled, and the one order that was named is shown (sbe/schemas, CancelReplaceOrderResponse).

    Filters and the order count are looked at first. Partial success is -2021 (409), none -2022
    (400); past the order count it is 429 where the document's table says so.
    """
    mode: str = params.text("cancelReplaceMode")
    if mode not in ("STOP_ON_FAILURE", "ALLOW_FAILURE"):
        raise invalid_data("cancelReplaceMode")
    exceeded: str = params.choice("orderRateLimitExceededMode", ("DO_NOTHING", "CANCEL_ONLY"), "DO_NOTHING")
    cancel: CancelOrder = _read_cancel(
        ctx, params, "cancelOrderId", "cancelOrigClientOrderId", "cancelNewClientOrderId"
    )
    order: PlaceOrder = read_order(ctx, params)
    response: str = _response_type(order.type, params)
    too_many: ApiError | None = ctx.limits.too_many_orders(ctx.account, ctx.now)
    if too_many is not None and exceeded == "DO_NOTHING":
        raise too_many
    try:
        ctx.exchange.check_filters(order, ctx.venue.now())
    except Refusal as refusal:
        # Funds, and a client order id, may be what the cancel sets free.
        if refusal.reason == "FILTER":
            raise

    canceled: dict[str, object] | None = None
    placed: object = None
    cancel_error: ApiError | None = None
    place_error: ApiError | None = None
    try:
        report: OrderReport = next(
            event for event in _cancel(ctx, cancel) if isinstance(event, OrderReport) and event.execution_type == "CANCELED"
        )
        canceled = rendering.canceled(report, ctx.per_time)
    except ApiError as error:
        cancel_error = error
    attempted: bool = cancel_error is None or mode == "ALLOW_FAILURE"
    if not attempted:
        ctx.limits.count_order(ctx.account, ctx.now)
    elif too_many is not None:
        place_error = too_many
    else:
        try:
            placed = _render_placed(ctx.apply(order), response, ctx.per_time)
        except Refusal as refusal:
            place_error = from_refusal(refusal)

    data: dict[str, object] = {
        "cancelResult": "FAILURE" if cancel_error else "SUCCESS",
        "newOrderResult": "SUCCESS" if placed is not None else "FAILURE" if attempted else "NOT_ATTEMPTED",
        "cancelResponse": cancel_error.body() if cancel_error else canceled,
        "newOrderResponse": place_error.body() if place_error else placed,
    }
    if canceled is not None and placed is not None:
        return data
    status: int = 0
    if too_many is not None and mode == "STOP_ON_FAILURE" and not ctx.is_websocket:
        status = 429
    retry_at: int = too_many.retry_at if too_many is not None else 0
    if canceled is None and placed is None:
        raise ApiError(-2022, "Order cancel-replace failed.", status, data, retry_at)
    raise ApiError(-2021, "Order cancel-replace partially failed.", status, data, retry_at)


def _test_weight(params: Params) -> int:
    return 20 if params.values.get("computeCommissionRates") == "true" else 1


_ORDER_NAMES: str = (
    "symbol side type timeInForce quantity quoteOrderQty price newClientOrderId strategyId strategyType stopPrice "
    "trailingDelta icebergQty newOrderRespType selfTradePreventionMode pegPriceType pegOffsetValue pegOffsetType"
)
_CANCEL_REPLACE_NAMES: str = (
    "cancelReplaceMode cancelNewClientOrderId cancelOrigClientOrderId cancelOrderId cancelRestrictions "
    "orderRateLimitExceededMode"
)

PLACE: Operation = operation(place_order, _ORDER_NAMES, 1, TRADE, free=True, shows_orders=True)
TEST: Operation = operation(test_order, _ORDER_NAMES + " computeCommissionRates", _test_weight, TRADE)
CANCEL: Operation = operation(
    cancel_order, "symbol orderId origClientOrderId newClientOrderId cancelRestrictions", 1, TRADE, free=True
)
CANCEL_OPEN: Operation = operation(cancel_open_orders, "symbol", 1, TRADE, free=True)
CANCEL_REPLACE: Operation = operation(
    cancel_replace, f"{_ORDER_NAMES} {_CANCEL_REPLACE_NAMES}", 1, TRADE, free=True, shows_orders=True
)
