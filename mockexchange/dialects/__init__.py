"""
Wire dialects: what a real venue's clients are told over HTTP and websocket.

A dialect is named in DIALECTS and imported only when a venue is opened with it.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from aiohttp import web

    from ..server.venue import Venue


class Dialect(Protocol):
    """
    One venue spoken on the wire. A new object is made at every (re)start of the venue.

    Between ``stop`` and the next object's ``start`` every connection is cut by the server.
    A class with an ``options_type`` (see options.py) finds an object of it in ``venue.options``.
    """

    name: str

    def __init__(self, venue: "Venue") -> None: ...

    def add_routes(self, app: "web.Application") -> None:
        """Add the HTTP and websocket routes; ``/_mock/`` belongs to the server."""

    def labels(self) -> Iterable[str]:
        """
        What faults can be matched with besides the HTTP routes, which are known: websocket requests (``WS order.place``),
        pushes of every kind for every symbol (``PUSH btcusdt@trade``) and handshakes (``ACCEPT ws /ws``). A ``*``
        stands for a part that may be any text.
        """

    async def start(self) -> None:
        """Start the background publishers."""

    async def stop(self) -> None:
        """End them; must not wait for clients."""


# name -> "module:Class"
DIALECTS: dict[str, str] = {
    "binance": "mockexchange.dialects.binance:BinanceDialect",
    "hashex": "mockexchange.dialects.hashex:HashExDialect",
    "qte": "mockexchange.dialects.qte:QteDialect",
}


def load_dialect(name: str) -> Any:
    """The class of a dialect; ValueError when there is none of that name."""
    target: str | None = DIALECTS.get(name)
    if target is None:
        raise ValueError(f"unknown dialect {name!r}, there are: {', '.join(sorted(DIALECTS))}")
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
