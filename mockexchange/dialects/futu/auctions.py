"""Orders at any auction price end with their auction."""

from collections.abc import Callable
from functools import partial

from ...core.commands import CancelOrder
from ...core.errors import Refusal
from ...core.events import Event, SymbolStatus
from ...core.orders import Order
from ...core.rules import AUCTION as AUCTION_PHASE
from . import enums
from .rendering import wishes_of
from .state import DialectState


def follow(desk: DialectState) -> Callable[[], None]:
    """Cancel what an auction has left of them. Returns what ends it."""

    def on_events(events: list[Event]) -> None:
        for event in events:
            if type(event) is SymbolStatus and event.status != AUCTION_PHASE:
                exchange = desk.venue.exchange
                for account in exchange.accounts():
                    for order in exchange.open_orders(account, event.symbol):
                        if wishes_of(order).order_type == enums.AUCTION:
                            desk.venue.clock.call_soon(partial(_cancel, desk, order))

    return desk.venue.listen(on_events)


def _cancel(desk: DialectState, order: Order) -> None:
    try:
        desk.venue.apply(CancelOrder(order.account, order.symbol, order.order_id))
    except Refusal:
        pass                    # it has ended by itself
