"""What few orders have: trailing stops, price pegs, smart order routing, icebergs. A plain order has None of it."""

from typing import NamedTuple

from .commands import PlaceOrder

BASIS_POINTS: int = 10_000
PRIMARY_PEG: str = "PRIMARY_PEG"
MARKET_PEG: str = "MARKET_PEG"
PEG_PRICE_TYPES: tuple[str, ...] = (PRIMARY_PEG, MARKET_PEG)
MAX_PEG_OFFSET: int = 100
SOR: str = "SOR"
EXCHANGE: str = "EXCHANGE"


class Special(NamedTuple):
    """
    What an order has besides the fields of every order. Prices and quantities are amounts in 1e-8, times microseconds.

    An order's ``price`` is the one it works at: for a pegged order that is ``pegged_price`` once it is determined, and
    ``limit_price`` is what its owner sent.
    """

    trailing_delta: int = 0             # basis points
    trailing_time: int = 0              # when it began to track the price, 0: it does not yet
    extreme: int = 0                    # the lowest (BUY) or highest (SELL) price since then
    lock_price: int = 0                 # at which a BUY that has neither price nor stop price is funded
    peg_price_type: str = ""            # PRIMARY_PEG, MARKET_PEG
    peg_offset: int | None = None       # price levels
    limit_price: int = 0
    pegged_price: int = 0               # 0: not determined yet
    used_sor: bool = False
    working_floor: str = ""             # SOR, EXCHANGE: where its last activity was
    allocation_id: int = -1             # the last one, -1: none
    visible: int = 0                    # what the book shows of an iceberg order
    refills: int = 0                    # how often it was shown anew


SPECIAL_AMOUNTS: frozenset[str] = frozenset({"extreme", "lock_price", "limit_price", "pegged_price", "visible"})


def make_special(command: PlaceOrder, now: int, last_price: int, price: int) -> Special:
    """
    Of a new order. ``last_price``: of the market, from which a trailing stop without a stop price starts
    (trailing-stop-faq.md, "Scenario E"). ``price``: the one it works at.
    """
    delta: int = command.trailing_delta
    peg: str = command.peg_price_type
    is_tracking: bool = delta != 0 and not command.stop_price
    return Special(
        trailing_delta=delta,
        trailing_time=now if is_tracking else 0,
        extreme=last_price if is_tracking else 0,
        lock_price=funding_price(command, last_price),
        peg_price_type=peg,
        peg_offset=command.peg_offset,
        limit_price=command.price if peg else 0,
        pegged_price=price if peg and not (delta or command.stop_price) else 0,
        used_sor=command.uses_sor,
    )


def funding_price(command: PlaceOrder, last_price: int) -> int:
    """
    What stands for the price of a trailing BUY without price and stop price: where it would trigger if the price only
    rose from now on. 0 for all other orders.
    """
    if command.side == "SELL" or command.price or command.stop_price or not command.trailing_delta:
        return 0
    return -(-last_price * (BASIS_POINTS + command.trailing_delta) // BASIS_POINTS)


def may_trigger(special: Special, is_buy: bool, price: int) -> bool:
    """Whether the price has turned by the trailing delta since its extreme."""
    if is_buy:
        return price * BASIS_POINTS >= special.extreme * (BASIS_POINTS + special.trailing_delta)
    return price * BASIS_POINTS <= special.extreme * (BASIS_POINTS - special.trailing_delta)
