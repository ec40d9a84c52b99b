"""Spot balances as vn.py sees them, split as the official Binance gateway splits them. Pure."""

from collections.abc import Callable
from decimal import Decimal

from vnpy.trader.constant import Direction
from vnpy.trader.object import AccountData, ContractData, PositionData

# Assets kept as cash (AccountData)
ACCOUNT_ASSETS: frozenset[str] = frozenset({
    "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USDP", "DAI", "USDE", "USD1", "BFUSD", "BNB",
})
# Any other asset is a net position of its pair with one of these, the first that is traded
POSITION_QUOTES: tuple[str, ...] = ("USDT", "USDC")


def split_balance(
    asset: str, free: float, locked: float, pair: Callable[[str, str], ContractData | None], gateway_name: str
) -> AccountData | PositionData:
    """
    One balance: cash and assets without a pair are an account, the rest a net position. Zero is told too.

    :param pair: the contract of a base and a quote asset, None where there is none
    """
    volume: float = float(Decimal(repr(free)) + Decimal(repr(locked)))      # no float noise for the eye
    if asset not in ACCOUNT_ASSETS:
        for quote in POSITION_QUOTES:
            contract: ContractData | None = pair(asset, quote)
            if contract:
                return PositionData(
                    symbol=contract.symbol, exchange=contract.exchange, direction=Direction.NET,
                    volume=volume, frozen=locked, gateway_name=gateway_name,
                )
    return AccountData(accountid=asset, balance=volume, frozen=locked, gateway_name=gateway_name)
