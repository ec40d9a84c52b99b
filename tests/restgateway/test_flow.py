"""From send_order to the last fill: what an outcome, an answer or a push comes to."""

from datetime import timedelta

import pytest
from flow_desk import RULE, Desk
from order_makers import MOMENT, make_order, make_trade
from vnpy.trader.constant import Status

from vnpy_restgateway.net.outcome import Outcome
from vnpy_restgateway.orders import end_check
from vnpy_restgateway.orders import table as orders
from vnpy_restgateway.orders.fill_queries import QUERIES as FILL_QUERIES
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.reconcile import VenueOrder


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def listing(orderid: str, status: Status, venue_id: str, traded: float = 0.0) -> VenueOrder:
    return VenueOrder(make_order(orderid, status, traded), venue_id)


# outcomes


def test_accepted(desk: Desk) -> None:
    desk.submit()
    desk.flow.on_outcome("o1", Outcome.ACCEPTED)
    desk.told(Status.NOTTRADED)
    desk.wait(60)
    assert desk.pushes == ["SUBMITTING 0", "NOTTRADED 0"]
    assert (desk.sent, desk.queries, desk.logs) == (["o1"], [], [])


@pytest.mark.parametrize("outcome, words", [
    (Outcome.REFUSED, ("Order rejected, code: -2010, message: insufficient balance",)),
    (Outcome.NOT_SENT, ("Order rejected, not sent", "insufficient balance")),
])
def test_refused_and_not_sent_are_rejected_once(desk: Desk, outcome: Outcome, words: tuple[str, ...]) -> None:
    desk.submit()
    desk.flow.on_outcome("o1", outcome, -2010, "insufficient balance")
    desk.flow.on_outcome("o1", outcome, -2010, "insufficient balance")
    desk.wait(60)
    assert desk.pushes == ["SUBMITTING 0", "REJECTED 0"]
    assert desk.said(*words)
    assert desk.sent == ["o1"] and desk.queries == []


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NOT_SENT, Outcome.UNKNOWN])
def test_a_bad_outcome_after_the_venue_showed_it_alive_rejects_nothing(desk: Desk, outcome: Outcome) -> None:
    desk.submit()
    desk.told(Status.NOTTRADED)
    desk.flow.on_outcome("o1", outcome, -2010, "Duplicate order sent.")
    assert desk.pushes == ["SUBMITTING 0", "NOTTRADED 0"]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_of_an_order_we_do_not_know_changes_nothing(desk: Desk, outcome: Outcome) -> None:
    desk.flow.on_outcome("never", outcome, 0, "x")
    desk.flow.on_cancel_outcome("never", outcome, 0, "x")
    desk.flow.on_missing("never", 1.0)
    desk.wait(60)
    assert (desk.pushes, desk.queries, desk.cancels) == ([], [], [])


def test_unknown_stays_submitting_is_asked_for_and_never_sent_again(desk: Desk) -> None:
    desk.submit()
    desk.flow.on_outcome("o1", Outcome.UNKNOWN, 0, "timed out")
    assert desk.pushes == ["SUBMITTING 0"]
    assert desk.said("Order o1 in doubt (timed out)")
    desk.wait(120)                      # no answer to any question
    asked = [moment for _, moment in desk.queries]
    assert asked[0] == pytest.approx(1_000.2)
    assert 20 < len(asked) < 40 and max(b - a for a, b in zip(asked, asked[1:], strict=False)) <= 5.0 + 1e-6
    assert desk.sent == ["o1"] and desk.pushes == ["SUBMITTING 0"]
    assert len([line for line in desk.logs if "doubt" in line]) == 1
    desk.told(Status.NOTTRADED)
    asked_before = len(desk.queries)
    desk.wait(60)
    assert desk.pushes == ["SUBMITTING 0", "NOTTRADED 0"] and len(desk.queries) == asked_before


def test_an_exception_while_sending_is_unknown_not_rejected(desk: Desk) -> None:
    desk.broken = RuntimeError("half way")
    desk.submit()
    assert desk.pushes == ["SUBMITTING 0"] and desk.said("RuntimeError: half way")
    desk.wait(1)
    assert desk.queries


def test_not_found_concludes_by_the_rule_and_only_then(desk: Desk) -> None:
    desk.submit()
    desk.answer = desk.flow.on_missing
    desk.flow.on_outcome("o1", Outcome.UNKNOWN, 0, "reset")
    desk.wait(15)
    assert desk.pushes == ["SUBMITTING 0"]
    desk.wait(15)
    assert desk.pushes == ["SUBMITTING 0", "REJECTED 0"]
    assert desk.said("o1 never reached the venue")
    questions = len(desk.queries)
    desk.wait(60)
    assert len(desk.queries) == questions and desk.sent == ["o1"]


