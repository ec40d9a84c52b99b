"""Schedules drawn by chance. One generator: a seed's ``Random`` draws from it, and hypothesis, whose own randoms shrink."""

from collections.abc import Sequence
from random import Random

from ..conform.profile import PAGE, Profile
from .sayings import Saying, sayings_of
from .schedule import (
    SAYINGS,
    WIRE,
    Amend,
    Burst,
    Cancel,
    Clock,
    DayTurn,
    Fault,
    Fields,
    Foreign,
    Option,
    Order,
    Pause,
    Price,
    Restart,
    Rules,
    Says,
    Step,
    Still,
    Subscribe,
    Wipe,
    Wire,
)
from .states import finds_all

LEAST, MOST = 3, 14                 # steps
FAR, NEAR, ACROSS = 30_000.0, 39_900.0, 45_000.0        # of a market of coins between 39000 and 41000: never, perhaps, at once
LARGE: tuple[int, ...] = (400, 1_000_000)     # orders that take several levels of a book of coins, and ones nobody can pay
SEVERAL: tuple[int, ...] = (5, 40, 1_000_000)   # likewise of shares
ODD: tuple[float, ...] = (0.5, 1.0005, 2.37)    # no multiples of a step, or a lot
PARTS: tuple[int, ...] = (200, 500, 2_000)      # more coins than the first levels of a book have
ABOVE: float = 0.5                  # a price that those levels are below
KEPT: float = 0.5                   # of the kinds of steps are drawn on one day
HOURS_MS: int = 3_600_000
LATE_MS: tuple[int, ...] = (3_000, 30_000, 40_000)      # after its answer is lost, an order is executed; at last, after it was given up
BEGINNINGS: tuple[str, ...] = ("nameless", "tag_lost")      # options of a whole day
PASSING: tuple[str, ...] = ("backend_lost", "stale")        # and those that end with the faults

ANSWERS: list[tuple[str, Fields]] = [
    ("hang", ()), ("reset", ()), ("close", ()), ("delay", (("ms", 250),)), ("delay", (("ms", 1_400),)),
    ("status", (("status", 502), ("body", PAGE))), ("status", (("status", 500), ("body", "{}"))),
]
SPOILT: list[tuple[str, Fields]] = [
    ("body", (("body", '{"a'),)), ("truncate", ()), ("body", (("set", {"newField": {"a": [1]}}),)),
]
PUSHES: list[tuple[str, Fields]] = [
    ("drop", ()), ("duplicate", (("copies", 3),)), ("duplicate", (("ms", 300),)), ("delay", (("ms", 300),)),
    ("delay", (("ms", 200), ("overtake", True))), ("reorder", (("count", 2),)), ("reorder", (("count", 3), ("order", "shuffle"))),
    ("close", ()), ("reset", ()), ("truncate", ()), ("body", (("body", "]"),)),
]


def faults_of(on: Sequence[str]) -> list[Fault]:
    """Every fault that can strike one of these kinds, without how often."""
    found: list[Fault] = []
    for what in on:
        if what == "push":
            found += [Fault(what, "on_push", action, fields) for action, fields in PUSHES]
            continue
        for stage in ("before_engine", "after_engine", "on_reply"):
            found += [Fault(what, stage, action, fields) for action, fields in ANSWERS]
        found += [Fault(what, "on_reply", action, fields) for action, fields in SPOILT]
    return found


def draw(profile: Profile, random: Random, wire: bool = True) -> list[Step]:
    """A schedule. ``wire``: the network can be broken, and time costs nothing. What cannot be known of a venue is not asked of it."""
    return Drawing(profile, random, wire).schedule()


