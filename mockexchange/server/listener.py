"""A venue listening on a port: start, stop, restart, and the reset that the control API asks for."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from aiohttp import web, web_app

from rest_locale import _

from ..dialects import Dialect, load_dialect
from ..transport.clock import FLAT_OUT, SYSTEM
from ..transport.manual_clock import MANUAL
from . import guard
from .accept import Gates
from .access import WILDCARDS, Access
from .app import build_app, is_handshake
from .control import CONTROL_PREFIX, Control
from .direct import direct_of
from .tls import Tls, TlsDoors
from .venue import Venue
from .wires import abort_with_rst

SHUTDOWN_SECONDS: float = 0.25      # what an answer under way is given to leave
FAREWELL_SECONDS: float = 0.02      # what the last words of the dialect are given to leave
ANSWER_SECONDS: float = 0.05        # what the answer to a request for a restart is given to leave
BACKLOG: int = 1024


def bind(host: str, port: int) -> socket.socket:
    """A bound TCP socket. OSError naming host and port when that is impossible."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, __, address = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)[0]
        listening: socket.socket = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise OSError(_("cannot listen on {host}:{port}: {error}").format(host=host, port=port, error=error)) from None
    try:
        if sys.platform == "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise OSError(_("cannot listen on {host}:{port}: {error}").format(host=host, port=port, error=error.strerror or error)) from None
    listening.setblocking(False)
    return listening


