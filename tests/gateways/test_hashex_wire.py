"""HashEx's codes, sockets and history. Every test that trades ends in the ground truth."""

import threading
from datetime import datetime, timedelta, timezone
from logging import ERROR
from time import monotonic

import pytest
from vnpy.trader.constant import Exchange, Interval, Status
from vnpy.trader.gateway import BaseGateway
from vnpy.trader.object import BarData, HistoryRequest

from mockexchange import MockExchange
from vnpy_hashex import HashExGateway, streams
from vnpy_hashex import session as session_module

from .hashex_cases import hashex, quick_hashex
from .harness import Desk
from .hashex_desk import HIGH, LOW, answer, patient, trading

# codes

def ask(desk: Desk, start: datetime, end: datetime, interval: Interval) -> list[BarData]:
    return desk.gateway.query_history(HistoryRequest("BTCUSDT_SPOT_HASHEX", Exchange.GLOBAL, start, end, interval))


@pytest.mark.parametrize("code", [1002, 1007, 1008])
def test_order_refused_for_its_timestamp_is_signed_anew_once(code: int) -> None:
    with trading() as desk:
        answer(desk, code)
        orderid = desk.send("BUY", LOW, 0.1)
        desk.wait_status(orderid, Status.NOTTRADED)
        answer(desk, code, times=2)
        again = desk.send("BUY", LOW, 0.2)
        desk.wait_status(again, Status.REJECTED)
        assert desk.recorder.said(f"Order rejected, code: {code}")
        assert len({row["order_id"] for row in desk.rows("order")}) == 1
        desk.assert_truth()


@pytest.mark.parametrize("stage", ["before_engine", "on_reply"])
def test_order_refused_for_its_nonce_is_looked_for_before_it_is_sent_again(stage: str) -> None:
    """on_reply: something on the way had sent it twice, and the first one lives."""
    with trading(client_order_id=False) as desk:
        answer(desk, 1010, stage=stage)
        orderid = desk.send("BUY", LOW, 0.1)
        desk.wait_status(orderid, Status.NOTTRADED)
        assert len({row["order_id"] for row in desk.rows("order")}) == 1
        desk.cancel(orderid)
        desk.wait_status(orderid, Status.CANCELLED)
        desk.assert_truth()


def test_clock_that_runs_away_is_measured_again() -> None:
    """F20: orders and cancels go on, each order is at the venue once."""
    with trading() as desk:
        resting = desk.send("BUY", LOW, 0.1)
        desk.wait_status(resting, Status.NOTTRADED)
        desk.venue.clock(60_000)
        desk.cancel(resting)
        orderid = desk.send("BUY", HIGH, 0.01)
        desk.wait_status(orderid, Status.ALLTRADED)
        desk.wait_status(resting, Status.CANCELLED)
        assert len({row["order_id"] for row in desk.rows("order")}) == 2
        desk.assert_truth()


@pytest.mark.parametrize("code, words", [
    (1001, "check Secret Key"), (1005, "check Access Key and Secret Key"), (1011, "check Access Key"), (1012, "key's list"),
    (1003, "REST Host"), (1009, "REST Host"),
])
def test_a_refused_key_is_one_line_that_says_what_to_fix(code: int, words: str) -> None:
    with trading() as desk:
        answer(desk, code, match="* /spot/v1/u/*", times=50)
        desk.gateway.query_account()
        desk.recorder.wait(lambda: desk.recorder.said("Authentication failed"), "the line")
        first, second = desk.send("BUY", LOW, 0.1), desk.send("BUY", LOW, 0.1)
        desk.wait_status(first, Status.REJECTED)
        desk.wait_status(second, Status.REJECTED)
        desk.subscribe()
        desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
        assert len(desk.recorder.said("Authentication failed", ERROR)) == 1
        assert words in desk.recorder.said("Authentication failed")[0]
        assert sum(fault["bitten"] for fault in desk.venue.faults.list()) <= 5, "no storm"


def test_refusals_of_a_query_are_no_news_of_an_order() -> None:
    """-1 of detail or list says nothing: the order lives on."""
    with trading() as desk:
        orderid = desk.send("BUY", LOW, 0.1)
        desk.wait_status(orderid, Status.NOTTRADED)
        answer(desk, -1, match="GET /spot/v1/u/trade/order/*", times=6)
        desk.gateway.executor.post(desk.gateway.flow.mark_in_doubt, orderid, "a test")
        deadline = monotonic() + 20
        while sum(fault["bitten"] for fault in desk.venue.faults.list()) < 6 and monotonic() < deadline:
            with desk.recorder.condition:
                desk.recorder.condition.wait(0.05)
        assert desk.order(orderid).status is Status.NOTTRADED
        desk.cancel(orderid)
        desk.wait_status(orderid, Status.CANCELLED)
        desk.assert_truth()


def test_a_list_the_venue_refuses_keeps_nothing_else_back() -> None:
    """Own trades of all orders cannot be had: those of each order can."""
    case = hashex("hashex", patient)
    with case.open_venue() as venue:
        venue.faults.add(
            match="GET /spot/v1/u/trade/order/deal", stage="before_engine", action="status", status=200,
            body='{"code":-1,"msg":"orderId is required"}', times=1,
        )
        desk = Desk(case, venue)
        try:
            desk.ready()
            orderid = desk.send("BUY", HIGH, 0.01)
            desk.wait_status(orderid, Status.ALLTRADED)
            desk.assert_truth()
        finally:
            desk.close()


