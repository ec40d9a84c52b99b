"""F72 and F73: messages that contradict themselves, ids that are none, answers about another order."""

from collections.abc import Mapping, Sequence
from typing import Any

from vnpy.trader.constant import Status

from rest_locale import N_, _

from .matrix import Run, row
from .recorder import Missed

# labels (alternatives of one call), stage, and what is set in the message
Message = tuple[tuple[str, ...], str, Mapping[str, Any]]


def not_believed(run: Run, messages: Sequence[Message]) -> None:
    """One order after the other, each with a message that cannot be: shown as it is, and it alone, and cancelled."""
    desk = run.desk()
    for labels, stage, values in messages:
        before: set[str] = set(desk.recorder.orders)
        struck = run.arm(labels, stage, "body", set=dict(values))
        orderid: str = desk.send("BUY", run.market.low, run.market.volume(1))
        if labels == run.wire.cancel:
            run.resolved(desk, orderid, Status.NOTTRADED)
            desk.cancel(orderid)
        run.struck(struck)
        if labels != run.wire.cancel:
            run.resolved(desk, orderid, Status.NOTTRADED)
        run.away(desk, orderid)
        if desk.order(orderid).traded:
            raise Missed("invented", _("{values} was believed").format(values=values))
        if ghosts := set(desk.recorder.orders) - before - {orderid}:
            raise Missed("invented", _("{values}: shown besides: {ghosts}").format(values=values, ghosts=', '.join(ghosts)))
        run.clear()
    filled = desk.send("BUY", run.market.high, run.market.volume(1))
    run.resolved(desk, filled, Status.ALLTRADED)


@row("F72", N_("messages that contradict themselves"), needs="contradictions")
def contradictions(run: Run) -> None:
    not_believed(run, run.wire.contradictions)


@row("F73", N_("ids that are none, and answers about another order"), needs="wrong_ids")
def wrong_ids(run: Run) -> None:
    not_believed(run, run.wire.wrong_ids)
