"""
A REST client for servers that answer one request after the other: one is on its way in each lane, the others wait by rank.

Orders and what is asked of them have a lane of their own, so that no poll holds them; a server that must not get two requests
at all is given one lane (``lanes``). Where a server may hold one order for long and take others meanwhile, its lane has
several on their way (``at_once``).
"""

from collections import deque
from collections.abc import Callable, Hashable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from rest_locale import _

from ..clients import VenueRest
from ..host import Host
from ..net.outcome import NotSent, Reply, RestError, Unknown, describe
from ..net.routes import Routes

# (reply, None, asked at) or (None, error, asked at): monotonic seconds; on the executor's thread
TimedAnswer = Callable[[Reply | None, BaseException | None, float], None]


FIND_AGAIN: float = 2.0         # seconds from a path that is gone to the question what is there now


class Command(NamedTuple):
    """A request as the venue wants it."""

    method: str
    path: str
    params: dict[str, Any]


class Rank(IntEnum):
    """Who goes first in a lane."""

    CANCEL = 0
    ORDER = 1
    QUESTION = 2
    POLL = 3


class RankedCall:
    """What a request is; travels as ``Request.extra``. ``params`` and ``place`` are the venue's business."""

    __slots__ = ("method", "path", "params", "answer", "place", "private", "before", "dropped", "rank", "sent")

    def __init__(
        self, method: str, path: str, params: dict[str, Any], answer: TimedAnswer, place: Hashable, private: bool,
        before: Callable[[], bool] | None, dropped: Callable[[], None] | None, rank: Rank = Rank.POLL,
    ) -> None:
        self.rank: Rank = rank
        self.method: str = method
        self.path: str = path
        self.params: dict[str, Any] = params
        self.answer: TimedAnswer = answer
        self.place: Hashable = place
        self.private: bool = private
        self.before: Callable[[], bool] | None = before
        self.dropped: Callable[[], None] | None = dropped
        self.sent: float = 0.0


class RequestQueue:
    """One lane: what waits, by rank, and how many requests are on their way. SerialExecutor thread only."""

    def __init__(self, most: int = 1) -> None:
        self.most: int = most               # on their way at once
        self.sent: int = 0                  # on their way now
        self.waiting: dict[Rank, deque[RankedCall]] = {rank: deque() for rank in Rank}
        self.ordered_at: float = float("-inf")          # monotonic s, of the last order

    def take(self, failed: Callable[[RankedCall, RestError], None], orders: bool = True) -> RankedCall | None:
        """
        The next one that is still wanted. ``failed`` gets one whose ``before`` raised: nothing of it has left.
        ``orders`` False: it is too soon for the next order.
        """
        for rank, line in self.waiting.items():
            while line and (orders or rank is not Rank.ORDER):
                call: RankedCall = line.popleft()
                try:
                    if call.before is None or call.before():
                        return call
                except NotSent as error:
                    failed(call, error)
                except Exception as error:
                    failed(call, NotSent(_("request could not be built: {reason}").format(reason=describe(error))))
        return None


