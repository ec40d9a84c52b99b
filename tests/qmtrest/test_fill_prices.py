"""
Fills made of growth where the venue tells mean prices, rounded to four decimals or not (specs/qmt.md, 5.3 "TradeData", 6 row 12; F55).

The looks are those of ``DerivedFills`` with the gateway's ``tidy_price``; what is told of an order is its row of 2.4.
"""

from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qmt_payloads import GATEWAY, ORDER, contract
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from vnpy_qmtrest.parse import CHINA, parse_order, tidy_price
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.polled.derived_fills import DerivedFills

MEAN: float = 5e-5          # what rounding to four decimals takes from a mean, or adds
NOW = datetime(2024, 1, 5, 10, 0, tzinfo=CHINA)
CONTRACTS = {2: contract("000001"), 3: contract("159915")}


class Looks:
    """One order, looked at again and again; its fills, as they are delivered."""

    def __init__(self, digits: int, limit: float, direction: Direction, type: OrderType = OrderType.LIMIT) -> None:
        self.contract = CONTRACTS[digits]
        self.digits, self.limit, self.direction, self.type = digits, limit, direction, type
        self.entry: Any = None
        self.trades: list[TradeData] = []
        self.seen: list[tuple[float, float]] = []           # (price, how many times the noise) that was to be made tidy
        table = SimpleNamespace(whose=lambda orderid, venue_id: self.entry)
        self.fills = DerivedFills(SimpleNamespace(table=table, on_fill=self.on_fill), lambda: NOW, self.tidy)      # type: ignore[arg-type]

    def tidy(self, order: OrderData, price: float, spread: float) -> float:
        self.seen.append((price, spread))
        return tidy_price(self.contract, order, price, spread)

    def on_fill(self, trade: TradeData, venue_id: str) -> None:
        self.trades.append(trade)
        self.entry = self.entry or SimpleNamespace(filled=0.0, venue_id=venue_id)
        self.entry.filled += trade.volume

    def look(self, traded: float, mean: float, volume: float = 1e6) -> None:
        row = {
            **ORDER, "side": "buy" if self.direction is Direction.LONG else "sell", "price_type": 11 if self.type is OrderType.LIMIT else 42,
            "status": 55 if traded < volume else 56, "volume": int(volume), "price": self.limit, "traded_volume": int(traded), "traded_price": mean,
        }
        record, turnover = parse_order(row, self.contract, GATEWAY)
        self.fills.told(record, turnover)
        self.fills.on_growth(record.order, record.venue_id)


class Piece(NamedTuple):
    """What traded between two looks: (ticks from the limit, lots) each."""

    fills: list[tuple[int, int]]


single = st.tuples(st.integers(0, 50), st.integers(1, 40)).map(lambda fill: Piece([fill]))
mixed = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 40)), min_size=1, max_size=4).map(Piece)
common: dict[str, Any] = {
    "digits": st.sampled_from([2, 3]), "limit_ticks": st.integers(100, 40_000), "direction": st.sampled_from([Direction.LONG, Direction.SHORT]),
    "rounded": st.booleans(),
}


def play(pieces: list[Piece], digits: int, limit_ticks: int, direction: Direction, rounded: bool) -> tuple[Looks, list[float], float, list[float]]:
    """The looks, the true mean of every piece, what all of it came to as told, and how far each derived price can be off."""
    tick, sign = 10.0 ** -digits, -1 if direction is Direction.LONG else 1
    looks = Looks(digits, round(limit_ticks / 10 ** digits, digits), direction)
    volume = ticks = 0
    true: list[float] = []
    bounds: list[float] = []
    told = 0.0
    for piece in pieces:
        lots = sum(lots for _, lots in piece.fills)
        came_to = sum((limit_ticks + sign * away) * lots for away, lots in piece.fills)
        bounds.append((MEAN * (2 * volume + lots) / lots if rounded else 0.0) + 1e-8)       # of the mean before, and of this one
        volume, ticks = volume + lots, ticks + came_to
        true.append(came_to / lots * tick)
        mean = round(ticks / volume * tick, 4) if rounded else ticks / volume * tick
        told = mean * volume * 100
        looks.look(volume * 100.0, mean)
    return looks, true, told, bounds


def no_worse(looks: Looks) -> bool:
    """Than the limit."""
    sign = 1 if looks.direction is Direction.LONG else -1
    return all(sign * trade.price <= sign * looks.limit + 1e-9 for trade in looks.trades)


