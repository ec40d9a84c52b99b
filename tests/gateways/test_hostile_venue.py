"""
A venue that means harm: what it answers and pushes is spoilt on the way in. The gateway lives, nothing implausible
reaches the strategy, and when the venue is itself again everything agrees with its journal.
"""

import random
import re
import threading
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from math import isfinite
from time import monotonic
from typing import Any

import pytest
from vnpy.event import Event
from vnpy.trader.constant import Status
from vnpy.trader.event import (
    EVENT_ACCOUNT,
    EVENT_CONTRACT,
    EVENT_ORDER,
    EVENT_POSITION,
    EVENT_TICK,
    EVENT_TRADE,
)
from vnpy.trader.object import LogData

import vnpy_hashex.streams
import vnpy_mockbinance.streams
from mockexchange import MockExchange
from vnpy_restgateway.log import LONGEST_LINE
from vnpy_restgateway.net.rest_transport import Transport
from vnpy_restgateway.net.validate import MOST

from .conftest import ALL_CASES
from .harness import Case, Desk, Recorder

LOW, HIGH = 30_000.0, 50_000.0
LONGEST_NAME: int = 150             # characters of anything that is shown: a trade id is a symbol and two ids
DECIMAL: re.Pattern[bytes] = re.compile(rb'(?<=[":\[,])\d+\.\d+(?=[",}\]])')
ANY_VALUE: re.Pattern[bytes] = re.compile(rb'"[^"\\]*"|-?\d+(?:\.\d+)?|true|false|null')
NUMBERS: list[bytes] = [
    b"NaN", b"nan", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"-1", b"-0.5", b"1e300", b"9" * 100_000,
    b"0." + b"9" * 100_000 + b"e999", b"", b"1e-", b"0x10", b"--1", b"1e18446744073709551616",
]
RUBBISH: list[bytes] = [
    b"[" * 100_000, b'{"a":' * 20_000, b"\xff\xfe", b"", b"null", b"[]", b"{}", b'"' + b"a" * 1_000_000 + b'"',
    b"[" + b"0," * 100_000 + b"0]", b"9" * 100_000, b"1e400", b"<html>", b'{"code":' + b"9" * 30 + b"}",
]
VALUES: list[bytes] = [
    b"null", b"-1", b"1e308", b'""', b"[]", b"{}", b"true", b'"NaN"', b'"-1"', b"9" * 400, b'"' + b"9" * 5_000 + b'"',
    b"[[[[[[]]]]]]", b'"\\ud800"', b'"\\u0000\\n"', b"-9223372036854775809", b"253402300800000", b'"' + b"a" * 100_000 + b'"',
]


# each comes once more under its own name, when the first listener has had it
WATCHED: frozenset[str] = frozenset({
    EVENT_TICK, EVENT_ORDER, EVENT_TRADE, EVENT_ACCOUNT, EVENT_POSITION, EVENT_CONTRACT
})


class Watchful(Recorder):
    """Looks at every number before anybody else does."""

    def __init__(self) -> None:
        super().__init__()
        self.implausible: list[str] = []

    def put(self, event: Event) -> None:
        data: Any = event.data
        if isinstance(data, LogData):
            if len(data.msg) > LONGEST_LINE + 10 or not data.msg.isprintable():
                self.implausible.append(f"a log line of {len(data.msg)}")
        elif event.type in WATCHED and is_dataclass(data):
            for field in fields(data):
                value: Any = getattr(data, field.name)
                if isinstance(value, float | int) and not (isfinite(value) and 0 <= value <= MOST * 1_000):
                    self.implausible.append(f"{type(data).__name__}.{field.name} = {value!r}")
                elif isinstance(value, str) and not (len(value) <= LONGEST_NAME and value.isprintable()):
                    self.implausible.append(f"{type(data).__name__}.{field.name} = {value[:80]!r}")
        super().put(event)


