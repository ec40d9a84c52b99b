"""A script with ``run(engine)`` in the engine of vnpy_scripttrader."""

from pathlib import Path
from typing import Any

from vnpy.event import Event
from vnpy.trader.object import LogData
from vnpy_scripttrader import ScriptTraderApp
from vnpy_scripttrader.engine import APP_NAME, EVENT_SCRIPT_LOG, ScriptEngine

from .seats import Seat, where


class WatchingScriptEngine(ScriptEngine):
    """Runs the module that is loaded, keeps what it raises, prints nothing."""

    raised: list[str]
    module: Any

    def run_strategy(self, script_path: str) -> None:
        try:
            self.module.run(self)
        except Exception as error:
            self.raised.append(f"run: {where(error)}")

    def write_log(self, msg: str) -> None:
        self.event_engine.put(Event(EVENT_SCRIPT_LOG, LogData(msg=str(msg), gateway_name=APP_NAME)))


class WatchingScriptApp(ScriptTraderApp):
    engine_class = WatchingScriptEngine


class ScriptSeat(Seat):
    """A script keeps its own count: what it believes to hold is not known."""

    def make(self) -> Any:
        return self.main_engine.add_app(WatchingScriptApp)

    @property
    def strategy(self) -> Any:
        return self.engine

    def open(self, executor: Any) -> None:
        self.engine.module = self.subject.what

    def start(self) -> None:
        self.engine.start_strategy(str(Path(self.subject.what.__file__ or "script.py")))

    def stop(self) -> None:
        self.engine.stop_strategy()

    def positions(self) -> dict[str, float] | None:
        return None
