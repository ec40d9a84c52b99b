"""``/ws``: handshake, what is pushed and when, filters, slow readers, faults (spec 4)."""

import base64
import json
import socket

import pytest
from futu_client import (
    APPLE,
    REAL,
    SIMULATED,
    TENCENT,
    TOKEN,
    Rest,
    fields,
    order_of,
    real,
    s2c_of,
    simulated,
    stream,
)
from websockets.exceptions import ConnectionClosed, InvalidStatus
from waiting import until

from mockexchange import MockExchange
from mockexchange.dialects.futu.quote_pushes import QuotePushes

TICK: int = 150


# the handshake

@pytest.mark.parametrize("options", [{"more_keys": "fc_quotes=qot:read,fc_account=acc:read"}], indirect=True)
def test_the_handshake(venue: MockExchange, rest: Rest) -> None:
    for token, query, status in (("", "", 401), ("fc_no", "", 401), ("", "?token=fc_no", 401), ("fc_account", "", 403)):
        with pytest.raises(InvalidStatus) as refused, stream(venue.stream, token, query):
            pass
        assert refused.value.response.status_code == status
        assert set(json.loads(refused.value.response.body)) == {"error"}
    with stream(venue.stream, "", f"?token={TOKEN}"), stream(venue.stream, "fc_quotes"):
        pass
    assert rest.call("GET", "/ws").error[0] == 400


@pytest.mark.parametrize("options", [{"auth": "open"}], indirect=True)
def test_without_keys_no_token_is_needed(venue: MockExchange) -> None:
    nobody = Rest(venue.rest, "")
    with stream(venue.stream, "") as ws:
        nobody.post("sub-acc-push", acc_id_list=[SIMULATED])
        nobody.buy(100, 290.0)
        assert ws.of(2208)["acc_id"] == SIMULATED


def test_a_revoked_key_ends_its_sockets(venue: MockExchange) -> None:
    with stream(venue.stream) as ws:
        venue.set_key(TOKEN, revoked=True)
        with pytest.raises(ConnectionClosed):
            ws.frame()


# quotes

def test_quotes(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream) as ws:
        assert rest.subscribe(1, 2, 11).s2c == {}
        frame = ws.of(3005)
        assert {name: value for name, value in frame.items() if name != "body_b64"} == {
            "type": "quote", "proto_id": 3005, "sec_key": "1_00700", "sub_type": 1,
        }
        [quote] = s2c_of(frame)[1]
        found = fields(quote)
        assert fields(found[1][0]) == {1: [1], 2: [b"00700"]} and (found[9], found[24]) == ([300.0], [b"TENCENT"])
        book = ws.of(3013)
        s2c = s2c_of(book)
        assert book["sub_type"] == 2 and len(s2c[2]) == len(s2c[3]) == 10
        assert fields(s2c[2][0])[1] > fields(s2c[3][0])[1]
        bar = ws.of(3007)
        assert (bar["sub_type"], bar["rehab_type"]) == (11, 0) and s2c_of(bar)[2] == [1]
        venue.set_price("00700", "301")
        venue.advance(TICK)
        assert fields(s2c_of(ws.of(3005))[1][0])[9] == [301.0]
        ws.of(3013)
        assert fields(s2c_of(ws.of(3007))[4][0])[6] == [301.0]
        venue.advance(TICK)
        assert ws.is_silent(3005, 0.1)


