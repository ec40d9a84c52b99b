"""``serve --log``: a line for each request and each stream of pushes, by the label that a fault is matched with."""

import json
import re
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import server_client
from waiting import until
from websockets.sync.client import connect

import mockexchange.server.traffic_log as module
from mockexchange import MockExchange
from mockexchange.faults import FaultTable, Traffic
from mockexchange.server.traffic_log import EVERY, TrafficLog

TICK: float = 0.05


class Log:
    """A log of a venue, and its lines without time and listener."""

    def __init__(self, venue: MockExchange) -> None:
        self.lines: list[str] = []
        self.venue: MockExchange = venue
        self.log: TrafficLog = venue.run(lambda each: TrafficLog("here:1", each.faults.traffic, self.take))
        venue.run(lambda each: self.log.begin())

    def take(self, line: str) -> None:
        assert re.match(r"\d\d:\d\d:\d\d\.\d{3} here:1  ", line)
        self.lines.append(line.partition("  ")[2])

    def find(self, pattern: str) -> list[str]:
        return [line for line in self.lines.copy() if re.fullmatch(pattern, line)]

    def wait(self, pattern: str) -> str:
        return str(until(lambda: self.find(pattern), what=f"{pattern}, there are {self.lines}")[0])


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    monkeypatch.setattr(module, "TICK", TICK)
    with MockExchange("binance", feed="none", seed=7) as venue:
        yield Log(venue)


def test_a_request_is_a_line_with_its_label_and_without_its_query(log: Log) -> None:
    server_client.call(log.venue.rest, "GET", "/api/v3/depth?symbol=BTCUSDT")
    server_client.call(log.venue.rest, "GET", "/api/v3/nowhere")
    server_client.call(log.venue.rest, "GET", "/_mock/state")
    assert log.wait(r"GET /api/v3/depth  200  \d+\.\d ms") and log.wait(r"GET /api/v3/nowhere  404  .*") and len(log.lines) == 2


def test_a_fault_that_is_set_by_a_label_of_the_log_strikes_and_is_in_the_next_line(log: Log) -> None:
    server_client.call(log.venue.rest, "GET", "/api/v3/ping")
    label: str = log.wait(r"GET .*").partition("  ")[0]
    log.venue.faults.add(match=label, stage="before_engine", action="hang")
    asked = Thread(target=lambda: pytest.raises(TimeoutError, server_client.call, log.venue.rest, "GET", "/api/v3/ping", timeout=6 * TICK))
    asked.start()
    log.wait(re.escape(label) + "  not over yet  fault 1")
    asked.join()
    log.wait(re.escape(label) + r"  no answer, \d\.\d s  fault 1")
    log.venue.faults.add(match="ACCEPT http", stage="on_accept", action="status", status=503)
    assert server_client.call(log.venue.rest, "GET", "/api/v3/ping").status == 503
    log.wait(r"ACCEPT http  \d\.\d ms  fault 2")


def test_a_websocket_its_requests_and_its_pushes(log: Log) -> None:
    with connect(f"{log.venue.stream}/ws", proxy=None) as found:
        found.send('{"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1}')
        assert json.loads(found.recv(5))["id"] == 1
        log.wait("GET /ws  websocket open")
        log.wait(r"WS SUBSCRIBE  \d\.\d ms")
        assert not log.find("PUSH.*")
        log.venue.set_price("BTCUSDT", "39000")
        assert "PUSH btcusdt@trade  1 push in 1 s" == log.wait("PUSH.*")
        log.venue.faults.add(match="PUSH btcusdt@*", stage="on_push", action="duplicate", copies=3)
        log.venue.set_price("BTCUSDT", "39001")
        log.venue.set_price("BTCUSDT", "39002")
        assert f"PUSH btcusdt@trade  2 pushes in {EVERY} s  faults have bitten 1" == log.wait("PUSH.* 2 .*"), "one that goes on has a line now and then"
    log.wait(r"GET /ws  websocket closed after \d\.\d s")
    assert len(log.find("GET /ws  websocket open")) == 1


