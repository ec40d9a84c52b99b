"""
A trader for a strategy's own tests: vn.py's engines, a gateway and a mock exchange in a simulated world, for plain test code.

The fixture ``mock_trader`` (pytest_plugin.py) makes one for every test. Times are virtual seconds unless they are called real.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple, TypeVar

from vnpy.event import Event
from vnpy.trader.event import EVENT_LOG, EVENT_TICK
from vnpy.trader.object import ContractData, LogData, OrderData, TickData, TradeData
from vnpy_ctastrategy import CtaTemplate
from vnpy_ctastrategy.base import EVENT_CTA_LOG

from mockexchange import MockExchange
from mockexchange.faults.catalogue import in_words

from rest_locale import _
from rest_locale.english import english

from .conform.harness import GatewayHarness
from .conform.market import venue_symbol
from .conform.profile import Profile
from .conform.recorder import Missed
from .conform.storm import OverWire
from .journal_check import close
from .kept_cta import KeptCtaEngine
from .own_folder import own_folder
from .simulation.clocks import WorldClock, world_clock
from .simulation.process import SimulatedProcess
from .simulation.world import World
from .strikes import NOTHING_TO_COMPARE
from .trader_faults import TraderFault, TraderStrike, arm, begin_strike
from .trader_life import Life

T = TypeVar("T")

QUIET: float = 0.1              # of a synthetic market's speed: a tenth of its trades, so that a minute takes little real time
MINUTE: float = 60.0
SETTLES: float = 5.0            # s for what a strategy sends at the end of a bar to be answered and filled
BAR_PATIENCE: float = 600.0     # s without a tick, after which no bar is waited for
INIT_PATIENCE: float = 600.0    # s for on_init
LOG_TAIL: int = 40              # lines


class Agreement(NamedTuple):
    """
    What was compared with the venue's journal, and agreed: how many orders, fills, balances (positions are those of the assets), and
    positions of strategies.
    """

    orders: int
    fills: int
    balances: int
    strategies: int

    def __str__(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in self._asdict().items()) + " agree with the venue's journal"


class MockTrader:
    """
    MainEngine, a gateway and CtaEngine on a mock exchange, in virtual time and in the folder ``place``. All of it stands still until a
    method lets time pass, so that a test is plain code, and the same seed gives the same run.

    ``profile``: the gateway, and how it is pointed at its venue; ``setting``: of its connect dialog, beyond that; ``seed``: of the market,
    the network and all ids; ``begins``: the time of day at the start, seconds since 1970 UTC, None: a Monday, or where a recorded market
    begins; ``venue``: further arguments of MockExchange. What a strategy raises is raised by the method during which it did. ``wire``
    lies between gateway and venue: ``wire.deafen()``, ``forget()``, ``refuse()``, ``reset()``, ``heal()``.

    :raises ValueError: an argument of the venue is wrong
    :raises Missed: an AssertionError: the gateway did not connect
    """

    venue: MockExchange

    def __init__(
        self, profile: Profile, place: Path, seed: int = 0, setting: Mapping[str, Any] | None = None, begins: float | None = None,
        venue: Mapping[str, Any] | None = None,
    ) -> None:
        self.seed: int = seed
        self.logs: list[LogData] = []                   # of gateway, engines and strategies
        self._faults: list[TraderFault | TraderStrike] = []
        self.strategy: Any = None                       # that was run last, as it is now
        self._setting: Mapping[str, Any] = setting or {}
        self._lives: list[Life] = []
        self._clocks: list[WorldClock] = []
        self._symbols: dict[str, str] = {}              # strategy -> vt_symbol
        self._classes: dict[str, type[CtaTemplate]] = {}
        self._minutes: dict[str, tuple[int, int]] = {}  # vt_symbol -> hour and minute of the last tick
        self._alive_at: float = 0.0
        self._ended: dict[str, int] = {}                # and how many of its minutes have ended
        self._stack: ExitStack = ExitStack()
        world: World = World(seed) if begins is None else World(seed, begins)
        self.world: World = world
        self._profile: Profile = profile
        try:
            self._open(place, dict(venue or {}), begins)
        except BaseException:
            self._let_go()
            raise

    # life

    def _open(self, place: Path, given: dict[str, Any], begins: float | None) -> None:
        synthetic: bool = given.get("feed", "synthetic") == "synthetic"
        options: dict[str, Any] = {**self._profile.options, **(given.pop("options", None) or {})}
        exchange = self.world.exchange(self._profile.dialect, **{"speed": QUIET if synthetic else 1, **given, "options": options})
        self.venue = exchange
        self.world.enter(exchange.start)
        recorded: int | None = exchange.state()["feed"]["start"]        # ms
        if recorded is not None and begins is None:
            self.world.start = recorded / 1000 - self.world.loop.now
        self.wire: Any = exchange.wire()
        self._exchange_time()
        self.folder: Path = self._stack.enter_context(own_folder(place))
        self.world.enter(self._begin)

    def _begin(self) -> None:
        """A trading process starts: engines, gateway, the strategies that are kept in the folder."""
        place: SimulatedProcess = SimulatedProcess(self.world, len(self._lives))
        for clock in self._clocks:
            clock.place = place
        life: Life = Life(place, self._profile, OverWire(self.venue, self.wire), dict(self._setting), self._see, not self._lives)
        self._lives.append(life)
        self._minutes.clear()
        life.connect()
        life.cta.classes.update(self._classes)
        life.cta.init_engine()

    def _exchange_time(self, *modules: ModuleType) -> None:
        """The world's time in these modules, and in vn.py's."""
        clock: WorldClock = self._stack.enter_context(world_clock(self.world, *modules))
        clock.place = self._life.place if self._lives else self.world
        self._clocks.append(clock)

    def restart(self, seconds: float = 0.0, kill: bool = True) -> Any:
        """
        The trading process is killed, as by ``kill -9``, and ``seconds`` later another one starts in the same folder: strategies come back
        with the settings and variables that vn.py has saved, and those that were trading are initialized and started. The strategy that
        was run last, as it is now. ``kill`` False: its user closes it.
        """
        __tracebackhide__ = True
        self._enter(lambda: self._restart(seconds, kill))
        return self.strategy

    def _restart(self, seconds: float, kill: bool) -> None:
        trading: list[str] = [name for name, strategy in self.cta_engine.strategies.items() if strategy.trading]
        last: str = self.strategy.strategy_name if self.strategy is not None else ""
        if kill:
            self._life.place.kill()
        else:
            self._life.close()
        self.world.sleep(seconds)
        self._begin()
        for name in trading:
            self._start(name)
        self.strategy = self.cta_engine.strategies.get(last)

    def close(self) -> None:
        """End everything, strategies by their ``on_stop``. Raises what they have raised and nobody was told yet."""
        __tracebackhide__ = True
        try:
            if self._lives:
                self._enter(self._life.close)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        try:
            venue = getattr(self, "venue", None)
            if venue is not None:
                self.world.enter(venue.stop)
            self.world.close()
        finally:
            self._stack.close()

    # what a test does

    def run(
        self, strategy_class: type[CtaTemplate], setting: Mapping[str, Any] | None = None, vt_symbol: str = "", name: str = "",
        modules: Iterable[ModuleType] = (),
    ) -> Any:
        """
        A strategy, initialized and started. It trades ``vt_symbol``, by default that of the gateway's profile; ``name`` is its own, by
        default its class's. ``datetime.now()``, ``time.time()``, ``time.sleep()``, threads and the like are the world's in the modules of its classes, and
        in ``modules``.

        :raises ValueError: it is no CtaTemplate, has no such parameter, or there is no such contract
        """
        __tracebackhide__ = True
        if not (isinstance(strategy_class, type) and issubclass(strategy_class, CtaTemplate)):
            raise ValueError(_("strategy_class: no CtaTemplate: {kind!r}").format(kind=strategy_class))
        name = name or strategy_class.__name__
        vt_symbol = vt_symbol or self.vt_symbol
        given: dict[str, Any] = dict(setting or {})
        for parameter in given:
            if parameter not in strategy_class.parameters:
                there: str = ", ".join(strategy_class.parameters) or "-"
                raise ValueError(_("setting: {strategy} has no parameter {name!r}, there are: {names}").format(strategy=strategy_class.__name__, name=parameter, names=there))
        if name in self.cta_engine.strategies:
            raise ValueError(_("name: a strategy {name!r} runs already").format(name=name))
        if self.main_engine.get_contract(vt_symbol) is None:
            contracts: list[ContractData] = self.main_engine.get_all_contracts()
            there = ", ".join(sorted(each.vt_symbol for each in contracts)[:20])
            raise ValueError(_("vt_symbol: no contract {symbol!r}, there are: {names}").format(symbol=vt_symbol, names=there))
        theirs: list[ModuleType] = [sys.modules[each.__module__] for each in strategy_class.__mro__ if is_theirs(each)]
        self._exchange_time(*theirs, *modules)

        def live() -> None:
            self._classes[strategy_class.__name__] = self.cta_engine.classes[strategy_class.__name__] = strategy_class
            self.cta_engine.add_strategy(strategy_class.__name__, name, vt_symbol, given)
            self.strategy = self.cta_engine.strategies[name]
            self._symbols[name] = vt_symbol
            self._start(name)

        self._enter(live)
        return self.strategy

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        __tracebackhide__ = True
        self._enter(lambda: self.world.sleep(seconds))

    def advance_bars(self, count: int = 1) -> None:
        """
        Let so many one-minute bars of every strategy's market pass, the one at hand being the first. A minute without a tick is no bar, as
        in vn.py's BarGenerator. Returns 5 s after the last one ended, when what the strategies sent then has been answered.

        :raises Missed: a bar has not ended: there are no ticks
        """
        __tracebackhide__ = True
        if not self._symbols:
            raise ValueError(_("no strategy runs: call run() first"))

        def live() -> None:
            for __ in range(count):
                wanted: dict[str, int] = {symbol: self._ended.get(symbol, 0) + 1 for symbol in self._symbols.values()}
                self.world.sleep(MINUTE - self.world.wall() % MINUTE)
                self._wait_bars(wanted)
                if self.cta_engine.raised:
                    return
            self.world.sleep(SETTLES)

        self._enter(live)

    def stop(self) -> None:
        """Stop the strategies as a user does: ``on_stop``, then vn.py cancels their orders. Returns 5 s later."""
        __tracebackhide__ = True

        def live() -> None:
            self.cta_engine.stop_all_strategies()
            self.world.sleep(SETTLES)

        self._enter(live)

    def set_price(self, price: float | str, vt_symbol: str = "") -> None:
        """
        Move the market there, filling what it crosses. It goes on from that price.

        :raises ValueError: the price is no number, or none that the contract can have; or the venue has no such contract
        """
        try:
            text: str = format(Decimal(str(price)), "f")
        except InvalidOperation:
            raise ValueError(f"price: not a decimal number: {price!r}") from None
        self.venue.set_price(self.venue_symbol(vt_symbol or self.vt_symbol), text)

    def venue_symbol(self, vt_symbol: str) -> str:
        """
        What the venue's own control calls a contract.

        :raises ValueError: it has no market of it
        """
        symbols: list[str] = list(self.venue.state()["symbols"])
        if found := venue_symbol(self.gateway.contracts.get(vt_symbol), symbols):
            return found
        raise ValueError(_("vt_symbol: the venue has no market of {symbol!r}, there are: {names}").format(symbol=vt_symbol, names=", ".join(symbols[:20])))

    def fault(self, what: str, action: str, stage: str = "", **fields: Any) -> TraderFault:
        """
        Something goes wrong on the wire, once or as often as ``times`` has it. ``what`` is struck: an ``order``, a ``cancel``, an ``order_push`` and so on,
        whatever the venue calls it, or a label of docs/faults.md, which has the actions and their fields, too. ``stage``: by default requests
        are struck after the venue has done them, pushes on their way.

        A fault that has not bitten at the end of the test makes it fail, unless ``must_bite`` is False.

        :raises ValueError: naming the field and the value that is wrong
        """
        made: TraderFault = arm(self.venue, self._profile, what, action, stage, fields)
        self._faults.append(made)
        return made

    def strike(self, row: str) -> TraderStrike:
        """
        What goes wrong in a row of the fault matrix (docs/conform.md) goes wrong from now on, while time passes: "F2", the answer to an order never
        comes; "F22", the venue restarts; "F42", the wire is deaf; "F69", the trading process is killed. As with ``fault``, one that has not struck
        at the end of the test makes it fail.

        :raises ValueError: there is no such row, or it cannot strike here
        """
        process: SimpleNamespace = SimpleNamespace(
            reconnect=lambda: self._life.reconnect(), disconnect=lambda: self._life.disconnect(),
            restart=lambda away, kill=False: self._restart(away, kill),
        )
        made: TraderStrike = begin_strike(self.world, self._profile, self.venue, self.wire, process, row)
        self._faults.append(made)
        return made

    def never_bitten(self) -> list[str]:
        """Faults that must bite and have not, in words; those that were set at the venue itself, too."""
        return [str(fault) for fault in self._faults if fault.must_bite and not fault.bitten] + [
            in_words(fault["match"], fault["action"], fault["stage"]) for fault in self.venue.faults.never_bitten()
        ]

    def call(self, function: Callable[[], T]) -> T:
        """What a function gives that lives in the world as a thread: it may wait, and time passes while it does."""
        __tracebackhide__ = True
        return self._enter(function)

    # what has become of it

    def assert_agrees(self, may_be_idle: bool = False) -> Agreement:
        """
        The venue's journal has the truth: status and traded volume of every order, every fill once, balances, and for every strategy
        that ``pos`` is what its orders have come to. What is under way is waited for. ``may_be_idle``: there need not be an order.

        :raises Missed: an AssertionError: they differ, naming each difference; or there was no order, and nothing to compare
        """
        __tracebackhide__ = True

        def live() -> Agreement:
            desk: GatewayHarness = self._life.desk
            for each in self._faults:
                if isinstance(each, TraderStrike):
                    if each.bitten and each.row in NOTHING_TO_COMPARE:
                        raise Missed("vacuous", _("nothing to compare after {row}: {why}").format(row=each.row, why=_(NOTHING_TO_COMPARE[each.row])))
                    desk.ended |= each.bench.foreign        # somebody else's, of which a gateway need not hear while they live
            desk.assert_truth(self._profile.patience)
            self._assert_positions()
            rows: list[dict[str, Any]] = [row for row in self.venue.journal() if row.get("account") == self.venue.key]
            orders: set[int] = {row["order_id"] for row in rows if row["kind"] == "order"}
            if not orders and not may_be_idle:
                raise Missed("vacuous", _("nothing to compare: no order has reached the venue (may_be_idle=True where that is right)"))
            fills: int = sum(row["kind"] == "fill" for row in rows)
            return Agreement(len(orders), fills, len(desk.balances()), len(self.cta_engine.strategies))

        return self._enter(live)

    @property
    def orders(self) -> list[OrderData]:
        """As the gateway told them last, in the order of their coming."""
        return list(self._life.desk.recorder.orders.values())

    @property
    def trades(self) -> list[TradeData]:
        """As the gateway told them."""
        return list(self._life.desk.recorder.trades)

    @property
    def vt_symbol(self) -> str:
        """What strategies trade that are given no other."""
        return f"{self._profile.symbol}.{self._profile.exchange.value}"

    @property
    def main_engine(self) -> Any:
        return self._life.trader.main_engine

    @property
    def cta_engine(self) -> KeptCtaEngine:
        return self._life.cta

    @property
    def gateway(self) -> Any:
        return self._life.desk.gateway

    @property
    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.fromtimestamp(self.world.wall(), timezone.utc)

    def said(self, words: str) -> bool:
        """Whether a line of the log has them."""
        return any(words in english(log.msg) for log in self.logs)

    def log_tail(self, lines: int = LOG_TAIL) -> str:
        """The last lines of the log."""
        return "\n".join(f"{log.time:%H:%M:%S.%f}"[:-3] + f" {log.gateway_name}: {log.msg.rstrip()}" for log in self.logs[-lines:])

    # within

    @property
    def _life(self) -> Life:
        return self._lives[-1]

    def _enter(self, function: Callable[[], T]) -> T:
        """Let a function of ours live in the world, then raise what strategies have raised meanwhile."""
        __tracebackhide__ = True
        try:
            found: T = self.world.enter(function)
        except Missed as missed:
            raise missed.with_traceback(None) from None     # how it was found out is of no interest
        for life in self._lives:
            if life.cta.raised:
                error, trace = life.cta.raised[0]
                life.cta.raised.clear()
                raise error.with_traceback(trace)
        for errors in (self.world.errors, *(life.place.errors for life in self._lives)):
            if errors:
                text: str = "; ".join(errors)
                errors.clear()
                raise Missed("raised", _("a thread has failed: {errors}").format(errors=text))
        return found

    def _start(self, name: str) -> None:
        engine: KeptCtaEngine = self.cta_engine
        engine.init_strategy(name).result(INIT_PATIENCE)
        if engine.raised:
            return
        engine.start_strategy(name)
        if not engine.raised and not engine.strategies[name].trading:
            raise Missed("hung", _("strategy {name} did not start:").format(name=name) + f"\n{self.log_tail(5)}")

    def _see(self, event: Event) -> None:
        """After the strategies."""
        self._alive_at = self.world.loop.now        # an event each second
        if event.type == EVENT_TICK:
            tick: TickData = event.data
            minute: tuple[int, int] = tick.datetime.hour, tick.datetime.minute
            if tick.last_price and self._minutes.get(tick.vt_symbol) != minute:
                if tick.vt_symbol in self._minutes:
                    self._ended[tick.vt_symbol] = self._ended.get(tick.vt_symbol, 0) + 1
                self._minutes[tick.vt_symbol] = minute
        elif event.type in (EVENT_LOG, EVENT_CTA_LOG):
            self.logs.append(event.data)

    def _wait_bars(self, wanted: Mapping[str, int]) -> None:
        end: float = self.world.loop.now + BAR_PATIENCE
        while left := [symbol for symbol, count in wanted.items() if self._ended.get(symbol, 0) < count]:
            if self.cta_engine.raised:
                return
            if self.world.loop.now > end:
                silent: float = self.world.loop.now - self._alive_at
                why: str = _("a callback has not returned for {seconds:.0f} s").format(seconds=silent) if silent > 5.0 else _("no ticks have come")
                raise Missed("hung", _("no bar of {symbols} has ended within {seconds:g} s: {why}").format(symbols=", ".join(left), seconds=BAR_PATIENCE, why=why))
            self.world.sleep(0.05)

    def _assert_positions(self) -> None:
        traded: dict[str, Decimal] = {name: Decimal(0) for name in self.cta_engine.strategies}
        for life in self._lives:
            owners: dict[str, str] = {
                vt_orderid.split(".", 1)[1]: strategy.strategy_name for vt_orderid, strategy in life.cta.orderid_strategy_map.items()
            }
            rows: list[dict[str, Any]] = life.desk.journal()
            sides: dict[Any, int] = {row["order_id"]: 1 if row["side"] == "BUY" else -1 for row in rows if row["kind"] == "order"}
            for row in rows:
                if row["kind"] == "fill" and owners.get(row["client_order_id"]) in traded:
                    traded[owners[row["client_order_id"]]] += sides[row["order_id"]] * Decimal(row["qty"])
        for name, volume in traded.items():
            pos: float = self.cta_engine.strategies[name].pos
            if not close(float(pos), volume):
                raise Missed("lost", _("strategy {name}: pos is {pos!r}, its orders at the venue have come to {volume}").format(name=name, pos=pos, volume=f"{volume.normalize():f}"))


def is_theirs(kind: type) -> bool:
    """Whether a base class of a strategy is the user's, not Python's or vn.py's."""
    return kind.__module__.partition(".")[0] not in ("builtins", "abc", "typing") and not kind.__module__.startswith("vnpy_ctastrategy.template")
