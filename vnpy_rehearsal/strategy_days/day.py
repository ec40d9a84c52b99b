"""A day, in a simulated world or in real time: it is opened, goes on undisturbed for as long as is wanted, and ends undisturbed or with a fault."""

import shutil
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import vnpy.trader.utility as utility
from vnpy.trader import datafeed
from vnpy.trader.setting import SETTINGS

from mockexchange.core.numbers import SCALE
from rest_locale import _

from ..conform.profile import Profile
from ..conform.storm import OverWire
from ..simulation.clocks import world_clock
from ..simulation.world import World
from ..strikes import STRIKES, Bench
from .judge import clock
from .machine import ChildProcess, MachineWorld
from .places import WorldPlace
from .plan import ENOUGH, FUNDS, LEAST_SECONDS, MOST_SECONDS, Plan
from .process import TradingProcess
from .record import Record
from .subject import Subject

SAMPLE: float = 5.0             # s between looks at prices
AFTER: float = 30.0             # s that a day goes on at least when its fault is over
SEEN: int = 2                   # orders that traded after the fault, which are enough
LATEST: float = 2_400.0         # s after the fault in which a strategy is given up, unless the day is played in full
SETTLES: float = 60.0           # s after on_stop in which orders end and fills come
RETURNS: float = 180.0          # s in which a trading process that is away at the end of the day is back
STILL: float = 3.0              # s in which nothing more must come
TELLS: float = 5.0              # real s between lines that say how far a day is


