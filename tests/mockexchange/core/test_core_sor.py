"""Smart order routing: the examples of faqs/sor_faq.md, with their numbers."""

from typing import Any

import pytest
from core_world import NOW, check_invariants, fills, plain, prints, reports, snapshot

from mockexchange.core import Exchange
from mockexchange.core.commands import CancelOrder, Deposit, PlaceOrder, SetSymbolStatus
from mockexchange.core.errors import Refusal
from mockexchange.core.events import BalanceChange, Event
from mockexchange.core.instruments import make_instrument
from mockexchange.core.numbers import parse_amount
from mockexchange.core.orders import Order

ROUTE = ("BTCUSDT", "BTCUSDC", "BTCUSDP")
ASKS = [
    ("BTCUSDT", "3", "30800"), ("BTCUSDT", "3", "30500"), ("BTCUSDC", "1", "30000"), ("BTCUSDC", "1", "28000"), ("BTCUSDP", "1", "35000"),
    ("BTCUSDP", "1", "29000"),
]
BIDS = [("BTCUSDT", "5", "29500"), ("BTCUSDC", "5", "35000"), ("BTCUSDC", "5", "30000"), ("BTCUSDP", "5", "28000")]


class Desk:
    """One exchange with a route of three symbols, "me" and the "maker"."""

    def __init__(self, side: str, rows: list[tuple[str, str, str]]) -> None:
        listed = [make_instrument(symbol, "BTC", symbol[3:], "0.01", "0.001", "30000") for symbol in ROUTE]
        for each in listed:
            each.maker_fee = each.taker_fee = 0
            each.default_stp_mode = "NONE"
        self.exchange = Exchange(listed, 1)
        self.exchange.set_routes([ROUTE])
        self.now = NOW
        for account in ("me", "maker"):
            for asset in ("BTC", "USDT", "USDC", "USDP"):
                self.apply(Deposit(account, asset, parse_amount("1000000" if asset != "BTC" else "100")))
        self.makers = [self.place(symbol, "maker", side, quantity, price) for symbol, quantity, price in rows]

    def apply(self, command: Any) -> list[Event]:
        self.now += 1000
        events = self.exchange.apply(command, self.now)
        check_invariants(self.exchange)
        return events

    def send(self, side: str, quantity: str, price: str = "", symbol: str = "BTCUSDT", account: str = "me", **more: Any) -> list[Event]:
        return self.apply(PlaceOrder(
            account, symbol, side, "LIMIT" if price else "MARKET", parse_amount(quantity), parse_amount(price or "0"), **more
        ))

    def order_of(self, events: list[Event]) -> Order:
        first = reports(events)[0]
        return self.exchange.find_order(first.account, first.symbol, first.order_id)

    def place(self, symbol: str, account: str, side: str, quantity: str, price: str, **more: Any) -> Order:
        return self.order_of(self.send(side, quantity, price, symbol, account, **more))

    def route(self, side: str, quantity: str, price: str = "", **more: Any) -> list[Event]:
        return self.send(side, quantity, price, uses_sor=True, **more)

    def gained(self, account: str) -> dict[str, str]:
        """What an account has more or less than at first."""
        start = {asset: parse_amount("1000000" if asset != "BTC" else "100") for asset in ("BTC", "USDT", "USDC", "USDP")}
        held = self.exchange.balances(account)
        return {asset: plain(sum(held[asset]) - amount) for asset, amount in start.items() if sum(held[asset]) != amount}


def allocated(events: list[Event]) -> list[tuple[int, int, str, str]]:
    return [(fill.trade_id, fill.allocation_id, plain(fill.price), plain(fill.quantity)) for fill in fills(events) if fill.account == "me"]


def test_example_1() -> None:
    plain_desk = Desk("SELL", ASKS)
    order = plain_desk.order_of(plain_desk.send("BUY", "0.5", "31000"))
    assert plain(order.executed_quote) == "15250"
    desk = Desk("SELL", ASKS)
    events = desk.route("BUY", "0.5", "31000")
    order = desk.order_of(events)
    assert (order.status, plain(order.executed_quote)) == ("FILLED", "14000")
    assert allocated(events) == [(-1, 0, "28000", "0.5")]
    assert desk.gained("me") == {"BTC": "0.5", "USDT": "-14000"}
    assert desk.gained("maker") == {"BTC": "-0.5", "USDC": "14000"}
    assert order.special is not None and order.special.used_sor and order.special.working_floor == "SOR"


def test_example_2() -> None:
    desk = Desk("SELL", ASKS)
    events = desk.route("BUY", "5", "31000")
    assert allocated(events) == [(-1, 0, "28000", "1"), (-1, 1, "29000", "1"), (-1, 2, "30000", "1"), (-1, 3, "30500", "2")]
    assert desk.gained("me") == {"BTC": "5", "USDT": "-148000"}
    assert desk.gained("maker") == {"BTC": "-5", "USDT": "61000", "USDC": "58000", "USDP": "29000"}
    assert {trade.symbol for trade in prints(events)} == set(ROUTE), "the makers trade on their own books"
    changes = {(event.account, asset) for event in events if isinstance(event, BalanceChange) for asset in event.assets}
    assert changes == {("me", "BTC"), ("me", "USDT"), *(("maker", asset) for asset in ("BTC", "USDT", "USDC", "USDP"))}


def test_example_3() -> None:
    desk = Desk("SELL", ASKS)
    events = desk.route("BUY", "11")
    order = desk.order_of(events)
    assert (order.status, plain(order.executed), plain(order.executed_quote)) == ("EXPIRED", "10", "305900")
    assert order.expiry_reason == "INSUFFICIENT_LIQUIDITY"
    assert [row[2:] for row in allocated(events)] == [
        ("28000", "1"), ("29000", "1"), ("30000", "1"), ("30500", "3"), ("30800", "3"), ("35000", "1"),
    ]


