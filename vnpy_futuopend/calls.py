"""vn.py's requests as the gateway wants them (sections 1.5, 1.6, 2 and 5.2). Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import OrderData

from vnpy_restgateway.polled.ranked_rest import Command

from .endpoints import BOOK, FILLS, FUNDS, MODIFY, ORDERS, PLACE, POSITIONS, QUOTE, SUB_ACC_PUSH, SUBSCRIBE, UNLOCK
from .enums import BASIC_SUB, BOOK_SUB, SIDE_OF, TICKER_SUB, Market, wire_type
from .idempotency import Command as Identity
from .outcomes import payload, rows

CANCEL: int = 2                 # modify_order_op
BOOK_DEPTH: int = 10
Body = dict[str, Any]


class Keyed(dict[str, Any]):
    """A body with an ``Idempotency-Key``, of a command that must not be done twice."""

    key: str = ""


class Several(dict[str, Any]):
    """
    One question of several bodies, one a market, asked one after the other. ``pick`` finds the rows in an answer, which has all
    of the JSON; the rows of all answers together are the answer.
    """

    def __init__(self, bodies: Sequence[Body], pick: Callable[[Any, Body], list[Any]]) -> None:
        super().__init__(bodies=list(bodies))
        self.bodies: list[Body] = list(bodies)
        self.pick: Callable[[Any, Body], list[Any]] = pick


def picker(name: str) -> Callable[[Any, Body], list[Any]]:
    """Rows of a list, each with the market that was asked for where it tells none."""
    def pick(data: Any, body: Body) -> list[Any]:
        found: list[Any] = rows(data, name)
        for row in found:
            if isinstance(row, dict) and not row.get("trd_market"):
                row["trd_market"] = body["header"]["trd_market"]
        return found

    return pick


def pick_funds(data: Any, body: Body) -> list[Any]:
    """The figures of an account, with what was asked."""
    return [{"asked": body, "funds": payload(data)["funds"]}]


def listed(path: str, name: str, headers: Sequence[Body], refresh: bool) -> Command:
    more: Body = {"refresh_cache": True} if refresh else {}
    return Command("POST", path, Several([{"header": header, **more} for header in headers], picker(name)))


def orders_call(headers: Sequence[Body], refresh: bool = False) -> Command:
    """All of today's orders, those that are open and those that are over."""
    return listed(ORDERS, "order_list", headers, refresh)


def fills_call(headers: Sequence[Body], refresh: bool = False) -> Command:
    """Today's fills, of real accounts only."""
    return listed(FILLS, "order_fill_list", headers, refresh)


def positions_call(headers: Sequence[Body], refresh: bool = False) -> Command:
    """What is held."""
    return listed(POSITIONS, "position_list", headers, refresh)


def funds_call(headers: Sequence[Body], currency: int, refresh: bool = False) -> Command:
    """Cash and assets. ``currency``: that of the answer, which accounts of several markets need; others ignore it."""
    more: Body = {"refresh_cache": True} if refresh else {}
    return Command("POST", FUNDS, Several([{"header": header, "currency": currency, **more} for header in headers], pick_funds))


def security(market: Market, code: str) -> Body:
    return {"market": market.qot, "code": code}


def place_call(order: OrderData, market: Market, header: Body, identity: Identity, reference: float) -> Command:
    """
    A new order, with its id as the remark.

    :param reference: a price for market orders, which have none
    :raises ValueError: the market does not have such orders
    """
    order_type, time_in_force = wire_type(order.type, market)
    price: float = order.price if order.type is not OrderType.MARKET else order.price or reference
    body: Keyed = Keyed(
        packet_id=identity.packet_id, header=header, trd_side=SIDE_OF[order.direction or Direction.LONG], order_type=order_type,
        code=order.symbol, qty=order.volume, price=round(price, 4), sec_market=market.sec_market, remark=order.orderid,
        time_in_force=time_in_force,
    )
    body.key = identity.idempotency_key
    return Command("POST", PLACE, body)


def cancel_call(order_id: int, header: Body, identity: Identity) -> Command:
    """A cancel, by the gateway's id."""
    body: Keyed = Keyed(packet_id=identity.packet_id, header=header, order_id=order_id, modify_order_op=CANCEL, qty=0.0, price=0.0)
    body.key = identity.idempotency_key
    return Command("POST", MODIFY, body)


def unlock_call(pwd_md5: str, firm: int | None) -> Command:
    """Unlock real accounts, for every client of the gateway."""
    more: Body = {"security_firm": firm} if firm else {}
    return Command("POST", UNLOCK, {"unlock": True, "pwd_md5": pwd_md5, **more})


def push_call(acc_ids: Sequence[int]) -> Command:
    """Have orders and fills of these accounts pushed, and of no others."""
    return Command("POST", SUB_ACC_PUSH, {"acc_id_list": list(acc_ids)})


def subscribe_call(securities: Sequence[Body]) -> Command:
    """Quotes, books and trades; pushed, beginning with what is known."""
    return Command("POST", SUBSCRIBE, {
        "security_list": list(securities), "sub_type_list": [BASIC_SUB, BOOK_SUB, TICKER_SUB], "is_sub_or_un_sub": True,
        "is_reg_or_un_reg_push": True, "is_first_push": True,
    })


def quote_call(found: Body) -> Command:
    return Command("POST", QUOTE, {"security_list": [found]})


def book_call(found: Body) -> Command:
    return Command("POST", BOOK, {"security": found, "num": BOOK_DEPTH})
