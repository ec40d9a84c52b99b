"""
A Futu OpenD gateway's REST and websocket side, for Hong Kong, US and China Connect shares: ``/api/*`` and ``/ws``.

The documents named in the docstrings: the seed is the gateway's own overview of its REST API (early 1.x), the spec a digest of
it, of later guides and changelogs, and of the official protobuf definitions. Where they differ, options.py has the choices.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...contents import Contents
from .contents import contents
from .labels import LABELS, TRAITS
from .options import FutuOptions

if TYPE_CHECKING:
    from aiohttp import web

    from ...server.venue import Venue

__all__ = ["FutuDialect", "FutuOptions"]


class FutuDialect:
    """One venue spoken as a Futu OpenD gateway."""

    name: str = "futu"
    options_type: type = FutuOptions
    wire_labels: Mapping[str, Any] = LABELS
    traits: Mapping[str, Any] = TRAITS

    def __init__(self, venue: "Venue") -> None:
        from .routes import RestRoutes
        from .state import DialectState
        from .streams import Streams

        self.desk: DialectState = DialectState(venue)
        self.rest: RestRoutes = RestRoutes(self.desk)
        self.streams: Streams = Streams(self.desk)

    @staticmethod
    def contents() -> Contents:
        """What the venue lists and holds."""
        return contents()

    def add_routes(self, app: "web.Application") -> None:
        self.rest.add_routes(app)
        self.streams.add_routes(app)
        self.rest.add_rest(app)

    def labels(self) -> Iterator[str]:
        """See Dialect.labels."""
        return self.streams.labels()

    async def start(self) -> None:
        from . import auctions

        self.desk.start()
        self._unfollow = auctions.follow(self.desk)
        await self.streams.start()

    async def stop(self) -> None:
        self._unfollow()
        self.desk.stop()
        await self.streams.stop()
