"""What the routes and the websocket of one venue share."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from ...core.commands import Deposit
from ...core.errors import refuse
from ...core.events import DayEnd, Event
from ...core.instruments import Instrument
from ...core.numbers import SCALE
from ...core.orders import Order
from ..common.client_ids import ClientIds
from .access import Access
from .contents import (
    CN,
    HONG_KONG,
    MARKETS,
    SECURITIES,
    MarketFacts,
    SecurityFacts,
    TradeMarket,
    market_of,
)
from .enums import TRUST
from .errors import BAD_ARGUMENT, Failure
from .frequency import Frequencies
from .holdings import Holdings
from .idempotency import Answers
from .options import FutuOptions
from .subscriptions import Subscriptions
from .ticks import hong_kong_shares, phase_at, tick_at
from .trading_accounts import TradingAccounts

if TYPE_CHECKING:
    from ...server.venue import Venue

HISTORY_US: int = 30 * 86_400_000_000
PRE_OPEN: dict[str, time] = {"HK": time(9, 0), "US": time(9, 30), "CN": time(9, 15)}
PREFIXES: tuple[str, ...] = tuple(f"{each.prefix}." for each in MARKETS)


class Zoned(Protocol):
    """What has a time of its own: an exchange, or a market that is traded."""

    @property
    def zone(self) -> str: ...


@lru_cache(maxsize=8)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(market: Zoned, us: int) -> datetime:
    """A market's own time of a time in us."""
    return datetime.fromtimestamp(us / 1e6, zone_of(market.zone))


def midnight(market: Zoned, us: int) -> int:
    """When the market's local day began, in us."""
    return begins(market, local(market, us).date())


def begins(market: Zoned, day: date) -> int:
    """When a local day of a market begins, in us."""
    return round(datetime.combine(day, time(), zone_of(market.zone)).timestamp()) * 1_000_000


def stamp(market: Zoned, us: int) -> str:
    """YYYY-MM-DD HH:MM:SS in the market's own time."""
    return local(market, us).strftime("%Y-%m-%d %H:%M:%S")


def bare(code: str) -> str:
    """A code without the prefix of its market."""
    return code.partition(".")[2] if code.startswith(PREFIXES) else code