def test_a_quiet_market_costs_no_looks(venue: MockExchange, rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    tick = QuotePushes.tick
    monkeypatch.setattr(QuotePushes, "tick", lambda pushes: looks.append(1) or tick(pushes))
    with stream(venue.stream) as ws:
        rest.subscribe(1, 2, 11)
        venue.advance(3_600_000)
        assert 0 < len(looks) < 1_000               # of 36,000
        venue.set_price("00700", "301.4")
        venue.advance(TICK)
        assert ws.until(lambda frame: frame["proto_id"] == 3005 and fields(s2c_of(frame)[1][0])[9] == [301.4])


def test_trades_one_by_one(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream) as ws:
        rest.subscribe(4)
        rest.buy(300, 303.0)
        volumes = []
        while sum(volumes) < 300:
            frame = ws.of(3011)
            s2c = s2c_of(frame)
            trade = fields(s2c[2][0])
            volumes.append(trade[5][0])
            assert (frame["sub_type"], frame["sec_key"], s2c[3], trade[3]) == (4, "1_00700", [b"TENCENT"], [1])
        assert sum(volumes) == 300


def test_only_what_is_registered_is_pushed(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream) as ws:
        rest.subscribe(1, is_reg_or_un_reg_push=False)
        rest.subscribe(1, is_first_push=False, security=APPLE)
        venue.set_price("00700", "301")
        venue.set_price("AAPL", "201")
        venue.advance(TICK)
        assert ws.of(3005)["sec_key"] == "11_AAPL"
        rest.subscribe(1, is_first_push=False)
        venue.advance(TICK)
        assert ws.is_silent(3005, 0.1)
        venue.set_price("00700", "301.4")
        venue.advance(TICK)
        assert ws.of(3005)["sec_key"] == "1_00700"
        rest.subscribe(1, is_reg_or_un_reg_push=False)
        venue.set_price("00700", "302")
        venue.advance(TICK)
        assert ws.is_silent(3005)


@pytest.mark.parametrize("options", [
    {"quote_push": "subscribed", "frame_key": "event_type", "push_body": "s2c"},
], indirect=True)
def test_frames_of_other_builds(venue: MockExchange, rest: Rest) -> None:
    body = {"security_list": [TENCENT], "sub_type_list": [1], "is_sub_or_un_sub": True}
    with stream(venue.stream) as ws:
        rest.post("subscribe", body)
        frame = ws.of(3005)
        assert frame["event_type"] == "quote" and "type" not in frame
        assert fields(fields(base64.b64decode(frame["body_b64"]))[1][0])[24] == [b"TENCENT"]


# orders and fills

def test_orders_and_fills(venue: MockExchange, rest: Rest) -> None:
    rest.unlock()
    with stream(venue.stream) as ws:
        rest.post("sub-acc-push", acc_id_list=[REAL])
        order = rest.buy(100, 303.0, header=real(), remark="v1")
        new = ws.of(2208)
        assert {name: value for name, value in new.items() if name != "body_b64"} == {
            "type": "trade", "proto_id": 2208, "acc_id": REAL, "trd_market": "HK",
        }
        assert fields(s2c_of(new)[1][0]) == {1: [1], 2: [REAL], 3: [1]}
        row = order_of(new)
        assert (row[1], row[2], row[3], row[4], row[6], row[8], row[9], row[18]) == (1, 1, 5, order, "00700", 100.0, 303.0, "v1")
        filled, fill = order_of(ws.of(2208)), order_of(ws.of(2218))
        assert (filled[3], filled[12]) == (11, 100.0) and filled[17] >= row[17]
        [listed] = rest.post("order-fills", header=real()).s2c["order_fill_list"]
        assert (fill[2], fill[3], fill[4], fill[8], fill[9], fill[16]) == (
            listed["fill_id"], listed["fill_id_ex"], order, 100.0, listed["price"], 0,
        )
        assert rest.row(order, real())["order_status"] == 11


def test_simulated_accounts_push_no_fills(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream) as ws:
        rest.post("sub-acc-push", acc_id_list=[SIMULATED])
        rest.buy(100, 303.0)
        assert [order_of(ws.of(2208))[3] for _ in range(2)] == [5, 11]
        assert ws.is_silent(2218)


def test_the_list_of_accounts_replaces(venue: MockExchange, rest: Rest) -> None:
    rest.unlock()
    with stream(venue.stream) as ws:
        rest.buy(100, 290.0)
        rest.post("sub-acc-push", acc_id_list=[REAL])
        rest.buy(100, 290.0)
        rest.buy(100, 290.0, header=real())
        assert ws.of(2208)["acc_id"] == REAL
        rest.post("sub-acc-push", acc_id_list=[SIMULATED])
        rest.buy(100, 290.0, header=real())
        rest.buy(1, 190.0, "AAPL", header=simulated(2))
        frame = ws.of(2208)
        assert (frame["acc_id"], frame["trd_market"]) == (SIMULATED, "US")


@pytest.mark.parametrize("options, heard", [({"trade_push": "always"}, True), ({"trade_push": "never"}, False)], indirect=["options"])
def test_trade_pushes_of_other_builds(venue: MockExchange, rest: Rest, heard: bool) -> None:
    with stream(venue.stream) as ws:
        if not heard:
            rest.post("sub-acc-push", acc_id_list=[SIMULATED])
        rest.buy(100, 290.0)
        assert ws.is_silent(2208) is not heard


@pytest.mark.parametrize("options", [{"more_keys": "fc_quotes=qot:read"}], indirect=True)
def test_trades_need_acc_read(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream, "fc_quotes") as ws:
        rest.post("sub-acc-push", acc_id_list=[SIMULATED])
        rest.subscribe(1)
        rest.buy(100, 290.0)
        assert ws.of(3005)
        assert ws.is_silent(2208)
    assert "futu_ws_filtered_pushes_total 1" in rest.call("GET", "/metrics").text


@pytest.mark.parametrize("options", [{"submit_ms": 1000, "sim_fills": True}], indirect=True)
def test_statuses_on_the_way(venue: MockExchange, rest: Rest) -> None:
    """Waiting, submitting, submitted, filled: nothing of the fill is told before."""
    with stream(venue.stream) as ws:
        rest.post("sub-acc-push", acc_id_list=[SIMULATED])
        rest.buy(100, 303.0)
        assert (order_of(ws.of(2208))[3], ws.is_silent(2218, 0.1)) == (1, True)
        venue.advance(500)
        assert order_of(ws.of(2208))[3] == 2
        venue.advance(500)
        told = [ws.until(lambda frame: frame["type"] == "trade") for _ in range(3)]
        assert [frame["proto_id"] for frame in told] == [2208, 2208, 2218]
        assert [order_of(frame)[3] for frame in told[:2]] == [5, 11]


@pytest.mark.parametrize("options", [{"cancel_ms": 1000, "refusals": "later"}], indirect=True)
def test_cancels_and_refusals_are_pushed(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream) as ws:
        rest.post("sub-acc-push", acc_id_list=[SIMULATED])
        order = rest.buy(100, 290.0)
        rest.modify(order, 2)
        venue.advance(1000)
        assert [order_of(ws.of(2208))[3] for _ in range(3)] == [5, 13, 15]
        rest.buy(100, 290.1)
        row = order_of(ws.of(2208))
        assert (row[3], row[14]) == (21, "the price is not a multiple of the tick size")


def test_the_link_to_the_back_end(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream) as ws:
        venue.set_options(link="lost")
        frame = ws.of(1003)
        assert frame["type"] == "notify" and s2c_of(frame)[1] == [3] and fields(s2c_of(frame)[4][0]) == {1: [0], 2: [0]}
        venue.set_options(link="up")
        assert fields(s2c_of(ws.of(1003))[4][0]) == {1: [1], 2: [1]}
        rest.subscribe(1)
        assert ws.of(3005)
        venue.set_options(link="silent")
        venue.set_price("00700", "301")
        venue.advance(TICK)
        assert ws.is_silent(3005, 0.1) and rest.call("GET", "/health").error[0] == 503
        venue.set_options(link="up")
        venue.set_price("00700", "302")
        venue.advance(TICK)
        assert ws.frame()["proto_id"] == 3005


def test_what_a_client_sends_means_nothing(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream) as ws:
        ws.connection.send("hello")
        ws.connection.send('{"type":"subscribe"}')
        assert ws.connection.ping().wait(5.0)
        rest.subscribe(1)
        assert ws.of(3005)


def test_a_slow_reader_loses_frames_and_stays(venue: MockExchange, rest: Rest) -> None:
    host, port = venue.stream.removeprefix("ws://").split(":")
    with socket.create_connection((host, int(port)), timeout=5.0) as raw:
        raw.sendall((
            f"GET /ws?token={TOKEN} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode())
        assert b"101" in raw.recv(12)
        rest.subscribe(2, is_first_push=False)
        venue.faults.add(match="PUSH quote 3013 *", stage="on_push", action="flood", copies=12_000)
        with stream(venue.stream) as ws:
            def body(price: str) -> bytes:
                """The book at another price, as the other reader hears of it."""
                venue.set_price("00700", price)
                venue.advance(TICK)
                return str(ws.of(3013)["body_b64"]).encode()

            body("301")
            lost = body("302")
            read = drain(raw)
            assert lost not in read and read.count(b"1_00700") > 1_000
            assert body("303") in drain(raw)


def drain(raw: socket.socket) -> bytes:
    """All that comes until nothing does."""
    found = bytearray()
    raw.settimeout(0.4)
    try:
        while part := raw.recv(1 << 20):
            found += part
    except TimeoutError:
        pass
    return bytes(found)


# faults

def test_pushes_are_edited_before_they_are_encoded(venue: MockExchange, rest: Rest) -> None:
    edits = {"s2c.order.order_status": 99, "s2c.order.qty": "NaN", "newField": 1}
    assert "warning" not in venue.faults.add(match="PUSH trade 2208", stage="on_push", action="body", set=edits)
    with stream(venue.stream) as ws:
        rest.post("sub-acc-push", acc_id_list=[SIMULATED])
        rest.buy(100, 290.0, remark="v1")
        frame = ws.of(2208)
        row = order_of(frame)
        assert row[3] == 99 and row[8] != row[8] and row[18] == "v1" and frame["newField"] == 1
        assert "s2c" not in frame
        rest.buy(100, 290.0)
        assert order_of(ws.of(2208))[3] == 5


def test_faults_of_pushes(venue: MockExchange, rest: Rest) -> None:
    venue.faults.add(match="PUSH trade *", stage="on_push", action="duplicate")
    venue.faults.add(match="PUSH quote 3005 1_00700", stage="on_push", action="drop")
    venue.faults.add(match="PUSH quote 3013 1_00700", stage="on_push", action="truncate")
    with stream(venue.stream) as ws:
        rest.post("sub-acc-push", acc_id_list=[SIMULATED])
        rest.buy(100, 290.0)
        assert ws.of(2208) == ws.of(2208)
        rest.subscribe(1)
        assert ws.is_silent(3005, 0.1)
        rest.subscribe(2)
        text = ws.connection.recv(timeout=5.0)
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)
        assert text.startswith('{"type":"quote","proto_id":3013')


def test_faults_of_handshakes(venue: MockExchange, rest: Rest) -> None:
    venue.faults.add(match="ACCEPT ws /ws", stage="on_accept", action="status", status=503)
    with pytest.raises(InvalidStatus), stream(venue.stream):
        pass
    venue.faults.add(match="ACCEPT ws /ws", stage="on_accept", action="silence", ms=300)
    with stream(venue.stream) as ws:
        rest.subscribe(1)
        assert ws.is_silent(3005, 0.1)
        until(lambda: rest.subscribe(1).s2c == {} and not ws.is_silent(3005, 0.1))


def test_the_answer_before_the_engine(venue: MockExchange, rest: Rest) -> None:
    venue.faults.add(match="POST /api/order", stage="before_engine", action="delay", ms=200, ack=True)
    order = rest.buy(100, 290.0, remark="late")
    assert rest.orders() == []
    until(rest.orders)
    assert rest.row(order)["remark"] == "late"


def test_labels(venue: MockExchange) -> None:
    names = set(venue.faults.labels())
    assert {"ACCEPT ws /ws", "PUSH trade 2208", "PUSH trade 2218", "PUSH notify 1003", "PUSH quote 3005 1_00700"} <= names
    assert {"POST /api/order", "GET /api/accounts", "GET /health", "GET /ws"} <= names
    assert not any(name.startswith("WS ") for name in names)
