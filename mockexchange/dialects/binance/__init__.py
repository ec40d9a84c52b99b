"""
Binance spot on the wire: REST ``/api/v3``, WebSocket API ``/ws-api/v3``, market streams ``/ws`` and ``/stream``.

The documents named in the docstrings are those of github.com/binance/binance-spot-api-docs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...transport.answers import DirectRoutes
from .labels import LABELS, TRAITS
from .limits import Limits, LimitSettings
from .options import BinanceOptions

if TYPE_CHECKING:
    from aiohttp import web

    from ...server.incidents import Incident
    from ...server.venue import Venue


class BinanceDialect:
    """One venue spoken as Binance spot. ``default_limits`` is what a new one starts with."""

    name: str = "binance"
    options_type: type | None = BinanceOptions
    has_public_keys: bool = True
    has_bans: bool = True
    wire_labels: Mapping[str, Any] = LABELS
    traits: Mapping[str, Any] = TRAITS
    default_limits: LimitSettings = LimitSettings()

    def __init__(self, venue: "Venue") -> None:
        from .routes import RestRoutes
        from .streams import MarketStreams
        from .wsapi import WebSocketApi

        self.venue: Venue = venue
        self.limits: Limits = Limits(replace(self.default_limits), venue.now)
        self.rest: RestRoutes = RestRoutes(venue, self.limits)
        self.websocket_api: WebSocketApi = WebSocketApi(venue, self.limits)
        self.streams: MarketStreams = MarketStreams(venue)
        self._unlisten: list[Callable[[], None]] = []

    def add_routes(self, app: "web.Application") -> None:
        self.rest.add_routes(app)
        self.websocket_api.add_routes(app)
        self.streams.add_routes(app)

    def direct_routes(self) -> DirectRoutes:
        """See Dialect.direct_routes."""
        return self.rest.direct

    def labels(self) -> Iterator[str]:
        """See Dialect.labels."""
        yield from self.websocket_api.labels()
        yield from self.streams.labels()

    async def start(self) -> None:
        self._unlisten = [self.venue.listen(self.limits.on_events), self.venue.incidents.follow(self._on_incident)]
        await self.streams.start()

    def _on_incident(self, incident: "Incident") -> bool:
        from ...server.incidents import Banned, KeyRevoked, SymbolAdded, SymbolRemoved

        if isinstance(incident, Banned):
            self.limits.ban(incident.until, incident.status)
        elif isinstance(incident, KeyRevoked):
            self.websocket_api.end_user_data(incident.key)
        elif isinstance(incident, (SymbolAdded, SymbolRemoved)):
            self.streams.market.set_listed(incident.symbol, isinstance(incident, SymbolAdded))
        return True

    async def stop(self) -> None:
        for unlisten in self._unlisten:
            unlisten()
        self._unlisten = []
        await self.websocket_api.stop()
        await self.streams.stop()