@given(pieces=st.lists(single, min_size=2, max_size=4), **common)
def test_a_fill_on_the_tick_is_shown_on_the_tick(pieces: list[Piece], digits: int, limit_ticks: int, direction: Direction, rounded: bool) -> None:
    """Wherever rounding can explain the difference and a quarter of a tick is more than it; and the fills come to what was paid."""
    looks, true, _, bounds = play(pieces, digits, limit_ticks, direction, rounded)
    assert len(looks.trades) == len(pieces) and no_worse(looks)
    for trade, price, bound, piece in zip(looks.trades, true, bounds, pieces, strict=True):
        assert trade.volume == piece.fills[0][1] * 100.0
        if bound <= 0.25 * 10.0 ** -digits:
            assert trade.price == round(price, digits)
        else:
            assert abs(trade.price - price) <= 2.0 * bound


@given(pieces=st.lists(mixed, min_size=2, max_size=4), **common)
def test_a_mean_of_several_prices_is_off_the_tick_as_it_was(
    pieces: list[Piece], digits: int, limit_ticks: int, direction: Direction, rounded: bool,
) -> None:
    """Not further from the true mean than rounding explains, twice: by what was told, and by the tick it was taken to."""
    looks, true, told, bounds = play(pieces, digits, limit_ticks, direction, rounded)
    tick = 10.0 ** -digits
    assert no_worse(looks)
    for trade, price, bound in zip(looks.trades, true, bounds, strict=True):
        if rounded:
            assert abs(trade.price - price) <= 2.0 * bound
            if abs(price / tick - round(price / tick)) * tick > 2.0 * bound:
                assert abs(trade.price / tick - round(trade.price / tick)) > 1e-6, "on the tick, where none of it can have been"
        else:
            assert abs(trade.price - price) <= 0.25 * tick + 1e-8
    lots = sum(lots for piece in pieces for _, lots in piece.fills)
    if rounded:
        assert abs(sum(trade.price * trade.volume for trade in looks.trades) - told) <= 0.02 * len(pieces) * lots, "a few 分 a lot"


@pytest.mark.parametrize(("direction", "before", "after"), [
    # five lots at 10.00, three a tick better, then one at 10.00: both means are rounded, 9.99625 up and 9.996667 down
    (Direction.LONG, (800.0, 9.9962), (900.0, 9.9967)), (Direction.SHORT, (800.0, 10.0038), (900.0, 10.0033)),
])
def test_rounding_twice_carries_no_price_beyond_the_limit(direction: Direction, before: tuple[float, float], after: tuple[float, float]) -> None:
    """5e-5 x (9 + 8) lots is in the price of the one; 5e-5 x 9 alone does not explain it, and the flow would dispute the fill."""
    looks = Looks(2, 10.0, direction)
    looks.look(*before)
    looks.look(*after)
    assert abs(looks.seen[-1][0] - 10.0) == pytest.approx(7e-4, abs=1e-9) and looks.trades[-1].price == 10.0


def test_what_rounding_does_not_explain_stays() -> None:
    looks = Looks(2, 10.0, Direction.LONG)
    looks.look(300.0, 9.9933)                                   # two at 9.99 and one at 10.00
    looks.look(600.0, 9.9917)
    assert [trade.price for trade in looks.trades] == [9.9933, 9.99], "three at 9.99"
    off = Looks(2, 10.0, Direction.LONG)
    off.look(300.0, 9.9933)
    off.look(600.0, 9.9950)                                     # two at 10.00 and one at 9.99
    assert off.trades[1].price == pytest.approx(9.9967)
    beyond = Looks(2, 10.0, Direction.LONG)
    beyond.look(100.0, 10.01)
    assert beyond.trades[0].price == 10.01, "worse than its limit: not hidden"


def test_a_price_on_the_tick_is_not_taken_for_noise_of_its_neighbour() -> None:
    """At most a quarter of a tick is."""
    order = OrderData(GATEWAY, "000001", Exchange.SZSE, "1", OrderType.LIMIT, Direction.LONG, Offset.NONE, 10.0, 1e6)
    for spread in (1.0, 10.0, 1_000.0, 1e6):
        assert tidy_price(CONTRACTS[2], order, 9.9950, spread) == 9.995 and tidy_price(CONTRACTS[2], order, 9.9930, spread) == 9.993
    assert tidy_price(CONTRACTS[2], order, 9.9925, 1_000.0) == 9.99 and tidy_price(CONTRACTS[2], order, 9.9925, 1.0) == 9.9925
    assert tidy_price(CONTRACTS[2], order, 9.99003, 1.0) == 9.99 and tidy_price(CONTRACTS[2], order, 10.00004, 1.0) == 10.0


