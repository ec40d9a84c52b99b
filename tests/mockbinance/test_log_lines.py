"""Log lines: one line each, short, and not as many as a venue likes."""

from time import process_time
from typing import Any

import pytest
from vnpy.event import Event

from vnpy_mockbinance import MockBinanceGateway
from vnpy_mockbinance.session import BinanceSession
from vnpy_restgateway.log import LONGEST_LINE, READ_OF_LINE


class Lines(list[str]):
    def put(self, event: Event) -> None:
        if event.type == "eLog":
            self.append(event.data.msg)


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def gateway(lines: Lines) -> Any:
    return MockBinanceGateway(lines, "X")       # type: ignore[arg-type]


@pytest.fixture
def session(gateway: Any) -> Any:
    """Connected to nothing."""
    made = BinanceSession(gateway.host, gateway.timings, {"rest": "", "stream": "", "key": "", "secret": ""}, ("", 0))
    gateway.host.attach(made)
    return made


def test_a_long_line_is_cut(gateway: Any, lines: Lines) -> None:
    gateway.host.secrets = ("hunter2-hunter2",)
    gateway.log("a" * 700 + "hunter2-hunter2" * 5 + "b" * 50_000_000)
    assert len(lines) == 1 and len(lines[0]) <= LONGEST_LINE + 4 and lines[0].endswith(" ...") and "hunter2" not in lines[0]


def test_a_secret_at_the_end_of_what_is_read_is_not_shown_in_part(gateway: Any, lines: Lines) -> None:
    gateway.host.secrets = ("hunter2/hunter2",)
    for tail in range(15):
        gateway.log("password=" + "x" * (READ_OF_LINE - 10 - tail) + " hunter2/hunter2 and so on")
    assert all("hunt" not in line and line.endswith(" ...") for line in lines) and len(lines) == 15


@pytest.mark.parametrize("piece", ["b", "a-", "a=", ",a=", "token ", "a==", "&a", "secret-"])
def test_a_line_of_a_venues_making_costs_little(gateway: Any, lines: Lines, piece: str) -> None:
    """Seconds in which nothing else ran: a long word was read from each of its letters."""
    began: float = process_time()
    gateway.log(piece * 1_000_000)
    assert process_time() - began < 2.0                      # 0.2 s at most where this was written
    assert len(lines) == 1


def test_a_line_is_one_line(gateway: Any, lines: Lines) -> None:
    gateway.log("资金不足\r\n2030-01-01 ERROR forged\x1b[31m\u2028\ud800")
    assert lines[0].isprintable() and lines[0].startswith("资金不足  2030")


def test_bad_frames_are_said_now_and_then(session: Any, lines: Lines) -> None:
    """And they do not make the gateway ask the venue for each of them."""
    for payload in [b"[" * 100_000, b"NaN", b'{"a":1e400}', b"\xff"] * 500:
        session.trade.on_frame(payload)
        session.md.on_frame(payload)
    assert 6 <= len(lines) <= 12 and all(len(line) < 400 for line in lines)


def test_user_events_that_are_not_understood(session: Any, lines: Lines) -> None:
    for n in range(2_000):
        session.account.on_user_event({"e": "executionReport", "s": n, "B": n} if n % 2 else {"e": "outboundAccountPosition", "B": n})
    assert len([line for line in lines if "not understood" in line]) <= 6
