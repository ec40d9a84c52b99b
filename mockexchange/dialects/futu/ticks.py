"""
Tick tables (spec 5.7). Prices in 1e-8. Pure.

A band's upper bound is inclusive and is a multiple of both its ticks, so a table "from this price on" takes the same prices.
"""

from datetime import date

from ...core.numbers import parse_amount

Ticks = tuple[tuple[int, int], ...]

PHASE_1_FROM: date = date(2025, 8, 4)

# up to 10, 20 and 50 HKD the ticks of shares change; the rest is the same in all phases
_CHANGING: dict[str, tuple[str, str, str]] = {
    "before_2025_08": ("0.01", "0.02", "0.05"), "phase_1": ("0.01", "0.01", "0.02"), "phase_2": ("0.005", "0.01", "0.02"),
}
_FUNDS: str = "0 0.001 1 0.002 5 0.005 10 0.01 20 0.02 100 0.05 200 0.1 500 0.2 1000 0.5 2000 1"


def _table(text: str) -> Ticks:
    """"0 0.001 1 0.002": from 0 on 0.001, from 1 on 0.002."""
    words = [parse_amount(word) for word in text.split()]
    return tuple(zip(words[::2], words[1::2], strict=True))


def hong_kong_shares(phase: str) -> Ticks:
    """Equities in Hong Kong; ``phase`` as the option ``ticks`` names it."""
    below_10, below_20, below_50 = _CHANGING[phase]
    return _table(
        f"0 0.001 0.25 0.005 0.5 {below_10} 10 {below_20} 20 {below_50} 50 0.05 100 0.1 200 0.2 500 0.5 1000 1 2000 2 5000 5"
    )


def hong_kong_funds() -> Ticks:
    """Exchange-traded funds in Hong Kong."""
    return _table(_FUNDS)


def united_states() -> Ticks:
    """0.0001 below a dollar, 0.01 from there on."""
    return _table("0 0.0001 1 0.01")


def phase_at(day: date, option: str) -> str:
    """The phase that holds on a day of Hong Kong's."""
    if option != "by_date":
        return option
    return "phase_1" if day >= PHASE_1_FROM else "before_2025_08"


def tick_at(ticks: Ticks, price: int, default: int) -> int:
    """The tick at a price."""
    found: int = default
    for above, size in ticks:
        if price < above:
            break
        found = size
    return found
