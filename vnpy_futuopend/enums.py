"""Numbers of the official definitions both ways (sections 3 and 5). Pure."""

from typing import NamedTuple

from vnpy.trader.constant import Direction, Exchange, Interval, OrderType, Product, Status

from rest_locale import _


class Market(NamedTuple):
    """
    One exchange of vn.py's at Futu. ``word``: in the setting Markets; ``qot``: ``security.market``; ``real`` and ``simulated``: the
    header's ``trd_market``; ``currency``: of its contracts, ``currency_code`` Futu's number of it.
    """

    word: str
    prefix: str
    exchange: Exchange
    qot: int
    real: int
    simulated: int
    sec_market: int
    zone: str
    currency: str
    currency_code: int


HK: Market = Market("HK", "HK", Exchange.SEHK, 1, 1, 1, 1, "Asia/Hong_Kong", "HKD", 1)
US: Market = Market("US", "US", Exchange.SMART, 11, 2, 2, 2, "America/New_York", "USD", 2)
SH: Market = Market("CN", "SH", Exchange.SSE, 21, 4, 3, 31, "Asia/Shanghai", "CNY", 3)
SZ: Market = Market("CN", "SZ", Exchange.SZSE, 22, 4, 3, 32, "Asia/Shanghai", "CNY", 3)
MARKETS: tuple[Market, ...] = (HK, US, SH, SZ)
WORDS: tuple[str, ...] = ("HK", "US", "CN")
BY_EXCHANGE: dict[Exchange, Market] = {each.exchange: each for each in MARKETS}
BY_QOT: dict[int, Market] = {each.qot: each for each in MARKETS}
BY_SEC_MARKET: dict[int, Market] = {each.sec_market: each for each in MARKETS}
# how people write it: vn.py's exchanges of US shares, Futu's prefixes
PLACES: dict[str, Market] = {
    "SEHK": HK, "HK": HK, "SMART": US, "US": US, "NYSE": US, "NASDAQ": US, "AMEX": US, "ARCA": US, "SSE": SH, "SH": SH, "SZSE": SZ, "SZ": SZ,
}

CURRENCIES: dict[int, str] = {1: "HKD", 2: "USD", 3: "CNY", 4: "JPY", 5: "SGD", 6: "AUD", 7: "CAD", 8: "MYR"}
CURRENCY_CODES: dict[str, int] = {"HKD": 1, "USD": 2, "CNH": 3}         # choices of the setting Currency
SIMULATE, REAL = 0, 1
MARGIN: int = 2                 # acc_type

BUY, SELL = 1, 2
SIDES: dict[int, Direction] = {1: Direction.LONG, 2: Direction.SHORT, 3: Direction.SHORT, 4: Direction.LONG}
SIDE_OF: dict[Direction, int] = {Direction.LONG: BUY, Direction.SHORT: SELL}

NORMAL, MARKET_ORDER, SPECIAL_LIMIT, SPECIAL_LIMIT_ALL = 1, 2, 8, 9
DAY, IOC = 0, 2                 # time_in_force
TYPES: dict[int, OrderType] = {
    NORMAL: OrderType.LIMIT, MARKET_ORDER: OrderType.MARKET, 10: OrderType.STOP, SPECIAL_LIMIT: OrderType.FAK, SPECIAL_LIMIT_ALL: OrderType.FOK,
}

# what is not here (-1, unknown) changes nothing that is known
STATUSES: dict[int, Status] = {
    0: Status.SUBMITTING,           # unsubmitted
    1: Status.SUBMITTING,           # waiting to be submitted
    2: Status.SUBMITTING,           # being submitted
    3: Status.REJECTED,             # submit failed
    4: Status.SUBMITTING,           # timed out: the result is unknown
    5: Status.NOTTRADED,            # submitted
    10: Status.PARTTRADED,
    11: Status.ALLTRADED,
    12: Status.PARTTRADED,          # being cancelled
    13: Status.NOTTRADED,           # being cancelled
    14: Status.CANCELLED,           # with fills
    15: Status.CANCELLED,
    21: Status.REJECTED,
    22: Status.CANCELLED,           # disabled
    23: Status.CANCELLED,           # deleted
    24: Status.CANCELLED,           # its fills were cancelled
}
REFUSED: tuple[int, ...] = (3, 21)
TIMED_OUT: int = 4
BUSTED: int = 24

PRODUCTS: dict[int, Product] = {
    1: Product.BOND, 2: Product.WARRANT, 3: Product.EQUITY, 4: Product.ETF, 5: Product.WARRANT, 6: Product.INDEX, 8: Product.OPTION,
    10: Product.FUTURES, 11: Product.FOREX, 12: Product.SPOT,
}
TRADED: tuple[int, ...] = (1, 2, 3, 4, 5)       # security types with lots and no multiplier, which this gateway trades
FUND: int = 4

BASIC_SUB, BOOK_SUB, TICKER_SUB = 1, 2, 4       # sub_type

INTERVALS: dict[Interval, int] = {Interval.MINUTE: 1, Interval.HOUR: 9, Interval.DAILY: 2, Interval.WEEKLY: 3}


def type_of(order_type: int, time_in_force: int | None) -> OrderType:
    """A type of order as vn.py's; those vn.py does not have are limit orders to it."""
    found: OrderType = TYPES.get(order_type, OrderType.LIMIT)
    return OrderType.FAK if order_type == NORMAL and time_in_force == IOC else found


def wire_type(type: OrderType, market: Market) -> tuple[int, int]:
    """
    ``order_type`` and ``time_in_force`` (section 5.2).

    :raises ValueError: the market does not have it
    """
    if type is OrderType.LIMIT:
        return NORMAL, DAY
    if type is OrderType.MARKET and market in (HK, US):
        return MARKET_ORDER, DAY
    if type is OrderType.FAK and market in (HK, US):
        return (SPECIAL_LIMIT, DAY) if market is HK else (NORMAL, IOC)
    if type is OrderType.FOK and market is HK:
        return SPECIAL_LIMIT_ALL, DAY
    raise ValueError(_("order type {order_type} is not supported: {market} has no such orders at Futu").format(order_type=type.value, market=market.word))


def venue_symbol(market: Market, code: str) -> str:
    """``HK.00700``: a code is unique within its market only."""
    return f"{market.prefix}.{code}"
