"""Numbers as the page shows them."""

from ...core.numbers import format_balance


def plain(amount: int) -> str:
    """An amount in 1e-8 as decimal text without zeros at its end."""
    text: str = format_balance(amount)
    return text.rstrip("0").rstrip(".")
