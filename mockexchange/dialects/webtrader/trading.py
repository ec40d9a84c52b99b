"""
The trading process: calls one after the other, an event engine, what it remembers, and a life of its own (spec 1, 6, 8.3).

It may hang: calls and events wait, and are done when it goes on, whoever has given up waiting for them. It may be gone: what it
remembered is lost, and calls that come meanwhile are done by the next one. Times are the venue's.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from ...core.events import Event, PublicTrade
from ...core.instruments import Instrument
from ...transport.clock import Timer
from . import rendering
from .contents import LISTING_EXCHANGE, core_symbol
from .errors import RemoteError
from .oms import Oms, Record
from .options import TRADING_DOWN, TRADING_UP, WebTraderOptions
from .params import OrderRequest
from .remote_gateway import RemoteGateway
from .rendering import Row, make_contract, make_listing, make_tick

if TYPE_CHECKING:
    from ...server.venue import Venue

logger: logging.Logger = logging.getLogger(__name__)

Work = Callable[[], Any]


class Job:
    """
    A call, done in the context of the request that makes it. ``answer`` is done by its end, or never where ``is_answered`` is False.
    """

    __slots__ = ("work", "ms", "is_answered", "answer", "context")

    def __init__(self, work: Work, ms: int, is_answered: bool) -> None:
        self.work: Work = work
        self.ms: int = ms
        self.is_answered: bool = is_answered
        self.context: Context = copy_context()
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def run(self) -> None:
        try:
            found: Any = self.context.run(self.work)
        except Exception as error:
            if not isinstance(error, RemoteError):
                logger.exception("a call of the trading process has failed")
            if self.is_answered and not self.answer.done():
                self.answer.set_exception(error)
        else:
            if self.is_answered and not self.answer.done():
                self.answer.set_result(found)


class TradingProcess:
    """One venue's, between ``start`` and ``stop``. ``publish`` is told every record that its event engine has handled."""

    def __init__(self, venue: "Venue", options: WebTraderOptions) -> None:
        self._venue: Venue = venue
        self._options: WebTraderOptions = options
        self.publish: Callable[[list[Record]], None] = lambda records: None
        self.gateway: RemoteGateway = RemoteGateway(venue, options, self._put, f"v{venue.seed:05d}")
        self.subscriptions: dict[str, None] = {}                # core symbols
        self._oms: dict[str, Oms] = {account.key: Oms() for account in venue.accounts}
        self._jobs: deque[Job] = deque()
        self._running: Timer | None = None                      # while a call takes its time
        self._connecting: Timer | None = None
        self._held: deque[tuple[float, Record]] = deque()       # events, and when the event engine comes to them
        self._releasing: Timer | None = None
        self._state: str = options.trading
        self._batch: list[Record] | None = None
        self._shown: dict[str, object] = {}                     # symbol -> what its last tick was made of
        self._unlisten: Callable[[], None] = lambda: None

    def start(self) -> None:
        if self._state != TRADING_DOWN:
            self.gateway.connect()
        self._unlisten = self._venue.listen(self._on_events)

    def stop(self) -> None:
        """What it has not done is lost with the venue."""
        self._unlisten()
        self._jobs.clear()
        for timer in (self._running, self._connecting, self._releasing):
            if timer is not None:
                timer.cancel()

    @property
    def is_up(self) -> bool:
        return self._state == TRADING_UP

    def look(self) -> None:
        """The option ``trading`` may be another."""
        before, self._state = self._state, self._options.trading
        if before == self._state:
            return
        if self._state == TRADING_DOWN:
            self._die()
        elif before == TRADING_DOWN:
            seconds: float = self._options.reconnect_ms / 1000
            if seconds:
                self._connecting = self._venue.clock.call_later(seconds, self._connect)
            else:
                self._connect()
        if self.is_up:
            self._release()
            self._go_on()

    def _die(self) -> None:
        self.gateway.forget()
        self.subscriptions.clear()
        self._shown.clear()
        self._held.clear()
        self._oms = {account.key: Oms() for account in self._venue.accounts}
        for timer in (self._connecting, self._running):
            if timer is not None:
                timer.cancel()
        self._running = None

    def _connect(self) -> None:
        self._together(self.gateway.connect)

    # -- calls

    def do(self, work: Work, ms: int = 0, is_answered: bool = True) -> "asyncio.Future[Any]":
        """
        Let it call ``work``, which takes ``ms`` milliseconds and is done at their end. Where nothing is in the way, that is now.
        """
        job: Job = Job(work, ms, is_answered)
        self._jobs.append(job)
        self._go_on()
        return job.answer

    def _go_on(self) -> None:
        while self._jobs and self.is_up and self._running is None:
            ms: int = self._jobs[0].ms
            if ms:
                self._running = self._venue.clock.call_later(ms / 1000, self._finish)
            else:
                self._jobs.popleft().run()

    def _finish(self) -> None:
        self._running = None
        if self.is_up and self._jobs:
            self._jobs.popleft().run()
        self._go_on()

    def later(self, seconds: float, work: Work) -> None:
        """Do it in so many seconds, unless the venue has ended by then."""
        exchange = self._venue.exchange

        def do() -> None:
            if self._venue.exchange is exchange:
                self.do(work)

        self._venue.clock.call_later(seconds, do)

    # -- events

    def _on_events(self, events: list[Event]) -> None:
        if self._state != TRADING_DOWN and self.gateway.is_connected:
            self._together(lambda: self.gateway.on_events(events))
            if any(type(event) is PublicTrade and event.symbol in self.subscriptions for event in events):
                self.tick()

    def _together(self, work: Callable[[], None]) -> None:
        """What is told during ``work`` is one batch of events."""
        if self._batch is not None:
            work()
            return
        self._batch = []
        try:
            work()
        finally:
            batch, self._batch = self._batch, None
            self._handle(batch)

    def _put(self, record: Record) -> None:
        if self._batch is not None:
            self._batch.append(record)
        else:
            self._handle([record])

    def _handle(self, records: list[Record]) -> None:
        """Now, or after ``event_ms``, or when a process that hangs goes on; always in order."""
        seconds: float = self._options.event_ms / 1000
        if self.is_up and not seconds and not self._held:
            self._deliver(records)
            return
        due: float = self._venue.clock.time() + seconds
        self._held.extend((due, record) for record in records)
        self._arm()

    def _arm(self) -> None:
        if self._releasing is None and self._held and self.is_up:
            wait: float = max(self._held[0][0] - self._venue.clock.time(), 0.0)
            self._releasing = self._venue.clock.call_later(wait, self._release)

    def _release(self) -> None:
        if self._releasing is not None:
            self._releasing.cancel()
            self._releasing = None
        now: float = self._venue.clock.time()
        records: list[Record] = []
        while self.is_up and self._held and self._held[0][0] <= now + 1e-6:
            records.append(self._held.popleft()[1])
        if records:
            self._deliver(records)
        self._arm()

    def _deliver(self, records: list[Record]) -> None:
        """Remembered first, published then."""
        for record in records:
            for account, oms in self._oms.items():
                if record.account in ("", account):
                    oms.add(record)
        self.publish(records)

    def place(self, account: str, request: OrderRequest) -> str:
        """See ``RemoteGateway.place``; what is told of it meanwhile is one batch."""
        found: list[str] = []
        self._together(lambda: found.append(self.gateway.place(account, request)))
        return found[0]

    # -- what it knows

    def rows(self, account: str, topic: str) -> list[Row]:
        return self._oms[account].rows(topic)

    def order(self, account: str, vt_orderid: str) -> Row | None:
        """None for one that its event engine has not come to yet, too."""
        return self._oms[account].order(vt_orderid)

    def contracts(self) -> list[Row]:
        """All contracts, none until the gateway has connected."""
        if not self.gateway.is_connected:
            return []
        found: list[Row] = [make_contract(each) for each in self.gateway.listed.values()]
        return found + [make_listing(index) for index in range(self._options.more_contracts)]

    def contract(self, vt_symbol: str) -> Row | None:
        """None for one that is not listed."""
        if not self.gateway.is_connected:
            return None
        instrument: Instrument | None = self.gateway.listed.get(core_symbol(vt_symbol))
        if instrument is not None:
            return make_contract(instrument)
        name, _, exchange = vt_symbol.rpartition(".")
        index: str = name.removeprefix("SIM")
        if exchange == LISTING_EXCHANGE and index.isascii() and index.isdigit() and int(index) < self._options.more_contracts:
            listing: Row = make_listing(int(index))
            return listing if listing["vt_symbol"] == vt_symbol else None
        return None

    # -- ticks

    def subscribe(self, symbol: str) -> None:
        """For everybody, until this process ends; the first tick comes at once."""
        self.subscriptions[symbol] = None
        self._shown.pop(symbol, None)
        self.tick()

    def tick(self) -> None:
        """Tell the subscribed symbols whose market is another than when it was told last."""
        exchange = self._venue.exchange
        if not self.is_up:
            return
        for symbol in self.subscriptions:
            if symbol not in exchange.instruments:
                continue
            book, tape = exchange.books[symbol], exchange.tapes[symbol]
            mark: object = (book.update_id, tape.count, tape.last_price)
            if self._shown.get(symbol) != mark:
                self._shown[symbol] = mark
                self._put(Record("", rendering.TICK, make_tick(symbol, book, tape, self._venue.now())))
