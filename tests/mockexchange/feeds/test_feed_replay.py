"""replay: the file's own trades, and bars that are exactly the file's bars."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockexchange.core.commands import Deposit, PlaceOrder, Quote, TapeTrade
from mockexchange.core.events import Fill, PublicTrade
from mockexchange.core.exchange import Exchange
from mockexchange.core.instruments import (
    Instrument,
    make_instrument,
)
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.numbers import SCALE, parse_amount
from mockexchange.feeds import FeedError, open_feed
from mockexchange.feeds.csv_format import BarRow
from mockexchange.feeds.replay import ReplayFeed, bar_points, bar_trades, split_volume

DATA: Path = Path(__file__).parents[4] / "shared" / "data"
TRADES: Path = DATA / "BTCUSDT-trades-2021-01-08.csv"
KLINES: Path = DATA / "BTCUSDT-1m-2022-01-01_07.csv"
START: int = 1640995200000000


def opened(path: Path) -> ReplayFeed:
    feed = open_feed(str(path), default_instruments(), 1)
    assert isinstance(feed, ReplayFeed)
    return feed


def feed_of(path: Path, text: str, instruments: list[Instrument] | None = None) -> ReplayFeed:
    path.write_text(text)
    feed = open_feed(str(path), instruments or default_instruments(), 1)
    assert isinstance(feed, ReplayFeed)
    return feed


def tape(feed: ReplayFeed) -> list[TapeTrade]:
    return [command for _, command in feed.steps() if isinstance(command, TapeTrade)]


def rebuilt(trades: list[TapeTrade]) -> tuple[int, int, int, int, int]:
    prices: list[int] = [trade.price for trade in trades]
    return prices[0], max(prices), min(prices), prices[-1], sum(trade.quantity for trade in trades)


@st.composite
def bars(draw: st.DrawFn) -> BarRow:
    low: int = draw(st.integers(1, 10 ** 13))
    high: int = low + draw(st.integers(0, 10 ** 6))
    inside = st.integers(low, high)
    length: int = draw(st.sampled_from([1_000_000, 60_000_000, 86_400_000_000]))
    end: int = START + length - draw(st.sampled_from([1, 1000]))
    return BarRow(START, end, draw(inside), high, low, draw(inside), draw(st.integers(4, 10 ** 16)))


@settings(max_examples=100, deadline=None)
@given(bar=bars(), step=st.sampled_from([1, 1000, 10 ** 5, 10 ** 8]), last=st.integers(1, 10 ** 13))
def test_a_bar_comes_back_exactly(bar: BarRow, step: int, last: int) -> None:
    trades: list[TapeTrade] = bar_trades(bar, "BTCUSDT", step, 7, last)
    assert rebuilt(trades) == (bar.open, bar.high, bar.low, bar.close, bar.volume)
    assert [trade.trade_id for trade in trades] == list(range(7, 7 + len(trades)))
    assert all(trade.quantity > 0 for trade in trades)
    times: list[int] = [trade.time for trade in trades]
    assert times == sorted(times)
    assert bar.open_time <= times[0] and times[-1] <= bar.close_time
    for before, after in zip(trades, trades[1:], strict=False):
        assert after.buyer_is_maker is (after.price < before.price)


@settings(max_examples=100, deadline=None)
@given(volume=st.integers(1, 10 ** 16), parts=st.integers(1, 4), step=st.sampled_from([1, 1000, 10 ** 5]))
def test_volume_is_split_exactly(volume: int, parts: int, step: int) -> None:
    pieces: list[int] = split_volume(volume, parts, step)
    assert sum(pieces) == volume and len(pieces) == parts
    if volume >= parts:
        assert min(pieces) > 0
    if volume % step == 0 and volume // step >= parts:
        assert all(piece % step == 0 for piece in pieces)


def test_nearer_extreme_first() -> None:
    assert bar_points(BarRow(0, 1, 10, 20, 8, 15, 1)) == [10, 8, 20, 15]
    assert bar_points(BarRow(0, 1, 18, 20, 8, 15, 1)) == [18, 20, 8, 15]
    assert bar_points(BarRow(0, 1, 8, 20, 8, 20, 1)) == [8, 20]
    assert bar_points(BarRow(0, 1, 8, 8, 8, 8, 1)) == [8]


def test_bars_without_volume_do_not_trade(tmp_path: Path) -> None:
    feed = feed_of(
        tmp_path / "BTCUSDT-1m.csv",
        "1640995200000,100,110,90,105,0,1640995259999,0,0,0,0,0\n"
        "1640995260000,105,106,104,105.5,0.00003,1640995319999,0,0,0,0,0\n",
    )
    trades = tape(feed)
    first: int = feed.first_ids["BTCUSDT"][0]           # room for the past below
    assert [trade.trade_id for trade in trades] == [first, first + 1, first + 2, first + 3] and first > 10**7
    assert feed.last_trade_ids == {"BTCUSDT": first + 3}
    assert feed.opening_price == parse_amount("100")
    assert [at for at, _ in feed_of(feed.reader.path, feed.reader.path.read_text()).steps()] == [60_000_000, 79_999_666, 99_999_333, 119_999_000]


def test_a_volume_too_small_for_all_prices_of_a_bar(tmp_path: Path) -> None:
    feed = feed_of(tmp_path / "BTCUSDT-1m.csv", "1640995200000,100,110,90,105,0.00000003,1640995259999,0,0,0,0,0\n")
    steps = list(feed.steps())
    assert [command.quantity for _, command in steps] == [1, 1, 1]
    assert steps[-1][1].price == 105 * SCALE
    assert feed.last_trade_ids == {"BTCUSDT": feed.first_ids["BTCUSDT"][0] + 2}


def test_aggregate_records_keep_their_raw_ids(tmp_path: Path) -> None:
    feed = feed_of(
        tmp_path / "ETHBTC-aggTrades-2017-07-14.csv",
        "0,0.08,5,0,5,1500004804757,False,True\n1,0.081,4,6,6,1500004804999,true,true\n",
    )
    assert [(at, command) for at, command in feed.steps()] == [
        (0, TapeTrade("ETHBTC", 0, 8000000, 500000000, False, 1500004804757000, 0, 5)),
        (242_000, TapeTrade("ETHBTC", 1, 8100000, 400000000, True, 1500004804999000, 6, 6)),
    ]
    assert feed.last_trade_ids == {"ETHBTC": 6}


@pytest.mark.parametrize("name", ["btcusdt-trades.csv", "BTCUSDT.csv", "BTCUSDT_trades.csv"])
def test_symbol_from_the_name(tmp_path: Path, name: str) -> None:
    assert feed_of(tmp_path / name, "1,100,1,100,1610064000278,True,True\n").symbols == ["BTCUSDT"]


def test_unknown_symbols_and_files(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="'DOGEXYZ' is not listed and ends with no known quote asset; there are: BNBUSDT, BTCUSDT, ETHBTC, ETHUSDT"):
        feed_of(tmp_path / "DOGEXYZ-trades.csv", "1,100,1,100,1610064000278,True,True\n")
    with pytest.raises(FeedError, match="no such file"):
        open_feed("synthetics", default_instruments(), 1)
    with pytest.raises(FeedError, match="must begin with its symbol"):
        feed_of(tmp_path / "-trades.csv", "1,100,1,100,1610064000278,True,True\n")


def test_damage_anywhere_is_found_at_opening(tmp_path: Path) -> None:
    good: str = "".join(f"{number},100,1,100,{1610064000278 + number},True,True\n" for number in range(1, 5001))
    with pytest.raises(FeedError, match=r"BTCUSDT-trades\.csv:5001: price 'x'"):
        feed_of(tmp_path / "BTCUSDT-trades.csv", good + "5001,x,1,100,1610064009278,True,True\n")


def test_a_file_changed_under_the_replay_is_an_error(tmp_path: Path) -> None:
    feed = feed_of(tmp_path / "BTCUSDT-trades.csv", "1,100,1,100,1610064000278,True,True\n")
    feed.reader.path.write_text("1,100,1\n")
    with pytest.raises(FeedError, match=":1: 3 columns"):
        list(feed.steps())


def check_opening(feed: ReplayFeed, instrument: Instrument, price: int) -> None:
    quotes = feed.opening()
    bids = [each.price for each in quotes if isinstance(each, Quote) and each.side == "BUY"]
    asks = [each.price for each in quotes if isinstance(each, Quote) and each.side == "SELL"]
    assert len(bids) + len(asks) == len(quotes)
    assert max(bids) < price < min(asks)
    assert len(bids) >= 25 and len(asks) >= 25
    for quote in quotes:
        assert isinstance(quote, Quote)
        assert quote.price % instrument.tick_size == 0 and quote.quantity % instrument.step_size == 0
        assert quote.quantity >= instrument.min_quantity


def test_opening_and_where_it_goes_on(tmp_path: Path) -> None:
    instrument: Instrument = default_instruments()[0]
    text: str = "1,39432.48,1,100,1610064000278,True,True\n2,40000,1,100,1610064000279,True,True\n"
    feed = feed_of(tmp_path / "BTCUSDT-trades.csv", text)
    check_opening(feed, instrument, parse_amount("39432.48"))
    assert feed.opening() == feed_of(feed.reader.path, text).opening()
    list(feed.steps())
    check_opening(feed, instrument, parse_amount("40000"))


def test_history_ends_in_the_first_price(tmp_path: Path) -> None:
    """Also when that lies off the instrument's grid, as old records do."""
    feed = feed_of(
        tmp_path / "ABCUSDT-trades.csv", "1,1.234567,1,100,1610064000278,True,True\n",
        [make_instrument("ABCUSDT", "ABC", "USDT", "0.01", "1", "5")],
    )
    minutes = feed.history("ABCUSDT", 1610064000278000)
    assert minutes is not None
    bars = minutes.bars(0)
    assert bars[-1].close == parse_amount("1.234567")
    assert bars[-1].open_time == 1610063940000000
    assert bars[-1].low <= bars[-1].close <= bars[-1].high
    assert feed.history("BTCUSDT", 1610064000278000) is None
    assert feed.first_ids == {"ABCUSDT": (1, 1)}
    assert feed.recorded


