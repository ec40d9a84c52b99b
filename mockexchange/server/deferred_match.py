"""Orders that a fault lets be answered now and be seen by the engine later."""

import asyncio

from ..core.ack_first import Acknowledged, acknowledge, numbered
from ..core.commands import PlaceOrder
from ..core.errors import Refusal
from ..core.exchange import Exchange
from ..venue_api import VenueApi


def place_later(venue: VenueApi, command: PlaceOrder, seconds: float) -> Acknowledged:
    """
    Answer an order as accepted, and apply it ``seconds`` later: what it then does, or that it is refused
    then, is in the journal as ever. A restart meanwhile loses it. Raises Refusal when it would be refused now.
    """
    exchange: Exchange = venue.exchange
    placed: Acknowledged = acknowledge(exchange, command, venue.now())

    def work() -> None:
        venue.faults.promised -= 1
        if venue.exchange is not exchange:
            return
        try:
            with venue.faults.acknowledging(0.0), numbered(exchange, placed.report.order_id):
                venue.apply(command)
        except Refusal:
            return
        for callback in placed.then:
            callback()

    venue.faults.promised += 1
    asyncio.get_running_loop().call_later(seconds, work)
    return placed
