"""A CtaEngine that touches nothing of the user's own."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vnpy_ctastrategy import CtaStrategyApp, CtaTemplate
from vnpy_ctastrategy.engine import CtaEngine


class MemoryCtaEngine(CtaEngine):
    """
    CtaEngine that neither loads nor saves, nor logs in to a data service: a rehearsal leaves
    the user's own strategies alone, and its history comes from the gateway.
    """

    failure: str = ""       # what a strategy raised first

    def call_strategy_func(self, strategy: CtaTemplate, func: Callable[..., Any], params: Any = None) -> None:
        def watched(*arguments: Any) -> None:
            try:
                func(*arguments)
            except Exception as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                self.failure = self.failure or f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
                raise

        super().call_strategy_func(strategy, watched, params)

    def init_datafeed(self) -> None:
        pass

    def load_strategy_class(self) -> None:
        pass

    def load_strategy_setting(self) -> None:
        pass

    def load_strategy_data(self) -> None:
        pass

    def update_strategy_setting(self, strategy_name: str, setting: dict) -> None:
        pass

    def sync_strategy_data(self, strategy: CtaTemplate) -> None:
        pass


class MemoryCtaApp(CtaStrategyApp):
    engine_class = MemoryCtaEngine
