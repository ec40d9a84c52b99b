"""
Quotes as they are pushed (3005, 3007, 3011, 3013). Trades leave with the exchange's events; what else is subscribed to is
looked at by a clock of ticks, and pushed when it has changed.
"""

from collections.abc import Callable, Iterable

from ...core.events import Event, PublicTrade
from . import bars, enums, quotes
from .rendering import Body
from .state import DialectState
from .stream_rendering import Frame, quote_frame

LEVELS: int = 10
Pair = tuple[str, int]


class QuotePushes:
    """Those of one venue. ``send`` gets every frame."""

    def __init__(self, desk: DialectState, send: Callable[[Frame], None]) -> None:
        self._desk: DialectState = desk
        self._send: Callable[[Frame], None] = send
        self._shown: dict[Pair, object] = {}            # what was pushed last, as ``_mark`` tells it
        self.is_stirred: bool = False                   # something was done at the venue since the last look

    def is_idle(self) -> bool:
        """Whether nothing is to be pushed: nothing is subscribed to, or nothing has changed, as in a night."""
        return not self.is_stirred or not self._desk.subscriptions.pushed()

    def on_events(self, events: Iterable[Event]) -> None:
        """Trades, one by one."""
        desk = self._desk
        for event in events:
            if type(event) is PublicTrade and desk.is_listed(event.symbol) and desk.subscriptions.is_pushed(event.symbol, enums.TICKER):
                self._push(event.symbol, enums.TICKER, enums.TICKER_PUSH, {
                    "security": desk.security(event.symbol), "name": desk.facts(event.symbol).name,
                    "ticker_list": [quotes.ticker_row(desk.markets[event.symbol], event)],
                })

    def tick(self) -> None:
        """Push what has changed."""
        self.is_stirred = False
        for pair in self._desk.subscriptions.pushed():
            if pair[1] != enums.TICKER and self._desk.is_listed(pair[0]):
                mark: object = self._mark(pair)
                if self._shown.get(pair) != mark:
                    self._shown[pair] = mark
                    self._show(pair)

    def begin(self, pairs: Iterable[Pair], is_first_push: bool) -> None:
        """What is known counts as pushed, and is where ``is_first_push``."""
        for pair in pairs:
            self._shown[pair] = self._mark(pair)
            if is_first_push:
                self._show(pair)

    def _mark(self, pair: Pair) -> object:
        symbol, kind = pair
        exchange = self._desk.venue.exchange
        if kind == enums.ORDER_BOOK:
            return exchange.books[symbol].update_id
        tape = exchange.tapes[symbol]
        return (tape.count, tape.last_price, exchange.previous_close(symbol), exchange.instruments[symbol].status)

    def _show(self, pair: Pair) -> None:
        symbol, kind = pair
        desk, now = self._desk, self._desk.venue.now()
        if kind == enums.BASIC:
            self._push(symbol, kind, enums.QUOTE_PUSH, {"basic_qot_list": [quotes.basic_qot(desk, symbol, now)]})
        elif kind == enums.ORDER_BOOK:
            self._push(symbol, kind, enums.BOOK_PUSH, quotes.order_book(desk, symbol, LEVELS, now))
        elif kind == enums.TICKER:
            newest: list[Body] = quotes.trades(desk, symbol, 1)
            if newest:
                self._push(symbol, kind, enums.TICKER_PUSH, {
                    "security": desk.security(symbol), "name": desk.facts(symbol).name, "ticker_list": newest,
                })
        elif kind in enums.KL_OF_SUB:
            kl_type: int = enums.KL_OF_SUB[kind]
            market, facts = desk.markets[symbol], desk.facts(symbol)
            found = bars.newest_bars(desk, symbol, kl_type, 1, now)
            if found:
                self._push(symbol, kind, enums.KLINE_PUSH, {
                    "rehab_type": 0, "kl_type": kl_type, "security": desk.security(symbol), "name": facts.name,
                    "kl_list": [bars.row(market, each, facts.shares) for each in found],
                })

    def _push(self, symbol: str, kind: int, proto_id: int, s2c: Body) -> None:
        self._send(quote_frame(proto_id, self._desk.markets[symbol], symbol, kind, s2c))
