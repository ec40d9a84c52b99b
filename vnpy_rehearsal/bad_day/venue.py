"""The mock exchange of a bad day, in this process: the faults of some rows strike within it, those of others the wire before it."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from mockexchange import MockExchange
from mockexchange.byte_proxy import VenueWire
from mockexchange.core.instruments import Instrument
from mockexchange.core.numbers import SCALE
from mockexchange.options import read_option_texts
from mockexchange.server.cli import make_parser
from vnpy_restgateway.embedded_venue import OPTIONS
from vnpy_restgateway.gateway import RestGateway

from ..conform.known import Target, find_target, make_profile
from ..conform.market import PriceLevels, venue_symbol
from ..conform.profile import Profile
from ..profiles import JobProfile

BELOW: float = 0.95             # of the price: where an order of somebody else rests
WORTH: float = 400.0            # of such an order, in its currency
COARSER: int = 10               # times


@dataclass
class BadVenue:
    """``profile``: what of the gateway and its dialect the strikes go by."""

    venue: MockExchange
    wire: VenueWire
    profile: Profile

    def ready(self) -> dict[str, Any]:
        """The ready line of the venue, through the wire."""
        return {**self.venue.ready(), "rest": self.wire.rest, "stream": self.wire.stream}

    def trade_on(self, gateway: RestGateway, vt_symbol: str) -> Profile:
        """The profile, for what is traded: its prices are those of now."""
        found: str = venue_symbol(gateway.contracts.get(vt_symbol), self.venue.state()["symbols"])
        if not found:
            return self.profile
        instrument, price = self.venue.run(lambda venue: (venue.exchange.instruments[found], venue.exchange.tapes[found].last_price))
        return replace(self.profile, market=levels_of(instrument, price, self.profile.market))


def levels_of(instrument: Instrument, price: int, usual: PriceLevels) -> PriceLevels:
    """The levels that strikes use, around a price (1e-8); the others as they are."""
    terms = instrument.equity
    tick: int = instrument.tick_size
    for above, size in terms.ticks if terms else ():
        tick = size if price >= above else tick
    step: int = terms.lot if terms else instrument.step_size
    low: int = int(price * BELOW) // tick * tick
    unit: int = max(terms.least if terms else instrument.min_quantity, step, int(WORTH * SCALE / max(price, 1) * SCALE) // step * step if not terms else 0)
    coarse: dict[str, str] = {"tick_size": f"{COARSER * tick / SCALE:.8f}"}
    if terms is None:
        coarse |= {"step_size": f"{COARSER * step / SCALE:.8f}", "min_quantity": f"{COARSER * step / SCALE:.8f}"}
    return replace(usual, symbol=instrument.symbol, low=low / SCALE, unit=unit / SCALE, coarse=coarse)


def find_profile(job: JobProfile) -> Profile:
    """
    What the matrix knows of the main job's gateway.

    :raises ValueError: nothing
    """
    target: Target | None = find_target(job.gateway, job.dialect)
    if target is None:
        raise ValueError(f"--bad-day: {job.gateway} has no profile")
    return make_profile(job.gateway, target)


@contextmanager
def bad_venue(job: JobProfile, profile: Profile, words: Sequence[str]) -> Iterator[BadVenue]:
    """
    The venue and the wire for the time of a ``with``. ``words``: of the mock exchange's command line, beside those of the profile.

    :raises ValueError: or OSError, JournalError, FeedError: a word is wrong, or the venue cannot be opened
    """
    given = make_parser().parse_args(["serve", f"{job.dialect}=0", *words, *shlex.split(str(job.setting.get(OPTIONS, "")))])
    venue: MockExchange = MockExchange(
        job.dialect, feed=given.feed, seed=given.seed, speed=given.speed, feed_timezone=given.feed_timezone, feed_start=given.feed_start,
        loop=given.loop, accounts=given.account or None, listed=given.list, symbols=given.symbols, options=read_option_texts(given.option).get(job.dialect),
    )
    with venue:
        wire: VenueWire = venue.wire()
        with wire:
            yield BadVenue(venue, wire, profile)
