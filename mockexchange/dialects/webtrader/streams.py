"""
The websocket ``/ws/`` (spec 4): every client is told everything of its account, and every tick that anybody has subscribed to.

Text that a client sends is read and ignored. A binary message ends its connection without a close frame, and whoever connected
after it is told nothing more until the web process is restarted (spec 4).
"""

from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import web

from ...server.incidents import Incident, KeyRevoked, RulesChanged, SymbolAdded, SymbolRemoved
from ...transport.clock import Timer
from ...transport.slow_readers import wait_for_readers
from ...transport.sockets import CLOSE_POLICY, CLOSE_UNSUPPORTED, Socket, fan_out
from ...transport.ticker import Ticker
from . import rendering
from .contents import vt_symbol
from .errors import NOT_FOUND
from .oms import Record
from .options import WEB_KILL, WEB_TERM, WEB_UP
from .rendering import frame, render
from .routes import cut, is_handshake, no_handshake, reply
from .state import DialectState
from .tokens import BadToken, WrongUser

PATH: str = "/ws/"
TICK: float = 0.1                       # seconds between two looks at the markets
IDLE_EVERY: int = 600                   # ticks
PING: float = 20.0                      # seconds between pings, and that a client has to answer one
PING_LOST: tuple[int, bytes] = (1011, b"keepalive ping timeout")
SERVICE_RESTART: int = 1012
MOST_BUFFERED: int = 1 << 26            # bytes: only a flood that a fault makes comes to so many
DRAIN_ABOVE: int = 1 << 18              # bytes a reader may lag behind before a replay waits for it
DRAIN_PATIENCE: float = 2.0             # seconds without any progress: nobody waits for it any longer
HEARTBEAT: bytes = b'{"type":"heartbeat"}'
BEAT: float = 10.0                      # seconds between two of them; after three without any text a client is gone
LOGIN_SECONDS: float = 1.0              # that a client has to send its token, where the first message is that


class PushSocket(Socket):
    """A socket that a binary message ends without a close frame."""

    def __init__(self, request: web.Request, desk: DialectState) -> None:
        super().__init__(
            request, ping_interval=PING, pong_timeout=PING, max_buffer=MOST_BUFFERED, clock=desk.venue.clock, ping_lost=PING_LOST,
        )
        self.was_sent_binary: bool = False

    async def close(self, code: int = 1000, reason: bytes = b"") -> None:
        if code == CLOSE_UNSUPPORTED:
            self.was_sent_binary = True
            self.finish(None)
        else:
            await super().close(code, reason)


class Connection:
    """One client. ``is_cut_off``: a binary message of an earlier one stands between it and its pushes."""

    def __init__(self, socket: PushSocket, account: str, is_cut_off: bool) -> None:
        self.socket: PushSocket = socket
        self.account: str = account
        self.is_cut_off: bool = is_cut_off
        self.is_given_up: bool = False          # a replay waits for it no longer
        self.last_text: float = 0.0             # when it has sent something, on the venue's clock


