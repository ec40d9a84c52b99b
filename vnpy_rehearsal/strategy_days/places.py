"""Where a trading process lives: in a simulated world, or on this machine."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any, Protocol

from vnpy.trader.setting import SETTINGS

from vnpy_restgateway.seams import MACHINE, Seams

from ..conform.stage import Stage
from ..simulation.clocks import WorldClock
from ..simulation.process import SimulatedProcess
from ..simulation.trader import InThread
from ..simulation.world import World


class Place(Protocol):
    """``errors``: what nobody in it has handled."""

    errors: list[str]

    @property
    def seams(self) -> Seams: ...

    def stage(self) -> Stage: ...

    def sleep(self, seconds: float) -> None: ...

    def run(self, function: Callable[[], Any]) -> Any:
        """What a thread in it makes of a function."""

    def executor(self) -> Any:
        """For an engine that initializes strategies in the background."""

    def kill(self) -> None: ...

    def away(self, seconds: float) -> None:
        """Let time pass while there is no such process."""


class WorldPlace(SimulatedProcess):
    """A process of a simulated world, whose clock ``datetime`` and ``time`` go by from now on."""

    def __init__(self, world: World, clock: WorldClock, number: int) -> None:
        super().__init__(world, number)
        clock.place = self

    def executor(self) -> Any:
        return InThread(self)

    def away(self, seconds: float) -> None:
        self.world.sleep(seconds)


class MachinePlace:
    """This very process."""

    seams: Seams = MACHINE

    def __init__(self) -> None:
        self.errors: list[str] = []

    def stage(self) -> Stage:
        return Stage()

    def sleep(self, seconds: float) -> None:
        sleep(seconds)

    def run(self, function: Callable[[], Any]) -> Any:
        return function()

    def executor(self) -> Any:
        return ThreadPoolExecutor(1)

    def kill(self) -> None:
        raise NotImplementedError("its parent does it")

    def away(self, seconds: float) -> None:
        sleep(seconds)


def quiet() -> None:
    """No log lines of libraries on the terminal; to be called before vn.py's logger is made."""
    SETTINGS["log.console"] = SETTINGS["log.file"] = False
    logging.disable(logging.CRITICAL)
