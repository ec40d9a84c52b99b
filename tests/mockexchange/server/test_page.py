"""The page under /_mock/: what a browser loads, who may, and what its websocket is told."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_client import Watcher, watching
from server_client import call, place
from waiting import until
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

import mockexchange.server.page.routes as routes
import mockexchange.server.page.viewer as viewer_module
from mockexchange import MockExchange
from mockexchange.core.bars import MINUTE
from mockexchange.core.events import PublicTrade
from mockexchange.core.numbers import SCALE
from mockexchange.core.tape import Tape
from mockexchange.dialects import DIALECTS, load_dialect
from mockexchange.faults import ACTIONS, STAGES, FaultTable
from mockexchange.faults.catalogue import ENTRIES, describe_actions
from mockexchange.faults.presets import PRESETS
from mockexchange.server.page.files import FOLDER, page_files
from mockexchange.server.page.market_parts import BARS, BarsPart
from rest_locale import languages, messages

BROWSER: str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
REAL: tuple[str, ...] = tuple(name for name in DIALECTS if name != "test")
TICK: float = 0.02


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer_module, "TICK", TICK)


@pytest.fixture
def watcher(venue: MockExchange) -> Iterator[Watcher]:
    with watching(venue) as found:
        yield found


# -- the files


@pytest.mark.parametrize("dialect", REAL)
def test_every_dialect_leads_a_browser_to_the_page_and_nobody_else(dialect: str) -> None:
    with MockExchange(dialect, feed="none") as venue:
        led = call(venue.rest, "GET", "/", headers={"Accept": BROWSER})
        assert (led.status, led.headers["Location"]) == (302, "/_mock/")
        page = call(venue.rest, "GET", "/_mock/", headers={"Accept": BROWSER})
        assert page.status == 200 and page.headers["Content-Type"].startswith("text/html") and b'<script src="/_mock/page/main.js"' in page.body
        for accept in ("*/*", "application/json", ""):
            assert call(venue.rest, "GET", "/", headers={"Accept": accept}).status not in (301, 302, 303, 307, 308)
        assert call(venue.rest, "POST", "/", headers={"Accept": BROWSER}).status != 302
        with watching(venue) as found:
            hello = found.receive()["hello"]
            for interval in hello["intervals"]:
                told = found.show(hello["symbols"][0]["symbol"], interval)
                assert {"state", "balances", "faults", "journal"} <= told.keys() and venue.key in told["balances"]


def test_a_browser_s_websocket_at_the_root_is_the_venue_s() -> None:
    with MockExchange("binance", feed="none") as venue, connect(f"{venue.stream}/", proxy=None, additional_headers={"Accept": BROWSER}) as found:
        found.send('{"method": "LIST_SUBSCRIPTIONS", "id": 1}')
        assert json.loads(found.recv(5))["result"] == []


def test_all_that_the_page_refers_to_is_there_and_comes_from_here(venue: MockExchange) -> None:
    seen: set[str] = {"index.html"}
    for name in [*page_files()]:
        text: str = page_files()[name].content.decode()
        if name.startswith("vendor/"):
            continue
        for found in re.findall(r'(?:src|href)="([^"]+)"', text):
            assert found.startswith(("/_mock/page/", "https://www.tradingview.com/")), found
            seen.add(found.removeprefix("/_mock/page/"))
        seen |= {found for found in re.findall(r'from "\./([^"]+)"', text)}
    for name in seen - {"https://www.tradingview.com/"}:
        answer = call(venue.rest, "GET", f"/_mock/page/{name}")
        assert answer.status == 200 and answer.headers["X-Content-Type-Options"] == "nosniff", name
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert {path.name for path in FOLDER.glob("*.js")} <= seen, "nobody loads it"
    assert call(venue.rest, "GET", "/_mock/page/..%2froutes.py").status == 404
    assert call(venue.rest, "GET", "/_mock/page/nothing.js").status == 404
    assert call(venue.rest, "GET", "/_mock").headers["Location"] == "/_mock/"


def test_the_chart_s_licence_is_kept() -> None:
    files = page_files()
    notice = files["vendor/lightweight-charts.NOTICE.txt"].content.decode()
    assert "TradingView" in notice and "Apache License" in files["vendor/lightweight-charts.LICENSE.txt"].content.decode()
    assert re.search(r"v(\d+\.\d+\.\d+)", files["vendor/lightweight-charts.standalone.production.js"].content[:300].decode())[1] in notice     # type: ignore[index]
    assert "attributionLogo: true" in files["chart.js"].content.decode() and b"https://www.tradingview.com/" in files["index.html"].content


def test_the_page_s_sentences_are_those_of_the_one_catalogue(venue: MockExchange) -> None:
    """Those that its files and the faults have, and no others: ``tests/locale`` keeps the catalogue whole."""
    wanted: set[str] = {text for action in describe_actions() for text in (action["does"], *action["stages"].values(), *(field["does"] for field in action["fields"]))}
    wanted |= {text for preset in PRESETS for text in (preset.name, preset.does)}
    html: str = (FOLDER / "index.html").read_text(encoding="utf-8")
    wanted |= set(re.findall(r"<[^>]* data-t(?:>| [^>]*>)([^<]+)<", html)) | set(re.findall(r'data-t-label="([^"]+)"', html))
    for path in FOLDER.glob("*.js"):
        wanted |= set(re.findall(r'\b(?:t|mark)\("((?:[^"\\]|\\.)+)"', path.read_text(encoding="utf-8")))
    assert len(wanted) > 200 and languages() == re.findall(r'<option value="(\w+)">', html)[1:], "the switch has every language"
    for language in languages():
        answer = call(venue.rest, "GET", f"/_mock/page/locale/{language}.json")
        assert answer.status == 200 and answer.headers["Content-Type"] == "application/json; charset=utf-8"
        catalogue = messages(language)
        assert wanted <= answer.body.keys() and all(catalogue[sentence] == text for sentence, text in answer.body.items())
        assert len(answer.body) < 1.1 * len(wanted), "what the page does not show is not sent"
    assert call(venue.rest, "GET", "/_mock/page/locale/xx.json").status == 404


# -- who may


@pytest.mark.parametrize("path", ["/_mock/", "/_mock/page/main.js", "/_mock/watch", "/_mock/catalogue"])
def test_a_foreign_host_is_refused(venue: MockExchange, path: str) -> None:
    assert call(venue.rest, "GET", path, headers={"Host": "evil.example"}).status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_page_from_elsewhere_cannot_watch(venue: MockExchange, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"), watching(venue, origin=origin):
        pass
    with watching(venue, origin=venue.rest) as own:
        assert "hello" in own.receive()


def test_with_a_token_the_page_is_shown_and_its_socket_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with MockExchange("test", feed="none", control_token="sesame") as venue:
        assert call(venue.rest, "GET", "/_mock/").status == 200 and call(venue.rest, "GET", "/_mock/page/api.js").status == 200
        assert call(venue.rest, "GET", "/_mock/catalogue").status == 401
        for wrong in ({"token": "seasme"}, {"show": {"symbol": "BTCUSDT", "interval": "1m"}}, [], {"token": 1}):
            with watching(venue) as found:
                found.send(wrong)
                assert found.closed() == routes.NO_TOKEN
        raw = socket.create_connection(("127.0.0.1", int(venue.rest.rpartition(":")[2])))
        with connect("ws://desk.example/_mock/watch", sock=raw, proxy=None) as elsewhere:
            elsewhere.send('{"token": "sesame"}')
            assert json.loads(elsewhere.recv(5))["hello"]["accounts"] == ["mock-key"]
        with watching(venue, additional_headers={"Authorization": "Bearer sesame"}) as found:
            assert "hello" in found.receive()
        monkeypatch.setattr(routes, "TOKEN_SECONDS", 0.05)
        with watching(venue) as found:
            assert found.closed() == routes.NO_TOKEN


def test_a_token_where_none_is_asked_for_is_no_error(watcher: Watcher) -> None:
    watcher.send({"token": "of another venue"})
    watcher.receive()
    assert watcher.show("BTCUSDT")["book"] == {"bids": [], "asks": []}


@pytest.mark.parametrize("text", [
    "{", "[]", '{"show": {"symbol": "NONESUCH", "interval": "1m"}}', '{"show": {"symbol": "BTCUSDT", "interval": "7m"}}', '{"pause": 1}',
    '{"show": 5}', '{"pause": true, "more": 1}', "[" * 100_000,
])
def test_what_no_page_says_ends_the_socket(venue: MockExchange, text: str) -> None:
    with watching(venue) as found:
        found.socket.send(text)
        assert found.closed() == 1008
    assert call(venue.rest, "GET", "/echo").status == 200


# -- what it is told


def test_orders_fills_balances_and_the_journal(venue: MockExchange, watcher: Watcher) -> None:
    watcher.receive()
    first = watcher.show("BTCUSDT")
    assert first["balances"] == {"mock-key": {"USDT": ["100000", "0", "0"], "BTC": ["1", "0", "0"]}} and len(first["journal"]["rows"]) == first["journal"]["total"]
    id = place(venue.rest).body["order_id"]
    order = watcher.until(lambda message: message.get("orders"))
    assert order["set"][0] == {
        "id": id, "client_id": order["set"][0]["client_id"], "account": "mock-key", "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "status": "NEW",
        "price": "39000", "stop": "0", "quantity": "0.1", "executed": "0", "t": order["set"][0]["t"],
    }
    assert watcher.until(lambda message: (message.get("book") or {}).get("bids")) == [["39000", "0.1"]]
    assert call(venue.rest, "POST", "/_mock/price", {"symbol": "BTCUSDT", "price": "38000"}).status == 200
    fill = watcher.until(lambda message: message.get("fills"))
    assert fill[0][1:] == ["39000", "0.1", True, "mock-key"]
    assert watcher.until(lambda message: (message.get("orders") or {}).get("gone")) == [id]
    assert watcher.until(lambda message: message.get("prices", {}).get("BTCUSDT") == "38000")
    assert watcher.until(lambda message: message.get("bars", {}).get("rows"))[-1][2:5] == ["39000", "38000", "38000"]
    assert [row["kind"] for message in watcher.messages for row in message.get("journal", {}).get("rows", [])] == [row["kind"] for row in venue.journal()]


def test_nothing_is_said_where_nothing_changes(venue: MockExchange, watcher: Watcher) -> None:
    watcher.receive()
    watcher.show("BTCUSDT")
    with pytest.raises(TimeoutError):
        watcher.receive(20 * TICK)
    venue.deposit("mock-key", "BNB", "1")
    told = watcher.receive()
    assert told.keys() == {"now", "balances", "journal", "prices"} and len(told["journal"]["rows"]) == 2, "only what has changed"


def test_nothing_is_computed_while_nobody_looks(venue: MockExchange) -> None:
    def is_watched() -> bool:
        return venue.run(lambda each: each.faults.traffic.is_watched)

    assert not is_watched() and not venue.run(lambda each: each.faults.active)
    with watching(venue) as found:
        found.receive()
        assert not is_watched(), "nothing is looked at yet"
        found.show("BTCUSDT")
        assert is_watched() and venue.run(lambda each: each.faults.active)
        found.send({"pause": True})
        until(lambda: not is_watched())
        place(venue.rest)
        with pytest.raises(TimeoutError):
            found.receive(10 * TICK)
        found.send({"pause": False})
        assert found.until(lambda message: (message.get("orders") or {}).get("set"))
        assert is_watched()
    until(lambda: not is_watched())
    assert not venue.run(lambda each: each.faults.active)


class SlowReader:
    """A socket whose reader takes nothing while ``buffered`` is what it is."""

    def __init__(self) -> None:
        self.is_open: bool = True
        self.buffered: int = 0
        self.sent: list[dict[str, Any]] = []

    def send(self, payload: bytes) -> None:
        self.sent.append(json.loads(payload))


def test_a_reader_that_is_slow_costs_the_venue_nothing(venue: MockExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told nothing while it has more to read than enough, nothing is queued for it, and then it is told once where things are."""
    reader = SlowReader()
    viewer = venue.run(lambda each: viewer_module.Viewer(each, reader))        # type: ignore[arg-type]
    venue.run(lambda each: viewer.obey('{"show": {"symbol": "BTCUSDT", "interval": "1m"}}'))
    taken: list[int] = []
    take = viewer._take
    monkeypatch.setattr(viewer, "_take", lambda: (taken.append(1), take())[1])
    venue.run(lambda each: setattr(reader, "buffered", viewer_module.MOST_UNREAD))
    before = len(reader.sent)
    for _ in range(300):
        venue.deposit("mock-key", "BNB", "1")
    venue.run(lambda each: taken.clear())
    ticks = [venue.run(lambda each: viewer._timer)]
    until(lambda: venue.run(lambda each: viewer._timer) is not ticks[0], what="a tick")
    assert not taken and len(reader.sent) == before, "nothing is made that it could not be told"
    venue.run(lambda each: setattr(reader, "buffered", 0))
    until(lambda: len(reader.sent) > before)
    told = reader.sent[before]
    assert told["balances"]["mock-key"]["BNB"][0] == "300" and len(told["journal"]["rows"]) == 200 and told["journal"]["skipped"] == 400
    venue.run(lambda each: setattr(reader, "is_open", False))
    until(lambda: not venue.run(lambda each: each.faults.traffic.is_watched), what="the end of a viewer that has gone")


