"""What was traded before a venue opened, over REST, the WebSocket API and the streams; and a venue of many symbols."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from binance_rest import Rest
from stream_client import Stream
from websockets.sync.client import connect

from mockexchange import MockExchange
from mockexchange.core.numbers import SCALE, parse_amount
from mockexchange.dialects.binance.slices import MANY

START_MS: int = 1_795_000_000_000
MINUTE: int = 60_000
HOUR: int = 60 * MINUTE
DAY: int = 24 * HOUR


@pytest.fixture(scope="module")
def market() -> Iterator[MockExchange]:
    """A venue whose synthetic market has gone on for some seconds, and stands still now."""
    with MockExchange("binance", clock=f"manual={START_MS}", seed=3) as running:
        running.advance(45_000)
        yield running


@pytest.fixture(scope="module")
def client(market: MockExchange) -> Iterator[Rest]:
    found = Rest(market.rest)
    yield found
    found.connection.close()


def api_of(venue: MockExchange) -> str:
    """The address of the WebSocket API."""
    return venue.rest.replace("http", "ws", 1) + "/ws-api/v3"


def total(rows: list[dict[str, Any]], name: str) -> int:
    return sum(parse_amount(row[name]) for row in rows)


def bar_of(trades: list[dict[str, Any]]) -> list[Any]:
    """Open, high, low, close, volume, then quote volume, count and the takers' buys of a kline."""
    prices = [parse_amount(row["price"]) for row in trades]
    buys = [row for row in trades if not row["isBuyerMaker"]]
    return [
        prices[0], max(prices), min(prices), prices[-1], total(trades, "qty"), total(trades, "quoteQty"), len(trades),
        total(buys, "qty"), total(buys, "quoteQty"),
    ]


def figures(row: list[Any]) -> list[Any]:
    return [*map(parse_amount, row[1:6]), parse_amount(row[7]), row[8], parse_amount(row[9]), parse_amount(row[10])]


