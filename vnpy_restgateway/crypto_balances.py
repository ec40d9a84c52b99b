"""Spot balances as vn.py sees them, split as the official Binance gateway splits them."""

from collections.abc import Callable
from decimal import Decimal

from vnpy.trader.constant import Direction
from vnpy.trader.object import AccountData, ContractData, PositionData

from .host import Host

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


class CryptoBalances:
    """
    What was shown of the balances: a zero is told only of what was shown before.

    :param pair: see ``split_balance``
    """

    def __init__(self, host: Host, pair: Callable[[str, str], ContractData | None]) -> None:
        self.host: Host = host
        self.pair: Callable[[str, str], ContractData | None] = pair
        self.nonzero: set[str] = set()

    def show(self, asset: str, free: float, locked: float) -> None:
        """Push one balance, as an account or a position."""
        volume: float = free + locked
        if not volume and asset not in self.nonzero:
            return
        (self.nonzero.add if volume else self.nonzero.discard)(asset)
        item = split_balance(asset, free, locked, self.pair, self.host.gateway_name)
        if isinstance(item, AccountData):
            self.host.on_account(item)
        else:
            self.host.on_position(item)