# sockets

def test_the_heart_beats_and_a_token_is_taken_for_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Semaphore(0)

    class Counting(streams.UserSocket):
        def on_text(self, word: bytes) -> None:
            super().on_text(word)
            if word == b"pong":
                answered.release()

    monkeypatch.setattr(streams, "HEARTBEAT", 0.1)
    monkeypatch.setattr(session_module, "UserSocket", Counting)
    with trading() as desk:
        desk.subscribe()
        desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
        desk.venue.set_options(heartbeat_ms=1_500)
        assert answered.acquire(timeout=5)
        for _ in range(40):         # for longer than the venue would stand silence
            assert answered.acquire(timeout=5)
        assert not desk.recorder.said("disconnected")
        connected = len(desk.recorder.said("User data stream subscribed"))
        desk.venue.restart()
        desk.recorder.wait(lambda: len(desk.recorder.said("User data stream subscribed")) > connected, "a new token", 20)
        orderid = desk.send("BUY", HIGH, 0.01)
        desk.wait_status(orderid, Status.ALLTRADED)
        desk.assert_truth()


def test_a_refused_token_is_followed_by_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "TOKEN_PAUSE", 0.05)
    case = hashex("hashex", token_ms=0)
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.connect()
            desk.recorder.wait(lambda: desk.recorder.said("User data stream refused (invalid_ws_token)"), "the refusal")
            orderid = desk.send("BUY", HIGH, 0.01)
            desk.wait_status(orderid, Status.ALLTRADED)
            venue.set_options(token_ms=60_000)
            desk.recorder.wait(lambda: desk.recorder.said("User data stream subscribed"), "a token that is taken", 20)
            desk.assert_truth()
        finally:
            desk.close()


def test_orders_without_a_user_socket_are_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing depends on pushes alone."""
    monkeypatch.setattr(streams, "TOKEN_PAUSE", 60.0)
    case = hashex("hashex", token_ms=0, client_order_id=False)
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        desk.gateway.timings.poll_interval = 0.2
        try:
            desk.connect()
            desk.recorder.wait(lambda: desk.recorder.said("Order data received"), "orders")
            resting = desk.send("BUY", 39_000.0, 0.1)
            desk.wait_status(resting, Status.NOTTRADED)
            venue.set_price("BTCUSDT", "38900")
            desk.wait_status(resting, Status.ALLTRADED)
            lost = desk.send("BUY", LOW, 0.1)
            desk.wait_status(lost, Status.NOTTRADED)
            desk.cancel(lost)
            desk.wait_status(lost, Status.CANCELLED)
            desk.assert_truth()
        finally:
            desk.close()


def test_a_silent_book_is_polled_and_its_socket_given_up() -> None:
    def impatient(gateway: BaseGateway) -> None:
        quick_hashex(gateway)
        assert isinstance(gateway, HashExGateway)
        gateway.timings.silence, gateway.timings.poll_ticks, gateway.timings.give_up = 0.3, 0.2, 2.5

    case = hashex("hashex", impatient)
    with MockExchange("hashex", seed=7) as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            dropped = venue.faults.add(match="PUSH BTC_USDT@*", stage="on_push", action="drop", times=0)["id"]
            desk.subscribe()
            desk.recorder.wait(lambda: next(f["bitten"] for f in venue.faults.list() if f["id"] == dropped), "the fault strikes", 15)
            desk.recorder.wait(lambda: desk.recorder.said("is silent, connecting again"), "given up", 15)
            desk.recorder.wait(lambda: len(desk.recorder.said("MD API connected of BTC_USDT")) > 1, "connected again", 15)
        finally:
            desk.close()


# history

@pytest.mark.parametrize("interval, span", [
    (Interval.MINUTE, timedelta(hours=30)), (Interval.HOUR, timedelta(days=5)), (Interval.DAILY, timedelta(days=20)),
    (Interval.WEEKLY, timedelta(weeks=6)),
])
def test_history(interval: Interval, span: timedelta) -> None:
    with trading() as desk:
        end = datetime.now(timezone.utc)
        # the venue makes up its past when it is first asked for it, and answers nobody meanwhile
        bars = next((found for _ in range(10) if (found := ask(desk, end - span, end, interval))), [])
        assert bars, [log.msg for log in desk.recorder.logs[-3:]]
        moments = [bar.datetime for bar in bars]
        assert moments == sorted(set(moments)) and moments[0] >= end - span
        step = {Interval.MINUTE: 60, Interval.HOUR: 3_600, Interval.DAILY: 86_400, Interval.WEEKLY: 604_800}[interval]
        assert all((b - a).total_seconds() == step for a, b in zip(moments, moments[1:], strict=False))
        assert moments[-1] + timedelta(seconds=step) <= datetime.now(timezone.utc)
        assert all(bar.low_price <= bar.open_price <= bar.high_price for bar in bars)
