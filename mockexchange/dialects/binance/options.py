"""What this venue may do besides what Binance does."""

from dataclasses import dataclass

from ...options import number


@dataclass(slots=True)
class BinanceOptions:
    """
    - ``unsigned``: whether REST calls with the header ``X-API-KEY`` need no timestamp and no signature, as the clients
      of a QTE server send them (docs/qte_requirements.md, A33). Signed calls are verified either way (A34).
    - ``max_order_lists``: how many order lists an account may have open on the exchange (EXCHANGE_MAX_NUM_ORDER_LISTS); 0: no such filter
    """

    unsigned: bool = False
    max_order_lists: int = number(0, 0, 10_000)
