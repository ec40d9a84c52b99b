"""
Signed ``order.place`` calls of limit orders, written into forms made once for each symbol, side and type.

The bytes are those of ``calls.place_params``, signed by ``auth.signed_params`` and encoded, without the
dictionaries between: the values that differ from order to order need no escaping in JSON.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import OrderData

from vnpy_restgateway.decimals import Step

from .auth import Signer
from .calls import Params, place_params
from .endpoints import RECV_WINDOW, WS_ORDER_PLACE

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
