"""Typed reading of request parameters. A bad one is code -1 with a text that names it and what was sent."""

from urllib.parse import unquote_plus

from ...core.numbers import LARGEST, parse_amount
from .errors import bad_parameter

MAX_LONG: int = 2 ** 63 - 1
MAX_DIGITS: int = 30                    # characters of a decimal


def split_pairs(text: str) -> dict[str, str]:
    """``a=1&b=2`` -> {"a": "1", "b": "2"}, percent-decoded; of a name that comes twice the first counts."""
    values: dict[str, str] = {}
    coded: bool = "%" in text or "+" in text
    for pair in text.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        if coded:
            name = unquote_plus(name)
            value = unquote_plus(value)
        if name not in values:
            values[name] = value
    return values


class Params:
    """The parameters of one request as text, read by type. An empty one is as good as none."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, str]) -> None:
        self.values: dict[str, str] = values

    def text(self, name: str) -> str:
        """A parameter that must be there."""
        value: str | None = self.values.get(name)
        if not value:
            raise bad_parameter(name, value)
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str = "") -> str:
        """One of the allowed words; without a default it must be there."""
        value: str = self.values.get(name) or default
        if value not in allowed:
            raise bad_parameter(name, value)
        return value

    def amount(self, name: str) -> int:
        """A decimal above 0 in plain digits -> 1e-8."""
        value: str = self.text(name)
        try:
            if len(value) > MAX_DIGITS:
                raise ValueError
            amount: int = parse_amount(value)
        except ValueError:
            raise bad_parameter(name, value) from None
        if not 0 < amount <= LARGEST:
            raise bad_parameter(name, value)
        return amount

    def long(self, name: str) -> int | None:
        """A whole number from 0 on, None when not sent."""
        value: str | None = self.values.get(name)
        if not value:
            return None
        if not (value.isascii() and value.isdigit()) or len(value) > 19 or int(value) > MAX_LONG:
            raise bad_parameter(name, value)
        return int(value)

    def count(self, name: str, default: int, maximum: int) -> int:
        """A whole number from 1 on; above the maximum it is the maximum."""
        value: int | None = self.long(name)
        if value is None:
            return default
        if not value:
            raise bad_parameter(name, self.values[name])
        return min(value, maximum)

    def order_id(self, name: str = "orderId") -> int:
        """An order id that must be there."""
        value: int | None = self.long(name)
        if value is None:
            raise bad_parameter(name, None)
        return value

    def span(self) -> tuple[int | None, int | None]:
        """``startTime`` and ``endTime`` in ms, both inclusive -> microseconds."""
        start: int | None = self.long("startTime")
        end: int | None = self.long("endTime")
        return None if start is None else start * 1000, None if end is None else end * 1000 + 999

    def is_spot(self) -> bool:
        """Whether ``balanceType`` is 1, the default (seed); 2 is margin, which holds nothing here."""
        return self.choice("balanceType", ("1", "2"), "1") == "1"
