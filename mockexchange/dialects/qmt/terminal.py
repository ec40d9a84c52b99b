"""
The terminal behind the server: it may be slow, restart every day, or be out of reach (spec 2.0, 5.6; FAULTS F56, F60, F65).

The server has four worker threads (spec 1.1), and a call of the terminal blocks the one it is made on. A thread is free again
when the terminal has answered or the client has gone. What was to be done is done all the same: the terminal has it already.
Times are the venue's, so a manual clock moves them; whether a client has gone is looked at in real time.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from datetime import datetime, time, timedelta
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from ...transport.clock import Clock, Timer
from .errors import LINK_LOST
from .options import QmtOptions

logger: logging.Logger = logging.getLogger(__name__)

T = TypeVar("T")

WORKERS: int = 4
LOOK_SECONDS: float = 0.02          # real time between two looks at whether a client has gone


class LinkLost(Exception):
    """The terminal cannot be reached."""

    def __init__(self) -> None:
        super().__init__(LINK_LOST)


class ClientGone(Exception):
    """The client has closed its connection: nobody hears the answer."""


class Job:
    """
    An order or a cancel that the terminal has not carried out yet, done in the context of the request that brought it.
    ``is_abandoned``: nobody waits for it any more.
    """

    __slots__ = ("work", "answer", "is_abandoned", "context")

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work: Callable[[], Any] = work
        self.context: Context = copy_context()
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.is_abandoned: bool = False

    def run(self) -> None:
        try:
            found: Any = self.context.run(self.work)
        except Exception as error:
            self.fail(error)
        else:
            if not self.answer.done():
                self.answer.set_result(found)

    def fail(self, error: Exception) -> None:
        if self.is_abandoned:
            logger.debug("nobody heard: %r", error)
        elif not self.answer.done():
            self.answer.set_exception(error)


class Terminal:
    """One venue's, between ``start`` and ``stop``. Nothing is awaited while the link is up and no delay is set."""

    def __init__(self, clock: Clock, now: Callable[[], int], options: QmtOptions, zone: str) -> None:
        self.workers: asyncio.Semaphore = asyncio.Semaphore(WORKERS)
        self._clock: Clock = clock
        self._now: Callable[[], int] = now
        self._options: QmtOptions = options
        self._zone: ZoneInfo = ZoneInfo(zone)
        self._jobs: deque[Job] = deque()
        self._waiting: list[asyncio.Future[None]] = []         # for the link
        self._working: Timer | None = None                     # while the full terminal carries out a job
        self._restart: Timer | None = None                     # the next one, or the end of the one under way
        self._is_restarting: bool = False
        self._plan: tuple[str, str] = ("", "")
        self._was_up: bool = self.is_up

    @property
    def is_up(self) -> bool:
        """Whether the server reaches it."""
        return self._options.link == "up" and not self._is_restarting

    async def ask(self, question: Callable[[], T], is_gone: Callable[[], bool]) -> T:
        """The answer to a question. LinkLost and ClientGone as ``do``; then it is not asked."""
        if not self.is_up:
            back: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(back)
            await self._wait(back, is_gone)
        if self._options.call_ms:
            await self._clock.sleep(self._options.call_ms / 1000)
        return question()

    async def do(self, works: Sequence[Callable[[], T]], is_gone: Callable[[], bool]) -> list[T]:
        """
        Carry out orders or cancels, each in its turn; returns what each returned. LinkLost when build B gives up, ClientGone
        when nobody waits for the answer any more: they are done later all the same, unless the option ``late`` drops them.
        """
        if self._options.call_ms:
            await self._clock.sleep(len(works) * self._options.call_ms / 1000)
        jobs: list[Job] = [Job(work) for work in works]
        self._jobs.extend(jobs)
        self._go_on()
        try:
            for job in jobs:
                if not job.answer.done():
                    await self._wait(job.answer, is_gone)
        except (LinkLost, ClientGone):
            for job in jobs:
                job.is_abandoned = True
            raise
        return [cast(T, job.answer.result()) for job in jobs]

    async def _wait(self, answer: "asyncio.Future[Any]", is_gone: Callable[[], bool]) -> None:
        began: float = self._clock.time()
        while not answer.done():
            await asyncio.wait((answer,), timeout=LOOK_SECONDS)
            if answer.done():
                return
            if is_gone():
                raise ClientGone
            gives_up: bool = self._options.is_b and not self.is_up
            if gives_up and self._clock.time() - began >= self._options.link_error_s:
                raise LinkLost

    # -- jobs, one after the other

    def _go_on(self) -> None:
        while self._jobs and self.is_up and self._working is None:
            if self._options.terminal == "full" and self._options.order_ms:
                self._working = self._clock.call_later(self._options.order_ms / 1000, self._finish)
            else:
                self._jobs.popleft().run()

    def _finish(self) -> None:
        self._working = None
        if self._jobs and self.is_up:
            self._jobs.popleft().run()
        self._go_on()

    # -- the link, and the daily restart

    def start(self) -> None:
        self._options.on_change = self._on_change
        self._plan_restart()

    def stop(self) -> None:
        """What it has not carried out is lost with the venue."""
        self._options.on_change = lambda: None
        for timer in (self._working, self._restart):
            if timer is not None:
                timer.cancel()
        self._jobs.clear()

    def _on_change(self) -> None:
        self._plan_restart()
        self._look()
        self._go_on()

    def _look(self) -> None:
        """The link may be back."""
        is_back: bool = self.is_up and not self._was_up
        self._was_up = self.is_up
        if not is_back:
            return
        if self._options.late == "drop":
            self._jobs = deque(job for job in self._jobs if not job.is_abandoned)
        waiting, self._waiting = self._waiting, []
        for back in waiting:
            if not back.done():
                back.set_result(None)
        self._go_on()

    def _plan_restart(self) -> None:
        plan: tuple[str, str] = (self._options.terminal, self._options.restart_at)
        if plan == self._plan or self._is_restarting:
            return
        self._plan = plan
        if self._restart is not None:
            self._restart.cancel()
            self._restart = None
        if self._options.terminal != "full" or not self._options.restart_at:
            return
        local: datetime = datetime.fromtimestamp(self._now() / 1e6, self._zone)
        at: datetime = datetime.combine(local.date(), time.fromisoformat(self._options.restart_at), self._zone)
        if at <= local:
            at += timedelta(days=1)
        self._restart = self._clock.call_later((at - local).total_seconds(), self._go_down)

    def _go_down(self) -> None:
        self._is_restarting = True
        self._look()
        if not self._options.restart_keeps_queue:
            jobs, self._jobs = self._jobs, deque()
            for job in jobs:
                job.fail(LinkLost())
        self._restart = self._clock.call_later(self._options.restart_s, self._come_up)

    def _come_up(self) -> None:
        self._is_restarting = False
        self._restart = None
        self._plan = ("", "")
        self._plan_restart()
        self._look()
