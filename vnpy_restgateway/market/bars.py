"""Bars of one contract, made from one that vn.py has made."""

from datetime import datetime, timezone
from typing import Any

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, ContractData

new = object.__new__


class BarTemplate:
    """A bar, filled in by vn.py but for what differs from bar to bar."""

    __slots__ = ("_filled",)

    def __init__(self, contract: ContractData, interval: Interval, gateway_name: str) -> None:
        self._filled: dict[str, Any] = dict(vars(BarData(
            gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, datetime=datetime.now(timezone.utc), interval=interval,
        )))

    def fill(self, begin: datetime, prices: tuple[float, float, float, float], volume: float, turnover: float) -> BarData:
        """A bar. ``begin``: its start, with a time zone; ``prices``: open, high, low, close."""
        bar: BarData = new(BarData)
        filled: dict[str, Any] = self._filled.copy()
        bar.__dict__ = filled
        filled["datetime"] = begin
        filled["open_price"], filled["high_price"], filled["low_price"], filled["close_price"] = prices
        filled["volume"] = volume
        filled["turnover"] = turnover
        return bar
