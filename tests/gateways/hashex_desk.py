"""Desks on a HashEx that is set up as a test wants it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from vnpy.trader.constant import Status
from vnpy.trader.gateway import BaseGateway

from vnpy_hashex import HashExGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy

from .hashex_cases import hashex, quick_hashex
from .harness import Desk

LOW, HIGH = 30_000.0, 50_000.0
CREATE = "POST /spot/v1/u/trade/order/create"


@contextmanager
def trading(quick: Callable[[BaseGateway], None] = quick_hashex, *, setting: dict[str, Any] | None = None, **options: Any) -> Iterator[Desk]:
    """A desk on a venue with these options, connected."""
    case = hashex("hashex", quick, **options)
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        if setting:
            plain = case.setting
            desk.case.setting = lambda venue: {**plain(venue), **setting}
        try:
            yield desk.ready()
        finally:
            desk.close()


def patient(gateway: BaseGateway) -> None:
    """
    For tests in which nothing hangs: a busy machine may take more than a second to answer.
    """
    quick_hashex(gateway)
    assert isinstance(gateway, HashExGateway)
    gateway.timings.request_timeout = 5.0
    gateway.flow.table.rule = NotFoundPolicy(bound=5.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


def answer(desk: Desk, code: int, match: str = CREATE, stage: str = "before_engine", times: int = 1) -> None:
    desk.venue.faults.add(
        match=match, stage=stage, action="status", status=200, body=f'{{"code":{code},"msg":"as told"}}', times=times
    )


def a_day(desk: Desk, seconds: float = 20.0) -> None:
    """An order that rests and is cancelled, one that is filled, one that is refused, one whose answer is lost, a tick."""
    desk.subscribe()
    desk.recorder.wait(lambda: desk.recorder.ticks and desk.recorder.ticks[-1].volume, "a tick with figures")
    resting = desk.send("BUY", LOW, 0.5)
    filled = desk.send("BUY", HIGH, 0.01)
    poor = desk.send("BUY", 39_000.0, 100)
    desk.wait_status(resting, Status.NOTTRADED, seconds=seconds)
    desk.wait_status(filled, Status.ALLTRADED, seconds=seconds)
    desk.wait_status(poor, Status.REJECTED, seconds=seconds)
    assert desk.recorder.said("insufficient balance") or desk.known_as(poor), "refused, or accepted and then rejected"
    desk.cancel(resting)
    desk.wait_status(resting, Status.CANCELLED, seconds=seconds)
    desk.venue.faults.add(match=CREATE, stage="after_engine", action="reset")
    lost = desk.send("BUY", LOW, 0.25)
    desk.wait_status(lost, Status.NOTTRADED, seconds=seconds)
    desk.cancel(lost)
    desk.wait_status(lost, Status.CANCELLED, seconds=seconds)
    desk.assert_truth()
