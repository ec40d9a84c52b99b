"""What is traded, and its filters (filters.md). Numbers are amounts in 1e-8."""

from dataclasses import dataclass, replace

from .numbers import SCALE, parse_amount

ALL_STP_MODES: tuple[str, ...] = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")


@dataclass(frozen=True, slots=True)
class CashEquity:
    """
    What a share has and a coin has not. Quantities and prices in 1e-8, rates in 1e-8 of the amount traded for.

    ``ticks``: (from this price, tick), ascending; the instrument's ``tick_size`` below the first.
    ``lot``: quantities above ``least`` are multiples of it; with ``odd_lots`` a holding's odd remainder is sold at once.
    ``band``: how far a price may lie from the previous close, as a rate; 0 for no limit.
    ``t_plus``: days until shares bought can be sold, 0 or 1.
    ``stops``: stop orders are taken in continuous trading. ``gtc``: an order that is GTC outlives the day, DAY is one that does not;
    without it every order ends with the day.
    """

    lot: int
    least: int
    odd_lots: bool = True
    ticks: tuple[tuple[int, int], ...] = ()
    band: int = 0
    t_plus: int = 0
    commission: int = 0
    least_commission: int = 0
    stamp_duty: int = 0                         # of sales only
    transfer_fee: int = 0
    stops: bool = False
    gtc: bool = False


@dataclass(slots=True)
class Instrument:
    """
    One symbol with its filters.

    ``maker_fee`` and ``taker_fee`` are rates in 1e-8 (100000 = 0.1 %), taken from the received asset.
    ``percent_*`` are PERCENT_PRICE_BY_SIDE multipliers in 1e-8, of the average price over
    ``avg_price_mins`` minutes (0: the last price).
    """

    symbol: str
    base: str
    quote: str
    tick_size: int
    step_size: int
    min_price: int
    max_price: int
    min_quantity: int
    max_quantity: int
    market_max_quantity: int
    min_notional: int
    max_notional: int
    start_price: int                            # where a synthetic market opens
    percent_bid_up: int = 5 * SCALE
    percent_bid_down: int = SCALE // 5
    percent_ask_up: int = 5 * SCALE
    percent_ask_down: int = SCALE // 5
    avg_price_mins: int = 5
    max_num_orders: int = 200
    max_num_algo_orders: int = 5
    max_position: int = 0                       # 0: no such filter
    maker_fee: int = SCALE // 1000
    taker_fee: int = SCALE // 1000
    default_stp_mode: str = "EXPIRE_MAKER"
    stp_modes: tuple[str, ...] = ALL_STP_MODES
    status: str = "TRADING"
    equity: CashEquity | None = None            # None: crypto spot
    max_num_order_amends: int = 10
    max_num_order_lists: int = 20


# what a venue may change of a symbol while it runs: amounts in 1e-8, and plain counts
AMOUNT_RULES: tuple[str, ...] = (
    "tick_size", "step_size", "min_price", "max_price", "min_quantity", "max_quantity", "market_max_quantity",
    "min_notional", "max_notional", "max_position", "maker_fee", "taker_fee",
)
COUNT_RULES: tuple[str, ...] = ("max_num_orders", "max_num_algo_orders", "max_num_order_amends", "max_num_order_lists")
RULES: frozenset[str] = frozenset(AMOUNT_RULES + COUNT_RULES)


def changed(instrument: Instrument, rules: dict[str, int]) -> Instrument:
    """
    A copy of an instrument with other rules.

    :raises ValueError: naming the rule and the value that no symbol can have
    """
    for name, value in rules.items():
        if name not in RULES:
            raise ValueError(f"rules: unknown rule {name!r}, there are: {', '.join(AMOUNT_RULES + COUNT_RULES)}")
        if value < 0:
            raise ValueError(f"{name}: must not be negative, not {value}")
        if name.endswith("_fee") and value >= SCALE:
            raise ValueError(f"{name}: a rate must be below 1, not {value} (in 1e-8)")
    found: Instrument = replace(instrument, **rules)        # type: ignore[arg-type]
    for low, high in (("min_price", "max_price"), ("min_quantity", "max_quantity"), ("min_notional", "max_notional")):
        if 0 < getattr(found, high) < getattr(found, low):
            raise ValueError(f"{low}: {getattr(found, low)} is above {high} {getattr(found, high)} (in 1e-8)")
    return found


def make_instrument(
    symbol: str, base: str, quote: str, tick: str, step: str, start_price: str, min_notional: str = "5"
) -> Instrument:
    """An instrument with filters of Binance's usual proportions, all numbers as decimal text."""
    return Instrument(
        symbol=symbol, base=base, quote=quote,
        tick_size=parse_amount(tick), step_size=parse_amount(step),
        min_price=parse_amount(tick), max_price=parse_amount("1000000"),
        min_quantity=parse_amount(step), max_quantity=parse_amount("9000"),
        market_max_quantity=parse_amount("120"),
        min_notional=parse_amount(min_notional), max_notional=parse_amount("9000000"),
        start_price=parse_amount(start_price),
    )


def default_instruments() -> list[Instrument]:
    """Four pairs, with the ticks and steps that Binance had for them."""
    return [
        make_instrument("BTCUSDT", "BTC", "USDT", "0.01", "0.00001", "40000"),
        make_instrument("ETHUSDT", "ETH", "USDT", "0.01", "0.0001", "2500"),
        make_instrument("BNBUSDT", "BNB", "USDT", "0.01", "0.001", "300"),
        make_instrument("ETHBTC", "ETH", "BTC", "0.00001", "0.0001", "0.0625", "0.0001"),
    ]
