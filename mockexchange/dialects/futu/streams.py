"""
The websocket ``/ws`` (spec 4): a tap of everything that the gateway is told, filtered by what a key may hear.

Nothing that a client sends means anything. A reader that is too slow loses frames; its connection stays.
"""

from collections.abc import Callable, Iterator

from aiohttp import web

from ...core.events import Event
from ...server.incidents import (
    Incident,
    KeyRevoked,
    RulesChanged,
    SymbolAdded,
    SymbolRemoved,
)
from ...transport.slow_readers import wait_for_readers
from ...transport.sockets import CLOSE_GOING_AWAY, CLOSE_POLICY, Socket, fan_out
from ...transport.ticker import Ticker
from . import enums
from .access import Caller
from .errors import ApiError
from .operations import ACC, QOT
from .options import FutuOptions
from .quote_pushes import QuotePushes
from .routes import error_answer
from .state import DialectState
from .stream_rendering import Frame, encode_edited, link_frame, sec_key
from .trade_pushes import TradePushes

PATH: str = "/ws"
TICK: float = 0.1                       # seconds between two looks at what is not pushed at once
IDLE_EVERY: int = 600                   # ticks
NEVER: float = 3600.0 * 24 * 365        # the gateway sends no pings
MOST_BUFFERED: int = 1 << 26          # bytes: only a flood that a fault makes comes to so many
LOSE_ABOVE: int = 1 << 20               # bytes that wait for a reader, from which on he loses frames
DRAIN_ABOVE: int = 1 << 18              # bytes a reader may lag behind before a replay waits for him
DRAIN_PATIENCE: float = 2.0             # seconds without any progress: nobody waits for him any longer

QUOTE_PUSHES: tuple[int, ...] = (enums.QUOTE_PUSH, enums.KLINE_PUSH, enums.TICKER_PUSH, enums.BOOK_PUSH)
TRADE_PUSHES: tuple[int, ...] = (enums.ORDER_PUSH, enums.FILL_PUSH)


