"""
Signed ``order.place`` calls of limit orders, written into forms made once for each symbol, side and type.

The bytes are those of ``calls.place_params``, signed by ``auth.signed_params`` and encoded, without the
dictionaries between: the values that differ from order to order need no escaping in JSON.
"""

from decimal import Decimal

import msgspec
from vnpy.trader.constant import OrderType
from vnpy.trader.object import OrderData

from vnpy_restgateway.decimals import Step

from .auth import sign
from .calls import Params, place_params
from .endpoints import RECV_WINDOW, WS_ORDER_PLACE

LIMITS: tuple[OrderType, ...] = (OrderType.LIMIT, OrderType.FAK, OrderType.FOK)
FILLED_IN: tuple[str, ...] = ("newClientOrderId", "price", "quantity", "timestamp")     # in the order of ``fill``


class LimitForm:
    """One symbol, side and type under one key."""

    __slots__ = ("_payload", "_packet")

    def __init__(self, order: OrderData, name: str, key: str) -> None:
        params: Params = place_params(order, name, Decimal(1), Decimal(1))
        params |= {"apiKey": key, "recvWindow": RECV_WINDOW, "timestamp": 0}
        payload: list[str] = []
        packet: list[str] = []
        for field in sorted(params):
            said: str = msgspec.json.encode(params[field]).decode().replace("%", "%%")
            plain: str = str(params[field]).replace("%", "%%")
            if field in FILLED_IN:
                said, plain = '"%s"' if said.startswith('"') else "%d", "%s"
            payload.append(f"{field}={plain}")
            packet.append(f'"{field}":{said}')
        self._payload: str = "&".join(payload)
        self._packet: str = f'{{"id":%d,"method":"{WS_ORDER_PLACE}","params":{{{",".join(packet)},"signature":"%s"}}}}'

    def fill(self, reqid: int, secret: bytes, orderid: str, price: str, quantity: str, timestamp: int) -> bytes:
        """The packet. ``orderid`` of letters, digits and "-" (``RestGateway.new_orderid``)."""
        values: tuple[str, str, str, int] = (orderid, price, quantity, timestamp)
        return (self._packet % (reqid, *values, sign(secret, self._payload % values))).encode()


class LimitForms:
    """The forms of one key."""

    def __init__(self, key: str) -> None:
        self.key: str = key
        self._forms: dict[tuple[object, ...], LimitForm] = {}

    def encode(
        self, order: OrderData, name: str, tick: Step, step: Step, reqid: int, secret: bytes, timestamp: int
    ) -> bytes:
        """A call that places ``order``, which is of one of LIMITS, on Binance's symbol ``name``."""
        key: tuple[object, ...] = (name, order.direction, order.type)
        form: LimitForm | None = self._forms.get(key)
        if form is None:
            form = self._forms[key] = LimitForm(order, name, self.key)
        return form.fill(reqid, secret, order.orderid, tick.down(order.price), step.down(order.volume), timestamp)
