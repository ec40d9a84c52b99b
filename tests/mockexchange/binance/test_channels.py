"""What the market data streams say (web-socket-streams.md), against what REST says of the same market."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from binance_rest import Rest
from stream_client import DEADLINE, Stream

from mockexchange import MockExchange

RECORDING: Path = Path(__file__).resolve().parents[4] / "shared" / "data" / "BTCUSDT-trades-2021-01-08.csv"

Market = Callable[..., None]


@pytest.fixture
def take(rest: Rest) -> Callable[[str, str, str], None]:
    """A limit order of the first account, which meets what ``market`` put there."""

    def order(side: str, price: str, quantity: str) -> None:
        answer = rest.order(side=side, price=price, quantity=quantity)
        assert answer.status == 200, answer.text

    return order


class LocalBook:
    """web-socket-streams.md, "How to manage a local order book correctly"."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.update_id: int = snapshot["lastUpdateId"]
        self.bids: dict[str, str] = dict(snapshot["bids"])
        self.asks: dict[str, str] = dict(snapshot["asks"])

    def apply(self, event: dict[str, Any]) -> None:
        if event["u"] <= self.update_id:
            return
        assert event["U"] <= self.update_id + 1, "events were missed"
        for side, changes in ((self.bids, event["b"]), (self.asks, event["a"])):
            for price, quantity in changes:
                if float(quantity):
                    side[price] = quantity
                else:
                    side.pop(price, None)
        self.update_id = event["u"]

    def is_like(self, snapshot: dict[str, Any]) -> bool:
        return self.bids == dict(snapshot["bids"]) and self.asks == dict(snapshot["asks"])


def depth(rest: Rest) -> Any:
    return rest.get("depth", symbol="BTCUSDT", limit=5000).json


@pytest.mark.parametrize("name", ["btcusdt@depth@100ms", "btcusdt@depth"])
def test_local_book_is_the_venues(name: str) -> None:
    with MockExchange("binance", feed="synthetic", seed=3, speed=20) as venue, Stream(venue.stream, f"/ws/{name}") as stream:
        rest = Rest(venue.rest)
        event = stream.next()
        snapshot = depth(rest)
        while snapshot["lastUpdateId"] < event["U"]:
            snapshot = depth(rest)
        book = LocalBook(snapshot)
        compared = 0
        for _ in range(100):
            book.apply(event)
            following = stream.next()
            assert following["U"] == event["u"] + 1
            event = following
            book.apply(event)
            snapshot = depth(rest)
            while event["u"] < snapshot["lastUpdateId"]:
                following = stream.next()
                assert following["U"] == event["u"] + 1
                event = following
                book.apply(event)
            if book.update_id == snapshot["lastUpdateId"]:
                assert book.is_like(snapshot)
                compared += 1
                if compared == (3 if name.endswith("100ms") else 1):
                    return
    pytest.fail("no snapshot was taken between two events")


def test_quiet_book_is_rebuilt_exactly(venue: MockExchange, rest: Rest, market: Market, take: Callable[..., None]) -> None:
    with Stream(venue.stream, "/ws/btcusdt@depth@100ms") as stream:
        market(("SELL", "40010", "1"), ("SELL", "40020", "2"), ("BUY", "39990", "1"))
        book = LocalBook({"lastUpdateId": 0, "bids": [], "asks": []})
        take("BUY", "40010", "1")
        take("BUY", "39980", "0.5")
        snapshot = depth(rest)
        while book.update_id < snapshot["lastUpdateId"]:
            book.apply(stream.next())
        assert book.is_like(snapshot) and book.update_id == snapshot["lastUpdateId"]
        assert [price for price, _ in snapshot["asks"]] == ["40020.00000000"]


def test_partial_depth_is_the_best_levels(venue: MockExchange, rest: Rest, market: Market) -> None:
    market(*(("SELL", str(40010 + number), "1") for number in range(7)), *(("BUY", str(39990 - number), "2") for number in range(3)))
    for name in ("depth5", "depth5@100ms"):
        with Stream(venue.stream, f"/ws/btcusdt@{name}") as stream:
            assert stream.next() == rest.get("depth", symbol="BTCUSDT", limit=5).json


def test_book_ticker_speaks_when_the_best_changes(venue: MockExchange, market: Market, take: Callable[..., None]) -> None:
    with Stream(venue.stream, "/ws/btcusdt@bookTicker") as stream:
        market(("SELL", "40010", "1"))
        first = stream.next()
        assert first == {
            "u": first["u"], "s": "BTCUSDT", "b": "0.00000000", "B": "0.00000000",
            "a": "40010.00000000", "A": "1.00000000",
        }
        market(("SELL", "40020", "1"))          # behind the best: says nothing
        market(("SELL", "40010", "1"))
        second = stream.next()
        assert (second["a"], second["A"]) == ("40010.00000000", "2.00000000") and second["u"] > first["u"]
        take("BUY", "40010", "2")
        assert stream.next()["a"] == "40020.00000000"


