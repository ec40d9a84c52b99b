"""A trading process of a simulated world, one after the other: what a gateway and vn.py's engines in it live by."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from vnpy.event import Event

from vnpy_restgateway.seams import Seams

from ..conform.stage import Stage
from .engine import SteppedEventEngine
from .threads import Scheduler, simulated_threads
from .wire import SimulatedWire
from .world import World


class SimulatedProcess:
    """``number`` tells the processes of one world apart: each has threads and a chance of its own. One has connections at a time."""

    def __init__(self, world: World, number: int) -> None:
        self.world: World = world
        self.scheduler: Scheduler = Scheduler(world.loop, world.scheduler.hub)
        world.schedulers.append(self.scheduler)
        self.errors: list[str] = self.scheduler.errors      # what nobody in it has handled
        self._wire: SimulatedWire = SimulatedWire(world.loop, self.scheduler)
        self._engines: list[SteppedEventEngine] = []
        self.seams: Seams = replace(
            world.seams, random=Random(f"{world.seed}:process {number}"), threads=simulated_threads(self.scheduler), wire=self._wire,
        )

    def stage(self) -> Stage:
        """For gateways and event engines that live in it."""
        return Stage(self.seams, self.make_engine)

    def make_engine(self, watch: Callable[[Event], None] | None = None) -> SteppedEventEngine:
        """``watch`` sees every event before its handlers."""
        self._engines.append(SteppedEventEngine(self.scheduler, watch=watch))
        return self._engines[-1]

    def sleep(self, seconds: float) -> None:
        """Let time pass; also from outside."""
        self.world.enter(lambda: self.seams.threads.sleep(seconds))

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

    def kill(self) -> None:
        """As ``kill -9``: none of its threads runs again, its connections end. To be called by a thread of the world."""
        for engine in self._engines:
            engine.kill()
        self.scheduler.kill_others()
        self.world.network.drop_clients()
        self._wire.kill()
