"""The grid of examples/qmt, tick by tick: levels, T+1, whole lots, days, and what a CTA engine keeps."""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange, Offset, Product, Status
from vnpy.trader.object import ContractData, OrderData, PositionData, TickData, TradeData

from vnpy_restgateway.calendar import shanghai

sys.path.insert(0, str(Path(__file__).parents[2] / "examples/qmt"))
grid_strategy: ModuleType = __import__("grid_strategy")
sys.path.pop(0)

MORNING: datetime = datetime(2026, 1, 5, 9, 31, tzinfo=shanghai().zone)
SYMBOL: dict[str, Any] = {"gateway_name": "QMTREST", "symbol": "000001", "exchange": Exchange.SZSE}


class Engine:
    """What a CTA engine does for a strategy; orders rest until they are filled by hand."""

    def __init__(self, sellable: float) -> None:
        self.main_engine: Any = self
        self.contract: ContractData = ContractData(
            **SYMBOL, name="平安银行", product=Product.EQUITY, size=1, pricetick=0.01, min_volume=100.0, net_position=True
        )
        self.position: PositionData = PositionData(**SYMBOL, direction=Direction.NET, volume=sellable, yd_volume=sellable)
        self.orders: dict[str, OrderData] = {}
        self.log: list[str] = []
        self.numbers: Iterator[int] = count(1)

    def get_contract(self, vt_symbol: str) -> ContractData:
        assert vt_symbol == "000001.SZSE"
        return self.contract

    def get_position(self, vt_positionid: str) -> PositionData:
        assert vt_positionid == f"QMTREST.000001.SZSE.{Direction.NET.value}"
        return self.position

    def send_order(self, strategy: Any, direction: Direction, offset: Offset, price: float, volume: float, *rest: Any) -> list[str]:
        order: OrderData = OrderData(
            **SYMBOL, orderid=str(next(self.numbers)), direction=direction, offset=offset, price=price, volume=volume, status=Status.NOTTRADED
        )
        self.orders[order.vt_orderid] = order
        return [order.vt_orderid]

    def write_log(self, words: str, strategy: Any = None) -> None:
        self.log.append(words)

    def put_strategy_event(self, strategy: Any) -> None:
        """Nobody looks."""


class Bench:
    """A strategy on such an engine; ``buys`` and ``sells`` are what rests."""

    def __init__(self, sellable: float = 1_000.0, **setting: Any) -> None:
        self.engine: Engine = Engine(sellable)
        self.strategy: Any = grid_strategy.GridStrategy(self.engine, "grid", "000001.SZSE", setting)
        self.strategy.on_init()
        self.strategy.inited = self.strategy.trading = True
        self.now: datetime = MORNING

    def tick(self, price: float = 10.0, seconds: float = 10.0) -> None:
        self.now += timedelta(seconds=seconds)
        self.strategy.on_tick(TickData(**SYMBOL, datetime=self.now, last_price=price))

    def resting(self, direction: Direction) -> dict[float, float]:
        return {order.price: order.volume for order in self.engine.orders.values() if order.direction is direction and order.is_active()}

    @property
    def buys(self) -> dict[float, float]:
        return self.resting(Direction.LONG)

    @property
    def sells(self) -> dict[float, float]:
        return self.resting(Direction.SHORT)

    def order(self, price: float, direction: Direction) -> OrderData:
        return next(order for order in self.engine.orders.values() if order.price == price and order.direction is direction and order.is_active())

    def fill(self, price: float, direction: Direction = Direction.LONG, volume: float = 0.0) -> None:
        order: OrderData = self.order(price, direction)
        volume = volume or order.volume - order.traded
        order.traded += volume
        self.strategy.on_trade(TradeData(
            **SYMBOL, orderid=order.orderid, tradeid=f"{order.orderid}-{order.traded}", direction=direction, price=price, volume=volume
        ))
        self.end(order, Status.ALLTRADED if order.traded == order.volume else Status.PARTTRADED)

    def end(self, order: OrderData, status: Status) -> None:
        order.status = status
        self.strategy.on_order(order)


def test_buys_rest_below_the_base_as_in_the_manual() -> None:
    bench = Bench(base_price=10.0)
    bench.tick(10.3)
    assert bench.buys == {9.9: 100, 9.8: 100, 9.7: 100, 9.6: 100, 9.5: 100} and not bench.sells
    for _ in range(3):
        bench.tick(10.3)
    assert len(bench.engine.orders) == 5, "an order was sent twice"


def test_without_a_base_the_first_tick_is_it() -> None:
    bench = Bench(grid_size=0.01, grid_levels=2)
    bench.tick(10.0)
    bench.tick(11.0)
    assert bench.buys == {9.99: 100, 9.98: 100}


