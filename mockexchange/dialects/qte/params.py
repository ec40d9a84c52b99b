"""Typed reading of request parameters, as Flask reads them: from the query or the form, the first of a name counts."""

from urllib.parse import parse_qsl

from ...core.numbers import LARGEST, parse_amount
from .errors import BAD_PARAMETER, ApiError, missing

MAX_LONG: int = 2 ** 63 - 1
MAX_DIGITS: int = 40                    # characters of a number


def split_pairs(text: str) -> dict[str, str]:
    """``a=1&b=2`` -> {"a": "1", "b": "2"}, percent-decoded; of a name that comes twice the first counts."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        values.setdefault(name, value)
    return values


class Params:
    """The parameters of one request as text. An empty one is as good as none."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, str]) -> None:
        self.values: dict[str, str] = values

    def get(self, name: str) -> str:
        """A parameter, "" when not sent."""
        return self.values.get(name, "")

    def text(self, name: str) -> str:
        """A parameter that must be there."""
        value: str = self.values.get(name, "")
        if not value:
            raise missing(name)
        return value

    def number(self, name: str) -> int | None:
        """
        A whole number, None when not sent or when it is none: Flask's ``get(name, type=int)`` forgives (seed, 2.2.3).
        """
        value: str = self.values.get(name, "").strip()
        digits: str = value[1:] if value[:1] in ("-", "+") else value
        if not (digits.isascii() and digits.isdigit()) or len(value) > MAX_DIGITS:
            return None
        return max(-MAX_LONG, min(int(value), MAX_LONG))

    def count(self, name: str, default: int, maximum: int = MAX_LONG) -> int:
        """As ``number``; above the maximum it is the maximum, below 0 it is 0."""
        value: int | None = self.number(name)
        return default if value is None else max(0, min(value, maximum))

    def time(self, name: str) -> int | None:
        """Milliseconds -> microseconds, None when not sent or no whole number."""
        value: int | None = self.number(name)
        return None if value is None else value * 1000

    def amount(self, name: str, label: str) -> int:
        """A decimal above 0 -> 1e-8. ``label`` is what the texts call it (spec 1.3)."""
        value: str = self.values[name]
        try:
            if len(value) > MAX_DIGITS:
                raise ValueError
            amount: int = parse_amount(value)
        except ValueError:
            amount = LARGEST + 1
        if amount > LARGEST:
            raise ApiError(400, BAD_PARAMETER, f"无效的{label}格式: {value}")
        if amount <= 0:
            raise ApiError(400, BAD_PARAMETER, f"{label}必须大于0")
        return amount
