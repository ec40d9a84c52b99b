"""Server = EMBEDDED, the first choice of every gateway's dialog: connect, trade, lose the child, connect again."""

import os
import signal
import sys
from collections.abc import Iterator
from logging import ERROR

import pytest
from vnpy.trader.constant import Status

from .child_desk import EMBEDDED, EMBEDDED_HASHEX, exists, make_desk, pid, renewed, until
from .harness import Desk

LOW, HIGH = 30_000.0, 50_000.0
LONG: bool = bool(os.environ.get("LONG"))
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture(params=[EMBEDDED, EMBEDDED_HASHEX], ids=lambda case: case.name)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Not connected yet."""
    found = make_desk(request.param)
    try:
        yield found
    finally:
        found.close()


def test_it_is_the_first_choice(desk: Desk) -> None:
    setting = desk.gateway.get_default_setting()
    assert setting["Server"][0] == "EMBEDDED" and setting["Embedded Options"] == ""


def test_connect_trade_close(desk: Desk) -> None:
    desk.ready()
    assert desk.gateway.health() and all(name for name in desk.gateway.health())
    desk.subscribe()
    desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
    resting = desk.send("BUY", LOW, 0.01)
    desk.wait_status(resting, Status.NOTTRADED)
    desk.wait_status(desk.send("SELL", LOW + 1_000, 0.01), Status.ALLTRADED)
    desk.cancel(resting)
    desk.wait_status(resting, Status.CANCELLED)
    desk.assert_truth()
    child = pid(desk)
    desk.close()
    assert not exists(child)
    assert not desk.recorder.complaints() and not desk.recorder.said("ended unexpectedly")


def test_options_are_the_mock_exchanges_own_words(desk: Desk) -> None:
    desk.ready(**{"Embedded Options": "--feed none --seed 7 --speed 2"})
    state = desk.venue.ask("state")
    assert (state["seed"], state["feed"]["spec"], state["feed"]["speed"]) == (7, "none", 2.0)


@pytest.mark.parametrize(("text", "said"), [
    ("--seed '7", "Setting 'Embedded Options': \"--seed '7\" cannot be read"),
    ("--nonsense", "--nonsense"),
    ("--feed /nowhere/at/all.csv", "/nowhere/at/all.csv"),
])
def test_options_that_are_none(desk: Desk, text: str, said: str) -> None:
    desk.connect(**{"Embedded Options": text})
    desk.recorder.wait(lambda: desk.recorder.said(said, ERROR), "the line", 20)
    assert not desk.gateway.ready
    if said == "--nonsense" or LONG:
        desk.recorder.logs.clear()
        desk.ready(**{"Embedded Options": ""})


def test_options_are_not_used_with_the_real_venue(desk: Desk) -> None:
    server = desk.gateway.get_default_setting()["Server"][1]
    desk.connect(**{"Server": server, "REST Host": "http://127.0.0.1:9", "Embedded Options": "--seed 7"})
    desk.recorder.wait(lambda: desk.recorder.said("Setting 'Embedded Options' is not used with Server"), "the line")


@posix
def test_the_child_dies_and_comes_again(desk: Desk) -> None:
    desk.ready()
    resting = desk.send("BUY", LOW, 0.01)
    desk.wait_status(resting, Status.NOTTRADED)
    before = desk.gateway.embedded
    os.kill(pid(desk), signal.SIGKILL)
    desk.recorder.wait(lambda: desk.recorder.said("Embedded exchange ended unexpectedly", ERROR), "the line")
    assert desk.gateway.lost and not desk.gateway.ready
    refused = desk.send("BUY", LOW, 0.01)
    desk.wait_status(refused, Status.REJECTED)
    assert desk.recorder.orders[resting].status is Status.NOTTRADED, "nobody knows what became of it"
    desk.recorder.logs.clear()
    desk.ready()
    assert until(lambda: renewed(desk, before)) and not desk.gateway.lost
    desk.wait_status(desk.send("BUY", LOW, 0.02), Status.NOTTRADED)
