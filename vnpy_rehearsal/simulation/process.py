"""A trading process of a simulated world, that can be killed: its threads, tasks and connections are gone at once."""

from collections.abc import Callable
from contextvars import Context
from random import Random
from typing import Any

from vnpy_restgateway.seams import Seams

from ..conform.stage import Stage
from .engine import SteppedEventEngine
from .network import Transport
from .threads import Scheduler, simulated_threads
from .wire import SimulatedWire
from .world import World


class SimulatedProcess:
    """
    What a gateway and vn.py's engines of one process live by: ``seams``, ``scheduler`` and ``stage`` as those of a world. ``number`` tells
    the processes of one world apart: each has a chance of its own.
    """

    def __init__(self, world: World, number: int) -> None:
        self.world: World = world
        self.scheduler: Scheduler = Scheduler(world.loop, world.scheduler.hub)
        self.tasks: set[Any] = set()
        self.transports: set[Transport] = set()
        self.context: Context = Context()
        self.context.run(world.loop.owner.set, self)
        self.seams: Seams = Seams(
            monotonic=world.loop.time, wall=world.wall, random=Random(f"{world.seed}:process {number}"),
            threads=simulated_threads(self.scheduler), wire=SimulatedWire(world.loop, self.scheduler, self.context, self.connected),
        )

    @property
    def errors(self) -> list[str]:
        """What nobody in it has handled."""
        return self.scheduler.errors

    def stage(self) -> Stage:
        """For gateways and event engines that live in it."""
        return Stage(self.seams, lambda: SteppedEventEngine(self.scheduler))

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seams.threads.sleep(seconds)

    def run(self, function: Callable[[], Any]) -> Any:
        """What a thread of this process makes of a function, waited for by one of the world's."""
        done: Any = self.world.loop.create_future()

        def live() -> None:
            try:
                done.set_result(function())
            except Exception as error:      # whoever called decides
                done.set_exception(error)

        self.seams.threads.Thread(target=live, name="trading process").start()
        return self.world.scheduler.await_future(done)

    def connected(self, transport: Transport) -> None:
        """A connection of this process."""
        self.transports = {each for each in self.transports if not each.is_lost}
        self.transports.add(transport)

    def kill(self) -> None:
        """As ``kill -9``: no thread of it runs another line, its peers meet a reset. To be called by a thread of the world."""
        world: World = self.world
        done: Any = world.loop.create_future()
        world.loop.call_soon(self._end, done)
        world.scheduler.await_future(done)

    def _end(self, done: Any) -> None:
        for transport in self.transports:
            transport.cut()
        self.scheduler.kill()
        for task in list(self.tasks):
            task.cancel()
        done.set_result(None)
