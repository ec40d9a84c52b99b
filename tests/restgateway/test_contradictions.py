"""What cannot be true of an order or a fill, and what the flow does with it."""

from typing import Any

import pytest
from flow_desk import RULE, Desk
from order_makers import make_order, make_trade
from vnpy.trader.constant import Direction, OrderType, Status

from vnpy_restgateway.net.outcome import Outcome
from vnpy_restgateway.orders.contradictions import (
    fill_contradiction,
    known_contradiction,
    number_id,
    order_contradiction,
    text_id,
)
from vnpy_restgateway.orders.reconcile import VenueOrder

N, P, A, C, R, S = (
    Status.NOTTRADED, Status.PARTTRADED, Status.ALLTRADED, Status.CANCELLED, Status.REJECTED, Status.SUBMITTING
)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


@pytest.mark.parametrize(("status", "traded"), [
    (S, 0.0), (N, 0.0), (P, 4.0), (A, 10.0), (C, 0.0), (C, 4.0), (R, 0.0), (S, 4.0), (P, 1e-8), (P, 10.0 - 1e-7),
])
def test_what_can_be(status: Status, traded: float) -> None:
    assert order_contradiction(make_order("o1", status, traded)) == ""


@pytest.mark.parametrize(("status", "traded"), [
    (P, 0.0), (A, 0.0), (A, 9.0), (P, 10.0), (C, 10.0), (P, 11.0), (N, 11.0), (A, 10.1), (C, 11.0), (R, 1.0), (S, 11.0),
])
def test_what_cannot_be(status: Status, traded: float) -> None:
    assert order_contradiction(make_order("o1", status, traded))


def test_a_market_order_by_an_amount_of_money_has_no_volume_yet() -> None:
    assert order_contradiction(make_order("o1", P, 4.0, volume=0.0, type=OrderType.MARKET)) == ""


@pytest.mark.parametrize("values", [
    {"price": 101.0}, {"direction": Direction.SHORT}, {"volume": 20.0, "traded": 15.0, "status": P},
    {"status": C, "traded": 3.0},
])
def test_news_that_cannot_be_of_a_known_order(values: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"status": N, **values}
    assert known_contradiction(make_order("o1", P, 4.0), 4.0, make_order("o1", **fields))


@pytest.mark.parametrize("values", [
    {}, {"price": 0.0}, {"volume": 8.0}, {"status": C, "traded": 4.0}, {"type": OrderType.MARKET, "price": 0.0}, {"direction": None},
])
def test_news_that_can_be(values: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"status": N, **values}
    assert known_contradiction(make_order("o1", P, 4.0), 4.0, make_order("o1", **fields)) == ""


def test_numbers_are_told_as_they_are() -> None:
    """Six digits are too few: 40000.01 is not 40000, and 1234500 shares are not 1.2345e+06."""
    known = make_order(price=40_000.01, volume=1_234_500.0)
    assert known_contradiction(known, 0.0, make_order(price=40_000.0, volume=1_234_500.0)) == "price 40000, not 40000.01"
    assert known_contradiction(known, 0.0, make_order(status=P, price=40_000.01, traded=1_234_600.0, volume=0.0)) == "traded 1234600 of 1234500"
    assert known_contradiction(make_order(price=0.1 + 0.2), 0.0, make_order(price=0.4)) == "price 0.4, not 0.3"


def test_fills() -> None:
    order = make_order("o1", P, 4.0)
    assert fill_contradiction(order, 4.0, make_trade("t1", 6.0)) == ""
    for trade in (make_trade("t1", 6.1), make_trade("t1", 0.0), make_trade("t1", 1.0, price=0.0), make_trade("t1", 1.0, price=100.1)):
        assert fill_contradiction(order, 4.0, trade)
    market = make_order("o1", N, 0.0, type=OrderType.MARKET)
    assert fill_contradiction(market, 0.0, make_trade("t1", 12.0, price=200.0)) == ""


@pytest.mark.parametrize("value", [None, [1], True, "", 1.5, -1, 0, {}, "12", 2 ** 63, pytest.param(10 ** 5_000, id="huge")])
def test_no_number_of_an_order(value: Any) -> None:
    with pytest.raises(ValueError, match="no id"):
        number_id(value)


@pytest.mark.parametrize("value", [None, ["a"], True, "", 1, " ", "a\n", "a" * 65, b"a"])
def test_no_text_of_an_order(value: Any) -> None:
    with pytest.raises(ValueError, match="no id"):
        text_id(value)


def test_ids() -> None:
    assert number_id(28) == 28 and number_id(0, 0) == 0
    assert text_id("web_7") == "web_7"


# the flow


def test_a_contradiction_is_said_once_and_asked(desk: Desk) -> None:
    desk.submit()
    for _ in range(5):
        desk.told(A, 0.0)
    assert desk.pushes == ["SUBMITTING 0"]
    assert len([line for line in desk.logs if "cannot be" in line]) == 1
    desk.wait(1.0)
    assert desk.queries and desk.queries[0][0] == "o1"
    desk.told(N)
    assert desk.pushes[-1] == "NOTTRADED 0"
    desk.flow.cancel("o1")
    assert desk.cancels == ["o1"]


def test_more_than_all_is_never_believed(desk: Desk) -> None:
    desk.live()
    desk.answer = lambda orderid, now: desk.flow.on_order(make_order(orderid, P, 11.0), "1", asked=True)
    desk.told(P, 11.0)
    desk.wait(60.0)
    assert len(desk.queries) > 5 and desk.pushes == ["SUBMITTING 0", "NOTTRADED 0"]


