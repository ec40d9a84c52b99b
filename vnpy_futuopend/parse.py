"""What the gateway tells of orders, fills, positions and money, as vn.py's objects (section 5.3). Pure; raises ValueError, KeyError or TypeError."""

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from vnpy.trader.constant import Direction, Offset, OrderType, Status
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData, TradeData

from vnpy_restgateway.net.validate import amount, label, positive, short
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.polled.order_list import ListedOrder

from .enums import BY_SEC_MARKET, CURRENCIES, HK, SH, SIDES, STATUSES, SZ, US, Market, type_of

MOST_TEXT: int = 64                     # characters of a remark
FIRST_SECOND, LAST_SECOND = 10 ** 8, 10 ** 11
MEAN_DIGITS: float = 5e-5               # what a mean price may be off
TRADE_MARKETS: dict[int, Market] = {1: HK, 2: US}
SHANGHAI: tuple[str, ...] = ("6", "5", "9")


def market_of(d: dict[str, Any]) -> Market:
    """
    The market of an order, fill or position: by ``sec_market``, else by ``trd_market`` and, in China, the code.

    :raises ValueError: it is none that is traded here
    """
    found: Market | None = BY_SEC_MARKET.get(_hashable(d.get("sec_market")))
    if found is None:
        trd_market: Any = _hashable(d.get("trd_market"))
        if trd_market in (3, 4):
            return SH if label(d["code"]).startswith(SHANGHAI) else SZ
        found = TRADE_MARKETS.get(trd_market)
    if found is None:
        raise ValueError(f"no market: sec_market {short(d.get('sec_market'))}, trd_market {short(d.get('trd_market'))}")
    return found


def _hashable(value: Any) -> int:
    return value if type(value) is int else 0


def wire_id(value: Any) -> int:
    """
    An id of 64 bits.

    :raises ValueError: it is none
    """
    if type(value) is not int or not 0 < value < 2 ** 64:
        raise ValueError(f"no id: {short(value)}")
    return value


def moment_of(stamp: Any, text: Any, zone: ZoneInfo) -> datetime:
    """
    Seconds since 1970 where they are told, else the market's wall clock (section 5.5).

    :raises ValueError: neither is a time
    """
    if not isinstance(stamp, bool) and isinstance(stamp, int | float) and FIRST_SECOND < stamp < LAST_SECOND:
        return datetime.fromtimestamp(stamp, zone)
    words: str = label(text)
    return datetime.strptime(words.partition(".")[0], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)


def optional(value: Any) -> float:
    """A number; null is 0."""
    return 0.0 if value is None else amount(value)


def status_of(code: Any, volume: float, traded: float, before: Status | None) -> Status:
    """
    A status code as vn.py's. -1 and what is unknown changes nothing: it is what was there ``before``.

    :raises ValueError: it is no code
    """
    if type(code) is not int:
        raise ValueError(f"no order_status: {short(code)}")
    status: Status = STATUSES.get(code, before or Status.SUBMITTING)
    if status in (Status.SUBMITTING, Status.NOTTRADED, Status.PARTTRADED) and traded:
        return Status.ALLTRADED if traded >= volume else Status.PARTTRADED
    return status


def parse_order(d: dict[str, Any], contract: ContractData, zone: ZoneInfo, gateway_name: str, before: Status | None = None) -> ListedOrder:
    """An Order of a list or a push: ``orderid`` is the gateway's id, ``reference`` the remark."""
    venue_id: str = str(wire_id(d["order_id"]))
    volume, traded = amount(d["qty"]), optional(d.get("fill_qty"))
    mean: float = optional(d.get("fill_avg_price"))
    remark: Any = d.get("remark")
    if remark is not None and type(remark) is not str:
        raise ValueError(f"no remark: {short(remark)}")
    if type(d["order_type"]) is not int:
        raise ValueError(f"no order_type: {short(d['order_type'])}")
    order: OrderData = OrderData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, orderid=venue_id,
        type=type_of(d["order_type"], d.get("time_in_force")), direction=SIDES[d["trd_side"]], offset=Offset.NONE,
        price=optional(d.get("price")), volume=volume, traded=traded, status=status_of(d["order_status"], volume, traded, before),
        datetime=moment_of(d.get("create_timestamp"), d.get("create_time"), zone), reference=(remark or "")[:MOST_TEXT],
    )
    return ListedOrder(VenueOrder(order, venue_id), mean * traded)


class Fill(NamedTuple):
    """``valid`` False: the exchange has cancelled or changed it: it is no trade."""

    trade: TradeData
    venue_id: str
    valid: bool


