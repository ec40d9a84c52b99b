"""The trades behind bars, and a past made of them: sums, ids, and that nobody can tell what was asked first."""

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockexchange.core.bar_trades import aggregate_count, bar_trades, completed
from mockexchange.core.bars import MINUTE, Bar
from mockexchange.core.events import PublicTrade
from mockexchange.core.numbers import SCALE
from mockexchange.core.past import BLOCK, Aggregate, BarMinutes, Past

END: int = 28_333_333 * MINUTE


def sums(trades: list[PublicTrade]) -> tuple[int, ...]:
    """(open, high, low, close, volume, quote, count, taker base, taker quote) of trades."""
    prices = [trade.price for trade in trades]
    buys = [trade for trade in trades if not trade.buyer_is_maker]
    return (
        prices[0], max(prices), min(prices), prices[-1], sum(trade.quantity for trade in trades), sum(trade.quote for trade in trades),
        len(trades), sum(trade.quantity for trade in buys), sum(trade.quote for trade in buys),
    )


@st.composite
def traded_bars(draw: st.DrawFn) -> tuple[Bar, int, int]:
    """A bar that some trades have, their tick and their unit (1e-8); now and then one that only a strange market has."""
    tick, unit = draw(st.sampled_from([(10**6, 10**3), (10**3, 10**6), (1, 10**8), (SCALE, SCALE)]))
    count: int = draw(st.sampled_from([1, 2, 3, 4, 5, 8, 15, 16, 17, 25, 60, 300]) | st.integers(1, 40))
    rng = Random(draw(st.integers(0, 10**9)))
    base, reach = rng.randint(1, 300_000), rng.choice([0, 1, 2, 20, 700])
    buys: float = rng.choice([0.5, 0.5, 0.0, 1.0, 0.05, 0.95])
    rows = [(base + rng.randint(0, reach), rng.choice([1, 1, rng.randint(1, 5_000)]), rng.random() < buys) for _ in range(count)]
    worth: int = tick * unit
    assert worth % SCALE == 0
    opened: int = END - MINUTE
    return Bar(
        opened, opened + MINUTE - 1, rows[0][0] * tick, max(row[0] for row in rows) * tick, min(row[0] for row in rows) * tick,
        rows[-1][0] * tick, sum(row[1] for row in rows) * unit, sum(row[0] * row[1] for row in rows) * worth // SCALE, count,
        sum(row[1] for row in rows if row[2]) * unit, sum(row[0] * row[1] for row in rows if row[2]) * worth // SCALE, 77, 76 + count,
    ), tick, unit


@settings(max_examples=150, deadline=None)
@given(made=traded_bars(), seed=st.integers(0, 5))
def test_the_trades_of_a_bar_sum_to_it(made: tuple[Bar, int, int], seed: int) -> None:
    bar, tick, unit = made
    trades = bar_trades(bar, "AAABBB", str(seed), tick, unit)
    assert sums(trades) == bar[2:11]
    assert [trade.trade_id for trade in trades] == list(range(bar.first_id, bar.last_id + 1))
    times = [trade.time for trade in trades]
    assert times == sorted(times) and bar.open_time <= times[0] and times[-1] <= bar.close_time
    assert all(trade.quantity > 0 and trade.quantity % unit == 0 and trade.price % tick == 0 for trade in trades)
    takers: dict[int, set[tuple[int, int, bool]]] = {}
    for trade in trades:
        takers.setdefault(trade.taker_order_id, set()).add((trade.price, trade.time, trade.buyer_is_maker))
    assert list(takers) == list(range(1, aggregate_count(bar.count) + 1))
    assert all(len(each) == 1 for each in takers.values())
    assert trades == bar_trades(bar, "AAABBB", str(seed), tick, unit)


@settings(max_examples=120, deadline=None)
@given(
    prices=st.tuples(*[st.integers(1, 10**6)] * 4), volume=st.integers(0, 10**6), quote=st.integers(0, 10**13), count=st.integers(0, 50),
    taker=st.integers(0, 10**6), paid=st.integers(0, 10**13), tick=st.sampled_from([1, 10, 10**6]), unit=st.sampled_from([1, 1000]),
)
def test_a_bar_of_any_file_has_trades(
    prices: tuple[int, ...], volume: int, quote: int, count: int, taker: int, paid: int, tick: int, unit: int,
) -> None:
    """Also of one whose figures do not fit each other: completed, it still is what its trades sum to."""
    opened, high, low, close = prices[0], max(prices), min(prices), prices[3]
    bar = completed(Bar(0, MINUTE - 1, opened, high, low, close, volume, quote, count, taker, paid), unit)._replace(first_id=1)
    trades = bar_trades(bar, "AAABBB", "0", tick, unit)
    if not volume:
        assert trades == [] and bar.open == bar.high == bar.low == bar.close == close
        return
    assert len(trades) == bar.count
    assert sum(trade.quantity for trade in trades) == bar.volume == volume
    assert sum(trade.quote for trade in trades) == bar.quote_volume
    assert all(trade.quantity > 0 for trade in trades)
    if volume >= 4:
        assert (trades[0].price, trades[-1].price) == (opened, close)
        assert (max(trade.price for trade in trades), min(trade.price for trade in trades)) == (high, low)


# a past of bars

