"""What the venue changes while we are connected: rules, amended orders, routes. On each gateway and dialect."""

from typing import Any

import pytest
from vnpy.trader.constant import Status

import vnpy_hashex.orders
import vnpy_mockbinance.orders
from mockexchange import MockExchange
from mockexchange.core.commands import FeedTrade
from mockexchange.core.numbers import parse_amount
from vnpy_hashex.parse import guess_listing

from .conftest import ALL_CASES
from .hashex_cases import hashex
from .harness import Case, Desk
from .hashex_desk import trading

LOW, HIGH = 30_000.0, 50_000.0
TELLS_RULES = [case for case in ALL_CASES if case.name != "qte"]


def bitten(desk: Desk, ids: list[int]) -> int:
    return sum(fault["bitten"] for fault in desk.venue.faults.list() if fault["id"] in ids)


def arm(desk: Desk, match: str, stage: str, action: str, **more: Any) -> int:
    return desk.venue.faults.add(match=match, stage=stage, action=action, **more)["id"]


def contract_of(desk: Desk) -> Any:
    return desk.recorder.contracts[desk.case.symbol]


def hurried(quick: Any) -> Any:
    """Looks at the rules three times a second."""
    def hurry(gateway: Any) -> None:
        quick(gateway)
        gateway.timings.rules_interval = 0.3

    return hurry


# rules (F43)

