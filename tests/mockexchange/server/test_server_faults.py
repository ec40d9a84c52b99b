"""The fault table by itself: specifications, counting, order of bites."""

import asyncio
from typing import Any

import pytest

from mockexchange.faults import Dropped, FaultTable, FaultReply


class FakeWire:
    def __init__(self) -> None:
        self.cut: bool = False
        self.gone: asyncio.Event = asyncio.Event()

    def reset(self) -> None:
        self.cut = True

    async def closed(self) -> None:
        await self.gone.wait()


def spec(**changes: Any) -> dict[str, Any]:
    return {"match": "POST *", "stage": "before_engine", "action": "status", "status": 503, **changes}


def bite(table: FaultTable, label: str = "POST /x", stage: str = "before_engine") -> FaultReply | None:
    return asyncio.run(table.bite(stage, label, FakeWire()))


@pytest.mark.parametrize("wrong, words", [
    ({"match": ""}, "match"),
    ({"match": 5}, "match.*5"),
    ({"stage": "on_push"}, "stage.*on_push.*before_engine"),
    ({"stage": "never"}, "stage.*never"),
    ({"action": "explode"}, "action.*explode.*hang"),
    ({"action": "duplicate"}, "action.*duplicate"),
    ({"times": -1}, "times.*-1"),
    ({"times": True}, "times.*True"),
    ({"times": "often"}, "times.*often"),
    ({"status": 99}, "status.*99"),
    ({"status": "503"}, "status.*503"),
    ({"body": 5}, "body.*5"),
    ({"headers": []}, "headers"),
    ({"headers": {"X": None}}, "headers.*X.*None"),
    ({"headers": {"X": "a\r\nY: b"}}, "headers"),
    ({"headers": {"Content-Length": 5}}, "Content-Length"),
    ({"ms": 5}, "unknown field 'ms'.*5"),
    ({"action": "delay"}, "unknown field 'status'|'ms' is missing"),
])
def test_a_wrong_field_is_named_with_its_value(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FaultTable().add({**spec(), **wrong})


@pytest.mark.parametrize("wrong", [-1, "5", True, float("nan"), None])
def test_delay_wants_milliseconds(wrong: Any) -> None:
    with pytest.raises(ValueError, match="ms"):
        FaultTable().add({"match": "*", "stage": "on_reply", "action": "delay", "ms": wrong})


def test_not_an_object() -> None:
    with pytest.raises(ValueError, match="not a JSON object"):
        FaultTable().add("hang")        # type: ignore[arg-type]


def test_counts_and_goes_quiet() -> None:
    bites: list[tuple[int, str]] = []
    table: FaultTable = FaultTable(lambda fault, label: bites.append((fault.bitten, label)))
    assert not table.active
    added = table.add(spec(times=2, body={"code": -1}, headers={"Retry-After": 3}))
    assert added["id"] == 1 and added["bitten"] == 0 and table.active
    assert bite(table, "GET /x") is None and bite(table, stage="on_reply") is None
    reply = bite(table)
    assert reply == FaultReply(503, b'{"code":-1}', "application/json", {"Retry-After": "3"})
    assert bite(table) is not None and not table.active
    assert bite(table) is None
    assert table.list()[0]["bitten"] == 2 and bites == [(1, "POST /x"), (2, "POST /x")]
    table.clear()
    assert table.list() == []


@pytest.mark.parametrize("times", [0, "always"])
def test_without_end(times: Any) -> None:
    table: FaultTable = FaultTable()
    table.add(spec(times=times))
    assert all(bite(table) for _ in range(5)) and table.active


def test_html_body_is_html() -> None:
    table: FaultTable = FaultTable()
    table.add(spec(body="<html>Bad Gateway</html>"))
    reply = bite(table)
    assert reply is not None and reply.content_type == "text/html"


def test_a_delay_lets_the_next_fault_bite() -> None:
    table: FaultTable = FaultTable()
    table.add({"match": "*", "stage": "before_engine", "action": "delay", "ms": 1})
    table.add(spec())
    assert bite(table) is not None
    assert [row["bitten"] for row in table.list()] == [1, 1]


def test_reset_and_hang_drop() -> None:
    async def run() -> None:
        table: FaultTable = FaultTable()
        table.add({"match": "*", "stage": "on_reply", "action": "reset"})
        table.add({"match": "*", "stage": "on_reply", "action": "hang"})
        wire: FakeWire = FakeWire()
        with pytest.raises(Dropped):
            await table.bite("on_reply", "WS order.place", wire)
        assert wire.cut
        hanging = asyncio.create_task(table.bite("on_reply", "WS order.place", wire))
        assert not (await asyncio.wait([hanging], timeout=0.02))[0]
        wire.gone.set()
        with pytest.raises(Dropped):
            await hanging

    asyncio.run(run())
