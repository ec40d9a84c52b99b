"""
Wire dialects: what a real venue's clients are told over HTTP and websocket.

A dialect comes by an entry point of the group ``mockexchange.dialects`` (name = "module:Class"), from whatever package is
installed, and is imported only when a venue is opened with it (docs/architecture.md).
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

from rest_locale import _

from ..contents import Contents
from ..venue_api import VenueApi
from .common.spot import spot_contents

if TYPE_CHECKING:
    from aiohttp import web


class Dialect(Protocol):
    """
    One venue spoken on the wire. A new object is made at every (re)start of the venue.

    Between ``stop`` and the next object's ``start`` every connection is cut by the server.
    A class with an ``options_type`` (see options.py) finds an object of it in ``venue.options``. One with ``has_public_keys``
    takes accounts whose requests are signed with a private key. One with ``has_bans`` has rate limits, and addresses that break them.

    ``wire_labels``: what it calls requests and pushes, for the fault matrix (``vnpy_rehearsal.conform.profile.DialectLabels``);
    ``traits``: what of the venue's nature decides which rows apply (fields of ``Profile``). A method ``contents`` of the class
    makes what the venue lists and holds (``contents.Contents``), and when its market is open; without one it is spot's.

    A method ``direct_routes() -> transport.answers.DirectRoutes`` names the HTTP requests that are answered without waiting for
    anything: they go past aiohttp's tasks. Each is among ``add_routes`` as well, and the answer there is the same.
    """

    name: str
    wire_labels: Mapping[str, Any]
    traits: Mapping[str, Any]

    def __init__(self, venue: VenueApi) -> None: ...

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


GROUP: str = "mockexchange.dialects"
# name -> "module:Class"; of this package also where it is not installed
DIALECTS: dict[str, str] = {
    "binance": "mockexchange.dialects.binance:BinanceDialect",
    "hashex": "mockexchange.dialects.hashex:HashExDialect",
    "qte": "mockexchange.dialects.qte:QteDialect",
    "qmt": "mockexchange.dialects.qmt:QmtDialect",
    "futu": "mockexchange.dialects.futu:FutuDialect",
    "webtrader": "mockexchange.dialects.webtrader:WebTraderDialect",
}


def find_dialects() -> dict[str, str]:
    """All dialects: name -> "module:Class"."""
    return {**{point.name: point.value for point in entry_points(group=GROUP)}, **DIALECTS}


def is_dialect(name: str) -> bool:
    """Whether there is one of that name."""
    return name in DIALECTS or name in find_dialects()


def load_dialect(name: str) -> Any:
    """The class of a dialect; ValueError when there is none of that name, or it cannot be imported."""
    target: str | None = DIALECTS.get(name) or find_dialects().get(name)
    if target is None:
        raise ValueError(_("unknown dialect {name!r}, there are: {names}").format(name=name, names=', '.join(sorted(find_dialects()))))
    module, __, attribute = target.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(_("dialect {name!r}: {target} cannot be imported: {error}").format(name=name, target=target, error=error)) from None


def options_type(dialect: str) -> type | None:
    """What a dialect's options are made of, None where it has none; a dialect that is unknown has none."""
    if not is_dialect(dialect):
        return None
    found: type | None = getattr(load_dialect(dialect), "options_type", None)
    return found


def contents_of(name: str) -> Contents:
    """What a venue of a dialect lists and holds, unless told otherwise: by its method ``contents``, else as the spot dialects do."""
    made: Contents = getattr(load_dialect(name), "contents", spot_contents)()
    return made
