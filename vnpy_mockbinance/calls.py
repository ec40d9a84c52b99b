"""vn.py's requests as Binance's parameters. Pure."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import OrderData

from vnpy_restgateway.decimals import Step, round_down, round_up

from .auth import Signer
from .endpoints import RECV_WINDOW, WS_ORDER_PLACE
from .enums import DIRECTION_VT2BINANCE, ORDERTYPE_VT2BINANCE
from .parse import order_key

# vn.py's STOP has one price: it triggers there, and the limit that is then sent may go this much
# further, so that the order fills where a plain stop would.
STOP_SLIP: Decimal = Decimal("0.005")

Params = dict[str, str | int]


def place_params(order: OrderData, name: str, tick: Decimal, step: Decimal) -> Params:
    """Parameters of POST /api/v3/order (order.place); ``name`` is Binance's symbol."""
    type_, time_in_force = ORDERTYPE_VT2BINANCE[order.type]
    side: str = DIRECTION_VT2BINANCE[order.direction]       # type: ignore[index]
    params: Params = {
        "symbol": name,
        "side": side,
        "type": type_,
        "quantity": round_down(order.volume, step),
        "newClientOrderId": order.orderid,
        "newOrderRespType": "FULL",
    }
    if time_in_force:
        params["timeInForce"] = time_in_force
    if order.type is OrderType.STOP:
        params["stopPrice"] = round_down(order.price, tick)
        params["price"] = stop_limit_price(order, tick)
    elif order.type is not OrderType.MARKET:
        params["price"] = round_down(order.price, tick)
    return params


def stop_limit_price(order: OrderData, tick: Decimal) -> str:
    """The limit of a triggered stop: worse than the trigger by STOP_SLIP, on the tick."""
    trigger: Decimal = Decimal(round_down(order.price, tick))
    if order.direction is Direction.LONG:
        return round_up(float(trigger * (1 + STOP_SLIP)), tick)
    return round_down(float(max(trigger * (1 - STOP_SLIP), tick)), tick)     # a price of 0 would be refused


def order_params(name: str, orderid: str, venue_id: str = "") -> Params:
    """Names one order, for a cancel or a query: by Binance's id once it is known (``venue_id``), for client ids can be used again."""
    if venue_id:
        return {"symbol": name, "orderId": venue_id.removeprefix(order_key(name, ""))}
    return {"symbol": name, "origClientOrderId": orderid}


def amend_params(named: Params, volume: float, step: Decimal, client_id: str) -> Params:
    """Parameters of PUT order/amend/keepPriority for the order that ``named`` names; it keeps its client order id."""
    return {**named, "newQty": round_down(volume, step), "newClientOrderId": client_id}


def replace_params(order: OrderData, named: Params, tick: Decimal, step: Decimal, has_traded: bool) -> Params:
    """
    Parameters of POST order/cancelReplace: ``order`` in the place of the order that ``named`` names, of which something
    has been traded, as far as is known, or nothing. Where nothing has, one that trades on the way stays.
    """
    params: Params = place_params(order, str(named["symbol"]), tick, step)
    if "orderId" in named:
        params["cancelOrderId"] = named["orderId"]
    else:
        params["cancelOrigClientOrderId"] = named["origClientOrderId"]
    params["cancelReplaceMode"] = "STOP_ON_FAILURE"
    params["cancelRestrictions"] = "ONLY_PARTIALLY_FILLED" if has_traded else "ONLY_NEW"
    return params


# Signed ``order.place`` calls of limit orders, written into forms made once for each symbol, side and type: the bytes are those of
# ``place_params``, signed by ``auth.signed_params`` and encoded, without the dictionaries between. The values that differ from
# order to order need no escaping in JSON.

LIMITS: tuple[OrderType, ...] = (OrderType.LIMIT, OrderType.FAK, OrderType.FOK)
LIMIT: OrderType = OrderType.LIMIT
LONG: Direction = Direction.LONG
OPEN: tuple[str, ...] = ("newClientOrderId", "price", "quantity", "timestamp")      # sorted, as they are signed

# What is signed and what is sent, cut where a value of OPEN goes; the first piece of what is signed is hashed already.
Form = tuple[Any, tuple[str, ...], tuple[str, ...]]


def make_form(order: OrderData, name: str, key: str, signer: Signer) -> Form:
    """The form of orders like ``order``."""
    params: Params = place_params(order, name, Decimal(1), Decimal(1))
    params |= {"apiKey": key, "recvWindow": RECV_WINDOW, "timestamp": 0}
    payload: list[str] = [""]
    packet: list[str] = [f',"method":"{WS_ORDER_PLACE}","params":{{']
    for field in sorted(params):
        payload[-1] += f"{field}="
        packet[-1] += f'"{field}":'
        quote: str = '"' if isinstance(params[field], str) else ""
        if field in OPEN:
            packet[-1] += quote
            payload.append("&")
            packet.append(f"{quote},")
        else:
            payload[-1] += f"{params[field]}&"
            packet[-1] += f"{msgspec.json.encode(params[field]).decode()},"
    payload[-1] = payload[-1].removesuffix("&")
    packet[-1] += '"signature":"'
    return signer.begin(payload[0]), tuple(payload[1:]), tuple(packet)


class SignedRequestTemplates:
    """The forms of one key and its secret."""

    def __init__(self, key: str, secret: bytes) -> None:
        self.key: str = key
        self.secret: bytes = secret
        self._signer: Signer = Signer(secret)
        self._longs: dict[str, list[Form]] = {}         # by Binance's symbol; one for each of LIMITS
        self._shorts: dict[str, list[Form]] = {}

    def encode(
        self, order: OrderData, name: str, tick: Step, step: Step, reqid: int, timestamp: int
    ) -> bytes:
        """
        A call that places ``order``, which is of one of LIMITS, on Binance's symbol ``name``. Its id is of letters,
        digits and "-" (``RestGateway.new_orderid``).
        """
        side: dict[str, list[Form]] = self._longs if order.direction is LONG else self._shorts
        forms: list[Form] | None = side.get(name)
        if forms is None:
            forms = side[name] = [make_form(replace(order, type=type), name, self.key, self._signer) for type in LIMITS]
        start, (b, c, d, e), (f, g, h, i, j) = forms[0 if order.type is LIMIT else LIMITS.index(order.type)]
        id: str = order.orderid
        price: str = tick.down(order.price)
        quantity: str = step.down(order.volume)
        now: str = str(timestamp)
        signature: str = self._signer.end(start, f"{id}{b}{price}{c}{quantity}{d}{now}{e}")
        return f'{{"id":{reqid}{f}{id}{g}{price}{h}{quantity}{i}{now}{j}{signature}"}}}}'.encode()
