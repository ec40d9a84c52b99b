"""
The network of a simulated world: ports, ordered and delayed connections in memory between them, and lines that can be broken.

Times are virtual seconds.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from .line import Line
from .transport import Transport

LATENCY: tuple[float, float] = (0.000_5, 0.003)
FIRST_PORT: int = 20_000
FIRST_CLIENT: int = 50_000


class Network:
    """
    Ports, and connections between them. ``latency``: shortest and longest time of a packet. What is sent in one direction
    of a connection arrives in that order.
    """

    def __init__(self, random: Random, latency: tuple[float, float] = LATENCY) -> None:
        self.loop: asyncio.AbstractEventLoop
        self.latency: tuple[float, float] = latency
        self._random: Random = random
        self._ports: dict[int, Callable[[], Any]] = {}
        self._lines: dict[int, Line] = {}
        self._next_port: int = FIRST_PORT
        self._next_client: int = FIRST_CLIENT
        self._clients: list[Transport] = []

    def delay(self) -> float:
        """Of one packet."""
        low, high = self.latency
        return low + (high - low) * self._random.random()

    def free_port(self) -> int:
        self._next_port += 1
        return self._next_port

    def listen(self, port: int, factory: Callable[[], Any]) -> None:
        """:raises OSError: the port is taken"""
        if port in self._ports or port in self._lines:
            raise OSError(98, f"address in use: {port}")
        self._ports[port] = factory

    def unlisten(self, port: int) -> None:
        self._ports.pop(port, None)

    def listens(self, port: int) -> bool:
        return port in self._ports

    def lay_line(self, target: int) -> Line:
        """A port of its own that leads to ``target`` and can be broken."""
        line: Line = Line(self.loop, self.free_port(), target)
        self._lines[line.port] = line
        return line

    def connect(self, port: int, protocol: Any) -> Transport:
        """
        A connection of ``protocol`` to whoever listens there.

        :raises ConnectionRefusedError: nobody does
        """
        line: Line | None = self._lines.get(port)
        factory: Callable[[], Any] | None = self._ports.get(port if line is None else line.target)
        if factory is None or line is not None and not line.is_open:
            raise ConnectionRefusedError(111, "Connection refused")
        self._next_client += 1
        here, there = ("127.0.0.1", self._next_client), ("127.0.0.1", port)
        ours: Transport = Transport(self.loop, self.delay, protocol, here, there, is_client=True)
        theirs: Transport = Transport(self.loop, self.delay, factory(), there, here, is_client=False)
        ours.peer, theirs.peer = theirs, ours
        self._clients = [*(each for each in self._clients if not each.is_closing()), ours]
        if line is not None:
            line.join(ours, theirs)
        theirs.protocol.connection_made(theirs)
        ours.protocol.connection_made(ours)
        return ours

    def drop_clients(self) -> None:
        """The process of all clients has died: its connections end, and nobody there hears of it."""
        for client in self._clients:
            client.abandon()
        self._clients.clear()
