"""
HashEx's sockets: one for each subscribed symbol, one for the 24 hour figures of all, one for the account.

They turn bytes into records and hand them on: ticks to the event engine, everything about orders and
balances to the gateway's writer. A socket is kept alive by the word "ping", not by ping frames.
"""

from collections.abc import Callable
from functools import partial
from logging import WARNING
from typing import Any

import msgspec
from vnpy.trader.object import ContractData, TickData

from rest_locale import N_, _
from vnpy_restgateway.clients import VenueStream
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import coded

from .account import Account
from .endpoints import DEPTH, DEPTH_LEVEL, STREAM_PATH, TICKER_PATHS, TOKEN, Rank
from .rest import RestApi
from .ticks import TickBook
from .timings import Timings

HEARTBEAT: float = 8.0              # s between "ping"s; the strictest document disconnects after 30
SILENCE: float = 12.0               # s without any frame, "pong" included, after which a connection is dead
ACKNOWLEDGED: float = 2.0           # s after which a subscription that nobody refused counts: "succeed" is in no document
TOKEN_PAUSE: float = 2.0            # s, doubled with every refusal up to
TOKEN_LONGEST: float = 60.0
LONGEST_QUIET: float = 600.0        # s without news of a book that REST shows unchanged
TICKER_PAUSE: float = 60.0          # s between changes from one path of the single ticker to the other

# Words that are no JSON
PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
REFUSALS: frozenset[bytes] = frozenset({
    b"invalid param", b"auth fail", b"sub fail", b"system error", b"invalid_ws_token", b"Invalid parameter",
})


class Socket(VenueStream):
    """What the three kinds have in common."""

    def connect(self, host: str, proxy_host: str, proxy_port: int) -> None:
        """Connect, and stay connected until stop()."""
        self.init(host + STREAM_PATH, proxy_host, proxy_port, ping_interval=0, receive_timeout=SILENCE)
        self.start()

    def beat(self) -> None:
        """Say "ping", now and from now on (writer thread)."""
        if self.active:
            self.send_bytes(b"ping")
            self.home.executor.call_later(HEARTBEAT, f"beat {id(self)}", self.beat)

    def on_opened(self) -> None:
        """A new connection (stream thread)."""

    def on_push(self, kind: str, data: Any) -> None:
        """A push (stream thread); what it raises makes the frame a bad one."""

    def on_refused(self, word: str) -> None:
        """The venue did not take a subscription (writer thread)."""

    def on_word(self, word: bytes) -> None:
        """An answer that is neither a push nor a heartbeat nor a refusal (stream thread)."""

    # stream thread

    def on_connected(self) -> None:
        self.home.log(_("{title} connected{about}").format(title=_(self.title), about=self.about))
        self.home.executor.post(self.beat)
        self.on_opened()

    def on_frame(self, payload: bytes) -> None:
        if payload[:1] != b"{":
            self.on_text(payload.strip(b' "\r\n'))
            return
        try:
            packet: Any = msgspec.json.decode(payload)
            kind: Any = packet.get("resType")
            if isinstance(kind, str):
                self.on_push(kind, packet["data"])
            elif packet.get("code") not in (None, 0, "0"):
                text: str = coded(packet["code"], packet.get("msg") or packet.get("message") or "")
                self.home.executor.post(self.on_refused, text)
        except (msgspec.DecodeError, RecursionError, *PARSE_ERRORS) as error:
            self.on_bad_frame(payload, error)

    def on_text(self, word: bytes) -> None:
        """A bare word."""
        if word == b"ping":
            self.send_bytes(b"pong")
        elif word in REFUSALS:
            self.home.executor.post(self.on_refused, word.decode())
        elif word != b"pong":
            self.on_word(word)


