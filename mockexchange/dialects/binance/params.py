"""
Typed reading of request parameters, the same for REST (query and form) and the WebSocket API (JSON).

Every reader names the parameter in its error, in the words of errors.md (11xx).
"""

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from itertools import repeat
from urllib.parse import unquote_plus

import msgspec

from ...core.instruments import Instrument
from ...core.numbers import DIGITS, SCALE
from .errors import ApiError, illegal_characters, invalid_data, missing
from .signature import read_timestamp

MAX_LONG: int = 2 ** 63 - 1
SYMBOL_RANGE: str = r"^[\w\-._&&[^a-z]]{1,50}$"
SYMBOLS_RANGE: str = r'^\[("[\w\-._&&[^a-z]]{1,50}"(,"[\w\-._&&[^a-z]]{1,50}"){0,}){0,1}\]$'
DECIMAL_RANGE: str = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
LONG_RANGE: str = r"^[0-9]{1,20}$"
CLIENT_ID_RANGE: str = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"
BOOLEAN_RANGE: str = r"^(true|false)$"
MICROSECONDS_PER_MINUTE: int = 60_000_000
_EQUALS: Iterator[str] = repeat("=")
_ONCE: Iterator[int] = repeat(1)
_TENS: tuple[int, ...] = tuple(10 ** power for power in range(DIGITS + 1))

_SYMBOL: re.Pattern[str] = re.compile(r"(?:(?![a-z])[\w\-.]){1,50}")
_DECIMAL: re.Pattern[str] = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,20}))?", re.ASCII)
_LONG: re.Pattern[str] = re.compile(r"[0-9]{1,20}", re.ASCII)
_CLIENT_ID: re.Pattern[str] = re.compile(r"[\.A-Z\:/a-z0-9_-]{1,36}")
_TIME_ZONE: re.Pattern[str] = re.compile(r"([+-]?)([0-9]{1,2})(?::([0-9]{2}))?", re.ASCII)


def split_pairs(text: str) -> dict[str, str]:
    """
    ``a=1&b=2`` -> {"a": "1", "b": "2"}, percent-decoded.

    Raises -1101 for a name that comes twice and -1105 for an empty value.
    """
    coded: bool = "%" in text or "+" in text
    if not coded:
        pairs: list[str] = text.split("&")
        try:
            values: dict[str, str] = dict(map(str.split, pairs, _EQUALS, _ONCE))
        except ValueError:
            pass                                    # no "=": looked at below
        else:
            if len(values) == len(pairs) and "" not in values.values():
                return values
    values = {}
    for pair in text.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        if coded:
            name = unquote_plus(name)
            value = unquote_plus(value)
        if name in values:
            raise ApiError(-1101, "Duplicate values for a parameter detected.")
        if not value:
            raise ApiError(-1105, f"Parameter '{name}' was empty.")
        values[name] = value
    return values


def merge(query: str, body: str) -> dict[str, str]:
    """Parameters of query string and body; the query string wins (rest-api.md, "General Information on Endpoints")."""
    values: dict[str, str] = split_pairs(query) if query else {}
    if body:
        values = {**split_pairs(body), **values}
    return values


@lru_cache(maxsize=1 << 12)          # prices and quantities come again and again
def decimal(name: str, text: str, most: int = MAX_LONG) -> int:
    """Decimal text -> amount in 1e-8. Raises -1100, -1108 (above ``most``), -1111."""
    start, point, digits = text.partition(".")
    if len(start) <= 10 and len(digits) <= DIGITS and text.isascii() and start.isdigit():
        if not point:
            return int(start) * SCALE
        if digits.isdigit():
            return int(start) * SCALE + int(digits) * _TENS[DIGITS - len(digits)]
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise illegal_characters(name, DECIMAL_RANGE)
    whole, fraction = match.groups()
    value: int = int(whole) * SCALE
    if fraction is not None:
        if len(fraction) > DIGITS:
            fraction = fraction.rstrip("0")
            if len(fraction) > DIGITS:
                raise ApiError(-1111, f"Parameter '{name}' has too much precision.")
        value += int(fraction.ljust(DIGITS, "0"))
    if value > most:
        raise ApiError(-1108, f"Parameter '{name}' overflowed.")
    return value


def long(name: str, text: str) -> int:
    """Digits -> int. Raises -1100, -1108."""
    if not _LONG.fullmatch(text):
        raise illegal_characters(name, LONG_RANGE)
    value: int = int(text)
    if value > MAX_LONG:
        raise ApiError(-1108, f"Parameter '{name}' overflowed.")
    return value


def largest(instrument: Instrument) -> int:
    """What an amount of an order may be before it overflows: 64 bits, as at Binance, or what the symbol's filters take where that is more."""
    return max(MAX_LONG, instrument.max_price, instrument.max_quantity, instrument.max_notional)


