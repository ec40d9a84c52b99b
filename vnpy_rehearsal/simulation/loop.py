"""An asyncio event loop whose time jumps from one timer to the next, and whose connections are in memory."""

import asyncio
from asyncio import base_events
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from .network import Network, Transport

LIMIT: int = 10_000_000             # callbacks at one moment after which the world stands still


class Stuck(RuntimeError):
    """Nothing is left to happen and somebody waits, or everything happens at one moment without end."""


class _Selector:
    """Stands where a loop waits for sockets: there are none, so time jumps to the next timer."""

    def __init__(self, loop: "SimulatedLoop") -> None:
        self._loop: SimulatedLoop = loop
        self._turns: int = 0

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Stuck("nothing is left to happen, and somebody waits")
        if timeout > 0:
            self._loop.now += timeout
            self._turns = 0
        else:
            self._turns += 1
            if self._turns > LIMIT:
                raise Stuck(f"{LIMIT} turns of the loop at {self._loop.now:.6f} s, time does not pass")
        return []

    def close(self) -> None:
        pass


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
    """``now``: seconds since the world began. ``network``: what its connections go over."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.now: float = 0.0
        self._selector: _Selector = _Selector(self)
        self._clock_resolution: float = 1e-9
        self.network: Network = network
        self.owner: ContextVar[Any] = ContextVar("owner")       # the simulated process that a task or connection belongs to
        network.loop = self

    def time(self) -> float:
        return self.now

    def create_task(self, coro: Any, **options: Any) -> Any:       # type: ignore[override]
        """As the base's; a task of a simulated process is known to it."""
        task: Any = super().create_task(coro, **options)
        owner: Any = self.owner.get(None)
        if owner is not None:
            owner.tasks.add(task)
            task.add_done_callback(owner.tasks.discard)
        return task

    def _process_events(self, event_list: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass

    async def create_server(self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **options: Any) -> Server:      # type: ignore[override]
        sock: Any = options.get("sock")
        wanted: int = sock.port if sock is not None else int(port or 0) or self.network.free_port()
        self.network.listen(wanted, protocol_factory)
        return Server(self.network, wanted)

    async def create_connection(self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **options: Any) -> tuple[Transport, Any]:
        protocol: Any = protocol_factory()
        await asyncio.sleep(self.network.delay())
        transport: Transport = self.network.connect(int(port), protocol)
        owner: Any = self.owner.get(None)
        if owner is not None:
            owner.connected(transport)
        return transport, protocol
