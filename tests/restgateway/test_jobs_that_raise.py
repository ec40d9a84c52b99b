"""Whatever is raised in a job, an answer or a timer settles its order, and leaves those behind it moving."""

from collections.abc import Iterator
from logging import INFO
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from flow_desk import VENUE_IDS, Desk
from order_makers import SYMBOL, make_order, make_trade
from test_gateway_base import ListGateway, Recorder, request
from vnpy.trader.constant import Exchange, Status
from vnpy.trader.object import CancelRequest

from vnpy_restgateway import executor as writer_module
from vnpy_restgateway.executor import SerialExecutor
from vnpy_restgateway.net.outcome import NotSent, Outcome, Reply

PATIENCE: float = 5.0


class Odd(Exception):
    """One whose words cannot be had either."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def broken(*args: Any) -> None:
    raise RuntimeError("broken")


# the flow

def test_an_order_that_provably_never_left_is_rejected(desk: Desk) -> None:
    desk.broken = NotSent("request could not be built: 1e19")
    desk.submit()
    assert desk.pushes == ["SUBMITTING 0", "REJECTED 0"] and desk.said("Order rejected, not sent", "1e19")


def test_an_order_of_which_that_cannot_be_told_is_in_doubt(desk: Desk) -> None:
    desk.broken = RuntimeError("broken")
    desk.submit()
    assert desk.pushes == ["SUBMITTING 0"] and desk.said("in doubt", "broken")
    desk.wait(1)
    assert desk.queries


def test_a_listener_that_raises_keeps_nothing_from_being_sent(desk: Desk) -> None:
    push, desk.publish = desk.publish, broken             # type: ignore[method-assign, assignment]
    desk.submit()
    assert desk.sent == ["o1"] and desk.said("Failed: push", "broken")
    desk.publish = push                                # type: ignore[method-assign]
    desk.told(Status.NOTTRADED)
    assert desk.pushes == ["NOTTRADED 0"]


def test_what_is_pushed_behind_one_that_raised_goes_out(desk: Desk) -> None:
    desk.live()
    pushed: list[Any] = []

    def push(item: Any) -> None:
        pushed.append(item)
        if len(pushed) == 1:
            raise RuntimeError("broken")

    desk.flow.on_fill(make_trade("t9", 4.0, orderid=""), "unknown")
    desk.publish = push                                # type: ignore[method-assign]
    desk.flow.on_order(make_order("other", Status.PARTTRADED, 4.0), "unknown")
    assert len(pushed) == 2 and desk.said("Failed: push")


def test_fills_are_asked_for_again_after_a_question_that_raised(desk: Desk) -> None:
    desk.live()
    query, desk.query_fills = desk.query_fills, broken      # type: ignore[method-assign, assignment]
    desk.told(Status.ALLTRADED, 10.0)
    assert desk.said("Failed: query of the fills of o1")
    desk.query_fills = query                                # type: ignore[method-assign]
    desk.answer_fills = lambda orderid: desk.flow.on_fills(orderid, [make_trade("t1", 10.0)], "1")
    desk.wait(2)
    assert desk.pushes[-2:] == ["t1", "ALLTRADED 10"]


def test_a_question_for_fills_that_raises_holds_no_other_order(desk: Desk) -> None:
    desk.live()
    desk.submit("o2")
    desk.flow.table.update(make_order("o1", Status.PARTTRADED, 3.0), "1")
    desk.query_fills = broken                               # type: ignore[method-assign, assignment]
    desk.flow.on_open_orders([], desk.now + 1)
    desk.wait(1)
    assert {orderid for orderid, _ in desk.queries} == {"o1", "o2"}


def test_a_cancel_that_raises_is_asked_for_and_sent_again(desk: Desk) -> None:
    desk.live()
    desk.broken = RuntimeError("broken")
    desk.flow.cancel("o1")
    assert desk.cancels == ["o1"] and desk.said("unanswered", "broken")
    desk.broken = None
    desk.answer = lambda orderid, moment: desk.told(Status.NOTTRADED)
    desk.wait(5)
    assert desk.cancels[:2] == ["o1", "o1"]


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.NOT_SENT])
def test_an_order_of_a_nameless_venue_that_raised_before_it_went_out(desk: Desk, outcome: Outcome) -> None:
    desk.flow.go_by(VENUE_IDS)
    desk.broken = NotSent("broken") if outcome is Outcome.NOT_SENT else RuntimeError("broken")
    desk.submit()
    assert desk.pushes == ["SUBMITTING 0", "REJECTED 0"]


# own cancels (F48)

@pytest.mark.parametrize("text", ["gateway closed", "connection refused"])
def test_what_was_cancelled_and_never_left_is_cancelled(desk: Desk, text: str) -> None:
    desk.submit()
    desk.flow.cancel("o1")
    desk.flow.on_outcome("o1", Outcome.NOT_SENT, "", text)
    assert desk.pushes == ["SUBMITTING 0", "CANCELLED 0"]
    assert desk.logs == ["Order o1 cancelled before it was sent"]
    assert not desk.flow.table.active and desk.cancels == []


def test_an_order_that_waits_in_line_is_cancelled_at_once(desk: Desk) -> None:
    desk.submit()
    desk.flow.table.active["o1"].waits = True
    desk.flow.cancel("o1")
    assert desk.pushes[-1] == "CANCELLED 0" and desk.cancels == []


def test_one_that_the_venue_refused_is_rejected_whoever_cancelled_it(desk: Desk) -> None:
    desk.submit()
    desk.flow.cancel("o1")
    desk.flow.on_outcome("o1", Outcome.REFUSED, -1013, "filter")
    assert desk.pushes[-1] == "REJECTED 0"


# the writer

@pytest.fixture
def writer() -> Iterator[SerialExecutor]:
    made = SerialExecutor("test writer", broken)
    made.start()
    yield made
    made.stop(PATIENCE)


def ran(writer: SerialExecutor) -> bool:
    flag = Flag()
    writer.post(flag.set)
    return flag.wait(PATIENCE)


@pytest.mark.parametrize("way", ["post", "run_or_post", "call_later"])
def test_a_report_that_raises_does_not_end_the_thread(writer: SerialExecutor, way: str) -> None:
    def fail() -> None:
        raise Odd

    if way == "call_later":
        writer.post(writer.call_later, 0.0, "odd", fail)
    else:
        getattr(writer, way)(fail)
    assert ran(writer) and writer.alive
    assert any(thread.name == "test writer" for thread in [writer._thread] if isinstance(thread, Thread))


# the gateway

@pytest.fixture
def up() -> Iterator[tuple[ListGateway, Recorder]]:
    recorder = Recorder()
    gateway = ListGateway(recorder, "TEST")
    gateway.connect({})
    gateway.opened.get(timeout=PATIENCE)
    yield gateway, recorder
    gateway.close()


def test_an_exception_without_words_is_said(up: tuple[ListGateway, Recorder]) -> None:
    up[0].host.on_exception(Odd())
    assert up[1].said("Gateway exception", "Odd", "no words")


@pytest.mark.parametrize("error", [None, NotSent("refused")])
def test_an_answer_whose_handling_raises_is_told_once_more(
    up: tuple[ListGateway, Recorder], error: Exception | None
) -> None:
    told: list[tuple[Any, Any]] = []

    def callback(reply: Reply | None, problem: BaseException | None) -> None:
        told.append((reply, problem))
        raise RuntimeError("broken")

    reply = None if error else Reply(200, {}, b"{}", {}, False)
    up[0].host.settle(callback, reply, error)
    assert told[0] == (reply, error) and told[1][0] is None and len(told) == 2
    assert told[1][1] is error if error else "could not be handled" in str(told[1][1])


@pytest.mark.parametrize("call", ["send", "cancel", "subscribe"])
def test_nothing_is_raised_to_the_caller(up: tuple[ListGateway, Recorder], call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway, recorder = up
    monkeypatch.setattr(gateway.session, "place", broken)
    monkeypatch.setattr(gateway.session, "cancel_order", broken)
    vt_orderid = gateway.send_order(request(symbol=["not", "a", "symbol"]) if call == "subscribe" else request())
    order = recorder.order()
    assert order.vt_orderid == vt_orderid
    if call == "subscribe":
        assert order.status is Status.REJECTED
    elif call == "cancel":
        gateway.executor.post(gateway.flow.on_outcome, order.orderid, Outcome.ACCEPTED)
        gateway.cancel_order(order.create_cancel_request())
        assert ran(gateway.executor)




def test_a_timer_that_raises_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most timers set themselves anew at their end: one that failed would be the last."""
    monkeypatch.setattr(writer_module, "AGAIN", 0.01)
    told: list[Exception] = []
    made = SerialExecutor("test writer", told.append)
    made.start()
    runs: list[int] = []
    done = Flag()

    def poll() -> None:
        runs.append(1)
        if len(runs) < 4:
            raise RuntimeError("broken")
        done.set()

    made.post(made.call_later, 0.0, "poll", poll)
    assert done.wait(PATIENCE)
    assert len(told) == 3 and ran(made)
    made.stop(PATIENCE)
    assert len(runs) == 4, "a timer that went well is not run again"