class Streams:
    """All websockets of one venue."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk
        self._connections: dict[Connection, None] = {}          # in the order they came
        self._is_jammed: bool = False                           # by a binary message: no new connection is told anything
        self._ticker: Ticker = Ticker(desk.venue.clock, TICK, self._tick, self._is_idle, IDLE_EVERY)
        self._web: str = desk.options.web
        self._ends: list[Callable[[], None]] = []

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("GET", PATH, self._serve)

    def labels(self) -> Iterator[str]:
        """What passes a socket, as faults are matched with it."""
        yield f"ACCEPT ws {PATH}"
        yield from (f"PUSH user {topic}" for topic in rendering.USER_TOPICS)
        yield from (tick_label(vt_symbol(symbol)) for symbol in self.desk.venue.exchange.instruments)

    async def start(self) -> None:
        """Begin to push."""
        self.desk.trading.publish = self.publish
        self.desk.on_change = self._on_change
        self.desk.venue.drains.append(self.drain)
        self._ends = [self.desk.venue.incidents.follow(self._on_incident)]
        self._ticker.start()

    async def stop(self) -> None:
        """Close every socket; waits for nobody."""
        self._ticker.stop()
        self.desk.on_change = lambda: None
        if self.drain in self.desk.venue.drains:
            self.desk.venue.drains.remove(self.drain)
        for end in self._ends:
            end()
        self.close_all(SERVICE_RESTART)

    async def drain(self) -> None:
        """Hold a replay back while a client has more than DRAIN_ABOVE bytes to read, and takes some of them."""
        def behind() -> list[Connection]:
            return [each for each in self._connections if each.socket.buffered > DRAIN_ABOVE and not each.is_given_up]

        def give_up(connection: Connection) -> None:
            connection.is_given_up = True

        await wait_for_readers(behind, lambda each: each.socket.buffered, DRAIN_PATIENCE, give_up)

    # -- connections

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        desk = self.desk
        if not desk.is_up:
            return cut(request)
        if not is_handshake(request):
            return reply({"detail": NOT_FOUND}, 404)
        account: str = ""
        if desk.options.ws_token == "url":
            try:
                account = desk.user(request.query["token"])
            except (LookupError, WrongUser):
                return no_handshake(403)
            except BadToken:
                return no_handshake(int(desk.options.expired_handshake))
        socket: PushSocket = PushSocket(request, desk)
        try:
            await socket.open()
        except web.HTTPBadRequest:
            return no_handshake(400)
        if not account:
            account = await self._log_in(socket)
            if not account:
                return socket.response
        await self._attend(Connection(socket, account, self._is_jammed))
        return socket.response

    async def _log_in(self, socket: PushSocket) -> str:
        """The account of the token that is the first message; "" and a closed socket where it is none, or does not come."""
        timer: Timer = self.desk.venue.clock.wire.call_later(LOGIN_SECONDS, socket.drop, CLOSE_POLICY, b"")
        try:
            return self.desk.user(await socket.receive() or "")
        except (BadToken, WrongUser):
            socket.drop(CLOSE_POLICY, b"")
            return ""
        finally:
            timer.cancel()

    async def _attend(self, connection: Connection) -> None:
        clock = self.desk.venue.clock.wire
        connection.last_text = clock.time()
        beat: Timer | None = clock.call_later(BEAT, self._beat, connection) if self.desk.options.is_seed else None
        self._connections[connection] = None
        self._ticker.wake()
        try:
            while await connection.socket.receive() is not None:
                connection.last_text = clock.time()
        finally:
            if beat is not None:
                beat.cancel()
            if connection.socket.was_sent_binary:
                self._jam(connection)
            self._connections.pop(connection, None)

    def _jam(self, connection: Connection) -> None:
        self._is_jammed = True
        place: int = list(self._connections).index(connection)
        for later in list(self._connections)[place:]:
            later.is_cut_off = True

    def _beat(self, connection: Connection) -> None:
        """The seed's heartbeat: a text message every 10 s, and 30 s to send one back."""
        if not connection.socket.is_open:
            return
        if self.desk.venue.clock.wire.time() - connection.last_text >= 3 * BEAT:
            connection.socket.drop(*PING_LOST)
            return
        connection.socket.send(HEARTBEAT)
        self.desk.venue.clock.wire.call_later(BEAT, self._beat, connection)

    def close_all(self, code: int | None) -> None:
        """Close every websocket with a code; None: without a close frame."""
        for connection in list(self._connections):
            if code is None:
                connection.socket.reset()
            else:
                connection.socket.drop(code, b"")

    # -- what happens

    def _is_idle(self) -> bool:
        return not self.desk.trading.subscriptions

    def _tick(self, count: int) -> None:
        self.desk.trading.tick()

    def _on_change(self) -> None:
        """The web process may have ended or begun, and sockets may have to close."""
        options = self.desk.options
        before, self._web = self._web, options.web
        if before == WEB_UP and options.web != WEB_UP:
            self.close_all(SERVICE_RESTART if options.web == WEB_TERM else None)
        elif before in (WEB_TERM, WEB_KILL) and options.web == WEB_UP:
            self._is_jammed = False
        if options.sockets != "open":
            self.close_all(None if options.sockets == "drop" else int(options.sockets))
            options.sockets = "open"
        self._ticker.wake()

    def _on_incident(self, incident: Incident) -> bool:
        if isinstance(incident, KeyRevoked):
            return True                 # its tokens are refused over REST; open sockets stay, as those of expired tokens do
        if isinstance(incident, SymbolAdded) and self.desk.trading.gateway.is_connected:
            self.desk.trading.gateway.read_contracts()
        return isinstance(incident, SymbolRemoved | SymbolAdded | RulesChanged)

    # -- out

    def publish(self, records: list[Record]) -> None:
        """Push what the trading process tells."""
        orders: list[Record] = [each for each in records if each.topic == rendering.ORDER]
        if len(orders) > 1 and self.desk.options.push_order == "reversed":
            backwards: Iterator[Record] = reversed(orders)
            records = [next(backwards) if each.topic == rendering.ORDER else each for each in records]
        for record in records:
            self._push(record)
        self._ticker.wake()

    def _push(self, record: Record) -> None:
        options, faults = self.desk.options, self.desk.venue.faults
        if not self._connections or options.web != WEB_UP or options.pushes != "flow":
            return
        if options.lose_pushes:
            options.lose_pushes -= 1
            return
        sockets: list[PushSocket] = [
            each.socket for each in self._connections if not each.is_cut_off and record.account in ("", each.account)
        ]
        row: dict[str, Any] = render(record.row, options)
        payload: bytes = frame(record.topic, row)
        if faults.pushes:
            label: str = tick_label(row["vt_symbol"]) if record.topic == rendering.TICK else f"PUSH user {record.topic}"
            faults.push(label, sockets, payload)
        else:
            fan_out(sockets, payload)


def tick_label(name: str) -> str:
    return f"PUSH tick {rendering.TICK} {name}"
