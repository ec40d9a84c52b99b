"""
A synthetic past: a month of minutes whose sums cost next to nothing.

An hour of it is a pattern of small numbers, laid with a price and a volume scale at the price where the hour after it
opens. What a pattern sums to is known once for all, so an hour's figures are a handful of products: all 3,000 symbols' days are
summed in a fraction of a second, and their minutes are there when somebody wants to see them. Patterns are shared by all symbols
and venues; which one an hour has, and how large, comes from the seed, the symbol and how many hours it lies back.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from math import ceil, exp, gcd, log, log10
from random import Random
from typing import NamedTuple

from ..core.bars import Bar
from ..core.numbers import SCALE
from ..core.past import BLOCK
from .shape import SEASON, Activity, MarketShape

MINUTE: int = 60_000_000
BLOCKS: int = 30 * 24
LIVELINESS: float = 1.6             # of a minute as bursts and sweeps make it, against ``Activity.volatility``
BUSY: float = 20.0                  # trades a minute, from which on a minute's taker buys and sells are both told
LEAST: int = 16                     # trades of a minute that is busy
STEP: float = 1.4                   # between two levels of trades a minute
VARIANTS: int = 6
WEIGHTS: tuple[int, ...] = (64, 4)  # volume units of a usual trade
REVERSION: float = 2.5              # how much likelier the way back is, for each 100 % away
DRAWN: int = 5                      # bytes of an hour
AT_ONCE: int = 12                   # hours that are drawn together

_NORMAL: tuple[float, ...] = tuple(map(Random(16).gauss, [0.0] * 256, [1.0] * 256))       # drawn from by a byte
_MINUTE_STIRS: list[float] = [exp(0.4 * each) for each in _NORMAL]
_STIRS: list[float] = [exp(0.45 * (drawn - 255) / 104) for drawn in range(511)]        # of an hour, by the sum of two bytes
_STIR_LEVELS: list[float] = [log(stir) / log(STEP) for stir in _STIRS]
_SEASON_LEVELS: list[float] = [log(each) / log(STEP) for each in SEASON]


class Pattern(NamedTuple):
    """
    An hour. Prices are units above its last close, volumes units of a scale; the columns have a minute each.

    The sums have one item more: [n] is of the first n minutes. With P the last close, a price scale a and a volume scale b,
    minutes of volume W, buys U are worth ``a * fixed + b * (P * W + a * moment)``, the buys ``a * buy_fixed + b * (P * U + a * buy_moment)``.
    """

    opens: tuple[int, ...]
    highs: tuple[int, ...]
    lows: tuple[int, ...]
    closes: tuple[int, ...]
    counts: tuple[int, ...]
    lowest: int                         # of all prices, the first open's among them
    highest: int
    low: int                            # of the hour
    high: int
    trades: tuple[int, ...]
    weight: tuple[int, ...]
    buys: tuple[int, ...]
    fixed: tuple[int, ...]
    moment: tuple[int, ...]
    buy_fixed: tuple[int, ...]
    buy_moment: tuple[int, ...]


@lru_cache(maxsize=4096)
def make_pattern(level: int, fineness: float, weight: int, variant: int, rises: bool) -> Pattern:
    """An hour of that many trades a minute (STEP ** level) whose usual move is ``fineness`` units, and which rises or falls."""
    rng: Random = Random(f"hour:{level}:{fineness}:{weight}:{variant}")
    rate: float = STEP ** level
    busy: bool = rate >= BUSY
    size: float = fineness * (1.0 if busy else min(1.0, rate) ** -0.5)
    bytes_of = rng.randbytes
    stirs: list[float] = [_MINUTE_STIRS[drawn] for drawn in bytes_of(BLOCK)]
    least: int = LEAST if busy else 0
    more: float = (rate - least) / 1.08
    counts: list[int] = [
        least + int(more * stir * (0.45 + one / 233) + other / 256)
        for stir, one, other in zip(stirs, bytes_of(BLOCK), bytes_of(BLOCK), strict=True)
    ]
    moves: list[float] = [
        size * stir * _NORMAL[drawn] if count else 0.0 for stir, count, drawn in zip(stirs, counts, bytes_of(BLOCK), strict=True)
    ]
    walk: list[float] = list(accumulate(moves))
    way: int = 1 if (walk[-1] > 0) is rises else -1
    closes: list[int] = [way * round(each) for each in walk]
    end: int = closes[-1]
    closes = [each - end for each in closes]
    opens: list[int] = [-end, *closes[:-1]]
    units: list[int] = [
        2 * count + int(count * (weight - 2) * (0.5 + drawn / 256) * (0.8 + 0.2 * stir))
        for count, stir, drawn in zip(counts, stirs, bytes_of(BLOCK), strict=True)
    ]
    columns = _busy_columns if busy else _rare_columns
    highs, lows, buys, fixed, moments, buy_fixed, buy_moments = columns(rng, fineness, stirs, counts, opens, closes, units)
    if not busy:
        opens = [close if count == 1 else opened for opened, close, count in zip(opens, closes, counts, strict=True)]
    return Pattern(
        tuple(opens), tuple(highs), tuple(lows), tuple(closes), tuple(counts), min(*lows, -end), max(*highs, -end), min(lows), max(highs),
        _sums(counts), _sums(units), _sums(buys), _sums(fixed), _sums(moments), _sums(buy_fixed), _sums(buy_moments),
    )


def _sums(values: Iterable[int]) -> tuple[int, ...]:
    return tuple(accumulate(values, initial=0))


def _busy_columns(
    rng: Random, fineness: float, stirs: list[float], counts: list[int], opens: list[int], closes: list[int], units: list[int],
) -> Iterable[tuple[int, ...]]:
    """Highs, lows, buys and the parts of what was paid, of minutes in which many buy and many sell."""
    rows: list[tuple[int, ...]] = []
    for stir, opened, close, size, one, two, drawn in zip(stirs, opens, closes, units, *(rng.randbytes(BLOCK) for _ in range(3)), strict=True):
        top, bottom = (opened, close) if opened > close else (close, opened)
        reach: float = fineness * stir * 1.4 / 65025
        high: int = top + int(reach * one * two)
        low: int = bottom - int(reach * (255 - one) * drawn)
        bought: int = int(size * (0.45 + 0.15 * (close - opened) / (high - low + 1) + drawn / 2560))
        sold: int = (opened + close) // 2
        paid: int = sold + 1 if sold < high else high
        first: int = high + close - 2 * paid
        rows.append((high, low, bought, first + low + opened - 2 * sold, bought * paid + (size - bought) * sold, first, bought * paid))
    return zip(*rows, strict=True)


def _rare_columns(
    rng: Random, fineness: float, stirs: list[float], counts: list[int], opens: list[int], closes: list[int], units: list[int],
) -> Iterable[tuple[int, ...]]:
    """The same of minutes with few trades: all of them on one side, all but the first at the close."""
    rows: list[tuple[int, ...]] = []
    for opened, close, count, size, drawn in zip(opens, closes, counts, units, rng.randbytes(BLOCK), strict=True):
        first: int = close if count == 1 else opened
        top, bottom = (first, close) if first > close else (close, first)
        is_buy: bool = drawn < (166 if close > opened else 90 if close < opened else 128)
        rows.append((
            top, bottom, size, first - close, size * close, first - close, size * close,
        ) if is_buy else (top, bottom, 0, first - close, size * close, 0, 0))
    return zip(*rows, strict=True)


def room_for(activity: Activity) -> int:
    """More trade ids than the past of a market that is so busy takes up."""
    return int(10 ** ceil(log10(60 * activity.events * BLOCKS * BLOCK * 4)))


class Hour(NamedTuple):
    """A pattern as it is laid: ``close`` in ticks, ``ticks`` of a price unit, ``units`` of quantity of a volume unit."""

    pattern: Pattern
    close: int
    ticks: int
    units: int


class SyntheticMinutes:
    """
    The month before the minute of ``until_us``, whose last close is ``price`` (1e-8): ``Minutes`` as core/past.py wants them.

    Prices lie on the tick, counted from ``price``, which may lie off the instrument's grid. Quantities are whole steps,
    more than one where price times step is no whole 1e-8: so all quotes are exact.
    """

    def __init__(self, shape: MarketShape, seed: str, price: int, until_us: int) -> None:
        self.symbol: str = shape.symbol
        self.seed: str = seed
        self.tick: int = shape.tick
        off_grid: int = price % shape.tick
        worth: int = gcd(shape.tick, off_grid) * shape.step
        self.unit: int = shape.step * (SCALE // gcd(worth, SCALE))
        self.end: int = until_us // MINUTE * MINUTE
        self.blocks: int = BLOCKS
        activity = shape.activity
        self._rate: float = 60 * activity.events
        self.room: int = room_for(activity)
        self._off_grid: int = off_grid
        self._anchor: int = price // shape.tick
        self._lowest: int = min(shape.lowest, self._anchor)
        self._highest: int = max(shape.highest, self._anchor)
        self._volatility: float = activity.volatility * LIVELINESS
        usual: float = (1.5 * shape.trade_steps + 0.11 * shape.level_steps) * shape.step / self.unit
        self._weight: int = next((each for each in WEIGHTS if usual >= each), WEIGHTS[-1])
        self._units: float = usual / self._weight
        self._level: float = log(self._rate) / log(STEP)
        self._key: bytes = blake2b(f"{seed}:{self.symbol}".encode(), digest_size=16).digest()
        self._drawn: tuple[int, bytes] = (-1, b"")          # number of AT_ONCE hours, their bytes
        self._closes: list[int] = [self._anchor]     # of the blocks, newest first, in ticks
        self._newest: tuple[int, Hour] | None = None

    def counts(self, block: int) -> Sequence[int]:
        return self._hour(block).pattern.counts

    def bars(self, block: int) -> list[Bar]:
        return [self.part(block, number, number + 1) for number in range(BLOCK)]

    def part(self, block: int, low: int, high: int) -> Bar:
        pattern, close, ticks, units = self._hour(block)
        tick, base = self.tick, self._off_grid + close * self.tick
        scale: int = ticks * tick
        opened: int = self.end - (block * BLOCK + BLOCK - low) * MINUTE
        weight: int = pattern.weight[high] - pattern.weight[low]
        bought: int = pattern.buys[high] - pattern.buys[low]
        worth: int = scale * (pattern.fixed[high] - pattern.fixed[low]) + units * (
            base * weight + scale * (pattern.moment[high] - pattern.moment[low])
        )
        paid: int = scale * (pattern.buy_fixed[high] - pattern.buy_fixed[low]) + units * (
            base * bought + scale * (pattern.buy_moment[high] - pattern.buy_moment[low])
        )
        unit: int = self.unit
        if high - low == BLOCK:
            top, bottom = pattern.high, pattern.low
        else:
            top, bottom = max(pattern.highs[low:high]), min(pattern.lows[low:high])
        return Bar(
            opened, opened + (high - low) * MINUTE - 1, base + scale * pattern.opens[low],
            base + scale * top, base + scale * bottom, base + scale * pattern.closes[high - 1],
            units * weight * unit, worth * unit // SCALE, pattern.trades[high] - pattern.trades[low],
            units * bought * unit, paid * unit // SCALE,
        )

    def newest(self, blocks: int) -> Bar:
        tick, unit, off_grid, lay = self.tick, self.unit, self._off_grid, self._lay
        top: int = 0
        bottom: int = self._highest
        volume = worth = count = buys = paid = 0
        for block in range(blocks):
            pattern, close, ticks, units = lay(block)
            base: int = off_grid + close * tick
            scale: int = ticks * tick
            weight: int = pattern.weight[BLOCK]
            bought: int = pattern.buys[BLOCK]
            volume += units * weight
            buys += units * bought
            worth += scale * pattern.fixed[BLOCK] + units * (base * weight + scale * pattern.moment[BLOCK])
            paid += scale * pattern.buy_fixed[BLOCK] + units * (base * bought + scale * pattern.buy_moment[BLOCK])
            count += pattern.trades[BLOCK]
            top = max(top, close + ticks * pattern.high)
            bottom = min(bottom, close + ticks * pattern.low)
        opened: int = off_grid + (close + ticks * pattern.opens[0]) * tick
        return Bar(
            self.end - blocks * BLOCK * MINUTE, self.end - 1, opened, off_grid + top * tick, off_grid + bottom * tick,
            off_grid + self._closes[0] * tick, volume * unit, worth * unit // SCALE, count, buys * unit, paid * unit // SCALE,
        )

    def _hour(self, block: int) -> Hour:
        newest: tuple[int, Hour] | None = self._newest
        if newest is not None and newest[0] == block:
            return newest[1]
        closes: list[int] = self._closes
        while len(closes) <= block:
            self._lay(len(closes) - 1)
        found: Hour = self._lay(block)
        self._newest = (block, found)
        return found

    def _lay(self, block: int) -> Hour:
        """An hour whose last close is known; the one before it is then, too."""
        close: int = self._closes[block]
        group, place = divmod(block, AT_ONCE)
        if self._drawn[0] != group:
            self._drawn = (group, blake2b(b"%d" % group, digest_size=AT_ONCE * DRAWN, key=self._key).digest())
        drawn: bytes = self._drawn[1][place * DRAWN:place * DRAWN + DRAWN]
        lively: int = drawn[0] + drawn[1]
        minute: int = (self.end // MINUTE - block * BLOCK - BLOCK // 2) % 1440
        level: int = round(self._level + _SEASON_LEVELS[minute] + _STIR_LEVELS[lively])
        move: float = self._volatility * close * (0.6 + 0.4 * _STIRS[lively])
        fineness: float = 64.0 if move >= 64.0 else 8.0 if move >= 8.0 else 1.0 if move >= 1.0 else 0.125
        ticks: int = round(move / fineness)
        # Seen backwards: from above the last price of all, hours that rise lead towards it.
        away: float = REVERSION * (close - self._anchor) / self._anchor if self._anchor else 0.0
        variant: int = drawn[2] % VARIANTS
        pattern: Pattern = make_pattern(level, fineness, self._weight, variant, drawn[3] / 255 < 0.5 + away)
        if pattern.lowest < 0:
            ticks = min(ticks, (close - self._lowest) // -pattern.lowest)
        if pattern.highest > 0:
            ticks = min(ticks, (self._highest - close) // pattern.highest)
        if len(self._closes) == block + 1:
            self._closes.append(max(self._lowest, min(self._highest, close + ticks * pattern.opens[0])))
        return Hour(pattern, close, ticks, max(1, round(self._units * (0.75 + drawn[4] / 512))))
