"""Orders on a bad day: what the gateway must do is in FAULTS.md. Every test that trades ends in the ground truth."""

import threading
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from logging import ERROR
from time import monotonic

import pytest
from vnpy.trader.constant import Exchange, Interval, Status
from vnpy.trader.object import HistoryRequest

from mockexchange import MockExchange

from .conftest import ALL_CASES, LONG, ONE_A_DIALECT
from .harness import Case, Desk

LOW, HIGH = 30_000.0, 50_000.0
LATE = ("hang", "reset", "status", "delay")
# the matrix has the other cases (rows F1 to F4, F18)
BESIDE_THE_MATRIX = [case for case in ALL_CASES if not case.in_matrix or LONG and case.name == "binance"]


@pytest.fixture(params=ONE_A_DIALECT, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """What is here takes long."""
    found: Case = request.param
    return found


def arm(desk: Desk, label: str, stage: str, action: str, times: int = 1) -> None:
    extra: dict[str, object] = {}
    if action == "status":
        extra = {"status": 503, "body": "<html>Service Unavailable</html>"}
    elif action == "delay":
        # longer than the quickened gateway waits, and shorter than the bound below and Binance's recvWindow
        extra = {"ms": 2_500 if desk.case.dialect == "hashex" else 1_500}
        table = desk.gateway.flow.table
        table.rule = replace(table.rule, bound=3.0)
    desk.venue.faults.add({"match": label, "stage": stage, "action": action, "times": times, **extra})


def bites(desk: Desk) -> None:
    """Wait until the newest fault has struck."""
    desk.recorder.wait(lambda: desk.venue.faults.list()[-1]["bitten"], "the fault strikes")


@pytest.mark.parametrize("case", BESIDE_THE_MATRIX, ids=lambda case: case.name)
@pytest.mark.parametrize("action", LATE)
@pytest.mark.parametrize("stage", ["before_engine", "after_engine", "on_reply"])
def test_outcome_of_a_new_order_unknown(desk: Desk, stage: str, action: str) -> None:
    """F1, F2, F3, F4: never REJECTED for a time-out, reset or 5xx; resolved by asking."""
    arm(desk, desk.case.order_label, stage, action)
    orderid = desk.send("BUY", LOW, 0.1)
    reached = stage != "before_engine" or action == "delay"
    if reached:
        desk.wait_status(orderid, Status.NOTTRADED)
        desk.cancel(orderid)
        desk.wait_status(orderid, Status.CANCELLED)
    else:
        desk.wait_status(orderid, Status.REJECTED, seconds=20)
        assert desk.recorder.said("never reached the venue")
    statuses = [push.status for push in desk.recorder.order_pushes if push.orderid == orderid]
    assert Status.REJECTED not in statuses or not reached
    assert len([row for row in desk.rows("order") if row["status"] == "NEW"]) == (1 if reached else 0), "sent again"
    desk.assert_truth()


@pytest.mark.parametrize("action", ["hang", "reset", "status"])
def test_unknown_outcome_of_an_order_that_is_filled(desk: Desk, action: str) -> None:
    """F2 with fills: the trades are there once, before the final order."""
    arm(desk, desk.case.order_label, "after_engine", action)
    orderid = desk.send("BUY", HIGH, 0.2)
    if not desk.case.finds_lost:
        # it tells no fills, and finds no order by our id: balances that moved prove only that something happened
        desk.recorder.wait(lambda: desk.recorder.said(f"Order {orderid} is not among the open orders", ERROR), "the line")
        assert desk.order(orderid).status is Status.SUBMITTING and not desk.recorder.trades
        return
    desk.wait_status(orderid, Status.ALLTRADED)
    desk.assert_truth()


@pytest.mark.parametrize("case", BESIDE_THE_MATRIX, ids=lambda case: case.name)
@pytest.mark.parametrize("stage", ["before_engine", "after_engine", "on_reply"])
@pytest.mark.parametrize("action", LATE)
def test_outcome_of_a_cancel_unknown(desk: Desk, stage: str, action: str) -> None:
    """F18: the order stays as it is until the venue is asked; cancelling again is safe."""
    orderid = desk.send("BUY", LOW, 0.1)
    desk.wait_status(orderid, Status.NOTTRADED)
    arm(desk, desk.case.cancel_label, stage, action)
    desk.cancel(orderid)
    desk.wait_status(orderid, Status.CANCELLED, seconds=15)
    desk.assert_truth()


def test_cancel_before_the_answer_to_the_order(desk: Desk) -> None:
    """F16: parked, and sent when the order is known."""
    desk.venue.faults.add(match=desk.case.order_label, stage="before_engine", action="delay", ms=500)
    orderid = desk.send("BUY", LOW, 0.1)
    bites(desk)
    desk.cancel(orderid)
    desk.wait_status(orderid, Status.CANCELLED)
    assert not desk.recorder.said("Cancel rejected")
    desk.assert_truth()


def test_cancel_loses_the_race_with_a_fill(desk: Desk) -> None:
    """F17: "unknown order" refuses nothing; the venue is asked what the order came to."""
    orderid = desk.send("BUY", 39_000.0, 0.1)
    desk.wait_status(orderid, Status.NOTTRADED)
    desk.venue.faults.add(match=desk.case.cancel_label, stage="before_engine", action="delay", ms=500)
    desk.cancel(orderid)
    bites(desk)
    desk.venue.set_price(desk.case.venue_symbol, "38900")
    desk.wait_status(orderid, Status.ALLTRADED)
    desk.assert_truth()


def test_too_many_requests_shuts_the_gate(desk: Desk) -> None:
    """F7: an order answered 429 is refused, nothing is sent until Retry-After is over, cancels then go first."""
    resting = desk.send("BUY", LOW, 0.1)
    desk.wait_status(resting, Status.NOTTRADED)
    desk.venue.faults.add(
        match=desk.case.order_label, stage="before_engine", action="status", status=429,
        body='{"code":-1003,"msg":"Too much request weight used."}', headers={"Retry-After": "2"},
    )
    first = desk.send("BUY", LOW, 0.1)
    desk.wait_status(first, Status.REJECTED)
    assert desk.recorder.said("Rate limit exceeded", ERROR)
    second = desk.send("BUY", LOW, 0.1)
    desk.wait_status(second, Status.REJECTED)
    assert desk.recorder.said("Order rejected, not sent: Rate limit exceeded")
    desk.cancel(resting)
    desk.wait_status(resting, Status.CANCELLED, seconds=20)
    desk.assert_truth()


def test_connections_cut_and_fills_meanwhile(desk: Desk) -> None:
    """F22, F24, M1: back on the user stream, and everything that happened meanwhile is delivered once."""
    filled = desk.send("BUY", 39_000.0, 0.1)
    partly_gone = desk.send("BUY", LOW, 0.1)
    stays = desk.send("SELL", HIGH, 0.1)
    for orderid in (filled, partly_gone, stays):
        desk.wait_status(orderid, Status.NOTTRADED)
    connected = len(desk.recorder.said(desk.case.ready_line))

    restart = threading.Thread(target=lambda: desk.venue.restart(keep_state=True, down=0.5))
    restart.start()
    desk.recorder.wait(lambda: desk.recorder.said("Trade API disconnected"), "disconnect")
    restart.join(30)
    desk.venue.set_price(desk.case.venue_symbol, "38900")
    desk.recorder.wait(lambda: len(desk.recorder.said(desk.case.ready_line)) > connected, "user stream again", 20)
    desk.wait_status(filled, Status.ALLTRADED, seconds=20)
    desk.cancel(stays)
    desk.cancel(partly_gone)
    desk.wait_status(stays, Status.CANCELLED)
    desk.wait_status(partly_gone, Status.CANCELLED)
    again = desk.send("BUY", HIGH, 0.01)
    desk.wait_status(again, Status.ALLTRADED)
    desk.assert_truth(20)


def test_ticks_come_back_after_a_reconnect(desk: Desk) -> None:
    desk.subscribe()
    desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
    desk.venue.restart(keep_state=True, down=0.0 if desk.case.pushed else 1.0)
    desk.recorder.wait(lambda: len(desk.recorder.said("MD API connected")) > 1, "market data again", 20)
    seen = len(desk.recorder.ticks)
    desk.recorder.wait(lambda: len(desk.recorder.ticks) > seen + 3, "ticks again")


def test_venue_that_lost_its_state(desk: Desk) -> None:
    """F23: what the venue does not know any more is concluded by the rule, and the user is told."""
    orderid = desk.send("BUY", LOW, 0.1)
    desk.wait_status(orderid, Status.NOTTRADED)
    desk.venue.restart(keep_state=False)
    order = desk.wait_status(orderid, Status.CANCELLED, seconds=30)
    assert order.traded == 0
    assert desk.recorder.said("lost its state", ERROR)
    # the venue's new journal knows nothing of the old order; new ones must agree
    new = desk.send("BUY", HIGH, 0.01)
    desk.wait_status(new, Status.ALLTRADED)
    desk.recorder.orders.pop(orderid)
    desk.assert_truth(20)


def test_order_placed_elsewhere_is_shown_and_can_be_cancelled(case: Case, venue: MockExchange) -> None:
    """F36: two gateways on one account."""
    with closing(Desk(case, venue, "ONE").ready()) as one, closing(Desk(case, venue, "TWO").ready()) as two:
        orderid = one.send("BUY", LOW, 0.1)
        one.wait_status(orderid, Status.NOTTRADED)
        two.wait_status(one.known_as(orderid), Status.NOTTRADED)
        two.cancel(one.known_as(orderid))
        one.wait_status(orderid, Status.CANCELLED)
        bought = two.send("BUY", HIGH, 0.01)
        two.wait_status(bought, Status.ALLTRADED)
        if case.finds_lost:             # else what is over at once is never listed
            one.wait_status(two.known_as(bought), Status.ALLTRADED)
        one.assert_truth()
        two.assert_truth()


def test_restarted_gateway_shows_todays_orders_and_trades_once(case: Case, venue: MockExchange) -> None:
    """F37: a new process on the account of the old one."""
    with closing(Desk(case, venue).ready()) as old:
        done = old.send("BUY", HIGH, 0.02)
        old.wait_status(done, Status.ALLTRADED)
        resting = old.send("BUY", 39_000.0, 0.1)
        gone = old.send("BUY", LOW, 0.1)
        old.wait_status(resting, Status.NOTTRADED)
        old.wait_status(gone, Status.NOTTRADED)
        old.cancel(gone)
        old.wait_status(gone, Status.CANCELLED)
        old.assert_truth()
        done, resting, gone = (old.known_as(orderid) for orderid in (done, resting, gone))
    with closing(Desk(case, venue).ready()) as new:
        new.wait_status(resting, Status.NOTTRADED)
        if case.finds_lost:
            new.wait_status(done, Status.ALLTRADED)
        assert not {done, resting, gone} & {new.gateway.new_orderid() for _ in range(1_000)}
        venue.set_price(case.venue_symbol, "38900")
        new.wait_status(resting, Status.ALLTRADED)
        new.assert_truth()


def test_wrong_key_is_one_clear_line_and_market_data_goes_on(case: Case, venue: MockExchange) -> None:
    """F29"""
    with closing(Desk(case, venue)) as desk:
        secret = "not-the-secret-" + "x" * 20
        desk.connect(**{case.secret_field: secret})
        desk.recorder.wait(lambda: desk.recorder.said("Authentication failed"), "the line")
        desk.recorder.wait(lambda: case.symbol in desk.recorder.contracts, "contracts")
        desk.subscribe()
        desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
        orderid = desk.send("BUY", LOW, 0.1)
        desk.wait_status(orderid, Status.REJECTED)
        assert len(desk.recorder.said("Authentication failed")) == 1
        assert not [log for log in desk.recorder.logs if secret in log.msg or venue.key in log.msg]
        assert not [row for row in venue.journal() if row["kind"] == "order"]


def test_order_on_its_way_when_the_key_is_refused(desk: Desk) -> None:
    """F29: its answer still counts, although nothing more is asked with that key."""
    arm_id = desk.venue.faults.add({"match": desk.case.order_label, "stage": "before_engine", "action": "delay", "ms": 600})["id"]
    orderid = desk.send("BUY", LOW, 0.1)
    desk.recorder.wait(lambda: [f for f in desk.venue.faults.list() if f["id"] == arm_id and f["bitten"]], "the order")
    desk.venue.set_key(desk.venue.key)
    desk.gateway.query_account()
    desk.recorder.wait(lambda: desk.recorder.said("Authentication failed"), "the line")
    desk.wait_status(orderid, Status.REJECTED)
    desk.assert_truth()


def test_everything_while_disconnected(case: Case, venue: MockExchange) -> None:
    """F28, M3, M12: no exception to the caller, the order is REJECTED with a line."""
    desk = Desk(case, venue)
    for _ in ("never connected", "after close"):
        orderid = desk.send("BUY", LOW, 0.1)
        desk.wait_status(orderid, Status.REJECTED)
        assert desk.recorder.said("Order rejected, not sent: not connected")
        desk.cancel(orderid)
        desk.subscribe()
        desk.gateway.query_account()
        desk.gateway.query_position()
        desk.close()
    desk.ready()
    desk.close()
    orderid = desk.send("BUY", LOW, 0.1)
    desk.wait_status(orderid, Status.REJECTED)


def test_venue_is_not_there_yet(case: Case, venue: MockExchange) -> None:
    """Connect first, venue later: it comes up by itself, and says so twice, not fifty times."""
    desk = Desk(case, venue)
    setting = case.setting(venue)
    with closing(desk):
        restart = threading.Thread(target=lambda: venue.restart(keep_state=True, down=1.5))
        restart.start()
        desk.gateway.connect(setting)
        desk.recorder.wait(lambda: desk.recorder.said(desk.case.ready_line), "connection", 30)
        restart.join(30)
        orderid = desk.send("BUY", HIGH, 0.01)
        desk.wait_status(orderid, Status.ALLTRADED)
        desk.assert_truth()


@pytest.mark.parametrize("state", ["idle", "order hangs", "query hangs", "venue away", "connecting"])
def test_close_in_any_state(case: Case, venue: MockExchange, state: str) -> None:
    """F38: two seconds, no thread left, and a second connect works."""
    before = set(threading.enumerate())
    desk = Desk(case, venue)
    if state == "connecting":
        venue.faults.add(match="GET *", stage="before_engine", action="hang", times=50)
        desk.connect()
        bites(desk)
    else:
        desk.ready()
        desk.subscribe()
    if state == "order hangs":
        venue.faults.add(match=case.order_label, stage="before_engine", action="hang", times=3)
        for _ in range(3):
            desk.send("BUY", LOW, 0.1)
        hanging: int = 1 if case.dialect == "qte" else 3        # that one gets one request at a time
        desk.recorder.wait(lambda: venue.faults.list()[0]["bitten"] == hanging, "the orders hang at the venue")
    elif state == "query hangs":
        venue.faults.add(match="GET *", stage="before_engine", action="hang", times=50)
        desk.gateway.query_account()
        bites(desk)
    elif state == "venue away":
        desk.recorder.wait(lambda: desk.recorder.said("MD API connected"), "market data")
        restart = threading.Thread(target=lambda: venue.restart(keep_state=True, down=2.5))
        restart.start()
        desk.recorder.wait(lambda: desk.recorder.said("MD API disconnected"), "disconnect")
    started = monotonic()
    desk.close()
    assert monotonic() - started < 2.0
    desk.close()
    if state == "venue away":
        restart.join(30)
        before |= {restart}
    venue.faults.clear()
    left = [t for t in set(threading.enumerate()) - before if t.is_alive()]
    for thread in left:
        thread.join(1.0)
    assert not [t.name for t in left if t.is_alive()]

    said = len(desk.recorder.said(desk.case.ready_line))
    desk.connect()
    desk.recorder.wait(lambda: len(desk.recorder.said(desk.case.ready_line)) > said, "second connect", 20)
    orderid = desk.send("BUY", HIGH, 0.01)
    desk.wait_status(orderid, Status.ALLTRADED)
    desk.assert_truth()
    desk.close()


def test_connect_again_without_close(desk: Desk) -> None:
    resting = desk.send("BUY", LOW, 0.1)
    desk.wait_status(resting, Status.NOTTRADED)
    said = len(desk.recorder.said(desk.case.ready_line))
    desk.connect()
    desk.recorder.wait(lambda: len(desk.recorder.said(desk.case.ready_line)) > said, "second connect", 20)
    desk.cancel(resting)
    desk.wait_status(resting, Status.CANCELLED)
    desk.assert_truth()


def test_one_hung_route_holds_nothing_else(desk: Desk) -> None:
    """F32: history hangs, orders flow, and history gives up by itself."""
    if desk.case.has_bars:
        desk.venue.faults.add(match=desk.case.history_label, stage="before_engine", action="hang", times=5)
    now = datetime.now(timezone.utc)
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(desk.gateway.query_history(
        HistoryRequest(desk.case.symbol, Exchange.GLOBAL, now - timedelta(hours=1), now, Interval.MINUTE)
    )))
    asking.start()
    orderid = desk.send("BUY", HIGH, 0.01)
    desk.wait_status(orderid, Status.ALLTRADED, seconds=0.9)
    asking.join(10)
    assert answers == [[]]
    assert desk.recorder.said("Query kline history failed")
    desk.assert_truth()
