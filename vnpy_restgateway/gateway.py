"""
RestGateway: what every gateway of this project shares. Knows no venue.

Threads: the caller's (checks a request and posts it), network threads (bytes to records),
and one writer per gateway (``SerialExecutor``), which alone touches the order table and pushes
orders, trades, accounts and positions. Ticks are pushed from the stream's own thread.
"""

import random
import string
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from decimal import Decimal
from functools import partial
from itertools import count
from logging import ERROR, INFO, WARNING
from threading import RLock, Thread
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
    LogData,
    OrderData,
    OrderRequest,
    SubscribeRequest,
    TradeData,
)
from vnpy.trader.utility import TEMP_DIR

from . import events
from .clock import ServerClock
from .clock_keeper import ClockKeeper
from .embedded import EmbeddedExchange
from .embedded_venue import OPTIONS, EmbeddedVenue
from .executor import SerialExecutor
from .log import RepeatedLines, describe, one_line
from .namesakes import Namesakes
from .net.outcome import Reply, Unknown
from .net.proxy import Proxy
from .net.validate import short
from .orders.flow import OrderFlow
from .orders.not_found_policy import NotFoundPolicy
from .orders.order_data import OrderTemplate
from .orders.table import Entry, Push
from .schedule import RetryAfterGate, retry_after
from .settings import Field, SettingError, proxy_of, read_setting
from .sound import changes, make_numbers, word
from .trading_rules import UNKNOWN_HOLDING, UNKNOWN_MARKET, CryptoRules

CLOSE_WITHIN: float = 1.8       # seconds; close() promises two
ENDED: tuple[Status, Status] = (Status.REJECTED, Status.CANCELLED)
GATHER: float = 0.5             # seconds
MADE_UP: str = "Made-up market"
ID_ALPHABET: str = string.ascii_lowercase + string.digits