class Listener:
    """
    Serves one venue. All methods belong to the event loop's thread.

    With ``tls`` it speaks TLS and nothing else. ``bind`` makes the listening socket.

    ``start`` raises OSError when the port cannot be had, ValueError for an unknown dialect.
    """

    def __init__(
        self, venue: Venue, host: str = "127.0.0.1", port: int = 0, token: str = "", tls: Tls | None = None,
        bind: Callable[[str, int], Any] = bind,
    ) -> None:
        self.venue: Venue = venue
        self.tls: Tls | None = tls
        self.host: str = host
        self.port: int = port
        self._token: str = token
        self._bind: Callable[[str, int], Any] = bind
        self._socket: socket.socket | None = None
        self._runner: web.AppRunner | None = None
        self._server: asyncio.AbstractServer | None = None
        self._gates: Gates | None = None
        self._doorkeeper: guard.Doorkeeper | None = None
        self._dialect: Dialect | None = None
        self._restarting: set[asyncio.Task[None]] = set()
        self._retiring: set[asyncio.Task[None]] = set()
        self._lock: asyncio.Lock = asyncio.Lock()

    @property
    def address(self) -> str:
        """host:port as a URL needs it; a wildcard is shown as the loopback."""
        host: str = self.host
        if host in WILDCARDS:
            host = "::1" if host == "::" else "127.0.0.1"
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def ready(self) -> dict[str, Any]:
        """
        The ready line (DESIGN.md 4.1); the key is the first account's.

        Where the clock is not the machine's: ``clock`` paced or manual, ``rate``, its seconds in a real one (0: none pass by
        themselves, with a manual clock or at the speed max), and ``now``, ms. Of a recording ``feed_symbol``: no other has a market.
        """
        venue, clock = self.venue, self.venue.clock
        end: str = "" if self.tls is None else "s"
        line: dict[str, Any] = {
            "event": "ready",
            "dialect": venue.dialect,
            "rest": f"http{end}://{self.address}",
            "stream": f"ws{end}://{self.address}",
            "key": venue.accounts[0].key,
            "secret": venue.accounts[0].secret,
            **({} if self.tls is None else {"certificate": self.tls.certificate}),
        }
        if clock.name != SYSTEM:
            rate: float = 0.0 if clock.name == MANUAL or clock.rate == FLAT_OUT else clock.rate
            line |= {"clock": clock.name, "rate": rate, "now": venue.now() // 1000}
        if venue.feed_symbol:
            line["feed_symbol"] = venue.feed_symbol
        return line

    async def start(self) -> None:
        """Listen, and let the market run. Port 0 becomes the port that was found."""
        self._listen()
        try:
            await self._serve()
        except BaseException:
            self._unlisten()
            raise

    async def stop(self) -> None:
        """Cut every connection and be gone; the venue can be started again."""
        for task in list(self._restarting):
            task.cancel()
        async with self._lock:
            self._unlisten()
            await self._unserve(polite=True)
            await asyncio.gather(*self._retiring)

    async def restart(self, keep_state: bool = True, down: float = 0.0) -> None:
        """
        Die and come back on the same port: every connection is cut, and refused for ``down`` seconds.

        The state is kept as a journal keeps it, or lost, as a testnet's wipe does it.
        """
        async with self._lock:
            self._unlisten()
            await self._unserve()
            self.venue.reopen(keep_state)
            await asyncio.sleep(down)
            self._listen()
            await self._serve()

    def restart_soon(self, keep_state: bool, down: float) -> None:
        """``restart``, when the answer to whoever asked for it has had the time to leave."""

        async def work() -> None:
            await asyncio.sleep(ANSWER_SECONDS)
            await self.restart(keep_state, down)

        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work())
        self._restarting.add(task)
        task.add_done_callback(self._restarting.discard)

    async def reset(self, spared: web.Request | None = None) -> None:
        """
        Everything as on the first day; every connection is cut but the one that must still be
        answered, which is closed after its answer. The port stays open meanwhile.
        """
        async with self._lock:
            runner: web.AppRunner | None = self._runner
            await self._unserve(spared)
            self.venue.reset()
            await self._serve()
            if spared is not None and runner is not None:
                task: asyncio.Task[None] = asyncio.get_running_loop().create_task(self._retire(runner))
                self._retiring.add(task)
                task.add_done_callback(self._retiring.discard)

    def drop(self, streams: bool = False) -> int:
        """
        Cut the connections of clients with a TCP RST, only websockets where ``streams`` is true, and return how many there were.
        New ones are accepted. What is used for ``/_mock/`` at this moment stays.
        """
        server = self._runner.server if self._runner is not None else None
        cut: list[asyncio.BaseTransport] = []
        for connection in list(server.connections) if server is not None else ():
            request: web.BaseRequest | None = getattr(connection, "_current_request", None)
            if request is not None and request.path.startswith(CONTROL_PREFIX):
                continue
            if connection.transport is not None and not connection.transport.is_closing() and (not streams or request is not None and is_handshake(request)):
                cut.append(connection.transport)
        self.venue.note({"action": "drop", "streams": streams, "dropped": len(cut)})
        for transport in cut:
            abort_with_rst(transport)
        if not streams and self._gates is not None:
            self._gates.cut()
        return len(cut)

    def _listen(self) -> None:
        self._socket = self._bind(self.host, self.port)
        assert self._socket is not None
        self.port = self._socket.getsockname()[1]

    def _unlisten(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _serve(self) -> None:
        assert self._socket is not None
        dialect: Dialect = load_dialect(self.venue.dialect)(self.venue)
        control: Control = Control(self.venue, Access(self._token, self.host), self.reset, self.restart_soon, self.drop)
        app: web.Application = build_app(self.venue, dialect, control)
        runner: web.AppRunner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        await dialect.start()
        await self.venue.start()
        assert runner.server is not None
        doorkeeper: guard.Doorkeeper = guard.Doorkeeper(
            runner.server, direct_of(self.venue, dialect), access_log=None, keepalive_timeout=guard.KEEP_ALIVE_SECONDS, lingering_time=guard.LINGER_SECONDS
        )
        gates: Gates = Gates(self.venue.faults, doorkeeper if self.tls is None else doorkeeper.admit)
        # A duplicate, because a server closes what it is given: the port outlives the application.
        self._server = await asyncio.get_running_loop().create_server(
            gates if self.tls is None else TlsDoors(self.tls.context, doorkeeper, gates), sock=self._socket.dup(), backlog=guard.ACCEPT_BATCH
        )
        self._socket.listen(BACKLOG)        # asyncio takes one number for the queue and for what is accepted at once
        self._runner = runner
        self._gates = gates
        self._doorkeeper = doorkeeper
        self._dialect = dialect

    async def _unserve(self, spared: web.Request | None = None, polite: bool = False) -> None:
        """Cut the connections; ``polite`` lets the dialect tell its clients first, a crash tells nobody."""
        runner, self._runner = self._runner, None
        dialect, self._dialect = self._dialect, None
        if runner is None or dialect is None:
            return
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._gates is not None:
            self._gates.cut()
            self._gates = None
        if self._doorkeeper is not None:
            self._doorkeeper.cut()
            self._doorkeeper = None
        if polite:
            await dialect.stop()
            await asyncio.sleep(FAREWELL_SECONDS)
        server = runner.server
        for connection in server.connections if server is not None else ():
            if spared is None or connection is not spared.protocol:
                if connection.transport is not None:
                    connection.transport.abort()
        await runner.shutdown()
        if not polite:
            await dialect.stop()
        await self.venue.stop()
        if spared is None:
            await runner.cleanup()
            forget_handlers()

    async def _retire(self, runner: web.AppRunner) -> None:
        """The connection that asked for a reset gets its answer before its server goes."""
        await runner.cleanup()
        forget_handlers()


def forget_handlers() -> None:
    """aiohttp remembers the last thousand handlers of a process, and with them every world they served."""
    remembered: Any = getattr(web_app, "_cached_build_middleware", None)
    if remembered is not None:
        remembered.cache_clear()


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A uvloop where that is installed, else asyncio's own."""
    # libuv's io_uring comes with a thread of the kernel that spins for 10 ms after each use: more CPU than starting the venue takes
    os.environ.setdefault("UV_USE_IO_URING", "0")
    try:
        import uvloop
    except ImportError:
        loop: asyncio.AbstractEventLoop = asyncio.new_event_loop()
    else:
        loop = uvloop.new_event_loop()
    loop.set_exception_handler(guard.quiet_accepts)
    return loop


def close_event_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what still runs on a stopped loop (handlers whose clients were cut off), then close it."""
    tasks: set[asyncio.Task[Any]] = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=SHUTDOWN_SECONDS))
    loop.run_until_complete(loop.shutdown_asyncgens())
    asyncio.set_event_loop(None)
    loop.close()
