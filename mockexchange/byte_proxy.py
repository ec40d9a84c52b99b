"""
A wire that can be broken: a TCP proxy in front of a whole venue, its REST and its streams.

Faults bite single requests; this bites every byte. It knows no protocol. Times are seconds.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from time import monotonic
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

CHUNK: int = 65_536
PATIENCE: float = 10.0
RESET: bytes = struct.pack("ii", 1, 0)          # SO_LINGER on, 0 s: close() sends RST


class Pair:
    """One connection of a client, and ours to the venue for it."""

    def __init__(self, client: asyncio.StreamWriter, venue: asyncio.StreamWriter) -> None:
        self.client: asyncio.StreamWriter = client
        self.venue: asyncio.StreamWriter = venue
        self.used: float = monotonic()          # when a byte last passed
        self.is_dead: bool = False              # nothing passes any more, and neither end is told

    def reset(self) -> None:
        """Both ends meet a RST."""
        for writer in (self.client, self.venue):
            sock: Any = writer.get_extra_info("socket")
            if sock is not None:
                try:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                except OSError:
                    pass
            writer.transport.abort()

    def close(self) -> None:
        for writer in (self.client, self.venue):
            writer.transport.abort()


class ByteProxy:
    """
    Listens on a port of its own and passes every byte on to ``host`` and ``port`` until it is told otherwise.

    All methods are for any thread and return when they are done. ``vanished`` counts bytes that were swallowed,
    ``resets`` connections that were reset, ``forgotten`` connections that died in silence, ``accepted`` connections.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target: tuple[str, int] = (host, port)
        self._loop: asyncio.AbstractEventLoop = self._new_loop()
        self._thread: threading.Thread = threading.Thread(target=self._serve, name="byte proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._pairs: dict[Pair, None] = {}         # in the order they came
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_deaf: bool = False
        self._resets_new: bool = False
        self._forgets_after: float = 0.0
        self.port: int = 0
        self.accepted: int = 0
        self.vanished: int = 0
        self.resets: int = 0
        self.forgotten: int = 0

    @property
    def address(self) -> str:
        """host:port of the proxy."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "ByteProxy":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    # life

    def start(self) -> None:
        """Listen on a free port."""
        self._thread.start()
        self._await(self._listen())

    def stop(self) -> None:
        """Reset what is open and end."""
        if self._thread.is_alive():
            self._await(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)

    # what happens to the wire

    def deafen(self) -> None:
        """From now on every byte vanishes, both ways; new connections are accepted. What is open now stays dead for good."""
        self._do(self._deafen)

    def refuse(self) -> None:
        """Reset what is open, and refuse new connections."""
        self._await(self._refuse())

    def reset(self) -> None:
        """Reset what is open. New connections work."""
        self._do(self._reset)

    def reset_new(self) -> None:
        """Reset what is open, and every new connection at its first byte."""
        self._do(self._reset_all)

    def forget(self) -> None:
        """What is open now dies in silence: its bytes vanish, no end is told. New connections work."""
        self._do(self._forget)

    def forget_after(self, seconds: float) -> None:
        """As a router with a short memory: a connection that is idle for so long dies in silence. 0: none does."""
        self._do(lambda: setattr(self, "_forgets_after", seconds))

    def heal(self) -> None:
        """New connections work from now on. What has died stays dead."""
        self._await(self._heal())

    # within the loop

    def _deafen(self) -> None:
        self._is_deaf = True
        self._forget()

    def _forget(self) -> None:
        for pair in self._pairs:
            if not pair.is_dead:
                pair.is_dead = True
                self.forgotten += 1

    def _reset(self) -> None:
        for pair in list(self._pairs):
            self.resets += 1
            pair.reset()
        self._pairs.clear()             # each is reset once, whenever its tasks come to notice

    def _reset_all(self) -> None:
        self._resets_new = True
        self._reset()

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._reset()

    async def _heal(self) -> None:
        self._is_deaf = self._resets_new = False
        self._forgets_after = 0.0
        await self._listen()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        await self._refuse()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            venue_reader, venue_writer = await asyncio.open_connection(*self._target)
        except (OSError, asyncio.CancelledError):       # asyncio would report a cancelled one as an error of this callback
            writer.transport.abort()
            self._tasks.discard(task)
            return
        pair: Pair = Pair(writer, venue_writer)
        pair.is_dead = self._is_deaf
        self._pairs[pair] = None
        try:
            await asyncio.gather(self._pass(pair, reader, venue_writer), self._pass(pair, venue_reader, writer))
        except asyncio.CancelledError:
            pass                        # the proxy ends; asyncio would report it as an error of this callback
        finally:
            pair.close()
            self._pairs.pop(pair, None)
            self._tasks.discard(task)

    async def _pass(self, pair: Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction, until its end; the end of a dead connection is not passed on either."""
        while True:
            try:
                data: bytes = await reader.read(CHUNK)
            except OSError:
                data = b""
            now: float = monotonic()
            if 0 < self._forgets_after <= now - pair.used and not pair.is_dead:
                pair.is_dead = True
                self.forgotten += 1
            if self._resets_new and data:
                self.resets += 1
                pair.reset()
                return
            if pair.is_dead:
                self.vanished += len(data)
                if not data:
                    return
                continue
            pair.used = now
            if not data:
                if writer.can_write_eof() and not writer.is_closing():
                    writer.write_eof()
                else:
                    writer.transport.abort()
                return
            writer.write(data)
            try:
                await writer.drain()
            except OSError:
                return

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.new_event_loop()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def _do(self, call: Callable[[], None]) -> None:
        async def work() -> None:
            call()

        self._await(work())

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(PATIENCE)


class VenueWire(ByteProxy):
    """The wire to one venue. ``rest`` and ``stream`` are what a client is given in place of the venue's own."""

    def __init__(self, rest: str, stream: str) -> None:
        scheme, _, address = rest.partition("://")
        host, _, port = address.rpartition(":")
        super().__init__(host.strip("[]"), int(port))
        self._schemes: tuple[str, str] = (scheme, stream.partition("://")[0])

    @property
    def rest(self) -> str:
        """The base URL of the venue's REST API, through the wire."""
        return f"{self._schemes[0]}://{self.address}"

    @property
    def stream(self) -> str:
        """The base URL of the venue's websockets, through the wire."""
        return f"{self._schemes[1]}://{self.address}"
