"""A real venue's size: as many symbols as are wanted, with names, prices, ticks and steps as coins have them."""

from collections.abc import Iterable
from math import floor, log10
from random import Random

from rest_locale import _

from .core.instruments import Instrument
from .core.numbers import SCALE
from .feeds.shape import Activity, DOLLARS, rare_activity
from .listing import list_symbol

MOST: int = 20_000
LOWEST, HIGHEST = 2e-6, 900.0           # of a coin's price, in dollars
DIGITS: int = 4                         # of a price that a tick tells apart
# quote asset -> how many of the coins are traded in it
QUOTES: tuple[tuple[str, float], ...] = (
    ("USDT", 1.0), ("USDC", 0.55), ("FDUSD", 0.2), ("BTC", 0.3), ("TRY", 0.3), ("EUR", 0.12), ("ETH", 0.1), ("BNB", 0.08),
)
PRICES: dict[str, float] = {**DOLLARS, "TRY": 0.03, "EUR": 1.1}     # of the quote assets, in dollars
_HEADS: tuple[str, ...] = tuple("A B C D F G H J K L M N P R S T V W X Z BL CR DR FL GR PL SH ST TR".split())
_TAILS: tuple[str, ...] = tuple("A E I O U AI AN AR EL EN ER IN IO IX ON OR OS UM UX YA".split())


def fill_up(instruments: Iterable[Instrument], number: int) -> tuple[list[Instrument], dict[str, Activity]]:
    """
    Instruments that make those given ``number`` in all, and how busy the new ones are; the same whenever it is asked.

    Raises ValueError for a number that is not above those given, and for one beyond MOST.
    """
    given: list[Instrument] = list(instruments)
    if type(number) is not int or not len(given) <= number <= MOST:
        raise ValueError(_("symbols: not a whole number from {least} to {most}: {number!r}").format(least=len(given), most=MOST, number=number))
    if any(each.equity is not None for each in given):
        raise ValueError(_("symbols: this dialect lists shares, of which there are {count}, not {number!r}").format(count=len(given), number=number))
    rng: Random = Random("big listing")
    symbols: set[str] = {each.symbol for each in given}
    bases: set[str] = {name for each in given for name in (each.base, each.quote)} | {quote for quote, __ in QUOTES}
    found: list[Instrument] = []
    activities: dict[str, Activity] = {}
    while len(given) + len(found) < number:
        base: str = _name(rng, bases)
        dollars: float = LOWEST * (HIGHEST / LOWEST) ** rng.random()
        for quote, share in QUOTES:
            is_listed: bool = rng.random() < share
            symbol: str = base + quote
            if is_listed and symbol not in symbols and len(given) + len(found) < number:
                symbols.add(symbol)
                activities[symbol] = rare_activity(len(found))
                found.append(_instrument(symbol, base, quote, dollars))
    return found, activities


def _name(rng: Random, taken: set[str]) -> str:
    """A coin's name that nobody has, of three to six letters mostly."""
    while True:
        name: str = rng.choice(_HEADS) + rng.choice(_TAILS)
        while len(name) < 3 or rng.random() < 0.35:
            name += rng.choice(_HEADS) + (rng.choice(_TAILS) if rng.random() < 0.5 else "")
        if len(name) <= 8 and name not in taken:
            taken.add(name)
            return name


def _instrument(symbol: str, base: str, quote: str, dollars: float) -> Instrument:
    """A coin at a price in dollars; a step of it is worth up to a dollar, a tick is of the price's fourth digit."""
    price: float = dollars / PRICES.get(quote, 1.0)
    tick: int = max(1, 10 ** floor(log10(price * SCALE) - DIGITS + 1))
    step: int = min(SCALE, max(1000, 10 ** floor(log10(SCALE / dollars))))
    opening: int = max(round(price * SCALE / tick), 200) * tick
    return list_symbol(symbol, base, quote, tick, step, opening)