class RankedRest(VenueRest):
    """
    Requests are put in line on the executor's thread; answers go there from a worker. A venue overrides ``sign``, and
    ``on_reply`` where an answer means something whatever was asked.
    """

    lanes: tuple[str, ...] = ("order", "query")
    at_once: Mapping[str, int] = {}         # lane -> requests on their way at once; 1 where it is not named
    order_gap: float = 0.0                  # seconds at least from one order to the next

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.routes: Routes = Routes(host.log, monotonic=host.monotonic)
        self.on_gone: Callable[[], None] | None = None      # called after a path that was there is gone
        self.on_heard: Callable[[RankedCall], None] = lambda call: None     # called with what was answered 2xx
        self.minds_routes: bool = True          # False while it is being found out which paths there are
        self.lines: dict[str, RequestQueue] = {}
        self.query_timeout: float = self.read_timeout       # seconds a question may take
        self._waits: dict[Any, None] = {}                   # events of those who wait in other threads

    def begin(self, base: str, proxy_host: str, proxy_port: int, read_timeout: float, query_timeout: float) -> None:
        """Start the workers. Nothing is asked yet."""
        self.lines = self._new_lines()
        self.query_timeout = min(query_timeout, read_timeout)
        self.init(base, proxy_host, proxy_port, read_timeout=read_timeout)
        self.start(1)

    def on_reply(self, call: RankedCall, reply: Reply) -> None:
        """An answer, before who asked gets it. A 2xx that is no JSON comes with an error, too."""

    def mended(self, code: int | str) -> bool:
        """Whether what an answer was refused for has been mended by that answer: what was asked is asked again, and nothing said."""
        return False

    def call(
        self, method: str, path: str, params: dict[str, Any], answer: TimedAnswer, *, lane: str = "query", rank: Rank = Rank.POLL,
        place: Hashable = None, private: bool = True, before: Callable[[], bool] | None = None,
        dropped: Callable[[], None] | None = None,
    ) -> None:
        """
        Put a request in line. ``before`` is called when its turn has come; False: it is not sent, and nothing is
        called. ``dropped`` is called when the client ends before its turn.
        """
        lane = lane if lane in self.lines else next(iter(self.lines))
        self.lines[lane].waiting[rank].append(RankedCall(method, path, params, answer, place, private, before, dropped, rank))
        self._pump(lane)

    def wait_for(self, command: Command, seconds: float, private: bool = True) -> tuple[Reply | None, BaseException | str]:
        """One question in its turn, waited for in another thread than the executor's: the answer, or None and why there is none."""
        done = self.home.seams.threads.Event()
        found: list[tuple[Reply | None, BaseException | None]] = []

        def answer(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            found.append((reply, error))
            done.set()

        def put() -> None:
            self.call(*command, answer, private=private, dropped=done.set)

        until: float = self.home.monotonic() + seconds
        self._waits[done] = None
        try:
            if not self.home.executor.post(put) or not done.wait(max(until - self.home.monotonic(), 0.0)) or not found:
                return None, _("no answer in time")
        finally:
            self._waits.pop(done, None)
        return found[0][0], found[0][1] or ""

    def stop(self) -> None:
        """See RestClient.stop; whoever waits in another thread goes on: the executor that would hand out the answer has ended, too."""
        super().stop()
        for done in list(self._waits):
            done.set()

    def abandon(self) -> list[Callable[[], None]]:
        """Empty the lines; what is to be called for those that waited."""
        left: list[Callable[[], None]] = [
            call.dropped for line in self.lines.values() for waiting in line.waiting.values() for call in waiting if call.dropped
        ]
        self.lines = self._new_lines()
        return left

    def patience(self, call: RankedCall) -> float | None:
        """Seconds a request may take from now on; None: as long as an order."""
        return self.query_timeout if call.method == "GET" or call.rank >= Rank.QUESTION else None

    def _new_lines(self) -> dict[str, RequestQueue]:
        return {lane: RequestQueue(self.at_once.get(lane, 1)) for lane in self.lanes}

    def _pump(self, lane: str) -> None:
        line: RequestQueue = self.lines[lane]
        while line.sent < line.most:
            now: float = self.home.monotonic()
            due: float = line.ordered_at + self.order_gap
            call: RankedCall | None = line.take(self._failed, orders=now >= due)
            if call is None:
                if line.waiting[Rank.ORDER]:
                    self.home.executor.reschedule_earlier(due - now, f"next order {lane}", lambda: self._pump_on(line, lane))
                return
            if call.rank is Rank.ORDER:
                line.ordered_at = now
            line.sent += 1
            try:
                self._send_call(line, lane, call)
            except Exception as error:      # the line must move on
                line.sent -= 1
                self._failed(call, error if isinstance(error, RestError) else Unknown(f"{type(error).__name__}: {error}"))

    def _pump_on(self, line: RequestQueue, lane: str) -> None:
        if line is self.lines.get(lane):
            self._pump(lane)

    def _send_call(self, line: RequestQueue, lane: str, call: RankedCall) -> None:
        post = self.home.executor.post
        self.add_request(
            call.method, call.path, extra=call, lane=lane, timeout=self.patience(call),
            callback=lambda data, request: post(self._done, line, lane, call, request.reply, None),
            on_failed=lambda status, request: post(self._done, line, lane, call, request.reply, None),
            on_error=lambda exc, value, tb, request: post(self._done, line, lane, call, request.reply, value),
        )

    def _failed(self, call: RankedCall, error: RestError) -> None:
        self.home.settle(lambda reply, error: call.answer(reply, error, call.sent or self.home.monotonic()), None, error)

    def _done(self, line: RequestQueue, lane: str, call: RankedCall, reply: Reply | None, error: BaseException | None) -> None:
        if line is not self.lines.get(lane):
            return                      # of a session that is over
        line.sent -= 1
        try:
            if reply is not None:
                self.on_reply(call, reply)
                self._mind_route(call, reply)
                if reply.status // 100 == 2:
                    self.on_heard(call)
            self.home.settle(lambda reply, error: call.answer(reply, error, call.sent or self.home.monotonic()), reply, error)
        finally:
            self._pump(lane)

    def _mind_route(self, call: RankedCall, reply: Reply) -> None:
        """A page with 404 or 410: there is no such path at this server, or not any more."""
        if not self.minds_routes:
            return
        route: str = f"{call.method} {call.path.partition('?')[0]}"
        if reply.malformed and reply.status in (404, 410):
            self.routes.gone(route, reply.status)
            if self.on_gone is not None:
                self.home.executor.reschedule_earlier(FIND_AGAIN, "find again", self.on_gone)
        elif self.routes and reply.status // 100 == 2:
            self.routes.back(route)
