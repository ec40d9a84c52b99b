"""Whose order is whose where the venue keeps no client order ids: sure, or said to be unsure; never guessed."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from order_makers import MOMENT, SYMBOL, make_order
from vnpy.trader.constant import Direction, OrderType, Status

from vnpy_restgateway.orders.order_matching import (
    AmbiguousMatch,
    SentOrder,
    is_candidate,
    match_orders,
)
from vnpy_restgateway.orders.reconcile import VenueOrder

WINDOW = timedelta(seconds=40)


def sought(orderid: str = "o1", price: float | None = 100.0, volume: float | None = 10.0, **values: object) -> SentOrder:
    found = SentOrder(orderid, SYMBOL, Direction.LONG, OrderType.LIMIT, price, volume, MOMENT, MOMENT + WINDOW, True)
    return found._replace(**values)     # type: ignore[arg-type]


def there(venue_id: str = "7", at: float = 1.0, **values: object) -> VenueOrder:
    moment: datetime = MOMENT + timedelta(seconds=at)
    return VenueOrder(make_order(venue_id, Status.NOTTRADED, **{"datetime": moment, **values}), venue_id)


def test_one_and_one_is_sure() -> None:
    verdict = match_orders([sought()], [there()])
    assert verdict.sure == {"o1": "7"}
    assert not verdict.contests and not verdict.strangers and not verdict.absent and not verdict.waiting


def test_what_makes_it_another_order() -> None:
    ours = sought()
    for values in (
        {"price": 100.01}, {"volume": 9.0}, {"direction": Direction.SHORT}, {"type": OrderType.MARKET}, {"at": -0.1},
        {"at": 40.1}, {"reference": "web-1"},
    ):
        record = there(**values)        # type: ignore[arg-type]
        assert not is_candidate(ours, record.order)
        verdict = match_orders([ours], [record])
        assert verdict.strangers == ["7"] and verdict.absent == ["o1"] and not verdict.sure
    other = there()
    other.order.symbol = "ETHUSDT_SPOT_BINANCE"
    assert match_orders([ours], [other]).strangers == ["7"]


def test_what_the_venue_does_not_tell_excludes_nothing() -> None:
    unknown = there()
    unknown.order.datetime = None
    assert match_orders([sought()], [unknown]).sure == {"o1": "7"}
    assert match_orders([sought()], [there(reference="o1")]).sure == {"o1": "7"}
    market = sought(price=None, volume=None, type=OrderType.MARKET)
    assert match_orders([market], [there(price=0.0, volume=0.0, type=OrderType.MARKET)]).sure == {"o1": "7"}


def test_two_that_could_be_meant() -> None:
    verdict = match_orders([sought()], [there("7"), there("8")])
    assert verdict.contests == [AmbiguousMatch(("o1",), ("7", "8"))]
    assert not verdict.sure and not verdict.absent and not verdict.strangers


def test_two_that_could_mean_the_same() -> None:
    verdict = match_orders([sought("o1"), sought("o2")], [there("7")])
    assert verdict.contests == [AmbiguousMatch(("o1", "o2"), ("7",))]
    assert not verdict.sure and not verdict.absent


def test_two_and_two_alike_are_not_dealt_out() -> None:
    verdict = match_orders([sought("o1"), sought("o2")], [there("7"), there("8")])
    assert [(set(c.orderids), set(c.venue_ids)) for c in verdict.contests] == [({"o1", "o2"}, {"7", "8"})]


def test_groups_do_not_disturb_each_other() -> None:
    verdict = match_orders(
        [sought("o1"), sought("o2", price=200.0), sought("o3", price=300.0), sought("o4", price=400.0)],
        [there("7"), there("8", price=200.0), there("9", price=200.0), there("10", price=500.0)],
    )
    assert verdict.sure == {"o1": "7"}
    assert verdict.contests == [AmbiguousMatch(("o2",), ("8", "9"))]
    assert verdict.absent == ["o3", "o4"] and verdict.strangers == ["10"]


def test_times_tell_two_alike_apart() -> None:
    late = sought("o2", earliest=MOMENT + timedelta(seconds=60), latest=MOMENT + timedelta(seconds=100))
    assert match_orders([sought("o1"), late], [there("7", 1.0), there("8", 61.0)]).sure == {"o1": "7", "o2": "8"}


def test_while_an_answer_may_come_nothing_is_said_of_what_may_be_its_order() -> None:
    flying = sought("o1", answered=False)
    verdict = match_orders([flying], [there("7")])
    assert verdict.waiting == ["7"] and not verdict.sure and not verdict.strangers
    # one in doubt beside it waits too
    verdict = match_orders([flying, sought("o2")], [there("7"), there("8")])
    assert set(verdict.waiting) == {"7", "8"} and not verdict.contests
    # the venue may have rounded what it was sent
    assert match_orders([flying], [there("7", volume=9.99)]).waiting == ["7"]
    assert match_orders([flying], [there("7", direction=Direction.SHORT)]).waiting == ["7"], "the message may be wrong"
    elsewhere = there("7")
    elsewhere.order.symbol = "ETHUSDT_SPOT_HASHEX"
    assert match_orders([flying], [elsewhere]).strangers == ["7"]


def test_one_in_flight_is_not_absent() -> None:
    assert match_orders([sought("o1", answered=False)], []).absent == []
    assert match_orders([sought("o1")], []).absent == ["o1"]


some_sought = st.lists(
    st.tuples(st.sampled_from([100.0, 200.0]), st.sampled_from([1.0, 2.0]), st.booleans(), st.integers(0, 60)), max_size=6
)
some_there = st.lists(
    st.tuples(st.sampled_from([100.0, 200.0]), st.sampled_from([1.0, 2.0]), st.integers(0, 120)), max_size=6
)


@given(some_sought, some_there)
def test_every_order_has_exactly_one_place(
    ours: list[tuple[float, float, bool, int]], theirs: list[tuple[float, float, int]]
) -> None:
    orders = [
        sought(
            f"o{n}", price, volume, answered=answered, earliest=MOMENT + timedelta(seconds=at),
            latest=MOMENT + timedelta(seconds=at) + WINDOW,
        )
        for n, (price, volume, answered, at) in enumerate(ours)
    ]
    records = [there(str(n), at, price=price, volume=volume) for n, (price, volume, at) in enumerate(theirs)]
    verdict = match_orders(orders, records)

    contested = [venue_id for contest in verdict.contests for venue_id in contest.venue_ids]
    places = [*verdict.sure.values(), *contested, *verdict.waiting, *verdict.strangers]
    assert sorted(places) == sorted(record.venue_id for record in records)
    by_id = {s.orderid: s for s in orders}
    fits = {
        (s.orderid, record.venue_id) for s in orders for record in records if is_candidate(s, record.order)
    }
    for orderid, venue_id in verdict.sure.items():
        # sure: nobody else fits either of the two, and no answer is outstanding
        assert [pair for pair in fits if orderid == pair[0] or venue_id == pair[1]] == [(orderid, venue_id)]
        assert by_id[orderid].answered
    for contest in verdict.contests:
        assert len(contest.orderids) + len(contest.venue_ids) > 2
        assert all(by_id[orderid].answered for orderid in contest.orderids)
    assert not any(pair[1] in verdict.strangers for pair in fits)
    assert set(verdict.absent) == {s.orderid for s in orders if s.answered} - {pair[0] for pair in fits}


@given(some_sought, some_there, st.randoms())
def test_the_order_in_which_they_are_told_does_not_matter(
    ours: list[tuple[float, float, bool, int]], theirs: list[tuple[float, float, int]], rng: object
) -> None:
    orders = [sought(f"o{n}", price, volume, answered=answered) for n, (price, volume, answered, _) in enumerate(ours)]
    records = [there(str(n), at / 4, price=price, volume=volume) for n, (price, volume, at) in enumerate(theirs)]
    first = match_orders(orders, records)
    rng.shuffle(orders)         # type: ignore[attr-defined]
    rng.shuffle(records)        # type: ignore[attr-defined]
    second = match_orders(orders, records)
    assert first.sure == second.sure
    assert sorted(first.strangers) == sorted(second.strangers) and sorted(first.absent) == sorted(second.absent)
    assert sorted(first.waiting) == sorted(second.waiting)
    assert {frozenset(c.venue_ids) for c in first.contests} == {frozenset(c.venue_ids) for c in second.contests}
