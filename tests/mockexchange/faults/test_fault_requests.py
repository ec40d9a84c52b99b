"""What faults do to requests over a websocket: Binance's WebSocket API and market streams, HashEx's socket."""

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from fault_worlds import (
    BINANCE_API,
    HASHEX_SOCKET,
    binance_params,
    faults_seen,
    placed,
)
from raw_websocket import CLOSE, RawWebSocket
from waiting import until

from mockexchange import MockExchange


class Request(NamedTuple):
    """``send`` sends one, ``done(venue)`` tells whether the venue has done it, ``good(message)`` its usual answer."""

    dialect: str
    label: str
    path: str
    send: Callable[[RawWebSocket], None]
    good: Callable[[bytes], bool]
    has_words: bool                     # whether a fault's answer is put into the dialect's own envelope


def _send_order(client: RawWebSocket) -> None:
    values = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "39000"}
    client.send(json.dumps({"id": 5, "method": "order.place", "params": binance_params(values, "mock-key")}))


def _send_subscribe(client: RawWebSocket) -> None:
    client.send(json.dumps({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 5}))


def _send_sub(client: RawWebSocket) -> None:
    client.send(json.dumps({"sub": "subStats"}))


REQUESTS: dict[str, Request] = {
    "binance-api": Request(
        "binance", "WS order.place", BINANCE_API, _send_order, lambda text: b'"status":200' in text, True
    ),
    "binance-stream": Request(
        "binance", "WS SUBSCRIBE", "/ws", _send_subscribe, lambda text: text == b'{"result":null,"id":5}', True
    ),
    "hashex": Request("hashex", "WS subStats", HASHEX_SOCKET, _send_sub, lambda text: text == b"succeed", False),
}
STAGES: tuple[str, ...] = ("before_engine", "after_engine", "on_reply")


@pytest.fixture(params=list(REQUESTS))
def request_(request: pytest.FixtureRequest) -> Request:
    return REQUESTS[request.param]


@pytest.fixture
def venue(request_: Request, serve: Any) -> MockExchange:
    found: MockExchange = serve(request_.dialect)
    return found


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def answer(client: RawWebSocket, timeout: float = 10.0) -> bytes:
    """The next message that is no push."""
    while (text := client.text(timeout)).startswith(b'{"resType"'):
        pass
    return text


def bitten(venue: MockExchange) -> None:
    until(lambda: venue.faults.list()[0]["bitten"])


def check_done(venue: MockExchange, request: Request, stage: str) -> None:
    if request.label == "WS order.place":
        assert placed(venue) == (stage != "before_engine")


def test_hang_holds_no_other_request(venue: MockExchange, request_: Request, stage: str) -> None:
    with RawWebSocket(venue.stream, request_.path) as client:
        venue.faults.add(match=request_.label, stage=stage, action="hang")
        request_.send(client)
        bitten(venue)
        check_done(venue, request_, stage)
        with pytest.raises(TimeoutError):
            answer(client, 0.2)
        request_.send(client)
        assert request_.good(answer(client))


def test_reset(venue: MockExchange, request_: Request, stage: str) -> None:
    with RawWebSocket(venue.stream, request_.path) as client:
        venue.faults.add(match=request_.label, stage=stage, action="reset")
        request_.send(client)
        with pytest.raises(ConnectionResetError):
            while True:
                client.frame()
        check_done(venue, request_, stage)


@pytest.mark.parametrize("code", [None, 1001])
def test_close(venue: MockExchange, request_: Request, stage: str, code: int | None) -> None:
    with RawWebSocket(venue.stream, request_.path) as client:
        venue.faults.add(match=request_.label, stage=stage, action="close", **({"code": code} if code else {}))
        request_.send(client)
        codes: list[bytes] = []
        with pytest.raises(EOFError):
            while True:
                if (frame := client.frame()).opcode == CLOSE:
                    codes.append(frame.payload)
        assert codes == ([code.to_bytes(2, "big")] if code else [])
        check_done(venue, request_, stage)


def test_delay(venue: MockExchange, request_: Request, stage: str) -> None:
    with RawWebSocket(venue.stream, request_.path) as client:
        venue.faults.add(match=request_.label, stage=stage, action="delay", ms=600)
        start: float = time.monotonic()
        request_.send(client)
        bitten(venue)
        check_done(venue, request_, stage)
        assert request_.good(answer(client)) and time.monotonic() - start >= 0.59


