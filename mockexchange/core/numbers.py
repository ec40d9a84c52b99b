"""Exact money: every price, quantity and amount in the core is an ``int`` counted in 1e-8."""

from functools import lru_cache

DIGITS: int = 8
SCALE: int = 10 ** DIGITS
LARGEST: int = 10 ** 18 * SCALE         # price or quantity of an order or a recorded trade; what they come to is larger
BEYOND: int = 1 << 127                  # more than any price or quantity that a book has


def parse_amount(text: str | int) -> int:
    """
    Turn decimal text ("0.00100000", "12", 12) into an amount in 1e-8.

    Raises ValueError when the text is no plain decimal number, or has more than
    eight digits behind the point that are not zero. Exponents and signs other
    than a leading minus are refused, as Binance does (errors.md, -1100).
    """
    raw: str = str(text)
    body: str = raw[1:] if raw[:1] == "-" else raw
    whole, point, fraction = body.partition(".")
    if not (whole or fraction) or not (whole + fraction).isascii() or not (whole + fraction).isdigit():
        raise ValueError(f"not a decimal number: {raw!r}")
    if len(fraction) > DIGITS:
        if fraction[DIGITS:].strip("0"):
            raise ValueError(f"more than {DIGITS} digits behind the point: {raw!r}")
        fraction = fraction[:DIGITS]
    value: int = int(whole or "0") * SCALE + int(fraction.ljust(DIGITS, "0") or "0")
    return -value if raw[:1] == "-" else value


def format_balance(value: int) -> str:
    """As ``format_amount``, for what is another amount every time."""
    if value < 0:
        return "-" + format_balance(-value)
    return f"{value // SCALE}.{value % SCALE:08d}"


@lru_cache(maxsize=1 << 12)          # of one order alone, most amounts are told three times
def format_amount(value: int) -> str:
    """Amount in 1e-8 -> "1.00000000", eight digits as Binance writes them."""
    return format_balance(value)


def format_short(value: int) -> str:
    """Amount in 1e-8 -> "0.01", exact and without zeros at its end, for messages."""
    return format_balance(value).rstrip("0").removesuffix(".")


def multiply(price: int, quantity: int) -> int:
    """Price times quantity, rounded down to 1e-8."""
    return price * quantity // SCALE
