"""Reading what a user handed in as JSON: every complaint names the field and the value."""

import math
from collections.abc import Iterable

from rest_locale import _

from .core.numbers import parse_amount

_MISSING: object = object()


class Fields:
    """
    One JSON object, read field by field.

    Every reader raises ValueError naming the field and the value; ``finish``
    refuses what nobody asked for, so that a misspelt field is not ignored.
    """

    def __init__(self, data: object, what: str) -> None:
        if not isinstance(data, dict):
            raise ValueError(_("{what}: not a JSON object: {data!r}").format(what=what, data=data))
        self._what: str = what
        self._data: dict[str, object] = dict(data)

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def take(self, name: str, default: object = _MISSING) -> object:
        """Any value, as it came."""
        value: object = self._data.pop(name, default)
        if value is _MISSING:
            raise ValueError(_("{what}: field {name!r} is missing").format(what=self._what, name=name))
        return value

    def text(self, name: str, default: object = _MISSING, choices: Iterable[str] = ()) -> str:
        """A non-empty string, one of ``choices`` where some are given."""
        value: object = self.take(name, default)
        if not isinstance(value, str) or not value:
            raise ValueError(_("{name}: not a non-empty string: {value!r}").format(name=name, value=value))
        allowed: list[str] = list(choices)
        if allowed and value not in allowed:
            raise ValueError(_("{name}: unknown value {value!r}, must be one of {names}").format(name=name, value=value, names=', '.join(allowed)))
        return value

    def integer(self, name: str, default: object = _MISSING, low: int = 0, high: int = 2**53) -> int:
        """A whole number within [low, high]."""
        value: object = self.take(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(_("{name}: not a whole number: {value!r}").format(name=name, value=value))
        if not low <= value <= high:
            raise ValueError(_("{name}: {value!r} is not within {low} .. {high}").format(name=name, value=value, low=low, high=high))
        return value

    def number(self, name: str, default: object = _MISSING, low: float = 0.0, high: float = 1e9) -> float:
        """A finite number within [low, high]."""
        value: object = self.take(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ValueError(_("{name}: not a number: {value!r}").format(name=name, value=value))
        if not low <= value <= high:
            raise ValueError(_("{name}: {value!r} is not within {low:g} .. {high:g}").format(name=name, value=value, low=low, high=high))
        return float(value)

    def flag(self, name: str, default: object = _MISSING) -> bool:
        """True or False."""
        value: object = self.take(name, default)
        if not isinstance(value, bool):
            raise ValueError(_("{name}: neither true nor false: {value!r}").format(name=name, value=value))
        return value

    def amount(self, name: str) -> int:
        """A decimal as text or number -> amount in 1e-8."""
        value: object = self.take(name)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError(_("{name}: not a decimal number: {value!r}").format(name=name, value=value))
        try:
            return parse_amount(value if isinstance(value, (str, int)) else repr(value))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None

    def finish(self) -> None:
        """Refuse the fields nobody has read."""
        for name, value in self._data.items():
            raise ValueError(_("{what}: unknown field {name!r} (value {value!r})").format(what=self._what, name=name, value=value))
