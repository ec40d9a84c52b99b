"""A market with waves goes its way by time alone, whatever happens to its venue."""

from functools import cache
from typing import Any

import pytest

from mockexchange.feeds.course import SECOND, Course
from mockexchange.feeds.shape import activity_of
from vnpy_rehearsal.simulation.world import World

LIVELY = activity_of("BTCUSDT")._replace(events=0.5, volatility=0.0014, trend=2.0, wave=700.0)


def prices(change: Any = None, seed: int = 1) -> list[float]:
    """The last price every 5 s for ten minutes; ``change`` is called with the venue after two."""
    world = World(seed)
    found: list[float] = []

    def live() -> None:
        with world.exchange("binance", activities={"BTCUSDT": LIVELY}) as venue:
            for number in range(120):
                if number == 24 and change is not None:
                    change(venue)
                world.sleep(5.0 * (number + 1) - world.loop.now)
                found.append(venue.run(lambda venue: venue.exchange.tapes["BTCUSDT"].last_price / 1e8))

    try:
        world.run(live)
    finally:
        world.close()
    return found


@cache
def calm() -> list[float]:
    """With nothing happening to it."""
    return prices()


@pytest.mark.parametrize("change", [
    lambda venue: venue.restart(down=4.0), lambda venue: venue.restart(keep_state=False, down=1.0), lambda venue: venue.set_rules("BTCUSDT", tick_size="0.1"),
    lambda venue: venue.clock(8 * 3_600_000),
])
def test_whatever_happens_to_its_venue(change: Any) -> None:
    found: list[float] = prices(change)
    assert found[:24] == calm()[:24]
    assert max(abs(here / there - 1) for here, there in zip(found[26:], calm()[26:], strict=True)) < 1e-3
    assert max(calm()) / min(calm()) > 1.01, "it moves at all"


def test_another_seed_goes_another_way() -> None:
    assert max(abs(here / there - 1) for here, there in zip(prices(seed=2), calm(), strict=True)) > 3e-3


def test_a_price_that_is_set_is_gone_on_from() -> None:
    found: list[float] = prices(lambda venue: venue.set_price("BTCUSDT", "20000"))
    assert [here / there for here, there in zip(found[26:], calm()[26:], strict=True)] == pytest.approx([20000 / calm()[23]] * 94, rel=2e-3)


def test_moments_do_not_depend_on_who_asks() -> None:
    course, other = Course("1:BTCUSDT", LIVELY), Course("1:BTCUSDT", LIVELY)
    now, moments = 0, []
    while now < 600 * SECOND:
        now = course.next(now)
        moments.append(now)
    assert len(moments) == pytest.approx(300, abs=5) and moments == sorted(set(moments))
    assert all(other.next(moment - 1) == moment for moment in reversed(moments))
    assert other.at(moments[-1]) == course.at(moments[-1])
