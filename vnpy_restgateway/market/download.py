"""One query_history: its pages, asked for side by side and again where they fail, and what is said of it."""

from collections.abc import Callable, Sequence
from logging import INFO, WARNING
from threading import Thread
from typing import TypeVar

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData

from rest_locale import _

from ..net.outcome import RestError
from ..seams import MACHINE, Seams

AGAIN: float = 1.0              # seconds until a page that failed is asked for again
SAY_EVERY: float = 5.0          # seconds between lines about a long one
NOT_UNDERSTOOD: tuple[type[Exception], ...] = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)

Result = TypeVar("Result")


class GiveUp(Exception):
    """A page cannot be had, however often it is asked for; the words say why."""


class NotYet(Exception):
    """The next page must wait by the venue's own limits: no failure."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds: float = seconds


class Download:
    """
    The limit is on progress, never on the whole: years of bars from a slow but steady venue are all of them. What could not
    be had is said.

    :param patience: seconds without a further page after which it ends
    """

    def __init__(self, symbol: str, log: Callable[[str, int], None], patience: float = 60.0, seams: Seams = MACHINE) -> None:
        self.symbol: str = symbol
        self.reason: str = ""               # why it was cut short, "" if it was not
        self.expected: float = 0.0          # bars there will be, as far as the pages so far tell; 0: not known
        self.lock = seams.threads.Lock()    # of what the threads of one download share
        self._log: Callable[[str, int], None] = log
        self._patience: float = patience
        self._monotonic: Callable[[], float] = seams.monotonic
        self._threads = seams.threads
        self._cancelled = seams.threads.Event()
        self._why_cancelled: str = ""
        self._helpers: list[Thread] = []
        self._began: float = self._monotonic()
        self._give_up: float = self._began + patience
        self._say_at: float = self._began + SAY_EVERY
        self._count: int = 0

    def left(self) -> float:
        """Seconds until it is given up."""
        return self._give_up - self._monotonic()

    def cancel(self, reason: str) -> None:
        """End it soon, from any thread: no page is asked for any more, and none is waited for longer than its client does."""
        self._why_cancelled = reason
        self._cancelled.set()

    def join(self, seconds: float) -> None:
        """Wait until its threads have ended, but for the caller's own."""
        until: float = self._monotonic() + seconds
        for helper in list(self._helpers):
            helper.join(max(until - self._monotonic(), 0.0))

    # pages

    def page(self, ask: Callable[[float], list[BarData]]) -> list[BarData] | None:
        """
        One page, asked for until it is had; None when it cannot be. Any number of threads may ask for one each.

        :param ask: gets the seconds it may take; raises ``GiveUp``, ``NotYet``, or what a client or a parser raises
        """
        reason: str = _("out of time")
        while (left := self.left()) > 0 and not self._cancelled.is_set():
            try:
                return self._got(ask(left))
            except GiveUp as problem:
                reason = str(problem)
                break
            except NotYet as wait:
                with self.lock:
                    self._give_up = max(self._give_up, self._monotonic() + wait.seconds + self._patience)
                self._cancelled.wait(wait.seconds)
                continue
            except RestError as problem:
                reason = str(problem)
            except NOT_UNDERSTOOD as problem:
                reason = _("bars not understood: {problem}").format(problem=problem)
            self._cancelled.wait(min(AGAIN, max(self.left(), 0.0)))
        self.fail(reason)
        return None

    def side_by_side(self, jobs: Sequence[Callable[[], Result | None]], at_once: int) -> list[Result]:
        """
        What the jobs return, in their order, up to the first that returns None; the caller's thread works, too. None is
        begun after one has failed.

        :param at_once: jobs under way at most
        :raises Exception: what a job raised
        """
        found: list[Result | None] = [None] * len(jobs)
        numbers = iter(range(len(jobs)))
        errors: list[Exception] = []

        def work() -> None:
            while not (self.reason or errors or self._cancelled.is_set()):
                with self.lock:
                    number: int | None = next(numbers, None)
                if number is None:
                    return
                try:
                    found[number] = jobs[number]()
                except Exception as error:      # told in the caller's thread
                    errors.append(error)

        self._helpers = [
            self._threads.Thread(target=work, name=f"history-{number}", daemon=True) for number in range(1, min(at_once, len(jobs)))
        ]
        for helper in self._helpers:
            helper.start()
        work()
        for helper in self._helpers:
            helper.join()
        if errors:
            raise errors[0]
        results: list[Result] = []
        for result in found:
            if result is None:
                break
            results.append(result)
        if len(results) < len(jobs) and self._cancelled.is_set():
            self.fail("")
        return results

    # what is said of it

    def _got(self, bars: list[BarData]) -> list[BarData]:
        """A page is here: the patience begins anew, and every five seconds it is said how far it is."""
        with self.lock:
            now: float = self._monotonic()
            self._give_up = max(self._give_up, now + self._patience)
            self._count += len(bars)
            due: bool = now >= self._say_at and bool(bars)
            if due:
                self._say_at = now + SAY_EVERY
        if due:
            self._log(self._progress(self._count / (now - self._began)), INFO)
        return bars

    def _progress(self, rate: float) -> str:
        if not self.expected:
            return _("Query kline history of {symbol}: {count} bars so far, {rate:.0f} a second").format(symbol=self.symbol, count=self._count, rate=rate)
        return _("Query kline history of {symbol}: {count} bars so far, {rate:.0f} a second, about {left:.0f} s to go").format(
            symbol=self.symbol, count=self._count, rate=rate, left=max(self.expected - self._count, 0.0) / rate,
        )

    def fail(self, reason: str) -> None:
        """A page cannot be had: the walk ends with what there is."""
        self.reason = self._why_cancelled if self._cancelled.is_set() else self.reason or reason

    def finish(self, bars: list[BarData], interval: Interval) -> None:
        """Say what came of it."""
        span: str = f"{bars[0].datetime} - {bars[-1].datetime}" if bars else _("no bars")
        if self.reason:
            self._log(_("Query kline history failed, {reason}. {symbol} - {interval} is cut short: {span}").format(reason=self.reason, symbol=self.symbol, interval=interval.value, span=span), WARNING)
        else:
            self._log(_("Query kline history finished, {symbol} - {interval}, {span}").format(symbol=self.symbol, interval=interval.value, span=span), INFO)
