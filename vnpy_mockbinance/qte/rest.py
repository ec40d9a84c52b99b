"""
Requests to a QTE server: no signature, the key in a header, one at a time.

The server answers one request after the other (Q38), so each lane keeps one on its way and lets the others wait by
rank; orders and what is asked of them have a lane of their own, so that no poll holds them.
"""

from collections import deque
from collections.abc import Callable
from enum import IntEnum
from logging import WARNING
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec

from vnpy_restgateway.net.outcome import NotSent, Reply, RestError, Unknown, describe
from vnpy_restgateway.net.rest import Request, RestClient

if TYPE_CHECKING:
    from ..gateway import MockBinanceGateway

Params = dict[str, str | int]
# (reply, None, asked at) or (None, error, asked at): monotonic seconds; on the writer thread
Answer = Callable[[Reply | None, BaseException | None, float], None]


FIND_AGAIN: float = 2.0      # seconds from a page with 404 to the question which build answers now
LONGEST_ANSWER: float = 6.0  # s; one request is on its way at a time, so each that is lost holds the others (Q38: 5 to 10 s)
LONGEST: float = 8.0         # s between requests while nothing answers


class Rank(IntEnum):
    """Who goes first in a lane."""

    CANCEL = 0
    ORDER = 1
    QUESTION = 2
    POLL = 3


class Place(IntEnum):
    """Where the parameters go."""

    QUERY = 0
    FORM = 1
    JSON = 2
    BOTH = 3            # query and form: builds differ in which they read (Q11)


class Call:
    """What a request is; travels as ``Request.extra``."""

    __slots__ = ("method", "path", "params", "answer", "place", "private", "before", "dropped", "sent")

    def __init__(
        self, method: str, path: str, params: Params, answer: Answer, place: Place, private: bool,
        before: Callable[[], bool] | None, dropped: Callable[[], None] | None,
    ) -> None:
        self.method: str = method
        self.path: str = path
        self.params: Params = params
        self.answer: Answer = answer
        self.place: Place = place
        self.private: bool = private
        self.before: Callable[[], bool] | None = before
        self.dropped: Callable[[], None] | None = dropped
        self.sent: float = 0.0


class RequestQueue:
    """One lane: what waits, by rank, and whether something is on its way. SerialExecutor thread only."""

    def __init__(self) -> None:
        self.busy: bool = False
        self.waiting: dict[Rank, deque[Call]] = {rank: deque() for rank in Rank}

    def take(self, failed: Callable[[Call, RestError], None]) -> Call | None:
        """The next one that is still wanted. ``failed`` gets one whose ``before`` raised: nothing of it has left."""
        for line in self.waiting.values():
            while line:
                call: Call = line.popleft()
                try:
                    if call.before is None or call.before():
                        return call
                except Exception as error:
                    failed(call, NotSent(f"request could not be built: {describe(error)}"))
        return None


