"""Cancels: parked, repeated, given up; never a conclusion about the order."""

import pytest
from flow_desk import Desk
from order_makers import make_trade
from vnpy.trader.constant import Status

from vnpy_restgateway.net.outcome import Outcome


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_a_cancel_waits_for_the_ack(desk: Desk) -> None:
    desk.submit()
    desk.flow.cancel("o1")
    desk.flow.cancel("o1")
    desk.wait(30)
    assert desk.cancels == []
    desk.told(Status.NOTTRADED)
    assert desk.cancels == ["o1"]
    desk.flow.on_cancel_outcome("o1", Outcome.ACCEPTED)
    desk.told(Status.CANCELLED)
    desk.wait(60)
    assert desk.cancels == ["o1"] and desk.pushes[-1] == "CANCELLED 0"


def test_an_ack_without_a_status_lets_the_cancel_go(desk: Desk) -> None:
    desk.submit()
    desk.flow.cancel("o1")
    desk.flow.on_outcome("o1", Outcome.ACCEPTED)
    assert desk.cancels == ["o1"]


def test_a_parked_cancel_of_an_order_that_dies_is_forgotten(desk: Desk) -> None:
    desk.submit()
    desk.flow.cancel("o1")
    desk.flow.on_outcome("o1", Outcome.REFUSED, -2010, "no")
    desk.wait(60)
    assert desk.cancels == [] and desk.pushes == ["SUBMITTING 0", "REJECTED 0"]


def test_a_doubtful_order_can_be_cancelled_at_once(desk: Desk) -> None:
    desk.submit()
    desk.flow.on_outcome("o1", Outcome.UNKNOWN, 0, "timed out")
    desk.flow.cancel("o1")
    assert desk.cancels == ["o1"]


def test_a_cancel_parked_when_the_order_falls_into_doubt_goes_out_when_it_turns_up(desk: Desk) -> None:
    desk.submit()
    desk.flow.cancel("o1")
    desk.flow.on_outcome("o1", Outcome.UNKNOWN, 0, "timed out")
    desk.answer = lambda orderid, moment: desk.told(Status.NOTTRADED)
    desk.wait(1)
    assert desk.cancels == ["o1"]


def test_the_venue_not_knowing_an_order_to_cancel_concludes_nothing(desk: Desk) -> None:
    """-2011: filled in between, not there yet, or never there. The order is asked for."""
    desk.live()
    desk.flow.cancel("o1")
    desk.flow.on_cancel_outcome("o1", Outcome.REFUSED, -2011, "Unknown order sent.", unknown_order=True)
    assert desk.pushes == ["SUBMITTING 0", "NOTTRADED 0"]
    desk.flow.on_fill(make_trade("t1", 10.0), "1")
    desk.answer = lambda orderid, moment: desk.told(Status.ALLTRADED, 10.0)
    desk.wait(1)
    assert desk.pushes[2:] == ["t1", "ALLTRADED 10"]
    assert desk.cancels == ["o1"]


def test_not_known_to_the_cancel_but_alive_is_cancelled_again(desk: Desk) -> None:
    desk.live()
    desk.flow.cancel("o1")
    desk.flow.on_cancel_outcome("o1", Outcome.REFUSED, -2011, "Unknown order sent.", unknown_order=True)
    desk.answer = lambda orderid, moment: desk.told(Status.NOTTRADED)
    desk.wait(10)
    assert desk.cancels == ["o1", "o1"]


def test_a_cancel_refused_is_said_and_given_up(desk: Desk) -> None:
    desk.live()
    desk.flow.cancel("o1")
    desk.flow.on_cancel_outcome("o1", Outcome.REFUSED, -2015, "Invalid API-key")
    desk.told(Status.PARTTRADED, 1.0)
    desk.wait(60)
    assert desk.cancels == ["o1"] and desk.said("Cancel rejected, code: -2015, message: Invalid API-key")
    desk.flow.cancel("o1")
    assert desk.cancels == ["o1", "o1"], "asked for again by the user"


def test_a_cancel_unanswered_is_asked_and_repeated(desk: Desk) -> None:
    desk.live()
    desk.flow.cancel("o1")
    desk.answer = lambda orderid, moment: desk.told(Status.NOTTRADED)
    desk.flow.on_cancel_outcome("o1", Outcome.UNKNOWN, 0, "timed out")
    desk.wait(10)
    assert desk.cancels == ["o1", "o1"]
    assert desk.pushes[-1] == "NOTTRADED 0"
    desk.told(Status.CANCELLED)
    desk.wait(60)
    assert desk.cancels == ["o1", "o1"]


def test_a_cancel_not_sent_is_tried_again_further_and_further_apart(desk: Desk) -> None:
    desk.live()
    desk.flow.cancel("o1")
    moments = [desk.now]
    while len(desk.cancels) < 8:
        before = len(desk.cancels)
        desk.flow.on_cancel_outcome("o1", Outcome.NOT_SENT, 0, "no connection")
        while len(desk.cancels) == before:
            desk.wait(0.25)
            assert desk.now < moments[-1] + 10
        moments.append(desk.now)
    gaps = [b - a for a, b in zip(moments, moments[1:], strict=False)]
    assert gaps[0] <= 2 and gaps == sorted(gaps) and gaps[-1] == 5


def test_a_cancel_waits_out_the_venues_pause(desk: Desk) -> None:
    desk.live()
    desk.flow.cancel("o1")
    desk.waiting = 40.0
    desk.flow.on_cancel_outcome("o1", Outcome.NOT_SENT, 0, "429")
    desk.wait(39)
    assert desk.cancels == ["o1"]
    desk.waiting = 0.0
    desk.wait(2)
    assert desk.cancels == ["o1", "o1"]


def test_a_cancel_that_raises_leaves_the_order_alone(desk: Desk) -> None:
    desk.live()
    desk.broken = KeyError("symbol")
    desk.flow.cancel("o1")
    assert desk.pushes[-1] == "NOTTRADED 0" and desk.said("Cancel of o1 unanswered")


def test_cancel_of_an_unknown_or_final_order_is_said(desk: Desk) -> None:
    desk.flow.cancel("never")
    assert desk.said("order not known: never")
    desk.live()
    desk.told(Status.CANCELLED)
    desk.flow.cancel("o1")
    assert desk.cancels == [] and desk.said("o1", "final")


def test_one_cancel_in_flight_at_a_time(desk: Desk) -> None:
    desk.live()
    for _ in range(5):
        desk.flow.cancel("o1")
        desk.told(Status.PARTTRADED, 1.0)
    desk.wait(30)
    assert desk.cancels == ["o1"]