def some_minutes(number: int, seed: int = 0, first_open: int = 0) -> list[Bar]:
    """Bars up to END; a third of them without trades."""
    rng = Random(seed)
    price: int = first_open or 10_000
    bars: list[Bar] = []
    for opened in range(END - number * MINUTE, END, MINUTE):
        count: int = rng.choice([0, 1, 30])
        close: int = price + (rng.randint(-9, 9) if count > 1 else 0)
        volume: int = 1000 * count
        bars.append(completed(Bar(
            opened, opened + MINUTE - 1, price, max(price, close) + (count > 1), min(price, close) - (count > 1), close, volume, 0,
            count, volume // 3 if count > 1 else 0,
        ), 1))
        price = close
    return bars


BARS: list[Bar] = some_minutes(3 * BLOCK + 17)
LAST: int = 50_000
@cache
def every() -> list[PublicTrade]:
    return [
        trade for bar in Past(BarMinutes("AAABBB", "0", 1, 1, BARS), LAST, LAST).rows(END - len(BARS) * MINUTE, END)
        for trade in bar_trades(bar, "AAABBB", "0", 1, 1)
    ]


@cache
def all_rows() -> list[Aggregate]:
    past: Past = fresh()
    return [row for minute in range(END - len(BARS) * MINUTE, END, MINUTE) for row in past.aggregates_of(minute)]


def fresh() -> Past:
    return Past(BarMinutes("AAABBB", "0", 1, 1, BARS), LAST, LAST)


def test_ids_span_the_count_and_end_at_the_last() -> None:
    assert [trade.trade_id for trade in every()] == list(range(LAST - len(every()) + 1, LAST + 1))
    whole: Bar = fresh().bar(fresh().start, END)
    assert (whole.first_id, whole.last_id, whole.count) == (every()[0].trade_id, LAST, len(every()))
    assert whole[2:11] == sums(every())


@settings(max_examples=25, deadline=None)
@given(questions=st.lists(st.tuples(st.sampled_from("tTaAsib"), st.integers(-4 * BLOCK, 20), st.integers(1, 200)), min_size=1, max_size=8))
def test_who_asks_first_and_how_changes_nothing(questions: list[tuple[str, int, int]]) -> None:
    past, rows = fresh(), all_rows()
    assert [row.agg_id for row in rows] == list(range(LAST - len(rows) + 1, LAST + 1))
    for kind, at, limit in questions:
        time: int = END + at * MINUTE + 1_234_567
        if kind == "t":
            assert past.trades(limit) == every()[-limit:]
        elif kind == "T":
            from_id: int = LAST + at * 10
            assert past.trades(limit, from_id) == [trade for trade in every() if trade.trade_id >= from_id][:limit]
        elif kind == "a":
            assert past.aggregates(limit, end=time) == [row for row in rows if row.time <= time][-limit:]
        elif kind == "A":
            assert past.aggregates(limit, from_id=LAST + at * 10) == [row for row in rows if row.agg_id >= LAST + at * 10][:limit]
        elif kind == "s":
            assert past.aggregates(limit, start=time) == [row for row in rows if row.time >= time][:limit]
        elif kind == "i":
            until: int = time + limit * MINUTE
            assert past.aggregates(10**6, start=time, end=until) == [row for row in rows if time <= row.time <= until]
        else:
            opened: int = min(max(END + at * MINUTE, past.start), END - MINUTE)
            inside = [trade for trade in every() if trade.time >= opened]
            bar: Bar = past.bar(opened, END)
            assert (bar.count, bar.volume) == (len(inside), sum(trade.quantity for trade in inside))
            if inside:
                assert (bar.first_id, bar.last_id) == (inside[0].trade_id, inside[-1].trade_id)


def test_seconds_sum_to_their_minute() -> None:
    past, seen = fresh(), 0
    for row in past.rows(END - 20 * MINUTE, END):
        seconds = past.seconds(row.open_time)
        assert len(seconds) == 60 and seconds[0].open_time == row.open_time
        assert sum(bar.count for bar in seconds) == row.count and sum(bar.quote_volume for bar in seconds) == row.quote_volume
        assert seconds[-1].close == row.close
        seen += row.count
    assert seen


def test_walking_back_takes_small_steps_and_changes_nothing() -> None:
    past, other = fresh(), fresh()
    assert len(list(past.walk(0))) == past.minutes.blocks and list(past.walk(0)) == []
    assert len(list(other.walk_to(LAST - 5))) == 1 and list(other.walk_to(LAST)) == [] == list(other.walk_to(LAST + 9))
    assert past.trades(30, 1) == other.trades(30, 1) == every()[:30]


def test_ids_below_one_are_not_told() -> None:
    """A record whose own ids are small leaves no room."""
    past: Past = Past(BarMinutes("AAABBB", "0", 1, 1, BARS), 40, 40)
    assert [trade.trade_id for trade in past.trades(1000)] == [trade.trade_id for trade in past.trades(1000, 0)] == list(range(1, 41))
    assert past.bar(past.start, END).first_id == 1
    none: Past = Past(BarMinutes("AAABBB", "0", 1, 1, BARS), 0, 0)
    assert none.trades(1000) == none.trades(1000, 1) == none.aggregates(10) == none.aggregates(10, from_id=1) == []
    assert none.bar(none.start, END).first_id == -1 and none.aggregates(10, start=0) == []


def test_a_past_has_a_minute_at_least() -> None:
    with pytest.raises(ValueError, match="there are none"):
        BarMinutes("AAABBB", "0", 1, 1, [])
