"""What a venue reaches the machine by, handed in: a simulation in virtual time hands in another."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """
    ``monotonic``: seconds; ``time_ns``: ns of the UTC epoch; ``spent``: seconds by which is measured how long a stretch of work has held
    the event loop; ``token_bytes``: secrets.
    """

    monotonic: Callable[[], float] = time.monotonic
    time_ns: Callable[[], int] = time.time_ns
    spent: Callable[[], float] = time.monotonic
    token_bytes: Callable[[int], bytes] = secrets.token_bytes


MACHINE: Machine = Machine()
