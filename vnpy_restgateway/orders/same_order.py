"""Whether news are of the order that is known by the id which they name. Pure."""

from datetime import datetime, timedelta
from math import isclose

from vnpy.trader.constant import OrderType
from vnpy.trader.object import OrderData

from .order_matching import SAME
from .table import Entry

CREATED_WITHIN: timedelta = timedelta(seconds=1)    # lists and pushes may cut an order's time at other digits
ROUNDED_PRICE: float = 0.01     # relative
ROUNDED_VOLUME: float = 2.0     # times more or less
SAME_TIME: timedelta = timedelta(milliseconds=100)  # of times that are not cut to seconds


def same_order(known: OrderData, news: OrderData, shrinks: bool = False) -> bool:
    """
    Whether news under an id can be of the order known by it: what never changes in an order is the same. ``shrinks``: the venue
    may have taken less.
    """
    if known.symbol != news.symbol or known.direction is not news.direction:
        return False
    if known.type is not OrderType.LIMIT or news.type is not OrderType.LIMIT:
        return True                     # the amount of a market order may be told in another unit
    return isclose(known.volume, news.volume, rel_tol=SAME) or shrinks and news.volume < known.volume


def is_rounded(known: OrderData, news: OrderData) -> bool:
    """Whether news with our own id may be of the order as what stands behind the venue has rounded it to its own tick and step."""
    return (
        known.symbol == news.symbol and known.direction is news.direction and known.type is news.type is OrderType.LIMIT
        and isclose(known.price, news.price, rel_tol=ROUNDED_PRICE) and known.volume <= news.volume * ROUNDED_VOLUME <= known.volume * ROUNDED_VOLUME**2
    )


def other_order(entry: Entry, news: OrderData, shrinks: bool = False, amends: bool = True) -> bool:
    """
    Whether news under an order's own id are of another order than that one, amended or not: of a later one of the same id.
    ``amends``: the venue amends orders.
    """
    known: OrderData = entry.order
    if known.symbol != news.symbol or known.direction is not news.direction:
        return True
    if not entry.is_active and not same_order(known, news, shrinks):
        return True                     # what is over is not amended
    created: datetime | None = entry.created or known.datetime
    if created and news.datetime and (amends or is_same_price(known, news)):
        cut: bool = not (created.microsecond and news.datetime.microsecond)
        return abs(created - news.datetime) > (CREATED_WITHIN if cut else SAME_TIME)
    return not is_same_price(known, news)


def is_same_price(known: OrderData, news: OrderData) -> bool:
    """Whether two limits are the same, as far as they are told; that of another type may be anything."""
    if known.type is not OrderType.LIMIT or news.type is not OrderType.LIMIT or not (known.price and news.price):
        return True
    return isclose(known.price, news.price, rel_tol=SAME)
