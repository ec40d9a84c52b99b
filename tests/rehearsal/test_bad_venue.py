"""The venue of a bad day: the gateway trades on it as on its embedded exchange, through a wire that can be broken, and no child is started."""

from pathlib import Path
from typing import Any

import pytest
from vnpy.event import EventEngine
from waiting import until

from vnpy_mockbinance import MockBinanceGateway
from vnpy_rehearsal.bad_day.plan import BadPlan
from vnpy_rehearsal.job import find_profile, named_profiles


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    found = EventEngine()
    found.start()
    yield found
    found.stop()


def test_a_gateway_trades_on_it_and_comes_back_after_the_wire_was_bad(engine: EventEngine) -> None:
    plan = BadPlan(find_profile("MOCKBINANCE", named_profiles()), "F42", 10.0, 0)
    with plan.open(("--feed", "none", "--seed", "3", "--speed", "1")) as bad:
        gateway = MockBinanceGateway(engine, "MOCKBINANCE")
        gateway.child.running = bad.ready
        try:
            gateway.connect({})
            until(lambda: gateway.ready and all(gateway.health().values()), what="the gateway")
            assert gateway.embedded is None and gateway.venue["rest"] == bad.wire.rest != bad.venue.rest and bad.wire.accepted >= 2
            assert bad.trade_on(gateway, "BTCUSDT_SPOT_BINANCE.GLOBAL").market.symbol == "BTCUSDT"
            bad.wire.reset()
            until(lambda: not all(gateway.health().values()), what="its connections are gone")
            until(lambda: all(gateway.health().values()), what="they are back")
            gateway.connect({})                 # the user connects again: the same venue, its orders and ids are what they were
            until(lambda: gateway.ready and all(gateway.health().values()), what="the gateway")
            assert gateway.embedded is None and bad.venue.state()["journal"] > 0
        finally:
            gateway.close()


def test_the_words_of_the_profile_are_the_venues_too() -> None:
    futu = BadPlan(find_profile("FUTUOPEND", named_profiles()), "F2", 10.0, 0)
    with futu.open(("--feed", "none", "--seed", "3")) as bad:
        assert bad.venue.state()["options"]["china_cash"] == 1_000_000 and bad.venue.state()["feed"]["spec"] == "none"
