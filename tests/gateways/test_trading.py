"""Orders on a good day. Every test ends in the ground truth."""

import random
from contextlib import closing

from vnpy.trader.constant import OrderType, Status

from mockexchange import MockExchange

from .conftest import LONG
from .harness import Case, Desk

LOW, HIGH = 30_000.0, 50_000.0      # the market opens at 40000


def test_limit_order_rests_and_is_cancelled(desk: Desk) -> None:
    orderid = desk.send("BUY", LOW, 0.5)
    assert desk.wait_status(orderid, Status.NOTTRADED).price == LOW
    desk.cancel(orderid)
    desk.wait_status(orderid, Status.CANCELLED)
    assert [push.status for push in desk.recorder.order_pushes] == [
        Status.SUBMITTING, Status.NOTTRADED, Status.CANCELLED
    ]
    desk.assert_truth()


def test_resting_order_is_filled_by_the_market(desk: Desk) -> None:
    orderid = desk.send("BUY", 39_000.0, 0.25)
    desk.wait_status(orderid, Status.NOTTRADED)
    desk.venue.set_price(desk.case.venue_symbol, "38900")
    order = desk.wait_status(orderid, Status.ALLTRADED)
    assert order.traded == 0.25
    assert all(trade.price == 39_000.0 for trade in desk.recorder.trades)
    desk.assert_truth()


def test_crossing_limit_order_is_filled_at_once(desk: Desk) -> None:
    orderid = desk.send("BUY", HIGH, 0.01)
    assert desk.wait_status(orderid, Status.ALLTRADED).traded == 0.01
    assert desk.recorder.trades[0].price < HIGH
    desk.assert_truth()


def test_market_order(desk: Desk) -> None:
    bought = desk.send("BUY", 0, 0.02, OrderType.MARKET)
    desk.wait_status(bought, Status.ALLTRADED)
    sold = desk.send("SELL", 0, 0.02, OrderType.MARKET)
    desk.wait_status(sold, Status.ALLTRADED)
    desk.assert_truth()


def test_fak_fills_what_is_there_and_is_cancelled(desk: Desk) -> None:
    if desk.refused_here(OrderType.FAK):
        return
    best = float(desk.venue.run(lambda venue: venue.exchange.books["BTCUSDT"].asks(1))[0][0]) / 1e8
    missed = desk.send("BUY", best - 100, 0.01, OrderType.FAK)
    assert desk.wait_status(missed, Status.CANCELLED).traded == 0
    hit = desk.send("BUY", best + 500, 0.01, OrderType.FAK)
    desk.wait_status(hit, Status.ALLTRADED)
    desk.assert_truth()


def test_fok_fills_whole_or_not_at_all(desk: Desk) -> None:
    if desk.refused_here(OrderType.FOK):
        return
    # more than the account can take is out; more than the book has within a tick of the touch is not
    best = float(desk.venue.run(lambda venue: venue.exchange.books["BTCUSDT"].asks(1))[0][0]) / 1e8
    missed = desk.send("BUY", best - 50, 0.1, OrderType.FOK)
    assert desk.wait_status(missed, Status.CANCELLED).traded == 0
    hit = desk.send("BUY", best + 500, 0.1, OrderType.FOK)
    desk.wait_status(hit, Status.ALLTRADED)
    desk.assert_truth()


def test_stop_order_waits_for_its_trigger(desk: Desk) -> None:
    if desk.refused_here(OrderType.STOP):
        return
    orderid = desk.send("BUY", 42_000.0, 0.05, OrderType.STOP)
    order = desk.wait_status(orderid, Status.NOTTRADED)
    assert order.type is OrderType.STOP and order.price == 42_000.0
    desk.venue.set_price(desk.case.venue_symbol, "42001")
    desk.wait_status(orderid, Status.ALLTRADED)
    desk.assert_truth()


def test_refusals_of_the_venue_are_rejected_with_its_words(desk: Desk) -> None:
    orderid = desk.send("BUY", 39_000.0, 100)
    desk.wait_status(orderid, Status.REJECTED)
    assert desk.recorder.said(desk.case.poor)
    if OrderType.STOP not in desk.case.lacks:
        stop = desk.send("BUY", 30_000.0, 0.05, OrderType.STOP)
        desk.wait_status(stop, Status.REJECTED)
        assert desk.recorder.said("Order would trigger immediately")
    desk.assert_truth()