class Drawing:
    """What can be drawn for a gateway; each kind of step is a method."""

    def __init__(self, profile: Profile, random: Random, wire: bool) -> None:
        market = profile.market
        self.profile: Profile = profile
        self.random: Random = random
        self.wire: bool = wire
        self.on: list[str] = ["order", "cancel", "read", *(["push"] if profile.pushed else [])]
        self.prices: list[float] = [market.low, market.near, market.near, market.high] if profile.equity else [FAR, NEAR, NEAR, ACROSS]
        self.whole: bool = finds_all(profile)
        restarts: bool = True
        if not self.whole:
            # final orders that nobody can ask for (docs/qte.md): no answer to an order is lost, or nothing fills one
            if random.random() < 0.5:
                self.on, restarts = ["cancel", "read"], False
            else:
                self.prices = [FAR]
        self.faults: list[Fault] = faults_of(self.on)
        self.sayings: dict[str, list[Saying]] = sayings_of(profile)
        # days with few kinds of trouble find what days with all of them hide (swarm testing)
        every: list[str] = self.kinds_of(restarts)
        kept: set[str] = {kind for kind in dict.fromkeys(every) if random.random() < KEPT}
        self.kinds: list[str] = [kind for kind in every if kind in kept] + ["order"]
        self.shift: int = 0         # of prices, so that orders can be told apart by their price, not by their volume alone
        self.apart: int = 0         # by so much more from one order to the next

    def kinds_of(self, restarts: bool) -> list[str]:
        """The more often a kind is there, the more often it is drawn."""
        profile = self.profile
        kinds: list[str] = ["order", "order", "cancel", "price", "fault", "fault", "pause", "large", "odd"]
        kinds += ["partly"] if self.prices != [FAR] else []
        kinds += ["told"] if "push" in self.on else []
        kinds += ["clock", *(["sell", "day"] if profile.equity else ["amend"])]
        kinds += ["restart", *(["broken"] if self.wire else [])] if restarts else []
        if self.whole:
            kinds += ["saying", "saying"]
        if self.whole and self.wire:
            kinds += ["burst", "late"]
            kinds += ["wipe", *(["silence"] if profile.pushed else []), *(["foreign"] if profile.names_orders else [])]
            kinds += ["hours"] if not profile.equity else []
            kinds += ["rules"] if "F43" not in profile.absent else []
            kinds += ["option"] if any(getattr(profile, name) for name in PASSING) else []
        return kinds

    def schedule(self) -> list[Step]:
        found: list[Step] = self.beginning()
        if any(isinstance(step, Option) for step in found):
            self.kinds = [kind for kind in self.kinds if kind != "foreign"]         # who is who could not be told
            self.apart = 1
        found.append(Order(self.price_of_order()))
        most: int = self.random.randint(LEAST, MOST)
        while len(found) < most:
            found += self.some()
        return found

    def some(self) -> list[Step]:
        """A few steps that belong together."""
        found: list[Step] = getattr(self, self.random.choice(self.kinds))()
        return found

    def beginning(self) -> list[Step]:
        """What holds for the whole day."""
        found: list[Step] = []
        if not self.wire:
            return found
        if self.random.random() < 0.3:
            found.append(Still())
        if self.random.random() < 0.2:
            found.append(Subscribe())
        named: list[str] = [name for name in BEGINNINGS if getattr(self.profile, name)]
        if self.whole and named and self.random.random() < 0.3:
            found.append(Option(self.random.choice(named), self.random.randint(0, 1)))
        return found

    def price_of_order(self) -> float:
        self.shift += self.apart
        return float(f"{self.random.choice(self.prices) + self.shift * self.profile.market.apart:.12g}")

    # kinds of steps

    def order(self) -> list[Step]:
        return [Order(self.price_of_order())]

    def large(self) -> list[Step]:
        return [Order(self.price_of_order(), size=self.random.choice(SEVERAL if self.profile.equity else LARGE))]

    def odd(self) -> list[Step]:
        return [Order(self.price_of_order(), size=self.random.choice(ODD))]

    def sell(self) -> list[Step]:
        market = self.profile.market
        return [Order(self.random.choice([market.near, market.high, market.low]), "SELL")]

    def burst(self) -> list[Step]:
        return [Burst(self.random.randint(3, 8))]

    def cancel(self) -> list[Step]:
        return [Cancel(self.random.randint(0, 3))]

    def amend(self) -> list[Step]:
        part: int = self.random.choice([370, 730, 1_310])
        if self.random.random() < 0.5:
            return [Amend(self.random.randint(0, 3), part)]
        return [Order(FAR), Pause(400), Amend(0, part)]

    def partly(self) -> list[Step]:
        """An order that takes what is offered at the price and rests."""
        price: Price = self.a_price()
        if self.profile.equity:
            limit: float = float(f"{price.price + self.random.randint(0, 2) * self.profile.market.apart:.12g}")
            return [price, Order(limit, size=self.random.choice(SEVERAL[:-1])), Pause(400)]
        return [price, Order(price.price + ABOVE, size=self.random.choice(PARTS)), Pause(400)]

    def told(self) -> list[Step]:
        """Pushes of an order that is filled, late, lost, twice, or the last one first."""
        fault: Fault = self.random.choice([each for each in self.faults if each.on == "push"])
        return [fault._replace(fields=(*fault.fields, ("times", self.random.randint(1, 2)))), Order(self.prices[-1]), Pause(400)]

    def foreign(self) -> list[Step]:
        return [Foreign(self.price_of_order())]

    def price(self) -> list[Step]:
        return [self.a_price()]

    def a_price(self) -> Price:
        market = self.profile.market
        if self.profile.equity:
            low, high = round(0.98 * market.near / market.apart), round(1.03 * market.near / market.apart)
            return Price(float(f"{self.random.randint(low, high) * market.apart:.12g}"))
        return Price(float(self.random.randint(39_000, 41_000)))

    def pause(self) -> list[Step]:
        return [Pause(self.random.choice([20, 150, 400, *([3_000, 8_000] if self.wire else [])]))]

    def clock(self) -> list[Step]:
        return [Clock(self.random.choice([-10_000, 0, 10_000]))]

    def hours(self) -> list[Step]:
        return [Clock(self.random.choice([-8, 5]) * HOURS_MS), Pause(3_000)]

    def restart(self) -> list[Step]:
        return [Restart(self.random.choice([0, 200, 700]))]

    def wipe(self) -> list[Step]:
        self.shift += 1             # an order of before may be amended, and its id is used again
        return [Wipe(self.random.choice([0, 500])), Pause(self.random.choice([3_000, 30_000])), *self.order(), *self.order()]

    def rules(self) -> list[Step]:
        return [Rules()]

    def day(self) -> list[Step]:
        return [DayTurn()]

    def broken(self) -> list[Step]:
        """The network breaks, while orders are sent; a router forgets connections that have been idle."""
        what: str = self.random.choice(WIRE)
        idle: list[Step] = [Pause(self.random.choice([3_000, 8_000]))] if what == "forget" else []
        return [*idle, Wire(what), *self.order(), *self.order(), Pause(self.random.choice([400, 3_000])), Wire("heal")]

    def fault(self) -> list[Step]:
        kind: str = self.random.choice(self.on)
        fault: Fault = self.random.choice([each for each in self.faults if each.on == kind])
        return [fault._replace(fields=(*fault.fields, ("times", self.random.randint(1, 2)))), self.strikes(kind)]

    def strikes(self, kind: str) -> Step:
        """What calls out a fault of that kind."""
        if kind == "cancel":
            return Cancel(self.random.randint(0, 1))
        return Pause(3_000) if kind == "read" and self.wire else Order(self.price_of_order())

    def saying(self) -> list[Step]:
        what: str = self.random.choice([name for name in SAYINGS if self.sayings[name]])
        number: int = self.random.randrange(len(self.sayings[what]))
        labels = self.sayings[what][number].labels
        struck: Step = Cancel(self.random.randint(0, 1)) if labels == self.profile.wire.cancel else Order(self.price_of_order())
        return [Says(what, number), struck, Pause(400)]

    def late(self) -> list[Step]:
        """An order is executed long after its answer was lost, and perhaps after it was taken for lost."""
        ms: int = self.random.choice(LATE_MS)
        lost: Fault = self.random.choice([
            Fault("order", "on_reply", "reset", (("times", 1),)),
            Fault("order", "on_reply", "status", (("status", 500), ("body", PAGE), ("times", 1))),
        ])
        return [
            Fault("order", "before_engine", "delay", (("ms", ms), ("ack", True), ("times", 1))), lost, *self.order(),
            *([Fault("read", "before_engine", "status", (("status", 500), ("body", PAGE), ("times", 3)))] if self.random.random() < 0.3 else []),
            Pause(ms + 5_000),
        ]

    def silence(self) -> list[Step]:
        """Nothing is pushed any more, over a connection that lives."""
        return [Fault("push", "on_push", "drop", (("times", 0),)), *self.order(), *self.price(), Pause(self.random.choice([400, 3_000]))]

    def option(self) -> list[Step]:
        names: list[str] = [name for name in PASSING if getattr(self.profile, name)]
        return [Option(self.random.choice(names)), *self.order(), Pause(self.random.choice([3_000, 30_000]))]
