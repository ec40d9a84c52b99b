"""
The websocket ``/spot/v1/ws/socket`` (spec, section 5): connections, heartbeat, subscriptions, user pushes.

One socket holds one symbol, one kline, the statistics of all symbols and one user, each replaced by the next
subscription of its kind; there is no way to unsubscribe but to close.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from aiohttp import web

from ...core.events import BalanceChange, Event, Fill, OrderReport
from ...faults import AFTER_ENGINE, ON_REPLY
from ...transport.clock import Timer
from ...transport.slow_readers import wait_for_readers
from ...transport.sockets import CLOSE_GOING_AWAY, CLOSE_POLICY, Socket, fan_out
from ...transport.ticker import Ticker
from ...transport.ws_requests import Requests
from .channels import FORGET_EVERY, MARKET_PUSHES, MarketChannels
from .state import DialectState, Listing
from .op_market import INTERVALS
from .user_data import USER_PUSHES, user_pushes

REQUESTS: tuple[str, ...] = ("ping", "subSymbol", "subKline", "subStats", "subUser")
PATH: str = "/spot/v1/ws/socket"
TICK: float = 0.1                       # seconds between two looks at what is not pushed at once
NEVER: float = 3600.0 * 24 * 365        # the venue sends no protocol pings (spec 5.2)
DRAIN_ABOVE: int = 1 << 20              # bytes a reader may lag behind before a replay waits for it
DRAIN_PATIENCE: float = 5.0             # seconds without any progress, then the reader is dropped

# spec 5.4
PONG: bytes = b"pong"
SUCCEED: bytes = b"succeed"
INVALID_PARAM: bytes = b"invalid param"
AUTH_FAIL: bytes = b"auth fail"
SUB_FAIL: bytes = b"sub fail"
INVALID_TOKEN: bytes = b"invalid_ws_token"


class Connection:
    """One client: what its socket holds, and when its heart must beat again."""

    def __init__(self, socket: Socket) -> None:
        self.socket: Socket = socket
        self.symbol: Listing | None = None
        self.kline: tuple[Listing, str] | None = None
        self.account: str = ""
        self.kept: list[bytes] | None = None                # answers that a fault may spoil, instead of sending them
        self.deadline: Timer | None = None

    def answer(self, message: bytes) -> None:
        """Say what came of a request."""
        if self.kept is None:
            self.socket.send(message)
        else:
            self.kept.append(message)


class Streams:
    """All websockets of one venue."""

    def __init__(self, desk: DialectState) -> None:
        self.desk: DialectState = desk
        self.market: MarketChannels = MarketChannels(desk)
        self._connections: dict[Connection, None] = {}
        self._users: dict[str, dict[Socket, None]] = {}     # account -> its sockets
        self._ticker: Ticker = Ticker(desk.venue.clock, TICK, self.market.tick, self.market.is_idle, FORGET_EVERY)
        self.market.on_join = self._ticker.wake
        self._unlisten: Callable[[], None] | None = None

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get(PATH, self._serve)

    def labels(self) -> Iterator[str]:
        """What passes a socket, as faults are matched with it."""
        yield f"ACCEPT ws {PATH}"
        yield from (f"WS {name}" for name in REQUESTS)
        yield from (f"PUSH user {kind}" for kind in USER_PUSHES)
        yield from (f"PUSH {name}@{kind}" for name in self.desk.by_name for kind in MARKET_PUSHES)

    async def start(self) -> None:
        """Begin to publish."""
        self.desk.publish = self.on_events
        self._unlisten = self.desk.venue.listen(self.on_events)
        self.desk.venue.drains.append(self.drain)
        self._ticker.start()

    async def stop(self) -> None:
        """Close every socket; waits for nobody."""
        self._ticker.stop()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        if self.drain in self.desk.venue.drains:
            self.desk.venue.drains.remove(self.drain)
        for connection in self._connections:
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

    def on_events(self, events: list[Event]) -> None:
        """Trades go to those who follow the symbol, what happened to a user to his sockets."""
        self.market.on_events(events)
        if not self._users:
            return
        faults = self.desk.venue.faults
        for event in events:
            if isinstance(event, (OrderReport, Fill, BalanceChange)) and (sockets := self._users.get(event.account)):
                for push in user_pushes(event, self.desk):
                    payload: bytes = msgspec.json.encode(push)
                    if faults.pushes:
                        faults.push(f"PUSH user {push['resType']}", sockets, payload)
                    else:
                        fan_out(sockets, payload)

    # connections

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        socket: Socket = Socket(request, ping_interval=NEVER, pong_timeout=NEVER, clock=self.desk.venue.clock)
        await socket.open()
        connection: Connection = Connection(socket)
        self._connections[connection] = None
        self._beat(connection)
        faults = self.desk.venue.faults
        requests: Requests = Requests(faults, socket)
        try:
            while (text := await socket.receive()) is not None:
                if not faults.active or not self._is_struck(connection, requests, text):
                    self.obey(connection, text)
        finally:
            if connection.deadline is not None:
                connection.deadline.cancel()
            self._connections.pop(connection, None)
            self._forget(connection)
        return socket.response

    def _beat(self, connection: Connection) -> None:
        if connection.deadline is not None:
            connection.deadline.cancel()
        connection.deadline = self.desk.venue.clock.wire.call_later(
            self.desk.options.heartbeat_ms / 1000, connection.socket.drop, CLOSE_POLICY, b"heartbeat timeout",
        )

    def _forget(self, connection: Connection) -> None:
        socket: Socket = connection.socket
        self._leave_symbol(connection)
        self._leave_kline(connection)
        self._leave_user(connection)
        self.market.stats.pop(socket, None)

    def _leave_symbol(self, connection: Connection) -> None:
        if connection.symbol is not None:
            self.market.leave_symbol(connection.symbol, connection.socket)
            connection.symbol = None

    def _leave_kline(self, connection: Connection) -> None:
        if connection.kline is not None:
            self.market.leave_kline(*connection.kline, connection.socket)
            connection.kline = None

    def _leave_user(self, connection: Connection) -> None:
        if connection.account:
            sockets: dict[Socket, None] = self._users[connection.account]
            del sockets[connection.socket]
            if not sockets:
                del self._users[connection.account]
            connection.account = ""

    def end_user(self, account: str) -> None:
        """The account's key is good no longer: its sockets stay, and hear nothing of it any more."""
        for connection in self._connections:
            if connection.account == account:
                self._leave_user(connection)

    # requests

    def _is_struck(self, connection: Connection, requests: Requests, text: str) -> bool:
        """
        Leave a message to the faults that may bite it, False when there are none. It is labelled by its
        ``sub``, ``WS subSymbol``, or ``WS ping``; a fault's answer goes out as it is.
        """
        request: Any = read_request(text)
        kind: object = request.get("sub", "") if isinstance(request, dict) else ""
        label: str = "WS ping" if is_heartbeat(text, request) else f"WS {kind}"
        if not requests.concern(label):
            return False
        faults = self.desk.venue.faults

        def perform() -> bytes:
            if not connection.socket.is_open:
                return b""              # subscriptions of a connection that has left would stay
            if not faults.concerns(label, (AFTER_ENGINE, ON_REPLY)):
                self.obey(connection, text)
                return b""
            connection.kept = []
            try:
                self.obey(connection, text)
                return b"".join(connection.kept)
            finally:
                connection.kept = None

        requests.start(label, perform, lambda reply: reply.body)
        return True

    def obey(self, connection: Connection, text: str) -> None:
        """Do what a message asks for: a heartbeat in one of the three forms seen (spec 5.2), or a subscription (5.3)."""
        socket: Socket = connection.socket
        request: Any = read_request(text)
        if is_heartbeat(text, request):
            self._beat(connection)
            connection.answer(PONG)
            return
        if not isinstance(request, dict):
            if text != "pong":
                connection.answer(INVALID_PARAM)
            return
        kind: object = request.get("sub")
        if kind == "subSymbol":
            self._subscribe_symbol(connection, request)
        elif kind == "subKline":
            self._subscribe_kline(connection, request)
        elif kind == "subStats":
            connection.answer(SUCCEED)
            self.market.join_stats(socket)
            self.desk.venue.touch_feed()
        elif kind == "subUser":
            self._subscribe_user(connection, request)
        else:
            connection.answer(INVALID_PARAM)

    def _subscribe_symbol(self, connection: Connection, request: dict[str, Any]) -> None:
        name: object = request.get("symbol")
        if not isinstance(name, str) or not name:
            connection.answer(INVALID_PARAM)
            return
        self._leave_symbol(connection)
        # An unknown symbol is accepted too, and then stays silent (spec 5.4).
        connection.answer(SUCCEED)
        listing: Listing | None = self.desk.by_name.get(name)
        if listing is not None:
            connection.symbol = listing
            self.market.join_symbol(listing, connection.socket)
            self.desk.venue.touch_feed()

    def _subscribe_kline(self, connection: Connection, request: dict[str, Any]) -> None:
        name: object = request.get("symbol")
        interval: object = request.get("type")
        if not isinstance(name, str) or not name or not isinstance(interval, str):
            connection.answer(INVALID_PARAM)
            return
        if interval not in INTERVALS:
            connection.answer(SUB_FAIL)
            return
        self._leave_kline(connection)
        connection.answer(SUCCEED)
        listing: Listing | None = self.desk.by_name.get(name)
        if listing is not None:
            connection.kline = (listing, interval)
            self.market.join_kline(listing, interval, connection.socket)
            self.desk.venue.touch_feed()

    def _subscribe_user(self, connection: Connection, request: dict[str, Any]) -> None:
        token: object = request.get("token")
        if not isinstance(token, str) or not token:
            connection.answer(AUTH_FAIL)
            return
        now_ms: int = self.desk.venue.now() // 1000
        account: str = self.desk.tokens.redeem(token, now_ms, self.desk.options.token_ms * self.desk.venue.clock.per_real)
        if account not in self.desk.venue.keys:
            connection.answer(INVALID_TOKEN)
            return
        self._leave_user(connection)
        connection.account = account
        self._users.setdefault(account, {})[connection.socket] = None
        connection.answer(SUCCEED)


def read_request(text: str) -> Any:
    """A message as JSON, None for one that is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def is_heartbeat(text: str, request: Any) -> bool:
    """Whether it is one of the three forms of spec 5.2."""
    return text == "ping" or (isinstance(request, dict) and "ping" in (request.get("action"), request.get("ping")))
