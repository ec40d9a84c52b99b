"""Binance's payloads as vn.py objects. Pure: payload in, object out."""

from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypedDict

import msgspec
from vnpy.trader.constant import Direction, Exchange, Interval, Product
from vnpy.trader.object import BarData, ContractData, OrderData, TradeData

from vnpy_restgateway.net import validate as plausible
from vnpy_restgateway.net.validate import MOST_MILLISECONDS, amount, positive
from vnpy_restgateway.orders.contradictions import number_id, text_id
from vnpy_restgateway.orders.reconcile import VenueOrder

from .enums import DIRECTION_BINANCE2VT, status_to_vt, type_to_vt

GLOBAL: Exchange = Exchange.GLOBAL
SPOT: Product = Product.SPOT
NO_FILTER: dict[str, Any] = {}
SYMBOL_SUFFIX: str = "_SPOT_BINANCE"        # as the official Binance gateway names spot symbols
Payload = dict[str, Any]


class FilterName(TypedDict):
    """What every filter has."""

    filterType: Any


class FilterFields(FilterName, total=False):
    """A filter of a symbol, as far as it is read."""

    tickSize: Any
    stepSize: Any
    minQty: Any
    maxQty: Any
    minNotional: Any


class SymbolName(TypedDict):
    """What every symbol has."""

    symbol: Any


class SymbolFields(SymbolName, total=False):
    """One of exchangeInfo's ``symbols``, as far as it is read."""

    baseAsset: Any
    quoteAsset: Any
    status: Any
    quotePrecision: Any
    baseAssetPrecision: Any
    orderTypes: Any
    filters: list[FilterFields]


class ExchangeInfo(msgspec.Struct):
    """exchangeInfo; its symbols, which are thousands, are read one by one."""

    symbols: list[msgspec.Raw]
    rateLimits: Any = None


read_exchange_info: Callable[[bytes], ExchangeInfo] = msgspec.json.Decoder(ExchangeInfo).decode
read_symbol: Callable[[bytes], Any] = msgspec.json.Decoder(SymbolFields).decode


class Listing(NamedTuple):
    """A contract, with its exact price tick and volume step, and the least volume and notional of an order."""

    contract: ContractData
    tick: Decimal
    step: Decimal
    minimum: float
    min_notional: float


class Execution(NamedTuple):
    """An executionReport: the order as it is now, and the fill that made it so, if one did."""

    record: VenueOrder
    trade: TradeData | None


def parse_time(milliseconds: int) -> datetime:
    """Milliseconds (or microseconds) since 1970 as a datetime in UTC. Raises ValueError for a time that is none."""
    if isinstance(milliseconds, bool) or not 0 <= milliseconds <= MOST_MILLISECONDS:
        raise ValueError(f"no plausible time: {plausible.short(milliseconds)}")
    if milliseconds > 100_000_000_000_000:
        return datetime.fromtimestamp(milliseconds / 1_000_000, timezone.utc)
    return datetime.fromtimestamp(milliseconds / 1_000, timezone.utc)


