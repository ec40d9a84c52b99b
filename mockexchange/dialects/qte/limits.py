"""How much may be asked for at once (seed, 2.2.3 - 2.2.5). There is no rate limit."""

DEFAULT_LEVELS: int = 100           # seed, 2.2.3; no maximum
DEFAULT_TRADES: int = 50            # seed, 2.2.4
MAX_TRADES: int = 500
DEFAULT_BARS: int = 500             # seed, 2.2.5; no maximum