def test_example_4() -> None:
    desk = Desk("BUY", BIDS)
    order = desk.order_of(desk.send("SELL", "10", "29000"))
    assert (plain(order.executed), plain(order.executed_quote), order.status) == ("5", "147500", "PARTIALLY_FILLED")
    desk = Desk("BUY", BIDS)
    events = desk.route("SELL", "10", "29000")
    assert allocated(events) == [(-1, 0, "35000", "5"), (-1, 1, "30000", "5")]
    assert desk.gained("me") == {"BTC": "-10", "USDT": "325000"}, "the quote asset of the order's own symbol"


def test_the_rest_of_a_limit_order_goes_to_its_own_book_and_trades_there() -> None:
    desk = Desk("SELL", ASKS)
    order = desk.order_of(desk.route("BUY", "3", "29500"))
    assert (order.status, plain(order.executed)) == ("PARTIALLY_FILLED", "2")
    assert desk.exchange.books["BTCUSDT"].bids(1) == [(parse_amount("29500"), parse_amount("1"))]
    events = desk.send("SELL", "1", "29500", account="maker")
    assert order.status == "FILLED" and [(fill.trade_id > 0, fill.allocation_id) for fill in fills(events) if fill.account == "me"] == [(True, -1)]
    assert order.special is not None and order.special.working_floor == "EXCHANGE"
    assert len(desk.exchange.allocations("me", "BTCUSDT")) == 2 and len(desk.exchange.fills("me", "BTCUSDT")) == 1
    resting = desk.order_of(desk.route("BUY", "1", "20000"))
    assert resting.special is not None and resting.special.working_floor == "EXCHANGE"
    desk.apply(CancelOrder("me", "BTCUSDT", resting.order_id))


def test_an_order_that_must_be_filled_whole_counts_all_books() -> None:
    desk = Desk("SELL", ASKS)
    assert desk.order_of(desk.route("BUY", "9", "31000", time_in_force="FOK")).status == "FILLED"
    desk = Desk("SELL", ASKS)
    assert desk.order_of(desk.route("BUY", "9.001", "31000", time_in_force="FOK")).status == "EXPIRED"
    assert desk.order_of(desk.route("BUY", "9.5", "31000", time_in_force="IOC")).status == "EXPIRED"


def test_self_trade_prevention_across_books() -> None:
    desk = Desk("SELL", ASKS)
    own = desk.place("BTCUSDC", "me", "SELL", "1", "27000")
    taker = desk.order_of(desk.route("BUY", "1", "28000", stp_mode="EXPIRE_MAKER"))
    assert (own.status, taker.status) == ("EXPIRED_IN_MATCH", "FILLED")
    match, = desk.exchange.prevented_matches("me", "BTCUSDT")
    assert (match.symbol, match.maker_symbol, match.maker_order_id, plain(match.maker_quantity)) == ("BTCUSDT", "BTCUSDC", own.order_id, "1")
    own = desk.place("BTCUSDC", "me", "SELL", "1", "27000")
    taker = desk.order_of(desk.route("BUY", "1", "28000", stp_mode="EXPIRE_TAKER"))
    assert (own.status, taker.status) == ("NEW", "EXPIRED_IN_MATCH")


def test_a_symbol_that_is_halted_is_left_out() -> None:
    desk = Desk("SELL", ASKS)
    desk.apply(SetSymbolStatus("BTCUSDC", "HALT"))
    assert [row[2] for row in allocated(desk.route("BUY", "2", "31000"))] == ["29000", "30500"]


def test_stops_of_another_symbol_trigger() -> None:
    desk = Desk("SELL", ASKS)
    stop = desk.order_of(desk.apply(PlaceOrder(
        "maker", "BTCUSDC", "BUY", "TAKE_PROFIT", parse_amount("0.5"), stop_price=parse_amount("28500")
    )))
    desk.route("BUY", "0.5", "28000")
    assert (stop.status, plain(stop.executed_quote)) == ("FILLED", "14000")


def test_refusals() -> None:
    desk = Desk("SELL", ASKS)
    for more, reason in (
        ({"type": "LIMIT_MAKER", "price": parse_amount("20000")}, "UNSUPPORTED_TYPE"),
        ({"quote_quantity": parse_amount("100"), "quantity": 0}, "UNSUPPORTED_TYPE"),
        ({"type": "LIMIT", "peg_price_type": "PRIMARY_PEG"}, "UNSUPPORTED_TYPE"),
        ({"quantity": parse_amount("99")}, ""),
    ):
        fields: dict[str, Any] = {
            "account": "me", "symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": parse_amount("1"), "uses_sor": True, **more,
        }
        if not reason:
            desk.exchange.check_filters(PlaceOrder(**fields), desk.now)
            continue
        before = snapshot(desk.exchange)
        with pytest.raises(Refusal) as caught:
            desk.apply(PlaceOrder(**fields))
        assert caught.value.reason == reason and snapshot(desk.exchange) == before
    desk.exchange.set_routes([])
    with pytest.raises(Refusal, match="This symbol has no SOR"):
        desk.route("BUY", "1")


@pytest.mark.parametrize(("routes", "word"), [
    ([("BTCUSDT", "NOSUCH")], "NOSUCH"), ([("BTCUSDT",), ("BTCUSDT",)], "twice"), ([()], "one base asset"),
])
def test_routes_that_cannot_be(routes: list[tuple[str, ...]], word: str) -> None:
    desk = Desk("SELL", ASKS)
    with pytest.raises(ValueError, match=word):
        desk.exchange.set_routes(routes)
    assert desk.exchange.routes == [ROUTE]
