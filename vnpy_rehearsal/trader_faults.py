"""Faults of a trader's wire, by what they strike, and by the rows of the fault matrix: the same words on every venue."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from mockexchange import MockExchange
from mockexchange.faults import ACTIONS, AFTER_ENGINE, ON_PUSH, ON_REPLY
from rest_locale import _

from .conform.armed import is_counter
from .conform.profile import DialectLabels, Profile
from .simulation.world import World
from .strikes import STRIKES, Bench, reason_against
from .strikes.own_faults import for_one_strike

REQUESTS: tuple[str, ...] = ("order", "cancel", "subscribe", "account", "open_orders", "fills", "history")
PUSHES: tuple[str, ...] = ("order_push", "fill_push", "user_push", "quote_push")


@dataclass
class TraderFault:
    """One fault, on all the ways that what it strikes may take."""

    venue: MockExchange
    ids: tuple[int, ...]
    what: str
    must_bite: bool

    @property
    def bitten(self) -> int:
        """How often."""
        return sum(row["kind"] == "fault" and row.get("id") in self.ids for row in self.venue.journal())

    def __str__(self) -> str:
        return self.what


def arm(venue: MockExchange, profile: Profile, what: str, action: str, stage: str, fields: Mapping[str, Any]) -> TraderFault:
    """
    Set a fault. ``what``: one of REQUESTS and PUSHES, or a label of the dialect.

    :raises ValueError: naming the field and the value that is wrong
    """
    labels: tuple[str, ...] = labels_of(profile, what)
    if action not in ACTIONS:
        raise ValueError(_("action: unknown action {action!r}, there are: {names}").format(action=action, names=", ".join(sorted(ACTIONS))))
    is_push: bool = labels[0].startswith("PUSH ")
    stage = stage or (ON_PUSH if is_push else AFTER_ENGINE if AFTER_ENGINE in ACTIONS[action].stages else ON_REPLY)
    spec: dict[str, Any] = {"stage": stage, "action": action, **fields}
    must_bite: bool = spec.get("must_bite", not is_counter(spec))
    added: list[dict[str, Any]] = [venue.faults.add({**spec, "match": label, "must_bite": False}) for label in labels]
    name: str = what if what in labels else f"{what}: {' or '.join(labels)}"
    return TraderFault(venue, tuple(each["id"] for each in added), f"{name} ({action}, {stage})", must_bite)


def labels_of(profile: Profile, what: str) -> tuple[str, ...]:
    """
    What the dialect calls something, in all the ways it may go.

    :raises ValueError: there is no such thing on that venue
    """
    if what not in (*REQUESTS, *PUSHES):
        if " " in what or "*" in what:
            return (what,)
        raise ValueError(_("what: unknown {what!r}, there are: {names}, or a label of the dialect").format(what=what, names=", ".join((*REQUESTS, *PUSHES))))
    wire: DialectLabels = profile.wire
    found: Any = getattr(wire, what)
    labels: tuple[str, ...] = (*wire.order, *wire.sell) if what == "order" else found if isinstance(found, tuple) else tuple(filter(None, (found,)))
    if not labels:
        raise ValueError(_("what: nothing is called {what!r} on the dialect {dialect}").format(what=what, dialect=profile.dialect))
    return labels


@dataclass
class TraderStrike:
    """A row of the matrix that strikes while time passes."""

    row: str
    bench: Bench
    must_bite: bool = True

    @property
    def bitten(self) -> int:
        """1 when it has struck."""
        return int(self.bench.begun is not None)

    @property
    def over(self) -> bool:
        return self.bench.over is not None

    @property
    def did(self) -> list[str]:
        """What was done, in words."""
        return list(self.bench.did)

    def __str__(self) -> str:
        did: str = "; ".join(self.did) or _("not begun")
        return f"{self.row} ({did})"


def begin_strike(world: World, profile: Profile, venue: MockExchange, wire: Any, process: Any, row: str) -> TraderStrike:
    """
    A row strikes from now on. ``wire`` lies before the venue; ``process``: the trading process, as a Bench has it.

    :raises ValueError: there is no such row, or it cannot strike there
    """
    row = row.upper()
    if row not in STRIKES:
        there: str = ", ".join(sorted(STRIKES, key=lambda name: int(name[1:])))
        raise ValueError(_("row: no {row!r} that can strike, there are: {names}").format(row=row, names=there))
    if why := STRIKES[row].simulated or reason_against(row, profile):
        raise ValueError(_("row: {row} cannot strike on {dialect} here: {why}").format(row=row, dialect=profile.dialect, why=why))
    bench: Bench = Bench(
        profile, for_one_strike(venue), wire, process, Random(f"{world.seed}:{row}"), world.sleep, lambda: world.loop.now, float("inf"),
    )
    world.seams.threads.Thread(target=bench.carry_out, args=(STRIKES[row],), name=f"strike {row}").start()
    return TraderStrike(row, bench)
