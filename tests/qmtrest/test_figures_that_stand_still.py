"""F70: positions or balances that answer 200 and never change again, told from those that are late; and our own count."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from logging import ERROR, WARNING
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Product, Status
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData, TradeData

from vnpy_restgateway.orders.table import OrderTable
from vnpy_restgateway.positions import Positions
from vnpy_restgateway.standstill import Standstill

PATIENCE: float = 15.0
LONGEST_LOOK: float = 5.0

lots = st.integers(1, 30).map(lambda count: count * 100.0)
both_ways = st.builds(lambda volume, sign: volume * sign, lots, st.sampled_from([1, -1]))
gaps = st.floats(0.1, 10.0)
Run = list[tuple[float, float]]         # (seconds since the one before, amount)


def run_of(amounts: st.SearchStrategy[float]) -> st.SearchStrategy[Run]:
    return st.lists(st.tuples(gaps, amounts), min_size=1, max_size=8)


def timed(run: Run, start: float = 0.0) -> Run:
    """(time, amount)"""
    found, now = [], start
    for gap, amount in run:
        now += gap
        found.append((now, amount))
    return found


def honest(fills: Run, heard: Run, lags: list[float], looks: list[float], ways: list[float]) -> list[bool]:
    """
    Whether it ever stood still, look by look. The answer is ``ways`` on its way, the figure in it that of ``lags`` before half of that,
    never older than the one before; ``heard`` is when we hear of the fills.
    """
    watched = Standstill(1_000.0)
    waiting = list(heard)
    now, shown_until, verdicts = 0.0, float("-inf"), []
    until = heard[-1][0] + 2 * PATIENCE
    n = 0

    def hear(until: float) -> None:
        while waiting and waiting[0][0] <= until:
            at, amount = waiting.pop(0)
            watched.happened(amount, at)

    while now < until:
        now += looks[n % len(looks)]
        asked_at = now
        hear(asked_at)
        way = ways[n % len(ways)]
        shown_until = max(shown_until, asked_at + way / 2 - lags[n % len(lags)])
        value = 1_000.0 + sum(amount for at, amount in fills if at < shown_until)
        now += way
        hear(now)
        watched.told(value, asked_at, PATIENCE)
        verdicts.append(watched.stands)
        n += 1
    return verdicts


lags = st.lists(st.floats(0.0, PATIENCE - 0.5), min_size=1, max_size=6)
looks = st.lists(st.floats(0.5, LONGEST_LOOK), min_size=1, max_size=6)
ways = st.lists(st.floats(0.0, 2.0), min_size=1, max_size=4)


@given(run_of(lots), lags, looks, ways)
def test_an_honest_venue_that_is_late_never_stands_still_when_we_buy(run: Run, lags: list[float], looks: list[float], ways: list[float]) -> None:
    fills = timed(run)
    assert not any(honest(fills, fills, lags, looks, ways))


@given(run_of(both_ways), lags, looks, ways)
@example([(0.5, 100.0), (9.5, -100.0), (5.7, 100.0)], [0.4], [16.0], [0.0])
@example([(1.0, 100.0), (5.0, -100.0)], [5.5], [5.0], [2.0])
def test_an_honest_venue_that_is_late_never_stands_still(run: Run, lags: list[float], looks: list[float], ways: list[float]) -> None:
    """What we bought and sold again may cancel out in its figures."""
    fills = timed(run)
    assert not any(honest(fills, fills, lags, looks, ways))


@given(run_of(both_ways), st.lists(st.floats(0.0, PATIENCE - 3.0), min_size=8, max_size=8), looks, ways)
def test_an_honest_venue_never_stands_still_when_its_fills_are_heard_of_late(
    run: Run, late: list[float], looks: list[float], ways: list[float],
) -> None:
    """The list of orders is another question than that for positions, and may be answered later."""
    fills = timed(run)
    heard: Run = []
    for (at, amount), seconds in zip(fills, late, strict=False):
        heard.append((max(at + seconds, heard[-1][0] if heard else 0.0), amount))
    assert not any(honest(fills, heard, [0.0], looks, ways))


@given(run_of(both_ways), run_of(both_ways), st.lists(st.floats(0.5, LONGEST_LOOK), min_size=1, max_size=6))
def test_frozen_figures_always_stand_still_after_a_while_and_what_is_unseen_is_known(before: Run, after: Run, looks: list[float]) -> None:
    watched = Standstill(5_000.0)
    value = 5_000.0
    for at, amount in timed(before):                # prompt: shown before the next one happens
        watched.happened(amount, at)
        value += amount
        watched.told(value, at + 0.05, PATIENCE)
        assert not watched.stands and watched.unseen == 0.0
    frozen_at = sum(gap for gap, _ in before) + 0.1
    fills = timed(after, frozen_at)
    waiting, now, n = list(fills), frozen_at, 0
    while now < fills[-1][0] + PATIENCE + 2 * LONGEST_LOOK:
        now += looks[n % len(looks)]
        while waiting and waiting[0][0] < now:
            at, amount = waiting.pop(0)
            watched.happened(amount, at)
        watched.told(value, now, PATIENCE)
        n += 1
        if now < fills[0][0] + PATIENCE:
            assert not watched.stands, "too soon"
    missing = sum(amount for _, amount in after)
    assert watched.unseen == missing and watched.stands is (missing != 0.0) and watched.value == value


def test_it_stands_after_the_patience_and_moves_with_the_figure() -> None:
    watched = Standstill(1_000.0)
    watched.happened(300.0, 10.0)
    watched.happened(-100.0, 11.0)
    for asked_at, stands in ((9.0, False), (12.0, False), (24.9, False), (25.0, True), (30.0, True)):
        watched.told(1_000.0, asked_at, PATIENCE)
        assert watched.stands is stands, asked_at
    assert watched.unseen == 200.0 and watched.unseen_sales == -100.0
    watched.told(1_200.0, 31.0, PATIENCE)
    assert not watched.stands and watched.unseen == watched.unseen_sales == 0.0


def test_what_was_heard_of_after_the_question_is_not_in_the_answer() -> None:
    watched = Standstill(0.0)
    watched.happened(100.0, 10.0)
    watched.happened(200.0, 12.0)
    watched.told(100.0, 11.0, PATIENCE)
    assert watched.unseen == 200.0
    watched.told(100.0, 26.9, PATIENCE)
    assert not watched.stands
    watched.told(100.0, 27.0, PATIENCE)
    assert watched.stands


def test_the_figure_may_be_earlier_than_the_fill() -> None:
    watched = Standstill(0.0)
    watched.told(300.0, 10.0, PATIENCE)
    watched.happened(100.0, 11.0)
    watched.happened(200.0, 12.0)
    watched.told(300.0, 100.0, PATIENCE)
    assert watched.unseen == 0.0 and not watched.stands
    watched.happened(100.0, 101.0)
    assert watched.unseen == 100.0, "there is nothing left that it could explain"
    other = Standstill(0.0)
    other.told(300.0, 10.0, PATIENCE)
    other.happened(300.0, 41.0)
    assert other.unseen == 300.0, "too long ago to be the same"
    fees = Standstill(0.0)
    fees.told(-1_005.0, 10.0, PATIENCE)
    fees.happened(-1_000.0, 11.0)
    assert fees.unseen == 0.0, "with its fees"


@pytest.mark.parametrize(("happened", "told"), [
    # a purchase and its sale cancel out in a figure that shows both, and a third has just happened
    ([(0.0, 100.0), (10.0, -100.0), (15.9, 100.0)], [(5.0, 0.0), (16.0, 0.0), (31.0, 100.0)]),
    # the sale is heard of while the answer is on its way
    ([(1.0, 100.0), (6.0, -100.0)], [(5.0, 0.0), (8.0, 0.0), (21.5, 0.0)]),
    # shown in two parts before it is heard of as one
    ([(7.0, 100.0)], [(1.0, 60.0), (6.0, 100.0), (11.0, 100.0), (23.0, 100.0)]),
    # shown by an answer, and heard of while that is on its way
    ([(1.5, 100.0)], [(1.0, 100.0), (18.0, 100.0)]),
    # shown, and gone again, before both are heard of
    ([(6.0, 100.0), (7.0, -100.0)], [(0.5, 100.0), (3.0, 0.0), (10.0, 0.0), (25.0, 0.0)]),
])
def test_figures_that_are_right(happened: Run, told: Run) -> None:
    """(asked at, figure) of a venue whose figures are true; answers take two seconds."""
    watched = Standstill(0.0)
    waiting = list(happened)
    for asked_at, value in told:
        while waiting and waiting[0][0] <= asked_at + 2.0:
            at, amount = waiting.pop(0)
            watched.happened(amount, at)
        watched.told(value, asked_at, PATIENCE)
        assert not watched.stands, asked_at


def test_a_venue_that_was_late_and_has_caught_up_is_frozen_like_any_other() -> None:
    """Two fills that were shown one after the other explain no third."""
    watched = Standstill(0.0)
    watched.happened(100.0, 0.0)
    watched.happened(100.0, 10.0)
    for asked_at, value in ((14.0, 100.0), (20.0, 200.0)):
        watched.told(value, asked_at, PATIENCE)
    watched.happened(100.0, 22.0)
    watched.told(200.0, 38.0, PATIENCE)
    assert watched.stands and watched.unseen == 100.0


# what is shown of it

class Place:
    """A host, as far as positions need one, on a clock turned by hand."""

    def __init__(self) -> None:
        self.at: float = 100.0
        self.told: list[PositionData] = []
        self.accounts: list[AccountData] = []
        self.lines: list[tuple[int, str]] = []
        self.contracts: dict[str, Any] = {}
        self.list("000001", "CNY")
        self.gateway_name = "TEST"
        self.monotonic: Callable[[], float] = lambda: self.at
        self.on_position, self.on_account = self.told.append, self.accounts.append
        self.log = lambda msg, level=20: self.lines.append((level, msg))
        self.table = OrderTable(monotonic=self.monotonic)
        self.flow = SimpleNamespace(table=self.table)
        self.positions = Positions(self, lambda: PATIENCE)      # type: ignore[arg-type]
        self.positions.begin_counting()

    def now(self) -> datetime:
        """The venue's time."""
        return datetime(2026, 1, 5, 10, tzinfo=timezone.utc) + timedelta(seconds=self.at)

    def list(self, code: str, quote: str) -> None:
        made = ContractData("TEST", code, Exchange.SZSE, "平安银行", Product.EQUITY, 1, 0.01, 100)
        made.extra = {"quote": quote}
        self.contracts[made.vt_symbol] = SimpleNamespace(contract=made)

    def trade(
        self, volume: float, direction: Direction = Direction.LONG, code: str = "000001", price: float = 10.0, moment: datetime | None = None,
        orderid: str = "1",
    ) -> None:
        self.positions.on_trade(TradeData("TEST", code, Exchange.SZSE, orderid, "1", direction, Offset.NONE, price, volume, moment))

    def look(self, volume: float | None, sellable: float = 0.0) -> PositionData | None:
        """The venue's answer, and what is shown of 000001."""
        rows = [] if volume is None else [
            PositionData("TEST", "000001", Exchange.SZSE, Direction.NET, volume, volume - sellable, 9.5, 7.0, sellable),
        ]
        before = len(self.told)
        self.positions.update(rows, self.at)
        return self.told[-1] if len(self.told) > before else None

    def account(self, cash: float, frozen: float = 0.0) -> AccountData:
        made = AccountData("TEST", "123456", 1e6, frozen)
        made.extra = {"currency": "CNY"}
        made.available = cash
        self.positions.update_account(made, cash, self.at)
        return self.accounts[-1]

    def order(self, direction: Direction, volume: float, sent: float, traded: float = 0.0, price: float = 10.0) -> OrderData:
        made = OrderData(
            "TEST", "000001", Exchange.SZSE, str(len(self.table.active)), OrderType.LIMIT, direction, Offset.NONE, price, volume, traded, Status.NOTTRADED,
        )
        self.table.submit(made, sent)
        return made

    def said(self, words: str, level: int) -> int:
        return len([line for at, line in self.lines if words in line and at == level])


