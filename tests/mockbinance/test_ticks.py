"""Ticks put together from streams: never torn, never crossed, never back in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from children import LONG
from hypothesis import given, settings
from hypothesis import strategies as st
from vnpy.trader.constant import Exchange
from vnpy.trader.object import BarData, TickData
from vnpy.trader.utility import BarGenerator

from vnpy_mockbinance.ticks import FRAMES, HANDLERS, AggTrade, TickBook, Ticker, day_tick

T0 = datetime(2024, 1, 1, tzinfo=timezone.utc)

# web-socket-streams.md, "Individual Symbol Book Ticker Streams"
BOOK_TICKER = """{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}"""
# web-socket-streams.md, "Partial Book Depth Streams"
PARTIAL_DEPTH = """{"lastUpdateId":160,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}"""
# web-socket-streams.md, "Aggregate Trade Streams"
AGG_TRADE = (
    """{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.001","q":"100","f":100,"l":105,"""
    """"T":1672515782136,"m":true,"M":true}"""
)
# web-socket-streams.md, "Individual Symbol Ticker Streams"
TICKER = (
    """{"e":"24hrTicker","E":1672515782136,"s":"BNBBTC","p":"0.0015","P":"250.00","w":"0.0018","x":"0.0009","c":"0.0025","""
    """"Q":"10","b":"0.0024","B":"10","a":"0.0026","A":"100","o":"0.0010","h":"0.0025","l":"0.0010","v":"10000","q":"18","""
    """"O":0,"C":86400000,"F":0,"L":18150,"n":18151}"""
)


def make_book() -> TickBook:
    return TickBook("BNBBTC_SPOT_BINANCE", "BNBBTC", Exchange.GLOBAL, "MOCKBINANCE", T0)


def feed(book: TickBook, channel: str, data: str) -> None:
    frame = f'{{"stream":"bnbbtc@{channel}","data":{data}}}'
    HANDLERS[channel](book, FRAMES[channel].decode(frame.encode()).data)


def tick_of(book: TickBook) -> TickData:
    book.fields["last_price"] = book.fields["last_price"] or 1.0
    tick = book.make(T0, T0)
    assert tick is not None
    return tick


def side(tick: TickData, name: str) -> list[tuple[float, float]]:
    return [(getattr(tick, f"{name}_price_{n}"), getattr(tick, f"{name}_volume_{n}")) for n in range(1, 6)]


def prices(tick: TickData, name: str) -> list[float]:
    return [price for price, _ in side(tick, name) if price]


def check_whole(tick: TickData) -> None:
    bids, asks = side(tick, "bid"), side(tick, "ask")
    for levels, sign in ((bids, -1), (asks, 1)):
        filled = [level for level in levels if level[0]]
        assert levels[len(filled):] == [(0.0, 0.0)] * (5 - len(filled)), levels
        signed = [sign * price for price, _ in filled]
        assert signed == sorted(set(signed)), levels
        assert all(volume > 0 for _, volume in filled), levels
    if bids[0][0] and asks[0][0]:
        assert bids[0][0] < asks[0][0]


# literal payloads


def test_the_documents_book_ticker() -> None:
    book = make_book()
    feed(book, "bookTicker", BOOK_TICKER)
    assert book.dirty and book.update_id == 400900217
    tick = tick_of(book)
    assert side(tick, "bid") == [(25.3519, 31.21)] + [(0.0, 0.0)] * 4
    assert side(tick, "ask") == [(25.3652, 40.66)] + [(0.0, 0.0)] * 4
    assert not book.dirty


def test_the_documents_partial_depth() -> None:
    book = make_book()
    feed(book, "depth5@100ms", PARTIAL_DEPTH)
    tick = tick_of(book)
    assert (prices(tick, "bid"), prices(tick, "ask")) == ([0.0024], [0.0026])
    assert (tick.bid_volume_1, tick.ask_volume_1) == (10.0, 100.0)


def test_the_documents_trade_and_ticker() -> None:
    book = make_book()
    feed(book, "aggTrade", AGG_TRADE)
    tick = tick_of(book)
    assert (tick.last_price, tick.last_volume) == (0.001, 100.0)
    feed(book, "ticker", TICKER)
    tick = tick_of(book)
    assert (tick.last_price, tick.last_volume) == (0.0025, 10.0)
    assert (tick.open_price, tick.high_price, tick.low_price, tick.pre_close) == (0.0010, 0.0025, 0.0010, 0.0009)
    assert (tick.volume, tick.turnover) == (10_000.0, 18.0)


