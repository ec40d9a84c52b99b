"""Prevented matches on the wire: faqs/stp_faq.md, rest-api.md ("Query Prevented Matches")."""

from pathlib import Path
from typing import Any

import pytest
from binance_rest import Rest
from test_special_orders import next_report
from test_wsapi import Api

from mockexchange import MockExchange

# rest-api.md, "Query Prevented Matches": takerPreventedQuantity and makerPreventedQuantity stand before transactTime
FIELDS = [
    "symbol", "preventedMatchId", "takerOrderId", "makerSymbol", "makerOrderId", "tradeGroupId", "selfTradePreventionMode", "price",
]


def matches(rest: Rest, **params: Any) -> Any:
    answer = rest.signed("GET", "myPreventedMatches", symbol="BTCUSDT", **params)
    assert answer.status == 200, answer.text
    return answer.json


@pytest.mark.parametrize(("mode", "quantities", "taker", "maker"), [
    ("EXPIRE_MAKER", {"makerPreventedQuantity": "0.10000000"}, "NEW", "EXPIRED_IN_MATCH"),
    ("EXPIRE_TAKER", {"takerPreventedQuantity": "0.30000000"}, "EXPIRED_IN_MATCH", "NEW"),
    ("EXPIRE_BOTH", {"takerPreventedQuantity": "0.30000000", "makerPreventedQuantity": "0.10000000"}, "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
    ("DECREMENT", {"takerPreventedQuantity": "0.10000000", "makerPreventedQuantity": "0.10000000"}, "NEW", "EXPIRED_IN_MATCH"),
    ("TRANSFER", {"takerPreventedQuantity": "0.10000000", "makerPreventedQuantity": "0.10000000"}, "NEW", "EXPIRED_IN_MATCH"),
])
def test_every_mode(rest: Rest, mode: str, quantities: dict[str, str], taker: str, maker: str) -> None:
    first = rest.order(price="40000", quantity="0.1", selfTradePreventionMode="TRANSFER" if mode == "TRANSFER" else "NONE").json
    second = rest.order(side="SELL", price="40000", quantity="0.3", selfTradePreventionMode=mode).json
    assert second["status"] == taker
    assert rest.signed("GET", "order", symbol="BTCUSDT", orderId=first["orderId"]).json["status"] == maker
    row, = matches(rest, orderId=second["orderId"])
    assert list(row) == [*FIELDS, *quantities, "transactTime"]
    assert {name: row[name] for name in quantities} == quantities
    assert (row["takerOrderId"], row["makerOrderId"], row["tradeGroupId"], row["selfTradePreventionMode"], row["price"]) == (
        second["orderId"], first["orderId"], -1, mode, "40000.00000000"
    )
    assert second["preventedMatches"] == [{
        "preventedMatchId": row["preventedMatchId"], "makerSymbol": "BTCUSDT", "makerOrderId": first["orderId"], "price": "40000.00000000",
        **quantities,
    }]
    assert second.get("preventedQuantity") == quantities.get("takerPreventedQuantity")


def test_transfer_needs_both_orders(rest: Rest) -> None:
    """faqs/stp_faq.md: a taker's TRANSFER against another mode is DECREMENT."""
    rest.order(price="40000", quantity="0.1", selfTradePreventionMode="EXPIRE_MAKER")
    taker = rest.order(side="SELL", price="40000", quantity="0.1", selfTradePreventionMode="TRANSFER").json
    assert matches(rest, orderId=taker["orderId"])[0]["selfTradePreventionMode"] == "DECREMENT"


def test_queries(rest: Rest) -> None:
    makers = [rest.order(price=price, quantity="0.1", selfTradePreventionMode="NONE").json["orderId"] for price in ("40002", "40001", "40000")]
    taker = rest.order(side="SELL", price="40000", quantity="0.3", selfTradePreventionMode="EXPIRE_MAKER").json["orderId"]
    rows = matches(rest, orderId=taker)
    ids = [row["preventedMatchId"] for row in rows]
    assert [row["makerOrderId"] for row in rows] == makers and ids == sorted(ids)
    assert matches(rest, preventedMatchId=ids[1]) == rows[1:2] == matches(rest, orderId=makers[1])
    assert matches(rest, orderId=taker, fromPreventedMatchId=ids[1]) == rows[1:]
    assert matches(rest, orderId=taker, fromPreventedMatchId=ids[0], limit=2) == rows[:2]
    assert matches(rest, preventedMatchId=10_000) == []
    found = rest.signed("GET", "order", symbol="BTCUSDT", orderId=makers[2]).json
    assert (found["preventedMatchId"], found["preventedQuantity"]) == (ids[2], "0.10000000")


@pytest.mark.parametrize(("params", "code"), [
    ({}, -1102), ({"fromPreventedMatchId": 1}, -1128), ({"preventedMatchId": 1, "orderId": 1}, -1128), ({"symbol": "NOPE", "orderId": 1}, -1121),
])
def test_refusals(rest: Rest, params: dict[str, Any], code: int) -> None:
    assert rest.signed("GET", "myPreventedMatches", **{"symbol": "BTCUSDT", **params}).error[1] == code


def test_weights(rest: Rest) -> None:
    used = [
        int(rest.signed("GET", "myPreventedMatches", symbol="BTCUSDT", **params).headers["x-mbx-used-weight"])
        for params in ({"preventedMatchId": 1}, {"preventedMatchId": 1}, {"orderId": 1})
    ]
    assert (used[1] - used[0], used[2] - used[1]) == (2, 20)


def test_events(venue: MockExchange, rest: Rest) -> None:
    """user-data-stream.md, "Conditional Fields in Execution Report": v, A, B, u, U, Cs, pl, pL, pY."""
    api = Api(venue)
    try:
        api.request("userDataStream.subscribe.signature", **api.sign({}))
        maker = rest.order(price="40000", quantity="0.1", selfTradePreventionMode="NONE").json["orderId"]
        taker = rest.order(side="SELL", price="39000", quantity="0.3", selfTradePreventionMode="DECREMENT").json["orderId"]
        reports = [next_report(api) for _ in range(4)]
        assert [(row["x"], row["i"]) for row in reports] == [
            ("NEW", maker), ("NEW", taker), ("TRADE_PREVENTION", maker), ("TRADE_PREVENTION", taker),
        ]
        match, = matches(rest, orderId=taker)
        for row, counter in zip(reports[2:], (taker, maker), strict=True):
            assert {name: row[name] for name in ("v", "A", "B", "u", "U", "Cs", "pl", "pL", "pY")} == {
                "v": match["preventedMatchId"], "A": "0.10000000", "B": "0.10000000", "u": -1, "U": counter, "Cs": "BTCUSDT",
                "pl": "0.10000000", "pL": "40000.00000000", "pY": "4000.00000000",
            }
        gone = rest.signed("DELETE", "order", symbol="BTCUSDT", orderId=taker).json
        assert (gone["preventedMatchId"], gone["preventedQuantity"]) == (match["preventedMatchId"], "0.10000000")
        found = api.request("myPreventedMatches", **api.sign({"symbol": "BTCUSDT", "orderId": taker}))["result"]
        assert found == [match]
    finally:
        api.close()


def test_they_survive_a_restart(tmp_path: Path) -> None:
    with MockExchange("binance", feed="none", state=tmp_path) as venue:
        rest = Rest(venue.rest)
        rest.order(price="40000", quantity="0.1", selfTradePreventionMode="NONE")
        taker = rest.order(side="SELL", price="40000", quantity="0.3", selfTradePreventionMode="DECREMENT").json["orderId"]
        before = matches(rest, orderId=taker)
        assert len(before) == 1
    with MockExchange("binance", feed="none", state=tmp_path) as venue:
        assert matches(Rest(venue.rest), orderId=taker) == before
