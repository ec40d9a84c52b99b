"""What the spot dialects list and hold."""

from ...contents import Contents
from ...core.instruments import default_instruments
from ...core.numbers import SCALE


def spot_contents() -> Contents:
    """One account with 100000 USDT and one BTC."""
    return Contents(default_instruments(), [("mock-key", "mock-secret", {"USDT": 100_000 * SCALE, "BTC": SCALE})])