def test_what_was_pushed_last_is_told_at_the_end_and_then_nothing_is_kept(log: Log) -> None:
    def state() -> tuple[bool, bool, bool]:
        return log.venue.run(lambda each: (each.faults.active, each.faults.pushes, each.faults.traffic.is_watched))

    with connect(f"{log.venue.stream}/ws/btcusdt@trade", proxy=None):
        log.wait(".*open")
        log.venue.set_price("BTCUSDT", "39000")
        log.wait("PUSH.* 1 .*")
        log.venue.set_price("BTCUSDT", "39001")
        assert state() == (True, True, True)
        log.venue.run(lambda each: log.log.end())
        assert log.lines[-1].startswith("PUSH btcusdt@trade  1 push in ") and len(log.find("PUSH.*")) == 2
        assert state() == (False, False, False), "nothing is asked of the hot paths"
        before = len(log.lines)
        server_client.call(log.venue.rest, "GET", "/api/v3/ping")
        assert len(log.lines) == before


def test_odd_labels_stay_one_line(log: Log) -> None:
    server_client.call(log.venue.rest, "GET", "/api/v3/%0A%1B[31m%E6%B5%8B")
    server_client.call(log.venue.rest, "GET", "/" + "x" * 1000)
    assert log.wait("GET /api.*").startswith("GET /api/v3/\\n\\x1b[31m测  404  ")
    assert len(log.wait("GET /x.*")) < 250


def test_one_that_cannot_write_ends() -> None:
    table = FaultTable()
    told: list[str] = []

    def write(line: str) -> None:
        told.append(line)
        raise BrokenPipeError

    log = TrafficLog("here:1", table.traffic, write)
    with MockExchange("binance", feed="none") as venue:         # for its event loop
        venue.run(lambda each: (log.begin(), table.traffic.note("WS x"), table.traffic.note("WS y")))
        assert len(told) == 1 and not table.traffic.is_watched and not table.traffic.counts_pushes
        venue.run(lambda each: log.end())


def test_readers_and_watchers_of_one_traffic() -> None:
    traffic = Traffic()
    seen: list[list[str]] = [[], []]
    ends = [traffic.read(lambda one, into=into: into.append(one.label)) for into in seen]       # type: ignore[misc]
    unwatch = traffic.watch()
    traffic.note("WS a")
    ends[0]()
    ends[0]()
    assert traffic.is_watched and traffic.counts_pushes
    traffic.note("WS b", 3)
    ends[1]()
    assert traffic.is_watched and not traffic.counts_pushes
    unwatch()
    traffic.note("WS c")
    assert seen == [["WS a"], ["WS a", "WS b"]] and not traffic.is_watched
    assert [(one.label, one.fault) for one in traffic.since(0)] == [("WS a", 0), ("WS b", 3)]


def test_the_command_line_writes_it_on_stderr() -> None:
    from test_server_cli import Server

    def served(*arguments: str) -> tuple[dict[str, Any], str, str]:
        server = Server("serve", "test=0", "binance=0", "--feed", "none", *arguments)
        try:
            first, ready = server.ready(), server.ready()
            server_client.call(ready["rest"], "GET", "/api/v3/ping")
            server_client.call(first["rest"], "GET", "/echo")
            server.process.terminate()
            status, out, err = server.wait(5)
            assert (status, out) == (0, "")
            return ready, first["rest"].rpartition(":")[2], err
        finally:
            server.close()

    ready, port, err = served("--log")
    lines = [line.partition(" ")[2] for line in err.splitlines()]
    assert len(lines) == 2 and lines[0].startswith(f"binance:{ready['rest'].rpartition(':')[2]}  GET /api/v3/ping  200  ") and lines[1].startswith(f"test:{port}  GET /echo  200  ")
    assert served()[2] == ""
