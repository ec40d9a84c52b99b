"""vn.py's own DoubleMaStrategy, tested by ``mock_trader`` on every gateway: it trades, an answer is lost, its process is killed."""

from datetime import datetime, timezone

import pytest
from vnpy.trader.constant import Exchange
from vnpy.trader.object import OrderData, TickData
from vnpy.trader.utility import round_to
from vnpy_ctastrategy import ArrayManager, CtaTemplate
from vnpy_ctastrategy.strategies.double_ma_strategy import DoubleMaStrategy

from vnpy_rehearsal.conform.harness import by_number
from vnpy_rehearsal.conform.recorder import Missed
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


class BuysTwice(CtaTemplate):
    """At its first price, once what is filled and once what rests."""

    done: bool = False
    variables = ["pos", "done"]

    def on_init(self) -> None:
        pass

    def on_tick(self, tick: TickData) -> None:
        if self.trading and tick.last_price and not self.done:
            self.done = True
            for factor in (1.01, 0.95):
                self.buy(round_to(tick.last_price * factor, self.get_pricetick()), 100)


@pytest.mark.mock_trader("QMTREST", seed=7, options={"strategy_name": "dropped"})
def test_a_process_that_was_killed_shows_its_orders_by_the_venues_numbers_where_lists_have_no_id_of_ours(mock_trader: MockTrader) -> None:      # noqa: F811
    mock_trader.run(BuysTwice)
    mock_trader.advance(70)
    assert mock_trader.assert_agrees()[:2] == (2, 1)
    assert mock_trader.restart(3).pos == 100
    mock_trader.advance(5)
    assert [order.orderid.rpartition("-")[2] for order in mock_trader.orders] == ["1000", "1001"]
    assert mock_trader.assert_agrees()[:2] == (2, 1)
    mock_trader._life.desk.recorder.orders.popitem()
    with pytest.raises(Missed, match="never shown by the gateway"):
        mock_trader.assert_agrees()


def test_a_number_is_that_of_its_day() -> None:
    def shown(orderid: str, day: int) -> OrderData:
        return OrderData("X", "000001", Exchange.SZSE, orderid, datetime=datetime(2026, 1, day, 2, tzinfo=timezone.utc))

    orders = {order.orderid: order for order in (shown("20260105-1000", 5), shown("20260106-1000", 6), shown("tag-1001", 6))}
    rows = [
        {"kind": "order", "order_id": 70 + day, "client_order_id": f"a{day}", "number": 1000, "t": 1_000 * datetime(2026, 1, day, 3, tzinfo=timezone.utc).timestamp()}
        for day in (6, 5)
    ]
    rows += [{**rows[0], "order_id": 80, "client_order_id": "tag-1001", "number": 1002}, {**rows[0], "order_id": 81, "client_order_id": "lost", "number": 1001}]
    rows += [{"kind": "fill", "order_id": 75, "client_order_id": "a5"}, {"kind": "balance", "asset": "CNY"}]
    found = by_number(rows, "number", orders)
    assert [row.get("client_order_id") for row in found] == ["20260106-1000", "20260105-1000", "tag-1001", "lost", "20260105-1000", None]
