"""
Rows of lists and ``data`` of pushes, which are the same, as vn.py objects (spec 3.2, 4.1, 5). Pure.

Every reading raises ValueError, KeyError or TypeError for a row that cannot be understood as a whole. ``gateway_name`` of what is made
is the local gateway's; whose row it is on the remote side is ``remote(row)``.
"""

from datetime import datetime, timedelta, timezone, tzinfo
from math import isfinite
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from vnpy.trader.constant import Direction, Exchange, Offset, OptionType, OrderType, Product, Status
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData, TickData, TradeData

from vnpy_restgateway.net.validate import MOST, amount, is_odd, label, positive, short, step
from vnpy_restgateway.orders.contradictions import text_id
from vnpy_restgateway.orders.reconcile import VenueOrder

from .enums import read

SHANGHAI: tzinfo = timezone(timedelta(hours=8))
MAINLAND: frozenset[Exchange] = frozenset({
    Exchange.CFFEX, Exchange.SHFE, Exchange.CZCE, Exchange.DCE, Exchange.INE, Exchange.GFEX, Exchange.SSE, Exchange.SZSE,
    Exchange.BSE, Exchange.SHHK, Exchange.SZHK, Exchange.SGE, Exchange.CFETS, Exchange.XBOND,
})
ELSEWHERE: dict[Exchange, ZoneInfo] = {
    Exchange.SEHK: ZoneInfo("Asia/Hong_Kong"), Exchange.HKFE: ZoneInfo("Asia/Hong_Kong"), Exchange.CME: ZoneInfo("America/Chicago"),
    Exchange.SMART: ZoneInfo("America/New_York"), Exchange.NYSE: ZoneInfo("America/New_York"), Exchange.NASDAQ: ZoneInfo("America/New_York"),
}
SIGNED: frozenset[Product] = frozenset({Product.FUTURES, Product.OPTION, Product.SPREAD, Product.SWAP, Product.CFD})
LEVELS: tuple[str, ...] = tuple(f"{side}_{figure}_{n}" for side in ("bid", "ask") for figure in ("price", "volume") for n in range(1, 6))
PRICES: tuple[str, ...] = (
    "limit_up", "limit_down", "open_price", "high_price", "low_price", "pre_close", *(name for name in LEVELS if "price" in name),
)
VOLUMES: tuple[str, ...] = ("volume", "turnover", "open_interest", "last_volume", *(name for name in LEVELS if "volume" in name))


class RemoteFill(NamedTuple):
    """A trade, and the remote ``vt_orderid`` of its order. ``direction`` None of the trade: a word that is not known."""

    trade: TradeData
    venue_id: str


def remote(d: Any) -> str:
    """
    The name of the remote gateway that a row is of.

    :raises ValueError: the row is none
    """
    if not isinstance(d, dict):
        raise ValueError(f"no row: {short(d)}")
    return label(d["gateway_name"])


