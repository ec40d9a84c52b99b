"""A mock exchange in a simulated world: what ``MockExchange`` offers, for the world's threads."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from mockexchange import MockExchange
from mockexchange.byte_proxy import VenueWire
from mockexchange.server.listener import Listener
from mockexchange.server.venue import Venue

from .loop import Address, SimulatedLoop
from .threads import Scheduler, SimulatedThread

T = TypeVar("T")


class SimulatedExchange(MockExchange):
    """As ``MockExchange``, also from outside the world. Its venue runs on the world's loop, and listens on the world's network."""

    def __init__(self, loop: SimulatedLoop, scheduler: Scheduler, dialect: str = "binance", **arguments: Any) -> None:
        super().__init__(dialect, **arguments)
        self._world: SimulatedLoop = loop
        self._scheduler: Scheduler = scheduler

    def start(self) -> None:
        if self._loop is not None:
            raise RuntimeError("the mock exchange is running already")
        self._loop = self._world
        self._thread = SimulatedThread(self._scheduler, name="mockexchange")       # type: ignore[assignment]
        self._listener = Listener(self._make_venue(), *self._address, bind=self._bind)
        self._await(self._listener.start())

    def run(self, function: Callable[[Venue], T]) -> T:
        venue: Venue = self._running().venue
        if self._world.is_running():
            return function(venue)      # everybody is on the venue's own thread

        async def call() -> T:
            return function(venue)

        return self._await(call())

    def wire(self) -> VenueWire:
        return SimulatedVenueWire(self._world, self._scheduler, self.rest, self.stream)

    def _bind(self, host: str, port: int) -> Address:
        return Address(port or self._world.network.free_port())

    def _await(self, coroutine: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        if self._loop is None:
            coroutine.close()
            raise RuntimeError("the mock exchange is not running")
        return await_on(self._world, self._scheduler, coroutine)

    def _end(self, loop: asyncio.AbstractEventLoop, thread: Any, listener: Listener) -> None:
        self._loop = self._thread = self._listener = None
        listener.venue.close()


class SimulatedVenueWire(VenueWire):
    """A wire to a simulated venue that can be broken."""

    def __init__(self, loop: SimulatedLoop, scheduler: Scheduler, rest: str, stream: str) -> None:
        self._scheduler: Scheduler = scheduler
        self._world: SimulatedLoop = loop
        super().__init__(rest, stream)

    def start(self) -> None:
        self._await(self._listen())

    def stop(self) -> None:
        self._await(self._end())

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        return self._world

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return await_on(self._world, self._scheduler, work)


def await_on(loop: SimulatedLoop, scheduler: Scheduler, work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives, waited for by a simulated thread, or from outside."""
    found: T = scheduler.await_future(loop.create_task(work)) if loop.is_running() else loop.run_until_complete(work)
    return found