@pytest.fixture
def place() -> Place:
    return Place()


def test_our_own_count_is_shown_while_positions_stand_still_and_it_is_said_once(place: Place) -> None:
    place.look(1_000.0, 1_000.0)
    place.trade(500.0)
    place.trade(300.0, Direction.SHORT)
    place.at += PATIENCE - 0.1
    late = place.look(1_000.0, 1_000.0)
    assert late is not None and late.volume == 1_000.0 and not place.lines, "it may still come"
    place.at += 0.2
    for _ in range(3):
        shown = place.look(1_000.0, 1_000.0)
        place.at += 5.0
        assert shown is not None and (shown.volume, shown.yd_volume, shown.frozen) == (1_200.0, 700.0, 500.0), "what was bought is not counted on"
        assert (shown.price, shown.pnl) == (9.5, 7.0)
    assert place.said("The position of 000001.SZSE has not changed at the venue, although +200 of it was filled", ERROR) == 1 == len(place.lines)
    moved = place.look(1_200.0, 700.0)
    assert moved is not None and (moved.volume, moved.yd_volume) == (1_200.0, 700.0)
    assert place.said("The position of 000001.SZSE moves again at the venue", WARNING) == 1 and len(place.lines) == 2


def test_a_position_that_is_never_shown_is_shown_by_our_own_count(place: Place) -> None:
    place.look(None)
    place.trade(500.0)
    place.at += PATIENCE - 0.1
    assert place.look(None) is None and not place.lines, "it may still come"
    place.at += 1.0
    shown = place.look(None)
    assert shown is not None and (shown.vt_symbol, shown.direction, shown.volume, shown.frozen, shown.yd_volume) == (
        "000001.SZSE", Direction.NET, 500.0, 500.0, 0.0,
    )
    place.trade(500.0, Direction.SHORT)
    gone = place.look(None)
    assert gone is not None and gone.volume == 0.0


