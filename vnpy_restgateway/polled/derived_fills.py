"""Fills of a venue that tells none: made of what an order has traded more than before. SerialExecutor thread only."""

from datetime import datetime

from vnpy.trader.object import OrderData, TradeData

from ..orders.flow import OrderFlow
from ..orders.reconcile import VenueOrder
from ..orders.table import Entry
from ..orders.table import VOLUME_NOISE


class DerivedFills:
    """
    As many fills as happened between two looks are one here. Its id is that of the order and of what is traded then, so the
    same look makes the same id; where the venue's ids begin anew every day, ``venue_id`` must have the day in it.
    """

    def __init__(self, flow: OrderFlow) -> None:
        self.flow: OrderFlow = flow
        self._turnover: dict[str, float] = {}       # venue id of a live order -> what its traded volume has come to

    def filled(self, record: VenueOrder) -> float:
        """What was delivered of an order."""
        entry: Entry | None = self.flow.table.whose(record.order.orderid, record.venue_id)
        return entry.filled if entry and entry.venue_id in ("", record.venue_id) else 0.0

    def has_grown(self, record: VenueOrder) -> bool:
        """Whether it has traded more than was delivered."""
        return record.order.traded > self.filled(record) + VOLUME_NOISE

    def deliver(self, record: VenueOrder, price: float, moment: datetime) -> None:
        """Make and push the fill that is missing, at this price."""
        self.flow.on_fill(growth(record, self.filled(record), record.order.traded, price, moment), record.venue_id)

    def price_of(self, record: VenueOrder, turnover: float) -> float:
        """The price of the fill that is missing, from what all of the order's fills came to, where the venue tells that."""
        filled: float = self.filled(record)
        before: float = self._turnover.get(record.venue_id, 0.0) if filled else 0.0
        if filled and not before:
            return turnover / record.order.traded       # what came before was not seen by its turnover
        return (turnover - before) / (record.order.traded - filled)

    def keep(self, record: VenueOrder, turnover: float) -> None:
        """Remember what an order's fills have come to, while it lives."""
        if record.order.is_active():
            self._turnover[record.venue_id] = turnover
        else:
            self._turnover.pop(record.venue_id, None)


def growth(record: VenueOrder, filled: float, traded: float, price: float, moment: datetime) -> TradeData:
    """The fill that made ``filled`` into ``traded``."""
    order: OrderData = record.order
    return TradeData(
        symbol=order.symbol,
        exchange=order.exchange,
        orderid=order.orderid,
        tradeid=f"{order.orderid}-{record.venue_id}-{traded:.10g}",
        direction=order.direction,
        offset=order.offset,
        price=price,
        volume=round(traded - filled, 10),
        datetime=moment,
        gateway_name=order.gateway_name,
    )
