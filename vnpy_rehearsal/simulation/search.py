"""
Many simulated days with seeded orders and faults, and the fewest steps of one that goes wrong.

``python -m vnpy_rehearsal simulate MODULE:CLASS --seeds 1000``: prints what was reached and how fast, and for a day that goes
wrong the command that plays its shortest form again.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from time import perf_counter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from vnpy.trader.constant import Exchange

from ..conform.profile import Profile
from ..conform.recorder import Missed
from ..conform.rows_wire import FORGOTTEN_WITHIN, STORM_WITHIN
from .carry_out import carry_out
from .clocks import world_clock
from .days import draw_days, first_day
from .draw import draw
from .fingerprint import Fingerprint
from .schedule import Burst, Cancel, Order, Pause, Price, Still, Step, Subscribe, Wire
from .states import STATES, states_of
from .world import START, World

PACES: tuple[float, ...] = (0.0, 0.001, 0.004, 0.02, 0.3)     # s from one step to the next
IDLE_MS: int = 5_000                # after which no order leaves over a connection
HARMLESS: tuple[type, ...] = (Order, Burst, Cancel, Price, Pause, Still, Subscribe)
STOOD: float = 0.001                # of a market's speed: it moves when it is told to
ZONES: dict[Exchange, str] = {Exchange.SMART: "America/New_York"}


def monday(exchange: Exchange) -> str:
    """A clock that is moved by hand, from 5 January 2026 on, 10:00 where the exchange is."""
    zone: ZoneInfo = ZoneInfo(ZONES.get(exchange, "Asia/Shanghai"))
    return f"manual={int(datetime(2026, 1, 5, 10, tzinfo=zone).timestamp()) * 1_000}"


def opening(profile: Profile, steps: list[Step], days: int = 0) -> dict[str, Any]:
    """
    The clock, the market's speed and the options of a venue on which a schedule is carried out. A day of a busy market takes seconds to
    pass: where days pass, the market moves when it is told to. Whole days have the market's own hours.
    """
    stands: bool = days > 0 or profile.equity is not None or any(isinstance(step, Still) for step in steps)
    clock: str = monday(profile.exchange) if profile.equity and not days else "system"
    options: dict[str, Any] = {**profile.options, **(profile.hours if days else {})}
    return {"clock": clock, "speed": STOOD if stands else 1.0, "options": options}


class Day(NamedTuple):
    """
    One simulated day, or several. ``kind`` and ``text``: what went wrong, "" for nothing. ``seconds`` are virtual, ``took`` are real;
    ``events``: how many there were; ``fingerprint`` is of them and the journal.
    """

    seed: int
    steps: list[Step]
    kind: str
    text: str
    states: frozenset[str]
    seconds: float
    took: float
    events: int
    fingerprint: str


def settles_within(profile: Profile, steps: list[Step]) -> float:
    """
    s after the last fault in which every order must be settled. Orders that never arrived must wait until the venue could show them
    (``shown_within``). Where a router has forgotten idle connections, and that is all, no order may be lost: it leaves over none of
    them. Of a gateway that polls, a connection has just been heard.
    """
    breaks: bool = any(isinstance(each, Wire) for each in steps)
    within: float = FORGOTTEN_WITHIN if breaks else STORM_WITHIN
    idle: bool = all(
        number and isinstance(before := steps[number - 1], Pause) and before.ms >= IDLE_MS
        for number, each in enumerate(steps) if isinstance(each, Wire) and each.what == "forget"
    )
    mild: bool = all(isinstance(each, HARMLESS) or isinstance(each, Wire) and each.what in ("forget", "heal") for each in steps)
    return within if breaks and idle and mild and profile.pushed else max(within, profile.shown_within)


# one day

def play(profile: Profile, seed: int, steps: list[Step] | None = None, days: int = 0) -> Day:
    """One day in a world of its own, or so many whole days with the market's own hours. Without steps, those that the seed draws."""
    begin: float = first_day(seed, START) if days else START
    random: Random = Random(f"{seed}:schedule")
    chosen: list[Step] = steps if steps is not None else draw_days(profile, random, begin, days) if days else draw(profile, random)
    world: World = World(seed, begin)
    fingerprint: Fingerprint = Fingerprint(world.loop.time)
    here: Profile = replace(profile, stage=world.stage(fingerprint.watch))
    breaks: bool = any(isinstance(each, Wire) for each in chosen)
    paces: Random = Random(f"{seed}:pace")
    states: set[str] = set()
    kind: str = ""
    text: str = ""

    def pace() -> float:
        return paces.choice(PACES)

    def live() -> None:
        with (exchange := world.exchange(profile.dialect, **opening(profile, chosen, days))) as venue:
            if venue.state()["clock"] == "manual":
                exchange.go_with_the_world()
            wire = venue.wire() if breaks else None
            if wire is not None:
                wire.start()
            try:
                desk = carry_out(here, venue, chosen, wire, settles_within=settles_within(profile, chosen), pace=pace)
                rows = venue.journal()
                fingerprint.add(rows)
                states.update(name for name, holds in STATES.items() if holds(desk, rows))
            finally:
                if wire is not None:
                    wire.stop()

    began: float = perf_counter()
    try:
        with world_clock(world):
            world.run(live)
    except Missed as missed:
        kind, text = missed.kind, str(missed)
    except Exception as error:      # whatever is raised has gone wrong
        kind, text = "raised", f"{type(error).__name__}: {error}"
    finally:
        world.close()
    if world.errors and not kind:
        kind, text = "raised", "; ".join(world.errors)
    fingerprint.add(kind, text, round(world.loop.now, 6))
    return Day(seed, chosen, kind, text, frozenset(states), world.loop.now, perf_counter() - began, fingerprint.events, str(fingerprint))


def shrink(profile: Profile, day: Day, most: int = 200, days: int = 0) -> Day:
    """The fewest steps with which the day still goes wrong in the same way, in ``most`` tries. ``days`` as ``play`` had them."""
    best: Day = day
    size: int = max(1, len(day.steps) // 2)
    tries: int = 0
    while tries < most:
        found: bool = False
        for start in range(0, len(best.steps), size):
            shorter: list[Step] = best.steps[:start] + best.steps[start + size:]
            tries += 1
            if shorter and (again := play(profile, day.seed, shorter, days)).kind == day.kind:
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
