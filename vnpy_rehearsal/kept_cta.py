"""A CtaEngine that loads and saves as vn.py's own does, and hands out what strategies raise."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple

from vnpy_ctastrategy import CtaTemplate
from vnpy_ctastrategy.engine import CtaEngine

from .memory_cta import MemoryCtaApp, MemoryCtaEngine


class Raised(NamedTuple):
    """What a strategy raised. ``trace`` begins at its callback."""

    error: Exception
    trace: TracebackType | None


class KeptCtaEngine(MemoryCtaEngine):
    """
    Settings and variables of strategies are kept in vn.py's folder. Strategy classes are only those it is given. ``raised``: what strategies
    raised, until somebody takes it.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.raised: list[Raised] = []

    load_strategy_setting = CtaEngine.load_strategy_setting
    load_strategy_data = CtaEngine.load_strategy_data
    update_strategy_setting = CtaEngine.update_strategy_setting
    sync_strategy_data = CtaEngine.sync_strategy_data

    def call_strategy_func(self, strategy: CtaTemplate, func: Callable[..., Any], params: Any = None) -> None:
        def watched(*arguments: Any) -> None:
            __tracebackhide__ = True
            try:
                func(*arguments)
            except Exception as error:
                self.raised.append(Raised(error, error.__traceback__))
                raise

        super().call_strategy_func(strategy, watched, params)


class KeptCtaApp(MemoryCtaApp):
    engine_class = KeptCtaEngine
