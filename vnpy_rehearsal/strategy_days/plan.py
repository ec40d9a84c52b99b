"""What is to be played: which strategy on which gateway, on which market, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockexchange.core.instruments import Instrument
from mockexchange.dialects import contents_of
from mockexchange.feeds.shape import Activity, activity_of

from rest_locale import _

from ..conform.known import find_target, make_profile
from ..conform.profile import Profile
from .record import MOST_ORDERS
from .subject import Subject, load_subject

SYNTHETIC: str = "synthetic"
MOST_SECONDS: float = 9_000.0       # of a day whose length is not given
LEAST_SECONDS: float = 300.0
ENOUGH: int = 6                     # occasions on which it trades, after which a day of no given length is long enough

WAVE: float = 700.0                 # s of a way up or down of the market
TREND: float = 2.0                  # of its drift, in volatilities a minute
FUNDS: int = 100                    # of every coin, times what an account has by default
STILL: Activity = Activity(0.02, 10_000.0, 100.0, 0.001, 1e-4, depth=2)


def lively(activity: Activity) -> Activity:
    """
    A market for strategies on bars: it goes up and down some percent within half an hour, few trades a minute, and what rests at one level
    is more than an order takes.
    """
    return activity._replace(events=0.5, level_value=1_000_000.0, volatility=0.0014, trend=TREND, wave=WAVE, depth=12)


@dataclass(frozen=True)
class Plan:
    """
    ``gateway``: "module:Class". ``seconds`` 0: as long as it takes to trade. ``full``: each day lasts to its end, also when there was enough to
    judge by. ``max_orders``: with more the undisturbed day ends, and a disturbed one with twice as many. ``feed``: as the mock exchange takes it, ``feed_more`` its further arguments. ``symbols``: what a portfolio trades, as the venue
    calls it; the profile's symbol is the first of them.
    """

    spec: str
    gateway: str
    dialect: str = ""
    setting: tuple[str, ...] = ()
    seconds: float = 0.0
    seed: int = 0
    feed: str = SYNTHETIC
    feed_more: Mapping[str, Any] = field(default_factory=dict)
    full: bool = False
    max_position: float | None = None
    real: bool = False
    max_orders: int = MOST_ORDERS

    def subject(self) -> Subject:
        """
        :raises ValueError: as ``load_subject``
        """
        return load_subject(self.spec, self.setting)

    def profile(self) -> Profile:
        """
        How the gateway is pointed at its venue.

        :raises ValueError: the gateway is not known
        """
        target = find_target(self.gateway, self.dialect)
        if target is None:
            raise ValueError(_("--gateway: {gateway} has no profile").format(gateway=self.gateway))
        return make_profile(self.gateway, target)

    def venue(self, profile: Profile, symbols: list[str]) -> dict[str, Any]:
        """Arguments of the mock exchange: only what is traded is listed, so that time passes quickly."""
        listed: list[Instrument] = list(contents_of(profile.dialect).instruments)
        if self.feed != SYNTHETIC:
            return {"options": dict(profile.options), "feed": self.feed, **self.feed_more}
        chosen: list[Instrument] = [each for each in listed if each.symbol in symbols] or listed
        beside: list[Instrument] = [each for each in listed if each not in chosen][:1]      # a venue needs one when another is removed
        return {
            "options": dict(profile.options), "instruments": [*chosen, *beside],
            "activities": {
                **{each.symbol: lively(activity_of(each.symbol)) for each in chosen}, **{each.symbol: STILL for each in beside},
            },
        }
