"""
The base class's events for ticks and orders, two each, without its calls and theirs in between.

What ``BaseGateway.on_tick`` and ``on_order`` do in five Python calls each; the tests hold both against each other.
"""

from vnpy.event import Event
from vnpy.trader.event import EVENT_ORDER, EVENT_TICK
from vnpy.trader.gateway import BaseGateway
from vnpy.trader.object import OrderData, TickData

# An event has its type and its data and nothing else, so it can be made without its ``__init__``.
PLAIN_EVENTS: bool = vars(Event("a", "b")) == {"type": "a", "data": "b"}

new = object.__new__


def on_tick(gateway: BaseGateway, tick: TickData) -> None:
    """Hand a tick to the event engine."""
    if not PLAIN_EVENTS:
        BaseGateway.on_tick(gateway, tick)
        return
    put = gateway.event_engine.put
    event: Event = new(Event)
    event.type = EVENT_TICK
    event.data = tick
    put(event)
    event = new(Event)
    event.type = EVENT_TICK + tick.vt_symbol
    event.data = tick
    put(event)


def on_order(gateway: BaseGateway, order: OrderData) -> None:
    """Hand an order to the event engine."""
    if not PLAIN_EVENTS:
        BaseGateway.on_order(gateway, order)
        return
    put = gateway.event_engine.put
    event: Event = new(Event)
    event.type = EVENT_ORDER
    event.data = order
    put(event)
    event = new(Event)
    event.type = EVENT_ORDER + order.vt_orderid
    event.data = order
    put(event)
