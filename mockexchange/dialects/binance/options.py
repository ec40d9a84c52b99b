"""What this venue may do besides what Binance does."""

from dataclasses import dataclass


@dataclass(slots=True)
class BinanceOptions:
    """
    - ``unsigned``: whether REST calls with the header ``X-API-KEY`` need no timestamp and no signature, as the clients
      of a QTE server send them (docs/qte_requirements.md, A33). Signed calls are verified either way (A34).
    """

    unsigned: bool = False
