"""
What the fault of a row of the matrix is, apart from the row's test: something that strikes a venue while somebody trades, and when it is over.

A ``Strike`` is carried out on a ``Bench``, blocks until the fault is over, and leaves nothing behind but its consequences.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from rest_locale import _

from ..conform.armed import ArmedFaults
from ..conform.market import PriceLevels
from ..conform.profile import DialectLabels, Profile

LOOK: float = 0.05              # s between looks whether a fault has bitten

ORDER, CANCEL, FILL = "order", "cancel", "fill"         # what calls a fault out


class Bench:
    """
    A venue that somebody trades on, as strikes see it. Times are seconds.

    ``sleep`` lets time pass, ``monotonic`` tells it; ``until`` is when the day ends: nobody waits longer. ``wire``: a VenueWire between
    venue and trader. ``process``: the trading process, with ``reconnect``, ``restart`` and ``kill``.
    """

    def __init__(
        self, profile: Profile, venue: Any, wire: Any, process: Any, random: Random, sleep: Callable[[float], None], monotonic: Callable[[], float],
        until: float,
    ) -> None:
        self.profile: Profile = profile
        self.venue: Any = venue
        self.wire: Any = wire
        self.process: Any = process
        self.random: Random = random
        self.sleep: Callable[[float], None] = sleep
        self.monotonic: Callable[[], float] = monotonic
        self.until: float = until
        self.faults: ArmedFaults = ArmedFaults(venue.faults)
        self.begun: float | None = None         # when it struck first
        self.over: float | None = None          # and when it was over
        self.did: list[str] = []                # what was done, for people
        self.foreign: set[Any] = set()          # venue ids of orders that are not the trader's
        self.before: list[dict[str, Any]] = []  # the journal that the venue has lost
        self.offsets: list[tuple[int, int]] = []        # row of the journal, and ms that the venue's clock is ahead after it

    @property
    def labels(self) -> DialectLabels:
        return self.profile.wire

    @property
    def market(self) -> PriceLevels:
        return self.profile.market

    @property
    def orders(self) -> tuple[str, ...]:
        """Labels of new orders, buying or selling."""
        return self.labels.order + self.labels.sell

    def arm(self, labels: Iterable[str] | str, stage: str, action: str, **fields: Any) -> list[int]:
        """Set a fault for each label; the handles."""
        wanted: tuple[str, ...] = (labels,) if isinstance(labels, str) else tuple(labels)
        self.did.append(f"{_(' or ').join(wanted)}: {_(action)} {_(stage)}" + "".join(f" {name}={value}" for name, value in fields.items() if name in ("ms", "status", "times", "set")))
        return self.faults.arm([label for label in wanted if label], True, stage=stage, action=action, **fields)

    def struck(self, handles: list[int], times: int = 1, seconds: float = float("inf")) -> bool:
        """Wait until these faults have bitten so often, for so many seconds or to the end of the day. Whether they have."""
        end: float = min(self.until, self.monotonic() + seconds)
        while self.faults.bitten(handles) < times:
            if self.monotonic() >= end:
                return False
            self.sleep(LOOK)
        self.strikes()
        return True

    def strikes(self, what: str = "") -> None:
        """It strikes now."""
        if what:
            self.did.append(what)
        if self.begun is None:
            self.begun = self.monotonic()

    def set_clock(self, ms: int) -> None:
        """The venue's clock is so far ahead."""
        self.offsets.append((self.venue.state()["journal"], ms))
        self.venue.clock(ms)

    def clear(self) -> None:
        """Disarm all."""
        self.faults.clear()

    def resting(self, seconds: float) -> dict[str, Any] | None:
        """Wait until an order of the trader lives at the venue, for so long; its row of the journal, None where none does."""
        end: float = min(self.until, self.monotonic() + seconds)
        while True:
            last: dict[Any, dict[str, Any]] = {
                row["order_id"]: row for row in self.venue.journal() if row["kind"] == "order" and row["account"] == self.venue.key
            }
            alive = [row for row in last.values() if row["status"] in ("NEW", "PARTIALLY_FILLED") and row["order_id"] not in self.foreign]
            if alive or self.monotonic() >= end:
                return alive[-1] if alive else None
            self.sleep(LOOK)

    def lasts(self, seconds: float) -> None:
        """Let the fault last, to the end of the day at most."""
        self.sleep(max(0.0, min(seconds, self.until - self.monotonic())))

    def carry_out(self, strike: "Strike") -> None:
        """The strike, from now until it is over."""
        strike.run(self)
        self.clear()
        self.over = self.monotonic()


class Strike(NamedTuple):
    """``calls``: what of the trader's doing calls it out, "order", "cancel" or "fill". ``needs``: a field of DialectLabels or Profile it needs."""

    row: str
    calls: str
    run: Callable[[Bench], None]
    needs: str = ""
    simulated: str = ""             # why it cannot be in virtual time


STRIKES: dict[str, Strike] = {}


@dataclass(frozen=True)
class Hit:
    """A fault of one request or push that bites once: stage, action and the fault's own fields. ``lasts``: seconds until it is over."""

    stage: str
    action: str
    fields: dict[str, Any]
    lasts: float = 0.0


def hit(stage: str, action: str, lasts: float = 0.0, **fields: Any) -> Hit:
    return Hit(stage, action, fields, lasts)


def strike(row: str, calls: str = ORDER, **more: Any) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Registers the strike of a row."""
    def register(run: Callable[[Bench], None]) -> Callable[[Bench], None]:
        STRIKES[row] = Strike(row, calls, run, **more)
        return run

    return register


def one_of(bench: Bench, labels: tuple[str, ...], hits: list[Hit]) -> None:
    """One of several hits, drawn by the seed."""
    chosen: Hit = bench.random.choice(hits)
    if bench.struck(bench.arm(labels, chosen.stage, chosen.action, **chosen.fields)):
        bench.lasts(chosen.lasts)
