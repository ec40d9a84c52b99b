"""The answer before the engine: a delay with "ack"."""

import json
from typing import Any

import pytest
from fault_worlds import (
    BINANCE_API,
    SOURCES,
    WORLDS,
    World,
    ask,
    binance_call,
    binance_params,
    call,
    faults_seen,
    hashex_call,
    is_quiet,
    numbers,
    order,
    placed,
    qte_call,
)
from raw_websocket import RawWebSocket
from waiting import until

from mockexchange import MockExchange


def arm(venue: MockExchange, label: str, ms: int = 1000) -> None:
    venue.faults.add(match=label, stage="before_engine", action="delay", ms=ms, ack=True)


def first_report(venue: MockExchange) -> dict[str, Any]:
    rows: list[dict[str, Any]] = until(lambda: [row for row in venue.journal() if row["kind"] == "order"])
    return rows[0]


def test_an_order_is_answered_first(venue: MockExchange, world: World) -> None:
    arm(venue, world.order_label)
    answer = order(world, venue)
    assert answer.status == 200 and world.accepted(answer.json) and placed(venue) == 0
    assert venue.state()["accounts"]["mock-key"]["open_orders"] == 0
    row = first_report(venue)
    assert (row["status"], row["qty"], row["price"]) == ("NEW", "0.01000000", "39000.00000000")
    if world.dialect == "binance":
        assert set(answer.json) == {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
        assert (answer.json["orderId"], answer.json["clientOrderId"]) == (row["order_id"], row["client_order_id"])
    elif world.dialect == "hashex":
        assert answer.json["data"] == str(row["order_id"])
    assert [fault["action"] for fault in faults_seen(venue)] == ["delay"]


def test_what_is_promised_is_counted_until_the_engine_has_it(venue: MockExchange, world: World) -> None:
    arm(venue, world.order_label)
    order(world, venue)
    assert venue.run(lambda venue: venue.faults.promised) == 1
    first_report(venue)
    assert venue.run(lambda venue: venue.faults.promised) == 0


def test_ids_stay_unique(venue: MockExchange, world: World) -> None:
    arm(venue, world.order_label)
    order(world, venue)
    order(world, venue, "0.02")                     # overtakes it
    rows = until(lambda: _orders(venue, 2))
    assert [row["qty"] for row in rows] == ["0.02000000", "0.01000000"]
    order(world, venue, "0.03")
    ids = [row["order_id"] for row in _orders(venue, 3)]
    assert len(set(ids)) == 3 and ids[1] < ids[0] < ids[2]


def _orders(venue: MockExchange, count: int) -> list[dict[str, Any]]:
    rows = [row for row in venue.journal() if row["kind"] == "order"]
    return rows if len(rows) >= count else []


def test_it_cannot_be_found_until_the_engine_has_seen_it(venue: MockExchange, world: World) -> None:
    arm(venue, world.order_label)
    answer = order(world, venue).json

    def known() -> bool:
        if world.dialect == "binance":
            values = {"symbol": "BTCUSDT", "orderId": answer["orderId"]}
            return call(venue, binance_call("GET", "/api/v3/order", values, "mock-key")).status == 200
        if world.dialect == "hashex":
            values = {"orderId": answer["data"]}
            return bool(call(venue, hashex_call("GET", "/spot/v1/u/trade/order/detail", values, "mock-key")).json["data"])
        return call(venue, qte_call("GET", "/api/v1/order", {"order_id": answer["orderId"]}, "mock-key")).status == 200

    assert not known()
    until(known)


def test_it_may_be_refused_then(serve: Any) -> None:
    venue, world = serve("binance"), WORLDS["binance"]
    arm(venue, world.order_label)
    assert order(world, venue, "2", "39000").status == 200
    assert order(world, venue, "2", "39001").status == 200      # takes the money
    refused = until(lambda: [row for row in venue.journal() if row.get("refused")])
    assert (refused[0]["refused"], refused[0]["price"]) == ("INSUFFICIENT_BALANCE", "39000.00000000")


def test_what_would_be_refused_now_is(venue: MockExchange, world: World) -> None:
    arm(venue, world.order_label)
    assert not world.accepted(order(world, venue, "100").json)
    assert [row["refused"] for row in venue.journal() if row.get("refused")] == ["INSUFFICIENT_BALANCE"]


def test_over_the_websocket_api_before_the_push(serve: Any) -> None:
    venue, source = serve("binance"), SOURCES["binance-user"]
    arm(venue, "WS order.place")
    values = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "39000"}
    with source.open(venue) as stream, RawWebSocket(venue.stream, BINANCE_API) as client:
        answer = ask(client, {"id": 7, "method": "order.place", "params": binance_params(values, "mock-key")})
        assert answer["status"] == 200 and "transactTime" in answer["result"]
        assert is_quiet(source, stream, 0.1)
        assert numbers(source, stream, 1) == [10]
        assert first_report(venue)["order_id"] == answer["result"]["orderId"]


def test_a_restart_loses_it(venue: MockExchange, world: World) -> None:
    arm(venue, world.order_label, 400)
    assert order(world, venue).status == 200
    venue.restart(keep_state=True)
    assert is_never(venue)


def is_never(venue: MockExchange) -> bool:
    try:
        until(lambda: placed(venue), 0.8)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("stage", ["after_engine", "on_reply", "on_push", "on_accept"])
def test_only_before_the_engine(venue: MockExchange, world: World, stage: str) -> None:
    with pytest.raises(ValueError, match="unknown field 'ack'"):
        venue.faults.add(match="*", stage=stage, action="delay", ms=1, ack=True)


def test_other_requests_are_not_touched(venue: MockExchange, world: World) -> None:
    arm(venue, world.symbol_label)
    assert call(venue, world.symbols).json
    assert json.loads(order(world, venue).body)
    assert placed(venue) == 1
