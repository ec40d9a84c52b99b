"""
A QMT (迅投) terminal behind an HTTP trading server, for A-shares: REST under ``/qmt/trade/api``, nothing is pushed.

The documents named in the docstrings: the manual is that of the SDK (v1.0.0), the spec a digest of it and of the public
builds of the server. docs/qmt_dialect.md says which fact comes from which.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...contents import Contents
from .contents import contents
from .labels import LABELS, TRAITS
from .options import QmtOptions

if TYPE_CHECKING:
    from aiohttp import web

    from ...server.venue import Venue

__all__ = ["QmtDialect", "QmtOptions"]


class QmtDialect:
    """One venue spoken as a QMT trading server."""

    name: str = "qmt"
    options_type: type = QmtOptions
    wire_labels: Mapping[str, Any] = LABELS
    traits: Mapping[str, Any] = TRAITS

    def __init__(self, venue: "Venue") -> None:
        from .routes import RestRoutes
        from .state import DialectState

        self.desk: DialectState = DialectState(venue)
        self.rest: RestRoutes = RestRoutes(self.desk)

    @staticmethod
    def contents() -> Contents:
        """What the venue lists and holds."""
        return contents()

    def add_routes(self, app: "web.Application") -> None:
        self.rest.add_routes(app)

    def labels(self) -> tuple[str, ...]:
        """There is no websocket."""
        return ()

    async def start(self) -> None:
        """Follow the exchange; the terminal begins its day."""
        self.desk.start()

    async def stop(self) -> None:
        """The terminal ends with the venue."""
        self.desk.stop()