def test_more_than_so_many_cannot_watch(venue: MockExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_VIEWERS", 1)
    with watching(venue) as first:
        first.receive()
        with watching(venue) as second:
            assert second.closed() == routes.TOO_MANY
        assert "book" in first.show("BTCUSDT")


def test_a_viewer_holds_no_manual_clock_up() -> None:
    """Whoever only looks owes no pong to a clock that is advanced by a day."""
    with MockExchange("binance", feed="none", clock="manual") as venue, watching(venue) as found:
        hello = found.receive()["hello"]
        assert hello["can"] == {"ban": True, "advance": True}
        stood = found.show("BTCUSDT")["state"]["stands_at"]
        venue.advance(86_400_000)
        assert found.until(lambda message: message.get("state", {}).get("stands_at") == stood + 86_400_000)


def test_a_restart_ends_the_socket_and_the_next_one_sees_the_same(venue: MockExchange, watcher: Watcher) -> None:
    place(venue.rest)
    watcher.receive()
    watcher.show("BTCUSDT")
    venue.restart()
    with pytest.raises(ConnectionClosed):
        while True:
            watcher.receive()
    with watching(venue) as again:
        again.receive()
        assert len(again.show("BTCUSDT")["orders"]["set"]) == 1


# -- the requests


def test_requests_by_their_labels_and_the_fault_that_bit(venue: MockExchange, watcher: Watcher) -> None:
    watcher.receive()
    watcher.show("BTCUSDT")
    fault = venue.faults.add(match="GET /echo", stage="on_reply", action="status", status=502, skip=1)
    assert [call(venue.rest, "GET", "/echo?signature=secret").status for _ in range(3)] == [200, 502, 200]
    with pytest.raises(TimeoutError):
        call(venue.rest, "GET", "/hold", timeout=0.2)
    rows: dict[int, list[Any]] = {}

    def seen(message: dict[str, Any]) -> bool:
        rows.update({row[0]: row for row in message.get("requests", [])})
        return len(rows) == 4 and [row[5] for row in rows.values()] == [0, fault["id"], 0, 0]

    watcher.until(seen)
    assert [row[2] for row in rows.values()] == ["GET /echo"] * 3 + ["GET /hold"], "labels have no query"
    assert [row[3] for row in rows.values()][:3] == [200, 502, 200] and all(row[4] >= 0 for row in list(rows.values())[:3])
    assert watcher.until(lambda message: [one for one in message.get("faults", []) if one["bitten"] == 1])


def test_requests_over_a_websocket_and_a_fault_of_a_push_is_none_of_a_request() -> None:
    with MockExchange("binance", feed="none") as venue, watching(venue) as found:
        found.receive()
        found.show("BTCUSDT")
        venue.faults.add(match="WS time", stage="on_reply", action="delay", ms=1)
        venue.faults.add(match="PUSH btcusdt@trade", stage="on_push", action="drop", must_bite=False)
        with connect(f"{venue.stream}/ws-api/v3", proxy=None) as api:
            for method in ("time", "ping", "exchangeInfo"):
                api.send(json.dumps({"id": 1, "method": method}))
                assert json.loads(api.recv(10))["status"] == 200
        labels = [found.until(lambda message, label=label: [row for row in message.get("requests", []) if row[2] == label]) for label in ("WS time", "WS ping", "WS exchangeInfo")]
        assert labels[1][0][5] == 0
        assert found.until(lambda message: [row for row in message.get("requests", []) if row[2] == "WS time" and row[5] == 1 and row[4] is not None])


# -- what the page does


def test_connections_of_clients_are_dropped_and_viewers_stay() -> None:
    with MockExchange("binance", feed="none") as venue, watching(venue) as found:
        found.receive()
        with connect(f"{venue.stream}/ws", proxy=None) as stream, socket.create_connection(("127.0.0.1", int(venue.rest.rpartition(":")[2])), 5) as idle:
            idle.sendall(b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n")
            assert idle.recv(4096)
            assert call(venue.rest, "POST", "/_mock/drop", {"streams": True}).body == {"dropped": 1}
            with pytest.raises(ConnectionClosed):
                stream.recv(5)
            dropped = venue.drop()
            assert dropped >= 1, "the connection of the last call may be among them"
            with pytest.raises(ConnectionResetError):
                idle.recv(1)
        assert "book" in found.show("BTCUSDT")
        assert [(row["action"], row["streams"], row["dropped"]) for row in venue.journal() if row["kind"] == "fault"] == [("drop", True, 1), ("drop", False, dropped)]
        assert call(venue.rest, "POST", "/_mock/drop", {"streams": 1}).status == 400


def test_one_fault_is_disarmed(venue: MockExchange) -> None:
    for _ in range(2):
        venue.faults.add(match="GET /echo", stage="on_reply", action="hang")
    assert call(venue.rest, "DELETE", "/_mock/faults/1").status == 200
    assert [fault["id"] for fault in venue.faults.list()] == [2]
    gone = call(venue.rest, "DELETE", "/_mock/faults/1")
    assert gone.status == 400 and gone.body == {"error": "id: no fault 1, there are: 2"}
    assert call(venue.rest, "DELETE", "/_mock/faults/x").status == 400
    assert len(venue.faults.never_bitten()) == 2
    venue.faults.remove(2)
    assert call(venue.rest, "GET", "/echo").status == 200


def test_a_ban_is_shown_as_long_as_it_lasts() -> None:
    with MockExchange("binance", feed="none", clock="manual") as venue:
        venue.ban(60_000)
        assert venue.state()["banned_until"] == venue.state()["now"] + 60_000
        venue.advance(60_000)
        assert venue.state()["banned_until"] is None


@pytest.mark.parametrize("dialect", REAL)
def test_presets_fit_every_dialect(dialect: str) -> None:
    with MockExchange(dialect, feed="none") as venue:
        presets = call(venue.rest, "GET", "/_mock/catalogue").body["presets"]
        assert presets == venue.faults.catalogue()["presets"] and len(presets) >= 15
        assert {"F1", "F2", "F3", "F18"} <= {preset["row"] for preset in presets}
        for preset in presets:
            for fault in preset["faults"]:
                assert "warning" not in call(venue.rest, "POST", "/_mock/faults", fault).body, preset["name"]


def test_the_catalogue_has_every_action_and_every_field_as_it_is() -> None:
    assert ENTRIES.keys() == ACTIONS.keys()
    samples: dict[str, Any] = {"integer": 1000, "number": 1.0, "flag": True, "text": "x", "json": {"a": 1}, "body": "x"}
    for action in describe_actions():
        assert set(action["stages"]) <= set(STAGES)
        for stage in action["stages"]:
            needed = {field["name"]: field["default"] for field in action["fields"] if field["needed"]} or ({"body": "x"} if action["name"] == "body" else {})
            for field in action["fields"]:
                if field["stages"] and stage not in field["stages"]:
                    continue
                value = field["choices"][0] if field["kind"] == "choice" else ["a"] if field["name"] == "remove" else samples[field["kind"]]
                value = {"status": 503, "probability": 1.0}.get(field["name"], value)
                given = {name: each for name, each in needed.items() if not (action["name"] == "body" and field["name"] in ("set", "remove"))}
                FaultTable().add({"match": "*", "stage": stage, "action": action["name"], **given, field["name"]: value})


@pytest.mark.parametrize("gap", [0, 1, BARS + 50])
def test_bars_are_told_once_and_again_where_they_change(gap: int) -> None:
    tape = Tape()
    part = BarsPart(tape, "1m")
    assert part.take() is None
    shown: dict[int, list[Any]] = {}

    def trade(minute: int, price: int) -> None:
        tape.record(PublicTrade("X", tape.count + 1, price * SCALE, SCALE, price * SCALE, minute * MINUTE, False, 0))

    def look() -> int:
        told = part.take()
        assert told is not None
        if told["whole"]:
            shown.clear()
        shown.update({row[0]: row for row in told["rows"]})
        return len(told["rows"])

    trade(100, 5)
    assert look() == 1
    trade(100, 7)
    assert look() == 1 and part.take() is None
    trade(101 + gap, 6)
    told = look()
    assert told == (BARS if gap > BARS else gap + 1), "what is as it was is not told again"
    expected = [[bar.open_time // 1_000_000, *(str(value // SCALE) for value in (bar.open, bar.high, bar.low, bar.close, bar.volume))] for bar in tape.bars("1m", BARS)]
    assert sorted(shown.values()) == expected


def test_bans_are_what_a_dialect_says_it_has() -> None:
    for dialect in REAL:
        with MockExchange(dialect, feed="none") as venue:
            try:
                venue.ban(1)
            except ValueError:
                banned = False
            else:
                banned = True
            assert banned == getattr(load_dialect(dialect), "has_bans", False)


def test_the_files_are_in_the_package() -> None:
    """As setup.cfg has them: what is not named there is in no wheel."""
    lines = (Path(__file__).parents[3] / "setup.cfg").read_text(encoding="utf-8").split("[options.package_data]")[1].split("[")[0]
    patterns = re.search(r"^mockexchange = (.*)$", lines, re.MULTILINE)
    assert patterns is not None
    root = FOLDER.parents[2]
    packed = {path for pattern in patterns[1].split(", ") for path in root.glob(pattern)}
    assert {path for path in FOLDER.rglob("*") if path.is_file()} <= packed
