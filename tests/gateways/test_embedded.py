"""Server = EMBEDDED: the mock exchange as a child process of the gateway, a real one."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from logging import ERROR
from pathlib import Path
from typing import Any

import pytest
from vnpy.event import Event, EventEngine
from vnpy.trader.constant import Exchange, Interval, Status
from vnpy.trader.event import EVENT_LOG, EVENT_ORDER
from vnpy.trader.object import HistoryRequest

from vnpy_mockbinance import MockBinanceGateway
from vnpy_mockbinance.rest import RestApi
from vnpy_mockbinance.streams import MdApi, TradeApi
from vnpy_restgateway.embedded import EmbeddedExchange

from .child_desk import (
    EMBEDDED,
    ended,
    exists,
    from_dialog,
    make_desk,
    pid,
    ready_again,
    renewed,
    threads_of_ours,
    until,
)
from .harness import Desk

LOW, HIGH = 30_000.0, 50_000.0
LONG: bool = bool(os.environ.get("LONG"))

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Not connected yet."""
    found = make_desk()
    try:
        yield found
    finally:
        found.close()


def test_connect_trade_close(desk: Desk) -> None:
    """The first minute: the defaults, no key, and an order trades. Gone without a trace two seconds after close()."""
    before = set(threads_of_ours())
    desk.ready()
    desk.recorder.wait(lambda: "USDT" in desk.recorder.accounts, "account")
    desk.subscribe()
    desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
    bought = desk.send("BUY", HIGH, 0.01)
    desk.wait_status(bought, Status.ALLTRADED)
    resting = desk.send("BUY", 39_000.0, 0.1)
    desk.wait_status(resting, Status.NOTTRADED)
    desk.venue.set_price("BTCUSDT", "38900")
    desk.wait_status(resting, Status.ALLTRADED)
    desk.assert_truth()
    assert desk.gateway.query_history(HistoryRequest(
        EMBEDDED.symbol, Exchange.GLOBAL, desk.recorder.ticks[0].datetime.replace(hour=0), None, Interval.HOUR
    )) is not None

    child = pid(desk)
    started = time.monotonic()
    desk.close()
    assert time.monotonic() - started < 2.0
    assert not exists(child), "still there, or a zombie"
    assert until(lambda: not set(threads_of_ours()) - before, 2.0), set(threads_of_ours()) - before
    assert not desk.recorder.complaints()
    assert len(desk.recorder.logs) < 20, [log.msg for log in desk.recorder.logs]
    assert not desk.recorder.said("ended unexpectedly")


def test_the_proxy_is_not_for_our_own_machine(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    desk.connect(**{"Proxy Host": "127.0.0.1", "Proxy Port": 9})
    desk.recorder.wait(lambda: desk.recorder.said("User data stream subscribed"), "user data stream")


@posix
@pytest.mark.parametrize("how", ["killed", "os._exit"])
def test_child_ends_with_its_parent(how: str) -> None:
    script: str = (
        "import os, sys\n"
        "sys.path.append('tests')\n"
        "from gateways.child_desk import make_desk, pid\n"
        "desk = make_desk().ready()\n"
        "print(pid(desk), flush=True)\n"
        "sys.stdin.readline()\n"
        "os._exit(1)\n"
    )
    root: Path = Path(__file__).parent.parent.parent
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    )
    with parent:
        assert parent.stdout and parent.stdin
        child: int = int(parent.stdout.readline())
        assert exists(child)
        if how == "killed":
            parent.kill()
        else:
            parent.stdin.write("\n")
            parent.stdin.flush()
        parent.wait(10)
        assert ended(child)


