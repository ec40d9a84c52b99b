"""Where a row is played: on this machine's clock and threads, or in a simulated world's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from vnpy.event import EventEngine

from vnpy_restgateway.seams import MACHINE, Seams


@dataclass(frozen=True)
class Stage:
    """``make_engine``: vn.py's event engine, not started."""

    seams: Seams = MACHINE
    make_engine: Callable[[], EventEngine] = EventEngine

    def monotonic(self) -> float:
        """Seconds."""
        return self.seams.monotonic()

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.fromtimestamp(self.seams.wall(), timezone.utc)

    def gateway_class(self, kind: Any) -> Any:
        """A gateway class that lives here; the class itself on this machine."""
        if self.seams is MACHINE:
            return kind
        return type(kind.__name__, (kind,), {"seams": self.seams, "__module__": kind.__module__})
