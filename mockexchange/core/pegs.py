"""The price of a pegged order, read off the book (faqs/pegged_orders.md)."""

from itertools import islice

from .book import Book
from .special import PRIMARY_PEG


def selected_price(book: Book, is_buy: bool, peg_price_type: str, offset: int | None, limit_price: int) -> int:
    """
    The best price of the order's own side (PRIMARY_PEG) or of the other one (MARKET_PEG), ``offset`` levels deeper into the
    book; no worse than ``limit_price`` where that is not 0. 0 when the book has no such level.
    """
    side: bool = is_buy if peg_price_type == PRIMARY_PEG else not is_buy
    level = next(islice(book.levels(side), offset or 0, None), None)
    if level is None:
        return 0
    if not limit_price:
        return level.price
    return min(level.price, limit_price) if is_buy else max(level.price, limit_price)
