"""Two processes and the connection between them: spec 6, 8.3, FAULTS F60. Time-outs are shortened."""

import http.client
from typing import Any

import pytest
from webtrader_client import NOON, VT_SYMBOL, Rest, Stream, meanwhile, stream
from waiting import until

from mockexchange import MockExchange

QUICK: dict[str, Any] = {"rpc_timeout_ms": 300}
SHORT = pytest.mark.parametrize("options", [QUICK], indirect=True)
READS: tuple[str, ...] = ("contract", "account", "position", "order", "trade", "tick")


def statuses(venue: MockExchange) -> list[str]:
    return [row["status"] for row in venue.journal() if row["kind"] == "order"]


def rest_is_dead(rest: Rest) -> bool:
    """Everything that needs the trading process is 500 at once, and what does not is 200."""
    assert all(rest.call("GET", path).status == 200 for path in ("/", "/openapi.json")) and rest.ask_token().status == 200
    answers = [rest.call("GET", f"/{name}") for name in READS]
    answers += [rest.send(), rest.cancel("MOCKBINANCE.v-1"), rest.subscribe()]
    return all(answer.is_bare_500 for answer in answers)


# -- one call at a time

@pytest.mark.parametrize("options", [{"order_ms": 1_000, "rpc_ms": 500}], indirect=True)
@pytest.mark.parametrize("clock", [f"manual={NOON}"])
def test_one_call_at_a_time_for_everybody(venue: MockExchange, rest: Rest) -> None:
    """Each call waits for those before it (spec 6.1): an order is two calls, 500 and 1,000 ms; the schema needs none."""
    with meanwhile() as begin:
        calls = [begin(rest.send)]
        passed = 0
        while not calls[0].done() or passed < 3_000:
            venue.advance(100)
            passed += 100
            assert rest.call("GET", "/openapi.json").status == 200
            assert passed < 10_000
        assert calls[0].result().status == 200 and statuses(venue) == ["NEW"]
        two = [begin(rest.call, "GET", "/account") for _ in range(2)]
        while not all(call.done() for call in two):
            venue.advance(100)
        assert [call.result().status for call in two] == [200, 200]


