"""What the dialect says of itself for the fault matrix is true: every label strikes, every path leads somewhere."""

import base64
import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from futu_client import STILL, TOKEN, TRACKER, Answer, Rest, real, stream

from mockexchange import MockExchange
from mockexchange.dialects.futu.labels import LABELS, TRAITS
from mockexchange.faults.edits import _places

MARKET: dict[str, Any] = TRAITS["market"]


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    with MockExchange("futu", seed=7, options={"main_account": "real", "sample_shares": 10_000}, speed=STILL) as running:
        yield running


@pytest.fixture
def rest(venue: MockExchange) -> Rest:
    client = Rest(venue.rest)
    client.unlock()
    return client


def calls(rest: Rest) -> dict[str, Callable[[], Answer]]:
    dates = {"begin_time": "2026-01-01", "end_time": "2026-01-02"}

    def cancel() -> Answer:
        order = rest.buy(500, MARKET["low"], "02800", header=real())
        return rest.modify(order, 2, header=real())

    return {
        "POST /api/order": lambda: rest.send(1, 500, MARKET["low"], "02800", header=real()),
        "POST /api/modify-order": cancel,
        "POST /api/orders": lambda: rest.post("orders", header=real()),
        "POST /api/order-fills": lambda: rest.post("order-fills", header=real()),
        "POST /api/funds": lambda: rest.post("funds", header=real(), currency=1),
        "POST /api/positions": lambda: rest.post("positions", header=real()),
        "POST /api/subscribe": lambda: rest.subscribe(1, 2, security=TRACKER),
        "POST /api/history-kline": lambda: rest.post("history-kline", security=TRACKER, rehab_type=0, kl_type=2, **dates),
    }


def named() -> set[str]:
    plain = {LABELS[name] for name in ("subscribe", "account", "open_orders", "history", "fills")}
    return {*LABELS["order"], *LABELS["cancel"], *plain, *LABELS["numbers"]} | {
        label for messages in (LABELS["contradictions"], LABELS["wrong_ids"]) for found, _, _ in messages for label in found
    }


def test_every_request_strikes(venue: MockExchange, rest: Rest) -> None:
    ways = calls(rest)
    assert {label for label in named() if not label.startswith("PUSH ")} <= set(ways)
    for label, call in ways.items():
        if label == "POST /api/modify-order":
            continue
        armed = venue.faults.add(match=label, stage="before_engine", action="status", status=503, body="{}")
        assert "warning" not in armed
        assert call().status == 503, label
        assert call().status == 200, label


def test_every_push_strikes_and_its_numbers_are_there(venue: MockExchange, rest: Rest) -> None:
    """An edit of each number changes the frame that leaves."""
    for label, paths in LABELS["numbers"].items():
        if label.startswith("PUSH "):
            with stream(venue.stream) as ws:
                armed = venue.faults.add(match=label, stage="on_push", action="body", set=dict.fromkeys(paths, 77_777))
                assert "warning" not in armed
                rest.post("sub-acc-push", acc_id_list=[real()["acc_id"]])
                rest.subscribe(1, 2, security=TRACKER)
                rest.buy(500, MARKET["high"], "02800", header=real())
                proto = int(label.split()[2])
                first = ws.of(proto)["body_b64"]
                assert venue.faults.list()[-1]["bitten"] == 1
                assert struct.pack("<d", 77_777.0) in base64.b64decode(first), label
    assert venue.faults.add(match=LABELS["quote_push"], stage="on_push", action="drop", must_bite=False).get("warning") is None
    assert venue.faults.add(match=LABELS["user_push"], stage="on_push", action="drop", must_bite=False).get("warning") is None


def test_numbers_of_answers_are_where_they_are_said_to_be(rest: Rest) -> None:
    ways = calls(rest)
    rest.buy(500, MARKET["high"], "02800", header=real())
    rest.buy(500, MARKET["low"], "02800", header=real())
    for label, paths in LABELS["numbers"].items():
        if not label.startswith("PUSH "):
            for path in paths:
                found = [holder[key] for holder, key in _places(ways[label]().json, path.split("."), makes=False)]
                assert found and all(isinstance(value, int | float) for value in found), path


def test_edits_of_answers_change_what_they_are_for(rest: Rest) -> None:
    ways = calls(rest)
    ways[LABELS["order"][0]]()
    edits = [((LABELS["order"][0],), "on_reply", LABELS["odd_order"]), *LABELS["contradictions"], *LABELS["wrong_ids"]]
    for found, stage, values in edits:
        if stage == "on_reply":
            message = ways[found[0]]().json
            for path in values:
                if not path.endswith("newField"):
                    assert _places(message, path.split("."), makes=False), path


def test_the_answers_of_the_labels_are_the_gateways(venue: MockExchange, rest: Rest) -> None:
    status, body, words = LABELS["refused_inside"][0]
    own = rest.send(1, 1_000_000, MARKET["low"], "02800", header=real())
    assert (own.status, own.json) == (status, json.loads(body)) and words in own.text
    venue.set_options(orders_per_minute=3)
    for _ in range(3):
        rest.send(1, 500, MARKET["low"], "02800", header=real())
    limited = rest.send(1, 500, MARKET["low"], "02800", header=real())
    assert limited.status == 429 and limited.json["error"].endswith("(cap 3)")
    assert rest.get("nothing").json == json.loads(LABELS["retired"][0][1])


def test_the_market_of_the_matrix_is_the_venues(venue: MockExchange) -> None:
    assert float(venue.state()["symbols"][MARKET["symbol"]]["last_price"]) == MARKET["opens"]
    held = venue.state()["accounts"][TOKEN]["balances"]
    assert float(held["HKD"]["free"]) >= 50 * MARKET["unit"] * MARKET["high"]
    assert float(held[MARKET["symbol"]]["free"]) >= 10 * MARKET["unit"]
    for name in ("low", "near", "under", "below_low", "high", "dear", "apart"):
        assert round(float(MARKET[name]) * 100) % 2 == 0, name


def test_labels_and_traits_are_known_to_the_matrix() -> None:
    from dataclasses import fields

    from vnpy_rehearsal.conform.market import PriceLevels
    from vnpy_rehearsal.conform.profile import Profile, wire_of

    wire_of("futu", LABELS)
    PriceLevels(**MARKET)
    assert set(TRAITS) <= {field.name for field in fields(Profile)}