def test_a_position_that_was_sold_and_stands_still_is_not_negative(place: Place) -> None:
    place.look(300.0, 300.0)
    place.trade(300.0, Direction.SHORT)
    place.trade(100.0, Direction.SHORT)
    place.at += PATIENCE + 1.0
    shown = place.look(300.0, 300.0)
    assert shown is not None and shown.volume == shown.yd_volume == shown.frozen == 0.0


def test_fills_of_before_the_figures_are_no_news(place: Place) -> None:
    place.positions.begin_life()
    place.look(1_000.0)
    place.account(5_000.0)
    place.trade(500.0)
    place.positions.begin_counting()
    place.at += 10 * PATIENCE
    shown = place.look(1_000.0)
    assert shown is not None and shown.volume == 1_000.0 and place.account(5_000.0).available == 5_000.0 and not place.lines


def test_a_fill_that_is_told_late_and_was_there_when_the_figures_were_told_is_no_news(place: Place) -> None:
    place.look(1_000.0)
    place.account(5_000.0)
    place.at += 5.0
    place.trade(500.0, moment=place.now() - timedelta(seconds=8))
    place.at += 10 * PATIENCE
    shown = place.look(1_000.0)
    assert shown is not None and shown.volume == 1_000.0 and place.account(5_000.0).available == 5_000.0 and not place.lines


