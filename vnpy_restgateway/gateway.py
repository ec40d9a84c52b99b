"""
RestGateway: the BaseGateway face that every gateway of this project has. Knows no venue and no asset class.

Threads: the caller's (checks a request and posts it), network threads (bytes to records),
and one executor per gateway, which alone touches the order table and pushes orders, trades,
accounts and positions. Ticks are pushed from the stream's own thread.

What is asked of a venue is asked of a ``Session``, which is made anew at every connect.
"""

import string
from abc import abstractmethod
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import partial
from itertools import count
from logging import ERROR, WARNING
from threading import Thread
from types import SimpleNamespace
from typing import Any

from vnpy.event import EventEngine
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.event import EVENT_CONTRACT
from vnpy.trader.gateway import BaseGateway
from vnpy.trader.object import (
    BarData,
    CancelRequest,
    ContractData,
    HistoryRequest,
    OrderData,
    OrderRequest,
    SubscribeRequest,
)

from rest_locale import N_, _

from .capabilities import Capabilities
from .clock import ServerClock
from .contracts import Contracts, Listed, Listing
from .embedded import EmbeddedExchange
from .embedded_venue import EMBEDDED, OPTIONS, EmbeddedVenue
from .executor import SerialExecutor
from .host import Host, on_order, on_tick
from .market.download import Download
from .market.history import aware, in_venue_time
from .namesakes import Namesakes
from .net.proxy import Proxy
from .orders.flow import OrderFlow
from .orders.not_found_policy import NotFoundPolicy
from .seams import Seams
from .session import NoSession, Session
from .settings import Field, SettingError, proxy_of, read_setting
from .sound import make_numbers, word
from .trading_rules import UNKNOWN_HOLDING, UNKNOWN_MARKET, Holding, MarketView

CLOSE_WITHIN: float = 1.8       # seconds; close() promises two
LATE: float = 0.1               # seconds for what the executor's last job has started meanwhile
GATHER: float = 0.5             # seconds
ID_ALPHABET: str = string.ascii_lowercase + string.digits


class WrongSymbol(ValueError):
    """Why there is no contract of a symbol."""