def test_status(venue: MockExchange, request_: Request, stage: str) -> None:
    with RawWebSocket(venue.stream, request_.path) as client:
        venue.faults.add(match=request_.label, stage=stage, action="status", status=503, body={"code": -1008, "msg": "busy"})
        request_.send(client)
        message = json.loads(answer(client))
        check_done(venue, request_, stage)
        if request_.path == BINANCE_API:
            assert message == {"id": 5, "status": 503, "error": {"code": -1008, "msg": "busy"}}
        else:
            assert message == {"code": -1008, "msg": "busy", **({"id": 5} if request_.has_words else {})}


def test_body(venue: MockExchange, request_: Request) -> None:
    with RawWebSocket(venue.stream, request_.path) as client:
        venue.faults.add(match=request_.label, stage="on_reply", action="body", body="{half")
        request_.send(client)
        assert answer(client) == b"{half"
        venue.faults.add(match=request_.label, stage="on_reply", action="body", set={"id": [1], "extra": 2})
        request_.send(client)
        text = answer(client)
        if request_.dialect == "binance":
            message = json.loads(text)
            assert (message["id"], message["extra"]) == ([1], 2)
        else:
            assert text == b"succeed"           # no JSON: cannot be edited, stays as it is


def test_truncate(venue: MockExchange, request_: Request) -> None:
    with RawWebSocket(venue.stream, request_.path) as client:
        venue.faults.add(match=request_.label, stage="on_reply", action="truncate", bytes=3)
        request_.send(client)
        assert len(answer(client)) == 3
        request_.send(client)
        assert request_.good(answer(client))
        venue.faults.add(match=request_.label, stage="on_reply", action="truncate", bytes=3, close=True)
        request_.send(client)
        with pytest.raises(EOFError) as ended:
            while True:
                client.frame()
        assert len(ended.value.args[0]) == 3
    rows = faults_seen(venue)
    assert [(row["label"], row["action"]) for row in rows] == [(request_.label, "truncate")] * 2


def test_an_armed_fault_changes_nothing_else(venue: MockExchange, request_: Request) -> None:
    """HashEx says "succeed" before the first push, also while something else waits to be bitten."""
    venue.faults.add(match="never", stage="on_reply", action="hang")
    with RawWebSocket(venue.stream, request_.path) as client:
        request_.send(client)
        assert request_.good(client.text())


def test_heartbeat_of_hashex(serve: Any) -> None:
    venue = serve("hashex")
    venue.faults.add(match="WS ping", stage="on_reply", action="hang")
    with RawWebSocket(venue.stream, HASHEX_SOCKET) as client:
        client.send("ping")
        bitten(venue)
        client.send("ping")
        assert client.text() == b"pong"
        with pytest.raises(TimeoutError):
            client.text(0.1)


def _send_delayed(venue: MockExchange) -> RawWebSocket:
    client = RawWebSocket(venue.stream, BINANCE_API)
    venue.faults.add(match="WS order.place", stage="before_engine", action="delay", ms=500)
    _send_order(client)
    bitten(venue)
    return client


def test_what_is_held_back_dies_with_the_server(serve: Any) -> None:
    venue = serve("binance")
    with _send_delayed(venue):
        venue.restart(keep_state=True)
    with pytest.raises(AssertionError):
        until(lambda: placed(venue), 0.8)


def test_what_is_held_back_outlives_its_client(serve: Any) -> None:
    venue = serve("binance")
    with _send_delayed(venue):
        pass
    until(lambda: placed(venue))


def test_a_subscription_does_not_outlive_its_client(serve: Any) -> None:
    venue = serve("binance")
    listeners: int = venue.state()["listeners"]
    venue.faults.add(match="WS userDataStream.*", stage="before_engine", action="delay", ms=200)
    venue.faults.add(match="WS userDataStream.*", stage="after_engine", action="delay", ms=0)
    with RawWebSocket(venue.stream, BINANCE_API) as client:
        request = {"id": 1, "method": "userDataStream.subscribe.signature", "params": binance_params({}, "mock-key")}
        client.send(json.dumps(request))
        bitten(venue)
    until(lambda: venue.faults.list()[1]["bitten"])
    assert venue.state()["listeners"] == listeners