@SHORT
def test_who_waits_behind_a_time_out_fails_with_it(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(trading="hung")
    with meanwhile() as begin:
        answers = [begin(rest.call, "GET", "/account") for _ in range(4)]
        assert all(answer.result().is_bare_500 for answer in answers)
    assert rest_is_dead(rest)


def test_answered_first_is_the_order_that_was_struck(venue: MockExchange, rest: Rest) -> None:
    """Not one that waits for the trading process with it, before it or behind."""
    venue.set_options(trading="hung")
    late = {"ms": 60_000, "ack": True}
    with meanwhile() as begin:
        calls = []
        for volume, fields in ((0.01, {"ms": 1}), (0.02, late), (0.03, {"ms": 1})):
            venue.faults.add(match="POST /order", stage="before_engine", action="delay", times=1, **fields)
            calls.append(begin(rest.send, volume=volume))
            until(lambda: not venue.faults.never_bitten())
        assert rest.call("GET", "/openapi.json").status == 200          # all are at the trading process by now
        venue.set_options(trading="up")
        assert [call.result().status for call in calls] == [200, 200, 200]
    assert [(row["status"], float(row["qty"])) for row in venue.journal() if row["kind"] == "order"] == [("NEW", 0.01), ("NEW", 0.03)]
    assert {row["volume"]: row["status"] for row in rest.rows("order")} == {0.01: "未成交", 0.02: "未成交", 0.03: "未成交"}
    assert venue.run(lambda venue: venue.faults.promised) == 1


# -- 500 to an order

@SHORT
@pytest.mark.parametrize(("fate", "executed"), [("executed", True), ("dropped", False)])
def test_500_after_the_time_out(venue: MockExchange, rest: Rest, ws: Stream, fate: str, executed: bool) -> None:
    """REST is dead from then on; pushes flow. A new web process heals it (spec 6.2, 6.3)."""
    resting = rest.order()
    venue.set_options(order_500=fate)
    assert rest.send(reference="ref-2").is_bare_500
    assert ("ref-2" in {row["reference"] for row in ws.data("eOrder.")}) is executed
    assert statuses(venue) == ["NEW", "NEW"][:1 + executed]
    assert rest_is_dead(rest) and venue.state()["options"]["rpc"] == "broken"
    before = len(ws.frames)
    venue.set_price("BTCUSDT", "29000")
    assert ws.reaches(resting, "全部成交") and len(ws.frames) > before
    venue.set_options(order_500="never", web="kill")
    venue.set_options(web="up")
    assert venue.state()["options"]["rpc"] == "up"
    assert len(rest.rows("order")) == 1 + executed and rest.order()


@pytest.mark.parametrize("clock", [f"manual={NOON}"])
@pytest.mark.parametrize("options", [{"order_500": "later"}], indirect=True)
def test_f60_executed_half_a_minute_after_the_500(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """The default times: 500 after 30 s, the order 30 s later, and every call between and after is 500."""
    with meanwhile() as begin:
        answer = begin(rest.send)
        seconds = 0
        while venue.state()["options"]["rpc"] != "broken":
            venue.advance(1_000)
            seconds += 1
            assert seconds < 6_000
        assert answer.result().is_bare_500 and not statuses(venue) and seconds >= 30
    venue.advance(25_000)
    assert not statuses(venue) and rest.call("GET", "/account").is_bare_500
    venue.advance(35_000)
    assert [row["reference"] for row in ws.wait("eOrder.", 2)] == ["ref-1", "ref-1"] and statuses(venue) == ["NEW"]
    assert rest.call("GET", "/order").is_bare_500


@SHORT
@pytest.mark.parametrize(("fate", "executed"), [("raised", False), ("raised_executed", True)])
def test_the_remote_gateway_raised(venue: MockExchange, rest: Rest, fate: str, executed: bool) -> None:
    """The same 500 at once, either way, and nothing is broken (spec 6.3)."""
    venue.set_options(order_500=fate)
    assert rest.send().is_bare_500
    assert len(rest.rows("order")) == executed and len(statuses(venue)) == executed


@SHORT
def test_an_order_that_takes_longer_than_the_time_out(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    venue.set_options(order_ms=600)
    assert rest.send().is_bare_500 and not statuses(venue)
    assert ws.wait("eOrder.", 2) and statuses(venue) == ["NEW"]


@SHORT
def test_a_repaired_launcher(venue: MockExchange, rest: Rest) -> None:
    """A time-out breaks nothing (spec 2.2)."""
    venue.set_options(rpc_heals=True, order_500="executed")
    assert rest.send().is_bare_500
    assert len(rest.rows("order")) == 1


def test_rest_that_is_dead_from_now_on(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    vt_orderid = rest.order(39_000)
    venue.set_options(rpc="broken")
    assert rest_is_dead(rest)
    venue.set_price("BTCUSDT", "38900")
    assert ws.reaches(vt_orderid, "全部成交")
    venue.restart()
    rest.login()
    assert rest.call("GET", "/account").is_bare_500         # it was chosen, and stays
    venue.set_options(rpc="up")
    assert rest.rows("account")


# -- the trading process

def test_a_trading_process_that_hangs(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """Calls wait and are done when it goes on; pushes come then (spec 6.2)."""
    resting = rest.order(39_000)
    ws.wait("eAccount.")
    before = len(ws.frames)
    venue.set_options(trading="hung")
    venue.set_price("BTCUSDT", "38900")
    with meanwhile() as begin:
        answer = begin(rest.send, reference="late")
        assert ws.is_quiet() and rest.call("GET", "/openapi.json").status == 200
        assert len(ws.frames) == before and not answer.done()
        venue.set_options(trading="up")
        assert answer.result().status == 200
    assert ws.reaches(resting, "全部成交") and rest.row(resting)["status"] == "全部成交"


@SHORT
def test_an_order_stuck_in_a_process_that_hangs(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """Executed after the 500, whenever it goes on; the first list that a new web process gets has it (spec 8.1)."""
    venue.set_options(rpc_ms=1)
    venue.set_options(trading="hung")
    assert rest.send().is_bare_500
    venue.set_options(web="kill")
    venue.set_options(web="up")
    with meanwhile() as begin:
        listed = begin(rest.rows, "order")
        venue.set_options(trading="up")
        assert len(listed.result()) == 0                # the 500 came from its first call: the order was never sent
    venue.set_options(order_500="later", late_ms=0)
    assert rest.send(reference="stuck").is_bare_500
    assert until(lambda: statuses(venue)) == ["NEW"]


@pytest.mark.parametrize("numbers", ["unique", "reused"])
def test_a_restart_of_the_trading_process(venue: MockExchange, rest: Rest, ws: Stream, numbers: str) -> None:
    """Lists are empty, subscriptions gone, the socket is open; ids may come again (spec 8.2, 8.3)."""
    old = rest.order(39_000, reference="old")
    rest.order(50_000)
    rest.subscribe()
    ws.wait("eTick.")
    venue.set_options(order_numbers=numbers, reported="nothing", reconnect_ms=60_000)
    venue.set_options(trading="down")
    venue.set_price("BTCUSDT", "38900")
    venue.set_options(trading="up")
    assert [rest.rows(name) for name in READS] == [[]] * len(READS)
    assert rest.send().status == 404 and rest.subscribe().status == 404 and rest.cancel(old).status == 404
    venue.set_options(reconnect_ms=0, trading="down")
    venue.set_options(trading="up")
    assert rest.rows("contract") and rest.rows("account") and not rest.rows("order") and not rest.rows("trade")
    before = len(ws.data("eTick."))
    venue.set_price("BTCUSDT", "38800")
    new = rest.order(30_000, 0.02, reference="new")
    assert (new == old) is (numbers == "reused")
    until(lambda: "new" in [row["reference"] for row in ws.orders(new)])
    assert ws.closed is None and len(ws.data("eTick.")) == before and rest.rows("tick") == []
    assert statuses(venue).count("FILLED") == 2         # the exchange has gone on meanwhile


@pytest.mark.parametrize(("reported", "orders", "trades"), [("today", 2, 1), ("open", 1, 0), ("nothing", 0, 0)])
def test_what_a_gateway_reports_when_it_connects(
    venue: MockExchange, rest: Rest, ws: Stream, reported: str, orders: int, trades: int,
) -> None:
    mine = {rest.order(), rest.order(50_000)}
    until(lambda: len(ws.frames) == 8)
    venue.set_options(trading="down", reported=reported)
    before = len(ws.frames)
    venue.set_options(trading="up")
    assert len(rest.rows("order")) == orders and len(rest.rows("trade")) == trades
    assert {row["vt_orderid"] for row in rest.rows("order")} <= mine
    until(lambda: "eAccount." in ws.topics()[before:])
    assert (ws.topics()[before:].count("eOrder."), ws.topics()[before:].count("eTrade.")) == (orders, trades)
    with stream(venue.stream, rest.token) as other:
        assert not other.frames


def test_an_order_that_was_not_reported_shows_when_it_moves(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """As an order of somebody else's: under its id, without reference."""
    old = rest.order(39_000)
    venue.set_options(trading="down", reported="nothing")
    venue.set_options(trading="up")
    assert rest.rows("order") == []
    venue.set_price("BTCUSDT", "38900")
    assert ws.reaches(old, "全部成交")
    assert (rest.row(old)["traded"], rest.row(old)["reference"], len(rest.rows("trade"))) == (0.01, "", 1)


def test_an_order_waits_for_the_next_trading_process(venue: MockExchange, rest: Rest) -> None:
    """Asked while it was down, answered by the new one (spec 6.2)."""
    venue.set_options(trading="down")
    with meanwhile() as begin:
        listed = begin(rest.rows, "contract")
        assert rest.call("GET", "/openapi.json").status == 200 and not listed.done()
        venue.set_options(trading="up")
        assert len(listed.result()) == 4
    assert rest.order()


def test_the_event_engine_lags(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """POST 200, then DELETE 404 and an empty list for a while, and no push (spec 3.5)."""
    venue.set_options(event_ms=1_000)
    vt_orderid = rest.order()
    answer = rest.cancel(vt_orderid)
    assert (answer.status, answer.json) == (404, {"detail": f"找不到委托{vt_orderid}"})
    assert rest.rows("order") == [] and not ws.frames and statuses(venue) == ["NEW"]
    assert [row["status"] for row in ws.wait("eOrder.", 2)] == ["提交中", "未成交"]
    assert rest.cancel(vt_orderid).status == 200 and rest.subscribe(VT_SYMBOL).status == 200


def test_the_end_of_the_web_process_cuts_who_waits(venue: MockExchange, rest: Rest) -> None:
    """The trading process carries out what it was asked all the same."""
    venue.set_options(order_ms=500)
    with meanwhile() as begin:
        answer = begin(rest.send)
        until(lambda: venue.run(lambda one: one.options.on_change.__self__.trading._running is not None))
        venue.set_options(web="kill")
        venue.set_options(web="up")
        with pytest.raises((OSError, EOFError, http.client.HTTPException)):
            answer.result()
    assert until(lambda: statuses(venue)) == ["NEW"]
    assert len(rest.rows("order")) == 1
