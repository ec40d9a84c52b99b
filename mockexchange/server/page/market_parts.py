"""What a viewer is told of one symbol's market: bars, book, trades, fills."""

from collections.abc import Iterable
from typing import Any

from ...core.bars import Bar
from ...core.book import Book
from ...core.events import Fill, PublicTrade
from ...core.exchange import Exchange
from ...core.tape import Tape
from .text import plain

BARS: int = 300                     # newest bars a viewer is given at first
DEPTH: int = 15                     # levels of a side
TRADES: int = 50
FILLS: int = 300


class BarsPart:
    """The newest bars; then those that have changed or come, as (open time in s, open, high, low, close, volume)."""

    name: str = "bars"

    def __init__(self, tape: Tape, interval: str) -> None:
        self._tape: Tape = tape
        self._interval: str = interval
        self._count: int = -1
        self._last: Bar | None = None

    def take(self) -> dict[str, Any] | None:
        if self._tape.count == self._count:
            return None
        self._count = self._tape.count
        rows: list[Bar] = []
        is_whole: bool = self._last is None
        if self._last is not None:
            rows = self._tape.bars(self._interval, BARS, start=self._last.open_time)
            is_whole = len(rows) == BARS            # there may be more behind them
        if is_whole:
            rows = self._tape.bars(self._interval, BARS)
        changed: list[Bar] = rows if is_whole else [bar for bar in rows if bar != self._last]
        if not changed:
            return None
        self._last = changed[-1]
        return {"whole": is_whole, "rows": [
            [bar.open_time // 1_000_000, *map(plain, (bar.open, bar.high, bar.low, bar.close, bar.volume))] for bar in changed
        ]}


class BookPart:
    """The best levels, whenever the book has changed."""

    name: str = "book"

    def __init__(self, book: Book) -> None:
        self._book: Book = book
        self._seen: int = -1
        self._levels: tuple[Any, Any] = ((), ())

    def take(self) -> dict[str, Any] | None:
        if self._book.update_id == self._seen:
            return None
        is_first: bool = self._seen < 0
        self._seen = self._book.update_id
        levels = self._book.bids(DEPTH), self._book.asks(DEPTH)
        if levels == self._levels and not is_first:
            return None
        self._levels = levels
        return {side: [[plain(price), plain(total)] for price, total in found] for side, found in zip(("bids", "asks"), levels, strict=True)}


class TradesPart:
    """The newest public trades, oldest first: (time in ms, price, quantity, whether the buyer made)."""

    name: str = "trades"

    def __init__(self, tape: Tape) -> None:
        self._tape: Tape = tape
        self._count: int = 0

    def take(self) -> list[Any] | None:
        fresh: int = self._tape.count - self._count
        if not fresh:
            return None
        self._count = self._tape.count
        found: list[PublicTrade] = self._tape.own_trades(min(fresh, TRADES))
        return [[each.time // 1000, plain(each.price), plain(each.quantity), each.buyer_is_maker] for each in found]


class FillsPart:
    """Users' fills on the symbol, oldest first: (time in s, price, quantity, whether a buy, account)."""

    name: str = "fills"

    def __init__(self, exchange: Exchange, accounts: Iterable[str], symbol: str) -> None:
        self._exchange: Exchange = exchange
        self._symbol: str = symbol
        self._counts: dict[str, int] = dict.fromkeys(accounts, 0)

    def take(self) -> list[Any] | None:
        fresh: list[Fill] = []
        for account, count in self._counts.items():
            fills: list[Fill] = self._exchange.fills(account, self._symbol)
            if len(fills) > count:
                fresh += fills[max(count, len(fills) - FILLS):]
                self._counts[account] = len(fills)
        if not fresh:
            return None
        fresh.sort(key=lambda each: each.time)
        return [
            [each.time // 1_000_000, plain(each.price), plain(each.quantity), each.is_buy, each.account] for each in fresh[-FILLS:]
        ]
