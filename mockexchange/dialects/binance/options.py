"""What this venue may do besides what Binance does."""

from dataclasses import dataclass

from ...options import choice
from ...transport.clock import Clock
from .signature import ANY_TIME


@dataclass(slots=True)
class BinanceOptions:
    """
    - ``unsigned``: whether REST calls with the header ``X-API-KEY`` need no timestamp and no signature, as the clients
      of a QTE server send them (docs/qte_requirements.md, A33). Signed calls are verified either way (A34).
    - ``timestamps``: whether a signed request's must be the venue's time within its ``recvWindow``, or any will do: for clients
      that sign with the machine's clock while the venue's goes by a recording.
    """

    unsigned: bool = False
    timestamps: str = choice("venue", "any")

    def per_real(self, clock: Clock) -> float:
        """Seconds of the venue's time that ``recvWindow`` has for each real one."""
        return clock.per_real if self.timestamps == "venue" else ANY_TIME
