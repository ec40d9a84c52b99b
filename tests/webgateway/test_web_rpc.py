"""What is concluded about the trading process from how requests to the web process end. Spec 6.1, 6.2."""

from types import SimpleNamespace
from typing import Any

import pytest

from rest_locale import _
from vnpy_restgateway.net.outcome import NotSent, TimedOut, Unknown
from vnpy_webgateway.rpc import CURE, FAILED, HUNG, RpcHealth

RESET, REFUSED, LATE, GATEWAY = Unknown("reset"), NotSent("connection refused"), TimedOut("timed out"), "status 504"


class Health:
    """The probe is answered while ``web_lives``."""

    def __init__(self) -> None:
        self.now: float = 100.0
        self.web_lives: bool = True
        self.resumed: int = 0
        host: Any = SimpleNamespace(monotonic=lambda: self.now, log=lambda *args: None, say_anew=lambda: None, ready=True)
        self.rpc: RpcHealth = RpcHealth(host, self.probe, self.resume)
        self.rpc.good()

    def probe(self) -> None:
        self.rpc.web_lives = self.web_lives

    def resume(self) -> None:
        self.resumed += 1


@pytest.mark.parametrize(("failures", "reason"), [
    ([LATE], ""),
    ([LATE, LATE], HUNG),
    ([LATE, LATE, LATE], HUNG),
    ([GATEWAY, GATEWAY], HUNG),
    ([FAILED], CURE),
    ([FAILED, FAILED], CURE),
    ([LATE, FAILED], CURE),
    ([FAILED, LATE, LATE], HUNG),
    ([REFUSED, REFUSED, REFUSED], ""),
    ([RESET, FAILED, REFUSED, REFUSED], ""),        # the web process was ended, after it had answered the probe
    ([LATE, LATE, REFUSED], ""),
    ([LATE, RESET], ""),
    ([RESET, REFUSED, RESET], ""),
])
def test_what_failures_in_a_row_mean(failures: list[Any], reason: str) -> None:
    health = Health()
    for failure in failures:
        health.rpc.bad(failure)
    assert health.rpc.reason == (_(reason) if reason else "")


def test_a_web_process_that_is_hung_itself_tells_nothing() -> None:
    health = Health()
    health.rpc.bad(LATE)                            # it lived
    health.web_lives = False
    health.rpc.bad(LATE)
    assert health.rpc.hung                          # of the time before
    health.rpc.bad(LATE)
    assert not health.rpc.reason


@pytest.mark.parametrize("failures", [[LATE, LATE], [FAILED]])
def test_any_answer_to_a_later_question_lets_orders_go(failures: list[Any]) -> None:
    health = Health()
    for failure in failures:
        health.rpc.bad(failure)
    health.rpc.heard(99.0)                          # asked before it failed
    health.rpc.heard(100.0)
    assert health.rpc.reason
    health.rpc.heard(100.1)
    assert not health.rpc.reason and not health.resumed
    health.rpc.good()
    health.rpc.good()
    assert health.resumed == 1
