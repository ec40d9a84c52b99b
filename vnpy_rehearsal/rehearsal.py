"""The main job without its face: embedded exchange, gateway, VeighNa's engine and a CTA strategy."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from logging import ERROR
from threading import Event as Flag
from threading import Lock
from time import monotonic
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import requests
from vnpy.event import Event, EventEngine
from vnpy.trader import datafeed
from vnpy.trader.constant import Exchange, Product
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import (
    EVENT_ACCOUNT,
    EVENT_LOG,
    EVENT_ORDER,
    EVENT_POSITION,
    EVENT_TICK,
    EVENT_TRADE,
)
from vnpy.trader.gateway import BaseGateway
from vnpy.trader.object import (
    AccountData,
    ContractData,
    LogData,
    OrderData,
    PositionData,
    SubscribeRequest,
    TickData,
    TradeData,
)
from vnpy.trader.setting import SETTINGS
from vnpy_ctastrategy import CtaTemplate
from vnpy_ctastrategy.base import EVENT_CTA_LOG

from rest_locale import _
from rest_locale.english import english
from vnpy_restgateway.far_end import FarEnd
from vnpy_restgateway.gateway import RestGateway

from .conform.harness import as_shown
from .conform.known import traits_of
from .conform.profile import load_class
from .figures import Figures
from .journal_check import disagreements, final_balances, name_foreign
from .memory_cta import MemoryCtaApp, MemoryCtaEngine
from .profiles import JobProfile

if TYPE_CHECKING:
    from .bad_day.day import BadDay
    from .bad_day.plan import BadPlan
    from .bad_day.venue import BadVenue

STRATEGY_NAME: str = "rehearsal"
BAD_DAY: str = "BadDay"         # where log lines of faults come from
SETTLES: float = 20.0           # s for orders and balances to come to rest; a venue that is polled needs several looks
REJECTED: str = "Order rejected"     # a gateway's log line begins
ASK_AGAIN: float = 2.0          # s between questions for balances
NO_RECORDING: tuple[str, ...] = ("synthetic", "none")      # feeds
NAMED: int = 50                 # symbols in a line that says which there are


class Record:
    """Everything the event engine was given, as a listener sees it."""

    def __init__(self, event_engine: EventEngine) -> None:
        self.lock: Lock = Lock()
        self.orders: dict[str, OrderData] = {}
        self.trades: list[TradeData] = []
        self.accounts: dict[str, AccountData] = {}
        self.positions: dict[str, PositionData] = {}        # by vt_symbol, as the ticks
        self.ticks: dict[str, TickData] = {}
        self.tick_count: int = 0
        self.logs: deque[LogData] = deque(maxlen=2_000)
        self.changed_at: float = monotonic()
        self.refusal: str = ""              # the log line of the first order that was rejected
        self.on_log: Callable[[LogData], None] | None = None
        for kind, handler in (
            (EVENT_ORDER, self.order), (EVENT_TRADE, self.trade), (EVENT_ACCOUNT, self.account),
            (EVENT_POSITION, self.position), (EVENT_TICK, self.tick), (EVENT_LOG, self.log), (EVENT_CTA_LOG, self.log),
        ):
            event_engine.register(kind, handler)

    def order(self, event: Event) -> None:
        with self.lock:
            self.orders[event.data.orderid] = event.data
            self.changed_at = monotonic()

    def trade(self, event: Event) -> None:
        with self.lock:
            self.trades.append(event.data)
            self.changed_at = monotonic()

    def account(self, event: Event) -> None:
        self.accounts[event.data.accountid] = event.data

    def position(self, event: Event) -> None:
        self.positions[event.data.vt_symbol] = event.data

    def tick(self, event: Event) -> None:
        self.ticks[event.data.vt_symbol] = event.data
        self.tick_count += 1

    def log(self, event: Event) -> None:
        self.logs.append(event.data)
        if not self.refusal and event.data.level >= ERROR and english(event.data.msg).startswith(REJECTED):
            self.refusal = event.data.msg
        if self.on_log:
            self.on_log(event.data)

    def said(self, words: str) -> bool:
        """Whether a log line has them."""
        return any(words in english(log.msg) for log in list(self.logs))

    def active(self) -> list[OrderData]:
        with self.lock:
            return [order for order in self.orders.values() if order.is_active()]


class Rehearsal:
    """
    One run on a gateway. ``start`` raises RuntimeError with a line for the user when something does not come up; ``compare``
    returns the disagreements between gateway and venue.
    """

    far: FarEnd | None = None       # what the gateway trades through; None: it trades on its embedded exchange
    bad: "BadVenue | None" = None     # the venue of a bad day
    day: "BadDay | None" = None       # and the day
    market_seconds: float = 0.0     # of the venue's time, in which the strategy could trade
    _began: datetime | None = None
    patience: float = SETTLES       # s for orders and balances to come to rest

    def __init__(
        self, profile: JobProfile, vt_symbol: str, strategy: str, setting: dict[str, Any], arguments: tuple[str, ...],
        far: FarEnd | None = None, named: bool = True, bad: "BadVenue | None" = None,
    ) -> None:
        """
        ``named``: the user wants this symbol and no other; else that of a recorded market is traded. ``bad``: the venue of a bad day, in place
        of the embedded exchange.
        """
        self.profile: JobProfile = profile
        self.far = far if far and far.setting is not None else None
        self.name: str = profile.name
        told: bool | None = profile.each_fill
        self.each_fill: bool = told if told is not None else traits_of(profile.dialect).get("tells_fills", True)
        self.vt_symbol: str = vt_symbol
        self.named: bool = named
        self.is_recorded: bool = "--feed" in arguments and arguments[arguments.index("--feed") + 1] not in NO_RECORDING
        self.feed_status: str = ""                      # of a recorded market: running, ended, ...
        self.strategy_class: type[CtaTemplate] = load_strategy(strategy)
        self.strategy_setting: dict[str, Any] = setting
        gateway_class: type[BaseGateway] = load_class(profile.gateway)
        self.event_engine: EventEngine = EventEngine()
        self.main_engine: MainEngine = MainEngine(self.event_engine)
        self.record: Record = Record(self.event_engine)
        gateway = self.main_engine.add_gateway(gateway_class, self.name)
        assert isinstance(gateway, RestGateway)
        self.gateway: RestGateway = gateway
        self.gateway.embedded_arguments = arguments
        self.bad = bad
        if bad is not None:
            self.gateway.child.running = bad.ready
            self.patience = max(SETTLES, bad.profile.patience)
        if not SETTINGS["datafeed.name"] and datafeed.datafeed is None:
            datafeed.datafeed = datafeed.BaseDatafeed()     # or vn.py prints that none is configured
        engine = self.main_engine.add_app(MemoryCtaApp)
        assert isinstance(engine, MemoryCtaEngine)
        self.cta: MemoryCtaEngine = engine
        self.started: float = monotonic()
        self.initial: tuple[float, float] | None = None     # cash and coins or shares when the strategy started

    @property
    def tick(self) -> TickData | None:
        """The last tick of what is traded."""
        return self.record.ticks.get(self.vt_symbol)

    @property
    def figures(self) -> Figures:
        """How its numbers are written."""
        return Figures(self.contract)

    @property
    def contract(self) -> ContractData | None:
        """The contract that is traded, once it is known."""
        listed = self.gateway.contracts.get(self.vt_symbol)
        return listed.contract if listed else None

    @property
    def strategy(self) -> CtaTemplate | None:
        return self.cta.strategies.get(STRATEGY_NAME)

    def start(self, patience: float = 20.0) -> None:
        """Connect with the defaults, then start the strategy."""
        self.main_engine.connect(self.connect_setting(), self.name)
        if not self.far:        # the child's own limit ends the wait
            wait_for(lambda: self.gateway.lost or self.bad or self.gateway.embedded and self.gateway.embedded.ready, float("inf"))
        wait_for(lambda: self.gateway.ready or self.gateway.lost, patience)
        if not self.gateway.ready:
            what: str = _("the gateway is not connected") if self.far or self.bad else _("the embedded exchange did not come up")
            raise RuntimeError(f"{what}: {self.last_words()}")
        self.follow_feed()
        self.subscribe()
        wait_for(lambda: self.record.said(self.profile.ready_line) and self.tick, patience)
        self.check()
        wait_for(self.balances_agree, patience)
        self.initial = self.holdings()
        if self.vt_symbol not in self.record.ticks:
            line: str = _("no ticks of {vt_symbol} have come within {seconds:.0f} s: {words}")
            raise RuntimeError(line.format(vt_symbol=self.vt_symbol, seconds=patience, words=self.last_words()))
        self.cta.init_engine()
        self.cta.classes[self.strategy_class.__name__] = self.strategy_class
        name: str = self.strategy_class.__name__
        try:
            self.cta.add_strategy(name, STRATEGY_NAME, self.vt_symbol, self.strategy_setting)
        except Exception as error:      # the user's code, or a class that lacks a method
            raise RuntimeError(_("strategy {name} cannot be made: {error}").format(name=name, error=f"{type(error).__name__}: {error}")) from error
        self.cta.init_strategy(STRATEGY_NAME).result(patience)
        self.cta.start_strategy(STRATEGY_NAME)
        self.check()
        if self.strategy is None or not self.strategy.trading:
            raise RuntimeError(_("strategy {name} did not start: {words}").format(name=name, words=self.last_words()))
        self.initial = self.initial or wait_for(self.holdings, patience)
        self.started = monotonic()
        self._began = self.gateway.now()

    def follow_feed(self) -> None:
        """
        Trade the symbol of a recorded market, the only one that has one.

        :raises RuntimeError: the user has named another
        """
        feed: str = self.look_at_feed().get("symbol", "")
        own: str = next((listed.contract.vt_symbol for listed in self.gateway.contracts if feed and listed.is_called(feed)), "")
        if not feed or own == self.vt_symbol:
            return
        if self.named or not own:
            line: str = _("the feed is of {feed}, no market is made in {vt_symbol}: trade it with --symbol {own}")
            raise RuntimeError(line.format(feed=feed, vt_symbol=self.vt_symbol, own=own or feed))
        self.vt_symbol = own

    def look_at_feed(self) -> dict[str, Any]:
        """What the venue tells of a recorded market, {} where there is none or no answer; ``feed_status`` is set by it."""
        if not self.is_recorded:
            return {}
        try:
            feed: dict[str, Any] = requests.get(f"{self.page}state", timeout=1.0).json()["feed"]
        except (requests.RequestException, ValueError, KeyError):
            return {}
        self.feed_status = feed["status"]
        return feed

    def connect_setting(self) -> dict[str, Any]:
        """The defaults of the dialog, what the profile adds, and what the far end does."""
        more: dict[str, Any] = {
            name: value.replace("{symbol}", self.vt_symbol) if isinstance(value, str) else value
            for name, value in self.profile.setting.items()
        }
        far: Mapping[str, Any] = (self.far and self.far.setting) or {}
        return {**self.gateway.get_default_setting(), **more, **far}

    def subscribe(self) -> None:
        """
        Ticks of what is traded. A venue that lists no contracts makes one of the symbol that is subscribed.

        :raises RuntimeError: there is no contract
        """
        symbol, __, exchange = self.vt_symbol.rpartition(".")
        request: SubscribeRequest = SubscribeRequest(symbol, Exchange(exchange))
        known: bool = wait_for(lambda: self.main_engine.get_contract(self.vt_symbol) is not None, 2.0)
        self.main_engine.subscribe(request, self.name)
        if not known and not wait_for(lambda: self.main_engine.get_contract(self.vt_symbol), 2.0):
            there: list[str] = sorted(
                listed.venue_symbol if listed.contract.product is Product.SPOT else listed.contract.vt_symbol for listed in self.gateway.contracts
            )
            more: str = ", ..." if len(there) > NAMED else ""
            raise RuntimeError(_("no contract {vt_symbol}, there are: {there}").format(vt_symbol=self.vt_symbol, there=(", ".join(there[:NAMED]) or _("none")) + more))

    def last_words(self) -> str:
        """The newest log line that tells of trouble, else the newest there is."""
        logs: list[LogData] = list(self.record.logs)
        bad: list[LogData] = [log for log in logs if log.level >= ERROR]
        return (bad or logs)[-1].msg.strip() if logs else _("no answer")

    def check(self) -> None:
        """RuntimeError when there is nothing left to watch: the exchange is gone, or the strategy has failed."""
        if self.gateway.lost:
            raise RuntimeError(self.last_words())
        if self.far and (trouble := self.far.trouble()):
            raise RuntimeError(trouble)
        if self.cta.failure:
            raise RuntimeError(_("strategy {name} failed: {failure}").format(name=self.strategy_class.__name__, failure=self.cta.failure))

    @property
    def currency(self) -> str:
        """The quote asset: as the contract tells it, else that of the only account; "" where neither does."""
        contract = self.contract
        told: str = (contract.extra or {}).get("quote", "") if contract else ""
        accounts: list[AccountData] = list(self.record.accounts.values())
        return told or (asset_of(accounts[0]) if len(accounts) == 1 else "")

    def holdings(self) -> tuple[float, float] | None:
        """Cash (the quote asset) and what is held of the traded coin or share, None before they are known."""
        contract = self.contract
        if contract is None or not contract.extra:
            return None
        shown: dict[str, tuple[float, float]] = self.balances()
        cash, held = (shown.get(asset, (0.0, 0.0))[0] for asset in (self.currency, contract.extra["base"]))
        return (cash, held) if shown else None

    def sellable(self) -> float:
        """What can be sold now of what is traded."""
        position: PositionData | None = self.record.positions.get(self.vt_symbol)
        return position.volume - position.frozen if position else 0.0

    def pnl(self) -> float | None:
        """What trading has brought, after fees and at the last price; what the price did to the holding it began with does not count."""
        tick: TickData | None = self.tick
        now: tuple[float, float] | None = self.holdings()
        if tick is None or now is None or self.initial is None:
            return None
        return now[0] - self.initial[0] + (now[1] - self.initial[1]) * tick.last_price

    def pnl_text(self) -> str:
        """``pnl`` with its asset, "-" before it is known."""
        value: float | None = self.pnl()
        return "-" if value is None else self.figures.money(value, self.currency, "+")

    def stop_trading(self) -> None:
        """Stop the strategy, cancel what is left, and wait until nothing moves."""
        if self._began is not None:
            self.market_seconds = (self.gateway.now() - self._began).total_seconds()
        if self.strategy:
            self.cta.stop_strategy(STRATEGY_NAME)
        for order in self.record.active():
            self.main_engine.cancel_order(order.create_cancel_request(), self.name)
        wait_for(lambda: not self.record.active(), self.patience)

    def begin_bad_day(self, plan: "BadPlan") -> None:
        """Faults strike from now on; what becomes of them is told in log lines."""
        assert self.bad is not None

        def tell(level: int, text: str) -> None:
            self.event_engine.put(Event(EVENT_LOG, LogData(gateway_name=BAD_DAY, msg=text, level=level)))

        setting: dict[str, Any] = self.connect_setting()
        process: SimpleNamespace = SimpleNamespace(reconnect=lambda: self.main_engine.connect(setting, self.name), disconnect=self.gateway.close)
        bad: BadVenue = self.bad
        self.day = plan.day(bad, process, tell)
        self.day.begin(lambda: bad.trade_on(self.gateway, self.vt_symbol))

    def end_bad_day(self) -> None:
        """No fault strikes any more."""
        if self.day is not None:
            self.day.end()

    @property
    def title(self) -> str:
        """What the gateway trades on, for people."""
        return (self.far and self.far.title) or (_("A bad day on the mock exchange") if self.bad else _("Rehearsal on the embedded mock exchange"))

    @property
    def account_key(self) -> str:
        """The account in the venue's journal."""
        return self.far.key if self.far else str(self.gateway.venue["key"])

    def client_order_id(self, orderid: str) -> str:
        """What the venue's journal calls an order of the gateway."""
        if not self.far:
            return orderid
        entry = self.gateway.flow.table.get(orderid)
        return self.far.client_order_id(str(entry.venue_id if entry and entry.venue_id else orderid))

    @property
    def where(self) -> str:
        """The page of the mock exchange; on a bad day also what lies between it and the gateway, whose address the log has."""
        if self.bad is None:
            return _("Page of the mock exchange: {page}").format(page=self.page)
        line: str = _("Page of the mock exchange: {page}. The gateway reaches it over {wire}, a line that faults break")
        return line.format(page=self.page, wire=self.bad.wire.rest)

    @property
    def page(self) -> str:
        """The address of the mock exchange's page, below which its control API is; "" before it is known."""
        rest: str = self.bad.venue.rest if self.bad else self.far.rest if self.far else str(self.gateway.venue.get("rest", ""))
        return f"{rest}/_mock/" if rest else ""

    def journal(self) -> list[dict[str, Any]]:
        """The venue's own record, over its control API."""
        rows: list[dict[str, Any]] = []
        while True:
            answer = requests.get(f"{self.page}journal", params={"after": len(rows)}, timeout=10)
            answer.raise_for_status()
            page: list[dict[str, Any]] = answer.json()["rows"]
            if not page:
                return rows
            rows.extend(page)

    def rows(self) -> list[dict[str, Any]]:
        """The journal with the ids under which the gateway shows orders, those of others on a bad day's account, too."""
        rows: list[dict[str, Any]] = self.journal()
        if self.bad is None or self.day is None:
            return rows
        rows = as_shown(rows, self.bad.profile, self.gateway.flow.table, self.record.orders)
        return name_foreign(rows, self.day.foreign, self.record.orders)

    def compare(self) -> list[str]:
        """Disagreements between what the gateway pushed and the venue's journal, after a last look at the balances."""
        found: list[str] = [_("the venue could not be asked")]
        asked: float = float("-inf")

        def agree() -> bool:
            nonlocal found, asked
            if monotonic() >= asked + ASK_AGAIN:        # a question may have been on its way already, and its answer be too old
                asked = monotonic()
                self.gateway.query_account()
                self.gateway.query_position()
            rows = self.rows()
            with self.record.lock:
                orders = {self.client_order_id(orderid): order for orderid, order in self.record.orders.items()}
                trades = [replace(trade, orderid=self.client_order_id(trade.orderid)) for trade in self.record.trades]
            found = list(disagreements(orders, trades, rows, self.account_key, self.balances(), self.each_fill))
            return not found

        wait_for(agree, self.patience)
        return found

    def balances_agree(self) -> bool:
        """Whether all balances and positions that the venue has are here; before anything is traded."""
        truth = final_balances(self.journal(), self.account_key)
        shown: dict[str, tuple[float, float]] = self.balances()
        return all(asset in shown for asset, (free, locked) in truth.items() if free + locked)

    def balances(self) -> dict[str, tuple[float, float]]:
        """Asset -> (volume, frozen) as last pushed. An account's balance may have the value of shares in it: its cash is what counts."""
        shown: dict[str, tuple[float, float]] = {
            asset_of(account): (account.available + account.frozen, account.frozen) for account in list(self.record.accounts.values())
        }
        for position in list(self.record.positions.values()):
            listed = self.gateway.contracts.get(position.vt_symbol)
            if listed and listed.contract.extra:
                shown[listed.contract.extra["base"]] = (position.volume, position.frozen)
        return shown

    def close(self) -> None:
        """End everything."""
        self.main_engine.close()


