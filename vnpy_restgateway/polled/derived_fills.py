"""Fills of a venue that tells none: made of what an order has traded more than before. SerialExecutor thread only."""

from collections.abc import Callable
from datetime import datetime

from vnpy.trader.object import OrderData, TradeData

from ..net.validate import MOST
from ..orders.flow import OrderFlow
from ..orders.reconcile import VenueOrder
from ..orders.table import Entry
from ..orders.table import VOLUME_NOISE

DELIVERED_KEPT: int = 10_000

# (order, price, how many times the noise of a mean price is in it) -> the price that is shown
Tidy = Callable[[OrderData, float, float], float]


class DerivedFills:
    """
    As many fills as happened between two looks are one here. Its id is that of the order and of what is traded then, so the
    same look makes the same id; where the venue's ids begin anew every day, ``venue_id`` must have the day in it.

    :param now: the time of a fill, which nobody tells; by default that of its order
    :param tidy: where the venue tells mean prices, rounded: undoes the rounding
    """

    def __init__(
        self, flow: OrderFlow, now: Callable[[], datetime] | None = None, tidy: Tidy = lambda order, price, spread: price,
    ) -> None:
        self.flow: OrderFlow = flow
        self.now: Callable[[], datetime] | None = now
        self.tidy: Tidy = tidy
        self._told: dict[str, dict[float, float]] = {}      # venue id of a live order -> its traded volume -> what that has come to
        self._delivered: dict[str, float] = {}              # venue id of an order -> what its delivered fills have come to, oldest first

    def told(self, record: VenueOrder, turnover: float) -> None:
        """What an order's traded volume has come to, as the venue tells it with the order."""
        if record.order.traded:
            self._told.setdefault(record.venue_id, {})[record.order.traded] = turnover

    def on_growth(self, order: OrderData, venue_id: str) -> None:
        """News of an order, which is ours or is not: its fills that are missing are made and pushed before."""
        record: VenueOrder = VenueOrder(order, venue_id)
        if self.has_grown(record):
            turnover: float | None = self._told.get(venue_id, {}).get(order.traded)
            if turnover is None:        # not from a list: nothing is known of the price
                return
            self.deliver(record, self.price_of(record, turnover), self.now() if self.now else order.datetime)
            if self.filled(record) in (0.0, order.traded):      # or it was not believed
                self._delivered[venue_id] = turnover
                if len(self._delivered) > DELIVERED_KEPT:
                    del self._delivered[next(iter(self._delivered))]
        if not order.is_active():
            self._told.pop(venue_id, None)      # what was delivered is kept: its end may have been told wrongly

    def filled(self, record: VenueOrder) -> float:
        """What was delivered of an order."""
        entry: Entry | None = self.flow.table.whose(record.order.orderid, record.venue_id)
        return entry.filled if entry and entry.venue_id in ("", record.venue_id) else 0.0

    def has_grown(self, record: VenueOrder) -> bool:
        """Whether it has traded more than was delivered."""
        return record.order.traded > self.filled(record) + VOLUME_NOISE

    def deliver(self, record: VenueOrder, price: float, moment: datetime | None) -> None:
        """Make and push the fill that is missing, at this price."""
        self.flow.on_fill(growth(record, self.filled(record), record.order.traded, price, moment), record.venue_id)

    def price_of(self, record: VenueOrder, turnover: float) -> float:
        """The price of the fill that is missing, from what all of the order's fills came to, where the venue tells that."""
        filled, traded = self.filled(record), record.order.traded
        before: float = self._delivered.get(record.venue_id, 0.0) if filled else 0.0
        mean: float = turnover / traded
        price: float = (turnover - before) / (traded - filled) if before else 0.0       # 0: what came before was not seen by its turnover
        if not (filled and 0.0 < price < MOST):
            return self.tidy(record.order, mean, 1.0)
        return self.tidy(record.order, price, traded / (traded - filled))


def growth(record: VenueOrder, filled: float, traded: float, price: float, moment: datetime | None) -> TradeData:
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


class NoDerivedFills(DerivedFills):
    """Where fills are told, none are made."""

    def told(self, record: VenueOrder, turnover: float) -> None:
        """Nothing is kept."""

    def on_growth(self, order: OrderData, venue_id: str) -> None:
        """See ``told``."""
