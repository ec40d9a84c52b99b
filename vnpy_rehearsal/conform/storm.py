"""
Days on which the wire breaks, and how long it takes after them until every order is settled. Times are seconds.

A wire is what ``venue.wire()`` gives: a proxy in front of the whole venue that can be told to break.
"""

from typing import Any

from vnpy.trader.constant import Status

from rest_locale import _

from .harness import GatewayHarness
from .recorder import Missed

STEP: float = 0.5               # s between orders
SETTLED: tuple[Status, ...] = (Status.NOTTRADED, Status.PARTTRADED, Status.ALLTRADED, Status.CANCELLED, Status.REJECTED)
ENDED: tuple[Status, ...] = (Status.ALLTRADED, Status.CANCELLED, Status.REJECTED)


class OverWire:
    """A venue as a gateway sees it that is connected through a wire."""

    def __init__(self, venue: Any, wire: Any) -> None:
        self._venue: Any = venue
        self.rest: str = wire.rest
        self.stream: str = wire.stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)


def storm(desk: GatewayHarness, wire: Any, rounds: int = 3) -> float:
    """
    The wire goes deaf, resets, refuses, while orders and a cancel are sent; then it is well.

    :return: seconds from then until every order is settled
    :raises Missed: ``vacuous`` when no byte vanished and no connection was reset; ``hung`` when an order stays in doubt
    """
    resting: str = desk.send("BUY", desk.profile.market.low, desk.profile.market.volume(1))
    desk.wait_status(resting, Status.NOTTRADED)
    sent: list[str] = []
    for __ in range(rounds):
        for break_it in (wire.deafen, wire.reset_new, wire.refuse):
            wire.heal()
            break_it()
            sent.append(desk.send("BUY", desk.profile.market.low_at(len(sent)), desk.profile.market.volume(1)))
            if len(sent) == 5:
                desk.cancel(resting)
            desk.recorder.pass_time(STEP)
    wire.heal()
    wire.deafen()
    sent.append(desk.send("BUY", desk.profile.market.low_at(len(sent)), desk.profile.market.volume(1)))       # the last one leaves into nothing
    desk.recorder.pass_time(STEP)
    wire.heal()
    return settle(desk, sent, resting, bool(wire.vanished and wire.resets), _("no byte vanished or no connection was reset"))


def forgotten(desk: GatewayHarness, wire: Any, idle: float = 5.0) -> float:
    """
    A router forgets every connection that has been idle, and nobody is told; then orders and a cancel are sent.

    :return: seconds from then until every order is settled
    :raises Missed: as ``storm``
    """
    resting: str = desk.send("BUY", desk.profile.market.low, desk.profile.market.volume(1))
    desk.wait_status(resting, Status.NOTTRADED)
    desk.recorder.pass_time(idle)
    wire.forget()
    sent: list[str] = []
    for number in range(4):
        sent.append(desk.send("BUY", desk.profile.market.low_at(number), desk.profile.market.volume(1)))
        desk.recorder.pass_time(STEP)
    desk.cancel(resting)
    return settle(desk, sent, resting, bool(wire.forgotten), _("no connection was there to be forgotten"))


def settle(desk: GatewayHarness, sent: list[str], resting: str, has_struck: bool, why_not: str) -> float:
    """Wait until every order is settled, and the cancelled one has ended; the seconds that took."""
    monotonic = desk.profile.stage.monotonic
    well: float = monotonic()
    if not has_struck:
        raise Missed("vacuous", why_not)
    orders = desk.recorder.orders

    def is_finished() -> bool:
        return orders[resting].status in ENDED and all(
            orderid in orders and orders[orderid].status in SETTLED for orderid in sent
        )

    desk.recorder.wait(is_finished, _("all orders settled"), desk.profile.patience + 60.0)
    return monotonic() - well
