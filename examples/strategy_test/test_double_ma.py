"""
A strategy's own tests: vn.py's DoubleMaStrategy trades on a mock exchange, in virtual time. The fixture comes with the package.

    pip install ".[test]"
    pytest examples/strategy_test
"""

import pytest
from vnpy_ctastrategy.strategies.double_ma_strategy import DoubleMaStrategy

SETTING = {"fast_window": 3, "slow_window": 6}
UP = [39_000, 42_000, 41_900]       # the averages cross, then the price comes back to the order's limit
DOWN = [38_000, 38_000, 38_100]

pytestmark = pytest.mark.mock_trader(accounts=["key:secret:USDT=1000000,BTC=10"], seed=7)


def go(mock_trader, prices):
    for price in prices:
        mock_trader.set_price(price)
        mock_trader.advance_bars(1)


def test_follows_the_trend(mock_trader):
    strategy = mock_trader.run(DoubleMaStrategy, SETTING)
    go(mock_trader, UP)
    assert strategy.pos == 1
    go(mock_trader, DOWN)
    assert strategy.pos == -1
    mock_trader.assert_agrees()


@pytest.mark.parametrize("action", ["hang", "reset"])
def test_the_answer_to_an_order_is_lost(mock_trader, action):
    strategy = mock_trader.run(DoubleMaStrategy, SETTING)
    mock_trader.fault("order", action)
    go(mock_trader, UP)
    assert strategy.pos == 1
    mock_trader.assert_agrees()


def test_the_process_is_killed(mock_trader):
    mock_trader.run(DoubleMaStrategy, SETTING)
    go(mock_trader, UP)
    strategy = mock_trader.restart()
    assert strategy.pos == 1
    mock_trader.assert_agrees()
