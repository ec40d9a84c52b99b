"""Bars of one contract, made from one that vn.py has made."""

from datetime import datetime, timezone
from typing import Any

from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.object import BarData, ContractData

new = object.__new__


class BarTemplate:
    """A bar, filled in by vn.py but for what differs from bar to bar."""

    __slots__ = ("_further", "exchange", "gateway_name", "interval", "open_interest", "symbol", "vt_symbol")

    def __init__(self, contract: ContractData, interval: Interval, gateway_name: str) -> None:
        self.gateway_name: str = gateway_name
        self.symbol: str = contract.symbol
        self.exchange: Exchange = contract.exchange
        self.interval: Interval = interval
        bar: BarData = BarData(gateway_name, self.symbol, self.exchange, datetime.now(timezone.utc), interval)
        self.open_interest: float = bar.open_interest
        self.vt_symbol: str = bar.vt_symbol
        self._further: dict[str, Any] = {}              # fields that a later vn.py may have besides
        made: BarData = self.fill(bar.datetime, (0.0, 0.0, 0.0, 0.0), 0.0, 0.0)
        self._further = {name: value for name, value in vars(bar).items() if name not in vars(made)}

    def fill(self, begin: datetime, prices: tuple[float, float, float, float], volume: float, turnover: float) -> BarData:
        """A bar. ``begin``: its start, with a time zone; ``prices``: open, high, low, close."""
        # attribute by attribute, in vn.py's order: so all bars share the table of their names, which halves their memory
        bar: BarData = new(BarData)
        bar.gateway_name = self.gateway_name
        bar.symbol = self.symbol
        bar.exchange = self.exchange
        bar.datetime = begin
        bar.interval = self.interval
        bar.volume = volume
        bar.turnover = turnover
        bar.open_interest = self.open_interest
        bar.open_price, bar.high_price, bar.low_price, bar.close_price = prices
        bar.vt_symbol = self.vt_symbol
        if self._further:
            bar.__dict__.update(self._further)
        return bar