def asset_of(account: AccountData) -> str:
    """What an account is in. Of coins its id tells it; a broker's account has a number for an id."""
    return str((account.extra or {}).get("currency", account.accountid))


def load_strategy(name: str) -> type[CtaTemplate]:
    """"module:Class" -> the class. ValueError says what is wrong with it."""
    module_name, __, class_name = name.partition(":")
    if not all(part.isidentifier() for part in module_name.split(".")) or module_name.endswith(".py") or not class_name.isidentifier():
        raise ValueError(_("strategy must be module:Class, got {name!r}").format(name=name))
    try:
        found: Any = getattr(import_module(module_name), class_name)
    except Exception as error:          # its module is the user's: anything can happen in there
        raise ValueError(_("strategy {name!r} cannot be loaded: {error}").format(name=name, error=f"{type(error).__name__}: {error}")) from error
    if not isinstance(found, type) or not issubclass(found, CtaTemplate):
        raise ValueError(_("strategy {name!r} is no CtaTemplate").format(name=name))
    return found


def wait_for(condition: Callable[[], Any], patience: float, interval: float = 0.02) -> Any:
    """The first true answer of ``condition``, or its last one when ``patience`` seconds are over."""
    deadline: float = monotonic() + patience
    pause: Flag = Flag()
    while True:
        answer: Any = condition()
        if answer or monotonic() >= deadline:
            return answer
        pause.wait(interval)
