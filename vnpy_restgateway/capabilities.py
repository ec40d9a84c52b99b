"""What a venue can, as data: a session says it, and the orders' flow and the gateway's checks go by it."""

from dataclasses import dataclass
from enum import Enum

from vnpy.trader.constant import Direction, Interval, Offset, OrderType


class Correlation(Enum):
    """How an order of ours is found again at the venue, when the answer to its sending was lost."""

    CLIENT_ID = "the venue keeps our id, and is asked for the order by it"
    TAG = "the venue's lists show our id in a text of the order"
    VENUE_ID = "the venue knows its own ids only; what has none yet is lined up with its lists by what was sent"


class Fills(Enum):
    """Where fills come from."""

    TOLD = "the venue tells each"
    LISTED = "the venue lists them when asked, and tells none"
    DERIVED = "made of what an order has traded more than before"


@dataclass(frozen=True)
class Capabilities:
    """
    ``cancels_by_venue_id``: a cancel waits until the venue's id of the order is known. ``cancels_are_final``: what accepts a
    cancel tells that the order has ended; else it is asked for. ``may_shrink``: the venue may take a purchase with a smaller volume
    than was asked for. ``amends``: an order that lives may be given another price or volume there.
    """

    correlation: Correlation = Correlation.CLIENT_ID
    fills: Fills = Fills.TOLD
    cancels_by_venue_id: bool = False
    cancels_are_final: bool = True
    may_shrink: bool = False
    amends: bool = True
    order_types: frozenset[OrderType] = frozenset({OrderType.LIMIT})
    unpriced: frozenset[OrderType] = frozenset()        # of these: the venue does not keep to the limit price
    directions: frozenset[Direction] = frozenset({Direction.LONG, Direction.SHORT})
    offsets: frozenset[Offset] | None = None            # None: not looked at, the venue has no such thing
    intervals: frozenset[Interval] = frozenset()        # of bars; empty: it has none
    ticks: bool = True
    holdings: bool = False              # what can be sold, and the cash, are known and looked at before an order goes out
