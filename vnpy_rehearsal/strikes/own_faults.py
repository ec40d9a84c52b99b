"""The faults of one strike among all that a venue has."""

from collections.abc import Mapping
from typing import Any

from ..conform.armed import WatchedVenue


class OwnFaults:
    """The faults of a venue for one strike, which looks itself whether they have bitten; others stay as they are."""

    def __init__(self, faults: Any) -> None:
        self._faults: Any = faults
        self.ids: list[int] = []

    def add(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        added: dict[str, Any] = self._faults.add({**spec, "must_bite": False})
        self.ids.append(added["id"])
        return added

    def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._faults.list()
        return [fault for fault in found if fault["id"] in self.ids]

    def clear(self) -> None:
        for fault in self.list():
            self._faults.remove(fault["id"])


def for_one_strike(venue: Any) -> Any:
    """A venue whose other faults a strike neither sees nor disarms."""
    return WatchedVenue(venue, OwnFaults(venue.faults))     # type: ignore[arg-type]
