"""synthetic: its commands alone, and a market of them on the exchange."""

from itertools import islice
from time import process_time

import pytest
from feed_world import MINUTE, UNTIL, World, feed_of
from hypothesis import given, settings
from hypothesis import strategies as st

from mockexchange.core.commands import Command, FeedTrade, Quote
from mockexchange.core.events import PublicTrade
from mockexchange.core.instruments import (
    Instrument,
    make_instrument,
)
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.bars import Bar
from mockexchange.core.past import Past
from mockexchange.feeds import Feed, open_feed
from mockexchange.feeds.synthetic import SyntheticFeed
from mockexchange.listing import parse_listing


@pytest.fixture(scope="module")
def ten_minutes() -> World:
    world: World = World(feed_of(7))
    for minute in range(1, 11):
        world.run(minute * MINUTE)
        for symbol in world.feed.symbols:
            world.check_book(symbol)
    return world


def test_never_refused_and_on_the_grid(ten_minutes: World) -> None:
    assert ten_minutes.refused == 0
    ten_minutes.exchange.ledger.check()
    for name, rules in ten_minutes.exchange.instruments.items():
        for event in ten_minutes.events:
            if isinstance(event, PublicTrade) and event.symbol == name:
                assert event.price % rules.tick_size == 0 and event.quantity % rules.step_size == 0


def test_the_exchange_has_the_book_the_feed_means(ten_minutes: World) -> None:
    assert ten_minutes.held is not None
    ahead: str = ten_minutes.held[1].symbol         # type: ignore[union-attr]
    for symbol, market in ten_minutes.feed.markets.items():
        if symbol == ahead:
            continue                # the feed has thought on, the exchange has not had it yet
        book, shape = ten_minutes.exchange.books[symbol], market.shape
        for side, levels in ((market.bids, book.bids(100)), (market.asks, book.asks(100))):
            prices = {price for price, _ in levels}
            assert prices == {ticks * shape.tick for ticks in side.quotes}
            assert 27 <= len(prices) <= 40


