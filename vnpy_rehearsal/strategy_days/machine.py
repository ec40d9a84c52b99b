"""
Days in real time: the mock exchange in a thread of this process, the trading process a child of it, so that it can be killed.

Child and parent talk over a pipe: the child tells log lines and positions as they come, and does what it is asked to, one thing at a time.
"""

import os
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

from mockexchange import MockExchange
from rest_locale import _
from vnpy_restgateway.seams import MACHINE, Seams

from .plan import Plan

T = TypeVar("T")

PATIENCE: float = 150.0         # s for what the child is asked to do
ENDS: float = 10.0              # s for its process to end


class MachineWorld:
    """As much of a simulated world as a day needs, on this machine's clock. ``loop.now``: seconds since it was made."""

    def __init__(self, seed: int) -> None:
        self.seed: int = seed
        self.start: float = time.time()
        self._began: float = time.monotonic()
        self.seams: Seams = MACHINE

    @property
    def loop(self) -> Any:
        return SimpleNamespace(now=time.monotonic() - self._began)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def exchange(self, dialect: str, **arguments: Any) -> MockExchange:
        return MockExchange(dialect, **{"seed": self.seed, **arguments})

    def run(self, function: Callable[[], T]) -> T:
        return function()

    def close(self) -> None:
        """Nothing of it is left."""


class State(NamedTuple):
    """What is known of the child."""

    raised: list[str]
    symbols: dict[str, str]
    positions: dict[str, float] | None


class ChildProcess:
    """As ``TradingProcess``, in a process of its own. ``folder``: its VeighNa folder."""

    def __init__(
        self, plan: Plan, setting: dict[str, Any], folder: Path, on_log: Callable[[int, str, str], None], on_position: Callable[[], None],
    ) -> None:
        self._plan: Plan = plan
        self._setting: dict[str, Any] = setting
        self._folder: Path = folder
        self._on_log: Callable[[int, str, str], None] = on_log
        self._on_position: Callable[[], None] = on_position
        self._raised: list[str] = []                # by processes that are gone
        self._state: State = State([], {}, {})
        self._pipe: Connection
        self._listener: threading.Thread | None = None
        self._child: Any = None
        self._answer: tuple[str, str] | None = None
        self._answered: threading.Event = threading.Event()
        self._asking: threading.Lock = threading.Lock()

    # life

    def start(self) -> None:
        """:raises RuntimeError: the gateway is not ready in time"""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=live, args=(theirs, self._plan, self._setting, self._folder), daemon=True)
        self._child.start()
        theirs.close()
        self._listener = threading.Thread(target=self._listen, args=(self._pipe,), daemon=True)
        self._listener.start()
        self._ask("start")

    def stop(self) -> None:
        if self._child is not None:
            self._ask("stop")

    def reconnect(self) -> None:
        self._ask("reconnect")

    def disconnect(self) -> None:
        self._ask("disconnect")

    def restart(self, away: float, kill: bool = False) -> None:
        self._end(kill)
        time.sleep(away)
        self.start()

    def close(self) -> None:
        self._end(False)

    def _end(self, kill: bool) -> None:
        if self._child is None:
            return
        if kill:
            self._child.kill()
        else:
            self._ask("close")
        self._child.join(ENDS)
        if self._child.is_alive():
            self._child.kill()
            self._child.join()
        if self._listener is not None:
            self._listener.join(ENDS)
        self._pipe.close()
        self._child = None
        self._raised += self._state.raised
        self._state = State([], self._state.symbols, {})

    # what is known of it

    @property
    def seat(self) -> Any:
        """None: it is not there."""
        return self._child

    @property
    def raised(self) -> list[str]:
        return [*self._raised, *self._state.raised]

    @property
    def symbols(self) -> dict[str, str]:
        return self._state.symbols

    def positions(self) -> dict[str, float] | None:
        if self._child is not None and threading.current_thread() is not self._listener:
            self._ask("look")
        return self._state.positions

    # the pipe

    def _ask(self, what: str) -> None:
        """:raises RuntimeError: it could not be done"""
        with self._asking:
            self._answered.clear()
            self._answer = None
            try:
                self._pipe.send(what)
            except OSError:
                raise RuntimeError(_("the trading process has ended")) from None
            if not self._answered.wait(PATIENCE):
                raise RuntimeError(_("the trading process did not answer within {seconds:g} s: {what}").format(seconds=PATIENCE, what=what))
            if self._answer is None or self._answer[1]:
                raise RuntimeError(self._answer[1] if self._answer else _("the trading process has ended"))

    def _listen(self, pipe: Connection) -> None:
        try:
            while True:
                kind, value = pipe.recv()
                if kind == "log":
                    self._on_log(*value)
                elif kind == "state":
                    self._state = value
                elif kind == "traded":
                    self._state = value
                    self._on_position()
                else:
                    self._answer = value
                    self._answered.set()
        except (EOFError, OSError):
            self._answered.set()


def live(pipe: Connection, plan: Plan, setting: dict[str, Any], folder: Path) -> None:
    """The child: does what it is asked to until it is to close, or its parent is gone."""
    from vnpy.trader import datafeed, utility
    from vnpy.trader.setting import SETTINGS

    from .places import MachinePlace, quiet
    from .process import TradingProcess

    quiet()
    SETTINGS["log.active"] = False
    datafeed.datafeed = datafeed.BaseDatafeed()
    utility.TEMP_DIR = folder
    lock: threading.Lock = threading.Lock()

    def tell(kind: str, value: Any) -> None:
        with lock:
            pipe.send((kind, value))

    def state() -> State:
        return State(process.raised, process.symbols, process.positions())

    process: TradingProcess = TradingProcess(
        lambda number: MachinePlace(), plan.profile(), setting, plan.subject(), lambda *line: tell("log", line), lambda: tell("traded", state()),
    )
    try:
        while True:
            what: str = pipe.recv()
            error: str = ""
            try:
                if what != "look":
                    getattr(process, what)()
            except Exception as raised:
                error = f"{type(raised).__name__}: {raised}"
            tell("state", state())
            tell("done", (what, error))
            if what == "close":
                break
    except (EOFError, OSError):
        pass                        # the parent is gone
    finally:
        os._exit(0)                 # whatever threads a gateway or a strategy has left