@posix
def test_child_killed_with_orders_alive(desk: Desk) -> None:
    """Said once, nothing concluded; connect() goes on, and what was in doubt is resolved by asking."""
    desk.ready()
    traded = desk.send("BUY", HIGH, 0.01)
    desk.wait_status(traded, Status.ALLTRADED)
    resting = [desk.send("BUY", LOW, 0.1), desk.send("SELL", HIGH, 0.1)]
    for orderid in resting:
        desk.wait_status(orderid, Status.NOTTRADED)
    desk.assert_truth()
    killed: int = pid(desk)
    os.kill(killed, signal.SIGKILL)
    in_flight = desk.send("BUY", LOW, 0.2)
    desk.recorder.wait(lambda: desk.recorder.said("Embedded exchange ended unexpectedly", ERROR), "the line")

    for _ in range(3):
        refused = desk.send("BUY", LOW, 0.1)
        assert desk.wait_status(refused, Status.REJECTED)
        desk.recorder.orders.pop(refused)
    assert desk.recorder.said("Order rejected, not sent: not connected", ERROR)
    desk.cancel(resting[0])
    desk.subscribe()
    desk.gateway.query_account()
    assert until(lambda: not desk.gateway.session.rest.active and not desk.gateway.session.trade.connected)
    assert [desk.order(orderid).status for orderid in resting] == [Status.NOTTRADED] * 2
    assert desk.order(in_flight).status in (Status.SUBMITTING, Status.REJECTED)
    assert len(desk.recorder.said("Embedded exchange ended unexpectedly")) == 1
    assert not exists(killed), "a zombie"

    # the new exchange has never heard of them
    said = len(desk.recorder.said("User data stream subscribed"))
    trades = len(desk.recorder.trades)
    desk.connect()
    desk.recorder.wait(lambda: len(desk.recorder.said("User data stream subscribed")) > said, "second connect")
    new = [desk.send("BUY", HIGH, 0.01), desk.send("BUY", LOW, 0.1), desk.send("SELL", LOW, 0.01)]
    desk.wait_status(new[0], Status.ALLTRADED)
    desk.wait_status(new[1], Status.NOTTRADED)
    desk.wait_status(new[2], Status.ALLTRADED)
    for orderid in resting:
        desk.wait_status(orderid, Status.CANCELLED, seconds=20)
        assert desk.recorder.said(f"Order {orderid} is gone from the venue", ERROR)
    desk.wait_status(in_flight, Status.REJECTED, seconds=20)
    assert desk.order(traded).status is Status.ALLTRADED
    desk.cancel(new[1])
    desk.wait_status(new[1], Status.CANCELLED)

    # the new journal knows nothing of the old orders; what was told of the new ones must agree
    del desk.recorder.trades[:trades]
    for orderid in (traded, in_flight, *resting):
        desk.recorder.orders.pop(orderid)
    desk.assert_truth()


@posix
def test_event_engine_survives_the_death_of_the_child() -> None:
    engine = EventEngine()
    condition = threading.Condition()
    seen: list[Any] = []

    def record(event: Event) -> None:
        with condition:
            seen.append(event.data)
            condition.notify_all()

    def wait(text: str) -> None:
        with condition:
            assert condition.wait_for(lambda: any(text in getattr(d, "msg", "") for d in seen), 15), text

    for kind in (EVENT_LOG, EVENT_ORDER):
        engine.register(kind, record)
    engine.start()
    gateway = MockBinanceGateway(engine, "MOCKBINANCE")
    try:
        gateway.connect(from_dialog())
        wait("User data stream subscribed")
        assert gateway.embedded and gateway.embedded.process
        os.kill(gateway.embedded.process.pid, signal.SIGKILL)
        wait("Embedded exchange ended unexpectedly")
        gateway.write_log("still here")
        wait("still here")
        assert engine._thread.is_alive() and engine._timer.is_alive()
    finally:
        gateway.close()
        engine.stop()
    assert not engine._thread.is_alive()


def test_missing_extra_is_one_line_that_says_what_to_install(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmbeddedExchange, "missing", staticmethod(lambda: ["aiohttp"]))
    desk.connect()
    desk.recorder.wait(lambda: desk.recorder.logs, "the line")
    orderid = desk.send("BUY", LOW, 0.1)
    desk.wait_status(orderid, Status.REJECTED)
    desk.close()
    assert desk.recorder.complaints()[0] == 'The embedded exchange needs aiohttp: pip install "vnpy_mockbinance[mock]"'
    assert not desk.recorder.said("pip install")[1:]


