"""
The parameters of order lists (rest-api.md, "Order lists"): the orders in them have prefixed names, and are read as single orders are.

Errors name a parameter as it was sent.
"""

import re

from ...core.commands import PlaceOrder
from .errors import ApiError, invalid_data
from .op_trade import read_order
from .operations import Context
from .params import Params

# what every order of a list may have; its side and its quantity come from parameters of several orders
OWN_NAMES: tuple[str, ...] = (
    "type", "newClientOrderId", "icebergQty", "price", "stopPrice", "trailingDelta", "timeInForce", "strategyId", "strategyType",
    "pegPriceType", "pegOffsetType", "pegOffsetValue",
)
WORKING_TYPES: tuple[str, ...] = ("LIMIT", "LIMIT_MAKER")
PAIR_TYPES: tuple[str, ...] = ("STOP_LOSS_LIMIT", "STOP_LOSS", "LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")

_QUOTED: re.Pattern[str] = re.compile(r"'(\w+)'")

Names = dict[str, str]          # of an order's parameters: as in POST order -> as sent


def names_of(prefix: str, side: str, quantity: str, without: tuple[str, ...] = ()) -> Names:
    """``aboveClientOrderId`` stands for ``newClientOrderId``, ``abovePrice`` for ``price`` and so on. ``quantity`` "": it has none."""
    names: Names = {"side": side, **({"quantity": quantity} if quantity else {})}
    for name in OWN_NAMES:
        if name not in without:
            own: str = name.removeprefix("new")
            names[name] = prefix + own[0].upper() + own[1:]
    return names


ABOVE: Names = names_of("above", "side", "quantity")
BELOW: Names = names_of("below", "side", "quantity")
WORKING: Names = names_of("working", "workingSide", "workingQuantity", ("stopPrice", "trailingDelta"))
PENDING: Names = names_of("pending", "pendingSide", "pendingQuantity")
PENDING_ABOVE: Names = names_of("pendingAbove", "pendingSide", "pendingQuantity")
PENDING_BELOW: Names = names_of("pendingBelow", "pendingSide", "pendingQuantity")
PAID: Names = names_of("pending", "pendingSide", "")
PAID_ABOVE: Names = names_of("pendingAbove", "pendingSide", "")
PAID_BELOW: Names = names_of("pendingBelow", "pendingSide", "")
# of the old POST order/oco
OLD_LIMIT: Names = {
    "side": "side", "quantity": "quantity", "price": "price", "newClientOrderId": "limitClientOrderId", "icebergQty": "limitIcebergQty",
    "strategyId": "limitStrategyId", "strategyType": "limitStrategyType",
}
OLD_STOP: Names = {
    "side": "side", "quantity": "quantity", "price": "stopLimitPrice", "newClientOrderId": "stopClientOrderId",
    "icebergQty": "stopIcebergQty", "stopPrice": "stopPrice", "trailingDelta": "trailingDelta", "timeInForce": "stopLimitTimeInForce",
    "strategyId": "stopStrategyId", "strategyType": "stopStrategyType",
}
LIST_NAMES: str = "symbol listClientOrderId newOrderRespType selfTradePreventionMode"


def all_names(*orders: Names) -> str:
    """Every parameter of a list with these orders, separated by spaces."""
    return " ".join([LIST_NAMES, *(name for names in orders for name in names.values())])


def read_leg(ctx: Context, params: Params, names: Names, kind: str = "", size_of: str = "") -> PlaceOrder:
    """
    One order of a list. ``kind``: its type, where no parameter says it; ``size_of``: the parameter that stands for the quantity of
    one that has none yet. Raises the 11xx errors.
    """
    sent: dict[str, str] = params.values
    values: dict[str, str] = {name: sent[other] for name, other in names.items() if other in sent}
    for name in ("symbol", "selfTradePreventionMode"):
        if name in sent:
            values[name] = sent[name]
    if kind:
        values["type"] = kind
    if "icebergQty" in values and values.get("timeInForce", "GTC") != "GTC":
        raise ApiError(-1160, f"Parameter '{names['icebergQty']}' is not supported if '{names['timeInForce']}' is not GTC.")
    if size_of and size_of in sent:
        values["quantity"] = sent[size_of]
    try:
        order: PlaceOrder = read_order(ctx, Params(values))
    except ApiError as error:
        error.msg = _QUOTED.sub(lambda found: f"'{names.get(found[1], found[1])}'", error.msg)
        raise
    if size_of:
        order.quantity = 0
    return order


def read_working(ctx: Context, params: Params) -> PlaceOrder:
    """The working order, LIMIT or LIMIT_MAKER."""
    kind: str | None = params.values.get("workingType")
    if kind in PAIR_TYPES + ("MARKET",) and kind not in WORKING_TYPES:
        raise invalid_data("workingType")
    return read_leg(ctx, params, WORKING)


def read_pair(ctx: Context, params: Params, above: Names, below: Names, size_of: str = "") -> list[PlaceOrder]:
    """The two orders of which one cancels the other, the stop loss first. Raises -1158 to -1199 for types that make no pair."""
    types: list[str] = [params.values.get(names["type"], "") for names in (above, below)]
    if any(kind in ("LIMIT", "MARKET") for kind in types):
        raise ApiError(-1158, "Order type not supported in OCO.")
    orders: list[PlaceOrder] = [read_leg(ctx, params, names, size_of=size_of) for names in (above, below)]
    check_places(*orders)
    return orders if orders[0].type.startswith("STOP_LOSS") else orders[::-1]


def check_places(above: PlaceOrder, below: PlaceOrder) -> None:
    """Which type may be above, which below: -1165, -1166, -1168, -1196 to -1199."""
    is_buy: bool = above.side == "BUY"
    if above.type == below.type == "LIMIT_MAKER":
        raise ApiError(-1168, "At least one OCO order must be contingent.")
    if is_buy:
        if above.type == "LIMIT_MAKER":
            raise ApiError(-1165, "A limit order in a buy OCO must be below.")
        if below.type.startswith("STOP_LOSS"):
            raise ApiError(-1196, "A stop loss order in a buy OCO must be above.")
        if above.type.startswith("TAKE_PROFIT"):
            raise ApiError(-1198, "A take profit order in a buy OCO must be below.")
    else:
        if below.type == "LIMIT_MAKER":
            raise ApiError(-1166, "A limit order in a sell OCO must be above.")
        if above.type.startswith("STOP_LOSS"):
            raise ApiError(-1197, "A stop loss order in a sell OCO must be below.")
        if below.type.startswith("TAKE_PROFIT"):
            raise ApiError(-1199, "A take profit order in a sell OCO must be above.")