def test_a_fresh_venue_has_trades() -> None:
    with MockExchange("binance", clock=f"manual={START_MS}", seed=3) as venue:
        client = Rest(venue.rest)
        rows = client.get("trades", symbol="BTCUSDT", limit=500).json
        ids = [row["id"] for row in rows]
        assert len(rows) == 500 and ids == list(range(ids[0], ids[0] + 500))
        assert all(START_MS - HOUR < row["time"] < START_MS for row in rows)
        assert all(parse_amount(row["quoteQty"]) == parse_amount(row["price"]) * parse_amount(row["qty"]) // SCALE for row in rows)
        client.connection.close()


def test_klines_are_what_their_trades_sum_to(client: Rest) -> None:
    """Two minutes of two weeks ago, by time over aggTrades and by id over historicalTrades."""
    start: int = (START_MS - 14 * DAY) // MINUTE * MINUTE
    bars = client.get("klines", symbol="BTCUSDT", interval="1m", startTime=start, limit=2).json
    assert [bar[0] for bar in bars] == [start, start + MINUTE]
    for bar in bars:
        aggregates = client.get("aggTrades", symbol="BTCUSDT", startTime=bar[0], endTime=bar[6], limit=1000).json
        assert [one["a"] for one in aggregates] == list(range(aggregates[0]["a"], aggregates[0]["a"] + len(aggregates)))
        first, last = aggregates[0]["f"], aggregates[-1]["l"]
        assert all(after["f"] == before["l"] + 1 for before, after in pairwise(aggregates))
        assert len(aggregates) < last - first + 1 == bar[8] <= 1000
        trades = client.get("historicalTrades", symbol="BTCUSDT", fromId=first, limit=bar[8]).json
        assert [row["id"] for row in trades] == list(range(first, last + 1))
        assert all(bar[0] <= row["time"] <= bar[6] for row in trades)
        assert bar_of(trades) == figures(bar)
        by_id = {row["id"]: row for row in trades}
        for one in aggregates:
            parts = [by_id[number] for number in range(one["f"], one["l"] + 1)]
            assert total(parts, "qty") == parse_amount(one["q"])
            assert {(row["price"], row["time"], row["isBuyerMaker"]) for row in parts} == {(one["p"], one["T"], one["m"])}
    assert client.get("aggTrades", symbol="BTCUSDT", fromId=aggregates[3]["a"], limit=5).json == aggregates[3:8]
    hour = client.get("aggTrades", symbol="BTCUSDT", startTime=start, endTime=start + HOUR - 1, limit=1000).json
    assert len(hour) == 1000 and hour[0]["T"] >= start


def test_one_second_bars_of_the_past(client: Rest) -> None:
    start: int = (START_MS - 20 * DAY) // MINUTE * MINUTE
    minute, = client.get("klines", symbol="ETHUSDT", interval="1m", startTime=start, limit=1).json
    seconds = client.get("klines", symbol="ETHUSDT", interval="1s", startTime=start, limit=60).json
    assert [row[0] for row in seconds] == list(range(start, start + MINUTE, 1000))
    found = [figures(row) for row in seconds]
    assert [sum(row[column] for row in found) for column in range(4, 9)] == figures(minute)[4:]
    traded = [row for row in found if row[6]]
    assert (max(row[1] for row in traded), min(row[2] for row in traded), found[-1][3]) == tuple(figures(minute)[1:4])
    assert 10 < len(traded) <= 60


def test_paging_from_the_first_trade_of_a_quiet_market_over_the_seam(market: MockExchange) -> None:
    """Nothing is missing and nothing comes twice, from the first id to the live trades."""
    with MockExchange("binance", clock=f"manual={START_MS}", seed=3, symbols=40) as venue:
        venue.advance(240_000)
        client = Rest(venue.rest)
        symbol: str = [row["symbol"] for row in client.get("ticker/price").json][-1]
        seam: int = venue.run(lambda each: each.exchange.tapes[symbol].past.last_id)
        newest: int = client.get("trades", symbol=symbol, limit=1).json[0]["id"]
        assert newest > seam
        ids: list[int] = []
        times: list[int] = []
        from_id: int = newest - 5_000
        while rows := client.get("historicalTrades", symbol=symbol, fromId=from_id, limit=1000).json:
            ids += [row["id"] for row in rows]
            times += [row["time"] for row in rows]
            from_id = ids[-1] + 1
        assert ids == list(range(newest - 5_000, newest + 1)) and times == sorted(times)
        first = client.get("historicalTrades", symbol=symbol, fromId=0, limit=3).json
        month = client.get("klines", symbol=symbol, interval="1M", limit=3).json
        assert sum(bar[8] for bar in month) == newest - first[0]["id"] + 1
        aggregates: list[dict[str, Any]] = client.get("aggTrades", symbol=symbol, limit=1000).json
        assert [one["a"] for one in aggregates] == list(range(aggregates[0]["a"], aggregates[0]["a"] + 1000))
        assert all(after["f"] == before["l"] + 1 for before, after in pairwise(aggregates))
        assert aggregates[0]["f"] < seam < aggregates[-1]["l"] == newest
        client.connection.close()


def test_the_day_spans_its_count(client: Rest, market: MockExchange) -> None:
    rows = client.get("ticker/24hr").json
    assert len(rows) == 4
    for row in rows:
        assert row["count"] == row["lastId"] - row["firstId"] + 1 > 10_000
        edge = client.get("historicalTrades", symbol=row["symbol"], fromId=row["firstId"] - 1, limit=2).json
        opened: int = row["openTime"] // MINUTE * MINUTE
        assert edge[0]["time"] < opened <= edge[1]["time"] and edge[1]["price"] == row["openPrice"]
        newest = client.get("trades", symbol=row["symbol"], limit=1).json[0]
        assert (newest["id"], newest["price"]) == (row["lastId"], row["lastPrice"])
    with Stream(market.stream, "/ws/btcusdt@kline_1d/btcusdt@ticker") as stream:
        market.advance(3_000)
        kline = stream.until(lambda message: message.get("e") == "kline")["k"]
        ticker = stream.until(lambda message: message.get("e") == "24hrTicker")
    assert kline["n"] == kline["L"] - kline["f"] + 1 and kline["f"] > rows[0]["firstId"]
    assert ticker["n"] == ticker["L"] - ticker["F"] + 1 and ticker["F"] >= rows[0]["firstId"]


def test_everybody_gets_the_same_early_or_late_and_over_either_api(market: MockExchange, client: Rest) -> None:
    """Another venue of the same seed and time is asked in another order."""
    start: int = START_MS - 9 * DAY
    questions: list[tuple[str, dict[str, Any]]] = [
        ("aggTrades", {"symbol": "ETHBTC", "startTime": start, "limit": 40}),
        ("klines", {"symbol": "ETHBTC", "interval": "1h", "startTime": start, "limit": 30}),
        ("aggTrades", {"symbol": "ETHBTC", "endTime": start + 5 * HOUR, "limit": 40}),
        ("klines", {"symbol": "ETHBTC", "interval": "1s", "endTime": start, "limit": 90}),
        ("historicalTrades", {"symbol": "ETHBTC", "fromId": 1, "limit": 40}),
    ]
    answers: list[Any] = [client.get(path, **params).json for path, params in questions]
    assert all(answers)
    methods: dict[str, str] = {"aggTrades": "trades.aggregate", "klines": "klines", "historicalTrades": "trades.historical"}
    with MockExchange("binance", clock=f"manual={START_MS}", seed=3) as venue, connect(api_of(venue), proxy=None, max_size=None) as api:
        for (path, params), answer in reversed(list(zip(questions, answers, strict=True))):
            api.send(json.dumps({"id": 1, "method": methods[path], "params": params}))
            reply: dict[str, Any] = json.loads(api.recv(timeout=15))
            assert (reply["status"], reply["result"]) == (200, answer)
        api.send(json.dumps({"id": 2, "method": "klines", "params": {"symbol": "ETHBTC", "interval": "1h", "startTime": "x"}}))
        assert json.loads(api.recv(timeout=15))["status"] == 400


def test_ids_go_on_above_all_that_were_used_after_a_restart(tmp_path: Path) -> None:
    """The new past lies above what users and the market had, and a restart in place keeps the past it had."""
    with MockExchange("binance", clock=f"manual={START_MS}", seed=3, state=tmp_path) as venue:
        venue.advance(20_000)
        client = Rest(venue.rest)
        assert client.signed("POST", "order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01", timestamp=START_MS + 20_000).status == 200
        own: int = client.signed("GET", "myTrades", symbol="BTCUSDT", timestamp=START_MS + 20_000).json[-1]["id"]
        before = client.get("historicalTrades", symbol="BTCUSDT", fromId=own - 1500, limit=1000).json
        client.connection.close()
        venue.restart(keep_state=True)
        client = Rest(venue.rest)
        assert client.get("historicalTrades", symbol="BTCUSDT", fromId=own - 1500, limit=1000).json == before
        newest: int = client.get("trades", symbol="BTCUSDT", limit=1).json[0]["id"]
        assert newest >= own
        client.connection.close()
    with MockExchange("binance", clock=f"manual={START_MS + HOUR * 1000}", seed=3, state=tmp_path) as venue:
        venue.advance(20_000)
        client = Rest(venue.rest)
        first: int = client.get("historicalTrades", symbol="BTCUSDT", fromId=0, limit=1).json[0]["id"]
        rows = client.get("trades", symbol="BTCUSDT", limit=1000).json
        ids = [row["id"] for row in rows]
        assert first > newest and ids == list(range(ids[0], ids[0] + 1000))
        assert venue.run(lambda each: ids[0] <= each.exchange.tapes["BTCUSDT"].past.last_id < ids[-1])
        client.connection.close()


def test_no_feed_no_past(tmp_path: Path) -> None:
    with MockExchange("binance", feed="none") as venue:
        client = Rest(venue.rest)
        assert client.get("trades", symbol="BTCUSDT").json == client.get("aggTrades", symbol="BTCUSDT", startTime=1).json == []
        assert client.get("klines", symbol="BTCUSDT", interval="1h").json == []
        assert client.get("historicalTrades", symbol="BTCUSDT", fromId=0).json == []
        client.connection.close()


@pytest.mark.parametrize("name, line, first, first_aggregate", [
    ("BTCUSDT-trades.csv", "553289559,40000.01,1,40000.01,1795000000278,True,True\n", 553289559, 553289559),
    ("BTCUSDT-aggTrades.csv", "4000000,40000.01,1,553289559,553289560,1795000000278,True,True\n", 553289559, 4000000),
])
def test_a_recordings_past_ends_where_its_ids_begin(tmp_path: Path, name: str, line: str, first: int, first_aggregate: int) -> None:
    path: Path = tmp_path / name
    path.write_text(line)
    with MockExchange("binance", feed=str(path)) as venue:
        client = Rest(venue.rest)
        past = client.get("historicalTrades", symbol="BTCUSDT", fromId=first - 3, limit=3).json
        assert [row["id"] for row in past] == [first - 3, first - 2, first - 1]
        assert past[-1]["price"] == "40000.01000000" and past[-1]["time"] < START_MS
        aggregates = client.get("aggTrades", symbol="BTCUSDT", fromId=first_aggregate - 2, limit=2).json
        assert [(one["a"], one["l"]) for one in aggregates][-1] == (first_aggregate - 1, first - 1)
        client.connection.close()


SEAM_MS: int = 1_640_995_200_000          # 2022-01-01
LONG: int = 40                              # minutes of a recording, six trades in each


def recorded(number: int) -> tuple[str, str, bool, int]:
    """Price, quantity, whether the buyer is the maker, and ms of a record."""
    price: int = 40_000 + 7 * (number % 11) - 3 * (number % 5)
    return f"{price}.5", f"0.{1 + number % 8}", number % 3 == 0, SEAM_MS + 10_000 * number + 500


def write_recording(folder: Path, kind: str) -> Path:
    """Forty minutes as trades, as aggTrades of two each, or as bars."""
    path: Path = folder / f"BTCUSDT-{kind}.csv"
    rows: list[str] = []
    for number in range(6 * LONG):
        price, quantity, is_maker, at = recorded(number)
        if kind == "trades":
            rows.append(f"{7_000_000 + number},{price},{quantity},0,{at},{is_maker},True\n")
        elif kind == "aggTrades":
            rows.append(f"{3_000_000 + number},{price},{quantity},{7_000_000 + 2 * number},{7_000_001 + 2 * number},{at},{is_maker},True\n")
        elif number % 6 == 0:
            rows.append(f"{at - 500},{price},40100,39900,{price},4.02,{at - 500 + MINUTE - 1},0,0,0,0,0\n")
    path.write_text("".join(rows))
    return path


def paged(client: Rest, path: str, from_id: int, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while rows := client.get(path, symbol="BTCUSDT", fromId=from_id, limit=150).json:
        found += rows
        from_id = rows[-1][name] + 1
    return found


@pytest.mark.parametrize("kind, first, first_aggregate", [
    ("trades", 7_000_000, 7_000_000), ("aggTrades", 7_000_000, 3_000_000), ("klines", 100_000_001, 100_000_001),
])
def test_paging_over_the_seams_of_a_recording_that_begins_within_its_file(tmp_path: Path, kind: str, first: int, first_aggregate: int) -> None:
    """The synthetic past, the file's first twenty minutes, and what is live: one market, before and after a reset."""
    with MockExchange("binance", feed=str(write_recording(tmp_path, kind)), clock="manual", feed_start="2022-01-01T00:20") as venue:
        for offset in (0, DAY):
            if offset:
                venue.clock(offset)
                venue.restart(keep_state=False)
            client = Rest(venue.rest)
            seam: int = SEAM_MS + offset
            venue.advance(10 * MINUTE - 1 - venue.state()["now"] % (10 * MINUTE))
            now: int = venue.state()["now"]
            assert seam + 20 * MINUTE < now
            aggregates = paged(client, "aggTrades", first_aggregate - 700, "a")
            assert [one["a"] for one in aggregates] == list(range(first_aggregate - 700, first_aggregate - 700 + len(aggregates)))
            assert all(after["f"] == before["l"] + 1 and after["T"] >= before["T"] for before, after in pairwise(aggregates))
            live = [one for one in aggregates if one["T"] >= seam + 20 * MINUTE]
            earlier = [one for one in aggregates if seam <= one["T"] < seam + 20 * MINUTE]
            assert aggregates[0]["T"] < seam and earlier[0]["f"] == first and len(earlier) >= 80 and len(live) >= 36
            if kind == "klines":
                assert aggregates[699]["l"] == first - 1
            else:
                assert [(one["p"], one["q"], one["m"], one["T"] - offset) for one in earlier + live] == [
                    (f"{price}0000000", f"{quantity}0000000", is_maker, at) for price, quantity, is_maker, at in map(recorded, range(len(earlier + live)))
                ]
            if kind != "aggTrades":             # whose raw trades are not in the file
                trades = paged(client, "historicalTrades", first - 900, "id")
                assert [row["id"] for row in trades] == list(range(first - 900, aggregates[-1]["l"] + 1))
                assert all(after["time"] >= before["time"] for before, after in pairwise(trades))
                bars = client.get("klines", symbol="BTCUSDT", interval="1m", startTime=trades[0]["time"] // MINUTE * MINUTE + MINUTE, limit=1000).json
                assert bars[0][0] < seam and bars[-1][6] == now
                for bar in bars:
                    within = [row for row in trades if bar[0] <= row["time"] <= bar[6]]
                    assert bar_of(within) == figures(bar)
            day = client.get("ticker/24hr", symbol="BTCUSDT").json
            bars = client.get("klines", symbol="BTCUSDT", interval="1m", startTime=day["openTime"] // MINUTE * MINUTE, limit=1000).json
            bars += client.get("klines", symbol="BTCUSDT", interval="1m", startTime=bars[-1][6] + 1, limit=1000).json
            assert len(bars) in (1440, 1441) and bars[-1][6] == now
            assert sum(bar[8] for bar in bars) == day["count"] == day["lastId"] - day["firstId"] + 1
            assert sum(parse_amount(bar[5]) for bar in bars) == parse_amount(day["volume"])
            assert sum(parse_amount(bar[7]) for bar in bars) == parse_amount(day["quoteVolume"])
            client.connection.close()


def test_more_before_the_beginning_than_trades_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Klines count all of it, historicalTrades has what is kept."""
    kept: int = 500
    monkeypatch.setattr("mockexchange.core.tape.KEEP", kept)
    count: int = 2 * kept + 230
    path: Path = tmp_path / "BTCUSDT-trades.csv"
    path.write_text("".join(f"{7_000_000 + number},40000.5,0.1,0,{SEAM_MS + 100 * number},True,True\n" for number in range(count)))
    with MockExchange("binance", feed=str(path), clock="manual", feed_start=str(SEAM_MS + 100 * (count - 1))) as venue:
        venue.advance(1_000)
        client = Rest(venue.rest)
        bars = client.get("klines", symbol="BTCUSDT", interval="1m", startTime=SEAM_MS).json
        assert [bar[8] for bar in bars] == [600, 600, 30]
        edge = client.get("historicalTrades", symbol="BTCUSDT", fromId=7_000_000 - 1, limit=1000).json
        assert [row["id"] for row in edge] == [7_000_000 - 1, *range(7_000_000 + kept, 7_000_000 + count)]
        assert client.get("trades", symbol="BTCUSDT", limit=1000).json == edge[1:]
        day = client.get("ticker/24hr", symbol="BTCUSDT").json
        assert day["count"] == day["lastId"] - day["firstId"] + 1 > count
        client.connection.close()


@pytest.mark.parametrize("kind", ["trades", "aggTrades", "klines"])
def test_a_recording_that_loops_comes_back_in_its_fourth_round(tmp_path: Path, kind: str) -> None:
    """With the state kept: the rounds that are told again have the ids they had, and the synthetic past ends before them."""
    more: dict[str, Any] = {"feed": str(write_recording(tmp_path, kind)), "clock": "manual", "loop": True, "state": tmp_path / "state"}
    with MockExchange("binance", **more) as venue:
        venue.deposit("mock-key", "USDT", "1")
        venue.advance((3 * LONG + 10) * MINUTE)
        client = Rest(venue.rest)
        before = client.get("aggTrades", symbol="BTCUSDT", limit=1000).json
        client.connection.close()
    with MockExchange("binance", **more) as venue:
        assert venue.state()["now"] >= SEAM_MS + (3 * LONG + 10) * MINUTE
        client = Rest(venue.rest)
        after = client.get("aggTrades", symbol="BTCUSDT", limit=1000).json
        client.connection.close()
    assert [one["a"] for one in after] == list(range(after[0]["a"], after[0]["a"] + 1000))
    assert all(later["f"] == one["l"] + 1 for one, later in pairwise(after))
    told = [one for one in after if one["T"] >= SEAM_MS + 2 * LONG * MINUTE]
    assert len(told) >= 200 and told == [one for one in before if one["T"] >= SEAM_MS + 2 * LONG * MINUTE]
    assert told[0]["T"] - after[after.index(told[0]) - 1]["T"] < 2 * MINUTE


# many symbols

SYMBOLS: int = MANY + 60


@pytest.fixture(scope="module")
def big() -> Iterator[MockExchange]:
    with MockExchange("binance", clock=f"manual={START_MS}", seed=3, symbols=SYMBOLS) as running:
        running.advance(10_000)
        yield running


@pytest.fixture
def all_of_it(big: MockExchange) -> Iterator[Rest]:
    found = Rest(big.rest)
    yield found
    found.connection.close()


def test_a_big_venue_lists_what_a_real_one_might(all_of_it: Rest) -> None:
    info = all_of_it.get("exchangeInfo").json
    rows = info["symbols"]
    assert list(info) == ["timezone", "serverTime", "rateLimits", "exchangeFilters", "symbols"]
    assert [row["symbol"] for row in rows][:4] == ["BTCUSDT", "ETHUSDT", "BNBUSDT", "ETHBTC"]
    assert len(rows) == len({row["symbol"] for row in rows}) == SYMBOLS
    assert len({row["quoteAsset"] for row in rows}) >= 6
    assert all(row["symbol"] == row["baseAsset"] + row["quoteAsset"] for row in rows)
    prices = {row["symbol"]: parse_amount(row["price"]) for row in all_of_it.get("ticker/price").json}
    books = {row["symbol"]: row for row in all_of_it.get("ticker/bookTicker").json}
    for row in rows:
        tick = parse_amount(next(each["tickSize"] for each in row["filters"] if each["filterType"] == "PRICE_FILTER"))
        price = prices[row["symbol"]]
        assert price % tick == 0 and 100 <= price // tick <= 10_000_000
        assert 0 < parse_amount(books[row["symbol"]]["bidPrice"]) < parse_amount(books[row["symbol"]]["askPrice"])


def test_the_day_figures_of_all_symbols_are_those_of_their_klines(all_of_it: Rest, big: MockExchange) -> None:
    rows = all_of_it.get("ticker/24hr").json
    assert len(rows) == SYMBOLS and [row["symbol"] for row in rows] == list(big.run(lambda each: each.exchange.instruments))
    for row in rows[::37]:
        bars = all_of_it.get("klines", symbol=row["symbol"], interval="1m", startTime=row["openTime"] // MINUTE * MINUTE, limit=1000).json
        bars += all_of_it.get("klines", symbol=row["symbol"], interval="1m", startTime=bars[-1][6] + 1, limit=1000).json
        found = [figures(bar) for bar in bars]
        assert len(bars) in (1440, 1441) and sum(bar[6] for bar in found) == row["count"] == row["lastId"] - row["firstId"] + 1
        assert sum(bar[4] for bar in found) == parse_amount(row["volume"]) and sum(bar[5] for bar in found) == parse_amount(row["quoteVolume"])
        assert max(bar[1] for bar in found) == parse_amount(row["highPrice"]) and min(bar[2] for bar in found) == parse_amount(row["lowPrice"])
    single = all_of_it.get("ticker/24hr", symbol=rows[-1]["symbol"]).json
    assert single == rows[-1]
    with connect(api_of(big), proxy=None, max_size=None) as api:
        api.send('{"id": 1, "method": "ticker.24hr"}')
        api.send('{"id": 2, "method": "ping"}')
        replies = [json.loads(api.recv(timeout=15)) for _ in range(2)]
    assert [reply["id"] for reply in replies] == [1, 2] and replies[0]["result"] == rows


def test_the_arrays_of_all_symbols_come_at_once(big: MockExchange) -> None:
    with Stream(big.stream, "/ws/!miniTicker@arr") as stream:
        stream.ask("LIST_SUBSCRIPTIONS")
        big.advance(1_000)
        assert len({row["s"] for row in stream.until(lambda message: isinstance(message, list))}) == SYMBOLS


def test_the_same_symbols_at_every_start(big: MockExchange) -> None:
    with MockExchange("binance", feed="none", seed=9, symbols=SYMBOLS, listed=["DOGEUSDT:DOGE:USDT:0.00001:1:0.32"]) as venue:
        other = venue.run(lambda each: list(each.instruments))
        assert [each.symbol for each in other[:5]] == ["BTCUSDT", "ETHUSDT", "BNBUSDT", "ETHBTC", "DOGEUSDT"]
        assert len(other) == SYMBOLS and other[5:] == big.run(lambda each: list(each.instruments))[4:SYMBOLS - 1]


@pytest.mark.parametrize("number", [3, -1, 20_001, "7"])
def test_numbers_of_symbols_that_make_no_sense(number: Any) -> None:
    with pytest.raises(ValueError, match=f"symbols: not a whole number from 4 to 20000: {number!r}"):
        MockExchange("binance", symbols=number).start()
    with pytest.raises(ValueError, match="symbols: "):
        MockExchange("qmt", symbols=500).start()
