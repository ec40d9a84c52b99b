"""FutuOpenDGateway trades on the running dialect, real and simulated; each test ends in the ground truth."""

import pytest
from futuopend.gateway_desks import ENVIRONMENTS, REAL_ID, a_desk, client_of, counted, send
from gateways.harness import Desk
from vnpy.trader.constant import Direction, Exchange, OrderType, Status

BUY, SELL = Direction.LONG, Direction.SHORT
HEADER = {"REAL": {"trd_env": 1, "acc_id": int(REAL_ID), "trd_market": 1}, "SIMULATE": {"trd_env": 0, "acc_id": 987654, "trd_market": 1}}

both = pytest.mark.parametrize("environment", ENVIRONMENTS)


def wire_id(desk: Desk, orderid: str) -> str:
    return str(desk.table.get(orderid).venue_id)


def held(desk: Desk) -> tuple[float, float]:
    """Of the fund, and what of it can be sold."""
    row = desk.recorder.positions.get("02800")
    return (row.volume, row.yd_volume) if row else (-1.0, -1.0)


@both
def test_an_order_a_fill_a_cancel(environment: str) -> None:
    with a_desk(environment) as desk:
        resting = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(resting, Status.NOTTRADED)
        filled = desk.send("BUY", 27.0, 1000.0)
        desk.wait_status(filled, Status.ALLTRADED)
        desk.cancel(resting)
        order = desk.wait_status(resting, Status.CANCELLED)
        assert order.datetime is not None and order.datetime.utcoffset() is not None and order.datetime.utcoffset().total_seconds() == 28_800
        remarks = {row["client_order_id"] for row in desk.rows("order")}
        assert {resting, filled} <= remarks
        desk.assert_truth()


@both
def test_shares_bought_today_are_sold_today(environment: str) -> None:
    with a_desk(environment) as desk:
        bought = desk.send("BUY", 27.0, 500.0)
        desk.wait_status(bought, Status.ALLTRADED)
        desk.recorder.wait(lambda: held(desk) == (10_500.0, 10_500.0), "what can be sold")
        sold = desk.send("SELL", 22.0, 10_500.0)
        desk.wait_status(sold, Status.ALLTRADED)
        desk.recorder.wait(lambda: held(desk) == (0.0, 0.0), "nothing is held")
        too_much = desk.send("SELL", 22.0, 500.0)
        desk.wait_status(too_much, Status.REJECTED)
        assert desk.recorder.said("is above the 0 that can be sold now")
        desk.assert_truth()


@both
def test_shares_just_bought_are_sold_before_the_list_of_positions_shows_them(environment: str) -> None:
    """Hong Kong and New York have no T+1. Sales after that are counted all the same: nothing is sold short."""
    with a_desk(environment) as desk:
        desk.recorder.wait(lambda: held(desk) == (10_000.0, 10_000.0), "what is held")
        desk.venue.faults.add(match="POST /api/positions", stage="before_engine", action="delay", ms=4_000, times=0)
        bought = desk.send("BUY", 27.0, 1_000.0)
        desk.wait_status(bought, Status.ALLTRADED)
        sold = desk.send("SELL", 22.0, 10_500.0)
        desk.wait_status(sold, Status.ALLTRADED)
        too_much = desk.send("SELL", 22.0, 1_000.0)
        desk.wait_status(too_much, Status.REJECTED)
        assert desk.recorder.said("is above the 500 that can be sold now")
        desk.venue.faults.clear()
        desk.assert_truth()


@both
def test_a_fill_has_the_time_of_its_market(environment: str) -> None:
    with a_desk(environment) as desk:
        desk.wait_status(send(desk, "02800", Exchange.SEHK, 27.0, 500.0), Status.ALLTRADED)
        desk.wait_status(send(desk, "AAPL", Exchange.SMART, 220.0, 1.0), Status.ALLTRADED)
        desk.recorder.wait(lambda: len(desk.recorder.trades) >= 2, "both fills")
        assert {(trade.symbol, str(trade.datetime.tzinfo)) for trade in desk.recorder.trades} == {("02800", "Asia/Hong_Kong"), ("AAPL", "America/New_York")}
        desk.assert_truth()


