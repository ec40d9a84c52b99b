"""An order that the venue takes smaller than it was sent (specs/qmt.md, 2.3; F54), found again by its shape (F57)."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from flow_desk import Desk
from order_makers import MOMENT, make_order
from vnpy.trader.constant import Direction, OrderType, Status

from vnpy_restgateway.capabilities import Capabilities, Correlation, Fills
from vnpy_restgateway.net.outcome import Outcome
from vnpy_restgateway.orders.order_matching import SentOrder, is_candidate, match_orders
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.same_order import is_rounded, other_order, same_order

SHRINKS = Capabilities(Correlation.VENUE_ID, Fills.DERIVED, cancels_by_venue_id=True, cancels_are_final=False, may_shrink=True)


def sent(orderid: str = "o1", volume: float | None = 10.0, price: float | None = 100.0, shrinks: bool = True, **more: Any) -> SentOrder:
    return SentOrder(
        orderid, make_order().symbol, Direction.LONG, OrderType.LIMIT, price, volume, MOMENT - timedelta(seconds=5), MOMENT + timedelta(minutes=30),
        answered=True, shrinks=shrinks, **more,
    )


@pytest.mark.parametrize(("volume", "shrinks", "candidate"), [
    (10.0, True, True), (4.0, True, True), (9.999, True, True), (10.001, True, False), (20.0, True, False), (10.0 * (1 + 1e-12), True, True),
    (10.0, False, True), (4.0, False, False), (20.0, False, False),
])
def test_smaller_will_do_and_larger_never(volume: float, shrinks: bool, candidate: bool) -> None:
    assert is_candidate(sent(shrinks=shrinks), make_order("9", Status.NOTTRADED, volume=volume)) is candidate


@pytest.mark.parametrize("more", [
    {"price": 99.0}, {"direction": Direction.SHORT}, {"type": OrderType.MARKET}, {"reference": "another"}, {"datetime": MOMENT - timedelta(seconds=6)},
    {"datetime": MOMENT + timedelta(minutes=31)},
])
def test_everything_else_is_as_it_was_sent(more: dict[str, Any]) -> None:
    """6 row 8: symbol, side, volume, price, and a time after its sending."""
    assert is_candidate(sent(), make_order("9", volume=4.0))
    assert not is_candidate(sent(), make_order("9", **{"volume": 4.0, **more}))


def test_of_two_orders_of_ours_the_smaller_one_may_be_either() -> None:
    """Sent 10 and 4, one of 4 is there: it is the 4, or the 10 that was taken smaller. Nothing is concluded."""
    theirs = [VenueOrder(make_order("9", volume=4.0), "9")]
    verdict = match_orders([sent("o1"), sent("o2", 4.0)], theirs)
    assert not verdict.sure and [set(contest.orderids) for contest in verdict.contests] == [{"o1", "o2"}]
    exact = match_orders([sent("o1", shrinks=False), sent("o2", 4.0, shrinks=False)], theirs)
    assert exact.sure == {"o2": "9"} and exact.absent == ["o1"]
    assert match_orders([sent("o1")], theirs).sure == {"o1": "9"}


def test_one_that_is_larger_is_a_strangers() -> None:
    verdict = match_orders([sent("o1")], [VenueOrder(make_order("9", volume=20.0), "9")])
    assert verdict.strangers == ["9"] and verdict.absent == ["o1"]


@pytest.mark.parametrize(("volume", "same", "shrunk"), [(10.0, True, True), (4.0, False, True), (20.0, False, False)])
def test_news_under_the_id_of_an_order(volume: float, same: bool, shrunk: bool) -> None:
    news = make_order("9", Status.NOTTRADED, volume=volume)
    assert same_order(make_order(), news) is same and same_order(make_order(), news, shrinks=True) is shrunk
    assert not same_order(make_order(), make_order("9", volume=4.0, direction=Direction.SHORT), shrinks=True)
    assert same_order(make_order(type=OrderType.MARKET), make_order("9", type=OrderType.MARKET, volume=7.0))


@pytest.mark.parametrize(("told", "rounded"), [
    ({}, True), ({"price": 100.9}, True), ({"price": 98.0}, False), ({"volume": 5.0}, True), ({"volume": 20.0}, True), ({"volume": 4.9}, False),
    ({"volume": 20.1}, False), ({"direction": Direction.SHORT}, False), ({"type": OrderType.MARKET}, False),
])
def test_what_stands_behind_a_venue_may_have_rounded_an_order(told: dict[str, Any], rounded: bool) -> None:
    assert is_rounded(make_order(price=100.0, volume=10.0), make_order("9", Status.NOTTRADED, **{"price": 100.0, "volume": 10.0, **told})) is rounded


def test_what_is_over_is_no_other_order_for_being_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch)
    desk.live()
    desk.told(Status.CANCELLED)
    entry = desk.flow.table.get("o1")
    assert entry is not None
    smaller = make_order("1", Status.CANCELLED, volume=4.0)
    assert other_order(entry, smaller) and not other_order(entry, smaller, shrinks=True)


# in the flow: found again by what was sent

@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(monkeypatch)
    made.flow.go_by(SHRINKS)
    return made


def lose(desk: Desk, orderid: str = "o1", volume: float = 10.0) -> None:
    """An order whose answer is lost."""
    desk.flow.submit(make_order(orderid, volume=volume))
    entry = desk.flow.table.get(orderid)
    assert entry is not None
    desk.flow.venue_ids.on_sent(entry, sent(orderid, volume)._replace(answered=False))
    desk.flow.on_outcome(orderid, Outcome.UNKNOWN, "", "timed out")


def listed(desk: Desk, *rows: VenueOrder) -> None:
    desk.now += 2.0
    ids = desk.flow.venue_ids
    ids.on_candidates([VenueOrder(make_order(**row), venue_id) for row, venue_id in rows], [entry.orderid for entry in ids.looked_for()], desk.now)


def row(venue_id: str, volume: float, **more: Any) -> Any:
    return {"orderid": venue_id, "status": Status.NOTTRADED, "volume": volume, **more}, venue_id


def test_it_is_found_by_its_shape_and_is_as_large_as_it_was_taken(desk: Desk) -> None:
    lose(desk)
    for _ in range(3):
        listed(desk, row("20240105-7", 4.0))
    entry = desk.flow.table.get("o1")
    assert entry is not None and entry.venue_id == "20240105-7" and entry.by_shape and entry.order.volume == 4.0 and desk.pushes[-1] == "NOTTRADED 0"
    assert desk.said("Order o1 is the venue's 20240105-7, recognised by its symbol, side, price and volume") and desk.flow.table.get("20240105-7") is None


def test_found_by_its_tag_it_may_be_smaller_too(desk: Desk) -> None:
    lose(desk)
    listed(desk, row("20240105-7", 4.0, reference="o1"))
    entry = desk.flow.table.get("o1")
    assert entry is not None and entry.venue_id == "20240105-7" and not entry.by_shape and entry.order.volume == 4.0


def test_a_larger_one_is_shown_as_placed_elsewhere_and_ours_is_not_there(desk: Desk) -> None:
    lose(desk)
    for _ in range(3):
        listed(desk, row("20240105-7", 20.0))
    entry, other = desk.flow.table.get("o1"), desk.flow.table.get("20240105-7")
    assert entry is not None and not entry.venue_id and other is not None and other.order.volume == 20.0


def test_two_that_could_be_it_leave_it_in_doubt(desk: Desk) -> None:
    """F57: said, and never guessed."""
    lose(desk)
    for _ in range(3):
        listed(desk, row("20240105-7", 4.0), row("20240105-8", 3.0))
    entry = desk.flow.table.get("o1")
    assert entry is not None and not entry.venue_id and entry.order.status is Status.SUBMITTING
    assert desk.said("cannot be told which is which", "o1", "20240105-7", "20240105-8")
    assert desk.flow.table.get("20240105-7") is not None and desk.flow.table.get("20240105-8") is not None


def test_the_ids_of_two_days_are_two_orders(desk: Desk) -> None:
    """F53: 7 again, tomorrow."""
    lose(desk)
    for _ in range(3):
        listed(desk, row("20240105-7", 4.0))
    listed(desk, row("20240105-7", 4.0, status=Status.ALLTRADED, traded=4.0))
    tomorrow = datetime(2024, 1, 8, 2, tzinfo=timezone.utc)
    for _ in range(3):
        listed(desk, row("20240108-7", 4.0, datetime=tomorrow))
    mine, foreign = desk.flow.table.get("o1"), desk.flow.table.get("20240108-7")
    assert mine is not None and mine.venue_id == "20240105-7" and foreign is not None and foreign.venue_id == "20240108-7"
