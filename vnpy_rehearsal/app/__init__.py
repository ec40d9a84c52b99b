"""
The rehearsal as an app of VeighNa Trader: a window with the mock exchange's own page, so that a user breaks the wire of
the strategies that run beside it.

    main_engine.add_app(RehearsalApp)
"""

from pathlib import Path

from vnpy.trader.app import BaseApp

from .engine import APP_NAME, RehearsalEngine


class RehearsalApp(BaseApp):
    """For ``MainEngine.add_app``."""

    app_name: str = APP_NAME
    app_module: str = __module__
    app_path: Path = Path(__file__).parent
    display_name: str = "Rehearsal 演练"
    engine_class: type[RehearsalEngine] = RehearsalEngine
    widget_name: str = "RehearsalManager"
    icon_name: str = str(app_path / "ui" / "rehearsal.png")


__all__ = ["APP_NAME", "RehearsalApp", "RehearsalEngine"]
