"""Market data connections (web-socket-streams.md): ways in, control messages, limits, shutdown, replay."""

import asyncio
import csv
import urllib.error
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from binance_rest import Rest
from stream_client import DEADLINE, Stream
from websockets import ConnectionClosed

from mockexchange import MockExchange
from mockexchange.dialects.binance import streams
from mockexchange.dialects.binance.streams import DRAIN_ABOVE, Connection, MarketStreams
from mockexchange.server.venue import Venue

RECORDING: Path = Path(__file__).resolve().parents[4] / "shared" / "data" / "BTCUSDT-trades-2021-01-08.csv"

Market = Callable[..., None]


@pytest.fixture
def trade_once(market: Market, rest: Rest) -> Callable[[], None]:
    """One public trade, between two accounts."""

    def trade() -> None:
        market(("SELL", "40000", "0.5"))
        assert rest.order(side="BUY", price="40000", quantity="0.5").status == 200

    return trade


@pytest.mark.parametrize("path", ["/", "", "/ws", "/ws/"])
def test_raw_connection(venue: MockExchange, trade_once: Callable[[], None], path: str) -> None:
    with Stream(venue.stream, path) as stream:
        assert stream.ask("GET_PROPERTY", "combined") is False
        assert stream.ask("SUBSCRIBE", "btcusdt@trade") is None
        trade_once()
        assert list(stream.next()) == ["e", "E", "s", "t", "p", "q", "T", "m", "M"]


def test_streams_in_the_path(venue: MockExchange, trade_once: Callable[[], None]) -> None:
    with Stream(venue.stream, "/ws/btcusdt@trade/btcusdt@aggTrade") as stream:
        assert stream.ask("LIST_SUBSCRIPTIONS") == ["btcusdt@trade", "btcusdt@aggTrade"]
        trade_once()
        assert {stream.next()["e"], stream.next()["e"]} == {"trade", "aggTrade"}


@pytest.mark.parametrize("path", ["/stream", "/stream/"])
def test_combined_connection(venue: MockExchange, trade_once: Callable[[], None], path: str) -> None:
    with Stream(venue.stream, path) as stream:
        assert stream.ask("GET_PROPERTY", "combined") is True
        stream.ask("SUBSCRIBE", "btcusdt@trade")
        trade_once()
        message = stream.next()
        assert list(message) == ["stream", "data"] and message["stream"] == "btcusdt@trade"


def test_streams_in_the_query_where_plus_is_plus(venue: MockExchange) -> None:
    names = ["btcusdt@trade", "btcusdt@kline_1d@+08:00", "!miniTicker@arr"]
    with Stream(venue.stream, "/stream?streams=" + "/".join(names)) as stream:
        assert stream.ask("LIST_SUBSCRIPTIONS") == names
    with Stream(venue.stream, "/stream?streams=" + "/".join(names).replace("+", "%2B")) as stream:
        assert stream.ask("LIST_SUBSCRIPTIONS") == names


@pytest.mark.parametrize("unit", ["MICROSECOND", "microsecond"])
def test_microseconds(venue: MockExchange, trade_once: Callable[[], None], unit: str) -> None:
    with Stream(venue.stream, f"/stream?streams=btcusdt@trade&timeUnit={unit}") as stream:
        with Stream(venue.stream, "/stream?streams=btcusdt@trade") as other:
            trade_once()
            fine, coarse = stream.next()["data"], other.next()["data"]
    assert fine["T"] // 1000 == coarse["T"] and fine["E"] > 10 ** 15


def test_unknown_time_unit_is_named(venue: MockExchange) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(venue.rest + "/ws?timeUnit=NANOSECOND", timeout=DEADLINE)
    assert error.value.code == 400 and b"NANOSECOND" in error.value.read()


def test_set_property_changes_the_form(venue: MockExchange, trade_once: Callable[[], None]) -> None:
    with Stream(venue.stream, "/ws/btcusdt@trade") as stream:
        trade_once()
        assert "e" in stream.next()
        assert stream.ask("SET_PROPERTY", "combined", True) is None
        assert stream.ask("GET_PROPERTY", "combined") is True
        trade_once()
        assert stream.next()["stream"] == "btcusdt@trade"


def test_unsubscribed_is_silent(venue: MockExchange, trade_once: Callable[[], None]) -> None:
    with Stream(venue.stream, "/ws/btcusdt@trade/btcusdt@bookTicker") as stream:
        assert stream.ask("UNSUBSCRIBE", "btcusdt@trade", "never@subscribed") is None
        assert stream.ask("LIST_SUBSCRIPTIONS") == ["btcusdt@bookTicker"]
        trade_once()
        trade_once()
        assert [list(stream.next())[0] for _ in range(3)] == ["u"] * 3


