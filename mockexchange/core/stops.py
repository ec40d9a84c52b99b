"""Stop orders that wait for a price, and trailing stops that track one."""

from bisect import bisect_left, insort
from collections import deque

from .numbers import BEYOND
from .orders import Order
from .special import BASIS_POINTS, may_trigger

NEVER_RISES: int = BEYOND
NEVER_FALLS: int = -1


def rises_to_trigger(is_buy: bool, type: str) -> bool:
    """
    Whether the market must rise to the stop price (else fall) to trigger an order.

    rest-api.md: above the market STOP_LOSS BUY and TAKE_PROFIT SELL, below it the others.
    """
    return is_buy == type.startswith("STOP_LOSS")


class Stops:
    """
    Stop orders waiting for the last price. Those nearest to the market trigger first, then the older ones.

    A trailing stop waits for its stop price as the others do, if it has one, and then tracks the price. ``rise_at`` and
    ``fall_at`` are the prices at and beyond which a trade concerns any of them; between them nothing is looked at.
    """

    __slots__ = ("rise_at", "fall_at", "triggered", "moved", "_rising", "_falling", "_tracking")

    def __init__(self) -> None:
        self.rise_at: int = NEVER_RISES         # a trade at this price or above concerns something
        self.fall_at: int = NEVER_FALLS         # at this price or below
        self.triggered: deque[Order] = deque()
        self.moved: dict[int, Order] = {}       # trailing stops with another extreme, by order id; whoever reports them clears it
        self._rising: list[tuple[int, int, Order]] = []
        self._falling: list[tuple[int, int, Order]] = []
        self._tracking: dict[int, Order] = {}   # by order id

    def add(self, order: Order) -> None:
        special = order.special
        if special is not None and special.trailing_time:
            self._tracking[order.order_id] = order
        elif rises_to_trigger(order.is_buy, order.type):
            insort(self._rising, (order.stop_price, order.order_id, order))
        else:
            insort(self._falling, (-order.stop_price, order.order_id, order))
        self._watch()

    def remove(self, order: Order) -> None:
        """Take out an order that waits, or one that is triggered and has not come to its turn."""
        if order in self.triggered:
            self.triggered.remove(order)
            return
        if self._tracking.pop(order.order_id, None) is not None:
            self.moved.pop(order.order_id, None)
        elif rises_to_trigger(order.is_buy, order.type):
            del self._rising[bisect_left(self._rising, (order.stop_price, order.order_id))]
        else:
            del self._falling[bisect_left(self._falling, (-order.stop_price, order.order_id))]
        self._watch()

    def traded(self, price: int, now: int) -> None:
        """Move what this price triggers into ``triggered``, and let the trailing stops follow it."""
        for order in list(self._tracking.values()):
            self._follow(order, price)
        while self._rising and self._rising[0][0] <= price:
            self._reached(self._rising.pop(0)[2], price, now)
        while self._falling and -self._falling[0][0] >= price:
            self._reached(self._falling.pop(0)[2], price, now)
        self._watch()

    def _follow(self, order: Order, price: int) -> None:
        special = order.special
        assert special is not None
        if may_trigger(special, order.is_buy, price):
            del self._tracking[order.order_id]
            self.moved.pop(order.order_id, None)
            self.triggered.append(order)
        elif price < special.extreme if order.is_buy else price > special.extreme:
            order.special = special._replace(extreme=price)
            self.moved[order.order_id] = order

    def _reached(self, order: Order, price: int, now: int) -> None:
        """A trade has met the stop price: the order triggers, or begins to track the price from this trade on."""
        special = order.special
        if special is None or not special.trailing_delta:
            self.triggered.append(order)
            return
        order.special = special._replace(extreme=price, trailing_time=now)
        self._tracking[order.order_id] = self.moved[order.order_id] = order

    def _watch(self) -> None:
        self.rise_at = self._rising[0][0] if self._rising else NEVER_RISES
        self.fall_at = -self._falling[0][0] if self._falling else NEVER_FALLS
        for order in self._tracking.values():
            special = order.special
            assert special is not None
            extreme, delta = special.extreme, special.trailing_delta
            if order.is_buy:
                rise, fall = -(-extreme * (BASIS_POINTS + delta) // BASIS_POINTS), extreme - 1
            else:
                rise, fall = extreme + 1, extreme * (BASIS_POINTS - delta) // BASIS_POINTS
            self.rise_at = min(self.rise_at, rise)
            self.fall_at = max(self.fall_at, fall)