@pytest.mark.parametrize("case", TELLS_RULES, ids=lambda case: case.name)
def test_rules_that_change_are_seen_without_a_refusal(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow schedule."""
    monkeypatch.setattr(case, "quick", hurried(case.quick))
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            venue.set_rules("BTCUSDT", tick_size="0.1", step_size="0.001", min_quantity="0.001")
            desk.recorder.wait(lambda: contract_of(desk).pricetick == 0.1 and contract_of(desk).min_volume == 0.001, "the contract")
            assert not desk.recorder.said("Order rejected")
            orderid = desk.send("BUY", 30_000.19, 0.10099)
            order = desk.wait_status(orderid, Status.NOTTRADED)
            assert (order.price, order.volume) == (30_000.1, 0.1)
            # and finer again
            venue.set_rules("BTCUSDT", tick_size="0.01", step_size="0.00001", min_quantity="0.00001")
            desk.recorder.wait(lambda: contract_of(desk).pricetick == 0.01, "the contract")
            pushed = len([item for item in desk.recorder.logs if "changed at the venue" in item.msg])
            desk.recorder.pass_time(1.0)        # several looks that find nothing new
            assert pushed == len(desk.recorder.said("changed at the venue")) == 2
            desk.assert_truth()
        finally:
            desk.close()


@pytest.mark.parametrize("case", TELLS_RULES, ids=lambda case: case.name)
def test_a_symbol_that_is_listed_while_we_are_connected(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case, "quick", hurried(case.quick))
    with case.open_venue() as venue:
        venue.remove_symbol("ETHUSDT")
        desk = Desk(case, venue)
        try:
            desk.ready()
            name = case.symbol.replace("BTC", "ETH")
            assert name not in desk.recorder.contracts
            venue.add_symbol("ETHUSDT")
            desk.recorder.wait(lambda: name in desk.recorder.contracts, "the contract")
            orderid = desk.send("BUY", 2_000.0, 0.1, symbol=name)
            desk.wait_status(orderid, Status.NOTTRADED)
        finally:
            desk.close()


@pytest.mark.parametrize("rules", [{"min_notional": "100"}, {"status": "BREAK"}, {"max_quantity": "0.05"}])
def test_notional_status_and_maximum(rules: dict[str, str]) -> None:
    """Binance tells them; a refusal makes it ask again."""
    case = ALL_CASES[0]
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            before = contract_of(desk)
            venue.set_rules("BTCUSDT", **rules)
            volume = 0.001 if "min_notional" in rules else 0.1
            refused = desk.send("BUY", LOW, volume)
            desk.wait_status(refused, Status.REJECTED)
            desk.recorder.wait(lambda: contract_of(desk) is not before, "the contract")
            if "status" in rules:
                assert contract_of(desk).extra["status"] == "BREAK"
                venue.set_rules("BTCUSDT", status="TRADING")
                orderid = desk.send("BUY", LOW, 0.1)
                desk.wait_status(orderid, Status.NOTTRADED)
                return
            desk.recorder.logs.clear()
            second = desk.send("BUY", LOW, volume)
            desk.wait_status(second, Status.REJECTED)
            assert desk.recorder.said("Order rejected, not sent: "), "known now, so refused here"
            assert len([row for row in desk.rows("command") if row.get("refused")]) == 1
        finally:
            desk.close()


def test_refusals_do_not_make_it_ask_without_end() -> None:
    case = ALL_CASES[0]
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            asked = arm(desk, "GET /api/v3/exchangeInfo", "on_reply", "delay", ms=1, times=0)
            for _ in range(20):
                desk.send("BUY", 1_000_000.0, 0.1)          # beyond the percent filter, which is no rule of ours
            desk.recorder.wait(lambda: len(desk.recorder.said("Order rejected, code: -1013")) == 20, "refusals")
            desk.recorder.wait(lambda: bitten(desk, [asked]), "the question")
            assert bitten(desk, [asked]) <= 2
        finally:
            desk.close()


def test_an_order_of_hashex_that_is_refused_later() -> None:
    with trading(refusals="later") as desk:
        desk.venue.set_rules("BTCUSDT", step_size="0.001", min_quantity="0.001")
        refused = desk.send("BUY", LOW, 0.10001)
        desk.wait_status(refused, Status.REJECTED, seconds=20)
        desk.recorder.wait(lambda: contract_of(desk).min_volume == 0.001, "the contract")


def test_guessed_rules_of_hashex_only_become_finer() -> None:
    """Without symbol/configs ticks are guessed from the numbers shown, which say less on some days than on others."""
    case = hashex("hashex", symbol_configs=False)
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            gateway = desk.gateway
            vt_symbol = contract_of(desk).vt_symbol
            tick, step = gateway.contracts[vt_symbol].rules.steps
            row = {"s": "BTC_USDT", "c": "40000", "o": "40000", "h": "40000", "l": "40000", "a": "5"}
            gateway.executor.post(gateway.session.on_query_contract, guess_listing, [row], 0.0)
            finer = {**row, "c": "40000.0001"}
            gateway.executor.post(gateway.session.on_query_contract, guess_listing, [finer], 0.0)
            desk.recorder.wait(lambda: gateway.contracts[vt_symbol].rules.steps[0] < tick, "the finer tick")
            assert len(desk.recorder.said("changed at the venue")) == 1
            assert step
        finally:
            desk.close()


# amended elsewhere (F44)

def test_an_amended_order_gets_another_client_order_id_at_binance() -> None:
    """Known by the venue's id from then on: shown, filled and cancelled under ours."""
    case = ALL_CASES[0]
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            for lost in (False, True):
                orderid = desk.send("BUY", LOW, 0.1)
                desk.wait_status(orderid, Status.NOTTRADED)
                if lost:
                    arm(desk, "PUSH user executionReport", "on_push", "drop")
                order_id = next(row for row in reversed(venue.journal()) if row["kind"] == "order")["order_id"]
                venue.amend("0.06", order_id=order_id, new_client_order_id=f"other{lost}")
                if lost:
                    desk.gateway.executor.post(desk.gateway.session.orders.query_order, desk.gateway.flow.table.active[orderid])
                desk.recorder.wait(lambda orderid=orderid: desk.order(orderid).volume == 0.06, "the volume")
                assert not desk.recorder.said("gone from the venue")
                for _ in range(5):          # asked by the venue's id, answered with another client order id
                    desk.gateway.executor.post(desk.gateway.flow.mark_in_doubt, orderid, "test")
                    desk.recorder.pass_time(0.3)
                assert desk.order(orderid).status is Status.NOTTRADED
                desk.cancel(orderid)
                order = desk.wait_status(orderid, Status.CANCELLED)
                assert (order.volume, order.traded) == (0.06, 0.0)
            assert not [orderid for orderid in desk.recorder.orders if orderid.startswith("other")]
            desk.assert_truth()
        finally:
            desk.close()


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.name)
def test_amended_when_partly_filled(case: Case) -> None:
    """No fill is lost or doubled; the order is done when what is left of it is filled."""
    with MockExchange(case.dialect, seed=7, options=dict(case.options), feed="none") as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            orderid = desk.send("BUY", 39_000.0, 0.1)
            desk.wait_status(orderid, Status.NOTTRADED)

            def hit(inner: Any, lots: int) -> None:
                inner.apply(FeedTrade("BTCUSDT", "SELL", parse_amount("0.01") * lots, parse_amount("39000")))

            venue.run(lambda inner: hit(inner, 3))
            desk.recorder.wait(lambda: desk.order(orderid).traded == 0.03, "the fill", 20)
            venue.amend("0.05", order_id=next(row for row in venue.journal() if row["kind"] == "order")["order_id"])
            desk.recorder.wait(lambda: desk.order(orderid).volume == 0.05, "the volume", 20)
            assert desk.order(orderid).status is Status.PARTTRADED and desk.order(orderid).traded == 0.03
            venue.run(lambda inner: hit(inner, 5))
            order = desk.wait_status(orderid, Status.ALLTRADED, seconds=30)
            assert (order.volume, order.traded) == (0.05, 0.05)
            desk.assert_truth(30)
        finally:
            desk.close()


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.name)
def test_amended_down_and_up(case: Case) -> None:
    """Less, then more than at first, where the venue allows it."""
    with MockExchange(case.dialect, seed=7, options=dict(case.options)) as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            orderid = desk.send("BUY", LOW, 0.1)
            desk.wait_status(orderid, Status.NOTTRADED)
            order_id = next(row for row in venue.journal() if row["kind"] == "order")["order_id"]
            venue.amend("0.02", order_id=order_id)
            venue.amend("0.5", order_id=order_id)
            desk.recorder.wait(lambda: desk.order(orderid).volume == 0.5, "the larger volume", 30)
            desk.cancel(orderid)
            desk.wait_status(orderid, Status.CANCELLED, seconds=30)
            desk.assert_truth(30)
        finally:
            desk.close()


