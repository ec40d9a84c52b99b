"""Both-way maps between vn.py and HashEx, with an explicit answer for what they do not know."""

from typing import Any

from vnpy.trader.constant import Direction, Interval, OrderType, Status

# The words of the REST API. None of them is wrong: an order of an unknown word is asked for again.
STATUS_HASHEX2VT: dict[str, Status] = {
    "NEW": Status.NOTTRADED,
    "PARTIALLY_FILLED": Status.PARTTRADED,
    "FILLED": Status.ALLTRADED,
    "CANCELED": Status.CANCELLED,
    "PARTIALLY_CANCELED": Status.CANCELLED,
    "REJECTED": Status.REJECTED,
    "EXPIRED": Status.CANCELLED,
}
# The numbers of the socket. 5 is "failed" in one document and "cancelling" in another, 6 is in none: they say nothing.
SOCKET_STATUS2VT: dict[str, Status] = {
    "1": Status.NOTTRADED,
    "2": Status.PARTTRADED,
    "3": Status.ALLTRADED,
    "4": Status.CANCELLED,
}

DIRECTION_VT2HASHEX: dict[Direction, str] = {Direction.LONG: "BUY", Direction.SHORT: "SELL"}
DIRECTION_HASHEX2VT: dict[str, Direction] = {
    "BUY": Direction.LONG, "BID": Direction.LONG, "1": Direction.LONG,
    "SELL": Direction.SHORT, "ASK": Direction.SHORT, "2": Direction.SHORT, "0": Direction.SHORT,
}

TYPE_HASHEX2VT: dict[str, OrderType] = {
    "LIMIT": OrderType.LIMIT, "1": OrderType.LIMIT,
    "MARKET": OrderType.MARKET, "2": OrderType.MARKET,
    "3": OrderType.STOP,                    # of the web site; cannot be placed by the API
}

INTERVAL_VT2HASHEX: dict[Interval, str] = {
    Interval.MINUTE: "1m",
    Interval.HOUR: "1h",
    Interval.DAILY: "1d",
    Interval.WEEKLY: "1w",
}


def status_to_vt(state: Any) -> Status | None:
    """vn.py's status of a REST word or a socket's number, or None for one that does not say how the order stands."""
    word: str = str(state)
    return STATUS_HASHEX2VT.get(word) or SOCKET_STATUS2VT.get(word)


def type_to_vt(type: Any) -> OrderType:
    """A type we do not know is shown as LIMIT: the order is there and can be cancelled."""
    return TYPE_HASHEX2VT.get(str(type), OrderType.LIMIT)


def direction_to_vt(side: Any) -> Direction | None:
    """None for a word that is neither."""
    return DIRECTION_HASHEX2VT.get(str(side))
