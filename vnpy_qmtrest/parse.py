"""What the server tells, as vn.py's objects (section 5.3). Pure; raises ValueError, KeyError or TypeError for what cannot be read."""

from datetime import date, datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from vnpy.trader.constant import Direction, Exchange, Interval, Offset, OrderType, Status
from vnpy.trader.object import AccountData, BarData, ContractData, OrderData, PositionData, TickData

from vnpy_restgateway.net.validate import MOST_MILLISECONDS, amount, label, short
from vnpy_restgateway.orders.contradictions import number_id
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.polled.order_list import ListedOrder

from .boards import is_code
from .enums import LIMIT_CODES, SIDES, STATUSES, SUFFIXES

CHINA: ZoneInfo = ZoneInfo("Asia/Shanghai")
MILLISECONDS: int = 10 ** 11            # a time above that is no number of seconds of this millennium
MOST_TEXT: int = 64                     # characters of a name or a tag
LOT: int = 100                          # shares in 手, in which quotes count
MEAN_DIGITS: float = 5e-5               # what a mean price may be off that was rounded to four decimals


def symbol_of(text: Any) -> tuple[str, Exchange] | None:
    """"000001.SZ" -> code and exchange; None of a placeholder, of which positions have some."""
    code, point, suffix = label(text).rpartition(".")
    exchange: Exchange | None = SUFFIXES.get(suffix)
    return (code, exchange) if point and exchange is not None and is_code(code) else None


def moment_of(value: Any) -> datetime:
    """Seconds or milliseconds since 1970, which the server does not say; in Shanghai's time."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_MILLISECONDS:
        raise ValueError(f"no time: {short(value)}")
    try:
        return datetime.fromtimestamp(value / 1_000 if value >= MILLISECONDS else value, CHINA)
    except (OverflowError, OSError):
        raise ValueError(f"no time: {short(value)}") from None


def day_id(order_id: int, day: date) -> str:
    """The id of an order for ever: the terminal counts from the beginning every day."""
    return f"{day:%Y%m%d}-{order_id}"


def wire_id(venue_id: str) -> int:
    """The server's own id in ``day_id``."""
    return int(venue_id.rpartition("-")[2])


def shares(value: Any) -> float:
    """
    A number of shares or 张.

    :raises ValueError: it is no whole number
    """
    found: float = amount(value)
    if not found.is_integer():
        raise ValueError(f"no whole number of shares: {value!r}")
    return found


def status_of(code: Any, volume: float, traded: float, before: Status | None) -> Status:
    """
    A status code as vn.py's. 255 and what is unknown changes nothing: it is what was there ``before``.

    :raises ValueError: it is no code
    """
    if type(code) is not int:
        raise ValueError(f"no status: {code!r}")
    status: Status = STATUSES.get(code, before or Status.SUBMITTING)
    if status in (Status.SUBMITTING, Status.NOTTRADED, Status.PARTTRADED) and traded:
        return Status.ALLTRADED if traded >= volume else Status.PARTTRADED
    return status


def parse_order(d: dict[str, Any], contract: ContractData, gateway_name: str, before: Status | None = None) -> ListedOrder:
    """A row of ``orders``: ``orderid`` is the server's id with its day, ``reference`` the tag that the row shows."""
    moment: datetime = moment_of(d["time"])
    venue_id: str = day_id(number_id(d["order_id"]), moment.date())
    volume, traded = shares(d["volume"]), shares(d["traded_volume"])
    tag: Any = d["strategy_name"]
    if tag is not None and type(tag) is not str:
        raise ValueError(f"no strategy_name: {tag!r}")
    limit: bool = d["price_type"] in LIMIT_CODES
    mean: float = amount(d["traded_price"]) if traded else 0.0
    status: Status = status_of(d["status"], volume, traded, before)
    if traded and not mean:
        raise ValueError(f"{traded:.12g} traded at {d['traded_price']!r}")
    order: OrderData = OrderData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, orderid=venue_id,
        type=OrderType.LIMIT if limit else OrderType.MARKET, direction=SIDES[d["side"]], offset=Offset.NONE, price=price_of(d["price"]),
        volume=volume, traded=traded, status=status, datetime=moment, reference=(tag or "")[:MOST_TEXT],
    )
    return ListedOrder(VenueOrder(order, venue_id), mean * traded)


def tidy_price(contract: ContractData, order: OrderData, price: float, spread: float) -> float:
    """
    The price of a fill that was made of mean prices, each rounded to four decimals at worst; ``spread`` times that is in it. On the
    tick where that explains the difference, and never beyond the limit of its order for it.
    """
    tick, noise = contract.pricetick, MEAN_DIGITS * (2.0 * spread - 1.0) + 1e-9     # of the mean of all, and of that before
    worse: float = price - order.price if order.direction is Direction.LONG else order.price - price
    if order.type is OrderType.LIMIT and order.price and 0.0 < worse <= noise:
        return order.price
    nearest: float = round(round(price / tick) * tick, 4)
    return nearest if abs(nearest - price) <= min(noise, tick / 4) else round(price, 8)


