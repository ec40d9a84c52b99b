"""Smart order routing: an order that takes from the books of several symbols of one base asset (faqs/sor_faq.md)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from heapq import merge
from typing import TYPE_CHECKING

from .accounts import Account
from .book import Level
from .market import Market
from .orders import BookOrder, Order
from .special import EXCHANGE, SOR

if TYPE_CHECKING:
    from .matching import Matcher


class MergedDepth:
    """The levels of several books, best first; of equal prices those of the book named first."""

    def __init__(self, markets: list[Market]) -> None:
        self._markets: list[Market] = markets
        self._of_level: dict[int, Market] = {}

    def levels(self, is_buy: bool) -> Iterator[Level]:
        sides: list[Iterator[Level]] = [self._side(market, is_buy) for market in self._markets]
        return merge(*sides, key=lambda level: level.price, reverse=is_buy)

    def _side(self, market: Market, is_buy: bool) -> Iterator[Level]:
        for level in market.book.levels(is_buy):
            self._of_level[id(level)] = market
            yield level

    def chunks(self, level: Level) -> Iterator[tuple[BookOrder, int]]:
        return self._of_level[id(level)].book.chunks(level)


class Router:
    """
    The routes of one exchange, and the matching along them.

    The market maker takes from the books on the order's behalf, each in its own quote asset, and the order is filled with
    allocations: its owner pays and receives the quote asset of the symbol the order was sent to.
    """

    def __init__(self, matcher: "Matcher") -> None:
        self._matcher: Matcher = matcher
        self.routes: list[tuple[str, ...]] = []
        self._route: dict[str, list[Market]] = {}           # by symbol: its own market first
        self._home: Market | None = None                    # of the order that is being routed
        self._touched: dict[str, dict[Account, int]] = {}   # by symbol, elsewhere than at home

    def set_routes(self, markets: Mapping[str, Market], routes: Iterable[tuple[str, ...]]) -> None:
        """See Exchange.set_routes."""
        found: dict[str, list[Market]] = {}
        named: list[tuple[str, ...]] = []
        for route in routes:
            bases: set[str] = set()
            for symbol in route:
                if symbol not in markets:
                    raise ValueError(f"sor: unknown symbol {symbol!r}, there are: {', '.join(markets)}")
                if symbol in found:
                    raise ValueError(f"sor: symbol {symbol!r} is named twice")
                bases.add(markets[symbol].base)
                found[symbol] = [markets[symbol], *(markets[each] for each in route if each != symbol and each in markets)]
            if len(bases) != 1:
                raise ValueError(f"sor: the symbols {', '.join(route)} are not of one base asset")
            named.append(route)
        self._route, self.routes = found, named

    def has(self, symbol: str) -> bool:
        return symbol in self._route

    def depth(self, market: Market) -> MergedDepth:
        """What an order to this market may take from."""
        return MergedDepth(self._open(market.symbol))

    def floor(self, order: Order) -> str:
        """Where an order that is placed now works first: SOR if it takes, EXCHANGE if it rests on its own book."""
        return SOR if self._best(order) is not None else EXCHANGE

    def take(self, home: Market, order: Order) -> None:
        """Fill an order from the best prices of all books of its route, as far as its own price goes."""
        matcher = self._matcher
        avoid: str | None = order.account if order.stp_mode != "NONE" else None
        self._home, self._touched = home, {}
        elsewhere: dict[str, Market] = {}
        while order.remaining:
            market = self._best(order)
            if market is None:
                break
            if market is not home:
                elsewhere[market.symbol] = market
            book = market.book
            level = book.best_ask() if order.is_buy else book.best_bid()
            assert level is not None
            fills = book.take(order.is_buy, order.remaining, level.price, avoid)
            for maker, quantity in fills:
                order.remaining -= quantity
                with self.working_on(market):
                    matcher.trade(market, maker, None, order.is_buy, order.order_id, quantity)
                matcher.allocate(home, order, maker.price, quantity)
            if not fills:
                matcher.prevent(home, order, market, level.head)        # type: ignore[arg-type]
        self._home = None
        for symbol, market in elsewhere.items():
            with matcher.touching(self._touched.get(symbol, {})):
                matcher.finish(market)

    def working_on(self, market: Market) -> AbstractContextManager[None]:
        """Within it, balances that change are those of this market's assets."""
        if self._home is None or market is self._home:
            return nullcontext()
        return self._matcher.touching(self._touched.setdefault(market.symbol, {}))

    def _open(self, symbol: str) -> list[Market]:
        return [each for each in self._route[symbol] if each.instrument.status == "TRADING"]

    def _best(self, order: Order) -> Market | None:
        """Whose book has the best price that the order may take."""
        is_buy, price = order.is_buy, order.price
        found: list[Market] = [
            each for each in self._open(order.symbol)
            if (each.book.crosses(is_buy, price) if price else (each.book.best_ask() if is_buy else each.book.best_bid()) is not None)
        ]
        if not found:
            return None
        if is_buy:
            return min(found, key=lambda each: each.book.top_ask)
        return max(found, key=lambda each: each.book.top_bid)
