"""vn.py's own DoubleMaStrategy, tested by ``mock_trader`` on every gateway: it trades, an answer is lost, its process is killed."""

import pytest
from vnpy.trader.utility import round_to
from vnpy_ctastrategy import ArrayManager
from vnpy_ctastrategy.strategies.double_ma_strategy import DoubleMaStrategy

from vnpy_rehearsal.job import named_profiles
from vnpy_rehearsal.mock_trader import MockTrader
from vnpy_rehearsal.pytest_plugin import mock_trader  # noqa: F401  (as an environment has it where the package was installed anew)

SETTING: dict[str, int] = {"fast_window": 3, "slow_window": 6}
GATEWAYS: list[str] = [name for name in named_profiles() if name != "TINY"]      # another test's


class WholeLots(DoubleMaStrategy):
    """In the market's lots, and with so little history that it can do without: not every venue has bars."""

    def on_init(self) -> None:
        self.lot: float = max(1.0, self.cta_engine.main_engine.get_contract(self.vt_symbol).min_volume)
        super().on_init()
        self.am = ArrayManager(10)

    def send_order(self, direction, offset, price, volume, *more):      # type: ignore[no-untyped-def]
        return super().send_order(direction, offset, price, volume * self.lot, *more)


@pytest.mark.parametrize("gateway", [pytest.param(name, marks=pytest.mark.mock_trader(name, seed=7, speed=0.02)) for name in GATEWAYS])
def test_double_ma(mock_trader: MockTrader, gateway: str) -> None:      # noqa: F811
    strategy = mock_trader.run(WholeLots, SETTING)
    mock_trader.advance_bars(10)
    opened: float = mock_trader.main_engine.get_tick(strategy.vt_symbol).last_price
    assert strategy.am.inited and mock_trader.gateway.gateway_name == gateway
    fault = mock_trader.fault("order", "reset")
    for factor in (0.99, 1.02, 1.015):          # the averages cross, then the price comes back to the order's limit
        mock_trader.set_price(round_to(opened * factor, strategy.get_pricetick()))
        mock_trader.advance_bars(1)
    mock_trader.advance(90)                     # a venue that is polled
    assert strategy.pos == strategy.lot and fault.bitten == 1
    found = mock_trader.assert_agrees()
    assert found.orders >= 1 and found.fills >= 1 and found.balances >= 2 and found.strategies == 1
    again = mock_trader.restart(3)
    assert again.pos == strategy.pos and again.trading
    mock_trader.stop()
    assert mock_trader.assert_agrees().fills >= found.fills