class Params:
    """The parameters of one request as text, read by type."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, str]) -> None:
        self.values: dict[str, str] = values

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def check_known(self, known: frozenset[str], count: int) -> None:
        """Raises -1101 for more parameters than the endpoint has, -1104 for one it does not have."""
        values = self.values
        if values.keys() <= known:
            return
        read: int = len(values.keys() & known)
        if len(values) > count:
            raise ApiError(-1101, f"Too many parameters; expected '{count}' and received '{len(values)}'.")
        raise ApiError(
            -1104,
            f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{len(values)}'.",
        )

    def text(self, name: str) -> str:
        """A mandatory parameter as it is, else -1102."""
        value: str | None = self.values.get(name)
        if value is None:
            raise missing(name)
        return value

    def symbol(self, name: str = "symbol") -> str:
        """A mandatory symbol by its looks; whether it is listed is another question."""
        value: str | None = self.values.get(name)
        if value is None:
            raise missing(name)
        if not _SYMBOL.fullmatch(value):
            raise illegal_characters(name, SYMBOL_RANGE)
        return value

    def symbols(self, name: str = "symbols") -> list[str] | None:
        """A JSON list of symbols, None when not sent. Raises -1100, -1135, -1151."""
        value: str | None = self.values.get(name)
        if value is None:
            return None
        try:
            found: list[str] = msgspec.json.decode(value.encode(), type=list[str])
        except msgspec.ValidationError:
            raise illegal_characters(name, SYMBOLS_RANGE) from None
        except (msgspec.DecodeError, UnicodeEncodeError):
            raise ApiError(-1135, f"JSON sent for parameter '{name}' is not valid") from None
        if not found or not all(_SYMBOL.fullmatch(symbol) for symbol in found):
            raise illegal_characters(name, SYMBOLS_RANGE)
        if len(set(found)) != len(found):
            raise ApiError(-1151, "Symbol is present multiple times in the list.")
        return found

    def decimal(self, name: str, most: int = MAX_LONG) -> int:
        """An amount in 1e-8, 0 when not sent. -1108 above ``most``."""
        value: str | None = self.values.get(name)
        return 0 if value is None else decimal(name, value, most)

    def long(self, name: str) -> int | None:
        """A whole number, None when not sent."""
        value: str | None = self.values.get(name)
        return None if value is None else long(name, value)

    def time(self, name: str) -> int | None:
        """Milliseconds or microseconds as sent -> microseconds, None when not sent."""
        value: str | None = self.values.get(name)
        return None if value is None else read_timestamp(value, name)

    def end_time(self, name: str = "endTime") -> int | None:
        """As ``time``, but a time in milliseconds means all of its millisecond: the exchange counts microseconds."""
        end: int | None = self.time(name)
        return end + 999 if end is not None and not end % 1000 else end

    def limit(self, default: int, maximum: int) -> int:
        """``limit``: above the maximum it is the maximum, below 1 it is -1130."""
        value: str | None = self.values.get("limit")
        if value is None:
            return default
        count: int = long("limit", value)
        if count < 1:
            raise invalid_data("limit")
        return min(count, maximum)

    def choice(self, name: str, allowed: Container[str], default: str) -> str:
        """One of the allowed words, else -1130."""
        value: str | None = self.values.get(name)
        if value is None:
            return default
        if value not in allowed:
            raise invalid_data(name)
        return value

    def boolean(self, name: str, default: bool) -> bool:
        value: str | None = self.values.get(name)
        if value is None:
            return default
        lowered: str = value.lower()
        if lowered not in ("true", "false"):
            raise illegal_characters(name, BOOLEAN_RANGE)
        return lowered == "true"

    def client_id(self, name: str) -> str:
        """A client order id, "" when not sent. Raises -1100."""
        value: str | None = self.values.get(name)
        if value is None:
            return ""
        if not _CLIENT_ID.fullmatch(value):
            raise illegal_characters(name, CLIENT_ID_RANGE)
        return value

    def time_zone(self) -> int:
        """``timeZone`` ("0", "8", "-1:00", "05:45"; -12:00 to +14:00) -> offset from UTC in microseconds."""
        value: str | None = self.values.get("timeZone")
        if value is None:
            return 0
        match = _TIME_ZONE.fullmatch(value.strip())
        if match is None:
            raise invalid_data("timeZone")
        sign, hours, minutes = match.groups()
        total: int = int(hours) * 60 + int(minutes or "0")
        if int(minutes or "0") > 59:
            raise invalid_data("timeZone")
        if sign == "-":
            total = -total
        if not -720 <= total <= 840:
            raise invalid_data("timeZone")
        return total * MICROSECONDS_PER_MINUTE
