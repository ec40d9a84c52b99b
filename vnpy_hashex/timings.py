"""How long the gateway waits for what, and how often it looks; seconds, where nothing else is said."""

from dataclasses import dataclass

from .endpoints import REQUESTS_PER_SECOND


@dataclass
class Timings:
    """Set before ``connect``; a test's mock exchange is never as slow as the real venue."""

    rules_interval: float = 600.0       # between looks at the rules of all symbols
    request_timeout: float = 10.0       # from sending to the end of the answer
    query_timeout: float = 5.0          # the same of a question
    history_patience: float = 60.0      # without a further page after which a history is cut short
    requests_per_second: float = REQUESTS_PER_SECOND
    silence: float = 5.0                # without news of a book after which it is polled,
    poll_ticks: float = 2.0             # this often,
    give_up: float = 30.0               # and after which its socket is connected again
    reconcile_interval: float = 10.0    # between looks at the open orders while the user socket stands
    catch_up_interval: float = 60.0     # between looks at all the rest
    poll_interval: float = 3.0          # between looks at everything while it does not
