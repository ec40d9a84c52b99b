"""The main job's strategy for shares never sells what cannot be sold today, however late it is told of things."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Product, Status
from vnpy.trader.object import ContractData, OrderData, PositionData, TickData, TradeData
from vnpy_ctastrategy.base import EngineType

from vnpy_rehearsal.share_strategy import RETRY, SETTLED, ShareRehearsalStrategy

START: datetime = datetime(2026, 1, 5, 2, 0, tzinfo=timezone.utc)
NEVER_BUYS: dict[str, int] = {"most": -10}
LATEST: float = 20.0            # s that a position may be on its way; a request that takes longer has failed


class Market:
    """
    A polled share venue, the wire to it and CtaEngine in one. Nothing happens by itself: requests arrive at the venue one by
    one, events are delivered one by one, and a position is asked for, then delivered as it was when it was asked for.
    """

    def __init__(self, held: float, t_plus: int = 1, history: bool = False, **setting: Any) -> None:
        self.sellable: float = held
        self.unsettled: float = 0.0
        self.t_plus: int = t_plus
        self.orders: dict[str, OrderData] = {}              # as the venue has them
        self.requests: deque[Callable[[], None]] = deque()
        self.events: deque[OrderData | TradeData] = deque()
        self.answer: PositionData | None = None             # on its way
        self.asked_at: float = 0.0
        self.shown: PositionData | None = None
        self.clock: float = 0.0
        self.bars_loaded: int = 0
        self.contract: ContractData = ContractData(
            "X", "600001", Exchange.SSE, "Share", Product.EQUITY, 1, 0.01, 100, net_position=True, history_data=history,
        )
        self.main_engine = SimpleNamespace(get_contract=lambda vt_symbol: self.contract, get_position=self.get_position)
        self.ask()
        self.deliver_position()
        self.strategy: ShareRehearsalStrategy = ShareRehearsalStrategy(self, "test", "600001.SSE", setting)
        self.strategy.on_init()
        self.strategy.inited = self.strategy.trading = True

    # CtaEngine

    def get_position(self, vt_positionid: str) -> PositionData | None:
        assert vt_positionid == f"X.600001.SSE.{Direction.NET.value}"
        return self.shown

    def get_engine_type(self) -> EngineType:
        return EngineType.LIVE

    def load_bar(self, *arguments: Any) -> list[Any]:
        self.bars_loaded += 1
        return []

    def put_strategy_event(self, strategy: Any) -> None:
        """Nobody looks."""

    def send_order(
        self, strategy: Any, direction: Direction, offset: Offset, price: float, volume: float, stop: bool, lock: bool, net: bool
    ) -> list[str]:
        assert volume > 0 and volume % 100 == 0
        number: int = len(self.orders) + 1
        order: OrderData = OrderData(
            "X", "600001", Exchange.SSE, f"o{number}", OrderType.LIMIT, direction, offset, price, volume, status=Status.SUBMITTING,
        )
        self.orders[order.vt_orderid] = order
        self.requests.append(lambda: self.arrive(order))
        return [order.vt_orderid]

    def cancel_all(self, strategy: Any) -> None:
        for order in self.alive():
            self.requests.append(lambda order=order: self.end(order))       # type: ignore[misc]

    # the venue

    def alive(self) -> list[OrderData]:
        return [order for order in self.orders.values() if order.is_active()]

    def arrive(self, order: OrderData) -> None:
        if order.status is not Status.SUBMITTING:
            return
        if order.direction is Direction.SHORT:
            assert order.volume <= self.sellable, "it sells what cannot be sold"
            self.sellable -= order.volume
        order.status = Status.NOTTRADED
        self.tell(order)

    def end(self, order: OrderData) -> None:
        if not order.is_active():
            return
        if order.direction is Direction.SHORT and order.status is not Status.SUBMITTING:
            self.sellable += order.volume - order.traded
        order.status = Status.CANCELLED
        self.tell(order)

    def fill(self, part: float) -> None:
        """A part of the oldest order in the book."""
        for order in self.alive():
            if order.status is Status.SUBMITTING:
                continue
            volume: float = min(max(round(order.volume * part), 1.0), order.volume - order.traded)
            order.traded += volume
            order.status = Status.ALLTRADED if order.traded == order.volume else Status.PARTTRADED
            if order.direction is Direction.LONG:
                self.unsettled += volume * bool(self.t_plus)
                self.sellable += volume * (not self.t_plus)
            number: int = len(self.events)
            self.events.append(TradeData("X", "600001", Exchange.SSE, order.orderid, f"t{number}", order.direction, volume=volume, price=order.price))
            self.tell(order)
            return

    def tell(self, order: OrderData) -> None:
        told: OrderData = OrderData(
            "X", "600001", Exchange.SSE, order.orderid, OrderType.LIMIT, order.direction, order.offset, order.price, order.volume,
            order.traded, order.status,
        )
        self.events.append(told)

    def turn_day(self) -> None:
        for order in self.alive():
            self.end(order)
        self.sellable += self.unsettled
        self.unsettled = 0.0

    # the wire

    def request(self) -> None:
        if self.requests:
            self.requests.popleft()()

    def deliver(self) -> None:
        """An event to the strategy, as CtaEngine does."""
        if not self.events:
            return
        event: OrderData | TradeData = self.events.popleft()
        if isinstance(event, OrderData):
            self.strategy.on_order(event)
            return
        self.strategy.pos += event.volume if event.direction is Direction.LONG else -event.volume
        self.strategy.on_trade(event)

    def ask(self) -> None:
        """One question at a time."""
        if self.answer is None:
            locked: float = sum(
                order.volume - order.traded for order in self.alive()
                if order.direction is Direction.SHORT and order.status is not Status.SUBMITTING
            )
            volume: float = self.sellable + self.unsettled + locked
            self.answer = PositionData(
                "X", "600001", Exchange.SSE, Direction.NET, volume, volume - self.sellable, yd_volume=self.sellable,
            )
            self.asked_at = self.clock

    def deliver_position(self) -> None:
        if self.answer is not None and self.clock - self.asked_at <= LATEST:
            self.shown = self.answer
        self.answer = None

    def tick(self, seconds: float = 1.0, bid: float = 9.99, ask: float = 10.01, last: float = 10.0) -> None:
        self.clock += seconds
        self.strategy.on_tick(TickData(
            "X", "600001", Exchange.SSE, START + timedelta(seconds=self.clock), bid_price_1=bid, ask_price_1=ask, last_price=last,
        ))

    def settle(self) -> None:
        """Everything that is on its way arrives."""
        while self.requests or self.events:
            self.request()
            self.deliver()

    def run(self, seconds: int) -> None:
        """All is quick, and every order is filled at once."""
        for _ in range(seconds):
            self.ask()
            self.settle()
            self.fill(1.0)
            self.settle()
            self.deliver_position()
            self.tick()

    def sent(self) -> list[tuple[str, float]]:
        return [(order.direction.name if order.direction else "", order.volume) for order in self.orders.values()]


STEPS: dict[str, Callable[[Market, float], None]] = {
    "tick": lambda market, x: market.tick(0.1 + 12 * x), "request": lambda market, x: market.request(),
    "fill": lambda market, x: market.fill(x), "deliver": lambda market, x: market.deliver(), "ask": lambda market, x: market.ask(),
    "position": lambda market, x: market.deliver_position(), "wait": lambda market, x: setattr(market, "clock", market.clock + 30 * x),
}
STEP = st.tuples(st.sampled_from(list(STEPS)), st.floats(0, 1))


@given(
    held=st.sampled_from([0.0, 99.0, 100.0, 250.0]), t_plus=st.sampled_from([0, 1]), most=st.sampled_from([-5, 2]),
    days=st.lists(st.lists(STEP, min_size=20, max_size=80), min_size=1, max_size=3),
)
def test_it_never_sells_what_cannot_be_sold(held: float, t_plus: int, most: int, days: list[Any]) -> None:
    """Whatever is late: requests, fills, events, the position. ``Market.arrive`` holds every sale against what the venue has."""
    market = Market(held, t_plus, patience=0.0, hold=0.0, most=most)
    for steps in days:
        for name, x in steps:
            STEPS[name](market, x)
        market.turn_day()
    bought, sold = (
        sum(order.traded for order in market.orders.values() if order.direction is side) for side in (Direction.LONG, Direction.SHORT)
    )
    assert bought - sold <= max(most, 0) * 100


def test_it_sells_and_buys_in_turn_until_all_is_sold_that_it_held() -> None:
    market = Market(300.0, most=2)
    market.run(60)
    sides = [side for side, _ in market.sent()]
    assert sides[:6] == ["SHORT", "LONG"] * 3 and sides.count("SHORT") == 3
    assert sides[6:] == ["LONG"] * 2 and market.strategy.pos == 200.0         # then it buys as many as it may have
    assert market.strategy.sellable == 0.0 and market.sellable == 0.0


def test_the_next_day_it_sells_what_it_bought() -> None:
    market = Market(100.0, most=1)
    market.run(30)
    assert market.strategy.sellable == 0.0 and market.sent() == [("SHORT", 100.0), ("LONG", 100.0), ("LONG", 100.0)]
    market.turn_day()
    market.run(20)
    assert market.sent()[3:5] == [("SHORT", 100.0), ("LONG", 100.0)] and market.sent().count(("SHORT", 100.0)) == 3


def test_without_t_plus_one_it_sells_what_it_has_just_bought() -> None:
    market = Market(0.0, t_plus=0, most=2)
    market.run(60)
    assert market.sent()[:4] == [("LONG", 100.0), ("SHORT", 100.0)] * 2
    assert market.sent().count(("SHORT", 100.0)) > 5


def test_without_a_holding_it_buys_as_many_as_it_may_have() -> None:
    market = Market(0.0, most=3)
    market.run(40)
    assert market.sent() == [("LONG", 100.0)] * 3


def test_it_rests_first_and_crosses_the_spread_when_it_has_waited() -> None:
    market = Market(100.0)
    for _ in range(6):
        market.tick()
        market.settle()
    orders = list(market.orders.values())
    assert [(order.price, order.status) for order in orders] == [(10.01, Status.CANCELLED), (9.99, Status.NOTTRADED)]
    assert orders[1].direction is Direction.SHORT


def test_a_refusal_keeps_it_away_for_a_while() -> None:
    market = Market(100.0)
    market.tick()
    order = market.alive()[0]
    order.status = Status.REJECTED
    market.tell(order)
    market.settle()
    assert market.strategy.sellable == 100.0
    market.tick(RETRY - 0.5)
    assert len(market.orders) == 1
    market.tick(1.0)
    assert len(market.orders) == 2


def test_an_order_thought_dead_that_turns_up_counts_again() -> None:
    """Not found, concluded, and at the venue all the same: the gateway adopts it."""
    market = Market(200.0)
    market.tick()
    order = market.alive()[0]
    order.status = Status.REJECTED
    market.tell(order)
    market.settle()
    assert market.strategy.sellable == 200.0
    order.status = Status.NOTTRADED
    market.tell(order)
    market.settle()
    assert market.strategy.sellable == 100.0 and market.strategy.alive == {order.vt_orderid}


def test_a_position_that_is_pushed_only_when_it_changes_is_believed_after_a_while() -> None:
    market = Market(100.0, most=0)
    market.tick()
    market.settle()
    market.fill(1.0)
    market.settle()
    market.sellable = 100.0         # the day has turned: one push tells it
    market.ask()
    market.deliver_position()
    market.tick()
    assert market.strategy.sellable == 0.0
    market.ask()
    market.tick(LATEST - 1)
    market.clock += SETTLED - LATEST + 1
    market.answer = None
    market.ask()
    market.deliver_position()
    market.tick()
    assert market.strategy.sellable == 0.0 and len(market.alive()) == 1        # it sells again


def test_a_position_asked_for_before_a_sale_is_not_believed_after_it() -> None:
    """It comes as the second new one since then, because no tick had come after the first."""
    market = Market(100.0, hold=0.0, **NEVER_BUYS)
    market.tick()                       # it sells
    market.ask()
    market.deliver_position()
    market.ask()                        # here the order is not at the venue yet
    market.settle()
    market.fill(1.0)
    market.settle()
    market.tick()
    market.deliver_position()
    market.tick()
    market.tick()
    assert market.strategy.sellable == 0.0 and market.sent() == [("SHORT", 100.0)]


def test_nor_a_late_one_where_ticks_are_rare() -> None:
    market = Market(100.0, hold=0.0, **NEVER_BUYS)
    market.tick()
    market.clock += 13.0
    market.ask()
    market.settle()
    market.fill(1.0)
    market.settle()
    market.clock += LATEST - 1
    market.deliver_position()
    market.tick()
    market.tick()
    assert market.strategy.sellable == 0.0 and market.sent() == [("SHORT", 100.0)]


def test_nor_a_late_one_that_comes_alone() -> None:
    """Positions may be pushed only when they change, so that one has to do; but not one that came too soon."""
    market = Market(100.0, hold=0.0, **NEVER_BUYS)
    market.tick()
    market.ask()
    market.settle()
    market.fill(1.0)
    market.settle()
    for _ in range(int(LATEST) - 2):
        market.tick()
    market.deliver_position()
    market.tick()
    assert market.strategy.sellable == 0.0 and market.sent() == [("SHORT", 100.0)]


def test_nor_any_while_an_order_is_on_its_way() -> None:
    market = Market(100.0, hold=0.0, patience=100.0, **NEVER_BUYS)
    market.tick()
    for _ in range(3):
        market.ask()
        market.deliver_position()
        market.tick()
    market.settle()
    market.fill(1.0)
    market.settle()
    market.tick()
    assert market.strategy.sellable == 0.0 and market.sent() == [("SHORT", 100.0)]


@pytest.mark.parametrize("history", [True, False])
def test_bars_are_loaded_where_the_gateway_has_them(history: bool) -> None:
    assert Market(0.0, history=history).bars_loaded == history


@pytest.mark.parametrize(("bid", "ask", "last"), [(0.0, 10.0, 10.0), (10.0, 0.0, 10.0), (0.0, 0.0, 0.0)])
def test_a_market_with_one_side_only_is_left_alone(bid: float, ask: float, last: float) -> None:
    market = Market(100.0)
    market.tick(1.0, bid, ask, last)
    assert not market.orders


def test_without_a_book_it_goes_by_the_last_price() -> None:
    market = Market(100.0, slip=3)
    for _ in range(6):
        market.tick(1.0, 0.0, 0.0)
        market.settle()
    assert [round(order.price, 2) for order in market.orders.values()] == [10.0, 9.97]


def test_parameters() -> None:
    market = Market(1000.0, lots=3, patience=1.0)
    market.tick()
    assert market.sent() == [("SHORT", 300.0)]
    assert set(ShareRehearsalStrategy.get_class_parameters()) == {"lots", "most", "patience", "hold", "slip"}
    assert market.strategy.get_variables()["sellable"] == 700.0


def test_a_clock_that_is_set_back_does_not_stop_it() -> None:
    market = Market(500.0)
    market.run(4)
    before = len(market.sent())
    market.clock += 6 * 3600.0
    market.run(4)
    market.clock -= 6 * 3600.0
    assert len(market.sent()) > before
    before = len(market.sent())
    market.run(8)
    assert len(market.sent()) >= before + 2
