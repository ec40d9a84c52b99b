"""A synthetic feed on an exchange, run as a venue runs it."""

from collections.abc import Iterator

from mockexchange.core.commands import Command, Deposit, Quote
from mockexchange.core.events import Event, PublicTrade
from mockexchange.core.exchange import Exchange
from mockexchange.core.instruments import Instrument
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.numbers import parse_amount
from mockexchange.feeds.synthetic import SyntheticFeed

MINUTE: int = 60_000_000
UNTIL: int = 1_700_000_000_000_000


def feed_of(seed: int, *symbols: str) -> SyntheticFeed:
    return SyntheticFeed([each for each in default_instruments() if not symbols or each.symbol in symbols], seed)


class World:
    """A feed on an exchange, as a venue would run it."""

    def __init__(self, feed: SyntheticFeed, instruments: list[Instrument] | None = None) -> None:
        self.feed: SyntheticFeed = feed
        self.exchange: Exchange = Exchange(default_instruments() if instruments is None else instruments, seed=1)
        self.now: int = UNTIL
        self.refused: int = 0
        self.events: list[Event] = []
        self.exchange.apply(Deposit("me", "USDT", parse_amount("100000000")), self.now)
        self.exchange.apply(Deposit("me", "BTC", parse_amount("1000")), self.now)
        for command in feed.opening():
            self.apply(command)
        self.steps: Iterator[tuple[int, Command]] = feed.steps()
        self.held: tuple[int, Command] | None = None

    def apply(self, command: Command) -> list[Event]:
        try:
            events = self.exchange.apply(command, self.now)
        except ValueError:
            assert isinstance(command, Quote)
            self.refused += 1
            return []
        self.events += events
        return events

    def run(self, until: int, count: int = 10 ** 9) -> None:
        """Apply steps up to a time, or so many of them; like the pump, one step is held that has not been applied."""
        for _ in range(count):
            step: tuple[int, Command] = self.held or next(self.steps)
            self.held = None
            if step[0] > until:
                self.held = step
                return
            self.now = UNTIL + step[0]
            self.apply(step[1])
        self.held = next(self.steps)

    def prices(self, symbol: str) -> list[int]:
        return [event.price for event in self.events if isinstance(event, PublicTrade) and event.symbol == symbol]

    def check_book(self, symbol: str, depth: int = 20) -> None:
        book = self.exchange.books[symbol]
        bids, asks = book.bids(100), book.asks(100)
        assert bids[0][0] < asks[0][0]
        assert len(bids) >= depth and len(asks) >= depth
