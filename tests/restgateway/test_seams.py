"""Clock, randomness and executor are handed in: a gateway on a clock of the test's."""

import ast
from pathlib import Path
from random import Random

import pytest
from reaches import reaches
from test_gateway_base import PATIENCE, ListGateway, Recorder, request
from vnpy.trader.constant import Status

from vnpy_restgateway.seams import Seams

ROOT: Path = Path(__file__).parents[2]
PACKAGES: tuple[str, ...] = ("vnpy_restgateway", "vnpy_mockbinance", "vnpy_hashex", "vnpy_qmtrest", "vnpy_futuopend", "vnpy_webgateway")
# the machine: what hands it in, sockets and names, child processes, and clients that are used without a gateway
REAL: frozenset[str] = frozenset({
    "vnpy_restgateway/seams.py", "vnpy_restgateway/threads.py", "vnpy_restgateway/net/wire.py", "vnpy_restgateway/net/dial.py",
    "vnpy_restgateway/embedded.py", "vnpy_restgateway/embedded_venue.py", "vnpy_webgateway/server/processes.py",
    "vnpy_webgateway/server/trading_process.py", "vnpy_webgateway/server/web_process.py", "vnpy_webgateway/far_end.py",
    "vnpy_futuopend/push_stream.py", "vnpy_futuopend/idempotency.py",
})


class Later(ListGateway):
    """On another clock, with another chance."""

    passed = [5_000.0]
    seams = Seams(monotonic=lambda: Later.passed[0], wall=lambda: 86_400.0, random=Random(7))


def test_a_gateway_lives_by_what_it_is_given() -> None:
    recorder = Recorder()
    gateway, twin = Later(recorder, "TEST"), None
    try:
        gateway.connect({})
        gateway.opened.get(timeout=PATIENCE)
        assert gateway.now().timestamp() == 86_400.0
        gateway.send_order(request())
        order = recorder.order()
        assert order.status is Status.SUBMITTING and gateway.flow.table.active[order.orderid].sent == 5_000.0
        run: list[int] = []
        gateway.executor.post(gateway.executor.call_later, 60.0, "later", lambda: run.append(1))
        gateway.executor.post(gateway.opened.put, {})
        gateway.opened.get(timeout=PATIENCE)
        assert not run
        Later.passed[0] += 61.0
        gateway.executor.post(gateway.opened.put, {})       # it looks at its timers with every job
        gateway.executor.post(gateway.opened.put, {})
        for _ in range(2):
            gateway.opened.get(timeout=PATIENCE)
        assert run
    finally:
        gateway.close()
    Later.seams.random.seed(7)
    twin = Later(recorder, "TEST")
    Later.seams.random.seed(7)
    assert Later(recorder, "TEST").new_orderid() == twin.new_orderid()


def test_nobody_reaches_for_a_clock_or_for_chance() -> None:
    """Time, threads and randomness are handed in, but where the machine itself is what a file is about."""
    found: list[str] = []
    seen: int = 0
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            seen += 1
            name: str = path.relative_to(ROOT).as_posix()
            if name not in REAL:
                found += [f"{name}: {what}" for what in reaches(ast.parse(path.read_text(encoding="utf-8")))]
    assert seen > 100 and not found
    assert all((ROOT / name).exists() for name in REAL)


@pytest.mark.parametrize(("text", "what"), [
    ("import time", "time"), ("from time import sleep", "time.sleep"), ("import random as r\nx = r.random()", "random"),
    ("from threading import Thread\nThread(target=print)", "threading.Thread()"), ("import threading\nthreading.Lock()", "threading"),
    ("from queue import SimpleQueue\nx: SimpleQueue = SimpleQueue()", "queue.SimpleQueue()"),
    ("from datetime import datetime\nx = datetime.now()", "datetime.now()"), ("from uuid import uuid4", "uuid.uuid4"),
    ("import secrets\nsecrets.token_hex()", "secrets"),
])
def test_a_reach_is_noticed(text: str, what: str) -> None:
    assert what in list(reaches(ast.parse(text)))


def test_types_are_no_reach() -> None:
    assert not list(reaches(ast.parse(
        "from threading import Lock, Thread\nfrom random import Random\nx: Lock | None = None\nr = Random(7)\nd = datetime.now(zone)"
    )))
