"""
The QTE Flask server on the wire, as its analysis document describes it ("dialect S" of the spec): REST ``/api/v1``,
market data under ``/api/v3`` too, no websocket.

The documents named in the docstrings: the seed is that analysis document ("QTE Flask API vs Binance spot API"), the
spec a digest of it and of the project's code. docs/qte_dialect.md says which fact comes from which.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .labels import LABELS, TRAITS
from .options import QteOptions

if TYPE_CHECKING:
    from aiohttp import web

    from ...server.venue import Venue

__all__ = ["QteDialect", "QteOptions"]


class QteDialect:
    """One venue spoken as a QTE server."""

    name: str = "qte"
    options_type: type = QteOptions
    wire_labels: Mapping[str, Any] = LABELS
    traits: Mapping[str, Any] = TRAITS

    def __init__(self, venue: "Venue") -> None:
        from .state import DialectState
        from .routes import RestRoutes

        self.desk: DialectState = DialectState(venue)
        self.rest: RestRoutes = RestRoutes(self.desk)

    def add_routes(self, app: "web.Application") -> None:
        self.rest.add_routes(app)

    def labels(self) -> tuple[str, ...]:
        """There is no websocket."""
        return ()

    async def start(self) -> None:
        """Nothing is pushed."""

    async def stop(self) -> None:
        """Nothing is pushed."""
