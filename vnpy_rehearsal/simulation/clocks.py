"""
The clock of a world for code that nobody can hand another one: vn.py's engines and strategies ask ``datetime.now()`` and ``time.time()``,
sleep, and start threads.
"""

import datetime as datetime_module
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from types import ModuleType
from typing import Any

VNPY: tuple[str, ...] = ("vnpy", "vnpy_ctastrategy", "vnpy_scripttrader", "vnpy_portfoliostrategy")


class WorldClock:
    """What takes the place of ``datetime``, ``time`` and ``threading``. ``place``: the world, or the process of one that runs now."""

    def __init__(self, place: Any) -> None:
        self.place: Any = place
        clock: WorldClock = self

        class Kind(type):
            def __instancecheck__(cls, value: Any) -> bool:
                return isinstance(value, datetime)

        class VirtualDatetime(datetime, metaclass=Kind):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:     # type: ignore[override]
                return datetime.fromtimestamp(clock.wall(), tz)

            @classmethod
            def today(cls) -> datetime:     # type: ignore[override]
                return datetime.fromtimestamp(clock.wall())

            @classmethod
            def utcnow(cls) -> datetime:    # type: ignore[override]
                return datetime.fromtimestamp(clock.wall(), datetime_module.timezone.utc).replace(tzinfo=None)

        class DateKind(type):
            def __instancecheck__(cls, value: Any) -> bool:
                return isinstance(value, date)

        class VirtualDate(date, metaclass=DateKind):
            @classmethod
            def today(cls) -> date:         # type: ignore[override]
                return datetime.fromtimestamp(clock.wall()).date()

        self.datetime: Any = VirtualDatetime
        # what is there -> what takes its place
        self.functions: dict[Any, Any] = {
            time.time: self.wall, time.time_ns: self.wall_ns, time.monotonic: self.monotonic, time.monotonic_ns: self.monotonic_ns,
            time.perf_counter: self.monotonic, time.perf_counter_ns: self.monotonic_ns, time.sleep: self.sleep, datetime: VirtualDatetime, date: VirtualDate,
        }
        self.threads: dict[Any, Any] = {
            getattr(threading, name): self._made_here(name) for name in ("Thread", "Lock", "RLock", "Event", "Condition")
        }
        self.modules: dict[Any, Any] = {
            module: self._twin(module, {**self.functions, **self.threads}) for module in (time, datetime_module, threading)
        }

    def wall(self) -> float:
        """Seconds since 1970 UTC."""
        return float(self.place.seams.wall())

    def wall_ns(self) -> int:
        return int(self.wall() * 1e9)

    def monotonic(self) -> float:
        """Seconds."""
        return float(self.place.seams.monotonic())

    def monotonic_ns(self) -> int:
        return int(self.monotonic() * 1e9)

    def sleep(self, seconds: float) -> None:
        """As ``time.sleep``, for whoever is a thread of the place."""
        self.place.sleep(seconds)

    def _made_here(self, name: str) -> Any:
        return lambda *args, **kwargs: getattr(self.place.seams.threads, name)(*args, **kwargs)

    def _twin(self, module: ModuleType, others: dict[Any, Any]) -> ModuleType:
        found: ModuleType = ModuleType(module.__name__)
        vars(found).update({name: others.get(value, value) if _is_key(value) else value for name, value in vars(module).items()})
        return found

    def instead_of(self, value: Any) -> Any:
        """What takes the place of a value; None: nothing does."""
        if not _is_key(value):
            return None
        found: Any = self.functions.get(value)
        return found if found is not None else self.threads.get(value) or self.modules.get(value)


def _is_key(value: Any) -> bool:
    try:
        hash(value)
    except Exception:           # somebody's object
        return False
    return callable(value) or isinstance(value, ModuleType)


@contextmanager
def world_clock(place: Any, *modules: ModuleType) -> Iterator[WorldClock]:
    """
    ``datetime``, ``time`` and ``threading`` are the world's in vn.py's modules and in those that are given. What was imported by
    name is exchanged too. The clock's ``place`` may be set to another process.
    """
    clock: WorldClock = WorldClock(place)
    theirs: list[ModuleType] = [
        module for name, module in list(sys.modules.items()) if name.partition(".")[0] in VNPY and isinstance(module, ModuleType)
    ]
    changed: list[tuple[ModuleType, str, Any]] = []
    for module in dict.fromkeys((*theirs, *modules)):
        for name, value in list(vars(module).items()):
            other: Any = clock.instead_of(value)
            if other is not None:
                changed.append((module, name, value))
                setattr(module, name, other)
    try:
        yield clock
    finally:
        for module, name, value in changed:
            setattr(module, name, value)
