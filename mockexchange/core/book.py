"""
One symbol's order book in price-time priority. It knows nothing of money.

Levels live in a dict by price. The sorted price lists keep the best price at
their end (asks are stored negated), so that what happens near the touch moves
few list items.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator

from .numbers import BEYOND
from .orders import BookOrder

NO_BID: int = -1
NO_ASK: int = BEYOND


class Level:
    """All orders at one price, oldest first. ``total`` is the sum of what remains of them."""

    __slots__ = ("price", "total", "head", "tail")

    def __init__(self, price: int, order: BookOrder) -> None:
        self.price: int = price
        self.total: int = 0
        self.head: BookOrder = order
        self.tail: BookOrder = order

    def __iter__(self) -> Iterator[BookOrder]:
        order: BookOrder | None = self.head
        while order is not None:
            yield order
            order = order.next


class Book:
    """
    Price-time priority book of one symbol.

    ``update_id`` grows by one with every level change. ``top_bid`` and ``top_ask`` are the best
    prices, NO_BID and NO_ASK on an empty side. Orders are linked through their ``prev``,
    ``next`` and ``level``, which nobody else may touch.
    """

    __slots__ = (
        "update_id", "top_bid", "top_ask", "_bids", "_asks", "_bid_prices", "_ask_prices",
        "_bid_changes", "_ask_changes", "_taken_id",
    )

    def __init__(self) -> None:
        self.update_id: int = 0
        self.top_bid: int = NO_BID
        self.top_ask: int = NO_ASK
        self._bids: dict[int, Level] = {}
        self._asks: dict[int, Level] = {}
        self._bid_prices: list[int] = []        # ascending
        self._ask_prices: list[int] = []        # negated, ascending
        self._bid_changes: dict[int, None] = {}
        self._ask_changes: dict[int, None] = {}
        self._taken_id: int = 0

    def add(self, order: BookOrder) -> None:
        """Put an order at the back of its level. It must not cross the other side."""
        price: int = order.price
        self.update_id += 1
        if order.is_buy:
            self._bid_changes[price] = None
            level = self._bids.get(price)
        else:
            self._ask_changes[price] = None
            level = self._asks.get(price)
        order.next = None
        if level is None:
            order.prev = None
            order.level = level = self._open(order, price)
            level.total = order.remaining
        else:
            order.prev = tail = level.tail
            tail.next = level.tail = order
            order.level = level
            level.total += order.remaining

    def _open(self, order: BookOrder, price: int) -> Level:
        level = Level(price, order)
        if order.is_buy:
            self._bids[price] = level
            if price > self.top_bid:
                self.top_bid = price
                self._bid_prices.append(price)
            else:
                insort(self._bid_prices, price)
        else:
            self._asks[price] = level
            if price < self.top_ask:
                self.top_ask = price
                self._ask_prices.append(-price)
            else:
                insort(self._ask_prices, -price)
        return level

    def remove(self, order: BookOrder) -> None:
        """Take an order off the book; its ``remaining`` stays as it is."""
        level: Level = order.level              # type: ignore[assignment]
        level.total -= order.remaining
        self.update_id += 1
        if order.is_buy:
            self._bid_changes[level.price] = None
        else:
            self._ask_changes[level.price] = None
        before, after = order.prev, order.next
        order.level = order.prev = order.next = None
        if before is not None:
            before.next = after
            if after is not None:
                after.prev = before
            else:
                level.tail = before
        elif after is not None:
            after.prev = None
            level.head = after
        elif order.is_buy:
            self._close_bid(level.price)
        else:
            self._close_ask(level.price)

    def reduce(self, order: BookOrder, quantity: int) -> None:
        """Lower an order's ``remaining`` by ``quantity``, keeping its place; at 0 it leaves the book."""
        if quantity == order.remaining:
            self.remove(order)
            order.remaining = 0
            return
        level: Level = order.level              # type: ignore[assignment]
        order.remaining -= quantity
        level.total -= quantity
        (self._bid_changes if order.is_buy else self._ask_changes)[level.price] = None
        self.update_id += 1

    def _close_bid(self, price: int) -> None:
        del self._bids[price]
        prices = self._bid_prices
        if price == self.top_bid:
            prices.pop()
            self.top_bid = prices[-1] if prices else NO_BID
        else:
            del prices[bisect_left(prices, price)]

    def _close_ask(self, price: int) -> None:
        del self._asks[price]
        prices = self._ask_prices
        if price == self.top_ask:
            prices.pop()
            self.top_ask = -prices[-1] if prices else NO_ASK
        else:
            del prices[bisect_left(prices, -price)]

    def take(
        self, is_buy: bool, quantity: int, limit: int = 0, avoid: str | None = None,
    ) -> list[tuple[BookOrder, int]]:
        """
        Take up to ``quantity`` from the other side in priority order; returns (maker, quantity) pairs.

        ``limit`` is the worst price accepted (0: any). Stops in front of an order of the
        account ``avoid``. Each maker's ``remaining`` is already reduced, and a maker that
        is used up has left the book.
        """
        fills: list[tuple[BookOrder, int]] = []
        if is_buy:
            levels, prices, changes = self._asks, self._ask_prices, self._ask_changes
        else:
            levels, prices, changes = self._bids, self._bid_prices, self._bid_changes
        while quantity and prices:
            price: int = self.top_ask if is_buy else self.top_bid
            if (limit and price > limit) if is_buy else price < limit:
                break
            level = levels[price]
            order: BookOrder | None = level.head
            total: int = level.total
            while order is not None and order.account != avoid:
                rest: int = order.remaining
                if rest > quantity:
                    order.remaining = rest - quantity
                    total -= quantity
                    fills.append((order, quantity))
                    quantity = 0
                    break
                quantity -= rest
                total -= rest
                fills.append((order, rest))
                after: BookOrder | None = order.next
                order.remaining = 0
                order.level = order.prev = order.next = None
                order = after
                if not quantity:
                    break
            if total != level.total:
                self.update_id += 1
                changes[price] = None
            if order is not None:
                level.total = total
                level.head = order
                order.prev = None
                break
            if is_buy:
                self._close_ask(price)
            else:
                self._close_bid(price)
        return fills

    def grow(self, order: BookOrder, quantity: int) -> None:
        """Raise what remains of the last order of its level."""
        level: Level = order.level              # type: ignore[assignment]
        order.remaining += quantity
        level.total += quantity
        (self._bid_changes if order.is_buy else self._ask_changes)[order.price] = None
        self.update_id += 1

    def best_bid(self) -> Level | None:
        return self._bids.get(self.top_bid)

    def best_ask(self) -> Level | None:
        return self._asks.get(self.top_ask)

    def crosses(self, is_buy: bool, price: int) -> bool:
        """Whether an order at this price would meet the other side."""
        return price >= self.top_ask if is_buy else price <= self.top_bid

    def level(self, is_buy: bool, price: int) -> Level | None:
        return (self._bids if is_buy else self._asks).get(price)

    def levels(self, is_buy: bool) -> Iterator[Level]:
        """The levels of a side, best first. The book must not change meanwhile."""
        if is_buy:
            return (self._bids[price] for price in reversed(self._bid_prices))
        return (self._asks[-price] for price in reversed(self._ask_prices))

    def bids(self, limit: int) -> list[tuple[int, int]]:
        """The best ``limit`` bid levels as (price, total), best first."""
        levels = self._bids
        return [(price, levels[price].total) for price in self._bid_prices[:-limit - 1:-1]]

    def asks(self, limit: int) -> list[tuple[int, int]]:
        """The best ``limit`` ask levels as (price, total), best first."""
        levels = self._asks
        return [(-price, levels[-price].total) for price in self._ask_prices[:-limit - 1:-1]]

    def take_changes(self) -> tuple[int, int, dict[int, int], dict[int, int]]:
        """
        What changed since the last call: (first update id, last update id, bids, asks).

        Each side maps price -> total now, 0 when the level is gone. Nothing changed: first > last.
        """
        first: int = self._taken_id + 1
        self._taken_id = self.update_id
        bids: dict[int, int] = {}
        for price in self._bid_changes:
            level = self._bids.get(price)
            bids[price] = level.total if level is not None else 0
        asks: dict[int, int] = {}
        for price in self._ask_changes:
            level = self._asks.get(price)
            asks[price] = level.total if level is not None else 0
        self._bid_changes.clear()
        self._ask_changes.clear()
        return first, self._taken_id, bids, asks
