"""What an order and the rules of a contract are shown as: numbers, words, and what has changed. Pure."""

from typing import Any

from vnpy.trader.object import OrderData

from rest_locale import _

from .decimals import number_of


def make_numbers(order: OrderData) -> None:
    """An order that was refused before its numbers were looked at is shown with numbers all the same."""
    for field in ("volume", "price"):
        try:
            setattr(order, field, number_of(getattr(order, field)))
        except ValueError:
            setattr(order, field, 0.0)


def word(value: Any) -> str:
    """An enum of an order in its own word; whatever else a caller put there as it is."""
    return str(getattr(value, "value", value))


def changes(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What differs between the rules of a contract, by name; "" for nothing."""
    return ", ".join(f"{_(name)} {before.get(name)} -> {now.get(name)}" for name in before | now if before.get(name) != now.get(name))
