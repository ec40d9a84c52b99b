"""The public history: trades, aggregates, bars of every interval, the rolling window, averages."""

from copy import deepcopy
from datetime import datetime, timezone
from random import Random
from typing import Any

import pytest
from core_world import World, amount, plain, prints
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from mockexchange.core import tape as tape_module
from mockexchange.core.bars import (
    DAY,
    HOUR,
    INTERVALS,
    MINUTE,
    SECOND,
    Bar,
    closer,
    opener,
)
from mockexchange.core.events import PublicTrade
from mockexchange.core.past import BarMinutes, Past
from mockexchange.core.tape import Tape


def at(text: str) -> int:
    """ISO time in UTC -> microseconds."""
    moment = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * SECOND


START: int = at("2024-01-03T10:00:00")          # a Wednesday


class Recorder:
    """A tape and the trades put on it, numbered from 1."""

    def __init__(self, last_price: int = 0) -> None:
        self.tape: Tape = Tape(last_price)
        self.number: int = 0

    def trade(self, time: int, price: str, quantity: str = "1", buyer_is_maker: bool = False, taker: int = 0, **more: int) -> None:
        self.number += 1
        value, size = amount(price), amount(quantity)
        trade_id = more.pop("trade_id", self.number)
        self.tape.record(PublicTrade(
            "AAABBB", trade_id, value, size, value * size // 10**8, time, buyer_is_maker, taker or self.number, **more
        ))

    def bars(self, interval: str, limit: int = 100, **more: Any) -> list[tuple[str, ...]]:
        """(open, high, low, close, volume) of bars."""
        return [tuple(plain(value) for value in bar[2:7]) for bar in self.tape.bars(interval, limit, **more)]


# trades and aggregates

def test_the_newest_trades_oldest_first_or_from_an_id() -> None:
    recorder = Recorder()
    for second in range(5):
        recorder.trade(START + second, "100")
    tape = recorder.tape
    assert [trade.trade_id for trade in tape.trades(2)] == [4, 5]
    assert [trade.trade_id for trade in tape.trades(2, 2)] == [2, 3]
    assert [trade.trade_id for trade in tape.trades(10, 0)] == [1, 2, 3, 4, 5]
    assert tape.trades(10, 6) == [] == tape.trades(0)
    assert (tape.last_price, tape.last_quantity, tape.last_time) == (amount(100), amount(1), START + 4)


def test_trades_from_an_id_when_ids_do_not_ascend() -> None:
    recorder = Recorder()
    for trade_id in (10, 5001, 11, 5002, 12):
        recorder.trade(START, "100", trade_id=trade_id)
    assert [trade.trade_id for trade in recorder.tape.trades(3, 11)] == [11, 12, 5001]
    assert [trade.trade_id for trade in recorder.tape.trades(3)] == [11, 5002, 12]


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tape_module, "KEEP", 10)
    recorder = Recorder()
    for number in range(45):
        recorder.trade(START + number * SECOND, "100", taker=number + 1)
    tape = recorder.tape
    assert len(tape.trades(1000)) == 15 and tape.trades(1)[0].trade_id == 45 and tape.count == 45
    aggregates = tape.aggregates(1000)
    assert [row.agg_id for row in aggregates] == list(range(46 - len(aggregates), 46)) and len(aggregates) >= 10
    assert len(tape.bars("1s", 1000)) >= 10 and len(tape.bars("1m", 10)) == 1


def test_aggregates_join_one_taker_at_one_price() -> None:
    world = World()
    world.limit("b", "SELL", "1", "101")
    world.limit("b", "SELL", "2", "101")
    world.limit("b", "SELL", "3", "102")
    world.place("a", "BUY", "LIMIT", "4", "102")
    world.place("a", "BUY", "LIMIT", "1", "102")
    rows = world.exchange.tapes["AAABBB"].aggregates(10)
    assert [(row.agg_id, plain(row.price), plain(row.quantity), row.first_id, row.last_id) for row in rows] == [
        (1, "101", "3", 1, 2), (2, "102", "1", 3, 3), (3, "102", "1", 4, 4),
    ]


