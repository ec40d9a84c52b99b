"""The main job without its face: embedded exchange, gateway, VeighNa's engine and a CTA strategy."""

import traceback
from collections import deque
from collections.abc import Callable, Mapping
from importlib import import_module
from logging import ERROR
from pathlib import Path
from threading import Event as Flag
from threading import Lock
from time import monotonic
from typing import Any

import requests
from vnpy.event import Event, EventEngine
from vnpy.trader import datafeed
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import (
    EVENT_ACCOUNT,
    EVENT_LOG,
    EVENT_ORDER,
    EVENT_POSITION,
    EVENT_TICK,
    EVENT_TRADE,
)
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
from vnpy_ctastrategy import CtaStrategyApp, CtaTemplate
from vnpy_ctastrategy.base import EVENT_CTA_LOG
from vnpy_ctastrategy.engine import CtaEngine

from vnpy_restgateway.gateway import RestGateway

from .conform.profile import load_class
from .journal_check import disagreements

STRATEGY_NAME: str = "rehearsal"
STREAM_LINE: str = "User data stream subscribed"


class MemoryCtaEngine(CtaEngine):
    """
    CtaEngine that neither loads nor saves, nor logs in to a data service: a rehearsal leaves
    the user's own strategies alone, and its history comes from the gateway.
    """

    failure: str = ""       # what a strategy raised first

    def call_strategy_func(self, strategy: CtaTemplate, func: Callable[..., Any], params: Any = None) -> None:
        def watched(*arguments: Any) -> None:
            try:
                func(*arguments)
            except Exception as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                self.failure = self.failure or f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
                raise

        super().call_strategy_func(strategy, watched, params)

    def init_datafeed(self) -> None:
        pass

    def load_strategy_class(self) -> None:
        pass

    def load_strategy_setting(self) -> None:
        pass

    def load_strategy_data(self) -> None:
        pass

    def update_strategy_setting(self, strategy_name: str, setting: dict) -> None:
        pass

    def sync_strategy_data(self, strategy: CtaTemplate) -> None:
        pass


class MemoryCtaApp(CtaStrategyApp):
    engine_class = MemoryCtaEngine


class Record:
    """Everything the event engine was given, as a listener sees it."""

    def __init__(self, event_engine: EventEngine) -> None:
        self.lock: Lock = Lock()
        self.orders: dict[str, OrderData] = {}
        self.trades: list[TradeData] = []
        self.accounts: dict[str, AccountData] = {}
        self.positions: dict[str, PositionData] = {}
        self.ticks: dict[str, TickData] = {}
        self.tick_count: int = 0
        self.logs: deque[LogData] = deque(maxlen=2_000)
        self.changed_at: float = monotonic()
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
        self.positions[event.data.symbol] = event.data

    def tick(self, event: Event) -> None:
        self.ticks[event.data.symbol] = event.data
        self.tick_count += 1

    def log(self, event: Event) -> None:
        self.logs.append(event.data)
        if self.on_log:
            self.on_log(event.data)

    def said(self, words: str) -> bool:
        """Whether a log line has them."""
        return any(words in log.msg for log in list(self.logs))

    def active(self) -> list[OrderData]:
        with self.lock:
            return [order for order in self.orders.values() if order.is_active()]


