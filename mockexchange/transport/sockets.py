"""
The server's end of a websocket, made for sending one message to many.

aiohttp does the handshake and reads; what goes out is framed once (``text_frame``) and
handed to the transport as bytes, so that any number of receivers costs one encoding.
"""

import asyncio
import socket
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from weakref import WeakKeyDictionary, ref

from aiohttp import WSMsgType, web

from .clock import Clock, SystemClock, Timer

CLOSE_GOING_AWAY: int = 1001            # RFC 6455, 7.4.1
CLOSE_UNSUPPORTED: int = 1003
CLOSE_POLICY: int = 1008

MAX_MESSAGE: int = 256 << 10            # bytes of one incoming message: 1024 stream names fit several times
LINGER: float = 5.0                     # seconds a dropped peer gets to read what is already buffered
TURN_MESSAGES: int = 32                 # messages of one peer read before others have their turn
LATE_FRAMES: int = 512                  # frames gathered before they are written without waiting for the end of the turn

# Within the handling of a handshake: what is called with the Socket as soon as it is open.
ON_OPEN: ContextVar["Callable[[Socket], None] | None"] = ContextVar("on_open", default=None)

_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA


def _frame(opcode: int, payload: bytes) -> bytes:
    """One unmasked, final frame (RFC 6455, 5.2)."""
    size: int = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload


def text_frame(payload: bytes) -> bytes:
    """A text message, framed: send it to any number of sockets with ``Socket.send_frame``."""
    return _frame(_TEXT, payload)


class _Outbox:
    """
    What the sockets of one event loop send at the end of this turn.

    Frames for one and the same crowd are gathered once for all of it, and stand behind what each of its sockets holds itself. Whatever
    else is sent or looked at meanwhile ends that (``part``): every socket then holds them itself.
    """

    __slots__ = ("_loop", "_is_due", "_waiting", "crowd", "_frames")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: ref[asyncio.AbstractEventLoop] = ref(loop)
        self._is_due: bool = False
        self._waiting: list[Socket] = []            # they hold frames
        self.crowd: tuple[Socket, ...] = ()
        self._frames: list[bytes] = []

    def add(self, one: "Socket") -> None:
        """A socket holds frames that it did not hold before."""
        self._waiting.append(one)
        self._be_due()

    def gather(self, crowd: "tuple[Socket, ...]", frame: bytes) -> None:
        """Send a frame to all of them."""
        if crowd != self.crowd:
            self.part()
            self.crowd = crowd
            self._be_due()
        self._frames.append(frame)
        if len(self._frames) >= LATE_FRAMES:
            self.part()

    def part(self) -> None:
        crowd, self.crowd = self.crowd, ()
        frames, self._frames = self._frames, []
        for one in crowd:
            one._hold(frames)

    def flush(self) -> None:
        self._is_due = False
        crowd, self.crowd = self.crowd, ()
        frames, self._frames = self._frames, []
        waiting, self._waiting = self._waiting, []
        data: bytes = b"".join(frames)
        for one in crowd:
            if one._late:
                one._late.append(data)              # it is among those that wait
            else:
                one._write(data)
        for one in waiting:
            one._flush()

    def _be_due(self) -> None:
        loop: asyncio.AbstractEventLoop | None = self._loop()
        if not self._is_due and loop is not None:
            self._is_due = True
            loop.call_soon(self.flush)


_OUTBOXES: WeakKeyDictionary[asyncio.AbstractEventLoop, _Outbox] = WeakKeyDictionary()