def test_house_quotes_reach_the_book_ticker() -> None:
    """The synthetic flow's quotes make no events."""
    with MockExchange("binance", seed=5, speed=20) as venue, Stream(venue.stream, "/stream?streams=ethusdt@bookTicker/ethusdt@trade") as stream:
        seen = [stream.until(lambda message: message["stream"] == "ethusdt@bookTicker")["data"] for _ in range(20)]
        assert [row["u"] for row in seen] == sorted({row["u"] for row in seen})
        bests = [(row["b"], row["B"], row["a"], row["A"]) for row in seen]
        assert all(a != b for a, b in zip(bests, bests[1:], strict=False))
        assert all(float(row["b"]) < float(row["a"]) for row in seen)


def test_aggregate_trades_join_one_taker_at_one_price(venue: MockExchange, market: Market, take: Callable[..., None]) -> None:
    with Stream(venue.stream, "/stream?streams=btcusdt@trade/btcusdt@aggTrade") as stream:
        market(("SELL", "40000", "0.1"), ("SELL", "40000", "0.2"), ("SELL", "40001", "0.3"))
        take("BUY", "40001", "0.6")
        trades: list[Any] = []
        joined: list[Any] = []
        while len(joined) < 2:
            message = stream.next()
            (joined if message["stream"] == "btcusdt@aggTrade" else trades).append(message["data"])
        assert [(row["t"], row["q"], row["m"]) for row in trades] == [
            (1, "0.10000000", False), (2, "0.20000000", False), (3, "0.30000000", False),
        ]
        assert [(row["f"], row["l"], row["q"], row["p"]) for row in joined] == [
            (1, 2, "0.30000000", "40000.00000000"), (3, 3, "0.30000000", "40001.00000000"),
        ]
        assert joined[1]["a"] == joined[0]["a"] + 1


def test_aggregate_trades_are_those_of_rest() -> None:
    with MockExchange("binance", seed=2, speed=50) as venue, Stream(venue.stream, "/ws/btcusdt@aggTrade") as stream:
        seen = [stream.next() for _ in range(30)]
        assert [row["a"] for row in seen] == list(range(seen[0]["a"], seen[0]["a"] + 30))
        rows = Rest(venue.rest).get("aggTrades", symbol="BTCUSDT", fromId=seen[0]["a"], limit=30).json
        assert rows == [{name: row[name] for name in rows[0]} for row in seen]


def test_klines_of_a_running_market() -> None:
    with MockExchange("binance", seed=2, speed=1) as venue, Stream(venue.stream, "/stream?streams=btcusdt@kline_1s/btcusdt@kline_1m/btcusdt@kline_1d@+08:00") as stream:
        closed: list[Any] = []
        others: dict[str, Any] = {}
        while len(closed) < 2 or len(others) < 2:
            message = stream.next()
            bar = message["data"]["k"]
            if bar["i"] != "1s":
                others[bar["i"]] = bar
            elif bar["x"]:
                closed.append(bar)
        assert closed[1]["t"] > closed[0]["t"] and closed[0]["T"] - closed[0]["t"] == 999
        assert others["1m"]["t"] % 60_000 == 0 and others["1m"]["T"] - others["1m"]["t"] == 59_999
        assert others["1d"]["t"] % 86_400_000 == 16 * 3_600_000


@pytest.mark.skipif(not RECORDING.exists(), reason="the recording is not there")
def test_every_bar_of_a_replay_is_closed_once() -> None:
    with MockExchange("binance", feed=str(RECORDING), speed="max") as venue, Stream(venue.stream, "/ws/btcusdt@kline_1s") as stream:
        closed: list[Any] = []
        while True:
            bar = stream.next()["k"]
            if bar["x"]:
                closed.append(bar)
            if bar["L"] == 553289559:           # the recording's last trade
                break
        rows = Rest(venue.rest).get("klines", symbol="BTCUSDT", interval="1s", startTime=1610064000000, limit=1000).json
        assert len(rows) == 47
        assert [row[:6] for row in rows[:-1]] == [[bar[name] for name in "tohlcv"] for bar in closed]


@pytest.mark.parametrize(("stream_name", "path", "params"), [
    ("ticker", "ticker/24hr", {}),
    ("miniTicker", "ticker/24hr", {"type": "MINI"}),
    ("ticker_1h", "ticker", {"windowSize": "1h"}),
])
def test_statistics_are_those_of_rest(
    venue: MockExchange, rest: Rest, market: Market, take: Callable[..., None],
    stream_name: str, path: str, params: dict[str, str],
) -> None:
    market(("SELL", "40000", "0.1"), ("SELL", "40100", "1"))
    take("BUY", "40100", "0.2")
    row = rest.get(path, symbol="BTCUSDT", **params).json
    with Stream(venue.stream, f"/ws/btcusdt@{stream_name}") as stream:
        event = stream.next()
    names = {
        "p": "priceChange", "P": "priceChangePercent", "w": "weightedAvgPrice", "c": "lastPrice", "o": "openPrice",
        "h": "highPrice", "l": "lowPrice", "v": "volume", "q": "quoteVolume", "F": "firstId", "L": "lastId", "n": "count",
        "x": "prevClosePrice", "Q": "lastQty", "b": "bidPrice", "B": "bidQty", "a": "askPrice", "A": "askQty",
    }
    shared = {short: long for short, long in names.items() if short in event}
    assert len(shared) >= 6
    assert {short: event[short] for short in shared} == {short: row[long] for short, long in shared.items()}


