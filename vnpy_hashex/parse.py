"""HashEx's payloads as vn.py objects. Pure: payload in, object out."""

import re
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, NamedTuple

from vnpy.trader.constant import (
    Direction,
    Exchange,
    Interval,
    OrderType,
    Product,
    Status,
)
from vnpy.trader.object import BarData, ContractData, OrderData, TradeData

from rest_locale import _
from vnpy_restgateway.net.validate import (
    amount,
    digits,
    label,
    milliseconds,
    positive,
    short,
)
from vnpy_restgateway.orders.contradictions import (
    HIGHEST_ID,
    Contradiction,
    beyond_limit,
    text_id,
)
from vnpy_restgateway.orders.reconcile import VenueOrder

from .enums import direction_to_vt, status_to_vt, type_to_vt

SYMBOL_SUFFIX: str = "_SPOT_HASHEX"
SPOT: str = "1"                     # balanceType
NEVER_TRADED: frozenset[str] = frozenset({"NEW", "1", "REJECTED"})
NOISE: float = 1e-9
_ROUNDED: dict[Direction | None, float] = {Direction.LONG: 1.0 - 1e-4, Direction.SHORT: 1.0 + 1e-4, None: 1.0}   # averages are
GUESSED_VOLUME_DIGITS: int = 3      # at most, of a symbol whose precisions the venue does not tell
LIMITS: frozenset[str] = frozenset({"LIMIT", "1"})              # orderType, of REST and of the socket
UNTRADED: frozenset[Status] = frozenset({Status.NOTTRADED, Status.CANCELLED, Status.REJECTED})
Payload = dict[str, Any]

_ID: re.Pattern[str] = re.compile(r"\w[\w-]{0,63}", re.ASCII)


class Listing(NamedTuple):
    """A contract, with its exact price tick and volume step."""

    contract: ContractData
    tick: Decimal
    step: Decimal


def parse_time(value: Any) -> datetime:
    """Milliseconds since 1970 as a datetime in UTC."""
    return datetime.fromtimestamp(milliseconds(value) / 1_000, timezone.utc)


def number(value: Any) -> float:
    """
    A decimal as text, exponents included, or as a JSON number; null and "" are 0.

    :raises ValueError: it is no plausible number
    """
    return amount(value) if value not in (None, "") else 0.0


def is_spot(d: Payload) -> bool:
    """False for what belongs to the margin account."""
    return str(d.get("balanceType") or SPOT) == SPOT


def parse_listing(d: Payload, gateway_name: str) -> Listing:
    """One of symbol/configs. The venue tells no least volume: one step."""
    name: str = label(d["symbol"])
    base, __, quote = name.partition("_")
    contract: ContractData = make_contract(
        name, label(d.get("baseAsset") or base), label(d.get("quoteAsset") or quote), gateway_name
    )
    return _listing(contract, digits(d["pricePrecision"]), digits(d["quantityPrecision"]))


def guess_listing(d: Payload, gateway_name: str) -> Listing:
    """
    One of the tickers, where there is no symbol/configs: no finer than the prices and the volume that are shown,
    so that what is rounded to it is legal.
    """
    name: str = label(d["s"])
    base, __, quote = name.partition("_")
    price_digits: int = digits(max(decimals(d.get(key)) for key in ("c", "o", "h", "l")))
    return _listing(
        make_contract(name, base, quote, gateway_name), price_digits, min(decimals(d.get("a")), GUESSED_VOLUME_DIGITS)
    )


def make_contract(name: str, base: str, quote: str, gateway_name: str) -> ContractData:
    """A contract without tick and step. ``name`` BTC_USDT is the vn.py symbol BTCUSDT_SPOT_HASHEX."""
    if not base or not quote:
        raise ValueError(_("symbol {name!r} has no base or quote").format(name=name))
    contract: ContractData = ContractData(
        symbol=name.replace("_", "") + SYMBOL_SUFFIX, exchange=Exchange.GLOBAL, name=name, product=Product.SPOT,
        size=1, pricetick=0.0, min_volume=0.0, net_position=True, history_data=True, gateway_name=gateway_name,
    )
    contract.extra = {"base": base, "quote": quote}
    return contract


def _listing(contract: ContractData, price_digits: int, volume_digits: int) -> Listing:
    tick: Decimal = Decimal(1).scaleb(-price_digits)
    step: Decimal = Decimal(1).scaleb(-volume_digits)
    contract.pricetick = float(tick)
    contract.min_volume = float(step)
    return Listing(contract, tick, step)


def decimals(value: Any) -> int:
    """How many decimals a number shows; surplus zeros count, for the venue wrote them."""
    if value in (None, ""):
        return 0
    return max(0, -int(Decimal(str(value)).as_tuple().exponent))