def test_the_last_aggregate_grows_with_its_taker() -> None:
    recorder = Recorder()
    assert recorder.tape.last_aggregate() is None
    recorder.trade(START, "100", "1", taker=7)
    first = recorder.tape.last_aggregate()
    recorder.trade(START, "100", "2", taker=7)
    second = recorder.tape.last_aggregate()
    assert first is not None and second is not None and first.agg_id == second.agg_id
    assert (plain(first.quantity), plain(second.quantity), second.last_id) == ("1", "3", 2)
    for change in ({"time": START + 1}, {"price": "101"}, {"taker": 8}, {"buyer_is_maker": True}):
        again = Recorder()
        again.trade(START, "100", taker=7)
        again.trade(**{"time": START, "price": "100", "taker": 7, **change})      # type: ignore[arg-type]
        assert len(again.tape.aggregates(10)) == 2, change


def test_a_recorded_aggregate_keeps_its_own_ids() -> None:
    recorder = Recorder()
    recorder.trade(START, "100", trade_id=50, taker=-1, first_id=900, last_id=905)
    recorder.trade(START, "100", trade_id=51, taker=-1, first_id=906, last_id=906)
    assert [(row.agg_id, row.first_id, row.last_id) for row in recorder.tape.aggregates(5)] == [(50, 900, 905), (51, 906, 906)]
    assert recorder.tape.bars("1m", 1)[0].count == 7


def test_aggregates_by_id_and_by_time() -> None:
    recorder = Recorder()
    for number in range(6):
        recorder.trade(START + number * SECOND, "100")
    tape = recorder.tape

    def ids(**asked: int) -> list[int]:
        return [row.agg_id for row in tape.aggregates(2, **asked)]

    assert ids() == [5, 6] and ids(from_id=3) == [3, 4]
    assert ids(start=START + SECOND) == [2, 3] and ids(end=START + 3 * SECOND) == [3, 4]
    assert ids(start=START + SECOND, end=START + SECOND) == [2]
    assert tape.aggregates(0) == []


# bars

@pytest.mark.parametrize(("interval", "opened", "following"), [
    ("1s", "2024-02-07T13:47:59", "2024-02-07T13:48:00"), ("1m", "2024-02-07T13:47:00", "2024-02-07T13:48:00"),
    ("3m", "2024-02-07T13:45:00", "2024-02-07T13:48:00"), ("5m", "2024-02-07T13:45:00", "2024-02-07T13:50:00"),
    ("15m", "2024-02-07T13:45:00", "2024-02-07T14:00:00"), ("30m", "2024-02-07T13:30:00", "2024-02-07T14:00:00"),
    ("1h", "2024-02-07T13:00:00", "2024-02-07T14:00:00"), ("2h", "2024-02-07T12:00:00", "2024-02-07T14:00:00"),
    ("4h", "2024-02-07T12:00:00", "2024-02-07T16:00:00"), ("6h", "2024-02-07T12:00:00", "2024-02-07T18:00:00"),
    ("8h", "2024-02-07T08:00:00", "2024-02-07T16:00:00"), ("12h", "2024-02-07T12:00:00", "2024-02-08T00:00:00"),
    ("1d", "2024-02-07T00:00:00", "2024-02-08T00:00:00"), ("3d", "2024-02-05T00:00:00", "2024-02-08T00:00:00"),
    ("1w", "2024-02-05T00:00:00", "2024-02-12T00:00:00"), ("1M", "2024-02-01T00:00:00", "2024-03-01T00:00:00"),
])
def test_every_interval_opens_where_it_should(interval: str, opened: str, following: str) -> None:
    moment = at("2024-02-07T13:47:59") + 999_999
    assert opener(interval)(moment) == at(opened)
    assert opener(interval)(at(opened)) == at(opened) and opener(interval)(at(opened) - 1) < at(opened)
    assert closer(interval)(at(opened)) == at(following)
    recorder = Recorder()
    recorder.trade(moment, "100")
    bar, = recorder.tape.bars(interval, 10)
    assert (bar.open_time, bar.close_time) == (at(opened), at(following) - 1)
    assert recorder.tape.current_bar(interval) == bar


