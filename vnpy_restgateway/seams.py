"""What a gateway reaches the world by, handed in: a simulation in virtual time hands in others."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random, SystemRandom

from .net.wire import Wire
from .threads import Threads


@dataclass(frozen=True)
class Seams:
    """
    ``monotonic``: seconds, of all timers, time-outs and waiting; ``wall``: seconds since 1970 UTC, this machine's;
    ``random``: of order ids and pauses; ``threads``: threads and locks; ``wire``: sockets and event loops.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    random: Random = field(default_factory=SystemRandom)
    threads: Threads = field(default_factory=Threads)
    wire: Wire = field(default_factory=Wire)

    def local_now(self) -> datetime:
        """This machine's time of day, naive, as vn.py's ``localtime`` has it."""
        return datetime.fromtimestamp(self.wall())


MACHINE: Seams = Seams()
