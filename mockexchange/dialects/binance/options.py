"""What this venue may do besides what Binance does."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class BinanceOptions:
    """
    - ``unsigned``: whether REST calls with the header ``X-API-KEY`` need no timestamp and no signature, as the clients
      of a QTE server send them (docs/qte_requirements.md, A33). Signed calls are verified either way (A34).
    - ``bnb_fees``: whether accounts pay their fees in BNB, 25 % less, where they have enough of it. An account that has said so itself
      (``POST /sapi/v1/bnbBurn``) goes by what it said.
    """

    unsigned: bool = False
    bnb_fees: bool = False

    def __post_init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None
