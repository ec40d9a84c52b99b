"""Spot balances as vn.py sees them. Pure."""

from collections.abc import Mapping

from vnpy.trader.object import AccountData, ContractData, PositionData

from vnpy_restgateway import crypto_balances as balances


def split_balance(
    asset: str, free: float, locked: float, names: Mapping[str, ContractData], gateway_name: str
) -> AccountData | PositionData:
    """One balance; ``names`` are the contracts by Binance's symbol, which is base and quote in one word."""
    return balances.split_balance(asset, free, locked, lambda base, quote: names.get(base + quote), gateway_name)