def test_a_timer_that_set_itself_anew_before_it_raised_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "AGAIN", 0.01)
    made = SerialExecutor("test writer", lambda error: None)
    made.start()
    runs: list[int] = []
    done = Flag()

    def poll() -> None:
        runs.append(1)
        made.call_later(3_600.0, "poll", poll)
        raise RuntimeError("broken")

    made.post(made.call_later, 0.0, "poll", poll)
    made.post(made.call_later, 0.2, "end", done.set)
    assert done.wait(PATIENCE)
    made.stop(PATIENCE)
    assert len(runs) == 1


def test_close_tells_an_order_that_was_cancelled_in_line_from_one_that_was_not(up: tuple[ListGateway, Recorder]) -> None:
    """F48: both wait for the writer when the gateway is closed; neither has left."""
    gateway, recorder = up
    busy, go_on = Flag(), Flag()

    def hold() -> None:
        busy.set()
        go_on.wait(PATIENCE)

    gateway.executor.post(hold)
    assert busy.wait(PATIENCE)
    cancelled, kept = (gateway.send_order(request(price=price)).split(".", 1)[1] for price in (100.0, 101.0))
    gateway.cancel_order(CancelRequest(cancelled, SYMBOL, Exchange.GLOBAL))
    closing = Thread(target=gateway.close)
    closing.start()
    go_on.set()
    closing.join(PATIENCE)
    found = {order.orderid: order.status for order in (recorder.order(), recorder.order())}
    assert found == {cancelled: Status.CANCELLED, kept: Status.REJECTED} and gateway.placed.empty()
    assert recorder.said(f"Order {cancelled} cancelled before it was sent", level=INFO)
