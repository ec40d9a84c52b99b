"""Strategies that trade every half minute by the clock of their ticks, and bear bad days badly, each in its own way."""

from typing import Any

from vnpy.trader.constant import Status
from vnpy_ctastrategy import CtaTemplate, OrderData, StopOrder, TickData, TradeData

EVERY: int = 30         # s


class Steady(CtaTemplate):
    """One unit, in and out; an order that rests is taken back."""

    parameters = ["size"]
    variables = ["pos"]
    size: float = 0.01

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.next: float = 0.0

    def on_init(self) -> None:
        pass

    def on_start(self) -> None:
        pass

    def on_stop(self) -> None:
        self.cancel_all()

    def on_tick(self, tick: TickData) -> None:
        now: float = tick.datetime.timestamp()
        if now >= self.next:
            self.next = now + EVERY
            self.act(tick)

    def act(self, tick: TickData) -> None:
        self.cancel_all()
        if self.pos > 0:
            self.sell(round(tick.bid_price_1 * 0.999, 2), abs(self.pos))
        else:
            self.buy(round(tick.ask_price_1 * 1.001, 2), self.size)

    def on_order(self, order: OrderData) -> None:
        pass

    def on_trade(self, trade: TradeData) -> None:
        pass

    def on_stop_order(self, stop_order: StopOrder) -> None:
        pass


class Raises(Steady):
    """Nobody told it that an order can be rejected."""

    def on_order(self, order: OrderData) -> None:
        if order.status is Status.REJECTED:
            raise KeyError(order.vt_orderid)


class GivesUp(Steady):
    """After the first rejection it trades no more."""

    given_up: bool = False

    def act(self, tick: TickData) -> None:
        if not self.given_up:
            super().act(tick)

    def on_order(self, order: OrderData) -> None:
        self.given_up = self.given_up or order.status is Status.REJECTED


class Doubles(Steady):
    """After a rejection it wants three times as much."""

    def on_order(self, order: OrderData) -> None:
        if order.status is Status.REJECTED:
            self.size = 0.03


class Leaves(Steady):
    """An order rests far below the market all day. CtaEngine takes it back in the end, if it has not forgotten it with its process."""

    rests: bool = False
    variables = ["pos", "rests"]

    def act(self, tick: TickData) -> None:
        if not self.rests:
            self.rests = True
            self.buy(round(tick.bid_price_1 * 0.85, 2), self.size)
        if self.pos > 0:
            self.sell(round(tick.bid_price_1 * 0.999, 2), abs(self.pos))
        else:
            self.buy(round(tick.ask_price_1 * 1.001, 2), self.size)

    def on_stop(self) -> None:
        pass


class Miscounts(Steady):
    """It keeps its own count, and counts a rejected purchase as bought."""

    def on_order(self, order: OrderData) -> None:
        if order.status is Status.REJECTED:
            self.pos = self.pos + order.volume


class NeverBegins(Steady):
    """What it needs is not there."""

    def on_init(self) -> None:
        raise FileNotFoundError("signals.csv")


class Endless(Steady):
    """It orders at every tick, and each of its trades is a tick."""

    def on_tick(self, tick: TickData) -> None:
        self.act(tick)


class Floods(Steady):
    """After a rejection it orders at every tick."""

    refused: bool = False

    def on_tick(self, tick: TickData) -> None:
        if self.refused:
            self.act(tick)
        else:
            super().on_tick(tick)

    def on_order(self, order: OrderData) -> None:
        self.refused = self.refused or order.status is Status.REJECTED
