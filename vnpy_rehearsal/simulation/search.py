"""
Many simulated days with seeded orders and faults, and the fewest steps of one that goes wrong.

``python -m vnpy_rehearsal simulate MODULE:CLASS --seeds 1000``: prints what was reached and how fast, and for a day that goes
wrong the command that plays its shortest form again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from time import perf_counter
from typing import Any, NamedTuple

from vnpy.trader.constant import Status

from rest_locale.english import english

from ..conform.harness import GatewayHarness
from ..conform.profile import Profile
from ..conform.recorder import Missed
from ..conform.rows_wire import FORGOTTEN_WITHIN, STORM_WITHIN
from .schedule import (
    ACROSS,
    FAR,
    NEAR,
    WIRE,
    Amend,
    Cancel,
    Clock,
    DayTurn,
    Order,
    Pause,
    Price,
    Restart,
    Step,
    Wire,
    carry_out,
    faults_of,
    monday,
)
from .world import World

MOST: int = 14                      # steps
PACES: tuple[float, ...] = (0.0, 0.001, 0.004, 0.02, 0.3)     # s from one step to the next
LARGE: tuple[int, ...] = (400, 1_000_000)     # orders that take several levels of a book of coins, and ones nobody can pay


class Day(NamedTuple):
    """One simulated day. ``kind`` and ``text``: what went wrong, "" for nothing. ``seconds`` are virtual, ``took`` are real."""

    seed: int
    steps: list[Step]
    kind: str
    text: str
    states: frozenset[str]
    seconds: float
    took: float


# states

def _said(*words: str) -> Callable[[GatewayHarness, list[dict[str, Any]]], bool]:
    return lambda desk, rows: any(word in english(log.msg) for log in desk.recorder.logs for word in words)


def _shown(status: Status) -> Callable[[GatewayHarness, list[dict[str, Any]]], bool]:
    return lambda desk, rows: any(order.status is status for order in desk.recorder.order_pushes)


def _struck(stage: str, *actions: str) -> Callable[[GatewayHarness, list[dict[str, Any]]], bool]:
    return lambda desk, rows: any(
        row["kind"] == "fault" and row.get("stage") == stage and (not actions or row["action"] in actions) for row in rows
    )


# what a search must have reached to mean something: name -> whether a day has
STATES: dict[str, Callable[[GatewayHarness, list[dict[str, Any]]], bool]] = {
    "an order in doubt": _said("in doubt"),
    "an order that never reached the venue": _said("never reached the venue"),
    "an order refused by the venue": _said("Order rejected, code"),
    "an order that was not sent": _said("not sent"),
    "an order filled": _shown(Status.ALLTRADED),
    "an order filled in part": _shown(Status.PARTTRADED),
    "an order cancelled": _shown(Status.CANCELLED),
    "a request before the engine": _struck("before_engine"),
    "a request after the engine": _struck("after_engine"),
    "an answer spoilt": _struck("on_reply", "body", "truncate"),
    "a push lost": _struck("on_push", "drop", "truncate"),
    "a push doubled": _struck("on_push", "duplicate"),
    "pushes in another order": _struck("on_push", "reorder", "delay"),
    "a stream cut": _said("API disconnected"),
    "a connection that died": _said("timed out", "reset by peer", "no connection"),
}
PUSHED: frozenset[str] = frozenset({"a push lost", "a push doubled", "pushes in another order", "a stream cut"})


def states_of(profile: Profile) -> frozenset[str]:
    """Those that can be reached on a gateway."""
    return frozenset(STATES) - (frozenset() if profile.pushed else PUSHED)


# one day

def draw(profile: Profile, random: Random) -> list[Step]:
    """A schedule. What cannot be known of a venue is not asked of it (docs/qte.md)."""
    market = profile.market
    on: list[str] = ["order", "cancel", "read", *(["push"] if profile.pushed else [])]
    prices: list[float] = [market.low, market.near, market.near, market.high] if profile.equity else [FAR, NEAR, NEAR, ACROSS]
    restarts: bool = True
    if not profile.finds_lost and not profile.equity:
        if random.random() < 0.5:
            on, restarts = ["cancel", "read"], False
        else:
            prices = [FAR]
    faults = faults_of(on)

    def price() -> float:
        if profile.equity:
            low, high = round(0.98 * market.near / market.apart), round(1.03 * market.near / market.apart)
            return float(f"{random.randint(low, high) * market.apart:.12g}")
        return float(random.randint(39_000, 41_000))

    def struck(kind: str) -> Step:
        """What calls out a fault of that kind."""
        if kind == "cancel":
            return Cancel(random.randint(0, 1))
        return Pause(3_000) if kind == "read" else Order(random.choice(prices))

    def steps() -> list[Step]:
        kinds: list[str] = ["order", "order", "cancel", "price", "fault", "fault", "pause"]
        kinds += ["sell", "day"] if profile.equity else ["amend", "clock", "large"]
        kinds += ["restart", "wire"] if restarts else []
        match random.choice(kinds):
            case "order":
                return [Order(random.choice(prices))]
            case "large":
                return [Order(random.choice(prices), size=random.choice(LARGE))]
            case "sell":
                return [Order(random.choice([market.near, market.high, market.low]), "SELL")]
            case "cancel":
                return [Cancel(random.randint(0, 3))]
            case "amend":
                return [Amend(random.randint(0, 3), random.choice([370, 730, 1_310]))]
            case "price":
                return [Price(price())]
            case "clock":
                return [Clock(random.choice([-10_000, 0, 10_000]))]
            case "restart":
                return [Restart(random.choice([0, 200, 700]))]
            case "wire":
                return [Wire(random.choice(WIRE)), Order(random.choice(prices)), Pause(random.choice([400, 3_000])), Wire("heal")]
            case "day":
                return [DayTurn()]
            case "pause":
                return [Pause(random.choice([20, 150, 400, 3_000]))]
        kind: str = random.choice(on)
        fault = random.choice([each for each in faults if each.on == kind])
        return [fault._replace(fields=(*fault.fields, ("times", random.randint(1, 2)))), struck(fault.on)]

    found: list[Step] = [Order(random.choice(prices))]
    most: int = random.randint(3, MOST)
    while len(found) < most:
        found += steps()
    return found


def play(profile: Profile, seed: int, steps: list[Step] | None = None) -> Day:
    """One day in a world of its own. Without steps, those that the seed draws."""
    chosen: list[Step] = draw(profile, Random(f"{seed}:schedule")) if steps is None else steps
    world: World = World(seed)
    here: Profile = replace(profile, stage=world.stage())
    # a day of a busy market takes seconds to pass: where days pass, the market moves when it is told to
    clock: str = monday(profile.exchange) if profile.equity else "system"
    within: float = FORGOTTEN_WITHIN if any(isinstance(each, Wire) for each in chosen) else STORM_WITHIN
    random: Random = Random(f"{seed}:pace")
    states: set[str] = set()
    kind: str = ""
    text: str = ""

    def pace() -> float:
        return random.choice(PACES)

    def live() -> None:
        with world.exchange(profile.dialect, options=dict(profile.options), clock=clock, speed=0.001 if profile.equity else 1.0) as venue:
            wire = venue.wire()
            wire.start()
            try:
                desk = carry_out(here, venue, chosen, wire, settles_within=max(within, profile.shown_within), pace=pace)
                rows = venue.journal()
                states.update(name for name, holds in STATES.items() if holds(desk, rows))
            finally:
                wire.stop()

    began: float = perf_counter()
    try:
        world.run(live)
    except Missed as missed:
        kind, text = missed.kind, str(missed)
    except Exception as error:      # whatever is raised has gone wrong
        kind, text = "raised", f"{type(error).__name__}: {error}"
    finally:
        world.close()
    if world.errors and not kind:
        kind, text = "raised", "; ".join(world.errors)
    return Day(seed, chosen, kind, text, frozenset(states), world.loop.now, perf_counter() - began)


def shrink(profile: Profile, day: Day, most: int = 200) -> Day:
    """The fewest steps with which the day still goes wrong in the same way, in ``most`` tries."""
    best: Day = day
    size: int = max(1, len(day.steps) // 2)
    tries: int = 0
    while tries < most:
        found: bool = False
        for start in range(0, len(best.steps), size):
            shorter: list[Step] = best.steps[:start] + best.steps[start + size:]
            tries += 1
            if shorter and (again := play(profile, day.seed, shorter)).kind == day.kind:
                best, found = again, True
                break
            if tries >= most:
                break
        if not found:
            if size == 1:
                break
            size = max(1, size // 2)
    return best


@dataclass
class Tally:
    """What a search has seen."""

    days: int = 0
    seconds: float = 0.0            # virtual
    took: float = 0.0               # real
    states: Counter[str] = field(default_factory=Counter)
    wrong: list[Day] = field(default_factory=list)

    def add(self, day: Day) -> None:
        self.days += 1
        self.seconds += day.seconds
        self.took += day.took
        self.states.update(day.states)
        if day.kind:
            self.wrong.append(day)

    def missing(self, profile: Profile) -> list[str]:
        """The states that were never reached."""
        return sorted(states_of(profile) - set(self.states))

    @property
    def rate(self) -> float:
        """Virtual seconds a real one."""
        return self.seconds / self.took if self.took else 0.0


def search(profile: Profile, seeds: Iterable[int]) -> Iterator[Day]:
    """The days of these seeds, one after the other."""
    for seed in seeds:
        yield play(profile, seed)