def test_the_intervals_are_all_of_binances() -> None:
    assert list(INTERVALS) == "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M".split()
    for call in (opener, lambda interval: Tape().bars(interval, 1)):
        with pytest.raises(ValueError, match="interval: unknown value '7m'"):
            call("7m")


@pytest.mark.parametrize(("interval", "offset", "opened"), [
    ("1d", 8 * HOUR, "2024-02-07T16:00:00"), ("1d", -5 * HOUR, "2024-02-07T05:00:00"), ("1h", 5 * HOUR + HOUR // 2, "2024-02-07T16:30:00"),
    ("1w", 8 * HOUR, "2024-02-04T16:00:00"), ("1M", 8 * HOUR, "2024-01-31T16:00:00"), ("1M", -HOUR, "2024-02-01T01:00:00"),
])
def test_bars_of_another_time_zone(interval: str, offset: int, opened: str) -> None:
    assert opener(interval, offset)(at("2024-02-07T17:00:00")) == at(opened)


def test_a_bar_tells_what_was_traded() -> None:
    recorder = Recorder()
    for second, (price, quantity, buyer_is_maker) in enumerate((("100", "1", False), ("103", "2", True), ("98", "3", False), ("101", "4", True))):
        recorder.trade(START + second * SECOND, price, quantity, buyer_is_maker)
    for interval in ("1m", "1h", "1d", "1w", "1M"):
        bar, = recorder.tape.bars(interval, 10)
        assert [plain(value) for value in bar[2:8]] == ["100", "103", "98", "101", "10", "1004"]
        assert (bar.count, plain(bar.taker_base), plain(bar.taker_quote), bar.first_id, bar.last_id) == (4, "4", "394", 1, 4)
    assert recorder.bars("1s") == [
        ("100", "100", "100", "100", "1"), ("103", "103", "103", "103", "2"),
        ("98", "98", "98", "98", "3"), ("101", "101", "101", "101", "4"),
    ]


def test_gaps_are_flat_at_the_close_before() -> None:
    recorder = Recorder()
    recorder.trade(START, "100")
    recorder.trade(START + SECOND, "105")
    recorder.trade(START + 3 * MINUTE, "90")
    assert recorder.bars("1m") == [
        ("100", "105", "100", "105", "2"), ("105", "105", "105", "105", "0"), ("105", "105", "105", "105", "0"),
        ("90", "90", "90", "90", "1"),
    ]
    gap = recorder.tape.bars("1m", 10)[1]
    assert (gap.open_time, gap.close_time) == (START + MINUTE, START + 2 * MINUTE - 1)
    assert (gap.quote_volume, gap.count, gap.first_id, gap.last_id) == (0, 0, -1, -1)
    assert len(recorder.tape.bars("1s", 1000)) == 181


def test_gaps_of_months_have_their_own_lengths() -> None:
    recorder = Recorder()
    recorder.trade(at("2024-01-31T23:59:59"), "100")
    recorder.trade(at("2024-04-01T00:00:00"), "120")
    bars = recorder.tape.bars("1M", 10)
    assert [bar.open_time for bar in bars] == [at(f"2024-0{month}-01T00:00:00") for month in (1, 2, 3, 4)]
    assert [plain(bar.close) for bar in bars] == ["100", "100", "100", "120"]


def test_which_bars_are_given() -> None:
    recorder = Recorder()
    for minute in range(6):
        recorder.trade(START + minute * MINUTE, str(100 + minute))

    def closes(limit: int, **asked: int) -> list[str]:
        return [row[3] for row in recorder.bars("1m", limit, **asked)]

    assert closes(2) == ["104", "105"] and closes(100) == ["100", "101", "102", "103", "104", "105"]
    assert closes(2, start=START + MINUTE) == ["101", "102"]
    assert closes(2, start=START + MINUTE + 1) == ["102", "103"]        # must open at the start or later
    assert closes(2, end=START + 3 * MINUTE) == ["102", "103"]
    assert closes(2, end=START + 3 * MINUTE - 1) == ["101", "102"]
    assert closes(9, start=START + MINUTE, end=START + 2 * MINUTE) == ["101", "102"]
    assert closes(9, start=START - DAY) == closes(9)
    assert closes(9, start=START + HOUR) == closes(9, end=START - 1) == closes(0) == []
    assert Tape().bars("1m", 5) == [] and Tape().current_bar("1m") is None


def test_a_bar_read_while_it_grows_goes_on_growing() -> None:
    recorder = Recorder()
    recorder.trade(START, "100")
    assert recorder.bars("1h") == [("100", "100", "100", "100", "1")]
    recorder.trade(START + SECOND, "110")
    assert recorder.bars("1h") == [("100", "110", "100", "110", "2")]
    recorder.trade(START + MINUTE, "90")
    assert recorder.bars("1h") == [("100", "110", "90", "90", "3")]
    recorder.trade(START + HOUR, "95")
    assert recorder.bars("1h") == [("100", "110", "90", "90", "3"), ("95", "95", "95", "95", "1")]
    current = recorder.tape.current_bar("1h")
    assert current is not None and current.open_time == START + HOUR


def test_a_time_that_runs_backwards_counts_into_the_current_minute() -> None:
    recorder = Recorder()
    recorder.trade(START, "100")
    recorder.trade(START - SECOND, "99")
    assert recorder.bars("1m") == [("100", "100", "99", "99", "2")]


def test_after_a_clock_that_was_set_back_figures_go_on() -> None:
    """Hours ahead for a while: what was dated later is drawn in, and the last price is that of the last trade."""
    recorder = Recorder()
    recorder.trade(START, "100")
    for minute, price in ((0, "101"), (1, "102")):
        recorder.trade(START + 8 * HOUR + minute * MINUTE, price)
    recorder.bars("1m"), recorder.bars("1s"), recorder.bars("1h")
    for number, price in enumerate(("103", "90", "104")):
        now: int = START + (1 + number) * MINUTE
        recorder.trade(now, price)
        window = recorder.tape.window(now - DAY, now)
        assert window is not None and (plain(window.last), window.count) == (price, 4 + number)
        current = recorder.tape.current_bar("1m")
        assert current is not None and current.open_time == now
    assert recorder.bars("1m") == [("100", "100", "100", "100", "1"), ("101", "103", "101", "103", "3"), ("90", "90", "90", "90", "1"), ("104", "104", "104", "104", "1")]
    assert recorder.bars("1h") == [("100", "104", "90", "104", "6")]
    assert recorder.tape.bars("1s", 1000)[-1].open_time == START + 3 * MINUTE


# history from before the venue opened

def seeds(minutes: int, price: str = "50") -> list[Bar]:
    """Flat bars of volume 2 up to the minute before START."""
    value = amount(price)
    return [
        Bar(t, t + MINUTE - 1, value, value, value, value, amount(2), 2 * value, 2, amount(1), value)
        for t in range(START - minutes * MINUTE, START, MINUTE)
    ]


def past_of(bars: list[Bar], last_id: int = 1000) -> Past:
    return Past(BarMinutes("AAABBB", "seed", 1, 1, bars), last_id, last_id)


def seed(recorder: Recorder, minutes: int) -> None:
    recorder.tape.set_past(past_of(seeds(minutes)))
    recorder.number = 1000


def test_the_past_comes_before_the_trades() -> None:
    recorder = Recorder()
    seed(recorder, 60)
    assert recorder.tape.last_id == 1000
    recorder.trade(START + SECOND, "60")
    assert recorder.bars("1m", 2) == [("50", "50", "50", "50", "2"), ("60", "60", "60", "60", "1")]
    assert recorder.bars("1m") == [("50", "50", "50", "50", "2")] * 60 + [("60", "60", "60", "60", "1")]
    assert recorder.bars("1h") == [("50", "50", "50", "50", "120"), ("60", "60", "60", "60", "1")]
    assert recorder.bars("1d") == [("50", "60", "50", "60", "121")]
    assert recorder.bars("1h", 5, end=START - 1) == recorder.bars("1h", 1, start=START - HOUR) == [("50", "50", "50", "50", "120")]


def random_walk(minutes: int) -> list[Bar]:
    """Minutes of the past up to START, some without trades."""
    rng = Random(minutes)
    bars: list[Bar] = []
    price = 10_000
    for opened in range(START - minutes * MINUTE, START, MINUTE):
        count: int = rng.choice([0, 1, 2, 5, 20]) if bars else 5
        prices: list[int] = [price, *(price + rng.randint(-20, 20) for _ in range(count - 1))] if count > 1 else [price]
        sizes: list[int] = [rng.randint(1, 900) for _ in range(count)]
        buys: list[bool] = [rng.random() < 0.5 for _ in range(count)]
        rows = list(zip(prices, sizes, buys, strict=False))
        bars.append(Bar(
            opened, opened + MINUTE - 1, prices[0] * TICK, max(prices) * TICK, min(prices) * TICK, prices[-1] * TICK,
            sum(sizes) * UNIT, sum(p * q for p, q, _ in rows) * TICK * UNIT // 10**8, count,
            sum(q for _, q, buy in rows if buy) * UNIT, sum(p * q for p, q, buy in rows if buy) * TICK * UNIT // 10**8,
        ))
        price = prices[-1]
    return bars


TICK, UNIT = 10**6, 10**4
PAST: list[Bar] = random_walk(26 * 60)


@example("1s", 287, -1595, None, HOUR, [0])
@settings(max_examples=16, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    interval=st.sampled_from(sorted(INTERVALS)), limit=st.integers(1, 600), start=st.integers(-2 * 1440, 90) | st.none(),
    end=st.integers(-2 * 1440, 90) | st.none(), offset=st.sampled_from([0, 0, HOUR, -5 * HOUR - 30 * MINUTE]),
    traded=st.lists(st.integers(0, 60), max_size=2).map(lambda found: [0, *found]),
)
def test_bars_are_those_of_all_trades(
    interval: str, limit: int, start: int | None, end: int | None, offset: int, traded: list[int],
) -> None:
    """A tape with a past answers what a tape answers that has recorded every trade of that past."""
    recorder, plain_tape = recorder_with_past(), tape_of_trades()
    for minute in sorted(traded):
        recorder.trade(START + minute * MINUTE, "100")
        plain_tape.trade(START + minute * MINUTE, "100")
    times: list[int | None] = [None if each is None else START + each * MINUTE + 7 * SECOND for each in (start, end)]
    if interval == "1s" and times[0] is not None:       # the past has seconds before its first trade, a tape of trades has not
        times[0] = max(times[0], plain_tape.tape.bars("1s", 1, 0)[0].open_time)
    found = recorder.tape.bars(interval, limit, *times, offset)
    assert [row[:11] for row in found] == [row[:11] for row in plain_tape.tape.bars(interval, limit, *times, offset)]
    begin, stop = sorted(each or START for each in times)
    one, other = recorder.tape.window(begin, stop), plain_tape.tape.window(begin, stop)
    assert one is None or other is None or (one.high, one.low, one.last, one.volume, one.quote, one.count) == (
        other.high, other.low, other.last, other.volume, other.quote, other.count
    )
    if other is not None:
        assert one is not None and one.count and (one.first_id, one.last_id) == (other.first_id, other.last_id)


def recorder_with_past() -> Recorder:
    recorder = Recorder()
    recorder.tape.set_past(Past(BarMinutes("AAABBB", "seed", TICK, UNIT, PAST), 1_000_000, 1_000_000))
    recorder.number = 1_000_000
    return recorder


def tape_of_trades() -> Recorder:
    """Copies of one recorder that was given all trades of the past, so that each example has its own."""
    if not _RECORDED:
        recorder = Recorder()
        past = Past(BarMinutes("AAABBB", "seed", TICK, UNIT, PAST), 1_000_000, 1_000_000)
        for trade in past.trades(10**6, 0):
            recorder.tape.record(trade)
        recorder.number = 1_000_000
        _RECORDED.append(recorder)
    return deepcopy(_RECORDED[0])


_RECORDED: list[Recorder] = []


def test_a_trade_before_the_past_ends_counts_into_its_next_minute() -> None:
    """A clock that was set back changes nothing of what was."""
    recorder = Recorder()
    seed(recorder, 2)
    before = recorder.bars("1m")
    recorder.trade(START - SECOND, "60")
    assert recorder.bars("1m") == [*before, ("60", "60", "60", "60", "1")]


# rolling window and average

def test_the_window_of_a_day() -> None:
    recorder = Recorder()
    assert recorder.tape.window(START - DAY, START) is None
    recorder.trade(START - DAY - HOUR, "80")
    recorder.trade(START - DAY + MINUTE, "100", "2")
    recorder.trade(START - HOUR, "120")
    recorder.trade(START - MINUTE, "90")
    recorder.trade(START, "110", "3")
    window = recorder.tape.window(START - DAY, START)
    assert window is not None
    assert [plain(value) for value in window[:6]] == ["100", "120", "90", "110", "7", "740"]
    assert (window.count, window.first_id, window.last_id, plain(window.prev_close)) == (4, 2, 5, "80")


def test_the_window_moves_on() -> None:
    recorder = Recorder()
    recorder.trade(START, "100")
    recorder.trade(START + HOUR, "110")
    for now, count in ((START + HOUR, 2), (START + DAY, 2), (START + DAY + MINUTE, 1), (START + DAY + HOUR, 1)):
        window = recorder.tape.window(now - DAY, now)
        assert window is not None and window.count == count
    assert recorder.tape.window(START + 3 * DAY, START + 4 * DAY) is None


def test_the_window_counts_seeded_history() -> None:
    recorder = Recorder()
    seed(recorder, 10)
    recorder.trade(START, "60")
    window = recorder.tape.window(START - 5 * MINUTE, START)
    assert window is not None
    assert [plain(value) for value in window[:6]] == ["50", "60", "50", "60", "11", "560"]
    assert (window.count, window.first_id, window.last_id, plain(window.prev_close)) == (11, 991, 1001, "50")


def test_the_average_is_weighted_by_volume_over_the_last_minutes() -> None:
    recorder = Recorder(amount("70"))
    tape = recorder.tape
    assert tape.average(5, START) == (amount("70"), 0)
    recorder.trade(START, "100", "3")
    recorder.trade(START + MINUTE, "120", "1")
    now = START + MINUTE
    assert tape.average(5, now) == (amount("105"), now)
    assert tape.average(0, now) == (amount("120"), now)
    recorder.trade(now + SECOND, "120", "2")
    assert tape.average(5, now)[0] == amount("110")
    assert tape.average(5, START + 5 * MINUTE)[0] == amount("120")      # the first minute is five minutes old
    assert tape.average(5, START + HOUR) == (amount("120"), now + SECOND)


def test_the_average_leaves_seeded_history_out() -> None:
    recorder = Recorder()
    seed(recorder, 10)
    recorder.trade(START, "60")
    before = recorder.tape.average(5, START)
    recorder.bars("1m")
    assert recorder.tape.average(5, START) == before == (amount("60"), START)


def test_the_exchanges_trades_are_on_the_tape() -> None:
    world = World()
    world.limit("b", "SELL", "1", "101")
    trade, = prints(world.place("a", "BUY", "MARKET", "1"))
    tape = world.exchange.tapes["AAABBB"]
    assert tape.trades(5) == [trade] and tape.last_price == amount("101")
