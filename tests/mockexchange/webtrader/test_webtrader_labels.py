"""What the dialect says of itself for the fault matrix is true: every label strikes, every path leads somewhere."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from webtrader_client import STILL, Answer, Rest, stream

from mockexchange import MockExchange
from mockexchange.api import UnknownLabel
from mockexchange.dialects.webtrader import WebTraderOptions
from mockexchange.dialects.webtrader.labels import LABELS, TRAITS
from mockexchange.faults.edits import _places


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    with MockExchange("webtrader", seed=7, speed=STILL) as running:
        yield running


def calls(rest: Rest) -> dict[str, Callable[[], Answer]]:
    return {
        "POST /order": rest.send,
        "DELETE /order/*": lambda: rest.cancel(rest.order()),
        "POST /tick/*": rest.subscribe,
        **{f"GET /{name}": lambda name=name: rest.call("GET", f"/{name}") for name in ("order", "trade", "account", "position")},
    }


def named() -> set[str]:
    plain = {LABELS[name] for name in ("subscribe", "account", "open_orders", "fills")}
    return {*LABELS["order"], *LABELS["cancel"], *plain, *LABELS["numbers"]} | {
        label for messages in (LABELS["contradictions"], LABELS["wrong_ids"]) for found, _, _ in messages for label in found
    }


def test_every_request_strikes(venue: MockExchange, rest: Rest) -> None:
    ways = calls(rest)
    assert {label for label in named() if not label.startswith("PUSH ")} == set(ways)
    for label, call in ways.items():
        armed = venue.faults.add(match=label, stage="before_engine", action="status", status=503, body="{}")
        assert "warning" not in armed
        assert call().status == 503, label
        assert call().status == 200, label


def test_every_push_strikes_and_its_numbers_are_there(venue: MockExchange, rest: Rest) -> None:
    for label, paths in LABELS["numbers"].items():
        if not label.startswith("PUSH "):
            continue
        topic = label.split()[2]
        with stream(venue.stream, rest.token) as ws:
            armed = venue.faults.add(match=label, stage="on_push", action="body", set=dict.fromkeys(paths, 77_777))
            assert "warning" not in armed
            rest.subscribe()
            rest.order(50_000)
            first = ws.wait(topic)[0]
            assert venue.faults.list()[-1]["bitten"] == 1
            assert all(first[path.removeprefix("data.")] == 77_777 for path in paths), label
    for name in ("quote_push", "user_push"):
        assert "warning" not in venue.faults.add(match=LABELS[name], stage="on_push", action="drop", must_bite=False)
    assert "warning" not in venue.faults.add(match="ACCEPT ws /ws/", stage="on_accept", action="reset", must_bite=False)


def test_the_labels_are_the_routes_that_there_are(venue: MockExchange) -> None:
    requests = {label for label in venue.faults.labels() if not label.startswith(("PUSH ", "ACCEPT "))}
    assert requests == {
        "GET /", "POST /token", "POST /tick/*", "POST /order", "DELETE /order/*", "GET /tick", "GET /order", "GET /trade", "GET /position",
        "GET /account", "GET /contract", "GET /openapi.json", "GET /docs", "GET /redoc", "GET /ws/",
    }
    with pytest.warns(UnknownLabel):
        venue.faults.add(match="POST /orders", stage="before_engine", action="reset", must_bite=False)


def test_user_pushes_are_no_ticks(venue: MockExchange, rest: Rest) -> None:
    venue.faults.add(match=LABELS["user_push"], stage="on_push", action="drop", times="always")
    with stream(venue.stream, rest.token) as ws:
        rest.order(50_000)
        rest.subscribe()
        ws.wait("eTick.")
        assert set(ws.topics()) == {"eTick."}


def test_numbers_of_answers_are_where_they_are_said_to_be(rest: Rest) -> None:
    ways = calls(rest)
    rest.order(50_000)
    for label, paths in LABELS["numbers"].items():
        if not label.startswith("PUSH "):
            for path in paths:
                found = [holder[key] for holder, key in _places(ways[label]().json, path.split("."), makes=False)]
                assert found and all(isinstance(value, int | float) for value in found), path


def test_edits_of_answers_change_what_they_are_for(rest: Rest) -> None:
    ways = calls(rest)
    rest.order()
    for labels, stage, values in (*LABELS["contradictions"], *LABELS["wrong_ids"]):
        if stage == "on_reply":
            message = ways[labels[0]]().json
            assert all(_places(message, path.split("."), makes=False) for path in values), values


def test_the_answers_of_the_labels_are_the_servers(venue: MockExchange, rest: Rest) -> None:
    assert rest.call("GET", "/nothing").json == json.loads(LABELS["retired"][0][1]) == json.loads(LABELS["refused_subscription"])
    [(status, text, _)] = LABELS["refused_inside"]
    venue.set_options(order_answer="empty")
    assert (rest.send().status, rest.send().text) == (status, text)
    venue.set_options(order_answer="id", order_500="raised")
    assert (rest.send().status, rest.send().text) == LABELS["unknown"]
    [(status, text)] = LABELS["expired"]
    refused = rest.call("GET", "/account", Authorization="Bearer x")
    assert (refused.status, refused.json) == (status, json.loads(text))


def test_what_happens_without_the_back_end(venue: MockExchange, rest: Rest) -> None:
    before = venue.state()["options"]
    venue.set_options(**{**TRAITS["backend_lost"], "rpc_timeout_ms": 200})
    assert rest.call("GET", "/account").is_bare_500
    venue.set_options(**{name: before[name] for name in TRAITS["backend_lost"]})
    assert rest.rows("account")


def test_labels_and_traits_are_known_to_the_matrix() -> None:
    from vnpy_rehearsal.conform.market import PriceLevels
    from vnpy_rehearsal.conform.profile import Profile, wire_of

    wire_of("webtrader", LABELS)
    market: dict[str, Any] = TRAITS["market"]
    assert PriceLevels(**market) == PriceLevels()
    assert set(TRAITS) <= {field.name for field in fields(Profile)}


def test_every_option_is_on_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "webtrader_dialect.md").read_text(encoding="utf-8")
    table = page.partition("## Options")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+)", table, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"\w+", row)} == {each.name for each in fields(WebTraderOptions)}