def test_an_order_that_turns_up_after_it_was_presumed_rejected(desk: Desk) -> None:
    desk.submit()
    desk.answer = desk.flow.on_missing
    desk.flow.on_outcome("o1", Outcome.UNKNOWN, 0, "reset")
    desk.wait(60)
    desk.told(Status.NOTTRADED)
    assert desk.pushes == ["SUBMITTING 0", "REJECTED 0", "NOTTRADED 0"]
    assert desk.said("o1 turned up at the venue after all")
    desk.flow.cancel("o1")
    assert desk.cancels == ["o1"]


def test_a_fill_of_an_order_presumed_rejected_asks_for_its_order(desk: Desk) -> None:
    """Its push was missed too: the fill is all that tells us, and the order must not stay REJECTED."""
    desk.submit()
    desk.answer = desk.flow.on_missing
    desk.flow.on_outcome("o1", Outcome.UNKNOWN, 0, "reset")
    desk.wait(60)
    assert not desk.flow.on_fill(make_trade("t1", 10.0), "1"), "False: ask the venue for the order"
    desk.told(Status.ALLTRADED, 10.0)
    assert desk.pushes == ["SUBMITTING 0", "REJECTED 0", "t1", "ALLTRADED 10"]


def test_a_venue_that_lost_an_acknowledged_order(desk: Desk) -> None:
    desk.live()
    desk.wait(3600)
    desk.answer = desk.flow.on_missing
    desk.flow.on_open_orders([], asked_at=desk.now)
    desk.wait(1)
    assert desk.pushes[-1] == "NOTTRADED 0", "one not found is not enough"
    desk.wait(20)
    assert desk.pushes[-1] == "CANCELLED 0" and desk.said("has lost its state")


def test_no_question_while_the_venue_wants_to_be_left_alone(desk: Desk) -> None:
    desk.submit()
    desk.waiting = 30.0
    desk.flow.on_outcome("o1", Outcome.UNKNOWN, 0, "HTTP 503")
    desk.wait(29)
    assert desk.queries == []
    desk.waiting = 0.0
    desk.wait(2)
    assert desk.queries


def test_another_end_than_was_told_is_asked_for(desk: Desk) -> None:
    """One word was wrong: CANCELLED of an order that the venue had refused, or the other way round."""
    desk.live()
    desk.flow.cancel("o1")
    desk.told(Status.CANCELLED)
    desk.answer = lambda orderid, at: desk.flow.on_order(make_order("o1", Status.REJECTED), "1", at, asked=True)
    asked = len(desk.queries)
    for _ in range(20):             # more often than is asked: no list puts the question off
        desk.wait(0.5)
        desk.told(Status.REJECTED)
    assert desk.pushes[-1] == "REJECTED 0" and desk.said("o1", f"{Status.REJECTED.value} at the venue", f"told to be {Status.CANCELLED.value}")
    assert 2 <= len(desk.queries) - asked <= 4
    desk.answer = None
    desk.wait(300)
    desk.told(Status.REJECTED)
    asked = len(desk.queries)
    desk.wait(300)
    assert len(desk.queries) == asked, "both ends agree, nobody asks"


def test_a_list_in_which_every_end_is_another_asks_for_some_only(desk: Desk) -> None:
    for n in range(300):
        desk.submit(f"o{n}")
        desk.flow.on_order(make_order(f"o{n}", Status.REJECTED), f"{n + 10}")
    looks, asked = desk.looks, len(desk.queries)
    for n in range(300):
        desk.flow.on_order(make_order(f"o{n}", Status.CANCELLED), f"{n + 10}")
    assert desk.looks - looks >= 200
    desk.wait(2.5)
    assert 0 < len(desk.queries) - asked <= end_check.MOST


def test_one_timer_serves_many_doubts(desk: Desk) -> None:
    for n in range(100):
        desk.submit(f"o{n}")
        desk.flow.on_outcome(f"o{n}", Outcome.UNKNOWN, 0, "x")
    desk.wait(0.3)
    assert sorted({orderid for orderid, _ in desk.queries}) == sorted(f"o{n}" for n in range(100))
    assert len(desk.queries) == 100


# fills


