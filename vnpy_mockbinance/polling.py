"""The account of a venue that answers as Binance does, but has no user data stream for us: looked at again and again."""


from rest_locale import N_
from vnpy_restgateway.host import Host
from vnpy_restgateway.polled.health import ConnectionHealth

from .account import Account
from .timings import Timings


class Polling:
    """In place of the user data stream. SerialExecutor thread only."""

    def __init__(self, host: Host, account: Account, timings: Timings) -> None:
        self.host: Host = host
        self.account: Account = account
        self.timings: Timings = timings
        self.link: ConnectionHealth = ConnectionHealth(host, N_("Trade API"))
        self._all_due: float = 0.0

    def look(self) -> None:
        """Open orders, and the fills of symbols that have some; balances and the other symbols' fills less often."""
        host, account, timings = self.host, self.account, self.timings
        if host.locked_out:
            return
        now: float = host.monotonic()
        active = host.flow.table.active.values()
        names: set[str] = {host.contracts.name_of(entry.order.vt_symbol) for entry in active}
        interval: float = timings.orders_interval if active else timings.idle_interval
        host.executor.call_later(max(self.link.delay(interval), host.pause()), "poll", self.look)
        account.query_open_orders()
        if now >= self._all_due:
            self._all_due = now + timings.idle_interval
            account.query_account()
            host.flow.life.check()
            names = set(account.orders.pages)
        for name in names & account.orders.pages.keys():
            account.query_new_trades(name)

    def on_alive(self) -> None:
        """The list of open orders is here."""
        if self.link.good():
            self.host.flow.life.check()

    def on_lost(self, name: str, error: BaseException) -> None:
        """A query, by its name, got no usable answer."""
        if name in ("open orders", "account"):
            self.link.bad(error)
            self.host.flow.life.disconnected()