def test_a_ticker_without_the_previous_price() -> None:
    book = make_book()
    d = msgspec.json.decode(TICKER)
    del d["x"]
    feed(book, "ticker", msgspec.json.encode(d).decode())
    assert tick_of(book).pre_close == 0.0


@pytest.mark.parametrize("channel, data", [
    ("bookTicker", '{"u":1,"b":"x","B":"1","a":"2","A":"1"}'),
    ("bookTicker", '{"u":1}'),
    ("aggTrade", '{"p":[],"q":"1","T":1}'),
    ("depth5@100ms", '{"lastUpdateId":9,"bids":[["1","1"],["x","1"],["3","1"],["4","1"],["5","1"]],"asks":'
                     '[["6","1"],["7","1"],["8","1"],["9","1"],["10","1"]]}'),
    ("depth5@100ms", '{"lastUpdateId":9,"bids":[["x","1"]],"asks":[["6","1"]]}'),
    ("depth5@100ms", '{"lastUpdateId":9,"bids":[["1"]],"asks":[]}'),
])
def test_a_frame_that_cannot_be_read_tears_nothing(channel: str, data: str) -> None:
    book = make_book()
    levels = ",".join(f'["{100 + n}","1"]' for n in range(5))
    feed(book, "depth5@100ms", f'{{"lastUpdateId":5,"bids":[["99","1"]],"asks":[{levels}]}}')
    before = tick_of(book)
    with pytest.raises((msgspec.MsgspecError, ValueError)):
        feed(book, channel, data)
    assert tick_of(book) == before


# what a tick is made of


def depth(update_id: int, bids: Sequence[float], asks: Sequence[float]) -> str:
    rows = [[[f"{price:.8f}", "1.00000000"] for price in levels] for levels in (bids, asks)]
    return msgspec.json.encode({"lastUpdateId": update_id, "bids": rows[0], "asks": rows[1]}).decode()


def best(update_id: int, bid: float, ask: float) -> str:
    return msgspec.json.encode({
        "u": update_id, "s": "BNBBTC", "b": f"{bid:.8f}", "B": "2.00000000" if bid else "0.00000000",
        "a": f"{ask:.8f}", "A": "2.00000000" if ask else "0.00000000",
    }).decode()


def full_book() -> TickBook:
    book = make_book()
    feed(book, "depth5@100ms", depth(10, [99, 98, 97, 96, 95], [101, 102, 103, 104, 105]))
    return book


def test_the_best_price_moves_away_and_what_was_before_it_goes() -> None:
    book = full_book()
    feed(book, "bookTicker", best(11, 97, 101))
    tick = tick_of(book)
    assert prices(tick, "bid") == [97, 96, 95] and prices(tick, "ask") == [101, 102, 103, 104, 105]
    assert tick.bid_volume_1 == 2.0


def test_the_best_price_improves_and_the_old_best_stands_behind() -> None:
    book = full_book()
    feed(book, "bookTicker", best(11, 100, 101))
    assert prices(tick_of(book), "bid") == [100, 99, 98, 97, 96]


def test_the_market_jumps_over_the_other_side() -> None:
    book = full_book()
    feed(book, "bookTicker", best(11, 103, 104.5))
    tick = tick_of(book)
    assert prices(tick, "ask") == [104.5, 105]
    check_whole(tick)


def test_older_news_of_the_book_change_no_best_price() -> None:
    book = full_book()
    feed(book, "bookTicker", best(9, 50, 60))
    assert prices(tick_of(book), "bid")[0] == 99
    feed(book, "bookTicker", best(20, 97.5, 99.5))
    feed(book, "depth5@100ms", depth(15, [99, 98, 97, 96, 95], [101, 102, 103, 104, 105]))
    tick = tick_of(book)
    assert prices(tick, "bid") == [97.5, 97, 96, 95] and prices(tick, "ask") == [99.5, 101, 102, 103, 104]


@pytest.mark.parametrize("bid, ask", [(0, 101), (99, 0), (0, 0)])
def test_an_empty_side_is_empty_to_the_last_level(bid: float, ask: float) -> None:
    book = full_book()
    feed(book, "bookTicker", best(11, bid, ask))
    tick = tick_of(book)
    check_whole(tick)
    assert (bool(prices(tick, "bid")), bool(prices(tick, "ask"))) == (bool(bid), bool(ask))
    feed(book, "depth5@100ms", depth(10, [99, 98], [101, 102]))
    check_whole(tick_of(book))


