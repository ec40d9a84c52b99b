"""A venue: one dialect's world of exchange, journal, faults, keys, clock and market."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from rest_locale import _

from ..big_listing import fill_up
from ..checkpoint import Keeper, open_journal, save
from ..core.commands import (
    Command,
    Deposit,
    EndDay,
    FeedTrade,
    PlaceOrder,
    Quote,
    SetPrice,
    SetRules,
    TapeTrade,
)
from ..core.errors import Refusal, refuse
from ..core.events import DayEnd, Event, PublicTrade
from ..core.exchange import Exchange
from ..core.instruments import Instrument
from ..core.numbers import format_amount
from ..core.tape import Tape
from ..contents import EXCHANGE_HOURS, Contents, calendar_of, calendars_of, keeps_exchange_hours
from ..dialects import contents_of, options_type
from ..faults import Fault, FaultTable, Traffic
from ..feeds import Feed
from ..feeds.shape import Activity
from ..journal import Journal, JournalError
from ..listing import with_listed
from ..options import change_options, describe_options, make_options
from ..public_keys import PublicKey
from ..replay import without_gc
from ..transport.clocks import AnyClock, make_clock
from ..transport.machine import MACHINE, Machine
from ..transport.manual_clock import ManualClock
from .accounts import Account, public_keys_of, read_accounts
from .changes import Changes
from .deferred_match import place_later
from .descriptions import describe_accounts, describe_symbols
from .feed_runner import MAX_SPEED, FeedRunner, parse_speed
from .incidents import Incidents
from .market_memory import MarketMemory, Saved
from .market_opening import last_prices, last_words, open_market, open_market_feed, pace_of
from .restoring import restore_users
from .trading_days import TradingDays

logger: logging.Logger = logging.getLogger("mockexchange")

Listener = Callable[[list[Event]], None]
Watcher = Callable[[str], None]

FLOW: frozenset[type] = frozenset({Quote, FeedTrade, TapeTrade})


class Venue:
    """
    One dialect's world. Everything runs on one event loop's thread; only the constructor may run elsewhere.

    ``feed`` is "synthetic", "none" (the book holds what users put there), the path of a recording or DRIVER:SPEC, ``feed_timezone``
    the zone of its times that name none; ``feed_start`` where in a recording the market begins (replay.py), ``loop`` whether it
    begins again when it is over; ``speed`` a number or "max", how fast the clock goes (clocks.py); ``accounts`` are Account objects
    or KEY:SECRET:ASSET=AMOUNT,... texts; ``state`` the folder that keeps the journal, ``state_name`` the name of the files in it;
    ``listed`` SYMBOL:BASE:QUOTE:TICK:STEP[:PRICE] texts of further symbols (listing.py); a recording of a symbol that is
    not listed lists it; ``symbols`` how many there are in all, the others made up (big_listing.py); ``activities`` how busy a synthetic market
    is, by symbol; ``options`` what the dialect leaves open, by name; ``clock`` "system", "manual" or "manual=MS" (clock.py); ``machine`` what
    it goes by (machine.py). Raises ValueError, FeedError or JournalError saying what is wrong with what it was given.
    """

    def __init__(
        self,
        dialect: str,
        *,
        feed: str = "synthetic",
        speed: str | int | float = 1,
        seed: int = 0,
        accounts: Iterable[Account | str] | None = None,
        state: str | Path | None = None,
        state_name: str = "",
        instruments: Iterable[Instrument] | None = None,
        options: Mapping[str, Any] | None = None,
        clock: str = "system",
        listed: Iterable[str] = (),
        feed_timezone: str = "",
        feed_start: str = "",
        loop: bool = False,
        symbols: int | None = None,
        activities: Mapping[str, Activity] | None = None,
        machine: Machine = MACHINE,
    ) -> None:
        self.dialect: str = dialect
        self._opening_options: dict[str, Any] = dict(options or {})
        self.options: Any = make_options(options_type(dialect), dialect, self._opening_options)
        self.seed: int = seed
        self.contents: Contents = contents_of(dialect)
        self.instruments: list[Instrument] = list(self.contents.instruments if instruments is None else instruments)
        added: list[Instrument] = with_listed(self.instruments, listed)[len(self.instruments):]
        self.instruments += added
        self._activities: dict[str, Activity] = {**(activities or {})}
        if symbols is not None:
            more, rare = fill_up(self.instruments, symbols)
            self._activities |= rare
            self.instruments += more
        self.feed_spec: str = feed
        self._feed_timezone: str = feed_timezone
        self.speed: float = parse_speed(speed)
        self.feed_start: str = str(feed_start)
        self.loop: bool = loop
        self.feed: Feed = self._open_feed()
        self.clock: AnyClock = make_clock(clock, self.speed, self.feed.begins, machine)
        # The venue's time in us (UTC epoch). It is asked for several times an order, hence no method of its own.
        self.now: Callable[[], int] = self.clock.now
        if self.feed.recorded and any(each.equity for each in self.contents.instruments):
            raise ValueError(_("feed: {dialect} lists shares, of which there are no recordings: synthetic or none, not {feed!r}").format(dialect=dialect, feed=feed))
        new: list[Instrument] = [
            each for each in getattr(self.feed, "listed", ()) if all(each.symbol != one.symbol for one in self.instruments)
        ]
        self.instruments += new
        self.assets: set[str] = {name for each in self.instruments for name in (each.base, each.quote)}
        self.accounts: list[Account] = read_accounts(
            accounts, self.assets, [*added, *new], self.contents.accounts
        )
        self.keys: dict[str, str] = {account.key: account.secret for account in self.accounts}
        self.public_keys: dict[str, PublicKey] = public_keys_of(self.accounts, dialect)
        self.drains: list[Callable[[], Awaitable[None]]] = []
        self.faults: FaultTable = FaultTable(self._on_bite, seed, Traffic(self.now, machine.monotonic))
        self.incidents: Incidents = Incidents(self)
        self.changes: Changes = Changes(self)
        self.days: TradingDays = TradingDays(
            self, calendar_of(self.contents, self.options), calendars_of(self.contents, self.options)
        )
        self.hours: str = EXCHANGE_HOURS if keeps_exchange_hours(self.options) else ""      # of the day it was opened
        if self.hours and self.speed == MAX_SPEED:
            raise ValueError(_("speed: 'max' passes over the hours that {dialect} keeps: a number, or clock 'manual'").format(dialect=dialect))
        self.lost: str = ""                 # why the venue can go on no more
        self.is_full: bool = False          # there is no room for the journal
        self.on_lost: Callable[[str], None] = lambda why: logger.critical("%s", why)
        self._listeners: list[Listener] = []
        self._watchers: list[Watcher] = []
        folder: Path | None = None if state is None else Path(state)
        name: str = state_name or dialect
        self.journal: Journal = open_journal(folder and folder / f"{name}.journal.jsonl")
        self._checkpoints: Keeper = Keeper(self.journal)
        self._memory: MarketMemory = MarketMemory(folder and folder / f"{name}.market.json")
        if before := max(self.journal.last_time, self._memory.time):
            self.clock.start_after(before)
        self.exchange: Exchange
        self.pump: FeedRunner
        try:
            with without_gc():          # of what is made here nothing goes
                self._open()
        except Refusal as refusal:
            self.journal.close()
            raise JournalError(_("journal {path}: {reason}").format(path=self.journal.path, reason=refusal.text)) from None
        except BaseException:
            self.journal.close()
            raise

    # -- what the dialects use

    def apply(self, command: Command) -> list[Event]:
        """
        Let the exchange do it, journal what came of it, tell the listeners.

        The flow's commands leave only what they did to users in the journal. Raises
        Refusal (journalled too) when the exchange refuses; nothing has changed then.
        """
        flow: bool = type(command) in FLOW
        if self.lost:
            raise JournalError(self.lost)
        if not flow and self.journal.path is not None and not self.has_room():
            raise refuse("JOURNAL_FULL")
        if self.faults.late and type(command) is PlaceOrder:
            try:
                return place_later(self, command, self.faults.late)
            except Refusal:
                pass            # as below, where it is journalled
        now: int = self.now()
        try:
            events: list[Event] = self.exchange.apply(command, now)
        except Refusal as refusal:
            if not flow:
                self._write(self.journal.refused, now, command, refusal.reason)
            raise
        if not flow:
            self._write(self.journal.record, now, command, events)
            if type(command) is SetPrice:
                self.feed.on_price(command.symbol, command.price)
            elif type(command) is EndDay:
                for event in events:
                    if type(event) is DayEnd:
                        self.feed.on_day_end(event.symbol, event.previous_close)
            elif type(command) is SetRules:
                self.feed.on_rules(self.exchange.instruments[command.symbol])
        elif events and not all(type(event) is PublicTrade for event in events):
            self._write(self.journal.record, now, None, events)
        if events:
            for listener in self._listeners:
                try:
                    listener(events)
                except Exception:
                    # What is applied is applied: a publisher's failure must not look like a refusal.
                    logger.exception("a listener has failed")
        if self._watchers and (symbol := getattr(command, "symbol", "")):
            for watcher in self._watchers:
                watcher(symbol)
            if type(command) is PlaceOrder and command.uses_sor:
                for elsewhere in {event.symbol for event in events if type(event) is PublicTrade and event.symbol != symbol}:
                    for watcher in self._watchers:
                        watcher(elsewhere)
        return events

    def has_room(self) -> bool:
        """
        Whether a command can be written. While it cannot, commands are refused before they are done and the market waits;
        both is logged when it begins and when it ends.
        """
        enough: bool = self.journal.has_room(
            lambda: sum(len(self.exchange.open_orders(account)) for account in self.exchange.accounts())
        )
        if enough == self.is_full:
            self.is_full = not enough
            if self.is_full:
                logger.error("%s", _("no room for journal {path}: orders are refused and the market stands still").format(path=self.journal.path))
            else:
                logger.warning("%s", _("there is room for journal {path} again: the market goes on").format(path=self.journal.path))
        return enough

    def _write(self, write: Callable[..., None], *what: Any) -> None:
        """
        Bring what was done into the journal. Where that fails against expectation, the venue is lost: nothing of what it
        knows may be told any more, as a restart would not know of it. Raises JournalError.
        """
        try:
            write(*what)
        except Exception as error:
            reason: object = getattr(error, "strerror", None) or error
            self.lost = _("journal {path}: cannot be written, the venue ends: {reason}").format(path=self.journal.path, reason=reason)
            self.on_lost(self.lost)
            raise JournalError(self.lost) from None

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Call ``callback`` with the events of every command that had some. Returns what ends it."""
        self._listeners = [*self._listeners, callback]

        def unlisten() -> None:
            self._listeners = [each for each in self._listeners if each is not callback]

        return unlisten

    def watch(self, callback: Watcher) -> Callable[[], None]:
        """
        Call ``callback`` with the symbol of every command applied, after the listeners and also when
        there were no events: the market maker's quotes change books and make none. It must not raise.
        Returns what ends it.
        """
        self._watchers = [*self._watchers, callback]

        def unwatch() -> None:
            self._watchers = [each for each in self._watchers if each is not callback]

        return unwatch

    def touch_feed(self) -> None:
        """A client is looking at the market: a replay at "max" speed starts at the first call."""
        self.pump.touch()

    # -- what the control API and MockExchange use

    def set_price(self, symbol: str, price: int) -> None:
        """
        Move the market of ``symbol`` to ``price`` (1e-8), filling what it crosses.

        ValueError for a symbol the venue does not list, or a price it cannot have.
        """
        if symbol not in self.exchange.instruments:
            raise ValueError(_("symbol: unknown symbol {symbol!r}, there are: {names}").format(symbol=symbol, names=', '.join(self.exchange.instruments)))
        self.apply(SetPrice(symbol, price))

    def deposit(self, key: str, asset: str, amount: int) -> None:
        """
        Credit an account with ``amount`` (1e-8; a debit when negative).

        ValueError for a key or an asset the venue does not know, and for a debit of more than is free.
        """
        if all(account.key != key for account in self.accounts):
            raise ValueError(_("key: unknown API key {key!r}").format(key=key))
        if asset not in self.assets:
            raise ValueError(_("asset: unknown asset {asset!r}, there are: {names}").format(asset=asset, names=', '.join(sorted(self.assets))))
        free: int = self.exchange.balances(key).get(asset, (0, 0))[0]
        if free + amount < 0:
            raise ValueError(_("amount: {amount} {asset} is more than the {free} that is free").format(amount=format_amount(amount), asset=asset, free=format_amount(free)))
        self.apply(Deposit(key, asset, amount))

    def set_clock(self, offset_ms: int) -> None:
        """Let the venue's clock run ``offset_ms`` ahead (behind, when negative); no timer is touched."""
        self.clock.offset_us = offset_ms * 1000

    async def advance(self, advance_ms: int) -> None:
        """
        Let so much time pass on a manual clock; returns when all that fell due on the way has happened.

        ValueError for a negative time, and for a clock that is the machine's.
        """
        if type(advance_ms) is not int or advance_ms < 0:
            raise ValueError(_("advance_ms: not a whole number from 0 on: {advance_ms!r}").format(advance_ms=advance_ms))
        if not isinstance(self.clock, ManualClock):
            raise ValueError(_("advance_ms: only a manual clock can be advanced, this venue's is the machine's: {advance_ms!r}").format(advance_ms=advance_ms))
        await self.clock.advance(advance_ms * 1000, self.drains)

    def set_options(self, options: object) -> None:
        """Set some of the dialect's options, all or none. ValueError names the option and the value that is wrong."""
        before: dict[str, Any] = describe_options(self.options)
        change_options(self.options, self.dialect, options)
        try:
            self._configure(self.exchange)
        except ValueError:
            change_options(self.options, self.dialect, before)
            raise

    def describe(self) -> dict[str, Any]:
        """What ``GET /_mock/state`` answers; decimals are text, ``now`` is in ms."""
        return {
            "dialect": self.dialect,
            "now": self.now() // 1000,
            "clock": self.clock.name,
            "rate": "max" if self.clock.rate == MAX_SPEED else self.clock.rate,
            "offset_ms": self.clock.offset_us // 1000,
            "seed": self.seed,
            "options": describe_options(self.options),
            "symbols": describe_symbols(self.exchange),
            "accounts": describe_accounts(self.exchange, self.accounts),
            "feed": {
                "spec": self.feed_spec,
                "speed": "max" if self.speed == MAX_SPEED else self.speed,
                "symbol": self.feed_symbol,
                "start": None if self.feed.begins is None else self.feed.begins // 1000,
                "loop": self.loop,
                "status": self.pump.status,
                "steps": self.pump.applied,
                "error": self.pump.error,
            },
            "faults": self.faults.list(),
            "revoked": self.incidents.revoked,
            "removed": self.incidents.removed,
            "banned_until": self.incidents.banned_until,
            "journal": self.journal.last,
            "journal_error": self.lost or ("no room" if self.is_full else ""),
            "listeners": len(self._listeners),
        }

    # -- life

    async def start(self) -> None:
        """Let the market run, on from where it was."""
        self.clock.start()
        self.pump.start()
        self.days.start()
        self._memory.start(lambda: Saved(self.now() - self.clock.offset_us, last_prices(self.exchange)), self._checkpoints.look)

    async def stop(self) -> None:
        """Halt the market. The venue keeps its state."""
        self.clock.interrupt()
        self.days.stop()
        await self.pump.stop()
        await self._memory.stop()

    def close(self) -> None:
        """Let go of the journal's file, a checkpoint beside it; nothing can be applied any more."""
        self._checkpoints.close()
        if not self.lost:
            save(self.journal)
        self.journal.close()

    def reopen(self, keep_state: bool) -> None:
        """
        What a restart does to the world, between ``stop`` and ``start``. Who listened is forgotten.

        Keeping the state, accounts and orders come back from the journal and the market goes on
        where it was; otherwise everything is as on the first day, but for faults and clock.
        """
        self._listeners = []
        self._watchers = []
        self.drains.clear()
        if keep_state:
            tapes: dict[str, Tape] = self.exchange.tapes
            self._memory.market = last_prices(self.exchange)
            self.exchange = self._restored()
            for symbol, tape in tapes.items():
                # The exchange holds its tapes in several places: the object must stay the one it made.
                vars(self.exchange.tapes[symbol]).update(vars(tape))
            self._open_market()
        else:
            self.journal.clear()
            self._memory.forget()
            self.feed = self._open_feed()
            self._open()
        self.incidents.reopened()

    def reset(self) -> None:
        """``reopen(False)``, and no faults, the clock and the options of the first day."""
        self.faults.reset()
        self.incidents.reset()
        self.clock.reset()
        opening: Any = make_options(options_type(self.dialect), self.dialect, self._opening_options)
        self.set_options(describe_options(opening))
        self.reopen(keep_state=False)

    # -- within

    @property
    def feed_symbol(self) -> str:
        """The only symbol that a recording makes a market in; "" for other feeds."""
        return self.feed.symbols[0] if self.feed.recorded else ""

    def _open_feed(self) -> Feed:
        return open_market_feed(
            self.feed_spec, self.instruments, self.seed, self._feed_timezone, self.feed_start, self.loop, self._activities
        )

    def _open(self) -> None:
        """The world as the journal, the memory of the market and a fresh feed make it."""
        self.exchange = self._restored()
        for instrument in self.exchange.instruments.values():
            self.feed.on_rules(instrument)
            close: int = self.exchange.previous_close(instrument.symbol)
            if close != instrument.start_price:
                self.feed.on_day_end(instrument.symbol, close)
        opened: int = open_market(self.exchange, self.feed, self.clock, self._memory.market)
        self._open_market()
        for symbol in self.feed.symbols if self.feed.recorded else ():
            bid = self.exchange.books[symbol].best_bid()
            if bid is not None:
                self.exchange.tapes[symbol].last_price = bid.price      # the record's, not the instrument's own
        recorded: bool = self.feed.recorded
        self.pump = FeedRunner(
            self.feed.steps(), self._apply_record if recorded else self._apply_flow, self.drains,
            recorded and self.speed == MAX_SPEED, self.clock, lambda: not self.has_room(), pace_of(self.feed, self.clock, self.speed),
            opened if self.feed.by_time else None, self._on_feed_end,
        )

    def _on_feed_end(self) -> None:
        if self.feed.recorded:
            logger.warning("%s", last_words(self.feed_spec, self.pump.applied, self.clock))

    def _configure(self, exchange: Exchange) -> None:
        """What the dialect's options say of the exchange itself."""
        configure: Callable[[Exchange], None] | None = getattr(self.options, "configure", None)
        if configure is not None:
            configure(exchange)

    def _restored(self) -> Exchange:
        """A new exchange holding what the journal says its users have."""
        exchange: Exchange = Exchange(self.instruments, self.seed)
        self._configure(exchange)
        if self.journal.last:
            restore_users(exchange, self.journal, self.now(), self._memory.market)
        return exchange

    def _open_market(self) -> None:
        """
        Let the feed put its book up, and fund the accounts that are new; also one whose first
        deposits a dying process has written only half of.
        """
        for symbol, above in self.feed.last_trade_ids.items():
            self.exchange.reserve_trade_ids(symbol, above)
        for command in self.feed.opening():
            self._apply_flow(command)
        for account in self.accounts:
            funds: dict[str, int] = account.balances or {self.instruments[0].quote: 0}
            held: dict[str, tuple[int, int]] = self.exchange.balances(account.key)
            for asset, amount in funds.items():
                if asset not in held:
                    self.apply(Deposit(account.key, asset, amount))

    def _apply_record(self, command: Command) -> None:
        if type(command) is TapeTrade:
            command.time += self.clock.offset_us
        self._apply_flow(command)

    def _apply_flow(self, command: Command) -> None:
        try:
            self.apply(command)
        except Refusal:
            pass                # nothing to take, or the symbol is halted: the flow goes on
        except ValueError:
            if type(command) is not Quote:
                raise           # a quote is refused where a user's order is in its way

    def note(self, detail: dict[str, Any]) -> None:
        """What has been done to the venue as a whole: a row of the journal."""
        self._write(self.journal.fault, self.now(), detail)

    def _on_bite(self, fault: Fault, label: str) -> None:
        self.note({**fault.describe(), "label": label})
