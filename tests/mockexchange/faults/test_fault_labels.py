"""Each dialect knows its own labels: a fault that fits none is warned of where it is set."""

import json
import re
import warnings
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from fault_worlds import (
    BINANCE_API,
    HASHEX_SOCKET,
    WORLDS,
    Http,
    binance_params,
    call,
    faults_seen,
    hashex_call,
    order,
)
from raw_websocket import RawWebSocket
from waiting import until

from mockexchange import MockExchange
from mockexchange.api import UnknownLabel
from mockexchange.dialects import load_dialect
from mockexchange.faults import Labels
from mockexchange.faults.labels import overlaps, tokens
from vnpy_rehearsal.conform.profile import DialectLabels, wire_of

DOCS: Path = Path(__file__).parents[3] / "docs"
DIALECTS: tuple[str, ...] = ("binance", "hashex", "qte", "qmt", "futu")
ONLY_BUILD_B: tuple[str, ...] = ("GET /qmt/data/api/get_full_tick", "GET /qmt/data/api/get_market_data_ex")


def count_all(venue: MockExchange) -> None:
    """Journal every label that passes."""
    for stage in ("before_engine", "on_push", "on_accept"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnknownLabel)
            venue.faults.add(match="*", stage=stage, action="delay", ms=0, times=0)


def passed(venue: MockExchange) -> set[str]:
    return {row["label"] for row in faults_seen(venue) if "label" in row}       # a revoked key has none


def listed(venue: MockExchange, label: str) -> bool:
    """Whether a label is one that the venue names; its ``*`` may be any text."""
    return any(fnmatchcase(label, name) for name in venue.faults.labels())


# what the dialects say is true

def test_binance_push_labels_all_come_and_no_others() -> None:
    with MockExchange("binance", seed=7) as venue:
        wanted = {name for name in venue.faults.labels() if re.match(r"PUSH (btcusdt@|!)", name)}
        assert len(wanted) == 63
        count_all(venue)
        with RawWebSocket(venue.stream, "/ws-api/v3") as user, RawWebSocket(venue.stream, "/ws") as market:
            user.send(json.dumps({
                "id": 1, "method": "userDataStream.subscribe.signature", "params": binance_params({}, "mock-key"),
            }))
            market.send(json.dumps({"id": 1, "method": "SUBSCRIBE", "params": [name.removeprefix("PUSH ") for name in wanted]}))
            until(lambda: "WS SUBSCRIBE" in passed(venue) and "WS userDataStream.subscribe.signature" in passed(venue))
            assert order(WORLDS["binance"], venue, price="50000").status == 200
            venue.deposit("mock-key", "USDT", "5")
            user.send(json.dumps({"id": 2, "method": "orderList.place.oco", "params": binance_params({
                "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER", "abovePrice": "50000",
                "belowType": "STOP_LOSS", "belowStopPrice": "30000",
            }, "mock-key")}))
            until(lambda: {"PUSH user balanceUpdate", "PUSH user listStatus"} <= passed(venue))
            venue.set_key("mock-key")
            users = {name for name in venue.faults.labels() if name.startswith("PUSH user ")}
            until(lambda: wanted | users <= passed(venue), 20.0)
        assert {label for label in passed(venue) if not listed(venue, label)} == set()


def test_hashex_labels_all_come_and_no_others() -> None:
    with MockExchange("hashex", seed=7, options={"create_delay_ms": 0}) as venue:
        wanted = {
            name for name in venue.faults.labels()
            if name.startswith(("WS ", "ACCEPT ")) or re.match(r"PUSH (BTC_USDT@|user )", name)
        }
        assert len(wanted) == 5 + 2 + 5 + 3
        count_all(venue)
        token = call(venue, hashex_call("GET", "/spot/v1/u/ws/token", {}, "mock-key")).json["data"]
        with RawWebSocket(venue.stream, HASHEX_SOCKET) as client:
            for request in (
                {"sub": "subUser", "token": token}, {"sub": "subSymbol", "symbol": "BTC_USDT"}, {"sub": "subStats"},
                {"sub": "subKline", "symbol": "BTC_USDT", "type": "1m"}, {"action": "ping"},
            ):
                client.send(json.dumps(request))
            until(lambda: "WS ping" in passed(venue))
            assert order(WORLDS["hashex"], venue, price="50000").json["code"] == 0
            until(lambda: wanted <= passed(venue), 20.0)
        assert {label for label in passed(venue) if not listed(venue, label)} == set()


def test_binance_websocket_methods_are_known_to_the_venue() -> None:
    """A label of a request is one that is answered with something else than "no such method"."""
    with MockExchange("binance", feed="none") as venue:
        names = [name.removeprefix("WS ") for name in venue.faults.labels() if name.startswith("WS ")]
        assert len(names) > 40
        with RawWebSocket(venue.stream, BINANCE_API) as api, RawWebSocket(venue.stream, "/ws") as market:
            for number, name in enumerate(names):
                client = market if name.isupper() else api
                client.send(json.dumps({"id": number, "method": name, "params": [] if name.isupper() else {}}))
                answer: Any = json.loads(client.text())
                assert answer.get("id", number) == number, answer
                assert "unknown variant" not in str(answer), answer
                assert answer.get("error", {}).get("code") != -1020, answer


