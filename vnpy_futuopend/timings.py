"""How long the gateway waits for what, in seconds, and how often it asks."""

from dataclasses import dataclass


@dataclass
class Timings:
    """
    Pushes make the gateway faster; what it believes is what the lists say, so these are asked for all the time.

    ``limit_mock``: keep the frequencies of section 1.7 against a mock exchange too, which as a rule has none.
    """

    order_timeout: float = 15.0         # for the answer to an order or a cancel
    query_timeout: float = 10.0         # for the answer to a question
    orders_interval: float = 1.5        # while an order lives
    idle_interval: float = 6.0          # while none does
    account_interval: float = 5.0       # of funds and positions, each
    fills_interval: float = 6.0         # of a real account's fills
    state_interval: float = 10.0        # of the gateway's connections to Futu
    quotes_interval: float = 3.0        # of quotes and books of symbols that are not pushed
    silence: float = 5.0                # without a push until a symbol is asked for
    stream_silence: float = 30.0        # without any push of quotes while they move, until the websocket is connected again
    order_gap: float = 0.02
    stale_after: float = 15.0           # until positions that do not show a fill are said to stand still
    ping_interval: float = 15.0
    pong_timeout: float = 10.0
    history_patience: float = 60.0
    limit_mock: bool = False