class DialectState:
    """One venue's."""

    def __init__(self, venue: "Venue") -> None:
        self.venue: Venue = venue
        self.options: FutuOptions = venue.options if isinstance(venue.options, FutuOptions) else FutuOptions()
        self.accounts: TradingAccounts = TradingAccounts(venue.accounts, self.options)
        self.access: Access = Access(venue.keys, venue.accounts[0].key, self.options, venue.now)
        self.frequencies: Frequencies = Frequencies(self.options)
        self.answers: Answers = Answers(self.options, venue.now)
        self.client_ids: ClientIds = ClientIds(venue)
        self.subscriptions: Subscriptions = Subscriptions(self.options, venue.now)
        self.markets: dict[str, MarketFacts] = {each.symbol: market_of(each) for each in venue.instruments}
        now: int = venue.now()
        self.holdings: Holdings = Holdings(venue.exchange, {name: midnight(market, now) for name, market in self.markets.items()})
        self.is_unlocked: bool = False                  # real accounts, for every client of this process
        self.wrong_passwords: int = 0                   # in a row
        self.locked_until: int = 0                      # us
        self.cancelling: set[int] = set()               # core ids of orders whose cancel is under way
        self.pushed_accounts: dict[str, list[int]] = {}     # login -> acc ids that it has asked pushes of
        self.counts: dict[str, int] = {}                # for /metrics
        self.history: dict[str, int] = {}               # symbol -> when its history was asked for, in us
        # what is pushed from now on, and whether it is so at once
        self.on_subscribe: Callable[[list[tuple[str, int]], bool], None] = lambda pairs, is_first_push: None
        self.on_change: Callable[[Order], None] = lambda order: None            # its status is another, without an event
        self.publish: Callable[[list[Event]], None] = lambda events: None       # push what has happened
        self._unlisten: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Follow the exchange, with the ticks of the day; new accounts get their sample."""
        self.set_ticks()
        samples: dict[str, int] = {CN.currency: self.options.china_cash}
        if self.is_listed(self.options.sample_symbol):
            samples[self.options.sample_symbol] = self.options.sample_shares
        for account in self.venue.accounts:
            for asset, amount in samples.items():
                if amount and asset not in self.venue.exchange.balances(account.key):
                    self.holdings.on_events(self.venue.apply(Deposit(account.key, asset, amount * SCALE)))
        self._unlisten = self.venue.listen(self._on_events)

    def stop(self) -> None:
        self._unlisten()

    # -- what is listed

    def is_listed(self, symbol: str) -> bool:
        return symbol in self.venue.exchange.instruments

    def find(self, security: dict[str, Any]) -> str:
        """The symbol of a security, ``HK.00700`` too. Failure for one that is not listed."""
        code: str = bare(security["code"])
        market: MarketFacts | None = self.markets.get(code)
        if market is None or market.qot_market != security["market"] or not self.is_listed(code):
            raise Failure(f"unknown stock: {security['market']}_{code}")
        return code

    def find_traded(self, market: TradeMarket, code: str, sec_market: int | None) -> str:
        """The symbol of a code in a market. Failure for one that is not listed, and for another exchange's ``sec_market``."""
        code = bare(code)
        found: MarketFacts | None = self.markets.get(code)
        if found is None or found.trade is not market or not self.is_listed(code):
            raise Failure(f"unknown stock: {market.word}.{code}")
        if sec_market not in (None, 0, found.sec_market):
            raise Failure(f"sec_market {sec_market} is not that of {found.prefix}.{code}", BAD_ARGUMENT)
        return code

    def listed_in(self, market: MarketFacts) -> list[str]:
        """The symbols of a market."""
        return [name for name in self.venue.exchange.instruments if self.markets[name] is market]

    @staticmethod
    def facts(symbol: str) -> SecurityFacts:
        return SECURITIES.get(symbol) or SecurityFacts(symbol, "2020-01-02")

    def security(self, symbol: str) -> dict[str, Any]:
        """A symbol as the wire has it."""
        return {"market": self.markets[symbol].qot_market, "code": symbol}

    # -- ticks

    def set_ticks(self) -> None:
        """Hong Kong's shares go by the table of the day."""
        exchange = self.venue.exchange
        phase: str = phase_at(local(HONG_KONG, self.venue.now()).date(), self.options.ticks)
        for symbol in self.listed_in(HONG_KONG):
            instrument: Instrument = exchange.instruments[symbol]
            if instrument.equity is not None and self.facts(symbol).kind != TRUST and symbol in SECURITIES:
                instrument.equity = replace(instrument.equity, ticks=hong_kong_shares(phase))

    def tick(self, symbol: str, price: int) -> int:
        """The tick at a price, in 1e-8."""
        instrument: Instrument = self.instrument(symbol)
        return tick_at(instrument.equity.ticks if instrument.equity else (), price, instrument.tick_size)

    def instrument(self, symbol: str) -> Instrument:
        """Refusal for one that is not listed."""
        found: Instrument | None = self.venue.exchange.instruments.get(symbol)
        if found is None:
            raise refuse("INVALID_SYMBOL")
        return found

    # -- time

    def day_begins(self, symbol: str, now: int) -> int:
        """When the market's day began: at midnight, or with its first session where it keeps its hours."""
        market: MarketFacts = self.markets[symbol]
        opened: int = midnight(market, now)
        if self.venue.hours:
            start: time = PRE_OPEN[market.trade.word]
            opened += (start.hour * 60 + start.minute) * 60_000_000
        return opened

    def count(self, what: str) -> None:
        """One more of it, for /metrics."""
        self.counts[what] = self.counts.get(what, 0) + 1

    # -- the quota of histories

    def history_left(self, now: int) -> int:
        """Of how many more symbols histories may be asked."""
        self.history = {symbol: time for symbol, time in self.history.items() if time > now - HISTORY_US}
        return self.options.history_quota - len(self.history)

    def use_history(self, symbol: str, now: int) -> None:
        """Failure for one symbol too many in 30 days."""
        left: int = self.history_left(now)
        if symbol not in self.history and left <= 0:
            raise Failure("history quota exceeded")
        self.history.setdefault(symbol, now)

    # -- what the exchange does

    def on_kept(self, events: list[Event]) -> None:
        """An order was kept that the exchange has refused: listeners of the venue do not hear of it."""
        self.holdings.on_events(events)
        self.publish(events)

    def _on_events(self, events: list[Event]) -> None:
        self.holdings.on_events(events)
        for event in events:
            if type(event) is DayEnd and self.options.ticks == "by_date":
                self.set_ticks()
