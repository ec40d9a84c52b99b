"""MockBinance's amend_order: kept in place where it can be, replaced where not, on good days and bad ones. Each ends in the ground truth."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from vnpy.trader.constant import OrderType, Status

from mockexchange import MockExchange
from mockexchange.core.commands import FeedTrade, Quote

from .binance_cases import BINANCE, CASES
from .harness import Desk

AMEND: str = "PUT /api/v3/order/amend/keepPriority"
REPLACE: str = "POST /api/v3/order/cancelReplace"
LOW: float = 30_000.0               # the market opens at 40000


@pytest.fixture
def desk() -> Iterator[Desk]:
    with BINANCE.open_venue() as venue, closing(Desk(BINANCE, venue)) as found:
        yield found.ready()
        idle = venue.faults.never_bitten()
        assert not idle, f"faults that never bit: {idle}"


def amend(desk: Desk, orderid: str, **wanted: float) -> str:
    vt_orderid: str = desk.gateway.amend_order(f"{desk.gateway.gateway_name}.{orderid}", **wanted)
    return vt_orderid.rpartition(".")[2]


def resting(desk: Desk, volume: float = 0.5, price: float = LOW, type: OrderType = OrderType.LIMIT) -> str:
    orderid: str = desk.send("BUY", price, volume, type)
    desk.wait_status(orderid, Status.NOTTRADED)
    return orderid


def wait_volume(desk: Desk, orderid: str, volume: float) -> None:
    desk.recorder.wait(lambda: desk.order(orderid).volume == volume, f"volume {volume}")


def venue_orders(desk: Desk) -> dict[str, dict[str, Any]]:
    """The last row of each order, by client order id."""
    return {row["client_order_id"]: row for row in desk.rows("order")}


def test_a_smaller_volume_keeps_the_order_and_its_place(desk: Desk) -> None:
    first, second = resting(desk), resting(desk)
    assert amend(desk, first, volume=0.2) == first
    wait_volume(desk, first, 0.2)
    desk.venue.set_price("BTCUSDT", "30000")
    desk.wait_status(first, Status.ALLTRADED)
    desk.wait_status(second, Status.ALLTRADED)
    fills = [row["client_order_id"] for row in desk.rows("fill")]
    assert fills.index(first) < fills.index(second)
    assert len(venue_orders(desk)) == 2
    desk.assert_truth()


@pytest.mark.parametrize("wanted", [{"price": 31_000.0}, {"volume": 0.8}, {"price": 29_000.0, "volume": 0.1}, {"price": 31_000.019}])
def test_anything_else_is_another_order_in_its_place(desk: Desk, wanted: dict[str, float]) -> None:
    old = resting(desk)
    new = amend(desk, old, **wanted)
    assert new not in ("", old)
    order = desk.wait_status(new, Status.NOTTRADED)
    desk.wait_status(old, Status.CANCELLED)
    assert (order.price, order.volume) == (int(wanted.get("price", LOW) * 100) / 100, wanted.get("volume", 0.5))
    assert [push.status for push in desk.recorder.order_pushes if push.orderid == new] == [Status.SUBMITTING, Status.NOTTRADED]
    desk.cancel(new)
    desk.wait_status(new, Status.CANCELLED)
    desk.assert_truth()


def test_a_new_price_that_trades(desk: Desk) -> None:
    old = resting(desk, 0.1)
    new = amend(desk, old, price=50_000.0)
    assert desk.wait_status(new, Status.ALLTRADED).traded == 0.1
    desk.wait_status(old, Status.CANCELLED)
    desk.assert_truth()


def test_a_stop_is_amended(desk: Desk) -> None:
    old = resting(desk, 0.1, 42_000.0, OrderType.STOP)
    assert amend(desk, old, volume=0.05) == old
    wait_volume(desk, old, 0.05)
    new = amend(desk, old, price=41_000.0)
    assert desk.wait_status(new, Status.NOTTRADED).type is OrderType.STOP
    desk.venue.set_price("BTCUSDT", "41001")
    desk.wait_status(new, Status.ALLTRADED)
    desk.assert_truth()


def test_what_has_traded_is_not_bought_again(desk: Desk) -> None:
    orderid = resting(desk, 0.5, 39_000.0)
    partly_fill(desk, orderid, 0.2)
    assert amend(desk, orderid, volume=0.3) == orderid
    wait_volume(desk, orderid, 0.3)
    assert amend(desk, orderid, volume=0.2) == ""
    assert desk.recorder.said("volume 0.2 is not above the 0.2 that is traded already")
    new = amend(desk, orderid, price=31_000.0)
    assert desk.wait_status(new, Status.NOTTRADED).volume == 0.1
    assert desk.wait_status(orderid, Status.CANCELLED).traded == 0.2
    desk.assert_truth()


def partly_fill(desk: Desk, orderid: str, volume: float) -> None:
    """The market maker sells so much into an order at the top of the book."""
    def sell(venue: Any) -> None:
        book = venue.exchange.books["BTCUSDT"]
        for price, _ in book.bids(1000):
            if price > 39_000 * 10 ** 8:
                venue.apply(Quote("BTCUSDT", "BUY", price, 0))
        venue.apply(FeedTrade("BTCUSDT", "SELL", round(volume * 10 ** 8), 39_000 * 10 ** 8))

    desk.venue.run(sell)
    assert desk.wait_status(orderid, Status.PARTTRADED).traded == volume


def test_what_cannot_be_is_said(desk: Desk) -> None:
    orderid = resting(desk)
    for wanted, words in (
        ({}, "neither volume nor price would be another"), ({"volume": 0.5}, "neither volume nor price"), ({"price": float("nan")}, "price"),
        ({"volume": -1.0}, "below the minimum"), ({"volume": 1e-7}, "below the minimum"), ({"price": 0.001}, "below the tick"),
    ):
        assert amend(desk, orderid, **wanted) == "", wanted
        assert desk.recorder.said(words), words
    assert amend(desk, "nobody", volume=1.0) == ""
    assert desk.recorder.said("Amend of nobody not sent: order not known, or over")
    desk.cancel(orderid)
    desk.wait_status(orderid, Status.CANCELLED)
    assert amend(desk, orderid, volume=0.1) == ""
    desk.assert_truth()


def test_an_order_that_trades_on_the_way_stays(desk: Desk) -> None:
    """Nothing had traded when the request left: the venue leaves an order alone of which something has."""
    orderid = resting(desk, 0.5, 39_000.0)
    desk.venue.faults.add(match=REPLACE, stage="before_engine", action="delay", ms=400)
    new = amend(desk, orderid, price=31_000.0)
    partly_fill(desk, orderid, 0.2)
    desk.wait_status(new, Status.REJECTED)
    assert desk.recorder.said(f"order {orderid} was not replaced: Order was not canceled due to cancel restrictions.")
    assert desk.order(orderid).status is Status.PARTTRADED
    desk.assert_truth()


def test_the_amendments_of_an_order_come_to_an_end(desk: Desk) -> None:
    orderid = resting(desk)
    for hundredths in range(49, 39, -1):
        assert amend(desk, orderid, volume=hundredths / 100) == orderid
        wait_volume(desk, orderid, hundredths / 100)
    assert amend(desk, orderid, volume=0.3) == orderid
    desk.recorder.wait(lambda: desk.recorder.said("code: -2038, message: Filter failure: MAX_NUM_ORDER_AMENDS"), "refusal")
    assert desk.order(orderid).volume == 0.4
    desk.assert_truth()


LOST: list[dict[str, Any]] = [
    {"stage": "after_engine", "action": "hang"}, {"stage": "before_engine", "action": "hang"},
    {"stage": "after_engine", "action": "close"}, {"stage": "before_engine", "action": "reset"}, {"stage": "after_engine", "action": "reset"},
    {"stage": "after_engine", "action": "status", "status": 502}, {"stage": "before_engine", "action": "status", "status": 503},
    {"stage": "on_reply", "action": "truncate", "bytes": 30}, {"stage": "on_reply", "action": "body", "body": "<html>"},
    {"stage": "on_reply", "action": "body", "body": "{}"},
    {"stage": "after_engine", "action": "status", "status": 400, "body": "{\"code\":-1007,\"msg\":\"Timeout waiting for response from backend server.\"}"},
]


@pytest.mark.parametrize("lost", LOST, ids=lambda fault: f"{fault['stage']}-{fault['action']}{fault.get('status', '')}")
def test_lost_answers(desk: Desk, lost: dict[str, Any]) -> None:
    """Whether the amendment was done or not: what the gateway shows in the end is what the venue has, and nothing is doubled."""
    kept, old = resting(desk), resting(desk, 0.4)
    desk.venue.faults.add(match=AMEND, **lost)
    desk.venue.faults.add(match=REPLACE, **lost)
    assert amend(desk, kept, volume=0.2) == kept
    new = amend(desk, old, price=31_000.0)
    done: bool = lost["stage"] != "before_engine"
    if done:
        desk.wait_status(new, Status.NOTTRADED, seconds=20.0)
        desk.wait_status(old, Status.CANCELLED, seconds=20.0)
        wait_volume(desk, kept, 0.2)
    else:
        desk.wait_status(new, Status.REJECTED, seconds=20.0)
        desk.recorder.wait(lambda: desk.recorder.said(f"Amend of {kept} unanswered"), "said")
        assert desk.order(old).status is Status.NOTTRADED and desk.order(kept).volume == 0.5
    assert len(venue_orders(desk)) == (3 if done else 2)
    desk.assert_truth()


def test_refused_by_the_other_half(desk: Desk) -> None:
    """Cancelled, and the new order refused, as there is no money for it: 409, -2021."""
    orderid = resting(desk, 0.1)
    desk.venue.deposit(desk.venue.key, "USDT", "-97000")
    poor = amend(desk, orderid, volume=3.0)
    desk.wait_status(poor, Status.REJECTED)
    desk.wait_status(orderid, Status.CANCELLED)
    assert desk.recorder.said(f"Order {orderid} is cancelled, and the order in its place was refused")
    assert desk.recorder.said("code: -2010, message: Account has insufficient balance")
    desk.assert_truth()


def test_never_blocks_and_not_before_it_is_connected() -> None:
    with BINANCE.open_venue() as venue, closing(Desk(BINANCE, venue)) as desk:
        assert amend(desk, "x", volume=1.0) == ""
        assert desk.recorder.said("Amend of x not sent: not connected")


def test_qte_has_none() -> None:
    case = next(each for each in CASES if each.name == "qte")
    with case.open_venue() as venue, closing(Desk(case, venue)) as desk:
        desk.ready()
        orderid = resting(desk)
        assert amend(desk, orderid, volume=0.1) == ""
        assert desk.recorder.said("cannot amend orders here")
        desk.assert_truth()


def test_a_gateway_beside_sees_it(desk: Desk) -> None:
    orderid = resting(desk)
    with closing(Desk(BINANCE, desk.venue)) as beside:
        beside.ready()
        beside.wait_status(orderid, Status.NOTTRADED)
        assert amend(beside, orderid, volume=0.3) == orderid          # placed elsewhere, amended here
        wait_volume(beside, orderid, 0.3)
        wait_volume(desk, orderid, 0.3)
        new = amend(desk, orderid, price=29_000.0)
        beside.wait_status(new, Status.NOTTRADED)
        beside.wait_status(orderid, Status.CANCELLED)
        beside.assert_truth()
    desk.assert_truth()


def test_at_a_venue_in_process_nothing_is_sent_for_nothing(desk: Desk) -> None:
    orderid = resting(desk)
    venue: MockExchange = desk.venue
    before: int = len(venue.journal())
    assert amend(desk, orderid, volume=0.5) == ""
    assert len(venue.journal()) == before
    desk.assert_truth()
