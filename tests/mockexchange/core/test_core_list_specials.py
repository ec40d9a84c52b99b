"""Order lists whose orders trail the price, are pegged to the book or are icebergs (faqs/pegged_orders.md, "OTO and OTOCO")."""

import pytest
from core_world import NOW, SYMBOL, check_invariants, instrument

from mockexchange.core import Exchange
from mockexchange.core.commands import Deposit, PlaceOrder, PlaceOrderList, Quote, SetPrice
from mockexchange.core.errors import Refusal
from mockexchange.core.numbers import SCALE
from mockexchange.core.orders import Order
from mockexchange.journal import FORMAT
from mockexchange.replay import fold_rows

LATER: int = NOW + 1_000_000


@pytest.fixture
def exchange() -> Exchange:
    found = Exchange([instrument()], 1)
    for account in ("a", "b"):
        found.apply(Deposit(account, "AAA", 1000 * SCALE), NOW)
        found.apply(Deposit(account, "BBB", 1_000_000 * SCALE), NOW)
    for price in (1, 2):
        found.apply(Quote(SYMBOL, "BUY", (100 - price) * SCALE, 50 * SCALE), NOW)
        found.apply(Quote(SYMBOL, "SELL", (100 + price) * SCALE, 50 * SCALE), NOW)
    return found


def one(side: str, kind: str, price: int = 0, stop: int = 0, **more: object) -> PlaceOrder:
    return PlaceOrder("a", SYMBOL, side, kind, SCALE, price * SCALE, "GTC", stop * SCALE, **more)       # type: ignore[arg-type]


def orders(exchange: Exchange) -> list[Order]:
    check_invariants(exchange)
    return exchange.all_orders("a", SYMBOL)


def test_a_pending_trailing_stop_tracks_from_its_activation(exchange: Exchange) -> None:
    exchange.apply(PlaceOrderList("a", SYMBOL, "OTO", [one("BUY", "LIMIT", 98), one("SELL", "STOP_LOSS", trailing_delta=100)]), NOW)
    stop = orders(exchange)[1]
    assert stop.status == "PENDING_NEW" and stop.special is not None
    assert (stop.special.trailing_time, stop.special.extreme) == (0, 0)
    exchange.apply(SetPrice(SYMBOL, 98 * SCALE), LATER)
    assert orders(exchange)[1].status == "NEW" and stop.special is not None
    assert (stop.special.trailing_time, stop.special.extreme) == (LATER, 98 * SCALE)
    exchange.apply(SetPrice(SYMBOL, 97 * SCALE), LATER)
    assert orders(exchange)[1].status == "FILLED"


def test_a_pending_pegged_order_gets_its_price_when_it_goes_to_work(exchange: Exchange) -> None:
    pending = one("SELL", "LIMIT", peg_price_type="PRIMARY_PEG")
    exchange.apply(PlaceOrderList("a", SYMBOL, "OTO", [one("BUY", "LIMIT", 98), pending]), NOW)
    assert orders(exchange)[1].price == 0
    exchange.apply(SetPrice(SYMBOL, 98 * SCALE), LATER)
    working = orders(exchange)[1]
    ask = exchange.books[SYMBOL].best_ask()
    assert ask is not None and working.special is not None and working.status == "NEW"
    assert working.price == working.special.pegged_price == ask.price


def test_of_a_pair_that_trails_and_is_pegged_one_works(exchange: Exchange) -> None:
    pair = [one("SELL", "STOP_LOSS", trailing_delta=100), one("SELL", "LIMIT_MAKER", peg_price_type="PRIMARY_PEG", iceberg_quantity=SCALE // 2)]
    exchange.apply(PlaceOrderList("a", SYMBOL, "OCO", pair), NOW)
    stop, limit = orders(exchange)
    assert limit.price == 101 * SCALE and exchange.balances("a")["AAA"][1] == SCALE
    exchange.apply(SetPrice(SYMBOL, 98 * SCALE), LATER)
    assert [(each.status, each.expiry_reason) for each in orders(exchange)] == [("FILLED", "NONE"), ("EXPIRED", "OCO_TRIGGER")]
    assert stop.executed + limit.executed == SCALE and exchange.balances("a")["AAA"][1] == 0


def test_orders_of_lists_are_not_routed(exchange: Exchange) -> None:
    with pytest.raises(Refusal, match="Unsupported order combination"):
        exchange.apply(PlaceOrderList("a", SYMBOL, "OTO", [one("BUY", "LIMIT", 98, uses_sor=True), one("SELL", "LIMIT", 102)]), NOW)
    assert orders(exchange) == []


def test_a_list_of_two_orders_that_are_the_same(exchange: Exchange) -> None:
    """Both are bids at one price: the first works, with its funds locked, the second is pending."""
    exchange.apply(PlaceOrderList("a", SYMBOL, "OTO", [one("BUY", "LIMIT", 98), one("BUY", "LIMIT", 98)]), NOW)
    assert [each.status for each in orders(exchange)] == ["NEW", "PENDING_NEW"]
    assert exchange.balances("a")["BBB"][1] == 98 * SCALE


@pytest.mark.parametrize("number", [2, FORMAT])
def test_marks_of_formats_are_read(number: int) -> None:
    assert fold_rows([{"n": 1, "t": 1, "kind": f"format-{number}"}]).orders == {}