def test_subscribing_twice_is_once(venue: MockExchange, trade_once: Callable[[], None]) -> None:
    with Stream(venue.stream, "/ws/btcusdt@trade/btcusdt@trade") as stream:
        stream.ask("SUBSCRIBE", "btcusdt@trade", "btcusdt@trade")
        trade_once()
        trade_once()
        assert [stream.next()["t"], stream.next()["t"]] == [1, 2]


def test_names_that_stand_for_nothing_are_accepted(venue: MockExchange, trade_once: Callable[[], None]) -> None:
    """Symbols are lower case (General WSS information); the others are no streams."""
    names = ["BTCUSDT@trade", "btcusdt@TRADE", "nosuch@trade", "btcusdt", "", "!bookTicker", "btcusdt@kline_7m", "btcusdt@depth7"]
    with Stream(venue.stream) as stream, Stream(venue.stream, "/ws/btcusdt@trade") as other:
        assert stream.ask("SUBSCRIBE", *names) is None
        assert stream.ask("LIST_SUBSCRIPTIONS") == names
        trade_once()
        assert other.next()["e"] == "trade"
        assert stream.ask("GET_PROPERTY", "combined") is False


@pytest.mark.parametrize("request_id", ["1", "-9223372036854775808", '"93c1a16e-a5e5-4fb9-9d7c-0d5f3f5f5f5f"', '"a1"', "null"])
def test_request_ids(venue: MockExchange, request_id: str) -> None:
    with Stream(venue.stream) as stream:
        stream.connection.send(f'{{"method":"LIST_SUBSCRIPTIONS","id":{request_id}}}')
        assert stream.connection.recv(timeout=DEADLINE) == f'{{"result":[],"id":{request_id}}}'


VARIANTS = "expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"
BAD_ID = {"code": 2, "msg": "Invalid request: request ID must be an unsigned integer"}


# web-socket-streams.md, "Error Messages"
@pytest.mark.parametrize(("sent", "answer"), [
    ('{"method":"SET_PROPERTY","params":["nope",true],"id":5}', {"code": 0, "msg": "Unknown property", "id": 5}),
    ('{"method":"GET_PROPERTY","params":["nope"],"id":6}', {"code": 0, "msg": "Unknown property", "id": 6}),
    ('{"method":"SET_PROPERTY","params":["combined","yes"],"id":1}', {"code": 1, "msg": "Invalid value type: expected Boolean"}),
    ('{"method":"SET_PROPERTY","params":["combined"],"id":1}', {"code": 1, "msg": "Invalid value type: expected Boolean"}),
    ('{"method":"SET_PROPERTY","params":[1,true],"id":1}', {"code": 2, "msg": "Invalid request: property name must be a string"}),
    ('{"method":"GET_PROPERTY","id":1}', {"code": 2, "msg": "Invalid request: property name must be a string"}),
    ('{"method":"LIST_SUBSCRIPTIONS"}', BAD_ID),
    ('{"method":"LIST_SUBSCRIPTIONS","id":1.5}', BAD_ID),
    ('{"method":"LIST_SUBSCRIPTIONS","id":true}', BAD_ID),
    ('{"method":"LIST_SUBSCRIPTIONS","id":9223372036854775808}', BAD_ID),
    ('{"method":"LIST_SUBSCRIPTIONS","id":"' + "a" * 37 + '"}', BAD_ID),
    ('{"method": "SUBSCRIBES", "id": 1}', {"code": 2, "msg": f"Invalid request: unknown variant `SUBSCRIBES`, {VARIANTS} at line 1 column 23"}),
    ('{"method":"GET_PROPERTY","params":["combined",1],"id":1}', {"code": 2, "msg": "Invalid request: too many parameters"}),
    ('{"method":"SET_PROPERTY","params":["combined",true,1],"id":1}', {"code": 2, "msg": "Invalid request: too many parameters"}),
    ('{"method":"LIST_SUBSCRIPTIONS","params":["x"],"id":1}', {"code": 2, "msg": "Invalid request: too many parameters"}),
    ('{"params":["a@trade"],"id":1}', {"code": 2, "msg": "Invalid request: missing field `method` at line 1 column 29"}),
    ("[]", {"code": 2, "msg": "Invalid request: missing field `method` at line 1 column 2"}),
    ("abc", {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}),
    ('{"method":\n x}', {"code": 3, "msg": "Invalid JSON: expected value at line 2 column 2"}),
    ("", {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}),
    ('{"method":"SUBSCRIBE","params":[1],"id":1}', {"code": 2, "msg": "Invalid request: stream name must be a string"}),
])
def test_error_messages(venue: MockExchange, sent: str, answer: dict[str, Any]) -> None:
    with Stream(venue.stream) as stream:
        assert stream.refused(sent) == answer
        assert stream.ask("LIST_SUBSCRIPTIONS") == []


