"""
One symbol's order book in price-time priority. It knows nothing of money.

Levels live in a dict by price. The sorted price lists keep the best price at
their end (asks are stored negated), so that what happens near the touch moves
few list items.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator

from .orders import Order


class HouseOrder(Order):
    """
    An order of the flow: only the fields the book needs are set.

    The flow makes most of a market's orders and nobody asks for them by id, so they carry
    no client id, status or times (reading those raises AttributeError).
    """

    __slots__ = ()

    def __init__(self, is_buy: bool, price: int, quantity: int, order_id: int = 0) -> None:
        self.order_id = order_id
        self.account = ""
        self.is_buy = is_buy
        self.price = price
        self.remaining = quantity


class Level:
    """All orders at one price, oldest first. ``total`` is the sum of what remains of them."""

    __slots__ = ("price", "total", "head", "tail")

    def __init__(self, price: int, order: Order) -> None:
        self.price: int = price
        self.total: int = 0
        self.head: Order = order
        self.tail: Order = order

    def __iter__(self) -> Iterator[Order]:
        order: Order | None = self.head
        while order is not None:
            yield order
            order = order.next


class Book:
    """
    Price-time priority book of one symbol.

    ``update_id`` grows by one with every level change. Orders are linked through their
    ``prev``, ``next`` and ``level``, which nobody else may touch.
    """

    __slots__ = (
        "update_id", "_bids", "_asks", "_bid_prices", "_ask_prices",
        "_bid_changes", "_ask_changes", "_taken_id",
    )

    def __init__(self) -> None:
        self.update_id: int = 0
        self._bids: dict[int, Level] = {}
        self._asks: dict[int, Level] = {}
        self._bid_prices: list[int] = []        # ascending
        self._ask_prices: list[int] = []        # negated, ascending
        self._bid_changes: set[int] = set()
        self._ask_changes: set[int] = set()
        self._taken_id: int = 0

    def add(self, order: Order) -> None:
        """Put an order at the back of its level. It must not cross the other side."""
        price: int = order.price
        if order.is_buy:
            levels = self._bids
            self._bid_changes.add(price)
        else:
            levels = self._asks
            self._ask_changes.add(price)
        self.update_id += 1
        level = levels.get(price)
        if level is None:
            levels[price] = level = Level(price, order)
            order.prev = None
            if order.is_buy:
                insort(self._bid_prices, price)
            else:
                insort(self._ask_prices, -price)
        else:
            tail = level.tail
            tail.next = order
            order.prev = tail
            level.tail = order
        order.next = None
        order.level = level
        level.total += order.remaining

    def remove(self, order: Order) -> None:
        """Take an order off the book; its ``remaining`` stays as it is."""
        level: Level = order.level              # type: ignore[assignment]
        level.total -= order.remaining
        if order.is_buy:
            self._bid_changes.add(order.price)
        else:
            self._ask_changes.add(order.price)
        self.update_id += 1
        self._unlink(order, level)

    def reduce(self, order: Order, quantity: int) -> None:
        """Lower an order's ``remaining`` by ``quantity``, keeping its place; at 0 it leaves the book."""
        level: Level = order.level              # type: ignore[assignment]
        order.remaining -= quantity
        level.total -= quantity
        if order.is_buy:
            self._bid_changes.add(order.price)
        else:
            self._ask_changes.add(order.price)
        self.update_id += 1
        if not order.remaining:
            self._unlink(order, level)

    def _unlink(self, order: Order, level: Level) -> None:
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
        else:
            price: int = level.price
            if order.is_buy:
                del self._bids[price]
                prices, key = self._bid_prices, price
            else:
                del self._asks[price]
                prices, key = self._ask_prices, -price
            if prices[-1] == key:
                prices.pop()
            else:
                del prices[bisect_left(prices, key)]

    def take(
        self, is_buy: bool, quantity: int, limit: int = 0, avoid: str | None = None,
    ) -> list[tuple[Order, int]]:
        """
        Take up to ``quantity`` from the other side in priority order; returns (maker, quantity) pairs.

        ``limit`` is the worst price accepted (0: any). Stops in front of an order of the
        account ``avoid``. Each maker's ``remaining`` is already reduced, and a maker that
        is used up has left the book.
        """
        fills: list[tuple[Order, int]] = []
        if is_buy:
            levels, prices, changes = self._asks, self._ask_prices, self._ask_changes
        else:
            levels, prices, changes = self._bids, self._bid_prices, self._bid_changes
        while quantity and prices:
            price: int = prices[-1]
            if is_buy:
                price = -price
                if limit and price > limit:
                    break
            elif price < limit:
                break
            level = levels[price]
            order: Order | None = level.head
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
                after: Order | None = order.next
                order.remaining = 0
                order.level = order.prev = order.next = None
                order = after
                if not quantity:
                    break
            if total != level.total:
                self.update_id += 1
                changes.add(price)
            if order is not None:
                level.total = total
                level.head = order
                order.prev = None
                break
            prices.pop()
            del levels[price]
        return fills

    def grow(self, order: Order, quantity: int) -> None:
        """Raise what remains of the last order of its level."""
        level: Level = order.level              # type: ignore[assignment]
        order.remaining += quantity
        level.total += quantity
        (self._bid_changes if order.is_buy else self._ask_changes).add(order.price)
        self.update_id += 1

    def best_bid(self) -> Level | None:
        return self._bids[self._bid_prices[-1]] if self._bid_prices else None

    def best_ask(self) -> Level | None:
        return self._asks[-self._ask_prices[-1]] if self._ask_prices else None

    def crosses(self, is_buy: bool, price: int) -> bool:
        """Whether an order at this price would meet the other side."""
        if is_buy:
            return bool(self._ask_prices) and price >= -self._ask_prices[-1]
        return bool(self._bid_prices) and price <= self._bid_prices[-1]

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
