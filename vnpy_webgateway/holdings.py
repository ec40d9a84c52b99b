"""Accounts and positions, listed and pushed (spec 3.2, 7.3, 8.2). SerialExecutor thread only."""

from collections.abc import Callable
from typing import Any

from vnpy.trader.constant import Direction
from vnpy.trader.object import AccountData, ContractData, PositionData, TradeData

from rest_locale import N_
from vnpy_restgateway.host import Host
from vnpy_restgateway.orders.order_data import copy
from vnpy_restgateway.positions import Positions

from .names import LONG_ONLY, RemoteNames
from .parse import parse_account, parse_position, remote

LATEST: float = float("-inf")


class Holdings(Positions):
    """
    What was shown. A list may be older than a push that was read before it, so that a row is kept out of the list for what was pushed
    since the list was asked for.
    """

    fees = True

    def __init__(self, host: Host, names: RemoteNames, patience: Callable[[], float], heard: Callable[[], float]) -> None:
        super().__init__(host, patience, heard)
        self.names: RemoteNames = names
        self.accounts: dict[tuple[str, str], AccountData] = {}          # by remote gateway and account, as shown last
        self.pushed_at: dict[tuple[Any, ...], float] = {}               # of an account or position, monotonic s

    def read_position(self, d: Any) -> PositionData | None:
        """A row; None for one that is not shown."""
        if not self.names.shows(d):
            return None
        listed = self.host.contracts.get(f"{d['symbol']}.{d['exchange']}")
        contract: ContractData | None = listed.contract if listed else None
        found: PositionData = parse_position(d, self.host.gateway_name, contract is None or contract.product not in LONG_ONLY)
        return found if self.names.trades(found.vt_symbol, remote(d)) else None

    def take(self, rows: list[PositionData], asked_at: float, concludes: bool) -> None:
        """All positions, asked for at a monotonic time. ``concludes`` False: one that is missing may come back."""
        fresh: dict[tuple[str, Direction], PositionData] = {(row.vt_symbol, row.direction): row for row in rows}
        for key, row in self._held.items():
            if self.pushed_at.get(key, LATEST) > asked_at or not concludes and key not in fresh:
                fresh[key] = row
        self.update(list(fresh.values()), asked_at)

    def on_position(self, d: Any) -> None:
        """A push."""
        row: PositionData | None = self.read_position(d)
        if row is not None:
            key = (row.vt_symbol, row.direction)
            self._held[key] = row
            self.pushed_at[key] = self.host.monotonic()
            self.host.on_position(self._corrected(copy(row)))

    def on_trade(self, trade: TradeData) -> None:
        """A fill, about to be told. It is counted where a position is told of its symbol: coins are told under one of their pairs."""
        if trade.vt_symbol in self._watched:
            super().on_trade(trade)

    def _corrected(self, row: PositionData) -> PositionData:
        """Of a net position that stands still our own count; of long and short ones it cannot be told which has changed."""
        watched = self._watched.get(row.vt_symbol)
        if watched is None or not watched.stands or row.direction is not Direction.NET:
            return row
        found: PositionData = copy(row)
        found.volume = row.volume + watched.unseen
        return found

    def take_accounts(self, rows: list[Any], asked_at: float) -> set[str] | None:
        """All accounts. Returns what identifies them; None where a row could not be read."""
        ids: set[str] = set()

        def handle(d: Any) -> None:
            if self.names.shows(d):
                self._show(d, asked_at)
                ids.add(f"{remote(d)}.{d['accountid']}")

        return ids if self.host.each(rows, handle, N_("account")) == len(rows) else None

    def on_account(self, d: Any) -> None:
        """A push."""
        if self.names.shows(d):
            self._show(d, LATEST)

    def _show(self, d: Any, asked_at: float) -> None:
        gateway_name: str = remote(d)
        account: AccountData = parse_account(d, self.host.gateway_name, self.names.may_owe(gateway_name))
        key: tuple[str, str] = (gateway_name, account.accountid)
        if asked_at == LATEST:
            self.pushed_at[key] = self.host.monotonic()
        elif self.pushed_at.get(key, LATEST) > asked_at:
            return
        if gateway_name not in self.names.with_accounts:
            self.names.with_accounts.add(gateway_name)
            if len(self.names.with_accounts) == 2:
                self._rename()
        account.accountid = self.names.account(account.accountid, gateway_name)
        account.vt_accountid = f"{account.gateway_name}.{account.accountid}"
        self.accounts[key] = account
        self.host.on_account(copy(account))

    def _rename(self) -> None:
        """A second remote gateway has accounts: those of the first are shown under longer names, and empty under the shorter ones."""
        for (gateway_name, accountid), account in list(self.accounts.items()):
            self.host.on_account(AccountData(account.gateway_name, accountid))
            renamed: AccountData = copy(account)
            renamed.accountid = self.names.account(accountid, gateway_name)
            renamed.vt_accountid = f"{renamed.gateway_name}.{renamed.accountid}"
            self.accounts[gateway_name, accountid] = renamed
            self.host.on_account(copy(renamed))
