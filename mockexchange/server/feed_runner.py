"""The feed pump: applies the market's steps to the exchange when they are due."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator

from rest_locale import _

from ..core.commands import Command
from ..core.instruments import Instrument
from ..core.past import Minutes
from ..transport.clock import FLAT_OUT, NEVER, Clock, SystemClock, Timer

logger: logging.Logger = logging.getLogger("mockexchange")

MAX_SPEED: float = FLAT_OUT
SLICE_SECONDS: float = 0.002        # the longest the flow keeps requests waiting
SLICE_STEPS: int = 200
WAIT_SECONDS: float = 0.2


class NoFeed:
    """Feed "none": a market without a house. The book holds what users put there."""

    recorded: bool = False
    by_time: bool = False
    begins: int | None = None

    def __init__(self) -> None:
        self.symbols: list[str] = []
        self.first_ids: dict[str, tuple[int, int]] = {}
        self.last_trade_ids: dict[str, int] = {}

    def go_on(self, since: int) -> None:
        """It never starts."""

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
        raise ValueError(_("speed: neither \"max\" nor a number above 0 and up to 1000000: {text!r}").format(text=text))
    return speed


class FeedRunner:
    """
    Applies a feed's steps through ``apply``, so that requests are served first: never
    longer than SLICE_SECONDS at a stretch, and the loop runs between two stretches.

    A step is applied when it is due by ``clock``, ``pace`` of its seconds in one of the clock's; those due within the clock's grain
    are applied together, each at its own time where the clock goes by the market (``Clock.reach``). Where the clock's rate is
    FLAT_OUT, the steps follow each other as fast as they can; before the next slice the pump awaits ``drains``, so
    that a slow reader slows the market down instead of losing trades. With ``wait_for_touch`` it begins at the first ``touch``,
    so that a client can subscribe before it is all over.

    ``zero``: the clock's time (us, without its offset) of step 0. None: the pump's start, and after a stop the market goes on
    where it stood; else what fell due meanwhile is applied at once, at its own time.

    While ``must_wait()`` is true nothing is applied, and what falls due then is applied later.

    ``status`` is waiting, running, halted, ended or failed, for the last of which ``error`` has the reason. ``on_end`` is called when
    the last step has been applied.
    """

    def __init__(
        self,
        steps: Iterator[tuple[int, Command]],
        apply: Callable[[Command], object],
        drains: list[Callable[[], Awaitable[None]]],
        wait_for_touch: bool = False,
        clock: Clock | None = None,
        must_wait: Callable[[], bool] = lambda: False,
        pace: float = 1.0,
        zero: int | None = None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self.status: str = "waiting" if wait_for_touch else "running"
        self.error: str = ""                        # why it has failed
        self.applied: int = 0
        self._must_wait: Callable[[], bool] = must_wait
        self._steps: Iterator[tuple[int, Command]] = steps
        self._next: tuple[int, Command] | None = None
        self._is_begun: bool = False
        self._position: int = 0                     # us of feed time that have been applied
        self._pace: float = pace
        self._apply: Callable[[Command], object] = apply
        self._drains: list[Callable[[], Awaitable[None]]] = drains
        self._clock: Clock = clock or SystemClock()
        self._zero: int | None = zero
        self._laid: int = zero or 0                 # the clock's time of step 0, us
        self._origin: float = 0.0                   # and by ``Clock.time``
        self._on_end: Callable[[], None] = on_end
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
        clock: Clock = self._clock
        if self.status != "ended":
            if self._zero is None:
                if clock.rate != FLAT_OUT:
                    clock.wait_for(NEVER)
                self._origin = clock.time() - self._position / 1e6 / self._pace
                self._laid = clock.now() - clock.offset_us - round(self._position / self._pace)
            else:
                self._origin = clock.time_of(self._zero)
                clock.wait_for(self._zero + self._position + 1)
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
        if self.status == "ended":
            return
        try:
            await self._touched.wait()
            self.status = "running"
            if not self._is_begun:
                self._is_begun = True
                self._next = next(self._steps, None)
            if self._next is not None:
                self._clock.wait_for(self._laid + self._next[0])
                if self._clock.rate == FLAT_OUT:
                    await self._run_flat_out()
                else:
                    await self._run_in_time()
            self.status = "ended"
            self._clock.wait_for(NEVER)
            self._on_end()
        except Exception as error:
            self.status = "failed"
            self.error = f"{type(error).__name__}: {error}"
            self._clock.wait_for(NEVER)
            logger.exception("the feed has failed, the market stands still")

    async def _run_in_time(self) -> None:
        self._over = asyncio.get_running_loop().create_future()
        self._turn()
        await self._over

    def _turn(self) -> None:
        """Apply what is due and come again for the rest; a timer of the clock, so that a manual one sets the pace."""
        over, clock = self._over, self._clock
        if over is None or over.done():
            return                          # stopped meanwhile
        if self._is_halted():
            self._timer = clock.call_later(WAIT_SECONDS * clock.per_real, self._turn)
            return
        try:
            whole: bool = self._slice(round((clock.time() - self._origin) * self._pace * 1e6))
        except Exception as error:
            over.set_exception(error)
            return
        if self._next is None:
            over.set_result(None)
            return
        ahead: float = self._origin + self._next[0] / 1e6 / self._pace - clock.time()
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
        spent: Callable[[], float] = self._clock.machine.spent
        end: float = spent() + SLICE_SECONDS
        step: tuple[int, Command] | None = self._next
        reach, laid = self._clock.reach, self._laid
        count: int = 0
        try:
            while step is not None and (due is None or step[0] <= due):
                if count >= SLICE_STEPS or (count & 7 == 0 and spent() > end):
                    return False
                reach(laid + step[0])
                self._apply(step[1])
                self._position = step[0]
                count += 1
                step = next(self._steps, None)
            return True
        finally:
            self._next = step
            self.applied += count
            if step is not None:
                self._clock.wait_for(laid + step[0])
