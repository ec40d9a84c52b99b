"""
What is QmtRestGateway's own, against the running dialect: builds, accounts, symbols, the lost answer, and days. Each ends in the
ground truth where it trades.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange, Interval, OrderType, Status
from vnpy.trader.object import HistoryRequest, OrderRequest, SubscribeRequest

from mockexchange import MockExchange
from qmt_trade_client import QMTTradeClient

from .harness import Desk
from .qmt_cases import CASES

CASE = CASES[0]
MARKET = CASE.market
BUY, ORDERS, PROBE = "POST /qmt/trade/api/outer/trade/buy", "POST /qmt/trade/api/orders", "POST /qmt/trade/api/outer/trade/buy"
LONG: bool = bool(os.environ.get("LONG"))
DAY: int = 86_400_000
MONDAY: int = 1_767_571_200_000         # 5 January 2026, 08:00 in Shanghai


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    with MockExchange("qmt", seed=7) as running:
        yield running


@pytest.fixture
def open_desk(venue: MockExchange) -> Iterator[Callable[..., Desk]]:
    """A gateway that connects with settings of its own; ready unless ``ready`` is False."""
    desks: list[Desk] = []

    def make(ready: bool = True, **setting: Any) -> Desk:
        desk = Desk(CASE, venue, spoils=False)
        desks.append(desk)
        return desk.ready(**setting) if ready else desk.connect(**setting)

    yield make
    for desk in desks:
        desk.close()


def send(desk: Desk, symbol: str, exchange: Exchange, price: float, volume: float, type: OrderType = OrderType.LIMIT, side: Direction = Direction.LONG) -> str:
    return str(desk.gateway.send_order(OrderRequest(symbol, exchange, side, type, volume, price))).split(".", 1)[1]


def client_of(venue: MockExchange, index: int = 0) -> QMTTradeClient:
    return QMTTradeClient(venue.rest, venue.key, venue.secret, trader_index=index)


# the server: builds and accounts

def test_build_b_has_quotes_and_is_not_traded_on(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    venue.set_options(build="B")
    desk = open_desk(**{"Quotes From": ""})
    assert desk.recorder.said("Orders are refused: this build of the server takes orders by a part of the account only (position_pct)")
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.REJECTED)
    assert desk.recorder.said("Order rejected, not sent: this build of the server takes orders by a part of the account only")
    assert not desk.rows("order")
    desk.subscribe()
    desk.recorder.wait(lambda: any(tick.bid_price_1 and tick.ask_price_5 for tick in desk.recorder.ticks), "a tick with a book")
    tick = desk.recorder.ticks[-1]
    assert tick.bid_price_1 < tick.ask_price_1 and tick.bid_volume_1 % 100 == 0 and tick.datetime.utcoffset() == timedelta(hours=8)
    now = datetime.now(timezone.utc)
    bars = desk.gateway.query_history(HistoryRequest("000001", Exchange.SZSE, now - timedelta(hours=2), now, Interval.MINUTE))
    assert len(bars) > 60 and all(bar.low_price <= bar.open_price <= bar.high_price for bar in bars)
    assert [bar.datetime for bar in bars] == sorted({bar.datetime for bar in bars}) and bars[-1].datetime <= now - timedelta(minutes=1)
    assert desk.recorder.contracts["000001"].history_data


def agrees_with_the_list(desk: Desk, client: QMTTradeClient) -> bool:
    """Every order of the server is shown as it stands, its fills once, and the positions with what can be sold."""
    for row in client.get_orders(0):
        order = next((each for each in desk.recorder.orders.values() if each.orderid.endswith(f"-{row['order_id']}")), None)
        trades = [trade for trade in desk.recorder.trades if order is not None and trade.orderid == order.orderid]
        paid = sum(trade.price * trade.volume for trade in trades)
        if order is None or order.traded != row["traded_volume"] or sum(trade.volume for trade in trades) != row["traded_volume"]:
            return False
        if abs(paid - row["traded_price"] * row["traded_volume"]) > 0.01 or order.is_active() is not (row["status"] in (50, 55)):
            return False
    held = {row["symbol"][:6]: (row["volume"], row["can_use_volume"]) for row in client.get_positions(0)}
    return all((position.volume, position.yd_volume) == held[symbol] for symbol, position in desk.recorder.positions.items())


def test_build_b_is_watched_through_bad_days(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    """F50, F52 to F56 and F70 as far as they go where nothing can be ordered: what others trade on the account is shown as it is."""
    venue.set_options(build="B", link_error_s=0)
    desk = open_desk()
    with client_of(venue) as client:
        client.buy("000001", price=MARKET.high, position_pct=0.01)
        desk.recorder.wait(lambda: desk.recorder.trades and agrees_with_the_list(desk, client), "a purchase made elsewhere", 20.0)
        assert desk.recorder.positions["000001"].frozen > 0, "what was bought today cannot be sold today"

        client.buy("000001", price=MARKET.near, position_pct=0.05)
        desk.recorder.wait(lambda: agrees_with_the_list(desk, client), "an order that rests", 20.0)
        held = venue.faults.add(match=ORDERS, stage="on_reply", action="delay", ms=700)
        desk.recorder.wait(lambda: any(fault["id"] == held["id"] and fault["bitten"] for fault in venue.faults.list()), "a list on its way")
        for price in ("9.89", "9.85", "9.8"):
            venue.set_price("000001.SZ", price)
        desk.recorder.wait(lambda: agrees_with_the_list(desk, client), "the fills of one look", 20.0)

        venue.set_options(link="lost")
        desk.recorder.wait(lambda: desk.recorder.said("Trade API disconnected: status 500"), "the terminal is missed", 20.0)
        venue.set_options(link="up")
        desk.recorder.wait(lambda: len([log for log in desk.recorder.logs if log.msg == "Trade API connected"]) == 2, "the terminal again", 20.0)

        venue.set_options(stale_positions=True)
        before = desk.recorder.positions["000001"].volume
        client.buy("000001", price=MARKET.high, position_pct=0.01)
        desk.recorder.wait(lambda: desk.recorder.said("The position of 000001.SZSE has not changed at the venue"), "the line", 20.0)
        bought = float(client.get_orders(0)[-1]["traded_volume"])
        desk.recorder.wait(lambda: desk.recorder.positions["000001"].volume == before + bought, "our own count")
        venue.set_options(stale_positions=False)
        desk.recorder.wait(lambda: desk.recorder.said("moves again at the venue") and agrees_with_the_list(desk, client), "the venue's figures again", 20.0)


def test_build_a_has_no_quotes_and_says_so_once(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(**{"Quotes From": ""})
    for symbol in ("000001", "600000"):
        desk.gateway.subscribe(SubscribeRequest(symbol, Exchange.SZSE if symbol == "000001" else Exchange.SSE))
    desk.recorder.wait(lambda: desk.recorder.said("The server has no quotes, no ticks will come"), "the line")
    desk.recorder.pass_time(0.5)
    assert len([log for log in desk.recorder.logs if "has no quotes" in log.msg]) == 1
    assert not desk.recorder.ticks and not desk.recorder.contracts["000001"].history_data


def test_a_server_of_an_unknown_build_is_only_read(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    venue.faults.add(match=PROBE, stage="before_engine", action="status", status=400, body='{"error":"something new"}')
    desk = open_desk()
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.REJECTED)
    assert desk.recorder.said("this build of the server is not known") and not desk.rows("order")


@pytest.mark.parametrize("wanted", ["10000002", "1"])
def test_another_account_is_chosen_by_its_number_or_its_index(venue: MockExchange, open_desk: Callable[..., Desk], wanted: str) -> None:
    desk = open_desk(**{"Account": wanted})
    assert list(desk.recorder.accounts) == ["10000002"] and not desk.recorder.positions
    orderid = desk.send("BUY", MARKET.low, 200.0)
    desk.wait_status(orderid, Status.NOTTRADED)
    assert {row["account"] for row in desk.rows("order")} == {"mock-key-1"}


def test_an_account_that_is_not_there_is_named_with_those_that_are(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(ready=False, **{"Account": "nobody"})
    desk.recorder.wait(
        lambda: desk.recorder.said("Setting 'Account': the server has no account 'nobody', there are: 10000001 (index 0), 10000002 (index 1)"), "the line"
    )
    assert not desk.gateway.ready


def test_no_order_leaves_when_the_index_means_another_account(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    venue.set_options(account_order="reversed")
    desk.recorder.wait(lambda: desk.recorder.said("No orders are sent any more: index 0 is account 10000002 now, not 10000001"), "the line", 20.0)
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.REJECTED)
    assert not desk.rows("order")
    venue.set_options(account_order="config")
    desk.recorder.wait(lambda: desk.recorder.said("orders are sent again"), "the line", 20.0)
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.NOTTRADED)
    desk.assert_truth()


# symbols

def test_a_contract_is_made_of_any_symbol_that_is_ordered_or_subscribed_to(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    orderid = send(desk, "688981", Exchange.SSE, 45.0, 200.0)
    desk.wait_status(orderid, Status.NOTTRADED)
    contract = desk.recorder.contracts["688981"]
    assert (contract.pricetick, contract.min_volume, contract.size, contract.net_position) == (0.01, 100, 1, True)
    desk.gateway.subscribe(SubscribeRequest("128013", Exchange.SZSE))
    desk.recorder.wait(lambda: "128013" in desk.recorder.contracts, "contract")
    assert (desk.recorder.contracts["128013"].pricetick, desk.recorder.contracts["128013"].min_volume) == (0.001, 10)
    desk.cancel(orderid, "688981")
    desk.wait_status(orderid, Status.CANCELLED)


@pytest.mark.parametrize(("symbol", "exchange", "price", "volume", "words"), [
    ("000001", Exchange.SSE, 3000.0, 100.0, "000001.SSE is an index, it cannot be traded"),
    ("111001", Exchange.SSE, 100.0, 10.0, "takes the market from the digits and would send the order to SZSE"),
    ("118001", Exchange.SSE, 100.0, 10.0, "takes the market from the digits and would send the order to SZSE"),
    ("600000", Exchange.SZSE, 8.0, 100.0, "it is traded as 600000.SSE"),
    ("131810", Exchange.SZSE, 1.5, 10.0, "is a reverse repo"),
    ("60000", Exchange.SSE, 8.0, 100.0, "is not six digits"),
    ("AAPL", Exchange.SMART, 200.0, 1.0, "trades on SSE, SZSE and BSE only"),
    ("000001", Exchange.SZSE, 9.205, 100.0, "is no multiple of the tick 0.01: 9.2 or 9.21 would be"),
    ("000001", Exchange.SZSE, 9.2, 150.0, "is no multiple of the lot 100"),
    ("688981", Exchange.SSE, 45.0, 100.0, "is below the minimum 200"),
    ("000001", Exchange.SZSE, 9.2, 200_000.0, "needed with fees"),
])
def test_what_cannot_be_ordered_is_refused_here_with_its_reason(
    open_desk: Callable[..., Desk], symbol: str, exchange: Exchange, price: float, volume: float, words: str,
) -> None:
    desk = open_desk(**{"Price Off Tick": "REFUSE"})
    orderid = send(desk, symbol, exchange, price, volume)
    desk.wait_status(orderid, Status.REJECTED)
    lines = [log.msg for log in desk.recorder.logs if "Order rejected" in log.msg]
    assert len(lines) == 1 and words in lines[0] and not desk.rows("order")


# orders

def test_a_market_order_needs_a_price_and_becomes_what_the_setting_says(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(**{"Quotes From": "", "Market Order": "PEER_BEST"})
    orderid = send(desk, "600000", Exchange.SSE, 0.0, 100.0, OrderType.MARKET)
    desk.wait_status(orderid, Status.REJECTED)
    assert desk.recorder.said("no price of 600000 is known")
    orderid = send(desk, "600000", Exchange.SSE, 8.2, 100.0, OrderType.MARKET)
    desk.wait_status(orderid, Status.ALLTRADED)
    with client_of(venue) as client:
        assert [row["price_type"] for row in client.get_orders(0)] == [44]
    desk.assert_truth()


def test_fak_goes_out_only_by_choice(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    refusing, sending = open_desk(), open_desk(**{"FAK": "BEST5_CANCEL"})
    orderid = refusing.send("BUY", MARKET.high, 100.0, OrderType.FAK)
    refusing.wait_status(orderid, Status.REJECTED)
    assert refusing.recorder.said("best five levels and cancel ignores the limit price")
    orderid = sending.send("BUY", 9.5, 200.0, OrderType.FAK)            # its limit is ignored, as the setting's name says
    sending.wait_status(orderid, Status.ALLTRADED)
    assert sending.recorder.trades[-1].price > 9.5
    sending.assert_truth()


def test_orders_from_elsewhere_are_shown_and_can_be_cancelled(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    with client_of(venue) as client:
        placed = client.buy("000001", price=9.3, shares=500)["results"][0]["result"]["order_id"]
        desk = open_desk()
        desk.recorder.wait(lambda: any(orderid.endswith(f"-{placed}") for orderid in desk.recorder.orders), "the order from before")
        second = client.buy("000001", price=9.4, shares=500)["results"][0]["result"]["order_id"]
        desk.recorder.wait(lambda: any(orderid.endswith(f"-{second}") for orderid in desk.recorder.orders), "the order placed meanwhile")
        for orderid in list(desk.recorder.orders):
            desk.cancel(orderid)
            desk.wait_status(orderid, Status.CANCELLED)
        assert {row["status"] for row in client.get_orders(0)} == {54}


def test_a_trade_has_the_same_id_after_a_restart_of_the_gateway(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    first = open_desk()
    orderid = first.send("BUY", MARKET.high, 300.0)
    first.wait_status(orderid, Status.ALLTRADED)
    first.close()
    second = open_desk()
    second.wait_status(orderid, Status.ALLTRADED)
    assert [t.tradeid for t in first.recorder.trades] == [t.tradeid for t in second.recorder.trades] and len(first.recorder.trades) == 1
    second.assert_truth()


def test_a_request_that_was_doubled_on_the_way_is_shown_twice(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.NOTTRADED)
    with client_of(venue) as client:
        again = client.buy("000001", price=MARKET.low, shares=100, strategy_name=orderid)["results"][0]["result"]["order_id"]
    desk.recorder.wait(lambda: desk.recorder.said(f"Order {orderid} is at the server once more"), "the line")
    other = next(each for each in desk.recorder.orders if each.endswith(f"-{again}"))
    desk.cancel(other)
    desk.wait_status(other, Status.CANCELLED)
    assert desk.order(orderid).status is Status.NOTTRADED


# never a second order

def test_thirty_two_orders_into_a_terminal_that_hangs_and_works_off_late(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    """A terminal that needs 200 ms an order, time-outs (6 s in the long form), and an outage in the midst of it."""
    seconds: float = 6.0 if LONG else 1.2
    venue.set_options(terminal="full", order_ms=200 if LONG else 40, late="execute")
    desk = open_desk(ready=False)
    desk.gateway.timings.order_timeout = desk.gateway.timings.query_timeout = seconds
    desk.close()
    desk.connect().wait_ready()
    sent = [desk.send("BUY", round(MARKET.low + 0.01 * (n % 8), 2), 100.0 * (1 + n // 8)) for n in range(16)]
    desk.recorder.wait(lambda: len(desk.rows("order")) >= 4, "some of the orders at the venue", 20.0)
    venue.set_options(link="lost")
    sent += [desk.send("BUY", round(MARKET.low + 0.01 * (n % 8), 2), 100.0 * (1 + n // 8)) for n in range(16, 32)]
    desk.recorder.wait(lambda: desk.recorder.said("in doubt"), "an answer that never comes", 20.0)
    desk.recorder.wait(lambda: desk.recorder.said("Trade API disconnected"), "the terminal is missed", 40.0)
    venue.set_options(link="up")
    desk.recorder.wait(lambda: all(
        orderid in desk.recorder.orders and desk.order(orderid).status is not Status.SUBMITTING for orderid in sent
    ), "every order answered for", 90.0)
    made = {row["client_order_id"] for row in desk.rows("order")}
    assert len({row["order_id"] for row in desk.rows("order")}) == len(made) <= 32, "an order was sent again"
    assert made == {orderid for orderid in sent if desk.order(orderid).status is not Status.REJECTED}
    assert len(made) < 32, "orders went into a terminal that was known to hang"
    desk.assert_truth(30.0)


def test_a_terminal_slower_than_our_patience_doubles_and_loses_nothing(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    """Every answer comes too late, every order is executed, and each is adopted under its own id."""
    count, seconds, order_ms = (32, 6.0, 6_500) if LONG else (6, 0.8, 1_000)
    venue.set_options(terminal="full", order_ms=order_ms)
    desk = open_desk(ready=False)
    desk.gateway.timings.order_timeout = seconds
    desk.gateway.timings.query_timeout = 5.0
    desk.close()
    desk.connect().wait_ready()
    sent = [desk.send("BUY", MARKET.low, 100.0) for _ in range(count)]      # alike: only the tag tells them apart
    desk.recorder.wait(
        lambda: all(orderid in desk.recorder.orders and desk.order(orderid).status is Status.NOTTRADED for orderid in sent), "every order adopted",
        60.0 + count * 2 * order_ms / 1_000,
    )
    doubts = {orderid for orderid in sent for log in desk.recorder.logs if log.msg.startswith(f"Order {orderid} in doubt (timed out")}
    assert doubts == set(sent), "an answer came in time"
    assert {row["client_order_id"] for row in desk.rows("order")} == set(sent)
    assert len({row["order_id"] for row in desk.rows("order")}) == count, "an order was sent again"
    desk.assert_truth(30.0)


def test_the_minute_of_doubt_begins_when_the_terminal_is_back(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    """It works its queue off then: what is not in its lists yet may come."""
    venue.set_options(terminal="full", order_ms=600)
    desk = open_desk()
    bound: float = desk.table.rule.bound
    venue.set_options(link="lost")
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.recorder.wait(lambda: desk.recorder.said("Trade API disconnected"), "the terminal is missed", 20.0)
    desk.recorder.pass_time(bound)          # as long as an order may be absent
    venue.set_options(link="up")
    desk.wait_status(orderid, Status.NOTTRADED, seconds=20.0)
    assert Status.REJECTED not in [order.status for order in desk.recorder.order_pushes if order.orderid == orderid]
    desk.assert_truth()


def test_a_day_that_turns_while_an_order_is_in_doubt_leaves_no_guess() -> None:
    """The list of the new day cannot tell whether it was there: it is over, and the user is told to look."""
    with MockExchange("qmt", seed=7, clock=f"manual={MONDAY}", speed=0.001) as venue, closing(Desk(CASE, venue, spoils=False)) as desk:
        desk.ready()
        venue.faults.add(match=ORDERS, stage="on_reply", action="reset", times=0)
        venue.faults.add(match=BUY, stage="on_reply", action="reset")
        orderid = desk.send("BUY", MARKET.low, 100.0)
        desk.recorder.wait(lambda: desk.recorder.said("in doubt"), "doubt")
        venue.advance(DAY)
        venue.faults.clear()
        desk.wait_status(orderid, Status.CANCELLED, seconds=30.0)
        assert desk.recorder.said(f"Order {orderid} has ended with its trading day, before the venue could be asked for it")
        desk.assert_truth()


def test_times_are_those_of_the_market(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.subscribe()
    filled, refused = desk.send("BUY", MARKET.high, 100.0), desk.send("BUY", MARKET.low, 150.0)
    desk.wait_status(filled, Status.ALLTRADED)
    desk.wait_status(refused, Status.REJECTED)
    desk.recorder.wait(lambda: desk.recorder.ticks, "a tick")
    times = [desk.order(filled).datetime, desk.order(refused).datetime, desk.recorder.trades[0].datetime, desk.recorder.ticks[-1].datetime]
    assert all(time is not None and time.utcoffset() == timedelta(hours=8) for time in times), times


def test_new_orders_wait_for_one_in_doubt_where_the_setting_says_so(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(**{"In Doubt": "REFUSE"})
    venue.faults.add(match=BUY, stage="before_engine", action="reset")
    lost = desk.send("BUY", MARKET.low, 100.0)
    desk.recorder.wait(lambda: desk.recorder.said("in doubt"), "doubt")
    refused = desk.send("BUY", MARKET.low, 200.0)
    desk.wait_status(refused, Status.REJECTED)
    assert desk.recorder.said("an order of 000001 is in doubt, and the setting In Doubt says to wait for it")
    other = send(desk, "600000", Exchange.SSE, 7.5, 100.0)
    desk.wait_status(other, Status.NOTTRADED)
    desk.wait_status(lost, Status.REJECTED, seconds=30.0)
    desk.wait_status(desk.send("BUY", MARKET.low, 300.0), Status.NOTTRADED)


def test_one_that_was_lost_long_ago_does_not_stand_in_the_way(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    """Without tags: an order that was concluded never to have come, and a later one just like it whose answer is lost."""
    venue.set_options(strategy_name="dropped")
    desk = open_desk()
    venue.faults.add(match=BUY, stage="before_engine", action="reset")
    first = desk.send("BUY", MARKET.low, 200.0)
    desk.wait_status(first, Status.REJECTED, seconds=30.0)
    venue.faults.add(match=BUY, stage="on_reply", action="status", status=502, body="<html>bad</html>")
    second = desk.send("BUY", MARKET.low, 200.0)
    desk.wait_status(second, Status.NOTTRADED, seconds=30.0)
    assert desk.recorder.said("in doubt (HTTP 502: <html>bad</html>)") and desk.order(first).status is Status.REJECTED
    desk.cancel(second)
    desk.wait_status(second, Status.CANCELLED)


def test_a_new_embedded_exchange_does_not_have_the_orders_of_the_last(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(**{"Server": "EMBEDDED", "Host": "", "Client ID": "", "Secret Key": ""})
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.NOTTRADED, seconds=20.0)
    ready = len(desk.recorder.said("Embedded exchange ready"))
    desk.connect(**{"Server": "EMBEDDED", "Host": "", "Client ID": "", "Secret Key": ""})
    desk.recorder.wait(lambda: len(desk.recorder.said("Embedded exchange ready")) > ready, "the next one", 20.0)
    desk.wait_status(orderid, Status.CANCELLED, seconds=20.0)
    assert desk.recorder.said(f"Order {orderid} has ended with the exchange that it was sent to") and not desk.recorder.said("is alive although")


def test_closing_with_an_order_in_doubt_is_said(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    venue.faults.add(match=BUY, stage="on_reply", action="reset")
    venue.faults.add(match=ORDERS, stage="on_reply", action="reset", times=0)
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.recorder.wait(lambda: desk.recorder.said("in doubt"), "doubt")
    desk.gateway.close()
    assert desk.recorder.said(f"Closed with 1 orders whose fate is unknown: {orderid}. Look for them at the venue")


# bad input, and what to do about it

def test_a_server_that_is_no_qmt_server_is_named_and_nothing_else_is_asked(open_desk: Callable[..., Desk]) -> None:
    with MockExchange("binance", seed=7) as other:
        desk = open_desk(ready=False, **{"Host": other.rest})
        desk.recorder.wait(lambda: desk.recorder.said(f"{other.rest} is no QMT server: it answers HTTP 404"), "the line", 20.0)
        orderid = desk.send("BUY", MARKET.low, 100.0)
        desk.wait_status(orderid, Status.REJECTED)
        assert desk.recorder.said(f"Order rejected, not sent: not connected, {other.rest} is no QMT server")
        desk.recorder.pass_time(0.5)
        assert not desk.recorder.said("Trade API connected") and not desk.recorder.said("/ refused")


def test_a_host_that_is_not_there_is_a_warning_and_the_reason_of_refusals(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(ready=False, **{"Host": "http://127.0.0.1:9"})
    desk.recorder.wait(lambda: desk.recorder.said("Query accounts failed, trying again: no connection to 127.0.0.1:9", 30), "the line", 20.0)
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.REJECTED)
    assert desk.recorder.said("Order rejected, not sent: not connected, no connection to 127.0.0.1:9")


@pytest.mark.parametrize(("setting", "words"), [
    ({"Secret Key": "wrong"}, "Authentication failed, message: 签名验证失败. Check Client ID and Secret Key"),
    ({"Client ID": "wrong"}, "Authentication failed, message: 无效的客户端ID. Check Client ID and Secret Key"),
])
def test_a_wrong_key_is_one_line(open_desk: Callable[..., Desk], setting: dict[str, str], words: str) -> None:
    desk = open_desk(ready=False, **setting)
    desk.recorder.wait(lambda: desk.recorder.said(words), "the line")
    desk.recorder.pass_time(1.0)
    assert len([log for log in desk.recorder.logs if log.level >= 30]) == 1 and not desk.gateway.ready


def test_a_clock_that_is_six_minutes_off_heals_by_the_servers_date(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    venue.clock(360_000)
    desk = open_desk()
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.NOTTRADED)
    assert desk.recorder.said("Requests are signed by the server's clock")
    desk.assert_truth()


def test_a_time_that_does_not_heal_is_said_with_both_clocks(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    venue.faults.add(match=BUY, stage="before_engine", action="status", status=401, body='{"error":"请求时间戳过期"}', times=2)
    orderid = desk.send("BUY", MARKET.low, 100.0)
    desk.wait_status(orderid, Status.REJECTED)
    assert desk.recorder.said("Signatures are valid within 300 s: set the clocks right") and not desk.rows("order")


def test_pages_in_place_of_answers_are_said_and_asked_again(venue: MockExchange, open_desk: Callable[..., Desk]) -> None:
    venue.faults.add(match="GET /qmt/trade/api/accounts", stage="before_engine", action="status", status=502, body="<html>Bad Gateway</html>", times=2)
    venue.faults.add(match="GET /qmt/trade/api/positions/0", stage="before_engine", action="status", status=200, body="<html>login</html>")
    desk = open_desk()
    assert desk.recorder.said("Query accounts failed, trying again") and desk.recorder.said("Query position failed, trying again")
    desk.assert_truth()


# days

def test_a_week_of_trading_days_in_seconds() -> None:
    """Lunch, close, night, week-end; ids that begin again every morning; what was bought is sold a day later."""
    with MockExchange("qmt", seed=7, clock=f"manual={MONDAY}", options={"calendar": "exchange"}, speed=0.001) as venue, closing(Desk(CASE, venue, spoils=False)) as desk:
        def at(day: int, hour: int, minute: int) -> None:
            target = MONDAY + day * DAY + ((hour - 8) * 60 + minute) * 60_000
            venue.advance(target - venue.state()["now"])

        desk.ready()
        position = desk.recorder.positions
        held = 1_000.0
        ids: list[str] = []
        for day in range(5):
            at(day, 9, 35)
            best = venue.state()["symbols"]["000001.SZ"]
            bought = desk.send("BUY", round(float(best["best_ask"]) + 0.05, 2), 100.0)
            desk.wait_status(bought, Status.ALLTRADED, seconds=20.0)
            held += 100.0
            desk.recorder.wait(lambda held=held: "000001" in position and position["000001"].volume == held, "the position", 10.0)
            ids.append(desk.table.get(bought).venue_id)
            sold_today = desk.send("SELL", float(best["best_bid"]), held)
            desk.wait_status(sold_today, Status.REJECTED)
            assert desk.recorder.said(f"is above the {held - 100:g} that can be sold now")
            resting = desk.send("BUY", round(float(best["best_bid"]) - 0.5, 2), 100.0)
            desk.wait_status(resting, Status.NOTTRADED)
            at(day, 12, 0)
            assert desk.order(resting).status is Status.NOTTRADED, "lunch took an order"
            at(day, 13, 5)
            assert desk.order(resting).status is Status.NOTTRADED
            at(day, 15, 30)
            desk.wait_status(resting, Status.CANCELLED, seconds=20.0)
        at(5, 12, 0)                    # Saturday
        late = desk.send("BUY", 9.5, 100.0)
        desk.wait_status(late, Status.REJECTED, seconds=20.0)
        at(7, 9, 40)                    # Monday
        desk.gateway.query_position()       # looks rest by the gateway's own clock, for which no week has passed
        desk.recorder.wait(lambda: position["000001"].yd_volume == held, "everything can be sold", 10.0)
        last = desk.send("SELL", round(float(venue.state()["symbols"]["000001.SZ"]["best_bid"]) - 0.5, 2), held)
        desk.wait_status(last, Status.ALLTRADED, seconds=20.0)
        assert len({venue_id[:8] for venue_id in ids}) == 5 and len({venue_id[9:] for venue_id in ids}) == 1
        assert not desk.recorder.said("begins anew") and not desk.recorder.said("disconnected")
        assert not desk.recorder.said("after the last look"), "the last look of each day was after its close"
        desk.assert_truth(30.0)
