"""What a gateway reaches the world by, handed in: a rehearsal in virtual time hands in others."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom

from .executor import SerialExecutor
from .net.rest_transport import Transport
from .net.stream_loop import StreamLoop

MakeExecutor = Callable[[str, Callable[[Exception], None], Callable[[], float]], SerialExecutor]


@dataclass(frozen=True)
class Seams:
    """
    ``monotonic``: seconds, of the executor's timers and of all waiting; ``wall``: seconds since 1970 UTC, this machine's;
    ``random``: of order ids; ``make_executor``: name, what is told of an exception, and ``monotonic`` -> the executor;
    ``make_transport`` and ``make_loop``: the wire, made as ``net.rest_transport.Transport`` and ``net.stream_loop.StreamLoop`` are.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    random: Random = field(default_factory=SystemRandom)
    make_executor: MakeExecutor = SerialExecutor
    make_transport: Callable[..., Transport] = Transport
    make_loop: Callable[..., StreamLoop] = StreamLoop