def test_what_an_order_had_traded_when_the_orders_were_first_told_is_no_news_whatever_the_time_of_its_fills(place: Place) -> None:
    place.positions.begin_life()
    place.order(Direction.LONG, 1_000.0, place.at)
    place.table.update(replace(place.table.active["0"].order, status=Status.PARTTRADED, traded=500.0), "7")
    place.look(1_000.0)
    place.account(5_000.0)
    place.positions.begin_counting()
    place.positions.begin_counting()
    place.at += 5.0
    for _ in range(5):
        place.trade(100.0, moment=place.now(), orderid="0")
    place.at += 2 * PATIENCE
    shown = place.look(1_000.0)
    assert shown is not None and shown.volume == 1_000.0 and place.account(5_000.0).available == 5_000.0 and not place.lines
    place.trade(200.0, moment=place.now(), orderid="0")
    place.at += 2 * PATIENCE
    shown = place.look(1_000.0)
    assert shown is not None and shown.volume == 1_200.0 and place.lines, "what it traded later is"


def test_a_fill_of_after_the_first_figures_is_news_however_late_it_is_told(place: Place) -> None:
    place.look(1_000.0)
    place.at += 5.0
    place.trade(500.0, moment=place.now() - timedelta(seconds=4))
    place.at += 2 * PATIENCE
    shown = place.look(1_000.0)
    assert shown is not None and shown.volume == 1_500.0 and place.lines


def test_cash_that_moved_at_once_for_all_fills_and_their_fees_does_not_stand_still() -> None:
    """Asked for before the fills were heard, answered after them."""
    watched = Standstill(200_000.0, fees=True)
    watched.happened(-805.32, 10.025)
    watched.happened(-402.66, 10.026)
    watched.told(198_790.04, 10.0, PATIENCE)
    for look in range(1, 60):
        watched.told(198_790.04, 10.0 + look, PATIENCE)
        assert not watched.stands
    assert not watched.unseen


def test_cash_that_stands_still(place: Place) -> None:
    place.account(50_000.0, 1_000.0)
    place.trade(500.0)
    place.trade(100.0, Direction.SHORT, price=12.0)
    place.at += PATIENCE + 1.0
    for _ in range(2):
        assert place.account(50_000.0, 1_000.0).available == 50_000.0 - 5_000.0 + 1_200.0
    assert place.said("The cash of the account has not changed", ERROR) == 1
    assert place.positions.holding(place.order(Direction.LONG, 100.0, 0.0)).cash is not None
    assert place.account(46_195.0, 1_000.0).available == 46_195.0 and place.said("moves again", WARNING) == 1


