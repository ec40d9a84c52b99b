"""Where a row is played: on this machine's clock and threads, or in a simulated world's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

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

    @property
    def is_real(self) -> bool:
        """Whether it is this machine's."""
        return self.seams is MACHINE
