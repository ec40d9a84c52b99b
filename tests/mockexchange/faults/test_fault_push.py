"""What faults do to pushes, seen in the frames: market data and user data, in every dialect that has a websocket."""

import json
import time
from typing import Any

import pytest
from fault_worlds import (
    SOURCES,
    WORLDS,
    Http,
    Source,
    ask,
    call,
    faults_seen,
    is_quiet,
    numbers,
    order,
    trigger,
    value,
)
from raw_websocket import CLOSE, PING, RawWebSocket
from waiting import until

from mockexchange import MockExchange


def arm(venue: MockExchange, source: Source, action: str, **fields: Any) -> None:
    venue.faults.add(match=source.label, stage="on_push", action=action, **fields)


def several(source: Source, venue: MockExchange, *wanted: int) -> None:
    for number in wanted:
        trigger(source, venue, number)


def test_drop_loses_one_and_the_connection_lives(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "drop", skip=1)
        several(source, venue, 1, 2, 3)
        assert numbers(source, client, 2) == [1, 3] and client.pong()
        row, = faults_seen(venue)
        assert (row["action"], row["label"], row["bitten"]) == ("drop", source.label, 1)
        assert not venue.run(lambda inner: inner.faults.pushes)


def test_each_connection_has_pushes_of_its_own(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as one, source.open(venue) as two:
        arm(venue, source, "drop")
        several(source, venue, 1, 2)
        assert sorted([numbers(source, one, 1)[0], numbers(source, two, 1)[0]]) == [1, 2]


def test_duplicate_at_once_and_later(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "duplicate", copies=3)
        several(source, venue, 1, 2)
        assert numbers(source, client, 4) == [1, 1, 1, 2]
        arm(venue, source, "duplicate", ms=1200)
        several(source, venue, 3, 4)
        assert numbers(source, client, 2) == [3, 4]
        assert is_quiet(source, client, 0.05) and numbers(source, client, 1) == [3]


def test_copies_are_copies(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "duplicate")
        trigger(source, venue, 1)
        messages: list[bytes] = []
        while len(messages) < 2:
            if value(source, message := client.text()) is not None:
                messages.append(message)
        assert messages[0] == messages[1]


def test_flood(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "flood", copies=5000)
        several(source, venue, 1, 2)
        assert numbers(source, client, 5001) == [1] * 5000 + [2]
        arm(venue, source, "flood", copies=50, per_second=100)
        start: float = time.monotonic()
        trigger(source, venue, 3)
        assert numbers(source, client, 50) == [3] * 50 and 0.4 < time.monotonic() - start < 5


def test_reorder_backwards(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "reorder", count=3, ms=10_000)
        several(source, venue, 1, 2)
        assert is_quiet(source, client, 0.1)
        several(source, venue, 3, 4)
        assert numbers(source, client, 4) == [3, 2, 1, 4]
        assert [row["bitten"] for row in faults_seen(venue)] == [1]


def test_reorder_by_the_seed(serve: Any, source: Source) -> None:
    def shuffled() -> list[int]:
        venue = serve(source.dialect)
        with source.open(venue) as client:
            arm(venue, source, "reorder", count=6, order="shuffle", ms=10_000)
            several(source, venue, *range(1, 7))
            return numbers(source, client, 6)

    first = shuffled()
    assert sorted(first) == [1, 2, 3, 4, 5, 6] != first and shuffled() == first


def test_reorder_gives_up_waiting(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "reorder", count=3, ms=1200)
        several(source, venue, 1, 2)
        assert numbers(source, client, 2) == [2, 1]


def test_delay_in_order(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "delay", ms=300)
        start: float = time.monotonic()
        several(source, venue, 1, 2, 3)
        assert numbers(source, client, 1) == [1] and time.monotonic() - start >= 0.29
        assert numbers(source, client, 2) == [2, 3]


def test_delay_overtaken(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "delay", ms=1200, overtake=True)
        several(source, venue, 1, 2, 3)
        assert numbers(source, client, 3) == [2, 3, 1]


def test_body_in_place_and_edited(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "body", body="{not json")
        trigger(source, venue, 1)
        until_text(client, b"{not json")
        arm(venue, source, "body", set={source.path: 12345, "added": None}, remove=["never.there"])
        trigger(source, venue, 2)
        while (message := json.loads(client.text())).get("added", 1) is not None:
            pass
        for step in source.path.split("."):
            message = message[step]
        assert message == 12345


def until_text(client: RawWebSocket, wanted: bytes) -> None:
    while client.text() != wanted:
        pass


def test_truncate_in_a_whole_frame(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "truncate", bytes=5)
        several(source, venue, 1, 2)
        while len(message := client.text()) != 5:
            pass
        assert message.startswith(b"{") and numbers(source, client, 1) == [2]


def test_truncate_within_the_frame(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "truncate", bytes=5, close=True)
        trigger(source, venue, 1)
        data: bytes = client.rest()         # the last frame announces more than the five bytes it has
        head: int = 4 if data[-8] & 0x7F == 126 else 2
        announced: int = int.from_bytes(data[-7:-5], "big") if head == 4 else data[-6] & 0x7F
        assert data[-5:].startswith(b"{") and announced > 5


def test_close_with_and_without_a_close_frame(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "close", code=1012)
        trigger(source, venue, 1)
        while (frame := client.frame()).opcode != CLOSE:
            assert value(source, frame.payload) is None
        assert frame.payload == (1012).to_bytes(2, "big")
        assert client.rest() == b""
    with source.open(venue) as client:
        arm(venue, source, "close")
        trigger(source, venue, 2)
        with pytest.raises(EOFError):
            while True:
                assert client.frame().opcode != CLOSE


def test_reset_is_a_rst(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "reset")
        trigger(source, venue, 1)
        with pytest.raises(ConnectionResetError):
            while True:
                client.frame()


def test_silence_with_live_pings(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client, source.open(venue) as other:
        arm(venue, source, "silence", ms=500)
        trigger(source, venue, 1)
        start: float = time.monotonic()
        heard = numbers(source, other if is_quiet(source, client, 0.1) else client, 1)
        assert heard == [1]                 # one connection is silent, the other is not
        deaf = client if is_quiet(source, client, 0.05) else other
        assert deaf.pong() and is_quiet(source, deaf, 0.1)
        until(lambda: time.monotonic() - start > 0.6)
        trigger(source, venue, 2)
        assert numbers(source, client, 1) == [2]


def test_silence_for_ever_answers_requests(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "silence")
        several(source, venue, 1, 2)
        assert is_quiet(source, client) and client.pong()
        if source.dialect == "hashex":
            client.send("ping")
            assert client.text() == b"pong"
        else:
            assert "id" in ask(client, {"id": 9, "method": "LIST_SUBSCRIPTIONS" if source.is_trade else "ping"})
        venue.faults.clear()
        trigger(source, venue, 3)
        assert numbers(source, client, 1) == [3]


def test_half_open(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        arm(venue, source, "silence", pings=False)
        several(source, venue, 1, 2)
        client.send("ping")
        assert not client.pong()
        with pytest.raises(TimeoutError):
            while True:
                assert value(source, client.text(0.2)) is None      # what left before the silence
        client.send(b"", PING)              # the connection takes what is written, and has no FIN
        venue.faults.clear()
        trigger(source, venue, 3)
        assert numbers(source, client, 1) == [3]


def test_half_open_is_never_closed_by_the_server(serve: Any) -> None:
    source = SOURCES["hashex-user"]
    venue = serve("hashex")
    with source.open(venue) as client:
        venue.set_options(heartbeat_ms=200)
        client.send("ping")                 # the next heartbeat is due within 200 ms
        while client.text() != b"pong":
            pass
        arm(venue, source, "silence", pings=False)
        trigger(source, venue, 1)
        with pytest.raises(TimeoutError):
            while True:
                assert client.frame(0.6).opcode != CLOSE


def test_others_overtake_what_is_held_back(serve: Any) -> None:
    """The account's balance leaves before the order that changed it."""
    source = SOURCES["binance-user"]
    venue = serve("binance")
    with source.open(venue) as client:
        arm(venue, source, "delay", ms=200, overtake=True)
        trigger(source, venue, 1)
        kinds = [json.loads(client.text())["event"]["e"] for _ in range(2)]
        assert kinds == ["outboundAccountPosition", "executionReport"]


@pytest.mark.parametrize("name, match", [("binance-user", "PUSH user *"), ("hashex-user", "PUSH user *")])
def test_a_fill_before_its_order(serve: Any, name: str, match: str) -> None:
    source = SOURCES[name]
    venue = serve(source.dialect)
    world = WORLDS[source.dialect]
    order(world, venue, "1", "40000", "other", "SELL")
    with source.open(venue) as client:
        venue.faults.add(match=match, stage="on_push", action="reorder", count=20, ms=200)
        order(world, venue, "0.01", "40000")
        messages = [json.loads(client.text()) for _ in range(3 if source.dialect == "binance" else 5)]
        if source.dialect == "binance":
            assert [m["event"].get("X") for m in messages] == [None, "FILLED", "NEW"]
        else:
            kinds = [message["resType"] for message in messages]
            assert kinds.index("uTrade") < kinds.index("uOrder")
            assert [message["data"]["state"] for message in messages if message["resType"] == "uOrder"] == [3, 1]


def test_a_skipped_book_update_leaves_a_gap(serve: Any) -> None:
    venue = serve("binance")
    with RawWebSocket(venue.stream, "/ws/btcusdt@depth@100ms") as client:
        until(lambda: venue.state()["listeners"])
        ids: list[tuple[int, int]] = []
        venue.faults.add(match="PUSH btcusdt@depth*", stage="on_push", action="drop", skip=1)
        for number in range(1, 4):
            order(WORLDS["binance"], venue, "0.01", str(39000 + number))
            if number == 2:
                until(lambda: faults_seen(venue))
                continue
            message = json.loads(client.text())
            ids.append((message["U"], message["u"]))
        assert ids[1][0] > ids[0][1] + 1


def test_a_skipped_level_change(serve: Any) -> None:
    venue = serve("hashex")
    with SOURCES["hashex-symbol"].open(venue) as client:
        venue.faults.add(match="PUSH BTC_USDT@qDepth", stage="on_push", action="drop")
        order(WORLDS["hashex"], venue, "0.01", "39001")
        until(lambda: faults_seen(venue))
        order(WORLDS["hashex"], venue, "0.01", "39002")
        while (message := json.loads(client.text()))["resType"] != "qDepth":
            pass
        assert message["data"]["p"] == "39002.00"


def test_faults_of_pushes_leave_requests_alone(venue: MockExchange, source: Source) -> None:
    with source.open(venue) as client:
        venue.faults.add(match="*", stage="on_push", action="drop", times="always")
        several(source, venue, 1, 2)
        assert is_quiet(source, client) and client.pong()
        flags = venue.run(lambda inner: (inner.faults.active, inner.faults.accepts, inner.faults.pushes))
        assert flags == (False, False, True)


# the three ways to arm one

def _is_bitten(venue: MockExchange) -> None:
    source = SOURCES["hashex-user"]
    with source.open(venue) as client:
        several(source, venue, 1, 2)
        assert numbers(source, client, 1) == [2]
    assert [row["label"] for row in faults_seen(venue)] == ["PUSH user uOrder"]


@pytest.mark.parametrize("way", ["control", "python"])
def test_armed_by(serve: Any, way: str) -> None:
    venue = serve("hashex")
    fault = {"match": "PUSH user uOrder", "stage": "on_push", "action": "drop"}
    if way == "control":
        assert call(venue, Http("POST", "/_mock/faults", {}, json.dumps(fault))).json["bitten"] == 0
    else:
        venue.faults.add(**fault)
    _is_bitten(venue)
    assert call(venue, Http("GET", "/_mock/faults", {})).json["faults"][0]["bitten"] == 1


@pytest.mark.mock_exchange("hashex", feed="none")
def test_armed_by_the_fixture(mock_exchange: MockExchange) -> None:
    mock_exchange.faults.add(match="PUSH user uOrder", stage="on_push", action="drop")
    _is_bitten(mock_exchange)