class Rehearsal:
    """
    One run on a gateway, of which ``profile`` tells (its package's ``profile.py``). ``start`` raises RuntimeError with a line for the user when something does not come up;
    ``compare`` returns the disagreements between gateway and venue.
    """

    def __init__(
        self, profile: Mapping[str, Any], vt_symbol: str, strategy: str, setting: dict[str, Any], arguments: tuple[str, ...]
    ) -> None:
        self.name: str = profile["name"]
        self.ready_line: str = profile.get("ready_line", STREAM_LINE)
        self.vt_symbol: str = vt_symbol
        self.strategy_class: type[CtaTemplate] = load_strategy(strategy)
        self.strategy_setting: dict[str, Any] = setting
        self.event_engine: EventEngine = EventEngine()
        self.main_engine: MainEngine = MainEngine(self.event_engine)
        self.record: Record = Record(self.event_engine)
        gateway = self.main_engine.add_gateway(load_class(profile["gateway"]), self.name)
        assert isinstance(gateway, RestGateway)
        self.gateway: RestGateway = gateway
        self.gateway.embedded_arguments = arguments
        if not SETTINGS["datafeed.name"] and datafeed.datafeed is None:
            datafeed.datafeed = datafeed.BaseDatafeed()     # or vn.py prints that none is configured
        engine = self.main_engine.add_app(MemoryCtaApp)
        assert isinstance(engine, MemoryCtaEngine)
        self.cta: MemoryCtaEngine = engine
        self.started: float = monotonic()
        self.initial: tuple[float, float] | None = None     # cash and coins when the strategy started

    @property
    def symbol(self) -> str:
        return self.vt_symbol.rsplit(".", 1)[0]

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
        self.main_engine.connect(self.gateway.get_default_setting(), self.name)
        # the child's own limit ends the first wait
        wait_for(lambda: self.gateway.lost or self.gateway.embedded and self.gateway.embedded.ready, float("inf"))
        wait_for(lambda: self.gateway.ready or self.gateway.lost, patience)
        if not self.gateway.ready:
            raise RuntimeError(f"the embedded exchange did not come up: {self.last_words()}")
        contract = wait_for(lambda: self.main_engine.get_contract(self.vt_symbol), 2.0)
        if not contract:
            raise RuntimeError(f"no contract {self.vt_symbol}, there are: {', '.join(sorted(self.gateway.contracts.venue_symbols))}")
        self.main_engine.subscribe(SubscribeRequest(contract.symbol, contract.exchange), self.name)
        wait_for(lambda: self.record.said(self.ready_line) and self.symbol in self.record.ticks, patience)
        self.cta.init_engine()
        self.cta.classes[self.strategy_class.__name__] = self.strategy_class
        name: str = self.strategy_class.__name__
        try:
            self.cta.add_strategy(name, STRATEGY_NAME, self.vt_symbol, self.strategy_setting)
        except Exception as error:      # the user's code, or a class that lacks a method
            raise RuntimeError(f"strategy {name} cannot be made: {type(error).__name__}: {error}") from error
        self.cta.init_strategy(STRATEGY_NAME).result(patience)
        self.cta.start_strategy(STRATEGY_NAME)
        self.check()
        if self.strategy is None or not self.strategy.trading:
            raise RuntimeError(f"strategy {name} did not start: {self.last_words()}")
        self.initial = wait_for(self.holdings, patience)
        self.started = monotonic()

    def last_words(self) -> str:
        """The newest log line that tells of trouble, else the newest there is."""
        logs: list[LogData] = list(self.record.logs)
        bad: list[LogData] = [log for log in logs if log.level >= ERROR]
        return (bad or logs)[-1].msg.strip() if logs else "no answer"

    def check(self) -> None:
        """RuntimeError when there is nothing left to watch: the exchange is gone, or the strategy has failed."""
        if self.gateway.lost:
            raise RuntimeError(self.last_words())
        if self.cta.failure:
            raise RuntimeError(f"strategy {self.strategy_class.__name__} failed: {self.cta.failure}")

    def holdings(self) -> tuple[float, float] | None:
        """Cash (the quote asset) and coins of the traded pair, None before they are known."""
        contract = self.contract
        if contract is None or not contract.extra:
            return None
        shown: dict[str, tuple[float, float]] = self.balances()
        cash, coins = (shown.get(contract.extra[side], (0.0, 0.0))[0] for side in ("quote", "base"))
        return (cash, coins) if shown else None

    def pnl(self) -> float | None:
        """What trading has brought, after fees and at the last price; what the coins held before did does not count."""
        tick: TickData | None = self.record.ticks.get(self.symbol)
        now: tuple[float, float] | None = self.holdings()
        if tick is None or now is None or self.initial is None:
            return None
        return now[0] - self.initial[0] + (now[1] - self.initial[1]) * tick.last_price

    def pnl_text(self) -> str:
        """``pnl`` with its asset, "-" before it is known."""
        value: float | None = self.pnl()
        contract = self.contract
        if value is None or contract is None or not contract.extra:
            return "-"
        return f"{value:+,.{2 if contract.pricetick >= 0.01 else 8}f} {contract.extra['quote']}"

    def stop_trading(self, patience: float = 8.0) -> None:
        """Stop the strategy, cancel what is left, and wait until nothing moves."""
        if self.strategy:
            self.cta.stop_strategy(STRATEGY_NAME)
        for order in self.record.active():
            self.main_engine.cancel_order(order.create_cancel_request(), self.name)
        wait_for(lambda: not self.record.active(), patience)

    def journal(self) -> list[dict[str, Any]]:
        """The venue's own record, over its control API."""
        rows: list[dict[str, Any]] = []
        while True:
            answer = requests.get(f"{self.gateway.venue['rest']}/_mock/journal", params={"after": len(rows)}, timeout=10)
            answer.raise_for_status()
            page: list[dict[str, Any]] = answer.json()["rows"]
            if not page:
                return rows
            rows.extend(page)

    def compare(self, patience: float = 5.0) -> list[str]:
        """Disagreements between what the gateway pushed and the venue's journal, after a last look at the balances."""
        self.gateway.query_account()
        found: list[str] = ["the venue could not be asked"]

        def agree() -> bool:
            nonlocal found
            rows = self.journal()
            with self.record.lock:
                orders, trades = dict(self.record.orders), list(self.record.trades)
            found = list(disagreements(orders, trades, rows, self.gateway.venue["key"], self.balances()))
            return not found

        wait_for(agree, patience)
        return found

    def balances(self) -> dict[str, tuple[float, float]]:
        """Asset -> (volume, frozen) as last pushed."""
        shown: dict[str, tuple[float, float]] = {
            account.accountid: (account.balance, account.frozen) for account in list(self.record.accounts.values())
        }
        for position in list(self.record.positions.values()):
            contract = self.gateway.contracts[position.vt_symbol].contract
            if contract.extra:
                shown[contract.extra["base"]] = (position.volume, position.frozen)
        return shown

    def close(self) -> None:
        """End everything."""
        self.main_engine.close()


def load_strategy(name: str) -> type[CtaTemplate]:
    """"module:Class" -> the class. ValueError says what is wrong with it."""
    module_name, _, class_name = name.partition(":")
    if not module_name or not class_name:
        raise ValueError(f"strategy must be module:Class, got {name!r}")
    try:
        found: Any = getattr(import_module(module_name), class_name)
    except Exception as error:          # its module is the user's: anything can happen in there
        raise ValueError(f"strategy {name!r} cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(found, type) or not issubclass(found, CtaTemplate):
        raise ValueError(f"strategy {name!r} is no CtaTemplate")
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
