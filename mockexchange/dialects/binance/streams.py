"""
Market data connections (web-socket-streams.md): where they come in, what they may ask for.

``/ws`` and ``/`` are raw, ``/stream`` is combined; what each stream says is in channels.py.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec
from aiohttp import web

from ...faults import FaultReply
from ...transport.clock import Timer
from ...transport.slow_readers import wait_for_readers
from ...transport.sockets import CLOSE_GOING_AWAY, CLOSE_POLICY, Socket
from ...transport.ticker import Ticker
from ...transport.ws_requests import Requests
from .channels import Channel
from .stream_market import FORGET_EVERY, MarketChannels, stream_names
from .stream_rendering import MICROSECOND, MILLISECOND, server_shutdown

if TYPE_CHECKING:
    from ...server.venue import Venue

MESSAGES_PER_SECOND: int = 5            # "WebSocket Limits"
MAX_STREAMS: int = 1024                 # "WebSocket Limits", of one connection
LIFE: float = 24 * 3600.0               # seconds, "General WSS information"
NOTICE: float = 600.0                   # seconds before its end that a connection is told
TICK: float = 0.1                       # seconds between two looks at the timed streams
DRAIN_ABOVE: int = 1 << 20              # bytes a reader may lag behind before a replay waits for it
DRAIN_PATIENCE: float = 5.0             # seconds without any progress, then the reader is dropped

METHODS: tuple[str, ...] = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")

_TIME_UNITS: dict[str, int] = {
    "MICROSECOND": MICROSECOND, "microsecond": MICROSECOND,
    "MILLISECOND": MILLISECOND, "millisecond": MILLISECOND,
}
_ID_TEXT = re.compile(r"[A-Za-z0-9_-]{0,36}\Z")


class RequestError(Exception):
    """A control message that is refused with the ``code`` and ``msg`` of "Error Messages"."""

    def __init__(self, code: int, msg: str, shows_id: bool = False) -> None:
        super().__init__(msg)
        self.code: int = code
        self.msg: str = msg
        self.shows_id: bool = shows_id


class Connection:
    """One client: its socket, its form of payload, and the streams it asked for in order."""

    def __init__(self, socket: Socket, is_combined: bool, per: int) -> None:
        self.socket: Socket = socket
        self.is_combined: bool = is_combined
        self.per: int = per
        self.channels: dict[str, Channel | None] = {}       # None: a name that stands for nothing


class MarketStreams:
    """All market data connections of one venue."""

    def __init__(self, venue: "Venue") -> None:
        self.venue: Venue = venue
        self.market: MarketChannels = MarketChannels(venue)
        self._connections: dict[Connection, None] = {}      # in the order they came
        self._ticker: Ticker = Ticker(venue.clock, TICK, self.market.tick, self.market.is_idle, FORGET_EVERY)
        self.market.on_join = self._ticker.wake
        self._is_started: bool = False

    def labels(self) -> Iterator[str]:
        """What passes a connection, as faults are matched with it."""
        yield from (f"ACCEPT ws {path}" for path in ("/", "/ws", "/ws/*", "/stream", "/stream/"))
        yield from (f"WS {name}" for name in METHODS)
        yield from (f"PUSH {name}" for name in stream_names(self.venue.exchange.instruments))

    def add_routes(self, app: web.Application) -> None:
        """``/`` is for clients that connect without a path, as vnpy_binance does."""
        app.router.add_get("/", self._raw)
        app.router.add_get("/ws", self._raw)
        app.router.add_get("/ws/{names:.*}", self._raw)
        app.router.add_get("/stream", self._combined)
        app.router.add_get("/stream/", self._combined)

    async def start(self) -> None:
        """Begin to publish."""
        self.market.open()
        self.venue.drains.append(self.drain)
        self._ticker.start()
        self._is_started = True

    async def stop(self) -> None:
        """Tell every client ("Server Shutdown") and close; waits for nobody."""
        if self._is_started:
            self._is_started = False
            self._ticker.stop()
            if self.drain in self.venue.drains:
                self.venue.drains.remove(self.drain)
            self.market.close()
        for connection in self._connections:
            self._announce_end(connection)
            connection.socket.drop(CLOSE_GOING_AWAY, b"server shutdown")

    async def drain(self) -> None:
        """
        Hold a replay back while a client has more than DRAIN_ABOVE bytes to read.

        A client that takes nothing at all for DRAIN_PATIENCE seconds is dropped, so that one dead
        reader does not stop the market for the others.
        """
        await wait_for_readers(
            lambda: [each.socket for each in self._connections if each.socket.buffered > DRAIN_ABOVE], lambda socket: socket.buffered,
            DRAIN_PATIENCE, lambda socket: socket.drop(CLOSE_POLICY, b"slow reader"),
        )

    def _announce_end(self, connection: Connection) -> None:
        now: int = self.venue.now()
        connection.socket.send(server_shutdown(now, connection.is_combined, connection.per))

    # connections

    async def _raw(self, request: web.Request) -> web.StreamResponse:
        path: str = request.raw_path.partition("?")[0]
        names: list[str] = [unquote(name) for name in path.split("/")[2:] if name]
        return await self._serve(request, names, False)

    async def _combined(self, request: web.Request) -> web.StreamResponse:
        names: list[str] = [name for name in _query(request).get("streams", "").split("/") if name]
        return await self._serve(request, names, True)

    async def _serve(self, request: web.Request, names: list[str], is_combined: bool) -> web.StreamResponse:
        unit: str = _query(request).get("timeUnit", "MILLISECOND")
        if unit not in _TIME_UNITS:
            return web.json_response(
                {"code": -1130, "msg": f"Data sent for parameter 'timeUnit' is not valid: {unit!r}."}, status=400,
            )
        socket: Socket = Socket(request, messages_per_second=MESSAGES_PER_SECOND, clock=self.venue.clock)
        await socket.open()
        connection: Connection = Connection(socket, is_combined, _TIME_UNITS[unit])
        self._connections[connection] = None
        faults = self.venue.faults
        requests: Requests = Requests(faults, socket)
        clock = self.venue.clock
        ends: list[Timer] = [clock.call_later(LIFE, socket.drop, CLOSE_GOING_AWAY, b"24 hours are over")]
        if LIFE > NOTICE:
            ends.append(clock.call_later(LIFE - NOTICE, self._announce_end, connection))
        try:
            try:
                self._subscribe(connection, names)
            except RequestError as error:
                socket.drop(CLOSE_POLICY, error.msg.encode())
            self._wake_feed(connection)
            while (text := await socket.receive()) is not None:
                if faults.active and self._is_struck(connection, requests, text):
                    continue
                socket.send(self.answer(connection, text))
                self._wake_feed(connection)
        finally:
            for end in ends:
                end.cancel()
            self._connections.pop(connection, None)
            self._unsubscribe(connection, list(connection.channels))
        return socket.response

    def _is_struck(self, connection: Connection, requests: Requests, text: str) -> bool:
        """Leave a message to the faults that may bite it, labelled ``WS SUBSCRIBE``; False when there are none."""
        request_id: object = None
        method: str = ""
        try:
            method, _, request_id = read_request(text)
        except RequestError:
            pass
        if not requests.concern(f"WS {method}"):
            return False

        def perform() -> bytes:
            if not connection.socket.is_open:
                return b""              # subscriptions of a connection that has left would stay
            reply: bytes = self.answer(connection, text)
            asyncio.get_running_loop().call_soon(self._wake_feed, connection)
            return reply

        requests.start(f"WS {method}", perform, lambda reply: _replaced(request_id, reply))
        return True

    def _wake_feed(self, connection: Connection) -> None:
        # A replay at `max` speed begins here: never before the client knows that it has subscribed.
        if any(connection.channels.values()):
            self.venue.touch_feed()

    # control messages

    def answer(self, connection: Connection, text: str) -> bytes:
        """Do what a control message asks for and return the reply ("Live Subscribing/Unsubscribing to streams")."""
        request_id: object = None
        try:
            method, params, request_id = read_request(text)
            result: object = self._obey(connection, method, params)
        except RequestError as error:
            reply: dict[str, object] = {"code": error.code, "msg": error.msg}
            if error.shows_id:
                reply["id"] = request_id
            return msgspec.json.encode(reply)
        return msgspec.json.encode({"result": result, "id": request_id})

    def _obey(self, connection: Connection, method: str, params: list[Any]) -> object:
        if method == "LIST_SUBSCRIPTIONS":
            if params:
                raise RequestError(2, "Invalid request: too many parameters")
            return list(connection.channels)
        if method in ("SUBSCRIBE", "UNSUBSCRIBE"):
            if not all(isinstance(name, str) for name in params):
                raise RequestError(2, "Invalid request: stream name must be a string")
            if method == "SUBSCRIBE":
                self._subscribe(connection, params)
            else:
                self._unsubscribe(connection, params)
            return None
        if not params or not isinstance(params[0], str):
            raise RequestError(2, "Invalid request: property name must be a string")
        if len(params) > (2 if method == "SET_PROPERTY" else 1):
            raise RequestError(2, "Invalid request: too many parameters")
        if params[0] != "combined":
            raise RequestError(0, "Unknown property", shows_id=True)
        if method == "GET_PROPERTY":
            return connection.is_combined
        if len(params) < 2 or not isinstance(params[1], bool):
            raise RequestError(1, "Invalid value type: expected Boolean")
        names: list[str] = list(connection.channels)
        self._unsubscribe(connection, names)
        connection.is_combined = params[1]
        self._subscribe(connection, names)
        return None

    def _subscribe(self, connection: Connection, names: list[str]) -> None:
        fresh: list[str] = [name for name in dict.fromkeys(names) if name not in connection.channels]
        if len(connection.channels) + len(fresh) > MAX_STREAMS:
            raise RequestError(2, f"Invalid request: more than {MAX_STREAMS} streams on one connection")
        for name in fresh:
            connection.channels[name] = self.market.join(
                name, connection.socket, connection.per, connection.is_combined,
            )

    def _unsubscribe(self, connection: Connection, names: list[str]) -> None:
        for name in names:
            channel: Channel | None = connection.channels.pop(name, None)
            if channel is not None:
                self.market.leave(channel, connection.socket, connection.per, connection.is_combined)


def read_request(text: str) -> tuple[str, list[Any], object]:
    """A control message -> method, params, id; RequestError when it is none."""
    try:
        request: object = msgspec.json.decode(text)
    except RecursionError:
        raise RequestError(3, "Invalid JSON: recursion limit exceeded") from None
    except msgspec.DecodeError as error:
        found: re.Match[str] | None = re.search(r"byte (\d+)", str(error))
        place: str = _place(text, int(found.group(1)) if found else len(text.encode()))
        raise RequestError(3, f"Invalid JSON: expected value at {place}") from None
    end: str = _place(text, len(text.rstrip().encode()) - 1)
    if not isinstance(request, dict) or "method" not in request:
        raise RequestError(2, f"Invalid request: missing field `method` at {end}")
    method: object = request["method"]
    if method not in METHODS:
        quoted: str = msgspec.json.encode(method).decode()
        at: int = text.find(quoted, text.find('"method"') + 8)
        place = _place(text, len(text[:at + len(quoted)].encode()) - 1) if at >= 0 else end
        expected: str = ", ".join(f"`{name}`" for name in METHODS)
        raise RequestError(2, f"Invalid request: unknown variant `{method}`, expected one of {expected} at {place}")
    request_id: object = request.get("id", False)
    is_number: bool = isinstance(request_id, int) and not isinstance(request_id, bool) and -(1 << 63) <= request_id < 1 << 63
    is_text: bool = isinstance(request_id, str) and _ID_TEXT.match(request_id) is not None
    if not (is_number or is_text or request_id is None):
        raise RequestError(2, "Invalid request: request ID must be an unsigned integer")
    params: object = request.get("params")
    if params is None:
        params = []
    if not isinstance(params, list):
        raise RequestError(2, f"Invalid request: invalid type for field `params`, expected an array at {end}")
    return str(method), params, request_id


def _replaced(request_id: object, reply: FaultReply) -> bytes:
    """A fault's answer with the id of what was asked; one whose body is no JSON object goes out as it is."""
    try:
        body: object = msgspec.json.decode(reply.body) if reply.body else {}
    except msgspec.DecodeError:
        return reply.body
    return msgspec.json.encode({**body, "id": request_id}) if isinstance(body, dict) else reply.body


def _place(text: str, offset: int) -> str:
    """Byte offset -> "line 1 column 7", both counted from 1."""
    before: bytes = text.encode()[:offset]
    line: int = before.count(b"\n") + 1
    column: int = offset - before.rfind(b"\n")
    return f"line {line} column {column}"


def _query(request: web.Request) -> dict[str, str]:
    """The query of a request; unlike in a form, "+" stands for itself (``@kline_1d@+08:00``)."""
    pairs = (pair.partition("=") for pair in request.raw_path.partition("?")[2].split("&"))
    return {unquote(name): unquote(value) for name, _, value in pairs}
