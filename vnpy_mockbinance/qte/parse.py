"""What QTE servers answer, as vn.py objects; every build's spelling is read (spec, 3). Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from vnpy.trader.constant import Direction, OrderType, Status
from vnpy.trader.object import ContractData, OrderData, TradeData

from rest_locale import _
from vnpy_restgateway.net.outcome import Code, Reply, http_code
from vnpy_restgateway.net.validate import amount, positive, whole
from vnpy_restgateway.orders.contradictions import number_id, text_id
from vnpy_restgateway.orders.reconcile import VenueOrder

from ..enums import status_to_vt, type_to_vt
from ..parse import parse_direction, parse_time

Payload = dict[str, Any]
Level = tuple[float, float]

ENGINE_FAILED: str = "创建订单失败"      # the engine raised: the order may have traded nevertheless (1.3, 1.5 row 14)
LOOP: str = "event loop"
FATES_UNKNOWN: frozenset[Code] = frozenset({-1000, -1001, -1006, -1007, -1008})


class QteOrder(NamedTuple):
    """An order; ``traded`` None: the answer does not say how much of it was."""

    record: VenueOrder
    traded: float | None


class Day(NamedTuple):
    """Figures of 24 hours, 0 where the server does not know them."""

    last: float
    open: float
    high: float
    low: float
    volume: float
    turnover: float


def number(value: Any) -> float | None:
    """A decimal; None for what stands for nothing: null, "" and "None" (Q26)."""
    if value is None or value in ("", "None"):
        return None
    return amount(value)


def parse_order(d: Payload, contract: ContractData, moment: datetime, gateway_name: str) -> QteOrder:
    """A row of a list, or the answer to an order; ``moment`` is its time where it has none."""
    volume: float | None = number(d.get("origQty", d.get("quantity")))
    if volume is None:
        raise ValueError("no quantity")
    venue_id: str = parse_id(d["orderId"])
    word: str = d["status"]
    status: Status = Status.CANCELLED if word == "CANCELLED" else status_to_vt(word)
    traded: float | None = number(d.get("executedQty"))
    if traded is None:
        traded = {"NEW": 0.0, "FILLED": volume, "REJECTED": 0.0}.get(word)
    time: Any = d.get("time") or d.get("transactTime")
    order: OrderData = OrderData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        orderid=text_id(d.get("clientOrderId") or venue_id),
        type=type_to_vt(d["type"], d.get("timeInForce") or ""),
        direction=parse_direction(d["side"]),
        price=number(d.get("price")) or 0.0,
        volume=volume,
        traded=traded or 0.0,
        status=status,
        datetime=parse_time(whole(time)) if time else moment,
        gateway_name=gateway_name,
    )
    if order.status is Status.NOTTRADED and order.traded:
        order.status = Status.PARTTRADED
    return QteOrder(VenueOrder(order, venue_id), traded)


def parse_id(value: Any) -> str:
    """
    An id: text in one build, a number in another (Q8).

    :raises ValueError: it is neither
    """
    return str(number_id(value)) if type(value) is int else text_id(value)


def parse_fill(d: Payload, contract: ContractData, orderid: str, gateway_name: str) -> TradeData:
    """A row of myTrades (O and C); its id is a uuid or a number."""
    return TradeData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        orderid=orderid,
        tradeid=f"{contract.name}-{parse_id(d['id'])}",
        direction=Direction.LONG if d["isBuyer"] else Direction.SHORT,
        price=positive(d["price"]),
        volume=positive(d["qty"]),
        datetime=parse_time(whole(d["time"])),
        gateway_name=gateway_name,
    )


def fill_price(order: OrderData, reference: float, taken: bool) -> float:
    """
    The price of a fill that is not told. A limit order that waited was filled at its limit; one that was ``taken``
    at once, or a market order, at about what the market stood at, never beyond its limit. 0: cannot be said.
    """
    limit: float = order.price if order.type is not OrderType.MARKET else 0.0
    if limit and not taken:
        return limit
    if not reference or not limit:
        return reference
    return min(limit, reference) if order.direction is Direction.LONG else max(limit, reference)


def parse_prices(data: Any) -> dict[str, float]:
    """ticker/price: a map, an object, or a list of objects (Q4)."""
    rows: Iterable[Any]
    if isinstance(data, dict):
        if "symbol" not in data:
            return {str(name): amount(price) for name, price in data.items()}
        rows = (data,)
    else:
        rows = data
    return {str(row["symbol"]): amount(row["price"]) for row in rows}


def parse_depth(data: Payload) -> tuple[list[Level], list[Level]]:
    """Both sides, best first: the old build does not sort them (Q27). A level without size is none."""
    bids: list[Level] = [(amount(row[0]), amount(row[1])) for row in data["bids"] or ()]
    asks: list[Level] = [(amount(row[0]), amount(row[1])) for row in data["asks"] or ()]
    return sorted((row for row in bids if row[1] > 0), reverse=True), sorted(row for row in asks if row[1] > 0)


def parse_day(d: Payload) -> Day:
    """ticker/24hr of one symbol; what is a constant "0" or missing stays 0 (Q29)."""
    def of(name: str) -> float:
        return number(d.get(name)) or 0.0

    last: float = of("lastPrice")
    opened: float = of("openPrice")
    if not opened and of("highPrice") and last:
        opened = amount(last - float(d.get("priceChange") or 0))       # which may be negative
    return Day(last, opened, of("highPrice"), of("lowPrice"), of("volume"), of("quoteVolume"))


def read_error(reply: Reply) -> tuple[Code, str] | None:
    """
    The error an answer reports, None for none: ``{"error"}``, ``{"code", "msg"}``, or an HTML page, whatever the
    status (Q19, U39). The code is the venue's when it is one, else the status: some builds put that into ``code``.
    """
    data: Any = reply.data
    if isinstance(data, dict) and ("error" in data or "code" in data and "msg" in data):
        code: Any = data.get("code")
        text: str = str(data.get("error") or data.get("msg") or "")
        if isinstance(code, int) and code < 0:
            return code, text
        return http_code(code if isinstance(code, int) and code >= 400 else reply.status), text
    if reply.status // 100 == 2:
        return None
    body: str = reply.body[:200].decode("utf-8", "replace").strip()
    return http_code(reply.status), _("an HTML page") if body.startswith("<") else body


def proves_refusal(code: Code, reply: Reply) -> bool:
    """
    Whether an order answered so was surely not taken. By status and place, not by the texts, which are Chinese in
    some builds (Q20): a 4xx whose body is an error of the server's own, or a page of one that turns callers away. A
    page with 404 may come from whatever stands before the server: it proves nothing.
    """
    found: tuple[Code, str] | None = read_error(reply)
    if reply.status == 408 or found and found[0] in FATES_UNKNOWN:
        return False
    if reply.malformed:
        return reply.status in (401, 403, 405, 415, 429)
    text: str = str(reply.data)
    return not (ENGINE_FAILED in text or LOOP in text)
