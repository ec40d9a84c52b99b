"""Smart order routing: an order that takes from the books of several symbols of one base asset (faqs/sor_faq.md)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from heapq import merge

from .accounts import Account
from .book import Level
from .engine import Engine
from .market import Market
from .orders import BookOrder, Order
from .prevention import prevent
from .special import EXCHANGE, SOR


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

    def __init__(self, engine: Engine) -> None:
        self._engine: Engine = engine
        self.routes: list[tuple[str, ...]] = []
        self._route: dict[str, list[Market]] = {}           # by symbol: its own market first

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

    def choose_floor(self, order: Order) -> None:
        """Where an order that is placed now works first: SOR if it takes, EXCHANGE if it rests on its own book."""
        assert order.special is not None
        order.special = order.special._replace(working_floor=EXCHANGE if self._best(order) is None else SOR)

    def take(self, home: Market, order: Order) -> None:
        """Fill an order from the best prices of all books of its route, as far as its own price goes."""
        engine = self._engine
        is_buy: bool = order.is_buy
        avoid: str | None = order.account if order.stp_mode != "NONE" else None
        elsewhere: dict[str, tuple[Market, dict[Account, int]]] = {}
        while order.remaining and (market := self._best(order)) is not None:
            level = market.book.best_ask() if is_buy else market.book.best_bid()
            assert level is not None
            fills = market.book.take(is_buy, order.remaining, level.price, avoid)
            for maker, quantity in fills:
                order.remaining -= quantity
                with self._working_on(market, home, elsewhere):
                    engine.trade(market, maker, None, is_buy, order.order_id, quantity)
                engine.allocate(home, order, maker.price, quantity)
            if not fills:
                # the book begins with the owner's own order
                prevent(engine, home, order, market, level.head, self._working_on(market, home, elsewhere))   # type: ignore[arg-type]
        for market, touched in elsewhere.values():
            with engine.touching(touched):
                engine.finish(market)

    def _working_on(
        self, market: Market, home: Market, elsewhere: dict[str, tuple[Market, dict[Account, int]]]
    ) -> AbstractContextManager[None]:
        """Within it, balances that change are those of this market's assets."""
        if market is home:
            return nullcontext()
        return self._engine.touching(elsewhere.setdefault(market.symbol, (market, {}))[1])

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