class Socket:
    """
    One websocket of the server.

    What is sent within one turn of the event loop leaves together in one write at its end, in
    order: a burst of frames to ten clients is ten system calls. Nothing that sends ever awaits:
    a peer that does not read is noticed by its write buffer, dropped when that passes
    ``max_buffer`` bytes, and costs the others nothing.

    A ping goes out every ``ping_interval`` seconds; who leaves one unanswered for
    ``pong_timeout`` seconds is dropped. Pongs without a matching ping do not count
    (web-socket-streams.md, "General WSS information"). With ``messages_per_second`` set, a peer
    that sends more messages (pings and pongs included) within one second is disconnected
    ("WebSocket Limits"). Pings and deadlines go by the ``wire`` of ``clock``; a second of that limit is over when it is
    over in reality or on the clock.
    """

    def __init__(
        self,
        request: web.Request,
        *,
        ping_interval: float = 20.0,
        pong_timeout: float = 60.0,
        max_buffer: int = 8 << 20,
        messages_per_second: int = 0,
        clock: Clock | None = None,
        ping_lost: tuple[int, bytes] = (CLOSE_POLICY, b"pong timeout"),
    ) -> None:
        self.request: web.Request = request
        self.response: web.WebSocketResponse = web.WebSocketResponse(
            timeout=1.0, autoping=False, compress=False, max_msg_size=MAX_MESSAGE,
        )
        self.ping_interval: float = ping_interval
        self.pong_timeout: float = pong_timeout
        self.max_buffer: int = max_buffer
        self.messages_per_second: int = messages_per_second
        self.ping_lost: tuple[int, bytes] = ping_lost           # code and reason of the close frame then
        self.is_open: bool = False
        self._is_frozen: bool = False
        self.clock: Clock = (clock or SystemClock()).wire

        self._loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        outbox: _Outbox | None = _OUTBOXES.get(self._loop)
        if outbox is None:
            outbox = _OUTBOXES[self._loop] = _Outbox(self._loop)
        self._outbox: _Outbox = outbox
        self._transport: asyncio.Transport | None = None
        self._late: list[bytes] = []
        self._room: int = 0                             # bytes that can be written before the write buffer must be looked at
        self._pings: dict[bytes, float] = {}            # payload -> when it was sent, oldest first
        self._ping_timer: Timer | None = None
        self._pongs_owed: asyncio.Future[None] | None = None
        self._arrivals: deque[float] = deque()
        self._received: int = 0
        self._ended: asyncio.Future[None] = self._loop.create_future()

    # life

    async def open(self) -> None:
        """
        Answer the upgrade. Raises aiohttp's HTTPBadRequest when the request is no websocket
        handshake, ConnectionResetError when the peer is gone already.
        """
        try:
            await self.response.prepare(self.request)
        except ValueError as error:             # a key that is not ASCII
            raise web.HTTPBadRequest(text=f"Handshake error: {error}") from None
        transport: asyncio.Transport | None = self.request.transport
        if transport is None:
            raise ConnectionResetError("the peer left during the handshake")
        self._transport = transport
        self.is_open = True
        self._ping_timer = self.clock.call_later(self.ping_interval, self._ping)
        spoil: Callable[[Socket], None] | None = ON_OPEN.get()
        if spoil is not None:
            spoil(self)

    async def close(self, code: int = 1000, reason: bytes = b"") -> None:
        """Send everything that waits, then the close frame; returns within about a second."""
        if not self.is_open or self._is_frozen:
            return
        self._flush()
        transport: asyncio.Transport | None = self._end()
        if transport is None:
            return
        try:
            await self.response.close(code=code, message=reason, drain=False)
        except (ConnectionError, RuntimeError):
            pass
        # The transport closes only when its buffer is out, which a peer that stopped reading never allows.
        if transport.get_write_buffer_size():
            self._loop.call_later(LINGER, transport.abort)

    def drop(self, code: int, reason: bytes) -> None:
        """Close without waiting for the peer: what is buffered and the close frame get LINGER seconds to leave."""
        if not self.is_open or self._is_frozen:
            return
        self._flush(check=False)
        transport: asyncio.Transport | None = self._end()
        if transport is None or transport.is_closing():
            return
        transport.write(_frame(_CLOSE, struct.pack("!H", code) + reason))
        transport.close()
        self._loop.call_later(LINGER, transport.abort)

    def reset(self) -> None:
        """End the connection with a TCP RST, as a crashed host or a middlebox does."""
        self._outbox.part()
        self._late.clear()
        transport: asyncio.Transport | None = self._end() or self.request.transport
        if transport is None:
            return
        raw: socket.socket | None = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0))
        transport.abort()

    def finish(self, code: int | None) -> None:
        """End the connection with a FIN; after a close frame with ``code``, or without one when that is None."""
        if code is not None:
            self.drop(code, b"")
            return
        self._flush(check=False)
        transport: asyncio.Transport | None = self._end()
        if transport is not None:
            transport.close()

    def freeze(self) -> None:
        """
        Read and send nothing any more, and never close: what a peer behind a dead link looks like.
        Only ``reset`` and the end of the server end it.
        """
        self._outbox.part()
        self._is_frozen = True
        self._late.clear()
        self._pings.clear()
        if self._ping_timer is not None:
            self._ping_timer.cancel()
            self._ping_timer = None
        if self._transport is not None and self._transport.is_reading():
            self._transport.pause_reading()

    def thaw(self) -> None:
        """Undo ``freeze``; what should have been sent meanwhile is lost, what has come in is read now."""
        self._is_frozen = False
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
            self._ping_timer = self.clock.call_later(self.ping_interval, self._ping)

    def closed(self) -> "asyncio.Future[None]":
        """Done when this end has closed or has seen the other one go."""
        return self._ended

    def _end(self) -> asyncio.Transport | None:
        transport, self._transport = self._transport, None
        self.is_open = False
        self._pings.clear()
        self._settle_pongs()
        if self._ping_timer is not None:
            self._ping_timer.cancel()
            self._ping_timer = None
        if not self._ended.done():
            self._ended.set_result(None)
        return transport

    # out

    @property
    def buffered(self) -> int:
        """Bytes accepted but not yet taken by the kernel; 0 for a socket that is not open."""
        transport: asyncio.Transport | None = self._transport
        if transport is None:
            return 0
        self._outbox.part()
        return transport.get_write_buffer_size() + sum(map(len, self._late))

    def send(self, payload: bytes) -> None:
        """Send one text message; on a socket that is gone this does nothing."""
        self.send_frame(text_frame(payload))

    def tear(self, payload: bytes, keep: int, ends: bool) -> None:
        """
        Send the first ``keep`` bytes of a text message: as a shorter message, or, when it ``ends``,
        in a frame that announces all of them, and then a FIN.
        """
        if not ends:
            self.send(payload[:keep])
            return
        frame: bytes = _frame(_TEXT, payload)
        self.send_frame(frame[:len(frame) - len(payload) + keep])
        self.finish(None)

    def send_frame(self, frame: bytes) -> None:
        """Send bytes that are framed already; on a socket that is gone this does nothing."""
        if not self.is_open:
            return
        if self._outbox.crowd:
            self._outbox.part()
        late: list[bytes] = self._late
        if not late:
            self._outbox.add(self)
        late.append(frame)
        if len(late) >= LATE_FRAMES:
            self._flush()

    def _hold(self, frames: list[bytes]) -> None:
        """As ``send_frame``, of what was gathered for a crowd."""
        if not self.is_open:
            return
        if not self._late:
            self._outbox.add(self)
        self._late += frames
        if len(self._late) >= LATE_FRAMES:
            self._flush()

    def _flush(self, check: bool = True) -> None:
        if self._outbox.crowd:
            self._outbox.part()
        late: list[bytes] = self._late
        if late:
            data: bytes = b"".join(late)
            late.clear()
            self._write(data, check)

    def _write(self, data: bytes, check: bool = True) -> None:
        transport: asyncio.Transport | None = self._transport
        if transport is None or transport.is_closing() or self._is_frozen:
            return
        transport.write(data)
        self._room -= len(data)
        if check and self._room < 0:                # before that no more than ``max_buffer`` can be waiting
            self._room = self.max_buffer - transport.get_write_buffer_size()
            if self._room < 0:
                self.drop(CLOSE_POLICY, b"slow reader")

    # in

    async def receive(self) -> str | None:
        """
        The next text message; None when the connection is over, whoever ended it.

        Pings are answered and pongs booked in here, so somebody must always be receiving.
        """
        while self.is_open:
            try:
                message = await self.response.receive()
            except (ConnectionError, RuntimeError):
                break
            kind: WSMsgType = message.type
            if kind not in (WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG):
                if kind is WSMsgType.BINARY:
                    await self.close(CLOSE_UNSUPPORTED, b"text messages only")
                break
            self._received += 1
            if self._received % TURN_MESSAGES == 0:
                await asyncio.sleep(0)          # what has come already is had without waiting, so let others have a turn
            if self.messages_per_second and self._is_too_many():
                await self.close(CLOSE_POLICY, b"too many messages")
                break
            if kind is WSMsgType.TEXT:
                return str(message.data)
            if kind is WSMsgType.PING:
                self.send_frame(_frame(_PONG, bytes(message.data)))
            else:
                self._book_pong(bytes(message.data))
        self._end()
        return None

    def _is_too_many(self) -> bool:
        now: float = self._loop.time() + self.clock.advanced
        arrivals: deque[float] = self._arrivals
        while arrivals and arrivals[0] <= now - 1.0:
            arrivals.popleft()
        arrivals.append(now)
        return len(arrivals) > self.messages_per_second

    # heartbeat

    def _ping(self) -> None:
        now: float = self.clock.time()
        # A timer may fire early by the clock's resolution, hence the hundredth.
        oldest: float = next(iter(self._pings.values()), now)
        if now - oldest >= self.pong_timeout - self.ping_interval / 100:
            self.drop(*self.ping_lost)
            return
        payload: bytes = b"%d" % self.clock.now()
        self._pings[payload] = now
        self.send_frame(_frame(_PING, payload))
        if self.is_open:
            self._ping_timer = self.clock.call_later(self.ping_interval, self._ping)
        if now + self.ping_interval - oldest >= self.pong_timeout:
            # The last ping before the deadline: a clock that is being advanced must leave the peer time to answer.
            if self._pongs_owed is None:
                self._pongs_owed = self._loop.create_future()
            self.clock.hold(self._pongs_owed)

    def _settle_pongs(self) -> None:
        if self._pongs_owed is not None:
            if not self._pongs_owed.done():
                self._pongs_owed.set_result(None)
            self._pongs_owed = None

    def _book_pong(self, payload: bytes) -> None:
        """A pong answers its ping and, as RFC 6455 (5.5.3) lets a busy peer skip some, every older one."""
        if payload not in self._pings:
            return
        for sent in list(self._pings):
            del self._pings[sent]
            if sent == payload:
                break
        if not self._pings:
            self._settle_pongs()


def fan_out(sockets: Iterable[Socket], payload: bytes) -> None:
    """Send one text message to many sockets: framed once, and gathered once, whatever their number. Faults do not see it."""
    crowd: tuple[Socket, ...] = tuple(sockets)
    if crowd:
        crowd[0]._outbox.gather(crowd, text_frame(payload))
