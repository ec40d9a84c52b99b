"""
The trades behind a bar: as many as it counts, with its open, high, low and close, and exactly its sums.

A pure function of the bar, its first trade id and a seed: whoever asks, and whenever, gets the same trades.
Prices here are steps of ``tick`` above the bar's low, sizes are multiples of a unit of quantity.
"""

from collections.abc import Iterator
from itertools import product
from math import exp, gcd
from operator import mul
from random import Random
from typing import NamedTuple

from .bars import Bar
from .events import PublicTrade
from .numbers import SCALE

JOINED_FROM: int = 16               # trades of a bar, from which on one of five shares its taker with another
FREEST: int = 5                     # trades of a side that leave its sums room
BENDS: int = 12                     # of the way between what has to trade, at most
BEND: float = 0.14                  # of a bar's range: how far a bend leads astray
NOISE: float = 0.02                 # of a bar's range: how far a trade lies from the way

_NORMAL: tuple[float, ...] = tuple(map(Random(16).gauss, [0.0] * 256, [1.0] * 256))       # drawn from by a byte
_WEIGHTS: tuple[float, ...] = tuple(exp(1.1 * each) for each in _NORMAL)       # of taker orders against each other


class Point(NamedTuple):
    """A price that has to trade: ``place`` is 0 to 1 of the bar's time, ``is_buy`` the side that fits it."""

    place: float
    price: int
    is_buy: bool


class Print(NamedTuple):
    """One taker order: price in ticks above the low, size in units, in how many trades."""

    price: int
    size: int
    parts: int
    is_buy: bool


def aggregate_count(count: int) -> int:
    """How many aggregate trades a bar of ``count`` trades has."""
    return count if count < JOINED_FROM else count - count // 5