def test_a_thin_book_and_one_with_more_levels_than_asked() -> None:
    book = full_book()
    feed(book, "depth5@100ms", depth(11, [99, 98], []))
    tick = tick_of(book)
    assert prices(tick, "bid") == [99, 98] and prices(tick, "ask") == []
    feed(book, "depth5@100ms", depth(12, [99 - n for n in range(20)], [101 + n for n in range(7)]))
    tick = tick_of(book)
    assert prices(tick, "bid") == [99, 98, 97, 96, 95] and len(prices(tick, "ask")) == 5


@pytest.mark.parametrize("beyond", ['["x","1"]', '["-1"]', "[1,2,3]", "7", "null", '{"a":[]}'])
def test_levels_beyond_the_fifth_must_be_json_and_no_more(beyond: str) -> None:
    levels = ",".join(f'["{90 - n}","1"]' for n in range(5))
    payload = f'{{"stream":"x","data":{{"lastUpdateId":9,"bids":[{levels},#],"asks":[]}}}}'
    decode = FRAMES["depth5@100ms"].decode
    book = make_book()
    book.on_depth(decode(payload.replace("#", beyond)).data)
    assert prices(tick_of(book), "bid") == [90, 89, 88, 87, 86]
    for broken in (beyond[:-1] or "", beyond + "]", "nan", '"a'):
        with pytest.raises(msgspec.DecodeError):
            decode(payload.replace("#", broken))
    with pytest.raises(msgspec.ValidationError):
        decode(payload.replace(levels, beyond))


def test_after_a_reconnect_update_ids_may_start_again() -> None:
    book = full_book()
    book.reset()
    feed(book, "bookTicker", best(1, 49, 51))
    assert prices(tick_of(book), "bid") == [49]


def test_no_tick_without_a_last_price() -> None:
    book = full_book()
    assert book.make(T0, T0) is None and not book.dirty


def test_time_never_goes_back() -> None:
    book = make_book()
    feed(book, "aggTrade", AGG_TRADE)
    times = []
    for seconds in (1, 5, 3, 5, 4, 6, -10):
        tick = book.make(T0 + timedelta(seconds=seconds), T0 + timedelta(seconds=seconds))
        assert tick is not None and tick.datetime is not None
        times.append((tick.datetime - T0).total_seconds())
    assert times == [1, 5, 5, 5, 5, 6, 6]


def test_the_clock_is_set_back_and_what_was_told_before_it_does_not_count() -> None:
    hours, book = timedelta(hours=8), make_book()
    book.fields["last_price"] = 1.0
    now, ms = T0 - hours, round(T0.timestamp() * 1_000)
    before = ms + 60
    feed(book, "aggTrade", f'{{"p":"1","q":"1","E":{before},"T":{before}}}')
    first = book.make(T0, T0)
    assert first is not None and first.datetime == T0 + timedelta(milliseconds=60)
    book.restamp = True
    feed(book, "aggTrade", f'{{"p":"2","q":"1","E":{before + 1},"T":{before + 1}}}')       # was on its way
    tick = book.make(now, T0)
    assert tick is not None and tick.datetime == now
    after = ms - 8 * 3_600_000 + 500
    feed(book, "aggTrade", f'{{"p":"1","q":"1","E":{after},"T":{before}}}')          # the trade of before, told after
    tick = book.make(now, T0)
    assert tick is not None and tick.datetime == now + timedelta(milliseconds=500)
    feed(book, "aggTrade", f'{{"p":"1","q":"1","E":{after + 50},"T":{before}}}')
    tick = book.make(now, T0)
    assert tick is not None and tick.datetime == now + timedelta(milliseconds=550)


def test_a_tick_is_a_copy_and_a_whole_tickdata() -> None:
    book = full_book()
    one = tick_of(book)
    one.bid_price_1 = one.last_price = -1.0
    two = tick_of(book)
    assert (two.bid_price_1, two.last_price) == (99, 1.0) and two is not one
    assert (two.vt_symbol, two.gateway_name, two.name) == ("BNBBTC_SPOT_BINANCE.GLOBAL", "MOCKBINANCE", "BNBBTC")
    made = TickData(symbol="x", exchange=Exchange.GLOBAL, datetime=T0, gateway_name="MOCKBINANCE")
    assert vars(two).keys() == vars(made).keys()


# any sequence


