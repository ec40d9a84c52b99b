"""Orders on a venue that keeps no client order ids: what is pushed, and what is never guessed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flow_desk import RULE, VENUE_IDS, Desk
from order_makers import MOMENT, SYMBOL, make_order, make_trade
from vnpy.trader.constant import Direction, Offset, OrderType, Status
from vnpy.trader.object import OrderData

from vnpy_restgateway.net.outcome import Outcome
from vnpy_restgateway.orders import table as orders
from vnpy_restgateway.orders import venue_ids
from vnpy_restgateway.orders.order_matching import SentOrder
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.same_order import other_order
from vnpy_restgateway.orders.table import Entry


class NamelessDesk(Desk):
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(monkeypatch)
        monkeypatch.setattr(venue_ids, "LISTED", 1)       # whole lists; these tests show one
        self.flow.go_by(VENUE_IDS)
        self.shown: list[tuple[str, Status, float]] = []

    def publish(self, item: object) -> None:
        super().publish(item)      # type: ignore[arg-type]
        if isinstance(item, OrderData):
            self.shown.append((item.orderid, item.status, item.traded))

    def send(self, orderid: str = "o1", price: float = 100.0) -> None:
        """Submitted, and on the wire."""
        self.flow.submit(make_order(orderid, price=price))
        entry = self.flow.table.active[orderid]
        self.flow.venue_ids.on_sent(entry, SentOrder(
            orderid, SYMBOL, Direction.LONG, OrderType.LIMIT, price, 10.0, MOMENT - timedelta(seconds=1), MOMENT + timedelta(seconds=40)
        ))

    def lose(self, orderid: str = "o1") -> None:
        self.flow.on_outcome(orderid, Outcome.UNKNOWN, "", "timed out")

    def venue(self, venue_id: str = "7", status: Status = Status.NOTTRADED, traded: float = 0.0, **values: object) -> None:
        self.flow.on_order(make_order(venue_id, status, traded, **values), venue_id)

    def listed(self, *venue_ids: str) -> list[VenueOrder]:
        return [VenueOrder(make_order(venue_id, Status.NOTTRADED), venue_id) for venue_id in venue_ids]

    def conclude(self, *listed: str) -> None:
        """Whole lists, three times, after the bound."""
        self.wait(RULE.bound)
        for _ in range(3):
            self.flow.venue_ids.on_candidates(self.listed(*listed), list(self.flow.table.active), self.now)
            self.wait(RULE.spacing)

    def status(self, orderid: str = "o1") -> Status:
        entry = self.flow.table.get(orderid)
        assert entry is not None
        return entry.order.status


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> NamelessDesk:
    return NamelessDesk(monkeypatch)


def test_push_before_the_answer_waits_for_it(desk: NamelessDesk) -> None:
    """F14: nobody knows yet whose it is."""
    desk.send()
    desk.venue("7")
    assert desk.shown == [("o1", Status.SUBMITTING, 0.0)]
    desk.flow.venue_ids.on_accepted("o1", "7")
    assert desk.shown[-1] == ("o1", Status.NOTTRADED, 0.0) and len(desk.shown) == 2
    desk.venue("7", Status.CANCELLED)
    assert desk.shown[-1] == ("o1", Status.CANCELLED, 0.0)


def test_foreign_order_is_shown_at_once_or_when_the_answer_is_here(desk: NamelessDesk) -> None:
    """F36: under the venue's id."""
    desk.venue("7")
    assert desk.shown == [("7", Status.NOTTRADED, 0.0)]
    desk.send()
    desk.venue("8", volume=3.0)
    assert len(desk.shown) == 2, "it may be ours, rounded by the venue"
    desk.venue("9", direction=Direction.SHORT)
    assert len(desk.shown) == 2, "nor is the other side proof, while the message may be wrong"
    desk.flow.venue_ids.on_accepted("o1", "10")
    assert desk.shown[-2:] == [("8", Status.NOTTRADED, 0.0), ("9", Status.NOTTRADED, 0.0)]