def completed(bar: Bar, unit: int) -> Bar:
    """
    A bar with all figures that its trades need, those it lacks filled in: the quote volume (of 0), and the count (of 0, or one
    that its prices or its volume cannot have). A bar without volume is flat at its close and counts no trades.
    """
    if bar.volume <= 0:
        return bar._replace(
            open=bar.close, high=bar.close, low=bar.close, volume=0, quote_volume=0, count=0, taker_base=0, taker_quote=0,
        )
    middle: int = (bar.open + bar.high + bar.low + bar.close) // 4
    quote: int = bar.quote_volume or bar.volume * middle // SCALE
    buys: int = min(max(bar.taker_base, 0), bar.volume)
    taken: int = min(max(bar.taker_quote, 0), quote) if bar.quote_volume else buys * middle // SCALE
    if buys in (0, bar.volume):
        taken = quote if buys else 0
    fewest: int = min(max(len(_points(bar, 1)), 2 if 0 < buys < bar.volume else 1), bar.volume)
    most: int = max(bar.volume // gcd(bar.volume, buys, unit), fewest)
    return bar._replace(quote_volume=quote, taker_base=buys, taker_quote=taken, count=min(max(bar.count, fewest), most))


def bar_trades(bar: Bar, symbol: str, seed: str, tick: int, unit: int) -> list[PublicTrade]:
    """
    The ``bar.count`` trades of a bar, oldest first, with ids from ``bar.first_id`` on.

    ``tick`` and ``unit`` are amounts in 1e-8: prices lie on the tick, counted from the bar's low, quantities are multiples
    of the unit; both are made finer where the bar's own figures are. Each trade's quote is price times quantity, rounded
    down; a remainder that no trades can have (figures of a file that do not fit each other) is in the quote of the
    largest. ``taker_order_id`` is the number of the aggregate trade within the bar, from 1.
    """
    if bar.count <= 0 or bar.volume <= 0:
        return []
    rng: Random = Random(f"{seed}:{symbol}:{bar.open_time}")
    grain: int = gcd(tick, bar.open - bar.low, bar.high - bar.low, bar.close - bar.low) or 1
    piece: int = gcd(unit, bar.volume, bar.taker_base) or 1
    if bar.volume // piece < bar.count:
        piece = 1
    prints: list[Print] = _prints(bar, rng, grain, piece)
    trades: list[PublicTrade] = []
    left: dict[bool, int] = {True: bar.taker_quote, False: bar.quote_volume - bar.taker_quote}
    largest: dict[bool, int] = {}
    span: int = bar.close_time - bar.open_time + 1
    trade_id: int = bar.first_id
    for number, (ticks, size, parts, is_buy) in enumerate(prints):
        price: int = bar.low + ticks * grain
        time: int = bar.open_time + int((number + rng.random()) * span / len(prints))
        for quantity in _split(rng, size, parts) if parts > 1 else (size,):
            quantity *= piece
            quote: int = price * quantity // SCALE
            left[is_buy] -= quote
            if is_buy not in largest or quantity > trades[largest[is_buy]].quantity:
                largest[is_buy] = len(trades)
            trades.append(PublicTrade(symbol, trade_id, price, quantity, quote, time, not is_buy, number + 1))
            trade_id += 1
    for is_buy, rest in left.items():
        if rest and is_buy in largest:
            index: int = largest[is_buy]
            trades[index] = trades[index]._replace(quote=trades[index].quote + rest)
    return trades


def _points(bar: Bar, grain: int) -> list[Point]:
    """What has to trade, without the bar's time: open and close (one where both are all there is), high and low where they are neither."""
    first, last, top = (bar.open - bar.low) // grain, (bar.close - bar.low) // grain, (bar.high - bar.low) // grain
    points: list[Point] = [Point(0.0, first, False)]
    if not top and bar.count <= 1:
        return points
    points.append(Point(1.0, last, True))
    if top > max(first, last):
        points.append(Point(0.5, top, True))
    if min(first, last) > 0:
        points.append(Point(0.5, 0, False))
    return points if len(points) > 2 or first != last or bar.count > 1 else points[:1]


def _prints(bar: Bar, rng: Random, grain: int, piece: int) -> list[Print]:
    """The bar's taker orders in the order of their time."""
    count: int = bar.count
    points: list[Point] = _points(bar, grain)[:count]       # of a volume of one or two 1e-8 not all prices can trade
    reach: int = (bar.high - bar.low) // grain
    joined: int = bar.count - aggregate_count(bar.count)
    sizes: dict[bool, int] = {True: bar.taker_base // piece}
    sizes[False] = bar.volume // piece - sizes[True]
    worth: int = grain * piece
    sums: dict[bool, int] = {}
    fits: bool = True                   # whether trades on the grid can have these sums at all
    for is_buy, quote in ((True, bar.taker_quote), (False, bar.quote_volume - bar.taker_quote)):
        above: int = quote * SCALE - bar.low * sizes[is_buy] * piece
        sums[is_buy] = min(max(0, (above + worth // 2) // worth), reach * sizes[is_buy])
        fits = fits and sums[is_buy] * worth == above
    places: list[float] = [0.0, 1.0] + _extremes(rng, points)
    way: list[tuple[float, int]] = _bent(
        rng, sorted((place, point.price) for place, point in zip(places, points, strict=False)), min(BENDS, bar.count // 8), reach,
    )
    for exact in (True, False) if fits else (False,):
        for buys in _shares(count, sizes):
            number: dict[bool, int] = {True: buys, False: count - buys}
            for swaps in product((False, True), repeat=len(points)):
                sides: list[bool] = [point.is_buy != swap for point, swap in zip(points, swaps, strict=True)]
                fixed: dict[bool, int] = {True: sum(sides), False: len(sides) - sum(sides)}
                if any(number[side] < fixed[side] for side in (True, False)):
                    continue
                parts: dict[bool, int] = _extra_parts(joined, number, fixed)
                found: list[tuple[float, Print]] = []
                for side in (True, False):
                    forced = [(place, point.price) for place, point, own in zip(places, points, sides, strict=False) if own is side]
                    made = _side(rng, side, number[side], parts[side], sizes[side], sums[side], reach, forced, way, exact)
                    if made is None:
                        break
                    found += made
                else:
                    found.sort(key=lambda each: each[0])
                    return [each for _, each in found]
    raise ValueError(f"bar: no trades have its figures: {bar}")


def _extremes(rng: Random, points: list[Point]) -> list[float]:
    """When high and low are traded: the one nearer to the open first."""
    inner: list[Point] = points[2:]
    if len(inner) == 2:
        early, late = 0.08 + 0.4 * rng.random(), 0.52 + 0.4 * rng.random()
        high_first: bool = inner[0].price - points[0].price < points[0].price
        return [early, late] if high_first else [late, early]
    return [0.08 + 0.84 * rng.random() for _ in inner]


def _bent(rng: Random, way: list[tuple[float, int]], bends: int, reach: int) -> list[tuple[float, int]]:
    """A way that is not straight between its points."""
    places: list[float] = sorted(rng.random() for _ in range(bends))
    return sorted(way + [
        (place, min(max(round(at + BEND * reach * rng.gauss(0.0, 1.0)), 0), reach))
        for place, at in zip(places, _along(way, places), strict=True)
    ])


def _shares(count: int, sizes: dict[bool, int]) -> Iterator[int]:
    """How many of the trades may be buys, the likeliest first."""
    buys, sells = sizes[True], sizes[False]
    least: int = 1 if buys else 0
    most: int = count - (1 if sells else 0)
    low, high = max(least, count - sells), min(most, buys)
    if low > high:
        low, high = least, most
    middle: int = min(max(round(count * buys / (buys + sells)), low), high)
    if count >= JOINED_FROM and low < count - FREEST and high > FREEST:
        middle = min(max(middle, FREEST), count - FREEST)
    yield middle
    for distance in range(1, count + 1 if count < JOINED_FROM else 3):
        if middle - distance >= low:
            yield middle - distance
        if middle + distance <= high:
            yield middle + distance


def _extra_parts(joined: int, number: dict[bool, int], fixed: dict[bool, int]) -> dict[bool, int]:
    """How many taker orders of each side have two trades."""
    room: dict[bool, int] = {side: max(0, number[side] - fixed[side] - 2) // 2 for side in number}
    buys: int = min(room[True], round(joined * number[True] / sum(number.values())))
    sells: int = min(room[False], joined - buys)
    return {True: min(room[True], joined - sells), False: sells}


def _side(
    rng: Random, is_buy: bool, number: int, parts: int, size: int, total: int, reach: int,
    forced: list[tuple[float, int]], way: list[tuple[float, int]], exact: bool,
) -> list[tuple[float, Print]] | None:
    """
    One side's taker orders, each with its place in the bar: ``number`` trades of ``size`` in all, whose prices times sizes sum to ``total``.

    None when there are none; without ``exact`` the nearest there are.
    """
    if not number:
        return [] if not size or not exact else None
    if size < number:
        return None if exact or size <= 0 else _side(rng, is_buy, size, 0, size, total, reach, forced[:size], way, exact)
    free: int = number - len(forced) - parts
    if free < 2:
        return _few(rng, is_buy, number, size, total, reach, forced, way, exact)
    left: int = size - len(forced)
    rest: int = total - sum(price for _, price in forced)
    if not 0 <= rest <= reach * left:
        if exact:
            return None
        rest = min(max(rest, 0), reach * left)
    places: list[float] = sorted(rng.random() * 0.98 + 0.01 for _ in range(free))
    least: list[int] = [1] * free
    weights: list[float] = [_WEIGHTS[draw] for draw in rng.randbytes(free)]
    largest: int = max(range(free), key=weights.__getitem__)
    beside: int = largest + 1 if largest + 1 < free else largest - 1
    others: list[int] = [index for index in range(free) if index not in (largest, beside)]
    for index in rng.sample(others, parts):
        least[index] = 2
    spare: int = left - sum(least)
    scale: float = spare / sum(weights)
    sizes: list[int] = [low + int(weight * scale) for low, weight in zip(least, weights, strict=True)]
    sizes[largest] += left - sum(sizes)
    prices: list[int] = _prices(rng, places, sizes, largest, beside, rest, reach, way)
    both: int = sizes[largest] + sizes[beside]
    level, above = divmod(rest - sum(prices[index] * sizes[index] for index in others), both)
    prices[largest] = prices[beside] = level
    if above:
        prices[beside] += 1
        sizes[largest], sizes[beside] = both - above, above
    found: list[tuple[float, Print]] = [
        (place, Print(price, amount, low, is_buy)) for place, price, amount, low in zip(places, prices, sizes, least, strict=True)
    ]
    return found + [(place, Print(price, 1, 1, is_buy)) for place, price in forced]


def _prices(
    rng: Random, places: list[float], sizes: list[int], largest: int, beside: int, total: int, reach: int,
    way: list[tuple[float, int]],
) -> list[int]:
    """Prices along the way, such that the two that are set aside can make up what they lack of ``total``."""
    size: int = sum(sizes)
    both: int = sizes[largest] + sizes[beside]
    mean: float = total / size
    noise: float = NOISE * reach
    wanted: list[float] = [at + noise * _NORMAL[draw] for at, draw in zip(_along(way, places), rng.randbytes(len(places)), strict=True)]
    for spread in (1.0, 0.5, 0.2, 0.0):
        drawn: list[float] = [mean + spread * (each - mean) for each in wanted]
        for _ in range(3):
            shift: float = (total - sum(map(mul, drawn, sizes))) / size
            drawn = [min(max(each + shift, 0.0), float(reach)) for each in drawn]
        prices: list[int] = [round(each) for each in drawn]
        rest: int = total - sum(map(mul, prices, sizes)) + prices[largest] * sizes[largest] + prices[beside] * sizes[beside]
        if 0 <= rest <= reach * both:
            return prices
    level, above = divmod(total, size)
    prices = [level] * len(sizes)
    for index in sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True):
        if index not in (largest, beside) and sizes[index] <= above:
            prices[index] += 1
            above -= sizes[index]
    return prices


def _along(way: list[tuple[float, int]], places: list[float]) -> Iterator[float]:
    """The way's prices at ascending places."""
    index: int = 0
    begin, low = way[0]
    slope: float = 0.0
    until: float = begin
    for place in places:
        while place >= until and index + 1 < len(way):
            begin, low = way[index]
            index += 1
            until = way[index][0]
            slope = (way[index][1] - low) / (until - begin) if until > begin else 0.0
        yield low + slope * (min(place, until) - begin)


def _few(
    rng: Random, is_buy: bool, number: int, size: int, total: int, reach: int,
    forced: list[tuple[float, int]], way: list[tuple[float, int]], exact: bool,
) -> list[tuple[float, Print]] | None:
    """``_side`` where at most one price is free: what has to trade takes the sizes that make the sum, if there are such."""
    places: list[float] = [place for place, _ in forced]
    prices: list[int] = [price for _, price in forced]
    while len(places) < number:
        places.append(0.01 + 0.98 * rng.random())
        prices.append(-1)
    spare: int = size - number
    if prices[-1] < 0:
        prices = [max(each, 0) if index < len(forced) else -1 for index, each in enumerate(prices)]
        return _one_free(is_buy, places, prices, len(forced), size, total, reach, exact)
    rest: int = total - sum(prices)
    low: int = min(range(number), key=prices.__getitem__)
    high: int = max(range(number), key=prices.__getitem__)
    sizes: list[int] = [1] * number
    gap: int = prices[high] - prices[low]
    above: int = rest - prices[low] * spare
    if gap:
        more, odd = divmod(above, gap)
        if exact and (odd or not 0 <= more <= spare):
            return None
        more = min(max(more, 0), spare)
    elif exact and above:
        return None
    else:
        more = 0
    sizes[high] += more
    sizes[low] += spare - more
    return [(place, Print(price, amount, 1, is_buy)) for place, price, amount in zip(places, prices, sizes, strict=True)]


def _one_free(
    is_buy: bool, places: list[float], prices: list[int], forced: int, size: int, total: int, reach: int, exact: bool,
) -> list[tuple[float, Print]] | None:
    """All but ``forced`` trades share the one price that makes the sum."""
    free: int = len(prices) - forced
    own: int = sum(prices[:forced])
    for each in range(1, 2 + (min(64, (size - free) // forced - 1) if forced else 0)):
        left: int = size - forced * each
        price, odd = divmod(total - own * each, left)
        if not odd and 0 <= price <= reach:
            break
    else:
        if exact:
            return None
        each, left = 1, size - forced
        price = min(max((total - own) // left, 0), reach)
    sizes: list[int] = [each] * forced + [left // free] * free
    sizes[-1] += left - left // free * free
    filled: list[int] = prices[:forced] + [price] * free
    return [(place, Print(at, amount, 1, is_buy)) for place, at, amount in zip(places, filled, sizes, strict=True)]


def _split(rng: Random, size: int, parts: int) -> list[int]:
    """A size in parts of one at least."""
    found: list[int] = []
    for left in range(parts, 1, -1):
        part: int = 1 + int((size - left) * rng.random() / left)
        found.append(part)
        size -= part
    found.append(size)
    return found
