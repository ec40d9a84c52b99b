"""The wire of a gateway in a simulated world: sockets in memory for its REST clients, the world's loop for its streams."""

import asyncio
import io
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from vnpy_restgateway.net.wire import LoopThread, Wire
from vnpy_restgateway.threads import Threads

from .loop import SimulatedLoop
from .threads import Scheduler, Waiter
from .transport import Transport

READ_AHEAD: int = 65_536            # bytes that wait in a socket before its peer has to


class SimulatedSocket(asyncio.Protocol):
    """As much of a connected socket as the standard library's HTTP client uses."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler: Scheduler = scheduler
        self._transport: Transport | None = None
        self._buffer: bytearray = bytearray()
        self._is_over: bool = False
        self._is_shut: bool = False
        self._error: Exception | None = None
        self._line: deque[Waiter] = deque()
        self._timeout: float | None = None

    # the loop's side

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > READ_AHEAD and self._transport is not None:
            self._transport.pause_reading()
        self._scheduler.wake(self._line)

    def eof_received(self) -> bool:
        self._is_over = True
        self._scheduler.wake(self._line)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over = True
        self._error = exc
        self._scheduler.wake(self._line)

    # the client's side

    def has_bytes(self) -> bool:
        """Whether a read would not wait."""
        return bool(self._buffer) or self._is_over

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = seconds

    def setsockopt(self, *options: Any) -> None:
        pass

    def sendall(self, data: Any) -> None:
        if self._error is not None:
            raise self._error
        if self._is_shut or self._transport is None or self._transport.is_closing():
            raise BrokenPipeError(32, "Broken pipe")
        self._transport.write(data)

    def recv_into(self, view: Any) -> int:
        if not self._scheduler.wait(self._line, self._timeout, self.has_bytes):
            raise TimeoutError("timed out")
        if not self._buffer:
            if self._error is not None:
                raise self._error
            return 0
        size: int = min(len(view), len(self._buffer))
        view[:size] = self._buffer[:size]
        del self._buffer[:size]
        if self._transport is not None and len(self._buffer) <= READ_AHEAD:
            self._transport.resume_reading()
        return size

    def makefile(self, mode: str, *args: Any, **kwargs: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def shutdown(self, how: int) -> None:
        self._is_over = self._is_shut = True
        if self._transport is not None:
            self._transport.close()
        self._scheduler.wake(self._line)

    def dup(self) -> "SecondHandle":
        return SecondHandle(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class SecondHandle:
    """A duplicate, which can end the connection and whose own end ends nothing."""

    def __init__(self, sock: SimulatedSocket) -> None:
        self._sock: SimulatedSocket = sock

    def shutdown(self, how: int) -> None:
        self._sock.shutdown(how)

    def close(self) -> None:
        pass


class _Reader(io.RawIOBase):
    def __init__(self, sock: SimulatedSocket) -> None:
        self._sock: SimulatedSocket = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._sock.recv_into(buffer)


class SimulatedLoopThread(LoopThread):
    """Runs ``main`` on the world's loop: there is no thread to wait for but its end."""

    def __init__(self, main: Callable[[], Coroutine[Any, Any, None]], scheduler: Scheduler) -> None:
        self.loop = scheduler.loop
        self._scheduler: Scheduler = scheduler
        self._main = main
        self._task: asyncio.Task[None] | None = None
        self._line: deque[Waiter] = deque()

    def start(self) -> None:
        self._task = self.loop.create_task(self._main())
        self._task.add_done_callback(lambda _: self._scheduler.wake(self._line))

    def inside(self) -> bool:
        return self._scheduler.on_loop()

    def join(self, timeout: float | None = None) -> None:
        task = self._task
        if task is not None:
            self._scheduler.wait(self._line, timeout, task.done)

    def is_alive(self) -> bool:
        return self._task is not None and not self._task.done()

    def is_over(self) -> bool:
        return self._task is not None and self._task.done()

    def kill(self) -> None:
        """End it where it stands."""
        if self._task is not None:
            self._task.cancel()

    def on_unhandled(self, handler: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]) -> None:
        """The world's loop has one handler for all."""


class SimulatedWire(Wire):
    """Connections over the world's network; every host is the world's."""

    picows: dict[str, Any] = {"use_aiofastnet": False, "socket_factory": None}

    def __init__(self, loop: SimulatedLoop, scheduler: Scheduler) -> None:
        self._loop: SimulatedLoop = loop
        self._scheduler: Scheduler = scheduler
        self._loops: list[SimulatedLoopThread] = []

    def new_loop(self, main: Callable[[], Coroutine[Any, Any, None]], name: str, threads: Threads) -> LoopThread:
        made: SimulatedLoopThread = SimulatedLoopThread(main, self._scheduler)
        self._loops = [*(each for each in self._loops if not each.is_over()), made]
        return made

    def kill(self) -> None:
        """End everything that clients run on the world's loop."""
        for each in self._loops:
            each.kill()
        self._loops.clear()

    def has_bytes(self, sock: Any) -> bool:
        return bool(sock.has_bytes())

    def connect(self, host: str, port: int, deadline: float, is_stopped: Callable[[], bool]) -> Any:
        self._scheduler.wait(deque(), self._loop.network.delay(), is_stopped)
        if is_stopped():
            raise OSError("client is stopped")
        sock: SimulatedSocket = SimulatedSocket(self._scheduler)
        self._loop.network.connect(port, sock)
        return sock