class PushSocket(Socket):
    """A socket whose pushes, as faults have left them, are encoded when they leave."""

    def __init__(self, request: web.Request, desk: DialectState) -> None:
        super().__init__(request, ping_interval=NEVER, pong_timeout=NEVER, max_buffer=MOST_BUFFERED, clock=desk.venue.clock)
        self._options: FutuOptions = desk.options
        self._last: tuple[bytes, bytes] = (b"", b"")        # what was sent last, and as what: a fault may send it often

    def send(self, payload: bytes) -> None:
        if payload is not self._last[0]:
            self._last = (payload, encode_edited(payload, self._options))
        super().send(self._last[1])

    def tear(self, payload: bytes, keep: int, ends: bool) -> None:
        """As much of the frame as was to be kept of the message."""
        frame: bytes = encode_edited(payload, self._options)
        super().tear(frame, len(frame) * keep // max(len(payload), 1), ends)


class Connection:
    """One client."""

    def __init__(self, socket: PushSocket, caller: Caller) -> None:
        self.socket: PushSocket = socket
        self.caller: Caller = caller
        self.is_given_up: bool = False          # a replay waits for it no longer


class Streams:
    """All websockets of one venue."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk
        self.quotes: QuotePushes = QuotePushes(desk, self._send_quote)
        self.trades: TradePushes = TradePushes(desk, self._send_trade)
        self._connections: dict[Connection, None] = {}
        self._ticker: Ticker = Ticker(desk.venue.clock, TICK, self._tick, self._is_idle, IDLE_EVERY)
        self._link: str = desk.options.link
        self._ends: list[Callable[[], None]] = []

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("GET", PATH, self._serve)

    def labels(self) -> Iterator[str]:
        """What passes a socket, as faults are matched with it."""
        yield f"ACCEPT ws {PATH}"
        yield from (f"PUSH trade {proto_id}" for proto_id in TRADE_PUSHES)
        yield f"PUSH notify {enums.NOTIFY}"
        for symbol, market in self.desk.markets.items():
            yield from (f"PUSH quote {proto_id} {sec_key(market, symbol)}" for proto_id in QUOTE_PUSHES)

    async def start(self) -> None:
        """Begin to push."""
        desk = self.desk
        desk.on_subscribe = self._on_subscribe
        desk.on_change = self.trades.on_change
        desk.publish = self.trades.on_events
        desk.options.on_change = self._on_options
        desk.venue.drains.append(self.drain)
        self._ends = [desk.venue.listen(self.on_events), desk.venue.watch(self._on_command), desk.venue.incidents.follow(self._on_incident)]
        self._ticker.start()

    async def stop(self) -> None:
        """Close every socket; waits for nobody."""
        self._ticker.stop()
        self.desk.options.on_change = lambda: None
        if self.drain in self.desk.venue.drains:
            self.desk.venue.drains.remove(self.drain)
        for end in self._ends:
            end()
        for connection in self._connections:
            connection.socket.drop(CLOSE_GOING_AWAY, b"server shutdown")

    async def drain(self) -> None:
        """Hold a replay back while a client has more than DRAIN_ABOVE bytes to read, and takes some of them."""
        def behind() -> list[Connection]:
            return [each for each in self._connections if each.socket.buffered > DRAIN_ABOVE and not each.is_given_up]

        def give_up(connection: Connection) -> None:
            connection.is_given_up = True

        await wait_for_readers(behind, lambda each: each.socket.buffered, DRAIN_PATIENCE, give_up)

    # -- connections

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        access = self.desk.access
        try:
            caller: Caller = access.identify(request.headers.get("Authorization", ""), request.query.get("token", ""))
            access.admit(caller, QOT, PATH)
            socket: PushSocket = PushSocket(request, self.desk)
            try:
                await socket.open()
            except web.HTTPBadRequest:
                raise ApiError(400, "not a websocket handshake") from None
        except ApiError as error:
            return error_answer(error)
        connection: Connection = Connection(socket, caller)
        self._connections[connection] = None
        self._ticker.wake()
        try:
            while await socket.receive() is not None:
                pass
        finally:
            self._connections.pop(connection, None)
        return socket.response

    def _is_idle(self) -> bool:
        return not self._connections or self.quotes.is_idle()

    # -- what happens

    def on_events(self, events: list[Event]) -> None:
        """Trades of the market, and what happens to users."""
        if self._connections:
            self.quotes.on_events(events)
        self.trades.on_events(events)
        self._on_command("")                # a day's end is no symbol's

    def _on_command(self, symbol: str) -> None:
        """The market may look otherwise now."""
        if not self.quotes.is_stirred:
            self.quotes.is_stirred = True
            self._ticker.wake()

    def _tick(self, count: int) -> None:
        if self._connections:
            self.quotes.tick()

    def _on_subscribe(self, pairs: list[tuple[str, int]], is_first_push: bool) -> None:
        self._ticker.wake()
        self.quotes.begin(pairs, is_first_push and bool(self._connections))

    def _on_options(self) -> None:
        """The link to the back end may be another."""
        options = self.desk.options
        before, self._link = self._link, options.link
        if before != options.link and "silent" not in (before, options.link):
            self._send(link_frame(options.link == "up"), lambda caller: QOT in caller.scopes)
        self.desk.set_ticks()
        self._ticker.wake()

    def _on_incident(self, incident: Incident) -> bool:
        if isinstance(incident, KeyRevoked):
            for connection in self._connections:
                if incident.key in (connection.caller.token, connection.caller.login):
                    connection.socket.drop(CLOSE_POLICY, b"unauthorized")
            return True
        if isinstance(incident, RulesChanged):
            self.desk.set_ticks()
        return isinstance(incident, SymbolRemoved | SymbolAdded | RulesChanged)

    # -- out

    def _send_quote(self, one: Frame) -> None:
        if self.desk.options.link == "up":
            self._send(one, lambda caller: QOT in caller.scopes)

    def _send_trade(self, login: str, one: Frame) -> None:
        if self.desk.options.link == "up":
            self._send(one, lambda caller: ACC in caller.scopes and caller.login == login)

    def _send(self, one: Frame, may_hear: Callable[[Caller], bool]) -> None:
        sockets: list[PushSocket] = []
        for connection in self._connections:
            if may_hear(connection.caller):
                if connection.socket.buffered <= LOSE_ABOVE:
                    sockets.append(connection.socket)
            else:
                self.desk.count("filtered")
        faults = self.desk.venue.faults
        if not sockets:
            return
        if faults.pushes:
            faults.push(one.label, sockets, one.editable(self.desk.options))
        else:
            fan_out(sockets, one.payload(self.desk.options))
