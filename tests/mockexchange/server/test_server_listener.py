"""A venue on its port: faults over HTTP, restarts, resets, ends, and what is kept."""

import gc
import http.client
import json
import logging
import socket
import struct
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest
from server_client import LIMIT, Answer, call, orders, place
from waiting import until

from mockexchange import MockExchange

HTTP_STAGES: tuple[str, ...] = ("before_engine", "after_engine", "on_reply")


class Calling(threading.Thread):
    """A request in a thread of its own; ``failure`` is how it ended when there was no answer."""

    def __init__(self, base: str, method: str, path: str, body: Any = None, timeout: float = 10.0) -> None:
        super().__init__(daemon=True)
        self.arguments: tuple[Any, ...] = (base, method, path, body, None, timeout)
        self.answer: Answer | None = None
        self.failure: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = call(*self.arguments)
        except (OSError, http.client.HTTPException) as error:
            self.failure = error


def ask_for_websocket(base: str) -> socket.socket:
    """A handshake by hand, its answer still to be read."""
    host, _, port = base.removeprefix("http://").partition(":")
    connection: socket.socket = socket.create_connection((host, int(port)), timeout=5)
    connection.sendall(
        b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    return connection


def open_websocket(base: str) -> socket.socket:
    """A handshake by hand; what comes afterwards is the server's frames."""
    connection: socket.socket = ask_for_websocket(base)
    assert b"101" in connection.recv(4096)
    return connection


def ends(connection: socket.socket) -> bool:
    """Whether the peer has cut the connection, within its timeout."""
    try:
        return connection.recv(4096) == b""
    except ConnectionError:
        return True


# -- faults over HTTP


def test_status_takes_the_place_of_the_answer(venue: MockExchange) -> None:
    venue.faults.add(
        match="POST /order", stage="before_engine", action="status", status=429,
        body={"code": -1003, "msg": "Too many requests."}, headers={"Retry-After": 7, "content-type": "application/x"},
    )
    answer = place(venue.rest)
    assert answer.status == 429 and answer.headers["Retry-After"] == "7" and answer.headers["Content-Type"] == "application/x"
    assert json.loads(answer.body)["code"] == -1003
    assert orders(venue.journal()) == []
    fault = venue.journal()[-1]
    assert (fault["kind"], fault["action"], fault["label"], fault["bitten"]) == ("fault", "status", "POST /order", 1)
    assert place(venue.rest).status == 200


@pytest.mark.parametrize("stage", HTTP_STAGES)
@pytest.mark.parametrize("action", ["reset", "hang"])
def test_lost_answers(venue: MockExchange, stage: str, action: str) -> None:
    venue.faults.add(match="POST /order", stage=stage, action=action)
    calling: Calling = Calling(venue.rest, "POST", "/order", LIMIT, 0.3 if action == "hang" else 10.0)
    calling.join(10)
    if action == "hang":
        assert isinstance(calling.failure, TimeoutError)
    else:
        assert isinstance(calling.failure, (ConnectionResetError, ConnectionAbortedError))
    assert venue.faults.list()[0]["bitten"] == 1
    reached: bool = stage != "before_engine"
    assert [status for _, status in orders(venue.journal())] == (["NEW"] if reached else [])
    assert place(venue.rest).status == 200


def test_a_refused_order_passes_the_later_stages_too(venue: MockExchange) -> None:
    venue.faults.add(match="*", stage="after_engine", action="status", status=504, body="<html>")
    answer = place(venue.rest, quantity="9")
    assert answer.status == 504 and answer.headers["Content-Type"].startswith("text/html")


def test_a_delayed_order_arrives_though_its_sender_has_gone(venue: MockExchange) -> None:
    venue.faults.add(match="POST /order", stage="before_engine", action="delay", ms=300)
    calling: Calling = Calling(venue.rest, "POST", "/order", LIMIT, 0.05)
    calling.join(10)
    assert isinstance(calling.failure, TimeoutError) and orders(venue.journal()) == []
    until(lambda: orders(venue.journal()))


def test_a_delay_holds_only_its_own_request(venue: MockExchange) -> None:
    venue.faults.add(match="GET /echo", stage="on_reply", action="delay", ms=400)
    slow: Calling = Calling(venue.rest, "GET", "/echo")
    until(lambda: venue.faults.list()[0]["bitten"])
    assert call(venue.rest, "GET", "/echo").status == 200 and slow.answer is None
    slow.join(10)
    assert slow.answer is not None and slow.answer.status == 200


def test_handshake_can_be_refused(venue: MockExchange) -> None:
    venue.faults.add(match="GET /ws", stage="before_engine", action="status", status=503)
    with pytest.raises(AssertionError):
        open_websocket(venue.rest)
    open_websocket(venue.rest).close()


# -- restart and reset


@pytest.mark.parametrize("linger", [None, 0], ids=["FIN", "RST"])
def test_who_leaves_during_a_handshake_is_nobodys_error(venue: MockExchange, caplog: pytest.LogCaptureFixture, linger: int | None) -> None:
    venue.faults.add(match="GET /ws", stage="before_engine", action="delay", ms=50, times=2)
    leaving: socket.socket = ask_for_websocket(venue.rest)
    until(lambda: venue.faults.list()[0]["bitten"])
    if linger is not None:
        leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, linger))
    leaving.close()
    open_websocket(venue.rest).close()              # held as long, and after it
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_restart_keeps_what_users_have(venue: MockExchange) -> None:
    first = place(venue.rest).body["order_id"]
    second = place(venue.rest, price="38000").body["order_id"]
    stop = place(venue.rest, type="STOP_LOSS_LIMIT", side="SELL", stop_price="30000", price="29000").body["order_id"]
    venue.set_price("BTCUSDT", "38500")
    before: dict = venue.state()["accounts"]
    rows: list = venue.journal()
    rest: str = venue.rest
    venue.faults.add(match="GET /never", stage="on_reply", action="hang")
    stream: socket.socket = open_websocket(rest)
    venue.restart(keep_state=True)
    assert ends(stream) and venue.rest == rest
    assert venue.state()["accounts"] == before and venue.journal() == rows
    assert venue.state()["symbols"]["BTCUSDT"]["last_price"] == "38500.00000000"
    assert venue.state()["symbols"]["BTCUSDT"]["best_bid"] == "38000.00000000" and len(venue.faults.list()) == 1
    venue.run(lambda each: each.exchange.ledger.check())
    assert venue.run(lambda each: [fill.order_id for fill in each.exchange.fills("mock-key", "BTCUSDT")]) == [first]
    # what came back is alive: one is filled, one triggers, and new ids are new
    venue.set_price("BTCUSDT", "28000")
    assert orders(venue.journal(after=rows[-1]["n"])) == [(second, "FILLED"), (stop, "NEW")]
    assert place(venue.rest, price="27000").body["order_id"] > stop
    fills = [row["exec_id"] for row in venue.journal() if row["kind"] == "fill"]
    assert len(fills) == len(set(fills)) == 2
    venue.run(lambda each: each.exchange.ledger.check())


