"""What amounts of an asset are worth in another, by the venue's last prices. All numbers are amounts in 1e-8."""

from ...core.exchange import Exchange
from ...core.numbers import SCALE, multiply

ROUTES: tuple[str, ...] = ("USDT", "BTC")       # what stands between two assets that are not traded against each other


def worth(exchange: Exchange, asset: str, amount: int, quote: str) -> int:
    """``amount`` of ``asset`` in ``quote``, directly or over one asset in between; 0 where the venue has no price."""
    direct: int | None = _direct(exchange, asset, amount, quote)
    if direct is not None:
        return direct
    for between in ROUTES:
        first: int | None = _direct(exchange, asset, amount, between)
        second: int | None = None if first is None else _direct(exchange, between, first, quote)
        if second is not None:
            return second
    return 0


def _direct(exchange: Exchange, asset: str, amount: int, quote: str) -> int | None:
    if asset == quote:
        return amount
    if (tape := exchange.tapes.get(asset + quote)) is not None:
        return multiply(tape.last_price, amount)
    if (tape := exchange.tapes.get(quote + asset)) is not None and tape.last_price:
        return amount * SCALE // tape.last_price
    return None
