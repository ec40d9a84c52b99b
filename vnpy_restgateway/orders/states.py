"""Which state of an order may follow which, and what to believe after hearing of one. Pure."""

from math import isclose

from vnpy.trader.constant import OrderType, Status
from vnpy.trader.object import OrderData

from .order_data import copy

# What may follow what. A final status is followed by nothing.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.SUBMITTING: frozenset({Status.NOTTRADED, Status.PARTTRADED, Status.ALLTRADED, Status.CANCELLED, Status.REJECTED}),
    Status.NOTTRADED: frozenset({Status.PARTTRADED, Status.ALLTRADED, Status.CANCELLED, Status.REJECTED}),
    Status.PARTTRADED: frozenset({Status.ALLTRADED, Status.CANCELLED}),
    Status.ALLTRADED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.REJECTED: frozenset(),
}
# ``in`` on a tuple compares by identity; Enum.__hash__ is a Python call, of which an order met a dozen
FINAL: tuple[Status, ...] = tuple(status for status, following in TRANSITIONS.items() if not following)
FOLLOWING: dict[int, tuple[Status, ...]] = {id(status): tuple(following) for status, following in TRANSITIONS.items()}      # by identity
VOLUME_NOISE: float = 1e-9      # of a unit: smaller than any step on a venue, larger than any sum of float noise


def merge(known: OrderData, news: OrderData, inferred: bool = False) -> OrderData | None:
    """
    What we believe after hearing ``news`` of an order: a new OrderData, or None when nothing changes.

    Traded never shrinks, a final status is never left, and old news change nothing. ``inferred``
    says that the final status we hold was concluded without proof (the venue did not know the
    order): then what the venue says now goes first.
    """
    traded: float = max(known.traded, news.traded)
    status: Status = known.status
    if news.status is not status and (inferred or news.status in FOLLOWING[id(status)]):
        status = news.status

    if status not in FINAL and traded > VOLUME_NOISE:
        # an answer that is older than the fills we know of
        volume: float = news.volume or known.volume         # 0: a market order by quote amount, still filling
        status = Status.ALLTRADED if volume and traded >= volume - VOLUME_NOISE else Status.PARTTRADED

    amended: bool = bool(news.volume) and status not in FINAL and abs(news.volume - known.volume) > VOLUME_NOISE
    repriced: bool = (
        bool(news.price and known.price) and news.price != known.price and known.type is news.type is OrderType.LIMIT
        and status not in FINAL and not isclose(news.price, known.price, rel_tol=1e-9)
    )
    if status is known.status and traded <= known.traded and not amended and not repriced:
        return None

    order: OrderData = copy(known)
    order.status = status
    order.traded = traded
    if news.volume:
        order.volume = news.volume      # a market order by quote amount learns its volume from the venue
    if repriced or not order.price:
        order.price = news.price        # what the venue insists on
    if news.datetime and not known.datetime:
        order.datetime = news.datetime
    return order
