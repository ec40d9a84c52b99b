"""Specifications: which action goes where, what each field may be; edits of JSON; docs/faults.md says all of it."""

from itertools import product
import json
import re
from pathlib import Path
from typing import Any

import pytest

from mockexchange.faults import ACTIONS, REQUEST_STAGES, STAGES, FaultTable
from mockexchange.faults.edits import Edit

DOCUMENT: str = (Path(__file__).parents[3] / "docs" / "faults.md").read_text(encoding="utf-8")

EVERYWHERE: set[str] = set(STAGES)
ASKED: set[str] = set(REQUEST_STAGES)

WHERE: dict[str, set[str]] = {
    "hang": ASKED | {"on_accept"},
    "reset": EVERYWHERE,
    "close": EVERYWHERE,
    "delay": EVERYWHERE,
    "status": ASKED | {"on_accept"},
    "body": {"on_reply", "on_push"},
    "truncate": {"on_reply", "on_push"},
    "drop": {"on_push"},
    "duplicate": {"on_push"},
    "flood": {"on_push"},
    "reorder": {"on_push"},
    "silence": {"on_push", "on_accept"},
}
NEEDED: dict[str, dict[str, Any]] = {"delay": {"ms": 1}, "status": {"status": 503}, "body": {"body": ""}}


def spec(action: str, stage: str, **fields: Any) -> dict[str, Any]:
    return {"match": "*", "stage": stage, "action": action, **NEEDED.get(action, {}), **fields}


def test_the_actions_are_these() -> None:
    assert set(ACTIONS) == set(WHERE)


def test_where_each_can_strike() -> None:
    for stage, action in product(STAGES, WHERE):
        table: FaultTable = FaultTable()
        if stage in WHERE[action]:
            assert table.add(spec(action, stage))["id"] == 1
            return
        with pytest.raises(ValueError, match=f"stage: action '{action}' cannot strike at '{stage}', only at "):
            table.add(spec(action, stage))
        assert table.list() == [] and not (table.active or table.accepts or table.pushes)


def test_a_wrong_field_is_named() -> None:
    for action, stage, fields, words in [
    ("close", "on_push", {"code": 999}, "code.*999"),
    ("close", "on_push", {"code": "1000"}, "code.*1000"),
    ("delay", "on_push", {"overtake": 1}, "overtake.*1"),
    ("delay", "on_reply", {"overtake": True}, "unknown field 'overtake'"),
    ("delay", "before_engine", {"ack": "yes"}, "ack.*yes"),
    ("silence", "on_push", {"ms": 0}, "ms.*0"),
    ("silence", "on_push", {"pings": None}, "pings.*None"),
    ("body", "on_push", {"body": 5}, "body.*5"),
    ("body", "on_push", {"body": "x", "set": {"a": 1}}, "body.*'set'"),
    ("truncate", "on_push", {"bytes": -1}, "bytes.*-1"),
    ("truncate", "on_push", {"close": 1}, "close.*1"),
    ("duplicate", "on_push", {"copies": 1}, "copies.*1"),
    ("duplicate", "on_push", {"ms": -5}, "ms.*-5"),
    ("flood", "on_push", {"copies": 10**9}, "copies.*1000000000"),
    ("flood", "on_push", {"per_second": 0}, "per_second.*0"),
    ("reorder", "on_push", {"count": 1}, "count.*1"),
    ("reorder", "on_push", {"order": "random"}, "order.*random.*reverse, shuffle"),
    ("drop", "on_push", {"ms": 5}, "unknown field 'ms'"),
    ("hang", "on_accept", {"skip": -1}, "skip.*-1"),
    ("hang", "on_accept", {"probability": 0}, "probability.*0"),
    ("hang", "on_accept", {"probability": 1.5}, "probability.*1.5"),
]:
        with pytest.raises(ValueError, match=words):
            FaultTable().add(spec(action, stage, **fields))


