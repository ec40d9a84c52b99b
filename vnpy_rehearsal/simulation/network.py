"""
The network of a simulated world: ordered, delayed connections in memory, and what can go wrong with them.

Times are virtual seconds, sizes bytes.
"""

import asyncio
from asyncio import transports
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

WINDOW: int = 262_144               # bytes under way or unread in one direction before the sender has to wait
LATENCY: tuple[float, float] = (0.000_5, 0.003)
FIRST_PORT: int = 20_000

EOF_MARK: bytes = b""


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
        self._next_port: int = FIRST_PORT
        self._next_client: int = 50_000
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
        if port in self._ports:
            raise OSError(98, f"address in use: {port}")
        self._ports[port] = factory

    def unlisten(self, port: int) -> None:
        self._ports.pop(port, None)

    def listens(self, port: int) -> bool:
        return port in self._ports

    def connect(self, port: int, protocol: Any) -> "Transport":
        """
        A connection of ``protocol`` to whoever listens there.

        :raises ConnectionRefusedError: nobody does
        """
        factory: Callable[[], Any] | None = self._ports.get(port)
        if factory is None:
            raise ConnectionRefusedError(111, "Connection refused")
        self._next_client += 1
        here, there = ("127.0.0.1", self._next_client), ("127.0.0.1", port)
        ours: Transport = Transport(self, protocol, here, there, is_client=True)
        theirs: Transport = Transport(self, factory(), there, here, is_client=False)
        ours.peer, theirs.peer = theirs, ours
        self._clients = [*(each for each in self._clients if not each.is_closing()), ours]
        theirs.protocol.connection_made(theirs)
        ours.protocol.connection_made(ours)
        return ours

    def drop_clients(self) -> None:
        """The process of all clients has died: its connections end, and nobody there hears of it."""
        for client in self._clients:
            client.abandon()
        self._clients.clear()


class NoSocket:
    """What a transport shows for its socket: options can be set, and nothing comes of it."""

    family, type, proto = 2, 1, 6

    def __init__(self, here: tuple[str, int], there: tuple[str, int]) -> None:
        self._here: tuple[str, int] = here
        self._there: tuple[str, int] = there

    def fileno(self) -> int:
        return -1

    def getsockname(self) -> tuple[str, int]:
        return self._here

    def getpeername(self) -> tuple[str, int]:
        return self._there

    def setsockopt(self, *options: Any) -> None:
        pass

    def getsockopt(self, *options: Any) -> int:
        return 0


class Transport(transports.Transport):
    """One end of a connection."""

    def __init__(self, network: Network, protocol: Any, here: tuple[str, int], there: tuple[str, int], is_client: bool) -> None:
        super().__init__({"peername": there, "sockname": here, "socket": NoSocket(here, there)})
        if is_client:
            # picows writes past the transport to the socket's file, unless TLS is between them
            self._extra["ssl_object"] = self        # type: ignore[attr-defined]
        self.protocol: Any = protocol
        self.peer: Transport
        self.unread: int = 0                        # bytes that were sent to the peer and not taken by it
        self._network: Network = network
        self._loop: asyncio.AbstractEventLoop = network.loop
        self._inbox: deque[bytes | None] = deque()
        self._under_way: deque[bytes | None] = deque()
        self._arrives: float = 0.0                  # when the packet sent last does
        self._is_paused: bool = False
        self._is_closing: bool = False
        self._is_lost: bool = False
        self._has_paused_writer: bool = False
        self._high: int = 65_536

    # what a protocol asks of its transport

    def get_protocol(self) -> Any:
        return self.protocol

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def is_closing(self) -> bool:
        return self._is_closing

    def is_reading(self) -> bool:
        return not self._is_paused

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._loop.call_soon(self._deliver)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = 65_536 if high is None else high
        self._watch()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._high // 4, self._high

    def get_write_buffer_size(self) -> int:
        return max(0, self.unread - WINDOW)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self._send(EOF_MARK)

    def write(self, data: Any) -> None:
        if self._is_closing or not data:
            return
        packet: bytes = bytes(data)
        self.unread += len(packet)
        self._send(packet)
        self._watch()

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        """Send what is written, then say goodbye."""
        if not self._is_closing:
            self._is_closing = True
            self._send(EOF_MARK)
            self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """The peer meets a reset."""
        if not self._is_lost:
            self._is_closing = True
            self._send(None)
            self._loop.call_soon(self._lose, None)

    def abandon(self) -> None:
        """The process has died: the peer meets the end of the stream, our protocol hears nothing."""
        if not self._is_closing:
            self._send(EOF_MARK)
        self._is_closing = self._is_lost = True

    # the wire

    def _send(self, packet: bytes | None) -> None:
        due: float = max(self._loop.time() + self._network.delay(), self._arrives)
        self._arrives = due
        self.peer._under_way.append(packet)     # timers of one moment fire in no order
        self._loop.call_at(due, self.peer._receive)

    def _receive(self) -> None:
        packet: bytes | None = self._under_way.popleft()
        if self._is_lost:
            return
        if packet is None:
            self._inbox.clear()         # a reset overtakes what has not been read
        self._inbox.append(packet)
        self._deliver()

    def _deliver(self) -> None:
        while self._inbox and not self._is_lost:
            packet: bytes | None = self._inbox[0]
            if packet is None:
                self._is_closing = True
                self._lose(ConnectionResetError(104, "Connection reset by peer"))
                return
            if self._is_paused or self._is_closing:
                if self._is_closing:
                    self._inbox.clear()
                return
            self._inbox.popleft()
            if packet == EOF_MARK:
                if not self.protocol.eof_received():
                    self.close()
                return
            self.peer.unread -= len(packet)
            self.peer._watch()
            self._hand_over(packet)

    def _hand_over(self, packet: bytes) -> None:
        protocol: Any = self.protocol
        if not isinstance(protocol, asyncio.BufferedProtocol):
            protocol.data_received(packet)
            return
        view: memoryview = memoryview(packet)
        while view and not self._is_lost:
            buffer: Any = protocol.get_buffer(len(view))
            size: int = min(len(buffer), len(view))
            buffer[:size] = view[:size]
            protocol.buffer_updated(size)
            view = view[size:]

    def _watch(self) -> None:
        """Tell the protocol when its peer does not read, and when it does again."""
        waiting: int = self.get_write_buffer_size()
        if not self._has_paused_writer and waiting > self._high:
            self._has_paused_writer = True
            self.protocol.pause_writing()
        elif self._has_paused_writer and waiting <= self._high // 4:
            self._has_paused_writer = False
            if not self._is_lost:
                self.protocol.resume_writing()

    def _lose(self, error: Exception | None) -> None:
        if not self._is_lost:
            self._is_lost = self._is_closing = True
            self.protocol.connection_lost(error)
