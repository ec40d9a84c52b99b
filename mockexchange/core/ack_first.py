"""Orders that are answered before the exchange has seen them: their ids are taken now, they are placed later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .commands import PlaceOrder
from .events import Event, OrderReport
from .exchange import Exchange


class Acknowledged(list[Event]):
    """
    What ``apply`` would have returned first, of an order that the exchange has not seen.

    ``then`` are called when it has been placed.
    """

    def __init__(self, report: OrderReport) -> None:
        super().__init__([report])
        self.report: OrderReport = report
        self.then: list[Callable[[], None]] = []


def acknowledge(exchange: Exchange, command: PlaceOrder, now: int) -> Acknowledged:
    """
    Take an order id, and a client order id where the command has none. Raises what ``apply`` would
    raise now, with nothing changed; what it will raise later is another matter.
    """
    exchange.check_filters(command, now)
    command.client_order_id = command.client_order_id or exchange._make_client_id()
    return Acknowledged(OrderReport(
        execution_type="NEW", execution_id=0, account=command.account, symbol=command.symbol,
        order_id=exchange._matcher.take_order_id(), client_order_id=command.client_order_id, side=command.side,
        type=command.type, time_in_force=command.time_in_force, price=command.price, quantity=command.quantity,
        quote_quantity=command.quote_quantity, stop_price=command.stop_price,
        iceberg_quantity=command.iceberg_quantity, stp_mode=command.stp_mode, status="NEW", executed=0,
        executed_quote=0, prevented=0, time=now, update_time=now, working_time=now, expiry_reason="NONE",
        reject_reason="NONE", is_on_book=False, strategy_id=command.strategy_id, strategy_type=command.strategy_type,
    ))


@contextmanager
def numbered(exchange: Exchange, order_id: int) -> Iterator[None]:
    """Within it the next order is given that id."""
    matcher = exchange._matcher
    next_id: int = matcher.next_order_id
    matcher.next_order_id = order_id
    try:
        yield
    finally:
        matcher.next_order_id = max(next_id, matcher.next_order_id)
