"""
Bodies of requests (spec 1.5): JSON objects with the protobuf's names in snake_case, flat.

A body is read by a ``Form``: which fields there are, of which kind, which of them must be there. ApiError 400 says what is wrong.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from .errors import bad_request
from .options import FutuOptions

Body = dict[str, Any]
Reader = Callable[[Any, str, FutuOptions], Any]

INT64: int = 1 << 63
UINT64: int = 1 << 64


def whole(value: Any, name: str, options: FutuOptions) -> int:
    """An integer, up to 2^64 - 1."""
    if type(value) is not int or not -INT64 <= value < UINT64:
        raise bad_request(f"{name}: not an integer")
    return value


def number(value: Any, name: str, options: FutuOptions) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        raise bad_request(f"{name}: not a number")
    return float(value)


def flag(value: Any, name: str, options: FutuOptions) -> bool:
    if not isinstance(value, bool):
        raise bad_request(f"{name}: not a boolean")
    return value


def text(value: Any, name: str, options: FutuOptions) -> str:
    if not isinstance(value, str):
        raise bad_request(f"{name}: not a string")
    return value


def anything(value: Any, name: str, options: FutuOptions) -> Any:
    """What the venue does not look at."""
    return value


def listed(one: Reader) -> Reader:
    """A list."""

    def read(value: Any, name: str, options: FutuOptions) -> list[Any]:
        if not isinstance(value, list):
            raise bad_request(f"{name}: not a list")
        return [one(each, f"{name}[{place}]", options) for place, each in enumerate(value)]

    return read


EMPTY: dict[Reader, Any] = {whole: 0, number: 0.0, flag: False, text: ""}


class Form:
    """A message: its fields, and which of them a request must have."""

    def __init__(self, required: Mapping[str, Reader], optional: Mapping[str, Reader] | None = None) -> None:
        self._required: dict[str, Reader] = dict(required)
        self._fields: dict[str, Reader] = {**required, **(optional or {})}

    def __call__(self, value: Any, name: str, options: FutuOptions) -> Body:
        """The fields that are there and not null; unknown ones are dropped or refused."""
        if not isinstance(value, dict):
            raise bad_request(f"{name or 'body'}: not an object")
        prefix: str = f"{name}." if name else ""
        found: Body = {}
        for key, each in value.items():
            reader: Reader | None = self._fields.get(key)
            if reader is None:
                if options.is_late:
                    raise bad_request(f"unknown field `{prefix}{key}`")
            elif each is not None:
                found[key] = reader(each, prefix + key, options)
        for key, reader in self._required.items():
            if key not in found:
                if options.missing_fields == "refused" or reader not in EMPTY:
                    raise bad_request(f"missing field `{prefix}{key}`")
                found[key] = EMPTY[reader]
        return found


def read_body(raw: bytes, form: Form, options: FutuOptions) -> Body:
    """The body of a POST."""
    try:
        value: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"invalid JSON body: {error}") from None
    if options.wrapped_bodies and isinstance(value, dict) and set(value) == {"c2s"}:
        value = value["c2s"]
    return form(value, "", options)


SECURITY: Form = Form({"market": whole, "code": text})
SECURITIES: Reader = listed(SECURITY)
HEADER: Form = Form({"trd_env": whole, "acc_id": whole, "trd_market": whole}, {"jp_acc_type": whole})
PACKET: Form = Form({"conn_id": whole, "serial_no": whole})
CONDITIONS: Form = Form({}, {
    "code_list": listed(text), "id_list": listed(whole), "begin_time": text, "end_time": text, "order_id_ex_list": listed(text),
    "filter_market": whole,
})
NOTHING: Form = Form({})


def some_securities(body: Body, options: FutuOptions, most: int = 400) -> list[Body]:
    """The ``security_list``: later builds refuse an empty one, and more than 100 symbols (spec 1.4)."""
    found: list[Body] = body["security_list"]
    if options.is_late and not found:
        raise bad_request("security_list: must not be empty")
    if len(found) > (100 if options.is_late else most):
        raise bad_request(f"security_list: too many symbols: {len(found)}")
    return found
