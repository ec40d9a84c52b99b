"""Clock, randomness and executor are handed in: a gateway on a clock of the test's."""

import re
from pathlib import Path
from random import Random

from test_gateway_base import PATIENCE, ListGateway, Recorder, request
from vnpy.trader.constant import Status

from vnpy_restgateway.seams import Seams

ROOT: Path = Path(__file__).parents[2]
# what is the wire, or waits in a thread of the caller for something real to end
REAL: frozenset[str] = frozenset({"embedded.py", "gateway.py", "executor.py", "seams.py", "clock.py", "history.py", "log.py", "table.py", "clock_keeper.py"})


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
    """But the wire (net/), whose sockets and threads are real, and is handed in as a whole."""
    found: list[str] = []
    for package in ("vnpy_restgateway", "vnpy_mockbinance", "vnpy_hashex"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name in REAL or path.parent.name == "net":
                continue
            text = path.read_text(encoding="utf-8")
            found += [f"{path.name}: {line}" for line in text.splitlines() if re.search(r"^(from|import) (time|random)\b", line)]
    assert not found