class SymbolSocket(Socket):
    """One symbol's depth and trades. ``data_at``: when it last told of the book (monotonic seconds)."""

    def __init__(self, host: Host, rest: RestApi, market: "MdApi", contract: ContractData) -> None:
        super().__init__(host)
        self.rest: RestApi = rest
        self.market: MdApi = market
        self.name: str = contract.name
        self.about = _(" of {symbol}").format(symbol=contract.name)
        self.lock = host.seams.threads.Lock()        # the book is fed by this socket, the figures' socket and REST
        self.book: TickBook = TickBook(contract, host.gateway_name, host.now())
        self.data_at: float = 0.0
        self.polled_at: float = 0.0
        self.polling: int = 0           # answers outstanding
        self.crossed: bool = False      # when last looked at
        self.patience: float = market.timings.give_up      # s without news of the book; grows while there is nothing to tell
        self.differs: bool = False      # what REST told is not what the socket told last
        self.steps: int = 0             # of the venue's clock, as far as the book knows of them

    def on_opened(self) -> None:
        with self.lock:
            self.book.reset()
        self.data_at = self.home.monotonic()
        self.send_packet({"sub": "subSymbol", "symbol": self.name})

    def on_refused(self, word: str) -> None:
        self.home.log_once(f"subscribe {self.name}", _("Subscription of {name} refused ({reason}), trying again").format(name=self.name, reason=word), WARNING)
        self.home.executor.reschedule_earlier(TOKEN_PAUSE, f"again {self.name}", lambda: self.reconnect(_("subscription refused")))

    def on_push(self, kind: str, data: Any) -> None:
        if kind == "qAllDepth" or kind == "qDepth":
            self.data_at = self.home.monotonic()
            self.differs = False
            self.patience = self.market.timings.give_up
        if kind == "qStats":
            self.market.on_stats(data)
            return
        if data.get("s") not in (None, self.name):
            return
        with self.lock:
            if kind == "qAllDepth":
                self.book.on_all_depth(data)
            elif kind == "qDepth":
                if not self.book.on_depth(data):
                    self.home.executor.post(self.on_torn)
            elif kind == "qDeal":
                self.book.on_deal(data)

    def on_read_end(self) -> None:
        """One tick for everything that came in one read of the socket."""
        if self.book.dirty:
            self.publish()

    def publish(self) -> None:
        """A tick of the book as it stands."""
        host = self.home
        with self.lock:
            if self.book.event:
                host.keeper.heard(self.book.event)
            if host.clock.steps != self.steps:
                self.steps = host.clock.steps
                self.book.restamp = True
            tick: TickData | None = self.book.make(host.now(), host.seams.local_now())
            if tick:
                host.on_tick(tick)       # under the lock: three threads publish, and the times must not go back

    # writer thread

    def look(self) -> None:
        """Once a second: a book that is crossed twice running will not become whole by itself."""
        with self.lock:
            crossed: bool = self.book.whole and self.book.crossed()
            if crossed and self.crossed:
                self.book.reset()
        if crossed and self.crossed:
            self.on_torn()
        self.crossed = crossed

    def on_torn(self) -> None:
        """The book was dropped: take a new one now, not when the socket next sends a whole one."""
        self.home.log_once(f"torn {self.name}", _("Book of {name} is torn, taking a new one").format(name=self.name), WARNING)
        self.poll()

    def poll(self) -> None:
        """Book and figures by REST."""
        if self.polling or not self.active:
            return
        self.polling = 2
        self.polled_at = self.home.monotonic()
        try:
            self._ask()
        except Exception:
            self.polling = 0            # else nobody would ever poll again
            raise

    def _ask(self) -> None:
        rest = self.rest
        rest.query(
            N_("depth") + f" {self.name}", DEPTH, {"symbol": self.name, "level": DEPTH_LEVEL},
            partial(self.on_answer, TickBook.on_all_depth), signed=False, failed=self.on_poll_failed,
        )
        rest.query(
            N_("ticker") + f" {self.name}", TICKER_PATHS[self.market.ticker_path], {"symbol": self.name},
            partial(self.on_answer, TickBook.on_stats), signed=False, failed=self.on_poll_failed,
            refused=self.on_ticker_refused,
        )

    def on_answer(self, take: Any, data: Any, asked_at: float) -> None:
        """An answer of the poll; older than what the socket said meanwhile, it says nothing."""
        self.polling = max(0, self.polling - 1)
        with self.lock:
            if take is TickBook.on_stats:
                take(self.book, data)
            elif self.data_at < asked_at or not self.book.whole:
                before = self.book.best()
                take(self.book, {**data, "id": 0})
                self.differs = self.differs or self.book.best() != before
        if self.book.dirty:
            self.publish()

    def on_poll_failed(self) -> None:
        self.polling = max(0, self.polling - 1)

    def on_ticker_refused(self, code: int | str, text: str) -> bool:
        """The single ticker has two paths: from now on the other, unless that one failed as well."""
        md = self.market
        if self.home.monotonic() < md.ticker_fixed:
            return False
        refused: str = TICKER_PATHS[md.ticker_path]
        md.ticker_path = (md.ticker_path + 1) % len(TICKER_PATHS)
        md.ticker_fixed = self.home.monotonic() + TICKER_PAUSE
        self.polling = max(0, self.polling - 1)
        line: str = _("{path} refused, code: {code}, message: {message}; using {other}")
        self.home.log(line.format(path=refused, code=code, message=text, other=TICKER_PATHS[md.ticker_path]))
        return True


class StatsSocket(Socket):
    """The 24 hour figures of all symbols."""

    def __init__(self, host: Host, market: "MdApi") -> None:
        super().__init__(host)
        self.about = _(" of the 24 hour figures")
        self.market: MdApi = market

    def on_opened(self) -> None:
        self.send_packet({"sub": "subStats"})

    def on_push(self, kind: str, data: Any) -> None:
        if kind == "qStats":
            self.market.on_stats(data)

    def on_refused(self, word: str) -> None:
        self.home.log_once("subscribe stats", _("Subscription of the 24 hour figures refused ({reason})").format(reason=word), WARNING)


