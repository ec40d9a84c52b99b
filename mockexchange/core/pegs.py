"""The price of a pegged order, read off the book (faqs/pegged_orders.md)."""

from itertools import islice

from .accounts import Account
from .book import Book
from .engine import Engine
from .errors import Refusal
from .filters import check_working_price
from .market import Market
from .orders import Order
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


def fix_price(engine: Engine, market: Market, account: Account, order: Order) -> bool:
    """
    Give a pegged stop-limit order its price as it triggers (pegged_orders.md, "Stop-limit orders"). An order that the book has
    no price for, or that the filters or the account's funds do not allow at that price, expires; False then.
    """
    special = order.special
    assert special is not None
    price: int = selected_price(market.book, order.is_buy, special.peg_price_type, special.peg_offset, special.limit_price)
    engine.unlock(market, order)
    lock: int = market.settlement.reserve(order.is_buy, price, order.remaining)
    try:
        if price:
            check_working_price(price, order.quantity, order.is_buy, market, engine.now)
    except Refusal:
        price = 0
    if not price or lock > account.free.get(market.quote if order.is_buy else market.base, 0):
        engine.expire(market, order, "REJECTED")
        return False
    order.price = price
    order.special = special._replace(pegged_price=price)
    engine.lock(market, account, order, lock)
    return True