@pytest.mark.skipif(not TRADES.exists(), reason="no recorded data")
def test_recorded_trades(tmp_path: Path) -> None:
    feed = opened(TRADES)
    lines: list[list[str]] = [line.split(",") for line in TRADES.read_text().splitlines()[1:]]
    steps = list(feed.steps())
    assert [(at, command) for at, command in steps] == [
        (int(time) * 1000 - 1610064000278000,
         TapeTrade("BTCUSDT", int(number), parse_amount(price), parse_amount(size), maker == "True", int(time) * 1000))
        for number, price, size, _, time, maker, _ in lines
    ]
    assert len(steps) == 2001
    assert feed.last_trade_ids == {"BTCUSDT": 553289559}
    packed: Path = tmp_path / "BTCUSDT-trades-2021-01-08.csv.gz"
    packed.write_bytes(gzip.compress(TRADES.read_bytes()))
    assert list(opened(packed).steps()) == steps


@pytest.mark.skipif(not KLINES.exists(), reason="no recorded data")
def test_recorded_klines() -> None:
    feed = opened(KLINES)
    minutes: dict[int, list[TapeTrade]] = {}
    for trade in tape(feed):
        minutes.setdefault(trade.time // 60_000_000, []).append(trade)
    lines: list[list[str]] = [line.split(",") for line in KLINES.read_text().splitlines()[1:]]
    assert len(lines) == 10080
    for line in lines:
        expected: list[int] = [parse_amount(field) for field in line[1:6]]
        trades = minutes.get(int(line[0]) // 60_000, [])
        assert (list(rebuilt(trades)) if expected[4] else trades) == (expected if expected[4] else [])
    assert feed.last_trade_ids["BTCUSDT"] - feed.first_ids["BTCUSDT"][0] + 1 == sum(map(len, minutes.values()))


# -- on the exchange

@pytest.mark.skipif(not TRADES.exists(), reason="no recorded data")
@pytest.mark.parametrize("path", [TRADES, KLINES], ids=["trades", "klines"])
def test_the_public_stream_is_the_file(path: Path) -> None:
    feed = opened(path)
    exchange: Exchange = Exchange(default_instruments(), seed=1)
    for symbol, above in feed.last_trade_ids.items():
        exchange.reserve_trade_ids(symbol, above)
    for command in feed.opening():
        assert exchange.apply(command, START) == []
    book = exchange.books["BTCUSDT"]
    for number, (_, command) in enumerate(feed.steps()):
        assert isinstance(command, TapeTrade)
        events = exchange.apply(command, START)
        assert len(events) == 1
        event = events[0]
        assert isinstance(event, PublicTrade)
        assert event[:4] + event[5:7] == (
            command.symbol, command.trade_id, command.price, command.quantity, command.time, command.buyer_is_maker,
        )
        if number % 50 == 0:
            bids, asks = book.bids(30), book.asks(30)
            assert bids[0][0] < asks[0][0] and len(bids) >= 20 and len(asks) >= 20
            assert command.price == (bids if command.buyer_is_maker else asks)[0][0]
        if number > 8000:
            break


@pytest.mark.skipif(not TRADES.exists(), reason="no recorded data")
def test_users_trade_with_the_tape() -> None:
    feed = opened(TRADES)
    exchange: Exchange = Exchange(default_instruments(), seed=1)
    exchange.reserve_trade_ids("BTCUSDT", feed.last_trade_ids["BTCUSDT"])
    exchange.apply(Deposit("me", "BTC", parse_amount("2")), START)
    for command in feed.opening():
        exchange.apply(command, START)
    commands = [command for _, command in feed.steps()]
    highest: int = max(command.price for command in commands if isinstance(command, TapeTrade))
    through, never = highest - parse_amount("5"), highest + parse_amount("5")
    for price in (through, never):
        exchange.apply(PlaceOrder("me", "BTCUSDT", "SELL", "LIMIT", parse_amount("1"), price), START)
    fills = [event for command in commands for event in exchange.apply(command, START) if isinstance(event, Fill)]
    assert sum(fill.quantity for fill in fills) == parse_amount("1")
    assert {fill.price for fill in fills} == {through}
    assert all(fill.trade_id > feed.last_trade_ids["BTCUSDT"] for fill in fills)
    assert [order.price for order in exchange.open_orders("me", "BTCUSDT")] == [never]
    exchange.ledger.check()


def test_aggregates_on_the_exchange_are_the_records(tmp_path: Path) -> None:
    text: str = "".join(
        f"{number},{40000 + number % 7},1.5,{number * 3},{number * 3 + 2},{1610064000278 + number // 4},{number % 3 == 0},True\n"
        for number in range(50, 150)
    )
    feed = feed_of(tmp_path / "BTCUSDT-aggTrades-2021-01-08.csv", text)
    exchange: Exchange = Exchange(default_instruments(), seed=1)
    exchange.reserve_trade_ids("BTCUSDT", feed.last_trade_ids["BTCUSDT"])
    for _, command in feed.steps():
        exchange.apply(command, START)
    assert [
        f"{row.agg_id},{row.price // 10 ** 8},1.5,{row.first_id},{row.last_id},{row.time // 1000},{row.buyer_is_maker},True"
        for row in exchange.tapes["BTCUSDT"].aggregates(1000)
    ] == text.split()