# an own cancel while an order waits to be sent again (F48)

@pytest.mark.parametrize("case", [case for case in ALL_CASES if case.name in ("binance", "hashex")], ids=lambda case: case.name)
def test_cancelled_while_the_clock_is_measured(case: Case) -> None:
    """Refused for its timestamp, the order waits for a new measurement: nothing of it is at the venue."""
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            clock = "GET /api/v3/time" if case.name == "binance" else "GET /spot/v1/p/time"
            slow = arm(desk, clock, "before_engine", "delay", ms=800, times=0)
            body = '{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}' if case.name == "binance" else (
                '{"code":1008,"msg":"signature timestamp expired"}'
            )
            arm(desk, case.order_label, "before_engine", "status", status=400 if case.name == "binance" else 200, body=body)
            orderid = desk.send("BUY", LOW, 0.1)
            desk.recorder.wait(lambda: desk.recorder.said("refused for its timestamp"), "the refusal")
            desk.cancel(orderid)
            desk.wait_status(orderid, Status.CANCELLED, seconds=2)
            desk.recorder.wait(lambda: bitten(desk, [slow]) >= 3, "the clock", 20)
            desk.recorder.pass_time(1.5)        # measured: an order that was not taken back would go out now
            assert not desk.rows("order")
            assert desk.recorder.said(f"Order {orderid} cancelled before it was sent")
            desk.assert_truth()
        finally:
            desk.close()