def test_us_shares_and_types_of_orders() -> None:
    with a_desk() as desk:
        limit = send(desk, "AAPL", Exchange.SMART, 150.0, 7.0)
        desk.wait_status(limit, Status.NOTTRADED)
        market = send(desk, "AAPL", Exchange.SMART, 220.0, 3.0, type=OrderType.MARKET)
        desk.wait_status(market, Status.ALLTRADED)
        for exchange, symbol, price, volume in ((Exchange.SMART, "AAPL", 150.0, 1.0), (Exchange.SEHK, "02800", 22.0, 500.0)):
            fak = send(desk, symbol, exchange, price, volume, type=OrderType.FAK)
            desk.wait_status(fak, Status.CANCELLED)
        fok = send(desk, "02800", Exchange.SEHK, 27.0, 500.0, type=OrderType.FOK)
        desk.wait_status(fok, Status.ALLTRADED)
        for symbol, exchange, type, words in (
            ("AAPL", Exchange.SMART, OrderType.FOK, "order type FOK is not supported: US has no such orders"),
            ("AAPL", Exchange.SMART, OrderType.STOP, "order type STOP is not supported: "),
            ("600000", Exchange.SSE, OrderType.LIMIT, "SSE is not traded with this account"),
        ):
            refused = send(desk, symbol, exchange, 150.0, 100.0, type=type)
            desk.wait_status(refused, Status.REJECTED)
            assert desk.recorder.said(words), words
        desk.gateway.close()
        desk.gateway.connect(desk.profile.setting(desk.venue))
        desk.recorder.wait(lambda: desk.gateway.ready, "connected again")
        desk.assert_truth()


def test_lots_ticks_and_cash_are_refused_here_by_currency() -> None:
    with a_desk() as desk:
        orders = counted(desk, "POST /api/order")
        for symbol, exchange, price, volume, words in (
            ("00700", Exchange.SEHK, 250.0, 150.0, "is no multiple of the lot 100"),
            ("00700", Exchange.SEHK, 250.0, 50.0, "is below the minimum 100"),
            ("00700", Exchange.SEHK, 250.0, 4100.0, "1000000.00 available"),
            ("AAPL", Exchange.SMART, 150.0, 1400.0, "200000.00 available"),
        ):
            refused = send(desk, symbol, exchange, price, volume)
            desk.wait_status(refused, Status.REJECTED)
            assert desk.recorder.said(words), words
        assert not orders()
        # the money of one currency does not count for the other
        first = send(desk, "00700", Exchange.SEHK, 250.0, 3900.0)
        second = send(desk, "AAPL", Exchange.SMART, 150.0, 1300.0)
        rounded = send(desk, "02800", Exchange.SEHK, 22.033, 500.0)
        for orderid in (first, second, rounded):
            desk.wait_status(orderid, Status.NOTTRADED)
        assert desk.order(rounded).price == 22.02
        desk.assert_truth()


@both
def test_orders_from_elsewhere(environment: str) -> None:
    with a_desk(environment) as desk, client_of(desk) as other:
        made = other.order(header=HEADER[environment], trd_side=1, order_type=1, code="02800", qty=500, price=22.0, sec_market=1, remark="by hand")
        venue_id = str(made["order_id"])
        desk.recorder.wait(lambda: venue_id in desk.recorder.orders, "the order")
        desk.cancel(venue_id)
        desk.wait_status(venue_id, Status.CANCELLED)
        filled = str(other.order(header=HEADER[environment], trd_side=1, order_type=1, code="09988", qty=100, price=140.0, sec_market=1)["order_id"])
        desk.wait_status(filled, Status.ALLTRADED)
        assert [trade.volume for trade in desk.recorder.trades if trade.orderid == filled] and "09988" in desk.recorder.contracts