class QteRest(RestClient):
    """Requests are put in line on the writer thread; answers go there from a worker."""

    def __init__(self, gateway: "MockBinanceGateway") -> None:
        super().__init__()
        self.gateway: MockBinanceGateway = gateway
        self.key: str = ""
        self.lines: dict[str, RequestQueue] = {}

    def connect(self, host: str, key: str, proxy_host: str, proxy_port: int) -> None:
        """Start the workers. Nothing is asked yet."""
        self.key = key
        self.lines = {"order": RequestQueue(), "query": RequestQueue()}
        self.init(host, proxy_host, proxy_port, read_timeout=min(self.gateway.request_timeout, LONGEST_ANSWER))
        self.start(1)
        self.gateway.log("REST API started")

    def call(
        self, method: str, path: str, params: Params, answer: Answer, *, lane: str = "query", rank: Rank = Rank.POLL,
        place: Place = Place.QUERY, private: bool = True, before: Callable[[], bool] | None = None,
        dropped: Callable[[], None] | None = None,
    ) -> None:
        """
        Put a request in line. ``before`` is called when its turn has come; False: it is not sent, and nothing is
        called. ``dropped`` is called when the client ends before its turn.
        """
        self.lines[lane].waiting[rank].append(Call(method, path, params, answer, place, private, before, dropped))
        self._pump(lane)

    def abandon(self) -> list[Callable[[], None]]:
        """Empty the lines; what is to be called for those that waited."""
        left: list[Callable[[], None]] = [
            call.dropped for line in self.lines.values() for waiting in line.waiting.values() for call in waiting if call.dropped
        ]
        self.lines = {"order": RequestQueue(), "query": RequestQueue()}
        return left

    def _pump(self, lane: str) -> None:
        line: RequestQueue = self.lines[lane]
        while not line.busy:
            call: Call | None = line.take(self._failed)
            if call is None:
                return
            line.busy = True
            try:
                self._send_call(line, lane, call)
            except Exception as error:      # the line must move on
                line.busy = False
                self._failed(call, error if isinstance(error, RestError) else Unknown(f"{type(error).__name__}: {error}"))

    def _send_call(self, line: RequestQueue, lane: str, call: Call) -> None:
        post = self.gateway.writer.post
        self.add_request(
            call.method, call.path, extra=call, lane=lane,
            timeout=min(self.gateway.query_timeout, self.read_timeout) if call.method == "GET" else None,
            callback=lambda data, request: post(self._done, line, lane, call, request.reply, None),
            on_failed=lambda status, request: post(self._done, line, lane, call, request.reply, None),
            on_error=lambda exc, value, tb, request: post(self._done, line, lane, call, request.reply, value),
        )

    def _failed(self, call: Call, error: RestError) -> None:
        self.gateway.settle(lambda reply, error: call.answer(reply, error, call.sent or monotonic()), None, error)

    def _done(self, line: RequestQueue, lane: str, call: Call, reply: Reply | None, error: BaseException | None) -> None:
        if line is not self.lines.get(lane):
            return                      # of a session that is over
        line.busy = False
        try:
            if reply is not None:
                # 2xx that is no JSON comes as an error with the reply: for a read it says as much as any page
                self.gateway.rest.on_limits(reply, "", reply.body[:200].decode("utf-8", "replace"))
                self._mind_route(call, reply)
            self.gateway.settle(lambda reply, error: call.answer(reply, error, call.sent or monotonic()), reply, error)
        finally:
            self._pump(lane)

    def _mind_route(self, call: Call, reply: Reply) -> None:
        """A page with 404 or 410: there is no such path at this server, or not any more."""
        routes = self.gateway.routes
        desk = self.gateway.qte
        if desk is None or not desk.known:
            return                      # which build answers is being found out by just that
        route: str = f"{call.method} {call.path}"
        if reply.malformed and reply.status in (404, 410):
            routes.gone(route, reply.status)
            self.gateway.writer.reschedule_earlier(FIND_AGAIN, "qte find again", desk.find_again)
        elif routes and reply.status // 100 == 2:
            routes.back(route)

    def sign(self, request: Request) -> Request:
        """Called at send time: the key under both names, the time, the parameters where this call has them."""
        call: Any = request.extra
        if not isinstance(call, Call):
            return request
        gateway = self.gateway
        pause: float = gateway.pause() if call.private else gateway.gate.remaining(monotonic())
        if pause:
            raise NotSent(f"{gateway.gate.reason or 'the venue refused the API key'}, {pause:.0f} s to go")
        call.sent = monotonic()
        params: Params = dict(call.params)
        headers: dict[str, str] = {}
        if call.private:
            params["timestamp"] = gateway.clock.now_ms()        # one build wants it, the others ignore it (Q22)
            headers = {"X-API-KEY": self.key, "X-MBX-APIKEY": self.key}
        if call.place in (Place.QUERY, Place.BOTH):
            request.params = params
        if call.place in (Place.FORM, Place.BOTH):
            request.data = params
        elif call.place is Place.JSON:
            request.data = msgspec.json.encode(params)
            headers["Content-Type"] = "application/json"        # with a charset one build would not see it (1.4.11)
        request.headers = headers
        return request

    def on_error(
        self, exc: type[BaseException], value: BaseException, tb: TracebackType | None, request: Any
    ) -> None:
        """Only an exception in one of our own callbacks comes here."""
        self.gateway.on_exception(value)


class ConnectionHealth:
    """
    Whether the server answers a kind of request, said when it changes; and how long to wait before the next one.

    One failure may be anything; the second in a row, or one that never left, is a connection that is lost.
    """

    def __init__(self, gateway: "MockBinanceGateway", name: str) -> None:
        self.gateway: MockBinanceGateway = gateway
        self.name: str = name
        self.up: bool = False
        self.failures: int = 0

    def good(self) -> bool:
        """An answer came. True: for the first time since it was lost."""
        self.failures = 0
        if self.up:
            return False
        self.up = True
        self.gateway.log(f"{self.name} connected")
        return True

    def bad(self, error: BaseException | str) -> None:
        """No usable answer."""
        self.failures += 1
        if self.up and (isinstance(error, NotSent) or self.failures > 1):
            self.up = False
            self.gateway.say_anew()
            self.gateway.log(f"{self.name} disconnected: {error}", WARNING)

    def delay(self, interval: float, longest: float = LONGEST) -> float:
        """Seconds until the next request: the interval, longer and longer while there are failures."""
        waited: float = min(interval * 2.0 ** min(self.failures, 10), longest)
        return max(interval, waited)