def test_average_price_is_that_of_rest(venue: MockExchange, rest: Rest, market: Market, take: Callable[..., None]) -> None:
    market(("SELL", "40000", "0.1"), ("SELL", "40100", "1"))
    take("BUY", "40100", "0.2")
    row = rest.get("avgPrice", symbol="BTCUSDT").json
    with Stream(venue.stream, "/ws/btcusdt@avgPrice") as stream:
        event = stream.next()
    assert (event["i"], event["w"], event["T"]) == ("5m", row["price"], row["closeTime"])


@pytest.mark.parametrize(("name", "kind"), [
    ("!miniTicker@arr", "24hrMiniTicker"), ("!ticker@arr", "24hrTicker"), ("!ticker_4h@arr", "4hTicker"),
    ("!miniTicker@arr@1000ms", "24hrMiniTicker"), ("!miniTicker@arr@3000ms", "24hrMiniTicker"),
])
def test_arrays_hold_what_changed(venue: MockExchange, market: Market, take: Callable[..., None], name: str, kind: str) -> None:
    with Stream(venue.stream, f"/stream?streams={name}") as stream:
        first = stream.next()
        assert first["stream"] == name
        assert {row["s"] for row in first["data"]} >= {"BTCUSDT", "ETHUSDT"} and first["data"][0]["e"] == kind
        market(("SELL", "40000", "0.1"))
        take("BUY", "40000", "0.1")
        changed = stream.until(lambda message: any(row["v"] != "0.00000000" for row in message["data"]))
        assert [row["s"] for row in changed["data"]] == ["BTCUSDT"]


def test_speeds_of_the_arrays() -> None:
    names = {"!miniTicker@arr": 1000, "!miniTicker@arr@1000ms": 1000, "!miniTicker@arr@3000ms": 3000, "!ticker@arr@3000ms": 3000}
    with MockExchange("binance", feed="synthetic", seed=3, clock="manual=1700049600000") as venue:
        with Stream(venue.stream, "/stream?streams=" + "/".join(names)) as stream:
            venue.advance(13_000)
            found: dict[str, list[int]] = {name: [] for name in names}
            while min(map(len, found.values())) < 4:
                message = stream.next()
                assert message["data"], "only what changed, and never nothing"
                found[message["stream"]].append(message["data"][0]["E"])
    for name, times in found.items():
        assert {later - earlier for earlier, later in zip(times, times[1:], strict=False)} == {names[name]}, name
    assert found["!miniTicker@arr"] == found["!miniTicker@arr@1000ms"]


@pytest.mark.parametrize("name", ["!miniTicker@arr@100ms", "!ticker_1h@arr@1000ms", "!miniTicker@arr@", "!bookTicker"])
def test_speeds_that_are_not_there(venue: MockExchange, name: str) -> None:
    """Subscribed without complaint, as every name is, and silent."""
    market = venue.run(lambda one: venue._listener._dialect.streams.market)     # type: ignore[union-attr]
    with Stream(venue.stream) as stream:
        assert stream.ask("SUBSCRIBE", name) is None and stream.ask("LIST_SUBSCRIPTIONS") == [name]
        assert not market._channels


def test_reference_price_is_null(venue: MockExchange) -> None:
    with Stream(venue.stream, "/ws/btcusdt@referencePrice") as stream:
        event = stream.next()
        assert (event["e"], event["s"], event["r"]) == ("referencePrice", "BTCUSDT", None)


def test_nothing_is_kept_when_the_last_listener_leaves(venue: MockExchange) -> None:
    names = ["trade", "aggTrade", "bookTicker", "depth", "depth5", "kline_1m", "ticker", "miniTicker", "avgPrice"]
    with Stream(venue.stream, "/ws/" + "/".join(f"btcusdt@{name}" for name in names)) as stream, Stream(venue.stream) as other:
        assert len(stream.ask("LIST_SUBSCRIPTIONS")) == len(names)
        other.ask("SUBSCRIBE", "btcusdt@trade")
        stream.ask("UNSUBSCRIBE", *(f"btcusdt@{name}" for name in names))
        other.ask("UNSUBSCRIBE", "btcusdt@trade")
        market = venue._listener._dialect.streams.market        # type: ignore[union-attr]
        assert not market._channels and not market._timed and not market._trades and not market._books
        assert stream.connection.ping().wait(DEADLINE)
