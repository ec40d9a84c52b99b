"""
HashEx spot on the wire: REST ``/spot/v1`` and the websocket ``/spot/v1/ws/socket``.

The documents named in the docstrings: the seed is HashEx's own REST document, the spec a digest of it and of the
documents of the platform's sibling deployments. docs/hashex_dialect.md says which fact comes from which.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .labels import LABELS, TRAITS
from .options import HashExOptions

if TYPE_CHECKING:
    from aiohttp import web

    from ...server.incidents import Incident
    from ...server.venue import Venue

__all__ = ["HashExDialect", "HashExOptions"]


class HashExDialect:
    """One venue spoken as HashEx spot."""

    name: str = "hashex"
    options_type: type = HashExOptions
    wire_labels: Mapping[str, Any] = LABELS
    traits: Mapping[str, Any] = TRAITS

    def __init__(self, venue: "Venue") -> None:
        from .state import DialectState
        from .routes import RestRoutes
        from .streams import Streams

        self.desk: DialectState = DialectState(venue)
        self.rest: RestRoutes = RestRoutes(self.desk)
        self.streams: Streams = Streams(self.desk)

    def add_routes(self, app: "web.Application") -> None:
        self.rest.add_routes(app)
        self.streams.add_routes(app)
        self.rest.add_rest(app)

    def labels(self) -> Iterator[str]:
        """See Dialect.labels."""
        return self.streams.labels()

    async def start(self) -> None:
        self._unfollow = self.desk.venue.incidents.follow(self._on_incident)
        await self.streams.start()

    def _on_incident(self, incident: "Incident") -> bool:
        from ...server.incidents import (
            KeyRevoked,
            RulesChanged,
            SymbolAdded,
            SymbolRemoved,
        )

        if isinstance(incident, KeyRevoked):
            self.streams.end_user(incident.key)
        elif isinstance(incident, (SymbolAdded, SymbolRemoved)):
            self.desk.set_listed(incident.symbol, isinstance(incident, SymbolAdded))
        elif isinstance(incident, RulesChanged):
            self.desk.list_anew(incident.symbol)
        else:
            return False
        return True

    async def stop(self) -> None:
        self._unfollow()
        await self.streams.stop()