@pytest.mark.parametrize("dialect", DIALECTS)
def test_http_labels_are_the_routes(dialect: str) -> None:
    """A request to each of them is answered by something else than what the dialect has for a path it does not know."""
    with MockExchange(dialect, feed="none") as venue:
        unknown = call(venue, Http("GET", "/api/v3/nothing", {}))
        labels = [name for name in venue.faults.labels() if re.match(r"(GET|POST|PUT|DELETE) /", name) and "*" not in name]
        assert len(labels) > 15
        for label in labels:
            if dialect == "qmt":
                venue.set_options(build="B" if label in ONLY_BUILD_B else "A")
            method, path = label.split(" ")
            if "/ws" in path or path.startswith("/stream") or path == "/":
                continue
            answer = call(venue, Http(method, path, {}))
            assert (answer.status, answer.body[:60]) != (unknown.status, unknown.body[:60]), label


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_label_of_the_matrix_is_one_of_the_dialect(dialect: str) -> None:
    wire: DialectLabels = wire_of(dialect, load_dialect(dialect).wire_labels)
    with MockExchange(dialect, feed="none") as venue:
        labels = Labels(dialect, venue.faults.labels())
    requests = [*wire.order, *wire.cancel, wire.subscribe, wire.account, wire.open_orders, wire.history]
    assert [text for text in requests if text and labels.warning("before_engine", text)] == []
    assert [text for text in (wire.order_push, wire.user_push, wire.quote_push) if text and labels.warning("on_push", text)] == []


def test_every_label_in_the_documents_is_one_of_a_dialect() -> None:
    known: list[Labels] = []
    for dialect in DIALECTS:
        with MockExchange(dialect, feed="none") as venue:
            known.append(Labels(dialect, venue.faults.labels()))
    found: list[str] = []
    for page in ("faults.md", "mock_exchange.md", "hashex_dialect.md", "qmt_dialect.md", "futu_dialect.md", "conform.md"):
        text = (DOCS / page).read_text()
        found += re.findall(r"`((?:WS|PUSH|ACCEPT) [^`<]+)`", text)
        found += re.findall(r'"match": ?"([^"]+)"', text)
        found += re.findall(r'match="([^"]+)"', text)
    assert len(found) > 15
    stages = ("before_engine", "on_push", "on_accept")
    wrong = {text for text in found if all(labels.warning(stage, text) for labels in known for stage in stages)}
    assert wrong <= {"ACCEPT ws /path"}, wrong


# what is said where a fault is set

WRONG: list[tuple[str, str, str, str]] = [
    ("hashex", "PUSH BTCUSDT@*", "on_push", "the nearest are: PUSH BTC_USDT@q"),
    ("hashex", "GET /spot/v1/u/trade/order/listUnfinished", "on_reply", "the nearest are: GET /spot/v1/u/trade/order/list, "),
    ("binance", "PUSH BTCUSDT@trade", "on_push", ""),
    ("binance", "POST /api/v3/ordr", "before_engine", "the nearest are: POST /api/v3/order, "),
    ("binance", "WS order.plaice", "before_engine", "the nearest are: WS order.place, "),
    ("binance", "PUSH user *", "on_reply", "it would at on_push"),
    ("binance", "ACCEPT ws /nowhere", "on_accept", "the nearest are: ACCEPT ws /"),
    ("qte", "POST /api/v3/order", "after_engine", "the nearest are: POST /api/v1/order, "),
    ("qte", "*", "on_push", "it would at before_engine or on_accept"),
    ("qmt", "POST /qmt/trade/api/cancel_orders/sell", "before_engine", "the nearest are: POST /qmt/trade/api/cancel_orders/sale, "),
    ("qmt", "PUSH *", "on_push", ""),
]


@pytest.mark.parametrize(("dialect", "match", "stage", "words"), WRONG)
def test_wrong_labels_are_warned_of(dialect: str, match: str, stage: str, words: str) -> None:
    line = f"match: {match!r} fits no label of the {dialect} dialect at {stage}, it may never bite"
    fault = {"match": match, "stage": stage, "action": "reset"}
    with MockExchange(dialect, feed="none") as venue:
        with pytest.warns(UnknownLabel) as said:
            added = venue.faults.add(fault)
        assert added["warning"] == str(said[0].message)
        assert added["warning"].startswith(line) and words in added["warning"]
        assert said[0].filename == __file__
        answer = call(venue, Http("POST", "/_mock/faults", {}, json.dumps(fault)))
        assert (answer.status, answer.json["warning"]) == (200, added["warning"])
        assert [row.get("warning") for row in venue.faults.list()] == [added["warning"]] * 2