@st.composite
def markets(draw: st.DrawFn) -> list[tuple[str, str]]:
    """A real book that moves, and what its streams say of it; depth may lag behind, frames may be lost or come twice."""
    bids, asks = {95, 96, 97, 98, 99}, {101, 102, 103, 104, 105}
    snapshots: list[tuple[int, list[int], list[int]]] = []
    told: list[tuple[str, str]] = []
    for update_id in range(1, draw(st.integers(1, 25)) + 1):
        for price in draw(st.lists(st.integers(88, 112), max_size=4)):
            if price in bids or price in asks:
                bids.discard(price)
                asks.discard(price)
            elif not asks or price < min(asks):
                bids.add(price)
            else:
                asks.add(price)
        if draw(st.integers(0, 9)) == 0:
            (bids if draw(st.booleans()) else asks).clear()
        if draw(st.integers(0, 9)) == 0:        # the whole market jumps
            jump = draw(st.sampled_from([-6, 6])) if min(bids | asks, default=99) > 6 else 6
            bids, asks = {price + jump for price in bids}, {price + jump for price in asks}
        snapshots.append((update_id, sorted(bids, reverse=True)[:5], sorted(asks)[:5]))
        what = draw(st.sampled_from(["best", "best", "depth", "late depth", "both", "trade", "nothing"]))
        if what in ("best", "both"):
            told.append(("bookTicker", best(update_id, max(bids, default=0), min(asks, default=0))))
        if what in ("depth", "both"):
            told.append(("depth5@100ms", depth(*snapshots[-1])))
        if what == "late depth":
            told.append(("depth5@100ms", depth(*snapshots[draw(st.integers(0, len(snapshots) - 1))])))
        if what == "trade":
            told.append(("aggTrade", AGG_TRADE))
        if told and draw(st.integers(0, 9)) == 0:
            told.append(told[-1])
    return told


@settings(deadline=None, max_examples=300 if LONG else 80)
@given(markets(), st.lists(st.integers(-5, 5), min_size=1))
def test_no_tick_is_torn_or_crossed_or_earlier(told: list[tuple[str, str]], steps: list[int]) -> None:
    book = make_book()
    book.fields["last_price"] = 100.0
    moment, latest = T0, T0
    for n, (channel, data) in enumerate(told):
        feed(book, channel, data)
        moment += timedelta(milliseconds=steps[n % len(steps)])
        tick: Any = book.make(moment, moment)
        check_whole(tick)
        assert tick.datetime >= latest
        latest = tick.datetime


@pytest.mark.parametrize("number", [b"nan", b"inf", b"-Infinity", b"1e400", b"-1", b"1e300", b"9" * 100_000, b"", b"0x1"])
@pytest.mark.parametrize("channel, payload", [
    ("bookTicker", b'{"u":400900217,"s":"BNBUSDT","b":"#","B":"#","a":"#","A":"#"}'),
    ("depth5@100ms", b'{"lastUpdateId":160,"bids":[["#","#"]],"asks":[["#","#"]]}'),
    ("aggTrade", b'{"e":"aggTrade","E":1,"s":"BNBUSDT","p":"#","q":"#","T":1672515782136}'),
    ("ticker", b'{"E":1,"c":"#","Q":"#","o":"#","h":"#","l":"#","v":"#","q":"#","x":"#"}'),
], ids=["bookTicker", "depth", "aggTrade", "ticker"])
def test_a_number_that_is_none_makes_no_tick(channel: str, payload: bytes, number: bytes) -> None:
    """Each field in turn; the same frame with plain numbers is read."""
    decode = FRAMES[channel].decode
    for place in range(payload.count(b"#")):
        parts: list[bytes] = payload.split(b"#")
        spoilt: bytes = parts[0]
        for index, part in enumerate(parts[1:]):
            spoilt += (number if index == place else b"1.5") + part
        with pytest.raises(msgspec.MsgspecError):
            decode(b'{"stream":"x","data":' + spoilt + b"}")
    decode(b'{"stream":"x","data":' + payload.replace(b"#", b"1.5") + b"}")


def test_a_tick_of_what_rest_tells() -> None:
    """Literal answer of rest-api.md, "24hr ticker price change statistics"."""
    row = {
        "symbol": "BNBBTC", "priceChange": "-94.99999800", "priceChangePercent": "-95.960", "weightedAvgPrice": "0.29628482",
        "prevClosePrice": "0.10002000", "lastPrice": "4.00000200", "lastQty": "200.00000000", "bidPrice": "4.00000000", "bidQty": "100.00000000",
        "askPrice": "4.00000200", "askQty": "100.00000000", "openPrice": "99.00000000", "highPrice": "100.00000000", "lowPrice": "0.10000000",
        "volume": "8913.30000000", "quoteVolume": "15.30000000", "openTime": 1499783499040, "closeTime": 1499869899040, "firstId": 28385,
        "lastId": 28460, "count": 76,
    }
    now = datetime.fromtimestamp(1499869900, timezone.utc)
    about = {"gateway_name": "G", "symbol": "BNBBTC_SPOT_BINANCE", "exchange": Exchange.GLOBAL, "name": "BNBBTC"}
    tick = day_tick(row, about, now)
    assert tick.vt_symbol == "BNBBTC_SPOT_BINANCE.GLOBAL" and tick.datetime.timestamp() == 1499869899.04
    assert (tick.last_price, tick.last_volume, tick.bid_price_1, tick.ask_price_1, tick.bid_volume_1) == (4.000002, 200.0, 4.0, 4.000002, 100.0)
    assert (tick.open_price, tick.high_price, tick.low_price, tick.pre_close, tick.volume, tick.turnover) == (99.0, 100.0, 0.1, 0.10002, 8913.3, 15.3)
    for name in ("lastPrice", "bidQty", "volume"):
        for value in ("NaN", None, "", "-1", True):
            with pytest.raises((ValueError, TypeError)):
                day_tick({**row, name: value}, about, now)


