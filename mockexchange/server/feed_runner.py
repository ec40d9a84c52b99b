"""The feed pump: applies the market's steps to the exchange when they are due."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator

from ..core.commands import Command
from ..core.instruments import Instrument
from ..core.past import Minutes
from ..transport.clock import Clock, SystemClock, Timer

logger: logging.Logger = logging.getLogger("mockexchange")

MAX_SPEED: float = float("inf")
SLICE_SECONDS: float = 0.002        # the longest the flow keeps requests waiting
SLICE_STEPS: int = 200
WAIT_SECONDS: float = 0.2


class NoFeed:
    """Feed "none": a market without a house. The book holds what users put there."""

    recorded: bool = False

    def __init__(self) -> None:
        self.symbols: list[str] = []
        self.first_ids: dict[str, tuple[int, int]] = {}
        self.last_trade_ids: dict[str, int] = {}

    def opening(self) -> list[Command]:
        return []

    def steps(self) -> Iterator[tuple[int, Command]]:
        return iter(())

    def history(self, symbol: str, until_us: int) -> Minutes | None:
        return None

    def on_price(self, symbol: str, price: int) -> None:
        """Nothing follows the price."""

    def on_rules(self, instrument: Instrument) -> None:
        """Nothing is quoted."""

    def on_day_end(self, symbol: str, previous_close: int) -> None:
        """Nothing is quoted."""


def parse_speed(text: str | int | float) -> float:
    """"max" or a number above 0 -> how many feed seconds pass in a second. ValueError otherwise."""
    if text == "max":
        return MAX_SPEED
    try:
        speed: float = float(text)
    except (TypeError, ValueError):
        speed = 0.0
    if not 0 < speed <= 1e6:
        raise ValueError(f'speed: neither "max" nor a number above 0 and up to 1000000: {text!r}')
    return speed


class FeedRunner:
    """
    Applies a feed's steps through ``apply``, so that requests are served first: never
    longer than SLICE_SECONDS at a stretch, and the loop runs between two stretches.

    At a numeric speed a step is applied when it is due by ``clock``; those due within its grain are
    applied together. At MAX_SPEED the steps follow
    each other as fast as they can; before the next slice the pump awaits ``drains``, so
    that a slow reader slows the market down instead of losing trades. A recorded feed at
    MAX_SPEED waits for ``touch``, so that a client can subscribe before it is all over.

    While ``must_wait()`` is true nothing is applied, and what falls due then is applied later.

    ``status`` is waiting, running, halted, ended or failed, for the last of which ``error`` has the reason.
    """

    def __init__(
        self,
        steps: Iterator[tuple[int, Command]],
        speed: float,
        apply: Callable[[Command], object],
        drains: list[Callable[[], Awaitable[None]]],
        wait_for_touch: bool = False,
        clock: Clock | None = None,
        must_wait: Callable[[], bool] = lambda: False,
    ) -> None:
        self.status: str = "waiting" if wait_for_touch else "running"
        self.error: str = ""                        # why it has failed
        self.applied: int = 0
        self._must_wait: Callable[[], bool] = must_wait
        self._steps: Iterator[tuple[int, Command]] = steps
        self._next: tuple[int, Command] | None = None
        self._position: int = 0                     # us of feed time that have been applied
        self._speed: float = speed
        self._apply: Callable[[Command], object] = apply
        self._drains: list[Callable[[], Awaitable[None]]] = drains
        self._clock: Clock = clock or SystemClock()
        self._origin: float = 0.0                   # clock time at which feed time was 0
        self._timer: Timer | None = None
        self._over: asyncio.Future[None] | None = None
        self._touched: asyncio.Event = asyncio.Event()
        if not wait_for_touch:
            self._touched.set()
        self._task: asyncio.Task[None] | None = None

    def touch(self) -> None:
        """Somebody is looking: a waiting replay may start."""
        self._touched.set()

    def start(self) -> None:
        """Start, or go on where ``stop`` left off."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop between two steps."""
        task, self._task = self._task, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._touched.wait()
            self.status = "running"
            if self._next is None:
                self._next = next(self._steps, None)
            if self._speed == MAX_SPEED:
                await self._run_flat_out()
            else:
                await self._run_in_time()
            self.status = "ended"
        except Exception as error:
            self.status = "failed"
            self.error = f"{type(error).__name__}: {error}"
            logger.exception("the feed has failed, the market stands still")

    async def _run_in_time(self) -> None:
        self._over = asyncio.get_running_loop().create_future()
        self._origin = self._clock.time() - self._position / 1e6 / self._speed
        self._turn()
        await self._over

    def _turn(self) -> None:
        """Apply what is due and come again for the rest; a timer of the clock, so that a manual one sets the pace."""
        over, clock = self._over, self._clock
        if over is None or over.done():
            return                          # stopped meanwhile
        if self._is_halted():
            self._timer = clock.call_later(WAIT_SECONDS, self._turn)
            return
        try:
            whole: bool = self._slice(round((clock.time() - self._origin) * self._speed * 1e6))
        except Exception as error:
            over.set_exception(error)
            return
        if self._next is None:
            over.set_result(None)
            return
        ahead: float = self._origin + self._next[0] / 1e6 / self._speed - clock.time()
        self._timer = clock.call_later(max(ahead, clock.grain) if whole else 0.0, self._turn)

    async def _run_flat_out(self) -> None:
        while self._next is not None:
            if self._is_halted():
                await asyncio.sleep(WAIT_SECONDS)
                continue
            self._slice(None)
            for drain in self._drains.copy():
                try:
                    await drain()
                except Exception:
                    logger.exception("a drain has failed")
            await asyncio.sleep(0)

    def _is_halted(self) -> bool:
        halted: bool = self._must_wait()
        self.status = "halted" if halted else "running"
        return halted

    def _slice(self, due: int | None) -> bool:
        """Apply steps up to feed time ``due``; True when all of them are, False when the slice was over first."""
        end: float = time.monotonic() + SLICE_SECONDS
        step: tuple[int, Command] | None = self._next
        count: int = 0
        try:
            while step is not None and (due is None or step[0] <= due):
                if count >= SLICE_STEPS or (count & 7 == 0 and time.monotonic() > end):
                    return False
                self._apply(step[1])
                self._position = step[0]
                count += 1
                step = next(self._steps, None)
            return True
        finally:
            self._next = step
            self.applied += count
