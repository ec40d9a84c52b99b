"""What the operations of one venue share: wire ids, options, users, and which orders there are."""

from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from ...core.exchange import Exchange
from ...core.orders import Order
from ..common.client_ids import ClientIds
from .options import QteOptions

if TYPE_CHECKING:
    from ...server.venue import Venue


def wire_uuid(seed: int, kind: str, number: int) -> str:
    """A uuid4 text that the same venue gives to the same thing every time."""
    return str(UUID(bytes=sha256(f"qte:{seed}:{kind}:{number}".encode()).digest()[:16], version=4))


def order_uuid(seed: int, order_id: int) -> str:
    """What the wire calls the order that is ``order_id`` in the core and in the journal."""
    return wire_uuid(seed, "order", order_id)


class DialectState:
    """One venue's."""

    def __init__(self, venue: "Venue") -> None:
        self.venue: Venue = venue
        self.options: QteOptions = venue.options if isinstance(venue.options, QteOptions) else QteOptions()
        self.users: dict[str, str] = {account.key: f"user{n}" for n, account in enumerate(venue.accounts, 1)}
        self.client_ids: ClientIds = ClientIds(venue)
        self._orders: dict[str, Order] = {}         # by wire id
        exchange: Exchange = venue.exchange
        for key in exchange.accounts():
            for symbol in exchange.instruments:
                for order in exchange.all_orders(key, symbol):
                    self.remember(order)

    def remember(self, order: Order) -> None:
        """Requests name an order by its uuid alone, and a uuid cannot be turned back into the core's id."""
        self._orders[self.order_id(order.order_id)] = order

    def find(self, wire_id: str) -> Order | None:
        """Anybody's order."""
        return self._orders.get(wire_id)

    def order_id(self, order_id: int) -> str:
        return order_uuid(self.venue.seed, order_id)

    def trade_id(self, symbol: str, trade_id: int) -> str:
        return wire_uuid(self.venue.seed, symbol, trade_id)

    def has_price(self, symbol: str) -> bool:
        """Whether there has been a trade: until then the engine has no price (spec 1.4.4)."""
        return self.venue.exchange.tapes[symbol].count > 0 or symbol in self.venue.feed.symbols
