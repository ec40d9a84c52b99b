"""Ticks of a QTE server: the day's figures now and then, book and price of every subscribed symbol each round."""

from collections.abc import Iterator
from typing import Any

from vnpy_restgateway.host import Host
from vnpy_restgateway.net.validate import whole
from vnpy_restgateway.polled.quotes import LEVELS, PARSE_ERRORS, PolledQuotes, Question, Quote

from ..timings import Timings
from .builds import DAY, DEPTH, PRICE, TIME
from .parse import parse_day, parse_depth, parse_prices, read_error
from .rest import QteRest

__all__ = ["LEVELS", "PARSE_ERRORS", "QteQuotes"]


class QteQuotes(PolledQuotes):
    """``prefix``: of the paths; it is the build's, but where the server answers as Binance does."""

    def __init__(self, host: Host, rest: QteRest, timings: Timings) -> None:
        super().__init__(host, rest, lambda: timings.quotes_interval, self.questions, read_error)
        self.timings: Timings = timings
        self.prefix: str = ""
        self._time_due: float = 0.0         # monotonic s

    def begin(self, prefix: str) -> None:
        """It is known what answers."""
        self.prefix = prefix
        self.start()

    def questions(self, quote: Quote) -> Iterator[Question]:
        """See PolledQuotes."""
        name: str = self.host.contracts.name_of(quote.contract.vt_symbol)
        tick, now = quote.tick, self.host.monotonic()

        def take_depth(data: Any, asked_at: float) -> None:
            quote.bids, quote.asks = parse_depth(data)
            quote.at = asked_at

        def no_depth() -> None:
            quote.bids, quote.asks = [], []

        def take_day(data: Any, asked_at: float) -> None:
            day = parse_day(data)
            tick.open_price, tick.high_price, tick.low_price = day.open, day.high, day.low
            tick.volume, tick.turnover = day.volume, day.turnover

        def take_price(data: Any, asked_at: float) -> None:
            quote.price = parse_prices(data)[name]

        def no_price() -> None:
            quote.price = 0.0           # a symbol that has never traded has no price (Q30)

        def take_time(data: Any, asked_at: float) -> None:
            self.host.keeper.heard(whole(data["serverTime"]))

        if now >= self._time_due:
            # no build tells with book and price when they were: a clock that was set would not be noticed
            self._time_due = now + self.timings.day_interval
            yield Question(self.prefix + TIME, {}, take_time)
        yield Question(self.prefix + DEPTH, {"symbol": name, "limit": LEVELS}, take_depth, no_depth)        # a limit that every build takes (Q32)
        if now >= quote.day_due:
            quote.day_due = now + self.timings.day_interval
            yield Question(self.prefix + DAY, {"symbol": name}, take_day)
        yield Question(self.prefix + PRICE, {"symbol": name}, take_price, no_price, last=True)
