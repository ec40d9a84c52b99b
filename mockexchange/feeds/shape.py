"""
What a market looks like: how deep its book is, how fast it moves, how much it trades.

Prices here are whole ticks and quantities whole steps, so whatever comes out is on the
instrument's grid; ``MarketShape.price`` and ``MarketShape.quantity`` turn them into amounts in 1e-8.
"""

from dataclasses import dataclass
from math import exp
from random import Random
from typing import NamedTuple

from ..core.commands import Quote
from ..core.instruments import Instrument
from ..core.numbers import SCALE

DEPTH: int = 30                     # levels a side behind the touch when a book is built


class Activity(NamedTuple):
    """How busy a market is."""

    events: float                   # moments a second at which something happens
    level_value: float              # what rests at the touch, in dollars
    trade_value: float              # median trade of the flow, in dollars
    volatility: float               # of a minute's return, standard deviation, without bursts and sweeps
    spacing: float                  # between levels, relative to the price
    depth: int = DEPTH              # levels a side behind the touch
    trend: float = 0.8              # of a regime's drift: standard deviation, of a wave's: average, in volatilities a minute
    wave: float = 0.0               # s of a way up or down, on average; 0: there are no waves


ACTIVITIES: dict[str, Activity] = {
    "BTCUSDT": Activity(4.6, 24_000, 420, 0.0007, 4e-5),
    "ETHUSDT": Activity(2.6, 15_000, 300, 0.0009, 6e-5),
    "BNBUSDT": Activity(1.4, 6_000, 200, 0.0010, 1e-4),
    "ETHBTC": Activity(1.1, 9_000, 260, 0.0005, 1.6e-4),
}
QUIET: Activity = Activity(1.0, 4_000, 150, 0.0010, 1e-4)
RARE_DEPTH: int = 8
DOLLARS: dict[str, float] = {"BTC": 40_000, "ETH": 2_500, "BNB": 300}      # other quote assets count as a dollar


@dataclass(slots=True)
class MarketShape:
    """
    An instrument's market around one price.

    Levels behind the touch sit on a grid of slots, one price in each, the same whenever the
    market comes by: that keeps a moving book from being rewritten with every move.
    """

    symbol: str
    tick: int
    step: int
    lowest: int                     # ticks
    highest: int                    # ticks
    largest: int                    # steps, of one level or trade
    spacing: int                    # ticks between slots
    salt: int                       # where in its slot a level sits
    level_steps: float              # what rests at the touch
    trade_steps: float              # median trade
    activity: Activity

    def price(self, ticks: int) -> int:
        return ticks * self.tick

    def quantity(self, steps: int) -> int:
        return steps * self.step

    def slot_price(self, slot: int) -> int:
        """The slot's level in ticks, ascending with the slot."""
        spacing: int = self.spacing
        return slot * spacing + ((slot * 0x9E3779B1 + self.salt) >> 9) % spacing

    def slot_below(self, ticks: int) -> int:
        """The highest slot whose level is below a price."""
        slot: int = ticks // self.spacing
        return slot if self.slot_price(slot) < ticks else slot - 1

    def slot_above(self, ticks: int) -> int:
        """The lowest slot whose level is above a price."""
        slot: int = ticks // self.spacing
        return slot if self.slot_price(slot) > ticks else slot + 1

    def level(self, rng: Random, distance: int) -> int:
        """Steps for a level that many slots behind the touch: growing with distance, never alike."""
        return self.clip(self.level_steps * (0.6 + 0.14 * distance) * exp(0.55 * rng.gauss(0.0, 1.0)))

    def trade(self, rng: Random) -> int:
        """Steps of one trade of the flow: most are small, a few are many times that."""
        return self.clip(self.trade_steps * exp(1.35 * rng.gauss(0.0, 1.0)))

    def clip(self, steps: float) -> int:
        return max(1, min(self.largest, int(steps)))

    def spread(self, rng: Random, stress: float) -> int:
        """Ticks between best bid and best ask: one mostly, up to some slots when ``stress`` (0 to 1) is high."""
        draw: float = rng.random()
        if draw > 0.93 - 0.4 * stress:
            return 2 + int(rng.random() * (4 + self.spacing * 0.5))
        return 1 if draw < 0.6 else 1 + int(rng.random() * 5)

    def quotes(self, rng: Random, price: int) -> list[Quote]:
        """A book around a price (an amount in 1e-8), a tick either side of it at most, nearest levels first."""
        bid: int = max(self.lowest, min(self.highest - 1, (price - 1) // self.tick))
        ask: int = max(bid + 1, -(-(price + 1) // self.tick))
        quotes: list[Quote] = []
        for side, touch, slot, way in (("BUY", bid, self.slot_below(bid), -1), ("SELL", ask, self.slot_above(ask), 1)):
            levels: list[int] = [touch] + [self.slot_price(slot + way * number) for number in range(self.activity.depth)]
            for distance, ticks in enumerate(levels):
                if self.lowest <= ticks <= self.highest:
                    quotes.append(Quote(self.symbol, side, self.price(ticks), self.quantity(self.level(rng, distance))))
        return quotes


def activity_of(symbol: str) -> Activity:
    return ACTIVITIES.get(symbol, QUIET)


def rare_activity(rank: int) -> Activity:
    """
    How busy the symbols of a big venue are, by their rank from 0 on: a moment every 5 s the first, every 50 s the 600th,
    every two minutes the 3,000th; 60 a second all 3,000 together.
    """
    return QUIET._replace(events=0.004 + 12 / (60 + rank), level_value=1_500.0, trade_value=80.0, depth=RARE_DEPTH)


def shape_of(instrument: Instrument, price: int, seed: int, activity: Activity | None = None) -> MarketShape:
    """The shape of an instrument's market when it trades near ``price`` (an amount in 1e-8); None: as busy as its symbol is known for."""
    activity = activity or activity_of(instrument.symbol)
    tick, step = instrument.tick_size, instrument.step_size
    step_value: float = price / SCALE * step / SCALE * DOLLARS.get(instrument.quote, 1.0)
    lowest, highest = instrument.min_price, instrument.max_price
    if instrument.equity is not None and instrument.equity.band:        # the day's: ``start_price`` is the previous close
        lowest = max(lowest, instrument.start_price * (SCALE - instrument.equity.band) // SCALE)
        highest = min(highest, instrument.start_price * (SCALE + instrument.equity.band) // SCALE)
    return MarketShape(
        symbol=instrument.symbol, tick=tick, step=step,
        lowest=-(-max(lowest, 1) // tick), highest=max(highest // tick, 2),
        largest=max(1, instrument.max_quantity // step),
        spacing=max(1, round(price * activity.spacing / tick)),
        salt=Random(f"{seed}:{instrument.symbol}:grid").getrandbits(40),
        level_steps=activity.level_value / step_value,
        trade_steps=activity.trade_value / step_value,
        activity=activity,
    )


def seasonal(minute: int) -> float:
    """How busy a minute of the day (UTC) is, around 1: two humps, Asia's morning and New York's."""
    hour: float = minute / 60
    return 0.7 + 0.35 * exp(-((hour - 2.0) / 3.0) ** 2) + 0.75 * exp(-((hour - 14.5) / 3.0) ** 2)


SEASON: list[float] = [seasonal(minute) for minute in range(1440)]
