"""Account operations: orders and fills (seed, 4.2 - 4.5), balances and the socket token (spec 3.16, 3.17)."""

from collections.abc import Sequence
from typing import Any, TypeVar

from ...core.events import Fill
from ...core.orders import Order
from ..common.client_ids import wire_client_id
from . import rendering
from .state import Listing
from .errors import bad_parameter, refused
from .limits import DEFAULT_PAGE, MAX_PAGE
from .operations import Context, Operation
from .params import Params

OPEN: str = "9"
# the ``state`` filter of the list (spec 4.2)
STATES: dict[str, frozenset[str]] = {
    "1": frozenset({"NEW"}),
    "2": frozenset({"PARTIALLY_FILLED"}),
    "3": frozenset({"FILLED"}),
    "4": frozenset({"CANCELED", "PARTIALLY_CANCELED"}),
    "5": frozenset({"REJECTED"}),
    "6": frozenset({"EXPIRED"}),
    OPEN: frozenset({"NEW", "PARTIALLY_FILLED"}),
    "10": frozenset({"FILLED", "CANCELED", "PARTIALLY_CANCELED", "REJECTED", "EXPIRED"}),
}

Item = TypeVar("Item", Order, Fill)


def detail(ctx: Context, params: Params) -> object:
    order_id: int = params.order_id()
    order: Order | None = ctx.desk.find_order(ctx.account, order_id)
    if order is None:
        if ctx.options.unknown_order == "null":
            return None
        raise refused(f"order does not exist: {order_id}")
    options = ctx.options
    listing: Listing = ctx.desk.by_symbol[order.symbol]
    return rendering.order_detail(order, listing, options.client_order_id, options.order_fields == "sibling")


def open_list(ctx: Context, params: Params) -> object:
    """Orders in a state, open ones unless told otherwise, newest first, page by page."""
    state: str = params.choice("state", tuple(STATES), OPEN)
    page, size = _page(params)
    client_order_id: str = params.values.get("clientOrderId", "")
    found: list[Order] = _orders(ctx, params, only_open=state == OPEN)
    wanted: frozenset[str] = STATES[state]
    found = [
        order for order in found
        if rendering.order_state(order.status, order.executed) in wanted
        and (not client_order_id or wire_client_id(order.client_order_id) == client_order_id)
    ]
    return _paged(page, size, len(found), _rows(ctx, _cut(found, page, size)))


def history(ctx: Context, params: Params) -> object:
    """
    Closed orders, newest first. ``id`` is the order at which the page before ended:
    ``direction`` NEXT (the default) goes on with older ones, PREV back to newer ones.
    """
    direction: str = params.choice("direction", ("NEXT", "PREV"), "NEXT")
    limit: int = params.count("limit", DEFAULT_PAGE, MAX_PAGE)
    cursor: int | None = params.long("id")
    found: list[Order] = [order for order in _orders(ctx, params, only_open=False) if order.is_final]
    low: int = 0
    if cursor is not None:
        key: tuple[int, int] = _cursor_key(ctx, cursor)
        low = next((i for i, order in enumerate(found) if _key(order) <= key), len(found))
        if direction == "PREV":
            low, high = max(0, low - limit), low
        else:
            low += low < len(found) and _key(found[low]) == key
            high = low + limit
    else:
        high = limit
    return {
        "hasPrev": low > 0,
        "hasNext": high < len(found),
        "items": _rows(ctx, found[low:high]),
    }


def deals(ctx: Context, params: Params) -> object:
    """Fills of one order, of a symbol, or all; newest first, page by page."""
    order_id: int | None = params.long("orderId")
    page, size = _page(params)
    found: list[Fill] = []
    if params.is_spot():
        listings: list[Listing] = ctx.listings(params)
        if order_id is not None:
            symbols: set[str] = {listing.symbol for listing in listings}
            fills: Sequence[Fill] = ctx.exchange.order_fills(ctx.account, order_id)
            found = [fill for fill in fills if fill.symbol in symbols]
        else:
            found = [fill for listing in listings for fill in ctx.exchange.fills(ctx.account, listing.symbol)]
    hides = ctx.desk.veil.hides
    found = [fill for fill in found if not hides(fill.order_id)]
    found.sort(key=lambda fill: (fill.time, fill.trade_id), reverse=True)
    full: bool = ctx.options.order_fields == "sibling"
    by_symbol = ctx.desk.by_symbol
    rows: list[Any] = [rendering.deal_row(fill, by_symbol[fill.symbol], full) for fill in _cut(found, page, size)]
    return _paged(page, size, len(found), rows)


def balances(ctx: Context, params: Params) -> object:
    """Every coin the venue knows, or the one of ``coin``; none when there is no such coin."""
    exchange = ctx.exchange
    held: dict[str, tuple[int, int]] = {}
    for instrument in exchange.instruments.values():
        held.setdefault(instrument.base, (0, 0))
        held.setdefault(instrument.quote, (0, 0))
    held.update(exchange.balances(ctx.account))
    coin: str = params.values.get("coin", "")
    return [
        rendering.balance_row(exchange, asset, free, locked)
        for asset, (free, locked) in held.items() if not coin or asset == coin
    ]


def socket_token(ctx: Context, params: Params) -> object:
    return ctx.desk.tokens.issue(ctx.account, ctx.now // 1000)


# within

def _orders(ctx: Context, params: Params, only_open: bool) -> list[Order]:
    """The account's orders that can be seen, of ``symbol``, created in [startTime, endTime]; newest first."""
    start, end = params.span()
    found: list[Order] = []
    if params.is_spot():
        for listing in ctx.listings(params):
            if only_open:
                found += ctx.exchange.open_orders(ctx.account, listing.symbol)
            else:
                found += ctx.exchange.all_orders(ctx.account, listing.symbol)
    hides = ctx.desk.veil.hides
    found = [
        order for order in found
        if not hides(order.order_id)
        and (start is None or order.time >= start)
        and (end is None or order.time <= end)
    ]
    found.sort(key=_key, reverse=True)
    return found


def _key(order: Order) -> tuple[int, int]:
    return order.time, order.order_id


def _cursor_key(ctx: Context, order_id: int) -> tuple[int, int]:
    """Where an order stands in the history, whether it is on the list asked for or not."""
    order: Order | None = ctx.desk.find_order(ctx.account, order_id)
    if order is None:
        raise bad_parameter("id", str(order_id))
    return _key(order)


def _rows(ctx: Context, orders: Sequence[Order]) -> list[Any]:
    options = ctx.options
    full: bool = options.order_fields == "sibling"
    by_symbol = ctx.desk.by_symbol
    return [rendering.order_row(order, by_symbol[order.symbol], options.client_order_id, full) for order in orders]


def _page(params: Params) -> tuple[int, int]:
    return params.count("page", 1, 1 << 31), params.count("size", DEFAULT_PAGE, MAX_PAGE)


def _cut(found: list[Item], page: int, size: int) -> list[Item]:
    return found[(page - 1) * size:page * size]


def _paged(page: int, size: int, total: int, items: list[Any]) -> dict[str, Any]:
    return {"page": page, "ps": size, "total": total, "items": items}


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/spot/v1/u/trade/order/detail", detail, signed=True),
    Operation("GET", "/spot/v1/u/trade/order/list", open_list, signed=True),
    Operation("GET", "/spot/v1/u/trade/order/history", history, signed=True),
    Operation("GET", "/spot/v1/u/trade/order/deal", deals, signed=True),
    Operation("GET", "/spot/v1/u/balance/spot", balances, signed=True),
    Operation("GET", "/spot/v1/u/ws/token", socket_token, signed=True),
)
