"""How long the gateway waits for what, and how often it looks; seconds, where nothing else is said."""

from dataclasses import dataclass

from .endpoints import ENGINE_TIMEOUT, QUERY_TIMEOUT


@dataclass
class Timings:
    """Set before ``connect``; a test's mock exchange is never as slow as the real venue."""

    request_timeout: float = ENGINE_TIMEOUT + 0.5       # from sending to the end of the answer
    query_timeout: float = QUERY_TIMEOUT                # the same of a question
    history_patience: float = 60.0                      # without a further page after which a history is cut short
    rules_interval: float = 1_800.0     # between looks at the rules of all symbols
    reconcile_interval: float = 30.0    # between looks at everything while the user data stream stands
    ping_interval: int = 3              # a socket whose pings are not answered for four is dead
    market_silence: int = 30            # a market stream with subscriptions always has something to say

    # between looks, where nothing is pushed
    quotes_interval: float = 1.0
    day_interval: float = 5.0
    orders_interval: float = 1.5            # while an order is alive
    idle_interval: float = 5.0
    account_interval: float = 4.0
