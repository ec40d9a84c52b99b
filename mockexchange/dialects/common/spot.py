"""What the spot dialects list and hold."""

from ...contents import Contents
from ...core.instruments import Instrument, make_instrument
from ...core.numbers import SCALE


def default_instruments() -> list[Instrument]:
    """Four pairs, with the ticks and steps that Binance had for them."""
    return [
        make_instrument("BTCUSDT", "BTC", "USDT", "0.01", "0.00001", "40000"),
        make_instrument("ETHUSDT", "ETH", "USDT", "0.01", "0.0001", "2500"),
        make_instrument("BNBUSDT", "BNB", "USDT", "0.01", "0.001", "300"),
        make_instrument("ETHBTC", "ETH", "BTC", "0.00001", "0.0001", "0.0625", "0.0001"),
    ]


def spot_contents() -> Contents:
    """One account with 100000 USDT and one BTC."""
    return Contents(default_instruments(), [("mock-key", "mock-secret", {"USDT": 100_000 * SCALE, "BTC": SCALE})])