def parse_fill(d: dict[str, Any], contract: ContractData, zone: ZoneInfo, order_id: Any, gateway_name: str) -> Fill:
    """An OrderFill; ``order_id``: of its order, which the row may tell by its text id only."""
    venue_id: str = str(wire_id(order_id))
    trade: TradeData = TradeData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, orderid=venue_id, tradeid=str(wire_id(d["fill_id"])),
        direction=SIDES[d["trd_side"]], offset=Offset.NONE, price=positive(d["price"]), volume=positive(d["qty"]),
        datetime=moment_of(d.get("create_timestamp"), d.get("create_time"), zone),
    )
    return Fill(trade, venue_id, d.get("status") in (None, 0))


def parse_position(d: dict[str, Any], contract: ContractData, gateway_name: str) -> PositionData:
    """A row of ``position_list``; net, below 0 where it is short. ``yd_volume``: what can be sold now."""
    signed: Any = d["qty"]
    if isinstance(signed, bool) or not isinstance(signed, int | float):
        raise ValueError(f"no qty: {short(signed)}")
    volume: float = amount(abs(signed))
    sellable: float = amount(d["can_sell_qty"])
    if sellable > volume:
        raise ValueError(f"{sellable:.12g} of {volume:.12g} can be sold")
    is_short: bool = d.get("position_side") == 1 or signed < 0
    price: Any = next((d[name] for name in ("average_cost_price", "diluted_cost_price", "cost_price") if d.get(name) is not None), 0.0)
    profit: Any = d.get("unrealized_pl") if d.get("unrealized_pl") is not None else d.get("pl_val")
    return PositionData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, direction=Direction.NET,
        volume=-volume if is_short else volume, frozen=volume - sellable, price=finite(price), pnl=finite(profit),
        yd_volume=0.0 if is_short else sellable,
    )


def finite(value: Any) -> float:
    """A number that nothing is decided by; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if abs(value) <= 1e15 else 0.0


class Cash(NamedTuple):
    """Of one currency. ``power``: what can be spent."""

    currency: str
    total: float
    power: float
    assets: float


def parse_funds(d: dict[str, Any], asked: str, wanted: list[str]) -> list[Cash]:
    """
    The money of an account: by currency where it tells that, else all of it in one. A currency that its list lacks is one of which it has
    nothing.

    :param asked: the currency of the answer, where it tells none
    :param wanted: the currencies of the markets that are traded
    """
    assets, cash, frozen = amount(d["total_assets"]), amount(d["cash"]), amount(d["frozen_cash"])
    told: str = CURRENCIES.get(_hashable(d.get("currency")), asked)
    found: dict[str, Cash] = {}
    for row in d.get("cash_info_list") or ():
        currency: str | None = CURRENCIES.get(_hashable(row.get("currency")))
        if currency in wanted:
            held: float = optional(row.get("cash"))
            power: float = amount(row["available_balance"]) if row.get("available_balance") is not None else optional(row.get("net_cash_power"))
            found[currency] = Cash(currency, held, min(power, held), assets if currency == told else held)
    if not d.get("cash_info_list"):
        return [Cash(told, cash, max(cash - frozen, 0.0), assets)]
    return [found.get(currency) or Cash(currency, 0.0, 0.0, assets if currency == told else 0.0) for currency in wanted]


def account_of(cash: Cash, accountid: str, gateway_name: str) -> AccountData:
    """``balance`` counts the shares; ``available`` is the cash that can be spent."""
    account: AccountData = AccountData(
        gateway_name=gateway_name, accountid=accountid, balance=cash.assets, frozen=max(round(cash.total - cash.power, 8), 0.0),
    )
    account.available = cash.power
    account.extra = {"currency": cash.currency}
    return account


def tidy_price(order: OrderData, price: float, spread: float, tick: float) -> float:
    """
    The price of a fill that was made of mean prices; ``spread`` times their noise is in it. On the tick where that explains the
    difference, and never beyond the limit of its order for it.
    """
    noise: float = MEAN_DIGITS * (2.0 * spread - 1.0) + 1e-9
    worse: float = price - order.price if order.direction is Direction.LONG else order.price - price
    if order.type is not OrderType.MARKET and order.price and 0.0 < worse <= noise:
        return order.price
    nearest: float = round(round(price / tick) * tick, 6) if tick else price
    return nearest if abs(nearest - price) <= min(noise, tick / 4) else round(price, 8)


def accounts_of(rows: list[Any], base: str, wanted: list[str], gateway_name: str) -> list[tuple[AccountData, float]]:
    """
    The answers to funds (``calls.pick_funds``): an account a currency, and what can be spent of it. Its id has the currency where
    there are several.

    :param base: the currency that was asked for, "" where each market's own is told
    :param wanted: the currencies of the markets that are traded
    """
    found: list[tuple[AccountData, float]] = []
    for row in rows:
        header: dict[str, int] = row["asked"]["header"]
        market: Market = market_of({"trd_market": header["trd_market"], "code": "600000"})
        for cash in parse_funds(row["funds"], base or market.currency, wanted):
            accountid: str = str(header["acc_id"]) if len(wanted) == 1 else f"{header['acc_id']}_{cash.currency}"
            found.append((account_of(cash, accountid, gateway_name), cash.power))
    return found
