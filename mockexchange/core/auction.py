"""
A call auction: the one price at which most is traded.

SSE and SZSE trading rules, "call auction": the price with the largest volume, at which all better orders are filled whole;
among several the one with the least left over, then the one nearest to the reference.
"""

from collections.abc import Iterable, Sequence

from .orders import BookOrder


def by_priority(orders: Iterable[BookOrder], is_buy: bool) -> list[BookOrder]:
    """The orders of a side, best price first; those of one price stay in the order they are given."""
    return sorted((each for each in orders if each.is_buy == is_buy), key=lambda each: -each.price if is_buy else each.price)


def clearing_price(bids: Sequence[BookOrder], asks: Sequence[BookOrder], reference: int) -> tuple[int, int]:
    """(price, quantity) of the uncrossing, both sides by priority; (0, 0) where no two orders meet."""
    best: tuple[int, int, int, int] | None = None
    for price in sorted({order.price for order in (*bids, *asks)}):
        above: int = sum(order.remaining for order in bids if order.price > price)
        below: int = sum(order.remaining for order in asks if order.price < price)
        demand: int = above + sum(order.remaining for order in bids if order.price == price)
        supply: int = below + sum(order.remaining for order in asks if order.price == price)
        volume: int = min(demand, supply)
        if volume and above <= supply and below <= demand:
            rank = (-volume, abs(demand - supply), abs(price - reference), price)
            if best is None or rank < best:
                best = rank
    return (best[3], -best[0]) if best is not None else (0, 0)


def match_at(bids: Sequence[BookOrder], asks: Sequence[BookOrder], quantity: int) -> list[tuple[BookOrder, BookOrder, int]]:
    """Pairs (bid, ask, quantity) that trade ``quantity`` in all, in priority order. Changes nothing."""
    pairs: list[tuple[BookOrder, BookOrder, int]] = []
    left = [order.remaining for order in bids], [order.remaining for order in asks]
    i = j = 0
    while quantity:
        part: int = min(left[0][i], left[1][j], quantity)
        pairs.append((bids[i], asks[j], part))
        quantity -= part
        left[0][i] -= part
        left[1][j] -= part
        i += not left[0][i]
        j += not left[1][j]
    return pairs
