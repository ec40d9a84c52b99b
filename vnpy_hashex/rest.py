"""HashEx's REST API: signing, pace, queries that are repeated until answered, commands that are not."""

from collections.abc import Callable
from functools import partial
from logging import ERROR, WARNING
from typing import Any

from rest_locale import N_, _
from vnpy_restgateway.clients import VenueRest
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import (
    Answer,
    NotSent,
    Reply,
    RestError,
    Unknown,
    coded,
    describe,
    http_code,
)
from vnpy_restgateway.net.rate_limiter import Job, RequestThrottler
from vnpy_restgateway.net.rest import Request
from vnpy_restgateway.net.routes import Routes

from .auth import new_nonce, query_string, signed_headers, wire_params
from .endpoints import BURST, REQUESTS_PER_SECOND, TIME, Rank
from .errors import (
    ADVICE,
    AUTHENTICATION,
    NO_SUCH_URL,
    TIMESTAMP,
    WRONG_URL,
    envelope_code,
    read_error,
)
from .pages import Walk
from .timings import Timings

LIMIT_FALLBACK: float = 10.0        # s after a 429 without Retry-After

Params = dict[str, str | int | None]
Refused = Callable[[int | str, str], bool]


class Call:
    """What a request is for; travels as ``Request.extra``."""

    __slots__ = ("name", "signed", "sent", "again", "failed", "refused", "wanted")

    def __init__(
        self, name: str, signed: bool, again: Callable[[], None] | None = None,
        failed: Callable[[], None] | None = None, refused: Refused | None = None,
    ) -> None:
        self.name: str = name
        self.signed: bool = signed
        self.sent: float = 0.0              # when it left, monotonic s
        self.again: Callable[[], None] | None = again
        self.failed: Callable[[], None] | None = failed
        self.refused: Refused | None = refused
        self.wanted: Callable[[], bool] | None = None