class RestGateway(BaseGateway):
    """
    Base class. A venue's gateway gives ``fields``, ``real_venue`` and ``make_session``.

    No exception leaves a public method or reaches the event engine; none of them blocks,
    except ``query_history``, which works in its caller's thread and within its deadlines.
    """

    exchanges: list[Exchange] = [Exchange.GLOBAL]
    venue_name: str = N_("a real venue")
    dialect: str = ""                       # what the mock exchange calls the venue's protocol
    embedded_arguments: str | tuple[str, ...] = ()      # for a script: more words of the embedded exchange's command line
    fields: tuple[Field, ...] = ()
    not_found_policy: NotFoundPolicy = NotFoundPolicy()
    timings_class: type = SimpleNamespace   # how long it waits for what; ``timings`` is an object of it
    seams: Seams = Seams()                  # set before the gateway is made: clock, randomness, executor

    def __init__(self, event_engine: EventEngine, gateway_name: str) -> None:
        super().__init__(event_engine, gateway_name)
        self.executor: SerialExecutor = SerialExecutor(
            f"{gateway_name} executor", lambda error: self.host.on_exception(error), self.seams
        )
        self.host: Host = Host(self, self.venue_name, self.not_found_policy, self.executor, self.seams)
        self.contracts: Contracts[Any] = self.host.contracts
        self.flow: OrderFlow = self.host.flow
        self.session: Session = NoSession(self.host)
        self.timings: Any = self.timings_class()
        self.venue: dict[str, Any] = {}                         # where the venue is, once known: rest, stream, key, secret
        self.subscribed: dict[str, ContractData] = {}           # by vt_symbol: what every session gives ticks of
        self._attach(self.session)

        self.child: EmbeddedVenue = EmbeddedVenue(self.dialect, self.host, self._begin, self._close_clients)
        self.namesakes: Namesakes = Namesakes(gateway_name, self._on_namesakes, self.seams.threads)
        if hasattr(event_engine, "register"):
            event_engine.register(EVENT_CONTRACT, self.namesakes.on_contract)

        self.log: Callable[..., None] = self.host.log
        self._values: dict[str, Any] = {}
        self._downloads: dict[Download, None] = {}
        self._lifecycle = self.seams.threads.RLock()
        self._prefix: str = self._new_prefix()
        self._order_numbers: Iterator[int] = count(1)

    # what a venue gives

    @abstractmethod
    def real_venue(self, values: dict[str, Any]) -> dict[str, Any]:
        """Where the venue is that was asked for (keys rest, stream, key, secret). ``values`` are by field name, checked."""

    @abstractmethod
    def make_session(self, venue: dict[str, Any], values: dict[str, Any]) -> Session:
        """The session for ``venue``: the real one, or the embedded exchange. Nothing is started yet."""

    def check_setting(self, values: dict[str, Any]) -> list[str]:
        """What is wrong with values that are right one by one, a line each that names the setting."""
        return []

    # lifecycle

    def connect(self, setting: dict[str, Any]) -> None:
        """Start, or start anew. A bad value is named in a log line and nothing is started."""
        try:
            values, warnings = read_setting(setting, self.fields)
            for message in warnings:
                self.log(message, WARNING)
            wrong: list[str] = self.check_setting(values)
            if wrong:
                raise SettingError(wrong)
        except SettingError as error:
            for message in error.messages:
                self.log(message, ERROR)
            return

        with self._lifecycle:
            if self.executor.alive:
                self.close()
            self._prefix = self._new_prefix()
            for entry in self.flow.table.active.values():
                entry.cancel_in_flight = False      # its answer died with the last session
            self.executor.start()
            self.executor.post(self._open, values)

    def close(self) -> None:
        """End every thread and connection within two seconds, whatever they are at."""
        with self._lifecycle:
            self.host.ready = False
            self._say_doubts()
            downloads: list[Download] = self._end_downloads(_("gateway closed"))
            deadline: float = self.seams.monotonic() + CLOSE_WITHIN
            left = self.executor.stop(0.0)
            self._stop([*self.host.stops_of(lambda: self.session.closers()), self.child.stop, *(partial(one.join, CLOSE_WITHIN) for one in downloads)], deadline)
            self.executor.join(max(0.0, deadline - self.seams.monotonic()))
            self._stop(self.host.stops_of(lambda: self.session.closers()), max(deadline, self.seams.monotonic() + LATE))
            cancelled: set[str] = {args[0] for call, args in left if call == self.flow.cancel}
            for call, args in left:
                if call == self.flow.submit:
                    self.host.guard(lambda order=args[0]: self._drop(order, order.orderid in cancelled))        # type: ignore[misc]
            for settle in self.session.abandoned():
                self.host.guard(settle)

    def _end_downloads(self, reason: str) -> list[Download]:
        """Those under way are asked of clients that end now."""
        downloads: list[Download] = list(self._downloads)
        for download in downloads:
            download.cancel(reason)
        return downloads

    def _say_doubts(self) -> None:
        """Nobody asks for them any more."""
        doubts: list[str] = [entry.orderid for entry in list(self.flow.table.active.values()) if entry.doubt and not entry.acknowledged]
        if doubts and self.executor.alive:
            self.log(_("Closed with {count} orders whose fate is unknown: {orders}. Look for them at the venue").format(count=len(doubts), orders=', '.join(doubts[:20])), WARNING)

    def _stop(self, stops: list[Callable[[], None]], deadline: float) -> None:
        threads: list[Thread] = [self.seams.threads.Thread(target=self.host.guard, args=(stop,), daemon=True) for stop in stops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, deadline - self.seams.monotonic()))

    def _drop(self, order: OrderData, cancelled: bool) -> None:
        """An order that nobody will send any more."""
        if not cancelled:
            self._reject(order, _("gateway closed"))
            return
        order.status = Status.CANCELLED
        self.log(_("Order {orderid} cancelled before it was sent").format(orderid=order.orderid))
        self.host.publish(order)

    def _open(self, values: dict[str, Any]) -> None:
        self.host.begin()
        self._values = values
        proxy: Proxy | None = proxy_of(values)
        self.host.secrets = proxy.secrets if proxy else ()
        if values.get("Server") == EMBEDDED:
            self.child.start(self.embedded_arguments, values[OPTIONS])
        else:
            self._begin(self.real_venue(values))

    def _begin(self, venue: dict[str, Any]) -> None:
        """A session with ``venue`` takes the place of the last one."""
        self.venue = venue
        self.host.keeper.rate = float(venue.get("rate", 1.0))       # the embedded exchange tells it
        proxy: Proxy | None = proxy_of(self._values)
        words: tuple[str, ...] = tuple(word for word in (venue["key"], venue["secret"]) if word)
        self.host.secrets = (*words, *(proxy.secrets if proxy else ()))
        self.switch(self.make_session(venue, self._values))

    def switch(self, session: Session) -> None:
        """Go on with another session: after a connect, or because another venue answers than was thought."""
        last: Session = self.session
        self._end_downloads(_("connected anew"))
        session.take_over(last)
        self._attach(session)
        for contract in self.subscribed.values():
            session.subscribe(contract)
        session.open()
        for stop in last.closers():
            self.seams.threads.Thread(target=self.host.guard, args=(stop,), daemon=True).start()

    def _attach(self, session: Session) -> None:
        self.session = session
        can: Capabilities = session.capabilities
        # `in` on a tuple compares by identity; Enum.__hash__ is a Python call, so a set is slower here
        self._types: tuple[OrderType, ...] = tuple(sorted(can.order_types, key=list(OrderType).index))
        self._directions: tuple[Direction, ...] = tuple(can.directions)
        self._looks: bool = can.holdings
        self._has_more_to_say: bool = type(session).unsupported is not Session.unsupported
        self.host.attach(session)

    def _close_clients(self) -> None:
        self._end_downloads(_("the embedded exchange is gone"))
        for stop in self.host.stops_of(self.session.closers):
            stop()

    # how it stands, for people and scripts

    @property
    def ready(self) -> bool:
        """Contracts are here, orders are taken."""
        return self.host.ready

    @property
    def lost(self) -> bool:
        """The embedded exchange was to run, and is gone."""
        return self.host.lost

    @property
    def embedded(self) -> EmbeddedExchange | None:
        """The embedded exchange's process, if there is one."""
        return self.child.exchange

    @property
    def clock(self) -> ServerClock:
        """The venue's clock, as far as it is known."""
        return self.host.clock

    def health(self) -> dict[str, bool]:
        """What of the connections stands, by a name for people."""
        return self.session.health()

    # orders

    def send_order(self, req: OrderRequest) -> str:
        """
        Check an order and hand it to the executor. Always returns a vt_orderid; an order that
        cannot be sent is pushed as REJECTED, with a log line that says why.
        """
        orderid: str = self.new_orderid()
        try:
            listed: Listed[Any] | None = self.contracts.find(req.vt_symbol) or self._make_listed(req)
            order: OrderData = listed.template.fill(req, orderid) if listed else req.create_order_data(orderid, self.gateway_name)
            reason: str = self.check_order(order, listed)
        except WrongSymbol as error:
            order = req.create_order_data(orderid, self.gateway_name)
            reason = str(error)
        except Exception as error:
            order = req.create_order_data(orderid, self.gateway_name)
            reason = f"{type(error).__name__}: {error}"
        vt_orderid: str = order.vt_orderid
        if reason:
            self._reject(order, reason)
        elif not self.executor.run_or_post(self.flow.submit, order):
            self._reject(order, _("not connected"))
        return vt_orderid

    def cancel_order(self, req: CancelRequest) -> None:
        """Cancel, or remember to as soon as the venue can know the order."""
        if not self.executor.run_or_post(self.flow.cancel, req.orderid):
            self.log(_("Cancel not sent, not connected: {orderid}").format(orderid=req.orderid), WARNING)

    def check_order(self, order: OrderData, listed: Listed[Any] | None) -> str:
        """
        Why an order of a contract cannot be sent, or "". Rounds ``order.price`` and ``order.volume`` to what the
        contract's rules take.
        """
        if not self.host.ready:
            return _("not connected, {trouble}").format(trouble=self.host.trouble) if self.host.trouble else _("not connected")
        if self._has_more_to_say and (reason := self.session.unsupported(order)):
            return reason
        if listed is None:
            return self._not_listed(order.symbol, order.exchange)
        if order.type not in self._types:
            return _("order type {order_type} is not supported").format(order_type=word(order.type))
        if order.direction not in self._directions:
            return _("direction {direction} is not supported").format(direction=word(order.direction))
        check: Callable[[OrderData, Holding, MarketView], str] = listed.rules.check
        if not self._looks:
            return check(order, UNKNOWN_HOLDING, UNKNOWN_MARKET)
        return check(order, self.session.holding(order), self.session.market(order))

    def _make_listed(self, req: OrderRequest | SubscribeRequest) -> Listed[Any] | None:
        """
        The contract of a symbol that is asked for first, where the venue lists none and the symbol tells it.

        :raises WrongSymbol: why there is none
        """
        if not self.host.ready:
            return None
        try:
            listing: Listing | None = self.session.make_listing(req.symbol, req.exchange)
        except ValueError as error:
            raise WrongSymbol(str(error)) from None
        if listing is not None:
            self.host.add_contract(*listing)
        return self.contracts.find(req.vt_symbol)

    def _not_listed(self, symbol: str, exchange: Exchange) -> str:
        places: list[Exchange] = self.contracts.exchanges_of(symbol)
        if places:
            names: str = _(" and ").join(place.value for place in places)
            return _("{symbol} is traded on {exchanges}, not {exchange}").format(symbol=symbol, exchanges=names, exchange=word(exchange))
        return _("symbol not found: {symbol}").format(symbol=symbol)

    def _reject(self, order: OrderData, reason: str) -> None:
        order.status = Status.REJECTED
        make_numbers(order)
        order.datetime = self.now()
        self.log(_("Order rejected, not sent: {reason}").format(reason=reason), ERROR)
        self.host.publish(order)

    def now(self) -> datetime:
        """See ``Host.now``."""
        return self.host.now()

    def new_orderid(self) -> str:
        """Unique across gateways, processes and restarts: a random part, then a count."""
        return f"{self._prefix}{next(self._order_numbers)}"

    def _new_prefix(self) -> str:
        return "v" + "".join(self.seams.random.choices(ID_ALPHABET, k=10)) + "-"

    # the rest of BaseGateway

    def subscribe(self, req: SubscribeRequest) -> None:
        """Ticks of a symbol, from now on and after every reconnect."""
        if not self.executor.post(self._subscribe, req):
            self.log(_("Failed to subscribe data, not connected: {symbol}").format(symbol=req.symbol), WARNING)

    def _subscribe(self, req: SubscribeRequest) -> None:
        try:
            listed: Listed[Any] | None = self.contracts.get(req.vt_symbol) or self._make_listed(req)
        except WrongSymbol as error:
            self.log(_("Failed to subscribe data, {reason}").format(reason=error), ERROR)
            return
        if listed is None and self.session.ask_listing(req.symbol, req.exchange, lambda: self._subscribe(req)):
            return
        if listed is None:
            self.log(_("Failed to subscribe data, {reason}").format(reason=self._not_listed(req.symbol, req.exchange)), ERROR)
        elif not self.session.capabilities.ticks:
            self.log(_("Failed to subscribe data, {venue_name} has no market data: {symbol}").format(venue_name=_(self.venue_name), symbol=req.symbol), ERROR)
        else:
            self.subscribed[req.vt_symbol] = listed.contract
            self.session.subscribe(listed.contract)
            feed: str = self.venue.get("feed_symbol", "")
            if feed and not listed.is_called(feed):
                self.log(_("{venue_symbol} has no market on the embedded exchange: its feed is of {feed}").format(venue_symbol=listed.venue_symbol, feed=feed), WARNING)

    def query_account(self) -> None:
        """Ask for balances now."""
        self.executor.post(lambda: self.session.query_account())

    def query_position(self) -> None:
        """Ask for positions now."""
        self.executor.post(lambda: self.session.query_position())

    def query_history(self, req: HistoryRequest) -> list[BarData]:
        """Finished bars, oldest first, stamped with their start. What could be had, if it was cut short."""
        listed: Listed[Any] | None = self.contracts.get(req.vt_symbol)
        session: Session = self.session
        reason: str = ""
        if listed is None:
            reason = _("symbol not found: {symbol}").format(symbol=req.symbol)
        elif not session.capabilities.intervals:
            reason = _("{venue_name} has no klines here: {symbol}").format(venue_name=_(self.venue_name), symbol=req.symbol)
        elif req.interval not in session.capabilities.intervals:
            reason = _("interval not supported: {interval}").format(interval=req.interval)
        if reason or listed is None or req.interval is None:
            self.log(_("Query kline history failed, {reason}").format(reason=reason), WARNING)
            return []
        download: Download = Download(req.symbol, self.log, session.history_patience, self.seams)
        self._downloads[download] = None
        try:
            start, end = aware(req.start), aware(req.end) if req.end else None
            if self.child.is_there and self._values.get("Server") == EMBEDDED:
                start, end = in_venue_time(start, end, datetime.fromtimestamp(self.seams.wall(), timezone.utc), self.now())
            bars: list[BarData] = session.query_history(listed, req.interval, start, end, download)
        except Exception as error:
            self.host.on_exception(error)
            return []
        finally:
            self._downloads.pop(download, None)
        download.finish(bars, req.interval)
        return bars

    def _on_namesakes(self) -> None:
        """Event engine's thread. Gathered for a moment: contracts come in thousands."""
        if not self.executor.post(self.executor.reschedule_earlier, GATHER, "namesakes", self._say_namesakes):
            self._say_namesakes()

    def _say_namesakes(self) -> None:
        for line in self.namesakes.take():
            self.host.log_rarely("namesakes", line)

    on_tick = on_tick
    on_order = on_order

    def write_log(self, msg: str) -> None:
        """vn.py's own name for an INFO line."""
        self.log(msg)
