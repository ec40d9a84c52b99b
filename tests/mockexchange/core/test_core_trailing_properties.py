"""A plain model of trailing stops, which looks at every trade, against the exchange, which looks at few."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from test_core_properties import checked, commands, open_exchange, send, special

from core_world import NOW
from mockexchange.core.commands import PlaceOrder
from mockexchange.core.events import OrderReport, PublicTrade
from mockexchange.core.orders import NO_LIST, STOP_TYPES

class Model:
    """One trailing stop as faqs/trailing-stop-faq.md has it."""

    def __init__(self, report: OrderReport, last_price: int) -> None:
        assert report.special is not None
        self.is_buy = report.side == "BUY"
        self.stop = report.stop_price
        self.rises = self.is_buy == report.type.startswith("STOP_LOSS")
        self.delta = report.special.trailing_delta
        self.extreme = 0 if self.stop else last_price
        self.is_triggered = False

    def trade(self, price: int) -> None:
        if not self.extreme:
            if price >= self.stop if self.rises else price <= self.stop:
                self.extreme = price
        elif self.is_buy:
            self.is_triggered |= price * 10_000 >= self.extreme * (10_000 + self.delta)
            self.extreme = min(self.extreme, price)
        else:
            self.is_triggered |= price * 10_000 <= self.extreme * (10_000 - self.delta)
            self.extreme = max(self.extreme, price)


@checked
@given(st.lists(special(), min_size=10, max_size=20), commands)
def test_every_trade_counts(first: list[Any], sent: list[Any]) -> None:
    exchange = open_exchange(10**13)
    models: dict[int, tuple[str, Model]] = {}
    mixed = [command for pair in zip(first, sent, strict=False) for command in pair] + sent[len(first):]
    for number, command in enumerate(mixed):
        last = {symbol: tape.last_price for symbol, tape in exchange.tapes.items()}
        for event in send(exchange, command, NOW + number * 1000) or []:
            if isinstance(event, PublicTrade):
                last[event.symbol] = event.price
                for symbol, model in models.values():
                    if symbol == event.symbol and not model.is_triggered:
                        model.trade(event.price)
            elif isinstance(event, OrderReport) and event.special is not None and event.special.trailing_delta:
                if event.order_id not in models:
                    if event.status != "NEW":
                        assert event.order_list_id != NO_LIST       # it is pending, or ends without having worked
                        continue
                    assert (isinstance(command, PlaceOrder) or event.order_list_id != NO_LIST) and event.type in STOP_TYPES
                    models[event.order_id] = (event.symbol, Model(event, last[event.symbol]))
                elif event.working_time or event.expiry_reason == "REJECTED":
                    assert models[event.order_id][1].is_triggered, "it triggered too early"
        for account in exchange.accounts():
            for order in exchange.open_orders(account):
                if order.order_id in models and not order.working_time:
                    symbol, model = models[order.order_id]
                    assert not model.is_triggered, "it should have triggered"
                    assert order.special is not None and order.special.extreme == model.extreme
                    assert (order.special.trailing_time != 0) == (model.extreme != 0)