class MdApi:
    """The sockets of the market data, and the watch over them. Subscriptions outlive the connection."""

    def __init__(self, host: Host, rest: RestApi, timings: Timings) -> None:
        self.home: Host = host
        self.rest: RestApi = rest
        self.timings: Timings = timings
        self.sockets: dict[str, SymbolSocket] = {}      # by HashEx's symbol
        self.stats: StatsSocket = StatsSocket(host, self)
        self.ticker_path: int = 0
        self.ticker_fixed: float = 0.0                  # until then the path that is used is not changed, monotonic s
        self._where: tuple[str, str, int] | None = None

    def connect(self, host: str, proxy_host: str, proxy_port: int) -> None:
        """Start those subscribed before."""
        self._where = (host, proxy_host, proxy_port)
        for socket in self.sockets.values():
            socket.polling = 0
            socket.connect(*self._where)
        if self.sockets:
            self.stats.connect(*self._where)
            self.watch()

    def closers(self) -> list[Callable[[], None]]:
        """Calls that end the sockets."""
        self._where = None
        return [socket.stop for socket in (*list(self.sockets.values()), self.stats)]

    def subscribe(self, contract: ContractData) -> None:
        """Take a symbol's socket (writer thread)."""
        if contract.name in self.sockets:
            return
        socket: SymbolSocket = SymbolSocket(self.home, self.rest, self, contract)
        self.sockets[contract.name] = socket
        if self._where:
            socket.connect(*self._where)
            if not self.stats.active:
                self.stats.connect(*self._where)
            socket.poll()
            self.watch()

    def watch(self) -> None:
        """Poll by REST what its socket does not tell; give up a socket that stays silent."""
        now: float = self.home.monotonic()
        if self._where:
            self.home.executor.call_later(1.0, "watch", self.watch)
        for socket in self.sockets.values():
            socket.look()
            silent: float = now - socket.data_at
            if silent < self.timings.silence:
                continue
            if now - socket.polled_at >= max(self.timings.poll_ticks, 0.4 * len(self.sockets)) and not self.rest.pause(False):
                socket.poll()
            if socket.connected and silent >= socket.patience:
                socket.data_at = now
                if not socket.differs:          # by REST it is the same: nothing happens there
                    socket.patience = min(2.0 * socket.patience, LONGEST_QUIET)
                    continue
                self.home.log_once(f"silent {socket.name}", _("MD API of {symbol} is silent, connecting again").format(symbol=socket.name), WARNING)
                socket.reconnect(_("no data for {seconds:g} s").format(seconds=round(silent)))

    def on_stats(self, data: Any) -> None:
        """Figures of one symbol, or of several (any stream thread)."""
        for d in data if isinstance(data, list) else [data]:
            socket: SymbolSocket | None = self.sockets.get(d["s"])
            if socket:
                with socket.lock:
                    socket.book.on_stats(d)
                socket.publish()


class UserSocket(Socket):
    """Orders, fills and balances of the account."""

    title = N_("Trade API")

    def __init__(self, host: Host, rest: RestApi, account: Account) -> None:
        super().__init__(host)
        self.rest: RestApi = rest
        self.account: Account = account
        self.subscribed: bool = False
        self._refusals: int = 0

    def on_opened(self) -> None:
        self.subscribed = False
        self.home.executor.post(self.subscribe)

    def on_disconnected(self, status_code: int, msg: str) -> None:
        self.subscribed = False
        super().on_disconnected(status_code, msg)
        self.home.executor.post(self.account.on_stream_lost)

    def on_push(self, kind: str, data: Any) -> None:
        if kind in ("uOrder", "uTrade", "uBalance"):
            self.home.executor.post(self.account.on_user_push, kind, data)

    def on_bad_frame(self, payload: bytes, error: Exception) -> None:
        super().on_bad_frame(payload, error)
        self.home.executor.post(self.account.catch_up)         # it may have been about an order

    def on_word(self, word: bytes) -> None:
        if word == b"succeed":
            self.home.executor.post(self.on_subscribed, self.epoch)

    # writer thread

    def subscribe(self) -> None:
        """A token for every connection, then the subscription."""
        if self.connected and not self.subscribed:
            self.rest.query(N_("token"), TOKEN, {}, partial(self.on_token, self.epoch), rank=Rank.QUESTION)

    def on_token(self, epoch: int, data: Any, asked_at: float) -> None:
        """The token."""
        if not isinstance(data, str) or not data:
            raise ValueError(_("no token"))
        if epoch != self.epoch:
            return
        self.home.token = data
        if self.send_packet({"sub": "subUser", "token": data}):
            self.home.executor.call_later(ACKNOWLEDGED, "subscribed", lambda: self.on_subscribed(epoch))

    def on_subscribed(self, epoch: int) -> None:
        """Taken, or refused by nobody for a while."""
        if epoch != self.epoch or self.subscribed or not self.connected:
            return
        self.subscribed = True
        self._refusals = 0
        self.home.executor.timers.drop("subscribed")
        self.home.log(_("User data stream subscribed"))
        self.account.catch_up()

    def on_refused(self, word: str) -> None:
        self.subscribed = False
        self.home.executor.timers.drop("subscribed")
        self.home.log_once(self.title, _("User data stream refused ({reason}), trying again with a new token").format(reason=word), WARNING)
        delay: float = min(TOKEN_PAUSE * 2 ** min(self._refusals, 10), TOKEN_LONGEST)
        self._refusals += 1
        self.home.executor.call_later(delay, "subscribe", self.subscribe)
