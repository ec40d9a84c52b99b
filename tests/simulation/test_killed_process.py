"""A trading process that dies in a world: nothing of it acts any more, the venue lives on, and a new one finds the orders."""

import logging
from dataclasses import replace

import pytest

from vnpy.trader.constant import Status

from vnpy_rehearsal.conform.harness import GatewayHarness
from vnpy_rehearsal.conform.known import make_profile, make_target
from vnpy_rehearsal.profiles import read_profiles
from vnpy_rehearsal.simulation.process import SimulatedProcess
from vnpy_rehearsal.simulation.world import World

GATEWAYS: list[str] = sorted({entry["gateway"] for entry in read_profiles(lambda each: each) if entry.get("name") not in (None, "", "TINY")})       # another test's


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_killed_gateway_says_and_does_nothing(gateway: str) -> None:
    logging.getLogger("mockexchange").setLevel(logging.CRITICAL)
    profile = make_profile(gateway, make_target(gateway, "", {}, {}, "", {}))
    world = World(3)
    places = [SimulatedProcess(world, number) for number in range(2)]
    first, second = (replace(profile, stage=place.stage()) for place in places)
    market = profile.market

    def live() -> None:
        with world.exchange(profile.dialect, options=dict(profile.options), speed=0.001) as venue:
            nobody: int = venue.state()["listeners"]
            dead = GatewayHarness(first, venue, spoils=False).ready()
            resting = dead.send("BUY", market.low, market.volume(10))
            dead.wait_status(resting, Status.NOTTRADED)
            dead.send("BUY", market.low_at(1), market.volume(10))       # on its way, or not yet
            assert places[0].scheduler.threads, "there is something to kill"
            places[0].kill()
            heard, rows = len(dead.recorder.sequence) + len(dead.recorder.logs), venue.journal()
            world.sleep(120.0)
            assert len(dead.recorder.sequence) + len(dead.recorder.logs) == heard
            assert len({row["order_id"] for row in venue.journal() if row["kind"] == "order"}) in (1, 2)
            assert not places[0].scheduler.threads and venue.state()["listeners"] == nobody, "its connections have ended"
            alive = GatewayHarness(second, venue, spoils=False).ready()
            shown = alive.known_as(resting) if profile.names_orders else str(next(row["order_id"] for row in rows if row["kind"] == "order"))
            assert alive.wait_status(shown, Status.NOTTRADED).volume == market.volume(10)
            alive.assert_truth()
            alive.close()

    try:
        world.run(live)
    finally:
        world.close()
    assert not any(scheduler.errors for scheduler in world.schedulers)
