"""What faults do at the moment of connecting: to a TCP connection, and to a websocket's handshake."""

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from fault_worlds import (
    SOURCES,
    WORLDS,
    Client,
    Http,
    Source,
    World,
    call,
    faults_seen,
    is_quiet,
    numbers,
    parse,
    trigger,
)
from raw_websocket import RawWebSocket, dial
from waiting import until

from mockexchange import MockExchange

STATE: Http = Http("GET", "/_mock/state", {})


def arm(venue: MockExchange, action: str, **fields: Any) -> None:
    venue.faults.add(match="ACCEPT http", stage="on_accept", action=action, **fields)


def plain(venue: MockExchange) -> socket.socket:
    """A connection that says nothing."""
    return dial(venue.rest, 5)


def test_hang(venue: MockExchange, world: World) -> None:
    arm(venue, "hang")
    with Client(venue.rest, 0.3) as client:
        client.send(world.symbols)
        with pytest.raises(TimeoutError):
            client.read()
    assert call(venue, world.symbols).status == 200
    row, = faults_seen(venue)
    assert (row["label"], row["stage"]) == ("ACCEPT http", "on_accept")


@pytest.mark.parametrize("talks", [True, False])
def test_reset(venue: MockExchange, world: World, talks: bool) -> None:
    arm(venue, "reset")
    with plain(venue) as client:
        if talks:
            client.sendall(world.symbols.render("x"))
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert call(venue, world.symbols).status == 200


@pytest.mark.parametrize("talks", [True, False])
def test_close(venue: MockExchange, world: World, talks: bool) -> None:
    arm(venue, "close")
    with plain(venue) as client:
        if talks:
            client.sendall(world.symbols.render("x"))
        assert client.recv(1) == b""


def test_delay(venue: MockExchange, world: World) -> None:
    arm(venue, "delay", ms=300)
    start: float = time.monotonic()
    assert call(venue, world.symbols).status == 200 and time.monotonic() - start >= 0.29


def test_status(venue: MockExchange, world: World) -> None:
    arm(venue, "status", status=503, body="<html>busy</html>", headers={"Retry-After": 3})
    answer = call(venue, world.symbols)
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"<html>busy</html>", "3")
    assert answer.headers["content-type"] == "text/html"


def test_silence_of_a_plain_connection_is_a_hang(venue: MockExchange, world: World) -> None:
    arm(venue, "silence")
    with Client(venue.rest, 0.2) as client:
        client.send(world.symbols)
        with pytest.raises(TimeoutError):
            client.read()


def test_the_control_api_is_spared(venue: MockExchange, world: World) -> None:
    arm(venue, "reset", times="always")
    assert call(venue, STATE).json["faults"][0]["bitten"] == 0
    with Client(venue.rest) as client, pytest.raises(ConnectionResetError):
        client.send(world.symbols)
        client.read()
    assert call(venue, Http("DELETE", "/_mock/faults", {})).status == 200
    assert call(venue, world.symbols).status == 200


def test_a_slow_client_is_let_through_as_it_is(venue: MockExchange, world: World) -> None:
    venue.faults.add(match="ACCEPT nobody", stage="on_accept", action="reset")
    request = world.symbols.render(urlsplit(venue.rest).netloc)
    with Client(venue.rest) as client:
        for part in (request[:20], request[20:]):
            client.socket.sendall(part)
            time.sleep(0.1)             # the gate's patience is 50 ms
        assert parse(client.read()).status == 200


def test_one_that_waits_dies_with_the_server(venue: MockExchange, world: World) -> None:
    arm(venue, "hang")
    with Client(venue.rest) as client:
        client.send(world.symbols)
        until(lambda: faults_seen(venue))
        venue.restart(keep_state=True)
        if world.tls:
            with pytest.raises(ConnectionResetError):       # TLS without a goodbye
                client.read()
        else:
            assert client.read() == b""
    assert call(venue, world.symbols).status == 200


# websocket handshakes: every path is a label of its own

def arm_ws(venue: MockExchange, source: Source, action: str, **fields: Any) -> None:
    venue.faults.add(match=f"ACCEPT ws {source.ws_path}", stage="on_accept", action=action, **fields)


def test_ws_hang(venue: MockExchange, source: Source) -> None:
    arm_ws(venue, source, "hang")
    with pytest.raises(TimeoutError):
        RawWebSocket(venue.stream, source.ws_path, timeout=0.3)
    with source.open(venue):
        pass


def test_ws_reset(venue: MockExchange, source: Source) -> None:
    arm_ws(venue, source, "reset")
    with pytest.raises(ConnectionResetError):
        RawWebSocket(venue.stream, source.ws_path)
    row, = faults_seen(venue)
    assert row["label"] == f"ACCEPT ws {source.ws_path}"


def test_ws_close(venue: MockExchange, source: Source) -> None:
    arm_ws(venue, source, "close")
    with pytest.raises(EOFError):
        RawWebSocket(venue.stream, source.ws_path)


def test_ws_delay(venue: MockExchange, source: Source) -> None:
    arm_ws(venue, source, "delay", ms=300)
    start: float = time.monotonic()
    with RawWebSocket(venue.stream, source.ws_path) as client:
        assert client.status == 101 and time.monotonic() - start >= 0.29


def test_ws_status(venue: MockExchange, source: Source) -> None:
    arm_ws(venue, source, "status", status=429, headers={"Retry-After": 9})
    with RawWebSocket(venue.stream, source.ws_path) as client:
        assert client.status == 429 and "Retry-After: 9" in client.head


def test_ws_silent_from_the_start(venue: MockExchange, source: Source) -> None:
    arm_ws(venue, source, "silence", ms=1500)
    start: float = time.monotonic()
    with source.open(venue) as client:
        trigger(source, venue, 1)
        assert is_quiet(source, client, 0.2) and client.pong()
        until(lambda: time.monotonic() - start > 1.7)
        trigger(source, venue, 2)
        assert numbers(source, client, 1) == [2]


def test_ws_half_open_from_the_start(venue: MockExchange, source: Source) -> None:
    arm_ws(venue, source, "silence", pings=False)
    with RawWebSocket(venue.stream, source.ws_path) as client:
        assert client.status == 101 and not client.pong()
    with source.open(venue):
        pass


def test_a_handshake_is_no_plain_connection(serve: Any) -> None:
    venue = serve("binance")
    arm(venue, "reset", times=0)
    with SOURCES["binance-raw"].open(venue) as client:
        venue.faults.clear()
        venue.faults.add(match="ACCEPT ws *", stage="on_accept", action="reset", times=0)
        assert call(venue, WORLDS["binance"].symbols).status == 200
        trigger(SOURCES["binance-raw"], venue, 1)
        assert numbers(SOURCES["binance-raw"], client, 1) == [1]
