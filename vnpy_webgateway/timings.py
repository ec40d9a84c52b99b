"""How long the gateway waits for what, in seconds, and how often it asks."""

from dataclasses import dataclass


@dataclass
class Timings:
    """Pushes make the gateway faster; what it believes is what the lists say, so these are asked for all the time (spec 7.5)."""

    # for the answer to an order. The server may be at it for two RPCs of 30 s each, but pushes and lists tell sooner, and what is not
    # answered may still arrive as long as its connection stands: 65 s more are waited before its absence means anything (spec 6.4, 8.1)
    order_timeout: float = 20.0
    query_timeout: float = 10.0         # for the answer to a question or a cancel
    doubt_after: float = 5.0            # without an answer until an order is asked for
    orders_interval: float = 5.0        # of the lists of orders and trades, while an order lives
    idle_interval: float = 15.0         # while none does
    lossy_interval: float = 1.5         # while pushes are being lost
    account_interval: float = 8.0       # of accounts, which are the probe of the RPC, and of positions
    contracts_interval: float = 600.0
    push_delay: float = 3.0             # from a change in a list until the push of it counts as lost
    silence: float = 5.0                # without a tick until the ticks are asked for
    quiet_warning: float = 60.0         # without a tick until it is said
    settle: float = 15.0                # from the first answer after an outage until an absent order means something (spec 8.1)
    restart_settle: float = 60.0        # and from the restart of the trading process (spec 8.3)
    stale_after: float = 30.0           # until positions that do not show a fill are said to stand still
    ping_interval: float = 10.0
    pong_timeout: float = 15.0
    token_life: float = 1_800.0         # of a token that does not tell its end
