"""Ticks: subscribed over REST, pushed by the websocket, and asked for where pushes do not come (sections 2.4 to 2.6 and 4.6)."""

from collections.abc import Callable
from functools import partial
from logging import WARNING
from typing import Any
from zoneinfo import ZoneInfo

from vnpy.trader.object import ContractData, TickData

from rest_locale import N_, _
from vnpy_restgateway.calendar import Calendar
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply, coded
from vnpy_restgateway.polled.health import ConnectionHealth
from vnpy_restgateway.polled.ranked_rest import Command

from .calls import book_call, quote_call, security, subscribe_call
from .enums import BY_EXCHANGE, BY_QOT, Market, venue_symbol
from .outcomes import FAILED, payload, read_error, rows
from .pushes import BOOK_PUSH, QUOTE_PUSH, TICKER_PUSH, Push
from .rest import FutuRest
from .ticks import TickBook
from .timings import Timings

BATCH: int = 30                 # securities of one subscription
RETRY_FIRST, RETRY_LONGEST = 1.0, 60.0      # s until a subscription that failed is tried again
FRESH: float = 60.0             # s for which a price values a market order
PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError)


class Quotes:
    """
    What is subscribed to. Books are written by the stream's thread and the executor's, under one lock; the rest by the executor's.

    :param calendar: of a market, where the gateway keeps its hours; None: always open
    """

    def __init__(self, host: Host, rest: FutuRest, timings: Timings, calendar: Callable[[Market], Calendar | None]) -> None:
        self.host: Host = host
        self.rest: FutuRest = rest
        self.timings: Timings = timings
        self.calendar: Callable[[Market], Calendar | None] = calendar
        self.lock = host.seams.threads.Lock()
        self.books: dict[str, TickBook] = {}                # by venue symbol
        self.touched: set[str] = set()                      # pushed since the last read of the socket ended
        self.prices: dict[str, tuple[float, float]] = {}    # vt_symbol -> last price, monotonic s
        self.confirmed: set[str] = set()
        self.alone: set[str] = set()                        # refused in a batch: asked for one by one
        self.failures: dict[str, int] = {}
        self.asking: set[str] = set()                       # a subscription is on its way
        self.moved: tuple[str, float] = ("", float("-inf"))     # the last symbol of which news was asked for, not pushed; monotonic s
        self.polling: int = 0
        self.active: bool = False
        self.link: ConnectionHealth = ConnectionHealth(host, N_("MD API"))

    def start(self) -> None:
        """The gateway is known; subscriptions made before are kept."""
        self.active = True
        self.link.good()
        self._subscribe()
        self.host.executor.call_later(self.timings.quotes_interval, "quotes", self._poll)

    def subscribe(self, contract: ContractData) -> None:
        """Ticks of a contract."""
        name: str = self.host.contracts.name_of(contract.vt_symbol)
        if name in self.books:
            return
        zone: ZoneInfo = ZoneInfo(BY_EXCHANGE[contract.exchange].zone)
        with self.lock:
            self.books[name] = TickBook(contract, self.host.gateway_name, zone, self.host.now())
        if self.active:
            self.host.executor.reschedule_earlier(0.05, "subscribe", self._subscribe)

    def again(self) -> None:
        """A gateway that was restarted has forgotten all subscriptions, and cannot be told from one that was not."""
        self.confirmed.clear()
        if self.active:
            self._subscribe()

    def price(self, vt_symbol: str) -> float:
        """The last price, 0 if none is known that is fresh. Any thread."""
        price, at = self.prices.get(vt_symbol, (0.0, float("-inf")))
        return price if self.host.monotonic() - at <= FRESH else 0.0

    # subscriptions

    def _subscribe(self) -> None:
        missing: list[str] = [name for name in self.books if name not in self.confirmed and name not in self.asking]
        together: list[str] = [name for name in missing if name not in self.alone]
        for at in range(0, len(together), BATCH):
            self._send(together[at:at + BATCH])
        for name in missing:
            if name in self.alone:
                self._send([name])

    def _security(self, name: str) -> dict[str, Any]:
        contract: ContractData = self.books[name].contract
        return security(BY_EXCHANGE[contract.exchange], contract.symbol)

    def _send(self, names: list[str]) -> None:
        self.asking.update(names)
        self.rest.call(*subscribe_call([self._security(name) for name in names]), partial(self._on_subscribed, names))

    def _on_subscribed(self, names: list[str], reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        self.asking.difference_update(names)
        refused = read_error(reply) if reply is not None and error is None else None
        if reply is not None and error is None and refused is None:
            self.confirmed.update(names)
            for name in names:
                self.failures.pop(name, None)
            return
        if refused is not None and refused[0] in (FAILED, "400") and len(names) > 1:
            self.alone.update(names)            # one that is refused costs all of its batch
            self._subscribe()
            return
        failures: int = 1 + max(self.failures.get(name, 0) for name in names)
        self.failures.update(dict.fromkeys(names, failures))
        reason: str = coded(*refused) if refused else str(error)
        if failures == 1 or failures % 10 == 0:
            self.host.log(_("Subscription of {symbols} failed, trying again: {reason}").format(symbols=', '.join(names), reason=reason), WARNING)
        delay: float = min(RETRY_FIRST * 2.0 ** min(failures - 1, 10), RETRY_LONGEST)
        self.host.executor.call_later(max(delay, self.host.pause()), f"subscribe {names[0]}", self._subscribe)

    # pushes: the stream's thread

    def on_push(self, push: Push) -> None:
        """A push of a symbol, perhaps of another client's."""
        try:
            if push.proto_id == QUOTE_PUSH:
                for row in push.data["basic_qot_list"]:
                    self._heard(row["security"], "on_quote", row)
            elif push.proto_id == BOOK_PUSH:
                self._heard(push.data["security"], "on_book", push.data)
            elif push.proto_id == TICKER_PUSH:
                self._heard(push.data["security"], "on_ticker", push.data)
        except PARSE_ERRORS as problem:
            self.host.log_once(f"push {push.proto_id}", _("Push {push} of {security} not understood ({problem})").format(push=push.proto_id, security=push.sec_key, problem=problem), WARNING)

    def _heard(self, found: dict[str, Any], handler: str, d: dict[str, Any]) -> None:
        market: Market | None = BY_QOT.get(found["market"])
        name: str = venue_symbol(market, found["code"]) if market else ""
        book: TickBook | None = self.books.get(name)
        if book is None:
            return
        with self.lock:
            getattr(book, handler)(d)
            book.pushed_at = self.host.monotonic()
            if handler == "on_book" and book.event:
                self.host.keeper.heard(int(book.event * 1_000))
        self.touched.add(name)

    def on_read_end(self) -> None:
        """One tick a symbol for everything that came in one read of the socket."""
        if self.touched:
            touched, self.touched = self.touched, set()
            for name in touched:
                self._publish(self.books[name])

    def _publish(self, book: TickBook) -> None:
        host = self.host
        with self.lock:
            if not book.dirty:
                return
            tick: TickData | None = book.make(host.now())
            if tick is not None:
                self.prices[tick.vt_symbol] = (tick.last_price, host.monotonic())
                tick.localtime = host.seams.local_now()
                host.on_tick(tick)      # under the lock: two threads publish, and the times must not go back
                book.tick.last_volume = 0.0

    # polls: what is not pushed

    def _poll(self) -> None:
        self.host.executor.call_later(max(self.link.delay(self.timings.quotes_interval), self.host.pause()), "quotes", self._poll)
        if self.polling or not self.active or self.host.pause():
            return
        now: float = self.host.monotonic()
        for name, book in list(self.books.items()):
            calendar: Calendar | None = self.calendar(BY_EXCHANGE[book.contract.exchange])
            if name in self.confirmed and now - book.pushed_at > self.timings.silence and (calendar is None or calendar.is_open(self.host.now())):
                self._ask(name, book, quote_call(self._security(name)), lambda book, data: book.on_quote(rows(data, "basic_qot_list")[0]), last=False)
                self._ask(name, book, book_call(self._security(name)), lambda book, data: book.on_book(payload(data)), last=True)

    def _ask(self, name: str, book: TickBook, command: Command, take: Callable[[TickBook, Any], None], last: bool) -> None:
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            self.polling = max(0, self.polling - 1)
            refused = read_error(reply) if reply is not None and error is None else None
            if reply is None or error is not None or reply.status >= 500:
                self.link.bad(error or f"status {reply.status if reply else 0}")
                return
            self.link.good()
            if refused is not None:
                if refused[0] == FAILED:
                    self.confirmed.discard(name)        # not subscribed any more, or its cache is not ready yet
                    self.host.executor.reschedule_earlier(RETRY_FIRST, "subscribe", self._subscribe)
                self.host.log_once(f"{command.path} {name}", _("{path} of {name} refused, code: {code}, message: {message}").format(path=command.path, name=name, code=refused[0], message=refused[1]), WARNING)
                return
            try:
                with self.lock:
                    if asked_at >= book.pushed_at:
                        before: Any = book.shown()
                        take(book, reply.data)
                        if before != book.shown() and before[0]:
                            self.moved = name, asked_at
            except PARSE_ERRORS as problem:
                self.host.log_once(f"{command.path} {name}", _("{path} of {name} not understood ({problem})").format(path=command.path, name=name, problem=problem), WARNING)
            if last:
                self._publish(book)

        self.polling += 1
        self.rest.call(*command, answered)
