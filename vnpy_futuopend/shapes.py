"""
JSON objects read by the TypedDict that describes them. No IO.

A field whose type allows None may be null or missing and is None in the result; any other must be there. Unknown fields are
kept. ``int`` takes 100.0 too; ``float`` becomes a float; ``U64`` takes an integer or its digits, never a float, which would have
lost the last digits.
"""

import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar, cast

from .envelope import json_type

T = TypeVar("T")

U64 = Annotated[int, "u64"]
MAX_U64: int = 2**64 - 1

Reader = Callable[[Any], Any]


class WrongShape(ValueError):
    """``place`` is the path of the value, as ``.order_list[0].price``."""

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(problem, place)
        self.problem: str = problem
        self.place: str = place

    def __str__(self) -> str:
        return f"{self.place.removeprefix('.')}: {self.problem}" if self.place else self.problem

    def inside(self, place: str) -> "WrongShape":
        return WrongShape(self.problem, place + self.place)


def read(kind: type[T], value: Any) -> T:
    """``value`` as a ``kind``, which is a TypedDict or ``dict[str, Any]``. Raises WrongShape."""
    return cast(T, reader(cast(Any, kind))(value))


@cache
def reader(kind: Any) -> Reader:
    if kind in SIMPLE:
        return SIMPLE[kind]
    if typing.is_typeddict(kind):
        return _object_reader(kind)
    origin: Any = typing.get_origin(kind)
    if origin is list:
        return _list_reader(reader(typing.get_args(kind)[0]))
    if origin is dict:
        return _any_object
    raise TypeError(f"no reader of {kind!r}")


def _object_reader(kind: Any) -> Reader:
    fields: list[tuple[str, bool, Reader]] = []
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        nullable: bool = typing.get_origin(hint) in (typing.Union, types.UnionType)
        if nullable:
            hint, = [part for part in typing.get_args(hint) if part is not types.NoneType]
        fields.append((name, nullable, reader(hint)))

    def read_object(value: Any) -> Any:
        found: dict[str, Any] = dict(_any_object(value))
        for name, nullable, part in fields:
            item: Any = found.get(name)
            if item is not None:
                try:
                    found[name] = part(item)
                except WrongShape as error:
                    raise error.inside(f".{name}") from None
            elif nullable:
                found[name] = None
            else:
                raise WrongShape("is null" if name in found else "is missing", f".{name}")
        return found

    return read_object


def _list_reader(part: Reader) -> Reader:
    def read_list(value: Any) -> Any:
        if not isinstance(value, list):
            raise WrongShape(f"expected a list, got {json_type(value)}")
        found: list[Any] = []
        for number, item in enumerate(value):
            try:
                found.append(part(item))
            except WrongShape as error:
                raise error.inside(f"[{number}]") from None
        return found

    return read_list


def _any_object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise WrongShape(f"expected an object, got {json_type(value)}")
    return value


def _int(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    found: str = str(value) if isinstance(value, float) else json_type(value)
    raise WrongShape(f"expected an integer, got {found}")


def _float(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise WrongShape("the number is too large") from None
    raise WrongShape(f"expected a number, got {json_type(value)}")


def _u64(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongShape(f"expected an integer, got {'a fraction' if isinstance(value, float) else json_type(value)}")
    if not 0 <= value <= MAX_U64:
        raise WrongShape("the id is outside 0 to 2^64-1")
    return value


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongShape(f"expected a string, got {json_type(value)}")
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongShape(f"expected a boolean, got {json_type(value)}")
    return value


SIMPLE: dict[Any, Reader] = {int: _int, float: _float, str: _str, bool: _bool, U64: _u64}
