"""What Binance does to a client over hours and days, in an advance of the venue's clock."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from binance_rest import Rest
from stream_client import Stream
from websockets import ConnectionClosed

from mockexchange import MockExchange
from mockexchange.dialects.binance import BinanceDialect
from mockexchange.dialects.binance.limits import LimitSettings

NOON: int = 1_700_049_600_000           # 2023-11-15 12:00 UTC, in ms
SECOND: int = 1_000
MINUTE: int = 60 * SECOND
HOUR: int = 60 * MINUTE
DAY: int = 24 * HOUR


class Client(Rest):
    """A client whose clock is the venue's, as one that has asked for the time has it."""

    def __init__(self, venue: MockExchange) -> None:
        super().__init__(venue.rest)
        self.venue: MockExchange = venue

    def sign(self, params: dict[str, Any]) -> str:
        return super().sign({"timestamp": self.venue.state()["now"], **params})


@pytest.fixture
def limits() -> LimitSettings:
    return LimitSettings()


@pytest.fixture
def still(limits: LimitSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MockExchange]:
    monkeypatch.setattr(BinanceDialect, "default_limits", limits)
    with MockExchange("binance", feed="none", seed=7, clock=f"manual={NOON}") as running:
        yield running


@pytest.fixture
def client(still: MockExchange) -> Iterator[Client]:
    one = Client(still)
    yield one
    one.connection.close()


def meanwhile(venue: MockExchange, ms: int) -> threading.Thread:
    """Advance while the test goes on reading."""
    thread = threading.Thread(target=venue.advance, args=(ms,))
    thread.start()
    return thread


def ends(stream: Stream) -> tuple[list[Any], int]:
    """Everything up to the end of the connection, and the code it was closed with."""
    heard: list[Any] = []
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            heard.append(stream.next())
    assert closed.value.rcvd is not None
    return heard, closed.value.rcvd.code


@pytest.mark.parametrize("path, shut", [
    ("/ws/btcusdt@trade", {"e": "serverShutdown", "E": NOON + DAY - 10 * MINUTE}),
    ("/stream?streams=btcusdt@trade",
     {"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": NOON + DAY - 10 * MINUTE}}),
    ("/ws-api/v3", {"event": {"e": "serverShutdown", "E": NOON + DAY - 10 * MINUTE}}),
])
def test_a_connection_ends_after_a_day_and_is_told_before(still: MockExchange, path: str, shut: Any) -> None:
    """web-socket-streams.md, "General WSS information": valid for 24 hours, serverShutdown, ping frames every 20 seconds."""
    with Stream(still.stream, path) as stream:
        thread = meanwhile(still, DAY - 1)
        assert stream.next() == shut
        thread.join()
        assert stream.connection.ping().wait(5), "a millisecond before its time the connection lives"
        still.advance(1)
        assert ends(stream) == ([], 1001 if "ws-api" not in path else 1008)
    with Stream(still.stream, path):
        pass