def test_1024_streams_and_not_one_more(venue: MockExchange) -> None:
    with Stream(venue.stream) as stream:
        assert stream.ask("SUBSCRIBE", *(f"s{number}@trade" for number in range(1024))) is None
        answer = stream.refused('{"method":"SUBSCRIBE","params":["one@more"],"id":1}')
        assert answer["code"] == 2 and "1024" in answer["msg"]
        assert len(stream.ask("LIST_SUBSCRIPTIONS")) == 1024


def test_more_than_five_messages_a_second_disconnect(venue: MockExchange) -> None:
    with Stream(venue.stream) as stream:
        for _ in range(6):
            stream.connection.send('{"method":"LIST_SUBSCRIPTIONS","id":1}')
        with pytest.raises(ConnectionClosed):
            for _ in range(6):
                stream.connection.recv(timeout=DEADLINE)


@pytest.mark.parametrize(("path", "is_combined"), [("/ws/btcusdt@trade", False), ("/stream", True)])
def test_server_shutdown_is_announced(path: str, is_combined: bool) -> None:
    with MockExchange("binance", feed="none") as venue:
        stream = Stream(venue.stream, path)
    message = stream.next()
    if is_combined:
        assert message["stream"] == "!serverShutdown"
        message = message["data"]
    assert message["e"] == "serverShutdown" and list(message) == ["e", "E"]
    with pytest.raises(ConnectionClosed) as closed:
        stream.next()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1001


@pytest.mark.skipif(not RECORDING.exists(), reason="the recording is not there")
@pytest.mark.parametrize("path", ["/ws/btcusdt@trade", "/ws"])
def test_replay_at_full_speed_loses_no_trade(path: str) -> None:
    with RECORDING.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with MockExchange("binance", feed=str(RECORDING), speed="max") as venue, Stream(venue.stream, path) as stream:
        if path == "/ws":
            assert stream.ask("SUBSCRIBE", "btcusdt@trade") is None
        for row in rows:
            event = stream.next()
            assert (event["t"], event["T"], event["m"]) == (int(row["id"]), int(row["time"]), row["is_buyer_maker"] == "True")
            assert (Decimal(event["p"]), Decimal(event["q"])) == (Decimal(row["price"]), Decimal(row["qty"]))


class Reader:
    """Stands for a socket with a backlog that shrinks by ``pace`` at every look."""

    def __init__(self, backlog: int, pace: int) -> None:
        self.backlog: int = backlog
        self.pace: int = pace
        self.is_dropped: bool = False

    @property
    def buffered(self) -> int:
        if self.is_dropped:
            return 0
        self.backlog -= self.pace
        return self.backlog

    def drop(self, code: int, reason: bytes) -> None:
        self.is_dropped = True


def drain(monkeypatch: pytest.MonkeyPatch, *readers: Reader) -> None:
    monkeypatch.setattr(streams, "DRAIN_PATIENCE", 0.1)
    served = MarketStreams(Venue("binance", feed="none"))
    served._connections = {Connection(reader, False, 1000) for reader in readers}     # type: ignore[arg-type]
    asyncio.run(asyncio.wait_for(served.drain(), DEADLINE))


def test_a_replay_waits_for_a_slow_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = Reader(DRAIN_ABOVE + 50_000, 300), Reader(100, 0)
    drain(monkeypatch, slow, quick)
    assert slow.backlog <= DRAIN_ABOVE and not slow.is_dropped and not quick.is_dropped


def test_a_replay_drops_a_dead_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    dead, quick = Reader(DRAIN_ABOVE + 1, 0), Reader(100, 0)
    drain(monkeypatch, dead, quick)
    assert dead.is_dropped and not quick.is_dropped


def test_a_connection_lives_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert streams.LIFE == 86_400
    monkeypatch.setattr(streams, "LIFE", 0.05)
    with MockExchange("binance", feed="none") as venue, Stream(venue.stream) as stream, pytest.raises(ConnectionClosed):
        stream.next()
