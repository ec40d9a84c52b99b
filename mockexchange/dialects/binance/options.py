"""What this venue may do besides what Binance does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...options import choice, number
from ...transport.clock import Clock
from .signature import ANY_TIME

if TYPE_CHECKING:
    from ...venue_api import VenueApi

NOTIONAL: str = "NOTIONAL"
MIN_NOTIONAL: str = "MIN_NOTIONAL"
BOTH: str = "BOTH"


@dataclass
class BinanceOptions:
    """
    - ``unsigned``: whether REST calls with the header ``X-API-KEY`` need no timestamp and no signature, as the clients
      of a QTE server send them (docs/qte_requirements.md, A33). Signed calls are verified either way (A34).
    - ``timestamps``: whether a signed request's must be the venue's time within its ``recvWindow``, or any will do: for clients
      that sign with the machine's clock while the venue's goes by a recording.
    - ``bnb_fees``: whether accounts pay their fees in BNB, 25 % less, where they have enough of it. An account that has said so itself
      (``POST /sapi/v1/bnbBurn``) goes by what it said.
    - ``notional_filter``: which of the two filters (filters.md) exchangeInfo shows: Binance gives a symbol one of them, NOTIONAL
      today; QTE's clients read MIN_NOTIONAL (A11), so a venue that is ``unsigned`` shows both.
    - ``max_order_lists``: how many order lists an account may have open on the exchange (EXCHANGE_MAX_NUM_ORDER_LISTS); 0: no such filter
    """

    unsigned: bool = False
    timestamps: str = choice("venue", "any")
    bnb_fees: bool = False
    notional_filter: str = choice(NOTIONAL, MIN_NOTIONAL, BOTH)
    max_order_lists: int = number(0, 0, 10_000)

    def __post_init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None

    @property
    def notional_filters(self) -> tuple[str, ...]:
        """The filters that are shown."""
        return (MIN_NOTIONAL, NOTIONAL) if self.unsigned or self.notional_filter == BOTH else (self.notional_filter,)

    def per_real(self, clock: Clock) -> float:
        """Seconds of the venue's time that ``recvWindow`` has for each real one."""
        return clock.per_real if self.timestamps == "venue" else ANY_TIME


def options_of(venue: "VenueApi") -> BinanceOptions:
    """The options of a venue that speaks this dialect."""
    found: object = getattr(venue, "options", None)
    return found if isinstance(found, BinanceOptions) else BinanceOptions()
