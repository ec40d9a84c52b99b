"""
What a session is given of its gateway: executor, orders, contracts, clock, gates, log, and the way to the event engine.

It outlives the sessions, and knows of the connected one what ``venue.Venue`` says. Nothing here knows a venue or an asset class.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timezone, tzinfo
from functools import partial
from logging import ERROR, INFO, WARNING
from typing import Any

from vnpy.event import Event
from vnpy.trader.constant import Status
from vnpy.trader.event import EVENT_ORDER, EVENT_TICK
from vnpy.trader.gateway import BaseGateway
from vnpy.trader.object import AccountData, ContractData, LogData, OrderData, PositionData, TickData, TradeData
from vnpy.trader.utility import TEMP_DIR

from rest_locale import N_, _

from .clock import ServerClock
from .clock_keeper import ClockKeeper
from .contracts import Contracts, Listed
from .executor import SerialExecutor
from .log import RepeatedLines, describe, one_line
from .net.outcome import Reply, Unknown
from .net.validate import short
from .orders.flow import OrderFlow
from .orders.not_found_policy import NotFoundPolicy
from .orders.table import Push
from .schedule import RetryAfterGate, retry_after
from .seams import Seams
from .sound import changes
from .trading_rules import TradingRules
from .venue import OrderDesk, Venue

ENDED: tuple[Status, Status] = (Status.REJECTED, Status.CANCELLED)
GONE: float = 3_600.0           # seconds; a venue that is not there wants to be left alone for long
MADE_UP: str = N_("Made-up market")


# What ``BaseGateway.on_tick`` and ``on_order`` do in five Python calls each; the tests hold both against each other.
# An event has its type and its data and nothing else, so it can be made without its ``__init__``.
PLAIN_EVENTS: bool = vars(Event("a", "b")) == {"type": "a", "data": "b"}

new = object.__new__


def on_tick(gateway: BaseGateway, tick: TickData) -> None:
    """Hand a tick to the event engine."""
    if not PLAIN_EVENTS:
        BaseGateway.on_tick(gateway, tick)
        return
    put_both(gateway, EVENT_TICK, EVENT_TICK + tick.vt_symbol, tick)


def on_order(gateway: BaseGateway, order: OrderData) -> None:
    """Hand an order to the event engine."""
    if not PLAIN_EVENTS:
        BaseGateway.on_order(gateway, order)
        return
    put_both(gateway, EVENT_ORDER, EVENT_ORDER + order.vt_orderid, order)


def put_both(gateway: BaseGateway, general: str, own: str, data: TickData | OrderData) -> None:
    """An event for whoever listens to all of its kind, and one for whoever listens to this symbol's or order's."""
    put = gateway.event_engine.put
    event: Event = new(Event)
    event.type = general
    event.data = data
    put(event)
    event = new(Event)
    event.type = own
    event.data = data
    put(event)


class Host:
    """
    One for each gateway.

    :param gateway: takes what is handed to the event engine, by vn.py's own methods
    :param venue_name: whose names the symbols have, for people
    :param policy: when "not found" is believed
    """

    def __init__(
        self, gateway: BaseGateway, venue_name: str, policy: NotFoundPolicy, executor: SerialExecutor, seams: Seams,
    ) -> None:
        self._gateway: BaseGateway = gateway
        self.gateway_name: str = gateway.gateway_name
        self.venue_name: str = venue_name
        self.seams: Seams = seams
        self.executor: SerialExecutor = executor
        self.monotonic: Callable[[], float] = executor.monotonic
        self.contracts: Contracts[Any] = Contracts(self.gateway_name)
        self.session: Venue                                 # the gateway attaches one before anything runs
        self.desk: OrderDesk                                # of that session
        self.zone: tzinfo = timezone.utc                    # of that session, for all times that are shown
        self.ready: bool = False                            # contracts are here, orders can be taken
        self.trouble: str = ""                              # why nothing is ready yet, as far as it is known
        self.lost: bool = False                             # the embedded exchange was to run, and is gone
        self.locked_out: bool = False                       # the venue refused our key: no signed requests
        self.secrets: tuple[str, ...] = ()                  # key and secret, and those of the proxy
        self.token: str = ""                                # of the session, as secret as they are
        self.gate: RetryAfterGate = RetryAfterGate()        # shut: no requests at all
        self.order_gate: RetryAfterGate = RetryAfterGate()  # shut: no new orders

        # bound once: nothing stands between a tick or an order and the event engine
        self.on_tick: Callable[[TickData], None] = gateway.on_tick
        self.on_account: Callable[[AccountData], None] = gateway.on_account
        self.on_position: Callable[[PositionData], None] = gateway.on_position
        self._on_order: Callable[[OrderData], None] = gateway.on_order
        self._on_trade: Callable[[TradeData], None] = gateway.on_trade
        self._on_contract: Callable[[ContractData], None] = gateway.on_contract
        self._on_log: Callable[[LogData], None] = gateway.on_log
        self._on_publish: Callable[[Push], None] | None = None
        self._starting = seams.threads.Lock()

        self.lines: RepeatedLines = RepeatedLines(self.log, self.monotonic)
        self.log_once, self.log_first, self.log_rarely = self.lines.once, self.lines.first, self.lines.rarely
        self.say_anew = self.lines.say_anew
        self.keeper: ClockKeeper = ClockKeeper(
            executor, lambda: self.session.query_time(), self.log, lambda: self.session.is_mock(), seams,
            lambda seconds: self.flow.venue_ids.on_clock_step(seconds),
        )
        self.clock: ServerClock = self.keeper.clock
        self.flow: OrderFlow = OrderFlow(self, executor, policy)

    # sessions

    def begin(self) -> None:
        """A new connect: nothing of the last one is left but orders, contracts and subscriptions."""
        self.ready = self.lost = self.locked_out = False
        self.trouble = ""
        self.token = ""
        self.lines.clear()
        self.gate = RetryAfterGate()
        self.order_gate = RetryAfterGate()

    def attach(self, session: Venue) -> None:
        """This is the connection from now on."""
        self.session = session
        self.desk = session.orders
        self.zone = session.zone
        self._on_publish = session.on_publish
        self.flow.go_by(session.capabilities, session.on_growth)
        self.clock = self.keeper.begin()

    def start(self, client: Callable[[], None]) -> None:
        """Start a client, unless the gateway is being closed; who closes it waits for what has begun before."""
        with self._starting:
            if self.executor.alive:
                client()

    def stops_of(self, closers: Callable[[], list[Callable[[], None]]]) -> list[Callable[[], None]]:
        """The calls that end what ``start`` has started."""
        with self._starting:
            return closers()

    def lock_out(self, line: str) -> None:
        """The venue refused the key: one clear line, and no further signed requests."""
        if not self.locked_out:
            self.locked_out = True
            self.log(line, ERROR)
            self.session.on_locked_out()

    # to the event engine

    def publish(self, item: Push) -> None:
        """Hand an order or a trade to the event engine; it is the listeners' from then on."""
        if self._on_publish is not None:
            self._on_publish(item)
        if isinstance(item, TradeData):
            self._on_trade(item)
        else:
            if item.datetime is None and item.status in ENDED:
                item.datetime = self.now()          # the venue has none for it
            self._on_order(item)

    def now(self) -> datetime:
        """The venue's time where it is known, else this machine's; in the zone of its market, UTC for coins."""
        return datetime.fromtimestamp(self.clock.now_ms() / 1_000, self.zone)

    def tick_publisher(self, vt_symbol: str) -> Callable[[TickData], None]:
        """``on_tick`` for the ticks of one symbol: it makes the type of their event once."""
        if not PLAIN_EVENTS or getattr(self.on_tick, "__func__", None) is not on_tick:
            return self.on_tick             # a gateway's own
        return partial(put_both, self._gateway, EVENT_TICK, EVENT_TICK + vt_symbol)

    # contracts

    def add_contract(self, contract: ContractData, venue_symbol: str, rules: TradingRules) -> None:
        """Keep a contract and what the venue takes of an order of it, and push it."""
        self.contracts.add(contract, venue_symbol, rules)
        self._on_contract(contract)

    def renew_contract(self, contract: ContractData, venue_symbol: str, rules: TradingRules) -> bool:
        """As ``add_contract`` where a contract is new, or other than before: what changed is said. False: nothing is new."""
        known: Listed[Any] | None = self.contracts.get(contract.vt_symbol)
        if known is None:
            self.add_contract(contract, venue_symbol, rules)
            return True
        before, now = known.rules.describe(), rules.describe()
        if before == now:
            return False
        self.add_contract(contract, venue_symbol, rules)
        self.log(_("Contract of {symbol} changed at the venue: {changes}").format(symbol=contract.symbol, changes=changes(before, now)), WARNING)
        return True

    def warn_made_up(self, mock: str) -> None:
        """One line when a mock exchange answers: its symbols are those of a real venue. ``mock``: see RestClient."""
        if not mock:
            return
        example: str = next((_(" ({vt_symbol})").format(vt_symbol=listed.contract.vt_symbol) for listed in self.contracts), "")
        self.log(
            _(
                "{made_up}: a mock exchange answers, its symbols are named as those of {venue_name}{example}. DataManager, DataRecorder and "
                "CtaBacktester would store its bars under these names, over real ones, in {temp_dir}. To keep them apart, make a folder .vntrader "
                "in a working directory of its own and start VeighNa there"
            ).format(made_up=_(MADE_UP), venue_name=_(self.venue_name), example=example, temp_dir=TEMP_DIR), WARNING
        )

    # answers

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
            fate: BaseException = error or Unknown(_("the answer could not be handled, {kind}").format(kind=type(problem).__name__))
            self.guard(lambda: callback(None, fate))

    def each(self, rows: Iterable[Any], handle: Callable[[Any], Any], what: str) -> int:
        """Handle every row; one that cannot be read is said and costs only itself. Returns how many went well."""
        good: int = 0
        for row in rows:
            try:
                handle(row)
                good += 1
            except Exception as error:      # must not keep the other rows from being read
                line: str = _("{what} data not understood ({kind}: {error}): {row}")
                self.log_once(f"row {what}", line.format(what=_(what), kind=type(error).__name__, error=error, row=short(row)), WARNING)
        return good

    def guard(self, call: Callable[[], None]) -> None:
        """Call; what that raises is said."""
        try:
            call()
        except Exception as error:
            self.on_exception(error)

    # the venue wants to be left alone

    def pause(self) -> float:
        """Seconds for which no request may leave: the venue wants to be left alone, is gone, or refused our key. 0: none."""
        if self.lost or self.locked_out:
            return GONE
        return self.gate.remaining(self.monotonic()) if self.gate.shut_until else 0.0

    def unable(self, key: str, what: str) -> str:
        """Why nothing can be sent now that needs the ``key``, which the user knows as ``what``; "" when it can."""
        if self.locked_out:
            return _("the venue refused the {what}").format(what=_(what))
        if not key:
            return _("no {what} given").format(what=_(what))
        return self.why_paused(what)

    def why_paused(self, what: str, keyless: bool = False) -> str:
        """
        Why no request may leave now; "" when one may. ``what``: the user's word for the key; ``keyless``: a request that needs none,
        which leaves although it was refused.
        """
        if self.lost:
            return _("the embedded exchange is gone")
        if self.locked_out and not keyless:
            return _("the venue refused the {what}, set it right and connect again").format(what=_(what))
        left: float = self.gate.remaining(self.monotonic()) if self.gate.shut_until else 0.0
        return _("{reason}, {seconds:.0f} s to go").format(reason=self.gate.reason, seconds=left) if left else ""

    def apply_retry_after(self, reply: Reply, text: str, fallback: float, orders_only: bool = False) -> bool:
        """
        A 429 or 418: shut the gate for as long as its Retry-After says, ``fallback`` seconds without one, and tell the
        user once. False: the reply is neither.
        """
        if reply.status not in (418, 429):
            return False
        gate: RetryAfterGate = self.order_gate if orders_only else self.gate
        seconds: float = retry_after(reply.headers.get("Retry-After"), fallback)
        what: str = _("Banned by the venue") if reply.status == 418 else _("Rate limit exceeded")
        if gate.shut(seconds, self.monotonic(), what):
            until: datetime = datetime.fromtimestamp(self.seams.wall() + seconds)
            line: str = _("{what}, no orders until {until:%H:%M:%S}: {text}") if orders_only else _("{what}, no requests until {until:%H:%M:%S}: {text}")
            self.log(line.format(what=what, until=until, text=text), ERROR)
        return True

    # logs

    def log(self, msg: str, level: int = INFO) -> None:
        """One log line, whatever a venue put into it; secrets never get out."""
        hidden: tuple[str, ...] = (*self.secrets, self.token) if self.token else self.secrets
        self._on_log(LogData(msg=one_line(msg, hidden), level=level, gateway_name=self.gateway_name))

    def on_exception(self, error: BaseException) -> None:
        """Anything a job or a handler raised: said once, with the place it came from."""
        self.log(_("Gateway exception{detail}").format(detail=describe(error)), ERROR)
