"""
Binance's two sockets: market data, and the WebSocket API with orders and the user data stream.

They turn bytes into records and hand them on: ticks to the event engine, everything about
orders and balances to the gateway's writer.
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from logging import ERROR, WARNING
from typing import Any, NamedTuple

import msgspec
from vnpy.trader.object import ContractData, OrderData, TickData

from rest_locale import N_, _
from vnpy_restgateway.clients import VenueStream
from vnpy_restgateway.decimals import Step
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.quiet import QuietWatch
from vnpy_restgateway.market.subscriptions import Subscriptions
from vnpy_restgateway.net.outcome import Answer, NotSent, Reply, Unknown, describe
from vnpy_restgateway.net.validate import amount

from .auth import signed_params
from .endpoints import (
    CHANNELS,
    MARKET_STREAM_PATH,
    RECV_WINDOW,
    STREAMS_PER_CONNECTION,
    SUBSCRIBE_BATCH,
    SUBSCRIBE_INTERVAL,
    WS_API_PATH,
    WS_USER_STREAM,
)
from .errors import AUTHENTICATION, error_of, retry_header
from .calls import SignedRequestTemplates
from .rest import RestApi
from .ticks import FRAMES, HANDLERS, OPENS_LATE, TickBook, day_tick
from .timings import Timings

SUBSCRIBE_PAUSE: float = 2.0        # s until a user data stream that was refused is asked for again, doubled up to
SUBSCRIBE_LONGEST: float = 60.0
SUBSCRIBE_PATIENCE: float = 5.0     # s until an unanswered SUBSCRIBE is sent again

MOST_CONNECTIONS: int = 12          # of market data: 3,072 symbols
LOOKED_AT: int = 20                 # symbols whose prices are compared, and asked for, when the stream is silent
POLL_TICKS: float = 3.0             # s between ticks that are asked for
FIGURES_WITHIN: float = 1.5         # s: a ticker stream has told the day's figures by then
STAMP: float = 0.000_5             # s; ticks as close together as that carry the same times

START: bytes = b'{"stream":"'
MIDDLE: bytes = b'","data":{"'

Route = tuple[Callable[[bytes], Any], Callable[[TickBook, Any], None], TickBook]


class MdApi(VenueStream):
    """Market data: ticks with last price, five levels and the figures of 24 hours."""

    def __init__(self, host: Host, rest: RestApi, timings: Timings, number: int = 1) -> None:
        super().__init__(host)
        self.rest: RestApi = rest
        self.timings: Timings = timings
        self.books: dict[str, TickBook] = {}                # by vn.py symbol
        self.routes: dict[bytes, Route] = {}                # by stream name
        self._starts: dict[bytes, Route] = {}               # by the first bytes of a frame
        self._start: slice = slice(0)                       # of a frame: the bytes it is known by
        self.topics: Subscriptions = Subscriptions(SUBSCRIBE_BATCH)
        self._changed: list[TickBook] = []
        self._stale: float = 0.0                            # when the two times of the newest ticks are too old
        self._moment: datetime = host.now()
        self._local: datetime = host.seams.local_now()
        self.number: int = number
        self.title = N_("MD API") if number == 1 else _("MD API {number}").format(number=number)
        self.beside: MdApi | None = None                    # for the streams that this connection has no room for
        self._where: tuple[str, str, int] | None = None
        self._shown: dict[str, tuple[float, ...]] = {}      # by the venue's symbol: best prices when last looked by REST
        self._asked_at: float = 0.0                         # when the last SUBSCRIBE was sent, monotonic seconds
        self.quiet: QuietWatch = QuietWatch(
            f"quiet {number}", host.executor, self._sign, lambda: self.connected and bool(self.books), lambda: timings.market_silence, self.look,
        )
        self._spoke: tuple[int, int] = (0, 0)               # changes with news of the market, on whatever connection
        self._polling: bool = False                         # ticks are asked for: the stream is silent
        self._steps: int = 0                                # of the venue's clock, as far as ticks know of them

    def connect(self, host: str, proxy_host: str, proxy_port: int) -> None:
        """Start; subscriptions made before are kept."""
        self._where = (host, proxy_host, proxy_port)
        if self.beside is not None:
            self.beside.connect(host, proxy_host, proxy_port)
        self.init(
            host + MARKET_STREAM_PATH, proxy_host, proxy_port,
            ping_interval=self.timings.ping_interval,
            receive_timeout=0,              # a quiet market is no dead stream: see QuietWatch
        )
        self.start()

    # subscriptions: writer thread

    def subscribe(self, contract: ContractData) -> None:
        """Take a symbol's streams, now and after every reconnect."""
        if contract.symbol in self.books:
            return
        if len(self.topics.wanted) + len(CHANNELS) > STREAMS_PER_CONNECTION:
            self.subscribe_beside(contract)
            return
        book: TickBook = TickBook(
            contract.symbol, contract.name, contract.exchange, self.home.gateway_name, self.home.now()
        )
        book.patience = min(OPENS_LATE + timedelta(seconds=0.02) * self.home.clock.scale, timedelta(seconds=50))
        book.silent_until = self.home.monotonic() + FIGURES_WITHIN
        book.publish = self.home.tick_publisher(contract.vt_symbol)
        self.books[contract.symbol] = book
        topics: list[str] = []
        for channel in CHANNELS:
            topic: str = f"{contract.name.lower()}@{channel}"
            topics.append(topic)
            self.routes[topic.encode()] = (FRAMES[channel].decode, HANDLERS[channel], book)
        self.index_routes()
        self.topics.want(topics)
        self.ask()

    def subscribe_beside(self, contract: ContractData) -> None:
        """This connection is full: take the symbol's streams over another one."""
        if self.beside is None:
            if self.number >= MOST_CONNECTIONS:
                self.home.log(
                    _("Failed to subscribe data, more than {connections} connections of {streams} streams: {symbol}").format(connections=MOST_CONNECTIONS, streams=STREAMS_PER_CONNECTION, symbol=contract.symbol), ERROR
                )
                return
            self.beside = MdApi(self.home, self.rest, self.timings, self.number + 1)
            if self._where:
                self.beside.connect(*self._where)
        self.beside.subscribe(contract)

    def stop(self) -> None:
        """End this connection and those beside it."""
        if self.beside is not None:
            self.beside.stop()
        super().stop()

    def index_routes(self) -> None:
        """
        As many bytes as never change at the beginning of any stream's frames tell the streams apart
        faster than a search for the end of the name; names that are too long for that are searched for.
        """
        width: int = len(START) + min(map(len, self.routes)) + len(MIDDLE)
        starts: dict[bytes, Route] = {(START + name + MIDDLE)[:width]: route for name, route in self.routes.items()}
        self._starts = starts if len(starts) == len(self.routes) else {}
        self._start = slice(width)

    def ask(self) -> None:
        """Send the next SUBSCRIBE, five a second at most; what stays unanswered is sent again."""
        wait: float = self._asked_at + SUBSCRIBE_INTERVAL - self.home.monotonic()
        if wait > 0:
            self.home.executor.reschedule_earlier(wait, f"{self.title} subscribe", self.ask)     # what is wanted meanwhile goes in one message
            return
        batch = self.topics.next_batch()
        if batch is None:
            return
        self._asked_at = self.home.monotonic()
        request_id, topics = batch
        sent: bool = self.send_packet({"method": "SUBSCRIBE", "params": topics, "id": request_id})
        if not sent:
            self.topics.reset()             # the next connection asks for all of them
            return
        self.home.executor.call_later(
            SUBSCRIBE_PATIENCE, f"{self.title} subscribe {request_id}", lambda: self.on_unanswered(request_id)
        )
        self.home.executor.call_later(SUBSCRIBE_INTERVAL, f"{self.title} subscribe", self.ask)

    def on_unanswered(self, request_id: int) -> None:
        """The venue did not confirm a SUBSCRIBE in time."""
        topics: list[str] = self.topics.refuse(request_id)
        if topics:
            self.home.log(_("Subscription not confirmed, asking again: {topic} and {count} more").format(topic=topics[0], count=len(topics) - 1), WARNING)
            self.ask()

    def on_answer(self, packet: dict[str, Any]) -> None:
        """The answer to a SUBSCRIBE (writer thread)."""
        request_id: Any = packet.get("id")
        if not isinstance(request_id, int):
            return
        if "error" in packet or "code" in packet:
            error: dict[str, Any] = packet.get("error") or packet
            topics: list[str] = self.topics.refuse(request_id)
            self.home.log(
                _("Subscription refused, code: {code}, message: {message}: {topics}").format(code=error.get('code'), message=error.get('msg'), topics=', '.join(topics[:4])), ERROR
            )
            self.home.executor.call_later(SUBSCRIBE_PATIENCE, f"{self.title} subscribe", self.ask)
            return
        self.topics.confirm(request_id)

    def on_opened(self) -> None:
        """A new connection (writer thread)."""
        self.topics.reset()
        self.ask()
        self.quiet.begin()

    def _sign(self) -> Hashable:
        if self._told():
            self._spoke = (self.epoch, self.frames)
        return self._spoke

    def _told(self) -> bool:
        """Whether this connection has told anything of the market."""
        return any(book.update_id for book in list(self.books.values()))

    def look(self) -> None:
        """Ask by REST for the best prices of some symbols, which a stream that lives would have told (writer thread)."""
        names: list[str] = [book.fields["name"] for book in list(self.books.values())[:LOOKED_AT]]
        self.rest.query_best_prices(names, self.on_look)

    def on_look(self, data: Any, asked_at: float) -> None:
        """The best prices by REST: other than what the stream told last, they show that it does not tell what happens."""
        books: dict[str, TickBook] = {book.fields["name"]: book for book in self.books.values()}
        moved: list[str] = []
        for d in data if isinstance(data, list) else [data]:
            name: str = d["symbol"]
            f = books[name].fields
            told: tuple[float, ...] | None = (f["bid_price_1"], f["bid_volume_1"], f["ask_price_1"], f["ask_volume_1"])
            if not books[name].update_id:           # nothing was told on this connection: it can only be seen whether REST moves
                told = self._shown.get(name)
            best: tuple[float, ...] = tuple(amount(d[field]) for field in ("bidPrice", "bidQty", "askPrice", "askQty"))
            self._shown[name] = best
            if told is not None and told != best:
                moved.append(name)
        if self.quiet.looked(bool(moved)):
            line: str = _("{title} is silent while {symbol} moves: ticks are asked for, connecting again")
            self.home.log_rarely(f"silent {self.number}", line.format(title=_(self.title), symbol=moved[0]), WARNING)
            self.reconnect(_("no data"))
            if not self._polling:
                self._polling = True
                self.home.executor.call_later(POLL_TICKS, f"ticks {self.number}", self._poll)

    def _poll(self) -> None:
        """Ticks of a stream that is silent, until it speaks."""
        if self._told() or not self.active:
            self._polling = False
            return
        self.home.executor.call_later(max(POLL_TICKS, self.home.pause()), f"ticks {self.number}", self._poll)
        names: list[str] = [book.fields["name"] for book in list(self.books.values())[:LOOKED_AT]]
        self.rest.query_day(names, self._on_day)

    def _on_day(self, data: Any, asked_at: float) -> None:
        books: dict[str, TickBook] = {book.fields["name"]: book for book in list(self.books.values())}

        def show(d: dict[str, Any]) -> None:
            tick: TickData = day_tick(d, books[d["symbol"]].fields, self.home.now())
            tick.localtime = self.home.seams.local_now()
            if self._polling and tick.last_price:
                self.home.on_tick(tick)

        self.home.each(data if isinstance(data, list) else [data], show, N_("tick"))

    # stream thread

    def on_connected(self) -> None:
        for book in self.books.values():
            book.reset()
        self.home.log(_("{title} connected").format(title=_(self.title)))
        self.home.executor.post(self.on_opened)

    def on_frame(self, payload: bytes) -> None:
        route: Route | None = self._starts.get(payload[self._start])
        if route is None:
            route = self.routes.get(payload[len(START):payload.find(b'"', len(START))]) or self.on_other(payload)
            if route is None:
                return
        decode, handle, book = route
        try:
            handle(book, decode(payload).data)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self.on_bad_frame(payload, error)
            return
        self._changed.append(book)

    def on_read_end(self) -> None:
        """One tick a symbol for everything that came in one read of the socket."""
        changed, home = self._changed, self.home
        if not changed:
            return
        self._changed = []
        if (now := home.monotonic()) >= self._stale:
            self._stale = now + STAMP
            self._moment = home.now()
            self._local = home.seams.local_now()
            if home.clock.steps != self._steps:
                self._steps = home.clock.steps
                for each in list(self.books.values()):
                    each.restamp = True
        moment, local = self._moment, self._local
        for book in changed:
            if book.dirty and (book.has_figures or now >= book.silent_until):
                if book.event:
                    home.keeper.heard(book.event)
                if book.early:
                    for early in book.early:
                        early.localtime = local
                        book.publish(early)
                    book.early.clear()
                tick: TickData | None = book.make(moment, local)
                if tick is not None:
                    book.publish(tick)

    def on_other(self, payload: bytes) -> Route | None:
        """An answer, an event of the connection, or a frame of ours with another order of keys: its route."""
        try:
            packet: Any = msgspec.json.decode(payload)
        except (msgspec.DecodeError, RecursionError) as error:
            self.on_bad_frame(payload, error)
            return None
        if not isinstance(packet, dict):
            return None
        if "id" in packet:
            self.home.executor.post(self.on_answer, packet)
            return None
        route: Route | None = self.routes.get(str(packet.get("stream", "")).encode())
        if route is None and self.active and "serverShutdown" in (packet.get("e"), str(packet.get("stream")).lstrip("!")):
            self.home.log(_("MD API: the server is about to shut down"), WARNING)
        return route