@both
def test_a_lost_answer(environment: str) -> None:
    with a_desk(environment) as desk:
        desk.venue.faults.add(match="POST /api/order", stage="after_engine", action="reset", times=1)
        lost = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(lost, Status.NOTTRADED)
        desk.venue.faults.add(match="POST /api/order", stage="before_engine", action="close", times=1)
        never = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(never, Status.REJECTED)
        assert desk.recorder.said(f"Order {never} never reached the venue")
        desk.cancel(lost)
        desk.wait_status(lost, Status.CANCELLED)
        desk.assert_truth()


def test_an_answer_without_an_id_and_an_order_that_is_not_listed_yet() -> None:
    with a_desk("REAL", reply_ids="none", hidden_ms=1_000) as desk:
        orderid = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(orderid, Status.NOTTRADED)
        desk.cancel(orderid)
        desk.wait_status(orderid, Status.CANCELLED)
        desk.assert_truth()


@both
def test_states_on_the_way(environment: str) -> None:
    """Statuses 1 and 2 are no failure; 12 and 13 are not the end."""
    with a_desk(environment, submit_ms=600, cancel_ms=600) as desk:
        filled = desk.send("BUY", 27.0, 500.0)
        desk.wait_status(filled, Status.SUBMITTING)
        desk.wait_status(filled, Status.ALLTRADED)
        orderid = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(orderid, Status.NOTTRADED)
        desk.cancel(orderid)
        desk.recorder.pass_time(0.3)
        assert desk.order(orderid).status is Status.NOTTRADED
        desk.wait_status(orderid, Status.CANCELLED)
        desk.assert_truth()


def test_refused_by_the_exchange_later() -> None:
    with a_desk(refusals="later") as desk:
        desk.venue.run(lambda venue: venue.exchange.instruments["02800"])
        with client_of(desk) as other:
            # bought with all the money behind our back: our own count does not know it yet
            other.order(header=HEADER["SIMULATE"], trd_side=1, order_type=1, code="00700", qty=3900, price=250.0, sec_market=1, remark="by hand")
            orderid = send(desk, "00700", Exchange.SEHK, 250.0, 3000.0)
        desk.wait_status(orderid, Status.REJECTED)
        desk.recorder.wait(lambda: desk.recorder.said("refused by the exchange or broker (status 21)") or desk.recorder.said("available"), "why")


@both
def test_the_websocket_drops_and_comes_back(environment: str) -> None:
    with a_desk(environment) as desk:
        first = desk.send("BUY", 24.6, 500.0)
        desk.wait_status(first, Status.NOTTRADED)
        subscribed = len(desk.recorder.said("User data stream subscribed"))
        desk.venue.faults.add(match="PUSH trade *", stage="on_push", action="close", times=1)
        second = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(second, Status.NOTTRADED)
        desk.venue.set_price("02800", "24.5")
        desk.wait_status(first, Status.ALLTRADED)
        desk.recorder.wait(lambda: len(desk.recorder.said("User data stream subscribed")) > subscribed, "pushes again")
        third = desk.send("BUY", 27.0, 500.0)
        desk.wait_status(third, Status.ALLTRADED)
        desk.assert_truth()


@both
def test_pushes_that_never_come_and_a_half_open_socket(environment: str) -> None:
    with a_desk(environment) as desk:
        desk.subscribe()
        desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
        first = desk.send("BUY", 24.6, 500.0)
        desk.wait_status(first, Status.NOTTRADED)
        desk.venue.faults.add(match="PUSH trade *", stage="on_push", action="silence", pings=False, times=1)
        desk.venue.set_price("02800", "24.5")
        desk.wait_status(first, Status.ALLTRADED)
        desk.recorder.wait(lambda: desk.recorder.said("Push API disconnected"), "the socket is noticed", 20.0)
        desk.venue.faults.add(match="PUSH quote *", stage="on_push", action="silence", times=1)
        desk.venue.set_price("02800", "25")
        desk.recorder.pass_time(1.5)
        desk.venue.set_price("02800", "25.4")
        desk.recorder.wait(lambda: desk.recorder.ticks[-1].last_price >= 25.3, "ticks of a silent stream", 10.0)
        desk.assert_truth()