def test_acceptance_is_no_life_and_is_confirmed(desk: NamelessDesk) -> None:
    desk.send()
    desk.flow.venue_ids.on_accepted("o1", "7")
    assert desk.status() is Status.SUBMITTING
    desk.wait(1.0)
    assert desk.queries and desk.queries[0][0] == "o1"
    desk.venue("7")
    asked = len(desk.queries)
    desk.wait(60.0)
    assert len(desk.queries) == asked


def test_lost_answer_is_found_among_the_venues_orders(desk: NamelessDesk) -> None:
    """F2"""
    desk.send()
    desk.lose()
    assert desk.said("in doubt")
    desk.flow.venue_ids.on_candidates(desk.listed("7"), ["o1"], desk.now)
    assert desk.shown == [("o1", Status.SUBMITTING, 0.0), ("o1", Status.NOTTRADED, 0.0)]
    assert desk.said("o1 is the venue's 7")


def test_pushed_before_the_answer_was_lost(desk: NamelessDesk) -> None:
    desk.send()
    desk.venue("7")
    desk.venue("7", Status.PARTTRADED, 4.0)
    desk.lose()
    assert len(desk.shown) == 1, "a push alone does not show who else could be meant"
    desk.flow.venue_ids.on_candidates(desk.listed("7"), ["o1"], desk.now)
    assert desk.shown[1:] == [("o1", Status.NOTTRADED, 0.0), ("o1", Status.PARTTRADED, 4.0)]
    assert desk.fill_queries, "fills are asked for as soon as it has traded"


def test_a_client_id_that_comes_back_is_used(desk: NamelessDesk) -> None:
    desk.send("o1")
    desk.send("o2")
    desk.lose("o1")
    desk.lose("o2")
    desk.venue("7", reference="o2")
    assert desk.shown[-1] == ("o2", Status.NOTTRADED, 0.0)
    desk.venue("8", reference="somebody-else", direction=Direction.SHORT)
    assert desk.shown[-1] == ("8", Status.NOTTRADED, 0.0)


def test_not_there_concludes_only_by_whole_lists_after_the_bound(desk: NamelessDesk) -> None:
    desk.send()
    desk.lose()
    for _ in range(5):
        desk.flow.venue_ids.on_candidates([], ["o1"], desk.now)
        desk.wait(2.0)
    assert desk.status() is Status.SUBMITTING
    desk.conclude()
    assert desk.shown[-1] == ("o1", Status.REJECTED, 0.0) and desk.said("never reached the venue")
    desk.venue("7")
    asked = len(desk.queries)
    desk.wait(5.0)
    assert len(desk.queries) > asked, "looked for"
    desk.flow.venue_ids.on_candidates(desk.listed("7"), [], desk.now)
    assert desk.shown[-1] == ("o1", Status.NOTTRADED, 0.0) and desk.said("turned up")
    asked = len(desk.queries)
    desk.wait(60.0)
    assert len(desk.queries) == asked


def test_an_order_not_asked_about_is_not_concluded(desk: NamelessDesk) -> None:
    desk.send()
    desk.lose()
    desk.wait(RULE.bound)
    for _ in range(5):
        desk.flow.venue_ids.on_candidates([], [], desk.now)
        desk.wait(2.0)
    assert desk.status() is Status.SUBMITTING


def test_two_in_doubt_and_one_at_the_venue_is_said_and_left(desk: NamelessDesk) -> None:
    desk.send("o1")
    desk.send("o2")
    desk.lose("o1")
    desk.lose("o2")
    desk.venue("7")
    assert len(desk.shown) == 2
    desk.flow.venue_ids.on_candidates(desk.listed("7"), ["o1", "o2"], desk.now)
    assert desk.said("o1, o2", "7", "cannot be told")
    assert desk.shown[-1] == ("7", Status.NOTTRADED, 0.0), "shown under its own id, so that it can be cancelled"
    desk.conclude("7")
    assert desk.status("o1") is desk.status("o2") is Status.SUBMITTING
    queries = len(desk.queries)
    desk.wait(600.0)
    assert len(desk.queries) == queries, "nothing the venue can be asked would tell"
    desk.flow.cancel("o1")
    assert not desk.cancels and desk.said("Cancel of o1 waits")
    desk.flow.cancel("7")
    assert desk.cancels == ["7"]


