"""F71: one life of a venue after the other, as the order table and the flow see it."""

from datetime import timedelta

import pytest
from flow_desk import RULE, Desk
from order_makers import MOMENT, make_order, make_trade
from vnpy.trader.constant import Status

from vnpy_restgateway.orders.life import MISSES


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(monkeypatch)
    return desk


def filled(desk: Desk, orderid: str, venue_id: str, tradeid: str) -> None:
    desk.submit(orderid)
    desk.flow.on_fill(make_trade(tradeid, 10.0, orderid), venue_id)
    desk.told(Status.ALLTRADED, 10.0, orderid, venue_id)


def test_the_venue_is_asked_for_an_order_it_must_know(desk: Desk) -> None:
    desk.flow.life.check()
    assert not desk.queries, "none is known"
    filled(desk, "o1", "1", "t1")
    desk.answer = lambda orderid, now: desk.flow.on_order(make_order(orderid, Status.ALLTRADED, 10.0), "1", now, asked=True)
    desk.flow.life.check()
    assert [orderid for orderid, _ in desk.queries] == ["o1"]
    desk.wait(600.0)
    assert len(desk.queries) == 1 and not desk.lives and desk.flow.table.life == 1


def test_not_known_any_more_again_and_again_is_a_new_life(desk: Desk) -> None:
    filled(desk, "o1", "1", "t1")
    desk.answer = lambda orderid, now: desk.flow.on_missing(orderid, now)
    desk.flow.life.check()
    desk.wait(RULE.spacing * (MISSES - 1) - 0.1)
    assert not desk.lives
    desk.wait(0.2)
    assert desk.lives == 1 and desk.said("lost its state and begins anew") and desk.flow.table.life == 2
    desk.wait(600.0)
    assert desk.lives == 1


def test_one_miss_is_none(desk: Desk) -> None:
    filled(desk, "o1", "1", "t1")
    answers = [lambda o, now: desk.flow.on_missing(o, now), lambda o, now: desk.flow.on_order(
        make_order(o, Status.ALLTRADED, 10.0), "1", now, asked=True)]
    desk.answer = lambda orderid, now: answers.pop(0)(orderid, now)     # type: ignore[no-untyped-call]
    desk.flow.life.check()
    desk.wait(600.0)
    assert not answers and not desk.lives


def test_no_answer_is_asked_for_again_but_not_for_ever(desk: Desk) -> None:
    filled(desk, "o1", "1", "t1")
    desk.flow.life.check()
    desk.wait(3_600.0)
    assert 3 < len(desk.queries) < 20 and not desk.lives


def test_the_ids_of_the_life_before_mean_nothing(desk: Desk) -> None:
    filled(desk, "o1", "1", "t1")
    table = desk.flow.table
    table.mark_life()
    table.begin_life()
    assert table.find("1") is None
    desk.submit("o2")
    trade = make_trade("t1", 10.0, "o2")
    trade.datetime = MOMENT + timedelta(seconds=1)
    desk.flow.on_fill(trade, "1")
    desk.told(Status.ALLTRADED, 10.0, "o2", "1")
    assert desk.pushes[-2:] == ["t1@2", "ALLTRADED 10"]
    entry = table.find("1")
    assert entry is not None and entry.orderid == "o2"


def test_fills_of_the_new_life_that_were_delivered_before_it_was_noticed(desk: Desk) -> None:
    filled(desk, "o1", "1", "t1")
    desk.flow.life.disconnected()
    filled(desk, "o2", "2", "t2")
    desk.flow.table.begin_life()
    shown = len(desk.pushes)
    desk.flow.on_fill(make_trade("t2", 10.0, "o2"), "2")
    assert len(desk.pushes) == shown, "delivered once"


def test_a_false_alarm_doubles_nothing(desk: Desk) -> None:
    filled(desk, "o1", "1", "t1")
    desk.flow.life.disconnected()
    desk.flow.table.begin_life()
    shown = len(desk.pushes)
    desk.flow.on_fill(make_trade("t1", 10.0, "o1"), "1")
    desk.told(Status.ALLTRADED, 10.0, "o1", "1")
    assert len(desk.pushes) == shown


def test_an_order_from_elsewhere_gets_an_id_that_was_not_used(desk: Desk) -> None:
    desk.told(Status.CANCELLED, orderid="7", venue_id="7")
    desk.flow.table.begin_life()
    desk.told(Status.NOTTRADED, orderid="7", venue_id="7")
    assert desk.flow.table.get("7@2") is not None
    desk.flow.cancel("7@2")
    assert desk.cancels == ["7@2"]


def test_the_only_order_that_is_known_vanishes(desk: Desk) -> None:
    desk.live()
    desk.flow.mark_in_doubt("o1", "gone")
    desk.answer = lambda orderid, now: desk.flow.on_missing(orderid, now)
    desk.wait(60.0)
    assert desk.pushes[-1] == "CANCELLED 0" and desk.lives == 1


def test_a_final_order_waits_for_its_fills_while_it_is_asked_whether_the_venue_has_begun_anew(desk: Desk) -> None:
    """Its fill has the ids of one of the life before; the lists of fills are quicker than the answer to that."""
    filled(desk, "o1", "1", "t1")
    desk.told(Status.CANCELLED, orderid="o2", venue_id="2")
    desk.flow.life.disconnected()
    desk.answer = lambda orderid, now: desk.flow.on_missing(orderid, now)
    again = make_trade("t1", 10.0, "o3")
    again.datetime = MOMENT + timedelta(seconds=1)
    desk.answer_fills = lambda orderid: [desk.flow.on_fills(orderid, [again], "1") for _ in range(3)]      # type: ignore[assignment, func-returns-value]
    desk.submit("o3")
    desk.told(Status.ALLTRADED, 10.0, "o3", "1")
    desk.wait(60.0)
    assert desk.lives == 1 and desk.pushes[-3:] == ["SUBMITTING 0", "t1@2", "ALLTRADED 10"]
