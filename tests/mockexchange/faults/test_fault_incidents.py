"""What goes wrong at a venue and not on a wire: keys, symbols, bans, restarts, clock steps; over the control API and from Python."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from fault_worlds import (
    BINANCE_API,
    SOURCES,
    WORLDS,
    Answer,
    Http,
    Source,
    World,
    ask,
    binance_call,
    binance_params,
    call,
    faults_seen,
    hashex_call,
    is_quiet,
    numbers,
    order,
    parse,
    placed,
    trigger,
)
from raw_websocket import CLOSE, RawWebSocket
from waiting import until

from mockexchange import MockExchange


def post(venue: MockExchange, path: str, data: Any) -> Answer:
    return call(venue, Http("POST", f"/_mock/{path}", {}, json.dumps(data)))


@pytest.fixture(params=["control", "python"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def does(way: str, venue: MockExchange, path: str, data: dict[str, Any], call: Callable[[], None]) -> None:
    """The same thing over the control API, or by the method of MockExchange."""
    if way == "python":
        call()
    else:
        answer = post(venue, path, data)
        assert (answer.status, answer.json) == (200, {})


# keys

REFUSED: dict[str, Callable[[Answer], bool]] = {
    "binance": lambda answer: (answer.status, answer.json["code"]) == (401, -2015),
    "hashex": lambda answer: answer.json["code"] not in (0, -1),
    "qte": lambda answer: answer.status == 401,
}


def test_a_key_revoked_and_restored(venue: MockExchange, world: World, way: str) -> None:
    assert world.accepted(order(world, venue).json)
    does(way, venue, "key", {"key": "mock-key", "revoked": True}, lambda: venue.set_key("mock-key", revoked=True))
    answer = order(world, venue)
    assert REFUSED[world.dialect](answer), answer
    assert world.accepted(order(world, venue, "0.01", "38000", "other").json)
    state = venue.state()
    assert state["revoked"] == ["mock-key"] and state["accounts"]["mock-key"]["open_orders"] == 1
    venue.restart(keep_state=True)
    assert REFUSED[world.dialect](order(world, venue))
    does(way, venue, "key", {"key": "mock-key", "revoked": False}, lambda: venue.set_key("mock-key", revoked=False))
    assert world.accepted(order(world, venue).json)
    assert [(row["action"], row["revoked"]) for row in faults_seen(venue)] == [("key", True), ("key", False)]


def test_a_revoked_key_ends_the_user_data_of_binance(serve: Any) -> None:
    source = SOURCES["binance-user"]
    venue = serve("binance")
    with source.open(venue) as client, RawWebSocket(venue.stream, BINANCE_API) as other:
        params = binance_params({}, "other")
        assert ask(other, {"id": 1, "method": "userDataStream.subscribe.signature", "params": params})["status"] == 200
        venue.set_key("mock-key", revoked=True)
        message = json.loads(client.text())
        assert message["subscriptionId"] == 0 and set(message["event"]) == {"e", "E"}
        assert message["event"]["e"] == "eventStreamTerminated"
        answer = ask(client, {"id": 2, "method": "userDataStream.subscribe.signature", "params": binance_params({}, "mock-key")})
        assert (answer["status"], answer["error"]["code"]) == (401, -2015)
        assert ask(client, {"id": 3, "method": "session.subscriptions"})["result"] == []
        order(WORLDS["binance"], venue, "0.01", "39000", "other")
        assert json.loads(other.text())["event"]["e"] == "executionReport"      # other people's go on
        venue.set_key("mock-key", revoked=False)
        answer = ask(client, {"id": 4, "method": "userDataStream.subscribe.signature", "params": binance_params({}, "mock-key")})
        assert answer["status"] == 200
        trigger(source, venue, 5)
        assert numbers(source, client, 1) == [5]


def test_a_revoked_key_silences_the_user_of_hashex(serve: Any) -> None:
    source = SOURCES["hashex-user"]
    venue = serve("hashex")
    token = call(venue, hashex_call("GET", "/spot/v1/u/ws/token", {}, "mock-key")).json["data"]
    with source.open(venue) as client:
        order_id = order(WORLDS["hashex"], venue).json["data"]
        assert numbers(source, client, 1) == [10] and order_id
        venue.set_key("mock-key", revoked=True)
        order(WORLDS["hashex"], venue, "1", "38000", "other", "SELL")       # fills it
        until(lambda: [row for row in venue.journal() if row["kind"] == "fill"])
        client.send(json.dumps({"sub": "subUser", "token": token}))
        while (text := client.text()) != b"invalid_ws_token":
            assert b"uTrade" not in text


# symbols

SYMBOLS: dict[str, tuple[str, Callable[[Any], list[str]]]] = {
    "binance": ("BTCUSDT", lambda data: [one["symbol"] for one in data["symbols"]]),
    "hashex": ("BTC_USDT", lambda data: [one["symbol"] for one in data["data"]]),
}


def test_a_symbol_removed_and_added(venue: MockExchange, world: World, way: str) -> None:
    order(world, venue)
    does(way, venue, "symbol", {"symbol": "BTCUSDT", "removed": True}, lambda: venue.remove_symbol("BTCUSDT"))
    rows = [row for row in venue.journal() if row["kind"] == "order"]
    assert [row["status"] for row in rows] == ["NEW", "CANCELED"]
    answer = order(world, venue)
    assert not world.accepted(answer.json)
    if world.dialect == "binance":
        assert (answer.status, answer.json["code"]) == (400, -1121)
    if world.dialect in SYMBOLS:
        name, read = SYMBOLS[world.dialect]
        assert name not in read(call(venue, world.symbols).json)
    else:
        assert call(venue, world.symbols).json["bids"] == []
    assert "BTCUSDT" not in venue.state()["symbols"] and venue.state()["removed"] == ["BTCUSDT"]
    venue.restart(keep_state=True)
    assert not world.accepted(order(world, venue).json)
    does(way, venue, "symbol", {"symbol": "BTCUSDT", "removed": False}, lambda: venue.add_symbol("BTCUSDT"))
    assert world.accepted(order(world, venue).json)
    if world.dialect in SYMBOLS:
        assert name in read(call(venue, world.symbols).json)
    venue.remove_symbol("BTCUSDT")
    venue.reset()
    assert world.accepted(order(world, venue).json) and venue.state()["removed"] == []


def test_all_old_orders_can_still_be_asked_for(serve: Any) -> None:
    venue = serve("hashex")
    order_id = order(WORLDS["hashex"], venue).json["data"]
    venue.remove_symbol("BTCUSDT")
    detail = call(venue, hashex_call("GET", "/spot/v1/u/trade/order/detail", {"orderId": order_id}, "mock-key")).json
    assert detail["data"]["orderId"] == order_id
    assert call(venue, hashex_call("GET", "/spot/v1/u/trade/order/history", {}, "mock-key")).status == 200


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.is_trade])
def test_streams_of_a_removed_symbol_fall_silent(serve: Any, name: str) -> None:
    source: Source = SOURCES[name]
    venue: MockExchange = serve(source.dialect)
    with source.open(venue) as client:
        trigger(source, venue, 1)
        assert numbers(source, client, 1) == [1]
        venue.remove_symbol("BTCUSDT")
        venue.run(lambda inner: _trade(inner))
        assert is_quiet(source, client) and client.pong()
        venue.add_symbol("BTCUSDT")
        trigger(source, venue, 2)
        assert numbers(source, client, 1) == [2]


def _trade(inner: Any) -> None:
    """A trade of two users, past the dialect."""
    from mockexchange.core.commands import PlaceOrder

    for account, side in (("other", "SELL"), ("mock-key", "BUY")):
        inner.apply(PlaceOrder(account, "BTCUSDT", side, "LIMIT", 1_000_000, 40_000 * 10**8))


def test_every_stream_of_a_removed_symbol_survives_it(serve: Any) -> None:
    venue = serve("binance")
    names = ["trade", "aggTrade", "bookTicker", "depth5", "depth", "kline_1m", "avgPrice", "miniTicker", "ticker"]
    path = "/stream?streams=" + "/".join(f"btcusdt@{name}" for name in names) + "/ethusdt@avgPrice/!miniTicker@arr"
    with RawWebSocket(venue.stream, path) as client:
        ask(client, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
        venue.remove_symbol("BTCUSDT")
        order(WORLDS["binance"], venue)
        ask(client, {"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": 2})
        seen: set[str] = set()
        end: float = time.monotonic() + 10
        while "ethusdt@avgPrice" not in seen and time.monotonic() < end:
            ask(client, {"method": "UNSUBSCRIBE", "params": ["ethusdt@avgPrice"], "id": 3})
            client.send(json.dumps({"method": "SUBSCRIBE", "params": ["ethusdt@avgPrice"], "id": 4}))
            seen.add(json.loads(client.text()).get("stream", ""))
            time.sleep(0.5)             # five messages a second are allowed
            seen.update(_waiting(client))
        assert "ethusdt@avgPrice" in seen


def _waiting(client: RawWebSocket) -> set[str]:
    seen: set[str] = set()
    try:
        while True:
            seen.add(json.loads(client.text(0.7)).get("stream", ""))
    except TimeoutError:
        return seen


def test_a_symbol_halted(venue: MockExchange, world: World, way: str) -> None:
    does(
        way, venue, "symbol", {"symbol": "BTCUSDT", "status": "HALT"},
        lambda: venue.set_symbol_status("BTCUSDT", "HALT"),
    )
    assert not world.accepted(order(world, venue).json)
    assert venue.state()["symbols"]["BTCUSDT"]["status"] == "HALT"
    venue.set_symbol_status("BTCUSDT", "TRADING")
    assert world.accepted(order(world, venue).json)


# bans

@pytest.mark.parametrize("status", [418, 429])
def test_a_ban(serve: Any, way: str, status: int) -> None:
    venue, world = serve("binance"), WORLDS["binance"]
    does(way, venue, "ban", {"ms": 60_000, "status": status}, lambda: venue.ban(60_000, status))
    for answer in (order(world, venue), call(venue, world.symbols)):
        assert (answer.status, answer.json["code"]) == (status, -1003)
        assert 50 <= int(answer.headers["retry-after"]) <= 60
    assert placed(venue) == 0
    assert parse(RawWebSocket(venue.stream, BINANCE_API).head.encode() + b"\r\n\r\n").status == status
    row = faults_seen(venue)[-1]
    assert (row["action"], row["ms"], row["status"]) == ("ban", 60_000, status)
    does(way, venue, "ban", {"ms": 0}, lambda: venue.ban(0))
    assert world.accepted(order(world, venue).json)


def test_a_ban_ends_by_itself(serve: Any) -> None:
    venue, world = serve("binance"), WORLDS["binance"]
    venue.ban(300)
    assert call(venue, world.symbols).status == 418
    until(lambda: call(venue, world.symbols).status == 200)


def test_a_ban_on_an_open_connection(serve: Any) -> None:
    venue = serve("binance")
    with RawWebSocket(venue.stream, BINANCE_API) as client:
        venue.ban(60_000)
        answer = ask(client, {"id": 1, "method": "time"})
        assert answer["status"] == 418 and answer["error"]["data"]["retryAfter"] > answer["error"]["data"]["serverTime"]
        assert client.frame().opcode == CLOSE


@pytest.mark.parametrize("dialect", ["hashex", "qte"])
def test_no_ban_without_rate_limits(serve: Any, dialect: str) -> None:
    venue = serve(dialect)
    with pytest.raises(ValueError, match="ban: the dialect .*" + dialect):
        venue.ban(1000)
    venue.faults.add(match="*", stage="before_engine", action="status", status=429, headers={"Retry-After": 1}, times=0)
    assert order(WORLDS[dialect], venue).status == 429


# restarts

@pytest.mark.parametrize("keep", [True, False])
def test_restart_over_the_control_api(venue: MockExchange, world: World, keep: bool) -> None:
    order(world, venue)
    base = venue.rest
    answer = post(venue, "restart", {"keep_state": keep, "down_ms": 400})
    assert (answer.status, answer.json) == (200, {})
    until(lambda: not _answers(venue))
    until(lambda: _answers(venue))
    assert venue.rest == base
    assert venue.state()["accounts"]["mock-key"]["open_orders"] == (1 if keep else 0)


def _answers(venue: MockExchange) -> bool:
    try:
        return call(venue, Http("GET", "/_mock/state", {}), 1.0).status == 200
    except OSError:
        return False


def test_stop_while_a_restart_waits(venue: MockExchange, world: World) -> None:
    post(venue, "restart", {"down_ms": 60_000})
    start: float = time.monotonic()
    venue.stop()
    assert time.monotonic() - start < 5
    venue.start()
    assert _answers(venue)


# the clock

def test_the_clock_steps_in_mid_session(serve: Any) -> None:
    venue, world = serve("binance"), WORLDS["binance"]
    assert world.accepted(order(world, venue).json)
    venue.clock(20_000)
    assert order(world, venue).json["code"] == -1021            # the client's stamp is too old
    post(venue, "clock", {"offset_ms": -20_000})
    assert order(world, venue).json["code"] == -1021            # and now it is in the future
    venue.clock(0)
    assert world.accepted(order(world, venue).json)
    assert call(venue, binance_call("GET", "/api/v3/account", {}, "mock-key")).status == 200


@pytest.mark.parametrize("path, data, words", [
    ("key", {"key": "nobody", "revoked": True}, "key.*nobody"),
    ("key", {"key": "mock-key"}, "revoked"),
    ("key", {"key": "mock-key", "revoked": 1}, "revoked.*1"),
    ("symbol", {"symbol": "NONE", "removed": True}, "symbol.*NONE"),
    ("symbol", {"symbol": "BTCUSDT", "removed": False}, "BTCUSDT.*not been removed"),
    ("symbol", {"symbol": "BTCUSDT", "removed": "yes"}, "removed.*yes"),
    ("symbol", {"symbol": "BTCUSDT", "status": "ASLEEP"}, "status.*ASLEEP"),
    ("symbol", {"symbol": "BTCUSDT"}, "status"),
    ("ban", {}, "ms"),
    ("ban", {"ms": 5, "status": 500}, "status.*500"),
    ("restart", {"down_ms": -1}, "down_ms.*-1"),
    ("restart", {"keep_state": 0}, "keep_state.*0"),
    ("restart", {"now": 1}, "now"),
])
def test_what_is_wrong_is_named(serve: Any, path: str, data: Any, words: str) -> None:
    import re

    answer = post(serve("binance"), path, data)
    assert answer.status == 400 and re.search(words, answer.json["error"]), answer


def test_the_last_symbol_stays(serve: Any) -> None:
    venue = serve("qte")
    symbols = list(venue.state()["symbols"])
    for symbol in symbols[1:]:
        venue.remove_symbol(symbol)
    with pytest.raises(ValueError, match=symbols[0]):
        venue.remove_symbol(symbols[0])
