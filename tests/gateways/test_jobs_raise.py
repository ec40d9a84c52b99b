"""
Point by point: an exception in every job that sends an order, reads its answer or asks for it. The order is settled,
those behind it go out at once, and everything agrees with the venue in the end.

``LONG=1 pytest tests/gateways/test_jobs_raise.py`` is the long form: every job raises once, and twice in a row. In the
short form every job raises, one after the other once or twice.
"""

import os
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from vnpy.trader.constant import Direction, OrderType, Status

import vnpy_hashex.pages
import vnpy_hashex.rest
import vnpy_hashex.streams
import vnpy_hashex.orders
import vnpy_mockbinance.account
import vnpy_mockbinance.calls
import vnpy_mockbinance.parse
import vnpy_mockbinance.qte.balance_evidence
import vnpy_mockbinance.qte.rest
import vnpy_mockbinance.qte.session
import vnpy_mockbinance.qte.orders
import vnpy_mockbinance.rest
import vnpy_mockbinance.streams
import vnpy_mockbinance.orders
import vnpy_restgateway.crypto_balances
import vnpy_restgateway.host
import vnpy_restgateway.net.rest
import vnpy_restgateway.orders.flow
import vnpy_restgateway.polled.derived_fills
import vnpy_restgateway.orders.table
import vnpy_restgateway.orders.venue_ids
from vnpy_hashex import HashExGateway

from .conftest import ALL_CASES
from .hashex_cases import quick_hashex
from .harness import Case, Desk
from .hashex_desk import trading

LONG: bool = bool(os.environ.get("LONG"))
LOW, HIGH = 30_000.0, 50_000.0
BY_NAME: dict[str, Case] = {case.name: case for case in ALL_CASES}
SETTLED = (Status.NOTTRADED, Status.PARTTRADED, Status.ALLTRADED, Status.CANCELLED, Status.REJECTED)

B, H = vnpy_mockbinance, vnpy_hashex
R = vnpy_restgateway

# case -> (owner, attribute): what raises once an order is on its way
JOBS: list[tuple[str, Any, str]] = [
    ("binance", B.streams.TradeApi, "place_limit"), ("binance", B.calls.SignedRequestTemplates, "encode"),
    ("binance", B.streams.TradeApi, "send_bytes"), ("binance", B.orders, "classify"), ("binance", B.orders, "parse_order"),
    ("binance", B.orders, "parse_order_fills"), ("binance", B.orders.Orders, "on_place"), ("binance", B.account, "parse_execution"),
    ("binance", B.account.Account, "on_execution"), ("binance", R.crypto_balances.CryptoBalances, "show"),
    ("binance", B.orders.Orders, "cancel_order"), ("binance", B.orders.Orders, "on_cancel"),
    ("binance", R.orders.table.OrderTable, "update"), ("binance", R.orders.table.OrderTable, "fill"), ("binance", R.orders.flow.OrderFlow, "settle"),
    ("binance", R.orders.table, "merge"), ("binance", R.host.Host, "publish"),
    ("binance-unsigned", B.rest.RestApi, "add_request"), ("binance-unsigned", B.rest.RestApi, "sign"),
    ("binance-unsigned", B.orders, "place_params"), ("binance-unsigned", B.orders.Orders, "on_place"),
    ("binance-unsigned", R.net.rest.RestClient, "_start"), ("binance-unsigned", B.account.Account, "on_query_trades"),
    ("binance-unsigned", B.account.Account, "on_query_orders"),
    ("hashex", H.orders, "number"), ("hashex", H.orders, "create_params"), ("hashex", H.rest.RestApi, "send"),
    ("hashex", H.rest.RestApi, "add_request"), ("hashex", H.rest.RestApi, "sign"), ("hashex", H.rest, "signed_headers"),
    ("hashex", H.orders.Orders, "on_create"), ("hashex", R.orders.venue_ids.VenueIds, "on_sent"),
    ("hashex", R.orders.venue_ids.VenueIds, "on_accepted"), ("hashex", H.orders, "parse_order"), ("hashex", H.orders.Orders, "collect"),
    ("hashex", H.orders, "parse_fill"), ("hashex", H.pages.Walk, "take"),
    ("hashex", H.orders.Orders, "query_fills"), ("hashex", H.orders.Orders, "on_cancel"), ("hashex", H.orders.Orders, "on_publish"),
    ("hashex", R.orders.table.OrderTable, "update"), ("hashex", R.orders.table.OrderTable, "fill"),
    ("hashex", R.net.rest.RestClient, "_start"), ("hashex", H.orders.Orders, "unable"),
    ("qte", B.qte.orders, "place_params"), ("qte", B.qte.rest.QteRest, "add_request"), ("qte", B.qte.rest.QteRest, "sign"),
    ("qte", B.qte.balance_evidence.BalanceEvidence, "mark"), ("qte", B.qte.orders.QteOrders, "on_place"), ("qte", B.qte.orders, "parse_order"),
    ("qte", B.qte.orders.QteOrders, "tell"), ("qte", B.qte.orders.QteOrders, "on_publish"), ("qte", R.polled.derived_fills.DerivedFills, "deliver"),
    ("qte", B.qte.orders.QteOrders, "on_rows"), ("qte", B.qte.session.QteSession, "poll_orders"), ("qte", B.qte.session.QteSession, "_on_orders"),
    ("qte", B.qte.orders.QteOrders, "on_cancel"), ("qte", B.qte.session.QteSession, "on_account"), ("qte", R.orders.table.OrderTable, "update"),
    ("qte", B.qte.orders.QteOrders, "unable"), ("qte", R.net.rest.RestClient, "_start"),
]