def test_who_answers_no_ping_is_dropped_in_venue_time(still: MockExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockexchange.transport.manual_clock.PATIENCE", 0.05)
    with Stream(still.stream, "/ws/btcusdt@trade") as good, Stream(still.stream, "/ws/btcusdt@trade") as bad:
        monkeypatch.setattr(bad.connection.protocol, "data_to_send", lambda: [])
        still.advance(79 * SECOND)
        assert bad.connection.close_code is None
        still.advance(SECOND)
        assert ends(bad)[1] == 1008
        assert good.connection.ping().wait(5)


@pytest.mark.parametrize("limits", [LimitSettings(request_weight_1m=60, ban_after=2)])
def test_banned_and_free_again(still: MockExchange, client: Client) -> None:
    for _ in range(3):
        assert client.get("exchangeInfo").status == 200
    refused = client.get("ping")
    assert refused.error[:2] == (429, -1003) and refused.headers["retry-after"] == "60"
    assert client.get("ping").status == 429
    banned = client.get("ping")
    assert banned.error[:2] == (418, -1003) and banned.headers["retry-after"] == "120"
    still.advance(120 * SECOND - 1)
    assert client.get("ping").headers["retry-after"] == "1"
    still.advance(1)
    assert client.get("ping").headers["x-mbx-used-weight-1m"] == "1"


@pytest.mark.parametrize("limits", [LimitSettings(orders_10s=2)])
def test_windows_of_orders_end(still: MockExchange, client: Client) -> None:
    assert [client.order(price="39000").status for _ in range(3)] == [200, 200, 429]
    still.advance(10 * SECOND)
    placed = client.order(price="39000")
    assert (placed.headers["x-mbx-order-count-10s"], placed.headers["x-mbx-order-count-1d"]) == ("1", "3")
    still.advance(12 * HOUR)
    assert client.order(price="39000").headers["x-mbx-order-count-1d"] == "1", "it is another day"


def test_a_request_of_yesterday_is_outside_of_its_window(still: MockExchange, client: Client) -> None:
    signed = {"timestamp": NOON, "symbol": "BTCUSDT"}
    assert client.signed("GET", "openOrders", **signed).status == 200
    still.advance(5 * SECOND)
    assert client.signed("GET", "openOrders", **signed).status == 200
    still.advance(1)
    assert client.signed("GET", "openOrders", **signed).error == (
        400, -1021, "Timestamp for this request is outside of the recvWindow.",
    )
    assert client.signed("GET", "openOrders", **signed, recvWindow=60_000).status == 200


def test_messages_a_second(still: MockExchange) -> None:
    """web-socket-streams.md, "WebSocket Limits": 5 a second, of the venue's clock too."""
    with Stream(still.stream) as stream:
        for _ in range(3):
            for _ in range(5):
                stream.ask("LIST_SUBSCRIPTIONS")
            still.advance(SECOND)


def test_the_archive(still: MockExchange, client: Client) -> None:
    """errors.md: -2026 ORDER_ARCHIVED."""
    kept = client.order(price="39000").json["orderId"]
    gone = client.order(price="39000", newClientOrderId="gone").json["orderId"]
    partly = client.order(side="BUY", price="41000", quantity="0.02").json["orderId"]
    assert client.order(side="SELL", price="41000", quantity="0.01", selfTradePreventionMode="NONE").status == 200
    for order_id in (gone, partly):
        assert client.signed("DELETE", "order", symbol="BTCUSDT", orderId=order_id).json["status"] == "CANCELED"
    still.advance(90 * DAY)
    assert client.signed("GET", "order", symbol="BTCUSDT", orderId=gone).json["status"] == "CANCELED"
    still.advance(1)
    for name in ({"orderId": gone}, {"origClientOrderId": "gone"}):
        assert client.signed("GET", "order", symbol="BTCUSDT", **name).error == (
            400, -2026, "Order was canceled or expired with no executed qty over 90 days ago and has been archived.",
        )
    for order_id in (kept, partly):
        assert client.signed("GET", "order", symbol="BTCUSDT", orderId=order_id).status == 200
    rows = client.signed("GET", "allOrders", symbol="BTCUSDT").json
    assert [row["orderId"] for row in rows][:2] == [kept, partly] and gone not in [row["orderId"] for row in rows]


def test_bars_close_at_their_time(still: MockExchange, client: Client) -> None:
    client.order(side="SELL", price="40000", quantity="0.5")
    with Stream(still.stream, "/ws/btcusdt@kline_1m") as stream:
        client.order(side="BUY", price="40000", quantity="0.5", selfTradePreventionMode="NONE")
        still.advance(MINUTE)
        closed = stream.until(lambda message: message["k"]["x"])
        assert (closed["k"]["t"], closed["k"]["T"]) == (NOON, NOON + MINUTE - 1)
        assert closed["E"] == NOON + MINUTE and closed["k"]["v"] == "0.50000000"


def test_streams_keep_their_pace(still: MockExchange, client: Client) -> None:
    with Stream(still.stream, "/ws/btcusdt@depth@100ms") as fast, Stream(still.stream, "/ws/btcusdt@depth") as slow:
        client.order(price="39000")
        still.advance(100)
        assert fast.next()["E"] == NOON + 100
        still.advance(900)
        assert slow.next()["E"] == NOON + 1000


def test_the_same_commands_make_the_same_world() -> None:
    def world() -> tuple[Any, str, str]:
        with MockExchange("binance", seed=7, clock=f"manual={NOON}") as venue:
            client = Client(venue)
            for number in range(12):
                last = float(client.get("ticker/price", symbol="BTCUSDT").json["price"])
                side, price = ("BUY", last * 0.9995) if number % 2 else ("SELL", last * 1.0005)
                client.order(side=side, price=f"{price:.2f}")
                client.order(type="MARKET", timeInForce=None)
                venue.advance(1 + 7_919 * number)
            trades: str = client.get("trades", symbol="BTCUSDT", limit=1000).text
            bars: str = client.get("klines", symbol="BTCUSDT", interval="1m").text
            client.connection.close()
            return venue.journal(), trades, bars

    first, second = world(), world()
    assert first == second
    assert any(row["kind"] == "fill" and row["maker"] for row in first[0]), "the market has moved"


def test_each_step_of_the_market_has_its_own_time() -> None:
    with MockExchange("binance", seed=7, clock=f"manual={NOON}") as venue:
        stamps: list[int] = []
        venue.run(lambda each: each.listen(lambda events: stamps.append(each.now())))
        venue.advance(20 * SECOND)
        assert stamps == sorted(stamps) and len(set(stamps)) > 50
        assert NOON * 1000 < stamps[0] and stamps[-1] <= (NOON + 20 * SECOND) * 1000
