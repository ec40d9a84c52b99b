"""The engine a strategy sits in: vn.py's own, where nothing is logged in to a data service and what a strategy raises is kept."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vnpy.trader.engine import MainEngine
from vnpy_ctastrategy import CtaStrategyApp
from vnpy_ctastrategy.engine import CtaEngine

from .subject import Subject

NAME: str = "days"              # of the strategy


def where(error: BaseException) -> str:
    """The error, and the file and line it comes from."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"


class Watching:
    """Keeps what callbacks of a strategy raise, before the engine swallows it. ``raised``: "callback: error" texts."""

    raised: list[str]

    def call_strategy_func(self, strategy: Any, func: Callable[..., Any], params: Any = None) -> None:
        def watched(*arguments: Any) -> None:
            try:
                func(*arguments)
            except Exception as error:
                self.raised.append(f"{getattr(func, '__name__', 'a callback')}: {where(error)}")
                raise

        super().call_strategy_func(strategy, watched, params)       # type: ignore[misc]

    def init_datafeed(self) -> None:
        """Bars come from the gateway: no data service is logged in to."""

    def load_strategy_class(self) -> None:
        """There is one class, and it is known."""


class WatchingCtaEngine(Watching, CtaEngine):
    pass


class WatchingCtaApp(CtaStrategyApp):
    engine_class = WatchingCtaEngine


class Seat:
    """
    A strategy in its engine. ``positions``: what it believes to hold, by vt_symbol; None where it keeps no count. ``patient`` waits for
    a future of the engine.
    """

    def __init__(self, subject: Subject, main_engine: MainEngine, vt_symbols: list[str]) -> None:
        self.subject: Subject = subject
        self.vt_symbols: list[str] = vt_symbols
        self.main_engine: MainEngine = main_engine
        self.engine: Any = self.make()
        self.engine.raised = []

    @property
    def raised(self) -> list[str]:
        return list(self.engine.raised)

    def make(self) -> Any:
        """The engine, added to the main engine."""
        return self.main_engine.add_app(WatchingCtaApp)

    @property
    def strategy(self) -> Any:
        return self.engine.strategies.get(NAME)

    def open(self, executor: Any) -> None:
        """Load the strategy: the one that was saved, or a new one."""
        self.engine.init_executor.shutdown(wait=False)
        self.engine.init_executor = executor
        self.engine.classes[self.subject.name] = self.subject.what
        self.engine.init_engine()
        if self.strategy is None:
            try:
                self.engine.add_strategy(self.subject.name, NAME, self.symbols(), self.subject.setting)
            except Exception as error:      # the user's __init__, or a class that lacks a method
                self.engine.raised.append(f"__init__: {where(error)}")

    def symbols(self) -> Any:
        return self.vt_symbols[0]

    def start(self) -> None:
        """Initialise and start."""
        if self.strategy is None:
            return
        self.init()
        self.engine.start_strategy(NAME)

    def init(self) -> None:
        self.engine.init_strategy(NAME).result(600.0)

    def stop(self) -> None:
        """As the user's button."""
        if self.strategy is not None:
            self.engine.stop_strategy(NAME)

    def positions(self) -> dict[str, float] | None:
        return {self.vt_symbols[0]: float(self.strategy.pos)} if self.strategy is not None else {}
