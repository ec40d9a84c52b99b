"""
What the remote VeighNa trades on its first day: the spot pairs of a Binance-like exchange, over a gateway that names them as the
MockBinance gateway does.
"""

from ...contents import Contents
from ..common.spot import spot_contents

GATEWAY: str = "MOCKBINANCE"            # the remote gateway that trades
OTHER_GATEWAY: str = "OTHERBINANCE"     # a second one with the same symbols (option ``gateways``)
LISTING_GATEWAY: str = "SIMULATED"      # whose contracts are listed and cannot be traded (option ``more_contracts``)
EXCHANGE: str = "GLOBAL"
LISTING_EXCHANGE: str = "LOCAL"
SUFFIX: str = "_SPOT_BINANCE"

# kept as cash, shown as accounts; any other asset is a position of its pair with one of POSITION_QUOTES, where that is listed
CASH: frozenset[str] = frozenset({
    "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USDP", "DAI", "USDE", "USD1", "BFUSD", "BNB",
})
POSITION_QUOTES: tuple[str, ...] = ("USDT", "USDC")


def contents() -> Contents:
    """See ``Dialect.contents``: one account with 100000 USDT and 1 BTC, whose key and secret are user name and password."""
    return spot_contents()


def remote_symbol(symbol: str) -> str:
    """BTCUSDT -> BTCUSDT_SPOT_BINANCE"""
    return symbol + SUFFIX


def vt_symbol(symbol: str) -> str:
    """BTCUSDT -> BTCUSDT_SPOT_BINANCE.GLOBAL"""
    return f"{symbol}{SUFFIX}.{EXCHANGE}"


def core_symbol(vt: str) -> str:
    """BTCUSDT_SPOT_BINANCE.GLOBAL -> BTCUSDT; "" for one of another form."""
    ending: str = f"{SUFFIX}.{EXCHANGE}"
    return vt.removesuffix(ending) if vt.endswith(ending) else ""
