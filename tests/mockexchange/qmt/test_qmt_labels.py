"""What the dialect says of itself for the fault matrix is true: every label strikes, every path leads somewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from qmt_client import TRADE, Answer, Rest

from mockexchange import MockExchange
from mockexchange.dialects.qmt.labels import LABELS, TRAITS
from mockexchange.faults.edits import _places

CANCEL = f"{TRADE}/cancel_order"
GOOD: dict[str, Any] = {"symbol": "000001", "trade_price": 9.5, "order_num": 100, "trader_index": 0, "strategy_name": "my"}


def calls(rest: Rest) -> dict[str, Callable[[], Answer]]:
    return {
        f"POST {TRADE}/outer/trade/buy": lambda: rest.trade("buy", GOOD),
        f"POST {TRADE}/outer/trade/sell": lambda: rest.trade("sell", {**GOOD, "trade_price": 10.9}),
        f"POST {CANCEL}": lambda: rest.post(CANCEL, {"order_id": 1000, "trader_index": 0}),
        f"POST {TRADE}/orders": lambda: rest.post(f"{TRADE}/orders", {"trader_index": 0}),
        f"GET {TRADE}/portfolio/0": lambda: rest.get(f"{TRADE}/portfolio/0"),
        f"GET {TRADE}/positions/0": lambda: rest.get(f"{TRADE}/positions/0"),
    }


def labels() -> set[str]:
    named = {*LABELS["order"], *LABELS["cancel"], LABELS["account"], LABELS["open_orders"], *LABELS["numbers"]}
    return named | {label for messages in (LABELS["contradictions"], LABELS["wrong_ids"]) for found, _, _ in messages for label in found}


def test_every_label_strikes(venue: MockExchange, rest: Rest) -> None:
    """None is warned of, and each bites what it names."""
    ways = calls(rest)
    assert labels() <= set(ways)
    for label, call in ways.items():
        armed = venue.faults.add(match=label, stage="before_engine", action="status", status=503, body="{}")
        assert "warning" not in armed
        assert call().status == 503, label
        assert call().status == 200, label


@pytest.mark.parametrize("label", sorted(LABELS["numbers"]))
def test_numbers_are_where_they_are_said_to_be(rest: Rest, label: str) -> None:
    ways = calls(rest)
    ways[LABELS["order"][0]]()
    message = ways[label]().json
    for path in LABELS["numbers"][label]:
        found = [holder[key] for holder, key in _places(message, path.split("."), makes=False)]
        assert found and all(isinstance(value, int | float) for value in found), path


def test_edits_change_what_they_are_for(rest: Rest) -> None:
    ways = calls(rest)
    ways[LABELS["order"][0]]()
    messages = [((LABELS["order"][0],), "on_reply", LABELS["odd_order"]), ((LABELS["open_orders"],), "on_reply", LABELS["says_cancelled"])]
    for found, stage, values in [*messages, *LABELS["contradictions"], *LABELS["wrong_ids"]]:
        message = ways[found[0]]().json
        assert stage == "on_reply"
        for path in values:
            if not path.endswith("newField"):
                assert _places(message, path.split("."), makes=False), path


def test_the_answers_of_the_labels_are_the_servers(rest: Rest, venue: MockExchange) -> None:
    venue.clock(301_000)
    stale = Rest(venue.rest, now=lambda: (venue.state()["now"] - 301_000) / 1000)
    status, body = LABELS["expired"][0]
    answer = stale.get(f"{TRADE}/accounts")
    assert answer.status == status and answer.json == __import__("json").loads(body)
    status, body, words = LABELS["refused_inside"][0]
    venue.deposit("mock-key", "CNY", "-999999")
    own = rest.trade("buy", GOOD)
    assert own.status == status and words in own.json["results"][0]["result"]["message"]
    assert set(own.json) == set(__import__("json").loads(body))


def test_the_market_of_the_matrix_is_the_venues(venue: MockExchange) -> None:
    market = TRAITS["market"]
    assert float(venue.state()["symbols"][market["symbol"]]["last_price"]) == market["opens"]
    held = venue.state()["accounts"]["mock-key"]["balances"]
    assert float(held["CNY"]["free"]) >= 50 * market["unit"] * market["high"]
    assert float(held[market["symbol"]]["free"]) >= 10 * market["unit"]
    assert all(9.0 <= float(market[name]) <= 11.0 for name in ("low", "near", "under", "below_low", "high", "dear"))


def test_labels_and_traits_are_known_to_the_matrix() -> None:
    from dataclasses import fields

    from vnpy_rehearsal.conform.market import PriceLevels
    from vnpy_rehearsal.conform.profile import Profile, wire_of

    wire_of("qmt", LABELS)
    PriceLevels(**TRAITS["market"])
    assert set(TRAITS) <= {field.name for field in fields(Profile)}
