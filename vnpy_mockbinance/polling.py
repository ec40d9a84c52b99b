"""The account of a venue that answers as Binance does, but has no user data stream for us: looked at again and again."""

from time import monotonic
from typing import TYPE_CHECKING

from .qte.rest import ConnectionHealth

if TYPE_CHECKING:
    from .gateway import MockBinanceGateway


class Polling:
    """In place of the user data stream. SerialExecutor thread only."""

    def __init__(self, gateway: "MockBinanceGateway") -> None:
        self.gateway: MockBinanceGateway = gateway
        self.link: ConnectionHealth = ConnectionHealth(gateway, "Trade API")
        self._all_due: float = 0.0

    def look(self) -> None:
        """Open orders, and the fills of symbols that have some; balances and the other symbols' fills less often."""
        gateway = self.gateway
        if gateway.locked_out or gateway.polling is not self:
            return
        now: float = monotonic()
        active = gateway.flow.table.active.values()
        names: set[str] = {gateway.contracts[entry.order.symbol].name for entry in active}
        interval: float = gateway.orders_interval if active else gateway.idle_interval
        gateway.writer.call_later(max(self.link.delay(interval), gateway.pause()), "poll", self.look)
        gateway.rest.query_open_orders()
        if now >= self._all_due:
            self._all_due = now + gateway.idle_interval
            gateway.rest.query_account()
            gateway.flow.life.check()
            names = set(gateway.pages)
        for name in names & gateway.pages.keys():
            gateway.query_new_trades(name)
