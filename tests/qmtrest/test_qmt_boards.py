"""Where a code is traded, what it is, its lots and ticks (specs/qmt.md, 4.1 to 4.3, 5.3)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qmt_payloads import GATEWAY
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Product
from vnpy.trader.object import OrderData

from vnpy_qmtrest.boards import board_of, is_code, listing_of, market_of
from vnpy_restgateway.contracts import Listing
from vnpy_restgateway.trading_rules import Holding

SSE, SZSE, BSE = Exchange.SSE, Exchange.SZSE, Exchange.BSE

# 4.1, as the specification prints it
TABLE: str = """
| 1 | `50 51 60 73 90 110 113 132 204 78` | SH |
| 2 | `00 12 13 15 16 18 20 30 39 115` | SZ |
| 3 | `5 6` | SH |
| 4 | `8 4 9` | BJ |
| 5 | anything else | SZ |
"""


RULE: list[tuple[list[str], Exchange]] = [
    ([""] if prefixes == "anything else" else prefixes.split(), {"SH": SSE, "SZ": SZSE, "BJ": BSE}[market])
    for prefixes, market in re.findall(r"\| `?([^`|]+?)`? \| (SH|SZ|BJ) \|", TABLE)
]


def spec_market(code: str) -> Exchange:
    return next(exchange for prefixes, exchange in RULE if any(code[: len(prefix)] == prefix for prefix in prefixes))


@given(st.integers(0, 999))
@settings(max_examples=5)
def test_the_market_is_the_servers_rule(tail: int) -> None:
    """Of all beginnings of two and three digits."""
    assert len(RULE) == 5
    for head in range(1_000):
        code = f"{head:03d}{tail:03d}"
        assert market_of(code) is spec_market(code), code


# code, exchange, what it is, tick, volume step, least, most: 4.2, 4.3 and 5.3
LISTED: list[tuple[str, Exchange, Product, float, float, float, float]] = [
    ("600000", SSE, Product.EQUITY, 0.01, 100, 100, 1_000_000), ("601318", SSE, Product.EQUITY, 0.01, 100, 100, 1_000_000),
    ("605001", SSE, Product.EQUITY, 0.01, 100, 100, 1_000_000), ("000001", SZSE, Product.EQUITY, 0.01, 100, 100, 1_000_000),
    ("002415", SZSE, Product.EQUITY, 0.01, 100, 100, 1_000_000), ("300750", SZSE, Product.EQUITY, 0.01, 100, 100, 300_000),
    ("301001", SZSE, Product.EQUITY, 0.01, 100, 100, 300_000), ("688981", SSE, Product.EQUITY, 0.01, 100, 200, 100_000),
    ("689009", SSE, Product.EQUITY, 0.01, 100, 200, 100_000), ("920002", BSE, Product.EQUITY, 0.01, 100, 100, 1_000_000),
    ("830799", BSE, Product.EQUITY, 0.01, 100, 100, 1_000_000), ("430047", BSE, Product.EQUITY, 0.01, 100, 100, 1_000_000),
    ("510300", SSE, Product.FUND, 0.001, 100, 100, 1_000_000), ("588000", SSE, Product.FUND, 0.001, 100, 100, 1_000_000),
    ("501018", SSE, Product.FUND, 0.001, 100, 100, 1_000_000), ("159915", SZSE, Product.FUND, 0.001, 100, 100, 1_000_000),
    ("161725", SZSE, Product.FUND, 0.001, 100, 100, 1_000_000), ("184801", SZSE, Product.FUND, 0.001, 100, 100, 1_000_000),
    ("110059", SSE, Product.BOND, 0.001, 10, 10, 1_000_000), ("113050", SSE, Product.BOND, 0.001, 10, 10, 1_000_000),
    ("132018", SSE, Product.BOND, 0.001, 10, 10, 1_000_000), ("128013", SZSE, Product.BOND, 0.001, 10, 10, 1_000_000),
    ("123001", SZSE, Product.BOND, 0.001, 10, 10, 1_000_000),
    ("900901", SSE, Product.EQUITY, 0.001, 100, 100, 1_000_000), ("200002", SZSE, Product.EQUITY, 0.01, 100, 100, 1_000_000),
]
SUFFIX: dict[Exchange, str] = {SSE: "SH", SZSE: "SZ", BSE: "BJ"}


def listing(code: str, exchange: Exchange, rounds: bool = False) -> Listing:
    return listing_of(code, exchange, "名称", GATEWAY, True, rounds)


@pytest.mark.parametrize(("code", "exchange", "product", "tick", "step", "least", "most"), LISTED, ids=[row[0] for row in LISTED])
def test_contracts(code: str, exchange: Exchange, product: Product, tick: float, step: float, least: float, most: float) -> None:
    found, wire, rules = listing(code, exchange)
    assert (found.symbol, found.exchange, found.product, found.pricetick, found.min_volume, found.max_volume) == (code, exchange, product, tick, step, most)
    assert wire == f"{code}.{SUFFIX[exchange]}" == found.extra["base"] and found.size == 1 and found.net_position and found.history_data
    assert found.name == "名称" and listing_of(code, exchange, "", GATEWAY, False, False).contract.name == code
    assert rules.describe()["minimum volume"] == least and not rules.describe()["odd lots"]
    assert found.extra["quote"] == {"900": "USD", "200": "HKD"}.get(code[:3], "CNY")
    assert market_of(code) is exchange


# code, exchange, and the words that tell the reason and the way out
UNTRADED: list[tuple[str, Exchange, str]] = [
    # 4.1: an index would become a stock order
    ("000001", SSE, "is an index, it cannot be traded; 000001.SZSE is another security, and what the server would order"),
    ("000300", SSE, "is an index, it cannot be traded; 000300.SZSE is another security"), ("399001", SZSE, "is an index, it cannot be traded"),
    ("899050", BSE, "is an index, it cannot be traded"),
    # 4.1: the rule sends them elsewhere
    ("111001", SSE, "cannot be traded through this server: it takes the market from the digits and would send the order to SZSE"),
    ("118003", SSE, "cannot be traded through this server: it takes the market from the digits and would send the order to SZSE"),
    # 4.2: through its own endpoint
    ("131810", SZSE, "is a reverse repo: this server takes it through its own call only, QMTTradeClient.reverse_repo()"),
    ("204001", SSE, "is a reverse repo: this server takes it through its own call only, QMTTradeClient.reverse_repo()"),
    # another exchange's
    ("600000", SZSE, "it is traded as 600000.SSE"), ("688981", BSE, "it is traded as 688981.SSE"), ("510300", SZSE, "it is traded as 510300.SSE"),
    ("110059", SZSE, "it is traded as 110059.SSE"), ("300750", SSE, "it is traded as 300750.SZSE"), ("001979", SSE, "it is traded as 001979.SZSE"),
    ("159915", SSE, "it is traded as 159915.SZSE"), ("128013", SSE, "it is traded as 128013.SZSE"), ("920002", SSE, "it is traded as 920002.BSE"),
    ("430047", SZSE, "it is traded as 430047.BSE"), ("900901", SZSE, "it is traded as 900901.SSE"), ("200002", SSE, "it is traded as 200002.SZSE"),
    # nothing that is known
    ("730001", SSE, "is no share, fund or convertible bond"), ("700001", SSE, "is no share, fund or convertible bond"),
    ("111001", SZSE, "is no share, fund or convertible bond"), ("019547", SSE, "is no share, fund or convertible bond"),
    ("101001", SSE, "is no share, fund or convertible bond"), ("136001", SSE, "is no share, fund or convertible bond"),
    ("143001", SSE, "is no share, fund or convertible bond"), ("930050", BSE, "is no share, fund or convertible bond"),
    ("00700", Exchange.SEHK, "this server trades on SSE, SZSE and BSE only"), ("600000", Exchange.SMART, "this server trades on SSE, SZSE and BSE only"),
]


@pytest.mark.parametrize(("code", "exchange", "words"), UNTRADED, ids=[f"{row[0]}.{row[1].value}" for row in UNTRADED])
def test_what_cannot_be_traded_is_named_with_the_way_out(code: str, exchange: Exchange, words: str) -> None:
    for read in (board_of, listing):
        with pytest.raises(ValueError) as failure:
            read(code, exchange)
        assert str(failure.value).startswith(f"{code}.{exchange.value}") and words in str(failure.value)


@pytest.mark.parametrize("code", ["122001", "124001"])
def test_bonds_of_shanghai_are_not_said_to_be_traded_in_shenzhen(code: str) -> None:
    """4.1: a code of Shenzhen's with these digits is another security."""
    with pytest.raises(ValueError, match=f"{code}.SSE") as failure:
        board_of(code, SSE)
    assert "is traded as" not in str(failure.value) and "cannot be traded" in str(failure.value)


