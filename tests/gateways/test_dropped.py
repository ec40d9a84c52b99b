"""A gateway keeps its last orders only: those it has dropped are told again by the venue, and are no news."""

from contextlib import closing

import pytest
from vnpy.trader.constant import Status

from mockexchange import MockExchange
from vnpy_restgateway.orders import table as orders

from .harness import Case, Desk

LOW, HIGH = 30_000.0, 50_000.0


def test_dropped_orders_are_not_shown_again_at_the_next_connect(
    case: Case, venue: MockExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every connect the day's orders and fills are asked for anew."""
    if not case.finds_lost:
        pytest.skip("what is over is never listed")
    with closing(Desk(case, venue, "ONE").ready()) as one:
        with monkeypatch.context() as few:
            few.setattr(orders, "FINAL_KEPT", 1)
            for number in range(3):
                bought: str = one.send("BUY", HIGH, 0.01 + number / 1_000)
                one.wait_status(bought, Status.ALLTRADED)
                resting: str = one.send("BUY", LOW, 0.1)
                one.wait_status(resting, Status.NOTTRADED)
                one.cancel(resting)
                one.wait_status(resting, Status.CANCELLED)
            assert one.gateway.flow.table.get(bought) is None and len(one.gateway.flow.table.final) == 1
            one.close()
        known: set[str] = set(one.recorder.orders)
        pushed: int = len(one.recorder.order_pushes)
        traded: int = len(one.recorder.trades)

        with closing(Desk(case, venue, "TWO").ready()) as two:
            foreign: str = two.send("BUY", HIGH, 0.02)
            two.wait_status(foreign, Status.ALLTRADED)
            elsewhere: str = two.known_as(foreign)
        one.connect()
        one.wait_status(elsewhere, Status.ALLTRADED, seconds=20.0)      # the newest of the day: what is older was told
        bought = one.send("BUY", HIGH, 0.03)
        one.wait_status(bought, Status.ALLTRADED)

    again = [(o.orderid, o.status.name) for o in one.recorder.order_pushes[pushed:] if o.orderid in known]
    assert not again
    assert {t.orderid for t in one.recorder.trades[traded:]} == {elsewhere, bought}
    ids: list[str] = [t.tradeid for t in one.recorder.trades]
    assert len(ids) == len(set(ids))
    assert not one.recorder.said("the venue lists fills of 0 only")