def parse_order(d: Payload, contract: ContractData, gateway_name: str) -> VenueOrder | None:
    """
    An order of order/detail, list or history, or of a uOrder push, which has other names for some fields.
    ``orderid`` is the venue's id and ``reference`` the client order id, where one comes back.
    None: its state does not say how it stands.
    """
    status: Status | None = status_to_vt(d["state"])
    if status is None:
        return None
    direction: Direction | None = direction_to_vt(d["orderSide"] if "orderSide" in d else d["direction"])
    if direction is None:
        raise ValueError(_("neither BUY nor SELL"))
    venue_id: str = parse_id(d["orderId"])
    type_: OrderType = type_to_vt(d["orderType"])
    executed: Any = d["executedQty"] if "executedQty" in d else d["dealQty"]
    # null is this venue's word for what is not there: of an order with nothing executed, and of a market order's price
    untraded: bool = status in UNTRADED and d["state"] != "PARTIALLY_CANCELED"
    traded: float = 0.0 if executed is None and untraded else amount(executed)
    volume: float = positive(d["origQty"]) if type_ is OrderType.LIMIT else number(d["origQty"])
    if type_ is OrderType.MARKET and direction is Direction.LONG:
        # origQty may be an amount of the quote asset; 0 is vn.py's "not known" here
        volume = traded if status is Status.ALLTRADED else 0.0
    if status is Status.ALLTRADED and not traded:
        traded = volume             # the document's own history example
    if status is Status.NOTTRADED and traded:
        status = Status.PARTTRADED
    created: Any = d.get("createdTime") or d.get("createTime")
    order: OrderData = OrderData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        orderid=venue_id,
        type=type_,
        direction=direction,
        price=positive(d["price"]) if str(d["orderType"]) in LIMITS else number(d.get("price")),
        volume=volume,
        traded=traded,
        status=status,
        datetime=parse_time(created) if created else None,
        reference=text_id(d["clientOrderId"]) if d.get("clientOrderId") else "",
        gateway_name=gateway_name,
    )
    return VenueOrder(order, venue_id)


def check_order(d: Payload, order: OrderData, filled: float) -> None:
    """
    What an order says of itself: its state, what was traded, and at what average price, where it says so. ``filled``: what
    its fills come to that are known. A FILLED with nothing traded is in the document's own history example (spec 3.14):
    it is believed when its fills are here.

    :raises Contradiction: these do not fit
    """
    told: Any = d["executedQty"] if "executedQty" in d else d["dealQty"]
    traded: float = number(told)
    if order.status is Status.ALLTRADED and not traded and filled < order.volume * (1.0 - NOISE):
        raise Contradiction(_("FILLED with nothing traded"))
    if str(d["state"]) in NEVER_TRADED and traded:
        raise Contradiction(_("state {state} with {traded:.12g} traded").format(state=d['state'], traded=traded))
    average: Any = d.get("avgPrice")
    if average in (None, ""):
        return
    price: float = number(average)
    if price and not traded and order.status is not Status.ALLTRADED:
        raise Contradiction(_("nothing traded, at {price:.12g} on average").format(price=price))
    if traded and not price:
        raise Contradiction(_("{traded:.12g} traded, at 0 on average").format(traded=traded))
    if traded and order.type is OrderType.LIMIT and (reason := beyond_limit(order.direction, order.price, price * _ROUNDED[order.direction])):
        raise Contradiction(_("traded {reason}").format(reason=reason))


def parse_id(value: Any) -> str:
    """
    An id as text: it may come as a number, and exceeds what a float can hold.

    :raises ValueError: it is none
    """
    text: str = str(value) if type(value) is not int or 0 < value < HIGHEST_ID else ""
    if type(value) not in (str, int) or not _ID.fullmatch(text) or text.strip("0") == "":
        raise ValueError(f"no id: {short(value)}")
    return text


def parse_fill(d: Payload, contract: ContractData, direction: Direction | None, gateway_name: str) -> TradeData:
    """One of order/deal; ``direction`` is its order's, for rows that do not tell."""
    venue_id: str = parse_id(d["orderId"])
    return TradeData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        orderid=venue_id,
        tradeid=f"{venue_id}-{parse_id(d['execId'])}",
        direction=direction_to_vt(d["orderSide"]) if d.get("orderSide") is not None else direction,
        price=positive(d["price"]),
        volume=positive(d["quantity"]),
        datetime=parse_time(d["timestamp"]),
        gateway_name=gateway_name,
    )


def parse_balance(d: Payload) -> tuple[str, float, float]:
    """Coin, free and frozen; "balance" means one thing in the REST API and another on the socket."""
    return label(d["coin"]), amount(d["availableBalance"]), amount(d["freeze"])


def parse_bar(d: Payload, contract: ContractData, interval: Interval, gateway_name: str) -> BarData:
    """One kline; vn.py stamps a bar with its start."""
    return BarData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        datetime=parse_time(d["t"]),
        interval=interval,
        open_price=amount(d["o"]),
        high_price=amount(d["h"]),
        low_price=amount(d["l"]),
        close_price=amount(d["c"]),
        volume=amount(d["a"]),
        turnover=amount(d["v"]),
        gateway_name=gateway_name,
    )
