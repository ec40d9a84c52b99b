"""Which mock exchanges there are for a window to show."""

from typing import NamedTuple

from vnpy.event import EventEngine
from vnpy.trader.engine import BaseEngine, MainEngine

from rest_locale import _
from vnpy_restgateway.gateway import RestGateway

APP_NAME: str = "Rehearsal"
PAGE: str = "/_mock/"


class EmbeddedVenue(NamedTuple):
    """The embedded exchange of a connected gateway; ``address`` is that of its page."""

    gateway_name: str
    address: str


class RehearsalEngine(BaseEngine):
    """Knows the embedded exchanges of the gateways of a MainEngine."""

    def __init__(self, main_engine: MainEngine, event_engine: EventEngine) -> None:
        super().__init__(main_engine, event_engine, APP_NAME)

    def venues(self) -> list[EmbeddedVenue]:
        """The embedded exchanges that run now, in the order of their gateways."""
        return [
            EmbeddedVenue(name, page_of(gateway.venue["rest"]))
            for name, gateway in list(self.main_engine.gateways.items())
            if isinstance(gateway, RestGateway) and gateway.embedded and gateway.embedded.ready and gateway.venue
        ]


def page_of(text: str) -> str:
    """
    The address of the page of a mock exchange, from what a user types: ``127.0.0.1:8080``, ``http://host:8080/``, the page's own.

    :raises ValueError: no address
    """
    words: str = text.strip()
    scheme, mark, rest = words.partition("://")
    if not mark:
        scheme, rest = "http", words
    host: str = rest.partition("/")[0]
    if scheme not in ("http", "https") or not host or any(character.isspace() for character in rest):
        raise ValueError(_("address: not that of a mock exchange, e.g. http://127.0.0.1:8080: {text!r}").format(text=text))
    return f"{scheme}://{host}{PAGE}"
