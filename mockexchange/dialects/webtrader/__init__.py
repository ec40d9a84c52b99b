"""
WebTrader (vnpy_webtrader): a remote VeighNa that trades spot on this exchange, behind its REST and websocket server.

The spec named in the docstrings is a digest of the package's behaviour as measured from outside, and of the seed document "Web
trading interface"; where those differ, and for all that such a server can suffer from, options.py has the choices.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...contents import Contents
from .contents import contents
from .labels import LABELS, TRAITS
from .options import WebTraderOptions

if TYPE_CHECKING:
    from aiohttp import web

    from ...server.venue import Venue

__all__ = ["WebTraderDialect", "WebTraderOptions"]


class WebTraderDialect:
    """One venue spoken as a WebTrader server."""

    name: str = "webtrader"
    options_type: type = WebTraderOptions
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
        self.streams.add_routes(app)
        self.rest.add_routes(app)
        self.rest.add_rest(app)

    def labels(self) -> Iterator[str]:
        """See Dialect.labels."""
        return self.streams.labels()

    async def start(self) -> None:
        self.desk.on_web_end = self.rest.cut_all
        self.desk.start()
        await self.streams.start()

    async def stop(self) -> None:
        await self.streams.stop()
        self.desk.stop()