def test_cash_that_becomes_frozen_has_not_moved(place: Place) -> None:
    """Cash and frozen cash together: an order that is placed moves one to the other."""
    place.account(50_000.0)
    place.trade(500.0)
    place.at += PATIENCE + 1.0
    place.account(40_000.0, 10_000.0)
    assert place.said("has not changed", ERROR) == 1


def test_what_was_frozen_from_the_beginning_explains_no_sale(place: Place) -> None:
    place.account(50_000.0, 1_000.0)
    place.trade(100.0, Direction.SHORT)
    place.at += PATIENCE + 1.0
    assert place.account(50_000.0, 1_000.0).available == 51_000.0


def test_what_can_be_sold_of_figures_that_stand_still_is_less_all_our_sales(place: Place) -> None:
    place.look(1_000.0, 1_000.0)
    sale = place.order(Direction.SHORT, 400.0, place.at - 10.0, traded=100.0)
    assert place.positions.holding(sale).sellable == 1_000.0, "the venue's figure knows of it"
    place.trade(100.0, Direction.SHORT)
    place.at += PATIENCE + 1.0
    place.look(1_000.0, 1_000.0)
    assert place.positions.holding(sale).sellable == 600.0, "100 sold, and 300 on their way"


def test_what_can_be_spent_of_cash_that_stands_still_is_less_all_our_purchases(place: Place) -> None:
    """As of what can be sold: such figures know of no order at all."""
    place.account(50_000.0)
    purchase = place.order(Direction.LONG, 1_000.0, place.at, traded=100.0)
    place.trade(100.0)
    place.at += PATIENCE + 1.0
    place.account(50_000.0)
    assert place.positions.holding(purchase).cash == 50_000.0 - 1_000.0 - 9_000.0


def test_a_fill_in_another_currency_does_not_move_the_cash(place: Place) -> None:
    """B shares are paid for in dollars (specs/qmt.md, 4.3); the account's cash is in yuan."""
    place.list("200002", "HKD")
    place.account(50_000.0)
    place.trade(500.0, code="200002")
    place.at += PATIENCE + 1.0
    assert place.account(50_000.0).available == 50_000.0 and not place.lines


def test_a_figure_that_moved_with_what_nobody_told_us_of_does_not_stand_still() -> None:
    """A purchase of another day that was never listed, and a sale of ours, come in one step: the sale is not missed when it is heard of."""
    figure = Standstill(900.0)
    figure.told(700.0, 10.0, 2.0)           # +200 that nobody told us of, -400 of ours
    figure.happened(-400.0, 10.5)
    for now in (11.0, 13.0, 20.0, 50.0):
        figure.told(700.0, now, 2.0)
        assert not figure.stands, now
    figure.happened(-100.0, 60.0)           # and what comes later is missed as ever
    figure.told(700.0, 63.0, 2.0)
    assert figure.stands and figure.unseen == -100.0


def test_a_fee_as_large_as_the_last_fill_does_not_hide_it() -> None:
    """0.8 and 0.001 bought, 0.1 % of it kept: nearer to 0.8 alone."""
    watched = Standstill(1.0, fees=True)
    for amount in (0.3, 0.3, 0.2, 0.001):
        watched.happened(amount, 10.0)
    watched.told(1.800199, 10.1, PATIENCE)
    assert watched.unseen == 0.0
    watched.told(1.800199, 10.0 + 2 * PATIENCE, PATIENCE)
    assert not watched.stands


def test_what_nothing_has_explained_does_not_hide_what_is_heard_of_late() -> None:
    """A figure fell for what nobody knew; then it rose by two fills, and the second was heard of after it."""
    figure = Standstill(10_500.0)
    figure.told(10_000.0, 5.0, 15.0)
    figure.happened(500.0, 34.0)
    figure.told(11_000.0, 34.1, 15.0)
    figure.happened(500.0, 38.0)
    for at in (40.0, 53.5, 60.0):
        figure.told(11_000.0, at, 15.0)
        assert not figure.stands
    figure.happened(500.0, 100.0)
    figure.told(11_000.0, 110.0, 15.0)
    figure.told(11_000.0, 115.5, 15.0)
    assert figure.stands
