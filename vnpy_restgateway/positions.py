"""
Positions of a venue that tells them (shares; not those that are made of balances of coins), and what can be sold and spent now. The
executor's thread writes, any reads.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from logging import ERROR, WARNING

from vnpy.trader.constant import Direction, Status
from vnpy.trader.object import AccountData, OrderData, PositionData, TradeData

from rest_locale import _

from .host import Host
from .orders.order_data import copy
from .orders.table import Entry
from .standstill import Standstill
from .trading_rules import Holding

LIVE: tuple[Status, ...] = (Status.SUBMITTING, Status.NOTTRADED, Status.PARTTRADED)
CASH: str = "cash"
CLOCKS: timedelta = timedelta(seconds=1.5)      # that a fill's time and ours may be apart: a venue's clock is known to the second only


class Positions:
    """
    What was shown of the positions. ``frozen`` of a position is what cannot be sold now, ``yd_volume`` what can (vnpy_xtp's
    convention); what own orders hold, sent since the venue was asked, is subtracted.

    A venue may answer and answer, and its figures never change again: where fills of ours contradict them, that is said once, and
    what is shown is the last figure with our own fills counted in.

    :param patience: seconds after a fill until figures that do not show it are taken to stand still
    :param heard: monotonic s up to which all fills have been told
    """

    fees: bool = False                  # of what is bought a little is kept as a fee

    def __init__(self, host: Host, patience: Callable[[], float] = lambda: 15.0, heard: Callable[[], float] = lambda: float("inf")) -> None:
        self.host: Host = host
        self.heard: Callable[[], float] = heard
        self.patience: Callable[[], float] = patience
        self._held: dict[tuple[str, Direction], PositionData] = {}
        self._asked_at: float = float("-inf")
        self._cash: float | None = None
        self._cash_at: float = float("-inf")
        self._currency: str = ""            # of the cash; "": of all contracts
        self._watched: dict[str, Standstill] = {}           # by vt_symbol, and CASH
        self._began: datetime | None = None     # the venue's time when the first figures were asked for
        self.counts: bool = False           # fills from now on are news; those before were there when the figures were told
        self._before: dict[str, float] = {}     # orderid -> what was filled of it before that, and has not been heard of yet

    def begin_counting(self) -> None:
        """All orders were told in this life of the venue: what is filled from now on is news."""
        if self.counts:
            return
        self.counts = True
        table = self.host.flow.table
        self._before = {
            entry.orderid: entry.order.traded - entry.filled for entry in (*table.active.values(), *table.final.values()) if entry.lacks_fills
        }

    def begin_life(self) -> None:
        """The venue has lost its state: nothing that was filled before its orders are told anew is news to its figures."""
        self._watched.clear()
        self._began = None
        self.counts = False

    def update(self, rows: list[PositionData], asked_at: float) -> None:
        """All positions there are, asked for at a monotonic time. One that has vanished is pushed once more, with volume 0."""
        self._begin(asked_at)
        volumes: dict[str, float] = {}          # net, where long and short are held side by side
        for row in rows:
            volumes[row.vt_symbol] = volumes.get(row.vt_symbol, 0.0) + (-row.volume if row.direction is Direction.SHORT else row.volume)
        for name, watched in self._watched.items():
            if name != CASH:
                self._tell(name, watched, volumes.get(name, 0.0), asked_at, _("position of {vt_symbol}").format(vt_symbol=name))
        for name in volumes.keys() - self._watched.keys():
            self._watched[name] = Standstill(volumes[name], self.fees, self.heard)
        rows = [self._corrected(row) for row in rows] + [self._missing(name) for name in self._watched.keys() - volumes.keys() if self._lacks(name)]
        fresh: dict[tuple[str, Direction], PositionData] = {(row.vt_symbol, row.direction): row for row in rows}
        gone: list[PositionData] = [row for key, row in self._held.items() if key not in fresh]
        self._held, self._asked_at = fresh, asked_at
        for row in gone:
            self.host.on_position(PositionData(row.gateway_name, row.symbol, row.exchange, row.direction))
        for row in rows:
            self.host.on_position(copy(row))

    def update_account(self, account: AccountData, cash: float, asked_at: float) -> None:
        """The account, and what can be spent, in the currency of the contracts, asked for at a monotonic time."""
        self._begin(asked_at)
        watched: Standstill = self._watched.setdefault(CASH, Standstill(cash + account.frozen, True, self.heard))
        self._tell(CASH, watched, cash + account.frozen, asked_at, _("cash of the account"))
        if watched.stands:
            cash += watched.unseen
            account.available = cash
        self._cash, self._cash_at = cash, asked_at
        self._currency = (account.extra or {}).get("currency", "")
        self.host.on_account(account)

    def on_trade(self, trade: TradeData) -> None:
        """A fill of this account, about to be told to everybody."""
        if not self.counts or self._began is not None and trade.datetime is not None and trade.datetime < self._began - CLOCKS:
            return
        if (before := self._before.get(trade.orderid, 0.0)) >= trade.volume * (1.0 - 1e-9):
            self._before[trade.orderid] = before - trade.volume
            return
        bought: bool = trade.direction is Direction.LONG
        now: float = self.host.monotonic()
        listed = self.host.contracts.get(trade.vt_symbol)
        value: float = trade.price * trade.volume * (listed.contract.size if listed else 1.0)
        # nothing is held of a symbol that no row has shown
        self._watched.setdefault(trade.vt_symbol, Standstill(0.0, self.fees, self.heard)).happened(trade.volume if bought else -trade.volume, now)
        quote: str = (listed.contract.extra or {}).get("quote", "") if listed else ""
        if CASH in self._watched and not (quote and self._currency and quote != self._currency):
            self._watched[CASH].happened(-value if bought else value, now)

    def holding(self, order: OrderData, same_day: bool = False) -> Holding:
        """
        What the account can put behind an order; what the venue has not told yet is not looked at.

        :param same_day: the market has no T+1: what own fills have brought can be sold, also before the positions show it
        """
        cash: float | None = self._cash
        if cash is not None:
            money: Standstill | None = self._watched.get(CASH)
            still: bool = money is not None and money.stands
            for entry, volume in self._since(float("-inf") if still else self._cash_at, alive_only=still):
                if entry.order.direction is Direction.LONG and self._quote(entry.order.vt_symbol) == self._quote(order.vt_symbol):
                    cash -= entry.order.price * (volume - (entry.order.traded if still else 0.0))
        if self._asked_at == float("-inf"):
            return Holding(None, cash)
        row: PositionData | None = self._held.get((order.vt_symbol, Direction.NET)) or self._held.get((order.vt_symbol, Direction.LONG))
        sellable: float = row.yd_volume if row else 0.0
        watched: Standstill | None = self._watched.get(order.vt_symbol)
        # figures that stand still know of no order at all
        stands: bool = watched is not None and watched.stands
        for entry, volume in self._since(float("-inf") if stands else self._asked_at, alive_only=stands):
            if entry.order.vt_symbol == order.vt_symbol and entry.order.direction is Direction.SHORT:
                sellable -= volume - (entry.order.traded if stands else 0.0)
        if same_day and watched is not None:
            sellable += watched.unseen_purchases
        return Holding(max(sellable, 0.0), cash)

    def _begin(self, asked_at: float) -> None:
        if self._began is None:
            self._began = self.host.now() - timedelta(seconds=self.host.monotonic() - asked_at)

    def _quote(self, vt_symbol: str) -> str:
        """The currency of a contract."""
        listed = self.host.contracts.get(vt_symbol)
        return (listed.contract.extra or {}).get("quote", "") if listed else ""

    def _tell(self, name: str, watched: Standstill, value: float, asked_at: float, what: str) -> None:
        stood: bool = watched.stands
        watched.told(value, asked_at, self.patience())
        if watched.stands and not stood:
            self.host.log(
                _(
                    "The {what} has not changed at the venue, although {unseen:+g} of it was filled: it stands still there. Our own count is shown "
                    "until it moves"
                ).format(what=what, unseen=watched.unseen), ERROR
            )
        elif stood and not watched.stands:
            self.host.log(_("The {what} moves again at the venue").format(what=what), WARNING)

    def _corrected(self, row: PositionData) -> PositionData:
        watched: Standstill | None = self._watched.get(row.vt_symbol)
        if watched is None or not watched.stands:
            return row
        found: PositionData = copy(row)
        found.volume = max(row.volume + watched.unseen, 0.0)
        found.yd_volume = max(min(row.yd_volume + watched.unseen_sales, found.volume), 0.0)     # what was bought is not counted on
        found.frozen = found.volume - found.yd_volume
        return found

    def _lacks(self, name: str) -> bool:
        watched: Standstill = self._watched[name]
        return name != CASH and watched.stands and watched.unseen > 0 and name in self.host.contracts

    def _missing(self, name: str) -> PositionData:
        contract = self.host.contracts[name].contract
        volume: float = self._watched[name].unseen
        return PositionData(self.host.gateway_name, contract.symbol, contract.exchange, Direction.NET, volume, volume)

    def _since(self, asked_at: float, alive_only: bool = False) -> list[tuple[Entry, float]]:
        """Orders of ours that the venue's figures cannot know of, and what each takes: all of one that lives, what one has traded that is over."""
        table = self.host.flow.table
        found: list[tuple[Entry, float]] = [
            (entry, entry.order.volume) for entry in list(table.active.values())
            if entry.sent >= asked_at and entry.order.status in LIVE
        ]
        for entry in () if alive_only else reversed(list(table.final.values())):
            if entry.final_at < asked_at:
                break
            if entry.sent >= asked_at:
                found.append((entry, entry.order.traded))
        return found