def test_what_the_venue_answers_again_and_again_is_believed(desk: Desk) -> None:
    desk.live()
    desk.answer = lambda orderid, now: desk.flow.on_order(make_order(orderid, N, 0.0, price=101.0), "1", asked=True)
    desk.told(P, 0.0)
    desk.wait(60.0)
    asked = len(desk.queries)
    desk.wait(60.0)
    assert 3 <= asked == len(desk.queries)


def test_a_fill_of_more_than_is_open_is_asked_for(desk: Desk) -> None:
    desk.live()
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [make_trade("t1", 10.0)], "1")
    desk.flow.on_fill(make_trade("t1", 50.0), "1")
    assert desk.pushes == ["SUBMITTING 0", "NOTTRADED 0", "t1"]
    desk.told(A, 10.0)
    assert desk.pushes[-1] == "ALLTRADED 10"


def test_a_live_orders_id_is_not_another_orders(desk: Desk) -> None:
    """F73: the answer told a wrong number; asked by our own id, the venue tells the right one."""
    desk.submit()
    desk.told(N, venue_id="999")
    desk.told(N, venue_id="1")
    entry = desk.flow.table.get("o1")
    assert entry is not None and entry.id_doubted and len(desk.flow.table.active) == 1
    desk.flow.on_order(make_order("o1", N), "1", asked=True)
    assert entry.venue_id == "1" and not entry.id_doubted and desk.flow.table.find("999") is None


def test_the_confirmation_goes_before_the_answer(desk: Desk) -> None:
    """F62"""
    desk.live()
    desk.flow.on_outcome("o1", Outcome.UNKNOWN, "", "time-out")
    desk.wait(60.0)
    assert not desk.queries and desk.sent == ["o1"] and not desk.said("in doubt")


def test_one_word_is_checked_by_another(desk: Desk) -> None:
    """F74: nobody here wanted it cancelled."""
    desk.live()
    desk.answer = lambda orderid, now: desk.flow.on_order(make_order(orderid, N), "1", asked=True)
    desk.told(C)
    assert desk.pushes[-1] == "CANCELLED 0"
    desk.wait(RULE.spacing * 2 + 0.1)
    assert desk.pushes[-1] == "NOTTRADED 0" and desk.said("alive at the venue") and len(desk.queries) == 2


def test_answers_on_their_way_when_the_end_was_told_bring_nobody_back(desk: Desk) -> None:
    """A slow venue: two questions are open when the cancel is confirmed, and both answers are older than it."""
    desk.flow.table.monotonic = desk.monotonic
    desk.live()
    asked_at = desk.now
    desk.wait(1.0)
    desk.flow.cancel("o1")
    desk.told(C)
    for _ in range(3):
        desk.flow.on_order(make_order("o1", N), "1", asked_at, asked=True)
        desk.wait(RULE.spacing)
    assert desk.pushes[-1] == "CANCELLED 0" and not desk.said("alive at the venue")
    for _ in range(2):
        desk.flow.on_order(make_order("o1", N), "1", desk.now, asked=True)
    assert desk.pushes[-1] == "NOTTRADED 0" and desk.said("alive at the venue")


@pytest.mark.parametrize("status", [C, R, A])
def test_lists_that_show_a_final_order_alive(desk: Desk, status: Status) -> None:
    """F74: two lists, spaced; then the venue is asked, and its answer decides."""
    desk.submit()
    if status is R:
        desk.flow.on_outcome("o1", Outcome.REFUSED, -1, "refused")
    else:
        desk.told(N)
        desk.flow.cancel("o1")
        if status is A:
            desk.flow.on_fill(make_trade("t1", 10.0), "1")
        desk.told(status, 10.0 if status is A else 0.0)
    told = len(desk.pushes)
    alive = [VenueOrder(make_order("o1", N), "1")]
    desk.flow.on_open_orders(alive, desk.now - 1.0)
    desk.wait(60.0)
    assert not [query for query in desk.queries], "the list was asked for before the end"
    desk.now += 1e6         # the table's own clock is real time
    for _ in range(2):
        desk.flow.on_open_orders(alive, desk.now)
        desk.wait(RULE.spacing)
    assert desk.queries and len(desk.pushes) == told
    desk.flow.on_order(make_order("o1", P, 5.0) if status is A else make_order("o1", N), "1", asked=True)
    desk.flow.on_order(make_order("o1", P, 5.0) if status is A else make_order("o1", N), "1", asked=True)
    if status is A:
        assert len(desk.pushes) == told, "its fills are here: what says less cannot be"
    else:
        assert desk.pushes[-1] == "NOTTRADED 0" and "o1" in desk.flow.table.active


def test_an_end_that_a_second_answer_confirms_stays(desk: Desk) -> None:
    desk.live()
    desk.answer = lambda orderid, now: desk.flow.on_order(make_order(orderid, C), "1", asked=True)
    desk.told(C)
    desk.wait(600.0)
    assert len(desk.queries) == 1 and desk.pushes[-1] == "CANCELLED 0"


def test_a_cancel_of_an_order_whose_end_is_not_proven_asks(desk: Desk) -> None:
    desk.live()
    desk.told(A, 10.0)
    desk.answer = lambda orderid, now: desk.flow.on_order(make_order(orderid, N), "1", asked=True)
    desk.flow.cancel("o1")
    desk.wait(RULE.spacing + 0.1)
    assert desk.cancels == ["o1"]