def test_a_market_order_has_no_limit() -> None:
    looks = Looks(2, 0.0, Direction.LONG, OrderType.MARKET)
    looks.look(100.0, 10.01)
    looks.look(200.0, 10.015)
    assert [trade.price for trade in looks.trades] == [10.01, 10.02]


# the base: what is told, and what is made of it

def test_fills_have_the_polls_time_and_an_id_that_any_look_makes_again() -> None:
    """5.3: deterministic, restart-safe."""
    first, again = Looks(2, 10.5, Direction.LONG), Looks(2, 10.5, Direction.LONG)
    for looks in (first, again):
        looks.look(200.0, 10.49)
        looks.look(200.0, 10.49)
        looks.look(500.0, 10.494, volume=500.0)
    assert [(trade.volume, round(trade.price, 4), trade.datetime) for trade in first.trades] == [(200.0, 10.49, NOW), (300.0, 10.4967, NOW)]
    assert [trade.tradeid for trade in first.trades] == [trade.tradeid for trade in again.trades]
    assert len({trade.tradeid for trade in first.trades}) == 2 and all("20231115-1000" in trade.tradeid for trade in first.trades)
    assert not first.fills._told and len(first.fills._delivered) == 1, "of an order that is over one number is kept"


def test_growth_of_which_no_list_told_waits() -> None:
    looks = Looks(2, 10.5, Direction.LONG)
    record = parse_order({**ORDER, "status": 55, "traded_volume": 200, "traded_price": 10.49}, looks.contract, GATEWAY).record
    looks.fills.on_growth(record.order, record.venue_id)
    assert not looks.trades
    looks.fills.told(record, 2_098.0)
    looks.fills.on_growth(record.order, record.venue_id)
    assert [(trade.volume, trade.price) for trade in looks.trades] == [(200.0, 10.49)]


def test_two_orders_do_not_mix() -> None:
    looks = Looks(2, 10.5, Direction.LONG)
    for venue_id, mean in (("20240105-1", 10.0), ("20240105-2", 10.4)):
        order = parse_order({**ORDER, "status": 55, "traded_volume": 200, "traded_price": mean}, looks.contract, GATEWAY).record.order
        looks.fills.told(VenueOrder(order, venue_id), mean * 200)
        looks.entry = None
        looks.fills.on_growth(order, venue_id)
    assert [trade.price for trade in looks.trades] == [10.0, 10.4]


def test_of_what_came_before_unseen_the_mean_is_told() -> None:
    """After a restart what was filled is known, and not what it came to: the mean is all there is, with one mean's noise in it."""
    looks = Looks(2, 10.5, Direction.LONG)
    looks.entry = SimpleNamespace(filled=99_900.0, venue_id="20231115-1000")
    looks.look(100_000.0, 10.002)
    assert looks.seen == [(pytest.approx(10.002), 1.0)]
    assert looks.trades[0].price == 10.002


def test_a_turnover_that_shrinks_is_no_price() -> None:
    looks = Looks(2, 10.5, Direction.LONG)
    looks.look(900.0, 10.0)
    looks.look(1_000.0, 8.0)                        # 8000 after 9000: the second one would have been paid for
    assert looks.seen[-1][0] == pytest.approx(8.0) and looks.trades[-1].price == 8.0


def test_what_was_not_believed_is_not_counted_as_delivered() -> None:
    looks = Looks(2, 10.5, Direction.LONG)
    looks.look(300.0, 10.0)
    flow: Any = looks.fills.flow
    deliver, flow.on_fill = flow.on_fill, lambda trade, venue_id: None
    looks.look(600.0, 10.1)
    flow.on_fill = deliver
    looks.look(900.0, 10.2)
    assert [(trade.volume, trade.price) for trade in looks.trades] == [(300.0, 10.0), (600.0, 10.3)]


def test_an_order_placed_elsewhere_has_its_status() -> None:
    record = parse_order({**ORDER, "status": 56, "traded_volume": 500, "traded_price": 10.5}, CONTRACTS[2], GATEWAY).record
    assert record.order.status is Status.ALLTRADED