class Bomb:
    """Raises in the next ``times`` calls of a function."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        self.left: int = 0
        self.raised: int = 0
        real: Callable[..., Any] = getattr(owner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if self.left > 0:
                self.left -= 1
                self.raised += 1
                raise RuntimeError("a bomb")
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, call)


@pytest.fixture
def opened(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Desk]]:
    desks: list[tuple[Desk, Any]] = []

    def open_desk(name: str) -> Desk:
        case = BY_NAME[name]
        venue = case.open_venue()
        venue.start()
        desk = Desk(case, venue)
        desks.append((desk, venue))
        return desk.ready()

    yield open_desk
    for desk, venue in desks:
        desk.close()
        venue.stop()


@pytest.mark.parametrize(("name", "owner", "job", "times"), [
    pytest.param(name, owner, job, times, id=f"{name}-{getattr(owner, '__name__', '')}.{job}-{times}")
    for n, (name, owner, job) in enumerate(JOBS) for times in ((1, 2) if LONG else (1 + n % 2,))
])
def test_a_job_that_raises(
    opened: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch, name: str, owner: Any, job: str, times: int
) -> None:
    bomb = Bomb(monkeypatch, owner, job)
    desk = opened(name)
    bomb.left = times
    resting = desk.send("BUY", LOW, 0.1)
    filled = desk.send("BUY", HIGH, 0.01)
    for orderid in (resting, filled):
        desk.wait_status(orderid, *SETTLED, seconds=30)
    if desk.order(resting).is_active():
        desk.cancel(resting)
        desk.wait_status(resting, Status.CANCELLED, seconds=30)
    desk.recorder.wait(lambda: bomb.raised, "the bomb", 15)
    bomb.left = 0
    after = desk.send("BUY", HIGH, 0.02)
    desk.wait_status(after, Status.ALLTRADED, seconds=20)
    desk.assert_truth(40)


# the venue tells an order that reached it by itself: these are not needed then
BEFORE_ONLY: frozenset[str] = frozenset({
    "on_missing", "missing", "search_orders", "on_candidates", "match_orders", "looked_for", "_on_look", "query_order", "on_query_order", "call",
})
QUESTIONS: list[tuple[str, Any, str]] = [
    ("binance", B.orders.Orders, "query_order"), ("binance", B.orders.Orders, "on_query_order"),
    ("binance", B.rest.RestApi, "call"), ("binance", R.orders.flow.OrderFlow, "on_missing"), ("binance", R.orders.table.OrderTable, "missing"),
    ("hashex", H.orders.Orders, "query_order"), ("hashex", H.orders.Orders, "search_orders"), ("hashex", H.rest.RestApi, "query"),
    ("hashex", H.rest.RestApi, "walk"), ("hashex", R.orders.venue_ids.VenueIds, "on_candidates"), ("hashex", R.orders.venue_ids, "match_orders"),
    ("hashex", R.orders.venue_ids.VenueIds, "looked_for"),
    ("qte", B.qte.orders.QteOrders, "query_order"), ("qte", B.qte.orders.QteOrders, "_on_look"),
    ("qte", B.qte.rest.QteRest, "call"), ("qte", B.qte.orders.QteOrders, "_ask"),
]


@pytest.mark.parametrize(("name", "owner", "job", "stage"), [
    pytest.param(name, owner, job, stage, id=f"{name}-{job}-{stage}")
    for n, (name, owner, job) in enumerate(QUESTIONS) for stage in ("before_engine", "after_engine")
    if (stage == "before_engine" or name != "qte" and job not in BEFORE_ONLY)
    and (LONG or name == "qte" or job in BEFORE_ONLY or (stage == "before_engine") == (n % 2 == 0))
])
def test_a_question_that_raises(
    opened: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch, name: str, owner: Any, job: str, stage: str
) -> None:
    """An order whose answer is lost, reached the venue or not, is settled all the same."""
    bomb = Bomb(monkeypatch, owner, job)
    desk = opened(name)
    desk.venue.faults.add(match=desk.case.order_label, stage=stage, action="hang")
    if name == "binance":
        desk.venue.faults.add(match="PUSH user *", stage="on_push", action="drop", times=2)
    lost = desk.send("BUY", LOW, 0.1)
    desk.recorder.wait(lambda: desk.venue.faults.list()[0]["bitten"], "the fault")
    bomb.left = 2
    desk.recorder.wait(lambda: bomb.raised, "the bomb", 20)
    order = desk.wait_status(lost, *SETTLED, seconds=40)
    assert (order.status is Status.REJECTED) is (stage == "before_engine")
    bomb.left = 0
    desk.venue.faults.clear()
    after = desk.send("BUY", HIGH, 0.02)
    desk.wait_status(after, Status.ALLTRADED, seconds=20)
    if order.is_active():
        desk.cancel(lost)
        desk.wait_status(lost, Status.CANCELLED, seconds=20)
    desk.assert_truth(40)


# the case that was met in use

@pytest.mark.parametrize("volume", [1e19, 1e308, 1e18, 1e17])
def test_an_absurd_volume_on_hashex_holds_nobody(volume: float) -> None:
    """At price 1 such an order stayed SUBMITTING until the gateway was closed, and orders behind it waited."""
    with trading() as desk:
        began = monotonic()
        absurd = desk.send("BUY", 1.0, volume)
        behind = desk.send("BUY", HIGH, 0.01)
        desk.wait_status(behind, Status.ALLTRADED, seconds=5)
        assert monotonic() - began < 5
        desk.wait_status(absurd, Status.REJECTED, seconds=5)
        desk.assert_truth()


def slow(gateway: Any) -> None:
    """The gateway's own pace, at which orders wait in line."""
    quick_hashex(gateway)
    assert isinstance(gateway, HashExGateway)
    gateway.timings.requests_per_second = 5.0


@pytest.mark.parametrize("kind", [OrderType.LIMIT, OrderType.MARKET])
def test_an_order_that_waits_for_its_turn_is_cancelled_at_once(kind: OrderType) -> None:
    """F48, in the pacer: CANCELLED, at INFO, without waiting for the turn."""
    with trading(slow, setting={"Market Buy": "QUOTE"} if kind is OrderType.MARKET else None) as desk:
        ids = [desk.send("BUY", LOW + n, 0.001, kind) for n in range(40)]
        last = ids[-1]
        began = monotonic()
        desk.cancel(last)
        desk.wait_status(last, Status.CANCELLED, seconds=2)
        assert monotonic() - began < 2
        lines = [log for log in desk.recorder.logs if last in log.msg]
        assert [log.msg for log in lines] == [f"Order {last} cancelled before it was sent"]
        assert not desk.recorder.said("rejected")
        for orderid in ids[:-1]:
            desk.cancel(orderid)
        for orderid in ids[:-1]:
            desk.wait_status(orderid, Status.CANCELLED, Status.ALLTRADED, seconds=60)
        assert len({row["order_id"] for row in desk.rows("order")}) < len(ids)
        assert desk.order(last).direction is Direction.LONG
        desk.assert_truth(30)
