"""F71: a venue that loses its state counts its ids from the beginning, to ones that the gateway remembers."""

from collections.abc import Iterator
from contextlib import closing
from logging import ERROR

import pytest
from vnpy.trader.constant import Status

from mockexchange import MockExchange

from .conftest import ONE_A_DIALECT
from .harness import Case, Desk

LOW, HIGH = 30_000.0, 50_000.0
STILL: float = 0.001        # of the market's speed: ids go to our orders alone, so that each life has the same


@pytest.fixture(params=ONE_A_DIALECT, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """What is here takes long."""
    found: Case = request.param
    return found


@pytest.fixture
def venue(case: Case) -> Iterator[MockExchange]:
    with MockExchange(case.dialect, seed=7, options=dict(case.options), speed=STILL) as running:
        yield running


def ids(venue: MockExchange, kind: str) -> set[tuple[str, ...]]:
    names = ("symbol", "order_id") if kind == "order" else ("symbol", "order_id", "exec_id")
    return {tuple(str(row[name]) for name in names) for row in venue.journal() if row["kind"] == kind}


def a_life(desk: Desk, count: int = 3) -> list[str]:
    """Fills, and an order that is cancelled."""
    made: list[str] = []
    for number in range(count):
        made.append(desk.send("BUY", HIGH, 0.01 + number / 1_000))
        desk.wait_status(made[-1], Status.ALLTRADED, seconds=20)
    made.append(desk.send("BUY", LOW, 0.1))
    desk.wait_status(made[-1], Status.NOTTRADED, seconds=20)
    desk.cancel(made[-1])
    desk.wait_status(made[-1], Status.CANCELLED, seconds=20)
    return made


def begin_anew(*desks: Desk) -> None:
    """The venue loses its state; all gateways are there again."""
    venue = desks[0].venue
    before = [len(desk.recorder.said(desk.case.ready_line)) for desk in desks]
    venue.restart(keep_state=False, down=0.5 if desks[0].case.pushed else 2.0)
    for desk, count in zip(desks, before, strict=True):
        desk.recorder.wait(lambda desk=desk, count=count: len(desk.recorder.said(desk.case.ready_line)) > count, "ready again", 30.0)


def forget(desk: Desk) -> None:
    """The new journal knows nothing of the life before."""
    desk.recorder.orders.clear()
    desk.recorder.trades.clear()
    desk.recorder.sequence.clear()


def unique(trades: list[str], more: list[str]) -> None:
    assert trades and more
    assert len({*trades, *more}) == len(trades) + len(more), "a trade id is used again"


def test_every_fill_of_the_new_life_is_delivered_once(desk: Desk) -> None:
    a_life(desk)
    desk.assert_truth(desk.profile.patience)
    orders, fills = ids(desk.venue, "order"), ids(desk.venue, "fill")
    traded = [trade.vt_tradeid for trade in desk.recorder.trades]
    begin_anew(desk)
    forget(desk)
    a_life(desk, 5)
    if desk.case.tells_fills:
        assert fills & ids(desk.venue, "fill"), "the venue gives the same ids again"
    assert orders & ids(desk.venue, "order"), "the venue gives the same ids again"
    desk.assert_truth(desk.profile.patience)
    desk.recorder.wait(lambda: desk.recorder.said("lost its state and begins anew", ERROR), "the line", 20.0)
    desk.assert_truth(desk.profile.patience)
    unique(traded, [trade.vt_tradeid for trade in desk.recorder.trades])
    assert len(desk.recorder.said("lost its state and begins anew")) == 1


def test_fills_of_the_new_life_from_elsewhere(case: Case, venue: MockExchange) -> None:
    if case.name == "binance-unsigned":
        pytest.skip("two gateways that poll as often as tests want it use up the weight of a minute")
    with closing(Desk(case, venue, "ONE").ready()) as one, closing(Desk(case, venue, "TWO").ready()) as two:
        first = a_life(two)
        if case.finds_lost:
            for orderid in first:
                one.wait_status(two.known_as(orderid), Status.ALLTRADED, Status.CANCELLED, seconds=20)
            one.assert_truth(case.patience)
        shown = set(one.recorder.orders)
        traded = [trade.vt_tradeid for trade in one.recorder.trades]
        begin_anew(one, two)
        forget(one)
        forget(two)
        resting = two.send("SELL", HIGH, 0.2)
        two.wait_status(resting, Status.NOTTRADED, seconds=20)
        a_life(two, 5)
        if case.finds_lost:
            one.recorder.wait(lambda: len(one.recorder.orders) == 7, "orders of the new life", case.patience)
        two.assert_truth(case.patience)
        one.assert_truth(case.patience)
        if case.finds_lost:
            unique(traded, [trade.vt_tradeid for trade in one.recorder.trades])
        assert not shown & set(one.recorder.orders), "an order of the new life has the id of one of the life before"
        alive = one.recorder.wait(
            lambda: [o.orderid for o in one.recorder.orders.values() if o.status is Status.NOTTRADED], "the order from elsewhere", 20.0
        )
        elsewhere = alive[0]
        one.cancel(elsewhere)
        two.wait_status(resting, Status.CANCELLED, seconds=20)
        one.assert_truth(case.patience)


def test_live_orders_of_the_life_before_are_concluded_and_not_mistaken(desk: Desk) -> None:
    """The same orders are sent again, and get the same ids."""
    alive = [desk.send("BUY", LOW, 0.1), desk.send("SELL", HIGH, 0.1)]
    for orderid in alive:
        desk.wait_status(orderid, Status.NOTTRADED)
    begin_anew(desk)
    again = [desk.send("BUY", LOW, 0.1), desk.send("SELL", HIGH, 0.1)]
    for orderid in again:
        desk.wait_status(orderid, Status.NOTTRADED, seconds=20)
    for orderid in alive:
        desk.wait_status(orderid, Status.CANCELLED, seconds=desk.profile.patience)
        desk.recorder.orders.pop(orderid)
    desk.assert_truth(desk.profile.patience)
    desk.venue.set_price(desk.case.venue_symbol, "29000")
    desk.wait_status(again[0], Status.ALLTRADED, seconds=desk.profile.patience)
    desk.cancel(again[1])
    desk.wait_status(again[1], Status.CANCELLED, seconds=20)
    for orderid in alive:
        assert orderid not in desk.recorder.orders, "the life before is told of again"
    desk.assert_truth(desk.profile.patience)


def test_a_venue_that_keeps_its_state_has_one_life(desk: Desk) -> None:
    a_life(desk)
    for _ in range(2):
        before = len(desk.recorder.said(desk.case.ready_line))
        desk.venue.restart(keep_state=True, down=0.5 if desk.case.pushed else 2.0)
        desk.recorder.wait(lambda before=before: len(desk.recorder.said(desk.case.ready_line)) > before, "ready again", 30.0)
        a_life(desk)
    desk.assert_truth(desk.profile.patience)
    assert not desk.recorder.said("begins anew") and desk.gateway.flow.table.life == 1
    assert not any("@" in trade.tradeid for trade in desk.recorder.trades)