class Day:
    """One day of a plan. Everything but the constructor is for a thread of the world; ``within`` is what the world runs in."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan: Plan = plan
        self.subject: Subject = plan.subject()
        self.profile: Profile = plan.profile()
        self.world: World | MachineWorld = MachineWorld(plan.seed) if plan.real else World(plan.seed)
        self.record: Record = Record()
        self.folder: Path = folder
        self._folders: dict[Path, None] = {folder: None}    # that log lines may name
        self.venue: Any = None
        self.wire: Any = None
        self.process: TradingProcess | ChildProcess
        self.bench: Bench | None = None
        self._stack: ExitStack = ExitStack()
        self._began: float = 0.0            # by the world's clock, when the strategy was started
        self._played: float = perf_counter()
        self._told: float = perf_counter()
        self._row: str = ""                 # whose fault strikes

    @contextmanager
    def within(self) -> Iterator[None]:
        """The clock of a simulated world, and a VeighNa folder of its own."""
        if isinstance(self.world, MachineWorld):
            yield                   # the trading process has them
            return
        self._folders[utility.TEMP_DIR] = None
        keep: tuple[Any, ...] = (utility.TEMP_DIR, SETTINGS["log.active"], datafeed.datafeed)
        SETTINGS["log.active"] = False          # the lines go into the record
        datafeed.datafeed = datafeed.BaseDatafeed()
        utility.TEMP_DIR = self.folder
        with world_clock(self.world, *self.subject.modules) as self.clock:
            try:
                yield
            finally:
                utility.TEMP_DIR, SETTINGS["log.active"], datafeed.datafeed = keep

    def move(self, folder: Path) -> None:
        """Another folder for the rest of the day, with what is in this one."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        self.folder = utility.TEMP_DIR = folder
        self._folders[folder] = None

    @property
    def now(self) -> float:
        """Seconds since the strategy's start."""
        return self.world.loop.now - self._began

    # the undisturbed part

    def open(self) -> None:
        """Venue, gateway, strategy. What does not come up is the day's trouble."""
        profile, plan = self.profile, self.plan
        symbols: list[str] = [profile.market.symbol]
        venue = self.world.exchange(profile.dialect, **plan.venue(profile, symbols if self.subject.kind == "cta" else []))
        self.venue = self._stack.enter_context(venue)
        self._fund()
        self.wire = self.venue.wire()
        self.wire.start()
        setting: dict[str, Any] = profile.setting(OverWire(self.venue, self.wire))
        if isinstance(self.world, MachineWorld):
            self.process = ChildProcess(plan, setting, self.folder, self._log, self._position)
        else:
            world, clock = self.world, self.clock
            self.process = TradingProcess(lambda number: WorldPlace(world, clock, number), profile, setting, self.subject, self._log, self._position)
        try:
            self.process.start()
        except Exception as error:
            self.record.trouble = _("{error}; the log ends: {lines}").format(error=f"{type(error).__name__}: {error}", lines="; ".join(line[3] for line in self.record.logs[-3:]))
        self._began = self.world.loop.now
        self.record.logs = [(round(at - self._began, 3), level, source, text) for at, level, source, text in self.record.logs]
        self._sample()

    def _fund(self) -> None:
        """Enough coins for a strategy of any size; shares are what the profile's account has."""
        instruments = self.venue.run(lambda venue: dict(venue.exchange.instruments))
        if any(each.equity is not None for each in instruments.values()):
            return
        balances: dict[str, Any] = self.venue.state()["accounts"][self.venue.key]["balances"]
        held: dict[str, float] = {asset: float(each["free"]) for asset, each in balances.items()}
        wanted: dict[str, float] = {asset: amount * (FUNDS - 1) for asset, amount in held.items()}
        for each in instruments.values():
            if each.quote in held:              # of a coin it has none of: what it has in the other is worth
                wanted.setdefault(each.base, held[each.quote] * FUNDS * SCALE / each.start_price)
        for asset in dict.fromkeys(asset for each in instruments.values() for asset in (each.base, each.quote) if asset in wanted):
            self.venue.deposit(self.venue.key, asset, f"{wanted[asset]:.8f}")

    def trade_until(self, end: float) -> None:
        """Let the strategy trade until that time of the day."""
        while self.now < end - 1e-9 and self.record.flood is None:
            self.world.sleep(min(SAMPLE - self.now % SAMPLE or SAMPLE, end - self.now))
            self._sample()
            self._look()

    def _look(self) -> None:
        """Whether there are too many orders; and a line for who waits."""
        key: str = self.venue.key
        orders: int = self.venue.run(lambda venue: sum(len(venue.exchange.all_orders(key, symbol)) for symbol in venue.exchange.instruments))
        most: int = self.plan.max_orders * (2 if self._row else 1)
        if orders > most:
            self.record.flood = (orders, most)
        if perf_counter() >= self._told + TELLS:
            self._told = perf_counter()
            line: str = _("... {day}: {time} of market, {orders} orders")
            print(line.format(day=self._row or _("undisturbed"), time=clock(self.now), orders=orders), file=sys.stderr, flush=True)

    def undisturbed(self) -> Record:
        """To the end of the day with no fault: as long as is asked for, or until there were enough trades."""
        if not self.record.trouble:
            if self.plan.seconds:
                self.trade_until(self.plan.seconds)
            else:
                while self.now < MOST_SECONDS and not self.process.raised and self.record.flood is None and (self.now < LEAST_SECONDS or self._often() < ENOUGH):
                    self.trade_until(self.now + 2 * SAMPLE)
                if self.now < MOST_SECONDS:
                    self.trade_until(self.now + AFTER)
        return self._end()

    # the disturbed part

    def disturbed(self, row: str, undisturbed: Record) -> Record:
        """On from here with the fault of a row."""
        plan = self.plan
        self.record.armed = self.now
        self._row = row
        until: float = undisturbed.stopped
        bench: Bench = Bench(
            self.profile, self.venue, self.wire, self.process, Random(f"{plan.seed}:{row}"), self.world.sleep, lambda: self.now, until - 1.0,
        )
        self.bench = bench

        def strike() -> None:
            try:
                bench.carry_out(STRIKES[row])
            except Exception as error:
                self.record.trouble = _("the fault could not be carried out: {error}").format(error=f"{type(error).__name__}: {error}")

        striking: Any = self.world.seams.threads.Thread(target=strike, name="strike")
        striking.start()
        while self.now < until and not self.record.trouble and self.record.flood is None and not self._enough(undisturbed):
            self.trade_until(min(until, self.now + SAMPLE))
        striking.join(RETURNS)
        return self._end()

    def _enough(self, undisturbed: Record) -> bool:
        """Whether there was enough to judge by."""
        over: float | None = self.bench.over if self.bench is not None else None
        if over is None or self.plan.full or self.now < over + AFTER:
            return False
        if self.process.seat is not None and self.process.raised:
            return True
        after: int = sum(at > over for at in Record(rows=self._rows()).traded())
        orders: list[float] = [at for at in undisturbed.traded() if at > over]
        if after >= SEEN or after and orders and self.now > orders[min(SEEN, len(orders)) - 1] + AFTER:
            return True
        due: list[float] = [at for at in undisturbed.occasions() if at > over]
        missed: int = bisect_right(due, self.now - AFTER)
        return not due or missed > SEEN and not after or self.now > over + LATEST

    # the end

    def _end(self) -> Record:
        """Stop the strategy, and see what is left when nothing moves."""
        record: Record = self.record
        record.stopped = self.now
        if not record.trouble:
            try:
                self.process.stop()
            except Exception as error:
                record.raised.append(f"on_stop: {type(error).__name__}: {error}")
            self._settle()
        self._sample()
        self._position()
        record.raised += list(dict.fromkeys(self.process.raised))
        record.symbols = dict(self.process.symbols)
        record.rows = self._rows()
        if (bench := self.bench) is not None:
            record.did = list(dict.fromkeys(bench.did))
            record.over = bench.over
            record.struck = bench.begun
            record.idle = bench.faults.idle()
            record.wiped = bool(bench.before)
            if record.struck is None and record.over is None:
                record.idle = record.idle or [_("its moment never came")]
        record.took = round(perf_counter() - self._played, 2)
        return record

    def _settle(self) -> None:
        """Wait until no order is alive and what the strategy believes is so, for as long as a gateway needs."""
        end: float = self.now + max(SETTLES, self.profile.shown_within)
        quiet: float = self.now + STILL
        last: Any = None
        while self.now < end:
            self.world.sleep(0.5)
            self._position()
            here: Record = Record(rows=self._rows(), believed=self.record.believed[-1:], symbols=self.process.symbols, wiped=bool(self.bench and self.bench.before))
            state: Any = (here.alive() == [], here.held(), here.believed and here.believed[-1][1])
            if state != last:
                last, quiet = state, self.now + STILL
            believed = here.believed[-1][1] if here.believed else None
            agrees: bool = believed is None or all(
                abs(believed.get(here.symbols.get(symbol, ""), 0.0) - held) < 1e-8 for symbol, held in here.held().items()
            )
            if state[0] and agrees and self.now >= quiet:
                return

    def close(self) -> None:
        """Let go of everything."""
        if isinstance(self.world, MachineWorld) and hasattr(self, "process"):
            self.process.close()
        self._stack.close()

    # what is noted

    def _rows(self) -> list[dict[str, Any]]:
        """The journal's rows of the strategy, of all lives of the venue."""
        bench: Bench | None = self.bench
        lives: list[list[dict[str, Any]]] = [bench.before, self.venue.journal()] if bench is not None and bench.before else [self.venue.journal()]
        found: list[dict[str, Any]] = []
        offsets: list[tuple[int, int]] = bench.offsets if bench is not None else []
        begin: float = self.world.start + self._began
        for life, rows in enumerate(lives):
            for row in rows:
                if row["kind"] not in ("order", "fill") or row["account"] != self.venue.key:
                    continue
                if bench is not None and row["order_id"] in bench.foreign:
                    continue
                ahead: int = next((ms for n, ms in reversed(offsets) if row["n"] > n), 0) if life == len(lives) - 1 else 0
                found.append({**row, "life": life, "at": round((row["t"] - ahead) / 1_000 - begin, 3)})
        return found

    def _often(self) -> int:
        return len(Record(rows=self._rows()).occasions())

    def _sample(self) -> None:
        tapes: dict[str, float] = self.venue.run(lambda venue: {
            symbol: tape.last_price / 1e8 for symbol, tape in venue.exchange.tapes.items()
        })
        self.record.prices.append((round(self.now, 3), tapes))

    def _position(self) -> None:
        self.record.believed.append((round(self.now, 3), self.process.positions()))

    def _log(self, level: int, source: str, text: str) -> None:
        for folder in self._folders:            # a temporary one has another name in every run
            text = text.replace(str(folder), ".vntrader")
        self.record.logs.append((round(self.now, 3), level, source, text))


def play_alone(plan: Plan, row: str, moment: float, undisturbed: Record | None) -> Record:
    """A day from its beginning, in this process: with the fault of a row at that moment, or undisturbed where ``row`` is ""."""
    with tempfile.TemporaryDirectory(prefix="strategy-day-") as folder:
        day: Day = Day(plan, Path(folder))
        try:
            with day.within():
                return day.world.run(lambda: _play(day, row, moment, undisturbed))
        finally:
            day.world.close()


def _play(day: Day, row: str, moment: float, undisturbed: Record | None) -> Record:
    try:
        day.open()
        if not row or undisturbed is None:
            return day.undisturbed()
        day.trade_until(moment)
        return day.disturbed(row, undisturbed)
    finally:
        day.close()
