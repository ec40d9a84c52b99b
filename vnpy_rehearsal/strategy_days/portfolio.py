"""A strategy of vnpy_portfoliostrategy in its engine."""

from typing import Any

from vnpy_portfoliostrategy import PortfolioStrategyApp
from vnpy_portfoliostrategy.engine import StrategyEngine

from .seats import NAME, Seat, Watching


class WatchingStrategyEngine(Watching, StrategyEngine):
    pass


class WatchingPortfolioApp(PortfolioStrategyApp):
    engine_class = WatchingStrategyEngine


class PortfolioSeat(Seat):
    """As ``Seat``, of several symbols."""

    def make(self) -> Any:
        return self.main_engine.add_app(WatchingPortfolioApp)

    def symbols(self) -> Any:
        return list(self.vt_symbols)

    def init(self) -> None:
        self.engine._init_strategy(NAME)        # its init_strategy gives nothing to wait for

    def positions(self) -> dict[str, float] | None:
        if self.strategy is None:
            return {}
        return {vt_symbol: float(self.strategy.pos_data.get(vt_symbol, 0)) for vt_symbol in self.vt_symbols}