def parse_listing(d: Payload, gateway_name: str) -> Listing:
    """
    One of exchangeInfo's ``symbols``.

    ``min_volume`` is LOT_SIZE's stepSize, not its minQty: vn.py's applications round to it
    (CtaEngine's round_to). A tick or step of 0 means "no such rule"; the precision then gives it.
    """
    name: str = plausible.label(d["symbol"])
    filters: dict[str, Payload] = {f["filterType"]: f for f in d.get("filters", ())}
    price_filter: Payload = filters.get("PRICE_FILTER", NO_FILTER)
    lot: Payload = filters.get("LOT_SIZE", NO_FILTER)
    notional: Payload = filters.get("NOTIONAL") or filters.get("MIN_NOTIONAL") or NO_FILTER
    tick, pricetick = _step(price_filter.get("tickSize", "0"), d.get("quotePrecision", 8))
    step, min_volume = _step(lot.get("stepSize", "0"), d.get("baseAssetPrecision", 8))
    contract: ContractData = ContractData(
        symbol=name + SYMBOL_SUFFIX,
        exchange=GLOBAL,
        name=name,
        product=SPOT,
        size=1,
        pricetick=pricetick,
        min_volume=min_volume,
        max_volume=_amount(lot.get("maxQty", "0")) or None,
        stop_supported="STOP_LOSS_LIMIT" in d.get("orderTypes", ()),
        net_position=True,
        history_data=True,
        gateway_name=gateway_name,
    )
    base, quote = d.get("baseAsset"), d.get("quoteAsset")
    contract.extra = {
        "base": plausible.label(base) if base else "", "quote": plausible.label(quote) if quote else "", "status": d.get("status", ""),
    }
    return Listing(contract, tick, step, _amount(lot.get("minQty", "0")), _amount(notional.get("minNotional", "0")))


@lru_cache(maxsize=1024, typed=True)
def _step(size: Any, digits: Any) -> tuple[Decimal, float]:
    """A tick or step, exact and as a float; thousands of symbols have a few dozen of them."""
    found: Decimal = (plausible.step(size) or precision(digits)).normalize()
    return found, float(found)


_amount: Callable[[Any], float] = lru_cache(maxsize=1024, typed=True)(amount)


def parse_weight_limit(limits: Any, known: int) -> int:
    """The request weight of a minute, of exchangeInfo's ``rateLimits``; ``known`` where it tells none."""
    for limit in limits if isinstance(limits, list) else ():
        if isinstance(limit, dict) and limit.get("rateLimitType") == "REQUEST_WEIGHT" and (limit.get("interval"), limit.get("intervalNum")) == ("MINUTE", 1):
            most: Any = limit.get("limit")
            return most if type(most) is int and most > 0 else known
    return known


def precision(digits: int) -> Decimal:
    """8 -> 0.00000001"""
    return Decimal(1).scaleb(-plausible.digits(digits))


def parse_order(d: Payload, contract: ContractData, gateway_name: str) -> VenueOrder:
    """
    An order of a REST answer or of order.place (rest-api.md, "Query order", "New order").

    :raises ValueError: among others, when an id of it is none
    """
    moment: Any = d.get("time") or d.get("workingTime") or d.get("transactTime")
    if moment == -1:
        moment = d.get("transactTime")          # it waits for its price: it has no working time yet
    order: OrderData = OrderData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        orderid=text_id(d.get("origClientOrderId") or d["clientOrderId"]),      # of a cancel's answer the first is the order's
        type=type_to_vt(d["type"], d.get("timeInForce", "")),
        direction=parse_direction(d["side"]),
        price=order_price(d["type"], d.get("price", "0"), d.get("stopPrice", "0")),
        volume=amount(d["origQty"]),
        traded=amount(d["executedQty"]),
        status=status_to_vt(d["status"]),
        datetime=parse_time(moment) if moment else None,
        gateway_name=gateway_name,
    )
    return VenueOrder(order, order_key(contract.name, number_id(d["orderId"])))


def report_on(d: Payload, orderid: str) -> Payload:
    """
    What an answer says of one order: a cancelled order of a list takes the others with it, and the answer is the list's then
    (web-socket-api.md, "Cancel order").
    """
    reports: Any = d.get("orderReports")
    for report in reports if isinstance(reports, list) else ():
        if isinstance(report, dict) and orderid in (report.get("origClientOrderId"), report.get("clientOrderId")):
            return report
    return d


def parse_order_fills(d: Payload, contract: ContractData, gateway_name: str) -> list[TradeData]:
    """The ``fills`` of a FULL answer to a new order. They carry no time of their own."""
    return [
        TradeData(
            symbol=contract.symbol,
            exchange=contract.exchange,
            orderid=d["clientOrderId"],
            tradeid=trade_id(contract.name, number_id(fill["tradeId"], 0), number_id(d["orderId"])),
            direction=parse_direction(d["side"]),
            price=positive(fill["price"]),
            volume=positive(fill["qty"]),
            datetime=parse_time(d["transactTime"]),
            gateway_name=gateway_name,
        )
        for fill in d.get("fills", ())
    ]