@both
def test_restart_of_the_gateway_process(environment: str) -> None:
    """Of Futu's: subscriptions, pushes and the unlocked state are gone."""
    with a_desk(environment) as desk:
        desk.subscribe()
        resting = desk.send("BUY", 24.6, 500.0)
        desk.wait_status(resting, Status.NOTTRADED)
        desk.venue.restart(keep_state=True, down=1.0)
        desk.venue.set_price("02800", "24.5")
        desk.wait_status(resting, Status.ALLTRADED, seconds=20.0)
        after = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(after, Status.NOTTRADED, seconds=20.0)
        desk.cancel(after)
        desk.wait_status(after, Status.CANCELLED)
        seen = len(desk.recorder.ticks)
        desk.venue.set_price("02800", "25.2")
        desk.recorder.wait(lambda: len(desk.recorder.ticks) > seen + 2, "ticks", 20.0)
        desk.assert_truth()


@both
def test_restart_of_ours(environment: str) -> None:
    """Another process later: orders keep their ids, today's fills are told once."""
    with a_desk(environment) as desk:
        filled = desk.send("BUY", 27.0, 500.0)
        desk.wait_status(filled, Status.ALLTRADED)
        resting = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(resting, Status.NOTTRADED)
        desk.gateway.close()
        later = Desk(desk.profile, desk.venue, "LATER", spoils=False)
        try:
            later.ready()
            later.wait_status(filled, Status.ALLTRADED)
            later.wait_status(resting, Status.NOTTRADED)
            later.cancel(resting)
            later.wait_status(resting, Status.CANCELLED)
            later.assert_truth()
        finally:
            later.close()


def test_the_back_end_is_lost() -> None:
    with a_desk() as desk:
        desk.venue.set_options(link="lost")
        desk.recorder.wait(lambda: desk.recorder.said("the gateway has lost its connection to Futu's servers"), "the line")
        refused = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(refused, Status.REJECTED)
        desk.venue.set_options(link="up")
        desk.recorder.wait(lambda: desk.recorder.said("connected to Futu again"), "the line")
        orderid = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(orderid, Status.NOTTRADED)
        desk.assert_truth()


def test_frequencies_are_kept() -> None:
    def keep(desk: Desk) -> None:
        desk.gateway.timings.limit_mock = True

    with a_desk(before=keep, frequency="official") as desk:
        ids = [desk.send("BUY", 22.0, 500.0) for _ in range(17)]
        desk.recorder.wait(lambda: all(orderid in desk.recorder.orders and desk.order(orderid).status is not Status.SUBMITTING for orderid in ids), "all answered")
        assert [desk.order(orderid).status for orderid in ids].count(Status.REJECTED) == 2
        assert len(desk.recorder.said("15 orders within 30 s are all that Futu takes")) == 2
        assert not desk.recorder.said("requests of this kind are limited")
        desk.recorder.pass_time(3.0)
        assert not desk.recorder.said("requests of this kind are limited")
        desk.assert_truth()


def test_a_429_on_an_order_is_a_refusal() -> None:
    with a_desk("REAL", orders_per_minute=2) as desk:
        ids = [desk.send("BUY", 22.0, 500.0) for _ in range(3)]
        desk.wait_status(ids[2], Status.REJECTED)
        desk.wait_status(ids[1], Status.NOTTRADED)
        desk.assert_truth()


def test_an_order_that_a_whitelist_refuses_stops_nothing_else() -> None:
    """Old builds answer it 429 (section 6, row 4)."""
    with a_desk("REAL", allowed_symbols="HK.02800") as desk:
        refused = send(desk, "00700", Exchange.SEHK, 290.0, 100.0)
        desk.wait_status(refused, Status.REJECTED)
        taken = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(taken, Status.NOTTRADED)
        assert not desk.recorder.said("s to go")
        desk.assert_truth()


def test_after_a_token_was_revoked_an_order_is_refused_for_that_and_without_a_time() -> None:
    with a_desk() as desk:
        desk.venue.set_key(desk.venue.key, True)
        first = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(first, Status.REJECTED)
        second = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(second, Status.REJECTED)
        assert desk.recorder.said("Order rejected, not sent: the venue refused the token, set it right and connect again")
        assert not desk.recorder.said("s to go")