@pytest.mark.parametrize("case", [case for case in ALL_CASES if case.name in ("binance", "hashex")], ids=lambda case: case.name)
def test_a_clock_that_cannot_be_had_does_not_keep_an_order_for_ever(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (vnpy_mockbinance.orders, vnpy_hashex.orders):
        monkeypatch.setattr(module, "RESEND_WITHIN", 1.0)
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            clock = "GET /api/v3/time" if case.name == "binance" else "GET /spot/v1/p/time"
            arm(desk, clock, "before_engine", "status", status=500, times=0)
            body = '{"code":-1021,"msg":"Timestamp"}' if case.name == "binance" else '{"code":1008,"msg":"Timestamp"}'
            arm(desk, case.order_label, "before_engine", "status", status=400 if case.name == "binance" else 200, body=body)
            orderid = desk.send("BUY", LOW, 0.1)
            desk.wait_status(orderid, Status.REJECTED, seconds=10)
            venue.faults.clear()
            desk.recorder.pass_time(2.0)
            assert not desk.rows("order"), "sent again when nobody waited for it any more"
        finally:
            desk.close()


# routes (F67)

def test_a_cancel_goes_the_other_way_when_its_route_is_retired() -> None:
    case = ALL_CASES[0]
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            gone = '{"code":-1020,"msg":"This operation is not supported."}'
            for label in ("WS order.cancel", "DELETE /api/v3/order"):
                venue.faults.clear()
                struck = arm(desk, label, "before_engine", "status", status=404, body=gone, times=0)
                orderid = desk.send("BUY", LOW, 0.1)
                desk.wait_status(orderid, Status.NOTTRADED)
                if label.startswith("DELETE"):
                    desk.gateway.session.rest.routes.gone("WS order.cancel", 404)
                    desk.gateway.session.rest.routes._gone.pop("DELETE /api/v3/order", None)
                desk.cancel(orderid)
                if label.startswith("WS"):
                    desk.wait_status(orderid, Status.CANCELLED, seconds=20)
                    assert bitten(desk, [struck]) == 1
                    assert desk.recorder.said("The venue has retired WS order.cancel (status 404): going on with DELETE /api/v3/order")
        finally:
            desk.close()


def test_an_order_in_doubt_is_asked_for_over_the_other_way() -> None:
    case = ALL_CASES[0]
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            gone = arm(desk, "GET /api/v3/order", "before_engine", "status", status=410, body="<html>", times=0)
            for listing in ("GET /api/v3/openOrders", "GET /api/v3/allOrders"):
                # on a slow machine the first look at the account's day may tell of the order before it is asked for
                arm(desk, listing, "before_engine", "status", status=200, body="[]", times=0)
            arm(desk, "PUSH user executionReport", "on_push", "drop")
            arm(desk, "WS order.place", "on_reply", "hang")
            orderid = desk.send("BUY", LOW, 0.1)
            desk.wait_status(orderid, Status.NOTTRADED, seconds=20)
            assert bitten(desk, [gone]) >= 1
            assert len(desk.recorder.said("The venue has retired GET /api/v3/order (status 410)")) == 1
        finally:
            desk.close()


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("what", ["account", "open_orders"])
def test_a_query_whose_route_is_retired_is_named_once(case: Case, what: str) -> None:
    with case.open_venue() as venue:
        desk = Desk(case, venue)
        try:
            desk.ready()
            label = getattr(case.wire, what) if case.name != "hashex" and not case.name.startswith("hashex") else {
                "account": "GET /spot/v1/u/balance/spot", "open_orders": "GET /spot/v1/u/trade/order/list"
            }[what]
            gone = arm(desk, label, "before_engine", "status", status=404, body="<html>gone</html>", times=0)
            path = label.split()[1]
            for _ in range(3):
                desk.gateway.query_account()
                session = desk.gateway.session
                desk.gateway.executor.post(session.poll_orders if hasattr(session, "poll_orders") else session.account.reconcile)
                desk.recorder.pass_time(0.3)
            desk.recorder.wait(lambda: desk.recorder.said(f"has retired GET {path}"), "the line", 20)
            assert bitten(desk, [gone]) and len(desk.recorder.said(f"has retired GET {path}")) == 1
            venue.faults.clear()
            desk.recorder.wait(lambda: desk.recorder.said(f"GET {path} answers again"), "the answer", 40)
            desk.send("BUY", HIGH, 0.01)
            desk.assert_truth(30)
        finally:
            desk.close()