def test_a_filled_level_is_sold_one_step_above_and_buys_again() -> None:
    bench = Bench(base_price=10.0)
    bench.tick()
    bench.fill(9.9)
    bench.fill(9.8)
    bench.tick(9.8)
    assert bench.sells == {10.0: 100, 9.9: 100} and set(bench.buys) == {9.7, 9.6, 9.5}
    bench.fill(9.9, Direction.SHORT)
    bench.tick(9.9)
    assert bench.sells == {10.0: 100} and set(bench.buys) == {9.8, 9.7, 9.6, 9.5}
    assert bench.engine.log[-1] == "level 2 sold 100 at 9.90" and bench.strategy.held == [100, 0, 0, 0, 0]


def test_only_what_could_be_sold_at_the_open_is_sold() -> None:
    """T+1: three levels are filled, of 250 shares that could be sold two whole lots are."""
    bench = Bench(sellable=250.0, base_price=10.0)
    bench.tick()
    for price in (9.9, 9.8, 9.7):
        bench.fill(price)
    bench.engine.position = PositionData(**SYMBOL, direction=Direction.NET, volume=550, yd_volume=250)
    bench.tick(9.7)
    bench.tick(9.7)
    assert bench.sells == {10.0: 100, 9.9: 100} and bench.strategy.sellable == 50
    bench.fill(9.9, Direction.SHORT)
    bench.tick(9.9)
    assert set(bench.sells) == {10.0}, "what was bought today is sold tomorrow"

    for order in list(bench.engine.orders.values()):        # the close
        if order.is_active():
            bench.end(order, Status.CANCELLED)
    assert bench.strategy.sellable == 150
    bench.engine.position = PositionData(**SYMBOL, direction=Direction.NET, volume=450, yd_volume=450)
    bench.tick(9.8, 86_400)
    assert not bench.sells and not bench.buys, "the position may still be yesterday's"
    bench.tick(9.8)
    assert bench.sells == {10.0: 100, 9.8: 100} and bench.strategy.sellable == 250 and set(bench.buys) == {9.6, 9.5}


def test_a_sale_that_is_cancelled_can_be_sold_again() -> None:
    bench = Bench(sellable=100.0, base_price=10.0)
    bench.tick()
    bench.fill(9.9)
    bench.tick()
    bench.tick()
    bench.end(bench.order(10.0, Direction.SHORT), Status.CANCELLED)
    assert bench.strategy.sellable == 100
    bench.tick()
    assert bench.sells == {10.0: 100}


def test_whole_lots_of_what_was_filled_in_part() -> None:
    bench = Bench(base_price=10.0, shares_per_grid=350, grid_levels=1)
    bench.tick()
    assert bench.buys == {9.9: 300}
    bench.fill(9.9, volume=137)
    bench.end(bench.order(9.9, Direction.LONG), Status.CANCELLED)
    bench.tick()
    assert bench.sells == {10.0: 100} and bench.strategy.held == [137]


def test_less_than_a_lot_is_said_and_nothing_is_sent() -> None:
    bench = Bench(base_price=10.0, shares_per_grid=50)
    bench.tick()
    assert bench.engine.log == ["shares_per_grid 50 is below a lot of 100: nothing is traded"] and not bench.engine.orders


def test_orders_of_the_grid_never_meet_each_other() -> None:
    """The upper level has sold and would buy at the price at which the lower one sells."""
    bench = Bench(base_price=10.0, grid_levels=2)
    bench.tick()
    bench.fill(9.9)
    bench.fill(9.8)
    bench.tick()
    bench.tick()
    bench.fill(10.0, Direction.SHORT)
    bench.tick()
    assert bench.sells == {9.9: 100} and not bench.buys
    bench.fill(9.9, Direction.SHORT)
    bench.tick()
    assert set(bench.buys) == {9.9, 9.8}


def test_a_refusal_is_not_asked_for_again_at_once() -> None:
    bench = Bench(base_price=10.0, grid_levels=1)
    bench.tick()
    bench.end(bench.order(9.9, Direction.LONG), Status.REJECTED)
    bench.tick()
    assert not bench.buys
    bench.tick(seconds=300)
    assert bench.buys == {9.9: 100}


@pytest.mark.parametrize(("base_price", "base"), [(0.0, 10.2), (10.0, 10.0)])
def test_what_the_cta_engine_keeps_goes_on_the_next_day(base_price: float, base: float) -> None:
    bench = Bench(base_price=base_price, grid_levels=3)
    assert {"base", "held"} <= set(bench.strategy.variables)
    bench.strategy.base, bench.strategy.held = 10.2, [0.0, 100.0, 0.0]      # as it restores them after on_init
    bench.tick()
    bench.tick()
    assert bench.sells == {round(base - 0.1, 2): 100} and bench.buys == {round(base - 0.3, 2): 100}
