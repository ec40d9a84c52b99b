"""
What both clients stand on: sockets of the machine, and event loops in threads of their own.

Handed in with ``seams.Seams``. A simulation hands in connections in memory; nothing above is different then.
"""

import asyncio
import os
import select
import socket
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any

from urllib3.util.wait import wait_for_read

from rest_locale import _

from ..threads import Threads
from .dial import AddressInfo, resolve

SLICE: float = 0.05                 # seconds between looks at whether a dialling client was stopped


class LoopThread:
    """An event loop in a thread of its own, which runs ``main`` and ends."""

    def __init__(self, main: Callable[[], Coroutine[Any, Any, None]], name: str, threads: Threads) -> None:
        # picows is at its best on selectors, also where the default loop is another one (Windows).
        self.loop: asyncio.AbstractEventLoop = asyncio.SelectorEventLoop()
        self._main: Callable[[], Coroutine[Any, Any, None]] = main
        self._threads: Threads = threads
        self._thread = threads.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def inside(self) -> bool:
        """Whether the caller is in it, and must not wait for it."""
        return self._threads.current_thread() is self._thread

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of ``main``, ``timeout`` seconds at most."""
        self._thread.join(timeout)

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def on_unhandled(self, handler: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]) -> None:
        """Who is told of what a callback of the loop raises."""
        self.loop.set_exception_handler(handler)

    def _run(self) -> None:
        loop: asyncio.AbstractEventLoop = self.loop
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._main())
            tasks: set[asyncio.Task[Any]] = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        finally:
            asyncio.set_event_loop(None)
            loop.close()


class Wire:
    """Sockets and loops of the machine. ``picows``: what ``picows.ws_connect`` is told besides."""

    picows: dict[str, Any] = {}

    def new_loop(self, main: Callable[[], Coroutine[Any, Any, None]], name: str, threads: Threads) -> LoopThread:
        """A loop for one coroutine, not started."""
        return LoopThread(main, name, threads)

    def has_bytes(self, sock: Any) -> bool:
        """Whether there is something to read on a socket, its end included; never waits."""
        return wait_for_read(sock, 0.0)

    def connect(self, host: str, port: int, deadline: float, is_stopped: Callable[[], bool]) -> Any:
        """
        A socket to the first of the host's addresses that answers; each gets its share of the time until ``deadline``
        (monotonic seconds).

        :raises OSError: none did, or ``is_stopped`` became true
        """
        addresses: list[AddressInfo] = resolve(host, port, deadline - monotonic(), is_stopped)
        error: OSError = OSError(_("name has no address"))
        for index, (family, kind, protocol, __, address) in enumerate(addresses):
            left: float = deadline - monotonic()
            if left <= 0 or is_stopped():
                break
            sock: socket.socket = socket.socket(family, kind, protocol)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                _dial(sock, address, monotonic() + left / (len(addresses) - index), is_stopped)
                sock.settimeout(max(deadline - monotonic(), 0.001))
                return sock
            except OSError as exc:
                error = exc
                sock.close()
        raise error


def _dial(sock: socket.socket, address: Any, deadline: float, is_stopped: Callable[[], bool]) -> None:
    """connect() in slices, because nothing portable wakes a thread out of it."""
    sock.setblocking(False)
    try:
        sock.connect(address)
        return
    except (BlockingIOError, InterruptedError):
        pass
    while not is_stopped():
        left: float = deadline - monotonic()
        if left <= 0:
            raise TimeoutError(_("timed out"))
        # Windows reports a refused connection in the exceptional set only
        __, writable, failed = select.select([], [sock], [sock], min(left, SLICE))
        if writable or failed:
            code: int = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            return
    raise OSError(_("client is stopped"))
