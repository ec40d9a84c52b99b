"""What packages say of their gateways: entry points of the group ``vnpy_rehearsal.profiles``, each a list of dicts."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, TypeVar

T = TypeVar("T")

GROUP: str = "vnpy_rehearsal.profiles"


def read_profiles(read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    """
    What ``read`` makes of every profile that is installed. Imports no vn.py by itself.

    :raises ValueError: an entry point cannot be loaded or read, naming it
    """
    found: list[T] = []
    for point in entry_points(group=GROUP):
        try:
            found += [read(entry) for entry in point.load()]
        except Exception as error:              # somebody else's module
            raise ValueError(f"profile {point.name!r} ({point.value}) cannot be used: {type(error).__name__}: {error}") from None
    return found