def test_local_refusals_name_the_reason(desk: Desk) -> None:
    for args, reason in [
        (("BUY", 40_000.0, 0.000001), "below the minimum"),
        *([(("BUY", 40_000.0, 0.00001), "price x volume")] if desk.case.knows_limits else []),
        (("BUY", 0.001, 1), "below the tick"),
        (("BUY", float("nan"), 1), "price"),
    ]:
        orderid = desk.send(*args)
        desk.wait_status(orderid, Status.REJECTED)
        assert desk.recorder.said(reason), reason
    unknown = desk.send("BUY", 1, 1, symbol="NOSUCH_SPOT_BINANCE")
    desk.wait_status(unknown, Status.REJECTED)
    assert desk.recorder.said("symbol not found: NOSUCH_SPOT_BINANCE")
    assert not desk.rows("order")
    desk.assert_truth()


def test_prices_and_volumes_go_out_exact_and_rounded_down(desk: Desk) -> None:
    orderid = desk.send("BUY", 30_000.019, 0.1 + 0.2)
    order = desk.wait_status(orderid, Status.NOTTRADED)
    assert (order.price, order.volume) == (30_000.01, 0.3)
    row = desk.rows("order")[0]
    assert (row["price"], row["qty"]) == ("30000.01000000", "0.30000000")
    desk.cancel(orderid)
    desk.wait_status(orderid, Status.CANCELLED)
    desk.assert_truth()


def test_cancel_of_a_final_or_unknown_order_is_said(desk: Desk) -> None:
    orderid = desk.send("BUY", HIGH, 0.01)
    desk.wait_status(orderid, Status.ALLTRADED)
    desk.cancel(orderid)
    desk.cancel("nobody-knows")
    desk.recorder.wait(lambda: desk.recorder.said(f"order {orderid} is final"), "final")
    desk.recorder.wait(lambda: desk.recorder.said("order not known: nobody-knows"), "unknown")
    desk.assert_truth()


def test_random_orders_and_cancels_end_in_agreement(case: Case, venue: MockExchange) -> None:
    """Late answers are other tests' business: on a busy machine so many orders take longer than the suite's time-out."""
    with closing(Desk(case, venue)) as desk:
        desk.gateway.timings.request_timeout = 30.0
        for name in ("orders_interval", "idle_interval", "account_interval"):
            vars(desk.gateway.timings).pop(name, None)          # its own: the suite's would use up a minute's weight in half of one
        trade_at_random(desk.ready())


def trade_at_random(desk: Desk) -> None:
    rng = random.Random(11)
    sent: list[str] = []
    for n in range(1_000 if LONG else 400):
        if sent and rng.random() < 0.4:
            desk.cancel(rng.choice(sent))
            continue
        side = rng.choice(("BUY", "SELL"))
        type_ = rng.choice((OrderType.LIMIT,) * 6 + (OrderType.FAK, OrderType.FOK, OrderType.MARKET))
        if type_ in desk.case.lacks:
            type_ = OrderType.LIMIT
        away = rng.choice((-200.0, -5.0, 0.0, 5.0, 2_000.0))
        price = 40_000.0 - away if side == "BUY" else 40_000.0 + away
        sent.append(desk.send(side, price, rng.randint(1, 40) / 10_000, type_))
        if n % 100 == 50:
            desk.venue.set_price(desk.case.venue_symbol, str(rng.choice((39_800, 40_000, 40_200))))
    desk.recorder.wait(
        lambda: len(desk.recorder.orders) == len(sent)
        and all(order.status is not Status.SUBMITTING for order in desk.recorder.orders.values()),
        "every order answered", 60,
    )
    for orderid in sent:
        if desk.order(orderid).is_active():
            desk.cancel(orderid)
    desk.recorder.wait(
        lambda: not any(order.is_active() for order in desk.recorder.orders.values()), "everything final", 60
    )
    assert len(desk.recorder.trades) > 40
    desk.assert_truth()