def placed_id(data: Any, day: date) -> str:
    """
    The id in the answer to an order: in one of the places where the builds put it.

    :raises ValueError: there is none
    """
    inner: dict[str, Any] = data["results"][0]["result"]
    nested: Any = inner.get("order_result")
    for found in (inner.get("order_id"), nested.get("order_id") if isinstance(nested, dict) else nested):
        if found is not None:
            return day_id(number_id(found), day)
    raise ValueError("no order_id")


def placed_volume(data: Any) -> float:
    """The volume in the answer to an order, 0 where it is not told: a purchase beyond the cash is taken smaller."""
    inner: dict[str, Any] = data["results"][0]["result"]
    nested: Any = inner.get("order_result")
    value: Any = inner.get("order_num", nested.get("order_num") if isinstance(nested, dict) else None)
    return shares(value) if value is not None else 0.0


def parse_account(data: Any, account_id: str, gateway_name: str) -> tuple[AccountData, float]:
    """The answer of ``portfolio``: the account, and the cash that can be spent."""
    d: dict[str, Any] = data["portfolio"]
    cash: float = amount(d["cash"])
    account: AccountData = AccountData(gateway_name=gateway_name, accountid=account_id, balance=amount(d["total_asset"]), frozen=amount(d["frozen_cash"]))
    account.available = cash            # the total has the shares in it
    account.extra = {"currency": "CNY", "market_value": finite(d.get("market_value"))}
    return account, cash


def parse_position(d: dict[str, Any], contract: ContractData, gateway_name: str) -> PositionData:
    """A row of ``positions``. ``yd_volume``: what can be sold now."""
    volume, sellable = shares(d["volume"]), shares(d["can_use_volume"])
    if sellable > volume:
        raise ValueError(f"{sellable:.12g} of {volume:.12g} can be sold")
    return PositionData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, direction=Direction.NET, volume=volume,
        frozen=volume - sellable, price=finite(d.get("avg_price")), pnl=finite(d.get("profit")), yd_volume=sellable,
    )


def price_of(value: Any) -> float:
    """
    A price; 0 for NaN, which the terminal has where there is none.

    :raises ValueError: it is none
    """
    return 0.0 if isinstance(value, float) and value != value else amount(value)


def finite(value: Any) -> float:
    """A number that nothing is decided by; 0 for what is none: the terminal may have no price."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if abs(value) <= 1e15 else 0.0


def parse_tick(d: dict[str, Any], contract: ContractData, gateway_name: str) -> TickData | None:
    """A quote of ``get_full_tick`` (build B); None before there is a price. Volumes are in lots of 100, but for bonds."""
    last: float = price_of(d["lastPrice"])
    if not last:
        return None
    unit: float = 1.0 if contract.min_volume < LOT else float(LOT)
    tick: TickData = TickData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, name=contract.name,
        datetime=parse_timetag(d["timetag"]), last_price=last, open_price=price_of(d["open"]), high_price=price_of(d["high"]),
        low_price=price_of(d["low"]), pre_close=price_of(d["lastClose"]), volume=amount(d["volume"]) * unit, turnover=amount(d["amount"]),
    )
    for name, prices, volumes in (("bid", "bidPrice", "bidVol"), ("ask", "askPrice", "askVol")):
        if type(d[prices]) is not list or type(d[volumes]) is not list:
            raise ValueError(f"no list: {short(d[prices])}, {short(d[volumes])}")
        for n, (price, volume) in enumerate(zip(d[prices][:5], d[volumes][:5], strict=False), 1):
            if found := price_of(price):
                setattr(tick, f"{name}_price_{n}", found)
                setattr(tick, f"{name}_volume_{n}", amount(volume) * unit)
    tick.extra = {"volume": d["volume"], "pvolume": d.get("pvolume"), "state": d.get("openInt")}
    return tick


def parse_timetag(text: Any) -> datetime:
    """"20240105 14:59:57" or with milliseconds, in Shanghai's time."""
    day, _, clock = label(text).partition(" ")
    clock, _, fraction = clock.partition(".")
    found: datetime = datetime.strptime(f"{day} {clock}", "%Y%m%d %H:%M:%S")
    return found.replace(microsecond=int(float(f"0.{fraction}") * 1_000_000) if fraction.isdigit() else 0, tzinfo=CHINA)


def parse_bar(d: dict[str, Any], contract: ContractData, interval: Interval, gateway_name: str, length: float) -> BarData:
    """A row of ``get_market_data_ex`` with ``json=1`` (build B), whose time is the bar's end; ``length`` of the interval in seconds."""
    unit: float = 1.0 if contract.min_volume < LOT else float(LOT)
    end: datetime = datetime.fromtimestamp(number_id(d["time"]) / 1_000, timezone.utc)
    begin: datetime = datetime.fromtimestamp(end.timestamp() - length, CHINA)
    return BarData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, datetime=begin, interval=interval,
        open_price=amount(d["open"]), high_price=amount(d["high"]), low_price=amount(d["low"]), close_price=amount(d["close"]),
        volume=amount(d["volume"]) * unit, turnover=amount(d.get("amount", 0.0)),
    )