def test_time_priority_survives(venue: MockExchange) -> None:
    ids = [place(venue.rest).body["order_id"] for _ in range(3)]
    venue.restart()
    sold = place(venue.rest, side="SELL", quantity="0.15", stp_mode="NONE").body["order_id"]
    filled = [row["order_id"] for row in venue.journal() if row["kind"] == "fill" and row["maker"]]
    assert filled == ids[:2] and sold > ids[2]


def test_restart_can_lose_everything(venue: MockExchange) -> None:
    place(venue.rest)
    venue.restart(keep_state=False)
    assert venue.state()["accounts"]["mock-key"]["open_orders"] == 0
    assert [row["kind"] for row in venue.journal()] == ["command", "balance", "command", "balance"]


def test_nobody_answers_while_it_is_down(venue: MockExchange) -> None:
    rest: str = venue.rest
    restarting: threading.Thread = threading.Thread(target=venue.restart, kwargs={"down": 0.4})
    restarting.start()

    def refused() -> bool:
        try:
            call(rest, "GET", "/echo")
        except ConnectionRefusedError:
            return True
        except (OSError, http.client.HTTPException):
            pass
        return False

    until(refused)
    restarting.join(10)
    assert call(rest, "GET", "/echo").status == 200


def test_what_a_fault_holds_back_dies_with_the_server(venue: MockExchange) -> None:
    venue.faults.add(match="POST /order", stage="before_engine", action="delay", ms=60_000)
    calling: Calling = Calling(venue.rest, "POST", "/order", LIMIT)
    until(lambda: venue.faults.list()[0]["bitten"])
    venue.restart()
    calling.join(10)
    assert isinstance(calling.failure, (OSError, http.client.HTTPException)) and orders(venue.journal()) == []


def test_reset_cuts_everybody_else(venue: MockExchange) -> None:
    stream: socket.socket = open_websocket(venue.rest)
    venue.faults.add(match="GET /hold", stage="before_engine", action="delay", ms=0)
    holding: Calling = Calling(venue.rest, "GET", "/hold")
    until(lambda: venue.faults.list()[0]["bitten"])
    assert call(venue.rest, "POST", "/_mock/reset").status == 200
    assert ends(stream)
    holding.join(10)
    assert holding.failure is not None
    venue.reset()
    assert place(venue.rest).status == 200


