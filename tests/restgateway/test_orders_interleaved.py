"""
Some orders' true lives, told in any order, some of it several times, some never: the table ends in the truth.

``INTERLEAVINGS=400 pytest tests/restgateway/test_orders_interleaved.py`` is the long form.
"""

import os
from copy import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from order_makers import make_order, make_trade, spoil
from vnpy.trader.constant import Status
from vnpy.trader.object import OrderData, TradeData

from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.orders.table import OrderTable, Push
from vnpy_restgateway.orders.states import FINAL, TRANSITIONS

RULE = NotFoundPolicy(bound=15.0, spacing=2.0, misses=3)

Message = tuple[str, str, str, Any]      # what, client id, venue id, content


def state_of(status: Status, traded: float, orderid: str, volume: float) -> OrderData:
    return make_order(orderid, status, traded, volume=volume)


@st.composite
def lives(draw: st.DrawFn) -> tuple[dict[str, OrderData], dict[str, list[TradeData]], set[str], list[Message]]:
    """Some orders' true lives at a venue, and what is told of them: in any order, some of it several times, some never."""
    truth: dict[str, OrderData] = {}
    fills: dict[str, list[TradeData]] = {}
    ours: set[str] = set()
    messages: list[Message] = []
    for n in range(draw(st.integers(1, 3))):
        orderid, venue_id = f"o{n}", str(100 + n)
        tenths = draw(st.lists(st.integers(1, 9), max_size=4))
        trades = [make_trade(f"B-{venue_id}-{k}", tenth / 10, orderid) for k, tenth in enumerate(tenths)]
        ending = draw(st.sampled_from([Status.ALLTRADED, Status.CANCELLED, Status.NOTTRADED, Status.REJECTED]))
        volume = sum(tenths) / 10 if ending is Status.ALLTRADED and tenths else sum(tenths) / 10 + 1
        states: list[OrderData] = [state_of(Status.NOTTRADED, 0.0, orderid, volume=volume)]
        done = 0
        for tenth in tenths:
            done += tenth
            status = Status.ALLTRADED if done / 10 == volume else Status.PARTTRADED
            states.append(state_of(status, done / 10, orderid, volume=volume))
        if ending is Status.CANCELLED:
            states.append(state_of(Status.CANCELLED, done / 10, orderid, volume=volume))
        if ending is Status.REJECTED and not tenths:
            states = [state_of(Status.REJECTED, 0.0, orderid, volume=volume)]
        truth[orderid], fills[orderid] = states[-1], trades
        if draw(st.booleans()):
            ours.add(orderid)

        times = st.integers(0, 2)
        for state in states[:-1]:
            messages += [("update", orderid, venue_id, state)] * draw(times)
        messages += [("update", orderid, venue_id, states[-1])] * (1 + draw(times))
        for trade in trades:
            by_rest = copy(trade)
            by_rest.orderid = ""
            told_by = draw(st.lists(st.sampled_from([trade, by_rest]), min_size=1, max_size=3))
            messages += [("fill", orderid, venue_id, one) for one in told_by]
        for what in draw(st.lists(st.sampled_from(["accept", "question", "cancel", "missing", "refuse"]), max_size=5)):
            if what != "refuse" or states[-1].status is Status.REJECTED:
                messages.append((what, orderid, venue_id, draw(st.sampled_from([105.0, 200.0, 300.0, 400.0]))))
    return truth, fills, ours, draw(st.permutations(messages))


@settings(deadline=None, max_examples=int(os.environ.get("INTERLEAVINGS", "120")))
@given(lives())
def test_every_interleaving_ends_in_the_truth(
    case: tuple[dict[str, OrderData], dict[str, list[TradeData]], set[str], list[Message]]
) -> None:
    truth, fills, ours, messages = case
    table = OrderTable(RULE)
    seen: list[Push] = []
    presumed_at: dict[str, int] = {}

    def take(pushes: list[Push]) -> None:
        for push in pushes:
            seen.append(copy(push))
            spoil(push)

    for orderid in truth:
        if orderid in ours:
            mine = make_order(orderid, volume=truth[orderid].volume)
            table.submit(mine, 100.0)
            take([mine])
    for what, orderid, venue_id, content in messages:
        if what == "update":
            take(table.update(copy(content), venue_id))
        elif what == "fill":
            take(table.fill(copy(content), venue_id))
        elif what == "accept" and orderid in ours:
            table.accept(orderid, venue_id)
        elif what == "refuse":
            take(table.refuse(orderid))
        elif what == "question":
            table.mark_in_doubt(orderid, 101.0)
        elif what == "cancel":
            table.want_cancel(orderid)
        elif what == "missing":
            before = len(seen)
            take(table.missing(orderid, content))
            if len(seen) > before:
                presumed_at[orderid] = len(seen) - 1

    for orderid, final in truth.items():
        entry = table.get(orderid)
        assert entry is not None
        mine = [(n, push) for n, push in enumerate(seen) if push.orderid == orderid]
        trades = [push.tradeid for _, push in mine if isinstance(push, TradeData)]
        assert sorted(trades) == sorted(trade.tradeid for trade in fills[orderid]), "each fill exactly once"
        statuses = [(n, push) for n, push in mine if isinstance(push, OrderData)]
        assert all(b.traded >= a.traded for (_, a), (_, b) in zip(statuses, statuses[1:], strict=False))
        for (n, a), (_, b) in zip(statuses, statuses[1:], strict=False):
            legal = b.status is a.status or b.status in TRANSITIONS[a.status]
            assert legal or presumed_at.get(orderid) == n, f"{a.status.name} -> {b.status.name}"
        last_told = max(i for i, m in enumerate(messages) if m[0] == "update" and m[1] == orderid)
        if orderid in presumed_at and last_told < len(messages) - 1 and entry.inferred:
            continue            # it was concluded after the last word of the venue
        assert (entry.order.status, entry.order.traded) == (final.status, final.traded)
        _, last = mine[-1] if final.status in FINAL else statuses[-1]
        assert isinstance(last, OrderData), "the final push comes after all its trades"
        assert (last.status, last.traded) == (final.status, final.traded)
        assert not entry.awaiting_fills
        assert (orderid in table.active) is (final.status not in FINAL)
    assert not table.orphan_fills
    assert len(seen) == sum(1 for push in seen if push.orderid in truth)
