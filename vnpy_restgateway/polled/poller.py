"""Asks that are made again and again: one at a time each, slower while nothing answers, resting while the market is closed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from rest_locale import _

from ..calendar import Calendar
from ..host import Host
from ..net.outcome import Reply
from .health import ConnectionHealth
from .ranked_rest import Command, Rank, RankedRest

AGAIN: float = 0.05                 # seconds until what was refused, and is mended, is asked again
LONGEST_REST: float = 600.0         # seconds at most between two looks while the market is closed
LAST_NEWS: timedelta = timedelta(minutes=3)     # after a session, in which its last orders and fills are told

Take = Callable[[Reply, float], None]       # an answer, and when it was asked for (monotonic s)


class Poller:
    """
    One question. SerialExecutor thread only.

    :param ask: how it is asked now
    :param name: of its timer, unique in the gateway
    :param interval: seconds until the next one, asked anew each time
    :param take: handles an answer that is one; what it raises is said once, and the next look comes all the same
    :param read_error: code and text of an answer that is a refusal, None of one that is not
    :param calendar: looks rest outside its sessions; None: never
    """

    def __init__(
        self, host: Host, rest: RankedRest, name: str, ask: Callable[[], Command], interval: Callable[[], float], take: Take,
        read_error: Callable[[Reply], tuple[int | str, str] | None], link: ConnectionHealth, calendar: Calendar | None = None,
        back: Callable[[], None] | None = None,
    ) -> None:
        self.host: Host = host
        self.rest: RankedRest = rest
        self.name: str = name
        self.ask: Callable[[], Command] = ask
        self.path: str = ""                 # of the last question
        self.interval: Callable[[], float] = interval
        self.take: Take = take
        self.read_error: Callable[[Reply], tuple[int | str, str] | None] = read_error
        self.link: ConnectionHealth = link
        self.calendar: Calendar | None = calendar
        self.back: Callable[[], None] | None = back         # called when the venue is heard again
        self.heard_at: float = float("-inf")        # when the last answer that was taken was asked for, monotonic s
        self._asked: bool = False
        self._rests: bool = False           # the market was closed when the next look was planned

    def now(self) -> None:
        """Ask at once, unless an answer is on its way."""
        if self._asked or self.host.locked_out or self.host.lost:
            return
        method, self.path, params = self.ask()
        self._asked = True
        self.rest.call(method, self.path, params, self._on_answer)

    def first(self) -> None:
        """Ask before any order leaves, whatever else is on its way."""
        self.rest.call(*self.ask(), self._on_answer, rank=Rank.CANCEL)

    def soon(self, seconds: float = 0.2) -> None:
        """Ask in a moment; gathered, where many want it."""
        self.host.executor.call_later(seconds, self.name, self.now)

    def wake(self) -> None:
        """The clock was set: a market that was to be closed for long may be open, for instance after the machine has slept."""
        if self._rests and not self._rest():
            self.now()

    def _on_answer(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        self._asked = False
        soon: bool = False
        host = self.host
        try:
            if reply is None or error is not None or reply.status >= 500:
                self.link.bad(error or f"status {reply.status if reply else 0}")
                host.flow.life.disconnected()
            elif (refused := self.read_error(reply)) and self.rest.mended(refused[0]):
                soon = True
            elif refused:
                host.log_once(self.name, _("{path} refused, code: {code}, message: {message}").format(path=self.path, code=refused[0], message=refused[1]))
            else:
                if self.link.good() and self.back is not None:
                    self.back()
                self.take(reply, asked_at)
                self.heard_at = asked_at
        except Exception as problem:
            host.log_once(self.name, _("{path} not understood ({kind}: {problem})").format(path=self.path, kind=type(problem).__name__, problem=problem))
        finally:
            rest: float = self._rest()
            self._rests = rest > 0.0
            host.executor.call_later(AGAIN if soon else max(self.link.delay(self.interval()), host.pause(), rest), self.name, self.now)

    def _rest(self) -> float:
        if self.calendar is None:
            return 0.0
        now: datetime = self.host.now()
        if self.calendar.is_open(now - LAST_NEWS):
            return 0.0
        try:
            return min((self.calendar.next_open(now) - now).total_seconds(), LONGEST_REST)
        except ValueError:
            return LONGEST_REST
