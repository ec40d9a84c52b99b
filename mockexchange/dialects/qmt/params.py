"""Reading of bodies as Flask does it, and of the values in them. A value of a wrong type raises what Python raises there."""

import json
from decimal import Decimal
from typing import Any

from ...core.numbers import SCALE
from .errors import PlainError, bad_index

MOST: float = 1e9                       # CNY; a price above it is no price
NOT_JSON: str = (
    "415 Unsupported Media Type: Did not attempt to load JSON data because the request Content-Type was not 'application/json'."
)
MALFORMED: str = "400 Bad Request: The browser (or proxy) sent a request that this server could not understand."


class Body:
    """A request's body. ``is_json``: its content type is JSON's."""

    def __init__(self, raw: bytes, content_type: str) -> None:
        self._raw: bytes = raw
        self.is_json: bool = content_type == "application/json" or (
            content_type.startswith("application/") and content_type.endswith("+json")
        )
        self._data: Any = None
        self._is_read: bool = False

    def read(self) -> Any:
        """The parsed body. ValueError with Flask's words for another content type, and for text that is no JSON."""
        if not self.is_json:
            raise ValueError(NOT_JSON)
        if not self._is_read:
            try:
                self._data = json.loads(self._raw)
            except (ValueError, RecursionError):
                raise ValueError(MALFORMED) from None
            self._is_read = True
        return self._data

    def to_sign(self) -> Any:
        """As ``read`` where the signature is checked: no JSON there is an error page."""
        if not self.is_json:
            return None
        try:
            return self.read()
        except ValueError:
            raise PlainError(500) from None


def one_index(data: Any, count: int) -> int:
    """The account that a request must name; ApiError 400 for none and for one that there is not, TypeError for no number."""
    value: Any = data.get("trader_index")
    if value is None or not 0 <= value < count:
        raise bad_index(value)
    return whole(value)


def wanted_indices(data: Any, count: int) -> list[int]:
    """The account that a request names, else all of them."""
    return list(range(count)) if data.get("trader_index") is None else [one_index(data, count)]


def whole(value: Any) -> int:
    """An integer; TypeError as a list raises it for another index."""
    if not isinstance(value, int):
        raise TypeError(f"list indices must be integers or slices, not {type(value).__name__}")
    return int(value)


def to_amount(price: float) -> int:
    """A price in CNY -> 1e-8. ValueError for one that is no number, or above 1e9."""
    if not -MOST <= price <= MOST:
        raise ValueError(f"no price: {price!r}")
    return int((Decimal(repr(price)) * SCALE).to_integral_value())
