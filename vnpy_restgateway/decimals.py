"""
Exact numbers for the wire: multiples of a step as plain text, never an exponent.

vn.py hands out floats. A float within a billionth of a step of a multiple means that multiple
(0.1 + 0.2 at a step of 0.1 is 0.3, whichever way it is rounded); everything else is rounded as asked.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from math import isfinite, nan
from numbers import Real
from typing import Any

from msgspec.json import encode

Number = float | int | Decimal

# Wide enough for any float beside any step of a venue: divisions below lose nothing that counts.
_CONTEXT: Context = Context(prec=60)
_EXACT: float = 2.0 ** 40           # multiples up to that many are told apart by floats with room to spare
_EXACT_DIGITS: float = 1e15         # as many units of the last digit and no more: the digits of repr() are the multiple's
_SNAP: float = 1e-9
_NOISE: float = 1e-15               # of arithmetic on floats, relative to the value


def number_of(value: Any) -> float:
    """
    A number of any type (int, Decimal, numpy's) as a float.

    :raises ValueError: it is NaN or infinite, or no number: a bool, text, None
    """
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise ValueError(f"no number: {type(value).__name__}")
    try:
        found: float = float(value)
    except (ArithmeticError, TypeError) as error:
        raise ValueError(f"no number: {error}") from None
    if not isfinite(found):
        raise ValueError(f"number is not finite: {found!r}")
    return found


def exact(value: Number) -> Decimal:
    """
    What a number says when printed: ``Decimal(repr(value))``.

    :raises ValueError: it is NaN or infinite
    """
    if not isfinite(value):
        raise ValueError(f"number is not finite: {value!r}")
    if isinstance(value, Decimal | int):
        return Decimal(value)
    return Decimal(repr(float(value)))      # NumPy's floats too, whatever their repr looks like


def plain(value: Number) -> str:
    """A number as text without exponent and without surplus zeros."""
    text: str = format(exact(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class Step:
    """
    Rounding to multiples of one step (tick size, lot size). A step of 0 means "any": the number is
    written as it is.

    :raises ValueError: the step is negative or not finite
    """

    __slots__ = ("step", "_digits", "_scale", "_format", "_last")

    def __init__(self, step: Number) -> None:
        self.step: Decimal = exact(step)
        if self.step < 0:
            raise ValueError(f"step is {step!r}, must not be negative")
        digits: int = -int(self.step.normalize(_CONTEXT).as_tuple().exponent) if self.step else 0
        # The quick way is for steps that are powers of ten from 1 to 1e-15.
        quick: bool = 0 <= digits <= 15 and self.step == Decimal(1).scaleb(-digits)
        self._digits: int = digits
        self._scale: float = float(10 ** digits) if quick else 0.0
        self._format: str = f"%.{max(digits, 0)}f"
        self._last: float = nan     # what ``floor`` found to be a multiple as it is: what it checks is what is sent next

    def down(self, value: Number) -> str:
        """Towards minus infinity: volumes, and prices of buys."""
        if value == self._last and type(value) is float:
            text: str = encode(value).decode()          # the digits of repr(), in half its time
            if text.endswith(".0"):
                return text[:-2]
            if "e" not in text:
                return text
        return self._on_step(value) or self._round(value, ROUND_FLOOR)

    def up(self, value: Number) -> str:
        """Towards plus infinity: prices of sells."""
        return self._on_step(value) or self._round(value, ROUND_CEILING)

    def floor(self, value: float) -> float:
        """As ``down``, as a float."""
        if type(value) is float and 0.0 < (scaled := value * self._scale) < _EXACT_DIGITS and int(scaled + 0.5) / self._scale == value:
            self._last = value
            return value
        count: int | None = self._count(value)
        return float(self._round(value, ROUND_FLOOR)) if count is None else count / self._scale

    def _count(self, value: Number) -> int | None:
        """Which multiple a float is, as nearly all are one; None if that is not to be had the quick way."""
        scale: float = self._scale
        if not scale or type(value) is not float:
            return None
        scaled: float = value * scale
        if not -_EXACT < scaled < _EXACT:
            return None
        count: int = round(scaled)
        return count if abs(scaled - count) <= _SNAP + abs(scaled) * _NOISE else None

    def _on_step(self, value: Number) -> str:
        """The quick way for a float that is a multiple already; "" if it does not apply."""
        count: int | None = self._count(value)
        if count is None:
            return ""
        if not self._digits:
            return str(count)
        if not count:
            return "0"
        return (self._format % value).rstrip("0").rstrip(".")

    def _round(self, value: Number, rounding: str) -> str:
        number: Decimal = exact(value)
        if not self.step:
            return plain(number)
        count: Decimal = _CONTEXT.divide(number, self.step)
        nearest: Decimal = count.to_integral_value(ROUND_HALF_EVEN, _CONTEXT)
        noise: Decimal = Decimal(_SNAP + float(abs(count)) * _NOISE) if isinstance(value, float) else Decimal(0)
        if abs(count - nearest) > noise:
            nearest = count.to_integral_value(rounding, _CONTEXT)
        return plain(_CONTEXT.multiply(nearest, self.step))


@lru_cache(maxsize=4096)
def step_of(step: Number) -> Step:
    """The Step of a step, made once."""
    return Step(step)


def round_down(value: Number, step: Number) -> str:
    """``value`` as a multiple of ``step``, towards minus infinity."""
    return step_of(step).down(value)


def round_up(value: Number, step: Number) -> str:
    """``value`` as a multiple of ``step``, towards plus infinity."""
    return step_of(step).up(value)