def figure(value: Any, signed: bool = True) -> float:
    """
    A number that may be negative where ``signed``.

    :raises ValueError: it is none, not finite, or larger than anything is
    """
    if not signed:
        return amount(value)
    if isinstance(value, str) and not is_odd(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or abs(value) > MOST:
        raise ValueError(f"no plausible number: {short(value)}")
    return float(value)


def read_time(value: Any, exchange: Exchange) -> datetime | None:
    """
    ``str(datetime)``, with or without an offset; None for ``null``: no venue has told one yet.

    :raises ValueError: it is no time
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"no time: {short(value)}")
    found: datetime = datetime.fromisoformat(value)
    if found.tzinfo is None:
        found = found.replace(tzinfo=SHANGHAI if exchange in MAINLAND else ELSEWHERE.get(exchange, timezone.utc))
    return found


def parse_contract(d: dict[str, Any], gateway_name: str) -> ContractData:
    """A row of ``/contract``. Bars cannot be had over this interface, so ``history_data`` is False."""
    product: Product = read(Product, d["product"])
    exchange: Exchange = read(Exchange, d["exchange"])
    found: ContractData = ContractData(
        gateway_name=gateway_name, symbol=label(d["symbol"]), exchange=exchange, name=str(d.get("name") or d["symbol"])[:64],
        product=product, size=positive(d["size"]), pricetick=float(step(_text(d["pricetick"]))), min_volume=positive(d.get("min_volume", 1)),
        stop_supported=d.get("stop_supported") is True, net_position=d.get("net_position") is True, history_data=False,
    )
    if d.get("max_volume") is not None:
        found.max_volume = amount(d["max_volume"])
    if product is Product.OPTION:
        found.option_strike = figure(d["option_strike"]) if d.get("option_strike") is not None else None
        found.option_underlying = d.get("option_underlying")
        found.option_type = read(OptionType, d["option_type"]) if d.get("option_type") is not None else None
        found.option_listed = read_time(d.get("option_listed"), exchange)
        found.option_expiry = read_time(d.get("option_expiry"), exchange)
        found.option_portfolio = d.get("option_portfolio")
        found.option_index = d.get("option_index")
    if isinstance(d.get("extra"), dict):
        found.extra = d["extra"]
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"no plausible step: {short(value)}")
    return str(value)


def parse_order(d: dict[str, Any], gateway_name: str, signed: bool) -> VenueOrder:
    """
    An order: ``orderid`` is the remote ``vt_orderid`` whole, ``reference`` what was sent with it, where the remote gateway keeps it.

    :param signed: prices of its contract may be negative
    """
    venue_id: str = text_id(d["vt_orderid"])
    exchange: Exchange = read(Exchange, d["exchange"])
    reference: Any = d.get("reference") or ""
    return VenueOrder(OrderData(
        gateway_name=gateway_name, symbol=label(d["symbol"]), exchange=exchange, orderid=venue_id, type=read(OrderType, d["type"]),
        direction=read(Direction, d["direction"]), offset=read(Offset, d.get("offset", "")), price=figure(d["price"], signed),
        volume=positive(d["volume"]), traded=amount(d["traded"]), status=read(Status, d["status"]), datetime=read_time(d["datetime"], exchange),
        reference=reference if isinstance(reference, str) else "",
    ), venue_id)


def parse_trade(d: dict[str, Any], gateway_name: str, signed: bool) -> RemoteFill:
    """
    A trade. A word that is not known costs the word, not the trade: the order's direction will do, and no offset is said.

    :param signed: prices of its contract may be negative
    """
    venue_id: str = text_id(d["vt_orderid"])
    exchange: Exchange = read(Exchange, d["exchange"])
    return RemoteFill(TradeData(
        gateway_name=gateway_name, symbol=label(d["symbol"]), exchange=exchange, orderid=venue_id, tradeid=text_id(d["vt_tradeid"]),
        direction=known_word(Direction, d.get("direction"), None), offset=known_word(Offset, d.get("offset"), Offset.NONE),
        price=figure(d["price"], True) if signed else positive(d["price"]), volume=positive(d["volume"]),
        datetime=read_time(d["datetime"], exchange),
    ), venue_id)


def known_word(kind: Any, value: Any, otherwise: Any) -> Any:
    """A word, or what stands for one that is not known."""
    try:
        return read(kind, value)
    except ValueError:
        return otherwise


def parse_account(d: dict[str, Any], gateway_name: str, signed: bool) -> AccountData:
    """An account, under its own id. ``available`` is a figure of its own: some gateways set it. ``signed``: it may owe money."""
    found: AccountData = AccountData(
        gateway_name=gateway_name, accountid=text_id(d["accountid"]), balance=figure(d["balance"], signed), frozen=figure(d["frozen"], signed),
    )
    found.available = figure(d["available"], signed)
    return found


def parse_position(d: dict[str, Any], gateway_name: str, signed: bool) -> PositionData:
    """A position. ``signed``: it may be short, told as a negative volume."""
    return PositionData(
        gateway_name=gateway_name, symbol=label(d["symbol"]), exchange=read(Exchange, d["exchange"]), direction=read(Direction, d["direction"]),
        volume=figure(d["volume"], signed), frozen=amount(d["frozen"]), price=figure(d["price"], signed), pnl=figure(d["pnl"]),
        yd_volume=figure(d["yd_volume"], signed),
    )


def parse_tick(d: dict[str, Any], contract: ContractData, gateway_name: str, now: datetime) -> TickData | None:
    """
    A tick of a contract. A figure that is no number is 0, as one that was never set; without a last price the tick is None, as it tells
    nothing. ``now`` stands for a time that is not told.
    """
    signed: bool = contract.product in SIGNED
    last: float = optional(d.get("last_price"), signed)
    if not last:
        return None
    fields: dict[str, Any] = {name: optional(d.get(name), signed) for name in PRICES}
    fields.update((name, optional(d.get(name), False)) for name in VOLUMES)
    found: TickData = TickData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, name=contract.name,
        datetime=read_time(d.get("datetime"), contract.exchange) or now, last_price=last, **fields,
    )
    return found


def optional(value: Any, signed: bool) -> float:
    """A figure of a tick; 0 for one that is no number."""
    if type(value) is float and 0.0 <= value <= MOST:
        return value
    try:
        return figure(value, signed)
    except (ValueError, TypeError):
        return 0.0
