"""Fees in BNB: what is taken, from whom, at which price; and that money is neither made nor lost by it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockexchange.core.commands import CancelAll, Deposit, PlaceOrder, Quote, SetFeeDiscount, SetPrice
from mockexchange.core.errors import Refusal
from mockexchange.core.events import BalanceChange, Fill
from mockexchange.core.exchange import Exchange
from mockexchange.core.instruments import make_instrument
from mockexchange.core.numbers import SCALE, parse_amount
from mockexchange.dialects.common.spot import default_instruments

NOW: int = 1_700_000_000_000_000


def world(bnb: str = "10", enabled: bool = True) -> Exchange:
    """Books around 40000, 2500, 300 and 0.0625; the last price of each is in the middle."""
    exchange = Exchange(default_instruments(), seed=1)
    for asset, amount in (("USDT", "1000000"), ("BTC", "100"), ("ETH", "100"), ("BNB", bnb)):
        exchange.apply(Deposit("me", asset, parse_amount(amount)), NOW)
    for symbol, instrument in exchange.instruments.items():
        exchange.tapes[symbol].last_price = instrument.start_price
        for number in range(1, 6):
            exchange.apply(Quote(symbol, "BUY", instrument.start_price - number * instrument.tick_size, 50 * SCALE), NOW)
            exchange.apply(Quote(symbol, "SELL", instrument.start_price + number * instrument.tick_size, 50 * SCALE), NOW)
    exchange.apply(SetFeeDiscount("me", enabled), NOW)
    return exchange


def trade(exchange: Exchange, symbol: str, side: str, quantity: str) -> Fill:
    events = exchange.apply(PlaceOrder("me", symbol, side, "MARKET", parse_amount(quantity)), NOW)
    (fill,) = [event for event in events if isinstance(event, Fill)]
    exchange.ledger.check()
    return fill


def test_the_fee_is_worth_what_it_was_less_a_quarter() -> None:
    """A sale for USDT: 0.1 % of 399.9999 is 0.3999999 USDT, 25 % less 0.29999992 USDT, at 300 0.00099999 BNB."""
    exchange = world()
    fill = trade(exchange, "BTCUSDT", "SELL", "0.01")
    assert fill.quote == parse_amount("399.9999")
    assert (fill.fee, fill.fee_asset) == (parse_amount("0.00099999"), "BNB")
    assert exchange.balances("me")["USDT"] == (parse_amount("1000399.9999"), 0)
    assert exchange.balances("me")["BNB"] == (parse_amount("10") - fill.fee, 0)
    assert exchange.ledger.fees == {"BNB": fill.fee}


def test_at_which_price() -> None:
    """Received BTC, which is worth as much as BTCUSDT and BNBUSDT say: 0.01 * 0.1 % * 0.75 * 40000 / 300."""
    exchange = world()
    last = exchange.tapes["BTCUSDT"].last_price
    fill = trade(exchange, "BTCUSDT", "BUY", "0.01")
    bought_at: int = exchange.tapes["BTCUSDT"].last_price           # the price of this very trade
    assert last != bought_at == parse_amount("40000.01")
    assert (fill.fee, fill.fee_asset) == (parse_amount("0.00100000"), "BNB")
    exchange.apply(SetPrice("BNBUSDT", parse_amount("600")), NOW)
    assert trade(exchange, "BTCUSDT", "BUY", "0.01").fee == parse_amount("0.0005")
    bought = trade(exchange, "ETHBTC", "BUY", "1")                  # ETH has a price in USDT
    assert (bought.fee_asset, bought.fee) == ("BNB", parse_amount("0.00312500"))


def test_bnb_itself() -> None:
    exchange = world(bnb="0")
    bought = trade(exchange, "BNBUSDT", "BUY", "1")
    assert (bought.fee_asset, bought.fee) == ("BNB", parse_amount("0.00075"))
    sold = trade(exchange, "BNBUSDT", "SELL", "0.999")              # leaves 0.00025, less than the fee
    assert sold.fee_asset == "USDT" and sold.fee == sold.quote // 1000
    assert exchange.balances("me")["BNB"] == (parse_amount("0.00025"), 0)


@pytest.mark.parametrize(("bnb", "enabled"), [("0.0009", True), ("0", True), ("10", False)])
def test_else_as_usual(bnb: str, enabled: bool) -> None:
    exchange = world(bnb, enabled)
    fill = trade(exchange, "BTCUSDT", "SELL", "0.01")
    assert (fill.fee_asset, fill.fee) == ("USDT", fill.quote // 1000)
    assert exchange.balances("me")["BNB"] == (parse_amount(bnb), 0)


def test_no_price_of_bnb() -> None:
    exchange = Exchange([make_instrument("DOGEUSDT", "DOGE", "USDT", "0.00001", "1", "0.32")], seed=1)
    exchange.apply(Deposit("me", "DOGE", 1000 * SCALE), NOW)
    exchange.apply(Deposit("me", "BNB", SCALE), NOW)
    exchange.apply(SetFeeDiscount("me", True), NOW)
    exchange.apply(Quote("DOGEUSDT", "BUY", parse_amount("0.32"), 1000 * SCALE), NOW)
    assert trade(exchange, "DOGEUSDT", "SELL", "100").fee_asset == "USDT"


def test_the_balance_is_told() -> None:
    """BNB changes with a trade of BTC for USDT: outboundAccountPosition has all three."""
    exchange = world()
    events = exchange.apply(PlaceOrder("me", "BTCUSDT", "SELL", "MARKET", parse_amount("0.01")), NOW)
    (change,) = [event for event in events if isinstance(event, BalanceChange)]
    assert change.assets == {asset: exchange.balances("me")[asset] for asset in ("BTC", "USDT", "BNB")}
    exchange.apply(SetFeeDiscount("me", False), NOW)
    events = exchange.apply(PlaceOrder("me", "BTCUSDT", "SELL", "MARKET", parse_amount("0.01")), NOW)
    (change,) = [event for event in events if isinstance(event, BalanceChange)]
    assert change.assets.keys() == {"BTC", "USDT"}


ORDERS = st.tuples(
    st.sampled_from(["me", "you"]), st.sampled_from(["BTCUSDT", "ETHBTC", "BNBUSDT", "ETHUSDT"]), st.sampled_from(["BUY", "SELL"]),
    st.sampled_from(["LIMIT", "MARKET"]), st.integers(1, 4000), st.integers(-3, 3),
)


@settings(max_examples=80, deadline=None)
@given(orders=st.lists(st.one_of(ORDERS, st.tuples(st.sampled_from(["me", "you"]), st.booleans())), min_size=1, max_size=25), bnb=st.integers(0, 3))
def test_money_is_conserved_whoever_pays_how(orders: list, bnb: int) -> None:
    """Nobody owes, nothing is made or lost, no fee is above what it would be without the discount, every change is told."""
    exchange = world(bnb=str(bnb))
    exchange.apply(Deposit("you", "USDT", 1_000_000 * SCALE), NOW)
    exchange.apply(Deposit("you", "BTC", 10 * SCALE), NOW)
    exchange.apply(Deposit("you", "BNB", bnb * SCALE // 100), NOW)
    told: dict[tuple[str, str], tuple[int, int]] = {
        (account, asset): amounts for account in ("me", "you") for asset, amounts in exchange.balances(account).items()
    }
    for each in orders:
        if len(each) == 2:
            exchange.apply(SetFeeDiscount(*each), NOW)
            continue
        account, symbol, side, type, size, ticks = each
        rules = exchange.instruments[symbol]
        price: int = rules.start_price + ticks * rules.tick_size if type == "LIMIT" else 0
        try:
            events = exchange.apply(PlaceOrder(account, symbol, side, type, size * 10 * rules.step_size, price), NOW)
        except Refusal:
            continue
        for event in events:
            if isinstance(event, BalanceChange):
                told |= {(event.account, asset): amounts for asset, amounts in event.assets.items()}
            elif isinstance(event, Fill):
                received, asset = (event.quantity, rules.base) if event.is_buy else (event.quote, rules.quote)
                assert event.fee_asset in ("BNB", asset)
                if event.fee_asset == asset:
                    assert event.fee in (received // 1000, received * 75 // 100_000)
                else:
                    worth: int = 1 if asset == "USDT" else {"BTC": 41_000, "ETH": 2_600}[asset]
                    assert event.fee <= received * 75 // 100_000 * worth // 290
        exchange.ledger.check()
    for account in ("me", "you"):
        for symbol in {order.symbol for order in exchange.open_orders(account)}:
            for event in exchange.apply(CancelAll(account, symbol), NOW):
                if isinstance(event, BalanceChange):
                    told |= {(event.account, asset): amounts for asset, amounts in event.assets.items()}
        assert {asset: told[account, asset] for asset in exchange.balances(account)} == exchange.balances(account)
    exchange.ledger.check()
