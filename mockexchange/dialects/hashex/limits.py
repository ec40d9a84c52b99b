"""
What the venue remembers for a while, and how much may be asked for at once.

No document names a rate limit, a nonce lifetime or a token lifetime (spec 0.10), so there is no rate limit here.
"""

from collections.abc import Callable

MAX_BATCH: int = 20                 # orders of a batch (spec 3.10, 3.11)
DEFAULT_PAGE: int = 10              # seed, 4.3
MAX_PAGE: int = 100
MAX_DEALS: int = 500                # public trades; undocumented
MAX_LEVELS: int = 50                # seed, 5.6
DEFAULT_BARS: int = 500             # seed, 5.2
MAX_BARS: int = 1500
MAX_CLIENT_ID: int = 64             # characters; undocumented

MAX_NONCES: int = 100_000           # remembered of one key
MAX_TOKENS: int = 10_000


class Nonces:
    """The nonces that each key has used, for as long as a signature may be used and MAX_NONCES at most."""

    def __init__(self) -> None:
        self._used: dict[str, dict[str, int]] = {}          # key -> nonce -> when, oldest first

    def take(self, key: str, nonce: str, now_ms: int, life_ms: float) -> bool:
        """Use a nonce up; False when it has been used before."""
        used: dict[str, int] | None = self._used.get(key)
        if used is None:
            used = self._used[key] = {}
        if nonce in used:
            return False
        used[nonce] = now_ms
        # Two looks a request empty the list faster than requests fill it.
        for _ in range(2):
            oldest: str = next(iter(used))
            if now_ms - used[oldest] <= life_ms and len(used) <= MAX_NONCES:
                break
            del used[oldest]
        return True

    def count(self, key: str) -> int:
        """How many are remembered."""
        return len(self._used.get(key, ()))


class Tokens:
    """Socket tokens: each is good for one subscription, within its life (spec 3.17)."""

    def __init__(self, token_bytes: Callable[[int], bytes]) -> None:
        self._token_bytes: Callable[[int], bytes] = token_bytes
        self._issued: dict[str, tuple[str, int]] = {}       # token -> (key, when), oldest first

    def issue(self, key: str, now_ms: int) -> str:
        """A new token of 32 hex digits."""
        token: str = self._token_bytes(16).hex()
        self._issued[token] = (key, now_ms)
        if len(self._issued) > MAX_TOKENS:
            del self._issued[next(iter(self._issued))]
        return token

    def redeem(self, token: str, now_ms: int, life_ms: float) -> str:
        """The key that a token was issued to, "" for one that is unknown, used or too old."""
        key, issued = self._issued.pop(token, ("", 0))
        return key if abs(now_ms - issued) < life_ms else ""


class VisibilityDelay:
    """
    Orders that exist and cannot be seen yet: creation is asynchronous (spec 3.8).

    ``clock`` counts seconds and only goes forward, whatever is done to the venue's own clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock: Callable[[], float] = clock
        self._until: dict[int, float] = {}

    def hide(self, order_id: int, milliseconds: int) -> None:
        """Hide an order for so long."""
        now: float = self._clock()
        while self._until and self._until[oldest := next(iter(self._until))] <= now:
            del self._until[oldest]
        self._until[order_id] = now + milliseconds / 1000

    def hides(self, order_id: int) -> bool:
        """Whether the order is hidden still."""
        if not self._until:
            return False
        until: float | None = self._until.get(order_id)
        return until is not None and self._clock() < until