def test_there_is_something_to_trade(ten_minutes: World) -> None:
    tape = ten_minutes.exchange.tapes["BTCUSDT"]
    bars = tape.bars("1m", 11)[1:-1]
    ranges = sorted((bar.high - bar.low) / bar.open for bar in bars)
    assert 0.0004 < ranges[len(ranges) // 2] < 0.004
    assert all(bar.volume > 0 for bar in bars)
    trades = len(ten_minutes.prices("BTCUSDT"))
    assert 2 * 600 < trades < 15 * 600
    sizes = sorted(event.quantity for event in ten_minutes.events if isinstance(event, PublicTrade) and event.symbol == "BTCUSDT")
    assert sizes[-len(sizes) // 100] > 8 * sizes[len(sizes) // 2]
    for symbol in ten_minutes.feed.symbols:
        assert len(set(ten_minutes.prices(symbol))) > 10


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_an_hour_of_bitcoin(seed: int) -> None:
    """Commands alone: 15 to 60 a second, and a walk neither dead nor wild."""
    feed = feed_of(seed, "BTCUSDT")
    feed.opening()
    market = feed.markets["BTCUSDT"]
    count, fair = 0, [market.fair]
    for at, _ in feed.steps():
        if at > 60 * MINUTE:
            break
        if at // MINUTE >= len(fair):
            fair.append(market.fair)
        count += 1
    assert 15 <= count / 3600 <= 60
    moves = [abs(after / before - 1) for before, after in zip(fair, fair[1:], strict=False)]
    assert 0.0003 < sum(moves) / len(moves) < 0.003
    assert 0.9 < fair[-1] / fair[0] < 1.1


def test_spread() -> None:
    feed = feed_of(3, "BTCUSDT")
    feed.opening()
    market = feed.markets["BTCUSDT"]
    spreads: list[int] = []
    for _ in islice(feed.steps(), 5000):
        spreads.append(market.asks.touch - market.bids.touch)
    spreads.sort()
    assert spreads[0] == 1 and spreads[2500] <= 5 and spreads[-1] > 10


def taken(feed: SyntheticFeed, count: int, symbol: str = "") -> list[tuple[int, Command]]:
    steps = (step for step in feed.steps() if not symbol or step[1].symbol == symbol)    # type: ignore[union-attr]
    return list(islice(steps, count))


def test_same_seed_same_commands() -> None:
    for seed in (0, 7):
        one, other = feed_of(seed), feed_of(seed)
        assert one.opening() == other.opening()
        assert taken(one, 4000) == taken(other, 4000)
    assert taken(feed_of(1), 100) != taken(feed_of(2), 100)


def test_a_symbol_does_not_depend_on_the_others() -> None:
    alone, among = feed_of(5, "ETHUSDT"), feed_of(5)
    assert alone.opening() == [each for each in among.opening() if each.symbol == "ETHUSDT"]     # type: ignore[union-attr]
    assert taken(alone, 2000) == taken(among, 2000, "ETHUSDT")
    assert history_of(alone, "ETHUSDT", UNTIL) == history_of(among, "ETHUSDT", UNTIL)


def test_steps_ascend() -> None:
    times = [at for at, _ in taken(feed_of(5), 5000)]
    assert times == sorted(times) and times[0] > 0


def test_a_step_is_cheap() -> None:
    feed = feed_of(5)
    feed.opening()
    started: float = process_time()
    taken(feed, 20_000)
    assert (process_time() - started) / 20_000 < 60e-6      # 4 us where this was written


# -- other instruments, history

@settings(max_examples=25, deadline=None)
@given(
    tick=st.sampled_from(["0.01", "0.00000001", "1", "0.05"]),
    step=st.sampled_from(["1", "0.00001", "100"]),
    price=st.integers(1, 200_000), seed=st.integers(0, 5),
)
def test_any_instrument(tick: str, step: str, price: int, seed: int) -> None:
    """Also where the price is a tick or two, or a level is worth less than a step."""
    rules: Instrument = make_instrument("ABCXYZ", "ABC", "XYZ", tick, step, "1")
    rules.start_price = price * rules.tick_size
    world: World = World(SyntheticFeed([rules], seed), [rules])
    world.run(2 * MINUTE)
    book = world.exchange.books["ABCXYZ"]
    for levels in (book.bids(100), book.asks(100)):
        assert levels
        for at, size in levels:
            assert at % rules.tick_size == 0 and rules.min_price <= at <= rules.max_price
            assert size > 0 and size % rules.step_size == 0
    assert world.refused == 0
    history = past_of(world.feed, "ABCXYZ", UNTIL).rows(UNTIL - 300 * MINUTE, UNTIL)
    assert history[-1].close == rules.start_price
    assert all(0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in history)
    check_trades(past_of(world.feed, "ABCXYZ", UNTIL), rules, history[-7:])


def past_of(feed: Feed, symbol: str, until: int) -> Past:
    minutes = feed.history(symbol, until)
    assert minutes is not None
    return Past(minutes, minutes.room, minutes.room)


def history_of(feed: Feed, symbol: str, until: int) -> list[Bar]:
    """Every minute of the past, oldest first."""
    past: Past = past_of(feed, symbol, until)
    return past.rows(past.start, past.end)


def check_trades(past: Past, rules: Instrument, bars: list[Bar]) -> int:
    """The bars are what the trades of their minutes sum to; returns how many trades that were."""
    number: int = 0
    for bar in bars:
        trades = past.trades_of(bar.open_time)
        assert len(trades) == bar.count
        number += len(trades)
        if not trades:
            assert bar.open == bar.high == bar.low == bar.close and not bar.volume and bar.first_id == bar.last_id == -1
            continue
        prices = [trade.price for trade in trades]
        buys = [trade for trade in trades if not trade.buyer_is_maker]
        assert bar[2:] == (
            prices[0], max(prices), min(prices), prices[-1], sum(trade.quantity for trade in trades), sum(trade.quote for trade in trades),
            len(trades), sum(trade.quantity for trade in buys), sum(trade.quote for trade in buys), trades[0].trade_id, trades[-1].trade_id,
        )
        for trade in trades:
            assert trade.quote == trade.price * trade.quantity // 10**8 and bar.open_time <= trade.time <= bar.close_time
            assert trade.quantity % rules.step_size == 0 and (trade.price - prices[-1]) % rules.tick_size == 0
    return number


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHBTC"])
def test_history(symbol: str) -> None:
    feed = open_feed("synthetic", default_instruments(), 7)
    assert not feed.recorded and feed.first_ids == feed.last_trade_ids == {} and feed.symbols[0] == "BTCUSDT"
    bars = history_of(feed, symbol, UNTIL + 12_345_678)
    assert len(bars) == 30 * 24 * 60
    assert bars[-1].open_time == (UNTIL + 12_345_678) // MINUTE * MINUTE - MINUTE
    rules: Instrument = next(each for each in default_instruments() if each.symbol == symbol)
    assert bars[-1].close == rules.start_price
    for before, bar in zip(bars, bars[1:], strict=False):
        assert bar.open == before.close and bar.open_time == before.close_time + 1
        assert bar.low <= min(bar.open, bar.close) and max(bar.open, bar.close) <= bar.high
        assert 0 <= bar.taker_base <= bar.volume and bar.taker_quote <= bar.quote_volume
        assert bar.low * bar.volume <= bar.quote_volume * 10 ** 8 and bar.quote_volume * 10 ** 8 <= bar.high * bar.volume
        assert bar.count > 0 and bar.first_id == before.last_id + 1 and bar.last_id == bar.first_id + bar.count - 1
    assert bars[0].first_id >= 1
    ranges = sorted((bar.high - bar.low) / bar.open for bar in bars)
    assert 0.0005 < ranges[len(ranges) // 2] < 0.003
    closes = sorted(bar.close / bars[-1].close for bar in bars)
    assert 0.5 < closes[0] < 0.97 and 1.03 < closes[-1] < 2 or 1.1 < closes[-1] / closes[0] < 3
    again = past_of(open_feed("synthetic", default_instruments(), 7), symbol, UNTIL + 12_345_678)
    assert again.rows(again.end - 3000 * MINUTE, again.end) == bars[-3000:]
    later = past_of(feed, symbol, UNTIL + 1440 * MINUTE)
    assert [bar[2:] for bar in later.rows(later.end - 3000 * MINUTE, later.end)] == [bar[2:] for bar in bars[-3000:]]


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(-2**63, 2**63), symbol=st.sampled_from(["BTCUSDT", "ETHUSDT", "BNBUSDT", "ETHBTC", "DOGEUSDT"]),
    minutes=st.lists(st.integers(1, 30 * 24 * 60), min_size=1, max_size=4), until=st.integers(0, 10_000),
)
def test_any_minute_of_any_seed_is_what_its_trades_sum_to(seed: int, symbol: str, minutes: list[int], until: int) -> None:
    instruments = [*default_instruments(), parse_listing("DOGEUSDT:DOGE:USDT:0.00001:1:0.32")]
    past = past_of(SyntheticFeed(instruments, seed), symbol, UNTIL + until * MINUTE)
    rules: Instrument = next(each for each in instruments if each.symbol == symbol)
    for minute in minutes:
        opened: int = past.end - minute * MINUTE
        rows = past.rows(opened, opened + MINUTE)
        assert check_trades(past, rules, rows) == rows[0].count
        until_then: int = min(past.end, opened + 400 * MINUTE)
        hours: Bar = past.bar(opened, until_then)
        parts = past.rows(opened, until_then)
        assert hours.count == sum(bar.count for bar in parts) and hours.quote_volume == sum(bar.quote_volume for bar in parts)
        assert (hours.open, hours.close) == (parts[0].open, parts[-1].close) and hours.high == max(bar.high for bar in parts)


def test_only_quotes_and_trades() -> None:
    assert {type(command) for _, command in taken(feed_of(1), 3000)} == {Quote, FeedTrade}