def test_one_in_doubt_and_two_at_the_venue_is_said_and_left(desk: NamelessDesk) -> None:
    desk.send()
    desk.lose()
    desk.venue("8", price=101.0)
    desk.flow.venue_ids.on_candidates(desk.listed("7", "9"), ["o1"], desk.now)
    assert {orderid for orderid, _, _ in desk.shown} == {"o1", "7", "8", "9"}
    assert desk.status() is Status.SUBMITTING and desk.said("cannot be told")
    desk.conclude("7", "9")
    assert desk.status() is Status.SUBMITTING


def test_a_twin_in_flight_keeps_both_waiting(desk: NamelessDesk) -> None:
    desk.send("o1")
    desk.lose("o1")
    desk.send("o2")
    desk.venue("7")
    assert desk.status("o1") is desk.status("o2") is Status.SUBMITTING and "7" not in {o for o, _, _ in desk.shown}
    desk.flow.venue_ids.on_candidates(desk.listed("7"), ["o1"], desk.now)
    assert desk.status("o1") is Status.SUBMITTING
    desk.flow.venue_ids.on_accepted("o2", "8")
    desk.flow.venue_ids.on_candidates(desk.listed("7", "8"), ["o1"], desk.now)
    assert desk.status("o1") is desk.status("o2") is Status.NOTTRADED


def test_a_client_id_of_somebody_else_is_not_ours(desk: NamelessDesk) -> None:
    desk.send()
    desk.lose()
    desk.venue("7")
    desk.flow.venue_ids.on_candidates([VenueOrder(make_order("7", Status.NOTTRADED, reference="web-1"), "7")], ["o1"], desk.now)
    assert desk.shown[-1] == ("7", Status.NOTTRADED, 0.0) and desk.status() is Status.SUBMITTING


def test_kept_back_and_not_listed_is_not_missing(desk: NamelessDesk) -> None:
    """Pushed, but not visible in the lists yet."""
    desk.send()
    desk.lose()
    desk.venue("7")
    desk.conclude()
    assert desk.status() is Status.SUBMITTING
    desk.flow.venue_ids.on_candidates(desk.listed("7"), ["o1"], desk.now)
    assert desk.status() is Status.NOTTRADED


def test_cancel_waits_for_the_id_then_goes_and_is_confirmed(desk: NamelessDesk) -> None:
    """F16"""
    desk.send()
    desk.flow.cancel("o1")
    desk.lose()
    desk.flow.cancel("o1")
    assert not desk.cancels
    desk.flow.venue_ids.on_candidates(desk.listed("7"), ["o1"], desk.now)
    assert desk.cancels == ["o1"]
    desk.flow.on_cancel_outcome("o1", Outcome.ACCEPTED)
    assert desk.status() is Status.NOTTRADED, "accepted is not cancelled"
    asked = len(desk.queries)
    desk.wait(1.0)
    assert len(desk.queries) > asked
    desk.venue("7")
    desk.wait(2.0)
    assert desk.cancels == ["o1", "o1"], "still alive: once more"
    desk.venue("7", Status.CANCELLED)
    assert desk.status() is Status.CANCELLED


def test_what_never_went_out_is_rejected(desk: NamelessDesk) -> None:
    desk.broken = RuntimeError("boom")
    desk.flow.submit(make_order("o1"))
    assert desk.shown[-1] == ("o1", Status.REJECTED, 0.0)
    desk.broken = None
    desk.send("o2")
    desk.flow.on_outcome("o2", Outcome.REFUSED, -1, "insufficient balance")
    assert desk.shown[-1] == ("o2", Status.REJECTED, 0.0) and not desk.flow.venue_ids.sought


def test_final_order_waits_for_its_fills(desk: NamelessDesk) -> None:
    desk.send()
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7", Status.ALLTRADED, 10.0)
    assert desk.shown[-1][1] is Status.SUBMITTING and desk.fill_queries
    desk.flow.on_fills("o1", [make_trade("7-1", 4.0, "7")], "7")
    desk.flow.on_fills("o1", [make_trade("7-1", 4.0, "7"), make_trade("7-2", 6.0, "7")], "7")
    assert desk.pushes[-3:] == ["7-1", "7-2", "ALLTRADED 10"]


