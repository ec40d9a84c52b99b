"""
What a number or a name from a venue must be like to be believed. The one place that decides it.

A price, a volume, a balance is finite, not negative and at most MOST; so NaN, Infinity, 1e400, "-1" and a hundred
thousand digits are no numbers. What holds one is not understood as a whole: it is said, and costs itself.
"""

import reprlib
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import msgspec

MOST: float = 1e18
DIGITS: int = 18                    # decimals at most of a tick or step
LONGEST_LABEL: int = 64              # characters of an asset's or a symbol's name
MOST_MILLISECONDS: int = 10 ** 16   # of a time; microseconds are times too (in the year 2286)

# for typed decoding: the check is made where the number is read, in C
Amount = Annotated[float, msgspec.Meta(ge=0.0, le=MOST)]

_amount_of: Callable[[str], float] = msgspec.json.Decoder(Amount, strict=False).decode

_SHORT: reprlib.Repr = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60
_SHORT.maxlevel = 3


def amount(value: Any) -> float:
    """
    A price or a volume, from a number or its text.

    :raises ValueError: it is none, or not plausible
    """
    if type(value) is str and "\\" not in value:        # JSON's escapes are no numbers
        try:
            return _amount_of(f'"{value}"')             # in C, in a third of the time
        except (msgspec.MsgspecError, ValueError):
            pass
    return plain_amount(value)


def plain_amount(value: Any) -> float:
    """``amount``, for what is not written as JSON writes numbers; and what it must agree with."""
    if type(value) is not str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"no plausible number: {short(value)}")
    elif is_odd(value):
        raise ValueError(f"no plausible number: {short(value)}")
    try:
        found: float = float(value)
    except OverflowError:
        found = MOST * 2                # an int beyond all floats
    if not 0.0 <= found <= MOST:
        raise ValueError(f"no plausible number: {short(value)}")
    return found


def is_odd(text: str) -> bool:
    """Whether a number is written as only Python would read it: 1_000, spaces around it, digits of other scripts."""
    return "_" in text or not text.isascii() or text != text.strip()


def positive(value: Any) -> float:
    """
    The price or the volume of something that happened.

    :raises ValueError: it is none, not plausible, or 0
    """
    found: float = amount(value)
    if not found:
        raise ValueError(f"no plausible number: {short(value)}")
    return found


def step(value: Any) -> Decimal:
    """
    A tick size or lot size as exact number; 0 means "no such rule".

    :raises ValueError: it is none, or not plausible
    """
    if isinstance(value, bool) or isinstance(value, str) and is_odd(value):
        raise ValueError(f"no plausible step: {short(value)}")
    found: Decimal = Decimal(value)
    if not found.is_finite() or not 0 <= found <= MOST or found and found.adjusted() < -DIGITS:
        raise ValueError(f"no plausible step: {short(value)}")
    return found.normalize()


def digits(value: Any) -> int:
    """
    How many decimals something has.

    :raises ValueError: it is no such number
    """
    found: int = whole(value)
    if not 0 <= found <= DIGITS:
        raise ValueError(f"no plausible number of decimals: {short(value)}")
    return found


def milliseconds(value: Any) -> int:
    """
    A time since 1970.

    :raises ValueError: it is none, or of another age
    """
    found: int = whole(value)
    if not 0 <= found <= MOST_MILLISECONDS:
        raise ValueError(f"no plausible time: {short(value)}")
    return found


def label(value: Any) -> str:
    """
    The name of an asset or a symbol. Any script will do.

    :raises ValueError: it is of another type, empty, longer than 64 characters, or not printable
    """
    if type(value) is not str or not 0 < len(value) <= LONGEST_LABEL or not value.isprintable() or value != value.strip():
        raise ValueError(f"no name: {short(value)}")
    return value


def whole(value: Any) -> int:
    """
    A whole number, from a number or its text.

    :raises ValueError: it is none
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str) or isinstance(value, float) and not value.is_integer():
        raise ValueError(f"no whole number: {short(value)}")
    if isinstance(value, str) and is_odd(value):
        raise ValueError(f"no whole number: {short(value)}")
    return int(value)


def short(value: Any) -> str:
    """Any value, however large or deep, as text for a log line."""
    try:
        return _SHORT.repr(value)
    except (ValueError, RecursionError):        # an int of more digits than may be printed
        return f"<{type(value).__name__}>"
