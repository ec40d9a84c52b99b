"""How much a file may still grow: looked at before a command is done, so that what cannot be written is not begun."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

LEAST: int = 4096                   # bytes that any command may need
PER_ORDER: int = 2500               # and for every open order, which it may fill or cancel
PLENTY: int = 64 << 20              # with so much left nobody counts orders
LOOK_SECONDS: float = 0.5           # others use the disk too


class Room:
    """The room for one file."""

    def __init__(self, path: Path) -> None:
        self._path: Path = path
        self._left: int = 0
        self._size: int = 0
        self._until: float = 0.0

    def is_enough(self, size: int, open_orders: Callable[[], int]) -> bool:
        """Whether a file of ``size`` bytes can take what one more command writes."""
        now: float = time.monotonic()
        if now >= self._until or self._left - (size - self._size) < PLENTY:
            self._left, self._size, self._until = self._look(size), size, now + LOOK_SECONDS
        left: int = self._left - (size - self._size)
        return left >= PLENTY or left >= LEAST + PER_ORDER * open_orders()

    def _look(self, size: int) -> int:
        try:
            left: int = shutil.disk_usage(self._path.parent).free
        except OSError:
            left = PLENTY               # it cannot be known: writing will show
        try:
            import resource
        except ImportError:
            return left                 # Windows
        limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
        return left if limit == resource.RLIM_INFINITY or os.name == "nt" else min(left, limit - size)
