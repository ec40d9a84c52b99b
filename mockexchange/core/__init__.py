"""
The simulated venue itself: instruments, order book, ledger, exchange.

Knows no wire format, does no IO, and is driven by one thread through ``Exchange.apply``.
"""

from .exchange import MAKER, Exchange
from .instruments import Instrument, make_instrument

__all__ = ["MAKER", "Exchange", "Instrument", "make_instrument"]