@pytest.mark.parametrize(("dialect", "match", "stage"), [
    ("binance", "POST /api/v3/order", "before_engine"), ("binance", "POST *", "on_reply"), ("binance", "WS order.*", "after_engine"),
    ("binance", "PUSH btcusdt@depth*", "on_push"), ("binance", "PUSH ???usdt@trade", "on_push"), ("binance", "PUSH !*", "on_push"),
    ("binance", "PUSH [be]*@kline_1m", "on_push"), ("binance", "GET /ws/btcusdt@trade", "before_engine"),
    ("binance", "ACCEPT ws /ws/btcusdt@*/ethusdt@*", "on_accept"), ("binance", "ACCEPT *", "on_accept"), ("binance", "*", "on_push"),
    ("hashex", "PUSH BTC_USDT@*", "on_push"), ("hashex", "PUSH user u[!O]*", "on_push"), ("qte", "* /api/v?/order", "on_reply"),
    ("qmt", "POST */outer/trade/*", "after_engine"), ("qmt", "GET /qmt/trade/api/portfolio/0", "on_reply"), ("qmt", "GET /qmt/data/*", "before_engine"),
])
def test_labels_that_fit_are_set_in_silence(dialect: str, match: str, stage: str) -> None:
    with MockExchange(dialect, feed="none") as venue, warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "warning" not in venue.faults.add(match=match, stage=stage, action="reset")


def test_a_fault_may_answer_what_the_venue_does_not_know() -> None:
    """Its label is warned of, and it bites: the warning is gone then."""
    with MockExchange("binance", feed="none") as venue:
        with pytest.warns(UnknownLabel):
            venue.faults.add(match="GET /sapi/v9/mine", stage="before_engine", action="status", status=200, body={"a": 1})
        assert call(venue, Http("GET", "/sapi/v9/mine", {})).json == {"a": 1}
        assert "warning" not in venue.faults.list()[0]


def test_labels_over_the_control_api_and_after_a_restart() -> None:
    with MockExchange("hashex", feed="none") as venue:
        labels = call(venue, Http("GET", "/_mock/labels", {})).json["labels"]
        assert labels == list(venue.faults.labels()) and "PUSH BTC_USDT@qDepth" in labels
        assert not any("/_mock/" in name or "{" in name for name in labels)
        venue.restart()
        assert list(venue.faults.labels()) == labels


def test_faults_that_never_bit_are_remembered() -> None:
    with MockExchange("binance", feed="none") as venue:
        venue.faults.add(match="GET /api/v3/time", stage="on_reply", action="delay", ms=1)
        venue.faults.add(match="GET /api/v3/ping", stage="on_reply", action="delay", ms=1)
        venue.faults.add(match="GET *", stage="on_reply", action="delay", ms=0, times="always")
        venue.faults.add(match="GET /api/v3/depth", stage="on_reply", action="reset", must_bite=False)
        assert call(venue, Http("GET", "/api/v3/time", {})).status == 200
        idle = [("GET /api/v3/ping", 0)]
        assert [(fault["match"], fault["bitten"]) for fault in venue.faults.never_bitten()] == idle
        venue.faults.clear()
        assert [(fault["match"], fault["bitten"]) for fault in venue.faults.never_bitten()] == idle
        venue.faults.add(match="GET *", stage="on_reply", action="delay", ms=0, times=0, must_bite=True)
        assert len(venue.faults.never_bitten()) == 2
        venue.reset()
        assert len(venue.faults.never_bitten()) == 2
        with pytest.raises(ValueError, match="must_bite: neither true nor false: 1"):
            venue.faults.add(match="GET *", stage="on_reply", action="reset", must_bite=1)


# patterns and templates

def test_overlaps() -> None:
    for pattern, template, fits in [
    ("GET /ws/*", "GET /ws/*", True), ("GET /ws/a", "GET /ws/*", True), ("GET /w*", "GET /ws/*", True),
    ("GET /ws", "GET /ws/*", False), ("GET /ws/", "GET /ws/*", True), ("GET /ws?x", "GET /ws/*", True),
    ("*", "GET /ws/*", True), ("POST*", "GET /ws/*", False), ("GET /ws[/]a*", "GET /ws/*", True), ("GET /ws[!/]a*", "GET /ws/*", False),
    ("DELETE /order/7", "DELETE /order/*", True), ("DELETE /order/*/all", "DELETE /order/*", True),
    ("*/all", "GET /a/*/b/*", True), ("GET /a/x/b", "GET /a/*/b/*", False), ("GET /a/x/b/", "GET /a/*/b/*", True),
    ("GET /a[", "GET /a*", True), ("", "*", True), ("", "", True), ("?", "", False), ("**", "", True), ("a", "b", False),
]:
        assert overlaps(pattern, template) is fits


def test_tokens() -> None:
    assert tokens("a*[bc]?[!]x][z") == ["a", "*", "[bc]", "?", "[!]x]", "[", "z"]


def test_a_dialect_that_does_not_say_its_labels_is_not_judged() -> None:
    labels = Labels("other", ("GET /x", "WS *", "PUSH *", "ACCEPT http", "ACCEPT ws *"))
    assert labels.warning("on_push", "PUSH anything@all") == labels.warning("before_engine", "WS what.ever") == ""
    assert labels.warning("before_engine", "GET /y") != ""
