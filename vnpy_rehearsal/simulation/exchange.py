"""A mock exchange in a simulated world: what ``MockExchange`` offers, for the world's threads."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from mockexchange import MockExchange
from mockexchange.server.listener import Listener
from mockexchange.server.venue import Venue

from .line import Line
from .loop import Address, SimulatedLoop
from .threads import Scheduler, SimulatedLock, SimulatedThread

T = TypeVar("T")

TICK_MS: int = 250                  # from one move to the next of a manual clock that goes with the world's


class SimulatedExchange(MockExchange):
    """As ``MockExchange``, also from outside the world. Its venue runs on the world's loop, and listens on the world's network."""

    def __init__(self, loop: SimulatedLoop, scheduler: Scheduler, dialect: str = "binance", **arguments: Any) -> None:
        super().__init__(dialect, **arguments)
        self._world: SimulatedLoop = loop
        self._scheduler: Scheduler = scheduler
        self._moves: SimulatedLock = SimulatedLock(scheduler)       # one at a time of a manual clock

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

    def advance(self, advance_ms: int) -> None:
        with self._moves:
            super().advance(advance_ms)

    def go_with_the_world(self) -> None:
        """A manual clock goes as the world's does, until the venue is stopped, and can be advanced besides. No real venue's clock stands still."""
        def go() -> None:
            while self._listener is not None:
                self.advance(TICK_MS)
                self._scheduler.wait(deque(), TICK_MS / 1_000, lambda: False)

        SimulatedThread(self._scheduler, target=go, name="venue's clock").start()

    def wire(self) -> "SimulatedVenueWire":         # type: ignore[override]
        return SimulatedVenueWire(self._world.network.lay_line(self._running().port), self.rest, self.stream)

    def _bind(self, host: str, port: int) -> Address:
        return Address(port or self._world.network.free_port())

    def _await(self, coroutine: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        if self._loop is None:
            coroutine.close()
            raise RuntimeError("the mock exchange is not running")
        if not self._world.is_running():        # from outside
            return self._world.run_until_complete(coroutine)
        found: T = self._scheduler.await_future(self._world.create_task(coroutine))
        return found

    def _end(self, loop: asyncio.AbstractEventLoop, thread: Any, listener: Listener) -> None:
        self._loop = self._thread = self._listener = None
        listener.venue.close()


class SimulatedVenueWire:
    """As ``VenueWire``: a line of the world's network to a venue. ``rest`` and ``stream`` are what a client is given in place of the venue's own."""

    def __init__(self, line: Line, rest: str, stream: str) -> None:
        self._line: Line = line
        self.rest: str = f"{rest.rpartition(':')[0]}:{line.port}"
        self.stream: str = f"{stream.rpartition(':')[0]}:{line.port}"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def __enter__(self) -> "SimulatedVenueWire":
        return self

    def __exit__(self, *error: Any) -> None:
        self.stop()

    def start(self) -> None:
        """It lies already."""

    def stop(self) -> None:
        """Reset what is open and end."""
        self._line.refuse()
