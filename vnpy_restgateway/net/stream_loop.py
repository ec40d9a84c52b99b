"""
The engine room of the websocket client: one thread, one event loop, one connection at a time.

A ``StreamLoop`` lives from start() to stop(). It connects, watches, reconnects, and calls the
client back in its thread. Whatever way a connection dies, the client hears of it exactly once.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from picows import WSHandshakeError, WSMsgType, WSTransport, ws_connect

from rest_locale import _

from ..seams import MACHINE, Seams
from .dial import AddressInfo, default_context, lookup, numeric
from .outcome import describe
from .stream_connection import AT_ONCE, TEXT, Client, StreamOptions, WsConnection, text_frame
from .wire import LoopThread

FAREWELL: float = 0.3               # seconds a peer has to answer our close frame

# picows reports on a logger; what matters of it reaches the client as on_error and on_disconnected.
_silent: logging.Logger = logging.Logger("vnpy_restgateway.picows", logging.CRITICAL)
_silent.addHandler(logging.NullHandler())


class StreamLoop:
    """Everything between start() and stop() of a client."""

    def __init__(self, client: Client, options: StreamOptions, seams: Seams = MACHINE) -> None:
        self.client: Client = client
        self._seams: Seams = seams
        self._monotonic: Callable[[], float] = seams.monotonic
        self.options: StreamOptions = options
        self.stopped: bool = False
        self.link: WsConnection | None = None                   # there while connected
        self.thread: LoopThread = seams.wire.new_loop(self._main, "stream", seams.threads)
        self._queued: int = 0                           # bytes handed over and not yet with the transport
        self._lock = seams.threads.Lock()
        self._loop: asyncio.AbstractEventLoop = self.thread.loop
        self._task: asyncio.Task[None] | None = None
        self._ending: bool = False
        self._sock: socket.socket | None = None
        self._since: float = 0.0

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Ask for the end, from any thread; ``thread`` ends soon after."""
        self.stopped = True
        self._hand_over(self._cancel)

    def inside(self) -> bool:
        return self.thread.inside()

    def send(self, payload: bytes, kind: WSMsgType) -> bool:
        """
        Send a message, from any thread. False: not connected, or the send buffer is full. A short text leaves in the caller's thread
        where that is safe: it need not wait for the loop's to wake.
        """
        link: WsConnection | None = self.link
        if link is None or self.stopped or link.congested:
            return False
        if self.inside():
            return self._write(link, payload, kind)
        size: int = len(payload)
        write: Callable[[bytes], None] | None = link.write_here
        if write is not None and not self._queued and size <= AT_ONCE and kind is TEXT:
            transport: WSTransport | None = link.transport
            if transport is None or transport.is_close_frame_sent:
                return False
            write(text_frame(payload))      # what it meets ends the connection, of which the client hears
            return True
        with self._lock:
            if self._queued + size > self.options.max_send_buffer:
                return False
            self._queued += size
        return self._hand_over(self._write_queued, link, payload, kind)

    def drop(self, reason: str) -> None:
        """Give up the connection there is, from any thread."""
        link: WsConnection | None = self.link
        if link is not None:
            self._hand_over(link.drop, reason)

    def _hand_over(self, function: Callable[..., Any], *args: Any) -> bool:
        try:
            self._loop.call_soon_threadsafe(function, *args)
        except RuntimeError:                            # the loop is closed
            return False
        return True

    def _write_queued(self, link: WsConnection, payload: bytes, kind: WSMsgType) -> None:
        self._write(link, payload, kind)
        with self._lock:
            self._queued -= len(payload)        # last: until then nothing overtakes it

    def _write(self, link: WsConnection, payload: bytes, kind: WSMsgType) -> bool:
        transport: WSTransport | None = link.transport
        if transport is None or transport.is_close_frame_sent:
            return False
        try:
            transport.send(kind, payload)
        except Exception as exc:
            self.client.report(exc)
            return False
        return True

    def _cancel(self) -> None:
        # Once only: a second cancellation would break into the farewell of the first.
        if self._task is not None and not self._ending:
            self._ending = True
            self._task.cancel()

    async def _main(self) -> None:
        self.thread.on_unhandled(self._unhandled)
        self._task = self._loop.create_task(self._live())
        if self.stopped:
            self._cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error: Any = context.get("exception")
        if isinstance(error, Exception) and not self.stopped:
            self.client.report(error)

    async def _live(self) -> None:
        """Connect, serve, wait, again."""
        options: StreamOptions = self.options
        attempt: int = 0
        try:
            while not self.stopped:
                pause: float = 0.0
                started: float = self._monotonic()
                try:
                    await self._connect_and_serve()
                except Exception as exc:
                    pause = _retry_after(exc)
                    self.client.report(_explain(exc))
                await self._clear(_("connection failed"))
                if self._since > started and self._monotonic() - self._since >= options.stable_after:
                    attempt = 0
                delay: float = min(options.backoff_cap, options.backoff_base * 2 ** min(attempt, 16))
                attempt += 1
                await asyncio.sleep(max(pause, delay * self._seams.random.uniform(0.5, 1.0)))
        finally:
            await self._end()

    async def _connect_and_serve(self) -> None:
        options: StreamOptions = self.options
        if options.ssl_context is None and options.url.lower().startswith("wss:"):
            options.ssl_context = default_context()
        transport, link = await self._within(
            options.connect_timeout,
            ws_connect(
                lambda: WsConnection(self.client, options, self._opened, self._closed),
                options.url,
                ssl_context=options.ssl_context,
                disconnect_on_exception=False,
                websocket_handshake_timeout=None,
                logger_name=_silent,
                enable_auto_pong=False,
                max_frame_size=options.max_message,
                extra_headers=options.headers,
                max_redirects=0,
                proxy=options.proxy,
                read_buffer_init_size=65536,
                **{"socket_factory": self._dial, **self._seams.wire.picows},
            ),
        )
        if not isinstance(link, WsConnection):
            raise ConnectionError(_("connection lost"))         # as soon as it was there
        watch: asyncio.Task[None] = self._loop.create_task(self._watch(link))
        try:
            await link.lost.wait()
        finally:
            watch.cancel()
        await transport.wait_disconnected()             # raises what picows closed the connection for

    async def _within(self, seconds: float, work: Coroutine[Any, Any, Any]) -> Any:
        """
        ``asyncio.wait_for`` without its flaw: until Python 3.12 it swallows a cancellation that meets
        the end of the work, and stop() would wait for ever.
        """
        task: asyncio.Task[Any] = self._loop.create_task(work)
        try:
            await asyncio.wait({task}, timeout=seconds)
            if not task.done():
                raise asyncio.TimeoutError
            return task.result()
        finally:
            task.cancel()

    def _opened(self, link: WsConnection) -> None:
        self._since = self._monotonic()
        self.link = link
        self.client.epoch += 1
        self._call(self.client.on_connected)

    def _closed(self, link: WsConnection) -> None:
        self.link = None
        self._call(self.client.on_disconnected, link.code or 1006, link.reason or _("connection lost"))

    def _call(self, function: Callable[..., None], *args: Any) -> None:
        try:
            function(*args)
        except Exception as exc:
            self.client.report(exc)

    async def _dial(self, url: Any) -> socket.socket:
        """
        A connected socket to a venue or proxy: the first address that answers. Ours, so that it can
        be shut whatever state the handshake on it is in.
        """
        addresses: list[AddressInfo] = numeric(url.host, url.port) or await self._resolve(url.host, url.port)
        error: Exception = OSError(_("name {host!r} has no address").format(host=url.host))
        for index, (family, kind, protocol, __, address) in enumerate(addresses):
            sock: socket.socket = socket.socket(family, kind, protocol)
            try:
                sock.setblocking(False)
                self._sock = sock
                share: float = self.options.connect_timeout / (len(addresses) - index + 1)
                await self._within(share, self._loop.sock_connect(sock, address))
                return sock
            except Exception as exc:
                error = exc
                sock.close()
        raise error

    async def _resolve(self, host: str, port: int) -> list[AddressInfo]:
        future: asyncio.Future[list[AddressInfo]] = self._loop.create_future()

        def settle(answer: list[AddressInfo] | OSError) -> None:
            if not future.done():
                if isinstance(answer, OSError):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

        def done(answer: list[AddressInfo] | OSError) -> None:
            self._hand_over(settle, answer)

        lookup(host, port, done)
        return await future

    async def _end(self) -> None:
        """Close whatever stands: with a goodbye when connected, by force when half way."""
        link: WsConnection | None = self.link
        if link is not None:
            link.close("stopped")
            try:
                await self._within(FAREWELL, link.lost.wait())
            except asyncio.TimeoutError:
                pass
        await self._clear("stopped")

    async def _clear(self, reason: str) -> None:
        """No connection, no half-made one and no socket is left behind."""
        link: WsConnection | None = self.link
        if link is not None:
            link.drop(reason)
            await link.lost.wait()
        sock: socket.socket | None = self._sock
        self._sock = None
        if sock is None or sock.fileno() < 0:
            return
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        # The transport that owns the socket, if there is one, sees its end and closes it.
        for __ in range(20):
            if sock.fileno() < 0:
                return
            await asyncio.sleep(0.005)
        sock.close()

    async def _watch(self, link: WsConnection) -> None:
        """Pings, and the two ways of being dead while open: no sign of life at all, or no data."""
        client: Client = self.client
        pong_timeout: float = self.options.pong_timeout
        frames, signs = link.frames, link.signs
        data_at: float = self._monotonic()
        pinged_at: float = data_at
        waiting: bool = False
        while link.transport is not None:
            # Both may be changed while we run, as subscriptions come and go.
            silence, interval = client.receive_timeout, client.ping_interval
            await asyncio.sleep(min(1.0, max(min((t for t in (silence, interval, pong_timeout) if t > 0), default=1.0) / 4, 0.01)))
            now: float = self._monotonic()
            if link.frames != frames or not silence:
                frames, data_at = link.frames, now
            elif silence <= now - data_at:
                link.drop(_("no data for {seconds:g} s").format(seconds=silence))
                return
            if link.signs != signs:
                # A pong behind a backlog of data is late, not missing.
                signs, waiting = link.signs, False
            if waiting:
                if 0 < pong_timeout <= now - pinged_at:
                    link.drop(_("no pong within {seconds:g} s").format(seconds=pong_timeout))
                    return
            elif 0 < interval <= now - pinged_at and link.transport is not None:
                link.transport.send_ping(b"")
                pinged_at, waiting = now, True


def _retry_after(error: Exception) -> float:
    """Seconds the venue asked us to stay away for, when it refused the handshake."""
    response: Any = getattr(error, "response", None)
    text: str = str(response.headers.get("Retry-After", "")) if response is not None else ""
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _explain(error: Exception) -> Exception:
    """An exception whose words say what went wrong."""
    if isinstance(error, asyncio.TimeoutError) and not str(error):
        return TimeoutError(_("connecting timed out"))
    if isinstance(error, WSHandshakeError):
        response: Any = error.response
        reason: str = describe(error)[:200]
        if response is None:
            return ConnectionError(_("handshake refused: {reason}").format(reason=reason))
        return ConnectionError(_("handshake refused with {status}: {reason}").format(status=int(response.status), reason=reason))
    if isinstance(error, OSError):
        return ConnectionError(describe(error))
    return error
