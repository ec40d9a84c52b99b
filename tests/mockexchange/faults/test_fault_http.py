"""What faults do to HTTP requests and answers, seen on the socket, in every dialect."""

import json
import time
from typing import Any

import pytest
from fault_worlds import Client, World, call, faults_seen, order, parse, placed
from waiting import until

from mockexchange import MockExchange

STAGES: dict[str, int] = {"before_engine": 0, "after_engine": 1, "on_reply": 1}


@pytest.fixture(params=list(STAGES))
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_hang_says_nothing_and_stays(venue: MockExchange, world: World, stage: str) -> None:
    venue.faults.add(match=world.order_label, stage=stage, action="hang")
    with Client(venue.rest, 0.3) as client:
        client.send(world.order("mock-key", "BUY", "0.01", "39000"))
        with pytest.raises(TimeoutError):
            client.read()
    assert placed(venue) == STAGES[stage]


def test_reset_is_a_rst(venue: MockExchange, world: World, stage: str) -> None:
    venue.faults.add(match=world.order_label, stage=stage, action="reset")
    with Client(venue.rest) as client:
        client.send(world.order("mock-key", "BUY", "0.01", "39000"))
        with pytest.raises(ConnectionResetError):
            client.read()
    assert placed(venue) == STAGES[stage]


def test_close_is_a_fin_without_an_answer(venue: MockExchange, world: World, stage: str) -> None:
    venue.faults.add(match=world.order_label, stage=stage, action="close")
    with Client(venue.rest) as client:
        client.send(world.order("mock-key", "BUY", "0.01", "39000"))
        assert client.read() == b""
    assert placed(venue) == STAGES[stage]


def test_delay(venue: MockExchange, world: World, stage: str) -> None:
    venue.faults.add(match=world.order_label, stage=stage, action="delay", ms=600)
    with Client(venue.rest) as client:
        start: float = time.monotonic()
        client.send(world.order("mock-key", "BUY", "0.01", "39000"))
        until(lambda: venue.faults.list()[0]["bitten"])
        seen: int = placed(venue)
        answer = parse(client.read())
    assert time.monotonic() - start >= 0.59 and world.accepted(answer.json)
    assert seen == STAGES[stage] and placed(venue) == 1


def test_status(venue: MockExchange, world: World, stage: str) -> None:
    venue.faults.add(
        match=world.order_label, stage=stage, action="status", status=429, body={"code": -1003, "msg": "slow down"},
        headers={"Retry-After": 7},
    )
    answer = order(world, venue)
    assert (answer.status, answer.headers["retry-after"], answer.json["code"]) == (429, "7", -1003)
    assert placed(venue) == STAGES[stage]


def test_body_in_place_of_the_own(venue: MockExchange, world: World) -> None:
    plain = order(world, venue)
    venue.faults.add(match=world.order_label, stage="on_reply", action="body", body='{"code": 0, "da')
    answer = order(world, venue)
    assert answer.body == b'{"code": 0, "da' and placed(venue) == 2
    kept = ("content-type", "server", "connection", "x-mbx-used-weight-1m")
    assert answer.status == 200
    assert [answer.headers.get(name) for name in kept] == [plain.headers.get(name) for name in kept]
    assert world.accepted(order(world, venue).json)


EDITS: dict[str, tuple[str, str, Any]] = {
    # dialect: the field that is there, the one of another type or an unknown value
    "binance": ("status", "orderId", "clientOrderId"),
    "hashex": ("code", "data", "code"),
    "qte": ("status", "orderId", "price"),
}


def test_body_edited(venue: MockExchange, world: World) -> None:
    enum, wrong, gone = EDITS[world.dialect]
    venue.faults.add(
        match=world.order_label, stage="on_reply", action="body", set={enum: "BRAND_NEW", wrong: [1.5], "added.deep": {"a": 1}},
        remove=[gone, "never.there"],
    )
    answer = order(world, venue).json
    assert answer[wrong] == [1.5] and answer["added"] == {"deep": {"a": 1}}
    assert gone not in answer and (enum == gone or answer[enum] == "BRAND_NEW")


def test_truncate_lies_about_the_length(venue: MockExchange, world: World) -> None:
    venue.faults.add(match=world.order_label, stage="on_reply", action="truncate", bytes=9)
    whole = order(world, venue, price="39001")
    assert int(whole.headers["content-length"]) > len(whole.body) == 9
    venue.faults.add(match=world.symbol_label, stage="on_reply", action="truncate")
    answer = call(venue, world.symbols)
    assert int(answer.headers["content-length"]) // 2 == len(answer.body)
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)
    assert placed(venue) == 1 and call(venue, world.symbols).json


def test_edits_add_up(venue: MockExchange, world: World) -> None:
    venue.faults.add(match=world.order_label, stage="on_reply", action="body", body='{"one": 1}')
    venue.faults.add(match=world.order_label, stage="on_reply", action="body", set={"two": 2}, remove=["one"])
    venue.faults.add(match=world.order_label, stage="on_reply", action="truncate", bytes=4)
    answer = order(world, venue)
    assert (answer.body, answer.headers["content-length"]) == (b'{"tw', "9")


def test_every_bite_is_journalled(venue: MockExchange, world: World) -> None:
    venue.faults.add(match=world.order_label, stage="on_reply", action="body", body="x", skip=1, times=2)
    bodies = [order(world, venue).body == b"x" for _ in range(4)]
    assert bodies == [False, True, True, False]
    rows = faults_seen(venue)
    assert [(row["action"], row["stage"], row["label"], row["bitten"]) for row in rows] == [
        ("body", "on_reply", world.order_label, 1), ("body", "on_reply", world.order_label, 2),
    ]
    assert venue.faults.list()[0]["bitten"] == 2


def test_probability_follows_the_seed(serve: Any, world: World) -> None:
    def bites(again: bool) -> list[bool]:
        venue: MockExchange = serve(world.dialect)
        if again:
            venue.faults.add(match="never", stage="on_reply", action="hang")
            venue.reset()
        venue.faults.add(match=world.symbol_label, stage="on_reply", action="body", body="x", probability=0.5, times=0)
        return [call(venue, world.symbols).body == b"x" for _ in range(16)]

    first = bites(False)
    assert 0 < sum(first) < 16 and bites(True) == first


def test_push_before_the_answer_is_a_delayed_answer(serve: Any) -> None:
    from fault_worlds import SOURCES, WORLDS, numbers

    for name in ("binance-user", "hashex-user"):
        source = SOURCES[name]
        world = WORLDS[source.dialect]
        venue: MockExchange = serve(source.dialect)
        with source.open(venue) as stream, Client(venue.rest) as client:
            venue.faults.add(match=world.order_label, stage="on_reply", action="delay", ms=1200)
            client.send(world.order("mock-key", "BUY", "0.005", "39000"))
            assert numbers(source, stream, 1) == [5]
            client.socket.settimeout(0.05)
            with pytest.raises(TimeoutError):
                client.read()
            client.socket.settimeout(10)
            assert world.accepted(parse(client.read()).json)
