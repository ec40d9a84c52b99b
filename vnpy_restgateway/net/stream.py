"""
A ``vnpy_websocket.WebsocketClient`` to whoever uses it, with another engine room.

TLS is verified; a peer that stops answering, or stops sending, is noticed; every lost connection
is told once and followed by a reconnect with growing, jittered pauses; ``epoch`` counts the
connections. Nothing here is global to the process.
"""

import logging
import ssl
from collections.abc import Mapping
from typing import Any

import msgspec
import vnpy_websocket

from ..seams import MACHINE, Seams
from .proxy import Proxy, read_proxy
from .redact import redact
from .stream_connection import BINARY, TEXT, StreamOptions
from .stream_loop import StreamLoop

STOP_PATIENCE: float = 1.5

logger: logging.Logger = logging.getLogger("vnpy_restgateway.net.stream")


class WebsocketClient(vnpy_websocket.WebsocketClient):
    """
    Callbacks to override; all run in the client's one thread, and what they raise goes to ``on_error``:

    * ``on_connected()``, ``on_disconnected(status_code, msg)``: strictly in turns, the second also at stop().
    * ``on_packet(packet)``: a message, decoded by ``decode``.
    * ``on_frame(payload)``: instead of on_packet where speed counts: the bytes of a whole message.
    * ``on_read_end()``: after the last message of one socket read; the place to publish what was
      gathered, once per symbol.
    * ``on_error(e)``
    """

    def __init__(self, seams: Seams = MACHINE) -> None:
        self.seams: Seams = seams
        self.active: bool = False
        self.host: str = ""
        self.proxy: Proxy | None = None
        self.header: dict | None = None
        self.ping_interval: float = 10
        self.receive_timeout: float = 60
        self.epoch: int = 0                 # connections so far; grows before on_connected
        self._options: StreamOptions = StreamOptions("")
        self._run: StreamLoop | None = None

    def init(
        self,
        host: str,
        proxy_host: str = "",
        proxy_port: int = 0,
        ping_interval: float = 10,
        receive_timeout: float = 60,
        header: dict | None = None,
        trace: bool = False,
        *,
        pong_timeout: float = 4,
        connect_timeout: float = 4,
        backoff_base: float = 0.5,
        backoff_cap: float = 5,
        stable_after: float = 30,
        max_message: int = 16 * 1024 * 1024,
        max_send_buffer: int = 4 * 1024 * 1024,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """
        Times in seconds, sizes in bytes. The attributes ``ping_interval`` and ``receive_timeout`` may be
        changed while connected.

        :param host: "wss://host[:port]/path"
        :param ping_interval: 0: no pings
        :param receive_timeout: reconnect after that long without a message, pongs do not count;
            0 for a stream that may be silent
        :param proxy_host: HTTP proxy, as ``proxy.read_proxy`` takes it; environment variables are not looked at
        :param header: extra headers of the handshake
        :param trace: kept for compatibility; frames are never printed
        :param pong_timeout: a ping that is followed by nothing for that long ends the connection
        :param stable_after: a connection that lasted that long resets the pauses between attempts
        :param ssl_context: instead of the default one, which verifies
        :raises ValueError: the proxy cannot be used
        """
        self.host = host
        self.proxy = read_proxy(proxy_host, int(proxy_port or 0))
        self.ping_interval = ping_interval
        self.receive_timeout = receive_timeout
        self.header = header
        self._options = StreamOptions(
            url=host,
            headers={str(k): str(v) for k, v in header.items()} if isinstance(header, Mapping) else None,
            proxy=self.proxy.url if self.proxy else None,
            ssl_context=ssl_context,
            pong_timeout=pong_timeout,
            connect_timeout=connect_timeout,
            backoff_base=backoff_base,
            backoff_cap=backoff_cap,
            stable_after=stable_after,
            max_message=max_message,
            max_send_buffer=max_send_buffer,
        )

    def start(self) -> None:
        """Connect, and stay connected until stop()."""
        if self.active:
            return
        self.active = True
        self._run = StreamLoop(self, self._options, self.seams)
        self._run.start()

    def stop(self) -> None:
        """Close and end the thread within 2 s in any state. Safe to call twice, and from a callback."""
        run: StreamLoop | None = self._run
        self.active = False
        if run is None:
            return
        run.stop()
        if not run.inside():
            run.thread.join(STOP_PATIENCE)

    def join(self) -> None:
        """Wait for the end of the thread. Not from a callback."""
        run: StreamLoop | None = self._run
        if run is not None and not run.inside():
            run.thread.join()

    def set_host(self, host: str) -> None:
        """The address of the next connection; the one that stands is kept. For addresses with a token in them."""
        self.host = self._options.url = host

    @property
    def connected(self) -> bool:
        run: StreamLoop | None = self._run
        return run is not None and run.link is not None

    @property
    def frames(self) -> int:
        """Messages that came over the connection there is; 0 without one."""
        run: StreamLoop | None = self._run
        link = run.link if run is not None else None
        return link.frames if link is not None else 0

    def send_packet(self, packet: dict) -> bool:
        """
        Send a packet as JSON text, from any thread.

        :return: False when it was not sent: not connected, send buffer full, or not JSON. Never raises.
        """
        try:
            payload: bytes = msgspec.json.encode(packet)
        except Exception as exc:
            self.report(exc)
            return False
        return self.send_bytes(payload)

    def send_bytes(self, payload: bytes, binary: bool = False) -> bool:
        """As ``send_packet``, for a message that is encoded already."""
        run: StreamLoop | None = self._run
        if run is None:
            return False
        return run.send(payload, BINARY if binary else TEXT)

    def reconnect(self, reason: str) -> None:
        """Give up the connection, if there is one, and make a new one; from any thread."""
        run: StreamLoop | None = self._run
        if run is not None:
            run.drop(reason)

    def on_frame(self, payload: bytes) -> None:
        """A whole message, text or binary. Override for speed."""
        self.on_message(payload)

    def on_message(self, message: bytes) -> None:
        self.on_packet(self.decode(message))

    def decode(self, message: bytes) -> Any:
        """Bytes of a message to what on_packet gets. Override for typed decoding."""
        return msgspec.json.decode(message)

    def on_read_end(self) -> None:
        """The messages of one socket read have all been delivered."""

    def on_connected(self) -> None:
        """A connection stands; ``epoch`` has its number."""

    def on_disconnected(self, status_code: int, msg: str) -> None:
        """A connection is gone. 1000: we closed it; 1006: it broke; else the code of the peer's close frame."""

    def on_packet(self, packet: Any) -> None:
        """A decoded message."""

    def on_error(self, e: Exception) -> None:
        """A connection that did not come about, or an exception in a callback."""
        logger.error("%s: %s", type(e).__name__, redact(str(e), self.proxy.secrets if self.proxy else ()))

    def report(self, error: Exception) -> None:
        """Hand an exception to on_error, and trust not even that."""
        try:
            self.on_error(error)
        except Exception as exc:
            logger.error("on_error raised %s", redact(str(exc) or type(exc).__name__, self.proxy.secrets if self.proxy else ()))