class Poison:
    """Stands where bytes come in, and spoils some of them while ``on``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on: bool = False
        self.kind: str = ""
        self.spoilt: int = 0
        self._source: random.Random = random.Random(7)
        self._lock: threading.Lock = threading.Lock()
        finish = Transport.finish

        def spoilt_finish(transport: Transport, *args: Any, **kwargs: Any) -> Any:
            response = finish(transport, *args, **kwargs)
            response.content = self.spoil(response.content)
            return response

        monkeypatch.setattr(Transport, "finish", spoilt_finish)
        for owner in (vnpy_mockbinance.streams.MdApi, vnpy_mockbinance.streams.TradeApi, vnpy_hashex.streams.Socket):
            self._wrap(monkeypatch, owner)

    def _wrap(self, monkeypatch: pytest.MonkeyPatch, owner: Any) -> None:
        on_frame = owner.on_frame
        monkeypatch.setattr(owner, "on_frame", lambda client, payload: on_frame(client, self.spoil(payload)))

    def spoil(self, data: bytes) -> bytes:
        if not self.on:
            return data
        with self._lock:
            source: random.Random = self._source
            if source.random() > 0.4:
                return data
            self.spoilt += 1
            if self.kind == "rubbish":
                return source.choice(RUBBISH)
            pattern, values = (DECIMAL, NUMBERS) if self.kind == "numbers" else (ANY_VALUE, VALUES)
            found = list(pattern.finditer(data))
            for match in sorted(source.sample(found, min(len(found), source.randrange(1, 4))), key=lambda m: -m.start()):
                data = data[:match.start()] + source.choice(values) + data[match.end():]
            return data


@pytest.fixture(params=[case for case in ALL_CASES if case.in_matrix], ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """One for each venue."""
    found: Case = request.param
    return found


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Poison:
    return Poison(monkeypatch)


@pytest.fixture
def victim(case: Case, venue: MockExchange, poison: Poison) -> Iterator[Desk]:
    desk: Desk = Desk(case, venue)
    desk.recorder = Watchful()
    desk.gateway = case.gateway_class(desk.recorder, case.gateway_class.default_name)   # type: ignore[arg-type]
    case.quick(desk.gateway)
    try:
        yield desk
    finally:
        poison.on = False
        began: float = monotonic()
        desk.close()
        assert monotonic() - began < 2.5
        assert not desk.recorder.implausible, desk.recorder.implausible[:5]


def trade_under(desk: Desk, poison: Poison, kind: str, seconds: float = 2.0) -> list[str]:
    """Orders that rest, fill and are cancelled, while the venue sends ``kind``."""
    poison.kind, poison.on = kind, True
    ids: list[str] = []
    end: float = monotonic() + seconds
    while monotonic() < end:
        ids.append(desk.send("BUY", LOW + len(ids), 0.01))
        ids.append(desk.send("BUY", HIGH, 0.001))
        desk.cancel(ids[-2])
        with desk.recorder.condition:
            desk.recorder.condition.wait_for(lambda: monotonic() > end, 0.3)
    poison.on = False
    assert poison.spoilt
    return ids


def lives(desk: Desk) -> None:
    """A good order goes through, and ticks come."""
    orderid: str = desk.send("BUY", LOW, 0.02)
    desk.wait_status(orderid, Status.NOTTRADED, seconds=30)
    desk.cancel(orderid)
    desk.wait_status(orderid, Status.CANCELLED, seconds=30)
    before: int = len(desk.recorder.ticks)
    desk.recorder.wait(lambda: len(desk.recorder.ticks) > before, "ticks", 40)


def test_numbers_that_are_none(victim: Desk, poison: Poison) -> None:
    """NaN, Infinity, 1e400, negative ones, 10^5 digits, in place of every kind of decimal the venue sends."""
    victim.ready()
    victim.subscribe()
    victim.recorder.wait(lambda: victim.recorder.ticks, "ticks", 20)
    trade_under(victim, poison, "numbers")
    lives(victim)
    if victim.case.dialect == "binance":
        victim.assert_truth(40)
    rejected = {orderid for orderid, order in victim.recorder.orders.items() if order.status is Status.REJECTED}
    taken = {row["client_order_id"] for row in victim.rows("order")}
    lines: str = "\n".join(log.msg for log in victim.recorder.logs if "reject" in log.msg or "never" in log.msg)
    assert not rejected & taken, f"no proof of that: {rejected & taken}\n{lines}"


@pytest.mark.parametrize("kind", ["rubbish", "values"])
def test_rubbish_in_place_of_what_is_due(victim: Desk, poison: Poison, kind: str) -> None:
    """Deep nesting, wrong types, no UTF-8, endless texts, times of another age."""
    victim.ready()
    victim.subscribe()
    victim.recorder.wait(lambda: victim.recorder.ticks, "ticks", 20)
    said: int = len(victim.recorder.logs)
    trade_under(victim, poison, kind)
    lives(victim)
    assert len(victim.recorder.logs) - said < 400, "one short line for each kind, not for each frame"


@pytest.mark.parametrize("kind", ["numbers", "rubbish", "values"])
def test_hostile_from_the_first_byte(victim: Desk, poison: Poison, kind: str) -> None:
    """Contracts, account and clock come spoilt; once the venue is itself again, connecting again mends all."""
    poison.kind, poison.on = kind, True
    victim.connect()
    victim.recorder.wait(lambda: poison.spoilt > 3, "spoilt answers", 20)
    end: float = monotonic() + 2
    victim.recorder.wait(lambda: monotonic() > end, "two seconds")
    poison.on = False
    victim.recorder.logs.clear()
    victim.ready()
    victim.subscribe()
    lives(victim)
