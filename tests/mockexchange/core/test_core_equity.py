"""
Cash equity: lots by side, tick by price, the day's band, T+1, fees, auctions, the day's end.

Figures are those of specs/qmt.md 4 and 5 (A-shares) and specs/futu_rest.md 5 (Hong Kong); fees worked out by hand.
"""

import os
from typing import Any

import pytest
from core_world import NOW, plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockexchange.core import Exchange, Instrument
from mockexchange.core.auction import by_priority, clearing_price, match_at
from mockexchange.core.commands import (
    CancelAll,
    CancelOrder,
    Command,
    Deposit,
    EndDay,
    FeedTrade,
    PlaceOrder,
    Quote,
    SetPrice,
    SetRules,
    SetSymbolStatus,
)
from mockexchange.core.errors import Refusal
from mockexchange.core.events import (
    BalanceChange,
    DayEnd,
    Event,
    Fill,
    OrderReport,
    PublicTrade,
)
from mockexchange.core.instruments import CashEquity
from mockexchange.core.numbers import SCALE, parse_amount
from mockexchange.core.orders import BookOrder, Order
from mockexchange.core.rules import CashEquityRules, make_rules

SHARE, BOND, STAR, HONGKONG = "000001.SZ", "128013.SZ", "688981.SH", "00700.HK"
HUNDRED: int = 100 * SCALE
FEES: dict[str, int] = {
    "commission": parse_amount("0.00025"), "least_commission": parse_amount("5"), "stamp_duty": parse_amount("0.0005"),
    "transfer_fee": parse_amount("0.00001"),
}


