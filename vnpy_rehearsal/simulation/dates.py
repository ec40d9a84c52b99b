"""The time of day in vn.py's own modules, which ask for it themselves."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from types import ModuleType

from .world import World


@contextmanager
def virtual_dates(world: World, *modules: ModuleType) -> Iterator[None]:
    """
    ``datetime.now()`` is the world's in vn.py's modules and in those that are given: vn.py's engines and strategies ask it
    for the time of day, and nobody can hand them another clock.
    """
    class VirtualDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:     # type: ignore[override]
            return datetime.fromtimestamp(world.wall(), tz)

    theirs: list[ModuleType] = [
        module for name, module in list(sys.modules.items())
        if name.partition(".")[0] in ("vnpy", "vnpy_ctastrategy", "vnpy_scripttrader", "vnpy_portfoliostrategy") and module is not None
    ]
    changed: list[tuple[ModuleType, str]] = [
        (module, name) for module in (*theirs, *modules) for name, value in list(vars(module).items()) if value is datetime
    ]
    for module, name in changed:
        setattr(module, name, VirtualDatetime)
    try:
        yield
    finally:
        for module, name in changed:
            setattr(module, name, datetime)
