"""The time of day in a simulated world, for code that nobody can hand another clock: vn.py's modules and strategies."""

import datetime as real_datetime
import sys
import time as real_time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from types import ModuleType
from typing import Any

from .world import World

VNPY: tuple[str, ...] = ("vnpy", "vnpy_ctastrategy", "vnpy_scripttrader", "vnpy_portfoliostrategy")


@contextmanager
def virtual_dates(world: World, *modules: ModuleType) -> Iterator[None]:
    """
    The world's time in vn.py's modules and in those that are given: ``datetime.now()``, and in those that are given all that ``time`` and
    ``datetime`` tell of the present, ``time.sleep`` too. What a module has imported from elsewhere stays as it is.
    """
    theirs: list[ModuleType] = [
        module for name, module in list(sys.modules.items()) if name.partition(".")[0] in VNPY and module is not None
    ]
    virtual: dict[Any, Any] = _virtual(world)
    changed: list[tuple[ModuleType, str, Any]] = [
        (module, name, value)
        for module in dict.fromkeys((*theirs, *modules)) for name, value in list(vars(module).items())
        if value is datetime or module in modules and _is_known(value, virtual)
    ]
    for module, name, value in changed:
        setattr(module, name, virtual[value])
    try:
        yield
    finally:
        for module, name, value in changed:
            setattr(module, name, value)


def _is_known(value: Any, virtual: dict[Any, Any]) -> bool:
    try:
        return value in virtual
    except TypeError:       # cannot be hashed
        return False


def _virtual(world: World) -> dict[Any, Any]:
    """What tells the present -> what tells the world's."""

    class Kind(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, cls.__mro__[1])        # the real one

    class VirtualDatetime(datetime, metaclass=Kind):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:     # type: ignore[override]
            return datetime.fromtimestamp(world.wall(), tz)

        @classmethod
        def today(cls) -> datetime:     # type: ignore[override]
            return datetime.fromtimestamp(world.wall())

        @classmethod
        def utcnow(cls) -> datetime:     # type: ignore[override]
            return datetime.fromtimestamp(world.wall(), real_datetime.timezone.utc).replace(tzinfo=None)

    class VirtualDate(date, metaclass=Kind):
        @classmethod
        def today(cls) -> date:     # type: ignore[override]
            return datetime.fromtimestamp(world.wall()).date()

    def wall_ns() -> int:
        return int(world.wall() * 1e9)

    def monotonic_ns() -> int:
        return int(world.loop.now * 1e9)

    def local(seconds: float | None = None) -> real_time.struct_time:
        return real_time.localtime(world.wall() if seconds is None else seconds)

    def utc(seconds: float | None = None) -> real_time.struct_time:
        return real_time.gmtime(world.wall() if seconds is None else seconds)

    def text(form: str, moment: Any = None) -> str:
        return real_time.strftime(form, local() if moment is None else moment)

    def monotonic() -> float:
        return world.loop.now

    found: dict[str, Callable[..., Any]] = {
        "time": world.wall, "time_ns": wall_ns, "monotonic": monotonic, "monotonic_ns": monotonic_ns, "perf_counter": monotonic,
        "perf_counter_ns": monotonic_ns, "sleep": world.sleep, "localtime": local, "gmtime": utc, "strftime": text,
    }
    return {
        datetime: VirtualDatetime, date: VirtualDate,
        real_datetime: _like(real_datetime, {"datetime": VirtualDatetime, "date": VirtualDate}), real_time: _like(real_time, found),
        **{getattr(real_time, name): function for name, function in found.items()},
    }


def _like(module: ModuleType, changed: dict[str, Any]) -> ModuleType:
    """A module in which some names mean others."""
    found: ModuleType = ModuleType(module.__name__, module.__doc__)
    vars(found).update({**vars(module), **changed})
    return found