def test_a_held_final_fetches_its_fills(desk: Desk) -> None:
    desk.live()
    desk.told(Status.ALLTRADED, 10.0)
    assert desk.pushes == ["SUBMITTING 0", "NOTTRADED 0"]
    assert desk.fill_queries == ["o1"]
    desk.flow.on_fills("o1", [make_trade("t1", 4.0), make_trade("t2", 6.0)], "1")
    assert desk.pushes[2:] == ["t1", "t2", "ALLTRADED 10"]
    desk.flow.on_fills("o1", [make_trade("t1", 4.0), make_trade("t2", 6.0)], "1")
    desk.wait(60)
    assert desk.pushes[2:] == ["t1", "t2", "ALLTRADED 10"] and desk.fill_queries == ["o1"]


@pytest.mark.parametrize("answers", [True, False], ids=["the venue knows the order", "nobody tells of the order"])
def test_a_held_final_goes_out_without_its_fills_in_the_end(desk: Desk, answers: bool) -> None:
    desk.live()
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [make_trade("t1", 4.0)], "1")
    if answers:
        desk.answer = lambda orderid, now: desk.flow.on_order(make_order(orderid, Status.ALLTRADED, 10.0), "1", now, asked=True)
    desk.told(Status.ALLTRADED, 10.0)
    desk.wait(60)
    assert desk.pushes[2:] == ["t1", "ALLTRADED 10"]
    assert len(desk.fill_queries) == FILL_QUERIES or not answers
    assert desk.said("o1", "traded 10", "fills of 4 only")


def filled_before(desk: Desk, lists: bool = True) -> None:
    """o1 was filled by t1. Of o2, t1 is told as well: by the lists of fills, or by a push alone."""
    desk.live()
    desk.flow.on_fill(make_trade("t1", 10.0), "1")
    desk.told(Status.ALLTRADED, 10.0)
    desk.submit("o2")
    desk.flow.on_order(make_order("o2", Status.NOTTRADED), "2")
    again = make_trade("t1", 10.0, "o2")
    again.datetime = MOMENT + timedelta(days=1)
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [again] if lists else [make_trade("t2", 10.0, "o2")], "2")
    desk.flow.on_fill(again, "2")
    desk.flow.on_order(make_order("o2", Status.ALLTRADED, 10.0), "2")
    desk.wait(60)


def test_the_id_of_a_fill_that_is_given_again_to_another_order_s(desk: Desk) -> None:
    """A venue that was wiped, and of whose new life nothing else tells."""
    filled_before(desk)
    assert desk.pushes[-2:] == ["t1:2", "ALLTRADED 10"] and desk.pushes.count("t1") == 1
    assert desk.said("o2", "under the id t1, which another order's fill had")
    desk.wait(60)
    assert desk.pushes[-1] == "ALLTRADED 10" and desk.pushes.count("t1:2") == 1


def test_a_fill_that_one_push_tells_of_the_wrong_order(desk: Desk) -> None:
    filled_before(desk, lists=False)
    assert desk.pushes[-2:] == ["t2", "ALLTRADED 10"] and "t1:2" not in desk.pushes


def test_a_repeated_fill_of_an_order_that_lacks_others_stays_a_repeat(desk: Desk) -> None:
    desk.live()
    desk.flow.on_fill(make_trade("t1", 4.0), "1")
    again = make_trade("t1", 4.0)
    again.datetime = MOMENT + timedelta(milliseconds=1)          # the lists cut it at other digits
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [again], "1")
    desk.told(Status.ALLTRADED, 10.0)
    desk.wait(60)
    assert desk.pushes[2:] == ["t1", "ALLTRADED 10"] and desk.said("o1", "fills of 4 only")
    desk.flow.table.rename(desk.flow.table.final["o1"], "3")        # its id was told wrongly
    desk.flow.on_fills("o1", [again], "3")
    desk.wait(60)
    assert desk.pushes.count("t1") == 1 and not desk.flow.table.disputed


def test_queries_that_fail_release_nothing(desk: Desk) -> None:
    desk.live()
    desk.told(Status.ALLTRADED, 10.0)
    desk.wait(60)
    assert desk.pushes == ["SUBMITTING 0", "NOTTRADED 0"] and len(desk.fill_queries) > 5
    desk.flow.on_fill(make_trade("t1", 10.0), "1")
    assert desk.pushes[2:] == ["t1", "ALLTRADED 10"]
    queries = len(desk.fill_queries)
    desk.wait(60)
    assert len(desk.fill_queries) == queries


def test_no_fill_query_while_the_venue_wants_to_be_left_alone(desk: Desk) -> None:
    desk.live()
    desk.waiting = 10.0
    desk.told(Status.ALLTRADED, 10.0)
    desk.wait(9)
    assert desk.fill_queries == []
    desk.waiting = 0.0
    desk.wait(2)
    assert desk.fill_queries


