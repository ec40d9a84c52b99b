"""An asyncio event loop whose time jumps from one timer to the next, and whose connections are in memory."""

import asyncio
from asyncio import base_events
from collections.abc import Callable, Container
from heapq import heapify, heappop, heappush
from typing import Any

import greenlet

from .network import Network
from .transport import Transport

LIMIT: int = 10_000_000             # turns at one moment after which the world stands still
MOST_CANCELLED: int = 1_000         # timers that are kept at most, if they are more than half


class Stuck(RuntimeError):
    """Nothing is left to happen and somebody waits, or everything happens at one moment without end."""


class Waiter:
    """A greenlet that waits for the loop; ``green`` is None once it goes on. One of those that are ``killed`` never does."""

    __slots__ = ("green", "killed")

    def __init__(self, green: greenlet.greenlet, killed: Container[greenlet.greenlet]) -> None:
        self.green: greenlet.greenlet | None = green
        self.killed: Container[greenlet.greenlet] = killed

    def go_on(self) -> None:
        green, self.green = self.green, None
        if green is not None and not green.dead and green not in self.killed:
            green.switch()


class Server(asyncio.AbstractServer):
    """What ``create_server`` gives: a port of the network."""

    def __init__(self, network: Network, port: int) -> None:
        self._network: Network = network
        self.sockets: tuple[Any, ...] = (Address(port),)
        self.port: int = port

    def close(self) -> None:
        self._network.unlisten(self.port)

    async def wait_closed(self) -> None:
        pass

    def is_serving(self) -> bool:
        return self._network.listens(self.port)

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._network.loop

    async def start_serving(self) -> None:
        pass

    async def serve_forever(self) -> None:
        raise NotImplementedError


class Address:
    """As much of a listening socket as its owner asks for."""

    def __init__(self, port: int) -> None:
        self.port: int = port

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def dup(self) -> "Address":
        return self

    def listen(self, backlog: int) -> None:
        pass

    def close(self) -> None:
        pass


class SimulatedLoop(base_events.BaseEventLoop):
    """
    ``now``: seconds since the world began. ``network``: what its connections go over. Callbacks of one moment are called in the
    order in which they were asked for.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.now: float = 0.0
        self.network: Network = network
        self._timers: list[tuple[float, int, asyncio.TimerHandle | Waiter]] = []
        self._number: int = 0           # of the timer set last
        self._cancelled: int = 0        # of the timers
        self._turns: int = 0            # at this moment
        network.loop = self

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:       # type: ignore[override]
        timer: asyncio.TimerHandle = asyncio.TimerHandle(when, callback, args, self, context)
        timer._scheduled = True         # type: ignore[attr-defined]
        self._number += 1
        heappush(self._timers, (when, self._number, timer))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._cancelled += 1

    def _run_once(self) -> None:
        """One turn: what is ready, or else the timers that are due next."""
        ready, timers = self._ready, self._timers       # type: ignore[attr-defined]
        if self._cancelled > MOST_CANCELLED and 2 * self._cancelled > len(timers):
            timers[:] = [each for each in timers if not _is_cancelled(each[2])]
            heapify(timers)
            self._cancelled = 0
        if not ready and not self._stopping:            # type: ignore[attr-defined]
            self._drop_cancelled()
            if not timers:
                raise Stuck("nothing is left to happen, and somebody waits")
            if timers[0][0] > self.now:
                self.now = timers[0][0]
                self._turns = 0
        self._turns += 1
        if self._turns > LIMIT:
            raise Stuck(f"{LIMIT} turns of the loop at {self.now:.6f} s, time does not pass")
        now: float = self.now
        while timers and timers[0][0] <= now:
            timer: asyncio.TimerHandle | Waiter = heappop(timers)[2]
            if not isinstance(timer, Waiter):
                timer._scheduled = False        # type: ignore[attr-defined]
            if _is_cancelled(timer):
                self._cancelled -= 1
            else:
                ready.append(timer)
        for _ in range(len(ready)):
            handle: Any = ready.popleft()
            if isinstance(handle, Waiter):
                self._wake(handle)
            elif not handle._cancelled:
                handle._run()

    def wake_at(self, when: float, waiter: Waiter) -> None:
        """As ``call_at``, for a greenlet that waits: half of what a simulated day calls for, without asyncio's handles."""
        self._number += 1
        heappush(self._timers, (when, self._number, waiter))

    def went_on(self) -> None:
        """A greenlet has gone on before its ``wake_at``."""
        self._cancelled += 1

    def wake_soon(self, waiter: Waiter) -> None:
        """As ``call_soon``."""
        self._ready.append(waiter)      # type: ignore[attr-defined]

    def _wake(self, waiter: Waiter) -> None:
        try:
            waiter.go_on()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:      # noqa: BLE001  (as asyncio's handles do)
            self.call_exception_handler({"message": "a greenlet has raised", "exception": error})

    def _drop_cancelled(self) -> None:
        """The next timer, if there is one, is one that fires."""
        timers = self._timers
        while timers and _is_cancelled(timers[0][2]):
            heappop(timers)
            self._cancelled -= 1

    def pass_to(self, when: float) -> bool:
        """Let time pass within a turn, for somebody who waits, if nothing happens until then or then. False: not so, nothing is done."""
        if when <= self.now or self._ready or self._stopping:       # type: ignore[attr-defined]
            return False
        self._drop_cancelled()
        if self._timers and self._timers[0][0] <= when:
            return False
        self.now = when
        self._turns = 0
        return True

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none of sockets."""

    def _write_to_self(self) -> None:
        """It never sleeps."""

    async def create_server(self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **options: Any) -> Server:      # type: ignore[override]
        sock: Any = options.get("sock")
        wanted: int = sock.port if sock is not None else int(port or 0) or self.network.free_port()
        self.network.listen(wanted, protocol_factory)
        return Server(self.network, wanted)

    async def create_connection(self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **options: Any) -> tuple[Transport, Any]:
        protocol: Any = protocol_factory()
        await asyncio.sleep(self.network.delay())
        transport: Transport = self.network.connect(int(port), protocol)
        return transport, protocol


def _is_cancelled(timer: asyncio.TimerHandle | Waiter) -> bool:
    return timer.green is None if isinstance(timer, Waiter) else timer.cancelled()
