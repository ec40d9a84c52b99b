"""Our live orders against the venue's list."""

from order_makers import make_order
from vnpy.trader.constant import Status

from vnpy_restgateway.orders.reconcile import VenueOrder, reconcile
from vnpy_restgateway.orders.table import Entry


def listed(orderid: str, venue_id: str) -> VenueOrder:
    return VenueOrder(make_order(orderid, Status.NOTTRADED), venue_id)


def test_everything_listed_is_applied_ours_or_not() -> None:
    rows = [listed("ours", "1"), listed("web", "2")]
    result = reconcile([Entry(make_order("ours"), venue_id="1", sent=5.0)], rows, asked_at=10.0)
    assert result.updates == rows
    assert result.questions == []


def test_a_missing_order_is_asked_for_never_concluded() -> None:
    result = reconcile([Entry(make_order("gone"), venue_id="9", sent=5.0)], [], asked_at=10.0)
    assert result.updates == []
    assert result.questions == ["gone"]


def test_an_order_sent_after_the_question_is_not_expected_on_the_list() -> None:
    entries = [Entry(make_order("late"), sent=10.0), Entry(make_order("later"), sent=11.0)]
    assert reconcile(entries, [], asked_at=10.0).questions == []


def test_known_by_the_venues_id_alone() -> None:
    """After a cancel, or a reused client order id, the list may name the order by another client id."""
    entry = Entry(make_order("7", Status.NOTTRADED), venue_id="7")
    assert reconcile([entry], [listed("reused", "7")], asked_at=10.0).questions == []


def test_no_venue_id_is_no_match() -> None:
    entry = Entry(make_order("a"), venue_id="", sent=1.0)
    assert reconcile([entry], [listed("b", "")], asked_at=10.0).questions == ["a"]


def test_listed_may_be_any_iterable() -> None:
    result = reconcile(iter([Entry(make_order("a"), sent=1.0)]), (row for row in [listed("a", "1")]), asked_at=2.0)
    assert len(result.updates) == 1 and not result.questions