# bars made of ticks


Trade = tuple[int, int, int]        # ms since T0, price, volume


def bars_of(reads: list[list[Trade | None]]) -> list[tuple[Any, ...]]:
    """What a BarGenerator makes of the ticks of ``reads``, one of None being the figures of the day: 100 less than a moment ago, and what was traded."""
    book = make_book()
    bars: list[BarData] = []
    generator = BarGenerator(bars.append)
    now: datetime = T0
    day: float = 10_000.0

    def say(message: Trade | None) -> None:
        nonlocal now, day
        if message is None:
            day -= 100
            HANDLERS["ticker"](book, msgspec.json.decode(
                f'{{"E":{int(now.timestamp() * 1000)},"c":1,"Q":1,"o":1,"h":1,"l":1,"v":{day},"q":{day}}}', type=FRAMES_OF["ticker"],
            ))
            book.fields["last_price"] = last or 1.0
            return
        at, price, volume = message
        now = T0 + timedelta(milliseconds=at)
        day += volume
        time: int = int(now.timestamp() * 1000)
        HANDLERS["aggTrade"](book, msgspec.json.decode(f'{{"p":{price},"q":{volume},"E":{time + 70},"T":{time}}}', type=FRAMES_OF["aggTrade"]))

    last: float = 0.0
    say(None)
    for messages in reads:
        for message in messages:
            say(message)
            last = float(message[1]) if message else last
        ticks: list[TickData] = [*book.early]
        book.early.clear()
        if (newest := book.make(now, now)) is not None and last:
            ticks.append(newest)
        for tick in ticks:
            generator.update_tick(tick)
    generator.generate()
    return [(bar.datetime, bar.open_price, bar.high_price, bar.low_price, bar.close_price, round(bar.volume)) for bar in bars]


FRAMES_OF: dict[str, Any] = {"ticker": Ticker, "aggTrade": AggTrade}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_bars_of_the_ticks_are_bars_of_the_trades(data: st.DataObject) -> None:
    """However many trades one read of the socket brings, and wherever the day's figures fall."""
    ats = sorted(data.draw(st.lists(st.integers(0, 240_000), min_size=2, max_size=40)))
    trades: list[Trade] = [(at, data.draw(st.integers(95, 105)), data.draw(st.integers(1, 9))) for at in ats]
    reads: list[list[Trade | None]] = [[trades[0]]]         # the first tick only tells a BarGenerator where the day's volume stands
    for trade in trades[1:]:
        if len(reads) == 1 or data.draw(st.booleans()):
            reads.append([])
        reads[-1].append(trade)
        if data.draw(st.integers(0, 3)) == 0:
            reads[-1].append(None)
    expected: dict[int, list[Trade]] = {}
    for trade in trades:
        expected.setdefault(trade[0] // 60_000, []).append(trade)
    first: int = trades[0][0] // 60_000
    assert bars_of(reads) == [
        (T0 + timedelta(minutes=minute), rows[0][1], max(row[1] for row in rows), min(row[1] for row in rows), rows[-1][1],
         sum(row[2] for row in rows) - (trades[0][2] if minute == first else 0))
        for minute, rows in expected.items()
    ]


def test_a_book_opens_no_minute_before_its_trades_have_come() -> None:
    book = make_book()
    feed(book, "aggTrade", AGG_TRADE.replace("1672515782136", str(int(T0.timestamp() * 1000) + 59_900)))
    tick = book.make(T0 + timedelta(seconds=59.95), T0)
    assert tick is not None and tick.datetime == T0 + timedelta(seconds=59.9)
    for late, shown in ((0.5, 59.9), (1.9, 59.9), (2.5, 62.5)):
        feed(book, "bookTicker", BOOK_TICKER)
        tick = book.make(T0 + timedelta(seconds=60 + late), T0)
        assert tick is not None and tick.datetime == T0 + timedelta(seconds=shown)