def share(symbol: str, price: str, tick: str = "0.01", **terms: Any) -> Instrument:
    currency = "HKD" if symbol.endswith(".HK") else "CNY"
    given = {"lot": HUNDRED, "least": HUNDRED, "t_plus": 1, "band": SCALE // 10, **terms}
    return Instrument(
        symbol=symbol, base=symbol, quote=currency, tick_size=parse_amount(tick), step_size=SCALE,
        min_price=0, max_price=0, min_quantity=SCALE, max_quantity=1_000_000 * SCALE, market_max_quantity=1_000_000 * SCALE,
        min_notional=0, max_notional=0, start_price=parse_amount(price), maker_fee=0, taker_fee=0,
        default_stp_mode="NONE", max_num_orders=10_000, equity=CashEquity(**given),
    )


def instruments() -> list[Instrument]:
    return [
        share(SHARE, "10", **FEES),
        share(BOND, "120", "0.001", lot=10 * SCALE, least=10 * SCALE, t_plus=0, band=SCALE // 5),
        share(STAR, "55", lot=SCALE, least=200 * SCALE, band=SCALE // 5),
        share(
            HONGKONG, "300", "0.01", t_plus=0, band=0, odd_lots=False,
            ticks=((parse_amount("0.5"), parse_amount("0.005")), (parse_amount("200"), parse_amount("0.2")), (parse_amount("500"), parse_amount("0.5"))),
        ),
    ]


class Desk:
    """One exchange; account "a" has 1,000,000 CNY and HKD and 1,050 sellable shares, "b" the same."""

    def __init__(self) -> None:
        self.exchange = Exchange(instruments(), 3)
        self.now = NOW
        for account in ("a", "b"):
            for asset, amount in (("CNY", "1000000"), ("HKD", "1000000"), (SHARE, "1050"), (STAR, "150"), (HONGKONG, "1050")):
                self.apply(Deposit(account, asset, parse_amount(amount)))

    def apply(self, command: Command) -> list[Event]:
        self.now += 1_000
        events = self.exchange.apply(command, self.now)
        self.exchange.ledger.check()
        return events

    def limit(self, side: str, quantity: str, price: str, account: str = "a", symbol: str = SHARE, tif: str = "GTC") -> Order:
        self.apply(PlaceOrder(account, symbol, side, "LIMIT", parse_amount(quantity), parse_amount(price), tif))
        return self.exchange.all_orders(account, symbol)[-1]

    def refused(self, side: str, quantity: str, price: str, symbol: str = SHARE, **more: Any) -> str:
        with pytest.raises(Refusal) as caught:
            self.apply(PlaceOrder("a", symbol, side, more.pop("type", "LIMIT"), parse_amount(quantity), parse_amount(price), **more))
        return caught.value.filter or caught.value.reason

    def quote(self, side: str, price: str, quantity: str, symbol: str = SHARE) -> None:
        self.apply(Quote(symbol, side, parse_amount(price), parse_amount(quantity)))

    def status(self, status: str, symbol: str = SHARE) -> list[Event]:
        return self.apply(SetSymbolStatus(symbol, status))

    def held(self, asset: str, account: str = "a") -> tuple[str, str, str]:
        """Free, locked, unsettled."""
        ledger = self.exchange.ledger
        return tuple(plain(part[account].get(asset, 0)) for part in (ledger.free, ledger.locked, ledger.unsettled))  # type: ignore[return-value]


def test_shares_bought_today_cannot_be_sold_before_the_day_ends() -> None:
    desk = Desk()
    desk.quote("SELL", "10", "5000")
    assert desk.limit("BUY", "1000", "10").status == "FILLED"
    assert desk.held(SHARE) == ("1050", "0", "1000")
    assert desk.refused("SELL", "2000", "10") == "INSUFFICIENT_BALANCE"
    events = desk.apply(EndDay(SHARE))
    assert desk.held(SHARE) == ("2050", "0", "0")
    assert [event for event in events if isinstance(event, BalanceChange)][0].assets == {SHARE: (2050 * SCALE, 0)}
    desk.limit("SELL", "2000", "10.5")
    assert desk.held(SHARE) == ("50", "2000", "0")


def test_a_balance_change_says_what_is_unsettled() -> None:
    desk = Desk()
    desk.quote("SELL", "10", "5000")
    events = desk.apply(PlaceOrder("a", SHARE, "BUY", "LIMIT", 300 * SCALE, 10 * SCALE))
    changes = [event for event in events if isinstance(event, BalanceChange)]
    assert [change.unsettled for change in changes] == [{SHARE: 300 * SCALE, "CNY": 0}]


def test_bonds_are_sold_on_the_day_they_are_bought() -> None:
    desk = Desk()
    desk.quote("SELL", "120", "500", BOND)
    assert desk.limit("BUY", "20", "120", symbol=BOND).status == "FILLED"
    assert desk.held(BOND) == ("20", "0", "0")
    assert desk.limit("SELL", "20", "120", symbol=BOND).status == "NEW"


@pytest.mark.parametrize(("side", "quantity", "verdict"), [
    ("BUY", "100", ""), ("BUY", "150", "LOT_SIZE"), ("BUY", "50", "LOT_SIZE"), ("BUY", "0", "LOT_SIZE"),
    ("SELL", "100", ""), ("SELL", "50", ""), ("SELL", "150", ""), ("SELL", "1050", ""), ("SELL", "20", "LOT_SIZE"), ("SELL", "120", "LOT_SIZE"),
])
def test_lots_of_a_main_board_share(side: str, quantity: str, verdict: str) -> None:
    """1,050 are held: the odd 50 are sold at once, alone or with full lots."""
    desk = Desk()
    if verdict:
        assert desk.refused(side, quantity, "10") == verdict
    else:
        assert desk.limit(side, quantity, "10").status == "NEW"


@pytest.mark.parametrize(("side", "quantity", "verdict"), [
    ("BUY", "200", ""), ("BUY", "201", ""), ("BUY", "199", "LOT_SIZE"), ("SELL", "150", ""), ("SELL", "149", "LOT_SIZE"),
])
def test_lots_of_the_star_market(side: str, quantity: str, verdict: str) -> None:
    """At least 200, then by one; less than 200 are sold at once."""
    desk = Desk()
    if verdict:
        assert desk.refused(side, quantity, "55", STAR) == verdict
    else:
        assert desk.limit(side, quantity, "55", symbol=STAR).status == "NEW"


@pytest.mark.parametrize(("price", "verdict"), [
    ("300.2", ""), ("300.1", "PRICE_FILTER"), ("500.5", ""), ("500.2", "PRICE_FILTER"), ("0.255", "PRICE_FILTER"), ("0.505", ""), ("0.25", ""),
])
def test_ticks_of_hong_kong_go_by_price(price: str, verdict: str) -> None:
    desk = Desk()
    if verdict:
        assert desk.refused("BUY", "100", price, HONGKONG) == verdict
    else:
        assert desk.limit("BUY", "100", price, symbol=HONGKONG).status == "NEW"


def test_a_tick_begins_at_its_price() -> None:
    rules = make_rules(Desk().exchange._markets[HONGKONG], [])
    assert isinstance(rules, CashEquityRules)
    assert [plain(rules.tick(parse_amount(price))) for price in ("0.49", "0.5", "199.9", "200")] == ["0.01", "0.005", "0.005", "0.2"]


def test_no_quantity_is_odd_for_who_holds_none_and_for_who_buys() -> None:
    desk = Desk()
    assert desk.refused("SELL", "10", "120", BOND) == "INSUFFICIENT_BALANCE"
    assert desk.refused("SELL", "10.00000001", "120", BOND) == "LOT_SIZE" == desk.refused("BUY", "100.00000001", "10")


def test_the_largest_order() -> None:
    desk = Desk()
    assert desk.refused("BUY", "1000000", "10") == "INSUFFICIENT_BALANCE"
    assert desk.refused("BUY", "1000100", "10") == "LOT_SIZE"


def test_open_orders_are_counted_by_share() -> None:
    desk = Desk()
    desk.apply(SetRules(SHARE, {"max_num_orders": 2}))
    first = desk.limit("BUY", "100", "9.9")
    desk.limit("BUY", "200", "55", symbol=STAR)
    desk.limit("BUY", "100", "9.9", "b")
    desk.limit("BUY", "100", "9.8")
    with pytest.raises(Refusal) as caught:
        desk.apply(PlaceOrder("a", SHARE, "BUY", "LIMIT", HUNDRED, 10 * SCALE))
    assert (caught.value.reason, caught.value.filter) == ("FILTER", "MAX_NUM_ORDERS")
    desk.apply(CancelOrder("a", SHARE, first.order_id))
    assert desk.limit("BUY", "100", "9.9").status == "NEW"


def test_a_mode_against_self_trades_must_be_one() -> None:
    assert Desk().refused("BUY", "100", "10", stp_mode="SOMETHING") == "STP_NOT_ALLOWED"


def test_odd_lots_are_not_sold_in_hong_kong() -> None:
    desk = Desk()
    assert desk.refused("SELL", "50", "300", HONGKONG) == "LOT_SIZE"


@pytest.mark.parametrize(("price", "verdict"), [("11", ""), ("11.01", "PRICE_LIMIT"), ("9", ""), ("8.99", "PRICE_LIMIT"), ("10.001", "PRICE_FILTER")])
def test_the_band_of_the_previous_close(price: str, verdict: str) -> None:
    desk = Desk()
    if verdict:
        assert desk.refused("BUY", "100", price) == verdict
    else:
        assert desk.limit("BUY", "100", price).status == "NEW"


def test_the_band_is_rounded_half_up_and_moves_with_the_close() -> None:
    """10 % of 10.05 is 1.005: the limits are 11.06 and 9.05."""
    desk = Desk()
    desk.quote("SELL", "10.05", "100")
    desk.limit("BUY", "100", "10.05")
    ended = desk.apply(EndDay(SHARE))
    assert [event for event in ended if isinstance(event, DayEnd)] == [DayEnd(SHARE, parse_amount("10.05"), desk.now)]
    assert desk.limit("BUY", "100", "11.06").status == "NEW"
    assert desk.refused("BUY", "100", "11.07") == "PRICE_LIMIT"
    assert desk.limit("SELL", "100", "9.05", tif="IOC").status == "FILLED"
    assert desk.refused("SELL", "100", "9.04") == "PRICE_LIMIT"


@pytest.mark.parametrize(("price", "tick", "ticks", "band"), [
    ("10.02", "0.01", (("10.5", "0.05"),), ("9.02", "11")),
    ("10.23", "0.01", (("11.2", "0.1"),), ("9.21", "11.3")),
    ("10.00000001", "0.00000001", (), ("9.00000001", "11.00000001")),
])
def test_each_limit_of_the_band_has_the_tick_of_its_price(price: str, tick: str, ticks: tuple[tuple[str, str], ...], band: tuple[str, str]) -> None:
    """Of 10.02: 9.018 and 11.022. Of 10.23: 9.207 and 11.253, which is nearer to 11.3 than to 11.2."""
    terms = tuple((parse_amount(above), parse_amount(size)) for above, size in ticks)
    exchange = Exchange([share(SHARE, price, tick, ticks=terms)], 3)
    market = exchange._markets[SHARE]
    assert (plain(market.lowest), plain(market.highest)) == band
    exchange.apply(Deposit("a", "CNY", 1_000_000 * SCALE), NOW)
    for limit in band:
        exchange.apply(PlaceOrder("a", SHARE, "BUY", "LIMIT", HUNDRED, parse_amount(limit)), NOW)
    assert {order.status for order in exchange.all_orders("a", SHARE)} == {"NEW"}


def test_the_market_maker_stays_inside_the_band() -> None:
    desk = Desk()
    for command in (Quote(SHARE, "SELL", parse_amount("11.01"), HUNDRED), SetPrice(SHARE, parse_amount("8.99"))):
        with pytest.raises(ValueError, match="band of 000001.SZ"):
            desk.apply(command)
    desk.quote("BUY", "9.01", "500")
    desk.quote("SELL", "9.11", "500")
    desk.apply(SetPrice(SHARE, parse_amount("9")))
    assert desk.exchange.books[SHARE].bids(5) == [] and desk.exchange.books[SHARE].asks(5) == [(parse_amount("9.05"), 500 * SCALE)]


def test_fees_of_a_purchase_and_a_sale() -> None:
    """10,000 CNY: commission 2.5 is less than 5; transfer fee 0.10; stamp duty of the sale 5. 900 x 100 CNY: 22.5."""
    desk = Desk()
    desk.quote("SELL", "10", "100000")
    desk.limit("BUY", "1000", "10")
    assert desk.held("CNY") == ("989994.9", "0", "0")
    assert plain(desk.exchange.fills("a", SHARE)[-1].fee) == "5.1"
    desk.limit("BUY", "9000", "10")
    assert plain(desk.exchange.fills("a", SHARE)[-1].fee) == "23.4"
    desk = Desk()
    desk.quote("BUY", "10", "100000")
    desk.limit("SELL", "1000", "10")
    assert desk.held("CNY") == ("1009989.9", "0", "0")
    fill = desk.exchange.fills("a", SHARE)[-1]
    assert (plain(fill.fee), fill.fee_asset) == ("10.1", "CNY")


def test_the_least_commission_is_taken_once_an_order() -> None:
    desk = Desk()
    order = desk.limit("BUY", "1000", "10")
    for _ in range(10):
        desk.apply(FeedTrade(SHARE, "SELL", HUNDRED))
    assert order.status == "FILLED"
    assert plain(sum(fill.fee for fill in desk.exchange.order_fills("a", order.order_id))) == "5.1"
    assert desk.held("CNY") == ("989994.9", "0", "0")


def test_a_purchase_locks_its_fees() -> None:
    desk = Desk()
    desk.limit("BUY", "1000", "10")
    assert desk.held("CNY") == ("989994.9", "10005.1", "0")
    assert desk.refused("BUY", "99900", "10") == "INSUFFICIENT_BALANCE"


def test_a_market_order_needs_its_fees_too() -> None:
    desk = Desk()
    desk.quote("SELL", "10", "100000")
    desk.apply(Deposit("a", "CNY", -parse_amount("989995")))          # 10,005.00 are left
    assert desk.refused("BUY", "1000", "0", type="MARKET") == "INSUFFICIENT_BALANCE"
    desk.apply(Deposit("a", "CNY", parse_amount("0.1")))
    desk.apply(PlaceOrder("a", SHARE, "BUY", "MARKET", 1000 * SCALE))
    assert desk.held("CNY")[0] == "0"


@pytest.mark.parametrize("status", ["BREAK", "END_OF_DAY", "HALT"])
def test_closed_hours_take_no_orders_and_keep_the_old_ones(status: str) -> None:
    desk = Desk()
    order = desk.limit("BUY", "100", "9.9")
    desk.status(status)
    assert desk.refused("BUY", "100", "9.9") == "MARKET_CLOSED"
    assert order.status == "NEW"
    desk.apply(CancelOrder("a", SHARE, order.order_id))
    assert order.status == "CANCELED"


def test_stock_exchanges_have_no_stops_icebergs_and_orders_by_amount() -> None:
    desk = Desk()
    assert desk.refused("BUY", "100", "0", type="STOP_LOSS", stop_price=11 * SCALE) == "UNSUPPORTED_TYPE"
    assert desk.refused("BUY", "100", "10", iceberg_quantity=HUNDRED) == "UNSUPPORTED_TYPE"
    assert desk.refused("BUY", "0", "0", type="MARKET", quote_quantity=HUNDRED) == "UNSUPPORTED_TYPE"


def test_the_opening_auction_trades_at_one_price() -> None:
    """Most is traded at 10.02: 300 of the buyers at 10.05 and 10.02 meet 300 of the sellers at 9.98 and 10.02."""
    desk = Desk()
    desk.status("AUCTION_MATCH")
    sold = [desk.limit("SELL", "200", "9.98", "b"), desk.limit("SELL", "300", "10.02", "b")]
    bought = [desk.limit("BUY", "200", "10.05"), desk.limit("BUY", "100", "10.02"), desk.limit("BUY", "100", "9.95")]
    assert {order.status for order in sold + bought} == {"NEW"}
    assert desk.refused("BUY", "100", "0", type="MARKET") == "UNSUPPORTED_TYPE"
    assert desk.refused("BUY", "100", "10", time_in_force="IOC") == "UNSUPPORTED_TYPE"
    events = desk.status("TRADING")
    assert {event.price for event in events if isinstance(event, PublicTrade)} == {parse_amount("10.02")}
    assert sum(event.quantity for event in events if isinstance(event, PublicTrade)) == 300 * SCALE
    assert [order.status for order in sold] == ["FILLED", "PARTIALLY_FILLED"]
    assert [order.status for order in bought] == ["FILLED", "FILLED", "NEW"]
    assert {plain(fill.price) for fill in desk.exchange.fills("a", SHARE)} == {"10.02"}
    assert desk.exchange.books[SHARE].asks(5) == [(parse_amount("10.02"), 200 * SCALE)]
    assert desk.exchange.books[SHARE].bids(5) == [(parse_amount("9.95"), 100 * SCALE)]


def test_an_order_of_an_auction_can_be_cancelled_and_a_halt_keeps_it() -> None:
    desk = Desk()
    desk.status("AUCTION_MATCH")
    gone, kept = desk.limit("BUY", "100", "10"), desk.limit("SELL", "100", "10", "b")
    desk.apply(CancelOrder("a", SHARE, gone.order_id))
    assert gone.status == "CANCELED" and desk.held("CNY") == ("1000000", "0", "0")
    desk.status("HALT")
    assert kept.status == "NEW" and not desk.exchange.books[SHARE].asks(5)
    desk.status("TRADING")
    assert desk.exchange.books[SHARE].asks(5) == [(10 * SCALE, HUNDRED)]


def test_the_closing_auction_takes_the_book_along() -> None:
    desk = Desk()
    resting = desk.limit("BUY", "300", "9.99")
    desk.quote("SELL", "10.01", "500")
    desk.status("AUCTION_MATCH")
    late = desk.limit("SELL", "400", "9.97", "b")
    events = desk.status("END_OF_DAY")
    assert [(plain(e.price), plain(e.quantity)) for e in events if isinstance(e, PublicTrade)] == [("9.97", "300")]
    assert (resting.status, late.status, plain(late.remaining)) == ("FILLED", "PARTIALLY_FILLED", "100")


def test_the_days_end_expires_what_is_open() -> None:
    desk = Desk()
    resting = desk.limit("BUY", "100", "9.9")
    desk.status("AUCTION_MATCH")
    waiting = desk.limit("SELL", "100", "10", "b")
    events = desk.apply(EndDay(SHARE))
    ended = {event.order_id: event for event in events if isinstance(event, OrderReport)}
    assert {ended[order.order_id].status for order in (resting, waiting)} == {"EXPIRED"}
    assert ended[resting.order_id].expiry_reason == "END_OF_DAY"
    assert desk.held("CNY") == ("1000000", "0", "0") and desk.held(SHARE, "b") == ("1050", "0", "0")


def test_a_restart_keeps_unsettled_shares_the_close_and_an_auction() -> None:
    desk = Desk()
    desk.quote("SELL", "10", "5000")
    desk.limit("BUY", "500", "10")
    desk.status("AUCTION_MATCH")
    waiting = desk.limit("BUY", "100", "10.5")
    desk.limit("SELL", "100", "9.5", "b")
    old = desk.exchange
    new = Exchange(instruments(), 3)
    new.restore_close(SHARE, parse_amount("9.9"))
    new.apply(SetSymbolStatus(SHARE, "AUCTION_MATCH"), desk.now)
    for account in old.accounts():
        for asset, (free, locked) in old.balances(account).items():
            new.restore_balance(account, asset, free, locked, old.ledger.unsettled[account].get(asset, 0))
    locked = waiting.locked
    for order in sorted((o for a in old.accounts() for o in old.all_orders(a, SHARE)), key=lambda each: each.order_id):
        new.restore_order(order)
    new.ledger.check()
    assert waiting.locked == locked
    assert new.ledger.unsettled == old.ledger.unsettled
    events = new.apply(SetSymbolStatus(SHARE, "TRADING"), desk.now)
    assert [plain(e.price) for e in events if isinstance(e, PublicTrade)] == ["9.5"] and waiting.status == "FILLED"


# -- the uncrossing alone

orders = st.lists(st.tuples(st.booleans(), st.integers(1, 12), st.integers(1, 9)), max_size=14)


@settings(max_examples=int(os.environ.get("EXAMPLES", "25")) * 5, deadline=None, derandomize=True)
@given(orders, st.integers(1, 12))
def test_no_price_would_trade_more_and_better_orders_are_filled(drawn: list[tuple[bool, int, int]], reference: int) -> None:
    made = [BookOrder(*each, order_id=number) for number, each in enumerate(drawn)]
    bids, asks = by_priority(made, True), by_priority(made, False)
    price, quantity = clearing_price(bids, asks, reference)

    def volume(at: int) -> int:
        return min(sum(o.remaining for o in bids if o.price >= at), sum(o.remaining for o in asks if o.price <= at))

    assert quantity == max((volume(at) for at in range(1, 13)), default=0)
    pairs = match_at(bids, asks, quantity)
    assert sum(part for _, _, part in pairs) == quantity
    got: dict[int, int] = {}
    for bid, ask, part in pairs:
        assert bid.is_buy and not ask.is_buy and ask.price <= price <= bid.price and part > 0
        for order in (bid, ask):
            got[order.order_id] = got.get(order.order_id, 0) + part
    for order in made:
        assert got.get(order.order_id, 0) <= order.remaining
        if quantity and (order.price > price if order.is_buy else order.price < price):
            assert got[order.order_id] == order.remaining


# -- whatever is sent

lots = st.integers(1, 8).map(lambda n: n * HUNDRED) | st.sampled_from([50 * SCALE, 150 * SCALE, SCALE])
prices = st.integers(-12, 12).map(lambda n: 10 * SCALE + n * SCALE // 10)
accounts = st.sampled_from(["a", "b"])
commands = st.lists(st.one_of(
    st.builds(PlaceOrder, accounts, st.just(SHARE), st.sampled_from(["BUY", "SELL"]), st.just("LIMIT"), lots, prices, st.sampled_from(["GTC", "GTC", "GTC", "IOC", "FOK"])),
    st.builds(PlaceOrder, accounts, st.just(SHARE), st.sampled_from(["BUY", "SELL"]), st.just("MARKET"), lots),
    st.builds(Quote, st.just(SHARE), st.sampled_from(["BUY", "SELL"]), prices, lots),
    st.builds(FeedTrade, st.just(SHARE), st.sampled_from(["BUY", "SELL"]), lots),
    st.builds(CancelAll, accounts, st.just(SHARE)),
    st.builds(SetSymbolStatus, st.just(SHARE), st.sampled_from(["TRADING", "TRADING", "AUCTION_MATCH", "BREAK", "HALT", "END_OF_DAY"])),
    st.builds(EndDay, st.just(SHARE)),
), min_size=30, max_size=60)


@settings(max_examples=int(os.environ.get("EXAMPLES", "25")), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(commands, st.sampled_from(["0", "20000", "1000000"]))
def test_no_share_and_no_money_is_made_and_nobody_sells_todays_shares(sent: list[Command], cash: str) -> None:
    desk = Desk()
    for account in ("a", "b"):
        desk.apply(Deposit(account, "CNY", parse_amount(cash) - 1_000_000 * SCALE))
    exchange = desk.exchange
    market = exchange._markets[SHARE]
    bought: dict[str, int] = {"a": 0, "b": 0}
    sellable: dict[str, int] = {"a": 1050 * SCALE, "b": 1050 * SCALE}
    for command in sent:
        open_for_trade = market.instrument.status in ("TRADING", "AUCTION_MATCH") or isinstance(command, SetSymbolStatus)
        low, high = market.lowest, market.highest
        try:
            events = desk.apply(command)
        except (Refusal, ValueError):
            exchange.ledger.check()
            continue
        for event in events:
            if isinstance(event, Fill):
                assert open_for_trade
                assert low <= event.price <= high
                if event.is_buy:
                    bought[event.account] += event.quantity
                else:
                    sellable[event.account] -= event.quantity
                    assert sellable[event.account] >= 0, "shares bought today were sold"
        if isinstance(command, EndDay):
            for account in bought:
                sellable[account] += bought[account]
                bought[account] = 0
                assert not exchange.open_orders(account)
        for account in bought:
            ledger = exchange.ledger
            assert ledger.unsettled[account].get(SHARE, 0) == bought[account]
            assert ledger.free[account].get(SHARE, 0) + ledger.locked[account].get(SHARE, 0) == sellable[account]
            held = {"CNY": 0, SHARE: 0}
            for order in exchange.open_orders(account):
                held["CNY" if order.is_buy else SHARE] += order.locked
                assert order.locked == market.settlement.reserve(order.is_buy, order.price, order.remaining, order.executed_quote)
            for asset, locked in held.items():
                assert ledger.locked[account].get(asset, 0) == locked
        bid, ask = market.book.best_bid(), market.book.best_ask()
        assert bid is None or ask is None or bid.price < ask.price