class RestApi(VenueRest):
    """Requests are put in line on the writer thread; answers come in worker threads and go to the writer."""

    def __init__(self, host: Host, timings: Timings) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self.routes: Routes = Routes(host.log, monotonic=host.monotonic)
        self.key: str = ""
        self.secret: str = ""
        self.pacer: RequestThrottler = RequestThrottler(REQUESTS_PER_SECOND, BURST)

    def connect(self, host: str, key: str, secret: str, proxy_host: str, proxy_port: int) -> None:
        """Start the workers. Nothing is asked yet."""
        self.key = key
        self.secret = secret
        self.pacer = RequestThrottler(self.timings.requests_per_second, max(BURST, int(self.timings.requests_per_second)))
        self.init(host, proxy_host, proxy_port, read_timeout=self.timings.request_timeout)
        self.start()

    def sign(self, request: Request) -> Request:
        """Called at send time: a request that waited in line carries a fresh timestamp, and a nonce of its own."""
        call: Any = request.extra
        if not isinstance(call, Call):
            return request
        if reason := self.home.why_paused(N_("access key"), keyless=not call.signed):
            raise NotSent(reason)
        params: dict[str, str] = wire_params(request.params or {})
        request.params = None
        if params:
            request.path = f"{request.path}?{query_string(params)}"
        if call.wanted is not None and not call.wanted():
            raise NotSent(_("cancelled while it waited in line"))
        call.sent = self.home.monotonic()
        headers: dict[str, str] = {}
        if call.signed:
            headers = signed_headers(self.key, self.secret, params, self.home.clock.now_ms(), new_nonce(self.home.seams.random))
        if request.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            request.data = b""
        request.headers = headers
        return request

    def pause(self, signed: bool) -> float:
        """Seconds until a call may go: a refused key is nothing to public ones."""
        return self.home.pause() if signed else self.home.gate.remaining(self.home.monotonic())

    # in line: writer thread

    def in_turn(self, rank: Rank, job: Job) -> None:
        """Do something that sends one request when the pace allows it."""
        self.pacer.put(rank, job)
        self.pump()

    def pump(self) -> None:
        """Let go what may go now."""
        while True:
            job: Job | None = self.pacer.take(self.home.monotonic())
            if job is None:
                break
            try:
                job()
            except Exception as error:      # those behind it wait for their turn
                self.home.on_exception(error)
        wait: float | None = self.pacer.wait(self.home.monotonic())
        if wait is not None:
            self.home.executor.call_later(wait, "pace", self.pump)

    # queries: each is repeated until it is answered, further and further apart

    def query(
        self, name: str, path: str, params: Params, callback: Callable[[Any, float], None], *, signed: bool = True,
        rank: Rank = Rank.QUERY, refused: Refused | None = None, failed: Callable[[], None] | None = None,
    ) -> None:
        """
        GET; ``callback(data, asked_at)`` gets the envelope's data, on the writer thread. ``refused(code, text)`` may
        take an answer of another code, by returning True. What fails is asked again, unless there is ``failed``,
        which is then called instead.
        """
        if signed and (self.home.locked_out or not self.key):
            if failed:
                failed()
            return
        again = partial(self.query, name, path, params, callback, signed=signed, rank=rank, refused=refused)
        call: Call = Call(name, signed, again, failed, refused)
        self.in_turn(rank, lambda: self.attempt("GET", path, params, call, partial(self._on_query, call, callback)))

    def walk(
        self, name: str, path: str, walk: Walk, done: Callable[[Walk, float], None], *, rank: Rank = Rank.QUERY,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """All pages of a list; ``done(walk, asked_at)`` when the last is here, ``asked_at`` being when the first was asked for."""
        def on_page(first: float, data: Any, asked_at: float) -> None:
            first = first or asked_at
            if walk.take(data):
                ask(first)
            else:
                done(walk, first)

        def ask(first: float = 0.0) -> None:
            self.query(name, path, walk.params(), partial(on_page, first), rank=rank, failed=failed)

        ask()

    def query_time(self, told: Callable[[int, float, float], None]) -> None:
        """One sample of the server's clock, in ms; ``told`` gets when it was asked for and received, too. Timed in the worker, not in the queue."""
        call: Call = Call("time", False, partial(self.query_time, told))
        received: list[float] = []

        def on_time(data: Any, asked_at: float) -> None:
            told(int(data), asked_at, received[0])

        self.in_turn(Rank.QUESTION, lambda: self.attempt(
            "GET", TIME, {}, call, partial(self._on_query, call, on_time), at_once=lambda: received.append(self.home.monotonic())
        ))

    def _on_query(
        self, call: Call, callback: Callable[[Any, float], None], reply: Reply | None, error: BaseException | None
    ) -> None:
        if reply is None:
            self._again(call, str(error))
            return
        found = read_error(reply)
        if found is not None or reply.status // 100 != 2:
            self._on_refused(call, reply, *(found or (http_code(reply.status), "")))
            return
        try:
            callback(reply.data.get("data"), call.sent)     # type: ignore[union-attr]
        except Exception as problem:
            # valid JSON of a shape that the documents do not describe, mostly
            self._again(call, _("answer not understood ({kind}: {error})").format(kind=type(problem).__name__, error=problem))
            return
        self.answered(call.name)

    def _on_refused(self, call: Call, reply: Reply, code: int | str, text: str) -> None:
        limited: bool = self.on_limits(reply, text)
        if not limited and call.refused and call.refused(code, text):
            return
        if self.on_code(code, text, call.name):
            if call.failed:
                call.failed()
            return
        self._again(call, coded(code, text))

    def on_code(self, code: int | str, text: str, what: str) -> bool:
        """What a code means for more than the request it answered. True: asking again is of no use."""
        if code in AUTHENTICATION:
            self.home.lock_out(
                _("Authentication failed, code: {code}, message: {message}; {advice}, then connect again").format(
                    code=code, message=text, advice=_(ADVICE[int(code)])
                )
            )
            return True
        if code == NO_SUCH_URL:
            self.home.log_once(f"url {what}", _("{what} refused, code: {code}, message: {message}: {advice}").format(what=what, code=code, message=text, advice=_(WRONG_URL)), ERROR)
            return True
        if code in TIMESTAMP:
            self.home.log_once("timestamp", _("Timestamp refused, measuring the server's clock again"), WARNING)
            self.home.keeper.measure()
        return False

    def _again(self, call: Call, reason: str) -> None:
        self.try_again(call.name, reason, call.again, call.failed, self.pause(call.signed))

    def on_limits(self, reply: Reply, text: str) -> bool:
        """429 and 418, which no document mentions: shut the gate for as long as the venue says, and tell the user once."""
        return self.home.apply_retry_after(reply, text, LIMIT_FALLBACK)

    # commands and single questions: answered whatever happens, never repeated here

    def call(
        self, method: str, path: str, params: Params, callback: Answer, rank: Rank, *, lane: str = "order",
        before: Callable[[], bool] | None = None, wanted: Callable[[], bool] | None = None,
    ) -> None:
        """
        Signed call in its turn; ``callback`` runs on the writer thread exactly once. ``before`` is called when
        its turn has come; False: it is not sent any more, and nothing is called. What ``before`` raises is an answer,
        too: nothing has left. ``wanted`` is asked at the moment of sending, in a worker; False: it is not sent either.
        """
        def job() -> None:
            try:
                due: bool = before is None or before()
            except Exception as error:
                self.home.settle(callback, None, NotSent(_("request could not be built: {reason}").format(reason=describe(error))))
                return
            if due:
                call: Call = Call(f"{method} {path}", True)
                call.wanted = wanted
                self.attempt(method, path, params, call, callback, lane=lane, urgent=rank is Rank.CANCEL)

        self.in_turn(rank, job)

    def attempt(self, method: str, path: str, params: Params, call: Call, callback: Answer, **more: Any) -> None:
        """``send``; what that raises is an answer."""
        try:
            self.send(method, path, params, call, callback, **more)
        except Exception as error:
            fate: RestError = error if isinstance(error, RestError) else Unknown(f"{type(error).__name__}: {error}")
            self.home.settle(callback, None, fate)

    def send(
        self, method: str, path: str, params: Params, call: Call, callback: Answer, *, lane: str = "query",
        urgent: bool = False, at_once: Callable[[], None] | None = None,
    ) -> None:
        """Hand a request to the workers; ``at_once`` is called in the worker when a whole answer is here."""
        post = self.home.executor.post
        settle = self.home.settle

        def on_answer(data: Any, request: Request) -> None:
            if at_once:
                at_once()
            post(self.mind_route, f"{method} {path}", request.reply)
            post(settle, callback, request.reply, None)

        def on_failed(status: int, request: Request) -> None:
            post(self.mind_route, f"{method} {path}", request.reply)
            post(settle, callback, request.reply, None)

        self.add_request(
            method, path, params=params, extra=call, lane=lane, priority=urgent, callback=on_answer, on_failed=on_failed,
            timeout=min(self.timings.query_timeout, self.read_timeout) if method == "GET" else None,
            # without a reply: what is no JSON says nothing here
            on_error=lambda exc, value, tb, request: post(settle, callback, None, value),
        )

    def mind_route(self, route: str, reply: Reply) -> None:
        """Whether the venue still has what was asked: its own code says so, or a 404 or 410 of whatever stands before it."""
        routes = self.routes
        code: int | None = envelope_code(reply.data)
        if code == NO_SUCH_URL or code is None and reply.status in (404, 410):
            routes.gone(route, reply.status)
        elif routes and reply.status // 100 == 2:
            routes.back(route)

    # from other threads

    def await_turn(self, seconds: float) -> bool:
        """Wait in line from another thread; False when it took too long or the gateway is closed."""
        turn = self.home.seams.threads.Event()
        return self.home.executor.post(self.in_turn, Rank.QUERY, turn.set) and turn.wait(min(seconds, self.read_timeout))
