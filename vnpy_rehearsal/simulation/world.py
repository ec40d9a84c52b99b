"""One simulated world: a clock, a network, a chance, and whoever lives in it."""

import asyncio
import logging
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from vnpy.event import Event

from mockexchange.transport.machine import Machine
from vnpy_restgateway.seams import Seams

from ..conform.stage import Stage
from .engine import SteppedEventEngine
from .exchange import SimulatedExchange
from .loop import SimulatedLoop
from .network import Network
from .threads import Scheduler, SimulatedThread, simulated_threads
from .wire import SimulatedWire

T = TypeVar("T")

START: float = 1_767_571_200.0      # seconds since 1970 UTC: 2026-01-05, a Monday

logger: logging.Logger = logging.getLogger("vnpy_rehearsal.simulation")


class World:
    """
    Everything in it depends on ``seed`` alone. ``start``: the wall clock when it begins, seconds since 1970 UTC.

    ``run`` lets a function live in it as a thread: it may wait, and time passes only while everybody waits.
    """

    def __init__(self, seed: int = 0, start: float = START) -> None:
        self.seed: int = seed
        self.start: float = start
        self.network: Network = Network(Random(f"{seed}:network"))
        self.loop: SimulatedLoop = SimulatedLoop(self.network)
        self.loop.set_exception_handler(self._unhandled)
        self.scheduler: Scheduler = Scheduler(self.loop)
        self.schedulers: list[Scheduler] = [self.scheduler]     # and those of its processes
        self.errors: list[str] = self.scheduler.errors      # what nobody has handled
        secrets: Random = Random(f"{seed}:secrets")
        # a stretch of work takes no virtual time, so none is ever too long
        self.machine: Machine = Machine(self.loop.time, lambda: int(self.wall() * 1e9), lambda: 0.0, secrets.randbytes)
        self.seams: Seams = Seams(
            monotonic=self.loop.time, wall=self.wall, random=Random(f"{seed}:ids"), threads=simulated_threads(self.scheduler),
            wire=SimulatedWire(self.loop, self.scheduler),
        )

    def wall(self) -> float:
        """Seconds since 1970 UTC."""
        return self.start + self.loop.now

    def stage(self, watch: Callable[[Event], None] | None = None) -> Stage:
        """For the rows of the matrix. ``watch`` sees every event before its handlers."""
        return Stage(self.seams, lambda: self.make_engine(watch))

    def make_engine(self, watch: Callable[[Event], None] | None = None) -> SteppedEventEngine:
        """``watch`` sees every event before its handlers."""
        return SteppedEventEngine(self.scheduler, watch=watch)

    def sleep(self, seconds: float) -> None:
        """Let time pass; also from outside."""
        self.enter(lambda: self.seams.threads.sleep(seconds))

    def exchange(self, dialect: str = "binance", **arguments: Any) -> SimulatedExchange:
        """A venue of this world; arguments as those of MockExchange."""
        return SimulatedExchange(self.loop, self.scheduler, dialect, **{"seed": self.seed, "machine": self.machine, **arguments})

    def run(self, function: Callable[[], T]) -> T:
        """What a function gives that lives in this world; what it raises is raised."""
        done: Any = self.loop.create_future()

        def live() -> None:
            try:
                found: T = function()
            except BaseException as error:      # noqa: BLE001  (whoever called decides)
                done.set_exception(error)
            else:
                done.set_result(found)

        SimulatedThread(self.scheduler, target=live, name="main").start()
        found: T = self.loop.run_until_complete(done)
        return found

    def enter(self, function: Callable[[], T]) -> T:
        """As ``run`` from outside, a mere call for those who live here already."""
        return function() if self.loop.is_running() else self.run(function)

    def close(self) -> None:
        """Let go of what is left: threads that wait for ever, and tasks."""
        tasks: set[asyncio.Task[Any]] = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        for scheduler in self.schedulers:
            for green in [*scheduler.threads, *scheduler.killed]:
                green.throw()
        self.loop.close()

    def _unhandled(self, loop: Any, context: dict[str, Any]) -> None:
        self.errors.append(f"{context.get('message')}: {context.get('exception')!r}")
        logger.error("unhandled in a simulated world: %s", self.errors[-1])
