"""One symbol's market: its instrument, book, tape and waiting stop orders."""

from bisect import bisect_left, insort
from collections import deque

from .book import Book
from .events import OrderReport
from .instruments import Instrument
from .numbers import BEYOND
from .orders import Order
from .settlement import Settlement
from .tape import Tape

NEVER_RISES: int = BEYOND
ANY_PRICE: int = BEYOND
NEVER_FALLS: int = -1
# where users' trade ids start when nobody reserved room for the tape's
TAPE_ROOM: int = 1_000_000_000


def rises_to_trigger(is_buy: bool, type: str) -> bool:
    """
    Whether the market must rise to the stop price (else fall) to trigger an order.

    rest-api.md: above the market STOP_LOSS BUY and TAKE_PROFIT SELL, below it the others.
    """
    return is_buy == type.startswith("STOP_LOSS")


class Stops:
    """Stop orders waiting for the last price. Those nearest to the market trigger first, then the older ones."""

    __slots__ = ("rise_at", "fall_at", "triggered", "_rising", "_falling")

    def __init__(self) -> None:
        self.rise_at: int = NEVER_RISES         # a trade at this price or above triggers something
        self.fall_at: int = NEVER_FALLS         # at this price or below
        self.triggered: deque[Order] = deque()
        self._rising: list[tuple[int, int, Order]] = []
        self._falling: list[tuple[int, int, Order]] = []

    def add(self, order: Order) -> None:
        if rises_to_trigger(order.is_buy, order.type):
            insort(self._rising, (order.stop_price, order.order_id, order))
        else:
            insort(self._falling, (-order.stop_price, order.order_id, order))
        self._watch()

    def remove(self, order: Order) -> None:
        """Take out an order that waits, or one that is triggered and has not come to its turn."""
        if order in self.triggered:
            self.triggered.remove(order)
            return
        if rises_to_trigger(order.is_buy, order.type):
            del self._rising[bisect_left(self._rising, (order.stop_price, order.order_id))]
        else:
            del self._falling[bisect_left(self._falling, (-order.stop_price, order.order_id))]
        self._watch()

    def traded(self, price: int) -> None:
        """Move what this price triggers into ``triggered``."""
        while self._rising and self._rising[0][0] <= price:
            self.triggered.append(self._rising.pop(0)[2])
        while self._falling and -self._falling[0][0] >= price:
            self.triggered.append(self._falling.pop(0)[2])
        self._watch()

    def _watch(self) -> None:
        self.rise_at = self._rising[0][0] if self._rising else NEVER_RISES
        self.fall_at = -self._falling[0][0] if self._falling else NEVER_FALLS


class Market:
    """
    One symbol. ``next_trade_id`` numbers the trades the exchange itself makes.

    ``leg_reports``: of orders in lists, not followed up yet (order_lists.py).
    ``auction``: orders that wait for the uncrossing, by order id, oldest first.
    ``previous_close``: the price from which the day's band is counted; ``lowest`` and ``highest``: the band.
    """

    __slots__ = (
        "symbol", "base", "quote", "instrument", "settlement", "book", "tape", "stops", "leg_reports", "auction", "previous_close",
        "lowest", "highest", "next_trade_id", "is_room_reserved", "is_depth_taken",
    )

    def __init__(self, instrument: Instrument, settlement: Settlement) -> None:
        self.symbol: str = instrument.symbol
        self.base: str = instrument.base
        self.quote: str = instrument.quote
        self.instrument: Instrument = instrument
        self.settlement: Settlement = settlement
        self.book: Book = Book()
        self.tape: Tape = Tape(instrument.start_price)
        self.stops: Stops = Stops()
        self.leg_reports: deque[tuple[Order, OrderReport]] = deque()
        self.auction: dict[int, Order] = {}
        self.previous_close: int = instrument.start_price
        self.lowest: int = 0
        self.highest: int = ANY_PRICE
        self.next_trade_id: int = 1
        self.is_room_reserved: bool = False
        self.is_depth_taken: bool = False       # somebody traded with the market maker since this was last cleared

    def reserve_trade_ids(self, above: int, room: int = 0) -> int:
        """Leave the ids up to ``above``, and ``room`` more, to tape and past; the last id left."""
        self.next_trade_id = max(self.next_trade_id, above + 1) + room
        self.is_room_reserved = True
        return self.next_trade_id - 1
