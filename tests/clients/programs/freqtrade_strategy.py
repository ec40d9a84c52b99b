"""A strategy of freqtrade's: it buys, asks too much for what it has until the order times out, and sells."""

from datetime import datetime
from typing import Any

from freqtrade.persistence import Order, Trade
from freqtrade.strategy import IStrategy
from pandas import DataFrame


class BuysAndSells(IStrategy):
    INTERFACE_VERSION: int = 3
    timeframe = "1m"
    startup_candle_count = 30
    process_only_new_candles = False
    use_exit_signal = True
    minimal_roi = {"0": 100.0}
    stoploss = -0.9
    order_types = {"entry": "market", "exit": "limit", "stoploss": "market", "stoploss_on_exchange": False}
    order_time_in_force = {"entry": "GTC", "exit": "GTC"}

    def populate_indicators(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        return dataframe

    def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> bool:
        return not Trade.get_trades_proxy(is_open=False)                # once

    def custom_exit(self, *args: Any, **kwargs: Any) -> str:
        return "it has what it came for"

    def custom_exit_price(
        self, pair: str, trade: Trade, current_time: datetime, proposed_rate: float, current_profit: float, exit_tag: str | None, **kwargs: Any,
    ) -> float:
        exits = [order for order in trade.orders if order.ft_order_side == trade.exit_side]
        return proposed_rate * (0.995 if exits else 1.05)

    def check_exit_timeout(self, pair: str, trade: Trade, order: Order, current_time: datetime, **kwargs: Any) -> bool:
        return order.ft_price > trade.open_rate * 1.03