@pytest.mark.parametrize("code", ["60000", "6000000", "", "SH6000", "sh600000", "SH600000", "60000A", "６０００００", "60000²", "6 0000", "600000.SH"])
def test_what_is_not_six_digits(code: str) -> None:
    """4.1: prefix forms are malformed."""
    assert not is_code(code)
    with pytest.raises(ValueError, match=f"^symbol {code!r} of SSE is not six digits, as 600000.SSE or 000001.SZSE$"):
        board_of(code, SSE)


@given(st.integers(0, 999_999).map(lambda number: f"{number:06d}"), st.sampled_from([SSE, SZSE, BSE]))
def test_what_is_traded_goes_where_it_was_wanted(code: str, exchange: Exchange) -> None:
    """4.1: if the rule's result differs from what was asked for, nothing is sent."""
    try:
        board_of(code, exchange)
    except ValueError as error:
        assert code in str(error)
    else:
        assert spec_market(code) is exchange


# orders against the rules of a contract

def order(price: float, volume: float, direction: Direction = Direction.LONG, type: OrderType = OrderType.LIMIT, code: str = "600000") -> OrderData:
    return OrderData(GATEWAY, code, SSE, "1", type, direction, Offset.NONE, price, volume)


@pytest.mark.parametrize(("code", "exchange", "volume", "words"), [
    ("600000", SSE, 100, ""), ("600000", SSE, 150, "no multiple of the lot 100"), ("600000", SSE, 50, "below the minimum 100"),
    ("600000", SSE, 1_000_100, "above the maximum 1000000"), ("300750", SZSE, 300_100, "above the maximum 300000"), ("300750", SZSE, 300_000, ""),
    ("688981", SSE, 100, "below the minimum 200"), ("688981", SSE, 200, ""), ("688981", SSE, 201, "no multiple of the lot 100"),
    ("688981", SSE, 100_100, "above the maximum 100000"), ("920002", BSE, 100, ""), ("920002", BSE, 101, "no multiple of the lot 100"),
    ("128013", SZSE, 10, ""), ("128013", SZSE, 15, "no multiple of the lot 10"), ("128013", SZSE, 5, "below the minimum 10"),
    ("510300", SSE, 100, ""), ("510300", SSE, 10, "below the minimum 100"),
])
def test_lots(code: str, exchange: Exchange, volume: float, words: str) -> None:
    """4.2, the last column; bought or sold."""
    for direction in (Direction.LONG, Direction.SHORT):
        reason = listing(code, exchange).rules.check(order(10.0, float(volume), direction, code=code), Holding(2e6, 1e9))
        assert bool(words) == bool(reason) and (not reason or code in reason)
        if direction is Direction.LONG or not volume % listing(code, exchange).contract.min_volume:
            assert words in reason


