"""How long the gateway waits for what, in seconds."""

from dataclasses import dataclass


@dataclass
class Timings:
    """
    The server has four threads, and each call waits for the terminal: one request is on its way at a time.

    ``order_gap``: from one order to the next; the manual advises half a second.
    """

    order_timeout: float = 20.0         # for the answer to an order or a cancel
    query_timeout: float = 15.0         # for the answer to a question
    orders_interval: float = 1.5        # while an order of ours lives
    idle_interval: float = 6.0          # while none does
    account_interval: float = 5.0       # of portfolio and positions, each
    identity_interval: float = 30.0     # of the list of accounts
    ticks_interval: float = 3.0         # of quotes, on a build that has them
    order_gap: float = 0.5
    stale_after: float = 15.0           # until positions that do not show a fill are said to stand still
