"""
Client order ids at venues that take the same one any number of times, and give none to an order without one.

The core does neither: an order always has an id there, and no two live orders of an account and symbol the same.
"""

from typing import TYPE_CHECKING

from ...core.errors import Refusal
from ...core.orders import Order

if TYPE_CHECKING:
    from ...server.venue import Venue

MARK: str = "#"                                 # in a core client order id: what follows is ours


class ClientIds:
    """One venue's."""

    def __init__(self, venue: "Venue") -> None:
        self._venue: Venue = venue
        # Every order leaves a journal row, so this number is ahead of all that were used before a restart.
        self._serial: int = venue.journal.last

    def serial(self) -> int:
        """A number that this venue has not used yet."""
        self._serial += 1
        return self._serial

    def core(self, account: str, symbol: str, client_order_id: str) -> str:
        """What the core is told; ``client_order_id`` is "" when none was sent."""
        if client_order_id and MARK not in client_order_id:
            try:
                known: Order = self._venue.exchange.find_order(account, symbol, None, client_order_id)
            except Refusal:
                return client_order_id
            if known.is_final:
                return client_order_id
        return f"{client_order_id}{MARK}{self.serial()}"


def wire_client_id(client_order_id: str) -> str | None:
    """Undo ``ClientIds.core``; None when none was sent."""
    if MARK in client_order_id:
        return client_order_id.rpartition(MARK)[0] or None
    return client_order_id