def test_the_odd_remainder_cannot_be_sold_here() -> None:
    """4.2: the server refuses what the exchange would take; and T+1 (F50)."""
    rules = listing("600000", SSE).rules
    assert "no multiple of the lot 100" in rules.check(order(10.0, 50.0, Direction.SHORT), Holding(150.0, 0.0))
    assert "no multiple of the lot 100" in rules.check(order(10.0, 150.0, Direction.SHORT), Holding(150.0, 0.0))
    assert "above the 150 that can be sold now" in rules.check(order(10.0, 200.0, Direction.SHORT), Holding(150.0, 0.0))
    assert not rules.check(order(10.0, 100.0, Direction.SHORT), Holding(150.0, 0.0))


def test_a_purchase_beyond_the_cash_is_refused_as_the_server_would_shrink_it() -> None:
    """4.4; with fees of 5 at least."""
    rules = listing("600000", SSE).rules
    assert not rules.check(order(10.0, 100.0), Holding(None, 1_005.0))
    assert rules.check(order(10.0, 100.0), Holding(None, 1_004.9)) == "600000: 1005.00 needed with fees, 1004.90 available"
    assert "100031.00 needed" in rules.check(order(10.0, 10_000.0), Holding(None, 100_000.0))


TICKS: list[tuple[str, Exchange, int]] = [("600000", SSE, 2), ("510300", SSE, 3), ("128013", SZSE, 3), ("900901", SSE, 3), ("200002", SZSE, 2)]


@given(st.sampled_from(TICKS), st.integers(1, 2_000_000), st.sampled_from([Direction.LONG, Direction.SHORT]), st.booleans())
def test_a_price_on_the_tick_is_sent_as_it_is(row: tuple[str, Exchange, int], count: int, direction: Direction, rounds: bool) -> None:
    """4.3, with the noise of floats: 1e-6 of a tick."""
    code, exchange, digits = row
    wanted = round(count / 10 ** digits, digits)
    for price in (wanted, count * 10.0 ** -digits, wanted + 4e-7 * 10.0 ** -digits):
        given_order = order(price, 10_000.0, direction, code=code)
        assert listing(code, exchange).rules.check(given_order) == "" and given_order.price == wanted


@given(st.sampled_from(TICKS), st.integers(1, 200_000), st.floats(0.01, 0.99), st.sampled_from([Direction.LONG, Direction.SHORT]))
def test_a_price_off_the_tick_is_refused_or_rounded_for_the_users_good(
    row: tuple[str, Exchange, int], count: int, part: float, direction: Direction,
) -> None:
    code, exchange, digits = row
    below, above = (round(n / 10 ** digits, digits) for n in (count, count + 1))
    price = (count + part) / 10 ** digits
    given_order = order(price, 10_000.0, direction, code=code)
    reason = listing(code, exchange).rules.check(given_order)
    assert reason == f"price {price!r} of {code} is no multiple of the tick {10.0 ** -digits:g}: {below!r} or {above!r} would be" and given_order.price == price
    assert listing(code, exchange, rounds=True).rules.check(given_order) == ""
    assert given_order.price == (below if direction is Direction.LONG else above)


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf"), None, "10", True])
def test_what_is_no_price(price: float) -> None:
    for rounds in (False, True):
        assert listing("600000", SSE, rounds).rules.check(order(price, 100.0)).startswith(f"price {price!r} of 600000 ")


def test_a_market_order_has_no_tick() -> None:
    given_order = order(10.123, 100.0, type=OrderType.MARKET)
    assert listing("600000", SSE).rules.check(given_order) == "" and given_order.price == 10.123
