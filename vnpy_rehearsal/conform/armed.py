"""The faults of one row, and the proof that they struck."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mockexchange.faults.catalogue import in_words
from rest_locale import _

Handles = list[int]
Texts = list[str]


@dataclass
class Armed:
    """One fault of a row. ``venue_id`` is None once the venue has forgotten it."""

    label: str
    venue_id: int | None
    bitten: int = 0


@dataclass
class Group:
    """The faults of one call of ``arm``: ways that one operation may take, of which at least one must be struck."""

    members: list[int]
    what: str
    must_bite: bool


class ArmedFaults:
    """
    Stands before the faults of a venue and remembers what the venue forgets at ``clear``: how often each has bitten.

    Faults go by handles that are never used twice, as the venue's own ids are after a reset.
    """

    def __init__(self, faults: Any) -> None:
        self._faults: Any = faults
        self._armed: list[Armed] = []
        self._groups: list[Group] = []

    def arm(self, labels: Iterable[str], must_bite: bool, **fields: Any) -> Handles:
        """Set a fault for each label; their handles."""
        handles: Handles = [self._set({"match": label, **fields})[0] for label in labels]
        names: str = _(" or ").join(self._armed[handle].label for handle in handles) or _("a label that this dialect has not")
        self._groups.append(Group(handles, in_words(names, fields["action"], fields["stage"]), must_bite and not is_counter(fields)))
        return handles

    def add(self, spec: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """As the venue's ``faults.add``; the fault must strike like one that was set by ``arm``."""
        given: dict[str, Any] = {**(spec or {}), **fields}
        handle, added = self._set(given)
        self._groups.append(Group([handle], in_words(given["match"], given["action"], given["stage"]), not is_counter(given)))
        return added

    def _set(self, spec: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        # a label that the venue does not know makes the row vacuous if it matters; a warning would say no more
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            added: dict[str, Any] = self._faults.add(spec)
        self._armed.append(Armed(str(spec["match"]), added["id"]))
        return len(self._armed) - 1, added

    def clear(self) -> None:
        """Disarm all. What has bitten so far stays known."""
        self.note()
        self._faults.clear()
        self.forget()

    def forget(self) -> None:
        """The venue has forgotten its faults: their ids mean others from now on."""
        for each in self._armed:
            each.venue_id = None

    def note(self) -> None:
        """Read how often each has bitten."""
        counts: dict[int, int] = {fault["id"]: int(fault["bitten"]) for fault in self._faults.list()}
        for each in self._armed:
            if each.venue_id is not None:
                each.bitten = max(each.bitten, counts.get(each.venue_id, 0))

    def bitten(self, handles: Iterable[int]) -> int:
        """How often these have bitten in all, also those that are disarmed."""
        return self.counts([handles])[0]

    def counts(self, groups: Iterable[Iterable[int]]) -> list[int]:
        """How often the faults of each group have bitten in all."""
        self.note()
        return [sum(self._armed[handle].bitten for handle in handles) for handles in groups]

    def total(self) -> int:
        """How often all of them have bitten."""
        self.note()
        return sum(each.bitten for each in self._armed)

    def idle(self) -> Texts:
        """What should have struck and never did."""
        self.note()
        return [
            group.what for group in self._groups
            if group.must_bite and not any(self._armed[handle].bitten for handle in group.members)
        ]

    def what(self, handles: Iterable[int]) -> str:
        """The faults in words."""
        wanted: set[int] = set(handles)
        return ", ".join(group.what for group in self._groups if wanted.intersection(group.members)) or _("no fault at all")

    def list(self) -> list[dict[str, Any]]:
        """What the venue has armed now."""
        found: list[dict[str, Any]] = self._faults.list()
        return found


class WatchedVenue:
    """A venue as a row sees it: all is the venue's own but for its faults, which are remembered."""

    def __init__(self, venue: Any, faults: ArmedFaults) -> None:
        self._venue: Any = venue
        self.faults: ArmedFaults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)

    def reset(self) -> None:
        """The first day again; what has bitten so far stays known."""
        self.faults.note()
        self._venue.reset()
        self.faults.forget()


def is_counter(fields: dict[str, Any]) -> bool:
    """Whether a fault only counts what passes: a delay of no length, without end."""
    return fields.get("action") == "delay" and not fields.get("ms") and fields.get("times", 1) in (0, "always")