def test_more_filled_than_told_asks_for_the_order(desk: NamelessDesk) -> None:
    desk.send()
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7")
    asked = len(desk.queries)
    desk.flow.on_fills("o1", [make_trade("7-1", 4.0, "7")], "7")
    desk.wait(1.0)
    assert len(desk.queries) > asked


def test_missing_fills_are_asked_for_again_and_then_no_more(desk: NamelessDesk) -> None:
    desk.send()
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [], "7")
    desk.venue("7", Status.CANCELLED, 4.0)
    desk.wait(60.0)
    assert desk.shown[-1] == ("o1", Status.CANCELLED, 4.0) and desk.said("lists fills of 0 only")
    desk.answer_fills = None
    desk.flow.on_fills("o1", [make_trade("7-1", 4.0, "7")], "7")
    assert desk.pushes[-1] == "7-1", "late, but not lost"


def test_fills_of_an_order_that_was_dropped_are_asked_for_no_more(desk: NamelessDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers about it find no entry that could count them: it would be asked for ever."""
    monkeypatch.setattr(orders, "FINAL_KEPT", 1)
    desk.send()
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [], "7")
    desk.venue("7", Status.CANCELLED, 4.0)
    desk.wait(60.0)
    assert desk.shown[-1] == ("o1", Status.CANCELLED, 4.0)
    desk.venue("8", Status.CANCELLED)
    assert desk.flow.table.get("o1") is None
    asked: int = len(desk.fill_queries)
    desk.wait(10_000.0)
    assert len(desk.fill_queries) == asked and not desk.timers._calls


def test_ids_that_begin_anew(desk: NamelessDesk) -> None:
    """F23: a venue that lost its state gives an old id to a new order."""
    desk.send("o1")
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7")
    desk.conclude()
    desk.flow.mark_in_doubt("o1", "gone")
    desk.conclude()
    assert desk.status("o1") is Status.CANCELLED and desk.said("lost its state")
    desk.venue("7", volume=3.0)
    assert desk.lives == 1
    assert desk.status("o1") is Status.CANCELLED and desk.shown[-1] == ("7@2", Status.NOTTRADED, 0.0)


def test_a_new_session_takes_up_what_the_old_one_left(desk: NamelessDesk) -> None:
    desk.send("o1")
    desk.flow.submit(make_order("o2"))
    desk.send("o3", price=50.0)
    desk.flow.venue_ids.on_accepted("o3", "9")
    asked = len(desk.queries)
    desk.flow.venue_ids.resume()
    assert desk.status("o2") is Status.REJECTED
    desk.wait(1.0)
    assert {orderid for orderid, _ in desk.queries[asked:]} == {"o1", "o3"}
    desk.flow.venue_ids.on_candidates(desk.listed("7"), ["o1"], desk.now)
    assert desk.status("o1") is Status.NOTTRADED


# one message may be wrong (F73), and the account may not be ours alone (F75)


def lists(desk: NamelessDesk, *orders: OrderData) -> None:
    desk.wait(RULE.spacing)
    desk.flow.venue_ids.on_candidates([VenueOrder(order, order.orderid) for order in orders], list(desk.flow.table.active), desk.now)


def test_one_list_alone_decides_nothing(desk: NamelessDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venue_ids, "LISTED", 2)
    desk.send()
    desk.lose()
    lists(desk, make_order("999", Status.NOTTRADED))
    lists(desk, make_order("7", Status.NOTTRADED))
    assert desk.shown == [("o1", Status.SUBMITTING, 0.0)]
    lists(desk, make_order("7", Status.NOTTRADED))
    assert desk.shown[1:] == [("o1", Status.NOTTRADED, 0.0)]
    entry = desk.flow.table.get("o1")
    assert entry is not None and entry.venue_id == "7" and entry.by_shape


def test_a_cancel_of_an_order_that_may_be_anothers_is_said(desk: NamelessDesk) -> None:
    desk.send()
    desk.lose()
    lists(desk, make_order("7", Status.NOTTRADED))
    desk.flow.cancel("o1")
    assert desk.cancels == ["o1"] and desk.said("venue's order 7", "may be the order of another program")


def test_where_others_trade_what_cannot_be_told_apart_stays_in_doubt(desk: NamelessDesk) -> None:
    desk.send("o0")
    desk.flow.venue_ids.on_accepted("o0", "6")
    desk.venue("6")
    desk.venue("5", volume=3.0)                     # somebody else's, made while we trade
    assert ("5", Status.NOTTRADED, 0.0) in desk.shown
    desk.send("o1", price=90.0)
    desk.lose("o1")
    lists(desk, make_order("6", Status.NOTTRADED), make_order("5", Status.NOTTRADED, volume=3.0), make_order("7", Status.NOTTRADED, price=90.0))
    assert desk.status("o1") is Status.SUBMITTING and desk.said("o1", "cannot be told which is which")
    assert desk.shown[-1] == ("7", Status.NOTTRADED, 0.0)
    desk.flow.cancel("o1")
    assert not desk.cancels


def test_an_answer_with_the_id_of_another_order_is_not_believed(desk: NamelessDesk) -> None:
    desk.send("o1")
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7")
    desk.send("o2", price=90.0)
    desk.flow.venue_ids.on_accepted("o2", "7")
    assert desk.status("o2") is Status.SUBMITTING and desk.said("which another order has")
    lists(desk, make_order("7", Status.NOTTRADED), make_order("8", Status.NOTTRADED, price=90.0))
    assert desk.status("o2") is Status.NOTTRADED and desk.status("o1") is Status.NOTTRADED
    entry = desk.flow.table.get("o2")
    assert entry is not None and entry.venue_id == "8"


@pytest.mark.parametrize("pushed_first", [False, True])
def test_an_id_of_a_day_that_is_over_is_given_again(desk: NamelessDesk, pushed_first: bool) -> None:
    """The venue tells nothing of the order that had it, so that cannot be asked for; what it says again and again is believed: it has lost its state."""
    yesterday: datetime = MOMENT - timedelta(days=1)
    desk.flow.submit(make_order("o1", datetime=yesterday))
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7", Status.CANCELLED, datetime=yesterday)
    desk.untold.add("o1")
    desk.wait(100.0)
    desk.send("o2", price=90.0)
    if pushed_first:
        desk.venue("7", Status.NOTTRADED, price=90.0)
    desk.flow.venue_ids.on_accepted("o2", "7")
    assert desk.lives == 0, "one message may be wrong"
    for _ in range(6):
        desk.wait(RULE.spacing)
        lists(desk, make_order("7", Status.PARTTRADED, 4.0, price=90.0))
    assert (desk.status("o1"), desk.status("o2")) == (Status.CANCELLED, Status.PARTTRADED)
    assert desk.lives == 1 and desk.said("begins anew")
    entry = desk.flow.table.get("o2")
    assert entry is not None and entry.venue_id == "7"
    desk.flow.cancel("o2")
    assert desk.cancels == ["o2"]


def test_an_answer_with_an_id_that_is_nobodys(desk: NamelessDesk) -> None:
    desk.send("o1")
    desk.flow.venue_ids.on_accepted("o1", "999")
    desk.venue("7")
    assert desk.shown == [("o1", Status.SUBMITTING, 0.0)], "it may be ours"
    for _ in range(2):
        lists(desk, make_order("7", Status.NOTTRADED))
    assert desk.shown[1:] == [("o1", Status.NOTTRADED, 0.0)]


def test_the_offset_tells_orders_apart_where_there_are_offsets(desk: NamelessDesk) -> None:
    """To open long and to close short are both a purchase."""
    desk.flow.submit(make_order("o1", offset=Offset.OPEN))
    desk.flow.venue_ids.on_sent(desk.flow.table.active["o1"], SentOrder(
        "o1", SYMBOL, Direction.LONG, OrderType.LIMIT, 100.0, 10.0, MOMENT - timedelta(seconds=1), MOMENT + timedelta(seconds=40), offset=Offset.OPEN,
    ))
    desk.lose()
    others = [
        VenueOrder(make_order(venue_id, Status.NOTTRADED, offset=offset, datetime=moment), venue_id)
        for venue_id, offset, moment in (("7", Offset.CLOSE, MOMENT - timedelta(hours=1)), ("8", Offset.OPEN, MOMENT))
    ]
    for _ in range(2):
        desk.flow.venue_ids.on_candidates(others, ["o1"], desk.now)
    entry = desk.flow.table.get("o1")
    assert entry is not None and entry.venue_id == "8" and desk.status("7") is Status.NOTTRADED


LATER: dict[str, Any] = {"price": 101.0, "datetime": MOMENT + timedelta(seconds=5)}


def again_under_seven(desk: NamelessDesk, later: dict[str, Any]) -> None:
    """o1 is over and cannot be asked for; o2 was answered with its id, as the venue has begun anew, and is there."""
    desk.send("o1")
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7", Status.CANCELLED)
    desk.untold = {"o1"}
    desk.flow.life.disconnected()
    desk.wait(5.0)
    desk.send("o2", price=101.0)
    desk.flow.table.active["o2"].order.datetime = None          # the venue tells it
    desk.flow.venue_ids.on_accepted("o2", "7")
    desk.venue("7", **later)


def test_a_fill_under_an_id_that_another_order_has_waits_until_it_is_told_whose_it_is(desk: NamelessDesk) -> None:
    again_under_seven(desk, LATER)
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [make_trade("t1", 10.0, "7")], "7")
    for _ in range(6):
        desk.flow.on_fill(make_trade("t1", 10.0, "7"), "7")
        desk.wait(RULE.spacing)
    assert "t1" not in desk.pushes and desk.said("o1", "10 under the id 7, which another order has")
    for _ in range(3):
        desk.venue("7", Status.ALLTRADED, 10.0, **LATER)
        desk.wait(RULE.spacing)
    assert desk.lives == 1
    desk.venue("7", Status.ALLTRADED, 10.0, **LATER)
    desk.wait(RULE.spacing)
    assert desk.pushes[-2:] == ["t1@2", "ALLTRADED 10"] and desk.status("o1") is Status.CANCELLED and desk.status("o2") is Status.ALLTRADED


def test_one_wrong_message_under_the_id_of_an_order_keeps_back_no_fill_of_it_for_long(desk: NamelessDesk) -> None:
    desk.send("o1")
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7")
    desk.venue("7", **LATER)
    desk.flow.on_fill(make_trade("t1", 4.0, "7"), "7")
    assert "t1" not in desk.pushes and desk.said("at 101 under the id 7")
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [make_trade("t1", 4.0, "7")], "7")
    desk.venue("7", Status.PARTTRADED, 4.0)
    desk.wait(RULE.spacing)
    assert desk.pushes.count("t1") == 1


def test_an_answer_that_names_an_order_of_the_life_before_was_right(desk: NamelessDesk) -> None:
    """Even where the venue's clock has jumped meanwhile, so that the order's time is not that of what was sent."""
    later = LATER | {"datetime": MOMENT + timedelta(hours=8)}
    again_under_seven(desk, later)
    assert desk.status("o2") is Status.SUBMITTING
    for _ in range(4):
        desk.wait(RULE.spacing)
        desk.venue("7", **later)
    assert desk.lives == 1 and desk.shown[-1] == ("o2", Status.NOTTRADED, 0.0)
    assert "7@2" not in {orderid for orderid, _, _ in desk.shown}


@pytest.mark.parametrize("shown", [True, False], ids=["another order", "nothing"])
def test_of_a_young_order_only_another_one_under_its_id_says_that_the_venue_has_begun_anew(desk: NamelessDesk, shown: bool) -> None:
    """Lists are late: an order that has just been made may not be in them yet."""
    desk.send("o1")
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7")
    desk.answer = lambda orderid, now: desk.flow.venue_ids.on_candidates(
        [VenueOrder(make_order("7", Status.NOTTRADED, **LATER), "7")] if shown else [], [orderid], now,
    )
    desk.venue("7", **LATER)
    assert desk.queries, "asked at once"
    desk.wait(RULE.bound - 2.0)
    assert desk.lives == shown and desk.said("begins anew") == shown


def test_an_id_that_the_lists_and_the_answer_tell_is_no_longer_doubted(desk: NamelessDesk) -> None:
    """When another order has it later, the venue has begun anew, and ours was not refused."""
    desk.send("o1")
    desk.venue("7", reference="o1")
    assert "o1" in desk.flow.venue_ids.tentative
    desk.flow.venue_ids.on_accepted("o1", "7")
    assert "o1" not in desk.flow.venue_ids.tentative and desk.status() is Status.NOTTRADED
    rows = [VenueOrder(make_order("7", Status.NOTTRADED, direction=Direction.SHORT, datetime=LATER["datetime"]), "7")]
    desk.answer = lambda orderid, now: desk.flow.venue_ids.on_candidates(rows, [orderid], now)
    desk.venue("7", direction=Direction.SHORT, datetime=LATER["datetime"])
    desk.wait(2.0 * RULE.bound)
    assert desk.lives == 1 and desk.status() is Status.CANCELLED and desk.said("o1", "gone from the venue")


def test_where_orders_are_not_amended_another_price_under_an_id_is_another_order() -> None:
    entry = Entry(make_order("7", Status.NOTTRADED))
    entry.created = MOMENT
    dearer = make_order("7", Status.NOTTRADED, price=101.0)
    assert not other_order(entry, dearer) and other_order(entry, dearer, amends=False)
    assert not other_order(entry, make_order("7", Status.NOTTRADED), amends=False)
    assert not other_order(entry, make_order("7", Status.NOTTRADED, price=0.0), amends=False), "not told"


def test_an_order_that_is_shown_again_is_of_the_life_that_shows_it(desk: NamelessDesk) -> None:
    """Else nothing that becomes of it could tell that the venue begins anew once more."""
    desk.send("o1")
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.venue("7")
    desk.flow.table.begin_life()
    desk.venue("7")
    entry = desk.flow.table.find("7")
    assert entry is not None and entry.orderid == "o1" and entry.life == desk.flow.table.life == 2
    desk.answer = lambda orderid, now: desk.flow.venue_ids.on_candidates([VenueOrder(make_order("7", Status.NOTTRADED, **LATER), "7")], [orderid], now)
    desk.venue("7", **LATER)
    desk.wait(2.0 * RULE.bound)
    assert desk.lives == 1 and desk.status() is Status.CANCELLED


@pytest.mark.parametrize(("told", "ours"), [
    ({"price": 100.5, "volume": 12.0}, True),
    ({"price": 103.0}, False),
    ({"price": 100.5, "datetime": MOMENT - timedelta(hours=8)}, True),               # nobody may know of the venue's clock
    ({"price": 100.5, "reference": "another"}, False),
])
@pytest.mark.parametrize("beside", ["", "as it was sent", "another of ours"])
def test_what_stands_under_the_answered_id_may_be_a_rounded_order(desk: NamelessDesk, told: dict[str, Any], ours: bool, beside: str) -> None:
    """When the venue insists on it; not if there is one that is just as it was sent, or if it is just as another one was sent."""
    desk.send()
    desk.flow.table.active["o1"].order.datetime = None         # the venue's time is not known yet
    desk.flow.venue_ids.on_accepted("o1", "7")
    if beside == "as it was sent":
        desk.venue("8")
    elif beside:
        desk.send("o2", told["price"])
        desk.flow.venue_ids.sought["o2"] = desk.flow.venue_ids.sought["o2"]._replace(volume=told.get("volume", 10.0), earliest=MOMENT - timedelta(hours=10))
        desk.lose("o2")
    for _ in range(6):
        desk.wait(2.0)
        desk.flow.on_order(make_order("7", Status.NOTTRADED, **told), "7", desk.now, True)
    entry = desk.flow.table.get("o1")
    assert entry is not None
    assert (entry.order.status is Status.NOTTRADED and entry.venue_id == "7" and entry.order.price == told["price"]) is (ours and not beside)