def test_a_fill_of_an_unknown_order_asks_for_the_order(desk: Desk) -> None:
    assert desk.flow.on_fill(make_trade("t1", 1.0, orderid=""), "55") is False
    assert desk.pushes == []
    desk.told(Status.PARTTRADED, 1.0, orderid="web", venue_id="55")
    assert desk.pushes == ["t1", "PARTTRADED 1"]
    assert desk.flow.on_fill(make_trade("t2", 1.0, orderid=""), "55") is True


def test_a_fill_told_by_push_and_by_answer_goes_out_once(desk: Desk) -> None:
    desk.submit()
    assert desk.flow.on_fill(make_trade("t1", 10.0), "1")
    desk.told(Status.ALLTRADED, 10.0)
    desk.flow.on_fill(make_trade("t1", 10.0), "1")
    desk.told(Status.ALLTRADED, 10.0)
    assert desk.pushes == ["SUBMITTING 0", "t1", "ALLTRADED 10"]


# reconciliation


def test_the_venues_list_brings_foreign_orders_and_news_of_ours(desk: Desk) -> None:
    desk.live()
    desk.flow.on_fill(make_trade("t1", 2.0), "1")
    desk.flow.on_open_orders(
        [listing("o1", Status.PARTTRADED, "1", 2.0), listing("web", Status.NOTTRADED, "9")], asked_at=desk.now + 1
    )
    assert desk.pushes[2:] == ["t1", "PARTTRADED 2", "NOTTRADED 0"]
    desk.wait(30)
    assert desk.queries == []
    desk.flow.cancel("web")
    assert desk.cancels == ["web"]


def test_what_is_missing_on_the_list_is_asked_for(desk: Desk) -> None:
    desk.live()
    desk.wait(10)
    desk.flow.on_open_orders([], asked_at=desk.now)
    assert desk.pushes[-1] == "NOTTRADED 0"
    desk.answer = lambda orderid, moment: desk.told(Status.CANCELLED)
    desk.wait(1)
    assert desk.pushes[-1] == "CANCELLED 0" and len(desk.queries) == 1


def test_an_order_sent_after_the_list_was_asked_for_is_left_alone(desk: Desk) -> None:
    asked_at = desk.now
    desk.wait(1)
    desk.live()
    desk.flow.on_open_orders([], asked_at=asked_at)
    desk.wait(30)
    assert desk.queries == []


def test_a_part_filled_order_whose_fill_was_missed_gets_it_when_the_list_comes(desk: Desk) -> None:
    """A fill push lost without a disconnect: the order stays open, only its traded volume tells."""
    desk.live()
    desk.flow.on_open_orders([listing("o1", Status.PARTTRADED, "1", 2.0)], asked_at=desk.now + 1)
    assert desk.fill_queries == ["o1"]
    desk.flow.on_fills("o1", [make_trade("t1", 2.0)], "1")
    desk.flow.on_open_orders([listing("o1", Status.PARTTRADED, "1", 2.0)], asked_at=desk.now + 1)
    assert desk.fill_queries == ["o1"] and "t1" in desk.pushes


def test_question_all_puts_every_live_order_in_doubt(desk: Desk) -> None:
    for orderid in ("o1", "o2", "o3"):
        desk.submit(orderid)
    desk.told(Status.NOTTRADED, orderid="o1", venue_id="1")
    desk.told(Status.CANCELLED, orderid="o3", venue_id="3")
    assert desk.flow.mark_all_in_doubt() == 2
    desk.wait(0.3)
    assert sorted(orderid for orderid, _ in desk.queries) == ["o1", "o2"]
    assert desk.flow.mark_all_in_doubt() == 2
    assert OrderFlow(desk, desk, RULE).mark_all_in_doubt() == 0      # type: ignore[arg-type]


def test_a_question_that_raises_does_not_end_the_questioning(desk: Desk) -> None:
    desk.submit("o1")
    desk.submit("o2")
    for orderid in ("o1", "o2"):
        desk.flow.on_outcome(orderid, Outcome.UNKNOWN, 0, "x")

    def answer(orderid: str, moment: float) -> None:
        if orderid == "o1":
            raise KeyError("symbol")

    desk.answer = answer
    for _ in range(20):
        try:
            desk.wait(1)
        except KeyError:
            pass                        # the writer says it and goes on
    assert [orderid for orderid, _ in desk.queries].count("o2") >= 2


def test_a_venue_that_lists_too_many_orders_is_named_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "LIVE_KEPT", 3)
    for turn in range(3):
        desk.flow.on_open_orders([listing(f"web{turn}.{n}", Status.NOTTRADED, f"{turn}{n}") for n in range(10)], desk.now)
    assert len(desk.flow.table.active) == 3
    assert len([line for line in desk.logs if "more than 3 live orders" in line]) == 1
