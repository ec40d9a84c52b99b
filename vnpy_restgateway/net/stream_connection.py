"""One websocket connection as picows sees it: frames in, messages out, signs of life counted."""

import asyncio
import os
import ssl
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from rest_locale import _

TEXT: WSMsgType = WSMsgType.TEXT
BINARY: WSMsgType = WSMsgType.BINARY
CONTINUATION: WSMsgType = WSMsgType.CONTINUATION
PING: WSMsgType = WSMsgType.PING
PONG: WSMsgType = WSMsgType.PONG
CLOSE: WSMsgType = WSMsgType.CLOSE

AT_ONCE: int = 8_192                    # bytes of a message that the caller's thread may send

MOST_FRAGMENTS: int = 10_000            # of a message; they may be empty, so their size says nothing


def text_frame(payload: bytes) -> bytes:
    """A client's text frame (RFC 6455, 5.2 and 5.3) of less than 65,536 bytes."""
    size: int = len(payload)
    mask: bytes = os.urandom(4)
    head: bytes = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    key: bytes = (mask * (size // 4 + 1))[:size]
    masked: int = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return head + mask + masked.to_bytes(size, "big")


def thread_safe_write(transport: WSTransport) -> Callable[[bytes], None] | None:
    """
    What writes to a connection from any thread, None where that is not known to be safe.

    aiofastnet's transports are C that holds the GIL from the look at their state to the end of the system call, TLS by OpenSSL included
    (ssl_engine_direct): a write from another thread is to them what a write from one of their own callbacks is. Its other engine for TLS
    lets go of the GIL on the way, a selector without epoll or kqueue does not see that a writer was added, and without a GIL none of it holds.
    """
    below: Any = transport.underlying_transport
    if os.name != "posix" or not getattr(sys, "_is_gil_enabled", lambda: True)() or not type(below).__module__.startswith("aiofastnet."):
        return None
    engine: Any = below.get_extra_info("ssl_object")
    if engine is not None and type(engine).__module__ != "aiofastnet.ssl_engine_direct":
        return None
    write: Callable[[bytes], None] | None = getattr(below, "write_nocheck", None)
    return write


@dataclass
class StreamOptions:
    """Times in seconds, sizes in bytes; a time of 0 switches its watch off."""

    url: str
    headers: Mapping[str, str] | None = None
    proxy: str | None = field(default=None, repr=False)     # its URL has the password
    ssl_context: ssl.SSLContext | None = None
    pong_timeout: float = 4.0
    connect_timeout: float = 4.0
    backoff_base: float = 0.5
    backoff_cap: float = 5.0
    stable_after: float = 30.0
    max_message: int = 16 * 1024 * 1024
    max_send_buffer: int = 4 * 1024 * 1024


class Client(Protocol):
    """What is called back, always in the thread of the loop."""

    epoch: int
    ping_interval: float
    receive_timeout: float

    def on_connected(self) -> None: ...
    def on_disconnected(self, status_code: int, msg: str) -> None: ...
    def on_frame(self, payload: bytes) -> None: ...
    def on_read_end(self) -> None: ...
    def report(self, error: Exception) -> None: ...


class WsConnection(WSListener):
    """
    From the end of the handshake to the loss of the connection. ``opened`` and ``closed`` are each
    called once, before the first and after the last frame.
    """

    def __init__(
        self,
        client: Client,
        options: StreamOptions,
        opened: Callable[["WsConnection"], None],
        closed: Callable[["WsConnection"], None],
    ) -> None:
        self.client: Client = client
        self.loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        self.options: StreamOptions = options
        self.transport: WSTransport | None = None
        self.congested: bool = False
        self.write_here: Callable[[bytes], None] | None = None      # from any thread; None: by the loop's only
        self.lost: asyncio.Event = asyncio.Event()
        self.code: int = 0                          # of the close frame; 0: none came
        self.reason: str = ""
        self.frames: int = 0                        # messages and fragments
        self.signs: int = 0                         # frames of any kind: signs of life
        self._opened: Callable[[WsConnection], None] = opened
        self._closed: Callable[[WsConnection], None] = closed
        self._armed: bool = False
        self._parts: list[bytes] = []
        self._size: int = 0
        self._partial: bool = False
        self._on_frame: Callable[[bytes], None] = client.on_frame
        self._on_read_end: Callable[[], None] = client.on_read_end

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=self.options.max_send_buffer)
        self.write_here = thread_safe_write(transport)
        self._opened(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if self.transport is None or self.code:
            return                                  # given up, or closing: what still comes is not ours
        kind: WSMsgType = frame.msg_type
        self.signs += 1
        if (kind == TEXT or kind == BINARY) and frame.fin and not self._partial:
            payload: bytes = frame.get_payload_as_bytes()
        elif kind == PING:
            if not self.congested:                  # who sends pings and reads no pongs gets no more of them
                transport.send_pong(frame.get_payload_as_bytes())
            return
        elif kind == PONG:
            return
        elif kind == CLOSE:
            self._answer_close(transport, frame)
            return
        else:
            self.frames += 1
            joined: bytes | None = self._join(kind, frame)
            if joined is None:
                return
            payload = joined
        self.frames += 1
        if not self._armed:
            # Runs when this read has been worked off: every frame of it comes first.
            self._armed = True
            self.loop.call_soon(self._read_end)
        try:
            self._on_frame(payload)
        except Exception as exc:
            self.client.report(exc)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        if self._armed:
            self._read_end()
        self.lost.set()
        self._closed(self)

    def pause_writing(self) -> None:
        self.congested = True

    def resume_writing(self) -> None:
        self.congested = False

    def close(self, reason: str) -> None:
        """Our goodbye; the peer's answer, or ``drop``, ends the connection."""
        if self.transport is not None and not self.code:
            self.code, self.reason = 1000, reason
            self.transport.send_close(WSCloseCode.OK)

    def drop(self, reason: str) -> None:
        """Give up a connection that is open but dead: no farewell, nobody would acknowledge it."""
        self.reason = self.reason or reason
        if self.transport is not None:
            self.transport.disconnect(graceful=False)

    def _answer_close(self, transport: WSTransport, frame: WSFrame) -> None:
        code: int = int(frame.get_close_code())     # type: ignore[call-overload]
        self.code = code or 1005
        self.reason = frame.get_close_reason() or ""
        transport.send_close(frame.get_close_code() if code else WSCloseCode.OK)
        transport.disconnect()

    def _join(self, kind: WSMsgType, frame: WSFrame) -> bytes | None:
        """Fragments of a message; None until the last one is there."""
        if (kind == CONTINUATION) != self._partial:
            self.drop(_("fragments out of order"))
            return None
        self._size += frame.payload_size
        if self._size > self.options.max_message:
            self.drop(_("message exceeds {size} bytes").format(size=self.options.max_message))
            return None
        if len(self._parts) >= MOST_FRAGMENTS:
            self.drop(_("message has more than {most} fragments").format(most=MOST_FRAGMENTS))
            return None
        self._parts.append(frame.get_payload_as_bytes())
        self._partial = not frame.fin
        if self._partial:
            return None
        payload: bytes = b"".join(self._parts)
        self._parts = []
        self._size = 0
        return payload

    def _read_end(self) -> None:
        if not self._armed:
            return
        self._armed = False
        try:
            self._on_read_end()
        except Exception as exc:
            self.client.report(exc)
