"""Faults of a trader's wire, by what they strike: the same words on every venue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockexchange import MockExchange
from mockexchange.faults import ACTIONS, AFTER_ENGINE, ON_PUSH, ON_REPLY

from .conform.armed import is_counter
from .conform.profile import DialectLabels, Profile

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
        raise ValueError(f"action: unknown action {action!r}, there are: {', '.join(sorted(ACTIONS))}")
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
        raise ValueError(f"what: unknown {what!r}, there are: {', '.join((*REQUESTS, *PUSHES))}, or a label of the dialect")
    wire: DialectLabels = profile.wire
    found: Any = getattr(wire, what)
    labels: tuple[str, ...] = (*wire.order, *wire.sell) if what == "order" else found if isinstance(found, tuple) else tuple(filter(None, (found,)))
    if not labels:
        raise ValueError(f"what: nothing is called {what!r} on the dialect {profile.dialect}")
    return labels