@pytest.mark.parametrize(("arguments", "words"), [
    (("--feed", "/no/such/file"), "/no/such/file"),
    (("--speed", "fast"), "fast"),
    (("--nonsense",), "--nonsense"),
], ids=["feed", "speed", "unknown"])
def test_child_that_cannot_start_speaks_for_itself(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    desk.gateway.embedded_arguments = arguments
    desk.connect()
    desk.recorder.wait(lambda: desk.recorder.complaints(), "the line")
    orderid = desk.send("BUY", LOW, 0.1)
    desk.wait_status(orderid, Status.REJECTED)
    line, *others = desk.recorder.complaints()
    assert line.startswith("The embedded exchange could not be started: mockexchange: error: ") and words in line
    assert others == ["Order rejected, not sent: not connected"]
    if words == "fast" or LONG:         # and with better arguments it goes on
        desk.gateway.embedded_arguments = ()
        desk.ready()


def test_python_that_cannot_be_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    desk.connect()
    desk.recorder.wait(lambda: desk.recorder.said("The embedded exchange could not be started: ", ERROR), "the line")
    assert "/no/such/python" in desk.recorder.complaints()[0]


def test_connect_again_and_again(desk: Desk) -> None:
    """The last connect() counts; of the others nothing is left."""
    children: list[int] = []
    for _ in range(3):
        before = desk.gateway.embedded
        desk.connect()
        assert until(partial(renewed, desk, before))
        children.append(pid(desk))
    desk.recorder.wait(lambda: desk.recorder.said("User data stream subscribed"), "user data stream")
    assert [exists(child) for child in children] == [False, False, True]
    orderid = desk.send("BUY", HIGH, 0.01)
    desk.wait_status(orderid, Status.ALLTRADED)
    desk.assert_truth()


def test_every_child_is_a_venue_of_its_own(desk: Desk) -> None:
    """It counts orders and trades anew: none may be taken for one of the last child, here or in vn.py."""
    venue: Any = desk.venue
    tradeids: set[str] = set()
    for _ in range(3 if LONG else 2):
        desk.recorder.logs.clear()
        desk.recorder.orders.clear()
        desk.recorder.trades.clear()
        desk.gateway.embedded_arguments = (
            "--feed", "none", "--seed", "7",
            "--account", "mock-key:mock-secret:USDT=10000", "--account", "other:other-secret:BTC=1",
        )
        desk.ready()
        for price in (40_000, 40_001, 40_002):
            venue.offer(price, "0.01")
            desk.wait_status(desk.send("BUY", price, 0.01), Status.ALLTRADED)
        desk.assert_truth()
        desk.close()
        seen = {trade.vt_tradeid for trade in desk.recorder.trades}
        assert len(seen) == 3 and not seen & tradeids
        tradeids |= seen


@pytest.mark.parametrize("moment", ["at once", "process", "ready", "contracts"])
def test_close_during_start(desk: Desk, moment: str) -> None:
    before = set(threads_of_ours())
    desk.connect()
    if moment == "process":
        assert until(lambda: getattr(desk.gateway.embedded, "process", None) is not None)
    elif moment == "ready":
        desk.recorder.wait(lambda: desk.recorder.said("Embedded exchange ready"), "ready")
    elif moment == "contracts":
        desk.recorder.wait(lambda: desk.recorder.contracts, "contracts")
    started = time.monotonic()
    desk.close()
    assert time.monotonic() - started < 2.0
    process = desk.gateway.embedded and desk.gateway.embedded.process
    assert process is None or not exists(process.pid)
    assert until(lambda: not set(threads_of_ours()) - before, 2.0), set(threads_of_ours()) - before
    assert not desk.recorder.complaints()
    if moment in ("at once", "contracts") or LONG:
        desk.ready()


def test_close_while_the_child_is_being_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    making = threading.Event()
    made: list[subprocess.Popen[bytes]] = []
    real: Any = subprocess.Popen

    def slow(*args: Any, **options: Any) -> Any:
        making.set()
        assert until(lambda: not desk.gateway.executor.alive)
        made.append(real(*args, **options))
        return made[0]

    monkeypatch.setattr("vnpy_restgateway.embedded.subprocess.Popen", slow)
    before = set(threads_of_ours())
    desk.connect()
    assert making.wait(5)
    desk.close()
    assert until(lambda: not set(threads_of_ours()) - before, 2.0), set(threads_of_ours()) - before
    assert made and not exists(made[0].pid)
    assert not desk.recorder.complaints()


@pytest.mark.parametrize("client", ["rest", "md", "trade"])
def test_close_overtakes_the_writer(desk: Desk, monkeypatch: pytest.MonkeyPatch, client: str) -> None:
    """What the writer starts while close() stops everything must not live on."""
    inside = threading.Event()
    kind: Any = {"rest": RestApi, "md": MdApi, "trade": TradeApi}[client]
    real: Any = kind.connect

    def late(*args: Any) -> None:
        inside.set()
        assert until(lambda: not desk.gateway.executor.alive)
        real(*args)

    monkeypatch.setattr(kind, "connect", late)
    before = set(threads_of_ours())
    desk.connect()
    assert inside.wait(10)
    desk.close()
    assert until(lambda: not set(threads_of_ours()) - before, 2.0), set(threads_of_ours()) - before
    assert not exists(pid(desk))
    assert not desk.recorder.complaints()


ROUNDS: int = 20 if LONG else 6


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors by /proc")
def test_many_rounds_leave_nothing_behind(desk: Desk) -> None:
    def children() -> list[str]:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return file.read().split()

    def settled() -> int:
        assert until(lambda: not set(threads_of_ours()) - before, 2.0), set(threads_of_ours()) - before
        return len(os.listdir("/proc/self/fd"))

    before = set(threads_of_ours())
    children_before: list[str] = children()
    counts: list[int] = []
    for n in range(ROUNDS):
        said = len(desk.recorder.said("Embedded exchange ready"))
        desk.connect()
        if n % 4 == 0:
            desk.recorder.wait(partial(ready_again, desk, said), "ready")
        elif n % 4 == 1:
            assert until(lambda: getattr(desk.gateway.embedded, "process", None) is not None)
        desk.close()
        counts.append(settled())
    assert max(counts[1:]) <= counts[0], counts
    assert children() == children_before
    assert not desk.recorder.complaints()
    assert len(desk.recorder.logs) < ROUNDS * 10
