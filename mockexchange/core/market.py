"""One symbol's market: its instrument, book, tape and waiting stop orders."""

from collections import deque

from .book import Book
from .events import OrderReport
from .instruments import Instrument
from .numbers import BEYOND
from .orders import Order
from .settlement import Settlement
from .stops import Stops
from .tape import Tape

ANY_PRICE: int = BEYOND
# where users' trade ids start when nobody reserved room for the tape's
TAPE_ROOM: int = 1_000_000_000


class Market:
    """
    One symbol. ``next_trade_id`` numbers the trades the exchange itself makes.

    ``leg_reports``: of orders in lists, not followed up yet (order_lists.py).
    ``auction``: orders that wait for the uncrossing, by order id, oldest first.
    ``previous_close``: the price from which the day's band is counted; ``lowest`` and ``highest``: the band.
    """

    __slots__ = (
        "symbol", "base", "quote", "instrument", "settlement", "book", "tape", "stops", "leg_reports", "auction", "previous_close",
        "lowest", "highest", "next_trade_id", "next_allocation_id", "is_room_reserved", "is_depth_taken",
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
        self.next_allocation_id: int = 0
        self.is_room_reserved: bool = False
        self.is_depth_taken: bool = False       # somebody traded with the market maker since this was last cleared

    def reserve_trade_ids(self, above: int, room: int = 0) -> int:
        """Leave the ids up to ``above``, and ``room`` more, to tape and past; the last id left."""
        self.next_trade_id = max(self.next_trade_id, above + 1) + room
        self.is_room_reserved = True
        return self.next_trade_id - 1