class Listener(NamedTuple):
    """Who is told what the user data stream says; the executor's thread."""

    on_event: Callable[[dict[str, Any]], None]
    on_stream: Callable[[bool], None]       # the stream stands: ask for what came before it; or it is gone
    reconcile_soon: Callable[[], None]      # something could not be read
    on_locked_out: Callable[[int | str, str], None]


class TradeApi(VenueStream):
    """The WebSocket API: orders, cancels and the user data stream on one connection."""

    title = N_("Trade API")

    def __init__(self, host: Host, timings: Timings, listener: Listener) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self.listener: Listener = listener
        self.key: str = ""
        self.secret: bytes = b""
        self.subscribed: bool = False
        self._reqid: int = 0
        self._refusals: int = 0             # of the user data stream, in a row
        self._waiting: dict[int, tuple[Answer, float]] = {}
        self._forms: SignedRequestTemplates = SignedRequestTemplates("", b"")

    def connect(self, host: str, key: str, secret: bytes, proxy_host: str, proxy_port: int) -> None:
        """Start. Orders can be sent as soon as the connection stands."""
        self.key = key
        self.secret = secret
        self.subscribed = False
        self.init(host + WS_API_PATH, proxy_host, proxy_port, ping_interval=self.timings.ping_interval, receive_timeout=0)
        self.start()

    # writer thread

    def call(self, method: str, params: dict[str, str | int], callback: Answer) -> bool:
        """
        Sign and send a request; ``callback`` is called exactly once. False: the connection is down,
        nothing was sent and nothing will be called.
        """
        params = {
            **params, "apiKey": self.key, "timestamp": self.home.clock.now_ms(), "recvWindow": RECV_WINDOW
        }
        self._reqid += 1
        packet: dict[str, Any] = {"id": self._reqid, "method": method, "params": signed_params(self.secret, params)}
        return self._ask(msgspec.json.encode(packet), callback)

    def place_limit(self, order: OrderData, name: str, tick: Step, step: Step, callback: Answer) -> bool:
        """As ``call`` with what ``calls.place_params`` makes of a limit order."""
        if self._run is None or self._run.link is None:     # ``connected``, without its call
            return False
        forms: SignedRequestTemplates = self._forms
        if forms.key is not self.key or forms.secret is not self.secret:
            forms = self._forms = SignedRequestTemplates(self.key, self.secret)
        self._reqid += 1
        now: int = self.home.clock.now_ms()
        try:
            packet: bytes = forms.encode(order, name, tick, step, self._reqid, now)
        except Exception as error:
            raise NotSent(_("request could not be built: {reason}").format(reason=describe(error))) from error
        return self._ask(packet, callback)

    def _ask(self, packet: bytes, callback: Answer) -> bool:
        """Send the request whose id was counted last."""
        reqid: int = self._reqid
        patience: float = self.timings.request_timeout
        self._waiting[reqid] = (callback, self.home.monotonic() + patience)
        if not self.send_bytes(packet):
            return self._waiting.pop(reqid, None) is None       # the disconnect got there first and answers
        if len(self._waiting) == 1:         # else the timer runs: ``check_waiting`` sets it anew while anything waits
            self.home.executor.reschedule_earlier(patience, "trade api answers", self.check_waiting)
        return True

    def retire(self) -> None:
        """The connection ends as soon as what was asked on it is answered, or its time is over."""
        if self._waiting:
            self.home.executor.call_later(0.1, "trade api retires", self.retire)
        else:
            self.stop()

    def check_waiting(self) -> None:
        """Requests that the venue never answered."""
        now: float = self.home.monotonic()
        for reqid, (callback, deadline) in list(self._waiting.items()):
            if deadline <= now and self._take(reqid):
                self.home.settle(callback, None, Unknown(_("no answer within the time limit")))
        deadlines: list[float] = [deadline for __, deadline in self._waiting.values()]
        if deadlines:
            self.home.executor.call_later(min(deadlines) - now, "trade api answers", self.check_waiting)

    def _take(self, reqid: Any) -> tuple[Answer, float] | None:
        try:
            return self._waiting.pop(reqid)
        except (KeyError, TypeError):       # answered already, or an id that is none of ours
            return None

    def subscribe_user_stream(self) -> None:
        """Ask for order and balance events; retried while the connection stands."""
        if self.subscribed or self.home.locked_out:
            return
        self.call(WS_USER_STREAM, {}, self.on_subscribed)

    def on_subscribed(self, reply: Reply | None, error: BaseException | None) -> None:
        """The answer to the user data subscription."""
        if reply is not None and reply.status == 200:
            self.subscribed = True
            self._refusals = 0
            self.home.log(_("User data stream subscribed"))
            self.listener.on_stream(True)
            return
        code, message = error_of(reply) if reply else (0, str(error))
        if code in AUTHENTICATION:
            self.listener.on_locked_out(code, message)
            return
        line: str = _("User data stream subscription failed, code: {code}, message: {message}; orders are polled")
        self.home.log_once("user stream", line.format(code=code, message=message), WARNING)
        delay: float = min(SUBSCRIBE_PAUSE * 2 ** min(self._refusals, 10), SUBSCRIBE_LONGEST)
        self._refusals += 1
        self.home.executor.call_later(delay, "user stream", self.subscribe_user_stream)

    def on_opened(self) -> None:
        """A new connection."""
        self.subscribe_user_stream()

    def on_lost(self, waiting: dict[int, tuple[Answer, float]]) -> None:
        """The connection is gone, and with it the answers to what was sent on it."""
        self.home.say_anew()
        self.listener.on_stream(False)
        for callback, __ in waiting.values():
            self.home.settle(callback, None, Unknown(_("connection lost before the answer")))

    # stream thread

    def on_connected(self) -> None:
        self.subscribed = False
        self.home.log(_("Trade API connected"))
        self.home.executor.post(self.on_opened)

    def on_disconnected(self, status_code: int, msg: str) -> None:
        self.subscribed = False
        self.home.executor.post(self.home.flow.life.disconnected)
        waiting, self._waiting = self._waiting, {}
        super().on_disconnected(status_code, msg)
        self.home.executor.post(self.on_lost, waiting)

    def on_frame(self, payload: bytes) -> None:
        try:
            packet: Any = msgspec.json.decode(payload)
        except (msgspec.DecodeError, RecursionError) as error:
            self.home.log_rarely("Trade API frame", _("Trade API frame not understood ({error}): {frame!r}").format(error=error, frame=payload[:120]))
            self.home.executor.run_or_post(self.listener.reconcile_soon)     # it may have been about an order
            return
        if not isinstance(packet, dict):
            return
        event: Any = packet.get("event")
        if isinstance(event, dict):
            self.home.executor.run_or_post(self.listener.on_event, event)
            return
        found = self._take(packet.get("id"))
        if found:
            status: Any = packet.get("status")
            data: Any = packet.get("result", packet.get("error"))
            headers: dict[str, str] = retry_header(data, self.home.clock.scale) if "error" in packet else {}
            reply: Reply = Reply(status if isinstance(status, int) else 0, headers, b"", data, data is None)
            self.home.executor.run_or_post(self.home.settle, found[0], reply, None)
