"""
What a market looks like: how deep its book is, how fast it moves, how much it trades.

Prices here are whole ticks and quantities whole steps, so whatever comes out is on the
instrument's grid; ``MarketShape.price`` and ``MarketShape.quantity`` turn them into amounts in 1e-8.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from random import Random
from typing import Any, NamedTuple

from ..core.commands import Quote
from ..core.instruments import Instrument
from ..core.numbers import SCALE
from ..core.tape import Bar

MINUTE: int = 60_000_000
HISTORY_MINUTES: int = 30 * 24 * 60
DRAWS: int = 6                      # random() of one minute's bar
LIVELINESS: float = 1.6             # of a minute as bursts and sweeps make it, against ``Activity.volatility``
DEPTH: int = 30                     # levels a side behind the touch when a book is built


class Activity(NamedTuple):
    """How busy a market is."""

    events: float                   # moments a second at which something happens
    level_value: float              # what rests at the touch, in dollars
    trade_value: float              # median trade of the flow, in dollars
    volatility: float               # of a minute's return, standard deviation, without bursts and sweeps
    spacing: float                  # between levels, relative to the price


ACTIVITIES: dict[str, Activity] = {
    "BTCUSDT": Activity(4.6, 24_000, 420, 0.0007, 4e-5),
    "ETHUSDT": Activity(2.6, 15_000, 300, 0.0009, 6e-5),
    "BNBUSDT": Activity(1.4, 6_000, 200, 0.0010, 1e-4),
    "ETHBTC": Activity(1.1, 9_000, 260, 0.0005, 1.6e-4),
}
QUIET: Activity = Activity(1.0, 4_000, 150, 0.0010, 1e-4)
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
            levels: list[int] = [touch] + [self.slot_price(slot + way * number) for number in range(DEPTH)]
            for distance, ticks in enumerate(levels):
                if self.lowest <= ticks <= self.highest:
                    quotes.append(Quote(self.symbol, side, self.price(ticks), self.quantity(self.level(rng, distance))))
        return quotes


def shape_of(instrument: Instrument, price: int, seed: int) -> MarketShape:
    """The shape of an instrument's market when it trades near ``price`` (an amount in 1e-8)."""
    activity: Activity = ACTIVITIES.get(instrument.symbol, QUIET)
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


@lru_cache(maxsize=8)
def _walk(seed: str | int, volatility: float, minutes: int) -> tuple[Sequence[float], Sequence[float], tuple[Any, ...]]:
    """(the price's logarithm and the stir of every minute, the generator's state after them); venues of one seed share it."""
    rng: Random = Random(seed)
    gauss = rng.gauss
    path: array[float] = array("d")
    pace: array[float] = array("d")
    level: float = 0.0
    drift: float = 0.0
    stir: float = 1.0
    left: int = 0
    for _ in range(minutes):
        if left <= 0:
            left = 20 + int(rng.expovariate(1 / 120))
            drift = 0.06 * gauss(0.0, 1.0)
            stir = exp(0.35 * gauss(0.0, 1.0))
        left -= 1
        level += volatility * stir * (gauss(0.0, 1.0) + drift) - level * 0.00004
        path.append(level)
        pace.append(stir)
    return path, pace, rng.getstate()


def minute_bars(
    shape: MarketShape, seed: str | int, price: int, until_us: int, since_us: int = 0, minutes: int = HISTORY_MINUTES,
) -> list[Bar]:
    """
    One-minute bars of a past that ends in ``price`` (1e-8), the last one the minute before ``until_us``'s.

    The same seed gives the same bars whatever the time, but for the hours' own volume; those that open
    before ``since_us`` are left out and cost next to nothing. Oldest first; first and last trade ids are
    -1 since no such trade can be asked for.
    """
    volatility: float = shape.activity.volatility * LIVELINESS
    path, pace, state = _walk(seed, volatility, minutes)
    open_time: int = until_us // MINUTE * MINUTE - minutes * MINUTE
    first: int = min(minutes, max(0, -(-(since_us - open_time) // MINUTE)))
    open_time += first * MINUTE
    rng: Random = Random()
    rng.setstate(state)
    rng.getrandbits(first * DRAWS * 64)         # what the bars before would have drawn: random() takes 64 bits
    random = rng.random

    tick, step = shape.tick, shape.step
    ticks: float = price / tick
    base: float = 60 * shape.activity.events * (1.5 * shape.trade_steps + 0.11 * shape.level_steps)
    lowest, highest = shape.lowest, shape.highest
    span: float = ticks * volatility * 0.55
    minute: int = open_time // MINUTE % 1440
    end: float = path[-1]
    last: int = max(lowest, min(highest, round(ticks * exp(path[max(0, first - 1)] - end))))
    bars: list[Bar] = []
    for number in range(first, minutes):
        stir: float = pace[number]
        close: int = max(lowest, min(highest, round(ticks * exp(path[number] - end))))
        reach: float = span * stir
        top, bottom = (last, close) if last > close else (close, last)
        high: int = min(highest, top + int(reach * random() * random() * 2.5))
        low: int = max(lowest, bottom - int(reach * random() * random() * 2.5))
        weight: float = SEASON[minute] * stir * (0.45 + random()) * (1.0 + (high - low) / (3.0 * span + 1.0))
        steps: int = int(base * weight) + 1
        volume: int = steps * step
        taker: int = int(steps * (0.5 + 0.35 * (close - last) / (high - low + 1) + 0.1 * (random() - 0.5))) * step
        middle: int = (last + close + high + low) * tick // 4
        bars.append(Bar(
            open_time, open_time + MINUTE - 1, last * tick, high * tick, low * tick, close * tick,
            volume, volume * middle // SCALE, int(60 * shape.activity.events * weight) + 1,
            taker, taker * middle // SCALE, -1, -1,
        ))
        last = close
        open_time += MINUTE
        minute = minute + 1 if minute < 1439 else 0
    if bars:
        newest: Bar = bars[-1]          # a recorded price may lie off the grid: the past still ends in it
        bars[-1] = newest._replace(close=price, high=max(newest.high, price), low=min(newest.low, price))
    return bars