def test_events_go_to_the_new_dialect_after_a_restart(venue: MockExchange) -> None:
    venue.restart()
    stream: socket.socket = open_websocket(venue.rest)
    place(venue.rest)
    assert b"2 events" in stream.recv(4096)


# -- the end


def test_stop_is_quick_whatever_is_going_on() -> None:
    venue: MockExchange = MockExchange("test", feed="synthetic")
    venue.start()
    venue.faults.add(match="GET /echo", stage="on_reply", action="hang", times="always")
    open_websocket(venue.rest)
    held: list[Calling] = [Calling(venue.rest, "GET", path) for path in ("/echo", "/echo", "/hold")]
    until(lambda: venue.faults.list()[0]["bitten"] == 2)
    stopping: threading.Thread = threading.Thread(target=venue.stop)
    stopping.start()
    stopping.join(2)
    assert not stopping.is_alive()
    assert not [thread for thread in threading.enumerate() if thread.name == "mockexchange"]
    for each in held:
        each.join(5)
        assert each.failure is not None
    venue.stop()
    venue.start()
    assert call(venue.rest, "GET", "/echo").status == 200
    venue.stop()


def test_taken_port(venue: MockExchange) -> None:
    port: int = int(venue.rest.rpartition(":")[2])
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
        MockExchange("test", port=port, feed="none").start()


def test_not_running() -> None:
    venue: MockExchange = MockExchange("test")
    with pytest.raises(RuntimeError, match="not running"):
        venue.journal()


@pytest.mark.parametrize("wrong, words", [
    ({"dialect": "klingon"}, "klingon.*binance"),
    ({"speed": 0}, "speed.*0"),
    ({"accounts": ["a:b"]}, "account"),
    ({"feed": "/nowhere.csv"}, "nowhere.csv"),
])
def test_wrong_arguments(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=words):
        MockExchange(**{"dialect": "test", **wrong}).start()


# -- on disk


def test_state_is_continued_by_the_next_process(tmp_path: Path) -> None:
    with MockExchange("test", feed="synthetic", state=tmp_path) as first:
        order_id = place(first.rest, price="30000").body["order_id"]
        place(first.rest, price="50000")
        first.set_price("BTCUSDT", "41000")
        place(first.rest, price="40990")
        rows, accounts = first.journal(), first.state()["accounts"]
    with MockExchange("test", feed="synthetic", state=tmp_path) as second:
        assert second.journal()[:len(rows)] == rows
        if len(second.journal()) == len(rows):      # else the market has filled one since
            assert second.state()["accounts"] == accounts
        price = float(second.state()["symbols"]["BTCUSDT"]["last_price"])
        assert 40500 < price < 41500                # not back at the opening price
        assert call(second.rest, "DELETE", f"/order?order_id={order_id}").body["status"] == "CANCELED"
        second.run(lambda venue: venue.exchange.ledger.check())
        rows = second.journal()
        second.restart()
        assert second.journal()[:len(rows)] == rows
        second.reset()
    with MockExchange("test", feed="none", state=tmp_path) as third:
        assert len(third.journal()) == 4


def test_corrupt_state_is_refused(tmp_path: Path) -> None:
    with MockExchange("test", feed="none", state=tmp_path) as venue:
        place(venue.rest)
    path: Path = tmp_path / "test.journal.jsonl"
    lines: list[str] = path.read_text().splitlines(keepends=True)
    lines[5] = lines[5].replace('"qty"', '"quality"')
    path.write_text("".join(lines))
    with pytest.raises(Exception, match="record 6 is corrupt: its checksum"):
        MockExchange("test", feed="none", state=tmp_path).start()
    lines[5] = lines[5][:20] + "\n"
    path.write_text("".join(lines))
    with pytest.raises(Exception, match="record 6 is corrupt"):
        MockExchange("test", feed="none", state=tmp_path).start()


@pytest.mark.parametrize("ends", ["stop", "restart"])
def test_what_is_over_is_not_kept_in_memory(ends: str) -> None:
    """aiohttp keeps handlers that have served: with them went the world behind each of a process's venues."""
    with MockExchange("test", feed="none", seed=7) as venue:
        over: weakref.ref[object] = weakref.ref(venue.run(lambda world: world.exchange))
        assert call(venue.rest, "GET", "/echo").status == 200
        if ends == "restart":
            venue.restart()
            gc.collect()
            assert over() is None
    gc.collect()
    assert over() is None
