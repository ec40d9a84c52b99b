"""The transition table, cell by cell, and what holds for any history of one order."""

from copy import deepcopy
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_makers import MOMENT, make_order
from vnpy.trader.constant import OrderType, Status
from vnpy.trader.object import OrderData

from vnpy_restgateway.orders.states import FINAL, TRANSITIONS, merge

ALL = list(Status)
CELLS = list(product(ALL, ALL, (False, True), (0.0, 4.0, 10.0), (0.0, 4.0, 10.0)))


def test_the_table_names_every_status_and_three_of_them_are_final() -> None:
    assert set(TRANSITIONS) == set(ALL)
    assert set(FINAL) == {Status.ALLTRADED, Status.CANCELLED, Status.REJECTED}
    for following in TRANSITIONS.values():
        assert Status.SUBMITTING not in following


@pytest.mark.parametrize("known_status", ALL, ids=lambda s: s.name)
def test_every_cell(known_status: Status) -> None:
    for status, news_status, inferred, traded, news_traded in CELLS:
        if status is not known_status:
            continue
        known, news = make_order(status=status, traded=traded), make_order(status=news_status, traded=news_traded)
        before = deepcopy((known, news))
        order = merge(known, news, inferred)
        assert (known, news) == before, "merge must not change what it is given"
        cell = f"{status.name} <- {news_status.name}, inferred {inferred}, traded {traded} <- {news_traded}"
        result = order or known
        assert result is not news, cell
        assert result.traded == max(traded, news_traded), cell
        if order is not None:
            assert order is not known, cell
            assert (order.status, order.traded) != (known.status, known.traded), cell
        if status in FINAL and not inferred:
            assert result.status is status, cell
        elif news_status in FINAL and (news_status in TRANSITIONS[status] or inferred):
            assert result.status is news_status, cell
        elif result.status not in FINAL and result.traded:
            assert result.status is Status.PARTTRADED, cell
        if inferred and status in FINAL and not traded and news_status is not status:
            assert order is not None, cell       # the venue goes first


@pytest.mark.parametrize("status, news_status, expected", [
    (Status.SUBMITTING, Status.NOTTRADED, Status.NOTTRADED),
    (Status.SUBMITTING, Status.REJECTED, Status.REJECTED),
    (Status.NOTTRADED, Status.CANCELLED, Status.CANCELLED),
    (Status.NOTTRADED, Status.SUBMITTING, None),
    (Status.PARTTRADED, Status.NOTTRADED, None),
    (Status.PARTTRADED, Status.REJECTED, None),         # what has traded was not refused
    (Status.ALLTRADED, Status.NOTTRADED, None),
    (Status.CANCELLED, Status.ALLTRADED, None),
    (Status.REJECTED, Status.NOTTRADED, None),
])
def test_single_steps_without_fills(status: Status, news_status: Status, expected: Status | None) -> None:
    order = merge(make_order(status=status), make_order(status=news_status))
    assert (order and order.status) == expected


def test_a_late_ack_older_than_the_fills_reads_as_part_traded() -> None:
    order = merge(make_order(status=Status.SUBMITTING, traded=4), make_order(status=Status.NOTTRADED))
    assert order is not None and order.status is Status.PARTTRADED and order.traded == 4


def test_a_final_order_still_learns_of_fills() -> None:
    order = merge(make_order(status=Status.CANCELLED, traded=1), make_order(status=Status.PARTTRADED, traded=3))
    assert order is not None and (order.status, order.traded) == (Status.CANCELLED, 3)


def test_volume_price_and_time_are_learnt_from_the_venue() -> None:
    known = make_order(volume=0.0, price=0.0, datetime=None)
    order = merge(known, make_order(status=Status.NOTTRADED, volume=7.0, price=5.0))
    assert order is not None and (order.volume, order.price, order.datetime) == (7.0, 5.0, MOMENT)
    later = merge(order, make_order(status=Status.CANCELLED, volume=7.0, price=6.0))
    assert later is not None and later.price == 5.0


def test_a_live_order_learns_another_price() -> None:
    """What is told of it comes here only when the venue insists on it."""
    order = merge(make_order(price=5.0), make_order(price=6.0))
    assert order is not None and order.price == 6.0
    assert merge(make_order(price=5.0), make_order(price=5.0 * (1 + 1e-12))) is None
    assert merge(make_order(price=5.0), make_order(price=0.0)) is None
    assert merge(make_order(price=5.0, type=OrderType.MARKET), make_order(price=6.0, type=OrderType.MARKET)) is None
    assert merge(make_order(status=Status.CANCELLED, price=5.0), make_order(status=Status.CANCELLED, price=6.0)) is None


def test_news_without_a_volume_do_not_make_an_order_all_traded() -> None:
    """A market order by quote amount has no quantity while it fills."""
    news = make_order(status=Status.PARTTRADED, traded=2.0, volume=0.0)
    order = merge(make_order(status=Status.SUBMITTING, volume=0.0), news)
    assert order is not None and order.status is Status.PARTTRADED
    order = merge(make_order(status=Status.NOTTRADED, volume=10.0), news)
    assert order is not None and order.status is Status.PARTTRADED and order.volume == 10.0


@st.composite
def histories(draw: st.DrawFn) -> list[OrderData]:
    """What a venue says of one order from first to last."""
    fills = draw(st.lists(st.integers(1, 5), max_size=6))
    ending = draw(st.sampled_from(["FILLED", "CANCELLED", "REJECTED", "OPEN"]))
    if ending == "REJECTED":
        return [make_order(status=Status.REJECTED)]
    volume = sum(fills) if ending == "FILLED" and fills else sum(fills) + 5
    told = [make_order(status=Status.NOTTRADED, volume=volume)]
    traded = 0
    for fill in fills:
        traded += fill
        status = Status.ALLTRADED if traded == volume else Status.PARTTRADED
        told.append(make_order(status=status, traded=traded, volume=volume))
    if ending == "CANCELLED":
        told.append(make_order(status=Status.CANCELLED, traded=traded, volume=volume))
    return told


@settings(deadline=None)
@given(histories(), st.data())
def test_any_order_of_telling_ends_in_the_same_belief(told: list[OrderData], data: st.DataObject) -> None:
    belief = make_order(volume=told[0].volume)
    heard = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=5))))
    pushes = [belief]
    for news in heard:
        belief = merge(belief, news) or belief
        pushes.append(belief)
    assert (belief.status, belief.traded) == (told[-1].status, told[-1].traded)
    for one, next_one in zip(pushes, pushes[1:], strict=False):
        assert next_one.traded >= one.traded
        assert next_one.status is one.status or next_one.status in TRANSITIONS[one.status]
