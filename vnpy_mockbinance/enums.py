"""Both-way maps between vn.py and Binance (enums.md), with an explicit answer for what they do not know."""

from vnpy.trader.constant import Direction, Interval, OrderType, Status

STATUS_BINANCE2VT: dict[str, Status] = {
    "NEW": Status.NOTTRADED,
    "PENDING_NEW": Status.NOTTRADED,
    "PARTIALLY_FILLED": Status.PARTTRADED,
    "FILLED": Status.ALLTRADED,
    "CANCELED": Status.CANCELLED,
    "REJECTED": Status.REJECTED,
    "EXPIRED": Status.CANCELLED,
    "EXPIRED_IN_MATCH": Status.CANCELLED,
}

# vn.py's type -> Binance's type and timeInForce ("" where it must not be sent)
ORDERTYPE_VT2BINANCE: dict[OrderType, tuple[str, str]] = {
    OrderType.LIMIT: ("LIMIT", "GTC"),
    OrderType.FAK: ("LIMIT", "IOC"),
    OrderType.FOK: ("LIMIT", "FOK"),
    OrderType.MARKET: ("MARKET", ""),
    OrderType.STOP: ("STOP_LOSS_LIMIT", "GTC"),
}
LIMIT_TIME_IN_FORCE2VT: dict[str, OrderType] = {"GTC": OrderType.LIMIT, "IOC": OrderType.FAK, "FOK": OrderType.FOK}
TYPE_BINANCE2VT: dict[str, OrderType] = {
    "MARKET": OrderType.MARKET,
    "LIMIT_MAKER": OrderType.LIMIT,
    "STOP_LOSS": OrderType.STOP,
    "STOP_LOSS_LIMIT": OrderType.STOP,
    "TAKE_PROFIT": OrderType.STOP,
    "TAKE_PROFIT_LIMIT": OrderType.STOP,
}

DIRECTION_VT2BINANCE: dict[Direction, str] = {Direction.LONG: "BUY", Direction.SHORT: "SELL"}
DIRECTION_BINANCE2VT: dict[str, Direction] = {v: k for k, v in DIRECTION_VT2BINANCE.items()}

INTERVAL_VT2BINANCE: dict[Interval, str] = {
    Interval.MINUTE: "1m",
    Interval.HOUR: "1h",
    Interval.DAILY: "1d",
    Interval.WEEKLY: "1w",
}


def status_to_vt(word: str) -> Status:
    """vn.py's status. A word we do not know is SUBMITTING, which never overrides what is known."""
    return STATUS_BINANCE2VT.get(word, Status.SUBMITTING)


def type_to_vt(type: str, time_in_force: str) -> OrderType:
    """vn.py's order type. A type we do not know is shown as LIMIT: the order is there and can be cancelled."""
    if type == "LIMIT":
        return LIMIT_TIME_IN_FORCE2VT.get(time_in_force, OrderType.LIMIT)
    return TYPE_BINANCE2VT.get(type, OrderType.LIMIT)