def parse_fill(d: Payload, contract: ContractData, orderid: str, gateway_name: str) -> TradeData:
    """One of myTrades; it names its order by Binance's id only, ``orderid`` is ours where known."""
    return TradeData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        orderid=orderid,
        tradeid=trade_id(contract.name, number_id(d["id"], 0), number_id(d["orderId"])),
        direction=Direction.LONG if d["isBuyer"] else Direction.SHORT,
        price=positive(d["price"]),
        volume=positive(d["qty"]),
        datetime=parse_time(d["time"]),
        gateway_name=gateway_name,
    )


def parse_execution(d: Payload, contract: ContractData, gateway_name: str) -> Execution:
    """
    An executionReport (user-data-stream.md). On a cancel, ``C`` is the order's id and ``c`` the cancel's.

    :raises ValueError: among others, when an id of it is none
    """
    orderid: str = text_id(d.get("C") or d["c"])
    direction: Direction | None = parse_direction(d["S"])
    order: OrderData = OrderData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        orderid=orderid,
        type=type_to_vt(d["o"], d.get("f", "")),
        direction=direction,
        price=order_price(d["o"], d.get("p", "0"), d.get("P", "0")),
        volume=amount(d["q"]),
        traded=amount(d["z"]),
        status=status_to_vt(d["X"]),
        datetime=parse_time(d.get("O") or d["E"]),
        gateway_name=gateway_name,
    )
    trade: TradeData | None = None
    last: float = amount(d.get("l", "0"))
    if last > 0 and d.get("t", -1) != -1:
        trade = TradeData(
            symbol=contract.symbol,
            exchange=contract.exchange,
            orderid=orderid,
            tradeid=trade_id(contract.name, number_id(d["t"], 0), number_id(d["i"])),
            direction=direction,
            price=positive(d["L"]),
            volume=last,
            datetime=parse_time(d.get("T") or d["E"]),
            gateway_name=gateway_name,
        )
    return Execution(VenueOrder(order, order_key(contract.name, number_id(d["i"]))), trade)


def parse_bar(row: list, contract: ContractData, interval: Interval, gateway_name: str) -> BarData:
    """One kline; vn.py stamps a bar with its start."""
    return BarData(
        symbol=contract.symbol,
        exchange=contract.exchange,
        datetime=parse_time(row[0]),
        interval=interval,
        open_price=amount(row[1]),
        high_price=amount(row[2]),
        low_price=amount(row[3]),
        close_price=amount(row[4]),
        volume=amount(row[5]),
        turnover=amount(row[7]),
        gateway_name=gateway_name,
    )


def parse_direction(side: str) -> Direction | None:
    """None for a word that is neither BUY nor SELL."""
    return DIRECTION_BINANCE2VT.get(side)


def order_price(type: str, price: str, stop_price: str) -> float:
    """vn.py's one price of an order: the trigger of a stop, else the limit."""
    if type.startswith(("STOP_LOSS", "TAKE_PROFIT")):
        return amount(stop_price) or amount(price)
    return amount(price)


def trade_id(name: str, number: int, order: int) -> str:
    """
    Binance's trade ids are unique per symbol only, and both orders of an account that traded with
    itself share one; vn.py's must be unique per gateway.
    """
    return f"{name}-{number}-{order}"


def order_key(name: str, number: int | str) -> str:
    """Binance's order ids are unique per symbol only too: what a gateway knows an order of a symbol by."""
    return f"{name}-{number}"


def symbol_of(key: str) -> str:
    """The symbol of such an ``order_key``."""
    return key.rpartition("-")[0]
