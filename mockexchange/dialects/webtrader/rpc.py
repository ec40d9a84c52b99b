"""
The web process's connection to the trading process (spec 1, 6.2): one call at a time for everybody, and broken for good by the
first that is not answered in time.
"""

import asyncio
from typing import Any

from ...transport.clock import Clock, Timer
from .errors import InternalError, RemoteError
from .options import WebTraderOptions
from .trading import TradingProcess, Work


class RpcClient:
    """One web process's. Nothing is awaited while the trading process works and takes no time."""

    def __init__(self, clock: Clock, trading: TradingProcess, options: WebTraderOptions) -> None:
        self._clock: Clock = clock
        self._trading: TradingProcess = trading
        self._options: WebTraderOptions = options
        self._lock: asyncio.Lock = asyncio.Lock()
        self._has_timed_out: bool = False
        self._awaited: asyncio.Future[Any] | None = None
        self._life: int = 0             # of the web process
        self._is_over: bool = False

    def stop(self) -> None:
        """What waits ends with the web process, and so does a connection that a time-out has broken."""
        self._forget()
        self._is_over = True
        if self._has_timed_out:
            self._options.rpc = "up"

    def restart(self) -> None:
        """The web process is a new one: what waited is forgotten, and the connection is well."""
        self._forget()
        self._options.rpc = "up"
        self._lock = asyncio.Lock()

    def _forget(self) -> None:
        """No call of the old web process, and no time-out, breaks the connection of the new one."""
        self._life += 1
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_exception(ConnectionError())

    async def call(self, work: Work, ms: int | None = None, is_answered: bool = True) -> Any:
        """
        What a function of the trading process returns. ``ms``: how long it takes, by default ``rpc_ms``; one whose answer is
        lost (``is_answered`` False) is done all the same.

        :raises InternalError: it raised, was not answered in time, or the connection is broken
        """
        life: int = self._life
        async with self._lock:
            if self._options.rpc == "broken" or life != self._life or self._is_over:
                raise InternalError
            answer: asyncio.Future[Any] = self._trading.do(work, self._options.rpc_ms if ms is None else ms, is_answered)
            timer: Timer | None = None
            if not answer.done():
                self._awaited = answer
                timer = self._clock.call_later(self._options.rpc_timeout_ms / 1000, self._expire, answer)
            try:
                return await answer
            except Exception:
                raise InternalError from None
            finally:
                if timer is not None:
                    timer.cancel()

    def _expire(self, answer: "asyncio.Future[Any]") -> None:
        if answer.done():
            return
        if not self._options.rpc_heals:
            self._options.rpc = "broken"
            self._has_timed_out = True
        answer.set_exception(TimeoutError())

    async def send_order(self, work: Work) -> Any:
        """``call`` for a new order, with what the option ``order_500`` makes of it."""
        options = self._options
        fate: str = options.order_500
        ms: int = options.order_ms or options.rpc_ms
        if fate == "never":
            return await self.call(work, ms)
        if fate == "executed":
            return await self.call(work, ms, is_answered=False)
        if fate == "dropped":
            return await self.call(lambda: None, ms, is_answered=False)
        if fate == "later":
            seconds: float = (options.rpc_timeout_ms + options.late_ms) / 1000
            return await self.call(lambda: self._trading.later(seconds, work), 0, is_answered=False)

        def fail() -> None:
            if fate == "raised_executed":
                work()
            raise RemoteError

        return await self.call(fail, ms)
