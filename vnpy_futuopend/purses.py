"""Money and holdings of an account of several currencies: each currency is counted by itself."""

from collections.abc import Callable

from vnpy.trader.object import AccountData, OrderData, PositionData, TradeData

from vnpy_restgateway.host import Host
from vnpy_restgateway.positions import Positions
from vnpy_restgateway.trading_rules import Holding


class Purses(Positions):
    """Has the methods of ``Positions``, and one of it for each currency. The executor's thread writes, any reads."""

    def __init__(self, host: Host, patience: Callable[[], float], heard: Callable[[], float]) -> None:
        self._patience: Callable[[], float] = patience
        self._purses: dict[str, Positions] = {}
        super().__init__(host, patience, heard)

    def begin_counting(self) -> None:
        super().begin_counting()
        for purse in self._purses.values():
            purse.begin_counting()

    def begin_life(self) -> None:
        super().begin_life()
        for purse in self._purses.values():
            purse.begin_life()

    def of(self, currency: str) -> Positions:
        """That of a currency."""
        found: Positions | None = self._purses.get(currency)
        if found is None:
            found = self._purses[currency] = Positions(self.host, self._patience, self.heard)
            if self.counts:
                found.begin_counting()
        return found

    def currency_of(self, vt_symbol: str) -> str:
        """In which a contract is traded."""
        listed = self.host.contracts.get(vt_symbol)
        return str((listed.contract.extra or {}).get("quote", "")) if listed else ""

    def update(self, rows: list[PositionData], asked_at: float) -> None:
        by_currency: dict[str, list[PositionData]] = {currency: [] for currency in self._purses}
        for row in rows:
            by_currency.setdefault(self.currency_of(row.vt_symbol), []).append(row)
        for currency, found in by_currency.items():
            self.of(currency).update(found, asked_at)

    def update_account(self, account: AccountData, cash: float, asked_at: float) -> None:
        self.of((account.extra or {}).get("currency", "")).update_account(account, cash, asked_at)

    def on_trade(self, trade: TradeData) -> None:
        self.of(self.currency_of(trade.vt_symbol)).on_trade(trade)

    def holding(self, order: OrderData, same_day: bool = False) -> Holding:
        return self.of(self.currency_of(order.vt_symbol)).holding(order, same_day)