@pytest.mark.parametrize("fields, words", [
    ({}, "one of 'body', 'set' and 'remove'"),
    ({"set": []}, "one of"),
    ({"set": [1]}, r"set.*\[1\]"),
    ({"remove": "a"}, "remove.*'a'"),
    ({"set": {"": 1}}, "set.*''"),
    ({"remove": ["a..b"]}, r"remove.*a\.\.b"),
    ({"remove": [5]}, "remove.*5"),
])
def test_edits_that_are_none(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FaultTable().add({"match": "*", "stage": "on_push", "action": "body", **fields})


@pytest.mark.parametrize("values, removed, before, after", [
    ({"a": "1"}, [], {"a": 1}, {"a": "1"}),
    ({"new.deep": None}, [], {"a": 1}, {"a": 1, "new": {"deep": None}}),
    ({"a.0.b": 9}, [], {"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 9}, {"b": 2}]}),
    ({"a.*.b": 9}, [], {"a": [{"b": 1}, {"c": 2}]}, {"a": [{"b": 9}, {"c": 2, "b": 9}]}),
    ({"a.5": 9, "a.x": 9, "n.deep": 1, "*.q": 0}, [], {"a": [1], "n": 5}, {"a": [1], "n": 5}),
    ({"0": "x"}, ["1"], [1, 2, 3], ["x", 3]),
    ({}, ["*"], [1, 2, 3], []),
    ({}, ["*.b", "gone.b"], [{"a": 1, "b": 2}, {"b": 3}], [{"a": 1}, {}]),
    ({"a": {"list": [1]}}, [], {"a": 1, "b": 2}, {"a": {"list": [1]}, "b": 2}),
])
def test_edits(values: Any, removed: Any, before: Any, after: Any) -> None:
    assert json.loads(Edit(values, removed).apply(json.dumps(before).encode())) == after


@pytest.mark.parametrize("text", [b"pong", b"", b"<html>", b"{half"])
def test_what_is_no_json_is_not_edited(text: bytes) -> None:
    assert Edit({"a": 1}, ["b"]).apply(text) == text


def test_nothing_armed_costs_one_attribute() -> None:
    table: FaultTable = FaultTable()
    assert (table.active, table.accepts, table.pushes) == (False, False, False)
    for stage, flags in (
        ("on_reply", (True, False, False)), ("on_push", (False, False, True)), ("on_accept", (True, True, False)),
    ):
        table.add(spec("reset", stage))
        assert (table.active, table.accepts, table.pushes) == flags
        table.clear()
    assert (table.active, table.accepts, table.pushes) == (False, False, False)


# the document

@pytest.mark.parametrize("action", WHERE)
def test_the_document_has_the_action_with_its_stages(action: str) -> None:
    row, = re.findall(rf"^\| `{action}` \|(.*)$", DOCUMENT, re.MULTILINE)
    stages: set[str] = set(re.findall(r"`(before_engine|after_engine|on_reply|on_push|on_accept)`", row.split("|")[0]))
    if "requests" in row.split("|")[0]:
        stages |= ASKED
    if "everywhere" in row.split("|")[0]:
        stages |= EVERYWHERE
    assert stages == WHERE[action]


@pytest.mark.parametrize("number, block", list(enumerate(re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL))))
def test_the_document_shows_faults_that_can_be_armed(number: int, block: str) -> None:
    table: FaultTable = FaultTable()
    for line in block.strip().splitlines():
        table.add(json.loads(line))
    assert table.list(), number


def test_the_document_says_what_python_can_do() -> None:
    import mockexchange

    names: set[str] = set(re.findall(r"venue\.(\w+)\(", DOCUMENT))
    assert {"restart", "clock", "set_key", "remove_symbol", "add_symbol", "set_symbol_status", "ban"} <= names
    for name in names - {"stream", "rest"}:
        assert callable(getattr(mockexchange.MockExchange, name)), name
