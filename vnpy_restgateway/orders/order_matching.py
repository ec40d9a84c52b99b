"""
Which order of the venue is which of ours, where the venue keeps no client order ids. Pure.

An order of ours whose sending was not answered is sought among the venue's orders that nobody
has claimed, by what was sent and when. One candidate that can be nobody else's is it; where two
could be meant, either way round, nothing is concluded.
"""

from collections.abc import Iterable
from datetime import datetime
from math import isclose
from typing import NamedTuple

from vnpy.trader.constant import Direction, Offset, OrderType
from vnpy.trader.object import OrderData

from .reconcile import VenueOrder

SAME: float = 1e-9          # relative; both numbers were the same decimal text once


class SentOrder(NamedTuple):
    """
    An order of ours as it was put on the wire. ``earliest`` and ``latest`` are when the venue could have
    made it, by its own clock; ``price`` and ``volume`` None: the venue may show any. ``answered`` False:
    the answer to its sending may still come, and say which it is. ``shrinks``: the venue may have taken less. ``offset`` None: the
    venue has no such thing.
    """

    orderid: str
    symbol: str
    direction: Direction | None
    type: OrderType
    price: float | None
    volume: float | None
    earliest: datetime
    latest: datetime
    answered: bool = False
    shrinks: bool = False
    offset: Offset | None = None


class AmbiguousMatch(NamedTuple):
    """Orders of ours and of the venue that could be each other in more than one way."""

    orderids: tuple[str, ...]
    venue_ids: tuple[str, ...]


class MatchResult(NamedTuple):
    """
    ``sure``: vn.py order id -> venue id. ``waiting``: venue ids that may be an order whose answer is still
    to come. ``strangers``: venue ids that can be none of ours. ``absent``: ours that are answered for and
    can be none of the venue's.
    """

    sure: dict[str, str]
    contests: list[AmbiguousMatch]
    waiting: list[str]
    strangers: list[str]
    absent: list[str]


def is_candidate(sought: SentOrder, order: OrderData) -> bool:
    """
    Whether an order of the venue may be the one we sent. What the venue does not tell excludes nothing; a client
    order id (``reference``) that it does tell is ours or is not.
    """
    return (
        same_side(sought, order)
        and sought.direction is order.direction
        and sought.type is order.type
        and (sought.offset is None or sought.offset is order.offset)
        and order.reference in ("", sought.orderid)
        and (sought.price is None or isclose(sought.price, order.price, rel_tol=SAME))
        and (sought.volume is None or isclose(sought.volume, order.volume, rel_tol=SAME) or sought.shrinks and order.volume < sought.volume)
        and (order.datetime is None or sought.earliest <= order.datetime <= sought.latest)
    )


def same_side(sought: SentOrder, order: OrderData) -> bool:
    """
    Same symbol: enough to wait for an answer that is on its way, as the venue may round what it was sent, and a message
    may be wrong.
    """
    return sought.symbol == order.symbol


def match_orders(sought: Iterable[SentOrder], unclaimed: Iterable[VenueOrder]) -> MatchResult:
    """
    Confront our unanswered orders with the venue's unclaimed ones.

    Orders that could be each other form groups. A group of one of ours and one of the venue's is sure, if ours
    is answered for; a group with an answer outstanding waits; any other is contested.
    """
    ours: dict[str, SentOrder] = {s.orderid: s for s in sought}
    theirs: dict[str, OrderData] = {record.venue_id: record.order for record in unclaimed}
    meant: dict[str, list[str]] = {
        orderid: [venue_id for venue_id, order in theirs.items() if is_candidate(s, order)] for orderid, s in ours.items()
    }
    claimants: dict[str, list[str]] = {venue_id: [] for venue_id in theirs}
    for orderid, venue_ids in meant.items():
        for venue_id in venue_ids:
            claimants[venue_id].append(orderid)

    verdict: MatchResult = MatchResult({}, [], [], [], [orderid for orderid, s in ours.items() if s.answered and not meant[orderid]])
    seen: set[str] = set()
    for venue_id, order in theirs.items():
        if venue_id in seen:
            continue
        if not claimants[venue_id]:
            outstanding: bool = any(not s.answered and same_side(s, order) for s in ours.values())
            (verdict.waiting if outstanding else verdict.strangers).append(venue_id)
            continue
        orderids, venue_ids = _group(venue_id, meant, claimants)
        seen.update(venue_ids)
        if any(not ours[orderid].answered for orderid in orderids):
            verdict.waiting.extend(venue_ids)
        elif len(orderids) == len(venue_ids) == 1:
            verdict.sure[orderids[0]] = venue_id
        else:
            verdict.contests.append(AmbiguousMatch(tuple(orderids), tuple(venue_ids)))
    return verdict


def _group(start: str, meant: dict[str, list[str]], claimants: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    """Everything that hangs together with one order of the venue."""
    orderids: dict[str, None] = {}
    venue_ids: dict[str, None] = {start: None}
    todo: list[str] = [start]
    while todo:
        for orderid in claimants[todo.pop()]:
            if orderid in orderids:
                continue
            orderids[orderid] = None
            fresh: list[str] = [venue_id for venue_id in meant[orderid] if venue_id not in venue_ids]
            venue_ids.update(dict.fromkeys(fresh))
            todo.extend(fresh)
    return list(orderids), list(venue_ids)