class RestGateway(BaseGateway):
    """
    Base class. A venue's gateway gives ``fields``, and the methods marked abstract.

    No exception leaves a public method or reaches the event engine; none of them blocks,
    except ``query_history``, which works in its caller's thread and within its deadlines.
    """

    exchanges: list[Exchange] = [Exchange.GLOBAL]
    venue_name: str = "a real venue"
    dialect: str = ""                       # what the mock exchange calls the venue's protocol
    embedded_arguments: str | tuple[str, ...] = ()      # for a script: more words of the embedded exchange's command line
    fields: tuple[Field, ...] = ()
    order_types: frozenset[OrderType] = frozenset({OrderType.LIMIT})
    directions: frozenset[Direction] = frozenset({Direction.LONG, Direction.SHORT})
    not_found_policy: NotFoundPolicy = NotFoundPolicy()

    def __init__(self, event_engine: EventEngine, gateway_name: str) -> None:
        super().__init__(event_engine, gateway_name)
        self.contracts: dict[str, ContractData] = {}            # by vn.py symbol
        self.names: dict[str, ContractData] = {}                # by the venue's symbol
        self.rules: dict[str, CryptoRules] = {}                 # by vn.py symbol
        self.forms: dict[str, OrderTemplate] = {}                   # by vn.py symbol
        self.secrets: tuple[str, ...] = ()
        self.proxy_secrets: tuple[str, ...] = ()
        self.ready: bool = False                                # contracts are here, orders can be taken
        self.gate: RetryAfterGate = RetryAfterGate()                                # shut: no requests at all
        self.order_gate: RetryAfterGate = RetryAfterGate()                          # shut: no new orders
        self.on_published: Callable[[], None] | None = None       # set by venues that do not push balances
        self.venue: dict[str, Any] = {}                         # where the venue is, once known: rest, stream, key, secret

        self.writer: SerialExecutor = SerialExecutor(f"{gateway_name} writer", self.on_exception)
        self.flow: OrderFlow = self.make_flow()
        self.child: EmbeddedVenue = EmbeddedVenue(
            self.dialect, self.writer, self.log, self.start_venue, self._on_child_lost, self.close_clients
        )

        self.namesakes: Namesakes = Namesakes(gateway_name, self._on_namesakes)
        if hasattr(event_engine, "register"):
            event_engine.register(EVENT_CONTRACT, self.namesakes.on_contract)

        # `in` on a tuple compares by identity; Enum.__hash__ is a Python call, so a set is slower here
        self._types: tuple[OrderType, ...] = tuple(sorted(self.order_types, key=list(OrderType).index))
        self._directions: tuple[Direction, ...] = tuple(self.directions)
        self.lines: RepeatedLines = RepeatedLines(lambda msg, level: self.log(msg, level))
        self.log_once, self.log_first, self.log_rarely = self.lines.once, self.lines.first, self.lines.rarely
        self.say_anew = self.lines.say_anew
        self.keeper: ClockKeeper = ClockKeeper(self.writer, self.query_time, self.log, self.is_mock)
        self.clock: ServerClock = self.keeper.clock
        self.locked_out: bool = False                           # the venue refused our key: no signed requests
        self._lifecycle: RLock = RLock()
        self._prefix: str = self._new_prefix()
        self._order_numbers: Iterator[int] = count(1)

    def make_flow(self) -> OrderFlow:
        """What decides about orders; a venue without client order ids takes ``VenueIdOrderFlow``."""
        return OrderFlow(self, self.writer, self.not_found_policy)

    # lifecycle

    def connect(self, setting: dict[str, Any]) -> None:
        """Start, or start anew. A bad value is named in a log line and nothing is started."""
        try:
            values, warnings = read_setting(setting, self.fields)
            wrong: list[str] = self.check_setting(values)
            if wrong:
                raise SettingError(wrong)
        except SettingError as error:
            for message in error.messages:
                self.log(message, ERROR)
            return
        for message in warnings:
            self.log(message, WARNING)

        with self._lifecycle:
            if self.writer.alive:
                self.close()
            proxy: Proxy | None = proxy_of(values)
            self.proxy_secrets = proxy.secrets if proxy else ()
            self._prefix = self._new_prefix()
            for entry in self.flow.table.active.values():
                entry.cancel_in_flight = False      # its answer died with the last session
            self.writer.start()
            self.writer.post(self._open, values)

    def close(self) -> None:
        """End every thread and connection within two seconds, whatever they are at."""
        with self._lifecycle:
            self.ready = False
            deadline: float = time.monotonic() + CLOSE_WITHIN
            left = self.writer.stop(0.0)
            stops: list[Thread] = [
                Thread(target=self._guard, args=(stop,), daemon=True) for stop in self.closers()
            ]
            for thread in stops:
                thread.start()
            for thread in stops:
                thread.join(max(0.0, deadline - time.monotonic()))
            self.writer.join(max(0.0, deadline - time.monotonic()))
            cancelled: set[str] = {args[0] for call, args in left if call == self.flow.cancel}
            for call, args in left:
                if call == self.flow.submit:
                    self._guard(partial(self._drop, args[0], args[0].orderid in cancelled))

    def _drop(self, order: OrderData, cancelled: bool) -> None:
        """An order that nobody will send any more."""
        if not cancelled:
            self._reject(order, "gateway closed")
            return
        order.status = Status.CANCELLED
        self.log(f"Order {order.orderid} cancelled before it was sent")
        self.publish(order)

    def _open(self, values: dict[str, Any]) -> None:
        self.ready = False
        self.lines.clear()
        self.locked_out = False
        self.gate = RetryAfterGate()
        self.order_gate = RetryAfterGate()
        self.child.lost = False
        self.open(values)

    def _guard(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            self.on_exception(error)

    def check_setting(self, values: dict[str, Any]) -> list[str]:
        """What is wrong with values that are right one by one, a line each that names the setting."""
        return []

    @abstractmethod
    def open(self, values: dict[str, Any]) -> None:
        """Build the clients and start them (writer thread). ``values`` are by field name, checked."""

    @abstractmethod
    def closers(self) -> list[Callable[[], None]]:
        """Calls that end the clients; they run side by side. Safe before ``open`` and twice."""

    def start_venue(self, venue: dict[str, Any]) -> None:
        """Build the clients for ``venue`` (keys rest, stream, key, secret) and start them (executor's thread)."""
        raise NotImplementedError

    def health(self) -> dict[str, bool]:
        """What of the gateway's connections stands, by a name for people."""
        return {"REST": self.ready}

    def close_clients(self) -> None:
        """End the sockets and workers, as ``close`` does, but let the gateway live."""

    def start_embedded(self, values: dict[str, Any]) -> None:
        """The mock exchange in place of the venue: a new one, with new ids."""
        self.flow.table.forget_venue_ids()
        self.child.start(self.embedded_arguments, values[OPTIONS])

    def _on_child_lost(self) -> int:
        self.ready = False
        return self.flow.question_all()

    @property
    def embedded(self) -> EmbeddedExchange | None:
        return self.child.exchange

    @property
    def lost(self) -> bool:
        return self.child.lost

    # orders

    def send_order(self, req: OrderRequest) -> str:
        """
        Check an order and hand it to the writer. Always returns a vt_orderid; an order that
        cannot be sent is pushed as REJECTED, with a log line that says why.
        """
        orderid: str = self.new_orderid()
        try:
            form: OrderTemplate | None = self.forms.get(req.symbol)
            order: OrderData = form.fill(req, orderid) if form else req.create_order_data(orderid, self.gateway_name)
            reason: str = self.check_order(order)
        except Exception as error:
            order = req.create_order_data(orderid, self.gateway_name)
            reason = f"{type(error).__name__}: {error}"
        vt_orderid: str = order.vt_orderid
        if reason:
            self._reject(order, reason)
        elif not self.writer.run_or_post(self.flow.submit, order):
            self._reject(order, "not connected")
        return vt_orderid

    def cancel_order(self, req: CancelRequest) -> None:
        """Cancel, or remember to as soon as the venue can know the order."""
        if not self.writer.run_or_post(self.flow.cancel, req.orderid):
            self.log(f"Cancel not sent, not connected: {req.orderid}", WARNING)

    def check_order(self, order: OrderData) -> str:
        """
        Why an order cannot be sent, or "". Rounds ``order.price`` and ``order.volume`` down to
        the contract's tick and step.
        """
        if not self.ready:
            return "not connected"
        reason: str = self.unsupported(order)
        if reason:
            return reason
        contract: ContractData | None = self.contracts.get(order.symbol)
        if contract is None:
            return f"symbol not found: {order.symbol}"
        if order.exchange is not contract.exchange:
            return f"{order.symbol} is traded on {contract.exchange.value}, not {word(order.exchange)}"
        if order.type not in self._types:
            return f"order type {word(order.type)} is not supported"
        if order.direction not in self._directions:
            return f"direction {word(order.direction)} is not supported"

        return self.rules[order.symbol].check(order, UNKNOWN_HOLDING, UNKNOWN_MARKET)

    def unsupported(self, order: OrderData) -> str:
        """What of an order the venue's API does not have, or ""; beyond ``order_types`` and ``directions``."""
        return ""

    def _reject(self, order: OrderData, reason: str) -> None:
        order.status = Status.REJECTED
        make_numbers(order)
        order.datetime = self.now()
        self.log(f"Order rejected, not sent: {reason}", ERROR)
        self.publish(order)

    def now(self) -> datetime:
        """The venue's time where it is known, else this machine's; UTC."""
        return datetime.fromtimestamp(self.clock.now_ms() / 1_000, timezone.utc)

    def new_orderid(self) -> str:
        """Unique across gateways, processes and restarts: a random part, then a count."""
        return f"{self._prefix}{next(self._order_numbers)}"

    @staticmethod
    def _new_prefix() -> str:
        return "v" + "".join(random.SystemRandom().choices(ID_ALPHABET, k=10)) + "-"

    # (see ``flow.Venue``, which a venue's gateway is)

    @abstractmethod
    def place(self, entry: Entry) -> None: ...
    @abstractmethod
    def withdraw(self, entry: Entry) -> None: ...
    @abstractmethod
    def query_order(self, entry: Entry) -> None: ...
    @abstractmethod
    def query_fills(self, entry: Entry) -> None: ...

    def look_again(self) -> None:
        """See ``flow.Venue``."""

    def on_new_life(self) -> None:
        """See ``flow.Venue``."""

    def publish(self, item: Push) -> None:
        """Hand an order or a trade to the event engine."""
        if isinstance(item, TradeData):
            self.on_trade(item)
        else:
            if item.datetime is None and item.status in ENDED:
                item.datetime = self.now()          # the venue has none for it
            self.on_order(item)
        if self.on_published is not None:
            self.on_published()

    def settle(
        self, callback: Callable[[Reply | None, BaseException | None], None], reply: Reply | None, error: BaseException | None
    ) -> None:
        """
        Hand an answer to whoever waits for it. What that raises must not leave an order without an end: it is told
        once more, as an answer of which nothing is known.
        """
        try:
            callback(reply, error)
        except Exception as problem:
            self.on_exception(problem)
            fate: BaseException = error or Unknown(f"the answer could not be handled, {type(problem).__name__}")
            self._guard(lambda: callback(None, fate))

    def pause(self) -> float:
        """Seconds for which no request may leave: the venue wants to be left alone, is gone, or refused our key. 0: none."""
        if self.child.lost or self.locked_out:
            return 3_600.0
        return self.gate.remaining(time.monotonic()) if self.gate.shut_until else 0.0

    def apply_retry_after(self, reply: Reply, text: str, fallback: float, orders_only: bool = False) -> bool:
        """
        A 429 or 418: shut the gate for as long as its Retry-After says, ``fallback`` seconds without one, and tell the
        user once. False: the reply is neither.
        """
        if reply.status not in (418, 429):
            return False
        gate: RetryAfterGate = self.order_gate if orders_only else self.gate
        seconds: float = retry_after(reply.headers.get("Retry-After"), fallback)
        what: str = "Banned by the venue" if reply.status == 418 else "Rate limit exceeded"
        if gate.shut(seconds, time.monotonic(), what):
            until: datetime = datetime.fromtimestamp(time.time() + seconds)
            self.log(f"{what}, no {'orders' if orders_only else 'requests'} until {until:%H:%M:%S}: {text}", ERROR)
        return True

    # contracts

    def add_contract(
        self, contract: ContractData, tick: Decimal, step: Decimal, minimum: float = 0.0, min_notional: float = 0.0
    ) -> None:
        """Keep a contract with its exact tick and step and the least that can be ordered, and push it."""
        self.rules[contract.symbol] = CryptoRules(contract, tick, step, minimum, min_notional)
        self.contracts[contract.symbol] = contract
        self.names[contract.name] = contract
        self.forms[contract.symbol] = OrderTemplate(contract, self.gateway_name)
        self.on_contract(contract)

    def renew_contract(
        self, contract: ContractData, tick: Decimal, step: Decimal, minimum: float = 0.0, min_notional: float = 0.0
    ) -> bool:
        """As ``add_contract`` where a contract is new, or other than before: what changed is said. False: nothing is new."""
        known: ContractData | None = self.contracts.get(contract.symbol)
        if known is None:
            self.add_contract(contract, tick, step, minimum, min_notional)
            return True
        before: dict[str, Any] = self.rules[contract.symbol].describe()
        now: dict[str, Any] = CryptoRules(contract, tick, step, minimum, min_notional).describe()
        if before == now:
            return False
        self.add_contract(contract, tick, step, minimum, min_notional)
        self.log(f"Contract of {contract.symbol} changed at the venue: {changes(before, now)}", WARNING)
        return True

    def warn_made_up(self, mock: str) -> None:
        """One line when a mock exchange answers: its symbols are those of a real venue. ``mock``: see RestClient."""
        if not mock:
            return
        example: str = next((contract.vt_symbol for contract in self.contracts.values()), "")
        self.log(
            f"{MADE_UP}: a mock exchange answers, its symbols are named as those of {self.venue_name} ({example}). DataManager, "
            f"DataRecorder and CtaBacktester would store its bars under these names, over real ones, in {TEMP_DIR}. To keep "
            "them apart, make a folder .vntrader in a working directory of its own and start VeighNa there", WARNING
        )

    def _on_namesakes(self) -> None:
        """Event engine's thread. Gathered for a moment: contracts come in thousands."""
        if not self.writer.post(self.writer.reschedule_earlier, GATHER, "namesakes", self._say_namesakes):
            self._say_namesakes()

    def _say_namesakes(self) -> None:
        for line in self.namesakes.take():
            self.log_rarely("namesakes", line)

    # the rest of BaseGateway

    def subscribe(self, req: SubscribeRequest) -> None:
        """Ticks of a symbol, from now on and after every reconnect."""
        if not self.writer.post(self._subscribe, req):
            self.log(f"Failed to subscribe data, not connected: {req.symbol}", WARNING)

    def _subscribe(self, req: SubscribeRequest) -> None:
        contract: ContractData | None = self.contracts.get(req.symbol)
        if contract is None:
            self.log(f"Failed to subscribe data, symbol not found: {req.symbol}", ERROR)
            return
        self.subscribe_ticks(contract)

    @abstractmethod
    def subscribe_ticks(self, contract: ContractData) -> None:
        """Remember the subscription and ask for it, now and after every reconnect (executor's thread)."""

    # the venue's clock, where it tells its time

    def query_time(self) -> None:
        """Ask for it once; the answer goes to ``on_query_time``."""

    def is_mock(self) -> bool:
        """Whether a mock exchange answers."""
        return False

    def measure_clock(self, then: Callable[[], None] | None = None) -> None:
        """Take several samples of the venue's clock, then go on."""
        self.keeper.measure(then)

    def on_query_time(self, server_ms: int, sent: float, received: float) -> None:
        """One sample of it; the first measurement of a session is what the contracts wait for."""
        if self.keeper.sampled(server_ms, sent, received) and not self.ready:
            self.query_contract()

    def query_contract(self) -> None:
        """Ask what is traded."""

    def each(self, rows: Iterable[Any], handle: Callable[[Any], Any], what: str) -> int:
        """Handle every row; one that cannot be read is said and costs only itself. Returns how many went well."""
        good: int = 0
        for row in rows:
            try:
                handle(row)
                good += 1
            except Exception as error:      # must not keep the other rows from being read
                self.log_once(f"row {what}", f"{what} data not understood ({type(error).__name__}: {error}): {short(row)}", WARNING)
        return good

    @abstractmethod
    def query_account(self) -> None:
        """Ask for balances now."""

    def query_position(self) -> None:
        """Spot positions come with the balances."""
        self.query_account()

    @abstractmethod
    def query_history(self, req: HistoryRequest) -> list[BarData]:
        """Finished bars, oldest first, stamped with their start. What could be had, if it was cut short."""

    on_tick = events.on_tick
    on_order = events.on_order

    # logs

    def log(self, msg: str, level: int = INFO) -> None:
        """One log line, whatever a venue put into it; secrets never get out."""
        msg = one_line(msg, (*self.secrets, *self.proxy_secrets))
        self.on_log(LogData(msg=msg, level=level, gateway_name=self.gateway_name))

    def write_log(self, msg: str) -> None:
        """vn.py's own name for an INFO line."""
        self.log(msg)

    def on_exception(self, error: BaseException) -> None:
        """Anything a job or a handler raised: said once, with the place it came from."""
        self.log(f"Gateway exception{describe(error)}", ERROR)
