"""What a venue offers to the parts it is made of and to its dialect, without knowing any of them."""

from collections.abc import Callable
from typing import Any, Protocol

from .core.commands import Command
from .core.events import Event
from .core.exchange import Exchange
from .public_keys import PublicKey


class VenueApi(Protocol):
    """See ``server.venue.Venue``."""

    dialect: str
    exchange: Exchange
    keys: dict[str, str]                # API key -> secret, "" for one with a public key; without those that are revoked
    public_keys: dict[str, PublicKey]   # of the API keys that have one
    now: Callable[[], int]              # us

    @property
    def incidents(self) -> Any:
        """See ``server.incidents.Incidents``."""

    @property
    def faults(self) -> Any:
        """See ``faults.table.FaultTable``."""

    def apply(self, command: Command) -> list[Event]:
        """Let the exchange do it, journal what came of it, tell the listeners; Refusal when it does not."""

    def note(self, detail: dict[str, Any]) -> None:
        """A row of the journal about what was done to the venue as a whole."""
